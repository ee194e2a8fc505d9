"""Periods as people say them: "this week", "w/c 7 Dec", "before half term", "since Monday", "21 Dec to 4 Jan"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.domain.periods import corresponding
from bot.phrases.days import (
    FORTNIGHT,
    MONTH_NAMES,
    NUMBERS,
    OF_MONTH,
    UNITS,
    WEEK,
    WEEKDAYS,
    WHICH,
    Almanac,
    Span,
    When,
    in_year,
    monday,
    month_of,
    number,
    read_day,
    shifted,
    whole,
)
from bot.phrases.wordlists import words

BOUNDS = {
    ("no", "later", "than"): "by", ("on", "or", "before"): "by", ("up", "to"): "by",
    ("up", "to", "and", "including"): "by", ("on", "or", "by"): "by", ("not", "later", "than"): "by",
    ("up", "until"): "by",
    ("ahead", "of"): "before", ("prior", "to"): "before", ("as", "of"): "since", ("in", "time", "for"): "before",
    ("by",): "by", ("before",): "before", ("until",): "by", ("till",): "by", ("til",): "by", ("since",): "since",
    ("after",): "after", ("from",): "from", ("between",): "between", ("during",): "in", ("over",): "in",
    ("in",): "in", ("for",): "in", ("on",): "in", ("within",): "in", ("starting",): "from", ("to",): "by",
    ("throughout",): "in", ("of",): "of", ("week", "commencing"): "wc", ("week", "beginning"): "wc",
    ("week", "starting"): "wc", ("wc",): "wc", ("week", "of"): "wc", ("ending",): "by", ("week", "ending"): "we",
}  # fmt: skip
JOINS = frozenset({"to", "until", "till", "til", "-", "through", "and"})
LEADS = {first[0] for first in BOUNDS}
ACADEMIC_FIRST = 9
FINANCIAL_FIRST = 4
HOLIDAYS = {"christmas": 12, "easter": 4, "summer": 8}
BEGIN_A_DAY = words(
    "first new the a an this next last coming past previous following today tonight yesterday tomorrow day close cop "
    "eod end start beginning week christmas easter so year month overnight over rest half summer autumn spring school "
    "holidays few couple"
) | frozenset({*LEADS, *WEEKDAYS, *MONTH_NAMES, *NUMBERS})
"""Words that a day or a period may begin with; figures may, too."""
COMES = words("came come comes coming handed report reports advice letter reply response paperwork form forms is now")
LATELY = words("today yesterday this on last just") | frozenset(WEEKDAYS)
SINGLE = words("day week month")
AHEAD = {"next", "coming", "following"}
BACK = {"last", "past", "previous"}


def _is_lately(after: Sequence[str]) -> bool:
    return not LATELY.isdisjoint(after)


def read_when(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """The day or period that begins at a word, with what leads it: "by friday", "since monday", "friday"."""
    if words[at] == "in" and at and words[at - 1] in COMES and _is_lately(words[at + 1 : at + 2]):
        return None  # it came in, this morning
    for length in (4, 3, 2, 1):
        bound = BOUNDS.get(tuple(words[at : at + length]))
        if bound and (found := _led(bound, length, words, at, almanac)):
            return found
    return _plain(words, at, almanac)


def _plain(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    found = _pair(words, at, almanac) or _stretch(words, at, almanac)
    day = read_day(words, at, almanac)
    if found is None or (day and day.length > found.length):
        found = day
    return found and _to_another(found, words, at, almanac)


def _led(bound: str, lead: int, words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    start = at + lead
    start += words[start : start + 1] == ["the"]
    if bound == "in" and words[at] == "in" and (counted := read_day(words, at, almanac)):
        return counted
    inner = _both(words, start, almanac) if bound == "between" else None
    inner = inner or (_pair(words, start, almanac) if bound in ("from", "between", "in") else None)
    if inner is None and words[at] in ("within", "in", "over", "for") and bound == "in":
        inner = _length(words, start, almanac, ahead=True if words[at] == "within" else None)
    inner = (
        inner
        or _whole_year(words, start, bound)
        or _month(words, start, almanac)
        or _event(words, start, almanac)
        or _plain(words, start, almanac)
    )
    if inner is None:
        return None
    inner = replace(inner, length=inner.length + start - at)
    if bound in ("from", "between") and not inner.day:
        return inner
    return _bounded(bound, inner, words[start], almanac)


def _whole_year(words: Sequence[str], at: int, bound: str) -> When | None:
    """in 2026, since 2025."""
    if bound == "of" or at >= len(words) or not re.fullmatch(r"20\d\d", words[at]):
        return None
    year = int(words[at])
    return When(1, lambda _past: (date(year, 1, 1), date(year, 12, 31)), day=False)


def _bounded(bound: str, inner: When, first_word: str, almanac: Almanac) -> When | None:
    today = almanac.today

    def resolve(past: bool) -> Span:
        first, last = inner.resolve(
            (bound in ("since", "from") and past) or bound == "since" or (bound == "in" and past)
        )
        if first is None or last is None:
            return first, last
        if bound == "by":
            return (today if last >= today else None), last
        if bound == "before":
            end = last if first_word in ("end", "close") else first - ONE_DAY
            return (today if end >= today else None), end
        if bound in ("since", "from"):
            return first, (today if bound == "since" or (past and first <= today) else None)
        if bound == "after":
            return last + ONE_DAY, None
        if bound == "wc":
            return monday(first), monday(first) + 6 * ONE_DAY
        if bound == "we":
            return monday(last), last
        return first, last

    if bound in ("in", "of"):
        return replace(inner, resolve=resolve)
    return replace(inner, resolve=resolve, day=False, inner=inner)


def _to_another(found: When, words: Sequence[str], at: int, almanac: Almanac) -> When:
    """With the day it lasts until, where one follows: "21 dec to 4 jan"."""
    join = at + found.length
    if words[join : join + 1] and words[join] in JOINS - {"and"}:
        other = _stretch(words, join + 1, almanac) or read_day(words, join + 1, almanac)
        if other:
            return _from_to(found, other, found.length + 1 + other.length, almanac)
    return found


def _both(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """ "between monday and friday", once the first word is past."""
    now = When(1, lambda _past: (almanac.today, almanac.today))
    first = now if words[at : at + 1] == ["now"] else read_day(words, at, almanac)
    if first and words[at + first.length : at + first.length + 1] in (["and"], ["to"], ["-"]):
        start = at + first.length + 1
        start += words[start : start + 1] == ["the"]
        if other := read_day(words, start, almanac):
            return _from_to(first, other, start + other.length - at, almanac)
    return None


def _from_to(first: When, other: When, length: int, almanac: Almanac) -> When:
    def resolve(past: bool) -> Span:
        begins, ends = first.resolve(past)[0], other.resolve(past)[1]
        if begins and ends and ends < begins:
            ends = other.resolve(not past)[1] if past else ends
            if ends and ends < begins:  # a weekday after it, or a day of the next year
                near = ends + WEEK
                ends = near if near >= begins else corresponding(ends, 12)
        return begins, ends

    return When(length, resolve, day=False)


def _pair(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """1 to 15 december, 1st-15th dec, 1 and 15 december."""
    if len(words) < at + 4 or words[at + 1] not in JOINS:
        return None
    first, last = OF_MONTH.fullmatch(words[at]), OF_MONTH.fullmatch(words[at + 2])
    of = 1 if words[at + 3] == "of" else 0
    name = words[at + 3 + of] if len(words) > at + 3 + of else ""
    if not first or not last or name not in MONTH_NAMES:
        return None
    month = MONTH_NAMES[name]

    def resolve(past: bool) -> Span:
        return in_year(month, int(first[1]), almanac.today, past), in_year(month, int(last[1]), almanac.today, past)

    return When(4 + of, resolve, day=False)


def _stretch(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """this week, next month, the last 30 days, next fortnight, this school year, november."""
    skip = 1 if words[at : at + 1] == ["the"] else 0
    skip += words[at + skip : at + skip + 2] == ["rest", "of"] and 2
    rest = list(words[at + skip : at + skip + 6])
    if not rest:
        return None
    if rest[:2] == ["so", "far"]:
        inner = _stretch(words, at + skip + 2, almanac)
        return inner and _bounded("since", replace(inner, length=inner.length + skip + 2), "", almanac)
    if rest[0] in ("first", "last") and rest[1:3] in (["week", "of"], ["week", "in"]) and rest[3:4]:
        whole_month = _month(rest, 3, almanac)
        return whole_month and _seven_days(whole_month, skip + 3, first=rest[0] == "first")
    if rest[0] in WHICH or rest[0] in AHEAD:
        if found := _of_many(rest, almanac):
            return replace(found, length=found.length + skip)
        if found := _one(rest, almanac):
            return replace(found, length=found.length + skip)
    if rest[0] in ("year", "month") and rest[1:3] == ["to", "date"]:
        span = whole(rest[0], "this", almanac)
        return When(skip + 3, lambda _past: (span[0] if span else None, almanac.today), day=False)
    if rest[0] in ("week", "month") and skip and (rest[1:2] == ["ahead"] or words[at - 1 : at] == ["for"]):
        span = whole(rest[0], "this", almanac)
        return When(skip + 1 + (rest[1:2] == ["ahead"]), lambda _past: span or (None, None), day=False)
    if rest[0] == "weekend":
        span = whole("weekend", "this", almanac)
        return When(skip + 1, lambda _past: span or (None, None), day=False)
    if rest[:2] == ["over", "night"] or rest[0] == "overnight":
        return When(1, lambda _past: (almanac.today - ONE_DAY, almanac.today), day=False)
    named = _month(words, at + skip, almanac)
    if (
        named
        and rest[0] != "may"
        and (len(rest[0]) > 3 or rest[0] in ("jan", "feb", "apr", "aug", "oct", "nov", "dec"))
    ):
        return replace(named, length=named.length + skip)
    return None


def _seven_days(month: When, more: int, *, first: bool) -> When:
    """The first or the last week of a month."""

    def resolve(past: bool) -> Span:
        begins, ends = month.resolve(past)
        if begins is None or ends is None:
            return begins, ends
        return (begins, begins + 6 * ONE_DAY) if first else (ends - 6 * ONE_DAY, ends)

    return When(month.length + more, resolve, day=False)


def _one(rest: Sequence[str], almanac: Almanac) -> When | None:
    """this week, next term, last quarter, this financial year."""
    which = "next" if rest[0] in AHEAD and rest[0] != "coming" else WHICH[rest[0]]
    shift = {"this": 0, "next": 1, "last": -1}[which]
    if rest[1:3] in (["academic", "year"], ["school", "year"]):
        return _year(3, ACADEMIC_FIRST, shift, almanac)
    if rest[1:3] == ["financial", "year"]:
        return _year(3, FINANCIAL_FIRST, shift, almanac)
    if rest[1:3] == ["half", "term"]:
        return _event(rest, 0, almanac)
    unit = rest[1] if len(rest) > 1 else ""
    if unit == "fortnight":
        today = almanac.today
        first, last = (today - timedelta(days=FORTNIGHT), today) if which == "last" else (today, today + 2 * WEEK)
        return When(2, lambda _past: (first, last), day=False)
    if unit in MONTH_NAMES:
        return _month(rest, 1, almanac, shift=shift)
    if unit == "term" and almanac.term(which) is None:
        return When(2, lambda _past: (None, None), day=False, unknown=f"{which} term")
    span = whole(unit, which, almanac)
    return When(2, lambda _past: span, day=False) if span and unit != "day" else None


def _year(length: int, first_month: int, shift: int, almanac: Almanac) -> When:
    today = almanac.today
    first = date(today.year - (today.month < first_month) + shift, first_month, 1)
    return When(length, lambda _past: (first, corresponding(first, 12) - ONE_DAY), day=False)


def _of_many(rest: Sequence[str], almanac: Almanac) -> When | None:
    """the next 10 days, the last three months, the next couple of weeks."""
    found = _length(rest, 1, almanac, ahead=rest[0] in ("next", "coming", "following"))
    return found and replace(found, length=found.length + 1)


def _length(words: Sequence[str], at: int, almanac: Almanac, *, ahead: bool | None) -> When | None:
    """10 days, three weeks, a fortnight: so long from today, on or back; which of the two, the verb may say."""
    rest = list(words[at : at + 5])
    skip = 0
    if rest[:1] == ["the"]:
        rest, skip = rest[1:], 1
    if rest[:1] and rest[0] in AHEAD | BACK:
        ahead, rest, skip = rest[0] in AHEAD, rest[1:], skip + 1
    count, take = (number(rest[0]), 1) if rest else (None, 0)
    if rest[:2] == ["couple", "of"] or rest[:3] == ["a", "couple", "of"]:
        count, take = 2, rest.index("of") + 1
    if rest[:2] == ["few", "days"]:
        count, take = 3, 1
    working = rest[take : take + 1] == ["working"]
    unit = rest[take + working] if len(rest) > take + working else ""
    if count is None or unit not in UNITS or words[at + skip + take + working + 1 :][:1] in (["ago"], ["late"]):
        return None
    if count > 1 and unit in SINGLE and ahead is None and words[at + skip + take + working + 1 :][:1]:
        return None  # "for the 20 week date"
    many = count

    def resolve(past: bool) -> Span:
        forward = not past if ahead is None else ahead
        other = shifted(almanac, many if forward else -many, unit, bool(working))
        return (almanac.today, other) if forward else (other, almanac.today)

    return When(skip + take + working + 1, resolve, day=False, lasts=True)


def _month(words: Sequence[str], at: int, almanac: Almanac, *, shift: int | None = None) -> When | None:
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


def _event(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
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
