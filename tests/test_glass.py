"""Breaking the glass: hidden and absent are alike in words and statements, and whoever probes is seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.terms import Basis, EntryKind, Notice
from storage.connect import Store
from storage.tables import Admitted, Entry, Post, Viewed
from tests.town import Town, private_place

NORA = private_place("nora.quill@anyshire.example")
WHY = "because the hospital asks for it"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya", restricted="child_protection")
    yield town
    store.close()


@contextmanager
def statements(town: Town) -> Iterator[list[str]]:
    """The statements that the database is sent in the block, without their values."""
    sent: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(town.store.engine, "before_cursor_execute", heard)
    yield sent
    event.remove(town.store.engine, "before_cursor_execute", heard)


def test_a_case_that_is_hidden_and_one_that_is_not_there_are_alike(town: Town) -> None:
    town.say("Tom", "break glass 0063 because nothing is remembered from the first time")
    for words in (WHY, "because I ask again"):
        with statements(town) as hidden:
            there = town.say("Tom", f"break glass 0042 {words}")
        with statements(town) as absent:
            nothing = town.say("Tom", f"break glass 9999 {words}")
        assert there == nothing and not there.error
        assert hidden == absent and hidden


def test_who_asks_for_many_is_shown_once_a_day(town: Town) -> None:
    for number in (42, 9990, 9991, 9992, 9993):
        town.say("Tom", f"break glass {number} {WHY}")
    read = [arrived.message.text for arrived in town.read(NORA)]
    assert len(read) == 5 and "no case's number" in read[1]
    for number in (9994, 9995):
        town.say("Tom", f"break glass {number} {WHY}")
        town.deliver()
    (often,) = [arrived.message.text for arrived in town.read(NORA) if "within a day" in arrived.message.text]
    assert often == "Tom Reid has asked to break the glass on 6 cases within a day. Speak with them."


def test_a_yes_opens_it_for_a_day_and_shows_on_the_record(town: Town) -> None:
    town.say("Dan", f"break glass 0042 {WHY}")
    town.say("Nora", "agree 1")
    (row,), (entry,) = town.all(Admitted), town.all(Entry, Entry.kind == EntryKind.BROKE_GLASS)
    assert row.basis is Basis.BROKE_GLASS and (row.until - row.since).total_seconds() == 24 * 3600
    assert entry.clear == {"person": row.person_id, "until": row.until.isoformat(), "approval": 1, "agreed_by": 14}
    assert b"hospital" not in (entry.sealed or b"hospital")
    child = next(fact for fact in town.say("Dan", "open 0042").facts if fact.private)
    assert "Maisie Palmer" in child.value and [view.basis for view in town.all(Viewed)] == [Basis.BROKE_GLASS]
    told = {post.person_id for post in town.all(Post) if post.about.get("notice") == Notice.GLASS_BROKEN}
    assert told == {3, 2, 14}  # the owner, the owner's manager, the lead
    town.pass_time(hours=24)
    assert town.say("Dan", "open 0042").error == "NotFound"


def test_no_room_and_no_stranger_to_it_hears_of_it(town: Town) -> None:
    town.say("Tom", f"break glass 0042 {WHY}", room="education")
    town.say("Nora", "agree 1")
    town.say("Tom", "open 0042")
    town.deliver()
    assert not [message for place, message in town.page.stands.values() if not place.startswith("private:")]
    assert town.say("Helen", "agree 1").error == "NotFound"
    assert town.say("Nora", "review glass 0042 because it was right").error == ""
    assert town.say("Nora", "status 0042").error == "NotFound"
