"""References of cases and letters, in every form that people write: SEND-2026-0042, 2026-0042, 0042, #42."""

import re
from collections.abc import Iterator, Sequence

from bot.phrases.days import NUMBERS, Almanac
from bot.phrases.span import UNITS, Span
from bot.phrases.vocabulary import Vocabulary
from bot.phrases.wordlists import words

REFERENCE = re.compile(r"#?(send|mp|comp|foi|sar)[- ]?(20\d\d)[-/ ]#?(\d{1,5})")
OF_YEAR = re.compile(r"(20\d\d)[-/](\d{4,5})")
NUMBER = re.compile(r"(#?)(\d{1,5})")
NOT_BEFORE_A_CASE = words(
    """
    week weeks year years y section reg regulation stage reg. day days part next last past first top room level
    phase more over under than least most code band key ks at by around
    approx roughly circa top times plus minus divided > < >= <= within paragraph aged age between number
    """
)
NOT_AFTER_A_CASE = UNITS | words(
    """
    min mins minute minutes hour hours hr hrs am pm o'clock people officers staff kids pupils emails calls months
    families parents agencies services panels meetings consultations mps percent per minutes' weeks' days' working
    things cases line lines sentence sentences bullet bullets plans letters reports more of or schools children
    times
    """
)
CASE_WORDS = frozenset(
    {"case", "for", "on", "in", "about", "with", "re", "ref", "of", "to", "and", "status", "is", "no"}
)
LETTER_WORDS = {"foi": "FOI", "sar": "SAR", "complaint": "COMP"}


def references(low: Sequence[str], almanac: Almanac, vocabulary: Vocabulary) -> Iterator[Span]:
    """SEND-2026-0042, 2026-0042, MP-2026-0007, #42: what can be nothing else."""
    for at, word in enumerate(low):
        if whole := REFERENCE.fullmatch(word):
            prefix = whole[1].upper()
            kind = "ref" if prefix == "SEND" else "letter"
            yield Span(kind, f"{prefix}-{whole[2]}-{int(whole[3]):04d}", at, at + 1)
        elif of_year := OF_YEAR.fullmatch(word):
            yield Span("ref", f"SEND-{of_year[1]}-{int(of_year[2]):04d}", at, at + 1)
        elif (short := NUMBER.fullmatch(word)) and _is_number(short, low, at):
            yield _numbered(int(short[2]), at, at + 1, low, almanac, vocabulary)


def _is_number(short: re.Match[str], low: Sequence[str], at: int) -> bool:
    """Four figures or five that are no year and no telephone; with # before them, any."""
    digits = short[2]
    if not int(digits) or (len(digits) == 5 and digits[0] == "0") or _is_telephone(low, at):
        return False
    return bool(short[1]) or (len(digits) > 3 and not _is_year(digits))


def _is_telephone(low: Sequence[str], at: int) -> bool:
    """Figures beside more than a reference has."""
    return any(word.isdigit() and len(word) > 5 for word in low[max(0, at - 1) : at + 2])


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")


def _numbered(number: int, first: int, last: int, low: Sequence[str], almanac: Almanac, vocabulary: Vocabulary) -> Span:
    """A case by its number: the one on record, this year's first; else this year's."""
    before = low[first - 1] if first else ""
    prefix = LETTER_WORDS.get(before, "SEND")
    usual = f"{prefix}-{almanac.today.year}-{number:04d}"
    known = vocabulary.references(number, prefix)
    if known and usual not in known:
        return Span(
            "ref" if prefix == "SEND" else "letter", known[0], first, last, others=known if len(known) > 1 else ()
        )
    return Span("ref" if prefix == "SEND" else "letter", usual, first, last)


def shorts(low: Sequence[str], almanac: Almanac, vocabulary: Vocabulary) -> Iterator[Span]:
    """A bare 42, where it is no count, no day and no week: "status 42"."""
    for at, word in enumerate(low):
        if not word.isdigit() or not word.isascii() or len(word) > 3 or len(word) < 2 or not int(word):
            continue
        before, after = low[at - 1] if at else "", low[at + 1] if at + 1 < len(low) else ""
        if before in NOT_BEFORE_A_CASE or after in NOT_AFTER_A_CASE or before in NUMBERS:
            continue
        if len(word) == 3 or before in CASE_WORDS or len(low) <= 3 or after in ("", "?", "please", ",", "."):
            yield _numbered(int(word), at, at + 1, low, almanac, vocabulary)
