"""A CSV file that somebody filled in: its rows, and everything that is wrong with them by row and column."""

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import BadSettings

Words = TypeVar("Words", bound=StrEnum)
LONGEST = 20 * 1024 * 1024


@dataclass(frozen=True, order=True)
class Wrong:
    """One thing to mend. Row 1 holds the names of the columns. `sentence` repeats nothing private."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.sentence}"


@dataclass(repr=False)
class Row:
    """One line of the file, by column, with spaces trimmed. What cannot be read is noted in `wrong`."""

    number: int
    cells: Mapping[str, str]
    wrong: list[Wrong] = field(default_factory=list)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def bad(self, column: str, sentence: str) -> None:
        self.wrong.append(Wrong(self.number, column, sentence))

    def needed(self, column: str, *, longest: int = 200) -> str:
        """A text that must be there."""
        text = self[column]
        if not text:
            self.bad(column, "is empty")
        elif len(text) > longest:
            self.bad(column, f"is longer than {longest} characters")
        return text

    def word(self, column: str, words: type[Words]) -> Words | None:
        """One word of a closed set, as it is kept or as people read it: `MP team`, `mp-team` and `mp_team` are one."""
        text = _run_together(self[column])
        if found := [word for word in words if text in map(_run_together, {word.value, _label(word)})]:
            return found[0]
        self.bad(column, f"must be one of: {', '.join(words)}")
        return None


def _run_together(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.casefold())


def _label(word: StrEnum) -> str:
    return str(getattr(word, "label", word.value))


def read_sheet(path: Path, *, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a file, empty ones left out. BadSettings where it cannot be read or its columns are not these."""
    text = _text(path)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_divider(text))
    columns = [name.strip().casefold().replace(" ", "_").replace("-", "") for name in next(table, [])]
    _check_columns(path, columns, needed, optional)
    rows = []
    for number, cells in enumerate(table, start=2):
        if any(cell.strip() for cell in cells):
            rows.append(_row(number, columns, cells))
    return rows


def _divider(text: str) -> str:
    """What stands between the columns: a comma, or what a spreadsheet set to another country writes."""
    head = text.partition("\n")[0]
    return next((mark for mark in ",;\t" if mark in head), ",")


def everything_wrong(rows: Iterable[Row]) -> list[Wrong]:
    return sorted(wrong for row in rows for wrong in row.wrong)


def _text(path: Path) -> str:
    """UTF-8, or what Excel writes on Windows."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= LONGEST else b""
    except OSError as trouble:
        raise BadSettings(f"{path} cannot be read: {(trouble.strerror or '').lower()}.") from trouble
    if not raw:
        raise BadSettings(f"{path} is empty, or larger than 20 MB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _check_columns(path: Path, columns: Sequence[str], needed: Sequence[str], optional: Sequence[str]) -> None:
    missing = [name for name in needed if name not in columns]
    unknown = [name for name in columns if name not in (*needed, *optional)]
    if missing:
        raise BadSettings(f"{path} lacks the column {missing[0]}. Its first row must name: {', '.join(needed)}.")
    if unknown:
        near = difflib.get_close_matches(unknown[0], (*needed, *optional))
        meant = f"Did you mean {' or '.join(near)}?" if near else f"Its first row must name: {', '.join(needed)}."
        raise BadSettings(f"{path} has a column {unknown[0]!r}. {meant} docs/running.md lists them all.")


def _row(number: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    row = Row(number, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
    if len(cells) > len(columns):
        row.bad(columns[-1], "is followed by more cells than there are columns: is a comma unquoted?")
    return row
