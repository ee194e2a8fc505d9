"""Who is still there, and who reads the rooms: asked of each platform once a day, a few at a tick, or at its word."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from bot.cases import room_checks, rosters
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.readers import Readers
from bot.rules import Rules
from bot.turn import At, Turn
from storage.connect import Store
from storage.crypto import Vault

log = logging.getLogger(__name__)

MOST = 10
"""Accounts of one connection that are asked after at a tick: thirty a minute, and a council's staff within the hour."""
PATIENCE = 60.0
"""Seconds that a platform has to say who reads one room, however many that are."""

Result = TypeVar("Result")


@runtime_checkable
class Lookout(Protocol):
    """What a platform that keeps accounts and rooms can be asked, for one connection.

    Every method may raise TryLater, or Undeliverable where it cannot be asked.
    """

    async def is_there(self, account: str, reference: Mapping[str, Any]) -> bool:
        """Whether the account is in use. `reference` is how its owner is written to."""
        ...

    async def readers(self, place: str, reference: Mapping[str, Any]) -> Readers:
        """Everybody in a room."""
        ...


class Looker:
    """Asks, and does what follows. Any number may share one database."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        vault: Vault,
        *,
        chats: Mapping[int, object],
        clock: Callable[[], datetime],
        patience: float = PATIENCE,
    ) -> None:
        """`chats` that cannot be asked are passed over. They may be filled up to the first tick."""
        self._store, self._rules, self._vault = store, rules, vault
        self._chats, self._clock, self._patience = chats, clock, patience

    def gone(self, connection: int, account: str) -> None:
        """A platform's own word that an account is closed. Called in a thread."""
        self._written(lambda turn: rosters.gone(turn, connection, account))

    def moved(self, connection: int, place: str, *, shared: bool = False) -> None:
        """A platform's own word that somebody joined a room, or that it is shared. Called in a thread."""
        self._written(lambda turn: room_checks.look_again(turn, connection, place, shared=shared))

    async def look(self, now: datetime) -> None:
        """The next room and the next few accounts on each connection."""
        chats = [(connection, chat) for connection, chat in self._chats.items() if isinstance(chat, Lookout)]
        await asyncio.gather(*(self._look_at(connection, chat) for connection, chat in chats))

    async def _look_at(self, connection: int, chat: Lookout) -> None:
        try:
            rooms, accounts = await asyncio.to_thread(self._due, connection)
            for room in rooms:
                await self._at_room(chat, room)
            for one in accounts:
                await self._at_account(connection, chat, one)
        except (TryLater, OSError) as busy:  # what was not asked for is taken up again by itself
            log.warning("connection %s cannot be asked who is there: %s", connection, busy or type(busy).__name__)

    def _due(self, connection: int) -> tuple[list[room_checks.Place], list[rosters.Account]]:
        now = self._clock()
        with self._store.reading() as db:
            if not (room_checks.any_due(db, connection, now) or rosters.any_due(db, connection, now)):
                return [], []
        with self._at(now).turns() as turn:
            room = room_checks.due(turn, connection)
            return [room] if room else [], rosters.due(turn, connection, most=MOST)

    async def _at_room(self, chat: Lookout, room: room_checks.Place) -> None:
        try:
            async with asyncio.timeout(self._patience):
                readers = await chat.readers(room.place, room.reference)
        except Undeliverable as no:
            log.warning("who reads room %s cannot be asked: %s", room.id, no)
            return
        await self._write(lambda turn: room_checks.settle(turn, room.id, readers))

    async def _at_account(self, connection: int, chat: Lookout, one: rosters.Account) -> None:
        try:
            async with asyncio.timeout(self._patience):
                there = await chat.is_there(one.account, one.reference)
        except Undeliverable as no:
            log.warning("whether account %s is in use cannot be asked: %s", one.id, no)
            return
        if there:
            await self._write(lambda turn: rosters.there(turn, one.id))
        else:
            await self._write(lambda turn: rosters.gone(turn, connection, one.account))

    async def _write(self, step: Callable[[Turn], Result]) -> Result:
        return await asyncio.to_thread(self._written, step)

    def _written(self, step: Callable[[Turn], Result]) -> Result:
        with self._at(self._clock()).turns() as turn:
            return step(turn)

    def _at(self, now: datetime) -> At:
        return At(self._store, self._rules, self._vault, now)
