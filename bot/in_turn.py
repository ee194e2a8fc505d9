"""Lines answered off the event loop, a few of each connection at a time: a burst from one delays no other's answers."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import ParamSpec, TypeVar

AT_ONCE = 3
"""Lines of one connection under way at once. The threads are few, and the database answers one after another anyway."""

P = ParamSpec("P")
R = TypeVar("R")


class InTurn:
    """`asyncio.to_thread`, in a line of its own for each connection: first come, first served."""

    def __init__(self) -> None:
        self._of: defaultdict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def __call__(self, connection: int, do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        async with self._of[connection]:
            return await asyncio.to_thread(do, *args, **kwargs)
