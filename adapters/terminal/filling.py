"""A form in the terminal: blank by blank, what was wrong again, and what was typed kept."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.terminal.plain import heading, notes
from bot.domain.message import Blank, BlankKind, Choice, Form

CANCEL, NOTHING = "cancel", "-"
YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))

Read = Callable[[str], Awaitable[str | None]]
"""Asks with a prompt and answers with the line typed; None at the end of the input."""


async def fill(form: Form, read: Read, write: Callable[[str], None]) -> dict[str, str] | None:
    """Values by blank's name; None when put away. Only the blanks that were wrong are asked again."""
    write(f"{form.title} (Enter keeps what is in brackets, '{NOTHING}' empties it, '{CANCEL}' puts the form away)")
    values = {blank.name: blank.value for blank in form.blanks}
    for blank in form.blanks:
        if form.wrong and not blank.error:
            continue
        typed = await _ask(blank, read, write)
        if typed is None:
            write("Put away. Nothing was saved.")
            return None
        values[blank.name] = typed
    return values


def kept(form: Form, values: dict[str, str]) -> Form:
    """The form with what was typed in it, to be asked once more."""
    return replace(form, blanks=tuple(replace(blank, value=values[blank.name], error="") for blank in form.blanks))


async def _ask(blank: Blank, read: Read, write: Callable[[str], None]) -> str | None:
    blank = replace(blank, choices=YES_NO) if blank.kind is BlankKind.YES_NO else blank
    write(heading(blank))
    for note in notes(blank):
        write(f"  {note}")
    typed = await read(f"  [{shown(blank)}] " if blank.value else "  ")
    if typed is None or typed.strip().lower() == CANCEL:
        return None
    return _meant(blank, typed.strip())


def shown(blank: Blank) -> str:
    """The value that stands, by the labels a person reads."""
    labels = {choice.value: choice.label for choice in blank.choices}
    return ", ".join(labels.get(part, part) for part in blank.value.split(",")) if labels else blank.value


def _meant(blank: Blank, typed: str) -> str:
    if not typed:
        return blank.value
    if typed == NOTHING:
        return ""
    if blank.kind is BlankKind.CHOICES:
        return ",".join(_chosen(blank, part.strip()) for part in typed.split(",") if part.strip())
    return _chosen(blank, typed) if blank.choices else typed


def _chosen(blank: Blank, typed: str) -> str:
    """A choice by its number, its words or their beginning; what fits none goes on as typed, for the bot to refuse."""
    if typed.isdecimal() and 1 <= int(typed) <= len(blank.choices):
        return blank.choices[int(typed) - 1].value
    wanted = typed.casefold()
    exact = [choice for choice in blank.choices if wanted in (choice.value.casefold(), choice.label.casefold())]
    begun = [choice for choice in blank.choices if choice.label.casefold().startswith(wanted)]
    fits = exact or begun
    return fits[0].value if len(fits) == 1 else typed
