""" "I have it": an owner's nudges about a date held back for three working days, and then asked again.

It stops no clock, moves no date, and quietens nobody else. Up to the last safe day only: from then on all is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col, select

from bot.cases import advice, history
from bot.cases.files import File, about, requests_of
from bot.cases.history import New
from bot.cases.recipients import Recipients
from bot.cases.referrals import must_be_open
from bot.domain.calendar import london_date, moment
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.ladder import SPEAKS
from bot.domain.terms import ClockState, EntryKind, Hears, RuleId
from bot.turn import Turn
from storage.tables import Deadline, Entry, Nudge, Person

ASKED_AGAIN_AFTER = 3
"""Working days."""
SOON = timedelta(days=14)
"""From when an owner is asked: the first rung of the ladders."""


@dataclass(frozen=True)
class InHand:
    """What an owner has in hand: the dates, and the first day on which they are asked again."""

    deadlines: Sequence[Deadline]
    again: date


def take(turn: Turn, file: File, deadline_id: int | None = None) -> InHand:
    """Put on record that the owner has it: one date, or all that they are asked now."""
    must_be_open(about(file))
    must_be_theirs(turn, file)
    found = [one for one in _asked(turn, file) if deadline_id in (None, one.id)]
    if not found:
        raise NotNow(f"{about(file).reference}: nothing is late or due within two weeks, so nobody asks you yet.")
    until = turn.rules.calendar.add_working_days(turn.today, ASKED_AGAIN_AFTER)
    what = ", ".join(called(turn, file, one) for one in found)
    of = {str(one.id): one.legal.isoformat() for one in found}
    clear = {"what": what, "until": until.isoformat(), "of": of}
    history.record(turn, about(file), New(EntryKind.ACKNOWLEDGED, turn.today, clear=clear))
    for one in found:
        _look_by(turn, one, moment(_again_on(one, turn.today, until), SPEAKS))
    return InHand(found, min(_again_on(one, turn.today, until) for one in found))


def of_the_owner(entries: Sequence[Entry]) -> list[Entry]:
    """The entries since the present owner took it over: what the one before them put off is not theirs."""
    since = max((entry.number for entry in entries if entry.kind is EntryKind.ASSIGNED), default=0)
    return [entry for entry in entries if entry.number > since]


def last_word(deadline: Deadline, entries: Sequence[Entry]) -> Entry | None:
    """The newest entry that says that the owner has this date in hand: this very one, not one since moved."""
    number, due = str(deadline.id), deadline.legal.isoformat()
    said = (one for one in reversed(entries) if one.kind is EntryKind.ACKNOWLEDGED)
    return next((one for one in said if one.clear["of"].get(number) == due), None)


def asked_again_at(deadline: Deadline, word: Entry) -> datetime:
    """When the owner is asked again."""
    until = date.fromisoformat(word.clear["until"])
    return moment(_again_on(deadline, london_date(word.recorded_at), until), SPEAKS)


def is_quiet(deadline: Deadline, word: Entry, now: datetime) -> bool:
    """Whether the owner hears nothing of it now. From the last safe day on they hear all."""
    return now < quiet_until(deadline, word)


def quiet_until(deadline: Deadline, word: Entry) -> datetime:
    return min(asked_again_at(deadline, word), moment(deadline.safe, SPEAKS))


def heard_since(turn: Turn, deadline: Deadline, word: Entry) -> bool:
    """Whether the owner was nudged about it after that: then nothing need be asked again."""
    later = (Nudge.deadline_id == deadline.id, Nudge.hears == Hears.OWNER, Nudge.skipped == "")
    found = select(Nudge.id).where(*later, col(Nudge.at) > word.recorded_at).limit(1)
    return turn.db.exec(found).first() is not None


def called(turn: Turn, file: File, deadline: Deadline) -> str:
    """What a date is of: "decision to assess", "speech and language advice"."""
    request = next((one for one in requests_of(file) if one.id == deadline.request_id), None)
    rule = turn.rules.by_id.get(RuleId(deadline.rule))
    return advice.title(turn, request) if request else rule.title if rule else deadline.rule


def _again_on(deadline: Deadline, said_on: date, until: date) -> date:
    return min(until, deadline.safe) if said_on < deadline.safe else until


def _asked(turn: Turn, file: File) -> list[Deadline]:
    """The duties that run and that their owner is asked about: late, due soon, or nudged of as they are due now."""
    runs = [one for one in file.deadlines if one.state is ClockState.RUNNING and one.ladder]
    said = (Nudge.hears == Hears.OWNER, Nudge.skipped == "", col(Nudge.deadline_id).in_([one.id for one in runs]))
    nudged = set(turn.db.exec(select(col(Nudge.deadline_id), col(Nudge.due)).where(*said)))
    return [one for one in runs if one.safe <= turn.today + SOON or (one.id, one.legal) in nudged]


def must_be_theirs(turn: Turn, file: File) -> None:
    """Refuses anybody but the owner and whoever hears for them today: nobody quietens somebody else."""
    record = about(file)
    theirs = {record.owner_id}
    if record.owner_id:
        theirs |= {place.person_id for place in Recipients(turn).reader(record.owner_id).places}
    if turn.person.id not in theirs:
        owner = turn.db.get(Person, record.owner_id) if record.owner_id else None
        whose = f"{record.reference} belongs to {owner.name if owner else 'nobody yet'}."
        raise NotAllowed(f"{whose} To take it on, say: assign {record.reference} to me")


def _look_by(turn: Turn, deadline: Deadline, at: datetime) -> None:
    """Have the sweep look when it is to be asked again: its next rung may be later, or its ladder done."""
    later = or_(col(Deadline.next_at).is_(None), col(Deadline.next_at) > at)
    mine = update(Deadline).where(col(Deadline.id) == deadline.id, later).values(next_at=at)
    turn.db.execute(mine.execution_options(synchronize_session=False))
