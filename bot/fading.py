"""Private answers that tell who a child is: noted before a personal chat has them, edited away ten minutes later.

Where the process ends between sending and noting, the platform is asked for the message by its key. A platform that
cannot be asked (Teams) may then keep it: the administrators are told that one may stand.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.cards.fading import instead_of
from bot.cases import fading
from bot.cases.fading import Copy
from bot.domain.errors import Gone, TryLater, Undeliverable
from bot.domain.message import Message
from bot.errands import Chat
from bot.rules import Rules
from bot.turn import At, Turn
from storage.connect import Store
from storage.crypto import Vault

log = logging.getLogger(__name__)

MOST = 12
"""Copies of one connection that are edited at a tick, one after the other: 48 a minute, under what Slack's
`chat.update` takes."""
PATIENCE = 10.0
"""Seconds that a platform has for each."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)

Result = TypeVar("Result")
Send = Callable[[str], Awaitable[str]]
"""Sends a message with that key, which is empty where it need not be found again; answers with the platform's id."""


class Copies(Protocol):
    """What an adapter asks of whoever notes its private answers."""

    async def shown(
        self, connection: int, place: str, reference: Mapping[str, Any], message: Message, send: Send
    ) -> str:
        """Send a private answer that the platform keeps, noted where it tells who a child is; the platform's id of it.

        Raises as `send` does, and TryLater where it cannot be noted: then it is not sent.
        """
        ...

    async def replaced(self, connection: int, platform_id: str) -> None:
        """What stood there has given way to something else."""
        ...


class Unnoted:
    """Sends, and notes nothing: where nothing is kept, or nobody is to take it away."""

    async def shown(
        self, connection: int, place: str, reference: Mapping[str, Any], message: Message, send: Send
    ) -> str:
        return await send("")

    async def replaced(self, connection: int, platform_id: str) -> None:
        return None


class Fading:
    """Notes copies for the adapters, and takes them away at its ticks. Any number may share one database."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        vault: Vault,
        *,
        chats: Mapping[int, Chat],
        clock: Callable[[], datetime],
        patience: float = PATIENCE,
    ) -> None:
        """`chats` may be filled up to the first tick."""
        self._store, self._rules, self._vault = store, rules, vault
        self._chats, self._clock, self._patience = chats, clock, patience

    async def shown(
        self, connection: int, place: str, reference: Mapping[str, Any], message: Message, send: Send
    ) -> str:
        if not message.fades:
            return await send("")
        try:
            key = await self._write(lambda turn: fading.note(turn, connection, place, reference, message))
        except SQLAlchemyError as away:
            raise TryLater("It can't be noted that this was shown, so it is not shown.", sent=False) from away
        try:
            platform_id = await send(key)
        except (Undeliverable, TryLater) as no:
            if not getattr(no, "in_doubt", False):
                await self._noted(lambda turn: fading.gone(turn.db, key))
            raise
        await self._noted(lambda turn: fading.stands(turn.db, key, platform_id))
        return platform_id

    async def replaced(self, connection: int, platform_id: str) -> None:
        await self._noted(lambda turn: fading.replaced(turn.db, connection, platform_id))

    async def fade(self, now: datetime) -> int:
        """Take away what has been shown for long enough, on every connection; how many."""
        return sum(await asyncio.gather(*(self._fade_on(one, chat, now) for one, chat in self._chats.items())))

    async def _fade_on(self, connection: int, chat: Chat, now: datetime) -> int:
        copies = await asyncio.to_thread(self._take, connection, now)
        for number, (copy, instead) in enumerate(copies):
            try:
                async with asyncio.timeout(self._patience):
                    await self._take_away(chat, copy, instead, now)
            except (TryLater, OSError) as busy:  # a time-out among them
                await self._wait([each.id for each, _ in copies[number:]], copy, busy, now)
                return number
        return len(copies)

    async def _take_away(self, chat: Chat, copy: Copy, instead: Message, now: datetime) -> None:
        """Edit it; where it cannot be edited, delete it; where it is gone already, all is well."""
        try:
            platform_id = copy.platform_id or await chat.find(copy.to, copy.key)
        except Undeliverable:
            await self._write(lambda turn: fading.still_shown(turn, copy, unknown=True))
            return
        try:
            if platform_id:
                await _edited(chat, copy, platform_id, instead)
        except Undeliverable as no:
            log.warning("a private answer on connection %s cannot be taken away: %s", copy.to.connection, no)
            await self._write(lambda turn: fading.still_shown(turn, copy, unknown=False))
            return
        await self._write(lambda turn: fading.gone(turn.db, copy.key))

    async def _wait(self, copies: Sequence[int], first: Copy, busy: Exception, now: datetime) -> None:
        """All of them again after as long as the platform said, else after a wait that doubles."""
        after = busy.after if isinstance(busy, TryLater) else None
        doubled = min(FIRST_WAIT * 2 ** min(first.attempts - 1, 10), LONGEST_WAIT)
        until = now + (doubled if after is None else timedelta(seconds=after))
        await self._write(lambda turn: fading.later(turn.db, copies, until))

    def _take(self, connection: int, now: datetime) -> list[tuple[Copy, Message]]:
        with self._store.reading() as db:
            if not fading.anything_due(db, connection, now):
                return []
        with self._at(now).turns() as turn:
            return [(copy, instead_of(turn, copy)) for copy in fading.take(turn, connection, most=MOST)]

    async def _noted(self, step: Callable[[Turn], None]) -> None:
        """Write down what has become of a copy. Where that fails the platform is asked once its time is over."""
        try:
            await self._write(step)
        except SQLAlchemyError as away:
            log.warning("what became of a private answer is not noted: %s", type(away).__name__)

    async def _write(self, step: Callable[[Turn], Result]) -> Result:
        return await asyncio.to_thread(self._written, step)

    def _written(self, step: Callable[[Turn], Result]) -> Result:
        with self._at(self._clock()).turns() as turn:
            return step(turn)

    def _at(self, now: datetime) -> At:
        return At(self._store, self._rules, self._vault, now)


async def _edited(chat: Chat, copy: Copy, platform_id: str, instead: Message) -> None:
    """Raises Undeliverable where it can be neither edited nor deleted."""
    with suppress(Gone):
        try:
            await chat.edit(copy.to, platform_id, instead)
        except Gone:
            raise
        except Undeliverable:
            await chat.withdraw(copy.to, platform_id)
