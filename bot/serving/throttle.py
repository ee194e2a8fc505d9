"""How many lines one account may say: far more than a person means, and no more than the others can spare."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.message import Message, Said
from bot.serving.metrics import Answer

AT_ONCE = 60
"""Lines that an account may say without a pause."""
A_SECOND = 1.0
"""Lines that it may say for each second since."""
MOST_ACCOUNTS = 10_000
TOO_MANY = (
    "That is more than I can take from one person at once. Nothing was done with this line:"
    " wait a few seconds, and say it again."
)


@dataclass
class Bucket:
    """So many lines are left, as at a moment."""

    lines: float
    at: datetime

    def take(self, now: datetime, at_once: int) -> bool:
        """Whether there was a line left to take. A clock that went back adds nothing."""
        self.lines = min(at_once, self.lines + A_SECOND * max(0.0, (now - self.at).total_seconds()))
        self.at = now
        if self.lines < 1:
            return False
        self.lines -= 1
        return True


class Throttle:
    """`answer`, for as many lines as one account may say.

    A line over it is told so, and is not kept: said again it is a line like any other. `heard_before` gives the answer
    of a delivery that was heard already, so that a redelivery is never told that nothing was done.
    """

    def __init__(
        self, answer: Answer, heard_before: Callable[[Said], Message | None], *, at_once: int = AT_ONCE
    ) -> None:
        self._answer, self._heard_before, self._at_once = answer, heard_before, at_once
        self._buckets: OrderedDict[tuple[int, str], Bucket] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __call__(self, said: Said, now: datetime) -> Message:
        if self._admits((said.who.connection, said.who.account), now):
            return self._answer(said, now)
        with suppress(SQLAlchemyError):  # where it cannot be looked up, it is said again and found then
            if earlier := self._heard_before(said):
                return earlier
        return Message(TOO_MANY, private=True, error="TooMany")

    def _admits(self, account: tuple[int, str], now: datetime) -> bool:
        """The accounts that were silent longest are forgotten first: their buckets are full again by then."""
        with self._one_at_a_time:
            bucket = self._buckets.setdefault(account, Bucket(self._at_once, now))
            self._buckets.move_to_end(account)
            if len(self._buckets) > MOST_ACCOUNTS:
                self._buckets.popitem(last=False)
            return bucket.take(now, self._at_once)
