"""Periods as people say them: "this week", "w/c 7 Dec", "before half term", "since Monday", "21 Dec to 4 Jan"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.calendar import ONE_DAY
from bot.domain.periods import corresponding
from bot.phrases.days import (
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
    whole,
)
from bot.phrases.daywords import read_day
from bot.phrases.lengths import AHEAD, another, length_of, of_many, one, rolling, weekend
from bot.phrases.seasons import (
    event,
    month,
    portion,
    season,
)
from bot.phrases.wordlists import words

BOUNDS = {
    ("no", "later", "than"): "by", ("on", "or", "before"): "by", ("up", "to"): "by",
    ("up", "to", "and", "including"): "by", ("on", "or", "by"): "by", ("not", "later", "than"): "by",
    ("up", "until"): "by",
    ("this", "side", "of"): "before", ("by", "the", "time"): "by",
    ("ahead", "of"): "before", ("prior", "to"): "before", ("as", "of"): "since", ("in", "time", "for"): "before",
    ("by",): "by", ("before",): "before", ("until",): "by", ("till",): "by", ("til",): "by", ("since",): "since",
    ("after",): "after", ("from",): "from", ("between",): "between", ("during",): "in", ("over",): "in",
    ("in",): "in", ("for",): "in", ("on",): "in", ("at",): "in", ("within",): "in",
    ("starting",): "from", ("to",): "by",
    ("throughout",): "in", ("of",): "of", ("week", "commencing"): "wc", ("week", "beginning"): "wc",
    ("week", "starting"): "wc", ("wc",): "wc", ("week", "of"): "wc", ("ending",): "by", ("week", "ending"): "we",
}  # fmt: skip
JOINS = frozenset({"to", "until", "till", "til", "-", "through", "and"})
LEADS = {first[0] for first in BOUNDS}
BEGIN_A_DAY = words(
    "first new the a an this next last coming past previous following today tonight yesterday tomorrow day close cop "
    "eod end start beginning week christmas easter so year month overnight over rest half summer autumn spring school "
    "holidays few couple early mid middle late second latter third q1 q2 q3 q4 eom eow quarter upcoming we schools "
    "months weeks"
) | frozenset({*LEADS, *WEEKDAYS, *MONTH_NAMES, *NUMBERS})
"""Words that a day or a period may begin with; figures may, too."""
OF_DAYS = words(
    "today tonight yesterday tomorrow cop cob eod close night overnight quarter year term half holidays holiday break "
    "breaks finish weekend weekends date now eom eow q1 q2 q3 q4 wc christmas easter season"
) | frozenset({*WEEKDAYS, *MONTH_NAMES, *UNITS, "weeks", "morning", "afternoon", "evening"})
"""Without one of these words, or figures that may be a date, a sentence names no day."""
MAY_BE_A_DAY = re.compile(r"\d+(?:st|nd|rd|th)$|\d+[/.-]\d|20\d\d$")
COMES = words("came come comes coming handed report reports advice letter reply response paperwork form forms is now")
LATELY = words("today yesterday this on last just") | frozenset(WEEKDAYS)


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
    found = portion(words, at, almanac) or _pair(words, at, almanac) or _stretch(words, at, almanac)
    day = read_day(words, at, almanac)
    if found is None or (day and day.length > found.length):
        found = day
    return found and _to_another(found, words, at, almanac)


def _led(bound: str, lead: int, words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    start = at + lead
    start += words[start : start + 1] == ["the"]
    if bound == "in" and words[at] == "in" and (counted := read_day(words, at, almanac)):
        return counted
    inner = _both(words, start, almanac) if bound == "between" else rolling(words, at, start, almanac)
    if words[at] in ("over", "during", "throughout") and words[start : start + 1] in (["christmas"], ["easter"]):
        inner = season(words, start, almanac)
    inner = inner or (_pair(words, start, almanac) if bound in ("from", "between", "in") else None)
    if inner is None and words[at] in ("within", "in", "over", "for") and bound == "in":
        inner = length_of(words, start, almanac, ahead=True if words[at] == "within" else None)
    inner = (
        inner
        or _whole_year(words, start, bound)
        or _months(words, start, almanac)
        or event(words, start, almanac)
        or _plain(words, start, almanac)
    )
    if inner is None and words[at] in ("before", "by", "since", "after", "until", "till"):
        inner = _of_what(words, start, almanac)
    if inner is None:
        return None
    inner = replace(inner, length=inner.length + start - at)
    if bound in ("from", "between") and not inner.day:
        return inner
    return _bounded(bound, inner, words[start], almanac)


def _months(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    found = month(words, at, almanac)
    return found and _to_another(found, words, at, almanac)


def _of_what(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """(Before) the panel on 3 December, (before) I go on leave on the 18th: the day of what is spoken of."""
    for skip in range(1, 6):
        if words[at + skip : at + skip + 1] == ["on"] and at + skip + 1 < len(words):
            found = read_day(words, at + skip + 1, almanac)
            told = not STOPS & set(words[at : at + skip])
            if found and told:
                return replace(found, length=found.length + skip + 1)
    return None


STOPS = words("and or but , is are was were has have what which who when due remind chase")


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
            end = last if first_word in ("end", "close", "we", "schools", "they") else first - ONE_DAY
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
    if words[join : join + 1] and (words[join] in ("and", "or") or words[join] in MONTH_NAMES):
        return _with_another(found, words, join, almanac)
    if words[join : join + 1] and words[join] in JOINS - {"and"}:
        other = _stretch(words, join + 1, almanac) or read_day(words, join + 1, almanac)
        if other:
            return _from_to(found, other, found.length + 1 + other.length, almanac)
    return found


def _with_another(found: When, words: Sequence[str], join: int, almanac: Almanac) -> When:
    """Today and tomorrow, monday or tuesday, this week and next, december and january: from the one to the other."""
    start = join + (words[join] in ("and", "or"))
    start += words[start : start + 1] == ["the"]
    unit = words[join - 1]
    if words[start : start + 1] == ["next"] and unit in ("week", "month", "term") and words[join] in ("and", "or"):
        other: When | None = _stretch(["next", unit], 0, almanac)
        other = other and replace(other, length=1)
    elif words[start : start + 2] == [unit, "after"] and (after := moved(found, unit, almanac)):
        other = replace(after, length=2)
    else:
        other = month(words, start, almanac) or read_day(words, start, almanac) or _stretch(words, start, almanac)
    if other is None or other.unknown or other.lasts or words[start] in ("a", "an", "may"):
        return found
    return _from_to(found, other, start + other.length - join + found.length, almanac)


def moved(found: When, unit: str, almanac: Almanac) -> When | None:
    """The week, or the month, after one."""
    last = found.resolve(False)[1]
    if last is None or unit not in ("week", "month"):
        return None
    end = last + WEEK if unit == "week" else month_of(last + ONE_DAY)[1]
    return When(1, lambda _past: (end, end), day=False)


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
    if not first or not last or name not in MONTH_NAMES or max(int(first[1]), int(last[1])) > 31:
        return None
    month = MONTH_NAMES[name]

    def resolve(past: bool) -> Span:
        return in_year(month, int(first[1]), almanac.today, past), in_year(month, int(last[1]), almanac.today, past)

    return When(4 + of, resolve, day=False)


def _stretch(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """this week, next month, the last 30 days, next fortnight, this school year, november."""
    skip = 1 if words[at : at + 1] == ["the"] else 0
    if words[at + skip : at + skip + 2] == ["rest", "of"]:
        skip += 2 + (words[at + skip + 2 : at + skip + 3] == ["the"])
    rest = list(words[at + skip : at + skip + 6])
    if not rest:
        return None
    if rest[:2] == ["so", "far"]:
        inner = _stretch(words, at + skip + 2, almanac)
        return inner and _bounded("since", replace(inner, length=inner.length + skip + 2), "", almanac)
    if rest[0] in WHICH or rest[0] in AHEAD:
        if found := of_many(rest, almanac):
            return replace(found, length=found.length + skip)
        if found := one(rest, almanac):
            return replace(found, length=found.length + skip)
    if rest[0] in ("year", "month") and rest[1:3] == ["to", "date"]:
        span = whole(rest[0], "this", almanac)
        return When(skip + 3, lambda _past: (span[0] if span else None, almanac.today), day=False)
    if rest[0] in ("week", "month") and skip and (rest[1:2] == ["ahead"] or words[at - 1 : at] == ["for"]):
        span = whole(rest[0], "this", almanac)
        return When(skip + 1 + (rest[1:2] == ["ahead"]), lambda _past: span or (None, None), day=False)
    if rest[0] == "weekend":
        return When(skip + 1, lambda past: weekend(past, almanac) or (None, None), day=False)
    if rest[1:3] in (["before", "last"], ["after", "next"]) and rest[0] in ("week", "month"):
        back = rest[1] == "before"
        near = whole(rest[0], "last" if back else "next", almanac)
        return near and another(rest[0], near, skip + 3, back=back)
    if rest[:2] == ["over", "night"] or rest[0] == "overnight":
        return When(1, lambda _past: (almanac.today - ONE_DAY, almanac.today), day=False)
    named = month(words, at + skip, almanac)
    if (
        named
        and rest[0] != "may"
        and (len(rest[0]) > 3 or rest[0] in ("jan", "feb", "apr", "aug", "oct", "nov", "dec"))
    ):
        return replace(named, length=named.length + skip)
    return None
