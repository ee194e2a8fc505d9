"""Months, terms and holidays, and parts of them: "november", "spring term", "mid December", "month end", "Q3"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.domain.periods import corresponding
from bot.phrases.days import MONTH_NAMES, OF_MONTH, WHICH, Almanac, Span, When, month_of, whole

ACADEMIC_FIRST = 9
FINANCIAL_FIRST = 4
HOLIDAYS = {"christmas": 12, "easter": 4, "summer": 8}
PARTS = {
    ("early",): (0, 10), ("mid",): (10, 20), ("middle", "of"): (10, 20), ("late",): (20, 31),
    ("first", "half", "of"): (0, 15), ("second", "half", "of"): (15, 31), ("last", "half", "of"): (15, 31),
    ("latter", "half", "of"): (15, 31),
    ("first", "week", "of"): (0, 7), ("first", "week", "in"): (0, 7), ("last", "week", "of"): (-7, 31),
    ("last", "week", "in"): (-7, 31), ("second", "week", "of"): (7, 14), ("third", "week", "of"): (14, 21),
    ("first", "fortnight", "of"): (0, 14), ("second", "week", "in"): (7, 14), ("third", "week", "in"): (14, 21),
}  # fmt: skip
"""Which days of a month: after so many, up to so many; from its end where the first is less than none."""
ENDS = {
    ("month", "end"): "month", ("months", "end"): "month", ("eom",): "month", ("quarter", "end"): "quarter",
    ("week", "end"): "week", ("weeks", "end"): "week", ("eow",): "week",
}  # fmt: skip
QUARTER = re.compile(r"q([1-4])")


def portion(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """mid december, the second half of next month, month end, q3, the spring term, the end of which we break up."""
    skip = 1 if words[at : at + 1] == ["the"] else 0
    rest = list(words[at + skip : at + skip + 7])
    for length in (3, 2, 1):
        if found := PARTS.get(tuple(rest[:length])):
            named = length == 1  # "late this month" is not "late november"
            whole_month = month(rest, 1, almanac) if named else _a_month(rest, length, almanac)
            return whole_month and _cut(whole_month, skip + length, *found)
    for length in (2, 1):
        if unit := ENDS.get(tuple(rest[:length])):
            return _end_of(unit, skip + length, almanac)
    return _quarter(rest, skip, almanac) or _named_term(rest, skip, almanac) or _break_up(rest, skip, almanac)


def _end_of(unit: str, length: int, almanac: Almanac) -> When:
    span = whole(unit, "this", almanac)
    return When(length, lambda _past: (span[1], span[1]) if span else (None, None))


def _a_month(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    at_the = at + (words[at : at + 1] == ["the"])
    which = WHICH.get(words[at_the]) if at_the < len(words) else None
    if which and words[at_the + 1 : at_the + 2] == ["month"]:
        span = whole("month", which, almanac)
        return When(2 + at_the - at, lambda _past: span or (None, None), day=False)
    unit = words[at_the + bool(which)] if at_the + bool(which) < len(words) else ""
    if unit == "term" and (term := almanac.term(which or "this")):
        last = term.last - timedelta(days=term.last.weekday()) + timedelta(days=6)  # its weeks are Monday to Sunday
        return When(1 + bool(which) + at_the - at, lambda _past: (term.first, last), day=False)
    if words[at_the : at_the + 1] == ["month"]:
        span = whole("month", "this", almanac)
        return When(1 + at_the - at, lambda _past: span or (None, None), day=False)
    return month(words, at, almanac)


def _cut(whole_month: When, more: int, after: int, upto: int) -> When:
    def resolve(past: bool) -> Span:
        begins, ends = whole_month.resolve(past)
        if begins is None or ends is None:
            return begins, ends
        if after < 0:
            return ends + (after + 1) * ONE_DAY, ends
        return begins + after * ONE_DAY, min(ends, begins + (upto - 1) * ONE_DAY)

    return When(whole_month.length + more, resolve, day=False)


def _quarter(rest: Sequence[str], skip: int, almanac: Almanac) -> When | None:
    """q3: of the council's year, which begins in April."""
    found = QUARTER.fullmatch(rest[0]) if rest else None
    if not found:
        return None
    today = almanac.today
    year = today.year - (today.month < FINANCIAL_FIRST)
    first = corresponding(date(year, FINANCIAL_FIRST, 1), 3 * (int(found[1]) - 1))
    return When(skip + 1, lambda _past: (first, month_of(corresponding(first, 2))[1]), day=False)


def _named_term(rest: Sequence[str], skip: int, almanac: Almanac) -> When | None:
    """autumn term, the spring term: the one that is on, or the next of the name; gone by, the last."""
    if len(rest) < 2 or rest[0] not in ("autumn", "spring", "summer") or rest[1] != "term":
        return None
    terms = [time for time in almanac.terms if rest[0] in time.name.lower() and "half" not in time.name.lower()]
    ahead = [time for time in terms if time.last >= almanac.today]
    gone = [time for time in terms if time.first <= almanac.today]
    if not terms:
        return When(skip + 2, lambda _past: (None, None), day=False, unknown=f"the {rest[0]} term")

    def resolve(past: bool) -> Span:
        meant = (gone[-1:] if past else ahead[:1]) or ahead[:1] or gone[-1:]
        return meant[0].first, meant[0].last

    return When(skip + 2, resolve, day=False)


def _break_up(rest: Sequence[str], skip: int, almanac: Almanac) -> When | None:
    """(Before) we break up: the last day of term."""
    start = 1 if rest[:1] in (["we"], ["schools"], ["they"]) else 0
    term = almanac.term()
    if rest[start : start + 2] not in (["break", "up"], ["breaks", "up"], ["finish", "for"]) or term is None:
        return None
    more = 2 + 2 * (rest[start : start + 3] == ["finish", "for", "christmas"]) - (rest[start + 1] == "for")
    return When(skip + start + more, lambda _past: (term.last, term.last))


def year_from(length: int, first_month: int, shift: int, almanac: Almanac) -> When:
    today = almanac.today
    first = date(today.year - (today.month < first_month) + shift, first_month, 1)
    return When(length, lambda _past: (first, corresponding(first, 12) - ONE_DAY), day=False)


def month(words: Sequence[str], at: int, almanac: Almanac, *, shift: int | None = None) -> When | None:
    """november, november 2026, last november: the whole month."""
    name = words[at] if at < len(words) else ""
    if name not in MONTH_NAMES:
        return None
    month, after = MONTH_NAMES[name], words[at + 1 : at + 2]
    if after and (found := OF_MONTH.fullmatch(after[0])) and int(found[1]) <= 31:
        return None
    year = int(after[0]) if after and re.fullmatch(r"20\d\d", after[0]) else None

    def resolve(past: bool) -> Span:
        today = almanac.today
        if year:
            return month_of(date(year, month, 1))
        if shift is not None and shift != 0:
            first = date(today.year, month, 1)
            first = corresponding(first, -12) if shift < 0 and first > today else first
            return month_of(corresponding(first, 12) if shift > 0 and first <= today else first)
        ends = [month_of(date(today.year + n, month, 1)) for n in (-1, 0, 1)]
        if past:
            return max((each for each in ends if each[0] <= today), default=ends[1])
        return next((each for each in ends if each[1] > today - timedelta(days=31)), ends[1])

    return When(1 + bool(year), resolve, day=False)


def season(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """(Over) christmas: the holidays about it, and not the day alone."""
    if words[at + 1 : at + 2] in (["day"], ["eve"], ["holidays"], ["holiday"], ["break"]):
        return None
    closed = almanac.holiday(HOLIDAYS[words[at]])
    return When(1, lambda _past: (closed.first, closed.last), day=False) if closed else None


def event(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """half term, the christmas holidays, the holidays: days on which schools are closed."""
    rest, skip = list(words[at : at + 4]), 0
    which = "this"
    while rest and rest[0] in ("the", "autumn", "spring", "summer", *WHICH) and rest[1:2] and rest[1] in (
        "half", "autumn", "spring", "summer", "school", "holidays", *HOLIDAYS
    ):  # fmt: skip
        which = WHICH.get(rest[0], which)
        rest, skip = rest[1:], skip + 1
    if rest[:2] == ["half", "term"]:
        half, gone = almanac.half_term(which), almanac.half_term("last")
        if half is None and gone is None:
            return When(skip + 2, lambda _past: (None, None), day=False, unknown="half term")

        def resolve(past: bool) -> Span:
            meant = (gone if past else half) or half or gone
            return (meant.first, meant.last) if meant else (None, None)

        return When(skip + 2, resolve, day=False)
    month, at_word = (HOLIDAYS[rest[0]], 1) if rest and rest[0] in HOLIDAYS else (0, rest[:1] == ["school"])
    if rest[int(at_word) : int(at_word) + 1] not in (["holidays"], ["holiday"], ["break"]):
        return None
    closed = almanac.holiday(month)
    length = skip + int(at_word) + 1
    if closed is None:
        return When(length, lambda _past: (None, None), day=False, unknown="the school holidays")
    return When(length, lambda _past: (closed.first, closed.last), day=False)
