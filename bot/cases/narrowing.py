"""What lists of dates and lists of cases may both be narrowed by: each filter by its name, as the condition it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, true
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import visible
from bot.cases.wanted import Beside, Clocks, Missing, Wanted
from bot.domain.clocks import Adviser, ClockRule
from bot.domain.errors import NotAllowed
from bot.domain.facts import beginnings
from bot.domain.lengths import Days, weeks_ago
from bot.domain.terms import (
    Agency,
    ClockKind,
    ClockState,
    Counting,
    EntryKind,
    Kind,
    Mark,
    Process,
)
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, EnquiryCase, Fingerprint, Request

Condition = ColumnElement[bool]
NO_MPS = "Which MP wrote about which case is told to the council's own staff, in their own rooms."
NO_SCHOOLS = "Which school a case is at is told to the council's officers alone."
NO_REQUESTS = "Who was asked for advice is not told to you."
NO_GAPS = "What is missing from the record is told to the council's own staff."
PLANS = frozenset({EntryKind.FINAL_PLAN_SENT, EntryKind.AMENDED_PLAN_SENT})
DONE = (ClockState.MET, ClockState.MET_LATE)


Filter = Callable[[Turn, Wanted], Condition]
Other: Any = aliased(Deadline)
"""Another clock of the same case."""
Asked: Any = aliased(Request)
"""A request on the same case."""


def conditions(turn: Turn, wanted: Wanted, filters: Mapping[str, Filter]) -> list[Condition]:
    """Those of the filters that something is given for, each once though it takes several things together."""
    makes = dict.fromkeys(make for name, make in filters.items() if getattr(wanted, name))
    return [make(turn, wanted) for make in makes]


def _is_at_school(turn: Turn, wanted: Wanted) -> Condition:
    if not visible.viewer(turn).may_know(Kind.SETTING):
        raise NotAllowed(NO_SCHOOLS)
    return col(Case.setting_id) == (wanted.school and wanted.school.id)


def _in_week(turn: Turn, wanted: Wanted) -> Condition:
    """By the clocks in weeks that run until the plan, as its card tells the week."""
    days = weeks_ago(wanted.week, turn.today)
    return exists().where(*whole_of(turn), between(Other.started_on, days)).correlate(Case)


def whole_of(turn: Turn) -> tuple[Condition, ...]:
    """The clock that the weeks of a case count by, while it runs."""
    rules = [one for one in turn.rules.clocks if one.counting is Counting.WEEKS and not PLANS.isdisjoint(one.stops)]
    at_first = [rule.id for rule in rules if any(_begins(rule, process) for process in Process)]
    counts = or_(Other.information.is_(False), Other.rule.in_(at_first))
    return (*runs(turn), Other.rule.in_([rule.id for rule in rules]), counts)


def began(turn: Turn) -> ScalarSelect[date]:
    """From which day the weeks of a case count."""
    return select_rows(func.min(Other.started_on)).where(*whole_of(turn)).correlate(Case).scalar_subquery()


def _begins(rule: ClockRule, process: Process) -> bool:
    return process in rule.processes and not {*beginnings(process)}.isdisjoint(rule.starts)


def runs(turn: Turn) -> tuple[Condition, ...]:
    return *_of_case(turn), Other.state == ClockState.RUNNING


def _of_case(turn: Turn) -> tuple[Condition, ...]:
    """Another clock of the case that the asker may know of: to be on a list by any other would tell of it."""
    theirs = exists().where(Asked.id == Other.request_id, Asked.agency.in_(visible.viewer(turn).agencies))
    return Other.case_id == Case.id, or_(Other.request_id.is_(None), theirs.correlate(Other))


def between(column: Any, days: Days) -> Condition:
    first, last = days
    return and_(true(), *([column >= first] if first else []), *([column <= last] if last else []))


def lacks(turn: Turn, wanted: Wanted) -> Condition:
    return and_(*(_lacks_one(turn, wanted, what) for what in wanted.without))


def _lacks_one(turn: Turn, wanted: Wanted, what: Missing | Beside | Clocks | Adviser) -> Condition:
    if isinstance(what, Clocks):  # a step that is still to come, so that its clock runs
        return exists().where(*runs(turn), Other.information.is_(False), Other.rule.in_(what.ids)).correlate(Case)
    if isinstance(what, Beside):
        return ~_is_beside(turn, wanted, what)
    if isinstance(what, Adviser):
        return _lacks_advice(turn, replace(wanted, agencies=(), services=(what,)))
    if what is Missing.ADVICE:
        return _lacks_advice(turn, wanted)
    if not visible.viewer(turn).council:
        raise NotAllowed(NO_GAPS)
    of_child = (col(Fingerprint.child_id) == Case.child_id, col(Fingerprint.kind) == Mark.RECORD_NUMBER)
    gaps = {
        Missing.OWNER: col(Case.owner_id).is_(None),
        Missing.RECORD_NUMBER: ~exists().where(*of_child).correlate(Case),
        Missing.SCHOOL: col(Case.setting_id).is_(None),
    }
    return or_(*gaps.values()) if what is Missing.ANYTHING else gaps[what]


def _lacks_advice(turn: Turn, wanted: Wanted) -> Condition:
    """Of any body, or of these: on a case where advice is sought at all."""
    rules = [rule for rule in turn.rules.clocks if EntryKind.ADVICE_RECEIVED in rule.stops]
    sought = col(Case.process).in_({one for rule in rules for one in rule.processes if isinstance(one, Process)})
    return and_(sought, ~asked_on_case(turn, wanted, Asked.received_on.is_not(None)))


def asked_on_case(turn: Turn, wanted: Wanted, *which: Condition) -> Condition:
    """There is such a request on the case, of the bodies that are wanted."""
    agencies = _told_of(turn, wanted)
    of = [Asked.case_id == Case.id, Asked.agency.in_(agencies), *which]
    of += [of_bodies(wanted, Asked.agency, Asked.service)] if wanted.bodies else []
    return exists().where(*of).correlate(Case)


def _told_of(turn: Turn, wanted: Wanted) -> frozenset[Agency]:
    told = visible.viewer(turn).agencies
    asked = {*wanted.agencies, *(one.agency for one in wanted.services if one.agency)}
    if not told or not asked <= told:
        raise NotAllowed(NO_REQUESTS)
    return told


def of_bodies(wanted: Wanted, agency: Any, service: Any) -> Condition:
    """Of one of the agencies or services. An agency whose service is named too is meant by that service alone."""
    narrower = {one.agency for one in wanted.services}
    agencies = [one for one in wanted.agencies if one not in narrower]
    return or_(agency.in_(agencies), service.in_([one.id for one in wanted.services]))


def has(turn: Turn, wanted: Wanted) -> Condition:
    def came(what: Beside | Clocks) -> Condition:
        if isinstance(what, Beside):
            return _is_beside(turn, wanted, what)
        done = (*_of_case(turn), Other.state.in_(DONE), Other.rule.in_(what.ids))
        return exists().where(*done).correlate(Case)

    return and_(*map(came, wanted.having))


def _is_beside(turn: Turn, wanted: Wanted, what: Beside) -> Condition:
    """There is such a letter about the case, or an exception for one of its dates that the asker may know of."""
    if what.letter:
        return with_letter(turn, replace(wanted, letter=what.letter))
    return exists().where(*_of_case(turn), Other.exception != "").correlate(Case)


def every_rule(_turn: Turn, wanted: Wanted) -> list[str]:
    return [rule for clocks in wanted.clocks for rule in clocks.ids]


def letters_of(turn: Turn, wanted: Wanted) -> Select[Any]:
    """The letters of these MPs, by name or constituency."""
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_MPS)
    parts = ((Enquiry.mp, wanted.mp), (Enquiry.constituency, (wanted.constituency,)))
    like = (or_(*(_has_in(column, name) for name in names)) for column, names in parts if any(names))
    return select(Enquiry.id).where(visible.letters_told_here(turn), *like)


def _has_in(column: Any, name: str) -> Condition:
    return column.icontains(name.strip(), autoescape=True)


def with_letter(turn: Turn, wanted: Wanted) -> Condition:
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_MPS)
    letters = select(Enquiry.id).where(visible.letters_told_here(turn), Enquiry.kind == wanted.letter)
    return col(Case.id).in_(select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(letters)))


def statutory(turn: Turn) -> list[str]:
    """The clocks of the law's."""
    return [rule.id for rule in turn.rules.clocks if rule.kind is ClockKind.STATUTORY]


ON_EITHER: Mapping[str, Filter] = {
    "processes": lambda _turn, wanted: col(Case.process).in_(wanted.processes),
    "school": _is_at_school,
    "week": _in_week,
    "without": lacks,
    "having": has,
    "restricted": lambda _turn, _wanted: col(Case.restricted).is_(True),
}
