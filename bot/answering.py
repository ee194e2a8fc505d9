"""What a line is answered with: by the command that it names, or by what it is understood as in plain English."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot import heard, plainly
from bot.cases import visible
from bot.domain.errors import CannotRead, NotAllowed, NotFound, NotUnderstood, Refusal, WhichOne
from bot.domain.message import Action, Message, Reading, Said
from bot.domain.sentences import listed
from bot.domain.terms import Role
from bot.filling import Filled, fill, form_of
from bot.grammar import Book, Command, line
from bot.rules import Rules
from bot.turn import Turn

LISTING = frozenset({"list", "letters", "open"})
"""Commands that a sentence may begin like: "open cases by school"."""
WHY_IS = re.compile(r"\W*why (?:is|are|was|were|has|does|did|will)\b", re.IGNORECASE)
WILL_WE = re.compile(r"\W*will we make\b.*\bfor\b", re.IGNORECASE)
""" "Will we make 15 Feb for 0070": the first number is no case."""
SAID_IN_WORDS = frozenset({"escalate"})
"""Whom it tells is often said in other words than its own: "to their boss"."""

MOST_MEANT = 3
"""Lines offered where one was not understood."""


class Unfinished(Exception):
    """A form that a command sends back with an error beside a field; what the command began is rolled back."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True)
class Answering:
    """By the commands of one book, within one transaction."""

    book: Book

    def to(self, turn: Turn, said: Said) -> Message:
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
            answer = self._plainly(turn, said)
            if answer and (not acts or self._does_the_same(answer, whole)):
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

    def _does_the_same(self, answer: Message, nearly: Sequence[str]) -> bool:
        """Whether the button of an answer says the same command as what was nearly said."""
        pressed = [self.book.find(button.line)[0] for button in answer.actions[:1] if button.acts]
        return any(self.book.find(other)[0] in pressed for other in nearly)

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
