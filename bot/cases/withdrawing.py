"""Taking what was said of a case out of the sight of those who may not see it any more.

Messages that speak of it alone are deleted, the others written anew without it; what waits goes to whoever may hear it.
Answers that were given in rooms are nobody's post, and mail lies in its mailbox: those are counted and told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from bot.cases import history, visible
from bot.cases.auditing import say_anew
from bot.cases.digests import is_stale
from bot.cases.lines import SEALED_FOR
from bot.cases.posts import NOBODY
from bot.cases.queue import CARDS
from bot.domain.terms import EntryKind, Notice, Platform, PostSays, PostState
from bot.turn import Turn
from storage.tables import Case, Connection, Deadline, EnquiryCase, Heard, Nudge, Person, Post, PrivateCopy, Room

ABOUT_SEVERAL = (Notice.FOUND_UNSAID, Notice.HELD)
"""Notices that name cases among other things: made anew, they name none that is restricted."""
HEARD_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Out:
    """What is on its way out of rooms and chats, and what nobody can take back from here."""

    messages: int
    mailed: int
    answered_in: tuple[str, ...]
    """Rooms in which somebody was answered about it, aloud."""


@dataclass(frozen=True)
class _Of:
    """A case that is hidden now, with the letters about it, its nudges and all who ever owned it."""

    case: Case
    letters: tuple[int, ...]
    nudges: frozenset[int]
    owners: frozenset[int]


def take_out(turn: Turn, case: Case) -> Out:
    """Take a case that has just become restricted out of rooms, and of the chats of all who may not see it."""
    turn.db.flush()  # whose it is, and who is named to it, is asked of the database
    of = _of(turn, case)
    _fade(turn, of)
    hidden = [post for post in _naming(turn, of) if not _sees(turn, post, case)]
    mail = {*turn.db.exec(select(Connection.id).where(Connection.platform == Platform.MAIL))}
    stand = [post for post in hidden if post.platform_id or post.claimed_until]
    there = [post for post in stand if post.connection_id not in mail]
    for post in there:
        _take_away(turn, post, alone=_speaks_of_it_alone(turn, post, of))
    _say_to_others(turn, [post for post in hidden if post not in stand], of)
    return Out(len(there), len(stand) - len(there), tuple(_answered_in(turn, case)))


def _fade(turn: Turn, of: _Of) -> None:
    """Have what personal chats show of who the child is edited away now, and not when its minutes are over."""
    mine = or_(col(PrivateCopy.case_id) == of.case.id, col(PrivateCopy.enquiry_id).in_(of.letters))
    sooner = update(PrivateCopy).where(mine, col(PrivateCopy.fades_at) > turn.now)
    turn.db.execute(sooner.values(fades_at=turn.now))


def _of(turn: Turn, case: Case) -> _Of:
    letters = tuple(turn.db.exec(select(EnquiryCase.enquiry_id).where(EnquiryCase.case_id == case.id)))
    mine = or_(col(Deadline.case_id) == case.id, col(Deadline.enquiry_id).in_(letters))
    nudges = turn.db.exec(select(Nudge.id).join(Deadline, col(Deadline.id) == Nudge.deadline_id).where(mine))
    owners = {case.owner_id}
    for entry in history.entries_of(turn.db, case):
        if entry.kind in (EntryKind.OPENED, EntryKind.ASSIGNED):
            owners |= {entry.clear.get("owner"), entry.clear.get("before")}
    return _Of(case, letters, frozenset(one or 0 for one in nudges), frozenset(one for one in owners if one))


def _naming(turn: Turn, of: _Of) -> Iterator[Post]:
    """Every post that may name it: its cards, those of letters about it, its nudges, digests and notices."""
    told = or_(col(Post.case_id) == of.case.id, col(Post.enquiry_id).in_(of.letters))
    gone = (PostState.WITHDRAWN, PostState.DROPPED)
    there = select(Post).where(col(Post.state).not_in(gone)).order_by(col(Post.id)).with_for_update()
    yield from turn.db.exec(there.where(told))
    ids = col(Nudge.id).in_(of.nudges)
    # A sweep makes nudges and their posts at one moment; what was said again elsewhere is where the nudge says.
    when, where = select(Nudge.at).where(ids), select(Nudge.post_id).where(ids)
    of_then = or_(col(Post.made_at).in_(when), col(Post.id).in_(where))
    said = there.where(of_then, col(Post.says).in_((PostSays.NUDGES, PostSays.DIGEST)))
    nudging = [post for post in turn.db.exec(said) if of.nudges & {*post.about.get("nudges", [])}]
    yield from nudging
    since = (col(Post.made_at) >= of.case.opened_at, told.is_not(True))
    digests = turn.db.exec(there.where(*since, col(Post.says) == PostSays.DIGEST, col(Post.person_id).is_not(None)))
    yield from (post for post in digests if post not in nudging and of.owners & {*post.about.get("owners", [])})
    notices = turn.db.exec(there.where(*since, col(Post.says) == PostSays.NOTICE, col(Post.room_id).is_not(None)))
    yield from (post for post in notices if _is_named(post, of))


def _is_named(post: Post, of: _Of) -> bool:
    """Whether a notice about several things names it."""
    about = post.about
    named = of.case.id in about.get("cases", []) or {*of.letters} & {*about.get("letters", [])}
    return about.get("notice") in ABOUT_SEVERAL and bool(named)


def _sees(turn: Turn, post: Post, case: Case) -> bool:
    reader = turn.db.get(Person, post.person_id) if post.person_id else None
    return reader is not None and visible.sees(turn, reader, case)


def _speaks_of_it_alone(turn: Turn, post: Post, of: _Of) -> bool:
    """Whether nothing is left of a message without it. A digest of a day that is over is of no more use."""
    match post.says:
        case PostSays.NUDGES:
            return of.nudges >= {*post.about.get("nudges", [])}
        case PostSays.DIGEST:
            return is_stale(turn, post)
        case PostSays.NOTICE:
            return not _is_named(post, of)
    return True


def _take_away(turn: Turn, post: Post, *, alone: bool) -> None:
    """Have a message deleted, or written anew as things stand now: at once, and not when the office opens."""
    now: dict[str, Any] = {"state": PostState.WAITING, "refresh": False, "not_before": turn.now, "due_at": turn.now}
    how = {"withdraw": True} if alone else {"wanted": Post.wanted + 1}
    turn.db.execute(update(Post).where(col(Post.id) == post.id).values(**now, **how))


def _say_to_others(turn: Turn, waiting: Sequence[Post], of: _Of) -> None:
    """What has not gone out yet: its nudges are said to whoever hears them now, all else is not said there."""
    nudges: set[int] = set()
    for post in waiting:
        if post.says in (PostSays.NUDGES, PostSays.DIGEST):
            mine = of.nudges & {*post.about.get("nudges", [])}
            post.about = {**post.about, "nudges": [one for one in post.about["nudges"] if one not in mine]}
            nudges |= mine if post.state is PostState.WAITING else set()
        elif post.says in CARDS:
            _take_away(turn, post, alone=True)
        elif not _is_named(post, of):
            post.state = PostState.DROPPED
    turn.db.flush()
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(nudges)).values(post_id=None))
    say_anew(turn, sorted(nudges))
    nowhere = (col(Nudge.id).in_(nudges), col(Nudge.post_id).is_(None), col(Nudge.skipped) == "")
    turn.db.execute(update(Nudge).where(*nowhere).values(skipped=NOBODY))


def _answered_in(turn: Turn, case: Case) -> Iterator[str]:
    """The rooms in which the bot named it in an answer, as far back as what was heard is kept."""
    rooms = turn.db.exec(select(Room).where(col(Room.bound))).all()
    for room in rooms:
        here = (Heard.connection_id == room.connection_id, Heard.place == room.place)
        heard = turn.db.exec(select(Heard.sealed).where(*here, col(Heard.at) > turn.now - HEARD_KEPT))
        told = (turn.vault.open_own(sealed, SEALED_FOR) for sealed in heard)
        if any(case.reference in one["text"] and not one["private"] for one in told):
            yield room.name
