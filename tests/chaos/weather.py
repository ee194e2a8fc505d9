"""Slack and Teams on a bad day: they limit, fail, hang and hang up at random, and know what landed with them.

What the bot says of itself lands in a room or a chat; what it answers to a line is kept beside that line.

Each trouble imitates one that the platforms' own pages tell of:
- 429 with Retry-After in seconds: docs.slack.dev, "Rate limits"; Microsoft documentation, "Optimize your bot with rate
  limiting". The message is not taken.
- 5xx: docs.slack.dev, chat.postMessage (`internal_error`, `service_unavailable`); Microsoft documentation, the
  same page: 502 and 504 are to be tried again. The message is not taken.
- a hang, a connection reset, and a connection cut after the message was taken: TCP does not tell which of the last two
  it was. docs.slack.dev, chat.postMessage, error `fatal_error`: "It's possible some aspect of the operation succeeded
  before the error was raised."
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any

from aiohttp import web

from tests.adapters.fake_connector import Call, FakeConnector, words_of
from tests.adapters.fake_slack import FakeSlack, web_app

Clock = Callable[[], datetime]


class Trouble(StrEnum):
    NONE = "none"
    LIMITED = "429 with Retry-After"
    BROKEN = "500"
    HANG = "hang"
    RESET = "connection reset"
    CUT = "taken, then cut"
    """The platform has the message, and its answer never comes."""


USUAL = (
    (Trouble.LIMITED, 5),
    (Trouble.BROKEN, 4),
    (Trouble.RESET, 3),
    (Trouble.CUT, 4),
    (Trouble.HANG, 2),
)
"""The troubles, and how often each comes beside the others."""
HANGS = (0.5, 1.0, 2.0)
"""Seconds until a request that hangs is dropped; the patience of the bot's adapters is the test of others."""


@dataclass
class Weather:
    """What goes wrong, by dice that a seed makes: `share` of all calls, on each platform."""

    dice: Random
    share: float
    met: Counter[Trouble] = field(default_factory=Counter)

    def next(self) -> Trouble:
        trouble = Trouble.NONE
        if self.dice.random() < self.share:
            kinds, weights = zip(*USUAL, strict=True)
            trouble = self.dice.choices(kinds, weights)[0]
        self.met[trouble] += 1
        return trouble

    def after(self) -> str:
        """A Retry-After."""
        return str(self.dice.choice((1, 1, 2, 3)))

    def hang(self) -> float:
        return self.dice.choice(HANGS)


@dataclass(frozen=True)
class Landed:
    """A message that a platform has: where, its words, by which clock, and whether the bot was told so."""

    place: str
    words: str
    shown_at: datetime
    """By the storm's clock."""
    at: float
    """By the stopwatch."""
    told: bool
    askable: bool
    """Whether the platform can be asked if it has the message."""
    key: str = ""
    """The post's, where the platform is told it."""


@dataclass
class Sky:
    """Both platforms over one storm: what landed, and how many calls are under way."""

    clock: Clock
    weather: Weather
    landed: list[Landed] = field(default_factory=list)
    under_way: int = 0

    async def pass_through(self, request: web.Request, do: Callable[[], Awaitable[Any]]) -> web.StreamResponse:
        """One call: done, or met by a trouble. `do` answers with the platform's own response."""
        self.under_way += 1
        try:
            return await self._pass(request, do)
        finally:
            self.under_way -= 1

    async def _pass(self, request: web.Request, do: Callable[[], Awaitable[Any]]) -> web.StreamResponse:
        before, trouble = len(self.landed), self.weather.next()
        match trouble:
            case Trouble.LIMITED:
                body = {"ok": False, "error": "ratelimited"}
                return web.json_response(body, status=429, headers={"Retry-After": self.weather.after()})
            case Trouble.BROKEN:
                return web.Response(status=500, text="<html>sorry</html>")
            case Trouble.HANG:
                await asyncio.sleep(self.weather.hang())
                return _hung_up(request)
            case Trouble.RESET:
                return _hung_up(request)
            case Trouble.CUT:
                await do()
                self._untold(before)
                return _hung_up(request)
        answer = await do()
        if request.transport is None or request.transport.is_closing():  # whoever asked is gone
            self._untold(before)
        return answer

    def _untold(self, since: int) -> None:
        self.landed[since:] = [replace(one, told=False) for one in self.landed[since:]]

    def land(self, place: str, words: str, *, askable: bool, key: str = "") -> None:
        self.landed.append(Landed(place, words, self.clock(), time.monotonic(), True, askable, key))


def _hung_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


class StormySlack(FakeSlack):
    """The workspace, under a sky. `auth.test` is spared: the bot says who it is once a start."""

    def __init__(self, sky: Sky) -> None:
        super().__init__()
        self.sky = sky
        self.answered: dict[str, str] = {}
        """Answers to lines, by the thread or the response address that came with the line."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "auth.test":
            return await super().handle(request)
        return await self.sky.pass_through(request, lambda: super(StormySlack, self).handle(request))

    def _chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        made = super()._chat_postMessage(body)
        if body.get("thread_ts"):
            self.answered[body["thread_ts"]] = body["text"]
        else:
            key = body.get("metadata", {}).get("event_payload", {}).get("key", "")
            self.sky.land(made["channel"], body["text"], askable=True, key=key)
        return made

    async def respond(self, request: web.Request) -> web.Response:
        self.answered[f"{self.url}{request.path}"] = (await request.json())["text"]
        return await super().respond(request)

    def app(self) -> web.Application:
        return web_app(self)


class StormyConnector(FakeConnector):
    """The tenant, under a sky. Its token endpoint has the same weather."""

    def __init__(self, sky: Sky) -> None:
        self.sky = sky
        super().__init__(clock=sky.clock)
        self.answered: dict[str, str] = {}
        """Answers to lines, by the id of the activity that they answer."""
        self.made: dict[str, Call] = {}
        """What was posted, by the id it was given."""

    async def _called(self, request: web.Request) -> web.StreamResponse:
        return await self.sky.pass_through(request, lambda: self._done(request))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        return await self.sky.pass_through(request, lambda: super(StormyConnector, self)._token(request))

    async def _done(self, request: web.Request) -> web.Response:
        calls = len(self.calls)
        answer = await super()._called(request)
        for call in self.calls[calls:]:
            if call.method == "POST" and ("activity" in call.body or "attachments" in call.body):
                self._landed(call)
        return answer

    def _made(self, call: Call) -> dict[str, str]:
        made = super()._made(call)
        self.made[made.get("activityId", made["id"])] = call
        return made

    def _landed(self, call: Call) -> None:
        if call.body.get("replyToId"):
            self.answered[call.body["replyToId"]] = words_of(call.card)
            return
        place = call.conversation or call.body["channelData"]["channel"]["id"]
        self.sky.land(place, words_of(call.card), askable=False)
