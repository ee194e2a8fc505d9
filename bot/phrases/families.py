"""Words that say the same: each family's rarer words are read as the one that the patterns know."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from bot.phrases.clean import Word
from bot.phrases.cues import rows


class Saying(NamedTuple):
    """What may be said, word by word, and what is usual."""

    said: tuple[str, ...]
    usual: tuple[str, ...]


@cache
def _by_first() -> dict[str, tuple[Saying, ...]]:
    found: dict[str, list[Saying]] = {}
    for row in rows("families.csv"):
        for each in row["said"].split("|"):
            saying = Saying(tuple(each.split()), tuple(row["usual"].split()))
            found.setdefault(saying.said[0], []).append(saying)
    return {first: tuple(sorted(each, key=lambda one: -len(one.said))) for first, each in found.items()}


def usual(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with every rarer saying as the usual one, in its place; the longest counts."""
    known, low = _by_first(), tuple(word.low for word in words)
    found: list[Word] = []
    at = 0
    while at < len(words):
        likely = (one for one in known.get(low[at], ()) if low[at : at + len(one.said)] == one.said)
        if (saying := next(likely, None)) and not any(word.owns for word in words[at : at + len(saying.said)]):
            last = words[at + len(saying.said) - 1]
            found += [Word(each, words[at].start, last.end) for each in saying.usual]
            at += len(saying.said)
        else:
            found.append(words[at])
            at += 1
    return tuple(found)
