"""What nobody knows: sent and not noted, taken after the time-out, in a hand that is too old. Found, or said once more.

The clock here goes on only while the courier waits, or where a test puts it on.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select, update

from bot.cases.posts import NOBODY
from bot.courier import LEASE, Courier, Delivered, Outcome
from bot.domain.errors import TryLater
from bot.domain.message import Address, Message
from bot.domain.terms import Agency, PostSays, PostState
from bot.errands import PERHAPS_AGAIN, SETTLED
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Nudge, Post
from tests.council import RULES, SLACK, VAULT, Council, at
from tests.fake_chat import FakeChat, Kept
from tests.test_courier import Office, words

MONDAY = at("2026-10-12 09:00")
SECOND = timedelta(seconds=1)
CUT = OperationalError("COMMIT", {}, Exception("the server closed the connection"))


class Away(Store):
    """A database that is away for its next so many transactions from when it is told to leave."""

    left = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if self.left:
            self.left -= 1
            raise CUT
        with super().transaction() as db:
            yield db


@dataclass
class Chat(FakeChat):
    """One that keeps whole messages; `then` happens as it has one."""

    said: list[Message] = field(default_factory=list)
    then: Any = None

    async def send(self, to: Address, message: Message, key: str) -> str:
        platform_id = await super().send(to, message, key)
        self.said.append(message)
        if self.then:
            self.then()
        return platform_id


@dataclass
class Driven:
    """A courier whose clock the test moves."""

    office: Office
    store: Away
    chat: Chat = field(default_factory=Chat)
    now: datetime = MONDAY

    def courier(self, store: Store | None = None, **more: Any) -> Courier:
        how: dict[str, Any] = {"render": words, "passing": lambda _: lambda: self.now, "sleep": self._sleep, **more}
        return Courier(store or self.store, RULES, VAULT, chats={SLACK: self.chat}, chance=lambda: 1.0, **how)

    async def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def deliver(self, later: timedelta = timedelta(), **more: Any) -> Delivered:
        self.now += later
        return await self.courier(**more).deliver(self.now)

    @property
    def post(self) -> Post:
        return self.office.post()

    def nudge(self) -> None:
        self.office.nudge(self.office.council.case(), person=self.office.council.person("Shah"))

    def card(self) -> None:
        self.office.show(self.office.council.case(), self.office.council.room(Agency.HEALTH))


@pytest.fixture
def driven(database_url: str) -> Iterator[Driven]:
    store, away = Store(database_url), Away(database_url)
    yield Driven(Office(Council(store)), away)
    away.close()
    store.close()


# A platform that cannot be asked


async def test_what_may_have_been_there_says_so_and_is_counted(driven: Driven) -> None:
    driven.nudge()
    driven.chat.can_find, driven.chat.troubles = False, {"dm-shah-1": [TryLater("502")]}
    assert await driven.deliver() == {Outcome.LATER: 1}
    assert await driven.deliver(60 * SECOND) == {Outcome.REPEATED: 1}
    assert [message.aside for message in driven.chat.said] == [PERHAPS_AGAIN]
    assert (driven.post.state, driven.post.repeats) == (PostState.SENT, 1)


async def test_a_card_that_may_have_been_there_is_counted_and_says_nothing_of_it(driven: Driven) -> None:
    driven.card()
    driven.chat.can_find, driven.chat.troubles = False, {"health-1": [TryLater("502")]}
    await driven.deliver()
    assert await driven.deliver(60 * SECOND) == {Outcome.REPEATED: 1}
    assert [message.aside for message in driven.chat.said] == [""]
    assert driven.post.repeats == 1


@pytest.mark.parametrize(
    ("can_find", "outcome", "state"),
    [(True, Outcome.DROPPED, PostState.WITHDRAWN), (False, Outcome.FAILED, PostState.SENT)],
)
async def test_what_is_taken_back_and_may_have_been_there(
    driven: Driven, can_find: bool, outcome: Outcome, state: PostState
) -> None:
    """What never arrived is still to be said, to whoever may hear it now; what may stand there is shown to a person."""
    driven.nudge()
    driven.chat.can_find, driven.chat.troubles = can_find, {"dm-shah-1": [TryLater("502")]}
    await driven.deliver()
    with driven.store.transaction() as db:
        db.execute(update(Case).values(restricted=True, owner_id=None))
        db.execute(update(Post).values(withdraw=True))
    assert await driven.deliver(SETTLED + 60 * SECOND) == {outcome: 1}
    post, *others = sorted(driven.office.council.posts(), key=lambda one: one.id or 0)
    assert post.state is state and driven.chat.said == []
    assert [bool(one.about.get("stands")) for one in others] == [True] * (not can_find)
    with driven.store.reading() as db:
        assert db.scalars(select(Nudge.skipped)).all() == [NOBODY if can_find else ""]


@pytest.mark.parametrize("trouble", [TryLater("429", after=5), TryLater("no connection", sent=False)])
async def test_what_was_certainly_not_taken_is_in_no_doubt(driven: Driven, trouble: TryLater) -> None:
    driven.nudge()
    driven.chat.can_find, driven.chat.troubles = False, {"dm-shah-1": [trouble]}
    assert await driven.deliver() == {Outcome.LATER: 1}
    assert await driven.deliver(60 * SECOND) == {Outcome.SENT: 1}
    assert [what for what, _ in driven.chat.calls] == ["send", "send"]
    assert [message.aside for message in driven.chat.said] == [""]
    assert driven.post.repeats == 0


async def test_a_doubt_lasts_where_the_platform_is_too_busy_to_be_asked(driven: Driven) -> None:
    driven.nudge()
    driven.chat.troubles = {"dm-shah-1": [TryLater("502"), TryLater("no connection", sent=False)]}
    await driven.deliver()
    await driven.deliver(60 * SECOND)
    assert await driven.deliver(60 * SECOND) == {Outcome.SENT: 1}
    assert [what for what, _ in driven.chat.calls] == ["send", "find", "find", "send"]


# Taken after the time-out


async def test_a_message_that_turns_up_after_the_time_out_is_found(driven: Driven) -> None:
    driven.nudge()
    driven.chat.loses_answers = True
    assert await driven.deliver(patience=0.05) == {Outcome.LATER: 1}
    on_its_way = dict(driven.chat.kept)
    driven.chat.loses_answers, driven.chat.kept = False, {}
    assert await driven.deliver(2 * SECOND) == {Outcome.LATER: 1}
    driven.chat.kept = on_its_way
    assert await driven.deliver(SETTLED) == {Outcome.EDITED: 1}
    assert [what for what, _ in driven.chat.calls] == ["send", "find", "find", "edit"]


async def test_one_that_never_turns_up_is_sent_once_that_is_sure(driven: Driven) -> None:
    driven.nudge()
    driven.chat.stuck.add("dm-shah-1")
    await driven.deliver(patience=0.05)
    driven.chat.stuck.clear()
    assert await driven.deliver(2 * SECOND) == {Outcome.LATER: 1}
    assert await driven.deliver(SETTLED - 3 * SECOND) == {}, "it is not asked before it is worth it"
    assert await driven.deliver(SECOND) == {Outcome.SENT: 1}
    assert driven.post.repeats == 0


# The database is away as it is to be noted


async def test_what_was_sent_is_noted_once_the_database_is_back(driven: Driven) -> None:
    driven.nudge()
    driven.chat.can_find, driven.chat.then = False, lambda: setattr(driven.store, "left", 4)
    assert await driven.deliver() == {Outcome.SENT: 1}
    assert driven.now < MONDAY + LEASE
    assert (driven.post.state, driven.post.repeats) == (PostState.SENT, 0)
    assert await driven.deliver(2 * LEASE) == {}


async def test_a_database_that_stays_away_is_left_alone_before_the_claim_runs_out(driven: Driven) -> None:
    driven.nudge()
    driven.chat.then = lambda: setattr(driven.store, "left", 1000)
    assert await driven.deliver() == {Outcome.LATER: 1}
    assert driven.now < MONDAY + LEASE
    assert 1000 - driven.store.left < 20, "it is not asked without a pause"
    driven.store.left, driven.chat.then = 0, None
    assert await driven.deliver(2 * LEASE) == {Outcome.EDITED: 1}
    assert len(driven.chat.kept) == 1


async def test_a_wait_that_could_not_be_noted_is_noted_once_the_database_is_back(driven: Driven) -> None:
    driven.nudge()

    class Refusing(Chat):
        async def send(self, to: Address, message: Message, key: str) -> str:
            driven.store.left = 3
            raise TryLater("502")

    driven.chat = Refusing()
    assert await driven.deliver() == {Outcome.LATER: 2}
    assert (driven.post.attempts, driven.post.trouble) == (2, "it may have arrived and not be shown yet")


# A hand that is too old


async def test_nothing_is_sent_by_a_claim_with_too_little_left(driven: Driven) -> None:
    """Its words took so long that the platform's time would end after the claim."""
    driven.nudge()

    def slow_words(turn: Turn, post: Post) -> Message | None:
        driven.now += 31 * SECOND
        return words(turn, post)

    assert await driven.deliver(render=slow_words) == {Outcome.LATER: 1}
    assert driven.chat.calls == []
    assert await driven.deliver(SECOND) == {Outcome.SENT: 1}
    assert driven.post.repeats == 0


@pytest.mark.parametrize("can_find", [True, False])
async def test_what_two_hands_sent_is_counted_once(driven: Driven, can_find: bool) -> None:
    """One is stopped between its look at the claim and the sending, for longer than the claim lasts."""
    driven.nudge()
    other, awake = driven.chat, asyncio.Event()

    class Stopped(Chat):
        async def send(self, to: Address, message: Message, key: str) -> str:
            self.asked.set()
            await awake.wait()
            return await super().send(to, message, key)

    driven.chat = Stopped(_numbers=other._numbers)
    stopped = asyncio.create_task(driven.deliver())
    await driven.chat.asked.wait()
    driven.chat, other.can_find = other, can_find
    assert (await driven.deliver(2 * LEASE)).total() == 1
    awake.set()
    assert await stopped == {Outcome.REPEATED: 1}
    assert (driven.post.state, driven.post.repeats) == (PostState.SENT, 1)


# A digest whose day is over


@pytest.mark.parametrize(
    "there,can_find,state,waits",
    [
        (True, True, PostState.SENT, False),
        (False, True, PostState.DROPPED, True),
        (True, False, PostState.DROPPED, True),
    ],
)
async def test_a_digest_of_yesterday_that_may_have_been_read_is_asked_for(
    driven: Driven, there: bool, can_find: bool, state: PostState, waits: bool
) -> None:
    """What arrived late and was in it waits for the next one only where it was not read."""
    driven.nudge()
    with driven.office.council.store.transaction() as db:
        post = db.get_one(Post, driven.post.id)
        post.says, post.made_at = PostSays.DIGEST, MONDAY - timedelta(days=3)
        post.claimed_until = MONDAY - timedelta(days=3)
    driven.chat.can_find = can_find
    if there:
        driven.chat.kept["m0"] = Kept("dm-shah-1", driven.post.key, ["digest"])
    await driven.deliver()
    (nudge,) = driven.office.council.nudges()
    assert driven.chat.calls == [("find", "dm-shah-1")]
    assert (driven.post.state, nudge.post_id is None) == (state, waits)
