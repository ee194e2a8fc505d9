"""How a period is counted: one function for each way, all of the shape (start, length, calendar) -> last day.

The ways are those of the regulations' own words. None of them rolls a last day that falls on a closed day forward: we
know of no such rule in the SEND Regulations 2014, so the legal date stays where it falls. The safe date, the working
day on or before it, is right under either reading and is shown beside it.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain.calendar import Calendar
from bot.domain.terms import Counting

Period = Callable[[date, int, Calendar], date]


def weeks(start: date, length: int, calendar: Calendar) -> date:
    """Within N weeks of X: the day of X is day 0; holidays count (IPSEA: meeting 1 Nov, within 4 weeks, 29 Nov)."""
    return start + timedelta(weeks=length)


def days(start: date, length: int, calendar: Calendar) -> date:
    """Within N days of X: calendar days unless the text says working days; the day of X is day 0."""
    return start + timedelta(days=length)


def days_inclusive(start: date, length: int, calendar: Calendar) -> date:
    """N days, beginning with the day: the first day counts (regulation 13(1)(a))."""
    return start + timedelta(days=length - 1)


def working_days(start: date, length: int, calendar: Calendar) -> date:
    """Within N working days: the next working day is day 1."""
    return calendar.add_working_days(start, length)


def at_once(start: date, length: int, calendar: Calendar) -> date:
    """No number in the text: the duty stands from the day itself (CFA s.42)."""
    return start


class Way(NamedTuple):
    """One way of counting: its function, the unit its lengths are in, and what to say about its first day."""

    last_day: Period
    unit: str
    first_day: str


WAYS: Mapping[Counting, Way] = {
    Counting.WEEKS: Way(weeks, "weeks", "that day is day 0; weekends and holidays count"),
    Counting.DAYS: Way(days, "days", "that day is day 0; weekends and holidays count"),
    Counting.DAYS_INCLUSIVE: Way(days_inclusive, "days", "that day is day 1; weekends and holidays count"),
    Counting.WORKING_DAYS: Way(working_days, "working_days", "the next working day is day 1"),
    Counting.AT_ONCE: Way(at_once, "days", "no number of days in the text: it is owed from that day"),
}


def last_day(counting: Counting, start: date, length: int, *, calendar: Calendar) -> date:
    """The last day of a period of `length` (in the unit of its way of counting) that starts on `start`."""
    return WAYS[counting].last_day(start, length, calendar)
