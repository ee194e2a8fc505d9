"""One running bot: the record, the doors to the chats and the work behind them, wired, until it is told to stop."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.app import App
from bot.cards.posted import post_message
from bot.courier import Chat, Courier, Credentials
from bot.domain.terms import Platform
from bot.fading import Copies, Fading, Unnoted
from bot.looking import Looker
from bot.reminders import expire
from bot.scheduler import EVERY, Scheduler, Work, no_beat
from bot.serving import web
from bot.serving.heartbeat import Heartbeat
from bot.serving.log import log_to_stderr
from bot.serving.metrics import Answer, Metrics
from bot.serving.throttle import Throttle
from bot.upkeep.clock import MovedClock
from bot.upkeep.connections import credentials
from bot.upkeep.demo.jump import Jump
from bot.upkeep.installation import Installation
from bot.upkeep.seats import furnish, seat_staff
from storage.keys import take_own_keys


class Door(web.Door, Protocol):
    """An adapter: what the server asks of it, and the way out for the courier."""

    def chat(self, connection: int) -> Chat: ...


@dataclass(frozen=True)
class Inside:
    """What an adapter is handed. `jump` is there in the demo alone."""

    here: Installation
    answer: Answer
    jump: Jump | None
    copies: Copies
    """Notes what personal chats are told of who a child is."""
    looker: Looker | None = None
    """Hears of accounts that are closed and of rooms whose members change."""


Doors = Callable[[Inside, Mapping[Platform, Sequence[Credentials]]], Mapping[Platform, Door]]
"""Opens the adapters of the platforms in use; only the composition root knows them."""
Tell = Callable[[str], None]
"""Called with its address once the bot answers there."""
AT_LAST = web.STOP_WITHIN + 0.5
"""Seconds from SIGTERM to the end of the process where something hangs. What it held is undone: nothing is lost."""


def run(
    here: Installation, listening: socket.socket, doors: Doors, tell: Tell, every: Mapping[str, float] = EVERY
) -> None:
    """Serve until SIGTERM. BadSettings where a connection cannot be opened. `every`: the seconds between ticks."""
    log_to_stderr(here.settings.log_level)
    # A thread that waits for a database which never answers cannot be cut short, and Python waits for its threads.
    end = threading.Timer(AT_LAST, os._exit, (0,))
    end.daemon = True
    asyncio.run(_run(here, listening, doors, tell, end.start, every))
    end.cancel()


async def _run(
    here: Installation,
    listening: socket.socket,
    open_doors: Doors,
    tell: Tell,
    stopping: Callable[[], None],
    every: Mapping[str, float],
) -> None:
    take_own_keys(here.store, here.vault, starting=True)
    with here.store.transaction() as db:
        found = {platform: each for platform, each in credentials(db, here.settings, here.vault).items() if each}
        for page in found.get(Platform.PAGE, ()):
            furnish(db, page.connection, here.clock())
    metrics, chats = Metrics(here.store, here.clock), dict[int, Chat]()
    app, fading = here.app, Fading(here.store, here.rules, here.vault, chats=chats, clock=here.clock)
    looker = Looker(here.store, here.rules, here.vault, chats=chats, clock=here.clock)
    scheduler = ticking(here, chats, metrics, app, every, {"fade": fading.fade, "look": looker.look})
    answer = metrics.counting(Throttle(app.answer, app.heard_before))
    inside = Inside(here, answer, jumping(here, scheduler), fading, looker)
    doors = open_doors(inside, found)
    chats |= {each.connection: doors[platform].chat(each.connection) for platform in found for each in found[platform]}
    server = web.Server(here, tuple(doors.values()), metrics, scheduler, stopping)
    host, port = listening.getsockname()[:2]
    await server.run(listening, lambda: tell(f"http://{host}:{port}"))


def ticking(
    here: Installation,
    chats: Mapping[int, Chat],
    metrics: Metrics,
    app: App,
    every: Mapping[str, float] = EVERY,
    besides: Mapping[str, Work] | None = None,
) -> Scheduler:
    """What goes on by itself. `app` hears of rules that are adopted; `chats` may be filled up to when it starts."""
    told = (here.store, here.rules, here.vault)
    url, proxy = here.settings.heartbeat_url, here.settings.https_proxy or None
    return Scheduler(
        *told,
        Courier(
            *told,
            chats=chats,
            render=post_message,
            record_url=here.settings.record_url,
            noted=metrics.attempted,
        ),
        clock=here.clock,
        around=metrics.timing,
        adopted=app.count_by,
        came_to=metrics.came_to,
        beat=Heartbeat(url, proxy=proxy).beat if url else no_beat,
        signer=here.signer,
        besides={"exports": partial(_expire, here), **(besides or {})},
        every=every,
    )


async def _expire(here: Installation, now: datetime) -> int:
    return await asyncio.to_thread(expire, here.store, here.rules, here.vault, now, kept=here.exports)


def jumping(here: Installation, scheduler: Scheduler) -> Jump | None:
    """The way to move the demo's clock; nobody else's moves."""
    if not isinstance(here.clock, MovedClock):
        return None

    return Jump(here.store, here.rules.calendar, here.clock, scheduler.run_once)


class Talk(Protocol):
    """The terminal: a conversation that ends, and its way out for the courier."""

    def chat(self, connection: int) -> Chat: ...
    async def run(self) -> None: ...


def converse(here: Installation, open_terminal: Callable[[Inside, int], Talk], *, alone: bool) -> None:
    """Talk until the person leaves. `alone` with the record, it also does what goes on by itself."""
    log_to_stderr(here.settings.log_level)
    asyncio.run(_converse(here, open_terminal, alone=alone))


async def _converse(here: Installation, open_terminal: Callable[[Inside, int], Talk], *, alone: bool) -> None:
    with here.store.transaction() as db:
        connection = seat_staff(db, here.clock())
    metrics, chats = Metrics(here.store, here.clock), dict[int, Chat]()
    app = here.app
    scheduler = ticking(here, chats, metrics, app)
    jump = jumping(here, scheduler) if alone else None
    terminal = open_terminal(Inside(here, metrics.counting(app.answer), jump, Unnoted()), connection)
    if not alone:
        await terminal.run()
        return
    chats[connection] = terminal.chat(connection)
    await scheduler.start()
    try:
        await terminal.run()
    finally:
        await scheduler.stop()
