"""The words that the terminal itself understands: who speaks, where, and how long to wait."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

PRIVATE = "private:"
UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
LONGEST_WAIT = timedelta(weeks=104)


class Staff(NamedTuple):
    """Somebody the terminal can speak as."""

    email: str
    name: str
    role: str
    agency: str

    def __str__(self) -> str:
        return f"{self.name}, {self.role}, {self.agency} ({self.email})"


class TerminalRoom(NamedTuple):
    """A room the terminal can go to."""

    place: str
    name: str
    agency: str


def staff_called(typed: str, people: Sequence[Staff]) -> list[Staff]:
    """Those whom the words fit: an e-mail, a whole name, or the beginning of either or of a part of the name."""
    wanted = typed.strip().casefold()
    exact = [person for person in people if wanted in (person.email.casefold(), person.name.casefold())]
    begun = [
        person
        for person in people
        if any(word.startswith(wanted) for word in (person.email.casefold(), *person.name.casefold().split()))
    ]
    return exact or begun if wanted else []


def room_called(typed: str, rooms: Sequence[TerminalRoom]) -> TerminalRoom | None:
    """The one room whose name it is, or begins with it."""
    wanted = typed.strip().removeprefix("#").casefold()
    exact = [room for room in rooms if wanted in (room.place.casefold(), room.name.casefold())]
    begun = [room for room in rooms if wanted and room.name.casefold().startswith(wanted)]
    fits = exact or begun
    return fits[0] if len(fits) == 1 else None


def wait_of(typed: str) -> timedelta | None:
    """How long "3 days", "a week" or "an hour" is; None for "until next nudge". Raises ValueError with a sentence."""
    words = typed.strip().casefold()
    if re.fullmatch(r"(until )?(the )?next nudge", words):
        return None
    found = re.fullmatch(r"(?:for )?(\d{1,4}|an?|one)? ?(minute|hour|day|week)s?", words)
    if not found:
        raise ValueError("Say how long: `wait 3 days`, `wait a week`, `wait until next nudge`.")
    count = int(found[1]) if (found[1] or "").isdecimal() else 1
    length = count * UNITS[found[2]]
    if length > LONGEST_WAIT:
        raise ValueError("That is too long to wait: at most 104 weeks at a time.")
    return length
