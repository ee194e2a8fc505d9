"""A run of words that stands for something: a case, a service, a day."""

from dataclasses import dataclass
from typing import Any

UNITS = frozenset(
    {"day", "days", "week", "weeks", "working", "month", "months", "year", "years", "%", "percent", "hours"}
)

TAG = {"service": "ADV", "agency": "ADV", "clock": "CLK", "person": "WHO", "mp": "mp", "constituency": "CON",
       "setting": "SCH", "when": "DAY", "comparator": "CMP", "ref": "REF", "letter": "LET", "name": "WHO"}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Span:
    """A run of words, from one word up to another, and what it stands for."""

    kind: str
    value: Any
    first: int
    last: int
    """The word after it."""
    negated: bool = False
    others: tuple[str, ...] = ()
    """What else it may be: two people called Tom."""
    bound: str = ""
    """The word that leads a day: by, since."""
