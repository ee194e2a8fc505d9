"""A stand-in for the bot behind the Slack adapter, and the two connected to a fake Slack."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from adapters.slack import Slack
from bot.courier import Credentials
from bot.domain.message import (
    Blank,
    BlankKind,
    Choice,
    Form,
    Message,
    Said,
    Where,
    Who,
)
from tests.adapters.fake_slack import SECRET, TOKEN, FakeSlack, running, serving

NINE = datetime(2026, 10, 16, 8, 0, tzinfo=UTC)

NEW = Form(
    "Open a case",
    "new",
    (
        Blank("child", "Child's name", private=True),
        Blank("born", "Date of birth", BlankKind.DATE, private=True),
        Blank("asked_by", "Who asked", BlankKind.CHOICE, choices=(Choice("school", "School"), Choice("mp", "MP"))),
    ),
)


@dataclass
class Bot:
    """A stand-in for the whole of the bot but Slack: it answers each line with the message set for it."""

    answers: dict[str, Message | Callable[[Said], Message]] = field(default_factory=dict)
    heard: list[Said] = field(default_factory=list)
    met: list[tuple[Who, Where]] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    now: datetime = NINE
    hold: threading.Event | None = None

    def answer(self, said: Said, now: datetime) -> Message:
        assert now == self.now
        self.heard.append(said)
        if self.hold:
            self.hold.wait(5)
        found = self.answers.get(said.line, Message(f"You said: {said.line}"))
        return found(said) if callable(found) else found

    def meets(self, who: Who, where: Where, now: datetime) -> None:
        self.met.append((who, where))


COUNCIL = Credentials(1, "T0COUNCIL", "A0REFERRAL", {"bot_token": TOKEN, "signing_secret": SECRET})


@asynccontextmanager
async def connected(bot: Bot, *credentials: Credentials, **other: Any) -> AsyncIterator[FakeSlack]:
    """The adapter between this bot and a fake Slack, both over HTTP. `other` goes to the adapter."""
    async with running() as slack:
        adapter = Slack(
            credentials or (COUNCIL,),
            answer=bot.answer,
            clock=lambda: bot.now,
            met=bot.meets,
            api_url=f"{slack.url}/api/",
            told=lambda connection, team: bot.told.append((connection, team)),
            **other,
        )
        slack.adapter = adapter
        app = web.Application()
        app.add_routes(adapter.routes())
        async with serving(app) as slack.bot:
            await adapter.start()
            await slack.until(lambda: len(slack.called("auth.test")) == len(credentials or (COUNCIL,)))
            try:
                yield slack
            finally:
                await adapter.stop()
