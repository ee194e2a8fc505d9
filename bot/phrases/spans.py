"""What stands in a sentence: references, people, agencies, clocks, MPs, schools, days, comparisons, each found once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.phrases.clean import ENDS, Word
from bot.phrases.days import NUMBERS, Almanac, When
from bot.phrases.stretches import read_when
from bot.phrases.vocabulary import LONGEST_NAME, OWN, Named, Vocabulary

REFERENCE = re.compile(r"#?(send|mp|comp|foi|sar)[- ]?(20\d\d)[-/ ]#?(\d{1,5})")
OF_YEAR = re.compile(r"(20\d\d)[-/](\d{4,5})")
NUMBER = re.compile(r"(#?)(\d{1,5})")
UNITS = frozenset(
    {"day", "days", "week", "weeks", "working", "month", "months", "year", "years", "%", "percent", "hours"}
)
NOT_BEFORE_A_CASE = frozenset(
    [
        "week",
        "weeks",
        "year",
        "years",
        "y",
        "section",
        "reg",
        "regulation",
        "stage",
        "reg.",
        "day",
        "days",
        "part",
        "next",
        "last",
        "past",
        "first",
        "top",
        "room",
        "level",
        "phase",
        "more",
        "over",
        "under",
        "than",
        "least",
        "most",
        "about",
        "code",
        "band",
        "key",
        "ks",
        ">",
        "<",
        ">=",
        "<=",
        "within",
        "paragraph",
        "aged",
        "age",
        "between",
        "number",
    ]
)
NOT_AFTER_A_CASE = UNITS | frozenset(
    [
        "things",
        "cases",
        "line",
        "lines",
        "sentence",
        "sentences",
        "bullet",
        "bullets",
        "plans",
        "letters",
        "reports",
        "more",
        "of",
        "or",
        "schools",
        "children",
        "times",
    ]
)
CASE_WORDS = frozenset(
    {"case", "for", "on", "in", "about", "with", "re", "ref", "of", "to", "and", "status", "is", "no"}
)
LETTER_WORDS = {"foi": "FOI", "sar": "SAR", "complaint": "COMP"}
OVER = {
    ("more", "than"): ">", ("over",): ">", ("past",): ">", ("beyond",): ">", ("above",): ">", ("exceeding",): ">",
    ("greater", "than"): ">", ("longer", "than"): ">", ("older", "than"): ">", ("later", "than"): ">", (">",): ">",
    ("in", "excess", "of"): ">", ("at", "least"): ">=", ("no", "less", "than"): ">=", ("a", "minimum", "of"): ">=",
    (">=",): ">=", ("less", "than"): "<", ("fewer", "than"): "<", ("under",): "<", ("below",): "<", ("<",): "<",
    ("younger", "than"): "<", ("not", "more", "than"): "<=", ("no", "more", "than"): "<=", ("at", "most"): "<=",
    ("up", "to"): "<=", ("<=",): "<=", ("exactly",): "=", ("after",): ">=", ("at",): "=", ("before",): "<",
    ("from",): ">=", ("by", "more", "than"): ">", ("by", "over"): ">", ("by", "at", "least"): ">=", ("gone",): ">",
    ("gone", "over"): ">", ("gone", "past"): ">", ("well", "over"): ">", ("just", "over"): ">", ("nearly",): ">=",
    ("on",): "=", ("in",): "=", ("reached",): ">=", ("hit",): ">=", ("got", "to"): ">=", ("passed",): ">",
}  # fmt: skip
PLAIN_OVER = frozenset(
    {
        ("after",),
        ("at",),
        ("before",),
        ("from",),
        ("gone",),
        ("nearly",),
        ("on",),
        ("in",),
        ("reached",),
        ("hit",),
        ("got", "to"),
        ("up", "to"),
    }
)
"""These compare with a week of a case; before any other number they say something else."""
LATE = frozenset({"late", "overdue", "over", "behind", "past", "lateness", "red"})
NEGATIONS = frozenset({"not", "except", "excluding", "without", "besides", "but", "minus", "bar", "ignoring", "excl"})
TAG = {"service": "ADV", "agency": "ADV", "clock": "CLK", "person": "WHO", "mp": "mp", "constituency": "CON",
       "setting": "SCH", "when": "DAY", "comparator": "CMP", "ref": "REF", "letter": "LET", "name": "NAME"}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A run of words, from one word up to another, and what it stands for."""

    kind: str
    value: Any
    first: int
    last: int
    """The word after it."""
    negated: bool = False
    others: tuple[str, ...] = ()
    """What else it may be: two people called Tom."""
    bound: str = ""
    """The word that leads a day: by, since."""


@dataclass(frozen=True)
class Comparator:
    field: str
    op: str
    value: int
    unit: str

    @property
    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "op": self.op, "value": self.value, "unit": self.unit}


def found_in(words: Sequence[Word], vocabulary: Vocabulary, almanac: Almanac, text: str) -> list[Span]:
    """Every span of a sentence, in its order. A word belongs to one span alone, the surest kind first."""
    low = [word.low for word in words]
    taken = [False] * len(low)
    spans: list[Span] = []
    finders = (
        _references(low, almanac, vocabulary),
        _comparators(low),
        _whens(low, almanac),
        _names(words, low, vocabulary),
        _shorts(words, low, text, almanac, vocabulary),
        _unknown_mps(words, low, text),
    )
    for finder in finders:
        for span in finder:
            if not any(taken[span.first : span.last]):
                taken[span.first : span.last] = [True] * (span.last - span.first)
                spans.append(span)
    return sorted(spans, key=lambda span: span.first)


def _references(low: Sequence[str], almanac: Almanac, vocabulary: Vocabulary) -> Iterator[Span]:
    """SEND-2026-0042, 2026-0042, MP-2026-0007, #42: what can be nothing else."""
    for at, word in enumerate(low):
        if whole := REFERENCE.fullmatch(word):
            prefix = whole[1].upper()
            kind = "ref" if prefix == "SEND" else "letter"
            yield Span(kind, f"{prefix}-{whole[2]}-{int(whole[3]):04d}", at, at + 1)
        elif of_year := OF_YEAR.fullmatch(word):
            yield Span("ref", f"SEND-{of_year[1]}-{int(of_year[2]):04d}", at, at + 1)
        elif (
            (short := NUMBER.fullmatch(word))
            and int(short[2])
            and (short[1] or (len(short[2]) > 3 and not _is_year(short[2])))
        ):
            yield _numbered(int(short[2]), at, at + 1, low, almanac, vocabulary)


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


def _shorts(
    words: Sequence[Word], low: Sequence[str], text: str, almanac: Almanac, vocabulary: Vocabulary
) -> Iterator[Span]:
    """A bare 42, where it is no count, no day and no week: "status 42"."""
    for at, word in enumerate(low):
        if not word.isdigit() or not word.isascii() or len(word) > 3 or len(word) < 2 or not int(word):
            continue
        before, after = low[at - 1] if at else "", low[at + 1] if at + 1 < len(low) else ""
        if before in NOT_BEFORE_A_CASE or after in NOT_AFTER_A_CASE or before in NUMBERS:
            continue
        if len(word) == 3 or before in CASE_WORDS or len(low) <= 3 or after in ("", "?", "please", ",", "."):
            yield _numbered(int(word), at, at + 1, low, almanac, vocabulary)


def _comparators(low: Sequence[str]) -> Iterator[Span]:
    """More than 10 days late, past week 16, 20+ weeks, week 18 or more, older than a month."""
    for at in range(len(low)):
        yield from filter(None, (_led(low, at) or _trailed(low, at),))


def _led(low: Sequence[str], at: int) -> Span | None:
    for length in (3, 2, 1):
        key = tuple(low[at : at + length])
        if key not in OVER:
            continue
        start = at + length
        start += low[start : start + 1] == ["the"]
        if (
            low[start : start + 1] in (["week"], ["weeks"])
            and start + 1 < len(low)
            and low[start + 1].rstrip("+").isdigit()
        ):
            if key in (("from",), ("by",)) or int(low[start + 1].rstrip("+")) > 200:
                return None
            last = start + 2
            op, more = OVER[key], _or_more(low, last)
            return Span(
                "comparator",
                Comparator("week", more[0] or op, int(low[start + 1].rstrip("+")), "weeks"),
                at,
                last + more[1],
            )
        if key in PLAIN_OVER and not (key == ("after",) and _is_length(low, start)):
            continue
        if found := _amount(low, start):
            value, unit, last = found
            late, last = _of_what(low, at, last)
            return Span(
                "comparator", Comparator(_field(unit, late, low, key), OVER[key], value, _plural(unit)), at, last
            )
    return None


def _is_length(low: Sequence[str], at: int) -> bool:
    return at + 1 < len(low) and low[at].isdigit() and low[at + 1] in UNITS


def _trailed(low: Sequence[str], at: int) -> Span | None:
    """week 18 or more, week 18+, 10 days or more, 20+ weeks."""
    if low[at] in ("week", "weeks") and at + 1 < len(low) and low[at + 1].rstrip("+").isdigit():
        value, plus = int(low[at + 1].rstrip("+")), low[at + 1].endswith("+")
        op, more = _or_more(low, at + 2)
        if (op or plus) and value < 200:
            return Span("comparator", Comparator("week", op or ">=", value, "weeks"), at, at + 2 + more)
        return None
    found = _amount(low, at)
    if found is None:
        return None
    value, unit, last = found
    op, more = _or_more(low, last)
    plus = low[at].endswith("+")
    if not op and not plus:
        return None
    late, last = _of_what(low, at, last + more)
    if not more or not late:
        op2, more2 = _or_more(low, last)
        op, last = op or op2, last + more2
    return Span("comparator", Comparator(_field(unit, late, low, ()), op or ">=", value, _plural(unit)), at, last)


def _amount(low: Sequence[str], at: int) -> tuple[int, str, int] | None:
    """10 days, ten working days, 52 weeks: number, unit, and the word after it."""
    if at >= len(low):
        return None
    word = low[at].rstrip("+")
    joined = re.fullmatch(r"(\d{1,3})(w|wk|wks|d)", word)
    if joined:
        return int(joined[1]), "days" if joined[2] == "d" else "weeks", at + 1
    value = int(word) if word.isdigit() and len(word) < 4 else NUMBERS.get(word)
    if value is None or at + 1 >= len(low):
        return None
    start = at + 1 + (low[at + 1] == "+")
    if low[start : start + 2] in (["working", "days"], ["working", "day"]):
        return value, "working_days", start + 2
    if start < len(low) and low[start] in ("day", "days", "week", "weeks", "month", "months", "year", "years"):
        return value, low[start], start + 1
    return None


def _or_more(low: Sequence[str], at: int) -> tuple[str, int]:
    match list(low[at : at + 3]):
        case ["or", "more" | "over" | "later" | "above" | "longer" | "beyond" | "older" | "greater", *_]:
            return ">=", 2
        case ["and", "over" | "above" | "beyond" | "later" | "more" | "up", *_]:
            return ">=", 2
        case ["onwards" | "onward" | "plus" | "+", *_]:
            return ">=", 1
        case ["or", "less" | "fewer" | "under" | "earlier" | "below", *_]:
            return "<=", 2
    return "", 0


def _of_what(low: Sequence[str], first: int, last: int) -> tuple[bool, int]:
    """Whether it is lateness that is compared, and the word after."""
    after = low[last : last + 1]
    if after and after[0] in ("late", "overdue", "old", "behind"):
        return after[0] != "old", last + 1
    return False, last


def _field(unit: str, late: bool, low: Sequence[str], key: tuple[str, ...]) -> str:
    if late or (unit in ("day", "days", "working_days") and LATE & set(low) - set(key)):
        return "late"
    return "week" if unit.startswith("week") else "age"


def _plural(unit: str) -> str:
    return unit if unit.endswith("s") else f"{unit}s"


def _whens(low: Sequence[str], almanac: Almanac) -> Iterator[Span]:
    at = 0
    while at < len(low):
        found = read_when(low, at, almanac) if low[at] not in ENDS else None
        if found and _is_meant(found, low, at):
            yield Span("when", found, at, at + found.length, bound=low[at])
            at += found.length
        else:
            at += 1


def _is_meant(found: When, low: Sequence[str], at: int) -> bool:
    """ "15 feb" and "31 march" are deadlines of the phase transfers; "may" alone is a verb."""
    words = list(low[at : at + found.length])
    if words[-2:] in (["15", "feb"], ["15", "february"], ["31", "march"], ["31", "mar"]) and not {
        "by",
        "before",
        "since",
        "to",
    } & set(words):
        return False
    return words not in (["may"], ["sun"], ["sat"], ["march"], ["a"]) and not (words[0] == "the" and len(words) == 1)


def _names(words: Sequence[Word], low: Sequence[str], vocabulary: Vocabulary) -> Iterator[Span]:
    """The longest known name at each word."""
    at, known = 0, vocabulary.names
    while at < len(low):
        for length in range(min(LONGEST_NAME, len(low) - at), 0, -1):
            named = known.get(" ".join(low[at : at + length]))
            if named and _counts(named, words, low, at, length):
                yield _span(named, low, at, at + length)
                at += length - 1
                break
        at += 1


def _counts(named: Sequence[Named], words: Sequence[Word], low: Sequence[str], at: int, length: int) -> bool:
    """A single word that is also an everyday one has to look like what it names."""
    before, after = low[at - 1] if at else "", low[at + length] if at + length < len(low) else ""
    if named[0].kind in OWN:
        return True
    if low[at] == "us" or (low[at] == "la" and after in ("la",)):
        return False
    if low[at] == "draft" and length == 1:
        verb = after in ("me", "us", "a", "an", "some", "something", "up", "two", "2", "one", "out") or (
            at == 0 and after in ("holding", "reply")
        )
        return not verb
    if low[at] in ("order", "appeal") or (low[at] == "final" and after in ("date", "day", "week", "step", "warning")):
        return length > 1
    if low[at] in ("foi", "sar", "complaint") and after.isdigit():
        return False
    if low[at : at + length] == ["education"] and before == "of":
        return True
    return True


def _span(named: Sequence[Named], low: Sequence[str], first: int, last: int) -> Span:
    before = [word for word in low[max(0, first - 3) : first] if word not in ("the", "a", "any", "all", "for", "from")]
    negated = bool(before) and (
        before[-1] in NEGATIONS - {"not", "but", "without"}
        or before[-2:]
        in (
            ["apart"],
            ["other", "than"],
            ["apart", "from"],
            ["anything", "but"],
            ["everything", "but"],
            ["all", "but"],
            ["everyone", "but"],
        )
        or (before[-1:] == ["not"] and low[first - 1] == "not")
        or before[-1:] == ["apart"]
        or before[-2:] == ["aside"]
        or before[-1:] == ["aside"]
    )
    others = tuple(one.id for one in named) if len(named) > 1 else ()
    return Span(named[0].kind, named[0].id, first, last, negated, others)


def _unknown_mps(words: Sequence[Word], low: Sequence[str], text: str) -> Iterator[Span]:
    """An MP whom nobody has put on record: "Dana Okoro MP", "from Dana Okoro", as it is written."""
    for at, word in enumerate(low):
        if word == "mp" and at and words[at - 1].capital and low[at - 1] not in ("the", "new", "an", "any", "log"):
            first = at - 1
            while first and at - first < 3 and words[first - 1].capital and low[first - 1] not in ENDS and first > 1:
                first -= 1
            yield Span("mp", text[words[first].start : words[at - 1].end], first, at)


def as_of(when: When, past: bool) -> tuple[date | None, date | None]:
    return when.resolve(past)
