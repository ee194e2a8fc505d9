"""Comparisons: "more than 10 days late", "past week 16", "20+ weeks", "week 18 or later"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.phrases.days import NUMBERS
from bot.phrases.span import UNITS, Span
from bot.phrases.wordlists import any_of

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

LATER = frozenset({"late", "overdue", "lateness"})
"""With these a number of weeks says how late, too; with "over" it may be how far a case is."""

BEGIN_ONE = frozenset({key[0] for key in OVER} | {"week", "weeks", "between", *NUMBERS})


@dataclass(frozen=True)
class Comparator:
    field: str
    op: str
    value: int
    unit: str

    @property
    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "op": self.op, "value": self.value, "unit": self.unit}


def comparators(low: Sequence[str]) -> Iterator[Span]:
    """More than 10 days late, past week 16, 20+ weeks, week 18 or more, older than a month."""
    for at, word in enumerate(low):
        if word not in BEGIN_ONE and not word[:1].isdigit():
            continue
        both = [*_between(low, at), *_from_to(low, at)]
        yield from both or filter(None, (_led(low, at) or _trailed(low, at),))


def _between(low: Sequence[str], at: int) -> Iterator[Span]:
    """between week 16 and 20, weeks 6 to 10: two ends."""
    start = at + (low[at] in ("between", "in", "at", "from", "for"))
    if low[start : start + 1] not in (["week"], ["weeks"]) or len(low) < start + 4:
        return
    last = start + 3 + (low[start + 3] in ("week", "weeks"))
    first, other = low[start + 1], low[last] if last < len(low) else ""
    if first.isdigit() and other.isdigit() and low[start + 2] in ("and", "to", "-") and int(other) < 200:
        yield Span("comparator", Comparator("week", ">=", int(first), "weeks"), at, start + 2)
        yield Span("comparator", Comparator("week", "<=", int(other), "weeks"), start + 2, last + 1)


def _from_to(low: Sequence[str], at: int) -> Iterator[Span]:
    """between 5 and 10 days late: two ends of one measure."""
    if low[at] != "between" or len(low) < at + 5 or not low[at + 1].isdigit() or low[at + 2] not in ("and", "to", "-"):
        return
    if found := _amount(low, at + 3):
        value, unit, last = found
        late, end = _of_what(low, at, last)
        field, units = _field(unit, late, low, ()), _plural(unit)
        yield Span("comparator", Comparator(field, ">=", int(low[at + 1]), units), at, at + 2)
        yield Span("comparator", Comparator(field, "<=", value, units), at + 2, end)


def _led(low: Sequence[str], at: int) -> Span | None:
    for length in (3, 2, 1):
        key = tuple(low[at : at + length])
        if key not in OVER:
            continue
        start = at + length
        start += low[start : start + 1] == ["the"]
        if low[start : start + 1] in (["week"], ["weeks"]) and (value := _week(low, start + 1)) is not None:
            if key in (("from",), ("by",)) or value > 200:
                return None
            last = start + 2
            op, more = OVER[key], _or_more(low, last)
            return Span("comparator", Comparator("week", more[0] or op, value, "weeks"), at, last + more[1])
        if key in PLAIN_OVER and not (key == ("after",) and _is_length(low, start)):
            continue
        if found := _amount(low, start):
            value, unit, last = found
            late, last = _of_what(low, at, last)
            return Span(
                "comparator", Comparator(_field(unit, late, low, key), OVER[key], value, _plural(unit)), at, last
            )
    return None


def _week(low: Sequence[str], at: int) -> int | None:
    """Which week of a case: 16, 16+, sixteen."""
    word = low[at].rstrip("+") if at < len(low) else ""
    if word.isdigit():
        return int(word)
    return NUMBERS.get(word) if word not in ("a", "an", "couple") else None


def _is_length(low: Sequence[str], at: int) -> bool:
    return at + 1 < len(low) and low[at].isdigit() and low[at + 1] in UNITS


def _trailed(low: Sequence[str], at: int) -> Span | None:
    """week 18 or more, week 18+, 10 days or more, 20+ weeks."""
    if low[at] in ("week", "weeks") and (value := _week(low, at + 1)) is not None:
        plus = low[at + 1].endswith("+")
        op, more = _or_more(low, at + 2)
        if low[at] == "week" and low[at + 2 : at + 3] in (["cases"], ["ones"]):
            op = "="
        if (op or plus) and value < 200:
            return Span("comparator", Comparator("week", op or ">=", value, "weeks"), at, at + 2 + more)
        return None
    found = _amount(low, at)
    if found is None:
        return _split(low, at)
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


def _split(low: Sequence[str], at: int) -> Span | None:
    """5 or more working days: the unit after it."""
    op, more = _or_more(low, at + 1)
    found = _amount([low[at], *low[at + 1 + more :]], 0) if op and low[at].isdigit() else None
    if found is None:
        return None
    value, unit, last = found
    return Span("comparator", Comparator(_field(unit, False, low, ()), op, value, _plural(unit)), at, at + last + more)


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
    if start < len(low) and low[start] in ("fortnight", "fortnights"):
        return 2 * value, "weeks", start + 1
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
    if late or (unit in ("day", "days", "working_days") and LATE & set(low) - set(key)) or LATER & set(low):
        return "late"
    return "age" if not unit.startswith("week") or OPEN.search(" ".join(low)) else "week"


OPEN = any_of("open for|been open|open over|open more than|open longer than|open at least|been going|been running")
"""How long a case has been open is its age; "over 20 weeks" alone is how far a request is."""


def _plural(unit: str) -> str:
    return unit if unit.endswith("s") else f"{unit}s"
