"""Dates as staff write them, and as the bot says them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import distance, read_date, say_date, say_day, say_in_full, week_of
from bot.domain.errors import CannotRead
from tests.domain.days import day

SAID = [
    # day, today, say_day, distance, say_date
    ("Mon 19 Oct 2026", "Fri 16 Oct 2026", "Mon 19 Oct", "in 3 days", "Mon 19 Oct (in 3 days)"),
    ("Thu 24 Dec 2026", "Mon 28 Dec 2026", "Thu 24 Dec", "4 days late", "Thu 24 Dec (4 days late)"),
    ("Sat 17 Oct 2026", "Fri 16 Oct 2026", "Sat 17 Oct", "tomorrow", "Sat 17 Oct (tomorrow)"),
    ("Fri 16 Oct 2026", "Fri 16 Oct 2026", "Fri 16 Oct", "today", "Fri 16 Oct (today)"),
    ("Thu 15 Oct 2026", "Fri 16 Oct 2026", "Thu 15 Oct", "1 day late", "Thu 15 Oct (1 day late)"),
    ("Fri 30 Oct 2026", "Fri 16 Oct 2026", "Fri 30 Oct", "in 14 days", "Fri 30 Oct (in 14 days)"),
    ("Sat 31 Oct 2026", "Fri 16 Oct 2026", "Sat 31 Oct", "in 15 days", "Sat 31 Oct"),
    ("Mon 25 Jan 2027", "Fri 16 Oct 2026", "Mon 25 Jan 2027", "in 101 days", "Mon 25 Jan 2027"),
    ("Fri 1 Jan 2027", "Thu 31 Dec 2026", "Fri 1 Jan 2027", "tomorrow", "Fri 1 Jan 2027 (tomorrow)"),
    ("Thu 31 Dec 2026", "Fri 2 Jan 2026", "Thu 31 Dec 2026", "in 363 days", "Thu 31 Dec 2026"),
]


@pytest.mark.parametrize(("due", "today", "named", "off", "both"), SAID)
def test_a_date_is_said_with_its_weekday_and_when_near_its_distance(
    due: str, today: str, named: str, off: str, both: str
) -> None:
    said = say_day(day(due), day(today)), distance(day(due), day(today)), say_date(day(due), day(today))
    assert said == (named, off, both)


def test_a_date_in_full_has_its_month_and_year() -> None:
    assert say_in_full(day("Mon 28 Dec 2026")) == "Mon 28 December 2026"


@pytest.mark.parametrize(("today", "week"), [("Mon 10 Aug 2026", 1), ("Sun 16 Aug 2026", 1), ("Fri 16 Oct 2026", 10)])
def test_the_week_of_a_case_is_counted_from_one(today: str, week: int) -> None:
    assert week_of(day("Mon 10 Aug 2026"), day(today)) == week


READ_ON_FRIDAY_16_OCTOBER = [
    # text, what has happened, what is planned
    ("2026-10-19", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("2026/10/19", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19/10", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19/10/26", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19/10/2026", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19.10.2026", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19-10-26", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("3/4", "Fri 3 Apr 2026", "Sat 3 Apr 2027"),  # British order
    ("19 Oct", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("19oct", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("Mon 19 Oct", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("Monday, 19th October 2026", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("the 19th of October", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("on 19 October '26", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("October 19", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("1 Sept", "Tue 1 Sep 2026", "Wed 1 Sep 2027"),
    ("Mon\u00a019\u00a0Oct", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("“19 October 2026”", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("\u200b19 Oct\ufeff", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("１９/１０", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    # Without a year: up to a month ahead for what has happened, from a month ago for what is planned.
    ("16 Nov", "Mon 16 Nov 2026", "Mon 16 Nov 2026"),
    ("17 Nov", "Mon 17 Nov 2025", "Tue 17 Nov 2026"),
    ("28 Dec", "Sun 28 Dec 2025", "Mon 28 Dec 2026"),
    ("15 Sep", "Tue 15 Sep 2026", "Wed 15 Sep 2027"),
    ("16 Sep", "Wed 16 Sep 2026", "Wed 16 Sep 2026"),
    ("today", "Fri 16 Oct 2026", "Fri 16 Oct 2026"),
    ("Yesterday.", "Thu 15 Oct 2026", "Thu 15 Oct 2026"),
    ("tomorrow", "Sat 17 Oct 2026", "Sat 17 Oct 2026"),
    ("friday", "Fri 16 Oct 2026", "Fri 16 Oct 2026"),
    ("on Thursday", "Thu 15 Oct 2026", "Thu 22 Oct 2026"),
    ("tues", "Tue 13 Oct 2026", "Tue 20 Oct 2026"),
    ("this monday", "Mon 12 Oct 2026", "Mon 12 Oct 2026"),
    ("last Friday", "Fri 9 Oct 2026", "Fri 9 Oct 2026"),
    ("‘last Friday’", "Fri 9 Oct 2026", "Fri 9 Oct 2026"),
    ("next Friday", "Fri 23 Oct 2026", "Fri 23 Oct 2026"),
    ("next Monday", "Mon 19 Oct 2026", "Mon 19 Oct 2026"),
    ("last Saturday", "Sat 10 Oct 2026", "Sat 10 Oct 2026"),
]


@pytest.mark.parametrize(("text", "happened", "planned"), READ_ON_FRIDAY_16_OCTOBER)
def test_a_date_is_read_as_it_is_meant(text: str, happened: str, planned: str) -> None:
    today = day("Fri 16 Oct 2026")
    assert read_date(text, today) == day(happened)
    assert read_date(text, today, past=False) == day(planned)


@pytest.mark.parametrize(
    ("text", "today", "read"),
    [
        ("28 Dec", "Fri 1 Jan 2027", "Mon 28 Dec 2026"),
        ("29 Feb", "Wed 1 Mar 2028", "Tue 29 Feb 2028"),
        ("29/2/28", "Fri 16 Oct 2026", "Tue 29 Feb 2028"),
        ("last Friday", "Mon 19 Oct 2026", "Fri 16 Oct 2026"),
        ("next Monday", "Sun 18 Oct 2026", "Mon 19 Oct 2026"),
    ],
)
def test_the_year_and_the_week_are_those_of_the_day_it_is_said(text: str, today: str, read: str) -> None:
    assert read_date(text, day(today)) == day(read)


REFUSED = [
    # text, today, the sentence
    ("Friday 31 February", "Fri 16 Oct 2026", "Friday 31 February isn't a date. Try 27 Feb or 'last Friday'."),
    ("31/2", "Fri 16 Oct 2026", "31 February isn't a date. Try 28 Feb or 'last Friday'."),
    ("31 Nov 2026", "Sat 17 Oct 2026", "31 November 2026 isn't a date. Try 30 Nov 2026 or 'yesterday'."),
    ("29 Feb", "Fri 16 Oct 2026", "29 February 2026 isn't a date. Try 28 Feb or 'last Friday'."),
    ("0 May", "Fri 16 Oct 2026", "0 May isn't a date. Try 31 May or 'last Friday'."),
    ("10/19", "Fri 16 Oct 2026", "There is no month 19. The day comes first, then the month: 16/10."),
    ("2026-13-01", "Fri 16 Oct 2026", "There is no month 13. The day comes first, then the month: 16/10."),
    ("Tue 19 Oct", "Fri 16 Oct 2026", "19 October 2026 is a Monday, not a Tuesday. Try 19 Oct or Tue 20 Oct."),
    (
        "Thu 19/10/26",
        "Fri 16 Oct 2026",
        "19 October 2026 is a Monday, not a Thursday. Try 19 Oct 2026 or Thu 22 Oct 2026.",
    ),
    ("Fri 19 Oct", "Fri 16 Oct 2026", "19 October 2026 is a Monday, not a Friday. Try 19 Oct or Fri 16 Oct."),
    (
        "next Friday",
        "Wed 14 Oct 2026",
        "'Next Friday' could be Fri 16 Oct or Fri 23 Oct. Say which day of the month.",
    ),
    (
        "last Wednesday",
        "Fri 16 Oct 2026",
        "'Last Wednesday' could be Wed 7 Oct or Wed 14 Oct. Say which day of the month.",
    ),
    ("", "Fri 16 Oct 2026", "I can't read that as a date. Try 16 Oct, 16/10/2026 or 'last Friday'."),
    ("Jamie Smith", "Fri 16 Oct 2026", "I can't read that as a date. Try 16 Oct, 16/10/2026 or 'last Friday'."),
    ("19/10/226", "Fri 16 Oct 2026", "I can't read that as a date. Try 16 Oct, 16/10/2026 or 'last Friday'."),
    ("soon", "Sun 18 Oct 2026", "I can't read that as a date. Try 18 Oct, 18/10/2026 or 'yesterday'."),
]


@pytest.mark.parametrize(("text", "today", "sentence"), REFUSED)
def test_what_is_not_a_date_is_refused_with_what_to_write(text: str, today: str, sentence: str) -> None:
    with pytest.raises(CannotRead) as refusal:
        read_date(text, day(today))
    assert str(refusal.value) == sentence


@given(
    st.dates(min_value=day("Wed 1 Jan 2025"), max_value=day("Sun 31 Dec 2028")), st.integers(-180, 180), st.booleans()
)
def test_what_the_bot_says_it_can_read(today, off, past) -> None:
    near = max(-30, min(off, 30))  # without a year only what is within a month is sure to come back
    said = today.fromordinal(today.toordinal() + near)
    assert read_date(say_day(said, today), today, past=past) == said
    other = today.fromordinal(today.toordinal() + off)
    assert read_date(say_in_full(other), today, past=past) == other


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_it(text: str) -> None:
    today = day("Fri 16 Oct 2026")
    try:
        assert abs((read_date(text, today) - today).days) < 400 * 366
    except CannotRead as refusal:
        assert str(refusal).endswith(".")
