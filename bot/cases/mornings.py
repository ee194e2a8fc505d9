"""Each working morning the living cards are looked at again: what they say of a date changes overnight.

A card in a room says "in 3 days", "week 10 of 20", late: true on the day it was written. Nobody has to act for it to
become untrue.
"""

from datetime import time

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import col, select

from bot.cases.queue import CARDS
from bot.domain.calendar import moment
from bot.domain.terms import CaseStatus, PostState
from bot.turn import Turn
from storage.tables import Case, Connection, Enquiry, Post, Room

EARLY = time(6, 30)
"""London time. The office opens two hours later: by then even thousands of cards have been written anew."""


def anything_stale(turn: Turn) -> bool:
    """Asked before `look_again`, which on SQLite keeps every other writer waiting."""
    return _is_time(turn) and turn.db.exec(select(Post.id).where(*_stale(turn)).limit(1)).first() is not None


def look_again(turn: Turn) -> int:
    """Have every card of an open case or letter looked at again, once a working day from `EARLY` on; how many.

    One statement, which passes over what is waiting already and what was shown or looked at since: so a second replica
    or a restart repeats nothing.
    """
    if not _is_time(turn):
        return 0
    due = {"not_before": turn.now, "due_at": turn.now}
    anew = {"wanted": Post.wanted + 1, "state": PostState.WAITING, "refresh": True, **due}
    found = turn.db.execute(update(Post).where(*_stale(turn)).values(anew).returning(col(Post.id)))
    return len(found.all())


def _is_time(turn: Turn) -> bool:
    return turn.rules.calendar.is_working_day(turn.today) and turn.now >= moment(turn.today, EARLY)


def _stale(turn: Turn) -> tuple[ColumnElement[bool], ...]:
    """Cards that stand in a room since before this morning; none where nothing more is posted."""
    cases = select(Case.id).where(Case.status == CaseStatus.OPEN)
    letters = select(Enquiry.id).where(Enquiry.status == CaseStatus.OPEN)
    rooms = select(Room.id).join(Connection).where(col(Room.bound), col(Connection.active))
    return (
        col(Post.says).in_(CARDS),
        col(Post.state) == PostState.SENT,
        ~col(Post.withdraw),
        col(Post.sent_at) < moment(turn.today, EARLY),
        or_(col(Post.case_id).in_(cases), col(Post.enquiry_id).in_(letters)),
        col(Post.room_id).in_(rooms),
    )
