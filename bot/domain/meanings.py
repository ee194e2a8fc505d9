"""What a chat platform's word for "no" means: not now or never, for one place or for the whole connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Gone, Undeliverable


class Verdict(StrEnum):
    """Whether it makes sense to try again."""

    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Meaning:
    """One code of a platform: whether to try again, what a person reads, and whether all posts there are meant."""

    verdict: Verdict
    words: str
    whole: bool = False
    gone: bool = False
    """The message itself is no longer there."""

    def as_never(self) -> Undeliverable:
        if self.gone:
            return Gone(self.words)
        return Undeliverable(self.words, whole=self.whole)


Table = Mapping[str, Meaning]


def later(words: str) -> Meaning:
    return Meaning(Verdict.LATER, words)


def never(words: str, *, whole: bool = False, gone: bool = False) -> Meaning:
    return Meaning(Verdict.NEVER, words, whole, gone)


def as_rows(table: Table) -> list[str]:
    """The table as the documentation shows it."""
    scope = {True: "the whole connection", False: "this message or place"}
    return [f"| `{code}` | {one.verdict} | {scope[one.whole]} | {one.words} |" for code, one in table.items()]
