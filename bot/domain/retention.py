"""How long what is sealed is kept: the first day on which a case, a letter or a child is due to be erased."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.facts import Whole


class CountsFrom(StrEnum):
    """The day from which the years are counted."""

    BIRTH = "birth"
    CLOSURE = "closure"


@dataclass(frozen=True)
class Keep:
    """One row of the schedule: what it is for, how long that is kept, and by whose words."""

    of: tuple[Whole, ...]
    counts_from: CountsFrom
    years: int
    basis: str
    """As an answer says it: "date of birth and 31 years"."""
    source: str
    unverified: str = ""
    """What a person must still look up; empty where nothing is open."""


Schedule = Mapping[Whole, Keep]


@dataclass(frozen=True)
class Kept:
    """A case or a letter as the schedule sees it."""

    of: Whole
    closed_on: date | None
    """None while it is open."""


def due(keep: Keep, closed_on: date | None, born: date | None) -> date | None:
    """The first day on which it may be erased; None while it is open. Never before the day on which it was closed.

    Where no date of birth is known the years count from the closure: nobody was born later than that.
    """
    if closed_on is None:
        return None
    first = born if keep.counts_from is CountsFrom.BIRTH and born else closed_on
    return max(_years_on(first, keep.years), closed_on)


def due_of_all(schedule: Schedule, records: Iterable[Kept], born: date | None) -> date | None:
    """The latest of all that belongs to a child; None while anything of it is open, and where there is nothing."""
    days = [due(schedule[one.of], one.closed_on, born) for one in records]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _years_on(day: date, years: int) -> date:
    """The same day of a later year. Who was born on 29 February is a year older on 1 March: never a day too soon."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
