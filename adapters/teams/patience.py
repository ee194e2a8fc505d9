"""Time in the Teams adapter: acknowledge before Teams gives up, try again when it says "not now", stop in seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.domain.errors import TryLater, Undeliverable

log = logging.getLogger(__name__)

PAUSES = (1.0, 4.0, 10.0)
"""Seconds before an answer that Teams would not take is tried again, where it does not say how long."""
LONGEST_PAUSE = 30.0


class Patience:
    """Work that may outlast its request. Posts of the outbox are not tried again here: the courier does that."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._going_on: set[asyncio.Task[None]] = set()

    async def patiently(self, write: Callable[[], Awaitable[Any]]) -> None:
        """Write, again after a pause while Teams says "not now". Raises TryLater at last, or Undeliverable."""
        for pause in PAUSES:
            try:
                await write()
                return
            except TryLater as later:
                await self._sleep(min(pause if later.after is None else later.after, LONGEST_PAUSE))
        await write()

    async def within(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        """Wait so long; what takes longer goes on by itself. A fault of ours is raised, a refusal by Teams logged."""
        done, _ = await asyncio.wait({self.go_on(work)}, timeout=seconds)
        for task in done:
            if (fault := task.exception()) is not None and not isinstance(fault, TryLater | Undeliverable):
                raise fault

    def go_on(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start work that nobody waits for."""
        task = asyncio.create_task(work)
        self._going_on.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self, seconds: float) -> None:
        """Let what is under way finish, for so long."""
        if self._going_on:
            _, left = await asyncio.wait(set(self._going_on), timeout=seconds)
            for task in left:
                task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._going_on.discard(task)
        if task.cancelled():
            log.warning("An answer to Teams was cut off by the shutdown")
            return
        match task.exception():
            case None:
                pass
            case TryLater() | Undeliverable() as trouble:
                log.warning("An answer could not be written to Teams: %s", trouble)
            case fault:
                log.error("An answer to Teams failed", exc_info=fault)
