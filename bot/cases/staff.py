"""Staff: who an account belongs to, who may own what, who is above."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from bot.domain.errors import CannotRead
from bot.domain.message import Who
from bot.domain.terms import Role
from bot.turn import Turn
from storage.columns import columns
from storage.look import look, whole
from storage.tables import Connection, Identity, Person

OFFICERS = (Role.OFFICER, Role.MANAGER)
"""The roles that may own a case."""

OF_PERSON, OF_IDENTITY = columns(Person), columns(Identity)
BY_ID = whole(Person).where(OF_PERSON.id == bindparam("id"))
BY_ACCOUNT = (
    whole(Person)
    .add_columns(OF_IDENTITY.id.label("identity"), OF_IDENTITY.reference, OF_IDENTITY.heard_at, OF_IDENTITY.gone_at)
    .join(OF_IDENTITY.id.table, OF_IDENTITY.person_id == OF_PERSON.id)
    .where(OF_IDENTITY.connection_id == bindparam("connection"), OF_IDENTITY.account == bindparam("account"))
)
"""A person and how an account of theirs was reached last."""


def recognise(db: Session, who: Who, now: datetime) -> Person | None:
    """The member of staff behind an account; None for a stranger, a leaver, or an account that is closed."""
    known: Any = db.execute(BY_ACCOUNT, {"connection": who.connection, "account": who.account}).first()
    if known is None:
        return _link_by_email(db, who, now)
    if known.gone_at is not None:
        return None
    if news := _way_back(known, who, now):
        db.execute(update(Identity).where(col(Identity.id) == known.identity).values(news))
    return known if known.active else None


def _way_back(known: Any, who: Who, now: datetime) -> dict[str, Any]:
    """What has changed about how an account is reached."""
    moved = who.reference and who.reference != known.reference
    news: dict[str, Any] = {"reference": dict(who.reference)} if moved else {}
    # Which account is in use; no row is written for every line.
    return news | ({"heard_at": now} if now - known.heard_at > timedelta(hours=1) else {})


def person(turn: Turn, person_id: int | None) -> Person | None:
    """A member of staff, for looking at: most often the one who asks."""
    if person_id is None or (turn.who and turn.who.id == person_id):
        return turn.who if person_id else None
    return next(iter(look(turn.db, Person, BY_ID, {"id": person_id})), None)


def _link_by_email(db: Session, who: Who, now: datetime) -> Person | None:
    email = proven_email(db, who)
    if not email:
        return None
    person = db.exec(select(Person).where(Person.email == email, col(Person.active))).first()
    if person is not None:
        db.add(
            Identity(
                person_id=person.id or 0,
                connection_id=who.connection,
                account=who.account,
                reference=dict(who.reference),
                heard_at=now,
            )
        )
    return person


def proven_email(db: Session, who: Who) -> str:
    """An account's e-mail where it proves a person: on a connection whose organisation owns its domain, else none."""
    email, connection = who.email.strip().lower(), db.get(Connection, who.connection)
    return email if connection is not None and email.rpartition("@")[2] in connection.domains else ""


def owners(db: Session) -> Sequence[Person]:
    """Staff who may own a case, by name."""
    return db.exec(select(Person).where(col(Person.role).in_(OFFICERS), col(Person.active)).order_by(Person.name)).all()


def find(turn: Turn, text: str) -> Person:
    """A member of staff by e-mail, full name, or a first name only one of them has; `me` is the asker."""
    return _called(turn, text, turn.db.exec(select(Person).where(col(Person.active))).all())


def find_anybody(turn: Turn, text: str) -> Person:
    """Likewise, and one who has left where nobody who works here is called so; `Tom's` is Tom."""
    name = text.removesuffix("'s").removesuffix("’s")
    try:
        return find(turn, name)
    except CannotRead:
        return _called(turn, name, turn.db.exec(select(Person).where(~col(Person.active))).all())


def _called(turn: Turn, text: str, people: Sequence[Person]) -> Person:
    wanted = text.strip().lstrip("@").lower()
    if wanted in ("me", "myself", "i"):
        return turn.person
    exact = [p for p in people if wanted in (p.email, p.name.lower())]
    first = [p for p in people if wanted == p.name.lower().split(" ")[0]]
    match exact or first:
        case [one]:
            return one
        case []:
            raise CannotRead(f"I don't know anyone on the staff list called “{text}”. Try their e-mail address.")
        case several:
            raise CannotRead(f"More than one person is called {text}: use {' or '.join(p.email for p in several)}.")


def manager_of(db: Session, person: Person | None) -> Person | None:
    manager = db.get(Person, person.manager_id) if person and person.manager_id else None
    return manager if manager and manager.active else None


def team_of(db: Session, manager: Person) -> list[int]:
    """Those who report to a manager, and those who report to them, whether they still work here or not."""
    found: list[int] = []
    above = [manager.id or 0]
    while above:
        below = db.exec(select(Person.id).where(col(Person.manager_id).in_(above), col(Person.id).not_in(found))).all()
        above = [number for number in below if number and number != manager.id]
        found += above
    return found


def administrators(db: Session) -> Sequence[Person]:
    return db.exec(
        select(Person).where(Person.role == Role.ADMINISTRATOR, col(Person.active)).order_by(Person.name)
    ).all()


def managers(db: Session) -> Sequence[Person]:
    """The council's managers, by name."""
    return db.exec(select(Person).where(Person.role == Role.MANAGER, col(Person.active)).order_by(Person.name)).all()
