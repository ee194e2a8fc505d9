"""What a list may be narrowed by, as data: each filter by its name, and the condition that it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, true
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import visible
from bot.cases.wanted import Beside, Clocks, Missing, Standing, Wanted
from bot.domain.calendar import ONE_DAY, moment
from bot.domain.clocks import Adviser, ClockRule
from bot.domain.errors import NotAllowed
from bot.domain.facts import beginnings
from bot.domain.lengths import Days, days_ago, weeks_ago
from bot.domain.sharing import COUNCIL
from bot.domain.terms import (
    Agency,
    ClockKind,
    ClockState,
    Counting,
    EntryKind,
    Kind,
    LetterKind,
    Mark,
    Process,
)
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, EnquiryCase, Fingerprint, Person, Request

Condition = ColumnElement[bool]
NO_MPS = "Which MP wrote about which case is told to the council's own staff, in their own rooms."
NO_SCHOOLS = "Which school a case is at is told to the council's officers alone."
NO_REQUESTS = "Who was asked for advice is not told to you."
NO_GAPS = "What is missing from the record is told to the council's own staff."
PLANS = frozenset({EntryKind.FINAL_PLAN_SENT, EntryKind.AMENDED_PLAN_SENT})
CAME_IN = {
    LetterKind.MP_LETTER: "mp_reply",
    LetterKind.COMPLAINT: "complaint_ack",
    LetterKind.FOI: "foi_reply",
    LetterKind.SUBJECT_ACCESS: "sar_reply",
}
"""The one clock that each letter runs from the day on which it came in."""
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


# What both lists of dates and lists of cases are narrowed by


def _is_at_school(turn: Turn, wanted: Wanted) -> Condition:
    if not visible.viewer(turn).may_know(Kind.SETTING):
        raise NotAllowed(NO_SCHOOLS)
    return col(Case.setting_id) == (wanted.school and wanted.school.id)


def _in_week(turn: Turn, wanted: Wanted) -> Condition:
    """By the clocks in weeks that run until the plan, as its card tells the week."""
    return exists().where(*_whole(turn), _between(Other.started_on, weeks_ago(wanted.week, turn.today))).correlate(Case)


def _whole(turn: Turn) -> tuple[Condition, ...]:
    rules = [one for one in turn.rules.clocks if one.counting is Counting.WEEKS and not PLANS.isdisjoint(one.stops)]
    at_first = [rule.id for rule in rules if any(_begins(rule, process) for process in Process)]
    counts = or_(Other.information.is_(False), Other.rule.in_(at_first))
    return (*_runs(turn), Other.rule.in_([rule.id for rule in rules]), counts)


def began(turn: Turn) -> ScalarSelect[date]:
    """From which day the weeks of a case count."""
    return select_rows(func.min(Other.started_on)).where(*_whole(turn)).correlate(Case).scalar_subquery()


def _begins(rule: ClockRule, process: Process) -> bool:
    return process in rule.processes and not {*beginnings(process)}.isdisjoint(rule.starts)


def _runs(turn: Turn) -> tuple[Condition, ...]:
    return *_of_case(turn), Other.state == ClockState.RUNNING


def _of_case(turn: Turn) -> tuple[Condition, ...]:
    """Another clock of the case that the asker may know of: to be on a list by any other would tell of it."""
    theirs = exists().where(Asked.id == Other.request_id, Asked.agency.in_(visible.viewer(turn).agencies))
    return Other.case_id == Case.id, or_(Other.request_id.is_(None), theirs.correlate(Other))


def _between(column: Any, days: Days) -> Condition:
    first, last = days
    return and_(true(), *([column >= first] if first else []), *([column <= last] if last else []))


def _lacks(turn: Turn, wanted: Wanted) -> Condition:
    return and_(*(_lacks_one(turn, wanted, what) for what in wanted.without))


def _lacks_one(turn: Turn, wanted: Wanted, what: Missing | Clocks | Adviser) -> Condition:
    if isinstance(what, Clocks):  # a step that is still to come, so that its clock runs
        return exists().where(*_runs(turn), Other.information.is_(False), Other.rule.in_(what.ids)).correlate(Case)
    if what in BESIDES:
        return ~_is_beside(turn, wanted, Beside(what.value))
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
    return and_(sought, ~_asked(turn, wanted, Asked.received_on.is_not(None)))


def _asked(turn: Turn, wanted: Wanted, *which: Condition) -> Condition:
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


def _has(turn: Turn, wanted: Wanted) -> Condition:
    def came(what: Beside | Clocks) -> Condition:
        if isinstance(what, Beside):
            return _is_beside(turn, wanted, what)
        done = (*_of_case(turn), Other.state.in_(DONE), Other.rule.in_(what.ids))
        return exists().where(*done).correlate(Case)

    return and_(*map(came, wanted.having))


BESIDES = frozenset(one for one in Missing if one.value in {each.value for each in Beside})


def _is_beside(turn: Turn, wanted: Wanted, what: Beside) -> Condition:
    """There is such a letter about the case, or an exception for one of its dates that the asker may know of."""
    if what.letter:
        return _with_letter(turn, replace(wanted, letter=what.letter))
    return exists().where(*_of_case(turn), Other.exception != "").correlate(Case)


def _every(_turn: Turn, wanted: Wanted) -> list[str]:
    return [rule for clocks in wanted.clocks for rule in clocks.ids]


ON_EITHER: Mapping[str, Filter] = {
    "processes": lambda _turn, wanted: col(Case.process).in_(wanted.processes),
    "school": _is_at_school,
    "week": _in_week,
    "without": _lacks,
    "having": _has,
    "restricted": lambda _turn, _wanted: col(Case.restricted).is_(True),
}

# Dates


def _about_mp(turn: Turn, wanted: Wanted) -> Condition:
    named = letters_of(turn, wanted)
    linked = select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(named))
    return or_(col(Deadline.enquiry_id).in_(named), col(Deadline.case_id).in_(linked))


def letters_of(turn: Turn, wanted: Wanted) -> Select[Any]:
    """The letters of these MPs, by name or constituency."""
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_MPS)
    parts = ((Enquiry.mp, wanted.mp), (Enquiry.constituency, (wanted.constituency,)))
    like = (or_(*(_has_in(column, name) for name in names)) for column, names in parts if any(names))
    return select(Enquiry.id).where(visible.letters_told_here(turn), *like)


def _has_in(column: Any, name: str) -> Condition:
    return column.icontains(name.strip(), autoescape=True)


def statutory(turn: Turn) -> list[str]:
    """The clocks of the law's."""
    return [rule.id for rule in turn.rules.clocks if rule.kind is ClockKind.STATUTORY]


def _own_rules(turn: Turn, kind: LetterKind) -> list[str]:
    """The clocks of what such a letter asks for, which an MP's letter may run too; none for an MP's letter itself."""
    if kind is LetterKind.MP_LETTER:
        return []
    return [rule.id for rule in turn.rules.of(kind)]


def _of_letter(turn: Turn, wanted: Wanted) -> Condition:
    own = _own_rules(turn, wanted.letter) if wanted.letter else []
    return or_(col(Enquiry.kind) == wanted.letter, col(Deadline.rule).in_(own))


def _of_bodies(turn: Turn, wanted: Wanted) -> Condition:
    if wanted.owed:  # what is the council's own to do, on cases where they were asked
        ours = (col(Deadline.agency).in_(COUNCIL), col(Deadline.request_id).is_(None))
        return and_(*ours, _asked(turn, wanted))
    return of_bodies(wanted, col(Deadline.agency), col(Request.service))


def _of_others(_turn: Turn, wanted: Wanted) -> Condition:
    return and_(*(_is_not(one) for one in wanted.other_than))


def _is_not(one: Agency | Adviser | Person) -> Condition:
    """Whose it is not; what is nobody's is not theirs either."""
    match one:
        case Agency():
            return or_(col(Deadline.agency).is_(None), col(Deadline.agency) != one)
        case Adviser():
            return or_(col(Request.service).is_(None), col(Request.service) != one.id)
    owner = func.coalesce(Case.owner_id, Enquiry.owner_id)
    return or_(owner.is_(None), owner != one.id)


def _late(turn: Turn, wanted: Wanted) -> Condition:
    legal = col(Deadline.legal)
    return and_(legal < turn.today, _between(legal, days_ago(wanted.late, turn.today, turn.rules.calendar)))


def _old(turn: Turn, wanted: Wanted) -> Condition:
    return _between(col(Deadline.started_on), days_ago(wanted.age, turn.today, turn.rules.calendar))


def day_of(wanted: Wanted) -> Any:
    """The day that a list of dates goes by."""
    return col(Deadline.started_on if wanted.received else Deadline.legal)


ON_DATES: Mapping[str, Filter] = {
    **ON_EITHER,
    "owners": lambda _turn, wanted: or_(
        col(Case.owner_id).in_(wanted.owners), col(Enquiry.owner_id).in_(wanted.owners)
    ),
    "without": lambda turn, wanted: and_(col(Case.id).is_not(None), _lacks(turn, wanted)),
    "having": lambda turn, wanted: and_(col(Case.id).is_not(None), _has(turn, wanted)),
    "bodies": _of_bodies,
    "letter": _of_letter,
    "first": lambda _turn, wanted: day_of(wanted) >= wanted.first,
    "last": lambda _turn, wanted: day_of(wanted) <= wanted.last,
    "safe_by": lambda _turn, wanted: col(Deadline.safe) <= wanted.safe_by,
    "mp": _about_mp,
    "constituency": _about_mp,
    "clocks": lambda turn, wanted: col(Deadline.rule).in_(_every(turn, wanted)),
    "statutory": lambda turn, _wanted: col(Deadline.rule).in_(statutory(turn)),
    "late": _late,
    "age": _old,
    "received": lambda _turn, _wanted: or_(
        *(and_(col(Enquiry.kind) == kind, col(Deadline.rule) == rule) for kind, rule in CAME_IN.items())
    ),
    "awaited": lambda _turn, _wanted: and_(col(Deadline.request_id).is_not(None), col(Request.received_on).is_(None)),
}
LEFT_OUT: Mapping[str, Filter] = {"other_than": _of_others}
"""Apart from the rest, so that what is left out can be counted."""

# Cases


def _with_mp(turn: Turn, wanted: Wanted) -> Condition:
    linked = select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(letters_of(turn, wanted)))
    return col(Case.id).in_(linked)


def _with_letter(turn: Turn, wanted: Wanted) -> Condition:
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_MPS)
    letters = select(Enquiry.id).where(visible.letters_told_here(turn), Enquiry.kind == wanted.letter)
    return col(Case.id).in_(select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(letters)))


def _still_runs(turn: Turn, wanted: Wanted) -> Condition:
    """One of these clocks, in these days, so late, of these bodies."""
    of = [*_runs(turn), Other.information.is_(False)]
    if wanted.clocks:
        of.append(Other.rule.in_(_every(turn, wanted)))
    if wanted.statutory:
        of.append(Other.rule.in_(statutory(turn)))
    if wanted.bodies and Missing.ADVICE not in wanted.without:
        service = select_rows(Asked.service).where(Asked.id == Other.request_id).correlate(Other).scalar_subquery()
        of.append(of_bodies(wanted, Other.agency, service))
    if wanted.standing is Standing.OPEN:
        of.append(_between(Other.legal, (wanted.first, wanted.last)))
    if wanted.late:
        of += [Other.legal < turn.today, _between(Other.legal, days_ago(wanted.late, turn.today, turn.rules.calendar))]
    return exists().where(*of).correlate(Case)


def _of_days(turn: Turn, wanted: Wanted) -> Condition:
    first, last = wanted.first, wanted.last
    match wanted.standing:
        case Standing.CLOSED:
            return _between(col(Case.closed_on), (first, last))
        case Standing.OPENED:
            began = [col(Case.opened_at) >= moment(first, time())] if first else []
            return and_(*began, *([col(Case.opened_at) < moment(last + ONE_DAY, time())] if last else []))
    return _still_runs(turn, wanted)


def _owned_by_others(_turn: Turn, wanted: Wanted) -> Condition:
    people = [one.id for one in wanted.other_than if not isinstance(one, Agency | Adviser)]
    return or_(col(Case.owner_id).is_(None), col(Case.owner_id).not_in(people))


def _began(turn: Turn, wanted: Wanted) -> Condition:
    """By the clock that tells its week; where there is none, by the day on which it was opened."""
    first, last = days_ago(wanted.age, turn.today, turn.rules.calendar)
    opened = _of_days(turn, replace(wanted, standing=Standing.OPENED, first=first, last=last))
    whole = exists().where(*_whole(turn)).correlate(Case)
    return or_(
        exists().where(*_whole(turn), _between(Other.started_on, (first, last))).correlate(Case), and_(~whole, opened)
    )


def _awaits(turn: Turn, wanted: Wanted) -> Condition:
    return _asked(turn, wanted, Asked.received_on.is_(None))


def _bodies_on_case(turn: Turn, wanted: Wanted) -> Condition:
    """Asked and not in; where their advice is what is missing, that is said already."""
    return true() if Missing.ADVICE in wanted.without else _awaits(turn, wanted)


ON_CASES: Mapping[str, Filter] = {
    **ON_EITHER,
    "owners": lambda _turn, wanted: col(Case.owner_id).in_(wanted.owners),
    "other_than": _owned_by_others,
    "bodies": _bodies_on_case,
    "awaited": _awaits,
    "mp": _with_mp,
    "constituency": _with_mp,
    "letter": _with_letter,
    "clocks": _still_runs,
    "statutory": _still_runs,
    "late": _still_runs,
    "first": _of_days,
    "last": _of_days,
    "age": _began,
}
