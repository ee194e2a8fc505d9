"""What happens to a post that its platform will never take: the next address, and a word to the administrators."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, select

from bot.cases.posts import administrators_room, in_office_hours, new_post, tell_administrators
from bot.cases.recipients import Place, managers_of
from bot.domain.terms import Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import accounts_of, add_new
from storage.tables import Case, Connection, Deadline, Nudge, Post

NOBODY = "nobody could be reached"


def give_up(turn: Turn, post_id: int, why: str) -> None:
    """Keep a post as failed. What it should have said goes to the next address; the administrators hear once a day."""
    post = turn.db.get_one(Post, post_id)
    if post.state is not PostState.WAITING:
        return
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
        _tell(turn, post)


def give_up_on_closed(turn: Turn) -> int:
    """Give up on all that waits for a connection that is no longer used; how many posts."""
    stranded = select(Post.id).join(Connection).where(Post.state == PostState.WAITING, ~col(Connection.active))
    posts = [post_id or 0 for post_id in turn.db.exec(stranded)]
    for post_id in posts:
        give_up(turn, post_id, "its chat is no longer connected")
    return len(posts)


def _tell(turn: Turn, post: Post) -> None:
    """Once a day for each room or person, whatever could not be delivered there."""
    whom = {"room_id": post.room_id} if post.room_id else {"person_id": post.person_id}
    key = f"undelivered/{post.connection_id}/{whom}/{turn.today}"
    tell_administrators(turn, Notice.UNDELIVERED, about=whom, key=key, avoid=post.connection_id)


def _move_nudges(turn: Turn, post: Post) -> None:
    """Say the nudges elsewhere: to the same person, to those above, or in the administrators' room."""
    nudges = list(turn.db.exec(select(Nudge).where(Nudge.post_id == post.id)))
    place = _next_place(turn, post, highest=None)
    if place is not None and place.room_id is not None:
        nudges = _sayable_in_rooms(turn, nudges)
    if place is None:
        _skip(turn, nudges)
    elif nudges:
        ids = [nudge.id for nudge in nudges]
        new_id = _put(turn, post, place, nudges=ids)
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
    place = _next_place(turn, post, highest=1)
    new_id = _put(turn, post, place) if place and place.person_id else None
    turn.db.execute(update(Nudge).where(col(Nudge.post_id) == post.id).values(post_id=new_id))


def _next_place(turn: Turn, post: Post, *, highest: int | None) -> Place | None:
    """The next address not tried yet; `highest` is how many people up the line may hear, oneself included."""
    tried = [*post.about.get("tried", []), _address(post.connection_id, post.room_id, post.person_id)]
    for person_id in managers_of(turn, post.person_id)[:highest] if post.person_id else ():
        for account in accounts_of(turn.db, person_id):
            if _address(account.connection_id, None, person_id) not in tried:
                return Place(account.connection_id, person_id=person_id)
    room = administrators_room(turn, avoid=post.connection_id)
    if room is None or _address(room.connection_id, room.id, None) in tried:
        return None
    return Place(room.connection_id, room_id=room.id)


def _address(connection_id: int, room_id: int | None, person_id: int | None) -> list[int]:
    return [connection_id, room_id or 0, person_id or 0]


def _put(turn: Turn, post: Post, place: Place, **about: object) -> int:
    """The same post for another place; answers with its id."""
    tried = [*post.about.get("tried", []), _address(post.connection_id, post.room_id, post.person_id)]
    row = new_post(
        turn,
        post.says,
        place.connection_id,
        room_id=place.room_id,
        person_id=place.person_id,
        case_id=post.case_id,
        enquiry_id=post.enquiry_id,
        about={**post.about, **about, "tried": tried},
        not_before=in_office_hours(turn),
    )
    return add_new(turn.db, Post, [row])[row["key"]]


def _sayable_in_rooms(turn: Turn, nudges: Sequence[Nudge]) -> list[Nudge]:
    """Those of no restricted case; the others are noted as heard by nobody."""
    restricted = set(
        turn.db.exec(
            select(Deadline.id)
            .join(Case)
            .where(Case.restricted, col(Deadline.id).in_([nudge.deadline_id for nudge in nudges]))
        )
    )
    _skip(turn, [nudge for nudge in nudges if nudge.deadline_id in restricted])
    return [nudge for nudge in nudges if nudge.deadline_id not in restricted]


def _skip(turn: Turn, nudges: Sequence[Nudge]) -> None:
    ids = [nudge.id for nudge in nudges]
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(ids)).values(skipped=NOBODY))
