"""Filling a command's blanks from a typed line or a form, and the form that asks for the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import CannotRead, NoSuchThing, Refusal
from bot.domain.message import Blank, BlankKind, Form
from bot.grammar import Command, Field, line
from bot.turn import Turn

LEFT_OUT = {
    *("and", "&", "due", "for", "in", "the", "please", "with", "-"),
    *("advice", "report", "issued", "cases", "what", "what's", "whats"),
}
"""Small words between blanks that say nothing."""
LENGTH = re.compile(r"[1-9]\d? (?:weeks|days|months|working days)", re.IGNORECASE)
"""A number in it is no reference: "why 20 weeks 0042"."""


@dataclass(repr=False)
class Filled:
    """A command's blanks as far as they are known: values read, text typed, and what was wrong."""

    values: dict[str, Any]
    typed: dict[str, str]
    wrong: dict[str, str]

    def put(self, field: Field, value: Any) -> None:
        """Keep a value; several given to a blank that takes many are kept together."""
        before = self.values.get(field.name, ()) if field.ask.many else ()
        self.values[field.name] = (*before, *value) if field.ask.many else value
        self.typed[field.name] = field.ask.text(self.values[field.name])


def fill(command: Command, turn: Turn, rest: str, values: Mapping[str, str] | None) -> Filled:
    """Read the blanks of a command from the rest of its line, then from a form's values."""
    filled = Filled({}, {}, {})
    _read_line(command, turn, rest, filled, strict=values is None)
    for field in command.fields:
        text = (values or {}).get(field.name, "").strip()
        if values is not None and field.name in values:
            filled.values.pop(field.name, None)
            _read_blank(field, turn, text, filled)
        if values is not None and field.required and field.name not in filled.values:
            filled.wrong.setdefault(field.name, _missing(field))
    return filled


def _missing(field: Field) -> str:
    """What to do about a blank that was left empty."""
    match field.ask.kind:
        case BlankKind.CHOICE:
            return "Choose one."
        case BlankKind.CHOICES:
            return "Choose at least one."
    label = field.ask.label
    small = label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
    return f"Enter the {small}."


def _read_blank(field: Field, turn: Turn, text: str, filled: Filled) -> None:
    filled.typed[field.name] = text
    if not text:
        return
    try:
        filled.put(field, field.ask.value(turn, text))
    except Refusal as refusal:
        filled.wrong[field.name] = str(refusal)


def _read_line(command: Command, turn: Turn, rest: str, filled: Filled, *, strict: bool) -> None:
    """Typed words go first to the blanks they name (`on=…`, `on …`), then to the first blank that can read them."""
    left: list[str] = []
    words = _words(rest)
    while words:
        used = _named(command, turn, words, filled) or _led(command, turn, words, filled)
        used = used or _offered(command, turn, words, filled)
        if not used:
            left.append(words[0])
        words = words[used or 1 :]
    taker = next((f for f in command.fields if f.ask.rest and not f.ask.lead and f.name not in filled.values), None)
    if left and taker:
        filled.put(taker, taker.ask.value(turn, _as_typed(left)))
    elif strict and [word for word in left if _bare(word).lower() not in LEFT_OUT]:
        raise CannotRead(_leftover(command, turn, _as_typed(left), filled))


def _words(text: str) -> list[str]:
    """The words of a line, each with what divides it from the next, so that a note keeps its commas."""
    tidy = text.translate(str.maketrans("“”‘’\u00a0", "\"\"'' "))
    return re.findall(r'(?:\w+="[^"]*"|"[^"]*"|[^\s,]+)[\s,]*', tidy)


def _bare(word: str) -> str:
    return word.rstrip(", ").removeprefix('"').removesuffix('"')


def _as_typed(words: list[str]) -> str:
    return "".join(words).strip(", ")


def _named(command: Command, turn: Turn, words: list[str], filled: Filled) -> int:
    name, equals, text = words[0].partition("=")
    field = next((f for f in command.fields if f.name == name.lower()), None)
    if not equals or field is None or (field.name in filled.values and not field.ask.many):
        return 0
    if field.ask.private and not turn.private:
        raise CannotRead(f"Leave the {field.ask.label.lower()} out of the line: it goes into the form, privately.")
    filled.put(field, field.ask.value(turn, _bare(text)))
    return 1


def _led(command: Command, turn: Turn, words: list[str], filled: Filled) -> int:
    field = next((f for f in command.fields if f.ask.lead and f.ask.lead == _bare(words[0]).lower()), None)
    if field is None or field.name in filled.values or len(words) == 1:
        return 0
    if field.ask.rest:
        filled.put(field, field.ask.value(turn, _as_typed(words[1:])))
        return len(words)
    used = _longest(field, turn, words[1:], filled)
    if not used:  # its own sentence says what to type instead
        field.ask.value(turn, " ".join(_bare(word) for word in words[1 : 1 + field.ask.words]))
    while field.ask.many and "," in words[used]:  # "except SLT, EP"
        more = _longest(field, turn, words[used + 1 :], filled)
        if not more:
            break
        used += more
    return used + 1


def _offered(command: Command, turn: Turn, words: list[str], filled: Filled) -> int:
    """Bare words are never taken for something private: a date after `new` is not a child's birthday."""
    open_to = (f for f in command.fields if f.ask.words and f.ask.bare and not f.ask.rest and not f.ask.private)
    free = (f for f in open_to if f.ask.many or f.name not in filled.values)
    if LENGTH.match(_as_typed(words)):
        free = (f for f in free if f.ask.words > 1)
    return next((used for field in free if (used := _longest(field, turn, words, filled))), 0)


def _longest(field: Field, turn: Turn, words: list[str], filled: Filled) -> int:
    """Let a blank take the longest run of words it can read; the number of words taken."""
    for length in range(min(field.ask.words, len(words)), 0, -1):
        text = " ".join(_bare(word) for word in words[:length])
        try:
            filled.put(field, field.ask.value(turn, text))
        except NoSuchThing:  # "Friday 31 February" is not the Friday and some other words
            raise
        except CannotRead:
            continue
        return length
    return 0


def _leftover(command: Command, turn: Turn, text: str, filled: Filled) -> str:
    """What to say of words that no blank could read: what the blank they were meant for says, where that is plain."""
    open_to = [f for f in command.fields if f.ask.words and f.ask.bare and not f.ask.rest and not f.ask.private]
    still = [f for f in open_to if f.name not in filled.values]
    private = next((f for f in command.fields if f.ask.private and f.required and f.name not in filled.values), None)
    if private and not re.search(r"\d", text):
        return f"Leave the {private.ask.label.lower()} out of the line: it goes into the form. Say: {command.name}"
    dates = [f for f in still if f.ask.kind is BlankKind.DATE and re.search(r"\d", text)]
    for field in [*dates, *(f for f in still if f.required and f.ask.kind is not BlankKind.DATE)][:1]:
        try:
            field.ask.value(turn, text)
        except CannotRead as refusal:
            return str(refusal)
    example = f" Try: {command.examples[0]}" if command.examples else ""
    return f"I don't understand “{shortened(text)}” after {command.name}.{example}"


def shortened(text: str, longest: int = 80) -> str:
    """Somebody's words said back: enough of them to know them again."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def form_of(command: Command, turn: Turn, filled: Filled) -> Form:
    """The form of a command, with what is known filled in and what was wrong beside its field."""
    fields = [_fitted(field, turn, filled) for field in command.fields]
    shown = [field for field in fields if field.ask.asked or field.name in filled.wrong]
    hidden = {f.name: filled.typed[f.name] for f in fields if f not in shown and filled.typed.get(f.name)}
    return Form(
        title=command.heading,
        line=line(command.name, **hidden),
        blanks=tuple(_blank(field, turn, filled) for field in shown),
        submit="Save" if command.acts else "Show",
    )


def _fitted(field: Field, turn: Turn, filled: Filled) -> Field:
    """The blank as it is asked for, now that others are known."""
    return replace(field, ask=field.ask.fitting(turn, filled.values)) if field.ask.fitting else field


def _blank(field: Field, turn: Turn, filled: Filled) -> Blank:
    ask = field.ask
    return Blank(
        name=field.name,
        label=ask.label,
        kind=ask.kind,
        required=field.required,
        private=ask.private,
        hint=ask.hint,
        choices=tuple(ask.choices(turn)) if ask.choices else (),
        longest=ask.longest,
        value=filled.typed.get(field.name, field.usual),
        error=filled.wrong.get(field.name, ""),
    )
