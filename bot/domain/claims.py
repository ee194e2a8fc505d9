"""What was claimed for a clock, and the date that it then has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.periods import corresponding
from bot.domain.terms import RuleId


def given_date(start: date, months: int, claims: Iterable["Claim"], *, calendar: Calendar) -> date | None:
    """What stands in place of the counted date: the last that was given, later by the days it stood still since.

    A month that stood still for some days ends so many days after the corresponding date, and rolls forward only then.
    """
    base, paused = None, frozenset[date]()
    for claim in claims:
        if claim.pauses:
            paused |= claim.paused
        elif claim.gives:
            base, paused = claim.gives, frozenset()
    if not paused:
        return base
    unrolled = corresponding(start, months)
    return calendar.checked(calendar.next_working_day_on_or_after((base or unrolled) + ONE_DAY * len(paused)))


@dataclass(frozen=True)
class Claim:
    """An exception, an extension or a date that was given: on record, agreed to by a second person."""

    ground: str
    """A row of `grounds.csv`."""
    rules: tuple[RuleId, ...]
    """The clocks that it is claimed for."""
    recorded_on: date
    entry: int
    instance: int | None = None
    gives: date | None = None
    """The new legal date, where the ground can give one: an exception to a statutory limit never does."""
    aim: date | None = None
    """The council's own aim in place of a date that it cannot keep."""
    aims_at: RuleId | None = None
    """The clock that the aim is for; None: each that it is claimed for."""
    starts: date | None = None
    ends: date | None = None
    """From when to when what is claimed lasted, both days included."""
    told: date | None = None
    """When the family was told of it."""
    pauses: bool = False
    """The days that it lasted do not count: the clock stood still."""

    @property
    def paused(self) -> frozenset[date]:
        """The days on which the clock stood still, the first and the last included (UK GDPR, Article 12A)."""
        if not (self.pauses and self.starts and self.ends):
            return frozenset()
        return frozenset(self.starts + ONE_DAY * n for n in range((self.ends - self.starts).days + 1))
