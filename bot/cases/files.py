"""A case or a letter with everything that belongs to it, read once."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam
from sqlmodel import col, select

from bot.cases import history
from bot.domain.terms import CaseStatus, ClockState
from bot.turn import Turn
from storage.tables import Case, Child, Deadline, Enquiry, EnquiryCase, Entry, Person, Request, Setting

CASE: BindParameter[int] = bindparam("case")
WHOSE = (
    select(Child, Setting, Person)
    .select_from(Case)
    .join(Child, col(Child.id) == Case.child_id)
    .outerjoin(Setting, col(Setting.id) == Case.setting_id)
    .outerjoin(Person, col(Person.id) == Case.owner_id)
    .where(Case.id == CASE)
)
REQUESTS = select(Request).where(Request.case_id == CASE).order_by(col(Request.id))
DEADLINES = select(Deadline).where(Deadline.case_id == CASE).order_by(col(Deadline.legal))
LETTERS = (
    select(Enquiry)
    .join(EnquiryCase, col(EnquiryCase.enquiry_id) == Enquiry.id)
    .where(EnquiryCase.case_id == CASE, Enquiry.status == CaseStatus.OPEN)
)


@dataclass(frozen=True)
class CaseFile:
    """One case: its child, its owner, its requests, its clocks, the letters about it, its whole record."""

    case: Case
    child: Child
    setting: Setting | None
    owner: Person | None
    requests: list[Request]
    deadlines: list[Deadline]
    enquiries: list[Enquiry]
    entries: list[Entry]

    def of_request(self, request: Request) -> Deadline | None:
        return next((deadline for deadline in self.deadlines if deadline.request_id == request.id), None)


@dataclass(frozen=True)
class EnquiryFile:
    """One MP letter: its owner, its clocks, the cases it is about, its whole record."""

    enquiry: Enquiry
    owner: Person | None
    deadlines: list[Deadline]
    cases: list[Case]
    entries: list[Entry]


def open_case_file(turn: Turn, case: Case) -> CaseFile:
    db, this = turn.db, {"case": case.id}
    child, setting, owner = db.execute(WHOSE, this).one()
    return CaseFile(
        case=case,
        child=child,
        setting=setting,
        owner=owner,
        requests=list(db.scalars(REQUESTS, this)),
        deadlines=list(db.scalars(DEADLINES, this)),
        enquiries=list(db.scalars(LETTERS, this)),
        entries=history.entries_of(db, case),
    )


def open_enquiry_file(turn: Turn, enquiry: Enquiry) -> EnquiryFile:
    linked = select(Case).join(EnquiryCase, col(EnquiryCase.case_id) == Case.id)
    return EnquiryFile(
        enquiry=enquiry,
        owner=turn.db.get(Person, enquiry.owner_id) if enquiry.owner_id else None,
        deadlines=list(
            turn.db.exec(select(Deadline).where(Deadline.enquiry_id == enquiry.id).order_by(col(Deadline.legal)))
        ),
        cases=list(turn.db.exec(linked.where(EnquiryCase.enquiry_id == enquiry.id))),
        entries=history.entries_of(turn.db, enquiry),
    )


def is_late(deadline: Deadline, turn: Turn) -> bool:
    """Only a duty that still runs can be late."""
    return deadline.state is ClockState.RUNNING and not deadline.information and deadline.legal < turn.today
