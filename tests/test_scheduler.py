"""The ticker: everything comes round by itself, one trouble stops nothing else, and stopping loses nothing."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from bot.cases import posts
from bot.courier import Courier
from bot.domain.message import Message
from bot.domain.terms import Agency, PostState
from bot.scheduler import EVERY, Scheduler
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Heard, Post
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat

MONDAY = at("2026-10-05 08:00")
QUICK = dict.fromkeys(EVERY, 0.05)


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def words(turn: Turn, post: Post) -> Message:
    return Message(post.says.value)


def scheduler(council: Council, *chats: FakeChat, every: dict[str, float] = QUICK, now: datetime = MONDAY) -> Scheduler:
    by_connection = dict(zip((SLACK, TEAMS), chats, strict=False))
    courier = Courier(council.store, RULES, VAULT, chats=by_connection, render=words)
    return Scheduler(council.store, RULES, VAULT, courier, clock=lambda: now, every=every)


async def test_a_ripe_deadline_reaches_its_owner_by_itself(council: Council) -> None:
    slack = FakeChat()
    council.clock(council.case(council.person("Shah")), date(2026, 10, 19), started_on=date(2026, 9, 7))
    ticking = scheduler(council, slack)
    await ticking.start()
    async with asyncio.timeout(10):
        while "nudges" not in slack.texts("dm-shah-1"):  # the morning's digest may be there before it
            slack.took.clear()
            await slack.took.wait()
    await ticking.stop()
    assert {"sweep", "digests", "cards", "closed"} <= ticking.last.keys() and set(ticking.last.values()) == {MONDAY}


async def test_a_card_put_in_later_goes_with_a_later_tick(council: Council) -> None:
    slack, room, case = FakeChat(), council.room(Agency.HEALTH), council.case()
    ticking = scheduler(council, slack, now=at("2026-10-10 12:00"))
    await ticking.start()
    await ticking.run_once()
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, at("2026-10-10 12:00")), case, [room])
    async with asyncio.timeout(10):
        await slack.took.wait()
    await ticking.stop()
    assert slack.texts("health-1") == ["case_card"]


async def test_one_broken_tick_stops_no_other(council: Council) -> None:
    class Broken(Courier):
        async def give_up_on_closed(self, now: datetime) -> int:
            raise RuntimeError("broken")

    courier = Broken(council.store, RULES, VAULT, chats={}, render=words)
    ticking = Scheduler(council.store, RULES, VAULT, courier, clock=lambda: MONDAY)
    await ticking.run_once()
    assert set(ticking.last) == EVERY.keys() - {"closed", "deliver", "exports", "fade", "look"}


async def test_stopping_waits_for_a_message_under_way(council: Council) -> None:
    slack, case, room = FakeChat(slow=0.3), council.case(), council.room(Agency.HEALTH)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
    ticking = scheduler(council, slack)
    await ticking.start()
    await slack.asked.wait()
    await ticking.stop()
    (post,) = council.posts(Post.case_id == case.id)
    assert post.state is PostState.SENT and len(slack.kept) == 1


async def test_stopping_does_not_wait_for_ever(council: Council) -> None:
    slack, case, room = FakeChat(slow=60.0), council.case(), council.room(Agency.HEALTH)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
    ticking = scheduler(council, slack)
    await ticking.start()
    await slack.asked.wait()
    async with asyncio.timeout(5):
        await ticking.stop(patience=0.1)
    (post,) = council.posts(Post.case_id == case.id)
    assert post.state is PostState.WAITING and post.claimed_until is not None


async def test_a_task_that_had_everything_done_by_hand_may_stop_it(council: Council) -> None:
    """As the demo's clock and the terminal do: it must not wait for itself."""
    ticking = scheduler(council)
    await ticking.start()
    async with asyncio.timeout(5):
        await ticking.run_once()
        await ticking.stop(patience=60)


async def test_what_was_heard_is_forgotten_after_thirty_days(council: Council) -> None:
    for days in (29, 31):
        council.add(
            Heard(connection_id=SLACK, place="C1", verdict="done", sealed=b"", at=MONDAY - timedelta(days=days))
        )
    await scheduler(council).run_once()
    (kept,) = council.all(Heard)
    assert kept.at == MONDAY - timedelta(days=29)
