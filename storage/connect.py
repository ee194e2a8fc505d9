"""The way to the database: one engine, short transactions, and writers in line."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError, TimeoutError
from sqlmodel import Session

WAIT = 2.0
"""Seconds that whoever holds the database is waited for: a person hears that it is away, and says it again."""
A_WHILE = 60.0
"""Seconds for which a database that did not take what was to be kept counts as one that takes nothing."""
HIDE_VALUES = True
"""An error names its statement and not the values given with it. PostgreSQL's own words may still repeat a row."""


PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON")
"""How an SQLite file is worked on. What is deleted is written over: a key that was destroyed lies nowhere in it."""
CROSSED = ("40001", "40P01")
"""PostgreSQL's words for two transactions that stood in each other's way: tried again at once, one comes through."""
HELD = "55P03"
"""Its word for a row that another held for longer than it is waited for."""


READ_ONLY = "25006"
"""PostgreSQL's word for a server that only copies another: the one that was asked before is gone."""


def crossed(error: BaseException) -> bool:
    """Whether two transactions stood in each other's way: nothing was kept."""
    return isinstance(error, OperationalError) and _state(error) in CROSSED


def in_the_way(error: BaseException) -> bool:
    """Whether another transaction was in the way of this one, and not the database away."""
    return crossed(error) or (isinstance(error, OperationalError) and _state(error) == HELD)


def will_pass(error: BaseException) -> bool:
    """Whether the database is away, locked, full or takes nothing: nothing was kept, and it may be tried again."""
    away = isinstance(error, OperationalError | InterfaceError | TimeoutError) and not _is_a_fault(error)
    return away or (isinstance(error, InternalError) and _state(error) == READ_ONLY)


def _is_a_fault(error: BaseException) -> bool:
    """SQLite has one kind of error for all: also for a statement that is wrong, and for a row whose text is none."""
    trouble = getattr(error, "orig", None)
    code = getattr(trouble, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return isinstance(trouble, sqlite3.OperationalError) and code == sqlite3.SQLITE_ERROR


def why(error: BaseException) -> str:
    """The database's own first words for such a trouble: never of a row."""
    told = str(getattr(error, "orig", error)).strip() or type(error).__name__
    return told.splitlines()[0]


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

    def __init__(self, url: str, *, wait: float = WAIT) -> None:
        self.url, self._wait = named_driver(url), wait
        self.sqlite = is_sqlite(self.url)
        self._left = wait  # of the patience of whoever writes now: on SQLite that is one at a time
        self.engine = _sqlite_engine(self.url, lambda: self._left) if self.sqlite else _postgres_engine(self.url, wait)
        self._looking = self.engine.execution_options(looking=True)
        # SQLite lets one writer in; a queue in the process is fair, its busy back-off is not.
        self._line: Any = threading.Lock() if self.sqlite else nullcontext()
        self._refused: float | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or leaves nothing behind."""
        came = time.monotonic()
        with self._line, Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            # Another program is waited for by all who stand in line at once, not by one after the other.
            self._left = max(self._wait - (time.monotonic() - came), self._wait / 10)
            try:
                yield session
                tried = session.in_transaction()
                session.commit()
            except SQLAlchemyError as error:
                self._refused = time.monotonic() if will_pass(error) and not in_the_way(error) else self._refused
                raise
            self._refused = None if tried else self._refused

    @property
    def takes(self) -> bool:
        """Whether what was to be kept is kept, as far as the last try within a minute tells."""
        return self._refused is None or time.monotonic() - self._refused > A_WHILE

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; what it might change is not kept."""
        with Session(self._looking, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.rollback()

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_engine(url: str, left: Callable[[], float]) -> Engine:
    """`left` tells how many seconds a writer waits for another program."""
    connect = {"timeout": left(), "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=HIDE_VALUES)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; sqlite3's own guesses stay out
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        driver = connection.connection.driver_connection  # which is asked many times as fast
        if connection.get_execution_options().get("looking"):
            driver.execute("BEGIN")  # waits for nobody
        else:
            driver.execute(f"PRAGMA busy_timeout={int(1000 * left())}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str, wait: float) -> Engine:
    # Days as text are read by whoever checks the record: however else this server writes them.
    options = f"-c lock_timeout={int(wait * 1000)} -c datestyle=ISO"
    # A server that is gone without a word is noticed within seconds, not when the kernel gives up after a quarter hour.
    silent = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
    connect = {"connect_timeout": 2, "options": options, **silent}
    return create_engine(url, pool_size=10, pool_pre_ping=True, connect_args=connect, hide_parameters=HIDE_VALUES)
