"""A chat that takes messages, or fails and dawdles as it is told.

What it imitates of real platforms, each with its source:
- a message is there once the platform has it, whatever becomes of the answer: a lost answer is not a lost message;
- 429 with Retry-After means that the message was not taken (docs.slack.dev/apis/web-api/rate-limits);
- a channel that was archived or left refuses for good (`is_archived`, `not_in_channel`: docs.slack.dev,
  chat.postMessage), and an edit of a deleted message likewise (`message_not_found`: chat.update);
- Slack finds a message by its metadata (conversations.history, include_all_metadata); Teams has no such search.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import NO_LIMITS, Limits


@dataclass
class Kept:
    """A message as the platform has it."""

    place: str
    key: str
    texts: list[str]
    """What it said first, then after each edit."""


@dataclass
class FakeChat:
    """One connection. `troubles` by place are raised one after the other, each instead of taking one message."""

    limits: Limits = NO_LIMITS
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    slow: float = 0.0
    """Seconds that each call takes."""
    hold: int = 0
    """Nothing is answered until this many calls wait at once; from then on all are."""
    stuck: set[str] = field(default_factory=set)
    """Places where nothing is ever answered."""
    can_find: bool = True
    loses_answers: bool = False
    """The message is taken and the answer never comes: what a crash between send and mark looks like from here."""
    kept: dict[str, Kept] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(what was asked, where), in order."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once anything was asked of it."""
    took: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it has a message."""
    most_at_once: int = 0
    most_at_once_in_a_place: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _now: Counter[str] = field(default_factory=Counter)

    def texts(self, place: str) -> list[str]:
        """What stands in a place now."""
        return [kept.texts[-1] for kept in self.kept.values() if kept.place == place]

    @property
    def everything(self) -> list[tuple[str, str]]:
        """(place, words) of all that stands, in order."""
        return [(kept.place, kept.texts[-1]) for kept in self.kept.values()]

    async def send(self, to: Address, message: Message, key: str) -> str:
        await self._call("send", to)
        platform_id = f"m{next(self._numbers)}"
        self.kept[platform_id] = Kept(to.place, key, [message.text])
        self.took.set()
        if self.loses_answers:
            await asyncio.Event().wait()
        return platform_id

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        await self._call("edit", to)
        self._there(platform_id).texts.append(message.text)

    async def withdraw(self, to: Address, platform_id: str) -> None:
        await self._call("withdraw", to)
        self._there(platform_id)
        del self.kept[platform_id]

    async def find(self, to: Address, key: str) -> str | None:
        await self._call("find", to)
        if not self.can_find:
            raise Undeliverable("this platform has no search")
        found = (name for name, kept in self.kept.items() if (kept.place, kept.key) == (to.place, key))
        return next(found, None)

    async def _call(self, what: str, to: Address) -> None:
        self.calls.append((what, to.place))
        self.asked.set()
        self._now[to.place] += 1
        self.most_at_once = max(self.most_at_once, self._now.total())
        self.most_at_once_in_a_place = max(self.most_at_once_in_a_place, self._now[to.place])
        try:
            if self._now.total() >= self.hold:
                self._open.set()
            await self._open.wait()
            if to.place in self.stuck:
                await asyncio.Event().wait()
            await asyncio.sleep(self.slow)
            if to.place in self.dead:
                raise Undeliverable("is_archived")
            if waiting := self.troubles.get(to.place):
                raise waiting.pop(0)
        finally:
            self._now[to.place] -= 1

    def _there(self, platform_id: str) -> Kept:
        if platform_id not in self.kept:
            raise Undeliverable("message_not_found")
        return self.kept[platform_id]
