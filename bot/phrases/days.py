"""What a day is read by: the council's calendar, and numbers, days and months by their names."""

import re
from calendar import monthrange
from collections.abc import Callable
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


def fixed(length: int, day: date) -> When:
    return When(length, lambda _past: (day, day))


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
