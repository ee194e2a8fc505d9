"""A Message -> an Adaptive Card 1.5: heading, facts, table, form, buttons, small print."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from adapters.teams.forms import form_elements
from adapters.teams.words import (
    LONGEST,
    Element,
    cut,
    fitting,
    heading,
    line,
    paragraphs,
    run,
    size,
    small,
    state_runs,
)
from bot.domain.message import Action, Fact, Message, Row, Style, Table

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
LARGEST = 26_000
"""Bytes of one card. Microsoft documentation has said 28, 40 and 100 KB for a whole message; 28 fits them all."""
MOST_BUTTONS = 6
"""More than six buttons in one row go into its overflow menu. Microsoft documentation, "Cards reference"."""
_WIDTHS = ("140px", "stretch")
"""The columns of a list: a reference with its mark, and what is said of it."""
Press = Callable[[Action], Element]
_STYLES = {Style.PRIMARY: "positive", Style.DANGER: "destructive"}


def card(message: Message, *, private: bool, dialog: bool = False, dialogs: bool = True) -> Element:
    """The card for one message. A fact that names a child is in it only when `private`.

    In a dialog the buttons are submits: dialogs answer no Universal Actions. `dialogs` may be opened from a button.
    """
    tail = small(message.aside)
    press = partial(button, nonce=message.nonce, dialog=dialog, dialogs=dialogs)
    buttons = [press(each) for each in message.actions]
    room = LARGEST - size(tail, buttons) - 600  # the card's own frame, and the line that says what is left out
    form: list[Element] = []
    if message.form is not None:
        titled = _holds_more(message) and not _same(message.text.partition("\n")[0], message.form.title)
        form, submit = form_elements(message.form, titled=titled, nonce=message.nonce, dialog=dialog, room=room)
        buttons = [submit, *buttons]
        room -= size(form, submit)
    # What does not fit is left out from the end of each part, the less telling part first.
    top, top_out, room = fitting(([each] for each in [*_top(message), *_to_copy(message.copy)]), room)
    facts, facts_out, room = fitting(([fact(each)] for each in message.facts if private or not each.private), room)
    rows, rows_out = _table(message.table, press, room) if message.table else ([], 0)
    body = top + form + facts + rows + _left_out(top_out + facts_out + rows_out) + tail
    return _framed(body, buttons, wide=message.table is not None)


def door(text: str, label: str, say: str) -> Element:
    """A card whose one button opens a dialog: where the bot cannot write to a person privately, she opens it."""
    opens = {"msteams": {"type": "task/fetch"}, "line": say}
    return _framed(paragraphs(text), [{"type": "Action.Submit", "title": label, "data": opens}])


def button(action: Action, *, nonce: str = "", dialog: bool = False, dialogs: bool = True) -> Element:
    """A button that says its line. Old clients, which know no Universal Actions, get the fallback.

    One whose answer may tell who a child is opens a dialog with it: Teams keeps nothing of a dialog.
    """
    data: Element = {"line": action.line} | ({"nonce": nonce} if nonce and action.acts else {})
    looks = {"style": _STYLES[action.style]} if action.style in _STYLES else {}
    submit = {
        "type": "Action.Submit",
        "title": action.label,
        "data": data,
        "associatedInputs": "none",  # a button beside a form may be pressed while the form is empty
        **looks,
    }
    if action.alone and dialogs and not dialog:
        return submit | {"data": data | {"msteams": {"type": "task/fetch"}}}
    return submit if dialog else submit | {"type": "Action.Execute", "verb": "say", "fallback": submit}


def fact(fact: Fact) -> Element:
    """One fact as a row of two columns: what it is, and how it stands, with its quieter detail below."""
    label = run(("\u2003" * fact.depth) + fact.label, **({} if fact.depth else {"weight": "Bolder"}))
    mark = state_runs(fact.state, f"{fact.value} {fact.detail}", between=" · " if fact.value else "")
    told = [*mark, *([run(fact.value)] if fact.value else [])]
    value = [line(*told)] if told else []
    value += [line(run(fact.detail, isSubtle=True), spacing="None")] if fact.detail else []
    return _columns([[line(label)], value or [line(run("–"))]], widths=[2, 3])


def _top(message: Message) -> list[Element]:
    """The answer: a heading where something follows it, plain words where it stands alone.

    A form is headed by its title, and what it is for stands below that.
    """
    first, _, rest = cut(message.text.strip(), LONGEST).partition("\n")
    if message.form and message.form.title and not _holds_more(message):
        said = paragraphs(first) if not _same(first, message.form.title) else []
        return [heading(message.form.title), *said, *paragraphs(rest)]
    alone = not (_holds_more(message) or message.form)
    opening = paragraphs(first) if alone else [heading(first)] if first else []
    return opening + paragraphs(rest)


def _to_copy(words: str) -> Iterator[Element]:
    """Words to be copied, set apart from what the bot says itself."""
    if words.strip():
        said = [line(run(each, fontType="Monospace")) for each in cut(words, LONGEST).splitlines() if each.strip()]
        yield {"type": "Container", "style": "emphasis", "items": said}


def _holds_more(message: Message) -> bool:
    return bool(message.facts or message.table or message.copy)


def _same(text: str, title: str) -> bool:
    return text.strip().rstrip(".") == title.rstrip(".")


def _table(table: Table, press: Press, room: int) -> tuple[list[Element], int]:
    """The table as rows of two columns, which a phone has room for; and how many rows stay out.

    The card's own Table is drawn badly there. A list with buttons says itself what its columns are.
    """
    first, *others = [*table.columns, ""]
    named = [[line(run(first, isSubtle=True))], [line(run(_joined(others), isSubtle=True))]]
    top = [] if any(row.actions for row in table.rows) else [_columns(named, widths=_WIDTHS)]
    rows, out, _ = fitting((_row(each, press) for each in table.rows), room - size(top))
    return top + rows, out


def _row(row: Row, press: Press) -> list[Element]:
    """What it is about and how that stands on the left; the rest on the right, the first of it on a line of its own."""
    name, *others = [*row.cells, ""]
    mark = state_runs(row.state, " ".join(row.cells))
    beside = len(mark) == 1  # the mark alone, whose word the row says itself
    left = [line(*(mark if beside else []), run(name, weight="Bolder"))]
    left += [line(*mark, spacing="None")] if mark and not beside else []
    right = [line(run(each), spacing="None") for each in (others[0], _joined(others[1:])) if each.strip()]
    drawn = _columns([left, right or [line(run(" "))]], widths=_WIDTHS) | {"separator": True}
    if not row.actions:
        return [drawn]
    return [drawn, {"type": "ActionSet", "actions": [press(each) for each in row.actions]}]


def _joined(cells: Iterable[str]) -> str:
    return " · ".join(cell for cell in cells if cell.strip())


def _columns(cells: Iterable[list[Element]], *, widths: Sequence[int | str]) -> Element:
    columns = [{"type": "Column", "width": width, "items": items} for items, width in zip(cells, widths, strict=False)]
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}


def _left_out(count: int) -> list[Element]:
    if not count:
        return []
    return small(f"{count} more {'line is' if count == 1 else 'lines are'} left out here. Ask for less to see them.")


def _framed(body: list[Element], buttons: list[Element], *, wide: bool = False) -> Element:
    shown = buttons[:MOST_BUTTONS] + [each | {"mode": "secondary"} for each in buttons[MOST_BUTTONS:]]
    framed: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": body,
    }
    if shown:
        framed["actions"] = shown
    if wide:
        framed["msteams"] = {"width": "Full"}
    return framed
