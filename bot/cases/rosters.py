"""Accounts that their platform has closed: cut off at once, told to the administrators, and welcome back by e-mail."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from bot.cases import staff
from bot.cases.posts import tell_administrators
from bot.domain.message import Who
from bot.domain.terms import Notice
from bot.turn import Turn
from storage.tables import Identity, Person

DAILY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""How long a look that came to nothing keeps others from looking: longer than one takes."""


class Account(NamedTuple):
    """An account to be looked at."""

    id: int
    account: str
    reference: Mapping[str, Any]


def gone(turn: Turn, connection: int, account: str) -> None:
    """Its platform says that it is closed: it can say nothing more, and is written to no more."""
    own = (Identity.connection_id == connection, Identity.account == account, col(Identity.gone_at).is_(None))
    identity = turn.db.exec(select(Identity).where(*own)).first()
    if identity is not None:
        identity.gone_at = turn.now
        _tell(turn, identity)


def returned(turn: Turn, who: Who) -> Person | None:
    """The person of an account that was closed and speaks again, where its e-mail proves them anew; told as well."""
    own = (Identity.connection_id == who.connection, Identity.account == who.account)
    identity = turn.db.exec(select(Identity).where(*own, col(Identity.gone_at).is_not(None))).first()
    person = turn.db.get(Person, identity.person_id) if identity else None
    email = staff.proven_email(turn.db, who)
    if identity is None or person is None or not person.active or person.email != email:
        return None
    _welcome(turn, identity, dict(who.reference) or identity.reference)
    return person


def connect_again(turn: Turn, person: Person) -> int:
    """An administrator's word that somebody's accounts are theirs again; how many. Their platform is asked at once."""
    own = (Identity.person_id == person.id, col(Identity.gone_at).is_not(None))
    found = turn.db.exec(select(Identity).where(*own)).all()
    for identity in found:
        identity.gone_at = identity.checked_at = None
    return len(found)


def any_due(db: Session, connection: int, now: datetime) -> bool:
    """Asked before `due`, which on SQLite keeps every other writer waiting."""
    return db.exec(_unasked(connection, now).limit(1)).first() is not None


def due(turn: Turn, connection: int, *, most: int) -> list[Account]:
    """Take accounts in hand that nobody has asked after for a day. Two replicas never take the same."""
    longest = _unasked(connection, turn.now).limit(most)
    taken = turn.db.exec(longest.with_for_update(skip_locked=True, of=Identity)).all()
    for identity in taken:
        identity.checked_at = turn.now - DAILY + AGAIN
    return [Account(one.id or 0, one.account, one.reference) for one in taken]


def _unasked(connection: int, now: datetime) -> Any:
    unasked = or_(col(Identity.checked_at).is_(None), col(Identity.checked_at) <= now - DAILY)
    own = (col(Identity.connection_id) == connection, col(Identity.gone_at).is_(None), col(Person.active), unasked)
    found = select(Identity).join(Person, col(Person.id) == Identity.person_id).where(*own)
    return found.order_by(col(Identity.checked_at).is_not(None), col(Identity.checked_at), col(Identity.id))


def there(turn: Turn, identity: int) -> None:
    """Its platform says that it is in use."""
    turn.db.execute(update(Identity).where(col(Identity.id) == identity).values(checked_at=turn.now))


def _welcome(turn: Turn, identity: Identity, reference: Mapping[str, Any]) -> None:
    identity.gone_at = identity.checked_at = None
    identity.reference, identity.heard_at = dict(reference), turn.now
    _tell(turn, identity, back=True)


def _tell(turn: Turn, identity: Identity, **more: Any) -> None:
    about = {"person_id": identity.person_id, "connection_id": identity.connection_id, **more}
    tell_administrators(turn, Notice.LEFT, about=about)
