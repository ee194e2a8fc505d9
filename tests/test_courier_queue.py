"""Whose turn it is: the oldest post of each free room or person, however much waits for one of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from bot.cases import queue
from bot.cases.posts import new_post
from bot.domain.pace import Spot
from bot.domain.terms import Agency, PostSays
from storage.connect import Store
from storage.tables import Post, Room
from tests.council import SLACK, Council, at

MONDAY = at("2026-10-12 09:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def wait(council: Council, many: int, *, minutes_ago: int = 0, **whom: Any) -> None:
    """So many posts that wait for a room or a person."""
    with council.store.transaction() as db:
        turn = council.turn(db, MONDAY - minutes_ago * MINUTE)
        db.execute(insert(Post), [new_post(turn, PostSays.NOTICE, SLACK, **whom) for _ in range(many)])


def taken(council: Council, most: int = 20, resting: tuple[Spot, ...] = ()) -> list[Post]:
    with council.store.transaction() as db:
        claims = queue.claim(db, SLACK, MONDAY, until=MONDAY + MINUTE, most=most, resting=resting)
    by_id = {post.id: post for post in council.posts(Post.claimed_until == MONDAY + MINUTE)}
    return [by_id[claim.post_id] for claim in claims]


def test_a_room_with_five_thousand_posts_holds_up_no_other(council: Council) -> None:
    full, other = council.room(Agency.HEALTH), council.room(Agency.EDUCATION)
    shah = council.person("Shah")
    wait(council, 5_000, minutes_ago=60, room_id=full.id)
    wait(council, 1, minutes_ago=1, room_id=other.id)
    wait(council, 2, person_id=shah.id)
    assert [(one.room_id, one.person_id) for one in taken(council)] == [
        (full.id, None),
        (other.id, None),
        (None, shah.id),
    ]
    assert taken(council) == [], "each has one in hand"


def test_of_each_room_and_person_the_oldest_is_taken(council: Council) -> None:
    room, shah = council.room(Agency.HEALTH), council.person("Shah")
    for minutes_ago in (1, 3, 2, -5):
        wait(council, 1, minutes_ago=minutes_ago, room_id=room.id)
        wait(council, 1, minutes_ago=minutes_ago, person_id=shah.id)
    assert {MONDAY - one.not_before for one in taken(council)} == {3 * MINUTE}


def test_with_few_places_free_the_oldest_of_all_goes_first(council: Council) -> None:
    rooms = [council.room(Agency.HEALTH) for _ in range(4)]
    for age, room in enumerate(rooms):
        wait(council, 3, minutes_ago=age, room_id=room.id)
    assert [one.room_id for one in taken(council, most=2)] == [rooms[3].id, rooms[2].id]


def test_what_only_the_day_asks_for_comes_after_all_else_of_its_room(council: Council) -> None:
    room = council.room(Agency.HEALTH)
    wait(council, 3, minutes_ago=9, room_id=room.id, refresh=True)
    wait(council, 1, room_id=room.id)
    assert [one.refresh for one in taken(council)] == [False]


def test_who_rests_is_passed_over(council: Council) -> None:
    room, shah = council.room(Agency.HEALTH), council.person("Shah")
    wait(council, 1, room_id=room.id)
    wait(council, 1, person_id=shah.id)
    assert [one.person_id for one in taken(council, resting=((room.id, None),))] == [shah.id]


def plans(council: Council) -> str:
    """How the database goes about a claim, in its own words."""
    told: list[str] = []
    store = council.store
    explain = "EXPLAIN QUERY PLAN " if store.sqlite else "EXPLAIN "

    def ask(connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            told.extend(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, values))

    event.listen(store.engine, "before_cursor_execute", ask)
    with store.transaction() as db:
        queue.claim(db, SLACK, MONDAY, until=MONDAY + MINUTE, most=20)
    event.remove(store.engine, "before_cursor_execute", ask)
    return "\n".join(told)


def test_no_claim_reads_all_that_waits(council: Council) -> None:
    """Each post is found through an index: the cost follows the rooms and people there are, not what waits."""
    rooms: list[Room] = [council.room(Agency.HEALTH) for _ in range(3)]
    for room in rooms:
        wait(council, 2_000, room_id=room.id)
    for number in range(20):
        wait(council, 2, person_id=council.person(f"Shah{number}").id)
    if not council.store.sqlite:
        with council.store.transaction() as db:
            db.execute(text("ANALYZE post"))
    plan = plans(council)
    assert "ix_post_room" in plan and "ix_post_people" in plan
    assert "SEARCH post USING INTEGER PRIMARY KEY" in plan or not council.store.sqlite
    assert "SCAN post" not in plan and "Seq Scan on post" not in plan
