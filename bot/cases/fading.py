"""Copies in personal chats that tell who a child is: noted before they are sent, taken in hand once their time is over.

Nothing here waits for a platform: `bot/fading.py` does.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.cases.posts import tell_administrators
from bot.cases.tracing import references_in
from bot.domain import guard
from bot.domain.message import Address, Message
from bot.domain.terms import Notice
from bot.turn import Turn
from storage.tables import Case, Enquiry, PrivateCopy

SHOWN_FOR = timedelta(minutes=10)
LEASE = timedelta(minutes=2)
"""How long a copy that is taken in hand is nobody else's: longer than a tick's edits take, one after the other."""
TRIES = 24
"""How often one that cannot be taken away is tried again, once an hour."""


class Copy(NamedTuple):
    """One copy in hand: where it stands and as what, what it was about and when it was shown."""

    id: int
    key: str
    to: Address
    platform_id: str
    attempts: int
    case_id: int | None
    enquiry_id: int | None
    shown_at: datetime


def note(turn: Turn, connection: int, place: str, reference: Mapping[str, Any], message: Message) -> str:
    """Write down that a message which tells who a child is goes out now; its key."""
    told = _about(message)
    copy = PrivateCopy(
        key=secrets.token_hex(16),
        connection_id=connection,
        place=place,
        reference=dict(reference),
        case_id=turn.db.scalar(select(Case.id).where(Case.reference == told)) if told else None,
        enquiry_id=turn.db.scalar(select(Enquiry.id).where(Enquiry.reference == told)) if told else None,
        shown_at=turn.now,
        fades_at=turn.now + SHOWN_FOR,
    )
    turn.db.add(copy)
    return copy.key


def stands(db: Session, key: str, platform_id: str) -> None:
    """The platform has it. What stood there before, under the same id, stands no longer."""
    known = select(PrivateCopy.connection_id).where(PrivateCopy.key == key).scalar_subquery()
    same = (col(PrivateCopy.connection_id) == known, col(PrivateCopy.platform_id) == platform_id)
    db.execute(delete(PrivateCopy).where(*same, col(PrivateCopy.key) != key))
    db.execute(update(PrivateCopy).where(col(PrivateCopy.key) == key).values(platform_id=platform_id))


def gone(db: Session, key: str) -> None:
    """It stands nowhere: it was never sent, or it has been taken away."""
    db.execute(delete(PrivateCopy).where(col(PrivateCopy.key) == key))


def replaced(db: Session, connection: int, platform_id: str) -> None:
    """What stood there has given way to something that tells nobody who a child is."""
    here = (col(PrivateCopy.connection_id) == connection, col(PrivateCopy.platform_id) == platform_id)
    db.execute(delete(PrivateCopy).where(*here))


def anything_due(db: Session, connection: int, now: datetime) -> bool:
    """Asked before `take`, which on SQLite keeps every other writer waiting."""
    due = (PrivateCopy.connection_id == connection, col(PrivateCopy.fades_at) <= now)
    return db.exec(select(PrivateCopy.id).where(*due).limit(1)).first() is not None


def take(turn: Turn, connection: int, *, most: int) -> list[Copy]:
    """Take the oldest whose time is over in hand. Two replicas never take the same."""
    due = (PrivateCopy.connection_id == connection, col(PrivateCopy.fades_at) <= turn.now)
    oldest = select(PrivateCopy).where(*due).order_by(col(PrivateCopy.fades_at), col(PrivateCopy.id)).limit(most)
    copies = turn.db.exec(oldest.with_for_update(skip_locked=True)).all()
    for copy in copies:
        copy.fades_at, copy.attempts = turn.now + LEASE, copy.attempts + 1
    return [_in_hand(copy) for copy in copies]


def later(db: Session, copies: Sequence[int], until: datetime) -> None:
    """Try these again at that moment."""
    db.execute(update(PrivateCopy).where(col(PrivateCopy.id).in_(copies)).values(fades_at=until))


def still_shown(turn: Turn, copy: Copy, *, unknown: bool) -> None:
    """It can be neither edited nor taken away: the administrators hear so, once a day for each connection.

    `unknown`: nobody noted whether it arrived, and the platform cannot be asked; then it is not tried again.
    """
    about = {"connection_id": copy.to.connection}
    tell_administrators(turn, Notice.STILL_SHOWN, about=about, key=f"shown/{copy.to.connection}/{turn.today}")
    if unknown or copy.attempts >= TRIES:
        gone(turn.db, copy.key)
    else:
        later(turn.db, [copy.id], turn.now + timedelta(hours=1))


def _in_hand(copy: PrivateCopy) -> Copy:
    to = Address(copy.connection_id, copy.place, private=True, reference=copy.reference)
    about = (copy.case_id, copy.enquiry_id, copy.shown_at)
    return Copy(copy.id or 0, copy.key, to, copy.platform_id, copy.attempts, *about)


def _about(message: Message) -> str:
    """The case or letter that a message speaks of; none where it is of several."""
    headed, named = references_in([message.text]), references_in(guard.slots(message))
    return headed[0] if headed else named[0] if len(named) == 1 else ""
