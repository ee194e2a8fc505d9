"""What is said to the bot and by it: plain values that every platform dresses in its own way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from bot.domain.readers import Readers

UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")


def shown(value: Any) -> str:
    """The fields of a dataclass that may be shown, as its repr has them."""
    told = (f"{each.name}={getattr(value, each.name)!r}" for each in fields(value) if each.repr)
    return f"{type(value).__name__}({', '.join(told)})"


def is_whole(text: str) -> bool:
    """False where it holds what no database keeps: NUL, or half of a character."""
    return not UNKEEPABLE.search(text)


@dataclass(frozen=True)
class Who:
    """The account that spoke, as its platform vouches for it."""

    connection: int
    account: str
    """The platform's stable id: Slack user id, Entra object id, e-mail on the local page."""
    email: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict)
    """What the adapter needs to write to this person first, such as a Teams conversation reference."""


@dataclass(frozen=True)
class Where:
    """The place something was said. In a private place only the asker reads the answer."""

    connection: int
    place: str
    """The platform's id of the channel, conversation or page room."""
    private: bool = False
    name: str = ""
    shared: bool = False
    """Known to hold people of other organisations (Slack Connect, a shared Teams channel)."""
    reference: Mapping[str, Any] = field(default_factory=dict)
    thread: str = field(default="", compare=False)
    """The conversation within a channel, where the platform parts them: what a follow-up goes by."""
    readers: Readers | None = field(default=None, compare=False)
    """Who sits there, where the platform has said so lately."""

    @property
    def outside(self) -> bool:
        """Outsiders read it, as far as the platform has said."""
        return self.shared or bool(self.readers and self.readers.outside)


@dataclass(frozen=True)
class Said:
    """One line said to the bot: typed, pressed or filled in. What was said is not in its repr."""

    line: str = field(repr=False)
    who: Who
    where: Where
    values: Mapping[str, str] | None = field(default=None, repr=False)
    """A form's blanks by name, as typed. None for a typed line; an empty mapping is a form with nothing in it."""
    delivery: str = ""
    """The platform's id of this delivery; the same id again is a redelivery."""
    nonce: str = ""
    """The nonce of the form or button; the same one again is a double click."""


class State(StrEnum):
    """How a fact stands: one coloured mark, with the word beside it."""

    PLAIN = ""
    LATE = "late"
    SOON = "soon"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True)
class Fact:
    """One line of a card: a label, what is so, and a quieter detail."""

    label: str
    value: str = ""
    detail: str = ""
    state: State = State.PLAIN
    depth: int = 0
    """0 for a line of its own, 1 for one that belongs to the line above."""
    private: bool = False
    """True for a fact that names a child: shown only in a private answer, and left out of its repr."""

    def __repr__(self) -> str:
        return "Fact(private)" if self.private else shown(self)


class Style(StrEnum):
    PLAIN = ""
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True)
class Action:
    """A button: its label and the line it says when pressed."""

    label: str
    line: str = field(repr=False)
    style: Style = Style.PLAIN
    acts: bool = True
    """False for a button that only asks; one that acts is sent with the message's nonce."""
    alone: bool = False
    """Its answer may tell who a child is: it is shown where nothing is kept, if the platform has such a place."""


class BlankKind(StrEnum):
    """How a blank is filled in. The platform picks its own control for each."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Blank:
    """One field of a form. `value` and `error` are what was typed and what was wrong with it.

    Values are text: an ISO date for DATE, `yes` or `no` for YES_NO, values joined by commas for CHOICES.
    """

    name: str
    label: str
    kind: BlankKind = BlankKind.TEXT
    required: bool = True
    private: bool = False
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    longest: int = 200
    value: str = field(default="", repr=False)
    error: str = field(default="", repr=False)


SEEN_AT_ONCE = 5
"""Blanks that a telephone shows without scrolling."""


@dataclass(frozen=True)
class Form:
    """A form, said again as `line` plus the values of its blanks."""

    title: str
    line: str = field(repr=False)
    blanks: tuple[Blank, ...]
    submit: str = "Save"

    @property
    def private(self) -> bool:
        return any(blank.private for blank in self.blanks)

    @property
    def wrong(self) -> bool:
        return any(blank.error for blank in self.blanks)

    @property
    def to_mend(self) -> str:
        """What was wrong, said at the top of a form too long to see at once; empty for a short one."""
        wrong = [blank.label for blank in self.blanks if blank.error] if len(self.blanks) > SEEN_AT_ONCE else []
        return f"Look again at: {', '.join(wrong)}." if wrong else ""


@dataclass(frozen=True)
class Row:
    """One row of a table, with the buttons that belong to it."""

    cells: tuple[str, ...]
    state: State = State.PLAIN
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Attachment:
    """A file made for one person, such as a list as CSV."""

    name: str
    text: str


class Reading(StrEnum):
    """What became of a sentence in plain English."""

    UNDERSTOOD = "understood"
    ASKED_BACK = "question"
    DECLINED = "declined"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class Message:
    """Anything the bot says. The first line of `text` is the answer.

    A private message goes to the asker alone. `aside` is small print: how a question was read, or what was left out.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
    form: Form | None = None
    table: Table | None = None
    aside: str = ""
    private: bool = False
    error: str = ""
    """The name of the refusal, where this is one."""
    nonce: str = ""
    copy: str = ""
    """Words to be copied and sent by a person, some lines of them: they stand in a block of their own."""
    attachment: Attachment | None = None
    subject: str = ""
    """What it is headed where it goes by e-mail: a reference or a count and nothing else, for others may see it."""
    reading: Reading | None = None
    """How it was read, where plain English is answered; None for a line, a button or a form."""
    identifies: bool = False
    """Its words or its table tell who a child is. Private facts, and what stands in a private blank, do so anyway."""

    @property
    def fades(self) -> bool:
        """Whether it tells who a child is: it is shown where nothing is kept, or taken away again after a while."""
        filled = self.form.blanks if self.form else ()
        told = any(fact.private for fact in self.facts) or any(blank.private and blank.value for blank in filled)
        return self.identifies or told

    def __repr__(self) -> str:
        """What is for one reader alone stays out of logs and traces; a refusal repeats what was typed."""
        return f"Message(private, error={self.error!r})" if self.private or self.fades else shown(self)

    def privately(self) -> "Message":
        return replace(self, private=True)


@dataclass(frozen=True)
class Address:
    """Where the bot writes first: a room, or one person."""

    connection: int
    place: str
    private: bool
    reference: Mapping[str, Any] = field(default_factory=dict)
