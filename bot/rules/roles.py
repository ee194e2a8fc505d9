"""roles.csv of a council's overlay: what it calls its roles."""

from collections.abc import Mapping

from bot.domain.terms import Role
from bot.rules.reading import OVERLAY, Tables, rows

TABLE = "roles.csv"
COLUMNS = ("key", "label")


def read_roles(tables: Tables) -> Mapping[str, str]:
    """Each role's key with the council's own word for it: officer -> "EHC coordinator"."""
    names: dict[str, str] = {}
    for cells in rows(tables, TABLE, COLUMNS, within=OVERLAY):
        key = cells.word("key", Role).value
        if key in names:
            cells.wrong("key", f"'{key}' is there twice")
        names[key] = cells.text("label")
    return names
