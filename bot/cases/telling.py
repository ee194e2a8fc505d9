"""What a reminder for a day comes to on that day: it is said once, or nobody needs it and whoever set it is told so."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import time
from typing import Any

from sqlmodel import col, select

from bot.cases import history, kept_reminders, posts, visible
from bot.cases.files import File, about, open_file, requests_of
from bot.cases.history import New
from bot.cases.nudging import say_now
from bot.cases.recipients import Recipients
from bot.cases.reminding import awaited, may_hear, who_hears
from bot.cases.set_aside import without_the_bad
from bot.domain.calendar import moment
from bot.domain.dates import say_day
from bot.domain.terms import CaseStatus, EntryKind, Hears, Notice
from bot.fault import log_fault
from bot.turn import Turn
from storage.queries import alone
from storage.tables import Case, Child, Deadline, Enquiry, Entry, Nudge, Person

log = logging.getLogger(__name__)

Turns = Callable[[], AbstractContextManager[Turn]]


def told_apart(turns: Turns, these: Sequence[int]) -> int:
    """Settle these reminders, by the ids of their entries; how many. One that cannot be told stops no other."""

    def tell_all(some: Sequence[int]) -> int:
        with turns() as turn:
            alone(turn.db, "reminding")
            return sum(tell(turn, turn.db.get_one(Entry, one)) for one in some)

    def aside(one: int, error: Exception) -> None:
        log_fault(log, f"the reminder of entry {one} cannot be told", error)

    return sum(without_the_bad(these, tell_all, aside)) if these else 0


def tell(turn: Turn, entry: Entry) -> bool:
    """Say one reminder, or that nobody needs it; whether that is done. Nobody else does so at the same time.

    A date that is about to be looked at goes first: what its ladder says today is not said once more.
    """
    file = open_file(turn, kept_reminders.about(turn, entry))
    if entry.number not in {one.number for one in kept_reminders.that_wait(file.entries)}:
        return False
    if why := _needed_no_more(turn, about(file)):
        return _let_go(turn, file, entry, why)
    return _tell_person(turn, file, entry) if entry.clear.get("person") else _tell_rooms(turn, file, entry)


def _needed_no_more(turn: Turn, record: Case | Enquiry) -> str:
    if isinstance(record, Case) and turn.db.get_one(Child, record.child_id).wrapped_key is None:
        return "it was erased"
    return "it is closed" if record.status is CaseStatus.CLOSED else ""


def _tell_person(turn: Turn, file: File, entry: Entry) -> bool:
    record, person = about(file), turn.db.get_one(Person, entry.clear["person"])
    if not person.active:
        return _let_go(turn, file, entry, "they have left")
    if not may_hear(turn, person, record):
        return _let_go(turn, file, entry, "they may no longer know of it")
    to = _whoever_is_there(turn, person, record)
    posts.tell(
        turn, to, Notice.REMINDER, **_of(record),
        about={"entry": entry.number}, key=f"reminder/{entry.stream}/{entry.number}",
    )  # fmt: skip
    return _settle(turn, record, New(EntryKind.REMINDED, turn.today, clear={"entry": entry.number, "person": to}))


def _whoever_is_there(turn: Turn, person: Person, record: Case | Enquiry) -> int:
    """The person, or while they are away whoever covers, where that one may know of it."""
    readers = visible.restricted_to(turn, record.owner_id) if visible.is_restricted(turn, record) else None
    found = (turn.db.get(Person, place.person_id) for place in Recipients(turn).reader(person.id or 0, readers).places)
    there = (one.id for one in found if one and may_hear(turn, one, record))
    return next(filter(None, there), person.id or 0)


def _tell_rooms(turn: Turn, file: File, entry: Entry) -> bool:
    record, clear = about(file), entry.clear
    if visible.is_restricted(turn, record):
        return _let_go(turn, file, entry, "it is restricted now, and spoken of in no room")
    owed = awaited(turn, file, clear["agency"], clear["service"])
    if not owed:
        return _let_go(turn, file, entry, _what_came(file, entry))
    if any(one.next_at is not None and one.next_at <= turn.now for one in owed):
        return False
    hearers = who_hears(turn, record, owed[0].agency)
    if not hearers.places:  # which the auditor shows to a person
        return False
    why = "; ".join(filter(None, [_why_today(turn, entry), hearers.why]))
    untold = [one for one in owed if not _is_told_today(turn, one)]
    if untold:
        say_now(turn, untold, f"set-{entry.number}", Hears.ROOM, replace(hearers, why=why))
    told: dict[str, Any] = {"entry": entry.number, "what": clear["what"]}
    return _settle(turn, record, New(EntryKind.REMINDED, turn.today, clear=told))


def _why_today(turn: Turn, entry: Entry) -> str:
    """ "Priya Shah set a reminder for Thu 26 Nov, which comes late"."""
    by = turn.db.get(Person, entry.recorded_by) if entry.recorded_by else None
    late = entry.happened_on < turn.today
    when = f"{say_day(entry.happened_on, turn.today)}, which comes late" if late else "today"
    return f"{by.name if by else 'somebody'} set a reminder for {when}"


def _is_told_today(turn: Turn, deadline: Deadline) -> bool:
    """Whether the rooms were told of this date today already."""
    same = (Nudge.deadline_id == deadline.id, Nudge.due == deadline.legal, Nudge.hears == Hears.ROOM)
    today = (Nudge.skipped == "", col(Nudge.at) >= moment(turn.today, time.min))
    return turn.db.exec(select(Nudge.id).where(*same, *today).limit(1)).first() is not None


def _what_came(file: File, entry: Entry) -> str:
    asked = [one for one in requests_of(file) if entry.clear["service"] in (None, one.service)]
    asked = [one for one in asked if entry.clear["agency"] in (None, one.agency.value)]
    if any(one.sent_on and not one.received_on for one in asked):
        return "they say that they have answered, and you have to confirm"
    return "what was awaited has come" if any(one.received_on for one in asked) else "nothing is awaited there any more"


def _let_go(turn: Turn, file: File, entry: Entry, why: str) -> bool:
    """Nobody is reminded. Whoever asked is told why; where they may not be, the owner."""
    record = about(file)
    _settle(turn, record, New(EntryKind.NOT_REMINDED, turn.today, clear={"entry": entry.number, "what": why}))
    people = (turn.db.get(Person, one) for one in (entry.recorded_by, record.owner_id) if one)
    to = next((one.id for one in people if one and may_hear(turn, one, record)), None)
    told: dict[str, Any] = {"about": {"entry": entry.number}, "key": f"not reminded/{entry.stream}/{entry.number}"}
    if to:
        posts.tell(turn, to, Notice.NOT_REMINDED, **_of(record), **told)
    elif not visible.is_restricted(turn, record):
        posts.tell_administrators(turn, Notice.NOT_REMINDED, **_of(record), **told)
    return True


def _settle(turn: Turn, record: Case | Enquiry, new: New) -> bool:
    history.record(turn, record, new)
    return True


def _of(record: Case | Enquiry) -> dict[str, Any]:
    return {"case_id": record.id} if isinstance(record, Case) else {"enquiry_id": record.id}
