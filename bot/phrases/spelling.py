"""Words that are nearly a word of the trade, mended; names, references and everyday words are left alone."""

from collections.abc import Collection
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.domain.guard.vocabulary import ORDINARY
from bot.phrases.clean import SHORT, Word
from bot.phrases.comparing import OVER
from bot.phrases.cues import CUE_WORDS
from bot.phrases.days import MONTH_NAMES, NUMBERS, UNITS, WEEKDAYS
from bot.phrases.leaving import AFTER, BEFORE
from bot.phrases.seasons import PARTS
from bot.phrases.stretches import LEADS
from bot.phrases.vocabulary import TRADE
from bot.phrases.wordlists import EVERYDAY, words

SHORTEST = 4
"""Letters from which a word is long enough to be mended."""
LONG = 6
"""Letters from which two slips are mended."""
TRADE_WORDS = frozenset(word for name in TRADE for word in name.split() if word.isalpha())
DAY_WORDS = frozenset({*WEEKDAYS, *MONTH_NAMES, *UNITS, *LEADS, *NUMBERS}) | words(
    "today tomorrow yesterday commencing beginning quarter weekend christmas holidays term half end start academic "
    "financial school holiday break easter summer spring autumn date ago gone morning afternoon working"
)
SAID = frozenset(word for key in (*OVER, *BEFORE, *AFTER, *PARTS) for word in key)
"""Of comparing, leaving out and parts of a month."""
KNOWN = SAID | TRADE_WORDS | DAY_WORDS | CUE_WORDS | EVERYDAY | ORDINARY | frozenset(SHORT)
TARGETS = tuple(sorted(word for word in TRADE_WORDS | DAY_WORDS | CUE_WORDS if len(word) >= SHORTEST))
OFTEN = words(
    "status remind chase record snooze escalate assign overdue late waiting outstanding deadline due panel draft week "
    "case cases reply mediation who what when where update advice report health school letter received sent owner "
    "history"
)
"""Of words equally near, these are meant."""
ENDINGS = ("s", "es", "ed", "ing", "ly", "er", "ers")


def mended(words: tuple[Word, ...], own: Collection[str]) -> tuple[Word, ...]:
    """The words with their slips put right, towards the trade's words and the council's own names."""
    names = frozenset(own)
    return tuple(
        _mended(word, names, opens=_opens(words, at)) if _may_be_wrong(word, names) else word
        for at, word in enumerate(words)
    )


def _opens(words: tuple[Word, ...], at: int) -> bool:
    """It has its capital for beginning the text; two capitals are a name's."""
    return at == 0 and not (len(words) > 1 and words[1].capital)


def _may_be_wrong(word: Word, names: frozenset[str]) -> bool:
    low = word.low
    return len(low) >= SHORTEST and low.isalpha() and low not in KNOWN and low not in names and not _inflected(low)


def _inflected(low: str) -> bool:
    """A known word with an ending: asks, asked, asking, planned, moved."""
    return any(_is_stem(low[: -len(end)], end) for end in ENDINGS if low.endswith(end))


def _is_stem(stem: str, end: str) -> bool:
    if len(stem) < 3:
        return False
    if end == "s":
        return stem in KNOWN
    if end in ("er", "ers", "ly"):
        return stem in KNOWN and len(stem) > 3
    if end == "es":
        return stem in KNOWN and stem.endswith(("s", "x", "z", "h", "o"))
    doubled = stem[-1] == stem[-2] and stem[-3] in "aeiou" and stem[:-1] in KNOWN
    return stem in KNOWN or f"{stem}e" in KNOWN or doubled


def _mended(word: Word, names: frozenset[str], *, opens: bool) -> Word:
    """A short word with a capital may be somebody's name: it is mended to a name alone, to a day, to an agency."""
    low = nearest(word.low, names)
    if word.capital and not opens and low not in DAY_WORDS | TRADE_WORDS | names and len(low) < LONG + 1:
        return word
    return Word(low, word.start, word.end, word.capital, word.owns) if low else word


@lru_cache(maxsize=8192)
def nearest(low: str, names: frozenset[str]) -> str:
    """The one word that it nearly is; empty where there is none, or where it may be two that mean different things."""
    slips = 2 if len(low) >= LONG else 1
    # Two slips in a short word make another word: then they have to leave its beginning alone.
    found = extract(low, TARGETS, scorer=OSA.distance, score_cutoff=slips, limit=6)
    found += extract(
        low, [name for name in names if len(name) >= SHORTEST], scorer=OSA.distance, score_cutoff=slips, limit=2
    )
    likely = sorted((score, word[0] != low[0], word) for word, score, _ in found if score < 2 or _is_likely(low, word))
    if not likely:
        return ""
    best = [word for score, other, word in likely if (score, other) == likely[0][:2]]
    if len({_stem(word) for word in best}) == 1:
        return best[0]
    return next((word for word in best if word in OFTEN), "") or _longest_beginning(low, best)


def _is_likely(low: str, word: str) -> bool:
    return (word[0] == low[0] and len(word) >= LONG - 1) or (word[1:3] == low[1:3] and len(word) >= LONG + 1)


def _longest_beginning(low: str, best: list[str]) -> str:
    """Of words equally near, the one that begins as it does, if that is plain."""
    shared = sorted(((_shared(low, word), word) for word in best), reverse=True)
    return shared[0][1] if shared[0][0] > shared[1][0] and len(low) >= LONG else ""


def _shared(low: str, word: str) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(low, word, strict=False)) if one != other), min(len(low), len(word))
    )


def _stem(word: str) -> str:
    for end in ("ies", "ing", "ly", "ed", "es", "s", "e", "y"):
        if word.endswith(end) and len(word) - len(end) > 3:
            return word[: -len(end)]
    return word
