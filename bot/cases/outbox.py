"""The outbox from the courier's side: take a post in hand, see what it should say now, and note how it went.

Each function is one step of the courier's, in a transaction of its own; none waits for a platform.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, tuple_, union_all, update
from sqlalchemy import case as when
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.cases.digests import is_stale
from bot.cases.posts import OFFICE, left_out
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import Spot
from bot.domain.terms import PostSays, PostState
from bot.turn import Turn
from storage.columns import columns
from storage.queries import accounts_of
from storage.tables import Connection, Nudge, Post, Room

Render = Callable[[Turn, Post], Message | None]
"""The words of a post as things stand; None when it is no longer true."""

CARDS = (PostSays.CASE_CARD, PostSays.ENQUIRY_CARD)
IN_OFFICE_HOURS = (PostSays.NUDGES, PostSays.DIGEST)
"""Never sent while the office is closed, however long they have waited. A word after somebody's act may be."""

NOT_NEEDED = "no longer needed when its turn came"


@dataclass(frozen=True)
class Claim:
    """A post in hand until a moment. `unsure`: an earlier attempt ended without a word, and may have been sent."""

    post_id: int
    until: datetime
    unsure: bool
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


@dataclass(frozen=True)
class Errand:
    """What to do with a post now: write it, or without a message take it away."""

    claim: Claim
    to: Address
    key: str
    platform_id: str
    wanted: int
    message: Message | None
    words: bytes | None = None
    """A digest of what a card will say; None of anything else."""
    refresh: bool = False
    """Nobody did anything: only the day has changed."""
    left_out: tuple[int, ...] = ()
    """The nudges that it no longer says, by id."""


@dataclass(frozen=True)
class Same:
    """The day has changed, and what stands there still says what it should."""

    claim: Claim
    wanted: int


@dataclass(frozen=True)
class NotNow:
    """Nothing to do with a post before this moment: the office is closed."""

    until: datetime


def anything_due(db: Session, connection: int, now: datetime) -> bool:
    """Asked before a claim, which on SQLite keeps every other writer waiting."""
    either = col(Post.refresh).in_((False, True))  # named so that an index is read from the right place on
    return db.exec(select(Post.id).where(*_due(Post, connection, now), either).limit(1)).first() is not None


def claim(
    db: Session, connection: int, now: datetime, *, until: datetime, most: int, resting: Collection[Spot] = ()
) -> list[Claim]:
    """Take the oldest due post of up to `most` free rooms and people in hand. Two replicas never take the same.

    However much waits for one room, another's turn comes. Those `resting` were written to just now, and passed over.
    What only the new day asks for is taken when nothing else is due there: it must not keep a nudge waiting.
    """
    of, rested = columns(Post), [{spot[place] for spot in resting if spot[place]} for place in (0, 1)]
    to_people = _oldest_to_people(connection, now, most, rested[1])
    each = union_all(_oldest_in_rooms(connection, now, rested[0]), to_people)
    oldest = [post_id for post_id in db.execute(each).scalars() if post_id]
    found = db.execute(
        select_rows(of.id, of.says, of.room_id, of.person_id, of.claimed_until, of.attempts, of.not_before, of.due_at)
        .add_columns(of.connection_id, of.refresh)
        .where(of.id.in_(oldest), of.state == PostState.WAITING, of.not_before <= now, _free(Post, now))
        .order_by(of.refresh, of.not_before, of.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    claims = [_claimed(post, until) for post in found]
    taken = col(Post.id).in_([one.post_id for one in claims])
    db.execute(update(Post).where(taken).values(claimed_until=until, attempts=Post.attempts + 1))
    return claims


def _oldest_in_rooms(connection: int, now: datetime, resting: Collection[int | None]) -> Any:
    """Of each free room the post whose turn it is: two seeks in an index, whatever waits there."""

    def oldest(*, refresh: bool) -> Any:
        here: Any = aliased(Post)
        of_kind = (here.room_id == Room.id, *_due(here, connection, now), col(here.refresh).is_(refresh))
        first = select_rows(here.id).where(*of_kind).order_by(col(here.not_before), col(here.id)).limit(1)
        return first.correlate(Room).scalar_subquery()

    free = col(Room.id).not_in(_in_hand(connection, now, Post.room_id))
    rooms = (col(Room.connection_id) == connection, free, col(Room.id).not_in(resting))
    return select_rows(func.coalesce(oldest(refresh=False), oldest(refresh=True))).where(*rooms)


def _oldest_to_people(connection: int, now: datetime, most: int, resting: Collection[int | None]) -> Any:
    """Of people, who are many with little to each: the posts in their order that have none before them."""
    post: Any = aliased(Post)
    older: Any = aliased(Post)
    before = tuple_(col(older.not_before), col(older.id)) < tuple_(col(post.not_before), col(post.id))
    earlier = select_rows(older.id).where(older.person_id == post.person_id, *_due(older, connection, now), before)
    free = col(post.person_id).not_in(_in_hand(connection, now, Post.person_id))
    people = (col(post.person_id).is_not(None), free, col(post.person_id).not_in(resting), ~earlier.exists())
    in_order = select_rows(post.id).where(*_due(post, connection, now), *people)
    return select_rows(in_order.order_by(col(post.not_before), col(post.id)).limit(most).subquery())


def _in_hand(connection: int, now: datetime, whom: Any) -> Any:
    """The rooms, or people, to whom a post is on its way."""
    hand = (col(Post.connection_id) == connection, col(Post.claimed_until) > now)
    which = (*hand, col(Post.state) == PostState.WAITING)
    return select_rows(whom).where(*which, col(whom).is_not(None))


def _claimed(post: Row[Any], until: datetime) -> Claim:
    unsure = post.claimed_until is not None
    heard = post.says not in (*CARDS, PostSays.CANARY)
    due_at = post.due_at or post.not_before
    what = {"says": post.says, "due_at": due_at, "must_be_heard": heard, "refresh": post.refresh}
    where = {"connection": post.connection_id, "spot": (post.room_id, post.person_id)}
    return Claim(post.id, until, unsure, post.attempts + 1, **what, **where)


def _due(post: Any, connection: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(post.state) == PostState.WAITING,
        col(post.not_before) <= now,
        col(post.connection_id) == connection,
        _free(post, now),
    )


def _free(post: Any, now: datetime) -> ColumnElement[bool]:
    return or_(col(post.claimed_until).is_(None), col(post.claimed_until) <= now)


def prepare(turn: Turn, claim: Claim, render: Render) -> Errand | Same | NotNow | None:
    """What to do with a post, made from the record as it stands; None when it is no longer in this hand or not true.

    Undeliverable where there is no such room or person any more.
    """
    post = turn.db.get_one(Post, claim.post_id)
    if not _ours(post, claim):
        return None
    if is_stale(turn, post):
        return None
    opens = OFFICE.next_open(turn.now, calendar=turn.rules.calendar)
    if post.says in IN_OFFICE_HOURS and opens > turn.now:
        return NotNow(opens)
    message = None if post.withdraw else render(turn, post)
    shown = bool(post.platform_id) or claim.unsure
    if message is None and not (shown and (post.withdraw or post.says in CARDS)):
        return None
    words = _digest(message) if message and post.says in CARDS else None
    if post.refresh and words and words == post.words and not claim.unsure:
        return Same(claim, post.wanted)
    unsaid = left_out(turn, post) if post.says in IN_OFFICE_HOURS else ()
    what = (post.key, post.platform_id, post.wanted, _with_nonce(post, message), words, post.refresh, unsaid)
    return Errand(claim, _address(turn.db, post), *what)


def shown_on(turn: Turn, connection: int, render: Render) -> Iterator[tuple[Address, str, Message, datetime]]:
    """What stands on a platform: address, platform's id, message, moment. For one that forgets when it stops."""
    sent = select(Post).where(Post.connection_id == connection, Post.platform_id != "", col(Post.sent_at).is_not(None))
    for post in turn.db.exec(sent.order_by(col(Post.sent_at), col(Post.id))):
        with suppress(Undeliverable):
            to, message = _address(turn.db, post), _with_nonce(post, render(turn, post))
            if message and post.sent_at:
                yield to, post.platform_id, message, post.sent_at


def _with_nonce(post: Post, message: Message | None) -> Message | None:
    """Each writing of a post has a nonce of its own, so that a button pressed twice acts once."""
    return message and replace(message, nonce=message.nonce or f"{post.key[:16]}.{post.wanted}")


def _digest(message: Message) -> bytes:
    """The same for the same words, whatever their nonce: that one is not of the words."""
    return hashlib.sha256(repr(replace(message, nonce="")).encode()).digest()


def _ours(post: Post, claim: Claim) -> bool:
    return post.state is PostState.WAITING and post.claimed_until == claim.until


def _address(db: Session, post: Post) -> Address:
    """Where a post goes. Undeliverable where nothing may be said there any more."""
    connection = db.get_one(Connection, post.connection_id)
    if not connection.active:
        raise Undeliverable("its chat is no longer connected")
    if post.room_id is not None:
        room = db.get_one(Room, post.room_id)
        if not room.bound:
            raise Undeliverable("its room is no longer bound")
        return Address(connection.id or 0, room.place, private=False, reference=room.reference)
    for account in accounts_of(db, post.person_id or 0):
        if account.connection_id == connection.id:
            place = account.place or account.account
            return Address(account.connection_id, place, private=True, reference=account.reference)
    raise Undeliverable("that person has left, or has no account there")


def note_shown(db: Session, errand: Errand, platform_id: str, now: datetime) -> None:
    """The platform has it. Nudges that it left out are noted as skipped: whoever reads the record relies on that."""
    if errand.left_out:
        unsaid = (col(Nudge.id).in_(errand.left_out), col(Nudge.post_id) == errand.claim.post_id)
        db.execute(update(Nudge).where(*unsaid).values(skipped=NOT_NEEDED))
    _note_right(db, errand.claim, errand.wanted, now, platform_id=platform_id, words=errand.words)


def note_left(db: Session, claim: Claim, wanted: int, now: datetime) -> None:
    """It was looked at for the new day and stays as it stands."""
    _note_right(db, claim, wanted, now)


def _note_right(db: Session, claim: Claim, wanted: int, now: datetime, **more: Any) -> None:
    """It is as it should be. It waits again where it was wanted anew, or is to be withdrawn, in the meantime."""
    again = or_(col(Post.wanted) > wanted, col(Post.withdraw))
    state = when((again, PostState.WAITING.value), else_=PostState.SENT.value)
    done: dict[str, Any] = {"state": state, "shown": wanted, "sent_at": now, "refresh": False}
    _note(db, claim.post_id, **done, **more, attempts=0, trouble="")


def note_withdrawn(db: Session, errand: Errand) -> None:
    """It is gone from the platform. It waits again where it was wanted anew in the meantime."""
    again = col(Post.wanted) > errand.wanted
    state = when((again, PostState.WAITING.value), else_=PostState.WITHDRAWN.value)
    _note(db, errand.claim.post_id, attempts=0, state=state, platform_id="", shown=errand.wanted)


def note_dropped(turn: Turn, claim: Claim) -> None:
    """It was no longer true when its turn came. Nudges that it would have said are noted as skipped.

    Those of a digest whose day is over wait for the next one: they are said nowhere else.
    """
    post = turn.db.get_one(Post, claim.post_id)
    if _ours(post, claim):
        state = PostState.WITHDRAWN if post.withdraw else PostState.DROPPED
        _note(turn.db, claim.post_id, state=state, shown=post.wanted, attempts=0)
        left: dict[str, Any] = {"post_id": None} if is_stale(turn, post) else {"skipped": NOT_NEEDED}
        turn.db.execute(update(Nudge).where(col(Nudge.post_id) == post.id).values(left))


def note_later(turn: Turn, claim: Claim, at: datetime, why: str, *, unsure: bool) -> None:
    """Try again at a moment. `unsure` leaves a claim that has run out, so that the platform is asked first."""
    run_out = turn.now if unsure else None
    _note(turn.db, claim.post_id, claimed_until=run_out, not_before=at, trouble=why[:200])


def note_closed(turn: Turn, claim: Claim, opens: datetime) -> None:
    """It is due when the office opens, and not late before."""
    note_later(turn, claim, opens, "the office is closed", unsure=claim.unsure)
    turn.db.execute(update(Post).where(col(Post.id) == claim.post_id).values(due_at=opens))


def keep_quiet(turn: Turn, claim: Claim, until: datetime, why: str) -> None:
    """Send nothing to the room or person of a post before a moment: the platform asked for that.

    Where it was only the new day's, all that is only the new day's waits, in every room, and nothing else does.
    """
    post = turn.db.get_one(Post, claim.post_id)
    there: ColumnElement[bool] = col(Post.person_id) == post.person_id
    if post.refresh:
        there = col(Post.refresh).is_(True)
    elif post.room_id:
        there = col(Post.room_id) == post.room_id
    waiting = (col(Post.state) == PostState.WAITING, col(Post.connection_id) == post.connection_id)
    turn.db.execute(update(Post).where(*waiting, there, col(Post.not_before) < until).values(not_before=until))
    note_later(turn, claim, until, why, unsure=claim.unsure)


def _note(db: Session, post_id: int, *, claimed_until: datetime | None = None, **values: Any) -> None:
    db.execute(update(Post).where(col(Post.id) == post_id).values(**values, claimed_until=claimed_until))
