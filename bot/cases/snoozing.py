"""Snoozing: an owner's nudges kept quiet for a while. It never stops a clock."""

from datetime import date

from sqlalchemy import update
from sqlmodel import col

from bot.cases import history
from bot.cases.facts import File, about
from bot.cases.history import New
from bot.cases.referrals import must_be_open
from bot.domain.calendar import moment
from bot.domain.errors import CannotRead, NeedsReason
from bot.domain.ladder import SPEAKS
from bot.domain.terms import ClockKind, ClockState, EntryKind, RuleId
from bot.turn import Turn
from storage.tables import Deadline


def snooze(turn: Turn, file: File, until: date, reason: str) -> date:
    """Keep the owner's nudges quiet until a day, and answer which.

    A statutory clock that runs can't be slept past: the day is brought forward to its last safe day.
    """
    must_be_open(about(file))
    if until <= turn.today:
        raise CannotRead("Snooze until a day after today.", "until")
    if not reason.strip():
        raise NeedsReason("Say why, for example: snooze 0042 until Monday waiting for the panel")
    last = min([until, *_safe_dates(turn, file)])
    if last <= turn.today:
        raise CannotRead("A statutory date is today or past: nudges about it go on until what was done is recorded.")
    new = New(EntryKind.SNOOZED, turn.today, clear={"until": last.isoformat(), "deadline_id": "all"}, words=reason)
    history.record(turn, about(file), new)
    _look_by(turn, file, last)
    return last


def _look_by(turn: Turn, file: File, day: date) -> None:
    """Have the sweep look when the snooze ends: a longer one before it may have put that off."""
    ends = moment(turn.rules.calendar.next_working_day_on_or_after(day), SPEAKS)
    mine = (col(Deadline.stream) == history.stream_of(about(file)), col(Deadline.next_at) > ends)
    turn.db.execute(update(Deadline).where(*mine).values(next_at=ends).execution_options(synchronize_session=False))


def _safe_dates(turn: Turn, file: File) -> list[date]:
    return [
        deadline.safe
        for deadline in file.deadlines
        if deadline.state is ClockState.RUNNING
        and not deadline.information
        and turn.rules.by_id[RuleId(deadline.rule)].kind is ClockKind.STATUTORY
    ]
