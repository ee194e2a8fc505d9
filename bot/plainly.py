"""What somebody says in plain English, where it is no line: read with what this council calls people and places."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from sqlmodel import col, select

from bot.cases import visible
from bot.cases.tracing import of_both
from bot.commands.roles import ADVISERS
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NoSuchThing, NotAllowed, Refusal
from bot.domain.guard import Trace
from bot.domain.message import Action, Message, Reading, Said, Style
from bot.filling import fill
from bot.grammar import Command
from bot.phrases import INTENTS, LINE_OF, OnRecord, Option, Person, Understood, Vocabulary, typed, understand
from bot.phrases.asking import WHICH_CASE
from bot.turn import Turn
from storage.tables import Enquiry, Setting
from storage.tables import Person as Staff

SHORT_NUMBER = re.compile(r"(?<![\w/-])#?(\d{2,5})(?![\w/])")
QUESTION = re.compile(r"\W*(?:why|where|have|has|who|what|when|which|how|is|are|will|did|do|does)\b", re.IGNORECASE)
ORDER = re.compile(r"\W*remind(?! \S*\d)", re.IGNORECASE)
"""What begins like `remind` and goes on in words: the line names its case first."""
FIND = Option("Find by name", "find")
NOTE = "note"
"""Its words may well end with a question mark: nothing is asked of the bot by it."""
LEAST_WORDS = 3
WHICH = {"refs", "mp", "constituency"}
"""What a line of a few words has to name."""
NAMES = frozenset({Trace.NAME, Trace.FULL_NAME})
WORDS = {
    "by": "group",
    "clock": "date",
    "comparator": "how long",
    "exceptions": "exception",
    "mp": "MP",
    "not_agency": "other than",
    "not_person": "other than",
    "not_service": "other than",
    "owes": "owed by",
    "period": "days",
    "setting": "school",
    "ending": "when it ends",
    "hearing": "the day of a hearing, which is not on record here",
    "comments": "families' comments, of which there is no list",
    "without": "what is missing",
    "against": "compared with last",
}
"""What a slot is called in small print, where its own name is no plain word for it."""
PLAIN_FROM_THE_ANSWER = ("refs", "measure", "what")
MOST_NUMBERS = 8
"""Of a message, so many numbers are looked up."""
NAMED = "I don't talk about a named child where others read. Ask me privately, with the case number."
CANNOT_YET = "I think that you ask about {what}. I can't answer that in words yet. Each list says how many it holds:"
NO_FIGURE = "I have no figure for that. These I have, and what else can be counted is under help figures:"
CANNOT_DO = "I can't do that from what you said. Say help to see how it is typed."
LISTS = (
    Action("My cases", "list mine", acts=False),
    Action("What is overdue", "list overdue", acts=False),
    Action("What I can ask", "help", acts=False),
)
NEAREST = (
    Action("The headlines", "figures", acts=False),
    Action("Each officer's cases", "figures caseload", acts=False),
    Action("What can be counted", "help figures", acts=False),
)


def read(turn: Turn, text: str, earlier: Sequence[str]) -> Understood | None:
    """What a typed text is understood as, after what the same person said here lately; None where nothing is sure."""
    found = understand(
        text, vocabulary=_vocabulary(turn, [text, *earlier]), today=turn.today, room=not turn.private, context=earlier
    )
    if (not found.refusal or found.intent in ("out_of_scope", "refuse_access")) and (says := typed(text)):
        return Understood("help", says=says)
    return None if found.intent == "out_of_scope" else _of_letters(turn, text, _findable(turn, found))


def _findable(turn: Turn, found: Understood) -> Understood:
    """Where it is asked privately which case is meant, also the form that finds it by a child's name."""
    asked = found.question
    if asked is None or asked.text != WHICH_CASE.text or not turn.private or turn.person.role not in ADVISERS:
        return found
    return replace(found, question=replace(asked, choices=(*asked.choices, FIND)))


def _of_letters(turn: Turn, text: str, found: Understood) -> Understood:
    """With letters in the place of cases that the asker does not see, where a bare number is one: "is 7 answered"."""
    letters = {ref: letter for ref in found.slots.get("refs", ()) if (letter := _letter(turn, text, ref))}
    if not letters:
        return found

    def told(line: str) -> str:
        return " ".join(letters.get(word, word) for word in line.split(" "))

    refs = [letters.get(ref, ref) for ref in found.slots["refs"]]
    also, more = (_of_letters(turn, text, one) for one in found.also), map(told, found.more)
    return replace(
        found, line=told(found.line), slots={**found.slots, "refs": refs}, also=tuple(also), more=tuple(more)
    )


def _letter(turn: Turn, text: str, ref: str) -> str:
    """The letter that has a case's number, where the number was typed by itself and no case has it; else empty."""
    if not ref.startswith("SEND-") or ref in text.upper():
        return ""
    with suppress(Refusal):
        visible.find_case(turn, ref)
        return ""
    with suppress(Refusal):
        return visible.find_enquiry(turn, str(int(ref[-4:]))).reference
    return ""


def _vocabulary(turn: Turn, texts: Sequence[str]) -> Vocabulary:
    """What people and places are called here. MPs by the letters that the asker may know of: else a name would tell."""
    people = turn.db.exec(select(Staff.name, Staff.active)).all()
    of_letters = select(Enquiry.mp, Enquiry.constituency).where(col(Enquiry.mp) != "", visible.letters_told_here(turn))
    mps = turn.db.exec(of_letters.distinct()).all()
    return Vocabulary(
        people=tuple(Person(name, left=not active) for name, active in people),
        mps=dict(mps),
        settings=tuple(turn.db.exec(select(Setting.name)).all()),
        cases={reference: OnRecord() for text in texts for reference in _meant(turn, text)},
        terms=turn.rules.terms,
        holidays=frozenset(turn.rules.calendar.holidays),
        is_private=None if turn.private else _is_private(turn, texts[0]),
    )


def _is_private(turn: Turn, text: str) -> Callable[[str], bool]:
    """Whether words of a text typed in a room are the name of a child whom the asker may know: no more is ever told."""

    @cache
    def named() -> bool:
        return bool(NAMES & {*of_both(turn, [text], ())[0]})

    return lambda words: named() and bool(NAMES & {*of_both(turn, [words], ())[0]})


def _meant(turn: Turn, text: str) -> list[str]:
    """The references that the short numbers in a text mean to this asker; nothing of cases that they may not see."""
    found: list[str] = []
    for number in list(dict.fromkeys(SHORT_NUMBER.findall(text)))[:MOST_NUMBERS]:
        with suppress(Refusal):
            found.append(visible.find_case(turn, number).reference)
    return found


def asks(said: Said) -> bool:
    """Whether a line that could not be read is said in words, though it begins like a command: "why is …"."""
    asked = QUESTION.match(said.line) is not None and len(said.line.split()) > LEAST_WORDS
    return said.values is None and (asked or ORDER.match(said.line) is not None)


def says_more(turn: Turn, said: Said) -> bool:
    """Whether a line that could not be read names something in words, and wants nothing done; in a few, a case."""
    found = read(turn, said.line, ()) if said.values is None else None
    if found is None or found.confirm or not found.line:
        return False
    return bool(found.slots) if len(said.line.split()) > LEAST_WORDS else bool(WHICH & set(found.slots))


def is_asked(said: Said) -> bool:
    """Whether a line ends as a question does: what it asks was not done by saying it, as in "and EP?"."""
    return said.values is None and said.line.rstrip().endswith("?")


def only_asks(turn: Turn, said: Said, found: Command, rest: str) -> bool:
    """Whether a typed line would change something, and ends as a question does: "received SLT 42?"."""
    if not found.acts or found.name == NOTE or said.nonce or not is_asked(said):
        return False
    with suppress(Refusal):
        filled = fill(found, turn, rest, None)
        return not filled.wrong and all(one.name in filled.values for one in found.fields if one.required)
    return False


def is_asked_instead(said: Said, refusal: Refusal) -> bool:
    """Whether a question that begins like a command is no line that they may say: "received anything on 42?"."""
    return is_asked(said) and isinstance(refusal, CannotRead | NotAllowed) and not isinstance(refusal, NoSuchThing)


def names_several(said: Said) -> bool:
    """Whether more than one case is named: "status 42 and 47"."""
    return len(set(SHORT_NUMBER.findall(said.line))) > 1


def points_back(said: Said) -> bool:
    """Whether a line is no more than a question such as "why?" or "why", which goes by what was said before it."""
    bare = said.line.rstrip().endswith("?") or len(said.line.split()) == 1
    return said.values is None and bare and QUESTION.match(said.line) is not None


def told(found: Understood) -> Message | None:
    """The answer that needs no command: what is declined, asked back, confirmed first. None for a line to be run."""
    if found.refusal:
        text = NAMED if found.intent == "refuse_privacy" else found.refusal
        held = found.slots.get("refs", ()) if found.intent == "refuse_access" else ()
        ways = tuple(Action(f"What {one} holds", f"open {one}", acts=False, alone=True) for one in held[:1])
        return Message(text, actions=ways, private=True, error="Declined", reading=Reading.DECLINED)
    if found.confirm:
        return _confirmed_first(found)
    if found.question:
        actions = tuple(Action(one.label, one.line, acts=False) for one in found.question.choices)
        return Message(found.question.text, actions=actions, private=True, reading=Reading.ASKED_BACK)
    if found.says and not found.line:
        return Message(found.says, private=True, reading=Reading.UNDERSTOOD)
    if not found.line:
        if found.intent == "followup":
            return told(replace(found, question=WHICH_CASE))
        counts = found.intent == "kpi"
        said = NO_FIGURE if counts else CANNOT_YET.format(what=INTENTS[found.intent])
        ways = NEAREST if counts else LISTS
        return Message(said, actions=ways, private=True, error="NotUnderstood", reading=Reading.NOT_UNDERSTOOD)
    return None


def _confirmed_first(found: Understood) -> Message:
    """An action: the exact line, with its effect, and the button that does it."""
    if found.question:
        actions = tuple(Action(one.label, one.line) for one in found.question.choices)
        return Message(found.question.text, actions=actions, aside=found.says, private=True, reading=Reading.ASKED_BACK)
    if not found.line:
        return Message(CANNOT_DO, private=True, error="NotUnderstood", reading=Reading.NOT_UNDERSTOOD)
    asked = to_be_pressed(found.line)
    return replace(asked, actions=(*asked.actions, *further(found)), aside=found.says)


def to_be_pressed(line: str) -> Message:
    """A line that would change something, with the button that does."""
    return Message(
        f"Nothing is done yet. Press the button to say: {line}",
        actions=(Action("Do it", line, style=Style.PRIMARY),),
        private=True,
        reading=Reading.UNDERSTOOD,
    )


def read_as(turn: Turn, found: Understood) -> str:
    """As small print: "Understood as: what is late (agency health, period Mon 23 Nov to Sun 29 Nov)."."""
    slots = ", ".join(
        f"{WORDS.get(name, name)} {_said(value, turn.today, name)}"
        for name, value in found.slots.items()
        if name not in PLAIN_FROM_THE_ANSWER
    )
    return f"Understood as: {INTENTS[found.intent]}{f' ({slots})' if slots else ''}."


def wider(found: Understood) -> str:
    """What was asked and the answer does not go by, since no command does."""
    missed = " or ".join(dict.fromkeys(WORDS.get(name, name) for name in found.unmet))
    return f"I can't narrow it by {missed} yet: this is more than you asked for." if missed else ""


def further(found: Understood) -> tuple[Action, ...]:
    """A button for each other case that was named, and for each of the other things that a message asked."""
    cases = tuple(Action(line, line, acts=found.confirm) for line in found.more)
    also = (one for one in found.also if one.line and not one.question)
    return cases + tuple(Action(f"Also: {INTENTS[one.intent]}", one.line, acts=one.confirm) for one in also)


def _said(value: Any, today: date, slot: str) -> str:
    """A slot's value in words; agencies, services and clocks as a line names them."""
    if isinstance(value, Mapping) and "from" in value:
        first, last = (say_day(date.fromisoformat(day), today) if day else "…" for day in value.values())
        return first if first == last else f"{first} to {last}"
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values()).replace("_", " ")
    if isinstance(value, list):
        return ", ".join(_said(each, today, slot) for each in value)
    with suppress(ValueError):
        return say_day(date.fromisoformat(str(value)), today)
    named = LINE_OF.get((slot.removeprefix("not_"), str(value))) or str(value)
    return named.replace("_", " ")
