"""One row of the law: what starts a clock, what stops it, how long it is; and the recorded facts that it counts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.domain.facts import Asks, Whole
from bot.domain.periods import WAYS
from bot.domain.terms import Agency, ClockKind, Counting, EntryKind, Nature, RuleId, Service


class Owner(StrEnum):
    """Who is bound by a clock, or whom it protects. The list grows with the rows of the rule pack."""

    COUNCIL = "council"
    SCHOOL = "school"
    HEALTH = "health"
    EDUCATIONAL_PSYCHOLOGY = "educational_psychology"
    SOCIAL_CARE = "social_care"
    ADVISER = "adviser"
    FAMILY = "family"
    SCHOOL_OR_COUNCIL = "school_or_council"
    OLD_COUNCIL = "old_council"
    NEW_COUNCIL = "new_council"
    COUNCIL_OR_HEALTH = "council_or_health"
    HEALTH_OR_SOCIAL_CARE = "health_or_social_care"
    MEDIATION_ADVISER = "mediation_adviser"
    MP_TEAM = "mp_team"
    COMPLAINTS = "complaints"
    INFORMATION_GOVERNANCE = "information_governance"


class Per(StrEnum):
    """What a clock runs on: the case or enquiry as a whole, or each request to one body."""

    CASE = "case"
    REQUEST = "request"


class Example(NamedTuple):
    """A worked example: a period that starts on `start` ends on `end`."""

    start: date
    end: date


@dataclass(frozen=True)
class ClockRule:
    """One row of `bot/rules/clocks.csv`; docs/rules.md says what each column is for."""

    id: RuleId
    version: int
    """The version of the rule pack in which the row began to read as it does."""
    processes: tuple[Whole, ...]
    title: str
    act: str
    """What the owner must do, after "the last day to": "send the final plan"."""
    per: Per
    starts: tuple[EntryKind, ...]
    starts_presumed: tuple[EntryKind, ...]
    stops: tuple[EntryKind, ...]
    ends: tuple[EntryKind, ...]
    resumes: tuple[EntryKind, ...]
    branch: str
    """Such as "if refusing": until a stop is recorded the clock is only information. Empty: it always binds."""
    binds: tuple[EntryKind, ...]
    """Facts that settle the branch: the decision to amend, where it binds "if amending". Empty: the stop does."""
    length: int
    counting: Counting
    target: int | None
    """The council's own earlier target, in the same unit."""
    nature: Nature
    composite: RuleId | None
    """The other limb of a limit that is the later of two."""
    owner: Owner
    agency: Agency | None
    """Whose room is nudged; None where nobody is."""
    kind: ClockKind
    source: str
    exceptions: tuple[str, ...]
    """The grounds of `grounds.csv` that may be claimed for it."""
    unverified: str
    """What a person must read in the law before the row is relied on; empty where nothing is open."""
    ladder: str
    """The name of its ladder; empty where nobody is nudged."""
    valid_from: date
    valid_to: date | None
    """The last start date that it counts for."""
    examples: tuple[Example, ...]
    recorded_from: date | None = None
    recorded_until: date | None = None
    """Where another pack reads the row otherwise: the days of recording, both included, that it still counts for."""

    @property
    def period(self) -> str:
        """The length in words: "20 weeks", "1 working day"."""
        return WAYS[self.counting].period(self.length)

    @property
    def from_latest(self) -> bool:
        """Whether the latest of its starts counts, not the earliest.

        Each decision that can be appealed brings a right anew, each draft a time for comments; and of the limbs of a
        limit that is the later of two, one counts from the making or the last review, whichever came last.
        """
        return self.nature in (Nature.RIGHT, Nature.EARLIEST) or self.composite is not None

    def in_force(self, on: date) -> bool:
        """Whether a clock that starts on that day is counted under this row."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def counts(self, start: "Happening") -> bool:
        """Whether this is the row that counts from this start, on the day it happened and the day it was recorded."""
        since, until = self.recorded_from or date.min, self.recorded_until or date.max
        return self.in_force(start.on) and since <= start.recorded_on <= until


@dataclass(frozen=True)
class Adviser:
    """One row of `bot/rules/services.csv`: who gives one piece of advice."""

    id: Service
    label: str
    asks: Asks
    """Advice on a child, or a school's answer to a consultation."""
    agency: Agency | None
    """Whose room hears of it; None where no room of ours is asked, so that the owner chases."""
    clock: RuleId
    usual: bool
    """Whether `ask … all` asks it."""
    also: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        """Whether staff call it that: SLT, salt, "speech and language"."""
        plain = name.strip().replace("_", " ").casefold()
        return plain in {word.replace("_", " ").casefold() for word in (self.id, self.label, *self.also)}


@dataclass(frozen=True)
class Happening:
    """A recorded fact that no later entry has superseded."""

    kind: EntryKind
    on: date
    recorded_on: date
    instance: int | None = None
    """The request that it is about; None for a fact about the case or enquiry as a whole."""
    entry: int = 0
    """The number of its entry: tells two facts of one day apart."""

    @property
    def order(self) -> tuple[date, int]:
        return (self.on, self.entry)
