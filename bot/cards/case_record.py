"""One case whole, for another authority or a new system: as JSON, and for a spreadsheet. Nothing is withheld."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from bot.cards.pack import as_json, columns_of
from bot.cards.pack_parts import PARTS, Part, Row, Words
from bot.cards.pack_rows import ROWS
from bot.cards.spreadsheet import csv_of
from bot.cases import staff
from bot.cases.pack import Gathered, of_case
from bot.turn import Turn
from storage.tables import Case

FORMAT = "referralbot case record 1"
IN_IT = ("identity", "cases", "requests", "record", "dates", "exceptions", "letters")
TABLES = {"record": "entries.csv", "dates": "dates.csv", "requests": "requests.csv"}


def case_record(turn: Turn, case: Case) -> dict[str, str]:
    """The files by their names."""
    held = of_case(turn, case)
    parts = {part.id: (part, _rows(turn, held, part)) for part in PARTS if part.id in IN_IT}
    values = {
        "format": FORMAT,
        "reference": case.reference,
        "made_at": turn.now.isoformat(),
        "parts": [
            {"id": part.id, "title": part.title, "columns": columns_of(part), "rows": rows}
            for part, rows in parts.values()
        ],
    }
    return {"case.json": as_json(values)} | {TABLES[name]: _table(*parts[name]) for name in TABLES}


def _rows(turn: Turn, held: Gathered, part: Part) -> list[dict[str, Any]]:
    """As in a pack, with what people wrote as they wrote it, and with the names that a pack leaves out."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in ROWS[part.id](turn, held)]
    nothing: Row = {}
    return [{**row, **named} for row, named in zip_longest(rows, _named(turn, held, part), fillvalue=nothing)]


def _named(turn: Turn, held: Gathered, part: Part) -> Iterator[Row]:
    """For each row what stands in place of a withheld name or a role; nothing where there is none of either."""
    (file,) = held.cases
    match part.id:
        case "requests":
            yield from ({"of": request.adviser} for request in file.requests)
        case "record":
            yield from ({"recorded_by": _name(turn, entry.recorded_by)} for entry in file.entries)


def _name(turn: Turn, person_id: int | None) -> str:
    person = staff.person(turn, person_id)
    return person.name if person else "the bot"


def _plain(value: Any) -> Any:
    return value.text if isinstance(value, Words) else value


def _table(part: Part, rows: Sequence[Row]) -> str:
    return csv_of([column.id for column in part.columns], [[row[column.id] for column in part.columns] for row in rows])
