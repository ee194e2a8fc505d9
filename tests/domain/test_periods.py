"""Periods counted on paper first: each row is a date somebody worked out by hand, with its weekday."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.calendar import Calendar
from bot.domain.errors import BeyondCalendar
from bot.domain.periods import WAYS, last_day, safe_day
from bot.domain.terms import Counting
from bot.rules import load_calendar
from tests.domain.days import day

CALENDAR = load_calendar()

COUNTED = [
    # counting, start, length, legal date, safe date
    ("W", "Mon 7 Sep 2026", 6, "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("W", "Mon 7 Sep 2026", 16, "Mon 28 Dec 2026", "Thu 24 Dec 2026"),
    ("W", "Mon 7 Sep 2026", 20, "Mon 25 Jan 2027", "Mon 25 Jan 2027"),
    ("W", "Mon 9 Nov 2026", 6, "Mon 21 Dec 2026", "Mon 21 Dec 2026"),
    ("W", "Mon 9 Nov 2026", 16, "Mon 1 Mar 2027", "Mon 1 Mar 2027"),
    ("W", "Mon 9 Nov 2026", 20, "Mon 29 Mar 2027", "Thu 25 Mar 2027"),
    ("W", "Mon 10 Aug 2026", 20, "Mon 28 Dec 2026", "Thu 24 Dec 2026"),
    # A review meeting: report, decision and notice, final plan at the latest.
    ("W", "Thu 19 Nov 2026", 2, "Thu 3 Dec 2026", "Thu 3 Dec 2026"),
    ("W", "Thu 19 Nov 2026", 4, "Thu 17 Dec 2026", "Thu 17 Dec 2026"),
    ("W", "Thu 19 Nov 2026", 12, "Thu 11 Feb 2027", "Thu 11 Feb 2027"),
    # IPSEA: a meeting on 1 November, within 4 weeks.
    ("W", "Sun 1 Nov 2026", 4, "Sun 29 Nov 2026", "Fri 27 Nov 2026"),
    # A Tribunal's order.
    ("W", "Mon 23 Nov 2026", 2, "Mon 7 Dec 2026", "Mon 7 Dec 2026"),
    ("W", "Mon 23 Nov 2026", 5, "Mon 28 Dec 2026", "Thu 24 Dec 2026"),
    ("W", "Mon 23 Nov 2026", 10, "Mon 1 Feb 2027", "Mon 1 Feb 2027"),
    ("W", "Mon 23 Nov 2026", 11, "Mon 8 Feb 2027", "Mon 8 Feb 2027"),
    ("W", "Mon 23 Nov 2026", 14, "Mon 1 Mar 2027", "Mon 1 Mar 2027"),
    # Over 29 February, and over both changes of the clocks.
    ("W", "Tue 1 Feb 2028", 4, "Tue 29 Feb 2028", "Tue 29 Feb 2028"),
    ("W", "Sat 24 Oct 2026", 1, "Sat 31 Oct 2026", "Fri 30 Oct 2026"),
    ("W", "Sun 21 Mar 2027", 1, "Sun 28 Mar 2027", "Thu 25 Mar 2027"),
    # Started on leap day; ended at a year's end.
    ("W", "Tue 29 Feb 2028", 6, "Tue 11 Apr 2028", "Tue 11 Apr 2028"),
    ("W", "Fri 13 Aug 2027", 20, "Fri 31 Dec 2027", "Fri 31 Dec 2027"),
    ("D", "Mon 2 Nov 2026", 15, "Tue 17 Nov 2026", "Tue 17 Nov 2026"),
    ("D", "Tue 1 Dec 2026", 30, "Thu 31 Dec 2026", "Thu 31 Dec 2026"),
    ("D", "Sat 27 Mar 2027", 1, "Sun 28 Mar 2027", "Sun 28 Mar 2027"),  # no working day in it: the legal date stands
    # Draft served, 15 days beginning with that day: not the 17th.
    ("D_INC", "Mon 2 Nov 2026", 15, "Mon 16 Nov 2026", "Mon 16 Nov 2026"),
    ("D_INC", "Sat 12 Dec 2026", 15, "Sat 26 Dec 2026", "Thu 24 Dec 2026"),
    ("D_INC", "Tue 15 Feb 2028", 15, "Tue 29 Feb 2028", "Tue 29 Feb 2028"),
    ("WD", "Fri 11 Dec 2026", 2, "Tue 15 Dec 2026", "Tue 15 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 8, "Wed 23 Dec 2026", "Wed 23 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 10, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("WD", "Sat 12 Dec 2026", 1, "Mon 14 Dec 2026", "Mon 14 Dec 2026"),
    ("WD", "Fri 31 Dec 2027", 1, "Tue 4 Jan 2028", "Tue 4 Jan 2028"),
    ("WD", "Thu 25 Mar 2027", 1, "Tue 30 Mar 2027", "Tue 30 Mar 2027"),
    # 30 plain working days, where the Tribunal's own count says 15 September.
    ("WD", "Mon 5 Jul 2027", 30, "Mon 16 Aug 2027", "Mon 16 Aug 2027"),
    ("WD_TRIB", "Mon 5 Jul 2027", 30, "Wed 15 Sep 2027", "Wed 15 Sep 2027"),
    ("WD_TRIB", "Thu 24 Dec 2026", 1, "Mon 4 Jan 2027", "Mon 4 Jan 2027"),
    # Became aware of the move: 15 working days beginning with that day; 25 and 28 December are holidays.
    ("WD_INC", "Mon 7 Dec 2026", 15, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("WD_INC", "Sat 5 Dec 2026", 15, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("WD_INC", "Fri 25 Dec 2026", 1, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    # Freedom of information: 4 January 2027 is a holiday in Scotland.
    ("WD", "Fri 11 Dec 2026", 20, "Wed 13 Jan 2027", "Wed 13 Jan 2027"),
    ("WD_UK", "Fri 11 Dec 2026", 20, "Thu 14 Jan 2027", "Thu 14 Jan 2027"),
    ("WD_UK", "Tue 16 Mar 2027", 1, "Thu 18 Mar 2027", "Thu 18 Mar 2027"),
    # IPSEA: a decision of 1 October, a certificate of 29 November.
    ("M", "Thu 1 Oct 2026", 2, "Tue 1 Dec 2026", "Tue 1 Dec 2026"),
    ("M", "Sun 29 Nov 2026", 1, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("M", "Thu 31 Dec 2026", 2, "Sun 28 Feb 2027", "Fri 26 Feb 2027"),
    ("M", "Fri 31 Dec 2027", 2, "Tue 29 Feb 2028", "Tue 29 Feb 2028"),
    ("M", "Tue 29 Feb 2028", 12, "Wed 28 Feb 2029", "Wed 28 Feb 2029"),
    # The Tribunal rolls on: from a Sunday, over August, over Christmas.
    ("M_TRIB", "Thu 31 Dec 2026", 2, "Mon 1 Mar 2027", "Mon 1 Mar 2027"),
    ("M_TRIB", "Mon 15 Jun 2026", 2, "Tue 1 Sep 2026", "Tue 1 Sep 2026"),
    ("M_TRIB", "Sun 29 Nov 2026", 1, "Mon 4 Jan 2027", "Mon 4 Jan 2027"),
    ("M_TRIB", "Thu 1 Oct 2026", 2, "Tue 1 Dec 2026", "Tue 1 Dec 2026"),
    ("M_TRIB", "Mon 24 Oct 2022", 2, "Tue 3 Jan 2023", "Tue 3 Jan 2023"),  # a Saturday, then the break, then a holiday
    # Reviewed on 10 March: strictly the year ends on the 9th, and a meeting is of use four weeks before.
    ("Y_START", "Tue 10 Mar 2026", 12, "Tue 9 Mar 2027", "Tue 9 Mar 2027"),
    ("BACKW", "Tue 9 Mar 2027", 4, "Tue 9 Feb 2027", "Tue 9 Feb 2027"),
    ("Y_START", "Fri 1 Jan 2027", 12, "Fri 31 Dec 2027", "Fri 31 Dec 2027"),
    ("Y_START", "Tue 29 Feb 2028", 12, "Tue 27 Feb 2029", "Tue 27 Feb 2029"),  # the earlier of two readings
    # Subject access: a month, from a closed day to the next working day.
    ("M_NWD", "Fri 11 Dec 2026", 1, "Mon 11 Jan 2027", "Mon 11 Jan 2027"),
    ("M_NWD", "Wed 25 Nov 2026", 1, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("M_NWD", "Wed 31 Mar 2027", 1, "Fri 30 Apr 2027", "Fri 30 Apr 2027"),
    # Phase transfers of 2027: before 15 February, before 31 March; five months before September.
    ("BEFORE", "Mon 15 Feb 2027", 0, "Sun 14 Feb 2027", "Fri 12 Feb 2027"),
    ("BEFORE", "Wed 31 Mar 2027", 0, "Tue 30 Mar 2027", "Tue 30 Mar 2027"),
    ("BACKM", "Wed 1 Sep 2027", 5, "Thu 1 Apr 2027", "Thu 1 Apr 2027"),
    ("BACKM", "Sat 31 Jul 2027", 5, "Sun 28 Feb 2027", "Fri 26 Feb 2027"),
    # The last meeting, and the last notice, of a review that ends before those days.
    ("BACKW", "Sun 14 Feb 2027", 12, "Sun 22 Nov 2026", "Fri 20 Nov 2026"),
    ("BACKW", "Sun 14 Feb 2027", 8, "Sun 20 Dec 2026", "Fri 18 Dec 2026"),
    ("BACKW", "Tue 30 Mar 2027", 12, "Tue 5 Jan 2027", "Tue 5 Jan 2027"),
    ("BACKW", "Tue 30 Mar 2027", 8, "Tue 2 Feb 2027", "Tue 2 Feb 2027"),
    # A school shut from 22 July, open again on 2 September: advice asked for a week before either.
    ("BACKW", "Thu 22 Jul 2027", 1, "Thu 15 Jul 2027", "Thu 15 Jul 2027"),
    ("BACKW", "Thu 2 Sep 2027", 1, "Thu 26 Aug 2027", "Thu 26 Aug 2027"),
    ("NOW", "Mon 25 Jan 2027", 0, "Mon 25 Jan 2027", "Mon 25 Jan 2027"),
    ("NOW", "Sat 26 Dec 2026", 0, "Sat 26 Dec 2026", "Sat 26 Dec 2026"),
]


def counted(counting: str, start: str, length: int, calendar: Calendar = CALENDAR) -> tuple[date, date]:
    way, began = Counting(counting), day(start)
    legal = last_day(way, began, length, calendar=calendar)
    return legal, safe_day(legal, began, way, calendar=calendar)


@pytest.mark.parametrize(("counting", "start", "length", "legal", "safe"), COUNTED)
def test_a_period_ends_on_the_day_counted_by_hand(
    counting: str, start: str, length: int, legal: str, safe: str
) -> None:
    assert counted(counting, start, length) == (day(legal), day(safe))


def test_every_way_of_counting_has_its_function_and_a_row_above() -> None:
    assert set(WAYS) == set(Counting)
    assert {row[0] for row in COUNTED} == {counting.value for counting in Counting}


SETTINGS = [
    # counting, start, length, by default, with day one, rolling forward, with both
    ("W", "Mon 10 Aug 2026", 20, "Mon 28 Dec 2026", "Sun 27 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("W", "Mon 7 Sep 2026", 6, "Mon 19 Oct 2026", "Sun 18 Oct 2026", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("D", "Fri 6 Nov 2026", 15, "Sat 21 Nov 2026", "Fri 20 Nov 2026", "Mon 23 Nov 2026", "Fri 20 Nov 2026"),
    ("D", "Sat 7 Nov 2026", 1, "Sun 8 Nov 2026", "Sat 7 Nov 2026", "Mon 9 Nov 2026", "Mon 9 Nov 2026"),
    ("D_INC", "Sat 12 Dec 2026", 15, "Sat 26 Dec 2026", "Sat 26 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 2, "Tue 15 Dec 2026", "Mon 14 Dec 2026", "Tue 15 Dec 2026", "Mon 14 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 10, "Tue 29 Dec 2026", "Thu 24 Dec 2026", "Tue 29 Dec 2026", "Thu 24 Dec 2026"),
    ("WD", "Sat 12 Dec 2026", 1, "Mon 14 Dec 2026", "Sat 12 Dec 2026", "Mon 14 Dec 2026", "Sat 12 Dec 2026"),
    ("M", "Wed 28 Oct 2026", 2, "Mon 28 Dec 2026", "Sun 27 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
]
SETTLED = ["WD_INC", "WD_UK", "WD_TRIB", "Y_START", "M_TRIB", "M_NWD", "BEFORE", "BACKW", "BACKM", "NOW"]
"""Ways whose words leave neither open."""


@pytest.mark.parametrize(("counting", "start", "length", "plain", "day_one", "rolls", "both"), SETTINGS)
def test_the_rule_pack_settles_what_the_words_leave_open(
    counting: str, start: str, length: int, plain: str, day_one: str, rolls: str, both: str
) -> None:
    calendars = [replace(CALENDAR, day_one=one, rolls_forward=two) for two in (False, True) for one in (False, True)]
    assert [counted(counting, start, length, calendar)[0] for calendar in calendars] == [
        *(day(plain), day(day_one), day(rolls), day(both))
    ]


def test_the_settings_touch_no_way_whose_words_are_settled() -> None:
    assert {row[0] for row in SETTINGS} | set(SETTLED) == {counting.value for counting in Counting}
    other = replace(CALENDAR, day_one=True, rolls_forward=True)
    rows = [row[:3] for row in COUNTED if row[0] in SETTLED]
    assert [counted(*row, other) for row in rows] == [counted(*row) for row in rows]


BEYOND = [
    # counting, start, length, the day that is lacking
    ("W", "Tue 31 Dec 2013", 6, "Tue 31 Dec 2013"),
    ("NOW", "Sat 1 Jan 2033", 0, "Sat 1 Jan 2033"),
    ("W", "Thu 30 Dec 2032", 1, "Thu 6 Jan 2033"),
    ("D_INC", "Fri 31 Dec 2032", 2, "Sat 1 Jan 2033"),
    ("WD", "Thu 30 Dec 2032", 2, "Mon 3 Jan 2033"),
    ("WD", "Thu 30 Dec 2032", 400, "Mon 3 Jan 2033"),  # never counted on past the data
    ("WD_INC", "Fri 31 Dec 2032", 2, "Mon 3 Jan 2033"),
    ("WD_TRIB", "Thu 23 Dec 2032", 5, "Mon 3 Jan 2033"),
    ("M_TRIB", "Thu 25 Nov 2032", 1, "Mon 3 Jan 2033"),
    ("Y_START", "Fri 2 Jan 2032", 12, "Sat 1 Jan 2033"),
    ("BEFORE", "Wed 1 Jan 2014", 0, "Tue 31 Dec 2013"),
    ("BACKW", "Tue 14 Jan 2014", 2, "Tue 31 Dec 2013"),
    ("BACKW", "Wed 15 Jan 2014", 2, "Tue 31 Dec 2013"),  # New Year's Day: the safe date lies before the data
    ("BACKM", "Fri 30 May 2014", 5, "Mon 30 Dec 2013"),
]


@pytest.mark.parametrize(("counting", "start", "length", "lacking"), BEYOND)
def test_a_count_that_needs_a_day_outside_the_data_is_refused(
    counting: str, start: str, length: int, lacking: str
) -> None:
    with pytest.raises(BeyondCalendar) as refused:
        counted(counting, start, length)
    assert refused.value.day == day(lacking)


@pytest.mark.parametrize("counting", Counting)
def test_an_absurd_length_is_refused_at_once(counting: Counting) -> None:
    with pytest.raises(BeyondCalendar):
        last_day(counting, day("Mon 7 Sep 2026"), 10**12, calendar=CALENDAR)


def test_the_refusal_says_which_day_what_is_known_and_what_to_add() -> None:
    with pytest.raises(BeyondCalendar) as refused:
        counted("W", "Thu 30 Dec 2032", 1)
    assert str(refused.value) == (
        "That needs Thu 6 January 2033, and bank holidays are known from 1 January 2014 to 31 December 2032. "
        "Check the date. If it is right, whoever runs the bot must add the bank holidays of 2033 to "
        "bank_holidays.csv of the rule pack."
    )
