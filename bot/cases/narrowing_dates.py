"""What a list of dates may be narrowed by: each filter by its name, and the condition on Deadline that it is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from bot.cases.narrowing import (
    ON_EITHER,
    Condition,
    Filter,
    asked_on_case,
    between,
    every_rule,
    has,
    lacks,
    letters_of,
    of_bodies,
    statutory,
)
from bot.cases.wanted import Wanted
from bot.domain.clocks import Adviser
from bot.domain.lengths import days_ago
from bot.domain.sharing import COUNCIL
from bot.domain.terms import Agency, LetterKind
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, EnquiryCase, Person, Request

CAME_IN = {
    LetterKind.MP_LETTER: "mp_reply",
    LetterKind.COMPLAINT: "complaint_ack",
    LetterKind.FOI: "foi_reply",
    LetterKind.SUBJECT_ACCESS: "sar_reply",
}
"""The one clock that each letter runs from the day on which it came in."""


def _about_mp(turn: Turn, wanted: Wanted) -> Condition:
    named = letters_of(turn, wanted)
    linked = select(EnquiryCase.case_id).where(col(EnquiryCase.enquiry_id).in_(named))
    return or_(col(Deadline.enquiry_id).in_(named), col(Deadline.case_id).in_(linked))


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
        return and_(*ours, asked_on_case(turn, wanted))
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
    return and_(legal < turn.today, between(legal, days_ago(wanted.late, turn.today, turn.rules.calendar)))


def _old(turn: Turn, wanted: Wanted) -> Condition:
    return between(col(Deadline.started_on), days_ago(wanted.age, turn.today, turn.rules.calendar))


def day_of(wanted: Wanted) -> Any:
    """The day that a list of dates goes by."""
    return col(Deadline.started_on if wanted.received else Deadline.legal)


ON_DATES: Mapping[str, Filter] = {
    **ON_EITHER,
    "owners": lambda _turn, wanted: or_(
        col(Case.owner_id).in_(wanted.owners), col(Enquiry.owner_id).in_(wanted.owners)
    ),
    "without": lambda turn, wanted: and_(col(Case.id).is_not(None), lacks(turn, wanted)),
    "having": lambda turn, wanted: and_(col(Case.id).is_not(None), has(turn, wanted)),
    "bodies": _of_bodies,
    "letter": _of_letter,
    "first": lambda _turn, wanted: day_of(wanted) >= wanted.first,
    "last": lambda _turn, wanted: day_of(wanted) <= wanted.last,
    "safe_by": lambda _turn, wanted: col(Deadline.safe) <= wanted.safe_by,
    "mp": _about_mp,
    "constituency": _about_mp,
    "clocks": lambda turn, wanted: col(Deadline.rule).in_(every_rule(turn, wanted)),
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
