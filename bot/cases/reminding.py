"""A reminder for a day to come, for an agency's rooms, a colleague or oneself: set, and taken back.

It is an entry of the record; `telling` derives from it on its day what is said. It moves no date and stops no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot.cases import facts, history, kept_reminders, visible
from bot.cases.climbing import ladder_of
from bot.cases.files import File, about, requests_of
from bot.cases.history import New
from bot.cases.recipients import Hearers, Recipients
from bot.cases.referrals import must_be_open
from bot.domain.clocks import Adviser
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead, NotAllowed, NotNow, WhichOne
from bot.domain.sharing import Viewer
from bot.domain.terms import THE_AGENCYS, Agency, ClockState, EntryKind, Hears, Kind, Role
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Entry, Person

LONGEST = timedelta(days=366)
NOT_TOLD = "Who was asked for advice is not told to you. You can have yourself reminded, or a colleague."


@dataclass(frozen=True)
class Whom:
    """Who is to be told: one person, or the rooms of an agency, of all that it owes or of what one service does."""

    person: Person | None = None
    agency: Agency | None = None
    service: Adviser | None = None

    @property
    def label(self) -> str:
        if self.person:
            return self.person.name
        return self.service.label if self.service else self.agency.label if self.agency else ""


@dataclass(frozen=True)
class Planned:
    """A reminder as it was set: its entry, who hears it as things stand, and of which dates."""

    entry: Entry
    hearers: Hearers | None = None
    of: Sequence[Deadline] = ()


def day_told(turn: Turn, on: date) -> date:
    """The working day on which it is told: that day, or the next one. Refuses one that is past or too far off."""
    if on < turn.today:
        raise CannotRead(f"{say_day(on, turn.today)} is past. Give today, or a day to come.", "on")
    if on > turn.today + LONGEST:
        raise CannotRead("A reminder is for a day within a year. Give a nearer one.", "on")
    return turn.rules.calendar.next_working_day_on_or_after(on)


def set_for(turn: Turn, file: File, whom: Whom, day: date, words: str = "") -> Planned:
    """Put a reminder for a working day on record. `words` are sealed, and kept for a person alone."""
    record = about(file)
    must_be_open(record)
    check_may(turn, record, whom)
    clear: dict[str, Any] = {"person": whom.person.id} if whom.person else _of_agency(whom)
    _check_new(file, clear, day)
    owed = [] if whom.person else must_be_awaited(turn, file, whom)
    hearers = None if whom.person else who_hears(turn, record, owed[0].agency)
    if hearers and not hearers.places:
        raise NotNow(f"Nobody could be reached: {hearers.why}. Tell your administrator.")
    new = New(EntryKind.REMINDER_SET, day, clear=clear, words=words if whom.person else "")
    return Planned(history.record(turn, record, new)[0], hearers, owed)


def _of_agency(whom: Whom) -> dict[str, Any]:
    named = whom.service.id if whom.service else None
    return {"agency": whom.agency.value if whom.agency else None, "service": named, "what": whom.label}


def check_may(turn: Turn, record: Case | Enquiry, whom: Whom) -> None:
    """Refuses what is not theirs to have told, and anybody who may not know of the case."""
    if turn.person.role is Role.CONTRIBUTOR and (whom.person is None or whom.person.id != turn.person.id):
        raise NotAllowed(f"You can have yourself reminded, such as: remind {record.reference} me on Friday")
    if whom.person and not may_hear(turn, whom.person, record):
        raise NotNow(f"{whom.person.name} may not know of {record.reference}, and can't be reminded of it.")
    if whom.person is None and not _knows_what_is_asked(turn, record, whom.agency):
        raise NotAllowed(NOT_TOLD)
    if whom.person is None and visible.is_restricted(turn, record):
        me = f"remind {record.reference} me on Friday"
        raise NotNow(f"{record.reference} is restricted, and spoken of in no room. To be reminded yourself, say: {me}")


def _knows_what_is_asked(turn: Turn, record: Case | Enquiry, agency: Agency | None) -> bool:
    """Whether the asker may know what an agency was asked: that a room could be told of it says so."""
    alone = replace(turn, private=True)
    return isinstance(record, Enquiry) or visible.viewer(alone, record).may_know(Kind.REQUESTS, agency)


def may_hear(turn: Turn, person: Person, record: Case | Enquiry) -> bool:
    """Whether somebody who works here may know that there is such a case or letter."""
    if isinstance(record, Case):
        return person.active and visible.sees(turn, person, record)
    hidden = visible.is_about_hidden(replace(turn, who=person), record)
    return person.active and visible.knows_letters(person) and not hidden


def may_read(turn: Turn, person: Person, record: Case | Enquiry, entry: Entry) -> bool:
    """Whether somebody may read the words: they wrote them, or may read notes."""
    viewer = Viewer(person.agency, person.role, private=True)
    if isinstance(record, Case):
        viewer = replace(viewer, relations=visible.relations_to(turn, person, record))
    return entry.recorded_by == person.id or viewer.may_know(Kind.NOTES)


def _check_new(file: File, clear: dict[str, Any], day: date) -> None:
    for one in kept_reminders.that_wait(file.entries):
        if one.happened_on == day and one.clear == clear:
            back = f"unremind {about(file).reference} {one.number}"
            raise AlreadyDone(f"That reminder is set already (entry {one.number}). To take it back, say: {back}")


def awaited(turn: Turn, file: File, agency: str | None, service: str | None) -> list[Deadline]:
    """What these rooms still owe, the earliest first; none of what they say that they have answered."""
    asked = {request.id: request for request in requests_of(file) if request.sent_on is None}
    runs = [one for one in file.deadlines if one.state is ClockState.RUNNING and one.ladder]
    theirs = [one for one in runs if any(map(ladder_of(turn.rules, one).tells, THE_AGENCYS))]
    theirs = [one for one in theirs if one.request_id is None or one.request_id in asked]
    if service:
        return [one for one in theirs if one.request_id and asked[one.request_id].service == service]
    return [one for one in theirs if one.agency is not None and one.agency.value == agency]


def must_be_awaited(turn: Turn, file: File, whom: Whom) -> list[Deadline]:
    """The same of whom was named. Refuses where there is nothing to remind of."""
    agency, service = whom.agency.value if whom.agency else None, whom.service.id if whom.service else None
    owed = awaited(turn, file, agency, service)
    if not owed:
        raise NotNow(f"{about(file).reference}: nothing is awaited from {whom.label} that its room could be told of.")
    return owed


def who_hears(turn: Turn, record: Case | Enquiry, agency: Agency | None) -> Hearers:
    """The agency's rooms, or whoever hears where it has none."""
    return Recipients(turn).of(Hears.ROOM, owner_id=record.owner_id, agency=agency, restricted=False)


def take_back(turn: Turn, file: File, number: int | None = None) -> Entry:
    """Strike a reminder that waits from the record: whoever set it, is to be told, or owns the case."""
    record, waiting = about(file), kept_reminders.that_wait(file.entries)
    entry = facts.entry_numbered(file, number) if number else _the_one(turn, file)
    if entry.kind is not EntryKind.REMINDER_SET:
        raise NotNow(f"Entry {entry.number} of {record.reference} is no reminder. To see yours, say: reminders")
    if entry not in waiting:
        raise AlreadyDone(f"That reminder (entry {entry.number} of {record.reference}) no longer waits.")
    if turn.person.id not in (entry.recorded_by, entry.clear.get("person"), record.owner_id):
        raise NotAllowed("Somebody else set that reminder: ask them, or the case's owner.")
    history.record(turn, record, New(EntryKind.CORRECTED, turn.today, supersedes=entry.id))
    return entry


def _the_one(turn: Turn, file: File) -> Entry:
    """The only one here that is the asker's."""
    mine = [one for one in kept_reminders.that_wait(file.entries) if is_of(one, turn.person)]
    if not mine:
        raise NotNow(f"No reminder of yours waits on {about(file).reference}.")
    if len(mine) > 1:
        choices = {f"{say_day(one.happened_on, turn.today)}, {_called(turn, one)}": str(one.number) for one in mine}
        raise WhichOne("Several reminders of yours wait there. Which one?", choices)
    return mine[0]


def _called(turn: Turn, entry: Entry) -> str:
    person = turn.db.get(Person, entry.clear.get("person") or 0)
    return person.name if person else str(entry.clear["what"])


def is_of(entry: Entry, person: Person) -> bool:
    """Whether somebody set a reminder, or is to be told it."""
    return person.id in (entry.recorded_by, entry.clear.get("person"))
