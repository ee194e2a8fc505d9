"""Figures over what the asker may see: a statement or two each, however many cases there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, distinct, exists, false, func, null, or_, true
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import visible
from bot.cases.lists import of_requests
from bot.cases.narrowing_dates import CAME_IN
from bot.domain.figures import FACT_OF, About, By, Days, Past
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind, Kind, LetterKind, Mark, Process
from bot.turn import Turn
from storage.columns import days_between
from storage.tables import Case, Deadline, Enquiry, EnquiryCase, Entry, Fingerprint, Person, Request

Condition = ColumnElement[bool]
Owner, Manager = aliased(Person), aliased(Person)
MET = (ClockState.MET, ClockState.MET_LATE)
NEW, PLAN = "ehcna_decide", "final_plan"
ADVICE = "advice_"
"""Every request for a new assessment starts the first, whatever becomes of it."""
OPEN = col(Case.status) == CaseStatus.OPEN
IS_OPEN = col(Enquiry.status) == CaseStatus.OPEN
MP_LETTER = and_(col(Enquiry.kind) == LetterKind.MP_LETTER, IS_OPEN)


@dataclass(frozen=True)
class Scope:
    """What a figure is narrowed to and told apart by. All that is given must hold."""

    days: Days
    owners: tuple[int, ...] | None = None
    """Whose cases and letters, by who has them today."""
    service: str = ""
    agency: Agency | None = None
    mp: str = ""
    """Part of an MP's name, or of the constituency."""
    process: Process | None = None
    letter: LetterKind | None = None
    """Which letters are counted; MPs' where it is not said."""
    by: By | None = None


class Ended(NamedTuple):
    """Clocks that ended alike: so `many` of them. What nobody asked for is None."""

    key: str | None
    on: date | None
    took: int | None
    """Calendar days from its start."""
    late_by: int | None
    """Days after its legal date; none or less where it was in time."""
    state: ClockState
    excepted: bool
    many: int

    @property
    def in_time(self) -> bool:
        return self.state is ClockState.MET


class Running(NamedTuple):
    """How many clocks of a kind still run, and how many of these are past their legal date."""

    all: int
    late: int


# Clocks


def ended(turn: Turn, rules: Sequence[str], scope: Scope, *, timed: bool = False) -> list[Ended]:
    """The clocks of these rules that ended in those days; with their days where it is asked how long they took.

    A clock that stopped for another reason, such as a refusal, did not end in this sense; one that runs has not yet.
    """
    stopped = col(Deadline.stopped_on)
    asked: list[Any] = [
        _key(scope.by),
        stopped if scope.by is By.MONTH else None,
        days_between(col(Deadline.started_on), stopped) if timed else None,
        days_between(col(Deadline.legal), stopped) if timed else None,
        col(Deadline.state),
        col(Deadline.exception) != "",
    ]
    columns = [null() if one is None else one for one in asked]
    query = _clocks(turn, scope, *columns, func.count()).where(
        col(Deadline.rule).in_(rules), col(Deadline.state).in_(MET), stopped.between(*scope.days)
    )
    grouped = query.group_by(*(one for one in asked if one is not None))
    return [Ended(*row) for row in turn.db.execute(grouped)]


def running(turn: Turn, rules: Sequence[str], scope: Scope) -> Running:
    """Those that run today, and those of them that are past their date."""
    late = func.count().filter(col(Deadline.legal) < turn.today)
    runs = (col(Deadline.rule).in_(rules), col(Deadline.state) == ClockState.RUNNING)
    return Running(*turn.db.execute(_clocks(turn, scope, func.count(), late).where(*runs)).one())


def transfers(turn: Turn, rules: Sequence[str], scope: Scope) -> dict[date, Counter[ClockState]]:
    """Phase transfers that are due in those days: legal date -> how many stand how."""
    parts = (col(Deadline.legal), col(Deadline.state))
    query = _clocks(turn, scope, *parts, func.count()).where(
        col(Deadline.rule).in_(rules),
        col(Deadline.state).in_((*MET, ClockState.RUNNING)),
        col(Deadline.legal).between(*scope.days),
    )
    found: dict[date, Counter[ClockState]] = {}
    for legal, state, many in turn.db.execute(query.group_by(*parts).order_by(*parts)):
        found.setdefault(legal, Counter())[state] += many
    return found


def _clocks(turn: Turn, scope: Scope, *columns: Any) -> Select[Any]:
    """Duties that the asker may know of, of cases, requests and letters."""
    viewer = visible.viewer(turn)
    whose, letters = of_requests(viewer), true() if viewer.may_know(Kind.MP_MATTER) else false()
    told = or_(
        and_(col(Case.id).is_not(None), visible.told_here(turn), or_(col(Deadline.request_id).is_(None), whose)),
        and_(col(Enquiry.id).is_not(None), visible.letters_told_here(turn), letters),
    )
    query = (
        select_rows(*columns)
        .select_from(Deadline)
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
    )
    narrowed = _owned(query, scope, func.coalesce(Case.owner_id, Enquiry.owner_id))
    if scope.service:
        narrowed = narrowed.where(col(Request.service) == scope.service)
    if scope.agency:
        narrowed = narrowed.where(_agency() == scope.agency)
    if scope.mp:
        narrowed = narrowed.where(or_(_of_mp(scope.mp), _linked(turn, _of_mp(scope.mp))))
    return narrowed.where(told, col(Deadline.information).is_(False))


def _owned(query: Select[Any], scope: Scope, owner: Any) -> Select[Any]:
    """Narrowed to owners; with their names at hand where it is told apart by them."""
    if scope.by in (By.OFFICER, By.TEAM):
        query = query.outerjoin(Owner, col(Owner.id) == owner).outerjoin(Manager, col(Manager.id) == Owner.manager_id)
    if scope.process:
        query = query.where(col(Case.process) == scope.process)
    return query if scope.owners is None else query.where(owner.in_(scope.owners))


def _key(by: By | None) -> Any:
    """The column that a figure is told apart by; None where by nothing, or by the month of some day."""
    known = {
        By.OFFICER: col(Owner.name),
        By.TEAM: col(Manager.name),
        By.SERVICE: col(Request.service),
        By.AGENCY: _agency(),
        By.MP: col(Enquiry.mp),
        By.GROUND: col(Entry.clear)["ground"].as_string(),
    }
    return known.get(by) if by else None


def _agency() -> Any:
    """Who was asked, where somebody was; else whose duty it is."""
    return func.coalesce(Request.agency, Deadline.agency)


def _of_mp(name: str) -> Condition:
    return or_(*(col(said).icontains(name.strip(), autoescape=True) for said in (Enquiry.mp, Enquiry.constituency)))


def _linked(turn: Turn, letter: Condition) -> Condition:
    """Of a case: that some letter is about it which may be told of here."""
    letters = select(EnquiryCase.case_id).join(Enquiry, col(Enquiry.id) == EnquiryCase.enquiry_id)
    return col(Case.id).in_(letters.where(letter, visible.letters_told_here(turn)))


# Cases, letters, and what was recorded


class _Source(NamedTuple):
    query: Select[Any]
    day: Any = None
    """Of what there is, on which day it came about."""
    many: Any = func.count()


def counted(turn: Turn, about: About | Past, scope: Scope) -> Counter[str]:
    """How many there are, by what they are told apart by (a month as "2026-09"); else under one empty key."""
    source = _source(turn, about, scope)
    query = source.query if source.day is None else source.query.where(source.day.between(*scope.days))
    key = source.day if scope.by is By.MONTH else _key(scope.by)
    if key is None:
        return Counter({"": turn.db.execute(query.with_only_columns(source.many)).scalar_one()})
    found: Counter[str] = Counter()
    for name, many in turn.db.execute(query.with_only_columns(key, source.many).group_by(key)):
        found[name.isoformat()[:7] if isinstance(name, date) else str(name or "")] += many
    return found


def past(turn: Turn, scope: Scope, *weeks: int) -> list[int]:
    """New plans that are not out so many weeks after their request, for each number of weeks."""
    asked = (func.count().filter(col(Deadline.started_on) < turn.today - timedelta(weeks=one)) for one in weeks)
    return [*turn.db.execute(_new_plans(turn, scope).with_only_columns(*asked)).one()]


def _source(turn: Turn, about: About | Past, scope: Scope) -> _Source:
    match about:
        case Past(weeks):
            return _Source(
                _new_plans(turn, scope).where(col(Deadline.started_on) < turn.today - timedelta(weeks=weeks))
            )
        case About.OVERDUE:
            viewer = visible.viewer(turn)
            owed = true() if viewer.council else of_requests(viewer)  # as lists have it: what a partner itself owes
            late = (col(Deadline.state) == ClockState.RUNNING, col(Deadline.legal) < turn.today)
            return _Source(_clocks(turn, scope, func.count()).where(*late, owed))
        case About.REQUESTS:
            return _Source(_started(turn, scope, NEW), col(Deadline.started_on))
        case About.LETTERS:
            return _Source(_started(turn, scope, CAME_IN[_kind(scope)]), col(Deadline.started_on))
        case About.CLOSED:
            closed = col(Case.status) == CaseStatus.CLOSED
            return _Source(_cases(turn, scope).where(closed), col(Case.closed_on))
        case About.WAITING:
            return _Source(_letters(turn, scope).where(col(Enquiry.kind) == _kind(scope), IS_OPEN))
        case About() if about in FACT_OF:
            return _facts(turn, FACT_OF[about], scope)
    return _Source(_cases(turn, scope).where(OPEN, *_such(turn, about)))


def _such(turn: Turn, about: About | Past) -> tuple[Condition, ...]:
    match about:
        case About.UNOWNED:
            return (col(Case.owner_id).is_(None),)
        case About.APPEALS:
            return (col(Case.process) == Process.APPEAL,)
        case About.WITH_MP:
            return (_linked(turn, MP_LETTER),)
    return ()


def _new_plans(turn: Turn, scope: Scope) -> Select[Any]:
    runs = (col(Deadline.rule) == PLAN, col(Deadline.state) == ClockState.RUNNING)
    return _clocks(turn, scope, func.count()).where(*runs)


def _started(turn: Turn, scope: Scope, rule: str) -> Select[Any]:
    return _clocks(turn, scope, func.count()).where(col(Deadline.rule) == rule)


def _cases(turn: Turn, scope: Scope) -> Select[Any]:
    query = _owned(select_rows(func.count()).select_from(Case), scope, col(Case.owner_id))
    narrowed = query.where(_linked(turn, _of_mp(scope.mp))) if scope.mp else query
    return narrowed.where(visible.told_here(turn))


def _kind(scope: Scope) -> LetterKind:
    return scope.letter or LetterKind.MP_LETTER


def _letters(turn: Turn, scope: Scope) -> Select[Any]:
    query = _owned(select_rows(func.count()).select_from(Enquiry), scope, col(Enquiry.owner_id))
    narrowed = query.where(_of_mp(scope.mp)) if scope.mp else query
    return narrowed.where(visible.letters_told_here(turn))


def _facts(turn: Turn, kind: EntryKind, scope: Scope) -> _Source:
    """Cases of which something is on record that no later entry has put right."""
    gone = select(Entry.supersedes).where(col(Entry.supersedes).is_not(None))
    standing = (col(Entry.kind) == kind, col(Entry.id).not_in(gone))
    query = select_rows(func.count()).select_from(Entry).join(Case, col(Case.id) == Entry.case_id)
    query = _owned(query, scope, col(Case.owner_id)).where(visible.told_here(turn), *standing)
    return _Source(query, col(Entry.happened_on), func.count(distinct(col(Entry.case_id))))


# What is missing


@dataclass(frozen=True)
class Gaps:
    """How many open cases and letters lack something that they should have."""

    cases: int
    unowned: int
    left: int
    """Whose owner has left."""
    no_number: int
    no_birth: int
    no_setting: int
    letters: int
    loose: int
    """Letters that are about no case on record."""
    letters_unowned: int

    @property
    def all(self) -> int:
        found = (self.unowned, self.left, self.no_number, self.no_birth, self.no_setting)
        return sum((*found, self.loose, self.letters_unowned))


def gaps(turn: Turn, scope: Scope) -> Gaps:
    """Two statements. Names and numbers are not opened: each has left a mark, and a child without one has none."""
    lacks = [~exists().where(col(Fingerprint.child_id) == Case.child_id, col(Fingerprint.kind) == mark)
             for mark in (Mark.RECORD_NUMBER, Mark.NAME_AND_BIRTH)]  # fmt: skip
    gone = exists().where(col(Person.id) == Case.owner_id, ~col(Person.active))
    asked = (col(Case.owner_id).is_(None), gone, *lacks, col(Case.setting_id).is_(None))
    cases = (
        _cases(turn, scope).where(OPEN).with_only_columns(func.count(), *(func.count().filter(one) for one in asked))
    )
    loose = ~exists().where(col(EnquiryCase.enquiry_id) == Enquiry.id)
    told = (func.count(), func.count().filter(loose), func.count().filter(col(Enquiry.owner_id).is_(None)))
    letters = _letters(turn, scope).where(IS_OPEN).with_only_columns(*told)
    return Gaps(*turn.db.execute(cases).one(), *turn.db.execute(letters).one())
