"""The canary: each working hour one message in the administrators' room is written anew, on the way every nudge goes.

It proves what no check of the record can: that what is put in the outbox is read by somebody a moment later. While it
sings, one line in that room says when; it never is a new message.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select

from bot.cases.posts import OFFICE, administrators_room, new_post, post_key
from bot.domain.calendar import london_time, moment
from bot.domain.terms import PostSays
from bot.turn import Turn
from storage.queries import want_posts
from storage.tables import Post, Room

SILENT = timedelta(hours=2)
"""Of working time, after which something must be wrong on the way."""

PUNCTUAL = timedelta(minutes=5)
"""Within which of the full hour a bot that runs has put it in."""


def is_due(turn: Turn) -> bool:
    """Asked before `put`, which on SQLite keeps every other writer waiting."""
    hour, room = _hour(turn), administrators_room(turn)
    if hour is None or room is None:
        return False
    last = _post(turn, room)
    return last is None or last.due_at is None or last.due_at < hour


def put(turn: Turn) -> bool:
    """Have this hour's canary written, once; whether it was not before."""
    hour, room = _hour(turn), administrators_room(turn)
    if hour is None or room is None or not is_due(turn):
        return False
    due_at = hour if turn.now - hour < PUNCTUAL else turn.now  # a bot that has just started is not late by that
    row = new_post(turn, PostSays.CANARY, room.connection_id, key=_key(room), room_id=room.id, due_at=due_at)
    want_posts(turn.db, [row])
    return True


def is_silent(turn: Turn) -> bool:
    """Whether it has not been shown for two hours of working time, in a room that has one."""
    room = administrators_room(turn)
    last = _post(turn, room) if room else None
    return last is not None and _worked(turn, last.sent_at or last.made_at) > SILENT


def _hour(turn: Turn) -> datetime | None:
    """The full hour, or the opening, since which the office is open; None where it is closed."""
    if not OFFICE.is_open(turn.now, calendar=turn.rules.calendar):
        return None
    hour = london_time(turn.now).time().replace(minute=0, second=0, microsecond=0)
    return moment(turn.today, max(hour, OFFICE.opens))


def _worked(turn: Turn, since: datetime) -> timedelta:
    """How long the office has been open since then, today and on the working day before; longer does not matter."""
    calendar, worked = turn.rules.calendar, timedelta()
    before = calendar.working_day_on_or_before(turn.today - timedelta(days=1))
    for day in (before, turn.today):
        if calendar.is_working_day(day):
            begins, ends = max(since, moment(day, OFFICE.opens)), min(turn.now, moment(day, OFFICE.closes))
            worked += max(ends - begins, timedelta())
    return worked


def _post(turn: Turn, room: Room) -> Post | None:
    return turn.db.exec(select(Post).where(col(Post.key) == _key(room))).first()


def _key(room: Room) -> str:
    return post_key(PostSays.CANARY, room.id)
