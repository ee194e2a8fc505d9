"""Dates for which an exception was claimed, over every case that may be told of here."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import exceptions, facts, history, visible
from bot.cases.lists import of_requests
from bot.domain.clocks import Adviser
from bot.domain.grounds import Effect, Ground
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind
from bot.turn import Turn
from storage.tables import Case, Deadline, Entry, Person, Request

By: Any = aliased(Person)


@dataclass(frozen=True)
class Narrowed:
    """What exceptions are narrowed to. All that is given must hold."""

    owners: tuple[int, ...] = ()
    grounds: frozenset[str] = frozenset()
    bodies: tuple[Agency | Adviser, ...] = ()
    rules: frozenset[str] = frozenset()
    first: date | None = None
    """From which day to which it came on record."""
    last: date | None = None
    running: bool = False
    """Only for dates that still run."""


@dataclass(frozen=True)
class Excepted:
    """One date of a case, and the exception claimed for it."""

    case: Case
    owner: str
    deadline: Deadline
    request: Request | None
    ground: Ground
    entry: Entry


@dataclass(frozen=True)
class Asked:
    """An exception that waits for a second person's yes."""

    case: Case
    owner: str
    ground: Ground
    entry: Entry


def excepted(turn: Turn, wanted: Narrowed) -> list[Excepted]:
    """By date, what still runs first. A date that somebody else gave is no exception, and not among them."""
    claims: dict[int, list[Entry]] = {}
    for entry in _claimed(turn, EntryKind.EXCEPTION_CLAIMED):
        claims.setdefault(entry.case_id or 0, []).append(entry)
    found = [
        Excepted(case, owner or "nobody yet", deadline, request, ground, entry)
        for deadline, case, request, owner in _dates(turn, wanted)
        for entry in claims.get(case.id or 0, ())
        if deadline.rule in entry.clear["rules"] and entry.request_id == deadline.request_id
        if _fits(turn, wanted, ground := turn.rules.ground(entry.clear["ground"]), entry)
    ]
    return sorted(found, key=lambda one: (one.deadline.state is not ClockState.RUNNING, one.deadline.legal))


def _fits(turn: Turn, wanted: Narrowed, ground: Ground, entry: Entry) -> bool:
    days = (wanted.first or date.min) <= entry.happened_on <= (wanted.last or date.max)
    return ground.effect is Effect.RECORD and days and (not wanted.grounds or ground.id in wanted.grounds)


def _dates(turn: Turn, wanted: Narrowed) -> Any:
    whose = or_(col(Deadline.request_id).is_(None), of_requests(visible.viewer(turn)))
    duty = col(Deadline.information).is_(False)
    where = [col(Deadline.exception) != "", duty, visible.told_here(turn), whose]
    if wanted.owners:
        where.append(col(Case.owner_id).in_(wanted.owners))
    if wanted.bodies:
        where.append(or_(*(_of(body) for body in wanted.bodies)))
    if wanted.rules:
        where.append(col(Deadline.rule).in_(wanted.rules))
    if wanted.running:
        where.append(col(Deadline.state) == ClockState.RUNNING)
    return turn.db.execute(
        select_rows(Deadline, Case, Request, col(Person.name))
        .join(Case, col(Case.id) == Deadline.case_id)
        .outerjoin(Request, col(Request.id) == Deadline.request_id)
        .outerjoin(Person, col(Person.id) == Case.owner_id)
        .where(*where)
    ).all()


def _of(body: Agency | Adviser) -> Any:
    return col(Request.agency) == body if isinstance(body, Agency) else col(Request.service) == body.id


def asked(turn: Turn, wanted: Narrowed) -> list[Asked]:
    """What waits for a yes, the oldest first: for those who run cases."""
    found = [
        Asked(case, owner.name if owner else "nobody yet", ground, entry)
        for entry in _claimed(turn, EntryKind.BACKDATE_ASKED)
        if exceptions.is_asked(entry)
        if _fits(turn, wanted, ground := turn.rules.ground(entry.clear["clear"]["ground"]), entry)
        if (case := turn.db.get_one(Case, entry.case_id)).status is CaseStatus.OPEN
        if not wanted.owners or case.owner_id in wanted.owners
        if not facts.is_agreed(history.entries_of(turn.db, case), entry.number)
        for owner in [turn.db.get(Person, case.owner_id) if case.owner_id else None]
    ]
    return sorted(found, key=lambda one: one.entry.recorded_at)


def _claimed(turn: Turn, kind: EntryKind) -> list[Entry]:
    """The entries of a kind that still hold."""
    gone = select(Entry.supersedes).where(col(Entry.supersedes).is_not(None))
    query = (
        select(Entry)
        .join(Case, col(Case.id) == Entry.case_id)
        .where(Entry.kind == kind, col(Entry.id).not_in(gone), visible.told_here(turn))
        .order_by(col(Entry.id))
    )
    return list(turn.db.exec(query))
