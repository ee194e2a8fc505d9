"""The outbox from the courier's side: take a post in hand, see what it should say now, and note how it went.

Each function is one step of the courier's, in a transaction of its own; none waits for a platform.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, update
from sqlalchemy import case as when
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from bot.cases import guarding
from bot.cases.digests import is_stale
from bot.cases.posts import NOT_NEEDED, left_out, may_go
from bot.cases.queue import CARDS, Claim
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.terms import Platform, PostSays, PostState
from bot.turn import Turn
from storage.columns import columns
from storage.connect import will_pass
from storage.queries import accounts_of
from storage.tables import Connection, Nudge, Person, Post, Room

Render = Callable[[Turn, Post], Message | None]
"""The words of a post as things stand; None when it is no longer true."""

IN_OFFICE_HOURS = (PostSays.NUDGES, PostSays.DIGEST)
"""Never sent while the office is closed, however long they have waited. A word after somebody's act may be."""
SAID_ONCE = (*IN_OFFICE_HOURS, PostSays.NOTICE)
"""Never written anew, save to take back what is no longer its reader's to see."""

OF = columns(Post)
MINE = update(OF.id.table).where(OF.id == bindparam("post"))
OURS = MINE.where(OF.claimed_until == bindparam("until"))
"""Where the claim is still this one: whoever has the post in hand since is not disturbed."""
AGAIN = OF.wanted > bindparam("said")
"""It waits again where it was wanted anew in the meantime."""
REPEATED = {"repeats": OF.repeats + bindparam("again")}
DONE = {"state": when((or_(AGAIN, OF.withdraw), PostState.WAITING.value), else_=PostState.SENT.value)}
RIGHT = OURS.values(**DONE, **REPEATED, claimed_until=None).returning(OF.id)
ONCE = {"repeats": when((OF.repeats == 0, bindparam("again")), else_=OF.repeats)}
RIGHT_THOUGH_LATE = MINE.where(OF.platform_id != bindparam("shown_as")).values(**DONE, **ONCE).returning(OF.id)
"""The claim had run out. Whoever has the post in hand since keeps it, and nothing is noted or counted twice."""
GONE = OURS.values(state=when((AGAIN, PostState.WAITING.value), else_=PostState.WITHDRAWN.value))


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
    left_out: Mapping[int, str] = field(default_factory=dict)
    """The nudges that it no longer says, by id, with why."""
    past: bool = False
    """Its day is over: whether it is there already is asked, and nothing is done."""
    held: guarding.Held | None = None
    """What the guard found in it: it goes out as its bare template."""
    stands: bool = False
    """It was said before and is only written anew, with less in it: never as a second message."""


@dataclass(frozen=True)
class Same:
    """The day has changed, and what stands there still says what it should."""

    claim: Claim
    wanted: int


@dataclass(frozen=True)
class NotNow:
    """Nothing to do with a post before this moment: the office is closed."""

    until: datetime


@contextmanager
def read_ahead(turn: Turn, claims: Sequence[Claim]) -> Iterator[None]:
    """In the block the session knows the posts in hand and whom they are for: three questions, however many they are.

    A row that cannot be read is asked for again, by its own post alone.
    """
    kept: list[Any] = []  # so that the session does not forget it
    try:
        kept += turn.db.exec(select(Post).where(col(Post.id).in_([claim.post_id for claim in claims])))
        kept += turn.db.exec(select(Person).where(col(Person.id).in_([post.person_id for post in kept])))
        kept += turn.db.exec(select(Connection))
    except (ValueError, OperationalError) as error:
        if will_pass(error):
            raise
    yield
    kept.clear()


def prepare(turn: Turn, claim: Claim, render: Render) -> Errand | Same | NotNow | None:
    """What to do with a post, made from the record as it stands; None when it is no longer in this hand or not true.

    Undeliverable where there is no such room or person any more.
    """
    post = turn.db.get_one(Post, claim.post_id)
    if not _ours(post, claim):
        return None
    stands = bool(post.platform_id) and post.says in SAID_ONCE
    if is_stale(turn, post) and not stands:
        here = (post.key, post.platform_id, post.wanted, None)
        return Errand(claim, _address(turn.db, post), *here, past=True) if claim.unsure else None
    opens = may_go(turn, post.about)
    if post.says in IN_OFFICE_HOURS and opens > turn.now and not stands:
        return NotNow(opens)
    message = None if post.withdraw else render(turn, post)
    shown = bool(post.platform_id) or claim.unsure
    if message is None and not (shown and (post.withdraw or stands or post.says in CARDS)):
        return None
    words = _digest(message) if message and post.says in CARDS else None
    if post.refresh and words and words == post.words and not claim.unsure:
        return Same(claim, post.wanted)
    message, held = guarding.of_post(turn, post, message)
    unsaid = left_out(turn, post) if post.says in IN_OFFICE_HOURS and not stands else {}
    what = (post.key, post.platform_id, post.wanted, _with_nonce(post, message), words, post.refresh, unsaid)
    return Errand(claim, _address(turn.db, post), *what, held=held, stands=stands)


def shown_on(turn: Turn, connection: int, render: Render) -> Iterator[tuple[Address, str, Message, datetime]]:
    """What stands on a platform: address, platform's id, message, moment. For one that forgets when it stops."""
    sent = select(Post).where(Post.connection_id == connection, Post.platform_id != "", col(Post.sent_at).is_not(None))
    for post in turn.db.exec(sent.order_by(col(Post.sent_at), col(Post.id))):
        with suppress(Undeliverable):
            fit, _ = guarding.of_post(turn, post, render(turn, post))
            to, message = _address(turn.db, post), _with_nonce(post, fit)
            if message and post.sent_at:
                yield to, post.platform_id, message, post.sent_at


def _with_nonce(post: Post, message: Message | None) -> Message | None:
    """Each writing of a post has a nonce of its own, so that a button pressed twice acts once."""
    return message and replace(message, nonce=message.nonce or f"{post.key[:16]}.{post.wanted}")


def _digest(message: Message) -> bytes:
    """The same for the same words, whatever their nonce: that one is not of the words."""
    return hashlib.sha256(repr(asdict(replace(message, nonce=""))).encode()).digest()


def _ours(post: Post, claim: Claim) -> bool:
    return post.state is PostState.WAITING and post.claimed_until == claim.until


def _address(db: Session, post: Post) -> Address:
    """Where a post goes. Undeliverable where nothing may be said there any more."""
    connection = db.get_one(Connection, post.connection_id)
    if not connection.active:
        raise Undeliverable("its chat is no longer connected")
    if post.room_id is not None:
        room = db.get_one(Room, post.room_id)
        if not (room.bound or post.withdraw):  # what should not stand there is taken away all the same
            raise Undeliverable("its room is no longer bound")
        return Address(connection.id or 0, room.place, private=False, reference=room.reference)
    if connection.platform is Platform.MAIL:
        return _mailbox(db, post)
    for account in accounts_of(db, post.person_id or 0):
        if account.connection_id == connection.id:
            place = account.place or account.account
            return Address(account.connection_id, place, private=True, reference=account.reference)
    raise Undeliverable("that person has left, or has no account there")


def _mailbox(db: Session, post: Post) -> Address:
    """Nobody has an account for e-mail: the address is the staff list's."""
    person = db.get_one(Person, post.person_id)
    if not person.active:
        raise Undeliverable("that person has left")
    return Address(post.connection_id, person.email, private=True)


def note_shown(turn: Turn, errand: Errand, platform_id: str, *, sent: bool, again: bool) -> bool:
    """The platform has it. Nudges that it left out are noted as skipped: whoever reads the record relies on that.

    `sent` as a message of its own; `again`, though it may have been there. Answers whether it may be there twice: so
    it is as well where it was sent by a claim that had run out, for another process may have sent it too.
    """
    claim = errand.claim
    _note_left_out(turn, claim, errand.left_out)
    done = _right(turn, claim, errand.wanted) | {"platform_id": platform_id, "words": errand.words}
    if errand.stands:  # it was said when it was said
        del done["sent_at"]
    if turn.db.scalar(RIGHT, {**done, "until": claim.until, "again": int(again)}):
        return again
    late = turn.db.scalar(RIGHT_THOUGH_LATE, {**done, "shown_as": platform_id, "again": int(sent)})
    return again or (sent and late is not None)


def note_left(turn: Turn, claim: Claim, wanted: int) -> None:
    """It was looked at for the new day and stays as it stands."""
    turn.db.execute(RIGHT, {**_right(turn, claim, wanted), "until": claim.until, "again": 0})


def _right(turn: Turn, claim: Claim, wanted: int) -> dict[str, Any]:
    """It is as it should be."""
    which = {"post": claim.post_id, "said": wanted}
    return {**which, "shown": wanted, "sent_at": turn.now, "refresh": False, "trouble": "", "attempts": 0}


def note_withdrawn(db: Session, errand: Errand) -> None:
    """It is gone from the platform. Where the claim had run out it is taken away once more, which harms nothing."""
    which = {"post": errand.claim.post_id, "until": errand.claim.until, "said": errand.wanted}
    db.execute(GONE, {**which, "platform_id": "", "shown": errand.wanted, "attempts": 0, "claimed_until": None})


def note_dropped(turn: Turn, claim: Claim) -> None:
    """It was no longer true when its turn came. Nudges that it would have said are noted as skipped.

    Those of a digest whose day is over wait for the next one: they are said nowhere else.
    """
    post = turn.db.get_one(Post, claim.post_id)
    if _ours(post, claim):
        post.state = PostState.WITHDRAWN if post.withdraw else PostState.DROPPED
        post.shown, post.attempts, post.claimed_until = post.wanted, 0, None
        turn.db.flush()
        stale = is_stale(turn, post)
        left: dict[str, Any] = {"post_id": None} if stale else {"skipped": NOT_NEEDED}
        turn.db.execute(update(Nudge).where(col(Nudge.post_id) == post.id).values(left))
        _note_left_out(turn, claim, {} if stale else left_out(turn, post))


def _note_left_out(turn: Turn, claim: Claim, unsaid: Mapping[int, str]) -> None:
    for why in {*unsaid.values()}:
        these = [nudge for nudge, because in unsaid.items() if because == why]
        mine = (col(Nudge.id).in_(these), col(Nudge.post_id) == claim.post_id)
        turn.db.execute(update(Nudge).where(*mine).values(skipped=why))


def note_later(
    turn: Turn, claim: Claim, at: datetime, why: str, *, in_doubt: datetime | None = None, **more: Any
) -> None:
    """Try again at a moment. Where it is `in_doubt` the claim is left run out, so that the platform is asked first."""
    later = {"claimed_until": in_doubt or claim.in_doubt, "not_before": at, "trouble": why[:200]}
    turn.db.execute(OURS, {"post": claim.post_id, "until": claim.until, **later, **more})


def note_closed(turn: Turn, claim: Claim, opens: datetime) -> None:
    """It is due when the office opens, and not late before."""
    note_later(turn, claim, opens, "the office is closed", due_at=opens)


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
    note_later(turn, claim, until, why)
