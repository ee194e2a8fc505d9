"""The outbox from the courier's side: take a post in hand, see what it should say now, and note how it went.

Each function is one step of the courier's, in a transaction of its own; none waits for a platform.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.cases.posts import OFFICE, administrators_room, new_post, tell_administrators
from bot.cases.recipients import Place, managers_of
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.terms import Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import accounts_of, add_new
from storage.tables import Case, Connection, Deadline, Nudge, Post, Room

Render = Callable[[Turn, Post], Message | None]
"""The words of a post as things stand; None when it is no longer true."""

CARDS = (PostSays.CASE_CARD, PostSays.ENQUIRY_CARD)
IN_OFFICE_HOURS = (PostSays.NUDGES, PostSays.DIGEST)
"""Never sent when the office is closed, however long they waited. A word after somebody's act may be."""

NOT_NEEDED = "no longer needed when its turn came"
NOBODY = "nobody could be reached"


class Outcome(StrEnum):
    """How one turn of a post went."""

    SENT = "sent"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    LATER = "later"
    FAILED = "failed"
    FAULT = "fault"
    NOT_OURS = "not ours"


@dataclass(frozen=True)
class Claim:
    """A post in hand until a moment. `unsure`: an earlier attempt ended without a word, and may have been sent."""

    post_id: int
    until: datetime
    unsure: bool


@dataclass(frozen=True)
class Errand:
    """What to do with a post now. No message: take it away."""

    claim: Claim
    to: Address
    key: str
    platform_id: str
    wanted: int
    message: Message | None
    attempts: int


def anything_due(db: Session, connection: int, now: datetime) -> bool:
    return db.exec(select(Post.id).where(*_due(connection, now)).limit(1)).first() is not None


def claim(db: Session, connection: int, now: datetime, *, until: datetime, most: int) -> list[Claim]:
    """Take up to `most` due posts in hand, at most one for each room or person; two replicas never take the same."""
    held = aliased(Post)
    in_hand = (held.state == PostState.WAITING, held.connection_id == connection, col(held.claimed_until) > now)
    rooms = select(held.room_id).where(*in_hand, col(held.room_id).is_not(None))
    people = select(held.person_id).where(*in_hand, col(held.person_id).is_not(None))
    found = db.exec(
        select(Post.id, Post.room_id, Post.person_id, Post.claimed_until)
        .where(*_due(connection, now))
        .where(or_(col(Post.room_id).is_(None), col(Post.room_id).not_in(rooms)))
        .where(or_(col(Post.person_id).is_(None), col(Post.person_id).not_in(people)))
        .order_by(col(Post.not_before), col(Post.id))
        .limit(most * 5)
        .with_for_update(skip_locked=True)
    ).all()
    one_each = {(room, person): (post, was) for post, room, person, was in reversed(found)}
    chosen = sorted(one_each.values(), key=[post for post, *_ in found].index if False else lambda each: each[0])[:most]
    ids = [post for post, _ in chosen]
    db.execute(update(Post).where(col(Post.id).in_(ids)).values(claimed_until=until, attempts=Post.attempts + 1))
    return [Claim(post, until, unsure=was is not None) for post, was in chosen]
