"""What came on record in some days: of one case or letter, or of all that somebody answers for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select

from bot.cases import staff, visible
from bot.domain.calendar import ONE_DAY, london_date, moment
from bot.domain.clocks import Adviser
from bot.domain.facts import FACTS
from bot.domain.terms import EntryKind, Role
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry, Person, Request

USUAL = timedelta(days=7)
"""How far back is looked over many cases where no day is named."""
MOST = 500
"""Of the newest entries over many cases, so many are counted."""


@dataclass(frozen=True)
class Asked:
    """Which entries are meant: recorded on which days (both included), by whom, of what."""

    since: date | None = None
    until: date | None = None
    by: Person | None = None
    of: Adviser | None = None
    dates: bool = False
    """Only what moved a date."""

    def fits(self, turn: Turn, entry: Entry) -> bool:
        on = london_date(entry.recorded_at)
        if (self.since and on < self.since) or (self.until and on > self.until):
            return False
        if self.by and entry.recorded_by != self.by.id:
            return False
        if self.dates and not _moves_dates(turn, entry):
            return False
        return self.of is None or _service(turn, entry) == self.of.id


def _moves_dates(turn: Turn, entry: Entry) -> bool:
    """An exception; and what strikes out, or takes the place of, a fact that clocks count or an exception."""
    before = turn.db.get(Entry, entry.supersedes) if entry.supersedes else None
    return any(
        one and (one.kind is EntryKind.EXCEPTION_CLAIMED or (one is before and one.kind in FACTS))
        for one in (entry, before)
    )


def _service(turn: Turn, entry: Entry) -> str:
    request = turn.db.get(Request, entry.request_id) if entry.request_id else None
    return request.service if request else ""


def of_one(turn: Turn, whole: Sequence[Entry], asked: Asked) -> list[Entry]:
    """The entries of one record that are meant, the newest first."""
    return [entry for entry in reversed(whole) if asked.fits(turn, entry)]


def of_many(turn: Turn, asked: Asked) -> list[tuple[Entry, Case | Enquiry]]:
    """The newest entries of the asker's own cases and letters; by somebody, of all that the asker may see."""
    since = asked.since or turn.today - USUAL
    when: list[ColumnElement[bool]] = [col(Entry.recorded_at) >= _begins(since)]
    when += [col(Entry.recorded_at) < _begins(asked.until + ONE_DAY)] if asked.until else []
    when += [col(Entry.recorded_by) == asked.by.id] if asked.by else []
    owners = _owners(turn)
    of_cases = select(Entry, Case).join(Case, col(Case.id) == Entry.case_id).where(visible.cases(turn), *when)
    of_letters = (
        select(Entry, Enquiry).join(Enquiry, col(Enquiry.id) == Entry.enquiry_id).where(visible.enquiries(turn), *when)
    )
    mine = (true(), true()) if asked.by else (col(Case.owner_id).in_(owners), col(Enquiry.owner_id).in_(owners))
    last = col(Entry.id).desc()
    found = [
        *turn.db.exec(of_cases.where(mine[0]).order_by(last).limit(MOST)),
        *turn.db.exec(of_letters.where(mine[1]).order_by(last).limit(MOST)),
    ]
    told = [row for row in found if asked.fits(turn, row[0])]
    return sorted(told, key=lambda row: -(row[0].id or 0))[:MOST]


def _owners(turn: Turn) -> list[int]:
    """Whose cases are one's own: a manager's are the team's too."""
    me = turn.person
    return [me.id or 0, *(staff.team_of(turn.db, me) if me.role is Role.MANAGER else [])]


def _begins(day: date) -> datetime:
    return moment(day, time.min)
