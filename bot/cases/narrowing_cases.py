"""What a list of cases may be narrowed by: each filter by its name, and the condition on Case that it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from sqlalchemy import and_, exists, or_, true
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from bot.cases.narrowing import (
    ON_EITHER,
    Asked,
    Condition,
    Filter,
    Other,
    asked_on_case,
    between,
    every_rule,
    letters_of,
    of_bodies,
    runs,
    statutory,
    whole_of,
    with_letter,
)
from bot.cases.wanted import Missing, Standing, Wanted
from bot.domain.calendar import ONE_DAY, moment
from bot.domain.clocks import Adviser
from bot.domain.lengths import days_ago
from bot.domain.terms import Agency
from bot.turn import Turn
from storage.tables import Case, EnquiryCase


def _with_mp(turn: Turn, wanted: Wanted) -> Condition:
    linked = select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(letters_of(turn, wanted)))
    return col(Case.id).in_(linked)


def _still_runs(turn: Turn, wanted: Wanted) -> Condition:
    """One of these clocks, in these days, so late, of these bodies."""
    of = [*runs(turn), Other.information.is_(False)]
    if wanted.clocks:
        of.append(Other.rule.in_(every_rule(turn, wanted)))
    if wanted.statutory:
        of.append(Other.rule.in_(statutory(turn)))
    if wanted.bodies and Missing.ADVICE not in wanted.without:
        service = select_rows(Asked.service).where(Asked.id == Other.request_id).correlate(Other).scalar_subquery()
        of.append(of_bodies(wanted, Other.agency, service))
    if wanted.standing is Standing.OPEN:
        of.append(between(Other.legal, (wanted.first, wanted.last)))
    if wanted.late:
        of += [Other.legal < turn.today, between(Other.legal, days_ago(wanted.late, turn.today, turn.rules.calendar))]
    return exists().where(*of).correlate(Case)


def _of_days(turn: Turn, wanted: Wanted) -> Condition:
    first, last = wanted.first, wanted.last
    match wanted.standing:
        case Standing.CLOSED:
            return between(col(Case.closed_on), (first, last))
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
    whole = exists().where(*whole_of(turn)).correlate(Case)
    return or_(
        exists().where(*whole_of(turn), between(Other.started_on, (first, last))).correlate(Case), and_(~whole, opened)
    )


def _awaits(turn: Turn, wanted: Wanted) -> Condition:
    return asked_on_case(turn, wanted, Asked.received_on.is_(None))


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
    "letter": with_letter,
    "clocks": _still_runs,
    "statutory": _still_runs,
    "late": _still_runs,
    "first": _of_days,
    "last": _of_days,
    "age": _began,
}
