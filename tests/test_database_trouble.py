"""A database that is away, locked, full or takes nothing: who types hears so, posts wait, and then all goes on.

Each trouble is a real one of a real database.
"""

import json
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.app import AWAY
from bot.cards import post_message
from bot.courier import Courier
from bot.domain.terms import EntryKind, PostState
from bot.scheduler import Scheduler
from bot.serving.metrics import Metrics
from bot.serving.web import Server
from bot.settings import Settings
from bot.upkeep.installation import Installation
from storage.connect import Store
from storage.tables import Entry, Post
from tests.town import RULES, Town

SHORT = 0.05
"""Seconds that another who holds the database is waited for."""


class Counting(Store):
    """Counts how often it is asked for anything."""

    def __init__(self, url: str) -> None:
        super().__init__(url, wait=SHORT)
        self.asked = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        self.asked += 1
        with super().transaction() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        self.asked += 1
        with super().reading() as db:
            yield db


# What can happen to SQLite


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another program writes to the file, and does not come to an end."""
    with closing(sqlite3.connect(store.engine.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def under(store: Store, before: str, after: str) -> AbstractContextManager[None]:
    """Every connection obeys one pragma, and then again another."""

    @contextmanager
    def ruled() -> Iterator[None]:
        rule = [before]

        def obey(connection: Any, *_: Any) -> None:
            connection.execute(rule[0])

        event.listen(store.engine, "checkout", obey)
        yield
        rule[0] = after

    return ruled()


@contextmanager
def disk_full(_store: Store) -> Iterator[None]:
    """The system lets nobody write to a file any further."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def file_full(store: Store) -> AbstractContextManager[None]:
    """The file may not grow by a page: "database or disk is full"."""
    return under(store, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000")


def read_only(store: Store) -> AbstractContextManager[None]:
    """As where the folder was put back without the right to write: "attempt to write a readonly database"."""
    return under(store, "PRAGMA query_only=ON", "PRAGMA query_only=OFF")


# What can happen to PostgreSQL


def admin(store: Store, database: str = "postgres") -> psycopg.Connection:
    url = store.engine.url.set(drivername="postgresql", database=database)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@contextmanager
def gone(store: Store) -> Iterator[None]:
    """Every line is cut, and none can be opened."""
    with _altered(store, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"):
        yield


@contextmanager
def a_copy_only(store: Store) -> Iterator[None]:
    """As after a failover, where the address leads to a server that only copies another."""
    with _altered(store, "SET default_transaction_read_only = on", "RESET default_transaction_read_only"):
        yield


@contextmanager
def _altered(store: Store, before: str, after: str) -> Iterator[None]:
    name = store.engine.url.database
    with admin(store) as db:
        for how in (before, after):
            word = how if how.startswith(("SET", "RESET")) else f"WITH {how}"
            db.execute(f"ALTER DATABASE {name} {word}")
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            if how is before:
                yield


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Somebody holds the tables, as a repair by hand would."""
    with admin(store, store.engine.url.database or "") as db, db.transaction():
        db.execute("LOCK TABLE post, heard IN SHARE ROW EXCLUSIVE MODE")
        yield


def raising(code: str) -> Callable[[Store], AbstractContextManager[None]]:
    """Every write fails with a code of PostgreSQL's, raised by the server itself."""

    @contextmanager
    def raised(store: Store) -> Iterator[None]:
        with admin(store, store.engine.url.database or "") as db:
            raises = f"BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{code}'; END"
            db.execute(f"CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $${raises}$$")
            for table in ("post", "heard"):
                on = f"BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT"
                db.execute(f"CREATE TRIGGER trouble {on} EXECUTE FUNCTION trouble()")
            yield
            db.execute("DROP FUNCTION trouble CASCADE")

    return raised


Trouble = Callable[[Store], AbstractContextManager[None]]
OF_SQLITE: Mapping[str, Trouble] = {"locked": locked, "disk full": disk_full, "read only": read_only}
IN_THE_WAY: Mapping[str, Trouble] = {
    "held": held,
    "serialisation failure": raising("40001"),
    "deadlock": raising("40P01"),
}
OF_POSTGRES: Mapping[str, Trouble] = {
    "gone": gone,
    "a copy only": a_copy_only,
    "disk full": raising("53100"),
    **IN_THE_WAY,
}


def each(troubles: Mapping[str, Trouble]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("trouble", troubles.values(), ids=troubles)


@dataclass
class Here:
    """The town, its bot with everything that goes on by itself, and its web server."""

    town: Town
    store: Counting
    scheduler: Scheduler = field(init=False)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        town, clock = self.town, lambda: self.town.now
        chats = {town.connection: town.page}
        courier = Courier(self.store, RULES, town.vault, chats=chats, render=post_message)
        self.scheduler = Scheduler(self.store, RULES, town.vault, courier, clock=clock)
        here = Installation(Settings(database_url=self.store.url), self.store, town.vault, RULES, clock)
        self.server = Server(here, (), Metrics(self.store, clock), self.scheduler)

    def posts(self) -> list[Post]:
        return [post for post in self.town.all(Post) if post.room_id or post.person_id]


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Here]:
    store = Counting(database_url)
    town = Town(store)
    town.opens("Priya")
    here = Here(town, store)
    yield here
    store.close()


async def asked(here: Here, path: str) -> tuple[int, str]:
    async with TestClient(TestServer(here.server.application())) as client:
        answer = await client.get(path)
        return answer.status, await answer.text()


class Checks:
    """What holds in every trouble."""

    async def test_a_line_is_answered_and_changes_nothing(self, here: Here, trouble: Trouble) -> None:
        town = here.town
        with trouble(here.store):
            answer = town.say("Priya", "note 0042 hello")
        assert answer.text.startswith(f"{AWAY} (code ") and answer.error == "Fault"
        assert town.all(Entry, Entry.kind == EntryKind.NOTED) == []
        assert town.say("Priya", "note 0042 hello").text == "Noted on SEND-2026-0042."

    async def test_posts_wait_and_then_go_once(self, here: Here, trouble: Trouble) -> None:
        town, waiting = here.town, [post.id for post in here.posts()]
        with trouble(here.store):
            for _ in range(3):
                await here.scheduler.run_once()
                town.pass_time(seconds=1)
            assert town.page.arrived == {}
        town.pass_time(minutes=2)
        await here.scheduler.run_once()
        sent = [post for post in here.posts() if post.state is PostState.SENT]
        assert {*waiting} and {*waiting} <= {post.id for post in sent}
        assert sum(not one.edited for came in town.page.arrived.values() for one in came) == len(sent)
        assert {post.repeats for post in sent} == {0}

    async def test_it_is_not_asked_without_end(self, here: Here, trouble: Trouble) -> None:
        """Each kind of work asks a few times when its turn comes, and then waits for its next one."""
        with trouble(here.store):
            here.store.asked = 0
            await here.scheduler.run_once()
        assert here.store.asked < 40

    async def test_readyz_says_so_and_the_measures_are_told(self, here: Here, trouble: Trouble) -> None:
        await here.scheduler.run_once()
        here.town.say("Priya", "note 0042 hello")
        await here.scheduler.run_once()
        with trouble(here.store):
            here.town.say("Priya", "note 0042 hello")
            status, told = await asked(here, "/readyz")
            assert (await asked(here, "/metrics"))[0] == 200
        if trouble not in IN_THE_WAY.values():
            assert status == 503 and json.loads(told)["database"].startswith("does not")
        here.town.say("Priya", "note 0042 hello again")
        await here.scheduler.run_once()
        assert (await asked(here, "/readyz"))[0] == 200


@pytest.mark.databases("sqlite")
async def test_a_long_line_has_no_room_in_a_file_that_may_not_grow(here: Here) -> None:
    with file_full(here.store):
        answer = here.town.say("Priya", "note 0042 " + "hello " * 20_000)
    assert answer.text.startswith(AWAY)
    assert here.town.say("Priya", "note 0042 hello").text == "Noted on SEND-2026-0042."


@pytest.mark.databases("sqlite")
@each(OF_SQLITE)
class TestSQLite(Checks):
    pass


@pytest.mark.databases("postgresql")
@each(OF_POSTGRES)
class TestPostgreSQL(Checks):
    pass


@pytest.mark.databases("postgresql")
def test_a_server_that_is_gone_without_a_word_is_noticed_within_seconds(database_url: str) -> None:
    """What libpq is told of keeping alive: how long the kernel waits for an answer is its own affair, and not ours."""
    store = Store(database_url)
    with store.reading() as db:
        told = db.connection().connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    store.close()
    assert {name: told[name] for name in ("keepalives_idle", "keepalives_interval", "keepalives_count")} == {
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
    }
    assert told["tcp_user_timeout"] == "20000"


@pytest.mark.databases("sqlite")
def test_a_transaction_in_which_nothing_was_tried_proves_nothing(database_url: str) -> None:
    store = Store(database_url, wait=SHORT)
    with read_only(store):
        with pytest.raises(OperationalError), store.transaction() as db:
            db.execute(text("DELETE FROM heard"))
        assert not store.takes
        with store.transaction():
            pass
        assert not store.takes
    with store.transaction() as db:
        db.execute(text("DELETE FROM heard"))
    assert store.takes
    store.close()
