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

from bot import heard, plainly
from bot.cases import guarding, packs, rosters, staff, visible
from bot.domain.errors import CannotRead, KeyMissing, NotAllowed, NotFound, NotUnderstood, Refusal, WhichOne
from bot.domain.message import Action, Message, Reading, Said, Where, Who
from bot.domain.sentences import listed
from bot.domain.terms import Role
from bot.fault import log_fault, new_code
from bot.filling import Filled, fill, form_of
from bot.grammar import Book, Command, line
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
LISTING = frozenset({"list", "letters", "open"})
"""Commands that a sentence may begin like: "open cases by school"."""
WHY_IS = re.compile(r"\W*why (?:is|are|was|were|has|does|did|will)\b", re.IGNORECASE)
WILL_WE = re.compile(r"\W*will we make\b.*\bfor\b", re.IGNORECASE)
""" "Will we make 15 Feb for 0070": the first number is no case."""
SAID_IN_WORDS = frozenset({"escalate"})
"""Whom it tells is often said in other words than its own: "to their boss"."""

MOST_MEANT = 3
"""Lines offered where one was not understood."""

TRIES = 5
"""Times that a line is tried; each time one of those who write at once comes through."""


class Crossed(Exception):
    """Two lines stood in each other's way in the database: nothing was kept, and it may be said again."""


class Unfinished(Exception):
    """A form that a command sends back with an error beside a field; what the command began is rolled back."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


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
        return _stamped(_guarded(turn, said, self._told(turn, said)))

    def _told(self, turn: Turn, said: Said) -> Message:
        """Run the line's command. A refusal leaves nothing behind but that it was asked, which is kept after this."""
        try:
            found, rest = self.book.find(said.line)
            if turn.person.role not in found.may:
                raise NotAllowed(_not_yours(found, turn.rules))
            if plainly.only_asks(turn, said, found, rest):
                return self._asked_first(turn, said)
            done = self._run(found, turn, said, rest)
            return (self._in_words(turn, said) if done.form else None) or done
        except Unfinished as unfinished:
            turn.db.rollback()
            return unfinished.message
        except NotUnderstood as unknown:
            tidy = " ".join(said.line.split())
            turned = [other for other in self.book.turned(tidy) if self._is_whole(turn, other)]
            whole = turned or [near for near in unknown.nearest if self._is_whole(turn, near)]
            acts = not plainly.is_asked(said) and any(self.book.find(other)[0].acts for other in whole)
            if not acts and (answer := self._plainly(turn, said)):
                return answer
            meant = dict.fromkeys(turned or (self._readable(turn, near) for near in unknown.nearest))
            answer = refused(NotUnderstood(str(unknown), tuple(meant)[:MOST_MEANT]), said)
            return replace(answer, reading=Reading.NOT_UNDERSTOOD)
        except Refusal as refusal:
            turn.db.rollback()
            no_such_date = isinstance(refusal, NotFound) and refusal.instead and WHY_IS.match(said.line)
            asks = plainly.is_asked_instead(said, refusal) or (
                isinstance(refusal, NotFound) and WILL_WE.match(said.line)
            )
            unread = (isinstance(refusal, CannotRead) and not refusal.blank) or no_such_date or asks
            lists = found.name in LISTING or bool(asks) or (found.name == "status" and plainly.names_several(said))
            answer = self._as_sentence(turn, said, lists=lists) if unread else None
            if found.name in SAID_IN_WORDS and isinstance(refusal, CannotRead):
                answer = self._said_otherwise(turn, said, found)
            return answer or refused(refusal, said)

    def _asked_first(self, turn: Turn, said: Said) -> Message:
        """What was asked, where it is understood; else the line with its button."""
        answer = self._plainly(turn, said) if len(said.line.split()) > 1 else None
        asked = plainly.to_be_pressed(said.line.strip().rstrip("? "))
        return answer if answer and not answer.error else replace(asked, identifies=not said.where.private)

    def _as_sentence(self, turn: Turn, said: Said, *, lists: bool) -> Message | None:
        """The answer to a sentence that begins like a command: a question, or "show cases with no draft"."""
        if plainly.asks(said):
            return self._plainly(turn, said)
        answer = self._plainly(turn, said) if lists and plainly.says_more(turn, said) else None
        return answer if answer and answer.reading is Reading.UNDERSTOOD and not answer.error else None

    def _said_otherwise(self, turn: Turn, said: Said, found: Command) -> Message | None:
        """The button for the same command, where its words are read as plain English: "escalate 0108 to their boss"."""
        meant = plainly.read(turn, said.line, ()) if said.values is None else None
        if meant is None or "to" not in meant.slots or meant.question or not self._is_whole(turn, meant.line):
            return None
        return plainly.told(meant) if self.book.find(meant.line)[0] is found else None

    def _in_words(self, turn: Turn, said: Said) -> Message | None:
        """The answer to a question that begins like a command and lacks what it needs; None where a form is better."""
        if plainly.asks(said):
            return self._plainly(turn, said)
        answer = self._plainly(turn, said) if plainly.points_back(said) else None
        return answer if answer and answer.reading is Reading.UNDERSTOOD else None

    def _plainly(self, turn: Turn, said: Said) -> Message | None:
        """The answer to plain English; None for what is not understood as such. Nothing is done by it but reading."""
        if said.values is not None or said.nonce:
            return None
        found = plainly.read(turn, said.line, heard.recent(turn.db, turn.vault, turn.person, said, turn.now))
        if found is None:
            return None
        if answer := plainly.told(found):
            return answer
        command, rest = self.book.find(found.line)
        if command.acts:
            return None
        try:
            if turn.person.role not in command.may:
                raise NotAllowed(_not_yours(command, turn.rules))
            answer = self._run(command, turn, replace(said, line=found.line), rest)
        except Refusal as refusal:
            return replace(refused(refusal, replace(said, line=found.line)), reading=Reading.UNDERSTOOD)
        aside = " ".join(filter(None, [plainly.wider(found), answer.aside, plainly.read_as(turn, found)]))
        actions = (*answer.actions, *plainly.further(found))
        return replace(answer, aside=aside, actions=actions, reading=Reading.UNDERSTOOD)

    def _is_whole(self, turn: Turn, other: str) -> bool:
        """Whether a line says everything that its command needs, and this person may say it."""
        found, rest = self.book.find(other)
        with suppress(Refusal):
            filled = fill(found, turn, rest, None)
            missing = [field for field in found.fields if field.required and field.name not in filled.values]
            return bool(rest) and not missing and turn.person.role in found.may
        return False

    def _readable(self, turn: Turn, near: str) -> str:
        """What was nearly said, as far as it can be read: the command alone where its other words cannot."""
        found, rest = self.book.find(near)
        try:
            fill(found, turn, rest, None)
        except CannotRead:
            return found.name
        except Refusal:  # a case that cannot be found is told when it is asked for
            return near
        return near

    def _run(self, found: Command, turn: Turn, said: Said, rest: str) -> Message:
        filled = fill(found, turn, rest, said.values)
        if not all(visible.fit_for_room(turn, value) for value in filled.values.values()):
            turn = replace(turn, private=True)
        missing = [field for field in found.fields if field.required and field.name not in filled.values]
        if missing or filled.wrong:
            return _ask_for_rest(found, turn, filled)
        extra = {"book": self.book} if found.wants_book else {}
        try:
            return found.run(turn, **extra, **filled.values)
        except CannotRead as refusal:
            if not refusal.blank or (said.values is None and refusal.blank in filled.values):
                raise
            if rest or said.values is not None:  # a bare word asks for the form: nothing in it is wrong yet
                filled.wrong[refusal.blank] = str(refusal)
            raise Unfinished(_ask_for_rest(found, turn, filled)) from refusal

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


def _not_yours(found: Command, rules: Rules) -> str:
    named = listed([rules.people(role) for role in Role if role in found.may])
    return f"“{found.name}” is for {named}. Ask one of them, or your manager."


def _ask_for_rest(found: Command, turn: Turn, filled: Filled) -> Message:
    form = form_of(found, turn, filled)
    return Message(found.summary, form=form, private=turn.private or form.private)


def refused(refusal: Refusal, said: Said) -> Message:
    """A refusal as a message; where there are other things the person may have meant, they are buttons."""
    actions = tuple(Action(label, words) for label, words in refusal.instead.items())
    text = str(refusal)
    if isinstance(refusal, NotUnderstood) and refusal.nearest:
        text = "I don't know that one. Did you mean:"
        actions = tuple(Action(near, near) for near in refusal.nearest)
    if isinstance(refusal, WhichOne):
        actions = tuple(Action(label, _instead(said, refusal.wrote, words)) for label, words in refusal.choices.items())
    # What was typed in a room may name a child and be repeated here: it goes from the chat that it is answered in.
    typed_aloud = not said.where.private and said.values is None and not said.nonce
    return Message(text, actions=actions, private=True, error=type(refusal).__name__, identifies=typed_aloud)


def _instead(said: Said, wrote: str, words: str) -> str:
    """The line with the one that is meant in it, and what a form gave besides."""
    whole = line(said.line, **(said.values or {}))
    if wrote:
        return whole.replace(wrote, words, 1)
    before, because, why = whole.partition(" because ") if said.values is None else (whole, "", "")
    return f"{before} {words}{because}{why}"  # a reason takes all that follows it


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
