"""Lists of cases, letters and dates: one query each, over what the asker may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func
from sqlalchemy import select as select_rows
from sqlmodel import col, or_, select

from bot.cases import visible
from bot.domain.errors import NotAllowed
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, ClockKind, ClockState, Kind, LetterKind, Process
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, EnquiryCase, Person, Request

PAGE = 15


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. All that is given must hold."""

    owners: tuple[int, ...] = ()
    agency: Agency | None = None
    process: Process | None = None
    letter: LetterKind | None = None
    mp: str = ""
    first: date | None = None
    last: date | None = None
    safe_by: date | None = None
    """Such that the last safe day to act is on or before this."""


class Dated(NamedTuple):
    """When one duty is due."""

    id: int
    legal: date
    safe: date


@dataclass(frozen=True)
class DueLine:
    """One date on a list, with what it belongs to."""

    deadline: Deadline
    reference: str
    request: Request | None
    owner: str


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and how many there are in all."""

    lines: list[DueLine]
    total: int
    statutory: int
    """How many of the total are the law's dates."""
    number: int

    @property
    def more(self) -> bool:
        return self.number * PAGE < self.total


def due(turn: Turn, wanted: Wanted, page: int, *, size: int = PAGE) -> Page:
    """Duties that run, by date: those that the asker may know of."""
    base = _duties(turn, wanted)
    counted = base.with_only_columns(func.count(), func.count().filter(col(Deadline.rule).in_(_statutory(turn))))
    total, statutory = turn.db.execute(counted).one()
    rows = turn.db.execute(
        base.order_by(col(Deadline.legal), col(Deadline.id)).offset((page - 1) * size).limit(size)
    ).all()
    return Page([_line(*row) for row in rows], total, statutory, page)


def dates(turn: Turn, wanted: Wanted) -> list[Dated]:
    """The same dates, every one of them, and nothing else: for counting and sorting thousands."""
    of = (col(Deadline.id), col(Deadline.legal), col(Deadline.safe))
    return [Dated(*row) for row in turn.db.execute(_duties(turn, wanted).with_only_columns(*of))]


def lines(turn: Turn, wanted: Wanted, these: Sequence[int]) -> list[DueLine]:
    """Some of these dates as lines, in the order given."""
    rows = turn.db.execute(_duties(turn, wanted).where(col(Deadline.id).in_(these)))
    found = {row[0].id: _line(*row) for row in rows}
    return [found[one] for one in these]


def _statutory(turn: Turn) -> list[str]:
    return [rule.id for rule in turn.rules.clocks if rule.kind is ClockKind.STATUTORY]


def _own_rules(turn: Turn, kind: LetterKind) -> list[str]:
    """The clocks of what such a letter asks for, which an MP's letter may run too; none for an MP's letter itself."""
    if kind is LetterKind.MP_LETTER:
        return []
    return [rule.id for rule in turn.rules.of(kind)]


def _duties(turn: Turn, wanted: Wanted) -> Select[Deadline, Case, Enquiry, Request, str]:
    query = (
        select_rows(Deadline, Case, Enquiry, Request, col(Person.name))
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
        .outerjoin(Person, col(Person.id) == func.coalesce(Case.owner_id, Enquiry.owner_id))
        .where(col(Deadline.state) == ClockState.RUNNING, col(Deadline.information).is_(False))
        .where(
            or_(
                col(Case.id).is_not(None) & visible.told_here(turn),
                col(Enquiry.id).is_not(None) & visible.letters_told_here(turn),
            )
        )
    )
    for condition in _conditions(turn, wanted):
        query = query.where(condition)
    return query


def _conditions(turn: Turn, wanted: Wanted) -> list[ColumnElement[bool]]:
    viewer = visible.viewer(turn)
    whose = of_requests(viewer)  # a partner's list is what the partner owes, not what the council does
    found: list[ColumnElement[bool]] = [or_(col(Deadline.request_id).is_(None), whose) if viewer.council else whose]
    if not viewer.may_know(Kind.MP_MATTER):
        found.append(col(Enquiry.id).is_(None))
    if wanted.owners:
        found.append(or_(col(Case.owner_id).in_(wanted.owners), col(Enquiry.owner_id).in_(wanted.owners)))
    if wanted.agency:
        found.append(col(Deadline.agency) == wanted.agency)
    if wanted.process:
        found.append(col(Case.process) == wanted.process)
    if wanted.letter:
        found.append(or_(col(Enquiry.kind) == wanted.letter, col(Deadline.rule).in_(_own_rules(turn, wanted.letter))))
    if wanted.first:
        found.append(col(Deadline.legal) >= wanted.first)
    if wanted.last:
        found.append(col(Deadline.legal) <= wanted.last)
    if wanted.safe_by:
        found.append(col(Deadline.safe) <= wanted.safe_by)
    if wanted.mp:
        found.append(_about_mp(viewer, wanted.mp))
    return found


def of_requests(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on Request: those of the agencies whose requests a reader may know."""
    return col(Request.agency).in_([agency for agency in Agency if viewer.may_know(Kind.REQUESTS, agency)])


def _about_mp(viewer: Viewer, name: str) -> ColumnElement[bool]:
    if not viewer.may_know(Kind.MP_MATTER):
        raise NotAllowed("Which MP wrote about which case is told to the council's own staff, in their own rooms.")
    like = f"%{name.strip().lower()}%"
    named = select(Enquiry.id).where(func.lower(Enquiry.mp).like(like))
    linked = select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(named))
    return or_(col(Deadline.enquiry_id).in_(named), col(Deadline.case_id).in_(linked))


def _line(
    deadline: Deadline, case: Case | None, letter: Enquiry | None, request: Request | None, owner: str | None
) -> DueLine:
    reference = case.reference if case else letter.reference if letter else ""
    return DueLine(deadline, reference, request, owner or "nobody yet")


def open_cases(
    turn: Turn, owner_id: int | None, process: Process | None, page: int, *, size: int = PAGE
) -> tuple[list[tuple[Case, str]], int]:
    """Open cases with their owner's name, the one with the soonest date first, and how many there are."""
    where = [visible.told_here(turn), col(Case.status) == CaseStatus.OPEN]
    where += [col(Case.owner_id) == owner_id] if owner_id else []
    where += [col(Case.process) == process] if process else []
    total = turn.db.exec(select(func.count()).select_from(Case).where(*where)).one()
    soonest = _soonest(turn)
    rows = turn.db.exec(
        select(Case, Person.name)
        .outerjoin(Person, col(Person.id) == Case.owner_id)
        .where(*where)
        .order_by(soonest.is_(None), soonest, col(Case.year), col(Case.number))
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return [(case, name or "nobody yet") for case, name in rows], total


def _soonest(turn: Turn) -> ScalarSelect[date]:
    """The day of a case's next duty, among those that the asker may know of."""
    runs = (col(Deadline.case_id) == Case.id, col(Deadline.state) == ClockState.RUNNING)
    return (
        select_rows(func.min(Deadline.legal))
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
        .where(*runs, col(Deadline.information).is_(False))
        .where(or_(col(Deadline.request_id).is_(None), of_requests(visible.viewer(turn))))
        .correlate(Case)
        .scalar_subquery()
    )


def next_dates(turn: Turn, cases: list[Case]) -> dict[int, tuple[Deadline, Request | None]]:
    """The next duty of each case that the asker may know of: case id -> deadline, and its request where it has one."""
    viewer = visible.viewer(turn)
    found = turn.db.exec(
        select(Deadline, Request)
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
        .where(col(Deadline.case_id).in_([case.id for case in cases]))
        .where(col(Deadline.state) == ClockState.RUNNING, col(Deadline.information).is_(False))
        .order_by(col(Deadline.legal).desc(), col(Deadline.id).desc())
    )
    own = [each for each in found if each[1] is None or viewer.may_know(Kind.REQUESTS, each[1].agency)]
    return {deadline.case_id or 0: (deadline, request) for deadline, request in own}
