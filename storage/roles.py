"""PostgreSQL: what the role that the bot works under may do. The role that migrates owns the tables, and may do all."""

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  which fills the metadata
from bot.domain.errors import BadSettings
from storage.triggers import GUARDED

SCHEMA = "public"
LOOKED_AT = "alembic_version"
"""Which revision it is at: whoever migrates writes it."""
OWNS = """
SELECT rolsuper OR pg_has_role(pg_roles.oid, relowner, 'MEMBER') FROM pg_roles, pg_class
WHERE rolname = :role AND pg_class.oid = 'entry'::regclass
"""
MAY_CHANGE = "SELECT has_table_privilege('entry', 'UPDATE') OR has_table_privilege('entry', 'DELETE')"


def grant(connection: Connection, role: str) -> None:
    """Let a role do the bot's work: look, add, and change whatever is not the record. BadSettings where it cannot be.

    What it was granted before is taken back first, so that it may be done again after each migration.
    """
    if connection.dialect.name != "postgresql":
        raise BadSettings("--grant is for PostgreSQL. An SQLite file has one owner: whoever can write the file.")
    _check(connection, role)
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in _statements(quoted):
        connection.execute(text(statement))


def may_change_the_record(connection: Connection) -> bool:
    """Whether this connection's own role has the rights to alter what is on record; only triggers are in its way."""
    return connection.dialect.name == "postgresql" and bool(connection.execute(text(MAY_CHANGE)).scalar())


def _check(connection: Connection, role: str) -> None:
    owns = connection.execute(text(OWNS), {"role": role}).scalar()
    if owns is None:
        raise BadSettings(f"There is no role {role}. Its administrator makes it with: CREATE ROLE … LOGIN PASSWORD …")
    if owns:
        raise BadSettings(f"{role} owns the record or is a superuser, and may do all there is: name another role.")


def _statements(role: str) -> list[str]:
    tables = {table.name: f'"{table.name}"' for table in SQLModel.metadata.sorted_tables}
    only_added_to = {name for name, guarded in GUARDED.items() if not guarded.columns}
    changed = ", ".join(name for table, name in tables.items() if table not in only_added_to | {"heard"})
    every = ", ".join((*tables.values(), LOOKED_AT))
    return [
        f"REVOKE ALL ON {every} FROM {role}",
        f"GRANT SELECT ON {every} TO {role}",
        f"GRANT INSERT ON {', '.join(tables.values())} TO {role}",
        f"GRANT UPDATE, DELETE ON {changed} TO {role}",
        f"GRANT DELETE, UPDATE (nonce) ON heard TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {role}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}",
    ]
