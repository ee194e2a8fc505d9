"""Reminders from ripe to sent, before a chat that takes everything, beside as many stored jobs of APScheduler.

`python -m bench firing` prints it for SQLite and PostgreSQL.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bench.council import opened
from bench.dates import MORNING, connect, hire, owe
from bench.page import Told
from bot.app import App
from bot.cards.posted import post_message
from bot.courier import Courier
from bot.domain.message import Address, Message
from bot.domain.pace import NO_LIMITS
from bot.reminders import sweep
from storage.connect import named_driver
from storage.crypto import new_key
from storage.migrate import migrate

OFFICERS = 100
GLANCE = 0.001
"""Seconds between two looks at the clock from within the event loop."""


@dataclass(frozen=True)
class Fired:
    """How long it took until all were sent, and the longest that the event loop did nothing else; seconds."""

    sent: int
    """Messages."""
    took: float
    cpu: float
    blocked: float


@dataclass(frozen=True)
class Firing:
    reminders: int
    each: Fired
    """Each to a person of their own."""
    bundled: Fired
    """To a hundred officers: one message each."""
    stored: Fired
    """As many jobs that APScheduler keeps in the same kind of database."""


class Everything:
    """A chat that takes everything at once."""

    limits = NO_LIMITS

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, _to: Address, _message: Message, _key: str) -> str:
        self.sent += 1
        return f"m{self.sent}"

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        raise NotImplementedError("nothing is edited here")

    async def withdraw(self, to: Address, platform_id: str) -> None:
        raise NotImplementedError("nothing is withdrawn here")

    async def find(self, to: Address, key: str) -> str | None:
        return None


def measured(url: Callable[[str], str], reminders: int) -> Firing:
    """`url` gives an empty database by name. RuntimeError where one is not sent."""
    return Firing(
        reminders,
        each=_fired(url("each"), reminders, reminders),
        bundled=_fired(url("bundled"), reminders, OFFICERS),
        stored=asyncio.run(_stored(url("stored"), reminders)),
    )


def _fired(url: str, reminders: int, officers: int) -> Fired:
    migrate(url)
    with opened(url, new_key()) as app:
        with app.store.transaction() as db:
            owe(db, hire(db, connect(db, "T1"), officers), [MORNING] * reminders)
        fired = asyncio.run(_swept_and_sent(app))
    if fired.sent != min(reminders, officers):
        raise RuntimeError(f"{fired.sent} messages to {officers} people about {reminders} dates")
    return fired


async def _swept_and_sent(app: App) -> Fired:
    chat = Everything()
    courier = Courier(app.store, app.rules, app.vault, chats={1: chat}, render=post_message)

    async def fire() -> int:
        await asyncio.to_thread(sweep, app.store, app.rules, app.vault, MORNING)
        await courier.deliver(MORNING)
        return chat.sent

    return await _watched(fire)


async def _watched(fire: Callable[[], Awaitable[int]]) -> Fired:
    """How it went, with an eye on the event loop."""
    blocked = 0.0

    async def watch() -> None:
        nonlocal blocked
        while True:
            before = time.perf_counter()
            await asyncio.sleep(GLANCE)
            blocked = max(blocked, time.perf_counter() - before - GLANCE)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(GLANCE)
    began, cpu = time.perf_counter(), time.process_time()
    sent = await fire()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await asyncio.sleep(GLANCE * 2)
    watching.cancel()
    return Fired(sent, took, cpu, blocked)


# APScheduler's own way

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def remind(_number: int) -> None:
    """What a stored job does: it sends, and knows nothing but its number."""


async def _stored(url: str, reminders: int) -> Fired:
    """As many jobs, due at one moment that is past, as a scheduler finds when it starts."""
    scheduler = AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore(url=named_driver(url))}, timezone="UTC")
    scheduler.start(paused=True)
    for number in range(reminders):
        scheduler.add_job(remind, "date", run_date=LONG_AGO, args=[number], misfire_grace_time=None)
    done, over = 0, asyncio.Event()

    def note(_event: object) -> None:
        nonlocal done
        done += 1
        if done == reminders:
            over.set()

    async def fire() -> int:
        scheduler.resume()
        await over.wait()
        return done

    scheduler.add_listener(note, EVENT_JOB_EXECUTED)
    try:
        return await _watched(fire)
    finally:
        scheduler.shutdown(wait=False)


def told(found: Firing, where: str) -> Told:
    """One database's measurements as a table."""
    rows = (
        ("the bot: ripe dates swept, each a message to a person of their own", found.each),
        (f"the bot: the same dates of {OFFICERS} officers, a message to each", found.bundled),
        ("APScheduler: as many stored jobs, each of which does nothing", found.stored),
    )
    lines = [
        f"## {found.reminders:,} reminders fired at once, on {where}\n",
        "| what | messages | seconds | processor, s | longest block of the event loop, ms |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {what} | {one.sent:,} | {one.took:.2f} | {one.cpu:.2f} | {one.blocked * 1000:,.0f} |"
            for what, one in rows
        ),
        "",
    ]
    return Told("\n".join(lines))
