"""Writes down what several tasks did in one transaction: whatever comes up while one is under way goes into the next.

A step that comes alone is written at once. Nothing is told as written before it is committed.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from bot.turn import Turn
from storage.connect import Store, in_the_way, will_pass

MOST = 50
"""Steps in one transaction: on SQLite everybody else who writes waits for it."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Step:
    """What is to be written, as of which moment, and who waits for it."""

    write: Callable[[Turn], Any]
    now: datetime
    done: asyncio.Future[Any]


class Clerk:
    """Writes for any number of tasks of one event loop at a time."""

    def __init__(self, store: Store, turn_at: Callable[[Session, datetime], Turn]) -> None:
        self._store, self._turn_at = store, turn_at
        self._waiting: list[Step] = []
        self._at_work: asyncio.Task[None] | None = None

    async def write(self, write: Callable[[Turn], Result], now: datetime) -> Result:
        """What `write` answers, once it is committed. What it raises undoes it, and nobody else's step."""
        step = Step(write, now, asyncio.get_running_loop().create_future())
        self._waiting.append(step)
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        result: Result = await step.done
        return result

    async def _work(self) -> None:
        while self._waiting:
            steps, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            came_to = await asyncio.to_thread(self._settle, steps)
            for step, result in zip(steps, came_to, strict=True):
                if step.done.done():  # whoever waited was stopped
                    continue
                if isinstance(result, Exception):
                    step.done.set_exception(result)
                else:
                    step.done.set_result(result)

    def _settle(self, steps: Sequence[Step]) -> list[Any]:
        """What each step answered or raised. Where they cannot be written together, each is written alone."""
        try:
            with self._store.transaction() as db:
                return [self._one(db, step) for step in steps]
        except Exception as error:  # noqa: BLE001  whoever waits for a step is told, and deals with it
            away = will_pass(error) and not in_the_way(error)
            if away or len(steps) == 1:
                return [error] * len(steps)
            return [result for step in steps for result in self._settle([step])]

    def _one(self, db: Session, step: Step) -> Any:
        """One step, which sees the record and not what another happens to have in its hands."""
        result = step.write(self._turn_at(db, step.now))
        db.flush()
        db.expunge_all()
        return result
