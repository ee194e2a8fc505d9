"""Every line that can be said, made of the commands themselves: a new one is walked without a word about it here."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from bot.commands import BOOK
from bot.domain.errors import Refusal
from bot.domain.message import BlankKind
from bot.grammar import Command, Field, line
from bot.turn import Turn
from storage.tables import Case, Enquiry, Request

WRITTEN = re.compile(r"\bMP-2026-0007\b|\b(?:SEND-2026-)?00\d\d\b")
"""A case or a letter in an example."""
SAMPLES = (
    *("some words of no meaning", "1", "2", "yes", "today", "1/9/2026", "1/12/2026", "2027-01-04"),
    *("priya.shah@anyshire.example", "tom.reid@anyshire.example", "final plan", "SLT"),
)
"""What blanks are filled with that offer no choice of their own: those of them that one can read."""
ONE_OF = 12
"""The most choices of one blank that are walked."""
IN_WORDS = (
    *("where are we with {}?", "who has got {}", "who holds up {}?", "what is next on {}", "is {} late?"),
    *(
        "has SLT come in for {}",
        "who was asked for advice on {}",
        "any exceptions on {}?",
        "has an MP written about {}",
    ),
    *("when does {} go to panel", "which schools were consulted on {}", "draft me two lines on {} for the MP team"),
    *("draft a holding reply for {}", "what changed on {} since Monday", "who changed a date on {}?", "who can see {}"),
    *(
        "remind me about {} on Friday",
        "remind Tom about {} tomorrow",
        "who covers for whoever has {}",
        "why is {} late",
    ),
)
"""What people say of a case or a letter where they know no line for it."""


@dataclass(frozen=True)
class Line:
    """Something to say: typed, or as a form's values."""

    line: str
    values: Mapping[str, str] | None = None

    @property
    def typed(self) -> str:
        return " ".join([self.line, *(self.values or {}).values()])


@dataclass(frozen=True)
class Filling:
    """One command, with texts that each of its blanks can read."""

    command: Command
    samples: Mapping[str, Sequence[str]]
    naming: Sequence[str]
    """The blanks that take a case or a letter."""
    asking: Sequence[str]
    """Those that take a request, by its id."""

    @property
    def unfilled(self) -> list[str]:
        """Required blanks that nothing fills: while there is one the command cannot be walked."""
        required = (field.name for field in self.command.fields if field.required)
        return [name for name in required if not self.samples[name] and name not in self.naming]

    def about(self, reference: str) -> Iterator[Line]:
        """It said of one case or letter: as its examples have it, with as little as it takes, with all, as a form."""
        yield from self.examples(reference)
        yield from self.choosing(reference)
        for name in self.naming:
            yield Line(line(self.command.name, **(self._least | {name: reference})))
            yield Line(line(self.command.name, **(self._most | {name: reference})))
            yield Line(self.command.name, self._form | {name: reference})
        if self.naming:
            yield Line(f"{self.command.words[-1][:-1]} {reference}")  # not quite what it is called

    def examples(self, reference: str) -> Iterator[Line]:
        for example in self.command.examples:
            if WRITTEN.search(example):
                yield Line(WRITTEN.sub(reference, example))

    def choosing(self, reference: str) -> Iterator[Line]:
        """With each choice of each of its other blanks, of a command that only asks: each topic, each reader."""
        named = [] if self.command.acts else self.naming
        for name in named:
            yield from (
                Line(line(self.command.name, **(self._least | {name: reference} | one))) for one in self._chosen()
            )

    def of_request(self, number: int) -> Iterator[Line]:
        for name in self.asking:
            yield Line(line(self.command.name, **(self._least | {name: number})))

    def searching(self, words: str) -> Iterator[Line]:
        """A private word in each blank that takes any words, of a command that only asks."""
        free = (field for field in self.command.fields if field.ask.kind in (BlankKind.TEXT, BlankKind.LONG_TEXT))
        for field in free:
            if not self.command.acts and SAMPLES[0] in self.samples[field.name]:
                yield Line(line(self.command.name, **(self._least | {field.name: words})))

    def alone(self) -> Iterator[Line]:
        """It said of nothing in particular: bare, its help, each choice of each blank, its form empty and filled."""
        command = self.command
        yield from (Line(words) for words in command.words)
        yield from (Line(f"help {command.name}"), Line(f"{command.name[:-1]}x"), Line(command.name, {}))
        yield from (Line(example) for example in command.examples if not WRITTEN.search(example))
        yield from (Line(command.name, self._form), Line(line(command.name, **self._least)))
        yield from (Line(line(command.name, **one)) for one in self._chosen(ONE_OF))

    def _chosen(self, most: int | None = None) -> Iterator[dict[str, object]]:
        for field in self.command.fields:
            if field.name not in self.naming and field.ask.choices:
                yield from ({field.name: text} for text in self.samples[field.name][:most])

    @cached_property
    def _least(self) -> dict[str, object]:
        required = (field for field in self.command.fields if field.required and not field.ask.private)
        return {field.name: self.samples[field.name][0] for field in required if self.samples[field.name]}

    @cached_property
    def _most(self) -> dict[str, object]:
        shown = (field for field in self.command.fields if field.ask.asked and not field.ask.private)
        return {field.name: self.samples[field.name][0] for field in shown if self.samples[field.name]}

    @cached_property
    def _form(self) -> dict[str, str]:
        shown = (field for field in self.command.fields if field.ask.asked)
        return {field.name: self.samples[field.name][0] for field in shown if self.samples[field.name]}


def fillings(turn: Turn, references: Sequence[str], names: Iterable[str] = ()) -> list[Filling]:
    """Every command there is, with what its blanks can read.

    `turn` is of somebody who sees the references, a case's and a letter's. `names` are words besides the samples, such
    as a school's.
    """
    return [_filling(turn, command, references, [*SAMPLES, *names]) for command in BOOK.commands]


def _filling(turn: Turn, command: Command, references: Sequence[str], words: Sequence[str]) -> Filling:
    naming = [f.name for f in command.fields if any(_is_of(turn, f, one, Case, Enquiry) for one in references)]
    samples = {f.name: [] if f.name in naming else list(_read(turn, f, words)) for f in command.fields}
    asking = [f.name for f in command.fields if any(_is_of(turn, f, one, Request) for one in samples[f.name][:1])]
    return Filling(command, samples, naming, asking)


def _is_of(turn: Turn, field: Field, text: str, *kinds: type) -> bool:
    """Whether a blank reads this as one of these, and not as mere words."""
    try:
        found = field.ask.value(turn, text)
    except Refusal:
        return False
    return any(isinstance(one, kinds) for one in (found if isinstance(found, tuple) else (found,)))


def _read(turn: Turn, field: Field, words: Sequence[str]) -> Iterator[str]:
    offered = [choice.value for choice in field.ask.choices(turn)] if field.ask.choices else []
    for text in chain(offered, () if offered else words):
        try:
            field.ask.value(turn, text)
        except Refusal:
            continue
        if field.ask.kind is not BlankKind.DATE or any(letter.isdigit() for letter in text):
            yield text
