"""What holds of each way of counting, whatever the start and the length."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.errors import BeyondCalendar
from bot.domain.periods import WAYS, corresponding, last_day, safe_day
from bot.domain.terms import Counting
from bot.rules import load_calendar
from tests.domain.reckoning import reckon

CALENDAR = load_calendar()
DAY_ONE, ROLLS = replace(CALENDAR, day_one=True), replace(CALENDAR, rolls_forward=True)
UK, TRIBUNAL = CALENDAR.uk_wide(), CALENDAR.tribunal()
ONE_DAY = timedelta(days=1)

STARTS = st.dates(date(2016, 1, 1), date(2029, 12, 31))
"""Far enough from either end of the data for every length below."""
LONGEST = {"weeks": 52, "days": 365, "working_days": 120, "months": 24}
FORWARD = [counting for counting in Counting if not WAYS[counting].back]
BACK = [counting for counting in Counting if WAYS[counting].back]
FIXED = {Counting.AT_ONCE, Counting.BEFORE}
"""Ways without a length."""


def lengths(counting: Counting) -> st.SearchStrategy[int]:
    return st.just(0) if counting in FIXED else st.integers(1, LONGEST[WAYS[counting].unit])


@st.composite
def periods(draw: st.DrawFn, ways: list[Counting]) -> tuple[Counting, date, int]:
    counting = draw(st.sampled_from(ways))
    return counting, draw(STARTS), draw(lengths(counting))


def ends(counting: Counting, start: date, length: int) -> date:
    return last_day(counting, start, length, calendar=CALENDAR)


@given(periods(list(Counting)), STARTS)
def test_a_later_start_never_ends_earlier(period: tuple[Counting, date, int], other: date) -> None:
    counting, start, length = period
    first, second = sorted((start, other))
    assert ends(counting, first, length) <= ends(counting, second, length)


@given(periods([each for each in Counting if each not in FIXED]), st.data())
def test_a_longer_period_ends_further_off(period: tuple[Counting, date, int], data: st.DataObject) -> None:
    counting, start, length = period
    longer = data.draw(st.integers(length, LONGEST[WAYS[counting].unit]))
    near, far = ends(counting, start, length), ends(counting, start, longer)
    assert far <= near if WAYS[counting].back else near <= far


@given(periods(FORWARD))
def test_a_period_never_ends_before_its_start(period: tuple[Counting, date, int]) -> None:
    assert ends(*period) >= period[1]


@given(periods(BACK))
def test_a_period_counted_back_ends_before_the_event(period: tuple[Counting, date, int]) -> None:
    assert ends(*period) < period[1]


@given(STARTS, st.integers(0, 52))
def test_weeks_on_and_weeks_back_undo_each_other(day: date, length: int) -> None:
    assert ends(Counting.WEEKS, ends(Counting.WEEKS_BACK, day, length), length) == day
    assert ends(Counting.WEEKS_BACK, ends(Counting.WEEKS, day, length), length) == day


@given(STARTS, st.integers(0, 24))
@example(date(2027, 1, 31), 1)
@example(date(2028, 2, 29), 12)
def test_months_on_and_back_undo_each_other_but_for_the_end_of_a_shorter_month(day: date, length: int) -> None:
    """There and back is the same day unless the month between lacks it; then it is up to three days earlier."""
    on, back = Counting.MONTHS, Counting.MONTHS_BACK
    for there, again in ((on, back), (back, on)):
        between = ends(there, day, length)
        returned = ends(again, between, length)
        assert timedelta(0) <= day - returned <= timedelta(days=3)
        assert (returned == day) == (between.day == day.day)


@given(STARTS, st.integers(1, 24))
def test_months_back_leave_at_least_that_many_months(day: date, length: int) -> None:
    """From the last day found they have run by the event; from the day after not, unless the event ends a month."""
    last = ends(Counting.MONTHS_BACK, day, length)
    assert ends(Counting.MONTHS, last, length) <= day
    if (day + ONE_DAY).month == day.month:
        assert ends(Counting.MONTHS, last + ONE_DAY, length) > day


@given(STARTS, st.integers(1, 120))
def test_working_days_that_begin_with_the_day_are_one_ahead_of_those_that_do_not(day: date, length: int) -> None:
    inclusive = ends(Counting.WORKING_DAYS_INCLUSIVE, day, length)
    if CALENDAR.is_working_day(day):
        assert inclusive == ends(Counting.WORKING_DAYS, day, length - 1)
    else:
        assert inclusive == ends(Counting.WORKING_DAYS, day, length)


@given(STARTS, st.integers(1, 120))
def test_a_count_of_working_days_holds_just_so_many(day: date, length: int) -> None:
    for counting, calendar in (
        (Counting.WORKING_DAYS, CALENDAR),
        (Counting.WORKING_DAYS_UK, UK),
        (Counting.TRIBUNAL_WORKING_DAYS, TRIBUNAL),
    ):
        last = ends(counting, day, length)
        assert calendar.is_working_day(last)
        assert calendar.working_days_between(day, last) == length


@given(STARTS, st.integers(1, 120))
def test_more_closed_days_never_end_a_count_earlier(day: date, length: int) -> None:
    plain = ends(Counting.WORKING_DAYS, day, length)
    assert plain <= ends(Counting.WORKING_DAYS_UK, day, length)
    assert plain <= ends(Counting.TRIBUNAL_WORKING_DAYS, day, length)


@given(STARTS, st.integers(1, 365))
def test_days_that_begin_with_the_day_end_one_earlier(day: date, length: int) -> None:
    assert ends(Counting.DAYS_INCLUSIVE, day, length) == ends(Counting.DAYS, day, length) - ONE_DAY


@given(STARTS, st.integers(1, 24))
def test_months_keep_the_day_of_the_month_or_end_with_the_month(day: date, length: int) -> None:
    last = ends(Counting.MONTHS, day, length)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == length
    assert last.day == day.day or (last.day < day.day and (last + ONE_DAY).day == 1)
    assert ends(Counting.MONTHS_STARTING_WITH, day, length) == last - ONE_DAY


@given(STARTS, st.integers(1, 24))
def test_a_month_that_rolls_ends_on_the_first_open_day_from_the_corresponding_one(day: date, length: int) -> None:
    for counting, calendar in (
        (Counting.TRIBUNAL_MONTHS, TRIBUNAL),
        (Counting.MONTHS_NEXT_WORKING_DAY, CALENDAR),
    ):
        fell, last = corresponding(day, length), ends(counting, day, length)
        assert calendar.is_working_day(last)
        assert calendar.working_days_between(fell - ONE_DAY, last) == 1


@given(periods(list(Counting)))
def test_the_safe_date_is_the_last_working_day_up_to_the_legal_one(period: tuple[Counting, date, int]) -> None:
    counting, start, _ = period
    legal = ends(*period)
    safe = safe_day(legal, start, counting, calendar=CALENDAR)
    assert safe <= legal
    assert CALENDAR.working_days_between(safe, legal) == 0
    if not CALENDAR.is_working_day(safe):  # then no working day lies in the period at all
        assert safe == legal
        assert CALENDAR.working_days_between(start - ONE_DAY, legal) == 0


@given(periods(list(Counting)))
def test_day_one_ends_what_it_touches_one_day_earlier(period: tuple[Counting, date, int]) -> None:
    counting, start, length = period
    plain, earlier = ends(*period), last_day(counting, start, length, calendar=DAY_ONE)
    match counting:
        case Counting.WEEKS | Counting.DAYS | Counting.MONTHS:
            assert plain - earlier == ONE_DAY
        case Counting.WORKING_DAYS:
            assert earlier == ends(counting, start, length - 1)
        case _:
            assert earlier == plain


@given(periods(list(Counting)))
def test_rolling_forward_moves_what_it_touches_from_a_closed_day_to_the_next_open_one(
    period: tuple[Counting, date, int],
) -> None:
    counting, start, length = period
    plain, rolled = ends(*period), last_day(counting, start, length, calendar=ROLLS)
    if counting in {Counting.WEEKS, Counting.DAYS, Counting.DAYS_INCLUSIVE, Counting.MONTHS}:
        assert CALENDAR.is_working_day(rolled)
        assert CALENDAR.working_days_between(plain - ONE_DAY, rolled) == 1
    else:
        assert rolled == plain


@given(st.sampled_from(Counting), st.dates(date(2013, 6, 1), date(2033, 6, 30)), st.integers(1, 60))
def test_a_count_ends_within_the_data_or_is_refused(counting: Counting, start: date, length: int) -> None:
    assume(WAYS[counting].unit != "months" or length <= 24)
    found = reckon(counting.value, start, length)
    if found is None:
        with pytest.raises(BeyondCalendar):
            safe_day(last_day(counting, start, length, calendar=CALENDAR), start, counting, calendar=CALENDAR)
    else:
        legal = last_day(counting, start, length, calendar=CALENDAR)
        assert (legal, safe_day(legal, start, counting, calendar=CALENDAR)) == found
