"""Who can be spoken as on this machine, and where: for `say`, the terminal and the local page."""

import difflib
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from bot.cards.posted import post_message
from bot.cases.outbox import shown_on
from bot.domain.errors import BadSettings
from bot.domain.message import Address, Message, Where, Who
from bot.domain.terms import Agency, Platform
from bot.turn import Turn
from bot.upkeep.connections import PAGE
from bot.upkeep.installation import Installation
from storage.add import add_unless_there
from storage.connect import Store
from storage.tables import Connection, Identity, Person, Room

PRIVATE = "private:"
"""What the private place of a person on the local page begins with; their e-mail follows."""
ROOMS = (
    ("education", "Education", Agency.EDUCATION),
    ("health", "Health", Agency.HEALTH),
    ("social-care", "Social care", Agency.SOCIAL_CARE),
    ("mp-team", "MP team", Agency.MP_TEAM),
    ("administrators", "Administrators", None),
)
"""The local page's rooms, each with whose it is."""


def page_connection(db: Session) -> Connection:
    """The local page's; one that is made here only carries what an operator says, and nothing is posted to it."""
    pages = select(Connection).where(Connection.platform == Platform.PAGE)
    page = db.exec(pages).first()
    if page is None:
        add_unless_there(db, Connection(platform=Platform.PAGE, outside_id=PAGE, name="Local page", active=False))
        page = db.exec(pages).one()
    return page


def furnish(db: Session, page: int, now: datetime) -> None:
    """Give the local page its rooms, where it never had any: an empty page has no place to say `room bind` in."""
    if db.exec(select(Room.id).where(Room.connection_id == page).limit(1)).first() is None:
        for place, name, agency in ROOMS:
            add_unless_there(db, Room(connection_id=page, place=place, name=name, agency=agency, bound_at=now))


def take_seat(db: Session, email: str, now: datetime) -> Who:
    """A member of staff's account on this machine. Whoever may run this command may speak as anyone."""
    person = db.exec(select(Person).where(Person.email == email.strip().casefold())).first()
    if person is None:
        near = difflib.get_close_matches(email.strip().casefold(), db.exec(select(Person.email)).all())
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise BadSettings(f"Nobody on the staff list has the address {email}.{meant}")
    page = page_connection(db)
    seat_everyone(db, page, [person], now)
    return Who(page.id or 0, account=person.email, email=person.email)


def seat_everyone(db: Session, page: Connection, people: Iterable[Person], now: datetime) -> None:
    """Give each an account on the local page, where they have none yet."""
    seated = set(db.exec(select(Identity.account).where(Identity.connection_id == page.id)))
    for person in people:
        if person.email not in seated:
            own = Identity(person_id=person.id or 0, connection_id=page.id or 0, account=person.email, heard_at=now)
            own.place = PRIVATE + person.email
            add_unless_there(db, own)


def seat_staff(db: Session, now: datetime) -> int:
    """An account on the local page for everybody who works here; the page's connection."""
    page = page_connection(db)
    seat_everyone(db, page, db.exec(select(Person).where(col(Person.active))).all(), now)
    return page.id or 0


def place(db: Session, who: Who, room: str | None) -> Where:
    """The bound room of that name, on whichever platform; a private chat without one."""
    if room is None:
        return Where(who.connection, PRIVATE + who.email, private=True, name="Private chat")
    rooms = list(db.exec(select(Room).where(col(Room.bound)).order_by(col(Room.id))))
    wanted = room.strip().removeprefix("#").casefold()
    for each in rooms:
        if wanted in (each.name.casefold(), each.place.casefold()):
            return Where(each.connection_id, each.place, name=each.name, shared=each.shared)
    known = ", ".join(each.name for each in rooms) or "none"
    raise BadSettings(f"No bound room is called {room}. There are: {known}.")


def staff_of(store: Store) -> list[tuple[str, str, str, str]]:
    """Everybody who works here: e-mail, name, role, agency."""
    with store.reading() as db:
        people = db.exec(select(Person).where(col(Person.active)).order_by(col(Person.id)))
        return [(each.email, each.name, each.role.label, each.agency.label) for each in people]


def rooms_on(store: Store, connection: int) -> list[tuple[str, str, str]]:
    """The bound rooms of a connection: place, name, agency."""
    with store.reading() as db:
        rooms = db.exec(select(Room).where(Room.connection_id == connection, col(Room.bound)).order_by(col(Room.id)))
        return [(each.place, each.name, each.agency.label if each.agency else "administrators") for each in rooms]


def recalled(here: Installation, connection: int) -> list[tuple[Address, str, Message, datetime]]:
    """What stands on the local page, which keeps nothing itself: address, id, message, moment."""
    with here.store.reading() as db:
        turn = Turn(db, here.clock(), here.rules, here.vault, record_url=here.settings.record_url)
        return list(shown_on(turn, connection, post_message))
