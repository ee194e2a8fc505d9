"""Which cases and letters a person may see at all: one condition, used by every look-up, list and count."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, true
from sqlmodel import col, select

from bot.cases import references
from bot.cases.references import Written
from bot.domain.errors import NotFound, WhichOne
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, Basis, CaseStatus, Kind, Relation, Role
from bot.turn import Turn
from storage.columns import Moment
from storage.tables import Admitted, Case, Enquiry, EnquiryCase, Entry, Person, Request

R = TypeVar("R", Case, Enquiry)


def cases(turn: Turn) -> ColumnElement[bool]:
    """The condition on Case: a restricted one is there for its owner, the owner's manager and who is admitted to it."""
    person = turn.person
    if _works_at_school(person):
        return _at_school(person.setting_id, person.id, turn.now)
    return _in_general(person.id, turn.now)


def told_here(turn: Turn) -> ColumnElement[bool]:
    """The same for a list or a count: in a room those alone that it may hear of."""
    return cases(turn) if turn.private else and_(col(Case.restricted).is_(False), cases(turn))


def _works_at_school(person: Person) -> bool:
    return person.role is Role.CONTRIBUTOR and person.setting_id is not None


def _at_school(school: Any, viewer: Any, now: Any) -> ColumnElement[bool]:
    theirs = and_(col(Case.restricted).is_(False), col(Case.setting_id) == school)
    return or_(theirs, col(Case.id).in_(_admitted(viewer, now)))


def _in_general(viewer: Any, now: Any) -> ColumnElement[bool]:
    team = select(Person.id).where(Person.manager_id == viewer)
    theirs = or_(col(Case.owner_id) == viewer, col(Case.owner_id).in_(team))
    return or_(col(Case.restricted).is_(False), theirs, col(Case.id).in_(_admitted(viewer, now)))


def _admitted(viewer: Any, now: Any) -> Any:
    """The cases that somebody is named to, or has opened by breaking the glass for a while that is not over."""
    lasts = or_(col(Admitted.until).is_(None), col(Admitted.until) > now)
    return select(Admitted.case_id).where(Admitted.person_id == viewer, lasts)


def restricted_to(turn: Turn, owner_id: int | None) -> tuple[int, ...]:
    """Who may see a restricted case of this owner's, as `cases` says: the owner, then the owner's manager."""
    owner = turn.db.get(Person, owner_id) if owner_id else None
    readers = (owner, turn.db.get(Person, owner.manager_id) if owner and owner.manager_id else None)
    return tuple(one.id or 0 for one in readers if one is not None and not _works_at_school(one))


class Reader(Enum):
    """Who is told something: a room, or one person, who may work at a school."""

    ROOM = auto()
    STAFF = auto()
    SCHOOL = auto()


SEES: Mapping[Reader, ColumnElement[bool]] = {
    Reader.ROOM: col(Case.restricted).is_(False),
    Reader.STAFF: _in_general(bindparam("viewer"), bindparam("now", type_=Moment)),
    Reader.SCHOOL: _at_school(bindparam("school"), bindparam("viewer"), bindparam("now", type_=Moment)),
}
"""The condition on Case for queries that are made once. `reader` gives their values."""
NUMBERED = select(Case).where(Case.number == bindparam("number"))
NUMBERED_FOR = {reader: NUMBERED.where(fit) for reader, fit in SEES.items()}
IS_THERE = {reader: select(Case.id).where(Case.id == bindparam("case"), fit) for reader, fit in SEES.items()}


def reader(turn: Turn, person: Person | None) -> tuple[Reader, Mapping[str, Any]]:
    """Which of these somebody is, nobody being a room, and the values for its condition."""
    if person is None:
        return Reader.ROOM, {}
    values = {"viewer": person.id, "now": turn.now}
    if _works_at_school(person):
        return Reader.SCHOOL, {"school": person.setting_id, **values}
    return Reader.STAFF, values


def sees(turn: Turn, person: Person, case: Case) -> bool:
    """Whether a case is there for somebody who has not spoken."""
    who, values = reader(turn, person)
    return turn.db.execute(IS_THERE[who], {"case": case.id, **values}).first() is not None


def enquiries(turn: Turn) -> ColumnElement[bool]:
    """The condition on Enquiry: those who may know of letters, where no linked case is hidden from them."""
    if not knows_letters(turn.person):
        return ~true()
    return letters_on(cases(turn))


def letters_told_here(turn: Turn) -> ColumnElement[bool]:
    """The same for a list or a count: in a room those alone that it may hear of."""
    return letters_on(told_here(turn)) if knows_letters(turn.person) else ~true()


def knows_letters(person: Person) -> bool:
    """Whether somebody may know of letters at all."""
    return Viewer(person.agency, person.role, private=True).may_know(Kind.MP_MATTER)


def letters_on(fit: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on Enquiry: every case that it is linked to fits."""
    linked = (col(EnquiryCase.enquiry_id) == Enquiry.id, col(EnquiryCase.case_id) == Case.id)
    # Its cases are its own: a list that joins cases too would else lend them to this question.
    return ~exists().where(*linked, ~fit).correlate(Enquiry)


def have_written(turn: Turn, names: Iterable[str]) -> bool:
    """Whether each is part of the name, or the constituency, of an MP whose letter may be told of here."""
    theirs = select(Enquiry.id).where(letters_told_here(turn)).limit(1)
    like = (
        or_(*(col(said).icontains(name.strip(), autoescape=True) for said in (Enquiry.mp, Enquiry.constituency)))
        for name in names
    )
    return all(turn.db.exec(theirs.where(each)).first() is not None for each in like)


def is_about_hidden(turn: Turn, letter: Enquiry) -> bool:
    """Whether a letter is about a case that is hidden from the asker; from everybody, where nobody asks."""
    fit = letters_on(SEES[Reader.ROOM] if turn.who is None else cases(turn))
    return turn.db.exec(select(Enquiry.id).where(Enquiry.id == letter.id, fit)).first() is None


def is_restricted(turn: Turn, about: Case | Enquiry) -> bool:
    """Whether it is spoken of to its owner and their manager alone: a restricted case, or a letter about one."""
    if isinstance(about, Case):
        return about.restricted
    linked = select(Case.id).join(EnquiryCase, col(EnquiryCase.case_id) == Case.id)
    found = linked.where(EnquiryCase.enquiry_id == about.id, col(Case.restricted)).limit(1)
    return turn.db.exec(found).first() is not None


def viewer(turn: Turn, case: Case | None = None) -> Viewer:
    """The reader of this answer about a case: the asker alone, or the whole room, which hears no more than they may."""
    person = turn.person
    asker = Viewer(person.agency, person.role, private=turn.private)
    if not turn.private and turn.room is not None:
        return Viewer(turn.room.agency, asker=asker)
    return replace(asker, relations=relations_to(turn, person, case)) if case is not None else asker


def relations_to(turn: Turn, person: Person, case: Case) -> frozenset[Relation]:
    """What somebody is to a case, by which it is there for them: of one that is not restricted anybody's will do."""
    if case.restricted:
        return frozenset(_by_name(turn, person, case))
    asked = person.role is Role.CONTRIBUTOR and _asked(turn, person, case)
    return frozenset({Relation.ANY, Relation.ASKED} if asked else {Relation.ANY})


def _by_name(turn: Turn, person: Person, case: Case) -> Iterator[Relation]:
    owner = turn.db.get(Person, case.owner_id) if case.owner_id else None
    if owner and not _works_at_school(person):
        yield from [Relation.OWNER] if owner.id == person.id else []
        yield from [Relation.MANAGER] if owner.manager_id == person.id else []
    lasts = or_(col(Admitted.until).is_(None), col(Admitted.until) > turn.now)
    mine = select(Admitted.basis).where(Admitted.case_id == case.id, Admitted.person_id == person.id, lasts)
    for basis in turn.db.exec(mine):
        yield Relation.NAMED if basis is Basis.NAMED else Relation.BROKE_GLASS


def _asked(turn: Turn, person: Person, case: Case) -> bool:
    own = select(Request.id).where(Request.case_id == case.id, Request.agency == person.agency).limit(1)
    return turn.db.exec(own).first() is not None


def letters_among(turn: Turn, reader: Viewer, letters: Sequence[Enquiry]) -> list[Enquiry]:
    """Those of a case's letters that this reader may know of: none that is about a case hidden from them too."""
    if not letters or not reader.may_know(Kind.MP_MATTER):
        return []
    fit = enquiries(turn) if reader.role else letters_on(SEES[Reader.ROOM])
    there = {*turn.db.scalars(select(Enquiry.id).where(col(Enquiry.id).in_([one.id for one in letters]), fit))}
    return [letter for letter in letters if letter.id in there]


def entries_among(turn: Turn, reader: Viewer, entries: Sequence[Entry]) -> list[Entry]:
    """Those entries whose words this reader may read: all, or what their own agency's people wrote."""
    if reader.may_know(Kind.NOTES):
        return [*entries]
    if not reader.may_know(Kind.NOTES, reader.agency):
        return []
    return [entry for entry in entries if (by := _agency_of(turn, entry)) and reader.may_know(Kind.NOTES, by)]


def _agency_of(turn: Turn, entry: Entry) -> Agency | None:
    by = turn.db.get(Person, entry.recorded_by) if entry.recorded_by else None
    return by.agency if by else None


def fit_for_room(turn: Turn, named: object) -> bool:
    """Whether the room that a line was said in may hear of what the line names. Else the asker is answered alone."""
    match named:
        case Case():
            return not named.restricted
        case Request():
            return not turn.db.get_one(Case, named.case_id).restricted
        case Enquiry():
            return turn.private or (viewer(turn).may_know(Kind.MP_MATTER) and not is_restricted(turn, named))
        case tuple():
            return all(fit_for_room(turn, one) for one in named)
    return True


def find_case(turn: Turn, text: str) -> Case:
    """The one case meant by a reference among those the asker may see: open ones first, then this year's."""
    written = references.read(text)
    who, values = reader(turn, turn.person)
    found = narrowed(turn, written, turn.db.scalars(NUMBERED_FOR[who], {"number": written.number, **values}))
    return _the_one(text, written, found, "cases")


def find_enquiry(turn: Turn, text: str) -> Enquiry:
    """The one letter meant by a reference among those the asker may see; of any kind, where none is written."""
    written = references.read(text, *references.LETTERS)
    query = select(Enquiry).where(Enquiry.number == written.number, enquiries(turn))
    if written.prefix:
        query = query.where(Enquiry.kind == references.LETTERS[written.prefix])
    found = narrowed(turn, written, turn.db.exec(query))
    return _the_one(text, written, found, "letters")


def narrowed(turn: Turn, written: Written, there: Iterable[R]) -> list[R]:
    """Those that a reference means, of several with its number: open ones first, then this year's."""
    found = list(there)
    if written.year is not None:
        return [one for one in found if one.year == written.year]
    still_open = [one for one in found if one.status is CaseStatus.OPEN] or found
    return [one for one in still_open if one.year == turn.today.year] or still_open


def _the_one(text: str, written: Written, found: list[R], things: str) -> R:
    match found:
        case [one]:
            return one
        case []:
            prefix = written.prefix or (references.CASE if things == "cases" else "")
            whole = written.year is not None and prefix
            asked = references.say(prefix, written.year or 0, written.number) if whole else text.strip()
            raise NotFound(f"I can't find {asked} among the {things} you can see. Check the number, or say: list mine")
        case several:
            named = " or ".join(one.reference for one in several)
            meant = {one.reference: one.reference for one in several}
            raise WhichOne(f"Which one do you mean by {text.strip()}: {named}?", meant, wrote=text)
