"""What is to be posted: the outbox, written in the transaction of the act that it speaks of.

A post holds no words, only what to speak of. Nothing here waits for a platform: the courier sends.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, true, update
from sqlmodel import col, select

from bot.cases import staff, visible
from bot.domain.calendar import OfficeHours
from bot.domain.terms import THE_AGENCYS, Agency, CaseStatus, ClockState, Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import accounts_of, add_new, mail_of, rooms_of, want_posts
from storage.tables import Case, Connection, Deadline, Enquiry, Nudge, Person, Post, Request, Room

OFFICE = OfficeHours()
PARTNERS = (Agency.EDUCATION, Agency.HEALTH, Agency.SOCIAL_CARE)
"""Whose rooms show a case: regulations 3 and 4 have each of them told that an assessment is being considered."""

NOTHING: Mapping[str, Any] = {}

UNREACHABLE = "nobody could be reached and no administrators' room is bound"
NOBODY = "nobody could be reached"
NOT_NEEDED = "no longer needed when its turn came"
"""Why a nudge was not said: the auditor says the first kind again, once there is somebody to hear it."""


def show_case(turn: Turn, case: Case, rooms: Sequence[Room]) -> None:
    """Show a case's card in these rooms; where it stands already it is written anew. A restricted one is in no room."""
    if not case.restricted:
        want_posts(turn.db, [_card(turn, PostSays.CASE_CARD, room, case_id=case.id) for room in rooms])


def show_enquiry(turn: Turn, enquiry: Enquiry, rooms: Sequence[Room]) -> None:
    """Show an enquiry's card in these rooms; where it stands already it is written anew."""
    want_posts(turn.db, [_card(turn, PostSays.ENQUIRY_CARD, room, enquiry_id=enquiry.id) for room in rooms])


def case_moved(turn: Turn, case: Case) -> None:
    """Have a case's cards written anew, and shown where one is missing: an imported case has none at first.

    Many moves before the courier comes are one edit. A restricted case gets no new card, and loses those it has.
    """
    if case.restricted:
        withdraw_case(turn, case)
    else:
        show_case(turn, case, rooms_of(turn.db, *PARTNERS))


def enquiry_moved(turn: Turn, enquiry: Enquiry) -> None:
    """Have every card of an enquiry written anew. One in a room that is nobody's any more stays as it is."""
    bound = col(Post.room_id).in_(select(Room.id).where(col(Room.bound)))
    turn.db.execute(
        update(Post)
        .where(col(Post.enquiry_id) == enquiry.id, col(Post.says) == PostSays.ENQUIRY_CARD, bound)
        .where(~col(Post.withdraw), col(Post.state) != PostState.WITHDRAWN)
        .values(wanted=Post.wanted + 1, refresh=False, state=PostState.WAITING, due_at=turn.now)
    )


def withdraw_case(turn: Turn, case: Case) -> None:
    """Take a case's cards out of every room."""
    turn.db.execute(
        update(Post)
        .where(col(Post.case_id) == case.id, col(Post.says) == PostSays.CASE_CARD)
        .where(col(Post.state) != PostState.WITHDRAWN)
        .values(withdraw=True, refresh=False, state=PostState.WAITING, due_at=turn.now)
    )


def tell(
    turn: Turn,
    person_id: int,
    notice: Notice,
    *,
    case_id: int | None = None,
    enquiry_id: int | None = None,
    about: Mapping[str, Any] = NOTHING,
    key: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """One short thing to one person, at the account heard most recently, in office hours unless `not_before` is given.

    `about` holds typed values only, never words a person typed. The same `key` is told once.
    Where the person cannot be reached in chat it goes to the administrators for them, and by e-mail where those have
    no room, or the case is restricted; without e-mail they hear of that one only that somebody could not be reached.
    """
    hidden = _hidden(turn, case_id, enquiry_id)
    if connection := _connection_to(turn, person_id, hidden=hidden):
        what: dict[str, Any] = {"case_id": case_id, "enquiry_id": enquiry_id, "person_id": person_id}
        what |= {"about": _notice_about(notice, about), "not_before": not_before or in_office_hours(turn)}
        _add(turn, new_post(turn, PostSays.NOTICE, connection, **what), key)
    elif hidden:
        tell_administrators(turn, Notice.UNDELIVERED, about={"person_id": person_id}, key=key)
    else:
        meant = {**about, "meant_for": person_id}
        tell_administrators(turn, notice, case_id=case_id, enquiry_id=enquiry_id, about=meant, key=key)


def _connection_to(turn: Turn, person_id: int, *, hidden: bool) -> int | None:
    """Where a person is told something; by e-mail only what no chat can take, not even for them."""
    for account in accounts_of(turn.db, person_id):
        return account.connection_id
    last = hidden or administrators_room(turn) is None
    return mail_of(turn.db) if last and turn.db.get_one(Person, person_id).active else None


def tell_administrators(
    turn: Turn,
    notice: Notice,
    *,
    case_id: int | None = None,
    enquiry_id: int | None = None,
    about: Mapping[str, Any] = NOTHING,
    key: str | None = None,
    avoid: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """One short thing in the administrators' room; one on another connection than `avoid` where there is one.

    At once, unless `not_before` is given: what is amiss cannot wait.

    Where no such room is bound each of them has it by e-mail; without that it is kept as failed, so that it shows.
    """
    what: dict[str, Any] = {"case_id": case_id, "enquiry_id": enquiry_id}
    what |= {"about": _notice_about(notice, about), "not_before": not_before or turn.now}
    room = administrators_room(turn, avoid=avoid)
    if room is not None:
        _add(turn, new_post(turn, PostSays.NOTICE, room.connection_id, room_id=room.id, **what), key)
    elif (mail := mail_of(turn.db)) and (people := staff.administrators(turn.db)):
        for one in people:
            to_each = {**what, "person_id": one.id, "about": {**what["about"], "administrators": True}}
            post = new_post(turn, PostSays.NOTICE, mail, **to_each)
            _add(turn, post, f"{key}/{one.id}" if key else None)
    elif connection := turn.db.exec(select(Connection.id).order_by(col(Connection.id))).first():
        lost = new_post(turn, PostSays.NOTICE, connection, **what)
        _add(turn, lost | {"state": PostState.FAILED, "trouble": UNREACHABLE}, key)


def administrators_room(turn: Turn, *, avoid: int | None = None) -> Room | None:
    """Where the administrators read, on another connection than `avoid` where there is one."""
    rooms = rooms_of(turn.db, None)
    return min(rooms, key=lambda room: room.connection_id == avoid, default=None)


def nudges_of(turn: Turn, post: Post) -> list[Nudge]:
    """What a post of nudges, or a digest, has to say as things stand: one nudge for each date, the earliest first."""
    one_each: dict[int, Nudge] = {}
    for nudge in _standing(turn, post):
        one_each.setdefault(nudge.deadline_id, nudge)
    return list(one_each.values())


def left_out(turn: Turn, post: Post) -> Mapping[int, str]:
    """The nudges of a post that it does not say as things stand, by id, and why. Two of one date are said at once.

    What is still true and no longer its reader's to see reached nobody: the auditor says it to whoever hears it now.
    """
    nudges = post.about.get("nudges", [])
    standing = {nudge.id for nudge in _standing(turn, post)} if nudges else ()
    unsaid = [nudge for nudge in nudges if nudge not in standing]
    still_true = {nudge.id for nudge in _standing(turn, post, whoever=True)} if unsaid else ()
    return {nudge: NOBODY if nudge in still_true else NOT_NEEDED for nudge in unsaid}


def _standing(turn: Turn, post: Post, *, whoever: bool = False) -> list[Nudge]:
    """The nudges of a post that are still true, the earliest date first.

    Not those whose clock has stopped or moved since, nor those for which it has become too late, nor those to a body
    that says it has answered (now the council has to confirm), nor those of a restricted case that is not, or no
    longer, the reader's to see; of these all, `whoever` reads it.
    """
    reader, values = visible.reader(turn, turn.db.get(Person, post.person_id) if post.person_id else None)
    standing = _standing_for(None if whoever else reader)
    found = turn.db.scalars(standing, {"nudges": post.about.get("nudges", []), **({} if whoever else values)})
    latest = post.about.get("latest", {})
    too_late = {int(key) for key, moment in latest.items() if turn.now >= datetime.fromisoformat(moment)}
    return [nudge for nudge in found if nudge.id not in too_late]


@cache
def _standing_for(reader: visible.Reader | None) -> Any:
    # Not the bare column: by its index SQLite would read every date that runs, and not these nudges' alone.
    running = func.coalesce(Deadline.state, ClockState.STOPPED) == ClockState.RUNNING
    runs = (running, Deadline.ladder != "", Deadline.legal == Nudge.due)
    is_open = func.coalesce(Case.status, Enquiry.status) == CaseStatus.OPEN
    asked = or_(col(Nudge.hears).not_in(THE_AGENCYS), col(Request.sent_on).is_(None))
    return (
        select(Nudge)
        .join(Deadline)
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .outerjoin(Request, col(Deadline.request_id) == Request.id)
        .where(col(Nudge.id).in_(bindparam("nudges", expanding=True)), *runs, is_open, asked)
        .where(_fit(visible.SEES[reader]) if reader else true())
        .order_by(col(Nudge.due), col(Nudge.id))
    )


def _fit(fit: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a case that fits, or of a letter about none that does not."""
    return or_(and_(col(Case.id).is_not(None), fit), and_(col(Enquiry.id).is_not(None), visible.letters_on(fit)))


def post_key(*parts: object) -> str:
    """A post's key: always the same for the same parts, and telling nobody what they are at a glance."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]


def in_office_hours(turn: Turn) -> datetime:
    """Now while the office is open, else the next opening."""
    return OFFICE.next_open(turn.now, calendar=turn.rules.calendar)


def may_go(turn: Turn, about: Mapping[str, Any]) -> datetime:
    """When a reminder may go out: in office hours, or now where it may break quiet hours and the day is not over."""
    until = about.get("at_any_hour_until")
    return turn.now if until and turn.now < datetime.fromisoformat(until) else in_office_hours(turn)


def new_post(turn: Turn, says: PostSays, connection_id: int, **what: Any) -> dict[str, Any]:
    """The columns of a post. `what` may name any other column; its key is drawn at random unless given."""
    return {
        "key": secrets.token_hex(16),
        "says": says,
        "connection_id": connection_id,
        "room_id": None,
        "person_id": None,
        "case_id": None,
        "enquiry_id": None,
        "about": {},
        "state": PostState.WAITING,
        "wanted": 1,
        "shown": 0,
        "withdraw": False,
        "refresh": False,
        "not_before": turn.now,
        "due_at": what.get("not_before", turn.now),
        "attempts": 0,
        "trouble": "",
        "platform_id": "",
        "made_at": turn.now,
        **what,
    }


def _card(turn: Turn, says: PostSays, room: Room, **what: Any) -> dict[str, Any]:
    key = post_key(says, *what.values(), room.id)
    return new_post(turn, says, room.connection_id, key=key, room_id=room.id, **what)


def _notice_about(notice: Notice, about: Mapping[str, Any]) -> dict[str, Any]:
    return {"notice": notice.value, **about}


def _add(turn: Turn, post: dict[str, Any], key: str | None) -> None:
    add_new(turn.db, Post, [post | {"key": post_key(key)} if key else post])


def _hidden(turn: Turn, case_id: int | None, enquiry_id: int | None) -> bool:
    about = turn.db.get(Case, case_id) if case_id else turn.db.get(Enquiry, enquiry_id) if enquiry_id else None
    return about is not None and visible.is_restricted(turn, about)
