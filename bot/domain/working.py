"""The working of a date in words: how it was counted, which days were passed over, and why one acts earlier."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.dates import DAYS, MONTHS, say_in_full
from bot.domain.periods import DAY_0, DAY_1, WAYS, Way, corresponding, last_day
from bot.domain.terms import Counting

Skipped = tuple[date, str]
"""A day that did not count, or on which a period could not end, and why: its holiday, its weekday, the Tribunal's."""

MONTHS_ROLLING = {Counting.TRIBUNAL_MONTHS, Counting.MONTHS_NEXT_WORKING_DAY}


def working(
    counting: Counting, start: date, length: int, legal: date, *, calendar: Calendar, event: str = "that day"
) -> str:
    """How a period of `length` from `start` was counted to `legal`, in one line, each day passed over named.

    `event` is what a period that counts back counts from: "the meeting".
    """
    way, passed = WAYS[counting], skipped(counting, start, length, legal, calendar=calendar)
    match counting:
        case Counting.AT_ONCE:
            return way.first_day
        case Counting.BEFORE:
            return f"before {day_and_month(start)}: {way.first_day}"
        case _ if way.unit == "working_days":
            return f"{way.period(length)}; {_first_day(way, calendar)}; not counted: {_named(passed)}"
        case _ if way.unit == "months":
            return f"{_months(counting, start, length, calendar, event)}{_rolled(counting, passed, legal)}"
        case _:
            days = _calendar_days(way, length, event)
            return f"{days}; {_first_day(way, calendar)}{_rolled(counting, passed, legal)}"


def skipped(counting: Counting, start: date, length: int, legal: date, *, calendar: Calendar) -> tuple[Skipped, ...]:
    """The days that a count in working days passed over, or those from which its last day rolled on; in order."""
    way = WAYS[counting]
    if way.unit == "working_days":
        first = start if counting is Counting.WORKING_DAYS_INCLUSIVE else start + ONE_DAY
        return tuple(_closed_days(first, legal, _whose(counting, calendar)))
    if counting in MONTHS_ROLLING or (way.rolls and calendar.rolls_forward):
        return tuple(_closed_days(_fell(counting, start, length, calendar), legal, _whose(counting, calendar)))
    return ()


def act_by(legal: date, safe: date, *, calendar: Calendar) -> str:
    """Why the last day to act is not the legal date, or why it is though nobody works then; else empty."""
    closed = "" if calendar.is_working_day(legal) else f"{day_and_month(legal)} is {_closed(legal, calendar)}"
    if safe == legal:
        return closed and f"{closed}; no working day lies in the period"
    first, last = safe + ONE_DAY, legal - ONE_DAY
    if first < last:
        closed += f", {day_range(first, last)} are not working days"
    elif first == last:
        closed += f", {day_and_month(first)} is not a working day"
    return f"{closed}; the last working day before is {day_and_month(safe, weekday=True)}"


def _first_day(way: Way, calendar: Calendar) -> str:
    """What the first day counts as; the rule pack may say day 1 where the law's words leave it open."""
    if not (way.day_one and calendar.day_one):
        return way.first_day
    return DAY_1 if way.first_day == DAY_0 else "that day is day 1"


def _calendar_days(way: Way, length: int, event: str) -> str:
    weeks = f" = {length * 7} calendar days" if way.unit == "weeks" else ""
    return f"{way.period(length)}{weeks}{f' back from {event}' if way.back else ''}"


def _months(counting: Counting, start: date, length: int, calendar: Calendar, event: str) -> str:
    """The length, where the corresponding date is, and whether the period ends on the day before it."""
    way = WAYS[counting]
    found = corresponding(start, -length if way.back else length)
    said = way.period(length)
    if way.back:
        said += f" back from {event}"
    elif counting is Counting.MONTHS_STARTING_WITH:
        said += " starting with that day"
    if found.day != start.day:
        said += f": there is no {start.day} {MONTHS[found.month - 1]} {found.year}, so the last day of that month, "
    else:
        said += ": the corresponding date is "
    said += say_in_full(found)
    if counting is Counting.MONTHS_STARTING_WITH or (way.day_one and calendar.day_one):
        said += f", and the day before it is {day_and_month(found - ONE_DAY, weekday=True)}"
    return said


def _fell(counting: Counting, start: date, length: int, calendar: Calendar) -> date:
    """The day on which the last day fell before it rolled on."""
    if counting in MONTHS_ROLLING:
        return corresponding(start, length)
    return last_day(counting, start, length, calendar=replace(calendar, rolls_forward=False))


def _rolled(counting: Counting, passed: tuple[Skipped, ...], legal: date) -> str:
    """What closed day the last day fell on, and where it rolled to; empty where it stayed."""
    if not passed:
        return ""
    whose = "a Tribunal working day" if counting is Counting.TRIBUNAL_MONTHS else "a working day"
    day, why = passed[0]
    fell = ", which" if WAYS[counting].unit == "months" else f"; {day_and_month(day, weekday=True)}"
    return f"{fell} is not {whose} ({_plain(why)}); rolls to {day_and_month(legal, weekday=True)}"


def _whose(counting: Counting, calendar: Calendar) -> Calendar:
    """The calendar whose closed days it passes over."""
    match counting:
        case Counting.WORKING_DAYS_UK:
            return calendar.uk_wide()
        case Counting.TRIBUNAL_WORKING_DAYS | Counting.TRIBUNAL_MONTHS:
            return calendar.tribunal()
        case _:
            return calendar


def _closed_days(first: date, end: date, calendar: Calendar) -> Iterator[Skipped]:
    """Those from `first` up to the day before `end`."""
    days = (first + ONE_DAY * n for n in range((end - first).days))
    return ((day, calendar.why_closed(day)) for day in days if not calendar.is_working_day(day))


def _named(passed: tuple[Skipped, ...]) -> str:
    """Weekends as one word, and each holiday, or each run of days closed for one reason, with its name."""
    named = ["weekends"]
    for why, run in groupby((each for each in passed if each[1] not in DAYS), key=lambda each: each[1]):
        days = [day for day, _ in run]
        named.append(f"{day_range(days[0], days[-1])} ({_plain(why)})")
    return ", ".join(named)


def _closed(day: date, calendar: Calendar) -> str:
    """A closed day as what it is: "a Sunday", "a bank holiday (Boxing Day, substitute)"."""
    why = calendar.why_closed(day)
    return _plain(why) if why in DAYS else f"a bank holiday ({_plain(why)})"


def _plain(why: str) -> str:
    """A holiday's name without brackets of its own; a day of the week as "a Sunday"."""
    return f"a {why}" if why in DAYS else why.replace(" (", ", ").replace(")", "")


def day_range(first: date, last: date) -> str:
    """As in "25 to 27 December" or "31 October to 1 November"; one day is itself."""
    if first == last:
        return day_and_month(first)
    start = str(first.day) if first.month == last.month else day_and_month(first)
    return f"{start} to {day_and_month(last)}"


def day_and_month(day: date, *, weekday: bool = False) -> str:
    """As in "28 December" or "Mon 28 December"."""
    return f"{day:%a} {day.day} {MONTHS[day.month - 1]}" if weekday else f"{day.day} {MONTHS[day.month - 1]}"
