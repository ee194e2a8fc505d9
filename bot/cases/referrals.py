"""Cases: opened, handed over, noted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from bot.cases import children, deadlines, history, posts, staff, visible
from bot.cases.children import Known, Private
from bot.cases.history import New
from bot.cases.references import insert_with_reference
from bot.domain.errors import AlreadyDone, CannotRead, NotNow
from bot.domain.facts import FACTS
from bot.domain.terms import AskedBy, CaseStatus, EntryKind, Notice, Process, Role
from bot.turn import Turn
from storage.add import add_row
from storage.columns import columns
from storage.queries import rooms_of
from storage.tables import Case, Deadline, Enquiry, Entry, Person, Setting

SETTINGS = columns(Setting)
SETTING = select(SETTINGS.id).where(func.lower(SETTINGS.name) == bindparam("name"))


@dataclass(frozen=True)
class Opened:
    """A new case and the clocks that run on it."""

    case: Case
    deadlines: Sequence[Deadline]


@dataclass(frozen=True)
class Match:
    """A case of a child who looks the same; `hidden` ones are not the asker's to see."""

    case: Case
    hidden: bool


def matches(turn: Turn, same: Sequence[int]) -> list[Match]:
    """Cases, open or closed, of these children."""
    if not same:
        return []
    found = list(turn.db.exec(select(Case).where(col(Case.child_id).in_(same))))
    seen = set(turn.db.exec(select(Case.id).where(col(Case.child_id).in_(same), visible.cases(turn))))
    return [Match(case, hidden=case.id not in seen) for case in found]


def open_case(
    turn: Turn,
    private: Private,
    *,
    process: Process,
    received: date,
    asked_by: AskedBy,
    owner: Person | None,
    setting: str = "",
    restricted: bool = False,
    note: str = "",
    same: Known | None = None,
) -> Opened:
    """Open a case: the child sealed, the first entries, the clocks, and the cards of the rooms that may know.

    `same` are the children who look the same, where the caller has looked: the case is of the first who surely is.
    """
    _check_received(turn, received, private.born)
    check_owner(owner, staff.OFFICERS)
    same = same or children.known(turn, private)
    child = None if same.surely else children.register(turn, private)
    case = Case(
        child_id=child.id if child else same.surely[0],
        setting_id=_setting(turn, setting),
        process=process,
        asked_by=asked_by,
        owner_id=owner.id if owner else None,
        restricted=restricted,
        opened_at=turn.now,
        stage=FACTS[EntryKind.REQUEST_RECEIVED].stage,
    )
    insert_with_reference(turn, case)
    new, key = _first_entries(turn, case, received, note), child.key if child else None
    entries = history.record_after(turn, case, new, last=(0, history.FIRST), key=key)
    running = deadlines.rebuild(turn, case, entries, first=True)
    if not restricted:
        posts.show_case(turn, case, rooms_of(turn.db, *posts.PARTNERS))
    if owner and owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, case_id=case.id)
    return Opened(case, running)


def _first_entries(turn: Turn, case: Case, received: date, note: str) -> list[New]:
    opened = {"process": case.process.value, "asked_by": case.asked_by.value, "owner": case.owner_id}
    entries = [New(EntryKind.REQUEST_RECEIVED, received), New(EntryKind.OPENED, turn.today, clear=opened)]
    return [*entries, New(EntryKind.NOTED, turn.today, words=note)] if note else entries


def _check_received(turn: Turn, received: date, born: date) -> None:
    if received > turn.today:
        raise CannotRead("The council can't have received it after today. Enter the day it arrived.", "received")
    if born > received:
        raise CannotRead("The date of birth is after the day the request was received. Check both.", "born")


def _setting(turn: Turn, name: str) -> int | None:
    if not name.strip():
        return None
    known = turn.db.execute(SETTING, {"name": name.strip().lower()}).scalar()
    return known or add_row(turn.db, Setting, {"name": name.strip(), "urn": "", "phase": ""})


def must_be_open(record: Case | Enquiry) -> None:
    if record.status is CaseStatus.CLOSED:
        word = record.outcome.label if record.outcome else "no outcome"
        raise NotNow(f"{record.reference} is closed ({word}). To go on with it, say: reopen {record.reference}")


def assign(turn: Turn, case: Case, owner: Person) -> None:
    """Hand a case over. Later nudges go to the new owner; what the old one was told stays on record."""
    must_be_open(case)
    check_owner(owner, staff.OFFICERS, blank="to")
    check_new_owner(case, owner)
    before, case.owner_id = case.owner_id, owner.id
    history.record(turn, case, New(EntryKind.ASSIGNED, turn.today, clear={"owner": owner.id, "before": before}))
    posts.case_moved(turn, case)
    if owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, case_id=case.id)


def check_owner(owner: Person | None, roles: Collection[Role], *, blank: str = "owner") -> None:
    """Refuses an owner whose work this is not."""
    if owner is not None and owner.role not in roles:
        people = " and ".join(role.people for role in roles)
        raise CannotRead(f"{owner.name} can't be its owner: that is for {people}.", blank)


def check_new_owner(record: Case | Enquiry, owner: Person) -> None:
    if record.owner_id == owner.id:
        raise AlreadyDone(f"{record.reference} belongs to {owner.name} already.")


def note(turn: Turn, about: Case | Enquiry, words: str) -> Entry:
    """Add a note. Its words are sealed and never reach a room."""
    return history.record(turn, about, New(EntryKind.NOTED, turn.today, words=words))[0]
