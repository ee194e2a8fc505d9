"""Lines that were heard, as far as they tell of a child: what they said is kept sealed for 30 days."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import delete, select

from bot.cases.children import Private, plain
from bot.domain import guard
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Heard

SEALED_FOR = "heard"
"""What a line is sealed for."""
HEARD = columns(Heard)
LEAST = 2
"""Letters of a part of a name."""


@dataclass(frozen=True, repr=False)
class Tells:
    """By what a line tells of a child: who they are, or which cases are theirs."""

    words: frozenset[str]
    born: date | None
    numbers: tuple[str, ...]
    """Of the cases and letters, as people write them: 42 of SEND-2026-0042, which is in the whole one too."""

    @classmethod
    def of(cls, who: Private | None, references: Sequence[str]) -> "Tells":
        """Of a child that is erased already, by the references alone."""
        words = {*plain(who.name).split(), plain(who.record_number)} if who else set()
        numbers = tuple(str(int(reference.rsplit("-", 1)[1])) for reference in references)
        return cls(frozenset(word for word in words if len(word) >= LEAST), who.born if who else None, numbers)

    def are_in(self, text: str, today: date) -> bool:
        return self._numbers(text) or self._names(text) or self._birth(text, today)

    def _numbers(self, text: str) -> bool:
        near = (number for number in self.numbers if number in text)
        return any(re.search(rf"(?<!\d)0*{number}(?!\d)", text) for number in near)

    def _names(self, text: str) -> bool:
        """Whole words. Most lines hold none of the letters, and need not be made plain."""
        low = text.casefold()
        if text.isascii() and not any(max(word.split(), key=len) in low for word in self.words):
            return False
        said = f" {plain(text)} "
        return any(f" {word} " in said for word in self.words)

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        """What a text has in it that has the day of birth: its year and its day, each as a number."""
        years, day = f"{self.born:%Y}|{self.born:%y}", self.born.day if self.born else 0
        return rf"(?<!\d)(?:{years})(?!\d)", rf"(?<!\d)0?{day}(?!\d)"

    def _birth(self, text: str, today: date) -> bool:
        if self.born is None or not all(re.search(part, text) for part in self._parts):
            return False
        return any(day == self.born for day, _, _ in guard.days(guard.cleaned(text), today))


def forget(turn: Turn, tells: Tells) -> int:
    """Delete every line that tells of a child, or that the bot answered so; how many.

    What a second press or delivery of such a line would have been known by goes with it.
    """
    found = list(_telling(turn, tells))
    for start in range(0, len(found), 500):
        turn.db.execute(delete(Heard).where(HEARD.id.in_(found[start : start + 500])))
    return len(found)


def _telling(turn: Turn, tells: Tells) -> Iterator[int]:
    for heard_id, sealed in turn.db.execute(select(HEARD.id, HEARD.sealed)):
        told = turn.vault.open_own(sealed, SEALED_FOR)
        if tells.are_in(f"{told['line']}\n{told['text']}", turn.today):
            yield heard_id
