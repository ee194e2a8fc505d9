"""Messages a second to a Slack of our own that has no limits, beside the bare client of Slack's library.

`python -m bench delivery` prints it for SQLite and PostgreSQL.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from adapters.slack.blocks import answer_body
from adapters.slack.chat import SlackChat
from adapters.slack.workspace import Workspace
from bench.council import TEAM, opened
from bench.dates import MORNING, connect, hire, owe
from bench.page import Told
from bench.processes import server
from bot.app import App
from bot.cards.posted import post_message
from bot.courier import IN_FLIGHT, Courier, Credentials
from bot.domain.pace import NO_LIMITS
from bot.reminders import sweep
from bot.turn import Turn
from storage.columns import columns
from storage.crypto import new_key
from storage.migrate import migrate
from storage.tables import Post

TOKEN = "xoxb-council"
POST = columns(Post)
BARE, ROW, OURS = "bare", "row", "ours"


@dataclass(frozen=True)
class Sent:
    """So many messages: how long it took, and how much of this process's time; seconds."""

    messages: int
    took: float
    cpu: float


@dataclass(frozen=True)
class Delivery:
    """By subject, a round each."""

    rounds: dict[str, list[Sent]]

    def rate(self, name: str) -> float:
        """Messages a second."""
        return median(one.messages / one.took for one in self.rounds[name])

    def cpu(self, name: str) -> float:
        """Milliseconds of processor time of a message."""
        return median(one.cpu / one.messages for one in self.rounds[name]) * 1000


def measured(url: Callable[[str], str], messages: int, rounds: int) -> Delivery:
    """`url` gives an empty database by name. RuntimeError where a message does not arrive."""
    found: dict[str, list[Sent]] = {BARE: [], ROW: [], OURS: []}
    with server("outside") as outside:
        for number in range(rounds):
            with _waiting(url(f"delivery{number}"), messages) as app:
                subjects = {BARE: _bare, ROW: _bare_with_row, OURS: _delivered}
                names = list(subjects)
                for name in names if number % 2 == 0 else names[::-1]:
                    found[name].append(asyncio.run(_once(subjects[name], app, outside.url, messages)))
    return Delivery(found)


@contextmanager
def _waiting(url: str, messages: int) -> Iterator[App]:
    """The bot on a record in which a nudge to each of so many people waits to be sent."""
    migrate(url)
    with opened(url, new_key()) as app:
        with app.store.transaction() as db:
            owe(db, hire(db, connect(db, TEAM), messages), [MORNING] * messages)
        sweep(app.store, app.rules, app.vault, MORNING)
        yield app


async def _once(deliver: Any, app: App, outside: str, messages: int) -> Sent:
    workspace = Workspace(Credentials(1, TEAM, secrets={"bot_token": TOKEN}), f"{outside}/slack/api/")
    try:
        began, cpu = time.perf_counter(), time.process_time()
        sent = await deliver(app, workspace, messages)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    finally:
        await workspace.close()
    if sent != messages:
        raise RuntimeError(f"{sent} of {messages} messages were sent")
    return Sent(messages, took, cpu)


class Unlimited(SlackChat):
    limits = NO_LIMITS


async def _delivered(app: App, workspace: Workspace, _messages: int) -> int:
    chat = Unlimited(workspace)
    courier = Courier(app.store, app.rules, app.vault, chats={1: chat}, render=post_message)
    return sum((await courier.deliver(MORNING)).values())


async def _bare(app: App, workspace: Workspace, messages: int) -> int:
    """The same calls with the same words by the library's own client, as many at once, and nothing kept."""
    return await _called(app, workspace, messages, None)


async def _bare_with_row(app: App, workspace: Workspace, messages: int) -> int:
    """Likewise, and after each message one row is written and committed, on a thread."""

    def note(post: int) -> None:
        with app.store.transaction() as db:
            db.execute(update(Post).where(POST.id == post).values(trouble=""))

    return await _called(app, workspace, messages, note)


async def _called(app: App, workspace: Workspace, messages: int, note: Callable[[int], None] | None) -> int:
    client, waiting, body = workspace.client, list(range(messages)), _body(app)
    assert workspace.session  # one pool of connections, as the bot has it
    sent = 0

    async def one_after_another() -> None:
        nonlocal sent
        while waiting:
            number = waiting.pop()
            there = await client.api_call("conversations.open", json={"users": f"U{number:07}"})
            await client.api_call("chat.postMessage", json=body | {"channel": there["channel"]["id"]})
            if note:
                await asyncio.to_thread(note, number + 1)
            sent += 1

    await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))
    return sent


def _body(app: App) -> dict[str, Any]:
    """What the bot would say in the first of its messages."""
    with app.store.reading() as db:
        first = db.exec(select(Post).where(col(Post.person_id).is_not(None))).first()
        assert first
        message = post_message(Turn(db, MORNING, app.rules, app.vault), first)
        assert message
        return dict(answer_body(message, private=True, notified=True))


SAID = {
    BARE: "the library's own client, nothing kept (floor)",
    ROW: "the same, one row committed after each message (floor)",
    OURS: "the bot: claimed, worded from the record, sent, noted",
}


def told(found: Delivery, where: str) -> Told:
    """One database's measurements as a table."""
    messages = found.rounds[OURS][0].messages
    rows = [(SAID[name], found.rate(name), found.cpu(name), found.rate(name) / found.rate(ROW)) for name in SAID]
    lines = [
        f"## Delivery to a Slack without limits, on {where}\n",
        f"{messages:,} messages to as many people, {IN_FLIGHT} at once; for each of them Slack is asked first where"
        f" to write. Medians of {len(found.rounds[OURS])} rounds, in turn.\n",
        "| what | messages a second | processor, ms a message | of the rate with one row |",
        "|---|---:|---:|---:|",
        *(f"| {what} | {rate:,.0f} | {cpu:.2f} | {share:.2f} |" for what, rate, cpu, share in rows),
        "",
    ]
    return Told("\n".join(lines))
