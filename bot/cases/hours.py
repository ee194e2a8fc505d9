"""When nudges are put in, and what a council lets break its quiet hours."""

from typing import Any

from sqlmodel import col

from bot.domain.calendar import OfficeHours, london_time
from bot.domain.ladder import CLOSES, SPEAKS
from bot.domain.terms import ClockKind, Nature
from bot.turn import Turn
from storage.tables import Deadline

SPEAKING = OfficeHours(SPEAKS, CLOSES)
"""When nudges are put in. One found ripe at night or on a Sunday waits: by then a newer rung may take its place."""


def breaks_quiet(turn: Turn) -> bool:
    """Whether something is to be said now though it is none of the hours of speaking: the council decides."""
    council = turn.rules.council
    return council is not None and council.last_day_at_any_hour and london_time(turn.now).time() >= SPEAKS


def last_days(turn: Turn) -> tuple[Any, ...]:
    """Which deadlines may break them: statutory duties whose last day to act is today."""
    rules = turn.rules.by_id.values()
    statute = [rule.id for rule in rules if rule.kind is ClockKind.STATUTORY and rule.nature is Nature.DUTY]
    return (col(Deadline.safe) == turn.today, col(Deadline.rule).in_(statute))
