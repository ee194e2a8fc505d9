"""What a list is asked for: which, and what it is narrowed to."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.domain.clocks import Adviser
from bot.domain.lengths import Lengths
from bot.domain.terms import Agency, LetterKind, Process, Term
from storage.tables import Person, Setting


class Which(Term):
    """Which list."""

    MINE = "mine"
    OVERDUE = "overdue"
    DUE = "due"
    MINE_OVERDUE = "mine_overdue"
    MINE_DUE = "mine_due"
    ALL = "all"
    AWAITED = "awaited"
    """Asked of a body and not in."""
    OWED = "owed"
    """What the council has to do, on cases where a body was asked."""
    NEXT = "next_date"
    """What falls due next."""
    RECEIVED = "received"
    """Letters by the day on which they came in."""
    CASES = "cases"
    CLOSED = "closed"
    OPENED = "opened"


class Clocks(NamedTuple):
    """Some clocks, by what somebody called them."""

    said: str
    ids: tuple[str, ...]


class Beside(Term):
    """What a case may have besides steps that were taken."""

    MP_LETTER = "mp_letter"
    COMPLAINT = "complaint"
    EXCEPTION = "exception"

    @property
    def letter(self) -> LetterKind | None:
        return {Beside.MP_LETTER: LetterKind.MP_LETTER, Beside.COMPLAINT: LetterKind.COMPLAINT}.get(self)


class Missing(Term):
    """What a case may lack besides a step on its path."""

    ADVICE = "advice"
    OWNER = "owner"
    RECORD_NUMBER = "record_number"
    SCHOOL = "school"
    ANYTHING = "anything"
    """That it should have from its first day: an owner, a record number or a school."""


class Standing(Term):
    """Which cases a list of cases is of."""

    OPEN = "open"
    CLOSED = "closed"
    OPENED = "opened"
    """Both, by the day on which they were opened."""


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. All that is given must hold; of several agencies and services, or clocks, one."""

    owners: tuple[int, ...] = ()
    agencies: tuple[Agency, ...] = ()
    services: tuple[Adviser, ...] = ()
    other_than: tuple[Agency | Adviser | Person, ...] = ()
    processes: tuple[Process, ...] = ()
    letter: LetterKind | None = None
    mp: tuple[str, ...] = ()
    """Of one of them, by a part of the name."""
    constituency: str = ""
    school: Setting | None = None
    clocks: tuple[Clocks, ...] = ()
    first: date | None = None
    last: date | None = None
    safe_by: date | None = None
    """Such that the last safe day to act is on or before this."""
    late: Lengths = ()
    week: Lengths = ()
    age: Lengths = ()
    """Since a clock, or a case, began."""
    without: tuple[Missing | Beside | Clocks | Adviser, ...] = ()
    having: tuple[Beside | Clocks, ...] = ()
    restricted: bool = False
    statutory: bool = False
    """The law's dates alone."""
    awaited: bool = False
    """Asked of a body, and not in."""
    owed: bool = False
    """Of the agencies: what the council has to do on cases where they were asked."""
    received: bool = False
    """Letters, answered or not, by the day on which they came in."""
    standing: Standing = Standing.OPEN

    @property
    def bodies(self) -> bool:
        return bool(self.agencies or self.services)
