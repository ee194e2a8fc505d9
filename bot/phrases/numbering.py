"""References of cases and letters, in every form that people write: SEND-2026-0042, 2026-0042, 0042, #42."""

import re
from collections.abc import Collection, Iterator, Sequence

from bot.phrases.days import NUMBERS, Almanac
from bot.phrases.span import UNITS, Span
from bot.phrases.vocabulary import Vocabulary
from bot.phrases.wordlists import words

REFERENCE = re.compile(r"#?(send|mp|comp|foi|sar)[- ]?(20\d\d)[-/ ]#?(\d{1,5})")
OF_YEAR = re.compile(r"(20\d\d)[-/](\d{4,5})")
NUMBER = re.compile(r"(#?)(\d{1,5})")
NOT_BEFORE_A_CASE = words(
    """
    week weeks year years y section reg regulation stage reg. day days part next past last first top room level
    phase more over under than least most code band key ks at by around
    approx roughly circa top times plus minus divided > < >= <= within paragraph aged age between number
    turned turns turning before until till page version covid form noon half another only nearly almost
    some other all these those every any few
    """
)
NOT_AFTER_A_CASE = UNITS | words(
    """
    min mins minute minutes hour hours hr hrs am pm o'clock people officers staff kids pupils emails calls months
    families parents agencies services panels meetings consultations mps percent per minutes' weeks' days' working
    things cases line lines sentence sentences bullet bullets plans letters reports more of or schools children
    times odd oldest worst longest latest minute week day month noon weekers
    """
)
CASE_WORDS = words(
    """
    case cases for on in about with re ref of to and status is no has was did does will can should would could
    are were move transfer pass hand give reassign assign allocate swap put take push bump raise flag chase escalate
    close snooze reopen update check lose win report advice review reviews plan letter panel
    appeal hearing tribunal mediation reply owner officer deadline date history timeline news decision outcome
    exception consultation paperwork draft final finalise finalised owns send log record mark slt salt ot ep
    camhs physio paeds health school care psych senco mp who when where why -
    """
)
GOES_ON = words(
    """
    has had is was been came come comes went gone will got needs yet late overdue closed arrived landed sent still
    since then again when who where why what how if - : / appealed finalised due back in up
    """
)
"""What follows a number with which a sentence begins, or after which it speaks of the case."""
NO_PLURALS = words(
    "is was has does needs gets yes status camhs paeds this us as comes goes plus notes details parents papers"
)
OLD = words("he she who child boy girl they pupil twin")
"""Of these a number says how old they are."""
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
    """A bare 42, where it is no count, no day and no week: "status 42", "cases 42, 47 and 51"."""
    likely = [at for at, word in enumerate(low) if _is_short(word) and not _is_something_else(low, at)]
    named = {at for at in likely if _is_named(low, at)}
    for at in likely:
        if at in named or _goes_with(low, at, named):
            named.add(at)
            yield _numbered(int(low[at]), at, at + 1, low, almanac, vocabulary)


def _is_short(word: str) -> bool:
    return word.isdigit() and word.isascii() and 2 <= len(word) <= 3 and int(word) > 0


def _is_something_else(low: Sequence[str], at: int) -> bool:
    before, after = low[at - 1] if at else "", low[at + 1] if at + 1 < len(low) else ""
    if before == "number" and (at == 1 or low[at - 2] in ("case", "ref", "reference", "send")):
        before = "case"
    return before in NOT_BEFORE_A_CASE or after in NOT_AFTER_A_CASE or before in NUMBERS or _is_many(low, at)


def _is_named(low: Sequence[str], at: int) -> bool:
    before, after = low[at - 1] if at else "", low[at + 1] if at + 1 < len(low) else ""
    if before in HAVE and not WE & set(low[:at]):
        return True
    alone = len(low) <= 3 or after in ENDS or (not at and after in GOES_ON)
    return len(low[at]) == 3 or before in CASE_WORDS or before == "number" or (alone and before not in HAVE)


def _goes_with(low: Sequence[str], at: int, named: Collection[int]) -> bool:
    """ "0042, 47 and 51": it stands in a row with a case."""
    back = at - 1
    while back > 0 and low[back] in (",", "and", "+", "or"):
        back -= 1
    return back >= 0 and (back in named or bool(LONG_NUMBER.search(low[back])))


LONG_NUMBER = re.compile(r"(?<!\d)\d{4}$")


HAVE = frozenset({"have", "got", "had"})
WE = frozenset({"we", "i", "you", "they", "do"})
ENDS = frozenset({"", "?", "please", ",", ".", "!", ";", ":"})


def _is_many(low: Sequence[str], at: int) -> bool:
    """ "10 drafts" are so many, "he is 15" is an age."""
    after = low[at + 1] if at + 1 < len(low) else ""
    plural = len(after) > 3 and after.endswith("s") and not after.endswith("ss") and after not in NO_PLURALS
    return plural or (low[max(0, at - 2) : at][-1:] in (["is"], ["was"]) and at > 1 and low[at - 2] in OLD)
