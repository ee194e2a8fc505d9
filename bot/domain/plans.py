"""Whether a child has a plan, from when its next review counts, and when the child moves to the next school."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.facts import FACTS
from bot.domain.terms import EntryKind

E = EntryKind
MADE = frozenset({E.PLAN_MADE, E.FINAL_PLAN_SENT})
REVIEWED = frozenset(
    {E.LAST_REVIEW_CONCLUDED, E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_AMEND_SENT, E.DECISION_TO_CEASE_SENT}
)
"""A review is concluded on the day on which its decision is sent: regulations 20(10) and 21."""
OF_A_PLAN = MADE | REVIEWED | {E.AMENDED_PLAN_SENT, E.PLAN_CEASED}
"""Facts that tell of a plan: there was one on that day, or its end."""


@dataclass(frozen=True)
class Told:
    """A standing fact, and the case on which it is on record."""

    kind: EntryKind
    on: date
    case: int

    @property
    def order(self) -> tuple[date, int]:
        return (self.on, self.case)


@dataclass(frozen=True)
class Plan:
    """A plan that the council keeps."""

    newest: Told
    """The last that is told of it."""
    counts_from: Told | None
    """What its next review counts from: the end of the last review, else the day when the plan was first made."""

    @property
    def is_to_end(self) -> bool:
        """The council has decided to cease it. It is kept until the time for an appeal, or the appeal, is over."""
        return self.newest.kind is E.DECISION_TO_CEASE_SENT


def plan_of(facts: Iterable[Told], gone: date | None = None) -> Plan | None:
    """The plan that these facts of one child tell of; None where there is none, or none any more.

    `gone` is the day on which the child moved away. What is told of no later day than that, or than the end of a
    plan, tells of an earlier plan.
    """
    known = [fact for fact in facts if fact.kind in OF_A_PLAN]
    ended = max([fact.on for fact in known if fact.kind is E.PLAN_CEASED], default=date.min)
    since = [fact for fact in known if fact.on > max(ended, gone or date.min)]
    if not since:
        return None
    first_made = min((fact for fact in since if fact.kind in MADE), key=_order, default=None)
    last_reviewed = max((fact for fact in since if fact.kind in REVIEWED), key=_order, default=None)
    return Plan(max(since, key=_order), last_reviewed or first_made)


def _order(fact: Told) -> tuple[date, int]:
    return fact.order


@dataclass(frozen=True)
class Move:
    """A move to the next phase of education that the date of birth gives away."""

    to: str
    age: int
    """The birthday that falls in the school year before the move."""
    leaves: frozenset[str]
    """The phases of the schools that it leaves, as the register of schools names them; others are asked about."""
    counts_from: EntryKind

    @property
    def falls_on(self) -> tuple[int, int]:
        """The month and the day of what it counts from, which regulation 18(1) fixes."""
        yearly = FACTS[self.counts_from].yearly
        if yearly is None:
            raise ValueError(f"{self.counts_from} falls on no day of every year")
        return yearly


MOVES = (
    Move("reception", 4, frozenset({"nursery", "early years", "primary", "infant"}), E.TRANSFER_15_FEBRUARY),
    Move("year 7", 11, frozenset({"primary", "junior"}), E.TRANSFER_15_FEBRUARY),
    Move("year 12", 16, frozenset({"secondary"}), E.TRANSFER_31_MARCH),
)
"""Regulation 18(1). Infant to junior school, middle schools and moves after 16 are told by no date of birth."""


def move_in(year: int, born: date) -> Move | None:
    """The move of a child born on that day in the September of a year. A school year runs from 1 September."""
    return next((move for move in MOVES if _in_cohort(year - move.age, born)), None)


def _in_cohort(year: int, born: date) -> bool:
    """Whether a birthday lies in the twelve months up to 31 August of a year."""
    return date(year - 1, 9, 1) <= born <= date(year, 8, 31)
