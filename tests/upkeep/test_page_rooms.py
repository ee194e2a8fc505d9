"""The local page's rooms: there from the first start, left as people left them, and no affair of other platforms."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.cases.posts import administrators_room
from bot.domain.terms import Agency
from bot.upkeep.seats import furnish
from storage.connect import Store
from storage.queries import rooms_of
from storage.tables import Room
from tests.council import PAGE, Council, at

NOW = at("2026-10-12 09:00")
FIVE = {
    "Education": Agency.EDUCATION,
    "Health": Agency.HEALTH,
    "Social care": Agency.SOCIAL_CARE,
    "MP team": Agency.MP_TEAM,
    "Administrators": None,
}


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def start(store: Store) -> None:
    with store.transaction() as db:
        furnish(db, PAGE, NOW)


def rooms(council: Council, *where: object) -> dict[str, Agency | None]:
    return {room.name: room.agency for room in council.all(Room, *where)}


def test_a_page_that_never_had_a_room_has_one_for_each_agency(council: Council) -> None:
    start(council.store)
    assert rooms(council, Room.connection_id == PAGE) == FIVE
    with council.store.reading() as db:
        assert [room.place for room in rooms_of(db, Agency.SOCIAL_CARE)] == ["social-care"]


def test_rooms_of_other_platforms_are_not_touched(council: Council) -> None:
    council.room(Agency.HEALTH)
    before = council.all(Room)
    start(council.store)
    assert council.all(Room, Room.connection_id != PAGE) == before


def test_started_again_it_stays_as_people_left_it(council: Council) -> None:
    start(council.store)
    with council.store.transaction() as db:
        db.get_one(Room, 2).bound = False
        db.get_one(Room, 3).agency = Agency.HEALTH
    before = council.all(Room)
    start(council.store)
    assert council.all(Room) == before


def test_two_replicas_that_start_at_once_make_one_set(council: Council) -> None:
    stores = [Store(council.store.url) for _ in range(3)]
    with ThreadPoolExecutor(len(stores)) as replicas:
        list(replicas.map(start, stores))
    for store in stores:
        store.close()
    assert sorted(room.name for room in council.all(Room)) == sorted(FIVE)


def test_administrators_are_told_in_their_chat_rather_than_on_the_page(council: Council) -> None:
    start(council.store)
    on_page, in_slack = council.all(Room, Room.name == "Administrators")[0], council.room(None)
    with council.store.reading() as db:
        turn = council.turn(db, NOW)
        told = [administrators_room(turn), administrators_room(turn, avoid=in_slack.connection_id)]
    assert [room and room.id for room in told] == [in_slack.id, on_page.id]
