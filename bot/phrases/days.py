"""Days as people say them, word by word: "friday", "the 20th", "3 weeks ago", "the end of term"."""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.domain.dates import A_MONTH, A_YEAR, DAYS, MONTHS
from bot.domain.periods import corresponding
from bot.domain.school_year import Closed, SchoolTime, Spell, closures

WEEK = timedelta(days=7)
FORTNIGHT = 14

Span = tuple[date | None, date | None]
"""First and last day; None where it is open."""
Resolve = Callable[[bool], Span]
"""Whether it lies in the past -> the days. Nothing that was understood raises."""


@dataclass(frozen=True)
class When:
    """A run of words that name a day or a period."""

    length: int
    """Words it takes."""
    resolve: Resolve
    day: bool = True
    """One day; else from one to another."""
    unsure: Callable[[], tuple[date, date]] | None = None
    """The two days it may be, where it may: on a Wednesday, "next Friday"."""
    inner: "When | None" = None
    """What a word such as "until" leads: until next week."""
    lasts: bool = False
    """A length of time from now: for a week."""
    unknown: str = ""
    """What the council has put no dates on record for, such as "half term"."""


@dataclass(frozen=True)
class Almanac:
    """The day it is, and when schools are open and offices shut."""

    today: date
    terms: tuple[SchoolTime, ...] = ()
    holidays: frozenset[date] = frozenset()

    def work(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def term(self, which: str = "this") -> SchoolTime | None:
        """This term, or the one to come where none is on; the next; the last."""
        terms = [time for time in self.terms if time.spell is Spell.TERM]
        if which == "last":
            return next((time for time in reversed(terms) if time.last < self.today), None)
        ahead = [time for time in terms if time.last >= self.today]
        if which == "next" and ahead and ahead[0].first <= self.today:
            ahead = ahead[1:]
        return ahead[0] if ahead else None

    def half_term(self, which: str = "this") -> SchoolTime | None:
        half = [time for time in self.terms if time.spell is Spell.HALF_TERM]
        if which == "last":
            return next((time for time in reversed(half) if time.last < self.today), None)
        return next((time for time in half if time.last >= self.today), None)

    def holiday(self, month: int = 0) -> Closed | None:
        """The school holidays to come, or those in which a month is: Christmas, Easter, summer."""
        half = {time.first for time in self.terms if time.spell is Spell.HALF_TERM}
        long = [closed for closed in closures(self.terms) if closed.first not in half and closed.last >= self.today]
        return next((closed for closed in long if not month or month in (closed.first.month, closed.last.month)), None)


WEEKDAYS = {name: at for at, day in enumerate(DAYS) for name in (day.lower(), day[:3].lower(), f"{day.lower()}s")} | {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3
}  # fmt: skip
MONTH_NAMES = {name: at for at, month in enumerate(MONTHS, 1) for name in (month.lower(), month[:3].lower())} | {
    "sept": 9
}
IN_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
NUMBERS = {word: at for at, word in enumerate(IN_WORDS)} | {"a": 1, "an": 1, "thirty": 30, "couple": 2}
UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14, "fortnights": 14, "month": 0, "months": 0}
ISO = re.compile(r"(20\d\d)-(\d\d?)-(\d\d?)")
FIGURES = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?")
OF_MONTH = re.compile(r"(\d{1,2})(st|nd|rd|th)?")
WHICH = {
    "this": "this",
    "next": "next",
    "last": "last",
    "coming": "this",
    "past": "last",
    "previous": "last",
    "upcoming": "this",
}


def number(word: str) -> int | None:
    if word.isdigit() and word.isascii() and len(word) < 4:
        return int(word)
    return NUMBERS.get(word)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def in_year(month: int, day: int, today: date, past: bool) -> date | None:
    """Without a year: up to a month ahead where it has happened, else from a month ago on (as `domain/dates.py`)."""
    end = today + A_MONTH if past else today - A_MONTH + A_YEAR
    days = [on(year, month, day) for year in range(today.year - 1, today.year + 2)]
    return max((each for each in days if each and end - A_YEAR < each <= end), default=None)


def on(year: int, month: int, day: int) -> date | None:
    fits = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if fits else None


def read_day(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """The day that begins at a word, the longest reading first."""
    return next((found for reader in READERS if (found := reader(words[at : at + 9], almanac))), None)


def fixed(length: int, day: date) -> When:
    return When(length, lambda _past: (day, day))


def _near(words: Sequence[str], almanac: Almanac) -> When | None:
    today = almanac.today
    match list(words[:4]):
        case ["a", "week" | "fortnight" as unit, "today" | "tomorrow" as day, *_]:
            return fixed(3, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["week" | "fortnight" as unit, "today" | "tomorrow" as day, *_]:
            return fixed(2, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["today" | "tomorrow" as day, "week" | "fortnight" as unit, *_]:
            return fixed(2, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["day", "after", "tomorrow", *_]:
            return fixed(3, today + 2 * ONE_DAY)
        case ["day", "before", "yesterday", *_]:
            return fixed(3, today - 2 * ONE_DAY)
        case ["close", "of", "play" | "business", *rest]:
            rest = [*words[3:]]
            later = _weekday(rest[1:] if rest[:1] == ["on"] else rest, almanac)
            return When(3 + (rest[:1] == ["on"]) + later.length, later.resolve) if later else fixed(3, today)
        case ["cop" | "cob" | "eod", *rest] if later := _weekday(
            words[1:] if rest[:1] != ["on"] else words[2:], almanac
        ):
            return When(1 + (rest[:1] == ["on"]) + later.length, later.resolve)
        case ["this", "morning" | "afternoon" | "evening", *_]:
            return fixed(2, today)
        case ["today" | "tonight" | "cop" | "eod", *_]:
            return fixed(1, today)
        case ["yesterday", *_]:
            return fixed(1, today - ONE_DAY)
        case ["tomorrow", *_]:
            return fixed(1, today + ONE_DAY)
    return None


def _weekday(words: Sequence[str], almanac: Almanac) -> When | None:
    """friday, this friday, next friday, last friday, friday week, a week on friday, friday 27 november."""
    which, skip = "", 0
    if words[:2] in (["a", "week"], ["week", "on"], ["week", "from"]) and words[1:2] != ["ago"]:
        lead = 2 + (words[0] == "a")
        inner = _weekday(words[lead:], almanac) if words[lead - 1 : lead] in (["on"], ["from"]) else None
        return inner and _later(inner, lead)
    while skip < len(words) and words[skip] in WHICH and skip < 2:
        which, skip = WHICH[words[skip]], skip + 1
    if skip >= len(words) or words[skip] not in WEEKDAYS:
        return None
    length, wanted = skip + 1, WEEKDAYS[words[skip]]
    dated = not which and (_of_month(words[length:], almanac) or _figures(words[length:], almanac))
    if dated:
        return When(length + dated.length, dated.resolve)
    rest = list(words[length : length + 2])
    if rest[:1] == ["week"]:
        return _later(When(length, lambda past: _named_day(wanted, "", almanac.today, False)), 1)
    if rest[:1] == ["gone"] or rest == ["just", "gone"]:
        return When(
            length + (1 if rest[0] == "gone" else 2), lambda past: _named_day(wanted, "last", almanac.today, True)
        )
    return When(
        length,
        lambda past: _named_day(wanted, which, almanac.today, past),
        unsure=(lambda: _two(wanted, almanac.today)) if which == "next" and _is_near(wanted, almanac.today) else None,
    )


def _later(when: When, more: int) -> When:
    def resolve(past: bool) -> Span:
        first, last = when.resolve(past)
        return first and first + WEEK, last and last + WEEK

    return When(when.length + more, resolve)


def _named_day(wanted: int, which: str, today: date, past: bool) -> Span:
    ahead = (wanted - today.weekday()) % 7
    if which == "last":
        day = today + timedelta(days=ahead - 7)
    elif which == "next":
        day = monday(today) + WEEK + timedelta(days=wanted)
    elif which == "this":
        day = monday(today) + timedelta(days=wanted)
    else:
        day = today + timedelta(days=ahead - 7 if past and ahead else ahead)
    return day, day


def _is_near(wanted: int, today: date) -> bool:
    """The day by that name is still to come in this very week: then "next" means one or the other."""
    return wanted > today.weekday()


def _two(wanted: int, today: date) -> tuple[date, date]:
    day = monday(today) + timedelta(days=wanted)
    return day, day + WEEK


def _figures(words: Sequence[str], almanac: Almanac) -> When | None:
    if not words:
        return None
    if iso := ISO.fullmatch(words[0]):
        day = on(int(iso[1]), int(iso[2]), int(iso[3]))
        return fixed(1, day) if day else None
    if not (found := FIGURES.fullmatch(words[0])) or on(2024, int(found[2]), int(found[1])) is None:
        return None
    return _dated(1, int(found[1]), int(found[2]), found[3], almanac)


def _of_month(words: Sequence[str], almanac: Almanac) -> When | None:
    """27 november, 27th of nov 2026, november 27, the 27th, the 3rd of next month."""
    skip = 1 if words[:1] == ["the"] else 0
    rest = list(words[skip:])
    if not rest:
        return None
    if rest[0] in MONTH_NAMES and len(rest) > 1 and (found := OF_MONTH.fullmatch(rest[1])) and _is_day(found[1]):
        year = rest[2] if len(rest) > 2 and re.fullmatch(r"20\d\d", rest[2]) else None
        return _dated(skip + 2 + bool(year), int(found[1]), MONTH_NAMES[rest[0]], year, almanac)
    found = OF_MONTH.fullmatch(rest[0])
    if not found or not _is_day(found[1]):
        return None
    of = 1 if rest[1:2] == ["of"] else 0
    after = rest[1 + of : 4 + of]
    if after and after[0] in MONTH_NAMES:
        year = after[1] if len(after) > 1 and re.fullmatch(r"20\d\d", after[1]) else None
        return _dated(skip + 2 + of + bool(year), int(found[1]), MONTH_NAMES[after[0]], year, almanac)
    if of and len(after) > 1 and after[1] == "month" and after[0] in WHICH:
        shift = {"this": 0, "next": 1, "last": -1}[WHICH[after[0]]]
        first = corresponding(almanac.today.replace(day=1), shift)
        day = on(first.year, first.month, int(found[1]))
        return fixed(skip + 3 + of, day) if day else None
    if found[2] and (skip or len(rest) == 1 or rest[1] not in ("time", "letter")):
        return When(skip + 1, lambda past: _nth(int(found[1]), almanac.today, past))
    return None


def _is_day(digits: str) -> bool:
    return 1 <= int(digits) <= 31


def _dated(length: int, day: int, month: int, year: str | None, almanac: Almanac) -> When | None:
    if year:
        exact = on(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        return fixed(length, exact) if exact else None
    if in_year(month, day, almanac.today, True) is None and in_year(month, day, almanac.today, False) is None:
        return None

    def resolve(past: bool) -> Span:
        found = in_year(month, day, almanac.today, past)
        return found, found

    return When(length, resolve)


def _nth(day: int, today: date, past: bool) -> Span:
    """The last such day of a month, or the next."""
    months = (corresponding(today.replace(day=1), shift) for shift in (range(0, -4, -1) if past else range(4)))
    days = (on(first.year, first.month, day) for first in months)
    found = next((each for each in days if each and (each <= today if past else each >= today)), today)
    return found, found


def _counted(words: Sequence[str], almanac: Almanac) -> When | None:
    """3 days ago, a week ago, in 2 weeks, 10 working days from now, in a fortnight's time."""
    skip = 1 if words[:1] == ["in"] else 0
    rest = list(words[skip : skip + 7])
    if rest[:1] == ["within"] or not rest:
        return None
    count = number(rest[0])
    if count is None or len(rest) < 2:
        return None
    at = 2 if rest[1] == "of" and rest[0] in ("couple",) else 1
    if rest[0] == "a" and rest[1:3] == ["couple", "of"]:
        count, at = 2, 3
    working = rest[at : at + 1] == ["working"]
    at += working
    if at >= len(rest) or rest[at] not in UNITS:
        return None
    unit, after = rest[at], rest[at + 1 : at + 3]
    length = skip + at + 1
    if after[:1] == ["ago"] or after[:1] == ["back"]:
        return fixed(length + 1, shifted(almanac, -count, unit, working))
    if after == ["from", "now"]:
        return fixed(length + 2, shifted(almanac, count, unit, working))
    if skip:
        more = 1 if after[:1] == ["time"] else 0
        return fixed(length + more, shifted(almanac, count, unit, working))
    return None


def shifted(almanac: Almanac, count: int, unit: str, working: bool) -> date:
    if unit.startswith("month"):
        return corresponding(almanac.today, count)
    if not working:
        return almanac.today + timedelta(days=count * UNITS[unit])
    day, step = almanac.today, ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not almanac.work(day):
            day += step
    return day


def _edges(words: Sequence[str], almanac: Almanac) -> When | None:
    """The end of term, the end of next month, the beginning of next week; Christmas, Easter."""
    rest = list(words)
    skip = 1 if rest[:1] == ["the"] else 0
    rest = rest[skip:]
    if rest[:1] == ["christmas"]:
        more = {"day": (1, 25), "eve": (1, 24)}.get(rest[1] if len(rest) > 1 else "", (0, 25))
        if rest[1:2] in (["holiday"], ["holidays"], ["break"]):
            return None
        return _dated(skip + 1 + more[0], more[1], 12, None, almanac)
    if rest[:2] == ["new", "year"] and not "".join(rest[2:3]).isdigit():
        eve = rest[2:3] == ["eve"]
        length = skip + 2 + (eve or rest[2:3] == ["day"])
        return _dated(length, 31 if eve else 1, 12 if eve else 1, None, almanac)
    if rest[:1] == ["easter"] and rest[1:2] not in (["holiday"], ["holidays"], ["break"]):
        days = [easter(almanac.today.year - 1 + n) for n in range(3)]
        ahead = next(day for day in days if day >= almanac.today)
        return fixed(skip + 1, ahead)
    if rest[:2] not in (["end", "of"], ["start", "of"], ["beginning", "of"]) or len(rest) < 3:
        return None
    end, at = rest[0] == "end", 2
    at += rest[at] == "the"
    which = WHICH.get(rest[at], "") if at < len(rest) else ""
    at += bool(which)
    if at >= len(rest):
        return None
    span = whole(rest[at], which or "this", almanac)
    if rest[at] in ("term", "half") and span is None:
        return When(skip + at + 1, lambda _past: (None, None), unknown="the end of term")
    if span is None:
        return None
    return fixed(skip + at + 1, span[1] if end else span[0])


def whole(unit: str, which: str, almanac: Almanac) -> tuple[date, date] | None:
    today, shift = almanac.today, {"this": 0, "next": 1, "last": -1}[which]
    if unit == "day":
        return today, today
    if unit == "week":
        first = monday(today) + WEEK * shift
        return first, first + 6 * ONE_DAY
    if unit == "month":
        return month_of(corresponding(today.replace(day=1), shift))
    if unit == "quarter":
        first = corresponding(today.replace(day=1), 3 * shift - (today.month - 1) % 3)
        return first, month_of(corresponding(first, 2))[1]
    if unit == "year":
        return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)
    if unit == "weekend":
        first = monday(today) + WEEK * shift + 5 * ONE_DAY
        return first, first + ONE_DAY
    if unit == "term" and (term := almanac.term(which)):
        return term.first, term.last
    return None


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


READERS = (_near, _weekday, _of_month, _figures, _counted, _edges)
