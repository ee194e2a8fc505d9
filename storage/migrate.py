"""Brings a database to a revision, forward or back, one migrator at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, make_url, text

from bot.domain.errors import BadSettings
from storage import triggers
from storage.connect import Store

FOLDER = Path(__file__).parent / "migrations"
NEWEST, NOTHING = "head", "base"
LOCK = 5_220_061
"""The number under which PostgreSQL knows that somebody migrates; any number would do, as long as it stays."""
PATIENCE = 60
"""Seconds that a second migrator waits for the first."""


def migrate(url: str, to: str = NEWEST) -> None:
    """Bring the database at `url` to revision `to`, in one transaction: all of it happens, or none."""
    _make_folder(url)
    store = Store(url)
    try:
        with _alone(store) as connection:
            _move(connection, to)
    finally:
        store.close()


def is_current(store: Store) -> bool:
    """Whether the database is at the newest revision that this code knows."""
    return revision(store) == newest()


def revision(store: Store) -> str | None:
    """The revision that the database is at; None where it was never migrated."""
    with store.reading() as db:
        return MigrationContext.configure(db.connection()).get_current_revision()


def is_known(at: str) -> bool:
    """Whether this code knows the revision, and can bring a database on from it."""
    return at in {script.revision for script in _scripts().walk_revisions()}


@cache
def newest() -> str | None:
    """The newest revision that this code knows."""
    return _scripts().get_current_head()


def draft(sentence: str) -> None:
    """Write the revision that takes the newest one to `storage/tables.py`, to be read and mended by hand."""
    store = Store("sqlite://")
    with _alone(store) as connection:
        _move(connection, NEWEST)
        number = len(list(_scripts().walk_revisions())) + 1
        command.revision(_config(connection), sentence, autogenerate=True, rev_id=f"{number:04}")


def _move(connection: Connection, to: str) -> None:
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and not is_known(at):
        raise BadSettings(f"The database is at revision {at}, which this version does not know: install a newer one.")
    if at != (newest() if to == NEWEST else to):
        triggers.take_away(connection)  # while tables are rebuilt
    try:
        if at is not None and to in _behind(at):
            command.downgrade(_config(connection), to)
        else:
            command.upgrade(_config(connection), to)
    except CommandError as trouble:
        raise BadSettings(f"There is no revision {to}. The newest is {newest()}.") from trouble
    if triggers.belongs(connection):
        triggers.put(connection)


def _behind(at: str) -> set[str]:
    """The revisions before `at`, and `base`."""
    return {script.revision for script in _scripts().iterate_revisions(at, NOTHING)} - {at} | {NOTHING}


@contextmanager
def _alone(store: Store) -> Iterator[Connection]:
    """A transaction that no other migrator shares; SQLite's own lock is taken at its BEGIN IMMEDIATE."""
    with store.engine.connect() as connection:
        if store.sqlite:
            # Altering a table in SQLite copies it and drops the old one, which foreign keys would forbid;
            # they can be switched only outside a transaction, so beneath SQLAlchemy.
            raw = connection.connection.cursor()
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        with connection.begin():
            if not store.sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
            if store.sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")


def _make_folder(url: str) -> None:
    """A file database's folder, where it is not there yet."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        try:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as trouble:
            raise BadSettings(f"The folder of {address.database} cannot be made: {trouble.strerror}.") from trouble


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))
