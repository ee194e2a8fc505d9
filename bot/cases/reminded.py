"""When a body was last reminded of what it was asked for."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from bot.domain.calendar import london_date
from bot.domain.terms import THE_AGENCYS
from bot.turn import Turn
from storage.tables import Deadline, Nudge, Post, Room


@dataclass(frozen=True)
class Reminded:
    """A reminder that went out: on which day, and in which room or to whom."""

    on: date
    room: str = ""
    person_id: int | None = None


def last_reminder(turn: Turn, deadline: Deadline) -> Reminded | None:
    """The last that was meant for the agency about this date, whoever had it; none that was left out or still waits."""
    went_out = (Nudge.deadline_id == deadline.id, Nudge.skipped == "", col(Post.sent_at).is_not(None))
    found = (
        select(Nudge.at, Room.name, Nudge.person_id)
        .join(Post, col(Post.id) == Nudge.post_id)
        .outerjoin(Room, col(Room.id) == Nudge.room_id)
        .where(*went_out, col(Nudge.hears).in_(THE_AGENCYS))
        .order_by(col(Nudge.at).desc(), col(Nudge.id).desc())
        .limit(1)
    )
    last = turn.db.exec(found).first()
    return Reminded(london_date(last[0]), last[1] or "", last[2]) if last else None
