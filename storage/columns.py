"""The kinds of column that tables are made of."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Integer, String, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """An instant: refuses a naive datetime, stores UTC, returns it aware (SQLite would hand back bare digits)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Word(TypeDecorator[StrEnum]):
    """A member of a closed set, stored as its value: a set may grow without a migration."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(40)
        self.words = words
        self._written = {word.value: word for word in words}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._word(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self._word(value)

    def _word(self, value: str) -> StrEnum:
        return self._written.get(value) or self.words(value)  # which says what is wrong with it


def columns(table: type[SQLModel]) -> ReadOnlyColumnCollection[str, Any]:
    """The bare columns of a table: a select of them makes no records, which takes longer than the database does."""
    return table.__table__.c  # type: ignore[attr-defined]


def quoted(words: Iterable[StrEnum]) -> str:
    """The members of a set, for a constraint."""
    return ", ".join(f"'{word.value}'" for word in sorted(words))


def word(words: type[StrEnum], **field: Any) -> Any:
    """A column that holds one member of `words`."""
    return Field(sa_type=Word(words), **field)


class days_between(FunctionElement[int]):
    """How many days the second date lies after the first: the databases subtract dates each in its own way."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _subtracted(between: days_between, compiler: SQLCompiler, **more: Any) -> str:
    first, last = (compiler.process(one, **more) for one in between.clauses)
    return f"({last} - {first})"


@compiles(days_between, "sqlite")
def _subtracted_on_sqlite(between: days_between, compiler: SQLCompiler, **more: Any) -> str:
    first, last = (compiler.process(one, **more) for one in between.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"
