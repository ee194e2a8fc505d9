"""Rooms: which agency's room this is."""

from typing import Annotated

from sqlmodel import col, select

from bot.blanks import choice
from bot.cases import room_checks
from bot.commands.roles import ADMINISTRATORS, STAFF_LIST
from bot.domain.errors import NotNow
from bot.domain.message import Message, Row, Table, Where
from bot.domain.terms import Agency, Platform, Term
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Connection, Room


class For(Term):
    """Whose room it is."""

    EDUCATION = "education"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    MP_TEAM = "mp_team"
    ADMINISTRATORS = "administrators"

    @property
    def agency(self) -> Agency | None:
        return None if self is For.ADMINISTRATORS else Agency(self.value)

    @property
    def label(self) -> str:
        return self.agency.label if self.agency else super().label


@command("room bind", "bind room", may=ADMINISTRATORS, examples=("room bind health",), title="Whose room this is")
def bind(turn: Turn, *, to: Annotated[For, choice(For, "Whose room this is", {"mp": For.MP_TEAM})]) -> Message:
    """Say, in a room, which agency's room it is. Its cards and nudges come here from now on.

    Refused where people sit in it who may not know all that such a room hears.
    """
    where, agency = _here(turn), to.agency
    readers = where.readers
    if (
        readers
        and not where.outside
        and (found := room_checks.misfits(turn, where.connection, readers.accounts, agency))
    ):
        instead = room_checks.fits(turn, where.connection, readers.accounts)
        raise NotNow(room_checks.refusal(found, agency, instead))
    room = _bound(turn, where)
    if room is None:
        room = Room(
            connection_id=where.connection, place=where.place, name=where.name or f"{to.label} room", bound_at=turn.now
        )
        turn.db.add(room)
    room.agency, room.bound, room.bound_at, room.checked_at = agency, True, turn.now, None
    room.shared, room.reference = where.outside, dict(where.reference)
    return Message(f"This is the {to.label} room now.", aside=_who_reads(turn, where))


def _who_reads(turn: Turn, where: Where) -> str:
    if where.outside:
        return "It holds people of other organisations: only what all may know is posted here."
    platform = turn.db.get_one(Connection, where.connection).platform
    asked = platform in (Platform.SLACK, Platform.TEAMS) and where.readers is None
    return "Who sits here could not be asked: look yourself that nobody does who may not." if asked else ""


@command("room unbind", "unbind room", may=ADMINISTRATORS, examples=("room unbind",))
def unbind(turn: Turn) -> Message:
    """Stop posting in this room."""
    room = _bound(turn, _here(turn))
    if room is None or not room.bound:
        raise NotNow("This room is nobody's. To make it one's, an administrator says here: room bind health")
    room.bound = False
    return Message("I will not post here any more. The cards that stand here are no longer kept up to date.")


def _here(turn: Turn) -> Where:
    if turn.where is None or turn.where.private:
        raise NotNow("Say that in the room itself: a private chat can't be an agency's room.")
    return turn.where


def _bound(turn: Turn, where: Where) -> Room | None:
    found = select(Room).where(Room.connection_id == where.connection, Room.place == where.place)
    return turn.db.exec(found).first()


@command("rooms", may=STAFF_LIST, acts=False, examples=("rooms",))
def rooms(turn: Turn) -> Message:
    """List the rooms and whose they are."""
    found = turn.db.exec(select(Room, Connection).join(Connection).where(col(Room.bound)).order_by(Room.name)).all()
    rows = tuple(
        Row((room.name, room.agency.label if room.agency else "administrators", f"{at.name} ({at.platform})"))
        for room, at in found
    )
    missing = [
        a.label for a in (Agency.EDUCATION, Agency.HEALTH, Agency.SOCIAL_CARE) if a not in {r.agency for r, _ in found}
    ]
    number = "1 room is" if len(rows) == 1 else f"{len(rows)} rooms are"
    return Message(
        f"{number} bound." if rows else "No room is bound yet. In a room, say: room bind health",
        table=Table(("Room", "Agency", "Where"), rows) if rows else None,
        aside=f"No room yet for: {', '.join(missing)}." if missing else "",
        private=turn.private,
    )
