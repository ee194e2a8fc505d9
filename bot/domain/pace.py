"""How fast a platform may be written to: so many messages in so many seconds, to one place and over all places."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Rate:
    """At most so many messages in any so many seconds."""

    many: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What one connection takes: to one room or person, and over all of them. Without any rate there is no limit."""

    place: tuple[Rate, ...] = ()
    whole: tuple[Rate, ...] = ()


Spot = tuple[int | None, int | None]
"""A room or a person by id, as (room, person): where one message at a time goes."""
NO_LIMITS = Limits()
LONGEST_QUIET = timedelta(hours=4)
"""No platform asks for longer: one that seems to was noted by a clock that was wrong."""


def free_from(sent: Sequence[datetime], rates: Sequence[Rate], now: datetime) -> datetime:
    """The earliest moment of the next message after those `sent`, oldest first; `now` where it may go at once."""
    ends = (sent[-rate.many] + timedelta(seconds=rate.seconds) for rate in rates if len(sent) >= rate.many)
    return max((now, *ends))


def left(sent: Sequence[datetime], rates: Sequence[Rate], now: datetime) -> int | None:
    """How many more may go at this moment after those `sent`; None where nothing limits them."""
    used = ((rate, sum(now - timedelta(seconds=rate.seconds) < at <= now for at in sent)) for rate in rates)
    return min((max(0, rate.many - lately) for rate, lately in used), default=None)


class Pace:
    """What one connection was sent lately, and until when it asked for quiet.

    What lies ahead was noted by a clock that went back since: it holds nothing up.
    """

    def __init__(self, limits: Limits = NO_LIMITS) -> None:
        self.limits = limits
        self._whole: deque[datetime] = _as_many_as_matter(limits.whole)
        self._places: dict[Spot, deque[datetime]] = {}
        self._resting: dict[Spot, datetime] = {}
        self._turned_away: dict[Spot, datetime] = {}
        self._quiet_until: datetime | None = None

    def sent(self, place: Spot, now: datetime) -> None:
        """A message begins its way to a place."""
        here = self._places.setdefault(place, _as_many_as_matter(self.limits.place))
        for moments in (here, self._whole):
            if moments and moments[-1] > now:
                moments.clear()
            moments.append(now)
        self._resting[place] = free_from(here, self.limits.place, now)

    def turned_away(self, place: Spot, until: datetime, now: datetime) -> None:
        """A place is to be left alone until a moment. Where another one is so already, all of them are meant.

        Platforms do not say whether they mean a channel or the whole workspace.
        """
        self._turned_away = {other: end for other, end in self._turned_away.items() if end > now} | {place: until}
        if len(self._turned_away) > 1:
            self.leave_alone(max(self._turned_away.values()))

    def leave_alone(self, until: datetime) -> None:
        """Nothing goes to anybody before a moment."""
        self._quiet_until = until

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing may be sent to anybody."""
        return self._quiet_until is not None and now < self._quiet_until < now + LONGEST_QUIET

    def room_for(self, most: int, now: datetime) -> int:
        """How many of `most` messages may begin now."""
        free = 0 if self.is_quiet(now) else left(self._whole, self.limits.whole, now)
        return most if free is None else min(most, free)

    def resting(self, now: datetime) -> dict[Spot, datetime]:
        """The places that may not be written to now, and from when they may."""
        longest = timedelta(seconds=max((rate.seconds for rate in self.limits.place), default=0))
        self._resting = {place: end for place, end in self._resting.items() if now < end <= now + longest}
        return dict(self._resting)


def _as_many_as_matter(rates: Sequence[Rate]) -> deque[datetime]:
    """Room for as many moments as any rate asks about."""
    return deque(maxlen=max((rate.many for rate in rates), default=1))
