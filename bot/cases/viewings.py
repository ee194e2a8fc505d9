"""Who saw who the child of a case is."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, func, select

from bot.turn import Turn
from storage.tables import Case, Person, Viewed


class Viewing(NamedTuple):
    """One person, how often, and when last."""

    name: str
    times: int
    last: datetime


def viewings(turn: Turn, case: Case) -> list[Viewing]:
    """Each person who was shown the identity of a case's child, whoever looked last first."""
    last = func.max(col(Viewed.at))
    found = (
        select(Person.name, func.count(), last)
        .join(Person, col(Viewed.person_id) == Person.id)
        .where(Viewed.case_id == case.id)
        .group_by(col(Person.id), col(Person.name))
        .order_by(last.desc())
    )
    return [Viewing(*row) for row in turn.db.exec(found)]
