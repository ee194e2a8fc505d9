"""London days, working days, and bank holidays that reach far enough."""

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import OfficeHours, london_date, london_time, moment
from bot.rules import load_rules
from tests.domain.days import at, day

CALENDAR = load_rules().calendar
DAYS = st.dates(min_value=day("Wed 1 Jan 2025"), max_value=day("Sun 31 Dec 2028"))

LONDON_DAYS = [
    # UTC, the day in London
    ("2026-07-01T22:59", "Wed 1 Jul 2026"),
    ("2026-07-01T23:00", "Thu 2 Jul 2026"),
    ("2026-12-01T23:59", "Tue 1 Dec 2026"),
    ("2026-12-02T00:00", "Wed 2 Dec 2026"),
    ("2026-10-24T23:00", "Sun 25 Oct 2026"),  # the night the clocks go back
    ("2026-10-25T23:59", "Sun 25 Oct 2026"),
    ("2027-03-27T23:59", "Sat 27 Mar 2027"),  # the night they go forward
    ("2027-03-28T23:00", "Mon 29 Mar 2027"),
]


@pytest.mark.parametrize(("utc", "here"), LONDON_DAYS)
def test_a_moment_falls_on_its_london_day(utc: str, here: str) -> None:
    assert london_date(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == day(here)


def test_a_moment_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        london_date(datetime.fromisoformat("2026-07-01T12:00"))


@pytest.mark.parametrize(
    ("when", "clock", "utc"),
    [
        ("Sat 24 Oct 2026", time(9), "2026-10-24T08:00"),
        ("Sun 25 Oct 2026", time(9), "2026-10-25T09:00"),
        ("Sun 25 Oct 2026", time(1, 30), "2026-10-25T00:30"),  # comes twice: the first
        ("Sat 27 Mar 2027", time(9), "2027-03-27T09:00"),
        ("Sun 28 Mar 2027", time(9), "2027-03-28T08:00"),
        ("Sun 28 Mar 2027", time(1, 30), "2027-03-28T01:30"),  # never comes
    ],
)
def test_nine_in_london_is_nine_on_the_wall_whatever_the_season(when: str, clock: time, utc: str) -> None:
    found = moment(day(when), clock)
    assert (found.isoformat(), found.tzinfo) == (f"{utc}:00+00:00", UTC)


@given(DAYS, st.times())
def test_a_moment_is_on_the_day_it_was_made_for(when: date, clock: time) -> None:
    assert london_date(moment(when, clock)) == when


CLOSED = [
    # day, why, working day on or before, on or after
    ("Thu 24 Dec 2026", "", "Thu 24 Dec 2026", "Thu 24 Dec 2026"),
    ("Fri 25 Dec 2026", "Christmas Day", "Thu 24 Dec 2026", "Tue 29 Dec 2026"),
    ("Sat 26 Dec 2026", "Saturday", "Thu 24 Dec 2026", "Tue 29 Dec 2026"),
    ("Mon 28 Dec 2026", "Boxing Day (substitute)", "Thu 24 Dec 2026", "Tue 29 Dec 2026"),
    ("Fri 26 Mar 2027", "Good Friday", "Thu 25 Mar 2027", "Tue 30 Mar 2027"),
    ("Mon 29 Mar 2027", "Easter Monday", "Thu 25 Mar 2027", "Tue 30 Mar 2027"),
    ("Sat 25 Dec 2027", "Saturday", "Fri 24 Dec 2027", "Wed 29 Dec 2027"),
    ("Mon 27 Dec 2027", "Christmas Day (substitute)", "Fri 24 Dec 2027", "Wed 29 Dec 2027"),
    ("Mon 30 Nov 2026", "", "Mon 30 Nov 2026", "Mon 30 Nov 2026"),  # a holiday in Scotland only
]


@pytest.mark.parametrize(("when", "why", "before", "after"), CLOSED)
def test_a_closed_day_says_why_and_has_working_days_around_it(when: str, why: str, before: str, after: str) -> None:
    there = day(when)
    assert CALENDAR.why_closed(there) == why
    assert CALENDAR.is_working_day(there) == (why == "")
    assert CALENDAR.working_day_on_or_before(there) == day(before)
    assert CALENDAR.next_working_day_on_or_after(there) == day(after)


@pytest.mark.parametrize(
    ("due", "today", "late"),
    [
        ("Mon 19 Oct 2026", "Mon 26 Oct 2026", 5),
        ("Mon 19 Oct 2026", "Mon 19 Oct 2026", 0),
        ("Mon 19 Oct 2026", "Fri 16 Oct 2026", 0),
        ("Mon 28 Dec 2026", "Tue 29 Dec 2026", 1),
        ("Thu 24 Dec 2026", "Mon 28 Dec 2026", 0),
    ],
)
def test_lateness_in_working_days(due: str, today: str, late: int) -> None:
    assert CALENDAR.working_days_between(day(due), day(today)) == late


@given(DAYS, st.integers(0, 40))
def test_adding_working_days_and_counting_them_agree(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days_between(start, end) == count
    assert count == 0 or CALENDAR.is_working_day(end)


OPENINGS = [
    # now, open, next opening
    ("Fri 16 Oct 2026 08:29", False, "Fri 16 Oct 2026 08:30"),
    ("Fri 16 Oct 2026 08:30", True, "Fri 16 Oct 2026 08:30"),
    ("Fri 16 Oct 2026 17:29", True, "Fri 16 Oct 2026 17:29"),
    ("Fri 16 Oct 2026 17:30", False, "Mon 19 Oct 2026 08:30"),
    ("Fri 23 Oct 2026 18:00", False, "Mon 26 Oct 2026 08:30"),  # over the change of the clocks
    ("Thu 24 Dec 2026 17:30", False, "Tue 29 Dec 2026 08:30"),
    ("Mon 28 Dec 2026 12:00", False, "Tue 29 Dec 2026 08:30"),
    ("Thu 2 Jul 2026 00:30", False, "Thu 2 Jul 2026 08:30"),  # still 1 July in UTC
]


@pytest.mark.parametrize(("now", "is_open", "opens"), OPENINGS)
def test_the_office_opens_on_working_days(now: str, is_open: bool, opens: str) -> None:
    hours = OfficeHours()
    assert hours.is_open(at(now), calendar=CALENDAR) is is_open
    assert hours.next_open(at(now), calendar=CALENDAR) == at(opens)


def test_the_time_on_the_wall() -> None:
    assert london_time(at("Thu 2 Jul 2026 00:30")).time() == time(0, 30)


def days_off(*divisions: str) -> set[date]:
    """The weekdays off in those parts of the kingdom, by the library python-holidays."""
    years = range(2025, CALENDAR.last.year + 1)
    found = (day for division in divisions for day in holidays.country_holidays("GB", subdiv=division, years=years))
    return {day for day in found if day.weekday() < 5}


def test_the_bank_holidays_are_those_of_an_independent_list() -> None:
    """Both lists may learn of a one-off holiday; the one that lacks it is then out of date."""
    assert set(CALENDAR.holidays) == days_off("ENG")
    assert set(CALENDAR.uk_holidays) == days_off("ENG", "WLS", "SCT", "NIR")


def test_the_bank_holidays_of_the_coming_year_are_known() -> None:
    """The one test that reads the real clock: it is there to fail when the data grows old."""
    left = CALENDAR.last - datetime.now(UTC).date()  # noqa: TID251
    assert left > timedelta(days=365), (
        f"bot/rules/bank_holidays.csv ends on {CALENDAR.last}, in {left.days} days; clocks started now run past that. "
        "Open https://www.gov.uk/bank-holidays, add a row for every weekday off of the years it lists "
        "(divisions: england-and-wales, scotland, northern-ireland), run `make test`, and release."
    )
