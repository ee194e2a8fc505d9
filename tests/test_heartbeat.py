"""The heartbeat and /readyz: while all is well somebody outside is told, and silence is the alarm."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.courier import Courier
from bot.domain.message import Message
from bot.domain.terms import PostSays, PostState
from bot.scheduler import Scheduler
from bot.serving.heartbeat import Heartbeat
from bot.serving.metrics import Metrics
from bot.serving.web import Server
from bot.settings import Settings
from bot.upkeep.installation import Installation
from storage.connect import Store
from storage.tables import Post
from tests.council import RULES, SLACK, VAULT, Council, at

MONDAY = at("2026-10-19 09:00")
MINUTE = timedelta(minutes=1)


@dataclass
class Listener:
    """Somebody outside who is asked, and answers with `status`, or not at all."""

    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path_qs} {await request.text()}")
        return web.Response(status=self.status)


@asynccontextmanager
async def listening(listener: Listener) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", listener.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/ping/5d1f"))


async def test_it_is_a_plain_get_with_nothing_in_it() -> None:
    listener = Listener()
    async with listening(listener) as address:
        await Heartbeat(address).beat()
    assert listener.asked == ["GET /ping/5d1f "]


async def test_its_failure_is_logged_once_until_it_is_heard_again(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener(status=500)
    async with listening(listener) as address:
        heartbeat = Heartbeat(address)
        for listener.status in (500, 500, 200, 404):
            await heartbeat.beat()
    assert [each.getMessage() for each in caplog.records if each.name == "bot.serving.heartbeat"] == [
        "nobody hears the heartbeat: status 500",
        "nobody hears the heartbeat: status 404",
    ]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/ping/secret", "http://nowhere.invalid/secret", "no address"])
async def test_an_address_that_does_not_answer_hurts_nothing(address: str, caplog: pytest.LogCaptureFixture) -> None:
    await Heartbeat(address).beat()
    (line,) = [each.getMessage() for each in caplog.records if each.name == "bot.serving.heartbeat"]
    assert line.startswith("nobody hears the heartbeat: ") and "secret" not in line


@dataclass
class Bot:
    """A bot by a clock of its own, its heart, and what it says at /readyz."""

    council: Council
    now: datetime = MONDAY
    beats: int = 0

    def __post_init__(self) -> None:
        courier = Courier(self.council.store, RULES, VAULT, chats={}, render=lambda *_: Message("x"))
        here = Installation(Settings(), self.council.store, VAULT, RULES, lambda: self.now)
        self.scheduler = Scheduler(self.council.store, RULES, VAULT, courier, clock=here.clock, beat=self.beat)
        self.server = Server(here, (), Metrics(self.council.store, here.clock), self.scheduler)

    async def beat(self) -> None:
        self.beats += 1

    async def tick(self, **later: float) -> None:
        """Everything once, that much later."""
        self.now += timedelta(**later)
        await self.scheduler.run_once()

    async def ready(self) -> tuple[int, str]:
        async with TestClient(TestServer(self.server.application())) as client:
            answer = await client.get("/readyz")
            return answer.status, (await answer.json())["auditor"]

    def post(self, **more: Any) -> Post:
        late = MONDAY - timedelta(hours=1)
        what = {"says": PostSays.NOTICE, "connection_id": SLACK, "person_id": 1, "about": {"notice": "imported"}}
        post = Post(key="late", not_before=late, due_at=late, made_at=late, **{**what, **more})
        self.council.add(post)
        return post


@pytest.fixture
def bot(database_url: str) -> Iterator[Bot]:
    store = Store(database_url)
    council = Council(store)
    council.person("Shah")
    yield Bot(council)
    store.close()


async def test_it_beats_only_while_all_is_well(bot: Bot) -> None:
    await bot.tick()
    assert bot.beats == 0, "one that has just started may be about to fall over again"
    await bot.tick(minutes=5)
    assert bot.beats == 1
    late = bot.post()
    await bot.tick(minutes=5)
    await bot.tick(minutes=5)
    assert bot.beats == 1
    with bot.council.store.transaction() as db:
        db.get_one(Post, late.id).state = PostState.SENT
        for post in bot.council.posts(Post.state == PostState.WAITING):  # the word to the administrators
            db.get_one(Post, post.id).state = PostState.SENT
    await bot.tick(minutes=5)
    assert bot.beats == 2


async def test_readyz_says_what_the_auditor_says(bot: Bot) -> None:
    assert await bot.ready() == (503, "has not run")
    await bot.tick()
    assert await bot.ready() == (200, "ok")
    bot.post()
    await bot.tick(minutes=5)
    assert await bot.ready() == (503, "unhappy (1)")
    bot.now += 16 * MINUTE
    assert await bot.ready() == (503, "has not run")


async def test_it_is_silent_where_the_sweep_no_longer_ticks(bot: Bot) -> None:
    await bot.tick()
    bot.scheduler.last["sweep"] = MONDAY - timedelta(hours=1)
    bot.now += 5 * MINUTE
    await bot.scheduler._audit(bot.now)
    assert bot.beats == 0


async def test_a_beat_that_hangs_stops_nothing_else(bot: Bot) -> None:
    """An audit that waits for the world outside holds up no sweep: each kind of work has ticks of its own."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        begun.set()
        await ended.wait()

    bot.scheduler._beat = hangs
    await bot.tick()
    bot.now += 5 * MINUTE
    auditing = asyncio.create_task(bot.scheduler._audit(bot.now))
    await begun.wait()
    bot.council.clock(bot.council.case(), date(2026, 10, 26), started_on=date(2026, 9, 7))
    await bot.scheduler._tick("sweep", bot.scheduler._work()["sweep"])
    assert not auditing.done() and bot.scheduler.last["sweep"] == bot.now
    ended.set()
    await auditing


def test_the_address_is_a_secret() -> None:
    assert "5d1f" not in repr(Settings(heartbeat_url="https://hc-ping.example/5d1f"))


def test_the_log_of_an_audit_holds_numbers_alone(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    bot.post()
    with caplog.at_level(logging.INFO):
        for minutes in (0, 5):
            asyncio.run(bot.tick(minutes=minutes))
    (line,) = [each.getMessage() for each in caplog.records if each.name == "bot.auditor"]
    code, _, rest = line.removeprefix("audit ").partition(": ")
    assert (len(code), rest) == (4, "unsent: 1")
