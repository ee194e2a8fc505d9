"""Lines that were heard, as far as they tell of a child: what they said is kept sealed for 30 days."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

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
    numbers: re.Pattern[str]

    @classmethod
    def of(cls, who: Private | None, references: Sequence[str]) -> "Tells":
        """Of a child that is erased already, by the references alone."""
        words = {*plain(who.name).split(), plain(who.record_number)} if who else set()
        whole = "|".join(re.escape(reference) for reference in references)
        short = "|".join(str(int(reference.rsplit("-", 1)[1])) for reference in references)
        numbers = re.compile(rf"{whole}|(?<![\d-])0*(?:{short})(?!\d)", re.IGNORECASE)
        return cls(frozenset(word for word in words if len(word) >= LEAST), who.born if who else None, numbers)

    def are_in(self, text: str, today: date) -> bool:
        if self.numbers.search(text):
            return True
        said = f" {plain(text)} "
        if any(f" {word} " in said for word in self.words):
            return True
        looks_so = self.born is not None and f"{self.born:%y}" in text and str(self.born.day) in text
        return looks_so and any(day == self.born for day, _, _ in guard.days(guard.cleaned(text), today))


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
