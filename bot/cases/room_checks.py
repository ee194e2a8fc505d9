"""Who sits in a room, held against what is said there: outsiders, and staff who may not know all that it hears."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from bot.cases.posts import tell_administrators
from bot.cases.queue import CARDS
from bot.cases.rosters import AGAIN, DAILY
from bot.domain.readers import Readers
from bot.domain.sharing import COUNCIL, Viewer
from bot.domain.terms import Agency, Kind, Notice, Platform, PostState, Role
from bot.turn import Turn
from storage.tables import Connection, Identity, Person, Post, Room


class Place(NamedTuple):
    """A room to be looked at."""

    id: int
    place: str
    reference: Mapping[str, Any]


def may_sit(agency: Agency, role: Role, room: Agency | None) -> bool:
    """Whether everything that a room hears, by the table of who may know what, may be put before a member of it.

    The council's own staff may sit anywhere: their roles say what they may open, and what they overhear is no other
    body's. Of a partner counts what its own room hears, not what each of its people may open. None is the
    administrators' room.
    """
    sitter = Viewer(agency, role if agency in COUNCIL else None)
    if sitter.council and agency in COUNCIL:
        return True
    heard = Viewer(room)
    return room is not None and all(
        sitter.may_know(kind, of) for kind in Kind for of in (*Agency, None) if heard.may_know(kind, of)
    )


def misfits(turn: Turn, connection: int, accounts: Collection[str], room: Agency | None) -> Counter[Agency]:
    """How many of these accounts belong to people who may not know all that such a room hears, by agency."""
    return Counter(one.agency for one in _known(turn, connection, accounts) if not may_sit(one.agency, one.role, room))


def fits(turn: Turn, connection: int, accounts: Collection[str]) -> Agency | None:
    """The partner whose room it could be, with everybody in it."""
    people = _known(turn, connection, accounts)
    partners = (agency for agency in Agency if agency not in COUNCIL and any(one.agency is agency for one in people))
    return next((room for room in partners if all(may_sit(one.agency, one.role, room) for one in people)), None)


def refusal(found: Mapping[Agency, int], room: Agency | None, instead: Agency | None) -> str:
    """ "Of the people here 3 are health's, who may not read all that education's room hears. Bind it as health …"."""
    whose = " and ".join(f"{many} {'is' if many == 1 else 'are'} {agency.label}'s" for agency, many in found.items())
    named = f"{room.label}'s room" if room else "the administrators' room"
    ways = f"Bind it as {instead.label}, or ask them to leave." if instead else "Ask them to leave, or bind another."
    return f"Of the people here {whose}, who may not read all that {named} hears. {ways}"


def any_due(db: Session, connection: int, now: datetime) -> bool:
    """Asked before `due`, which on SQLite keeps every other writer waiting."""
    return db.exec(_unasked(connection, now).limit(1)).first() is not None


def due(turn: Turn, connection: int) -> Place | None:
    """Take one bound room in hand of which nobody has asked for a day who reads it. Never the same as a replica."""
    room = turn.db.exec(_unasked(connection, turn.now).limit(1).with_for_update(skip_locked=True)).first()
    if room is None:
        return None
    room.checked_at = turn.now - DAILY + AGAIN
    return Place(room.id or 0, room.place, room.reference)


def _unasked(connection: int, now: datetime) -> Any:
    unasked = or_(col(Room.checked_at).is_(None), col(Room.checked_at) <= now - DAILY)
    found = select(Room).where(Room.connection_id == connection, col(Room.bound), unasked)
    return found.order_by(col(Room.checked_at).is_not(None), col(Room.checked_at), col(Room.id))


def look_again(turn: Turn, connection: int, place: str, *, shared: bool = False) -> None:
    """Somebody came, or the room was shared: it is looked at within a minute. What is shared is so from now on."""
    here = (col(Room.connection_id) == connection, col(Room.place) == place)
    values: dict[str, Any] = {"checked_at": None} | ({"shared": True} if shared else {})
    turn.db.execute(update(Room).where(*here).values(**values))


def unread(db: Session, now: datetime) -> Sequence[Room]:
    """Rooms in Slack or Teams of which nobody has been able to say for a day who reads them."""
    late = or_(col(Room.checked_at).is_(None), col(Room.checked_at) <= now - DAILY + AGAIN)
    asked = (col(Room.bound), col(Connection.active), col(Connection.platform).in_((Platform.SLACK, Platform.TEAMS)))
    found = select(Room).join(Connection, col(Connection.id) == Room.connection_id).where(*asked, late)
    return db.exec(found.order_by(Room.name)).all()


def settle(turn: Turn, room_id: int, readers: Readers) -> None:
    """What follows from who reads a room now. A shared one hears only what all may know, whoever sits in it.

    That outsiders have gone, an administrator says by binding it anew.
    """
    room = turn.db.get_one(Room, room_id, with_for_update=True)
    if not room.bound:
        return
    if room.checked_at is not None:  # else somebody came while this was asked, and it is looked at again
        room.checked_at = turn.now
    if readers.outside:
        room.shared = True
        once = f"outsiders/{room.id}/{room.bound_at.isoformat()}"
        _tell(turn, room, key=once, outsiders=readers.outsiders)
    elif not room.shared and (found := misfits(turn, room.connection_id, readers.accounts, room.agency)):
        _refuse(turn, room, found, fits(turn, room.connection_id, readers.accounts))


def _refuse(turn: Turn, room: Room, found: Mapping[Agency, int], instead: Agency | None) -> None:
    """It is nobody's from now on: its cards go, and what waits for it is said at the next address."""
    room.bound = False
    cards = (col(Post.room_id) == room.id, col(Post.says).in_(CARDS), col(Post.state) != PostState.WITHDRAWN)
    again = {"withdraw": True, "refresh": False, "state": PostState.WAITING, "due_at": turn.now}
    turn.db.execute(update(Post).where(*cards).values(**again))
    whose = {agency.value: many for agency, many in found.items()}
    _tell(turn, room, whose=whose, instead=instead.value if instead else "")


def _tell(turn: Turn, room: Room, *, key: str | None = None, **what: Any) -> None:
    turn.db.flush()  # the administrators' own room may be the one that is refused
    tell_administrators(turn, Notice.ROOM_REFUSED, about={"room_id": room.id, **what}, key=key)


def _known(turn: Turn, connection: int, accounts: Collection[str]) -> Sequence[Person]:
    """The staff behind these accounts."""
    own = (Identity.connection_id == connection, col(Identity.account).in_(accounts), col(Person.active))
    found = select(Person).join(Identity, col(Identity.person_id) == Person.id).where(*own)
    return turn.db.exec(found.order_by(col(Person.id))).all()
