"""A line and the command it names: what can be said, derived from the signatures of the command functions."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import Parameter, getdoc, signature
from types import ModuleType
from typing import Any, get_args, get_type_hints

from rapidfuzz import fuzz, process

from bot.domain.errors import CannotRead, NotUnderstood
from bot.domain.message import BlankKind, Choice, Message
from bot.domain.terms import Role
from bot.turn import Turn

LONGEST_TITLE = 24
"""Slack's limit for the heading of a form, the shortest of any platform."""
NEAR = 70
"""How alike, of 100, a line must be to a command for "did you mean" to name it."""

UNSAID = ("status", "list", "sent", "received")
"""Commands that people leave away: "42", "overdue", "final plan 80", "EP report 42". A word alone tells no fact."""

ENDS_OF_WORDS = ("", " ", ":", ",", "?")


@dataclass(frozen=True)
class Ask:
    """How one blank is asked for, and read from what was typed. It annotates a command's parameter."""

    label: str
    read: Callable[[Turn, str], Any]
    """Text -> value, or CannotRead with what to type instead."""
    show: Callable[[Any], str] = str
    """Value -> text that reads as the same value: what a form shows and a button carries."""
    kind: BlankKind = BlankKind.TEXT
    choices: Callable[[Turn], Sequence[Choice]] | None = None
    hint: str = ""
    private: bool = False
    longest: int = 200
    words: int = 1
    """The most words it takes from a typed line; 0 for a blank that is only named or filled in."""
    lead: str = ""
    """A word that introduces it in a typed line, such as `on`."""
    bare: bool = True
    """False where a typed line has it only after that word, or by its name."""
    many: bool = False
    """A typed line may give several; the value is a tuple."""
    rest: bool = False
    """Takes what is left of a typed line."""
    asked: bool = True
    """False for a blank that only buttons fill in: no form shows it."""
    fitting: Callable[[Turn, Mapping[str, Any]], "Ask"] | None = None
    """How it is asked for in a form, once the values of other blanks are known: with fewer choices, another label."""

    def named(self, label: str, **changes: Any) -> "Ask":
        return replace(self, label=label, **changes)

    def value(self, turn: Turn, text: str) -> Any:
        if len(text) > self.longest:
            raise CannotRead(f"That is too long: use at most {self.longest} characters.")
        if not self.many:
            return self.read(turn, text)
        return tuple(self.read(turn, part.strip()) for part in re.split(r"[,;\n]| and ", text) if part.strip())

    def text(self, value: Any) -> str:
        return ", ".join(self.show(one) for one in value) if self.many else self.show(value)


@dataclass(frozen=True)
class Field:
    """A parameter of a command and how it is asked for."""

    name: str
    ask: Ask
    default: Any = Parameter.empty

    @property
    def required(self) -> bool:
        return self.default is Parameter.empty

    @property
    def usual(self) -> str:
        """What a form shows to begin with, where leaving the blank alone means something."""
        return "" if self.default in (Parameter.empty, None, "", (), False) else self.ask.text(self.default)


@dataclass(frozen=True)
class Command:
    """One thing people can say."""

    words: tuple[str, ...]
    """What it is called, and its other names."""
    may: frozenset[Role]
    acts: bool
    examples: tuple[str, ...]
    run: Callable[..., Message]
    fields: tuple[Field, ...]
    wants_book: bool
    title: str = ""
    """The heading of its form, at most LONGEST_TITLE characters."""
    before: str = ""
    """What has to follow its name, as a pattern, where people begin other things with that word: "draft sent 84"."""

    @property
    def name(self) -> str:
        return self.words[0]

    def leads(self, rest: str) -> bool:
        """Whether a line that goes on so is this command's."""
        return not rest or re.match(self.before, rest, re.IGNORECASE) is not None

    @property
    def help(self) -> str:
        """Its docstring, each paragraph in one line: how wide a line is, the platform knows."""
        return re.sub(r"(?<!\n)\n(?!\n)", " ", getdoc(self.run) or "")

    @property
    def summary(self) -> str:
        return self.help.split("\n", 1)[0]

    @property
    def heading(self) -> str:
        return self.title or self.summary.rstrip(".")


def command(
    *words: str,
    may: Iterable[Role],
    acts: bool = True,
    examples: Sequence[str] = (),
    title: str = "",
    before: str = "",
) -> Callable[[Any], Any]:
    """Say that a function is a command. Its signature is the form, its docstring the help.

    `title` heads the form, where the first line of the help is too long for that.
    """

    def mark(run: Callable[..., Message]) -> Callable[..., Message]:
        hints = get_type_hints(run, include_extras=True)
        given = [p for p in signature(run).parameters.values() if p.name not in ("turn", "book")]
        fields = tuple(Field(p.name, get_args(hints[p.name])[1], p.default) for p in given)
        wants_book = "book" in hints
        run.command = Command(words, frozenset(may), acts, tuple(examples), run, fields, wants_book, title, before)  # type: ignore[attr-defined]
        return run

    return mark


@dataclass(frozen=True)
class Book:
    """All commands, found by the words that begin a line."""

    commands: tuple[Command, ...]

    @classmethod
    def of(cls, *modules: ModuleType) -> "Book":
        return cls(tuple(f.command for module in modules for f in vars(module).values() if hasattr(f, "command")))

    def find(self, line: str) -> tuple[Command, str]:
        """The command whose words begin `line`, the longest first, and the rest of the line."""
        tidy = " ".join(line.split())
        for words, found in self._by_words:
            begins, rest = tidy[: len(words)], tidy[len(words) :]
            if begins.lower() == words and rest[:1] in ENDS_OF_WORDS and found.leads(rest.strip(" :?")):
                return found, rest.strip(" :?")
        raise NotUnderstood("I don't know that one. Say help to see what you can say here.", self.nearest(tidy))

    def turned(self, line: str) -> Iterator[str]:
        """The line as it may be meant where its command stands later in it, or goes without saying: "draft sent 84"."""
        low = f" {line.lower()} "
        for words, found in self._by_words:
            at = low.find(f" {words} ")
            if at > 0 and found.leads(f"{line[:at]}{line[at + len(words) :]}".strip()):
                yield " ".join(f"{words} {line[:at]} {line[at + len(words) :]}".split())
        yield from (f"{words} {line}" for words in (UNSAID if " " in line else UNSAID[:2]))

    def nearest(self, line: str) -> tuple[str, ...]:
        """Commands that the line is nearly, each with the rest of the line kept."""
        known = dict(self._by_words)
        start = line.lower().split(" ")
        tries = {" ".join(start[:n]): " ".join(line.split(" ")[n:]) for n in (1, 2) if len(start) >= n}
        scored = [
            (score, f"{word} {rest}".strip())
            for text, rest in tries.items()
            for word, score, _ in process.extract(text, [*known], scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)
            if known[word].leads(rest)
        ]
        return tuple(dict.fromkeys(line for _, line in sorted(scored, reverse=True)))[:3]

    @cached_property
    def _by_words(self) -> list[tuple[str, Command]]:
        return sorted(((w, c) for c in self.commands for w in c.words), key=lambda pair: -len(pair[0]))


def line(words: str, /, **values: object) -> str:
    """The line that says `words` with these blanks filled: what a button carries."""
    told = [f"{name}={_quoted(str(value))}" for name, value in values.items() if value not in (None, "")]
    return " ".join([words, *told])


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', "'")) if re.search(r'[\s,"“”]', text) else text
