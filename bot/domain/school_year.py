"""When schools are open: the council's terms and half terms, and the days between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from bot.domain.calendar import ONE_DAY


class Spell(StrEnum):
    """What a row of `terms.csv` names."""

    TERM = "term"
    HALF_TERM = "half_term"


@dataclass(frozen=True)
class SchoolTime:
    """A term, from its first day to its last, or a half term, on whose days schools are closed."""

    spell: Spell
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Closed:
    """Days on which schools are closed, both ends included."""

    first: date
    last: date
    name: str

    def meets(self, first: date, last: date) -> bool:
        """Whether any of its days lies from `first` to `last`."""
        return self.first <= last and first <= self.last


def closures(times: Sequence[SchoolTime]) -> tuple[Closed, ...]:
    """Half terms, and the holidays between one term and the next. Outside the terms that are given nothing is known."""
    return tuple(sorted(_closures(times), key=lambda closed: closed.first))


def _closures(times: Sequence[SchoolTime]) -> Iterator[Closed]:
    terms = sorted((time for time in times if time.spell is Spell.TERM), key=lambda time: time.first)
    yield from (Closed(time.first, time.last, time.name) for time in times if time.spell is Spell.HALF_TERM)
    for earlier, later in pairwise(terms):
        first, last = earlier.last + ONE_DAY, later.first - ONE_DAY
        if first <= last:
            yield Closed(first, last, f"between {earlier.name} and {later.name}")
