"""What a case of a file counts from, and its days as people write them."""

import re
from datetime import date

from bot.cases.rounds import Began
from bot.domain.facts import FACTS, beginnings, label
from bot.domain.terms import EntryKind, Process
from bot.upkeep.caseload.columns import BEGAN, BEGAN_WITH, RECEIVED
from bot.upkeep.sheet import Row


def read_began(row: Row, process: Process, today: date) -> Began | None:
    """What a case counts from: `began_with` says what, where a process may begin in several ways."""
    kind, column = _began_with(row, process), began_column(row)
    if row[BEGAN] and row[RECEIVED]:
        row.bad(BEGAN, f"cannot be there together with {RECEIVED}: both are the day the case began")
    elif not row[column]:
        row.bad(column, "is empty")
    on = day_in(row, column, today if kind and not FACTS[kind].ahead else None)
    if kind and on and (fixed := FACTS[kind].yearly) and (on.month, on.day) != fixed:
        day = on.replace(month=fixed[0], day=fixed[1])
        row.bad(column, f"must be {day:%-d %B} of the year of the transfer: {label(kind)}")
    return Began(kind, on) if kind and on else None


def _began_with(row: Row, process: Process) -> EntryKind | None:
    possible = beginnings(process)
    wanted = re.sub(r"[\s_-]+", "_", row[BEGAN_WITH].casefold())
    found = [kind for kind in possible if wanted in (kind.value, label(kind).replace(" ", "_").casefold())]
    if found or (len(possible) == 1 and not wanted):
        return (found or list(possible))[0]
    sentence = "is not what such a case begins with" if wanted else "is empty"
    row.bad(BEGAN_WITH, f"{sentence}; for {process.label} it must be one of: {', '.join(possible)}")
    return None


def began_column(row: Row) -> str:
    """The day of the beginning stands in `began`, or in `received`."""
    return BEGAN if row[BEGAN] or RECEIVED not in row.cells else RECEIVED


def identity(process: Process, began: Began) -> tuple[Process, Began | None]:
    """What tells two cases of one child apart: its process, and but for a new assessment what it counts from."""
    return (process, None if process is Process.NEW_ASSESSMENT else began)


def day_in(row: Row, column: str, latest: date | None) -> date | None:
    """The day in a cell; what is no day, or later than it may be, is noted on the row."""
    if not row[column]:
        return None
    day = read_day(row[column])
    if day is None:
        row.bad(column, "is not a date such as 2026-10-19 or 19/10/2026")
    elif latest and day > latest:
        row.bad(column, "is still to come")
    return day


def read_day(text: str) -> date | None:
    """A date with its year: a file is read long after it was written, so nothing is guessed."""
    try:
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None
