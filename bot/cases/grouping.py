"""How many of a list there are by something: one query, over what the list itself would hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlmodel import col

from bot.cases import visible
from bot.cases.lists import case_conditions, duties, is_late
from bot.cases.narrowing import NO_MPS, NO_SCHOOLS
from bot.cases.narrowing_dates import day_of
from bot.cases.wanted import Wanted
from bot.domain.calendar import ONE_DAY
from bot.domain.errors import NotAllowed
from bot.domain.periods import corresponding
from bot.domain.terms import Kind, Term
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Person, Request, Setting


class By(Term):
    """What a list is counted by."""

    AGENCY = "agency"
    SERVICE = "service"
    OWNER = "owner"
    SCHOOL = "school"
    PROCESS = "process"
    WEEK = "week"
    MONTH = "month"
    MP = "mp"
    CONSTITUENCY = "constituency"

    @property
    def label(self) -> str:
        return "MP" if self is By.MP else super().label


OF_CASES = frozenset({By.OWNER, By.SCHOOL, By.PROCESS})
"""What cases can be counted by; dates by any."""


@dataclass
class Group:
    """What is alike in one way."""

    key: tuple[Any, ...]
    """The value, and what it is called, as far as the database says; empty values for what has none."""
    total: int = 0
    late: int = 0
    soonest: date | None = None


def grouped(turn: Turn, wanted: Wanted, by: By) -> list[Group]:
    """The dates of a list by group: the largest first; weeks and months in their order."""
    _check(turn, by)
    if by in (By.WEEK, By.MONTH):
        return _by_time(turn, wanted, by)
    keys = KEYS[by]
    query = duties(turn, wanted)
    if by is By.SCHOOL:
        query = query.outerjoin(Setting, col(Setting.id) == Case.setting_id)
    rows = turn.db.execute(query.with_only_columns(*keys, *_counts(turn)).group_by(*keys))
    return _largest_first(rows, len(keys))


def _counts(turn: Turn) -> tuple[Any, ...]:
    return func.count(), func.count().filter(is_late(turn)), func.min(Deadline.legal)


def grouped_cases(turn: Turn, wanted: Wanted, by: By) -> list[Group]:
    """The cases of a list by group, the largest first."""
    _check(turn, by)
    keys = KEYS[by]
    query = (
        select_rows(*keys, func.count())
        .select_from(Case)
        .outerjoin(Person, col(Person.id) == Case.owner_id)
        .outerjoin(Setting, col(Setting.id) == Case.setting_id)
        .where(*case_conditions(turn, wanted))
    )
    return _largest_first(turn.db.execute(query.group_by(*keys)), len(keys))


KEYS: Mapping[By, tuple[Any, ...]] = {
    By.AGENCY: (col(Deadline.agency),),
    By.SERVICE: (col(Request.service),),
    By.OWNER: (col(Person.email), col(Person.name)),
    By.SCHOOL: (col(Setting.name),),
    By.PROCESS: (col(Case.process),),
    By.MP: (col(Enquiry.mp),),
    By.CONSTITUENCY: (col(Enquiry.constituency),),
}


def _check(turn: Turn, by: By) -> None:
    viewer = visible.viewer(turn)
    if by is By.SCHOOL and not viewer.may_know(Kind.SETTING):
        raise NotAllowed(NO_SCHOOLS)
    if by in (By.MP, By.CONSTITUENCY) and not viewer.may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_MPS)


def _largest_first(rows: Iterable[Sequence[Any]], keys: int) -> list[Group]:
    found = [Group(tuple(row[:keys]), *row[keys:]) for row in rows]
    return sorted(found, key=lambda group: (-group.total, [str(part or "~") for part in group.key]))


def _by_time(turn: Turn, wanted: Wanted, by: By) -> list[Group]:
    """By the Monday of the week, or the first of the month, that a date is in, or that a letter came in."""
    on = day_of(wanted)
    days = turn.db.execute(duties(turn, wanted).with_only_columns(on, *_counts(turn)).group_by(on).order_by(on))
    found: dict[date, Group] = {}
    for day, many, late, soonest in days:
        first = day.replace(day=1) if by is By.MONTH else day - ONE_DAY * day.weekday()
        group = found.setdefault(first, Group((first,), soonest=soonest))
        group.total += many
        group.late += late
        group.soonest = min(group.soonest or soonest, soonest)
    return list(found.values())


def ends(first: date, by: By) -> date:
    """The last day of a week or a month."""
    return corresponding(first, 1) - ONE_DAY if by is By.MONTH else first + timedelta(days=6)
