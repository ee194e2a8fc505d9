"""The databases that tests are given: of both kinds, migrated, and each test's alone."""

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.domain.terms import Agency, Role
from storage.connect import Store
from storage.tables import Person


def tables(url: str) -> set[str]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def write_a_table(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE written_by_a_test (id integer)"))
    engine.dispose()


def test_a_database_is_migrated(database_url: str) -> None:
    assert {"alembic_version", "case", "entry", "deadline", "post"} <= tables(database_url)


@pytest.mark.parametrize("time", ["first", "second"])
def test_no_test_sees_what_another_wrote(database_url: str, time: str) -> None:
    assert "written_by_a_test" not in tables(database_url), f"the {time} test found the other's table"
    write_a_table(database_url)
    assert "written_by_a_test" in tables(database_url)


@pytest.mark.databases("sqlite")
def test_the_marker_names_the_kind(database_url: str) -> None:
    assert database_url.startswith("sqlite:///")


def test_the_address_is_of_the_kind_asked_for(database_url: str, database_kind: str) -> None:
    assert database_url.startswith(database_kind + "://")


def test_an_error_repeats_no_value_of_its_statement(database_url: str) -> None:
    store = Store(database_url)
    with pytest.raises(IntegrityError) as raised, store.transaction() as db:
        # Agency and role do not go together: the statement fails with all of the row's values in it.
        db.add(Person(email="p.shah@council.example", name="Shah", agency=Agency.HEALTH, role=Role.OFFICER))
        db.flush()
    store.close()
    assert "INSERT INTO person" in str(raised.value)
    assert "parameters hidden" in str(raised.value)
