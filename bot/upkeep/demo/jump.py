"""The demo's clock moved on, with everything said on the way that would have been said."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from bot.domain.errors import NotNow
from bot.domain.terms import PostSays, PostState
from bot.upkeep.clock import DemoClock
from storage.connect import Store
from storage.tables import Deadline, Post

SPOKEN = (PostSays.NUDGES, PostSays.DIGEST)
FAR = timedelta(weeks=26)
"""A next nudge further off than this is none."""

Tick = Callable[[datetime], Awaitable[None]]


class Jump:
    """Moves the clock from one moment at which something is due to the next; `tick` says what is due at each."""

    def __init__(self, store: Store, clock: DemoClock, tick: Tick) -> None:
        self._store, self._clock, self._tick = store, clock, tick

    async def on_by(self, length: timedelta) -> datetime:
        """As much later, having stopped wherever something was due."""
        goal = self._clock() + length
        while (at := self._next(self._clock())) is not None and at < goal:
            await self._stop_at(at)
        await self._stop_at(goal)
        return self._clock()

    async def to_next_nudge(self) -> datetime:
        """The moment at which a nudge or a digest goes out next."""
        end, said = self._clock() + FAR, self._said()
        while (at := self._next(self._clock())) is not None and at < end:
            await self._stop_at(at)
            if self._said() > said:
                return self._clock()
        raise NotNow("Nothing is left to be nudged about in the next half year: open a case first, or ask for advice.")

    async def _stop_at(self, at: datetime) -> None:
        self._clock.move_to(max(at, self._clock()))
        await self._tick(self._clock())

    def _next(self, now: datetime) -> datetime | None:
        """When something falls due next: a rung to be looked at, or a post that waits for its hour."""
        with self._store.reading() as db:
            rung = db.exec(select(func.min(Deadline.next_at)).where(col(Deadline.next_at) > now)).one()
            waiting = (Post.state == PostState.WAITING, col(Post.not_before) > now)
            post = db.exec(select(func.min(Post.not_before)).where(*waiting)).one()
        return min((at for at in (rung, post) if at is not None), default=None)

    def _said(self) -> int:
        with self._store.reading() as db:
            spoken = (Post.state == PostState.SENT, col(Post.says).in_(SPOKEN))
            return db.exec(select(func.count()).where(*spoken)).one()
