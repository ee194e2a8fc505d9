"""Grounds: what may be claimed as an exception or another date, and the facts that a claim is checked against."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.calendar import ONE_DAY
from bot.domain.terms import Role

ONE_WEEK = timedelta(weeks=1)


class Effect(StrEnum):
    """What a ground does once it is claimed."""

    RECORD = "record"
    """It is on record, and no date moves."""
    DATE = "date"
    """It gives another date."""
    NEVER = "never"
    """It is what people think is an exception, and is none."""


class Shows(StrEnum):
    """What must be shown before a ground may be claimed."""

    CLOSURE = "closure"
    """That a school's own advice was asked for around a time when it was closed so many weeks."""
    CIRCUMSTANCES = "circumstances"
    """From when the circumstances lasted: within the period."""
    ABSENCE = "absence"
    """So many weeks away without a break, within the period."""
    APPOINTMENT = "appointment"
    """The day of an appointment that was missed, within the period."""
    GIVEN = "given"
    """A date that somebody else has given, earlier or later."""
    EXTENSION = "extension"
    """A later date, told before the one it replaces has passed."""
    PAUSE = "pause"
    """The day of asking and the day of the answer, between which the period does not run."""
    NOTHING = "nothing"


class Unit(StrEnum):
    """What the most that a ground can give is counted in."""

    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True)
class Ground:
    """One row of `grounds.csv`; docs/rules.md says what each column is for."""

    id: str
    version: int
    title: str
    """In a caseworker's words: "school closed"."""
    names: tuple[str, ...]
    """What staff write for it. Grounds of one kind in several regulations share names: the clock tells them apart."""
    law: str
    """The words of the law; of what is never an exception, why not."""
    source: str
    shows: Shows
    weeks: int
    """How long a closure or an absence must last without a break; 0 where nothing must."""
    effect: Effect
    most: int
    """The most that it can give beyond the counted date; 0 where nothing is said."""
    unit: Unit | None
    agreed_by: tuple[Role, ...]
    """Who may agree to it."""
    unverified: str
    """What a person must read in the law before the ground is relied on; empty where nothing is open."""
    valid_from: date
    valid_to: date | None

    def is_called(self, name: str) -> bool:
        plain = _plain(name)
        return plain in {_plain(word) for word in (self.id, self.title, *self.names)}

    def in_force(self, on: date) -> bool:
        """Whether it may be claimed for a clock that starts on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def former(ground: str) -> Ground:
    """What stands on record as claimed, where no row says any more what it was."""
    title = f"ground {ground} of earlier rules"
    return Ground(
        ground, 0, title, (ground,), "", "earlier rules", Shows.NOTHING, 0, Effect.RECORD, 0, None, (), "",
        date.min, date.min,
    )  # fmt: skip


class Closed(NamedTuple):
    """A time when a school was closed, its first and last day included."""

    first: date
    last: date
    by_terms: bool = False
    """Presumed from the council's own term dates: nobody has recorded when this school was closed."""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def window(self) -> tuple[date, date]:
        """The first and last day on which asking the school for advice makes this closure count (regulation 5(4))."""
        return self.first - ONE_WEEK, self.last + ONE_DAY - ONE_WEEK


@dataclass(frozen=True)
class School:
    """What is on record of the school, college or nursery of a case."""

    name: str = ""
    closures: tuple[Closed, ...] = ()
    asked: tuple[date, ...] = ()
    """When its advice was asked for on this case."""


@dataclass(frozen=True)
class Plea:
    """What somebody puts forward: the ground, its days, and what it should give."""

    ground: Ground
    starts: date | None = None
    ends: date | None = None
    gives: date | None = None
    told: date | None = None
    aim: date | None = None


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())
