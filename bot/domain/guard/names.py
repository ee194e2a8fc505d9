"""Names: how a child's is kept to be found again, what in a text may be one, and which single words are."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from bot.domain.guard.traces import Found, Trace
from bot.domain.guard.vocabulary import (
    BEFORE_A_MONTH,
    BREAKS,
    FOLLOW_A_NAME,
    GREETINGS,
    MONTHS,
    NEVER_ALONE,
    OPENERS,
    ORDINARY,
    PARTICLES,
    TITLES,
)

LONGEST = 5
"""Words of a name that are looked for together."""
SHORTEST_FAMILY = 4
"""Letters of a last name that a family may be called by: the Palmers."""
WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")
OWNING = re.compile(r"['’ʼ`´]s$", re.IGNORECASE)
GAP = re.compile(r"(?:[ ]{1,2}|[ ]?[,\-‐‑][ ]?|[._/]|\.[ ]|[ ]?\n)")
"""What may stand between two words of one name; a full stop only after an initial."""
OPENING = re.compile(r"(?:^|[.!?:;•·>|(\[“\"\n–—=-])[\s*_]*$")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
"""Letters that people leave out the marks of, and that are no letter with a mark to Unicode."""


class Word(NamedTuple):
    """One word of a text, as it is compared and where it stands."""

    plain: str
    start: int
    end: int
    capital: bool
    opens: bool
    """It begins a sentence, or the text."""
    owns: bool
    """It is followed by 's."""
    shouted: bool
    """All of the text is in capitals: then one tells nothing."""
    counted: bool
    """A number follows: Day 5."""
    joined: bool
    """Nothing but a gap parts it from the word before: both may be of one name."""

    def __repr__(self) -> str:
        return f"Word(…, {self.start}, {self.end})"


class Candidate(NamedTuple):
    """Words that may be a whole name, as such a name is fingerprinted."""

    plain: str
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Candidate(…, {self.start}, {self.end})"


def plain_word(word: str) -> str:
    """Small letters, no marks, no apostrophes, no 's: how two spellings of one word are compared."""
    if word.isascii() and word.isalpha():
        return word.lower()
    low = OWNING.sub("", word).casefold()
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low.translate(LETTERS)) if not unicodedata.combining(c))
    return re.sub(r"['’ʼ`´]", "", low)


def words_of(text: str) -> list[Word]:
    """The words of a cleaned text."""
    shouting, words, end = text.isupper(), list[Word](), 0
    initial = False
    for found in WORD.finditer(text):
        said, (start, begins) = found[0], (found.start(), end)
        end = found.end()
        joined = bool(words) and _is_gap(text, begins, start, initial=initial)
        opens = not joined and OPENING.search(text, max(0, start - 6), start) is not None
        owns = said[-1] in "sS" and OWNING.search(said) is not None
        counted = text[end : end + 1] == " " and text[end + 1 : end + 2].isdigit()
        words.append(Word(plain_word(said), start, end, not said[0].islower(), opens, owns, shouting, counted, joined))
        initial = len(said) == 1
    return words


def _is_gap(text: str, start: int, end: int, *, initial: bool) -> bool:
    """Whether what stands between two words may stand within a name: a space, mostly; a full stop after an initial."""
    gap = text[start:end]
    return gap == " " or (GAP.fullmatch(gap) is not None and (gap != ". " or initial))


def forms(name: str) -> frozenset[str]:
    """The ways in which a whole name is written, each as a `Candidate` has it: never empty.

    Maisie Anne Palmer: in full, without the middle name, by the middle name, the last name first.
    """
    last, comma, first = name.partition(",")
    groups = [each for part in ((first, last) if comma else (name,)) for each in part.split()]
    parts = [[word.plain for word in words_of(group)] for group in groups]
    parts = [part for part in parts if part]
    given, family = _split(parts)
    whole = [*chain.from_iterable(given), *family]
    ways = {" ".join(whole[:LONGEST]) or name.casefold()}
    if given and family:
        ways |= {_way(each, family) for each in given} | {_way(family, each) for each in given}
        ways |= {_way(family, *given), _way(given[0], family[:1]), _way(given[0], family[-1:])}
    if len(given) > 1:
        ways.add(_way(*given[:2]))
    return frozenset(ways)


def _split(parts: Sequence[list[str]]) -> tuple[Sequence[list[str]], list[str]]:
    """The given names, and the words of the last one with what it begins with: Lucas, van der Berg."""
    at = len(parts) - 1
    while at > 1 and len(parts[at - 1]) == 1 and parts[at - 1][0] in PARTICLES:
        at -= 1
    return parts[:at], list(chain.from_iterable(parts[at:]))


def _way(*parts: Sequence[str]) -> str:
    return " ".join([word for part in parts for word in part][:LONGEST])


def full_names(words: Sequence[Word]) -> Iterator[Candidate]:
    """Every two to five words side by side that may be a whole name: the record knows whether they are.

    Where all of them are everyday words, such as Will Day, they must be written like a name.
    """
    plain, everyday, parts = [word.plain for word in words], list[bool](), list[bool]()
    for word in words:
        everyday.append(word.plain in ORDINARY)
        parts.append(_parts_names(word))
    for at, first in enumerate(words):
        if parts[at]:
            continue
        all_everyday = everyday[at]
        for to in range(at + 1, min(at + LONGEST, len(words))):
            last = words[to]
            if parts[to] or not last.joined:
                break
            all_everyday = all_everyday and everyday[to]
            if not all_everyday or (first.capital and last.capital and not last.counted):
                yield from _ways_of(plain[at : to + 1], first.start, last.end)


def _parts_names(word: Word) -> bool:
    """An, To and Has are names too, written with a capital."""
    return word.plain in BREAKS and (word.opens or not word.capital)


def _ways_of(words: Sequence[str], start: int, end: int) -> Iterator[Candidate]:
    """The words as they stand, and without initials between them: Maisie A Palmer."""
    yield Candidate(" ".join(words), start, end)
    kept = [words[0], *(word for word in words[1:-1] if len(word) > 1), words[-1]]
    if len(kept) < len(words):
        yield Candidate(" ".join(kept), start, end)


def single_names(words: Sequence[Word], names: Collection[str]) -> Iterator[Found]:
    """The words that are, alone, a first or last name of the children who are spoken of, or their family's."""
    families = {f"{name}s" for name in names if name not in ORDINARY and len(name) >= SHORTEST_FAMILY}
    for at, word in enumerate(words):
        if (word.plain in names or word.plain in families) and _is_name(words, at):
            yield Found(Trace.NAME, word.start, word.end)


def _is_name(words: Sequence[Word], at: int) -> bool:
    word, before = words[at], words[at - 1] if at else None
    if len(word.plain) < 2 or word.plain in PARTICLES:
        return False
    titled = before is not None and word.joined and before.plain in TITLES
    if titled or (word.plain not in ORDINARY and len(word.plain) > 2):
        return True
    greeted = before is not None and word.joined and before.plain in GREETINGS
    if greeted or word.plain in NEVER_ALONE or (word.plain in MONTHS and _is_a_month(words, at)):
        return False
    return _looks_like_one(word, words[at + 1] if at + 1 < len(words) else None)


def _looks_like_one(word: Word, after: Word | None) -> bool:
    """Whether an everyday word is written as a name, judged by its place and, where it opens, by what comes after."""
    follows = word.owns or (after is not None and after.joined and after.plain in FOLLOW_A_NAME)
    opening = word.opens and (word.plain in OPENERS or word.plain in MONTHS)
    return word.capital and not word.shouted and (follows or not opening)


def _is_a_month(words: Sequence[Word], at: int) -> bool:
    """ "in May", "12 May", "May 2027": a day or a year stands apart from a word, and only words are joined."""
    before = words[at - 1] if at else None
    after = words[at + 1] if at + 1 < len(words) else None
    beside_a_number = not words[at].opens and not words[at].joined
    return beside_a_number or (before is not None and before.plain in BEFORE_A_MONTH) or _ends_early(after)


def _ends_early(after: Word | None) -> bool:
    """A month is followed by a number, by "half term" or by the end."""
    return after is not None and (not after.joined or after.plain in {"half", "bank", "panel", "meeting", "deadline"})


def spans_of(words: Sequence[Word], names: Collection[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Where these whole names stand: those of grown-ups, which a room may hear."""
    longest, firsts = max(map(len, names), default=0), {name[0] for name in names if name}
    for at, first in enumerate(words):
        if first.plain not in firsts:
            continue
        for to in range(at, min(at + longest, len(words))):
            if tuple(word.plain for word in words[at : to + 1]) in names:
                yield first.start, words[to].end
