"""What came on record in some days: of one case or letter, or of all that somebody answers for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import history, staff, visible
from bot.domain.calendar import ONE_DAY, moment
from bot.domain.clocks import Adviser
from bot.domain.facts import FACTS
from bot.domain.terms import EntryKind, Role
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry, Person, Request

USUAL = timedelta(days=7)
"""How far back is looked over many cases where no day is named."""
MOST = 500
"""Of the newest entries over many cases, so many are counted."""
Before: Any = aliased(Entry)
"""What an entry strikes out, or takes the place of."""


@dataclass(frozen=True)
class Asked:
    """Which entries are meant: recorded on which days (both included), by whom, of what."""

    since: date | None = None
    until: date | None = None
    by: Person | None = None
    of: Adviser | None = None
    dates: bool = False
    """Only what moved a date."""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found = [col(Entry.recorded_at) >= _begins(self.since)] if self.since else []
        found += [col(Entry.recorded_at) < _begins(self.until + ONE_DAY)] if self.until else []
        found += [col(Entry.recorded_by) == self.by.id] if self.by else []
        found += [col(Entry.request_id).in_(select(Request.id).where(Request.service == self.of.id))] if self.of else []
        return [*found, *([_moves_dates()] if self.dates else [])]


def _moves_dates() -> ColumnElement[bool]:
    """An exception; and what strikes out, or takes the place of, a fact that clocks count or an exception."""
    moving = (*FACTS, EntryKind.EXCEPTION_CLAIMED)
    before = select(Before.id).where(Before.kind.in_(moving))
    return or_(col(Entry.kind) == EntryKind.EXCEPTION_CLAIMED, col(Entry.supersedes).in_(before))


def of_one(turn: Turn, record: Case | Enquiry, asked: Asked) -> list[Entry]:
    """The entries of one record that are meant, the newest first."""
    whole = select(Entry).where(Entry.stream == history.stream_of(record), *asked.conditions)
    return list(turn.db.exec(whole.order_by(col(Entry.number).desc())))


def of_many(turn: Turn, asked: Asked) -> list[tuple[Entry, Case | Enquiry]]:
    """The newest entries of the asker's own cases and letters; by somebody, of all that the asker may see."""
    meant, owners = asked.conditions, _owners(turn)
    of_cases = select(Entry, Case).join(Case, col(Case.id) == Entry.case_id).where(visible.cases(turn), *meant)
    of_letters = (
        select(Entry, Enquiry).join(Enquiry, col(Enquiry.id) == Entry.enquiry_id).where(visible.enquiries(turn), *meant)
    )
    mine = (true(), true()) if asked.by else (col(Case.owner_id).in_(owners), col(Enquiry.owner_id).in_(owners))
    last = col(Entry.id).desc()
    found = [
        *turn.db.exec(of_cases.where(mine[0]).order_by(last).limit(MOST)),
        *turn.db.exec(of_letters.where(mine[1]).order_by(last).limit(MOST)),
    ]
    return sorted(found, key=lambda row: -(row[0].id or 0))[:MOST]


def _owners(turn: Turn) -> list[int]:
    """Whose cases are one's own: a manager's are the team's too."""
    me = turn.person
    return [me.id or 0, *(staff.team_of(turn.db, me) if me.role is Role.MANAGER else [])]


def _begins(day: date) -> datetime:
    return moment(day, time.min)
