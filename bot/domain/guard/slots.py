"""Every place in a message where words may stand."""

import re
from collections.abc import Iterator

from bot.domain.message import Action, Form, Message, Table

NUMBERED = re.compile(r"\b(?:request|deadline|entry)=\d+")
"""What a button's line refers to by its number in the database: no record number, whatever it looks like."""


def slots(message: Message) -> Iterator[str]:
    """Everything that a message says where it is shown, what its buttons carry included; what is empty is left out.

    Not a file: that goes to one person, whatever the room.
    """
    return filter(None, _all(message))


def _all(message: Message) -> Iterator[str]:
    yield from (message.text, message.copy, message.aside, message.subject)
    for fact in message.facts:
        yield from (fact.label, fact.value, fact.detail)
    for action in message.actions:
        yield from _of_action(action)
    if message.table:
        yield from _of_table(message.table)
    if message.form:
        yield from _of_form(message.form)


def _of_action(action: Action) -> Iterator[str]:
    yield from (action.label, NUMBERED.sub("", action.line))


def _of_table(table: Table) -> Iterator[str]:
    yield from table.columns
    for row in table.rows:
        yield from row.cells
        for action in row.actions:
            yield from _of_action(action)


def _of_form(form: Form) -> Iterator[str]:
    yield from (form.title, NUMBERED.sub("", form.line), form.submit)
    for blank in form.blanks:
        yield from (blank.label, blank.hint, blank.value, blank.error)
        yield from (text for choice in blank.choices for text in (choice.value, choice.label))
