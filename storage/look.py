"""Rows for looking at: they read as records do, and are quicker to fetch and to read than what a session watches."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import Select, select
from sqlmodel import Session, SQLModel

from storage.columns import columns

R = TypeVar("R", bound=SQLModel)


def whole(table: type[SQLModel]) -> Select[Any]:
    """Every column of a table: what `look` reads. Narrow it by `columns`, not by the attributes of records."""
    return select(*columns(table))


def look(db: Session, _table: type[R], query: Select[Any], values: Mapping[str, Any]) -> list[R]:
    """What a query of `whole` finds. The rows stand in for records of the table, and cannot be changed."""
    return cast(list[R], db.execute(query, dict(values)).all())
