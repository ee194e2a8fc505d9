"""How fast platforms are written to: tables of what was sent, and when the next may go."""

from datetime import datetime, timedelta

import pytest

from bot.domain.pace import Limits, Pace, Rate, free_from, left
from tests.council import at

NINE = at("2026-10-12 09:00")
SLACK = (Rate(1, 1),)
TEAMS = (Rate(7, 1), Rate(8, 2), Rate(60, 30))
ROOM, OTHER, SHAH = (1, None), (2, None), (None, 7)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "rates,sent,now,then",
    [
        (SLACK, [], 0, 0),
        (SLACK, [0], 0.3, 1),
        (SLACK, [0], 1, 1),
        (TEAMS, [0] * 6, 0, 0),
        (TEAMS, [0] * 7, 0, 1),
        (TEAMS, [0] * 7 + [1], 1, 2),
        (TEAMS, [number / 2 for number in range(60)], 29.6, 30),
        ((), [0] * 99, 0, 0),
    ],
)
def test_when_the_next_may_go(rates: tuple[Rate, ...], sent: list[float], now: float, then: float) -> None:
    assert free_from([after(one) for one in sent], rates, after(now)) == after(then)


@pytest.mark.parametrize(
    "rates,sent,now,more",
    [
        ((Rate(20, 1),), [0] * 5, 0.5, 15),
        ((Rate(20, 1),), [0] * 25, 0.5, 0),
        ((Rate(20, 1),), [0] * 25, 1, 20),
        ((Rate(20, 1), Rate(30, 60)), [0] * 25, 1, 5),
        ((), [0] * 25, 0, None),
    ],
)
def test_how_many_more_may_go(rates: tuple[Rate, ...], sent: list[float], now: float, more: int | None) -> None:
    assert left([after(one) for one in sent], rates, after(now)) == more


def test_a_place_rests_and_no_other() -> None:
    pace = Pace(Limits(place=SLACK))
    pace.sent(ROOM, NINE)
    assert pace.resting(after(0.4)) == {ROOM: after(1)}
    assert pace.resting(after(1)) == {}


def test_one_place_turned_away_is_a_channel_and_two_are_the_whole() -> None:
    pace = Pace()
    pace.turned_away(ROOM, after(30), NINE)
    assert (pace.is_quiet(after(1)), pace.room_for(20, after(1))) == (False, 20)
    pace.turned_away(ROOM, after(31), after(1))
    assert not pace.is_quiet(after(2))
    pace.turned_away(OTHER, after(10), after(2))
    assert (pace.is_quiet(after(3)), pace.room_for(20, after(3)), pace.room_for(20, after(31))) == (True, 0, 20)


def test_a_second_one_later_on_is_a_channel_again() -> None:
    pace = Pace()
    pace.turned_away(ROOM, after(5), NINE)
    pace.turned_away(SHAH, after(10), after(6))
    assert not pace.is_quiet(after(6))


def test_a_clock_that_goes_back_holds_nothing_up() -> None:
    pace = Pace(Limits(place=SLACK, whole=(Rate(1, 1),)))
    day = timedelta(days=1)
    pace.sent(ROOM, NINE + day)
    for place in (ROOM, OTHER):
        pace.turned_away(place, NINE + day, NINE + day - timedelta(seconds=30))
    assert (pace.resting(NINE), pace.room_for(20, NINE)) == ({}, 1)
    pace.sent(ROOM, NINE)
    assert pace.resting(NINE) == {ROOM: after(1)}
