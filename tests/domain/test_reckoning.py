"""Every row of the rule pack against a second reckoning that counts day by day and shares no code with the first."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.domain.clocks import ClockRule
from bot.domain.errors import BeyondCalendar
from bot.domain.periods import last_day, safe_day
from bot.rules import load_rules
from tests.domain.reckoning import ENGLAND, reckon

RULES = load_rules()
PAIRS = 100_000
EVERY_DAY = [date(2015, 1, 1) + timedelta(days=n) for n in range((date(2031, 12, 31) - date(2015, 1, 1)).days + 1)]
GOOD_FRIDAYS = [day for day, name in ENGLAND.items() if name == "Good Friday"]


def is_easter(day: date) -> bool:
    """From the Thursday before Good Friday to the Tuesday after Easter Monday."""
    return any(timedelta(-1) <= day - friday <= timedelta(4) for friday in GOOD_FRIDAYS)


ODD = {
    "leap day": [day for day in EVERY_DAY if (day.month, day.day) == (2, 29)],
    "month end": [day for day in EVERY_DAY if (day + timedelta(days=1)).day == 1],
    "Christmas": [day for day in EVERY_DAY if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 4)],
    "Easter": [day for day in EVERY_DAY if is_easter(day)],
    "August": [day for day in EVERY_DAY if day.month == 8],
    "clock change": [day for day in EVERY_DAY if day.month in (3, 10) and day.day > 24 and day.weekday() >= 5],
    "bank holiday": [day for day in EVERY_DAY if day in ENGLAND],
}
"""Starts, among all others, that a count has most reason to get wrong."""


def pairs(seed: int) -> Iterator[tuple[str, ClockRule, date]]:
    """Half of them anywhere, half on an odd day."""
    chance = random.Random(seed)
    for _ in range(PAIRS):
        kind = chance.choice([*ODD]) if chance.random() < 0.5 else "any"
        yield kind, chance.choice(RULES.clocks), chance.choice(ODD.get(kind, EVERY_DAY))


def test_both_reckonings_agree_on_every_row() -> None:
    seen: Counter[str] = Counter()
    wrong = []
    for kind, rule, start in pairs(seed=1530):  # the number of the SEND Regulations 2014
        seen.update((kind, rule.id))
        legal = last_day(rule.counting, start, rule.length, calendar=RULES.calendar)
        counted = (legal, safe_day(legal, start, rule.counting, calendar=RULES.calendar))
        if counted != reckon(rule.counting.value, start, rule.length):
            wrong.append((rule.id, start, counted, reckon(rule.counting.value, start, rule.length)))
    assert not wrong, f"{len(wrong)} of {PAIRS} differ; the first: {wrong[0]}"
    assert {rule.id for rule in RULES.clocks} | {*ODD, "any"} == set(seen)
    assert min(seen.values()) > 500


def test_both_end_with_the_data() -> None:
    for rule in RULES.clocks:
        start = date(2032, 12, 31) if rule.length else date(2033, 1, 1)
        if rule.counting.value.startswith("B"):
            start = date(2014, 1, 1)
        assert reckon(rule.counting.value, start, rule.length) is None
        with pytest.raises(BeyondCalendar):
            last_day(rule.counting, start, rule.length, calendar=RULES.calendar)
