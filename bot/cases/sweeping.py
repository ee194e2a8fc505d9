"""Sweeping deadlines by themselves, where one that cannot be swept would stop all the others."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import select

from bot.cases.auditing import set_aside
from bot.cases.hours import last_days
from bot.cases.nudging import Swept, look, write
from bot.cases.set_aside import without_the_bad
from bot.fault import log_fault
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Deadline

log = logging.getLogger(__name__)

Turns = Callable[[], AbstractContextManager[Turn]]
"""Opens a transaction, and gives its turn."""


def ripe(turn: Turn, *, limit: int, at_any_hour: bool) -> list[int]:
    """The ids of those that `look` would look at: nothing else of them is read."""
    of = columns(Deadline)
    allowed = last_days(turn) if at_any_hour else ()
    found = select(of.id).where(of.next_at <= turn.now, *allowed).order_by(of.next_at, of.id).limit(limit)
    return [*turn.db.scalars(found)]


def swept_apart(turns: Turns, deadlines: Sequence[int], *, at_any_hour: bool = False) -> Swept:
    """Say what is ripe of these. One that cannot be swept is set aside for an hour, and shown to a person."""
    if not deadlines:
        return Swept()

    def say(these: Sequence[int]) -> Swept:
        with turns() as turn:
            return write(turn, look(turn, limit=len(these), these=these, at_any_hour=at_any_hour))

    def aside(deadline: int, error: Exception) -> None:
        code = log_fault(log, f"deadline {deadline} is set aside for an hour", error)
        with turns() as turn:
            set_aside(turn, deadline, code)

    return sum(without_the_bad(deadlines, say, aside), Swept())
