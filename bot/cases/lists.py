"""Lists of cases, letters and dates: one query each, over what the asker may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, null
from sqlalchemy import select as select_rows
from sqlmodel import col, or_, select

from bot.cases import visible
from bot.cases.narrowing import Condition, began, conditions
from bot.cases.narrowing import statutory as statutory_rules
from bot.cases.narrowing_cases import ON_CASES
from bot.cases.narrowing_dates import LEFT_OUT, ON_DATES
from bot.cases.wanted import Standing, Wanted
from bot.domain.calendar import ONE_DAY
from bot.domain.sharing import Viewer
from bot.domain.terms import CaseStatus, ClockState, Kind
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Person, Request

PAGE = 15


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
    late: int
    number: int
    left_out: int = 0
    """How many more there would be of those that are excepted."""

    @property
    def more(self) -> bool:
        return self.number * PAGE < self.total


def due(turn: Turn, wanted: Wanted, page: int, *, size: int = PAGE) -> Page:
    """Duties that run, by date: those that the asker may know of."""
    base, kept = _duties(turn, wanted), conditions(turn, wanted, LEFT_OUT)
    total, statutory, late, left_out = turn.db.execute(base.with_only_columns(*_counts(turn, kept))).one()
    rows = turn.db.execute(
        base.where(*kept).order_by(col(Deadline.legal), col(Deadline.id)).offset((page - 1) * size).limit(size)
    ).all()
    return Page([_line(*row) for row in rows], total, statutory, late, page, left_out)


def _counts(turn: Turn, kept: Sequence[Condition]) -> tuple[Any, ...]:
    """How many there are, of the law's, late, and left out."""
    statutory = col(Deadline.rule).in_(statutory_rules(turn))
    whole = func.count().filter(*kept) if kept else func.count()
    each = (func.count().filter(*kept, which) for which in (statutory, is_late(turn)))
    return (whole, *each, func.count() - whole)


def is_late(turn: Turn) -> Condition:
    """Of a date that may be done already, as those of letters that came in."""
    return and_(col(Deadline.state) == ClockState.RUNNING, col(Deadline.legal) < turn.today)


def late(turn: Turn, wanted: Wanted) -> int:
    """How many of these are past their day, whatever days are wanted."""
    any_day = replace(wanted, first=None, last=turn.today - ONE_DAY)
    return turn.db.execute(duties(turn, any_day).with_only_columns(func.count())).scalar_one()


def dates(turn: Turn, wanted: Wanted) -> list[Dated]:
    """The same dates, every one of them, and nothing else: for counting and sorting thousands."""
    of = (col(Deadline.id), col(Deadline.legal), col(Deadline.safe))
    return [Dated(*row) for row in turn.db.execute(duties(turn, wanted).with_only_columns(*of))]


def lines(turn: Turn, wanted: Wanted, these: Sequence[int]) -> list[DueLine]:
    """Some of these dates as lines, in the order given."""
    rows = turn.db.execute(duties(turn, wanted).where(col(Deadline.id).in_(these)))
    found = {row[0].id: _line(*row) for row in rows}
    return [found[one] for one in these]


def duties(turn: Turn, wanted: Wanted) -> Select[Deadline, Case, Enquiry, Request, str]:
    """The dates that are wanted, each with what it belongs to and whose that is."""
    return _duties(turn, wanted).where(*conditions(turn, wanted, LEFT_OUT))


def _duties(turn: Turn, wanted: Wanted) -> Select[Deadline, Case, Enquiry, Request, str]:
    """The same with those that are excepted."""
    runs = col(Deadline.state) == ClockState.RUNNING
    return (
        select_rows(Deadline, Case, Enquiry, Request, col(Person.name))
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
        .outerjoin(Person, col(Person.id) == func.coalesce(Case.owner_id, Enquiry.owner_id))
        .where(*([] if wanted.received else [runs]), col(Deadline.information).is_(False))
        .where(
            or_(
                col(Case.id).is_not(None) & visible.told_here(turn),
                col(Enquiry.id).is_not(None) & visible.letters_told_here(turn),
            )
        )
        .where(*_told(turn), *conditions(turn, wanted, ON_DATES))
    )


def _told(turn: Turn) -> list[Condition]:
    viewer = visible.viewer(turn)
    whose = of_requests(viewer)  # a partner's list is what the partner owes, not what the council does
    found: list[Condition] = [or_(col(Deadline.request_id).is_(None), whose) if viewer.council else whose]
    return found if viewer.may_know(Kind.MP_MATTER) else [*found, col(Enquiry.id).is_(None)]


def of_requests(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on Request: those of the agencies whose requests a reader may know."""
    return col(Request.agency).in_(viewer.agencies)


def _line(
    deadline: Deadline, case: Case | None, letter: Enquiry | None, request: Request | None, owner: str | None
) -> DueLine:
    reference = case.reference if case else letter.reference if letter else ""
    return DueLine(deadline, reference, request, owner or "nobody yet")


@dataclass(frozen=True)
class CaseLine:
    """One case on a list."""

    case: Case
    owner: str
    began: date | None
    """From which day its weeks count, where the list is narrowed by them."""


@dataclass(frozen=True)
class CasePage:
    """Some cases of a list, and how many there are in all."""

    lines: list[CaseLine]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return self.number * PAGE < self.total


def cases(turn: Turn, wanted: Wanted, page: int, *, size: int = PAGE) -> CasePage:
    """Open cases, the one with the soonest date first; closed ones and opened ones by their day, the latest first."""
    where = case_conditions(turn, wanted)
    total = turn.db.execute(select_rows(func.count()).select_from(Case).where(*where)).scalar_one()
    rows = turn.db.execute(
        select_rows(Case, col(Person.name), began(turn) if wanted.week else null())
        .outerjoin(Person, col(Person.id) == Case.owner_id)
        .where(*where)
        .order_by(*_order(turn, wanted), col(Case.year), col(Case.number))
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return CasePage([CaseLine(case, name or "nobody yet", day) for case, name, day in rows], total, page)


def case_conditions(turn: Turn, wanted: Wanted) -> list[Condition]:
    """Which cases are wanted, of those that may be told of here."""
    status = {Standing.OPEN: CaseStatus.OPEN, Standing.CLOSED: CaseStatus.CLOSED}.get(wanted.standing)
    where: list[Condition] = [visible.told_here(turn), *([col(Case.status) == status] if status else [])]
    return [*where, *conditions(turn, wanted, ON_CASES)]


def _order(turn: Turn, wanted: Wanted) -> tuple[Any, ...]:
    match wanted.standing:
        case Standing.CLOSED:
            return (col(Case.closed_on).desc(),)
        case Standing.OPENED:
            return (col(Case.opened_at).desc(),)
    soonest = _soonest(turn)
    return soonest.is_(None), soonest


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
