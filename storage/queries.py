"""Questions that more than one part of the bot asks of the database, and rows written many at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlalchemy import case as when
from sqlalchemy import select as select_rows
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel, col

from bot.domain.terms import Agency, Platform, PostState
from storage.columns import columns
from storage.look import look, whole
from storage.tables import Connection, Heard, Identity, Person, Post, Room

OF_ROOM, OF_CONNECTION = columns(Room), columns(Connection)
OF_IDENTITY, OF_PERSON = columns(Identity), columns(Person)
ROOMS = (
    whole(Room)
    .where(OF_ROOM.bound, OF_CONNECTION.id == OF_ROOM.connection_id, OF_CONNECTION.active)
    .order_by(OF_CONNECTION.platform == Platform.PAGE, OF_ROOM.id)
)
OF_ADMINISTRATORS = ROOMS.where(OF_ROOM.agency.is_(None))
OF_AGENCIES = ROOMS.where(OF_ROOM.agency.in_(bindparam("agencies", expanding=True)))
ACCOUNTS = (
    whole(Identity)
    .join(OF_CONNECTION.id.table, OF_CONNECTION.id == OF_IDENTITY.connection_id)
    .join(OF_PERSON.id.table, OF_PERSON.id == OF_IDENTITY.person_id)
    .where(OF_IDENTITY.person_id == bindparam("person"), OF_CONNECTION.active, OF_PERSON.active)
    .where(OF_IDENTITY.gone_at.is_(None))
    .order_by(OF_IDENTITY.heard_at.desc(), OF_IDENTITY.id)
)


def rooms_of(db: Session, *agencies: Agency | None) -> list[Room]:
    """The rooms of these agencies that can be written to, oldest first; those of the administrators for None.

    Rooms on the local page come last: where there is a chat, that is where people read.
    """
    if agencies == (None,):
        return look(db, Room, OF_ADMINISTRATORS, {})
    return look(db, Room, OF_AGENCIES, {"agencies": agencies})


def accounts_of(db: Session, person_id: int) -> list[Identity]:
    """Where a person who works here can be written to, the account heard most recently first."""
    return look(db, Identity, ACCOUNTS, {"person": person_id})


def mail_of(db: Session) -> int | None:
    """The connection by which e-mail goes; None where none is configured."""
    of = OF_CONNECTION
    return db.scalar(select_rows(of.id).where(of.platform == Platform.MAIL, of.active))


def want_posts(db: Session, posts: Sequence[Mapping[str, Any]]) -> None:
    """Put posts in, and have those whose key is there already written anew: one statement, however many.

    Each mapping holds the same columns of Post.
    """
    if posts:
        db.execute(_wanting(db.get_bind().dialect.name), list(posts))


def add_new(
    db: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, key: str = "key"
) -> dict[str, int]:
    """Insert those rows whose `key`, a unique column, is not there yet; the ids of the new ones by key."""
    if not rows:
        return {}
    added = db.execute(_adding(db.get_bind().dialect.name, table, key), list(rows))
    return {row[0]: row[1] for row in added}


def alone(db: Session, doing: str) -> None:
    """Wait until no other transaction does the same. On SQLite writers stand in line as it is."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select_rows(func.pg_advisory_xact_lock(func.hashtext(doing))))


@cache
def _wanting(dialect: str) -> SqliteInsert | PostgresInsert:
    of, put_in = columns(Post), _insert(dialect, Post)
    due_at = when((of.state == PostState.WAITING, of.due_at), else_=put_in.excluded.due_at)
    again = {"wanted": of.wanted + 1, "state": PostState.WAITING, "withdraw": False, "refresh": False}
    return put_in.on_conflict_do_update(index_elements=["key"], set_={**again, "due_at": due_at})


@cache
def _adding(dialect: str, table: type[SQLModel], key: str) -> Any:
    """New ones alone, by key; it answers with their keys and ids."""
    insert = _insert(dialect, table).on_conflict_do_nothing(index_elements=[key])
    return insert.returning(columns(table)[key], columns(table).id)


def _insert(dialect: str, table: type[SQLModel]) -> SqliteInsert | PostgresInsert:
    bare = table.__table__  # type: ignore[attr-defined]
    return sqlite_insert(bare) if dialect == "sqlite" else postgres_insert(bare)


def forget_presses(db: Session, person_id: int) -> None:
    """Let a person press again what they pressed: what it did has been taken back."""
    db.execute(update(Heard).where(col(Heard.person_id) == person_id, col(Heard.nonce).is_not(None)).values(nonce=None))


def forget_heard(db: Session, before: datetime) -> int:
    """Delete what was heard before a moment; how many lines."""
    return len(db.scalars(delete(Heard).where(col(Heard.at) < before).returning(col(Heard.id))).all())
