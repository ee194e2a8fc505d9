"""Which cases and letters a person may see at all: one condition, used by every look-up, list and count."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, true
from sqlmodel import col, select

from bot.cases import references
from bot.cases.references import Written
from bot.domain.errors import NotFound, WhichOne
from bot.domain.sharing import MAY_KNOW, Viewer
from bot.domain.terms import CaseStatus, Kind, Role
from bot.turn import Turn
from storage.tables import Case, Enquiry, EnquiryCase, Person, Request

R = TypeVar("R", Case, Enquiry)


def cases(turn: Turn) -> ColumnElement[bool]:
    """The condition on Case: a restricted case exists for its owner and the owner's manager alone."""
    person = turn.person
    return _at_school(person.setting_id) if _works_at_school(person) else _in_general(person.id)


def _works_at_school(person: Person) -> bool:
    return person.role is Role.CONTRIBUTOR and person.setting_id is not None


def _at_school(school: Any) -> ColumnElement[bool]:
    return and_(col(Case.restricted).is_(False), col(Case.setting_id) == school)


def _in_general(viewer: Any) -> ColumnElement[bool]:
    team = select(Person.id).where(Person.manager_id == viewer)
    return or_(col(Case.restricted).is_(False), col(Case.owner_id) == viewer, col(Case.owner_id).in_(team))


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
    Reader.STAFF: _in_general(bindparam("viewer")),
    Reader.SCHOOL: _at_school(bindparam("school")),
}
"""The condition on Case for queries that are made once. `reader` gives their values."""
NUMBERED = select(Case).where(Case.number == bindparam("number"))
NUMBERED_FOR = {reader: NUMBERED.where(fit) for reader, fit in SEES.items()}


def reader(person: Person | None) -> tuple[Reader, Mapping[str, Any]]:
    """Which of these somebody is, nobody being a room, and the values for its condition."""
    if person is None:
        return Reader.ROOM, {}
    if _works_at_school(person):
        return Reader.SCHOOL, {"school": person.setting_id}
    return Reader.STAFF, {"viewer": person.id}


def enquiries(turn: Turn) -> ColumnElement[bool]:
    """The condition on Enquiry: those who may know of letters, where no linked case is hidden from them."""
    if not knows_letters(turn.person):
        return ~true()
    return letters_on(cases(turn))


def knows_letters(person: Person) -> bool:
    """Whether somebody may know of letters at all."""
    return Kind.MP_MATTER in MAY_KNOW[person.role]


def letters_on(fit: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on Enquiry: every case that it is linked to fits."""
    linked = (col(EnquiryCase.enquiry_id) == Enquiry.id, col(EnquiryCase.case_id) == Case.id)
    # Its cases are its own: a list that joins cases too would else lend them to this question.
    return ~exists().where(*linked, ~fit).correlate(Enquiry)


def is_restricted(turn: Turn, about: Case | Enquiry) -> bool:
    """Whether it is spoken of to its owner and their manager alone: a restricted case, or a letter about one."""
    if isinstance(about, Case):
        return about.restricted
    linked = select(Case.id).join(EnquiryCase, col(EnquiryCase.case_id) == Case.id)
    found = linked.where(EnquiryCase.enquiry_id == about.id, col(Case.restricted)).limit(1)
    return turn.db.exec(found).first() is not None


def viewer(turn: Turn, case: Case | None = None) -> Viewer:
    """The reader of this answer about a case: the asker alone, or the whole room."""
    person = turn.person
    if not turn.private and turn.room is not None:
        return Viewer(agency=turn.room.agency)
    asked = case is not None and person.role is Role.CONTRIBUTOR and _asked(turn, case)
    return Viewer(agency=person.agency, role=person.role, private=turn.private, asked=asked)


def fit_for_room(turn: Turn, named: object) -> bool:
    """Whether the room that a line was said in may hear of what the line names. Else the asker is answered alone."""
    match named:
        case Case():
            return not named.restricted
        case Request():
            return not turn.db.get_one(Case, named.case_id).restricted
        case Enquiry():
            return viewer(turn).may_know(Kind.MP_MATTER)
        case tuple():
            return all(fit_for_room(turn, one) for one in named)
    return True


def _asked(turn: Turn, case: Case) -> bool:
    own = select(Request.id).where(Request.case_id == case.id, Request.agency == turn.person.agency).limit(1)
    return turn.db.exec(own).first() is not None


def find_case(turn: Turn, text: str) -> Case:
    """The one case meant by a reference among those the asker may see: open ones first, then this year's."""
    written = references.read(text)
    who, values = reader(turn.person)
    found = _narrowed(turn, written, list(turn.db.scalars(NUMBERED_FOR[who], {"number": written.number, **values})))
    return _the_one(text, written, found, "cases")


def find_enquiry(turn: Turn, text: str) -> Enquiry:
    """The one letter meant by a reference among those the asker may see; of any kind, where none is written."""
    written = references.read(text, *references.LETTERS)
    query = select(Enquiry).where(Enquiry.number == written.number, enquiries(turn))
    if written.prefix:
        query = query.where(Enquiry.kind == references.LETTERS[written.prefix])
    found = _narrowed(turn, written, list(turn.db.exec(query)))
    return _the_one(text, written, found, "letters")


def _narrowed(turn: Turn, written: Written, found: list[R]) -> list[R]:
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
