"""retention.csv: how long what is sealed is kept, by process and by kind of letter."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.domain.facts import Whole
from bot.domain.retention import CountsFrom, Keep, Schedule
from bot.domain.terms import LetterKind
from bot.rules.clock_rows import WHOLES
from bot.rules.reading import OVERLAY, Cells, Tables, each_read, rows, tables_in

TABLE = "retention.csv"
COLUMNS = ("of", "counts_from", "years", "basis", "source", "unverified")
LONGEST = 120
"""Years. More is a slip of the hand."""


@cache
def usual_schedule() -> Schedule:
    """The one that comes with the bot. It is no law's: a council that keeps its own lays that over it."""
    return _read(tables_in(Path(__file__).parent), within="")


def read_schedule(overlay: Tables | None) -> Schedule:
    """The usual schedule with a council's over it: what that does not name stays as it is."""
    own = _read(overlay, within=OVERLAY) if overlay and TABLE in overlay else {}
    return {**usual_schedule(), **own}


def _read(tables: Tables, *, within: str) -> Mapping[Whole, Keep]:
    schedule: dict[Whole, Keep] = {}
    for cells, keep in each_read(rows(tables, TABLE, COLUMNS, within=within), lambda cells: (cells, _keep(cells))):
        for each in keep.of:
            if each in schedule:
                cells.wrong("of", f"'{each.value}' is there twice")
            schedule[each] = keep
    return schedule


def _keep(cells: Cells) -> Keep:
    keep = Keep(
        of=tuple(_whole(cells, name) for name in cells.list("of")) or cells.wrong("of", "is empty"),
        counts_from=cells.word("counts_from", CountsFrom),
        years=cells.number("years"),
        basis=cells.text("basis"),
        source=cells.text("source"),
        unverified=cells.maybe("unverified"),
    )
    if not 0 < keep.years <= LONGEST:
        cells.wrong("years", f"must be from 1 to {LONGEST}")
    if keep.counts_from is CountsFrom.BIRTH and any(isinstance(each, LetterKind) for each in keep.of):
        cells.wrong("counts_from", "a letter may be about several children: its years count from its closure")
    return keep


def _whole(cells: Cells, name: str) -> Whole:
    return WHOLES.get(name) or cells.wrong("of", f"'{name}' is not known; one of: {', '.join(WHOLES)}")
