"""One line in, one message out: know who, parse, authorise, run in one transaction, keep that it was asked."""

import logging
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, select

from bot import heard
from bot.answering import Answering
from bot.cases import guarding, packs, rosters, staff
from bot.domain.errors import KeyMissing
from bot.domain.message import Message, Said, Where, Who
from bot.domain.terms import Role
from bot.fault import log_fault, new_code
from bot.grammar import Book
from bot.rules import Rules
from bot.turn import Exports, Turn
from storage.connect import Store, crossed, why, will_pass
from storage.crypto import Vault
from storage.erasures import Erasures
from storage.tables import Person, Room

log = logging.getLogger(__name__)

AWAY = "I couldn't save that: the database isn't answering. Nothing was changed. Try again in a minute"
UNSURE = "The database went away while that was being saved. I am checking; please do not repeat it"
SHUT = "That is sealed under a key that I don't have. Nothing was changed. Whoever runs me can say: referralbot doctor"
BROKEN = "Something went wrong on our side and nothing was changed. Tell your administrator"

ILLEGIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters nobody types on purpose: those that control a terminal, turn text about, or are halves of others."""
TRIES = 5
"""Times that a line is tried; each time one of those who write at once comes through."""


class Crossed(Exception):
    """Two lines stood in each other's way in the database: nothing was kept, and it may be said again."""


@dataclass
class App:
    """The bot as adapters see it: `answer` for a line, `met` for an account or a place that was seen."""

    store: Store
    vault: Vault
    rules: Rules
    """Those in force. Where others are adopted, here or in another process, they are put in this place."""
    book: Book
    record_url: str = ""
    exports: Exports | None = None
    erasures: Erasures | None = None
    draw: Callable[[Sequence[int]], int] = secrets.choice
    """How references are drawn: at random, so that a gap tells nothing."""

    def answer(self, said: Said, now: datetime) -> Message:
        """The answer to one line. Never raises: every trouble is a sentence, and a fault a sentence with a code."""
        try:
            return self._alone(_legible(said), now)
        except KeyMissing as missing:  # whose own sentence names no value
            log.error("a line cannot be answered: %s", missing)
            return fault(SHUT, missing)
        except Exception as error:  # noqa: BLE001  the edge of one answer: a bug is one person's trouble, not everybody's
            return fault(BROKEN, error)

    def _alone(self, said: Said, now: datetime) -> Message:
        """The answer, tried again where another replica wrote at the same moment: this very line, or to this case.

        Also where others have adopted rules since ours were read: no date is written by the old ones.
        """
        for _ in range(TRIES - 1):
            with suppress(IntegrityError, Crossed):
                try:
                    return self._in_one_transaction(said, now)
                except packs.OldRules:
                    self.count_by(packs.renewed(self.store, self.rules))
        try:
            return self._in_one_transaction(said, now)
        except Crossed as error:
            return fault(AWAY, error)

    def count_by(self, rules: Rules) -> None:
        """Answer by these rules from the next line on."""
        self.rules = rules

    def met(self, who: Who, where: Where, now: datetime) -> None:
        """Remember how to write to an account or a room that has been seen: references go stale.

        Where that cannot be saved now it is learnt the next time, and no answer is lost for it.
        """
        try:
            with self.store.transaction() as db:
                staff.recognise(db, who, now)
                _as_seen(_room(db, where), where)
        except SQLAlchemyError as error:
            log.warning("somebody met is not remembered: %s", type(error).__name__)

    def _in_one_transaction(self, said: Said, now: datetime) -> Message:
        committing = False
        try:
            with self.store.transaction() as db:
                message = self._heard(db, said, now)
                committing = True
        except SQLAlchemyError as error:
            if crossed(error):
                raise Crossed from error
            if not will_pass(error):
                raise
            return self._away(said, error, committing=committing)
        return message

    def _heard(self, db: Session, said: Said, now: datetime) -> Message:
        keys = heard.keys_of(said)
        earlier = heard.earlier(db, self.vault, keys)
        if earlier is not None:
            return earlier
        person = staff.recognise(db, said.who, now) or self._returned(db, said, now)
        message = self._answer(db, said, person, now)
        heard.keep(db, self.vault, said, keys, person, message, now)
        return message

    def _returned(self, db: Session, said: Said, now: datetime) -> Person | None:
        """Somebody whose account was closed and is in use again."""
        return rosters.returned(Turn(db, now, self.rules, self.vault), said.who)

    def _answer(self, db: Session, said: Said, person: Person | None, now: datetime) -> Message:
        if person is None:
            return _stranger(db)
        room = None if said.where.private else _as_seen(_room(db, said.where), said.where)
        turn = Turn(
            db=db,
            now=now,
            rules=self.rules,
            vault=self.vault,
            who=person,
            room=room if room and room.bound else None,
            private=said.where.private,
            where=said.where,
            record_url=self.record_url,
            exports=self.exports,
            erasures=self.erasures,
            draw=self.draw,
        )
        return _stamped(_guarded(turn, said, Answering(self.book).to(turn, said)))

    def _away(self, said: Said, error: Exception, *, committing: bool) -> Message:
        """The database went away. If that was while committing, whether the line was saved is looked up."""
        if not committing:
            return away(AWAY, error)
        try:
            return self.heard_before(said) or away(AWAY, error)
        except SQLAlchemyError:
            return away(UNSURE, error)

    def heard_before(self, said: Said) -> Message | None:
        """What this delivery, or this press, was answered with when it came first; None where it is new."""
        with self.store.reading() as db:
            return heard.earlier(db, self.vault, heard.keys_of(said))


def _legible(said: Said) -> Said:
    values = said.values and {name: ILLEGIBLE.sub("", text) for name, text in said.values.items()}
    return replace(said, line=ILLEGIBLE.sub("", said.line), values=values)


def _room(db: Session, where: Where) -> Room | None:
    found = select(Room).where(Room.connection_id == where.connection, Room.place == where.place)
    return db.exec(found).first()


def _as_seen(room: Room | None, where: Where) -> Room | None:
    """The room with what the platform says of it now: how to write there, and that outsiders have come to read it.

    That they have gone, an administrator says by binding it anew.
    """
    if room is not None and where.reference and room.reference != where.reference:
        room.reference = dict(where.reference)
    if room is not None and where.shared:
        room.shared = True
    return room


def _stranger(db: Session) -> Message:
    """Someone who is not on the staff list learns whom to ask, and nothing else."""
    known = staff.administrators(db)
    ask = known[0].name if known else "your administrator"
    text = f"I don't know you yet. Ask {ask} to put you on referralbot's staff list."
    return Message(text, private=True, error="Stranger")


def away(sentence: str, error: Exception) -> Message:
    """The database does not answer, is locked, full or read only: no fault of ours, so its own words are all we log."""
    code = new_code()
    log.warning("a line is answered under %s: the database does not answer: %s", code, why(error))
    return Message(f"{sentence} (code {code}).", private=True, error="Fault")


def fault(sentence: str, error: Exception) -> Message:
    """A trouble that nobody asked for: logged under a code, and the person told the code."""
    return Message(f"{sentence} (code {log_fault(log, 'a line', error)}).", private=True, error="Fault")


def _guarded(turn: Turn, said: Said, message: Message) -> Message:
    """What a place that is nobody's room, or that outsiders read, never hears: it is answered privately."""
    nobodys = turn.room is None or turn.room.shared or said.where.outside
    if not turn.private and nobodys and turn.person.role is not Role.ADMINISTRATOR:
        message = message.privately()
    if not message.private:
        message = replace(message, facts=tuple(fact for fact in message.facts if not fact.private))
    return guarding.in_room(turn, said, message)


def _stamped(message: Message) -> Message:
    """A nonce for every message with a form or a button that acts, so that pressing twice is harmless."""
    buttons = [*message.actions, *(a for row in (message.table.rows if message.table else ()) for a in row.actions)]
    if message.form is None and not any(action.acts for action in buttons):
        return message
    return replace(message, nonce=secrets.token_hex(8))
