"""Who may knock at the whole bot: every wrong token over real HTTP, a rotated key, and an outage of the keys."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.adapters.fake_connector import FakeConnector
from tests.adapters.test_teams_admission import CASES, NO_CHANNEL, OTHER_CHANNEL
from tests.e2e.council import Council
from tests.e2e.moved import moved_clock
from tests.e2e.teams_side import Somebody, Teams, teams_for

START = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
PRIYA = Somebody("Priya Shah", "priya.shah@anyshire.example")


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Teams]:
    """The bot, served, with the fake connector for its Teams; both by one clock."""
    clock = moved_clock(tmp_path / "clock")
    async with teams_for([PRIYA], FakeConnector(clock=clock)) as teams:
        council = Council(tmp_path, START, teams.settings)
        council.found()
        with council.serving():
            teams.bot = council.url
            yield teams


async def test_who_may_knock(teams: Teams) -> None:
    teams.fake.keys += [OTHER_CHANNEL, NO_CHANNEL]
    answered = {}
    for name, header, change, _ in CASES:
        whole = teams.activity("personal_message", **{"from": PRIYA.sender}) | change
        activity = {name: value for name, value in whole.items() if value}
        answered[name] = (await teams.post(activity, header(teams)))[0]  # type: ignore[arg-type]
    assert answered == {name: status for name, _, _, status in CASES}
    assert len(teams.fake.posts()) == list(answered.values()).count(200), "nobody else was answered"


async def test_a_rotated_key_is_taken_at_once_and_an_outage_of_the_keys_is_not_felt(
    teams: Teams, tmp_path: Path
) -> None:
    async def answer() -> int:
        return (await teams.post(teams.activity("personal_message", text="help", **{"from": PRIYA.sender})))[0]

    clock = moved_clock(tmp_path / "clock")
    assert await answer() == 200
    clock.move_to(START + timedelta(minutes=10))
    teams.fake.rotate()
    assert await answer() == 200
    teams.fake.metadata_works = False
    clock.move_to(START + timedelta(days=2))
    assert await answer() == 200, "the keys that are known last through an outage"
    teams.fake.rotate()
    assert await answer() in (401, 503), "a key that nobody has vouched for opens nothing"
    teams.fake.metadata_works = True
    clock.move_to(START + timedelta(days=2, minutes=10))
    assert await answer() == 200
