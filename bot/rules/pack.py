"""What a folder of rules says of itself: its name, its version, and how the law's open words are read."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import BadSettings
from bot.rules.reading import OVERLAY, Cells, Tables, rows

TABLE = "pack.csv"
COLUMNS = ("setting", "value")


class Holds(StrEnum):
    """A pack holds the law; an overlay lies over one and holds what a council sets for itself."""

    PACK = "pack"
    OVERLAY = "overlay"


class FirstDay(StrEnum):
    """What the day of the event counts as, where the wording leaves that open."""

    DAY_ZERO = "day_zero"
    DAY_ONE = "day_one"


class ClosedLastDay(StrEnum):
    """What becomes of a last day on which nobody works."""

    STAYS = "stays"
    ROLLS_FORWARD = "rolls_forward"


class Transition(StrEnum):
    """Whose dates change when the pack takes the place of an earlier one."""

    NEW_CLOCKS_ONLY = "new_clocks_only"
    OPEN_CASES_TOO = "open_cases_too"


@dataclass(frozen=True)
class Pack:
    """The settings of one pack or overlay."""

    name: str
    version: int
    transition: Transition
    first_day: FirstDay = FirstDay.DAY_ZERO
    closed_last_day: ClosedLastDay = ClosedLastDay.STAYS
    last_day_at_any_hour: bool = False
    """Whether a statutory date's reminder of its last day may break quiet hours: each council's own choice."""

    @property
    def label(self) -> str:
        return f"{self.name} version {self.version}"


SETTINGS = ("name", "kind", "version", "first_day", "closed_last_day", "transition")
READINGS_OF_THE_LAW = ("first_day", "closed_last_day")
"""A council's overlay has no say in these."""
A_COUNCILS_CHOICE = "last_day_at_any_hour"
"""What an overlay may leave out."""


def read_pack(tables: Tables) -> Pack:
    """The settings of a pack of the law. BadSettings names the one that is missing or wrong, and what it must be."""
    found = _settings(tables, Holds.PACK, SETTINGS)
    return Pack(
        found["name"].text("value"),
        _version(found["version"]),
        found["transition"].word("value", Transition),
        found["first_day"].word("value", FirstDay),
        found["closed_last_day"].word("value", ClosedLastDay),
    )


def read_overlay(tables: Tables) -> Pack:
    """The settings of a council's overlay: how periods are counted stays as the pack says."""
    wanted = tuple(name for name in SETTINGS if name not in READINGS_OF_THE_LAW)
    found = _settings(tables, Holds.OVERLAY, wanted, OVERLAY)
    return Pack(
        found["name"].text("value"),
        _version(found["version"]),
        found["transition"].word("value", Transition),
        last_day_at_any_hour=A_COUNCILS_CHOICE in found and found[A_COUNCILS_CHOICE].yes("value"),
    )


def is_overlay(tables: Tables) -> bool:
    """Whether the folder says of itself that it lies over a pack. What is wrong with it is for `read_pack` to say."""
    lines = csv.reader(io.StringIO(tables.get(TABLE, "")))
    return {"kind", Holds.OVERLAY.value} in ({cell.strip() for cell in line} for line in lines)


def _settings(tables: Tables, kind: Holds, wanted: tuple[str, ...], within: str = "") -> Mapping[str, Cells]:
    found: dict[str, Cells] = {}
    for cells in rows(tables, TABLE, COLUMNS, within=within):
        name = cells.one_of("setting", {name: name for name in (*SETTINGS, A_COUNCILS_CHOICE)})
        if name in found:
            cells.wrong("setting", f"'{name}' is there twice")
        if name == A_COUNCILS_CHOICE and kind is not Holds.OVERLAY:
            cells.wrong("setting", f"'{name}' is each council's own choice: its overlay says it")
        if name not in (*wanted, A_COUNCILS_CHOICE):
            cells.wrong("setting", f"'{name}' is how the law is read: the pack says it, a council's overlay cannot")
        found[name] = cells
    if missing := [name for name in wanted if name not in found]:
        raise BadSettings(f"{within}{TABLE}:1:setting: '{missing[0]}' is missing; there must be {', '.join(wanted)}")
    if found["kind"].word("value", Holds) is not kind:
        found["kind"].wrong("value", f"must be '{kind}': that is what this folder is read as")
    return found


def _version(cells: Cells) -> int:
    version = cells.number("value")
    return version if version > 0 else cells.wrong("value", "must be 1 or more")
