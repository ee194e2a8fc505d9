"""A table of rules read cell by cell. A wrong cell stops the start-up with its file, line and column."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

from bot.domain.errors import BadSettings

Tables = Mapping[str, str]
"""The tables of one folder as text, each under its name: "clocks.csv"."""

OVERLAY = "overlay/"
"""What stands before the name of a council's table where one is wrong."""

Word = TypeVar("Word", bound=StrEnum)
Thing = TypeVar("Thing")
Row = TypeVar("Row")


def tables_in(folder: Path) -> Tables:
    """Every table of a folder. BadSettings where there is no such folder, or a table cannot be read."""
    if not folder.is_dir():
        raise BadSettings(f"There is no folder of rules at {folder}.")
    return {path.name: _text(path) for path in sorted(folder.glob("*.csv"))}


def check_names(tables: Tables, known: Collection[str], *, within: str = "") -> None:
    """No table is passed over for a slip in its name."""
    if odd := [name for name in tables if name not in known]:
        raise BadSettings(f"{within}{odd[0]}: is not read here; the tables are {', '.join(known)}")


@dataclass(frozen=True)
class Cells:
    """One row of a table of rules; knows where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str, why: str) -> NoReturn:
        raise BadSettings(f"{self.file}:{self.line}:{column}: {why}")

    def text(self, column: str) -> str:
        """A cell that must hold something."""
        return self.cells[column] or self.wrong(column, "is empty")

    def maybe(self, column: str) -> str:
        return self.cells[column]

    def number(self, column: str) -> int:
        return self._read(column, self.text(column), int, "a whole number")

    def day(self, column: str) -> date:
        return self._read(column, self.text(column), date.fromisoformat, "a date such as 2026-09-07")

    def yes(self, column: str) -> bool:
        """`yes`, or `no` or nothing."""
        return self.one_of(column, {"yes": True, "no": False, "": False})

    def one_of(self, column: str, known: Mapping[str, Thing]) -> Thing:
        if self.cells[column] not in known:
            self.wrong(column, _unknown(self.cells[column], known))
        return known[self.cells[column]]

    def word(self, column: str, words: type[Word]) -> Word:
        """One word of a closed set."""
        return self._word(column, self.cells[column], words)

    def words(self, column: str, words: type[Word]) -> tuple[Word, ...]:
        """Words of a closed set, with | between them."""
        return tuple(self._word(column, each, words) for each in self.list(column))

    def list(self, column: str) -> tuple[str, ...]:
        """Texts with | between them."""
        return tuple(each.strip() for each in self.cells[column].split("|") if each.strip())

    def _word(self, column: str, text: str, words: type[Word]) -> Word:
        try:
            return words(text)
        except ValueError:
            self.wrong(column, _unknown(text, [word.value for word in words]))

    def _read(self, column: str, text: str, read: Callable[[str], Thing], what: str) -> Thing:
        try:
            return read(text)
        except ValueError:
            self.wrong(column, f"'{text}' is not {what}")


def rows(tables: Tables, name: str, columns: tuple[str, ...], *, within: str = "") -> Iterator[Cells]:
    """The rows of a table that must have exactly these columns, in any order. A table that is not there is refused."""
    shown = within + name
    if name not in tables:
        raise BadSettings(f"{shown}: is missing, and the folder must hold it")
    reader = csv.DictReader(io.StringIO(tables[name]), strict=True)
    try:
        if sorted(reader.fieldnames or ()) != sorted(columns):
            odd = ", ".join(sorted(set(reader.fieldnames or ()) ^ set(columns))) or "one is there twice"
            raise BadSettings(f"{shown}:1: the columns must be {', '.join(columns)} (look at: {odd})")
        for row in reader:
            if None in row or None in row.values():
                raise BadSettings(f"{shown}:{reader.line_num}: has too many cells or too few")
            yield Cells(shown, reader.line_num, {name: cell.strip() for name, cell in row.items()})
    except csv.Error as fault:
        raise BadSettings(f"{shown}:{reader.line_num + 1}: {fault}") from fault  # the last good line is known


def each_read(cells: Iterator[Cells], read: Callable[[Cells], Row]) -> list[Row]:
    """Every row read. Where some are wrong BadSettings says it of each, a line each."""
    found: list[Row] = []
    faults: list[str] = []
    for each in cells:
        try:
            found.append(read(each))
        except BadSettings as fault:
            faults.append(str(fault))
    if faults:
        raise BadSettings("\n".join(faults))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # a spreadsheet leaves a mark at the start
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSettings(f"{path.name}: cannot be read ({fault})") from fault


def _unknown(text: str, known: Iterable[str]) -> str:
    return f"'{text}' is not known; one of: {', '.join(word for word in known if word)}"
