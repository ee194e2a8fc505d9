"""Periods counted on paper first: each row is a date somebody worked out by hand, with its weekday."""

import pytest

from bot.domain.periods import WAYS, last_day
from bot.domain.terms import Counting
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()

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
    ("D", "Mon 2 Nov 2026", 15, "Tue 17 Nov 2026", "Tue 17 Nov 2026"),
    # Draft served, 15 days beginning with that day: not the 17th.
    ("D_INC", "Mon 2 Nov 2026", 15, "Mon 16 Nov 2026", "Mon 16 Nov 2026"),
    ("WD", "Fri 11 Dec 2026", 2, "Tue 15 Dec 2026", "Tue 15 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 8, "Wed 23 Dec 2026", "Wed 23 Dec 2026"),
    ("WD", "Fri 11 Dec 2026", 10, "Tue 29 Dec 2026", "Tue 29 Dec 2026"),
    ("WD", "Sat 12 Dec 2026", 1, "Mon 14 Dec 2026", "Mon 14 Dec 2026"),
    ("WD", "Fri 31 Dec 2027", 1, "Tue 4 Jan 2028", "Tue 4 Jan 2028"),
    # 30 plain working days, where the Tribunal's own count would say 15 September.
    ("WD", "Mon 5 Jul 2027", 30, "Mon 16 Aug 2027", "Mon 16 Aug 2027"),
    ("NOW", "Mon 25 Jan 2027", 0, "Mon 25 Jan 2027", "Mon 25 Jan 2027"),
]


@pytest.mark.parametrize(("counting", "start", "length", "legal", "safe"), COUNTED)
def test_a_period_ends_on_the_day_counted_by_hand(
    counting: str, start: str, length: int, legal: str, safe: str
) -> None:
    last = last_day(Counting(counting), day(start), length, calendar=RULES.calendar)
    assert (last, RULES.calendar.working_day_on_or_before(last)) == (day(legal), day(safe))


def test_twenty_working_days_for_freedom_of_information_count_the_holidays_of_the_whole_kingdom() -> None:
    received = day("Fri 11 Dec 2026")
    assert RULES.calendar.add_working_days(received, 20) == day("Wed 13 Jan 2027")
    assert RULES.calendar.uk_wide().add_working_days(received, 20) == day("Thu 14 Jan 2027")


def test_every_way_of_counting_has_its_function_and_a_row_above() -> None:
    assert set(WAYS) == set(Counting)
    assert {row[0] for row in COUNTED} == {counting.value for counting in Counting}
