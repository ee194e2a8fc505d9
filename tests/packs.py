"""Rule packs for tests: the one that comes with the bot with a few cells changed, and overlays of a few rows."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copytree

from bot.rules import HERE

Cells = Mapping[str, str]
RUNG = ("ladder", "version", "id", "days", "unit", "whom")


def pack(
    folder: Path,
    *,
    version: int = 2,
    transition: str = "new_clocks_only",
    clocks: Mapping[str, Cells] | None = None,
    without: Sequence[str] = (),
    holidays: Sequence[tuple[str, str]] = (),
) -> Path:
    """The law's pack in a folder: other cells in some rows of clocks.csv, some rows gone, further bank holidays."""
    copytree(HERE, folder)
    _change(folder / "pack.csv", "setting", {"version": {"value": str(version)}, "transition": {"value": transition}})
    changed = {name: {"version": str(version), **cells} for name, cells in (clocks or {}).items()}
    _change(folder / "clocks.csv", "id", changed)
    rows = _read(folder / "clocks.csv")
    _write(folder / "clocks.csv", list(rows[0]), [row for row in rows if row["id"] not in without])
    with (folder / "bank_holidays.csv").open("a") as table:
        table.writelines(f"{day},england-and-wales,{name},yes\n" for day, name in holidays)
    return folder


def with_ladders(folder: Path, *rungs: str) -> Path:
    """The same folder with these rungs, a line each, in the place of the ladders that they are of."""
    new = [dict(zip(RUNG, rung.split(","), strict=True)) for rung in rungs]
    path = folder / "ladder.csv"
    kept = (
        [row for row in _read(path) if row["ladder"] not in {rung["ladder"] for rung in new}] if path.exists() else []
    )
    _write(path, list(RUNG), [*kept, *new])
    return folder


def overlay(
    folder: Path, *, version: int = 1, transition: str = "new_clocks_only", clocks: Mapping[str, Cells]
) -> Path:
    """A council's overlay: what it says of some rows of the law."""
    folder.mkdir()
    settings = {"name": "smallshire", "kind": "overlay", "version": str(version), "transition": transition}
    _write(
        folder / "pack.csv", ["setting", "value"], [{"setting": name, "value": text} for name, text in settings.items()]
    )
    columns = _read(HERE / "clocks.csv")[0].keys()
    rows = [
        {column: {"id": name, "version": "2", **cells}.get(column, "") for column in columns}
        for name, cells in clocks.items()
    ]
    _write(folder / "clocks.csv", list(columns), rows)
    return folder


def _change(path: Path, key: str, changed: Mapping[str, Cells]) -> None:
    rows = _read(path)
    assert changed.keys() <= {row[key] for row in rows}
    _write(path, list(rows[0]), [{**row, **changed.get(row[key], {})} for row in rows])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as table:
        return list(csv.DictReader(table))


def _write(path: Path, columns: list[str], rows: Sequence[Cells]) -> None:
    with path.open("w", newline="") as table:
        writer = csv.DictWriter(table, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
