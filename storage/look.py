"""Records for looking at, read without the session, which would keep watch over each of them for changes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel

from storage.add import record_of
from storage.columns import columns

R = TypeVar("R", bound=SQLModel)


def whole(table: type[SQLModel]) -> Select[Any]:
    """Every column of a table: what `look` reads. Narrow it by `columns`, not by the attributes of records."""
    return select_columns(*columns(table))


def look(db: Session, table: type[R], query: Select[Any], values: Mapping[str, Any]) -> list[R]:
    """The records that a query of `whole` finds. Changes to them are not kept."""
    found = db.execute(query, dict(values))
    names = tuple(found.keys())
    return [record_of(table, dict(zip(names, row, strict=True))) for row in found]
