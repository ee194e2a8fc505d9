"""London days, working days, and bank holidays that reach far enough."""

import csv
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import OfficeHours, london_date, london_time, moment
from bot.domain.errors import BadSettings, BeyondCalendar
from bot.domain.ladder import Rung, rung_moments
from bot.domain.terms import Hears
from bot.rules import HERE, load_calendar
from tests.domain.days import at, day

CALENDAR = load_calendar()
TABLE = HERE / "bank_holidays.csv"
DAYS = st.dates(min_value=day("Wed 1 Jan 2014"), max_value=day("Sun 31 Oct 2032"))

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


TRIBUNAL = [
    # day, why the Tribunal does not work, its next working day
    ("Fri 30 Jul 2027", "", "Fri 30 Jul 2027"),
    ("Sun 1 Aug 2027", "the Tribunal's August", "Wed 1 Sep 2027"),
    ("Tue 31 Aug 2027", "the Tribunal's August", "Wed 1 Sep 2027"),
    ("Thu 24 Dec 2026", "", "Thu 24 Dec 2026"),
    ("Fri 25 Dec 2026", "the Tribunal's Christmas", "Mon 4 Jan 2027"),
    ("Thu 31 Dec 2026", "the Tribunal's Christmas", "Mon 4 Jan 2027"),
    ("Fri 1 Jan 2027", "the Tribunal's Christmas", "Mon 4 Jan 2027"),
    ("Sat 2 Jan 2027", "Saturday", "Mon 4 Jan 2027"),
    ("Mon 3 Jan 2028", "New Year's Day (substitute)", "Tue 4 Jan 2028"),
]


@pytest.mark.parametrize(("when", "why", "after"), TRIBUNAL)
def test_the_tribunal_does_not_work_in_august_nor_over_christmas(when: str, why: str, after: str) -> None:
    there, tribunal = day(when), CALENDAR.tribunal()
    assert (tribunal.why_closed(there), tribunal.is_working_day(there)) == (why, why == "")
    assert tribunal.next_working_day_on_or_after(there) == day(after)


def test_a_view_of_the_calendar_keeps_its_settings_and_its_bounds() -> None:
    own = replace(CALENDAR, day_one=True, rolls_forward=True)
    for view in (own.uk_wide(), own.tribunal()):
        assert (view.first, view.last, view.announced) == (own.first, own.last, own.announced)
        assert (view.day_one, view.rolls_forward) == (True, True)


def test_a_holiday_of_another_part_of_the_kingdom_says_which() -> None:
    assert CALENDAR.uk_wide().why_closed(day("Mon 4 Jan 2027")) == "2nd January (substitute), Scotland"
    assert CALENDAR.uk_wide().why_closed(day("Fri 1 Jan 2027")) == "New Year's Day"


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


def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("year", range(2014, 2033))
@pytest.mark.parametrize(
    ("division", "parts"),
    [("england-and-wales", ("ENG", "WLS")), ("scotland", ("SCT",)), ("northern-ireland", ("NIR",))],
)
def test_the_bank_holidays_are_those_of_an_independent_list(division: str, parts: tuple[str, ...], year: int) -> None:
    """Both lists may learn of a one-off holiday; the one that lacks it is then out of date."""
    own = {row["date"] for row in table() if division in row["divisions"].split("|")}
    ours = {found for found in own if found.startswith(f"{year}-")}
    for part in parts:
        theirs = holidays.country_holidays("GB", subdiv=part, years=year)
        assert ours == {found.isoformat() for found in theirs if found.weekday() < 5}


LISTED = {
    # England, as the sources of the rule pack give them
    2026: "1 Jan, 3 Apr, 6 Apr, 4 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2027: "1 Jan, 26 Mar, 29 Mar, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2028: "3 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
}


@pytest.mark.parametrize(("year", "listed"), LISTED.items())
def test_the_bank_holidays_of_england_are_those_listed(year: int, listed: str) -> None:
    assert ", ".join(f"{found:%-d %b}" for found in sorted(CALENDAR.holidays) if found.year == year) == listed


ONE_OFF = [
    # day, why it is closed
    ("Fri 8 May 2020", "Early May bank holiday (VE day)"),
    ("Mon 4 May 2020", ""),
    ("Thu 2 Jun 2022", "Spring bank holiday"),
    ("Fri 3 Jun 2022", "Platinum Jubilee bank holiday"),
    ("Mon 30 May 2022", ""),
    ("Mon 19 Sep 2022", "Bank Holiday for the State Funeral of Queen Elizabeth II"),
    ("Mon 8 May 2023", "Bank holiday for the coronation of King Charles III"),
]


@pytest.mark.parametrize(("when", "why"), ONE_OFF)
def test_days_that_were_moved_or_given_once_are_known(when: str, why: str) -> None:
    assert CALENDAR.why_closed(day(when)) == CALENDAR.uk_wide().why_closed(day(when)) == why


def test_the_data_covers_whole_years_from_the_first_to_the_last() -> None:
    assert (CALENDAR.first, CALENDAR.last) == (day("Wed 1 Jan 2014"), day("Fri 31 Dec 2032"))
    assert CALENDAR.announced == day("Sun 31 Dec 2028")
    assert {found.year for found in CALENDAR.holidays} == set(range(2014, 2033))
    announced = {row["date"][:4]: row["announced"] for row in table()}
    assert announced == {f"{year}": "yes" if year <= 2028 else "no" for year in range(2014, 2033)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the table that a test may add to."""
    shutil.copy(TABLE, tmp_path)
    return tmp_path


def test_a_one_off_holiday_is_one_line(folder: Path) -> None:
    whole = "england-and-wales|scotland|northern-ireland"
    with (folder / TABLE.name).open("a") as lines:
        lines.write(f"2027-05-10,{whole},King's day,yes\n")
    new = load_calendar(folder)
    assert new.why_closed(day("Mon 10 May 2027")) == "King's day"
    assert new.add_working_days(day("Fri 7 May 2027"), 1) == day("Tue 11 May 2027")
    assert {**new.holidays} == {**CALENDAR.holidays, day("Mon 10 May 2027"): "King's day"}
    assert replace(new, holidays={}, uk_holidays={}) == replace(CALENDAR, holidays={}, uk_holidays={})


def test_another_year_is_its_lines_and_moves_the_end(folder: Path) -> None:
    with (folder / TABLE.name).open("a") as lines:
        lines.write("2033-01-03,england-and-wales,New Year's Day (substitute),no\n")
    new = load_calendar(folder)
    assert (new.last, new.announced) == (day("Sat 31 Dec 2033"), CALENDAR.announced)


def test_whether_a_holiday_is_announced_is_yes_or_no(folder: Path) -> None:
    text = (folder / TABLE.name).read_text()
    (folder / TABLE.name).write_text(text.replace(",yes\n", ",perhaps\n", 1))
    with pytest.raises(BadSettings, match=r"bank_holidays\.csv:2:announced: 'perhaps' is not known; one of: yes, no"):
        load_calendar(folder)


@pytest.mark.parametrize("outside", ["Tue 31 Dec 2013", "Sat 1 Jan 2033"])
def test_a_day_outside_the_data_is_refused_where_the_law_is_counted(outside: str) -> None:
    with pytest.raises(BeyondCalendar, match="bank holidays are known from 1 January 2014 to 31 December 2032"):
        CALENDAR.checked(day(outside))
    assert CALENDAR.checked(CALENDAR.first) == CALENDAR.first
    assert CALENDAR.checked(CALENDAR.last) == CALENDAR.last


def test_reminders_look_past_the_data_by_weekdays_alone() -> None:
    """No date of the law is guessed; but a duty due on the data's last days is still chased after them."""
    legal = day("Thu 30 Dec 2032")
    rungs = [Rung("the-day", 0, False, (Hears.OWNER,)), Rung("5-after", 5, True, (Hears.OWNER,))]
    found = rung_moments(rungs, legal=legal, safe=legal, calendar=CALENDAR)
    assert [each.at for each in found] == [at("Thu 30 Dec 2032 09:00"), at("Thu 6 Jan 2033 09:00")]
    late = at("Sat 1 Jan 2033 12:00")
    assert OfficeHours().next_open(late, calendar=CALENDAR) == at("Mon 3 Jan 2033 08:30")


def test_the_bank_holidays_of_the_coming_year_are_known() -> None:
    """The one test that reads the real clock: it is there to fail when the data grows old."""
    today = datetime.now(UTC).date()  # noqa: TID251
    known = CALENDAR.announced - today
    assert known > timedelta(days=365), (
        f"bot/rules/england-2014/bank_holidays.csv holds what gov.uk announced up to {CALENDAR.announced}, for "
        f"{known.days} days more. Open https://www.gov.uk/bank-holidays and compare each year it lists with the file, "
        "for all three divisions (england-and-wales, scotland, northern-ireland): add a day that is not there, as one "
        "line; take out one that is; and write `yes` under `announced` for the whole year. Then run `make test`, and "
        "release."
    )
    left = CALENDAR.last - today
    assert left > timedelta(days=365), (
        f"bot/rules/england-2014/bank_holidays.csv ends on {CALENDAR.last}, in {left.days} days, and no clock can be "
        "counted past that. Add a line for every weekday off of the next years: those that gov.uk lists with `yes` "
        "under `announced`, those after them as the library python-holidays computes them with `no`. Then run "
        "`make test`, which compares all of them with that library, and release."
    )
