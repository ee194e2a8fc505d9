"""London days, bank holidays and working days: the only place where moments become dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import BeyondCalendar

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
SATURDAY = 5


def london_time(now: datetime) -> datetime:
    """The moment as a clock on a wall in London shows it. A naive moment is a bug: ValueError."""
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone says nothing about London")
    return now.astimezone(LONDON)


def london_date(now: datetime) -> date:
    """The day it is in London. In summer the day begins at 23:00 UTC."""
    return london_time(now).date()


def moment(day: date, at: time) -> datetime:
    """The aware UTC moment when a clock on a wall in London shows `at` on that day.

    A time that summer time skips is read as if the clocks had not changed; one that comes twice is the first.
    """
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def tribunal_break(day: date) -> str:
    """Which of the Tribunal's two breaks the day lies in; empty where in none."""
    if day.month == 8:
        return "the Tribunal's August"
    month_and_day = (day.month, day.day)
    return "the Tribunal's Christmas" if month_and_day >= (12, 25) or month_and_day == (1, 1) else ""


@dataclass(frozen=True)
class Calendar:
    """Which days are working days: Monday to Friday less the bank holidays of England.

    The SEND Regulations 2014 use "working day" without defining it; this is the usual reading. Outside `first` to
    `last` only weekends are known. That will do for when the bot speaks; a period of the law asks `checked` for every
    day it needs, and is refused rather than guessed.
    """

    holidays: Mapping[date, str] = field(hash=False)
    """The bank holidays of England, each with its name."""
    uk_holidays: Mapping[date, str] = field(hash=False)
    """Those of any part of the United Kingdom, which freedom of information counts (FOIA s.10(6))."""
    first: date = date.min
    """The first day that the data covers."""
    last: date = date.max
    """The last day that the data covers."""
    announced: date = date.max
    """The last day of what gov.uk has announced; the bank holidays after it are computed."""
    day_one: bool = False
    """A setting of the rule pack: the day of the event is day 1, where the wording leaves that open."""
    rolls_forward: bool = False
    """A setting of the rule pack: a last day that falls on a closed day rolls to the next working day."""

    def uk_wide(self) -> "Calendar":
        """The same with a holiday anywhere in the United Kingdom as a closed day."""
        return replace(self, holidays=self.uk_holidays)

    def tribunal(self) -> "Calendar":
        """The same with the Tribunal's Christmas and August as closed days."""
        return TribunalCalendar(**vars(self))

    def checked(self, day: date) -> date:
        """The day itself, where the data covers it; else BeyondCalendar."""
        if not self.first <= day <= self.last:
            raise BeyondCalendar(day, self.first, self.last)
        return day

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def why_closed(self, day: date) -> str:
        """Its holiday, such as "Boxing Day (substitute)", or "Saturday"; empty on a working day."""
        if day in self.holidays:
            return self.holidays[day]
        return "" if self.is_working_day(day) else day.strftime("%A")

    def next_working_day_on_or_after(self, day: date) -> date:
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def working_day_on_or_before(self, day: date) -> date:
        """The safe date of a legal date: right whether or not a last day on a closed day rolls forward."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """`count` working days after `day`; the next working day is day 1, and 0 is the day itself."""
        for _ in range(count):
            day = self.next_working_day_on_or_after(day + ONE_DAY)
        return day

    def working_days_between(self, day: date, later: date) -> int:
        """Working days after `day` up to and including `later`: how late a thing due on `day` is on `later`.

        0 where `later` is not after `day`.
        """
        return sum(self.is_working_day(day + ONE_DAY * n) for n in range(1, (later - day).days + 1))


class TribunalCalendar(Calendar):
    """The Tribunal's working days: not 25 December to 1 January either, nor any day of August (HESC Rules, rule 12)."""

    def is_working_day(self, day: date) -> bool:
        return not tribunal_break(day) and super().is_working_day(day)

    def why_closed(self, day: date) -> str:
        return tribunal_break(day) or super().why_closed(day)


@dataclass(frozen=True)
class OfficeHours:
    """When the bot may write first: from `opens` up to `closes`, London time, on working days."""

    opens: time = time(8, 30)
    closes: time = time(17, 30)

    def is_open(self, now: datetime, *, calendar: Calendar) -> bool:
        here = london_time(now)
        return calendar.is_working_day(here.date()) and self.opens <= here.time() < self.closes

    def next_open(self, now: datetime, *, calendar: Calendar) -> datetime:
        """`now` itself while the office is open, else the next opening; aware UTC."""
        if self.is_open(now, calendar=calendar):
            return now.astimezone(UTC)
        here = london_time(now)
        first = here.date() if here.time() < self.opens else here.date() + ONE_DAY
        return moment(calendar.next_working_day_on_or_after(first), self.opens)
