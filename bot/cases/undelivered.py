"""What happens to a post that its platform will never take: the next address, and a word to the administrators."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import update
from sqlmodel import col, select

from bot.cases import visible
from bot.cases.digests import is_stale
from bot.cases.posts import administrators_room, in_office_hours, new_post, tell_administrators
from bot.cases.recipients import ALONE, Place, managers_of
from bot.domain.terms import Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import accounts_of, add_new, alone
from storage.tables import Case, Connection, Deadline, Nudge, Post

NOBODY = "nobody could be reached"


SAID_ELSEWHERE = (PostSays.NUDGES, PostSays.NOTICE, PostSays.DIGEST)
WHOLE = 0
"""In place of a room and a person, in what was tried: nothing can be said on that connection."""


def give_up(turn: Turn, post_id: int, why: str, *, whole: bool = False) -> None:
    """Keep a post as failed. What it should have said goes to the next address; the administrators hear once a day.

    `whole`: that address is on another connection, for nothing can be said on this one.
    """
    post = turn.db.get_one(Post, post_id, with_for_update=True, populate_existing=True)
    if post.state is not PostState.WAITING:
        return
    if whole:
        post.about = {**post.about, "tried": [*post.about.get("tried", []), [post.connection_id, WHOLE, WHOLE]]}
    if post.says is PostSays.NUDGES:
        _move_nudges(turn, post)
    elif post.says is PostSays.NOTICE and post.person_id:
        _move_notice(turn, post)
    elif post.says is PostSays.DIGEST:
        _move_digest(turn, post)
    turn.db.execute(
        update(Post)
        .where(col(Post.id) == post_id)
        .values(state=PostState.FAILED, trouble=why[:200], claimed_until=None, attempts=0)
    )
    if post.about.get("notice") != Notice.UNDELIVERED:
        _tell(turn, post, whole=whole)


def give_up_on_connection(turn: Turn, connection: int, why: str) -> int:
    """Say elsewhere all that is due on a connection that takes nothing any more; how many posts.

    Its cards wait: they are shown once it takes them again.
    """
    alone(turn.db, "giving up")
    due = (Post.state == PostState.WAITING, col(Post.due_at) <= turn.now, ~col(Post.withdraw))
    said = (col(Post.connection_id) == connection, col(Post.says).in_(SAID_ELSEWHERE))
    stranded = turn.db.exec(select(Post.id).where(*said, *due).order_by(col(Post.id))).all()
    for post_id in stranded:
        give_up(turn, post_id or 0, why, whole=True)
    return len(stranded)


def give_up_on_closed(turn: Turn) -> int:
    """Give up on all that waits for a connection that is no longer used; how many posts."""
    stranded = select(Post.id).join(Connection).where(Post.state == PostState.WAITING, ~col(Connection.active))
    posts = [post_id or 0 for post_id in turn.db.exec(stranded)]
    for post_id in posts:
        give_up(turn, post_id, "its chat is no longer connected")
    return len(posts)


def tell_of_fault(turn: Turn, post_id: int, code: str) -> None:
    """Show the administrators a post that a fault of ours keeps back, once a day; not one that tells of such things."""
    post = turn.db.get_one(Post, post_id)
    if post.about.get("notice") != Notice.UNDELIVERED:
        about, key = {"post_id": post_id, "code": code}, f"fault/{post_id}/{turn.today}"
        tell_administrators(turn, Notice.UNDELIVERED, about=about, key=key)


def _tell(turn: Turn, post: Post, *, whole: bool) -> None:
    """Once a day for each room or person, or connection, whatever could not be delivered there."""
    whom = {"room_id": post.room_id} if post.room_id else {"person_id": post.person_id}
    if whole:
        whom = {"connection_id": post.connection_id}
    key = f"undelivered/{post.connection_id}/{whom}/{turn.today}"
    tell_administrators(turn, Notice.UNDELIVERED, about=whom, key=key, avoid=post.connection_id)


def _move_nudges(turn: Turn, post: Post) -> None:
    """Say the nudges elsewhere: to the same person, to those above, or in the administrators' room.

    Those of a restricted case only to whoever may see it; else they are noted as heard by nobody.
    """
    nudges = list(turn.db.exec(select(Nudge).where(Nudge.post_id == post.id)))
    readers = _restricted_to(turn, nudges)
    lines: dict[tuple[int, ...] | None, list[Nudge]] = defaultdict(list)
    for nudge in nudges:
        lines[readers.get(nudge.deadline_id)].append(nudge)
    to: dict[Place | None, list[Nudge]] = defaultdict(list)
    for line, those in lines.items():
        to[_next_place(turn, post, highest=None) if line is None else _next_reader(turn, post, line)] += those
    for place, those in to.items():
        if place is None:
            _skip(turn, those)
        else:
            _put_nudges(turn, post, place, those, [nudge for nudge in those if nudge.deadline_id in readers])


def _restricted_to(turn: Turn, nudges: Sequence[Nudge]) -> dict[int, tuple[int, ...]]:
    """By deadline, for those of restricted cases: who may see it."""
    these = col(Deadline.id).in_([nudge.deadline_id for nudge in nudges])
    found = turn.db.exec(select(Deadline.id, Case.owner_id).join(Case).where(col(Case.restricted), these))
    return {deadline_id or 0: visible.restricted_to(turn, owner_id) for deadline_id, owner_id in found}


def _next_reader(turn: Turn, post: Post, readers: Sequence[int]) -> Place | None:
    """The next address not tried yet of those who may see a restricted case: the same person's, then the other's."""
    manager_first = tuple(reversed(readers))
    nearest = sorted(manager_first, key=lambda person_id: person_id != post.person_id)
    return next(_untried(turn, post, nearest), None)


def _put_nudges(turn: Turn, post: Post, place: Place, nudges: Sequence[Nudge], restricted: Sequence[Nudge]) -> None:
    ids = [nudge.id for nudge in nudges]
    elsewhere = restricted if place.person_id != post.person_id else ()
    instead = {**post.about.get("instead", {}), **{str(nudge.id): ALONE for nudge in elsewhere}}
    new_id = _put(turn, post, place, nudges=ids, instead=instead)
    told = {"post_id": new_id, "person_id": place.person_id, "room_id": place.room_id}
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(ids)).values(**told))


def _move_notice(turn: Turn, post: Post) -> None:
    """Say a word to the same person elsewhere, or to the administrators for them."""
    place = _next_place(turn, post, highest=1)
    if place is None or (place.room_id and post.case_id and turn.db.get_one(Case, post.case_id).restricted):
        return
    meant = {"meant_for": post.person_id} if place.room_id else {}
    _put(turn, post, place, **meant)


def _move_digest(turn: Turn, post: Post) -> None:
    """Say it to the same person elsewhere. Else the dates that are told in no other place wait for tomorrow's."""
    place = None if is_stale(turn, post) else _next_place(turn, post, highest=1)
    new_id = _put(turn, post, place) if place and place.person_id else None
    turn.db.execute(update(Nudge).where(col(Nudge.post_id) == post.id).values(post_id=new_id))


def _next_place(turn: Turn, post: Post, *, highest: int | None) -> Place | None:
    """The next address not tried yet; `highest` is how many people up the line may hear, oneself included."""
    line = managers_of(turn, post.person_id)[:highest] if post.person_id else ()
    for place in _untried(turn, post, line):
        return place
    room = administrators_room(turn, avoid=post.connection_id)
    tried = _tried(post)
    if room is None or any(_address(room.connection_id, each, None) in tried for each in (room.id, WHOLE)):
        return None
    return Place(room.connection_id, room_id=room.id)


def _untried(turn: Turn, post: Post, line: Sequence[int]) -> Iterator[Place]:
    """The addresses of these people, in turn, at which this was not tried yet."""
    tried = _tried(post)
    for person_id in line:
        for account in accounts_of(turn.db, person_id):
            here = (account.connection_id, None)
            if _address(*here, person_id) not in tried and _address(*here, WHOLE) not in tried:
                yield Place(account.connection_id, person_id=person_id)


def _tried(post: Post) -> list[list[int]]:
    return [*post.about.get("tried", []), _address(post.connection_id, post.room_id, post.person_id)]


def _address(connection_id: int, room_id: int | None, person_id: int | None) -> list[int]:
    return [connection_id, room_id or 0, person_id or 0]


def _put(turn: Turn, post: Post, place: Place, **about: object) -> int:
    """The same post for another place; answers with its id."""
    row = new_post(
        turn,
        post.says,
        place.connection_id,
        room_id=place.room_id,
        person_id=place.person_id,
        case_id=post.case_id,
        enquiry_id=post.enquiry_id,
        about={**post.about, **about, "tried": _tried(post)},
        not_before=in_office_hours(turn),
    )
    return add_new(turn.db, Post, [row])[row["key"]]


def _skip(turn: Turn, nudges: Sequence[Nudge]) -> None:
    ids = [nudge.id for nudge in nudges]
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(ids)).values(skipped=NOBODY))
