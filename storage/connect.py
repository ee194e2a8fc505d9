"""The way to the database: one engine, short transactions, and writers in line."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, TimeoutError
from sqlmodel import Session

WAIT = 2.0
"""Seconds that whoever holds the database is waited for: a person hears that it is away, and says it again."""
HIDE_VALUES = True
"""An error names its statement and not the values given with it. PostgreSQL's own words may still repeat a row."""


CROSSED = ("40001", "40P01", "55P03")
"""PostgreSQL's words for two transactions that stood in each other's way. Nothing was kept; each may be tried again."""


READ_ONLY = "25006"
"""PostgreSQL's word for a server that only copies another: the one that was asked before is gone."""


def crossed(error: BaseException) -> bool:
    """Whether another transaction was in the way, and not the database away."""
    return isinstance(error, OperationalError) and _state(error) in CROSSED


def will_pass(error: BaseException) -> bool:
    """Whether the database is away, locked, full or takes nothing: nothing was kept, and it may be tried again."""
    away = isinstance(error, OperationalError | InterfaceError | TimeoutError)
    return away or (isinstance(error, InternalError) and _state(error) == READ_ONLY)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def named_driver(url: str) -> str:
    """`postgresql://` by whichever driver means psycopg 3 here."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


class Store:
    """A database. `transaction` is opened at entry points only: an answer, a sweep's batch, a courier's step."""

    def __init__(self, url: str) -> None:
        self.url = named_driver(url)
        self.sqlite = is_sqlite(self.url)
        self.engine = _sqlite_engine(self.url) if self.sqlite else _postgres_engine(self.url)
        self._looking = self.engine.execution_options(looking=True)
        # SQLite lets one writer in; a queue in the process is fair, its busy back-off is not.
        self._line: Any = threading.Lock() if self.sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or leaves nothing behind."""
        with self._line, Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; what it might change is not kept."""
        with Session(self._looking, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.rollback()

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    connect = {"timeout": WAIT, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=HIDE_VALUES)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; sqlite3's own guesses stay out
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        looking = connection.get_execution_options().get("looking")
        connection.exec_driver_sql("BEGIN" if looking else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str) -> Engine:
    connect = {"connect_timeout": 2, "options": f"-c lock_timeout={int(WAIT * 1000)}"}
    return create_engine(url, pool_size=10, pool_pre_ping=True, connect_args=connect, hide_parameters=HIDE_VALUES)
