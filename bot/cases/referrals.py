"""Cases: opened, handed over, noted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from bot.cases import children, deadlines, history, new_owner, posts, staff, visible, withdrawing
from bot.cases.children import Known, Private, Registered
from bot.cases.files import CaseFile
from bot.cases.history import New
from bot.cases.references import insert_with_reference
from bot.domain.errors import AlreadyDone, CannotRead, NotAllowed, NotNow
from bot.domain.facts import FACTS, beginnings
from bot.domain.periods import corresponding
from bot.domain.terms import AskedBy, CaseStatus, EntryKind, Notice, Process, Restriction, Role
from bot.turn import Turn
from storage.add import add_row
from storage.columns import columns
from storage.queries import rooms_of
from storage.tables import Case, Deadline, Enquiry, Entry, Person, Setting

FIVE = 5
"""The age, in years, from which the Code no longer asks for a review every three to six months."""

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
    found = list(turn.db.exec(select(Case).where(col(Case.child_id).in_(same)).order_by(col(Case.id))))
    seen = set(turn.db.exec(select(Case.id).where(col(Case.child_id).in_(same), visible.cases(turn))))
    return [Match(case, hidden=case.id not in seen) for case in found]


def open_case(
    turn: Turn,
    private: Private,
    *,
    process: Process,
    beginning: EntryKind | None = None,
    received: date,
    asked_by: AskedBy,
    owner: Person | None,
    setting: str = "",
    restricted: bool = False,
    restriction: Restriction | None = None,
    note: str = "",
    same: Known | None = None,
) -> Opened:
    """Open a case: the child sealed, the first entries, the clocks, and the cards of the rooms that may know.

    It counts from `received`, the day of its `beginning`: the usual one of its process where none is given. With a
    `restriction` it is for the named alone from the first moment, and why is on record, sealed. `same` are the children
    who look the same, where the caller has looked: the case is of the first who surely is.
    """
    start = New(beginning or beginnings(process)[0], received)
    _check_began(turn, start, private.born)
    check_owner(turn, owner, staff.OFFICERS)
    same = same or children.known(turn, private)
    child = None if same.surely else children.register(turn, private)
    case = Case(
        child_id=child.id if child else same.surely[0],
        setting_id=setting_named(turn, setting),
        process=process,
        asked_by=asked_by,
        owner_id=owner.id if owner else None,
        restricted=restricted or restriction is not None,
        opened_at=turn.now,
        stage=FACTS[start.kind].stage,
    )
    words = [New(EntryKind.RESTRICTED, turn.today, words=restriction.label)] if restriction else []
    words += [New(EntryKind.NOTED, turn.today, words=note)] if note else []
    return _open(turn, case, owner, [start, *young(process, start, private.born)], words, child)


def start(
    turn: Turn, of: CaseFile, *, process: Process, beginning: EntryKind, on: date, owner: Person | None
) -> Opened:
    """Open another case for the child of a case: a further process, at the same setting, restricted where that is."""
    known = children.private_of(turn, of.child)
    if known is None:
        raise NotNow(f"The child of {of.case.reference} has been erased from the record. Say: new")
    start = New(beginning, on)
    _check_began(turn, start, known.born, blank="on")
    check_owner(turn, owner, staff.OFFICERS)
    case = Case(
        child_id=of.case.child_id,
        setting_id=of.case.setting_id,
        process=process,
        asked_by=of.case.asked_by,
        owner_id=owner.id if owner else None,
        restricted=of.case.restricted,
        opened_at=turn.now,
        stage=FACTS[beginning].stage,
    )
    return _open(turn, case, owner, [start, *young(process, start, known.born)])


def _open(
    turn: Turn,
    case: Case,
    owner: Person | None,
    began: Sequence[New],
    words: Sequence[New] = (),
    child: Registered | None = None,
) -> Opened:
    if child is None:
        children.must_stay(turn, case.child_id)
    insert_with_reference(turn, case)
    opened = {"process": case.process.value, "asked_by": case.asked_by.value, "owner": case.owner_id}
    new = [*began, New(EntryKind.OPENED, turn.today, clear=opened), *words]
    entries = history.record_after(turn, case, new, last=(0, history.FIRST), key=child.key if child else None)
    running = deadlines.rebuild(turn, case, entries, first=True)
    if not case.restricted:
        posts.show_case(turn, case, rooms_of(turn.db, *posts.PARTNERS))
    if owner and owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, case_id=case.id)
    return Opened(case, running)


def _check_began(turn: Turn, start: New, born: date, *, blank: str = "received") -> None:
    fact, on = FACTS[start.kind], start.on
    if fact.yearly and (on.month, on.day) != fact.yearly:
        day = on.replace(month=fact.yearly[0], day=fact.yearly[1])
        named, example = f"{day:%-d %B}", max(day.year, turn.today.year + 1)
        raise CannotRead(f"A {fact.label} counts back from {named}. Give its year, for example: {example}", blank)
    if on > turn.today and not fact.ahead:
        came = start.kind is EntryKind.REQUEST_RECEIVED
        what = "The council can't have received it" if came else f"{_sentence(fact.label)} can't be dated"
        raise CannotRead(f"{what} after today. Enter the day it {'arrived' if came else 'happened'}.", blank)
    if born > on:
        wrong = "born" if blank == "received" else blank
        raise CannotRead("The date of birth is after the day the case counts from. Check both.", wrong)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def young(process: Process, start: New, born: date) -> list[New]:
    """That a child was under five on the day of the last review: what the Code has reviewed more often (9.178)."""
    if process is not Process.ANNUAL_REVIEW or start.kind is not EntryKind.LAST_REVIEW_CONCLUDED:
        return []
    return [New(EntryKind.UNDER_FIVE, start.on)] if start.on < corresponding(born, 12 * FIVE) else []


def setting_named(turn: Turn, name: str) -> int | None:
    """The school, college or nursery of that name, put in where it is new; None for no name."""
    if not name.strip():
        return None
    known = turn.db.execute(SETTING, {"name": name.strip().lower()}).scalar()
    return known or add_row(turn.db, Setting, {"name": name.strip(), "urn": "", "phase": ""})


def must_be_open(record: Case | Enquiry) -> None:
    if record.status is CaseStatus.CLOSED:
        word = record.outcome.label if record.outcome else "no outcome"
        raise NotNow(f"{record.reference} is closed ({word}). To go on with it, say: reopen {record.reference}")


def owner_of(turn: Turn, case: Case) -> Person:
    """Whose case it is. Refuses one that is nobody's, or was somebody's who has left."""
    owner = turn.db.get(Person, case.owner_id) if case.owner_id else None
    if owner is None or not owner.active:
        raise NotNow(f"Nobody owns {case.reference}, and nobody would see it. Give it an owner first: assign")
    return owner


def is_theirs(turn: Turn, case: Case) -> bool:
    """Whether the asker owns a case or is the owner's manager: the named, and who opened it for a day, only see it."""
    owner = turn.db.get(Person, case.owner_id) if case.owner_id else None
    return owner is not None and turn.person.id in (owner.id, owner.manager_id)


def check_theirs(turn: Turn, case: Case) -> None:
    """Refuses, of a restricted case, whoever neither owns it nor is the owner's manager."""
    if case.restricted and not is_theirs(turn, case):
        raise NotAllowed(f"{case.reference} is restricted: that is for its owner and their manager.")


def assign(turn: Turn, case: Case, owner: Person) -> None:
    """Hand a case over. Later nudges go to the new owner; what the old one was told stays on record."""
    must_be_open(case)
    check_theirs(turn, case)
    check_owner(turn, owner, staff.OFFICERS, blank="to")
    check_new_owner(case, owner)
    before, case.owner_id = case.owner_id, owner.id
    history.record(turn, case, New(EntryKind.ASSIGNED, turn.today, clear={"owner": owner.id, "before": before}))
    new_owner.follow(turn, case)
    if case.restricted:  # the owner before, and their manager, see it no more
        withdrawing.take_out(turn, case)
    posts.case_moved(turn, case)
    if owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, case_id=case.id)


def check_owner(turn: Turn, owner: Person | None, roles: Collection[Role], *, blank: str = "owner") -> None:
    """Refuses an owner whose work this is not."""
    if owner is not None and owner.role not in roles:
        people = " and ".join(turn.rules.people(role) for role in roles)
        raise CannotRead(f"{owner.name} can't be its owner: that is for {people}.", blank)


def check_new_owner(record: Case | Enquiry, owner: Person) -> None:
    if record.owner_id == owner.id:
        raise AlreadyDone(f"{record.reference} belongs to {owner.name} already.")


def note(turn: Turn, about: Case | Enquiry, words: str) -> Entry:
    """Add a note. Its words are sealed and never reach a room."""
    return history.record(turn, about, New(EntryKind.NOTED, turn.today, words=words))[0]
