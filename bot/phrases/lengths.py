"""Weeks and months counted from today: "this week", "next term", "the last 30 days", "the week after next"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.phrases.days import (
    FORTNIGHT,
    MONTH_NAMES,
    UNITS,
    WEEK,
    WHICH,
    Almanac,
    Span,
    When,
    month_of,
    number,
    shifted,
    whole,
)
from bot.phrases.seasons import ACADEMIC_FIRST, FINANCIAL_FIRST, event, month, year_from
from bot.phrases.wordlists import words

AHEAD = {"next", "coming", "following", "upcoming"}
BACK = {"last", "past", "previous"}
SINGLE = words("day week month")
ROLLING = words("in over within during")


def rolling(said: Sequence[str], at: int, start: int, almanac: Almanac) -> When | None:
    """ "In the last month" is up to today; "last month" is the one before this."""
    after = list(said[start : start + 3])
    led = said[at] in ROLLING and list(said[start - 1 : start]) == ["the"] and after[2:] not in (["of"], ["in"])
    if not led or len(after) < 2 or after[0] not in BACK or after[1] not in ("week", "month"):
        return None
    found = length_of([after[0], "a", after[1]], 0, almanac, ahead=False)
    return found and replace(found, length=2)


def weekend(past: bool, almanac: Almanac) -> tuple[date, date] | None:
    """The one to come; of what has happened, the one gone by."""
    gone = past and almanac.today.weekday() < SATURDAY
    return whole("weekend", "last" if gone else "this", almanac)


SATURDAY = 5


def another(unit: str, near: tuple[date, date], length: int, *, back: bool) -> When:
    """The week before last, the month after next."""
    if unit == "week":
        days = -WEEK if back else WEEK
        span = near[0] + days, near[1] + days
    else:
        span = month_of(near[0] - ONE_DAY if back else near[1] + ONE_DAY)
    return When(length, lambda _past: span, day=False)


def one(rest: Sequence[str], almanac: Almanac) -> When | None:
    """this week, next term, last quarter, this financial year."""
    which = "next" if rest[0] in AHEAD and rest[0] != "coming" else WHICH[rest[0]]
    shift = {"this": 0, "next": 1, "last": -1}[which]
    if rest[1:3] in (["academic", "year"], ["school", "year"]):
        return year_from(3, ACADEMIC_FIRST, shift, almanac)
    if rest[1:3] == ["financial", "year"]:
        return year_from(3, FINANCIAL_FIRST, shift, almanac)
    if rest[1:3] == ["half", "term"]:
        return event(rest, 0, almanac)
    if rest[1:2] == ["working"] and rest[2:3] == ["week"]:
        found = one([rest[0], *rest[2:]], almanac)
        return found and replace(found, length=found.length + 1)
    unit = rest[1] if len(rest) > 1 else ""
    if unit == "fortnight":
        today = almanac.today
        first, last = (today - timedelta(days=FORTNIGHT), today) if which == "last" else (today, today + 2 * WEEK)
        return When(2, lambda _past: (first, last), day=False)
    if unit in MONTH_NAMES:
        return month(rest, 1, almanac, shift=shift)
    if unit == "term" and almanac.term(which) is None:
        return When(2, lambda _past: (None, None), day=False, unknown=f"{which} term")
    span = whole(unit, which, almanac)
    return When(2, lambda _past: span, day=False) if span and unit != "day" else None


def of_many(rest: Sequence[str], almanac: Almanac) -> When | None:
    """the next 10 days, the last three months, the next couple of weeks."""
    found = length_of(rest, 1, almanac, ahead=rest[0] in ("next", "coming", "following"))
    return found and replace(found, length=found.length + 1)


def length_of(words: Sequence[str], at: int, almanac: Almanac, *, ahead: bool | None) -> When | None:
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
    if rest[:1] == ["few"] and rest[1:2] and rest[1] in UNITS:
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
