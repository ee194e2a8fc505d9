"""Migrations: they make the tables of storage/tables.py and nothing else, forward and back, one migrator at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from bot.domain.errors import BadSettings
from storage import tables, triggers
from storage.connect import Store
from storage.migrate import NOTHING, is_current, migrate, newest, revision


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def names(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names()) - {"alembic_version"}


def test_the_tables_in_code_and_in_the_database_are_the_same(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    assert differences == [], (
        "storage/tables.py and the migrations have drifted apart. Write the missing revision with\n"
        "  python -c 'from storage.migrate import draft; draft(\"What changes.\")'\n"
        "then read it, format it and run the tests again."
    )


def test_back_to_nothing_and_forward_again(store: Store, database_url: str) -> None:
    there = names(store)
    migrate(database_url, NOTHING)
    assert (names(store), revision(store), is_current(store)) == (set(), None, False)
    migrate(database_url)
    assert (names(store), revision(store), is_current(store)) == (there, newest(), True)


def test_migrating_twice_changes_nothing(store: Store, database_url: str) -> None:
    with store.transaction() as db:
        db.add(tables.Setting(name="Oakhurst Primary"))
    migrate(database_url)
    with store.reading() as db:
        assert db.get(tables.Setting, 1) is not None


def test_an_unknown_revision_is_one_sentence(database_url: str) -> None:
    with pytest.raises(BadSettings, match=r"There is no revision 9999. The newest is "):
        migrate(database_url, "9999")


def test_a_database_from_a_newer_version_is_left_alone(store: Store, database_url: str) -> None:
    with store.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSettings, match="revision 9999, which this version does not know: install a newer one"):
        migrate(database_url)
    assert "case" in names(store)


def test_two_at_once_take_turns(store: Store, database_url: str) -> None:
    migrate(database_url, NOTHING)
    with ThreadPoolExecutor() as migrators:
        list(migrators.map(migrate, [database_url] * 3))
    assert is_current(store)


def test_after_every_migration_up_and_down_the_record_is_guarded(store: Store, database_url: str) -> None:
    """From the revision on that brought the anchors. Altering a table in SQLite loses what guards it."""
    revisions = [f"{number:04}" for number in range(1, int(newest() or 0) + 1)]
    for at in [*reversed(revisions), *revisions[1:]]:
        migrate(database_url, at)
        with store.engine.connect() as connection:
            assert triggers.belongs(connection) is (at >= "0004")
            assert triggers.missing(connection) == ([] if at >= "0004" else sorted(triggers.GUARDED)), at


def test_a_guard_that_was_taken_away_is_missed_and_put_back_by_migrating(store: Store, database_url: str) -> None:
    with store.transaction() as db:
        triggers.take_away(db.connection())
    with store.engine.connect() as connection:
        assert triggers.missing(connection) == ["anchor", "entry", "head", "heard", "viewed"]
    migrate(database_url)
    with store.engine.connect() as connection:
        assert triggers.missing(connection) == []


@pytest.mark.databases("sqlite")
def test_foreign_keys_are_watched_again_afterwards(store: Store) -> None:
    with store.transaction() as db:
        assert db.execute(text("PRAGMA foreign_keys")).scalar() == 1
