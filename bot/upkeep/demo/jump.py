"""The demo's clock moved on, with everything said on the way that would have been said."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from bot.cases.hours import SPEAKING
from bot.cases.posts import OFFICE
from bot.domain.calendar import Calendar, OfficeHours, london_date, moment
from bot.domain.errors import NotNow
from bot.domain.terms import PostSays, PostState
from bot.upkeep.clock import MovedClock
from storage.connect import Store
from storage.tables import Deadline, Post

LENGTHS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
FAR = timedelta(weeks=26)
"""A next nudge further off than this is none."""

Tick = Callable[[], Awaitable[None]]


class Jump:
    """Moves the clock from one moment at which something is due to the next; `tick` says what is due by the clock."""

    def __init__(self, store: Store, calendar: Calendar, clock: MovedClock, tick: Tick) -> None:
        self._store, self._calendar, self._clock, self._tick = store, calendar, clock, tick

    async def to(self, where: str) -> datetime:
        """`next_nudge`, or on by a `day` or a `week`."""
        return await (self.to_next_nudge() if where == "next_nudge" else self.on_by(LENGTHS[where]))

    async def wait(self, length: timedelta | None) -> datetime:
        """On by a length of time, or to the next nudge."""
        return await (self.to_next_nudge() if length is None else self.on_by(length))

    async def on_by(self, length: timedelta) -> datetime:
        """As much later, having stopped wherever something was due."""
        goal = self._clock() + length
        while (at := self._next(self._clock())) < goal:
            await self._stop_at(at)
        await self._stop_at(goal)
        return self._clock()

    async def to_next_nudge(self) -> datetime:
        """The moment at which a nudge goes out next."""
        end, said = self._clock() + FAR, self._said()
        while (at := self._next(self._clock())) < end:
            await self._stop_at(at)
            if self._said() > said:
                return self._clock()
        raise NotNow("Nothing is left to be nudged about in the next half year: open a case first, or ask for advice.")

    async def _stop_at(self, at: datetime) -> None:
        self._clock.move_to(max(at, self._clock()))
        await self._tick()

    def _next(self, now: datetime) -> datetime:
        """When something falls due next: a rung to look at, a post that waits for its hour, a morning's digests."""
        mornings = [self._opening(hours, now) for hours in (OFFICE, SPEAKING)]
        with self._store.reading() as db:
            rung = db.exec(select(func.min(Deadline.next_at)).where(col(Deadline.next_at) > now)).one()
            waiting = (Post.state == PostState.WAITING, col(Post.not_before) > now)
            post = db.exec(select(func.min(Post.not_before)).where(*waiting)).one()
        return min(at for at in (rung, post, *mornings) if at is not None)

    def _opening(self, hours: OfficeHours, now: datetime) -> datetime:
        """When hours begin next; tomorrow's beginning, or a later one, while they last."""
        closed = moment(london_date(now), hours.closes) if hours.is_open(now, calendar=self._calendar) else now
        return hours.next_open(closed, calendar=self._calendar)

    def _said(self) -> int:
        with self._store.reading() as db:
            spoken = (Post.state == PostState.SENT, Post.says == PostSays.NUDGES)
            return db.exec(select(func.count()).where(*spoken)).one()
