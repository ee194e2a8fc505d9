"""Digests: who has one in the morning, of whose cases, and never a second."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlmodel import col

from bot.cases import posts
from bot.cases.digests import are_due
from bot.cases.undelivered import give_up_on_closed
from bot.courier import Courier, Outcome
from bot.domain.errors import TryLater
from bot.domain.message import Message
from bot.domain.terms import Hears, PostSays, PostState
from bot.reminders import digests, sweep
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Connection, Enquiry, Nudge, Person, Post
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat

TUESDAY = "2026-10-13 07:30"  # half past eight in London


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def put_in(council: Council, *where: Any) -> list[Post]:
    """The digests, without the day's mark, which is to nobody."""
    return council.posts(Post.says == PostSays.DIGEST, col(Post.person_id).is_not(None), *where)


def read(council: Council, now: str) -> dict[str, dict[str, Any]]:
    """What each person's digest speaks of, of those put in at that moment."""
    names = {person.id: person.name for person in council.all(Person)}
    digests(council.store, RULES, VAULT, at(now))
    put = put_in(council, Post.made_at == at(now))
    return {names[post.person_id]: post.about for post in put}


def owner_of(council: Council, name: str, legal: date | None, **more: Any) -> Person:
    person = council.person(name, **more)
    case = council.case(person)
    if legal:
        council.clock(case, legal, started_on=date(2026, 9, 1))
    return person


def test_who_has_something_late_or_due_this_week_hears_in_the_morning(council: Council) -> None:
    late, due = owner_of(council, "Late", date(2026, 10, 9)), owner_of(council, "Due", date(2026, 10, 20))
    owner_of(council, "Later", date(2026, 10, 21))
    owner_of(council, "Free", None)
    assert read(council, TUESDAY) == {
        "Late": {"owners": [late.id], "nudges": [], "nothing": False},
        "Due": {"owners": [due.id], "nudges": [], "nothing": False},
    }


@pytest.mark.parametrize(
    "now,why",
    [
        ("2026-10-13 07:29", "before half past eight"),
        ("2026-10-13 11:00", "noon: it would be no morning's word any more"),
        ("2026-10-13 17:00", "after closing time"),
        ("2026-10-17 09:00", "a Saturday"),
        ("2026-12-28 09:00", "a bank holiday"),
    ],
)
def test_no_digest_out_of_hours(council: Council, now: str, why: str) -> None:
    owner_of(council, "Late", date(2026, 10, 9))
    assert read(council, now) == {}


def test_a_bot_that_starts_in_the_morning_still_sends_the_days_digest(council: Council) -> None:
    owner_of(council, "Late", date(2026, 10, 9))
    assert set(read(council, "2026-10-13 10:59")) == {"Late"}


def test_a_morning_with_nothing_to_say_is_over_when_it_was_looked_at(council: Council) -> None:
    assert read(council, TUESDAY) == {}
    owner_of(council, "Late", date(2026, 10, 9))
    with council.store.reading() as db:
        assert not are_due(council.turn(db, at("2026-10-13 08:00")))
    assert read(council, "2026-10-13 08:00") == {}
    assert set(read(council, "2026-10-14 07:30")) == {"Late"}


def test_one_digest_a_day(council: Council) -> None:
    owner_of(council, "Late", date(2026, 10, 9))
    assert [len(read(council, now)) for now in (TUESDAY, "2026-10-13 07:31", "2026-10-14 07:30")] == [1, 0, 1]


def test_two_replicas_put_in_one(council: Council) -> None:
    for number in range(5):
        owner_of(council, f"Late{number}", date(2026, 10, 9))
    stores = [Store(council.store.url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        put = list(pool.map(lambda store: digests(store, RULES, VAULT, at(TUESDAY)), stores))
    for store in stores:
        store.close()
    assert sum(put) == len(put_in(council)) == 5


@pytest.mark.parametrize(
    "now,said",
    [
        ("2026-10-12 07:30", True),  # Monday
        ("2026-10-13 07:30", False),
        ("2026-12-29 08:30", True),  # Tuesday after the bank holiday on Monday
        ("2026-12-30 08:30", False),
    ],
)
def test_nothing_to_say_is_said_once_a_week(council: Council, now: str, said: bool) -> None:
    free = owner_of(council, "Free", None)
    assert read(council, now) == ({"Free": {"owners": [free.id], "nudges": [], "nothing": True}} if said else {})


def test_who_owns_nothing_hears_nothing(council: Council) -> None:
    council.person("Idle")
    assert read(council, "2026-10-12 07:30") == {}


def test_a_deputy_reads_for_who_is_away(council: Council) -> None:
    away, deputy = owner_of(council, "Away", date(2026, 10, 9)), council.person("Deputy")
    council.away(away, date(2026, 10, 12), date(2026, 10, 14), deputy)
    assert read(council, TUESDAY) == {"Deputy": {"owners": [away.id], "nudges": [], "nothing": False}}


def test_letters_count_too(council: Council) -> None:
    person = council.person("Members")
    letter = Enquiry(
        reference="MP-2026-0007",
        year=2026,
        number=7,
        mp="A. Member",
        constituency="Oldtown",
        owner_id=person.id,
        opened_at=at(TUESDAY),
    )
    council.add(letter)
    council.clock(letter, date(2026, 10, 9), started_on=date(2026, 9, 1), ladder="mp", rule="mp_reply")
    assert set(read(council, TUESDAY)) == {"Members"}


def test_cases_that_arrived_late_are_told_once_to_owner_and_manager(council: Council) -> None:
    manager = council.person("Manager")
    owner = council.person("Owner", manager=manager)
    recorded = at("2026-10-12 10:00")
    for _ in range(3):
        clock = (date(2026, 10, 9), date(2026, 8, 28))
        council.clock(council.case(owner), clock[0], started_on=clock[1], recorded_at=recorded, next_at=recorded)
    sweep(council.store, RULES, VAULT, recorded)
    assert council.posts() == []
    found = read(council, TUESDAY)
    assert {name: len(about["nudges"]) for name, about in found.items()} == {"Owner": 3, "Manager": 3}
    with council.store.reading() as db:
        turn = council.turn(db, at(TUESDAY))
        assert {len(posts.nudges_of(turn, post)) for post in put_in(council)} == {3}
    assert {nudge.post_id for nudge in council.nudges()} == {post.id for post in put_in(council)}
    with council.store.transaction() as db:
        for post in put_in(council):
            db.get_one(Post, post.id).state = PostState.SENT
    assert {name: len(about["nudges"]) for name, about in read(council, "2026-10-14 07:30").items()} == {"Owner": 0}


def test_what_arrives_during_the_day_is_for_the_next_morning(council: Council) -> None:
    owner_of(council, "Late", date(2026, 10, 9))
    assert set(read(council, TUESDAY)) == {"Late"}
    owner_of(council, "Later", date(2026, 10, 9))
    assert read(council, "2026-10-13 10:00") == {}
    assert set(read(council, "2026-10-14 07:30")) == {"Late", "Later"}


def test_who_cannot_be_reached_any_more_is_told_of(council: Council) -> None:
    council.room(None, on=TEAMS)
    owner = council.person("Owner")
    recorded = at("2026-10-12 10:00")
    council.clock(
        council.case(owner), date(2026, 10, 9), started_on=date(2026, 8, 28), recorded_at=recorded, next_at=recorded
    )
    sweep(council.store, RULES, VAULT, recorded)
    with council.store.transaction() as db:
        db.get_one(Person, owner.id).active = False
    assert read(council, TUESDAY) == {}
    assert {"notice": "undelivered", "person_id": owner.id} in [post.about for post in council.posts()]


# One that was held back over night


def late_arrival(council: Council) -> tuple[Person, Nudge]:
    """A case recorded late on Monday: its owner reads of it on Tuesday, there and nowhere else."""
    owner, recorded = council.person("Owner"), at("2026-10-12 10:00")
    late: dict[str, Any] = {"recorded_at": recorded, "next_at": recorded}
    council.clock(council.case(owner), date(2026, 10, 9), started_on=date(2026, 8, 28), **late)
    sweep(council.store, RULES, VAULT, recorded)
    (nudge,) = council.nudges(Nudge.hears == Hears.OWNER)
    return owner, nudge


def words(turn: Turn, post: Post) -> Message:
    return Message(f"{turn.today} with {len(posts.nudges_of(turn, post))}")


WEDNESDAY = "2026-10-14 07:30"


@pytest.mark.parametrize("first", ["the courier", "the digests"])
async def test_a_digest_of_an_earlier_day_is_dropped_and_what_it_alone_tells_is_in_the_next(
    council: Council, first: str
) -> None:
    """Slack does not answer from Tuesday's opening to its close. Either may come first on Wednesday."""
    late_arrival(council)
    chat = FakeChat(troubles={"dm-owner-1": [TryLater("503", after=36_000)]})
    courier = Courier(council.store, RULES, VAULT, chats={SLACK: chat}, render=words)
    assert read(council, TUESDAY)["Owner"]["nudges"]
    assert await courier.deliver(at(TUESDAY)) == {Outcome.LATER: 1}
    assert await courier.deliver(at("2026-10-13 18:00")) == {Outcome.LATER: 1}
    if first == "the courier":
        assert await courier.deliver(at(WEDNESDAY)) == {Outcome.DROPPED: 1}
    digests(council.store, RULES, VAULT, at(WEDNESDAY))
    await courier.deliver(at(WEDNESDAY))
    assert chat.texts("dm-owner-1") == ["2026-10-14 with 1"]
    stale, new = put_in(council)
    assert (stale.state, new.state) == (PostState.DROPPED, PostState.SENT)
    assert [(nudge.post_id, nudge.skipped) for nudge in council.nudges(Nudge.hears == Hears.OWNER)] == [(new.id, "")]


def test_a_digest_of_an_earlier_day_moves_to_no_other_account(council: Council) -> None:
    owner, nudge = late_arrival(council)
    council.account(owner, TEAMS, heard_at=at("2025-01-01 09:00"))
    read(council, TUESDAY)
    with council.store.transaction() as db:
        db.get_one(Connection, SLACK).active = False
    with council.store.transaction() as db:
        give_up_on_closed(council.turn(db, at("2026-10-14 07:00")))
    assert [post.state for post in put_in(council)] == [PostState.FAILED]
    assert nudge.id in read(council, WEDNESDAY)["Owner"]["nudges"]
