"""What happens to a post that its platform will never take: the next address, and a word to the administrators."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from bot.cases import staff, visible
from bot.cases.digests import is_stale
from bot.cases.posts import NOBODY, administrators_room, may_go, new_post, tell_administrators
from bot.cases.recipients import ALONE, WHOLE, ByMail, Place, managers_of
from bot.domain.terms import Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import accounts_of, add_new, alone
from storage.tables import Case, Connection, Deadline, Enquiry, Nudge, Post

SAID_ELSEWHERE = (PostSays.NUDGES, PostSays.NOTICE, PostSays.DIGEST)


def give_up(turn: Turn, post_id: int, why: str, *, whole: bool = False) -> None:
    """Keep a post as failed. What it should have said goes to the next address; the administrators hear once a day.

    `whole`: that address is on another connection, for nothing can be said on this one.
    """
    post = turn.db.get_one(Post, post_id, with_for_update=True, populate_existing=True)
    if post.state is not PostState.WAITING:
        return
    if post.withdraw and not (post.platform_id or post.claimed_until):
        post.state = PostState.WITHDRAWN  # it never stood there
        return
    if post.withdraw or (post.platform_id and post.says in SAID_ELSEWHERE):
        _leave_standing(turn, post, why)
        return
    if whole:
        post.about = {**post.about, "tried": [*post.about.get("tried", []), [post.connection_id, WHOLE, WHOLE]]}
    if post.says is PostSays.NUDGES:
        _move_nudges(turn, post)
    elif post.says is PostSays.NOTICE:
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


def _leave_standing(turn: Turn, post: Post, why: str) -> None:
    """What was to be taken away, or written anew with less in it, still stands: a person has to delete it.

    A reminder in it was said when it was said, and is said to nobody else.
    """
    state = PostState.SENT if post.says in SAID_ELSEWHERE else PostState.FAILED
    values = {"state": state, "trouble": why[:200], "claimed_until": None, "attempts": 0}
    turn.db.execute(update(Post).where(col(Post.id) == post.id).values(**values))
    where = {"stands": True, "room_id": post.room_id, "person_id": post.person_id}
    tell_administrators(
        turn, Notice.UNDELIVERED, about=where, key=f"stands/{post.room_id}/{post.person_id}/{turn.today}"
    )


def give_up_on_connection(turn: Turn, connection: int, why: str) -> int:
    """Say elsewhere all that is due on a connection that takes nothing any more; how many posts.

    Its cards wait: they are shown once it takes them again.
    """
    alone(turn.db, "giving up")
    due = (Post.state == PostState.WAITING, col(Post.due_at) <= turn.now, ~col(Post.withdraw), Post.platform_id == "")
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
    """Say the nudges elsewhere: to the same person, to those above, in the administrators' room, and at last by e-mail.

    Those of a restricted case only to whoever may see it; else they are noted as heard by nobody.
    """
    elsewhere, to = _Elsewhere(turn, post), defaultdict[Place | None, dict[int, str]](dict)
    for nudge in turn.db.exec(select(Nudge).where(Nudge.post_id == post.id)).all():
        place, why = elsewhere.of(nudge)
        to[place][nudge.id or 0] = why
    for place, whys in to.items():
        if place is None:
            _skip(turn, list(whys))
        else:
            _put_nudges(turn, post, place, whys)


class _Elsewhere:
    """Where the nudges of one post are said next, and why there. Remembers what it looked up."""

    def __init__(self, turn: Turn, post: Post) -> None:
        self.turn, self.post = turn, post
        self._mailed = ByMail(turn, _tried(post))
        self._chats: dict[tuple[int, ...] | None, Place | None] = {}

    def of(self, nudge: Nudge) -> tuple[Place | None, str]:
        deadline = self.turn.db.get_one(Deadline, nudge.deadline_id)
        about = _about(self.turn, deadline)
        restricted = visible.is_restricted(self.turn, about)
        readers = visible.restricted_to(self.turn, about.owner_id) if restricted else None
        if place := self._in_chat(readers):
            return place, ALONE if restricted and place.person_id != self.post.person_id else ""
        whose: dict[str, Any] = {"owner_id": about.owner_id, "agency": deadline.agency, "restricted": restricted}
        mailed = self._mailed.of(nudge.hears, **whose)
        return next(iter(mailed.places), None), mailed.why

    def _in_chat(self, readers: tuple[int, ...] | None) -> Place | None:
        """`readers` are those who may see a restricted case, and the only ones who hear of it."""
        if readers not in self._chats:
            found = _next_place(self.turn, self.post, highest=None) if readers is None else self._reader(readers)
            self._chats[readers] = found
        return self._chats[readers]

    def _reader(self, readers: Sequence[int]) -> Place | None:
        """The next address not tried yet of these: the same person's, then the other's."""
        manager_first = tuple(reversed(readers))
        nearest = sorted(manager_first, key=lambda person_id: person_id != self.post.person_id)
        return next(_untried(self.turn, self.post, nearest), None)


def _about(turn: Turn, of: Deadline | Post) -> Case | Enquiry:
    case = turn.db.get(Case, of.case_id) if of.case_id else None
    return case or turn.db.get_one(Enquiry, of.enquiry_id)


def _put_nudges(turn: Turn, post: Post, place: Place, whys: Mapping[int, str]) -> None:
    """`whys` say of each nudge, by id, why it is said there; where that is empty, it stays as it was said before."""
    instead = {**post.about.get("instead", {}), **{str(nudge): why for nudge, why in whys.items() if why}}
    new_id = _put(turn, post, place, nudges=list(whys), instead=instead)
    told = {"post_id": new_id, "person_id": place.person_id, "room_id": place.room_id}
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(whys)).values(**told))


def _move_notice(turn: Turn, post: Post) -> None:
    """Say a word to the same person elsewhere, or to the administrators for them; at last to the person by e-mail."""
    place, whom = _next_place(turn, post, highest=1), post.person_id or post.about.get("meant_for")
    if place and not (place.room_id and _is_hidden(turn, post)):
        meant = {"meant_for": whom} if place.room_id and whom else {}
        _put(turn, post, place, **meant)
        return
    mailed = ByMail(turn, _tried(post))
    for person_id in [whom] if whom else [one.id or 0 for one in staff.administrators(turn.db)]:
        for mailbox in mailed.to(person_id).places:
            _put(turn, post, mailbox, meant_for=None, administrators=not whom)


def _is_hidden(turn: Turn, post: Post) -> bool:
    """Whether it is of something that no room may hear of."""
    return bool(post.case_id or post.enquiry_id) and visible.is_restricted(turn, _about(turn, post))


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
        not_before=may_go(turn, post.about),
    )
    return add_new(turn.db, Post, [row])[row["key"]]


def _skip(turn: Turn, nudges: Sequence[int]) -> None:
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(nudges)).values(skipped=NOBODY))
