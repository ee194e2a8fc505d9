"""How a period is counted: one function for each way, all of the shape (start, length, calendar) -> last day.

The ways are those of the law's own words. In the SEND Regulations 2014 none of them rolls a last day that falls on a
closed day forward: we know of no such rule there, so the legal date stays where it falls, unless the rule pack says
otherwise. The safe date, the working day on or before it, is right under either reading and is shown beside it. The
Tribunal's rules and data protection law do roll forward.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain.calendar import ONE_DAY, Calendar
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
    day = start
    for _ in range(length):
        day = calendar.next_working_day_on_or_after(calendar.checked(day) + ONE_DAY)
    return day


def working_days_inclusive(start: date, length: int, calendar: Calendar) -> date:
    """N working days beginning with the day: it counts if it is one, else the next one is day 1 (regulation 15(2))."""
    return working_days(calendar.next_working_day_on_or_after(start), length - 1, calendar)


def working_days_uk(start: date, length: int, calendar: Calendar) -> date:
    """Freedom of information: a bank holiday in any part of the UK is not a working day (FOIA s.10(6))."""
    return working_days(start, length, calendar.uk_wide())


def tribunal_working_days(start: date, length: int, calendar: Calendar) -> date:
    """The Tribunal's own working days: none in August, none from 25 December to 1 January (HESC Rules, rule 12)."""
    return working_days(start, length, calendar.tribunal())


def months(start: date, length: int, calendar: Calendar) -> date:
    """Within N months of X: the corresponding date (Dodds v Walker [1981] 1 WLR 1027)."""
    return corresponding(start, length)


def months_starting_with(start: date, length: int, calendar: Calendar) -> date:
    """N months starting with the day (CFA s.44(1)): the day before the corresponding date.

    IPSEA publishes the corresponding date itself; the earlier of two readings is the safe one. From 29 February it is
    27 February, for the same reason.
    """
    return corresponding(start, length) - ONE_DAY


def tribunal_months(start: date, length: int, calendar: Calendar) -> date:
    """N months to start proceedings: from a day on which the Tribunal does not work to its next one.

    25 December to 1 January roll to the first working day after, August to that of September (HESC Rules, rule 12).
    """
    return calendar.tribunal().next_working_day_on_or_after(corresponding(start, length))


def months_next_working_day(start: date, length: int, calendar: Calendar) -> date:
    """Subject access: a corresponding date at a weekend or on a bank holiday rolls to the next working day."""
    return calendar.next_working_day_on_or_after(corresponding(start, length))


def before(start: date, length: int, calendar: Calendar) -> date:
    """Before 15 February: strictly, so the day before (regulation 18(1)). There is no length."""
    return start - ONE_DAY


def weeks_back(start: date, length: int, calendar: Calendar) -> date:
    """At least N weeks before X: the last day on which it is still that long (regulation 20(3))."""
    return start - timedelta(weeks=length)


def months_back(start: date, length: int, calendar: Calendar) -> date:
    """At least N months before X: the corresponding date of that earlier month (regulation 18(2))."""
    return corresponding(start, -length)


def at_once(start: date, length: int, calendar: Calendar) -> date:
    """No number in the text: the duty stands from the day itself (CFA s.42)."""
    return start


def corresponding(day: date, months: int) -> date:
    """The same day of the month, so many months on (or back); where there is none, the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Way(NamedTuple):
    """One way of counting: its function, the unit its lengths are in, and what to say about its first day."""

    last_day: Period
    unit: str
    first_day: str
    back: bool = False
    """The last day lies before the event."""
    day_one: bool = False
    """The pack's `day_one` ends it one day (of its own unit: a working day) earlier: its words do not settle that."""
    rolls: bool = False
    """The pack's `rolls_forward` moves a last day on a closed day to the next working day."""

    def period(self, length: int) -> str:
        """The length in words: "20 weeks", "1 working day"."""
        unit = self.unit.replace("_", " ")
        return f"{length} {unit if length != 1 else unit.removesuffix('s')}"


ALL_DAYS = "weekends and holidays count"
DAY_0, DAY_1 = f"that day is day 0; {ALL_DAYS}", f"that day is day 1; {ALL_DAYS}"
NEXT_IS_1 = "the next working day is day 1"
SAME_DAY = "it ends on the corresponding date"

WAYS: Mapping[Counting, Way] = {
    Counting.WEEKS: Way(weeks, "weeks", DAY_0, day_one=True, rolls=True),
    Counting.DAYS: Way(days, "days", DAY_0, day_one=True, rolls=True),
    Counting.DAYS_INCLUSIVE: Way(days_inclusive, "days", DAY_1, rolls=True),
    Counting.WORKING_DAYS: Way(working_days, "working_days", NEXT_IS_1, day_one=True),
    Counting.WORKING_DAYS_INCLUSIVE: Way(
        working_days_inclusive, "working_days", "the first day counts if it is a working day"
    ),
    Counting.WORKING_DAYS_UK: Way(
        working_days_uk, "working_days", f"{NEXT_IS_1}; a bank holiday in any part of the UK is not one"
    ),
    Counting.TRIBUNAL_WORKING_DAYS: Way(
        tribunal_working_days, "working_days", "the next Tribunal working day is day 1"
    ),
    Counting.MONTHS: Way(months, "months", SAME_DAY, day_one=True, rolls=True),
    Counting.MONTHS_STARTING_WITH: Way(
        months_starting_with, "months", "that day is the first; it ends on the day before the corresponding date"
    ),
    Counting.TRIBUNAL_MONTHS: Way(tribunal_months, "months", f"{SAME_DAY}, or the next Tribunal working day"),
    Counting.MONTHS_NEXT_WORKING_DAY: Way(months_next_working_day, "months", f"{SAME_DAY}, or the next working day"),
    Counting.BEFORE: Way(before, "days", "the day before", back=True),
    Counting.WEEKS_BACK: Way(weeks_back, "weeks", DAY_0, back=True),
    Counting.MONTHS_BACK: Way(months_back, "months", SAME_DAY, back=True),
    Counting.AT_ONCE: Way(at_once, "days", "no number of days in the text: it is owed from that day"),
}


def last_day(counting: Counting, start: date, length: int, *, calendar: Calendar) -> date:
    """The last day of a period of `length` (in the unit of its way of counting) that starts on `start`.

    A way that counts back has its event for a start. BeyondCalendar where a day is needed that the data lacks.
    """
    way = WAYS[counting]
    if length > (calendar.last - calendar.first).days:  # longer than the data, whatever its unit
        calendar.checked(date.min if way.back else date.max)
    day = way.last_day(calendar.checked(start), length, calendar)
    if way.day_one and calendar.day_one:
        day = _one_earlier(day, way, calendar)
    if not way.back:
        day = max(day, start)  # a length of 0 is the day itself
    if way.rolls and calendar.rolls_forward:
        day = calendar.next_working_day_on_or_after(day)
    return calendar.checked(day)


def _one_earlier(day: date, way: Way, calendar: Calendar) -> date:
    earlier = day - ONE_DAY
    return calendar.working_day_on_or_before(earlier) if way.unit == "working_days" else earlier


def safe_day(legal: date, start: date, counting: Counting, *, calendar: Calendar) -> date:
    """The last working day on or before the legal date: the last day on which anybody can act.

    A forward period in which no working day lies keeps its legal date. BeyondCalendar as for `last_day`.
    """
    safe = calendar.working_day_on_or_before(calendar.checked(legal))
    if WAYS[counting].back:
        return calendar.checked(safe)
    return safe if safe >= calendar.checked(start) else legal
