"""Cases: opened, handed over, closed, reopened, noted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from bot.cases import children, deadlines, history, posts, staff, visible
from bot.cases.children import Known, Private
from bot.cases.files import CaseFile, open_case_file
from bot.cases.history import New
from bot.cases.references import insert_with_reference
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead, NotNow
from bot.domain.terms import AskedBy, CaseStatus, EntryKind, Notice, Outcome, Process, Role
from bot.turn import Turn
from storage.add import add_row
from storage.columns import columns
from storage.queries import rooms_of
from storage.tables import Case, Deadline, Enquiry, Entry, Person, Setting

NEEDED = {
    Outcome.PLAN_ISSUED: (EntryKind.FINAL_PLAN_SENT, "final plan"),
    Outcome.NO_ASSESSMENT: (EntryKind.REFUSAL_TO_ASSESS_SENT, "refusal to assess"),
    Outcome.NO_PLAN: (EntryKind.REFUSAL_TO_ISSUE_SENT, "refusal to issue"),
}
"""What must have been sent for a case to end so, and what `sent` calls it."""

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
        stage=deadlines.STAGES[EntryKind.REQUEST_RECEIVED],
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


def close(turn: Turn, file: CaseFile, outcome: Outcome, on: date, words: str = "") -> None:
    """Close a case: every clock that runs is silent from now on."""
    must_be_open(file.case)
    if on > turn.today:
        raise CannotRead("A case can't be closed on a day that is still to come.", "on")
    if on < (began := history.began(file.entries)):
        raise CannotRead(f"The case began on {say_day(began, turn.today)}: it can't be closed before that.", "on")
    _check_outcome(file, outcome)
    file.case.status, file.case.outcome, file.case.closed_on = CaseStatus.CLOSED, outcome, on
    _record_and_rebuild(turn, file, New(EntryKind.CLOSED, on, clear={"outcome": outcome.value}, words=words))


def _check_outcome(file: CaseFile, outcome: Outcome) -> None:
    """Refuses an end that is not on record: to close as refused what was never refused would hide a missed date."""
    if outcome is Outcome.ANSWERED:
        raise CannotRead("A letter is answered, a case is not. Choose how the case ended.", "outcome")
    needed, what = NEEDED.get(outcome, (None, ""))
    if needed and needed not in {entry.kind for entry in history.standing(file.entries)}:
        reference = file.case.reference
        raise NotNow(f"{reference}: no {what} is on record as sent. Say first: sent {what} {reference}")


def reopen(turn: Turn, file: CaseFile, words: str) -> None:
    """Open a closed case again: its clocks go on from the dates they always had."""
    if file.case.status is CaseStatus.OPEN:
        raise NotNow(f"{file.case.reference} is open already.")
    file.case.status, file.case.outcome, file.case.closed_on = CaseStatus.OPEN, None, None
    _record_and_rebuild(turn, file, New(EntryKind.REOPENED, turn.today, words=words))


def _record_and_rebuild(turn: Turn, file: CaseFile, new: New) -> None:
    added = history.record_after(turn, file.case, [new], last=history.end_of(file.entries))
    deadlines.rebuild(turn, file.case, [*file.entries, *added], file.requests)
    posts.case_moved(turn, file.case)


def refreshed(turn: Turn, file: CaseFile) -> CaseFile:
    """The file as it stands after a change in this turn."""
    turn.db.flush()
    return open_case_file(turn, file.case)
