"""Snoozing: an owner's nudges kept quiet for a while. It never stops a clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update
from sqlmodel import col

from bot.cases import history
from bot.cases.facts import File, about
from bot.cases.history import New
from bot.cases.in_hand import must_be_theirs
from bot.cases.referrals import must_be_open
from bot.domain.calendar import moment
from bot.domain.errors import CannotRead, NeedsReason
from bot.domain.ladder import SPEAKS
from bot.domain.terms import ClockKind, ClockState, EntryKind, RuleId
from bot.turn import Turn
from storage.tables import Deadline

LONGEST = timedelta(days=28)
STATUTORY = "that is the last day on which a statutory date can be kept"
FOUR_WEEKS = "nudges are quiet for four weeks at most"


@dataclass(frozen=True)
class Snoozed:
    """Until when, and why not for longer where more was asked."""

    until: date
    cut: str = ""


def snooze(turn: Turn, file: File, until: date, reason: str) -> Snoozed:
    """Keep the owner's nudges quiet until a day, for four weeks at most.

    A statutory clock that runs can't be slept past: the day is brought forward to its last safe day.
    """
    must_be_open(about(file))
    must_be_theirs(turn, file)
    if until <= turn.today:
        raise CannotRead("Snooze until a day after today.", "until")
    if not reason.strip():
        raise NeedsReason("Say why, for example: snooze 0042 until Monday waiting for the panel")
    limits = [Snoozed(turn.today + LONGEST, FOUR_WEEKS), *(Snoozed(day, STATUTORY) for day in _safe_dates(turn, file))]
    found = min(Snoozed(until), *limits, key=lambda one: one.until)
    last = found.until
    if last <= turn.today:
        raise CannotRead("A statutory date is today or past: nudges about it go on until what was done is recorded.")
    new = New(EntryKind.SNOOZED, turn.today, clear={"until": last.isoformat(), "deadline_id": "all"}, words=reason)
    history.record(turn, about(file), new)
    _look_by(turn, file, last)
    return found


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
