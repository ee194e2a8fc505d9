"""The log holds numbers, kinds and places in the code: nothing of a child, and no word that anybody typed."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.auditor import Auditor
from bot.courier import Courier
from bot.domain.message import Message
from bot.domain.terms import PostState
from bot.scheduler import Scheduler
from bot.serving.log import JsonLines
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Post
from tests.fake_chat import FakeChat
from tests.town import RULES, Town

CHILD, TYPED = "Maisie Palmer", "her father shouted in the meeting"
PRIVATE = ("Maisie", "Palmer", "2019-03-14", "AN123456", "father", "shouted")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What would stand on stderr."""
    lines = [JsonLines().format(record) for record in caplog.records]
    assert all(set(json.loads(line)) <= {"at", "level", "from", "says", "trouble"} for line in lines)
    return lines


def is_private(lines: list[str]) -> list[str]:
    return [line for line in lines if any(word.casefold() in line.casefold() for word in PRIVATE)]


def test_a_day_with_every_kind_of_trouble_leaves_nothing_private_in_the_log(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    town.opens("Priya", CHILD, record_number="AN123456", note=TYPED)
    town.say("Priya", f"note 0042 {TYPED}")
    town.say("Priya", f"{TYPED} about {CHILD}")  # not understood
    town.say("Nobody", f"status {CHILD}")
    a_post_cannot_be_written(town)
    a_tick_fails(town)
    asyncio.run(an_answer_fails(town))
    the_database_refuses(town)
    lines = logged(caplog)
    assert {json.loads(line)["from"] for line in lines} >= {"bot.app", "bot.courier", "bot.scheduler", "bot.auditor"}
    assert is_private(lines) == []


def a_post_cannot_be_written(town: Town) -> None:
    """And then waits longer than it should, so that the auditor finds it."""

    def broken(turn: Turn, post: Post) -> Message:
        raise ValueError(f"{CHILD}: {TYPED}")

    courier = Courier(town.store, RULES, town.vault, chats={town.connection: FakeChat()}, render=broken)
    asyncio.run(courier.deliver(town.now))
    assert [post.trouble[:6] for post in town.all(Post, Post.state == PostState.WAITING)] == ["fault "] * 3
    auditor = Auditor()
    for minutes in (10, 15):
        auditor.audit(town.store, RULES, town.vault, town.now + timedelta(minutes=minutes))


def a_tick_fails(town: Town) -> None:
    class Broken(Courier):
        async def give_up_on_closed(self, now: object) -> int:
            raise RuntimeError(f"{CHILD}: {TYPED}")

    courier = Broken(town.store, RULES, town.vault, chats={}, render=lambda *_: None)
    asyncio.run(Scheduler(town.store, RULES, town.vault, courier, clock=lambda: town.now).run_once())


async def an_answer_fails(town: Town) -> None:
    """A library's own words, with the error that it was given."""
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %r", ValueError(CHILD))


def the_database_refuses(town: Town) -> None:
    """PostgreSQL repeats the row that it refuses, and SQLAlchemy the values of a statement."""
    with town.store.transaction() as db:
        db.execute(text("ALTER TABLE entry RENAME TO gone"))
    answer = town.say("Priya", f"note 0042 {TYPED}")
    assert answer.error == "Fault" and "code" in answer.text
