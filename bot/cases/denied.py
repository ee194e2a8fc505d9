"""Who was refused what: attempts at what somebody may not say, may not see, or that are a stranger's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from bot.cases.lines import SEALED_FOR
from bot.cases.staff import team_of
from bot.domain.terms import Role
from bot.turn import Turn
from storage.tables import Heard, Person, Room

WHY = {
    "NotAllowed": "not for their role, or not theirs",
    "NotFound": "no such thing among what they may see",
    "Stranger": "not on the staff list",
}
"""Each verdict that is a denial, in words."""
PAGE = 20


@dataclass(frozen=True, repr=False)
class Denied:
    """One attempt. `line` is what was typed: it is looked at for the command it names, and never shown."""

    at: datetime
    by: str
    room: str
    """Empty where it was said privately, or in a room that is nobody's."""
    why: str
    line: str


def denied(turn: Turn, page: int) -> tuple[list[Denied], int]:
    """One page of the attempts that are still kept, the newest first, and how many there are.

    A data protection lead sees everybody's, a manager their team's and their own.
    """
    which = [col(Heard.verdict).in_(WHY)]
    if turn.person.role is Role.MANAGER:
        which.append(col(Heard.person_id).in_([turn.person.id, *team_of(turn.db, turn.person)]))
    many = turn.db.exec(select(func.count()).select_from(Heard).where(*which)).one()
    here = (col(Room.connection_id) == Heard.connection_id, col(Room.place) == Heard.place)
    found = (
        select(Heard, Person.name, Room.name)
        .outerjoin(Person, col(Person.id) == Heard.person_id)
        .outerjoin(Room, here[0] & here[1])
        .where(*which)
        .order_by(col(Heard.at).desc(), col(Heard.id).desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return [_denied(turn, *row) for row in turn.db.exec(found)], many


def _denied(turn: Turn, heard: Heard, by: str | None, room: str | None) -> Denied:
    line = turn.vault.open_own(heard.sealed, SEALED_FOR)["line"]
    return Denied(heard.at, by or "somebody unknown", room or "", WHY[heard.verdict], line)


def words_of(known: Sequence[str], line: str) -> str:
    """The command that a line begins with, of those that are known; never another word of it."""
    tidy = " ".join(line.lower().split())
    fits = [words for words in known if tidy == words or tidy.startswith((f"{words} ", f"{words}:"))]
    return max(fits, key=len, default="something else")
