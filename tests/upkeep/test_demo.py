"""The demo's cases: there under their numbers, with the troubles that their stories tell of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from bot.app import App
from bot.commands import BOOK
from bot.domain.message import Message, Said, Where, Who
from bot.domain.terms import ClockState
from bot.rules import SHIPPED, load_rules
from bot.upkeep.demo import load_demo
from bot.upkeep.demo.stories import LETTERS, STORIES
from bot.upkeep.seats import PRIVATE
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Deadline, Enquiry, Person, Post, Room

RULES = load_rules(overlay=SHIPPED / "anyshire")
STARTS = [  # a Sunday, a Monday before opening, Boxing Day's substitute, New Year's Day, a summer evening
    datetime(2026, 11, 22, 14, tzinfo=UTC),
    datetime(2026, 11, 23, 6, tzinfo=UTC),
    datetime(2026, 12, 28, 12, tzinfo=UTC),
    datetime(2027, 1, 1, 0, tzinfo=UTC),
    datetime(2027, 7, 14, 22, 30, tzinfo=UTC),
]


@dataclass
class Demo:
    store: Store
    now: datetime

    def clocks(self, number: int) -> dict[str, Deadline]:
        """The clocks of one case by rule; of several advisers' the last."""
        with self.store.transaction() as db:
            case = db.exec(select(Case).where(Case.number == number)).one()
            return {clock.rule: clock for clock in db.exec(select(Deadline).where(Deadline.case_id == case.id))}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def demo(store: Store) -> Demo:
    load_demo(store, Vault(new_key()), RULES, STARTS[0])
    return Demo(store, STARTS[0])


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("start", STARTS, ids=str)
def test_it_can_start_on_any_day(store: Store, start: datetime) -> None:
    vault = Vault(new_key())
    assert load_demo(store, vault, RULES, start)
    assert not load_demo(store, vault, RULES, start), "started again, it keeps what was there"
    with store.transaction() as db:
        assert {case.number for case in db.exec(select(Case))} == {story.number for story in STORIES}
        assert {letter.number for letter in db.exec(select(Enquiry))} == {letter.number for letter in LETTERS}
        assert max(case.opened_at for case in db.exec(select(Case))) <= start


def test_there_is_a_dozen_and_the_rooms_to_show_them_in(demo: Demo) -> None:
    with demo.store.transaction() as db:
        assert len(db.exec(select(Case)).all()) == 12
        assert len(db.exec(select(Person)).all()) == 15
        assert [room.name for room in db.exec(select(Room))] == [
            *("Education", "Health", "Social care", "MP team", "Administrators")
        ]


def test_0042_waits_for_speech_and_language_alone(demo: Demo) -> None:
    clocks = demo.clocks(42)
    assert (clocks["advice_health"].state, (demo.now.date() - clocks["advice_health"].legal).days) == ("running", 9)
    assert clocks["advice_ep"].state is ClockState.MET


def test_0058_was_refused_three_days_late(demo: Demo) -> None:
    decision = demo.clocks(58)["ehcna_decide"]
    assert decision.state is ClockState.MET_LATE
    assert decision.stopped_on and (decision.stopped_on - decision.legal).days >= 1


def test_of_the_twins_one_plan_is_on_time_and_one_is_not(demo: Demo) -> None:
    assert demo.clocks(79)["final_plan"].state is ClockState.MET
    late = demo.clocks(80)["final_plan"]
    assert (late.state, late.legal < demo.now.date()) == (ClockState.RUNNING, True)


def test_no_room_hears_of_the_restricted_case(demo: Demo) -> None:
    with demo.store.transaction() as db:
        hidden = db.exec(select(Case).where(Case.restricted)).one()
        assert hidden.number == 90
        assert db.exec(select(Post).where(Post.case_id == hidden.id)).all() == []


def test_its_staff_are_called_what_its_council_calls_them(demo: Demo) -> None:
    app = App(demo.store, Vault(new_key()), RULES, BOOK)

    def says(email: str, line: str) -> Message:
        where = Where(1, PRIVATE + email, private=True)
        return app.answer(Said(line, Who(1, email, email=email), where), demo.now)

    roles = says("moira.bell@anyshire.example", "people").table
    assert roles and "EHC coordinator" in {row.cells[2] for row in roles.rows}
    assert says("moira.bell@anyshire.example", "help new").aside == "For EHC coordinators and team managers."
    assert "is for EHC coordinators and team managers." in says("lucy.tran@nhs.example", "new").text
