"""Which version of its ladder a date climbs, and when the sweep looks at it first."""

from datetime import date, datetime
from typing import Any

from bot.domain.calendar import london_date
from bot.domain.ladder import Ladder, rung_moments
from bot.rules import Rules


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
