"""Escalate now: somebody above is told of a date at once, in the words of its ladder, once a day at most."""

from dataclasses import dataclass, replace

from sqlmodel import col, select

from bot.cases import history, visible
from bot.cases.climbing import ladder_of
from bot.cases.files import File, about, requests_of
from bot.cases.history import New
from bot.cases.in_hand import called
from bot.cases.nudging import say_now
from bot.cases.recipients import Hearers, Recipients
from bot.cases.referrals import must_be_open
from bot.domain.errors import AlreadyDone, NotNow
from bot.domain.terms import THE_AGENCYS, ClockState, EntryKind, Hears, Kind
from bot.turn import Turn
from storage.tables import Case, Deadline, Nudge


@dataclass(frozen=True)
class Escalated:
    """What was escalated, and who hears it really."""

    deadline: Deadline
    hearers: Hearers


def escalate(turn: Turn, file: File, hears: Hears, deadline_id: int | None = None, reason: str = "") -> Escalated:
    """Tell the manager, the head of service or the agency's room of a date now: the most pressing, or the one named."""
    must_be_open(about(file))
    deadline = _which(turn, file, hears, deadline_id)
    _once_a_day(turn, file, deadline)
    hearers = _who(turn, file, deadline, hears)
    clear = {
        "deadline_id": deadline.id,
        "hears": hears.value,
        "what": f"{called(turn, file, deadline)}, to {hears.label}",
    }
    new = New(EntryKind.ESCALATED, turn.today, clear=clear, words=reason)
    history.record(turn, about(file), new)
    told = replace(hearers, why="; ".join(filter(None, [f"{turn.person.name} escalated it", hearers.why])))
    say_now(turn, [deadline], _rung(turn), hears, told)
    return Escalated(deadline, hearers)


def _which(turn: Turn, file: File, hears: Hears, deadline_id: int | None) -> Deadline:
    runs = [one for one in _told(turn, file) if one.state is ClockState.RUNNING and one.ladder]
    if hears in THE_AGENCYS:
        runs = [one for one in runs if any(map(ladder_of(turn.rules, one).tells, THE_AGENCYS))]
    found = [one for one in runs if deadline_id in (None, one.id)]
    if not found:
        raise NotNow(f"{about(file).reference}: no date runs of which {hears.label} could be told.")
    return min(found, key=lambda one: (one.legal, one.id))


def _told(turn: Turn, file: File) -> list[Deadline]:
    """Those of its dates that the asker may know of: the answer names the one that was escalated."""
    record = about(file)
    alone = visible.viewer(replace(turn, private=True), record if isinstance(record, Case) else None)
    untold = {one.id for one in requests_of(file) if not alone.may_know(Kind.REQUESTS, one.agency)}
    return [one for one in file.deadlines if one.request_id not in untold]


def _once_a_day(turn: Turn, file: File, deadline: Deadline) -> None:
    same = (Nudge.deadline_id == deadline.id, Nudge.due == deadline.legal, Nudge.rung == _rung(turn))
    if turn.db.exec(select(col(Nudge.id)).where(*same)).first() is not None:
        raise AlreadyDone(f"{about(file).reference}: that was escalated today already. Once a day is enough.")


def _rung(turn: Turn) -> str:
    return f"now-{turn.today.isoformat()}"


def _who(turn: Turn, file: File, deadline: Deadline, hears: Hears) -> Hearers:
    record = about(file)
    restricted = visible.is_restricted(turn, record)
    hearers = Recipients(turn).of(hears, owner_id=record.owner_id, agency=deadline.agency, restricted=restricted)
    if not hearers.places:
        raise NotNow(f"Nobody could be reached: {hearers.why}. Tell your administrator.")
    if {place.person_id for place in hearers.places} == {turn.person.id}:
        because = f": {hearers.why}" if hearers.why else ""
        raise NotNow(f"You are the one who would be told{because}. Tell your administrator, or say: assign.")
    return hearers
