"""New rows in one statement: many times quicker than one by one, and they come back with their ids."""

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel


def add_all(db: Session, records: Sequence[SQLModel]) -> None:
    """Insert records of one table. They get their ids, but later changes to them are not followed."""
    if not records:
        return
    table = type(records[0]).__table__  # type: ignore[attr-defined]
    rows = [record.model_dump(exclude={"id"}) for record in records]
    ids = db.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).scalars()
    for record, row_id in zip(records, ids, strict=True):
        record.id = row_id


def add_unless_there(db: Session, record: SQLModel) -> bool:
    """Insert a record unless one of its unique values is taken; whether it went in."""
    table = type(record).__table__  # type: ignore[attr-defined]
    upsert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    row = record.model_dump(exclude={"id"})
    new_id = db.execute(upsert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).scalar()
    record.id = new_id
    return new_id is not None
