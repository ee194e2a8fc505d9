"""A message as plain text: columns that line up, and numbers for the buttons."""

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from bot.domain.message import Action, Attachment, Blank, Fact, Form, Message, Row, State, Table

WIDTH = 88
GAP = "  "
WIDEST_LABEL = 32

WORDS = {State.LATE: "late", State.SOON: "due soon", State.WAITING: "waiting", State.DONE: "done"}


def render(message: Message, *, width: int = WIDTH, first: int = 1) -> str:
    """The message in lines of at most `width` characters; its buttons are numbered from `first`."""
    numbers = iter(range(first, first + len(buttons(message))))
    parts = [
        _text(message.text, width),
        [f"    {line}" for line in message.copy.splitlines()],
        _facts(message.facts, width),
        _table(message.table, numbers, width) if message.table else [],
        _form(message.form, width) if message.form else [],
        _file(message.attachment) if message.attachment else [],
        _buttons(message.actions, numbers, width),
        _text(message.aside, width),
    ]
    return "\n".join(line.rstrip() for part in parts for line in part)


def buttons(message: Message) -> list[Action]:
    """Every button in the order in which `render` numbers them: the table's rows first."""
    rows = message.table.rows if message.table else ()
    return [action for row in rows for action in row.actions] + list(message.actions)


def _text(text: str, width: int) -> list[str]:
    plain = re.sub(r"\*\*([^*\n]+)\*\*", r"\1", text)
    return [line for given in plain.splitlines() for line in _fold(given, width)]


def _fold(line: str, width: int) -> list[str]:
    """One line in lines of at most `width`; what follows stands under where it began."""
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _facts(facts: Sequence[Fact], width: int) -> Iterator[str]:
    labels = [GAP * fact.depth + fact.label for fact in facts]
    column = min(max(map(len, labels), default=0), WIDEST_LABEL)
    for label, fact in zip(labels, facts, strict=True):
        said = _with_state(" · ".join(filter(None, (fact.value, fact.detail))), fact.state)
        yield from _side_by_side([label, said], [column, width - column - len(GAP)])


def _with_state(text: str, state: State) -> str:
    """The text and the word for its state, unless the text says it already."""
    word = WORDS.get(state, "")
    return text if not word or re.search(rf"\b{word}\b", text) else " · ".join(filter(None, (text, word)))


def _table(table: Table, numbers: Iterator[int], width: int) -> Iterator[str]:
    states = any(row.state for row in table.rows)
    heads = [*table.columns, ""] if states else list(table.columns)
    cells = [_cells(row, states=states) for row in table.rows]
    widths = _widths([heads, *cells], width)
    yield from _side_by_side(heads, widths)
    for row, words in zip(table.rows, cells, strict=True):
        yield from _side_by_side(words, widths)
        yield from _buttons(row.actions, numbers, width, indent="    ")


def _cells(row: Row, *, states: bool) -> list[str]:
    return [*row.cells, WORDS.get(row.state, "")] if states else list(row.cells)


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide each column is: as wide as its words; when that is too much, the widest wrap."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    while sum(widths) + len(GAP) * (len(widths) - 1) > width:
        wraps = [n for n in range(len(widths)) if widths[n] > least[n]]
        if not wraps:
            break
        widths[max(wraps, key=widths.__getitem__)] -= 1
    return widths


def _side_by_side(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """One row; a cell that is too long goes on below itself."""
    columns = [_fold(cell, max(width, 1)) for cell, width in zip(cells, widths, strict=True)]
    for n in range(max(map(len, columns), default=0)):
        line = [column[n] if n < len(column) else "" for column in columns]
        yield GAP.join(part.ljust(width) for part, width in zip(line, widths, strict=True))


def _buttons(actions: Iterable[Action], numbers: Iterator[int], width: int, indent: str = "") -> Iterator[str]:
    line = indent
    for action, number in zip(actions, numbers, strict=False):
        label = f"[{number}] {action.label}"
        if line.strip() and len(line) + len(GAP) + len(label) > width:
            yield line
            line = indent
        line += (GAP if line.strip() else "") + label
    if line.strip():
        yield line


def _form(form: Form, width: int) -> Iterator[str]:
    yield form.title
    for blank in form.blanks:
        yield from _fold(f"  {heading(blank)}{': ' + blank.value if blank.value else ''}", width)
        for note in notes(blank):
            yield from _fold(f"    {note}", width)


def heading(blank: Blank) -> str:
    """A blank's label, with what there is to know of it."""
    about = [word for word, so in (("private", blank.private), ("optional", not blank.required)) if so]
    return f"{blank.label} ({', '.join(about)})" if about else blank.label


def notes(blank: Blank) -> list[str]:
    """What helps to fill a blank in: what was wrong, the hint, the choices by number."""
    choices = GAP.join(f"[{n}] {choice.label}" for n, choice in enumerate(blank.choices, 1))
    return [note for note in (blank.error, blank.hint, choices) if note]


def _file(attachment: Attachment) -> Iterator[str]:
    yield f"{attachment.name}:"
    yield from attachment.text.splitlines()
