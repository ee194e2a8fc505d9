"""Whose turn it is: the oldest due post of each free room and person, taken in hand until a moment.

The statements are made once: making them anew for each claim takes longer than the database does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, false, func, or_, select, true, tuple_, union_all, update
from sqlmodel import Session

from bot.domain.pace import Spot
from bot.domain.terms import PostSays, PostState
from storage.columns import columns
from storage.tables import Post, Room

CARDS = (PostSays.CASE_CARD, PostSays.ENQUIRY_CARD)


@dataclass(frozen=True)
class Claim:
    """A post in hand until a moment."""

    post_id: int
    until: datetime
    in_doubt: datetime | None
    """Since when: an earlier attempt ended without a word, and may have been sent."""
    attempts: int
    must_be_heard: bool
    """Said elsewhere rather than never. A card is not: it only shows what can be asked for."""
    says: PostSays
    due_at: datetime
    """When it should have gone out."""
    connection: int
    spot: Spot
    refresh: bool
    """Nobody did anything: only the day has changed."""

    @property
    def unsure(self) -> bool:
        return self.in_doubt is not None


OF, ROOM = columns(Post), columns(Room)
CONNECTION: Any = bindparam("connection")
NOW: Any = bindparam("now")
MOST: Any = bindparam("most")
RESTING_ROOMS: Any = bindparam("resting_rooms", expanding=True)
RESTING_PEOPLE: Any = bindparam("resting_people", expanding=True)


def _free(post: Any) -> ColumnElement[bool]:
    return or_(post.claimed_until.is_(None), post.claimed_until <= NOW)


def _due(post: Any, connection: Any) -> tuple[ColumnElement[bool], ...]:
    return (post.state == PostState.WAITING, post.not_before <= NOW, connection == CONNECTION, _free(post))


def _in_hand(whom: Any) -> Any:
    """The rooms, or people, to whom a post is on its way."""
    on_its_way = (OF.connection_id == CONNECTION, OF.claimed_until > NOW, OF.state == PostState.WAITING)
    return select(whom).where(*on_its_way, whom.is_not(None))


def _oldest_in_rooms() -> Any:
    """Of each free room the post whose turn it is: two seeks in an index, whatever waits there."""

    def oldest(refresh: ColumnElement[bool]) -> Any:
        here = OF.id.table.alias().c
        # Nothing is added: but the room's own index is to be read, and SQLite would as soon read the connection's.
        due = _due(here, here.connection_id + 0)
        of_kind = (here.room_id == ROOM.id, *due, here.refresh.is_(refresh))
        first = select(here.id).where(*of_kind).order_by(here.not_before, here.id).limit(1)
        return first.correlate(ROOM.id.table).scalar_subquery()

    free = (ROOM.id.not_in(_in_hand(OF.room_id)), ROOM.id.not_in(RESTING_ROOMS))
    turn = func.coalesce(oldest(false()), oldest(true()))
    return select(turn).where(ROOM.connection_id == CONNECTION, *free)


def _oldest_to_people() -> Any:
    """Of people, who are many with little to each: the posts in their order that have none before them."""
    post, older = OF.id.table.alias().c, OF.id.table.alias().c
    before = tuple_(older.not_before, older.id) < tuple_(post.not_before, post.id)
    earlier = select(older.id).where(older.person_id == post.person_id, *_due(older, older.connection_id), before)
    free = (post.person_id.not_in(_in_hand(OF.person_id)), post.person_id.not_in(RESTING_PEOPLE))
    people = (post.person_id.is_not(None), *free, ~earlier.exists())
    in_order = select(post.id).where(*_due(post, post.connection_id), *people).order_by(post.not_before, post.id)
    return select(in_order.limit(MOST).subquery())


OLDEST = union_all(_oldest_in_rooms(), _oldest_to_people())
# The state is wrapped so that the posts are found by their ids: SQLite would read through all that wait.
TAKEN = (
    select(OF.id, OF.says, OF.room_id, OF.person_id, OF.claimed_until, OF.attempts, OF.not_before, OF.due_at)
    .add_columns(OF.connection_id, OF.refresh)
    .where(OF.id.in_(bindparam("oldest", expanding=True)), func.coalesce(OF.state, "") == PostState.WAITING.value)
    .where(OF.not_before <= NOW, _free(OF))
    .order_by(OF.refresh, OF.not_before, OF.id)
    .limit(MOST)
    .with_for_update(skip_locked=True)
)
HELD = (
    update(OF.id.table)
    .where(OF.id.in_(bindparam("taken", expanding=True)))
    .values(claimed_until=bindparam("until"), attempts=OF.attempts + 1)
)
# Both values are named, so that an index is read from the right place on.
ANY_DUE = select(OF.id).where(*_due(OF, OF.connection_id), OF.refresh.in_((False, True))).limit(1)


def anything_due(db: Session, connection: int, now: datetime) -> bool:
    """Asked before a claim, which on SQLite keeps every other writer waiting."""
    return db.scalar(ANY_DUE, {"connection": connection, "now": now}) is not None


def claim(
    db: Session, connection: int, now: datetime, *, until: datetime, most: int, resting: Collection[Spot] = ()
) -> list[Claim]:
    """Take the oldest due post of up to `most` free rooms and people in hand. Two replicas never take the same.

    However much waits for one room, another's turn comes. Those `resting` were written to just now, and passed over.
    What only the new day asks for is taken when nothing else is due there: it must not keep a nudge waiting.
    """
    rested = {f"resting_{who}": [spot[n] for spot in resting if spot[n]] for n, who in enumerate(("rooms", "people"))}
    here = {"connection": connection, "now": now, "most": most}
    oldest = [post_id for post_id in db.scalars(OLDEST, {**here, **rested}) if post_id]
    claims = [_claimed(post, until) for post in db.execute(TAKEN, {**here, "oldest": oldest})] if oldest else []
    if claims:
        db.execute(HELD, {"taken": [one.post_id for one in claims], "until": until})
    return claims


def _claimed(post: Row[Any], until: datetime) -> Claim:
    heard = post.says not in (*CARDS, PostSays.CANARY)
    due_at = post.due_at or post.not_before
    what = {"says": post.says, "due_at": due_at, "must_be_heard": heard, "refresh": post.refresh}
    where = {"connection": post.connection_id, "spot": (post.room_id, post.person_id)}
    return Claim(post.id, until, post.claimed_until, post.attempts + 1, **what, **where)
