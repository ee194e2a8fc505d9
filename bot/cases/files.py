"""A case or a letter with everything that belongs to it, read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlmodel import col, select

from bot.cases import history, staff
from bot.domain.terms import CaseStatus, ClockState, EntryKind
from bot.turn import Turn
from storage.columns import columns
from storage.look import look, whole
from storage.tables import Case, Child, Deadline, Enquiry, EnquiryCase, Entry, Person, Request, Setting

CASE: BindParameter[int] = bindparam("case")
OF_CASE, OF_CHILD, OF_SETTING = columns(Case), columns(Child), columns(Setting)
OF_DEADLINE, OF_LETTER, OF_LINK = columns(Deadline), columns(Enquiry), columns(EnquiryCase)
CHILD = (
    whole(Child)
    .add_columns(OF_SETTING.name.label("school"))
    .join(OF_CASE.id.table, OF_CASE.child_id == OF_CHILD.id)
    .outerjoin(OF_SETTING.id.table, OF_SETTING.id == OF_CASE.setting_id)
    .where(OF_CASE.id == CASE)
)
REQUESTS = select(Request).where(Request.case_id == CASE).order_by(col(Request.id))
DEADLINES = whole(Deadline).where(OF_DEADLINE.case_id == CASE).order_by(OF_DEADLINE.legal, OF_DEADLINE.id)
LETTERS = whole(Enquiry).where(
    OF_LINK.case_id == CASE, OF_LINK.enquiry_id == OF_LETTER.id, OF_LETTER.status == CaseStatus.OPEN
)


@dataclass(frozen=True)
class CaseFile:
    """One case: its child, its owner, its requests, its clocks, the letters about it, its whole record."""

    case: Case
    child: Child
    setting: str
    """Of the school, college or nursery; empty where none is recorded."""
    owner: Person | None
    requests: list[Request]
    deadlines: list[Deadline]
    enquiries: list[Enquiry]
    entries: list[Entry]

    def of_request(self, request: Request) -> Deadline | None:
        return next((deadline for deadline in self.deadlines if deadline.request_id == request.id), None)


@dataclass(frozen=True)
class EnquiryFile:
    """One letter: its owner, its clocks, the cases it is about, its whole record."""

    enquiry: Enquiry
    owner: Person | None
    deadlines: list[Deadline]
    cases: list[Case]
    entries: list[Entry]


File = CaseFile | EnquiryFile


def about(file: File) -> Case | Enquiry:
    """The case or the letter itself."""
    return file.case if isinstance(file, CaseFile) else file.enquiry


def requests_of(file: File) -> list[Request]:
    """The requests to bodies; a letter has none."""
    return file.requests if isinstance(file, CaseFile) else []


def open_case_file(turn: Turn, case: Case) -> CaseFile:
    db, this = turn.db, {"case": case.id}
    entries = history.entries_of(db, case)  # first: what is read after it is never older than the record itself
    _as_recorded(turn, case, entries)
    asked = {fact.instance for fact in history.happenings(entries)}  # one whose asking was struck out was never made
    child: Any = db.execute(CHILD, this).one()
    return CaseFile(
        case=case,
        child=child,
        setting=child.school or "",
        owner=staff.person(turn, case.owner_id),
        requests=[request for request in db.scalars(REQUESTS, this) if request.id in asked],
        deadlines=look(db, Deadline, DEADLINES, this),
        enquiries=look(db, Enquiry, LETTERS, this),
        entries=entries,
    )


def open_enquiry_file(turn: Turn, enquiry: Enquiry) -> EnquiryFile:
    linked = select(Case).join(EnquiryCase, col(EnquiryCase.case_id) == Case.id)
    entries = history.entries_of(turn.db, enquiry)
    _as_recorded(turn, enquiry, entries)
    return EnquiryFile(
        enquiry=enquiry,
        owner=staff.person(turn, enquiry.owner_id),
        deadlines=list(
            turn.db.exec(
                select(Deadline)
                .where(Deadline.enquiry_id == enquiry.id)
                .order_by(col(Deadline.legal), col(Deadline.id))
            )
        ),
        cases=list(turn.db.exec(linked.where(EnquiryCase.enquiry_id == enquiry.id))),
        entries=entries,
    )


def open_file(turn: Turn, about: Case | Enquiry) -> CaseFile | EnquiryFile:
    return open_case_file(turn, about) if isinstance(about, Case) else open_enquiry_file(turn, about)


def _as_recorded(turn: Turn, about: Case | Enquiry, entries: Sequence[Entry]) -> None:
    """Read a row again that was read before somebody closed or reopened it: the record says which it is."""
    ends = [entry.kind for entry in entries if entry.kind in (EntryKind.CLOSED, EntryKind.REOPENED)]
    if (ends[-1:] == [EntryKind.CLOSED]) is not (about.status is CaseStatus.CLOSED):
        turn.db.refresh(about)


def is_late(deadline: Deadline, turn: Turn) -> bool:
    """Only a duty that still runs can be late."""
    return deadline.state is ClockState.RUNNING and not deadline.information and deadline.legal < turn.today
