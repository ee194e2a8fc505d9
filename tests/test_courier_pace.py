"""How fast the courier writes, by a clock that the test moves: nothing here waits for a real one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from adapters.slack.chat import LIMITS as SLACK_LIMITS
from adapters.teams.chat import LIMITS as TEAMS_LIMITS
from bot.cases import posts
from bot.cases.queue import Claim
from bot.courier import Courier, Outcome
from bot.domain.errors import TryLater
from bot.domain.message import Message
from bot.domain.pace import Limits, Rate, Spot
from bot.domain.terms import Agency, Notice, PostState
from storage.connect import Store
from tests.council import RULES, SLACK, VAULT, Council, at
from tests.fake_chat import FakeChat

MONDAY = at("2026-10-12 09:00")


@dataclass
class Driven:
    """A courier whose clock goes on only while it rests, and when each message began its way."""

    council: Council
    chat: FakeChat = field(default_factory=FakeChat)
    now: datetime = MONDAY
    began: list[tuple[Spot, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        here = {"passing": lambda _: lambda: self.now, "sleep": self._sleep, "noted": self._noted}
        told = {"render": lambda _turn, post: Message(str(post.id)), "chance": lambda: 0.0}
        self.courier = Courier(self.council.store, RULES, VAULT, chats={SLACK: self.chat}, **told, **here)

    async def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _noted(self, claim: Claim, outcome: Outcome | None, at: datetime) -> None:
        if outcome is None:
            self.began.append((claim.spot, (at - MONDAY).total_seconds()))

    def seconds(self, room_id: int | None) -> list[float]:
        return [when for (room, _), when in self.began if room == room_id]

    def wait(self, room_id: int | None, many: int) -> None:
        with self.council.store.transaction() as db:
            turn = self.council.turn(db, MONDAY)
            for number in range(many):
                about = {"notice": Notice.UNDELIVERED.value, "number": number}
                posts._add(turn, posts.new_post(turn, "notice", SLACK, room_id=room_id, about=about), None)


@pytest.fixture
def driven(database_url: str) -> Iterator[Driven]:
    store = Store(database_url)
    yield Driven(Council(store))
    store.close()


async def test_a_channel_of_slack_gets_a_message_a_second_and_others_do_not_wait_for_it(driven: Driven) -> None:
    driven.chat.limits = SLACK_LIMITS
    full, other = driven.council.room(Agency.HEALTH), driven.council.room(Agency.EDUCATION)
    driven.wait(full.id, 5)
    driven.wait(other.id, 1)
    assert await driven.courier.deliver_to(SLACK, MONDAY) == {Outcome.SENT: 6}
    assert driven.seconds(full.id) == [0, 1, 2, 3, 4]
    assert driven.seconds(other.id) == [0]


async def test_a_conversation_of_teams_gets_seven_at_once_and_eight_in_two_seconds(driven: Driven) -> None:
    driven.chat.limits = TEAMS_LIMITS
    room = driven.council.room(Agency.HEALTH)
    driven.wait(room.id, 10)
    await driven.courier.deliver_to(SLACK, MONDAY)
    assert driven.seconds(room.id) == [0] * 7 + [1, 2, 2]


async def test_a_budget_over_the_whole_workspace_is_kept(driven: Driven) -> None:
    driven.chat.limits = Limits(whole=(Rate(3, 1),))
    for _ in range(5):
        driven.wait(driven.council.room(Agency.HEALTH).id, 1)
    assert await driven.courier.deliver_to(SLACK, MONDAY) == {Outcome.SENT: 3}
    driven.now += timedelta(seconds=1)
    assert await driven.courier.deliver_to(SLACK, driven.now) == {Outcome.SENT: 2}


async def test_two_channels_turned_away_at_once_are_the_whole_workspace(driven: Driven) -> None:
    rooms = [driven.council.room(Agency.HEALTH) for _ in range(3)]
    for room in rooms[:2]:
        driven.wait(room.id, 1)
        driven.chat.troubles[room.place] = [TryLater("ratelimited", after=30)]
    assert await driven.courier.deliver_to(SLACK, MONDAY) == {Outcome.LATER: 2}
    driven.wait(rooms[2].id, 1)
    driven.now += timedelta(seconds=29)
    assert await driven.courier.deliver_to(SLACK, driven.now) == {}
    driven.now += timedelta(seconds=1)
    assert await driven.courier.deliver_to(SLACK, driven.now) == {Outcome.SENT: 3}
    assert {post.state for post in driven.council.posts()} == {PostState.SENT}


async def test_one_channel_turned_away_is_that_channel(driven: Driven) -> None:
    full, other = driven.council.room(Agency.HEALTH), driven.council.room(Agency.EDUCATION)
    driven.wait(full.id, 1)
    driven.chat.troubles[full.place] = [TryLater("ratelimited", after=30)]
    await driven.courier.deliver_to(SLACK, MONDAY)
    driven.wait(other.id, 1)
    assert await driven.courier.deliver_to(SLACK, MONDAY) == {Outcome.SENT: 1}
