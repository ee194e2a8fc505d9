"""What reached the bot: the same delivery, or the same press of a button, is answered once and acts once."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from bot.domain.message import Message, Said
from storage.add import add_row
from storage.columns import columns
from storage.crypto import Vault
from storage.tables import Heard, Person

ABOUT = "heard"
LATELY, MOST_EARLIER = timedelta(minutes=10), 24
IDS = re.compile(r"(?<=\w)#\d+|\b(?!cases?=)\w+=\d+(?![\w-])")
"""What a button carries and nobody says, such as `request=12`: read as words it would be the number of a case."""

KEPT = columns(Heard)
FIRST = select(KEPT.sealed).where(or_(KEPT.delivery == bindparam("delivery"), KEPT.nonce == bindparam("nonce")))


@dataclass(frozen=True)
class Keys:
    """By what a line is known again; None where the platform gives nothing."""

    delivery: str | None
    nonce: str | None


def keys_of(said: Said) -> Keys:
    connection = said.who.connection
    nonce = _digest(f"{connection}/{said.who.account}/{said.nonce}/{said.line}") if said.nonce else None
    return Keys(f"{connection}/{said.delivery}" if said.delivery else None, nonce)


def _digest(text: str) -> str:
    """A line may hold a child's name, so its key is no more than a digest; the nonce in it cannot be guessed."""
    return hashlib.sha256(text.encode()).hexdigest()


def earlier(db: Session, vault: Vault, keys: Keys) -> Message | None:
    """The answer that the first delivery, or the first press, got; None for a line not heard before."""
    first = db.execute(FIRST, {"delivery": keys.delivery, "nonce": keys.nonce}).scalar()
    if first is None:
        return None
    told = vault.open_own(first, ABOUT)
    return Message(told["text"], private=told["private"], error=told["error"])


def recent(db: Session, vault: Vault, who: Person, said: Said, now: datetime) -> list[str]:
    """What they said in the same conversation in the last ten minutes, the latest last: what a follow-up goes by."""
    here = (KEPT.connection_id == said.who.connection, KEPT.place == said.where.place, KEPT.person_id == who.id)
    lately = select(KEPT.sealed).where(KEPT.at > now - LATELY, KEPT.at <= now, *here)
    sealed = db.execute(lately.order_by(KEPT.id.desc()).limit(MOST_EARLIER)).scalars()
    told = [vault.open_own(each, ABOUT) for each in sealed]
    return [IDS.sub("", str(each["line"])) for each in reversed(told) if each.get("thread", "") == _thread(said)]


def _thread(said: Said) -> str:
    """What parts one conversation of a place from another: its thread, or that the asker alone reads it."""
    return "alone" if said.where.private else said.where.thread


def keep(
    db: Session, vault: Vault, said: Said, keys: Keys, person: Person | None, message: Message, now: datetime
) -> None:
    """Keep that a line was asked and what came of it. A refused or unfinished form keeps its nonce for another try."""
    done = not message.error and message.form is None
    told = {
        "line": said.line,
        "text": message.text,
        "private": message.private,
        "error": message.error,
        "thread": _thread(said),
    }
    row = {
        "delivery": keys.delivery,
        "nonce": keys.nonce if done else None,
        "person_id": person.id if person else None,
        "connection_id": said.who.connection,
        "place": said.where.place,
        "verdict": message.error or ("done" if done else "form"),
        "sealed": vault.seal_own(told, ABOUT),
        "at": now,
    }
    add_row(db, Heard, row)
