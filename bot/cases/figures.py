"""How many clocks were kept in a period: counts over what the asker may see."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy import select as select_rows
from sqlmodel import col

from bot.cases import visible
from bot.cases.lists import of_requests
from bot.domain.terms import ClockState, Kind
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Request

PLAN, REPLY = "final_plan", "mp_reply"
ADVICE = "advice_"
VERY_LATE = timedelta(weeks=52)


@dataclass(frozen=True)
class Kept:
    """Of those that ended in the period, so many ended in time."""

    in_time: int = 0
    of: int = 0


@dataclass(frozen=True)
class Figures:
    plans: Kept
    plain_plans: Kept
    """Without those that have an exception on record."""
    past_limit: int
    """Plans that are not out and whose last day is gone by, now."""
    very_late: int
    """... and whose request came more than 52 weeks ago."""
    advice: tuple[tuple[str, Kept], ...]
    """By service, as far as the asker may know who was asked."""
    replies: Kept | None
    """To MPs; None where letters may not be known of."""


def figures(turn: Turn, first: date, last: date) -> Figures:
    """Over clocks that ended from `first` to `last`, both included. Each rule and service is counted once a clock."""
    plans = [*turn.db.execute(_ended(turn, first, last, Deadline.exception).where(col(Deadline.rule) == PLAN))]
    return Figures(
        plans=_kept((state, many) for _, state, many in plans),
        plain_plans=_kept((state, many) for exception, state, many in plans if not exception),
        past_limit=_running(turn, col(Deadline.legal) < turn.today),
        very_late=_running(turn, col(Deadline.started_on) < turn.today - VERY_LATE),
        advice=_advice(turn, first, last),
        replies=_replies(turn, first, last),
    )


def _ended(turn: Turn, first: date, last: date, by: Any) -> Select[Any]:
    """How many were met, in time and late, by something."""
    return (
        select_rows(by, col(Deadline.state), func.count())
        .select_from(Deadline)
        .join(Case, col(Deadline.case_id) == Case.id)
        .where(visible.told_here(turn), *_within(first, last))
        .group_by(by, col(Deadline.state))
    )


def _within(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    met = col(Deadline.state).in_((ClockState.MET, ClockState.MET_LATE))
    return met, col(Deadline.information).is_(False), col(Deadline.stopped_on).between(first, last)


def _running(turn: Turn, which: ColumnElement[bool]) -> int:
    runs = (col(Deadline.rule) == PLAN, col(Deadline.state) == ClockState.RUNNING, col(Deadline.information).is_(False))
    found = select_rows(func.count()).select_from(Deadline).join(Case, col(Deadline.case_id) == Case.id)
    return turn.db.execute(found.where(visible.told_here(turn), *runs, which)).scalar_one()


def _advice(turn: Turn, first: date, last: date) -> tuple[tuple[str, Kept], ...]:
    asked = _ended(turn, first, last, Request.service).join(Request, col(Deadline.request_id) == Request.id)
    theirs = asked.where(col(Deadline.rule).startswith(ADVICE), of_requests(visible.viewer(turn)))
    rows = [*turn.db.execute(theirs)]
    services = sorted({service for service, *_ in rows})
    return tuple((one, _kept((state, many) for service, state, many in rows if service == one)) for one in services)


def _replies(turn: Turn, first: date, last: date) -> Kept | None:
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        return None
    found = select_rows(col(Deadline.state), func.count()).join(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
    told = found.where(visible.letters_told_here(turn), col(Deadline.rule) == REPLY, *_within(first, last))
    return _kept(turn.db.execute(told.group_by(col(Deadline.state))))


def _kept(rows: Iterable[Any]) -> Kept:
    by_state: Counter[ClockState] = Counter()
    for state, many in rows:
        by_state[state] += many
    return Kept(by_state[ClockState.MET], by_state.total())
