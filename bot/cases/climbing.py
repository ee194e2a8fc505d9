"""Which version of its ladder a date climbs, and when the sweep looks at it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col

from bot.cases.history import stream_of
from bot.domain.calendar import london_date
from bot.domain.ladder import Ladder, rung_moments
from bot.domain.terms import ClockState
from bot.rules import Rules
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry


def ladder_of(rules: Rules, deadline: Any) -> Ladder:
    """What this deadline climbs: the version that was in force when its start was recorded, as it was moved since."""
    return rules.ladder(deadline.ladder, rule=deadline.rule, recorded_on=london_date(deadline.recorded_at))


def first_look(
    rules: Rules, ladder: Ladder, *, legal: date, safe: date, recorded_at: datetime, now: datetime
) -> datetime | None:
    """When the sweep should look at a deadline first: `Deadline.next_at` of a clock that runs.

    Its first rung's moment, or now where the clock was recorded after that. None where no rung speaks of it.
    """
    for first in rung_moments(ladder.rungs, legal=legal, safe=safe, calendar=rules.calendar):
        return first.at if first.at >= recorded_at else now
    return None


def look_now(turn: Turn, about: Case | Enquiry) -> None:
    """Have the sweep look at the dates of a case or letter at once: another owner has put nothing off."""
    runs = (
        col(Deadline.stream) == stream_of(about),
        col(Deadline.state) == ClockState.RUNNING,
        col(Deadline.ladder) != "",
    )
    later = or_(col(Deadline.next_at).is_(None), col(Deadline.next_at) > turn.now)
    soon = update(Deadline).where(*runs, later).values(next_at=turn.now)
    turn.db.execute(soon.execution_options(synchronize_session=False))
