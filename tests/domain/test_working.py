"""The working of a date as a solicitor would check it: the count in words, and each day passed over by name."""

from dataclasses import replace

import pytest

from bot.domain.calendar import Calendar
from bot.domain.periods import last_day, safe_day
from bot.domain.terms import Counting
from bot.domain.working import act_by, skipped, working
from bot.rules import load_calendar
from tests.domain.days import day

CALENDAR = load_calendar()
DAY_ONE, ROLLS = replace(CALENDAR, day_one=True), replace(CALENDAR, rolls_forward=True)


def said(counting: str, start: str, length: int, calendar: Calendar = CALENDAR, event: str = "that day") -> str:
    way, began = Counting(counting), day(start)
    legal = last_day(way, began, length, calendar=calendar)
    return working(way, began, length, legal, calendar=calendar, event=event)


SAID = [
    # counting, start, length, the words
    ("W", "Mon 10 Aug 2026", 20, "20 weeks = 140 calendar days; that day is day 0; weekends and holidays count"),
    ("W", "Mon 10 Aug 2026", 1, "1 week = 7 calendar days; that day is day 0; weekends and holidays count"),
    ("D", "Mon 2 Nov 2026", 15, "15 days; that day is day 0; weekends and holidays count"),
    ("D_INC", "Mon 2 Nov 2026", 15, "15 days; that day is day 1; weekends and holidays count"),
    (
        *("WD", "Fri 11 Dec 2026", 10),
        "10 working days; the next working day is day 1; "
        "not counted: weekends, 25 December (Christmas Day), 28 December (Boxing Day, substitute)",
    ),
    ("WD", "Mon 7 Sep 2026", 2, "2 working days; the next working day is day 1; not counted: weekends"),
    (
        *("WD_INC", "Mon 7 Dec 2026", 15),
        "15 working days; the first day counts if it is a working day; "
        "not counted: weekends, 25 December (Christmas Day), 28 December (Boxing Day, substitute)",
    ),
    (
        *("WD_INC", "Fri 25 Dec 2026", 1),
        "1 working day; the first day counts if it is a working day; "
        "not counted: weekends, 25 December (Christmas Day), 28 December (Boxing Day, substitute)",
    ),
    (
        *("WD_UK", "Fri 11 Dec 2026", 20),
        "20 working days; the next working day is day 1; a bank holiday in any part of the UK is not one; "
        "not counted: weekends, 25 December (Christmas Day), 28 December (Boxing Day, substitute), "
        "1 January (New Year's Day), 4 January (2nd January, substitute, Scotland)",
    ),
    (
        *("WD_TRIB", "Mon 5 Jul 2027", 30),
        "30 working days; the next Tribunal working day is day 1; "
        "not counted: weekends, 1 to 31 August (the Tribunal's August)",
    ),
    (
        *("WD_TRIB", "Wed 23 Dec 2026", 2),
        "2 working days; the next Tribunal working day is day 1; "
        "not counted: weekends, 25 December to 1 January (the Tribunal's Christmas)",
    ),
    (
        *("WD_TRIB", "Fri 20 Aug 2027", 3),
        "3 working days; the next Tribunal working day is day 1; "
        "not counted: weekends, 21 to 31 August (the Tribunal's August)",
    ),
    ("M", "Thu 1 Oct 2026", 2, "2 months: the corresponding date is Tue 1 December 2026"),
    (
        *("M", "Thu 31 Dec 2026", 2),
        "2 months: there is no 31 February 2027, so the last day of that month, Sun 28 February 2027",
    ),
    (
        *("Y_START", "Tue 10 Mar 2026", 12),
        "12 months starting with that day: the corresponding date is Wed 10 March 2027, "
        "and the day before it is Tue 9 March",
    ),
    (
        *("Y_START", "Tue 29 Feb 2028", 12),
        "12 months starting with that day: there is no 29 February 2029, so the last day of that month, "
        "Wed 28 February 2029, and the day before it is Tue 27 February",
    ),
    ("M_TRIB", "Thu 1 Oct 2026", 2, "2 months: the corresponding date is Tue 1 December 2026"),
    (
        *("M_TRIB", "Mon 28 Dec 2026", 2),
        "2 months: the corresponding date is Sun 28 February 2027, which is not a Tribunal working day (a Sunday); "
        "rolls to Mon 1 March",
    ),
    (
        *("M_TRIB", "Mon 15 Jun 2026", 2),
        "2 months: the corresponding date is Sat 15 August 2026, which is not a Tribunal working day "
        "(the Tribunal's August); rolls to Tue 1 September",
    ),
    (
        *("M_NWD", "Wed 25 Nov 2026", 1),
        "1 month: the corresponding date is Fri 25 December 2026, which is not a working day (Christmas Day); "
        "rolls to Tue 29 December",
    ),
    ("BEFORE", "Mon 15 Feb 2027", 0, "before 15 February: the day before"),
    (
        *("BACKW", "Thu 19 Nov 2026", 2),
        "2 weeks = 14 calendar days back from that day; that day is day 0; weekends and holidays count",
    ),
    ("BACKM", "Wed 1 Sep 2027", 5, "5 months back from that day: the corresponding date is Thu 1 April 2027"),
    (
        *("BACKM", "Sat 31 Jul 2027", 5),
        "5 months back from that day: there is no 31 February 2027, so the last day of that month, "
        "Sun 28 February 2027",
    ),
    ("NOW", "Mon 25 Jan 2027", 0, "no number of days in the text: it is owed from that day"),
]


@pytest.mark.parametrize(("counting", "start", "length", "words"), SAID)
def test_a_count_is_said_in_words(counting: str, start: str, length: int, words: str) -> None:
    assert said(counting, start, length) == words


def test_every_way_of_counting_is_said() -> None:
    assert {row[0] for row in SAID} == {counting.value for counting in Counting}


def test_a_count_back_names_what_it_counts_from() -> None:
    assert said("BACKW", "Thu 19 Nov 2026", 2, event="the meeting") == (
        "2 weeks = 14 calendar days back from the meeting; that day is day 0; weekends and holidays count"
    )
    assert said("BACKM", "Wed 1 Sep 2027", 5, event="the transfer").startswith("5 months back from the transfer: ")


SETTINGS = [
    # calendar, counting, start, length, the words
    (DAY_ONE, "W", "Mon 7 Sep 2026", 6, "6 weeks = 42 calendar days; that day is day 1; weekends and holidays count"),
    (DAY_ONE, "WD", "Mon 7 Sep 2026", 2, "2 working days; that day is day 1; not counted: weekends"),
    (
        *(DAY_ONE, "M", "Thu 1 Oct 2026", 2),
        "2 months: the corresponding date is Tue 1 December 2026, and the day before it is Mon 30 November",
    ),
    (DAY_ONE, "BACKW", "Thu 19 Nov 2026", 2, said("BACKW", "Thu 19 Nov 2026", 2)),
    (
        *(ROLLS, "W", "Mon 10 Aug 2026", 20),
        "20 weeks = 140 calendar days; that day is day 0; weekends and holidays count; "
        "Mon 28 December is not a working day (Boxing Day, substitute); rolls to Tue 29 December",
    ),
    (
        *(ROLLS, "M", "Thu 31 Dec 2026", 2),
        "2 months: there is no 31 February 2027, so the last day of that month, Sun 28 February 2027, "
        "which is not a working day (a Sunday); rolls to Mon 1 March",
    ),
    (ROLLS, "W", "Mon 7 Sep 2026", 6, said("W", "Mon 7 Sep 2026", 6)),
]


@pytest.mark.parametrize(("calendar", "counting", "start", "length", "words"), SETTINGS)
def test_the_settings_of_the_rule_pack_are_said(
    calendar: Calendar, counting: str, start: str, length: int, words: str
) -> None:
    assert said(counting, start, length, calendar) == words


def passed(counting: str, start: str, length: int, calendar: Calendar = CALENDAR) -> list[tuple[str, str]]:
    way, began = Counting(counting), day(start)
    legal = last_day(way, began, length, calendar=calendar)
    return [(f"{on:%a %-d %b}", why) for on, why in skipped(way, began, length, legal, calendar=calendar)]


def test_the_days_passed_over_are_a_list_too() -> None:
    assert passed("WD", "Thu 24 Dec 2026", 2) == [
        ("Fri 25 Dec", "Christmas Day"),
        ("Sat 26 Dec", "Saturday"),
        ("Sun 27 Dec", "Sunday"),
        ("Mon 28 Dec", "Boxing Day (substitute)"),
    ]
    assert passed("WD_INC", "Sat 2 Jan 2027", 1) == [("Sat 2 Jan", "Saturday"), ("Sun 3 Jan", "Sunday")]
    assert passed("M_TRIB", "Mon 28 Dec 2026", 2) == [("Sun 28 Feb", "Sunday")]
    assert passed("WD_TRIB", "Thu 24 Dec 2026", 1) == [
        *((on, "the Tribunal's Christmas") for on in ("Fri 25 Dec", "Sat 26 Dec", "Sun 27 Dec", "Mon 28 Dec")),
        *((on, "the Tribunal's Christmas") for on in ("Tue 29 Dec", "Wed 30 Dec", "Thu 31 Dec", "Fri 1 Jan")),
        ("Sat 2 Jan", "Saturday"),
        ("Sun 3 Jan", "Sunday"),
    ]
    assert passed("W", "Mon 10 Aug 2026", 20) == []
    assert passed("W", "Mon 10 Aug 2026", 20, ROLLS) == [("Mon 28 Dec", "Boxing Day (substitute)")]


ACT_BY = [
    # counting, start, length, why one acts earlier
    ("W", "Mon 7 Sep 2026", 6, ""),
    (
        *("W", "Mon 10 Aug 2026", 20),
        "28 December is a bank holiday (Boxing Day, substitute), 25 to 27 December are not working days; "
        "the last working day before is Thu 24 December",
    ),
    (
        *("W", "Sun 13 Sep 2026", 20),
        "31 January is a Sunday, 30 January is not a working day; the last working day before is Fri 29 January",
    ),
    ("D", "Fri 6 Nov 2026", 15, "21 November is a Saturday; the last working day before is Fri 20 November"),
    (
        *("BEFORE", "Mon 15 Feb 2027", 0),
        "14 February is a Sunday, 13 February is not a working day; the last working day before is Fri 12 February",
    ),
    ("D", "Sat 27 Mar 2027", 1, "28 March is a Sunday; no working day lies in the period"),
    (
        *("W", "Mon 19 Mar 2018", 2),
        "2 April is a bank holiday (Easter Monday), 30 March to 1 April are not working days; "
        "the last working day before is Thu 29 March",
    ),
]


@pytest.mark.parametrize(("counting", "start", "length", "why"), ACT_BY)
def test_why_one_acts_earlier(counting: str, start: str, length: int, why: str) -> None:
    way, began = Counting(counting), day(start)
    legal = last_day(way, began, length, calendar=CALENDAR)
    safe = safe_day(legal, began, way, calendar=CALENDAR)
    assert act_by(legal, safe, calendar=CALENDAR) == why
