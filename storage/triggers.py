"""What the database itself refuses: the record is added to, and never changed, removed or replaced.

`storage.migrate` puts the triggers in place, and puts them back where they are missing: altering a table in SQLite
copies it and leaves them behind. Whoever owns the database can take them away. `missing` then says so, and what was
changed meanwhile no longer follows from its chain (`referralbot audit verify`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

NAME = "refuse_change"
REFUSAL = "is only ever added to"


@dataclass(frozen=True)
class Guarded:
    """A table, and how far it is guarded."""

    unique: tuple[tuple[str, ...], ...] = ()
    """The columns by which SQLite would replace a row: an INSERT that names one that is there is refused."""
    columns: tuple[str, ...] = ()
    """Those that never change, where rows may be forgotten; none named: no row is ever changed or removed."""


GUARDED: Mapping[str, Guarded] = {
    "entry": Guarded((("id",), ("stream", "number"))),
    "anchor": Guarded((("id",), ("day",), ("previous",))),
    "head": Guarded((("stream", "number"),)),
    "viewed": Guarded((("id",),)),
    # Lines are forgotten after thirty days, and a press that was taken back may be pressed again: its nonce goes.
    "heard": Guarded(columns=("delivery", "person_id", "connection_id", "place", "verdict", "sealed", "at")),
}

FUNCTION = f"BEGIN RAISE EXCEPTION '% %', TG_TABLE_NAME, '{REFUSAL}' USING ERRCODE = 'insufficient_privilege'; END"
BEFORE, DELETE, UPDATE, TRUNCATE = 2, 8, 16, 32
"""PostgreSQL's bits in pg_trigger.tgtype of a trigger for each statement."""


def put(connection: Connection) -> None:
    """Have the database refuse; nothing where it does already."""
    if missing(connection):
        take_away(connection)
        for statement in _sqlite().values() if _is_sqlite(connection) else _postgres():
            connection.execute(text(statement))


def take_away(connection: Connection) -> None:
    """Have it refuse no more: for whoever owns it to rebuild a table."""
    if _is_sqlite(connection):
        for name in _sqlite():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    else:
        for table in GUARDED:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {NAME} ON {table}"))
        connection.execute(text(f"DROP FUNCTION IF EXISTS {NAME}()"))


def belongs(connection: Connection) -> bool:
    """Whether the database is at a revision that is guarded: the one that brought the anchors, or a later one."""
    return inspect(connection).has_table("anchor")


def missing(connection: Connection) -> list[str]:
    """The tables that do not refuse as they should: a trigger is not there, is disabled or reads otherwise."""
    if _is_sqlite(connection):
        kept = {row.name: row.sql for row in connection.execute(text("SELECT name, sql FROM sqlite_master"))}
        return sorted({name.rsplit("_", 1)[1] for name, statement in _sqlite().items() if kept.get(name) != statement})
    found = {tuple(row) for row in connection.execute(text(IN_PLACE), {"name": NAME, "source": FUNCTION})}
    wanted = {(table, _type(guarded), " ".join(sorted(guarded.columns))) for table, guarded in GUARDED.items()}
    return sorted(table for table, *_ in wanted - found)


def _sqlite() -> Mapping[str, str]:
    """Each trigger by its name, as sqlite_master keeps it."""
    return {
        f"refuse_{verb}_{table}": f"CREATE TRIGGER refuse_{verb}_{table} BEFORE {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} {REFUSAL}'); END"
        for table, guarded in GUARDED.items()
        for verb, when in _sqlite_moments(table, guarded)
    }


def _sqlite_moments(table: str, guarded: Guarded) -> Iterator[tuple[str, str]]:
    if guarded.columns:
        yield "update", f"UPDATE OF {', '.join(guarded.columns)} ON {table}"
        return
    yield "update", f"UPDATE ON {table}"
    yield "delete", f"DELETE ON {table}"
    # INSERT OR REPLACE fires the trigger above only where `recursive_triggers` is on, which is up to the connection.
    same = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in guarded.unique)
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {each})" for each in same)
    yield "replace", f"INSERT ON {table} WHEN {there}"


def _postgres() -> Iterator[str]:
    """ALWAYS: also where a session says that it only replicates."""
    yield f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTION}$$"
    for table, guarded in GUARDED.items():
        of = f" OF {', '.join(guarded.columns)}" if guarded.columns else " OR DELETE"
        yield (
            f"CREATE TRIGGER {NAME} BEFORE UPDATE{of} OR TRUNCATE ON {table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION {NAME}()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {NAME}"


def _type(guarded: Guarded) -> int:
    return BEFORE + UPDATE + TRUNCATE + (0 if guarded.columns else DELETE)


IN_PLACE = """
SELECT pg_class.relname::text, tgtype, coalesce(
    (SELECT string_agg(attname, ' ' ORDER BY attname::text COLLATE "C") FROM pg_attribute
     WHERE attrelid = tgrelid AND attnum = ANY (tgattr::int2[])), '')
FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid AND pg_table_is_visible(pg_class.oid)
JOIN pg_proc ON pg_proc.oid = tgfoid AND prosrc = :source
WHERE tgname = :name AND tgenabled = 'A' AND tgqual IS NULL
"""


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
