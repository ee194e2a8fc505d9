"""The outbox: what an act puts in, and where a word to one person goes."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlmodel import col

from bot.cases import posts
from bot.cases.climbing import first_look
from bot.domain.terms import Agency, Notice, PostSays, PostState
from storage.connect import Store
from storage.tables import Connection, Enquiry, Person, Post, Room
from tests.council import PAGE, RULES, SLACK, TEAMS, Council, at

MONDAY = at("2026-10-12 09:00")
SATURDAY = at("2026-10-17 11:00")


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def test_a_card_is_one_row_a_room_however_often_it_is_shown(council: Council) -> None:
    rooms = [council.room(Agency.HEALTH), council.room(Agency.EDUCATION, on=TEAMS)]
    case = council.case()
    for _ in range(3):
        with council.store.transaction() as db:
            posts.show_case(council.turn(db, MONDAY), case, rooms)
    assert [(post.room_id, post.connection_id, post.wanted) for post in council.posts()] == [
        (rooms[0].id, SLACK, 3),
        (rooms[1].id, TEAMS, 3),
    ]
    assert {(post.state, post.not_before, post.shown) for post in council.posts()} == {(PostState.WAITING, MONDAY, 0)}


def test_a_card_after_somebodys_act_goes_at_once_even_on_a_saturday(council: Council) -> None:
    case, room = council.case(), council.room(Agency.HEALTH)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, SATURDAY), case, [room])
    assert council.posts()[0].not_before == SATURDAY


def test_a_case_and_an_enquiry_of_one_number_have_cards_of_their_own(council: Council) -> None:
    room, case = council.room(Agency.MP_TEAM), council.case()
    enquiry = Enquiry(
        id=case.id,
        reference="MP-2026-0007",
        year=2026,
        number=7,
        mp="A. Member",
        constituency="Oldtown",
        opened_at=MONDAY,
    )
    council.add(enquiry)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
        posts.show_enquiry(council.turn(db, MONDAY), enquiry, [room])
        posts.enquiry_moved(council.turn(db, MONDAY), enquiry)
    assert [(post.says, post.wanted) for post in council.posts()] == [
        (PostSays.CASE_CARD, 1),
        (PostSays.ENQUIRY_CARD, 2),
    ]


def test_a_letters_card_in_a_room_no_longer_bound_stays_as_it_is(council: Council) -> None:
    rooms = [council.room(Agency.MP_TEAM), council.room(Agency.MP_TEAM, on=TEAMS)]
    letter = Enquiry(
        reference="MP-2026-0007", year=2026, number=7, mp="A. Member", constituency="Oldtown", opened_at=MONDAY
    )
    council.add(letter)
    with council.store.transaction() as db:
        posts.show_enquiry(council.turn(db, MONDAY), letter, rooms)
        db.get_one(Room, rooms[0].id).bound = False
        db.flush()
        posts.enquiry_moved(council.turn(db, MONDAY), letter)
    assert [(post.room_id, post.wanted) for post in council.posts()] == [(rooms[0].id, 1), (rooms[1].id, 2)]


def test_a_key_tells_nothing_at_a_glance(council: Council) -> None:
    case, room = council.case(), council.room(Agency.HEALTH)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
    key = council.posts()[0].key
    assert len(key) == 32 and set(key) <= set("0123456789abcdef")


def test_a_restricted_case_is_in_no_room(council: Council) -> None:
    case, room = council.case(restricted=True), council.room(Agency.HEALTH)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
    assert council.posts() == []


def test_a_move_rewrites_that_cases_cards_and_no_others(council: Council) -> None:
    room, moved, other = council.room(Agency.HEALTH), council.case(), council.case()
    with council.store.transaction() as db:
        for case in (moved, other):
            posts.show_case(council.turn(db, MONDAY), case, [room])
        posts.case_moved(council.turn(db, MONDAY), moved)
    assert [(post.case_id, post.wanted) for post in council.posts()] == [(moved.id, 2), (other.id, 1)]


def test_a_withdrawn_card_stays_away_until_it_is_shown_again(council: Council) -> None:
    room, case = council.room(Agency.HEALTH), council.case()
    with council.store.transaction() as db:
        turn = council.turn(db, MONDAY)
        posts.show_case(turn, case, [room])
        posts.withdraw_case(turn, case)
        case.restricted = True
        posts.case_moved(turn, case)
    assert [(post.withdraw, post.wanted) for post in council.posts()] == [(True, 1)]
    case.restricted = False
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, MONDAY), case, [room])
    assert [(post.withdraw, post.wanted, post.state) for post in council.posts()] == [(False, 2, PostState.WAITING)]


def told(council: Council, person: Person, now: datetime = MONDAY, **more: object) -> list[Post]:
    with council.store.transaction() as db:
        posts.tell(council.turn(db, now), person.id or 0, Notice.ASSIGNED, **more)  # type: ignore[arg-type]
    return council.posts()


def test_a_word_goes_to_the_account_heard_most_recently(council: Council) -> None:
    shah = council.person("Shah")
    council.account(shah, PAGE, heard_at=at("2026-10-01 09:00"))
    council.account(shah, TEAMS, heard_at=at("2026-02-01 09:00"))
    (post,) = told(council, shah, case_id=council.case().id, about={"by": 4})
    assert (post.person_id, post.connection_id, post.room_id) == (shah.id, PAGE, None)
    assert (post.says, post.about) == (PostSays.NOTICE, {"notice": "assigned", "by": 4})


@pytest.mark.parametrize(
    "said,goes",
    [
        ("2026-10-12 09:00", "2026-10-12 09:00"),  # Monday, 10:00 in London
        ("2026-10-12 16:45", "2026-10-13 07:30"),  # Monday, 17:45 in London: after hours
        ("2026-10-17 11:00", "2026-10-19 07:30"),  # Saturday
        ("2026-12-24 18:00", "2026-12-29 08:30"),  # Christmas Eve, a Thursday; Monday 28 is a bank holiday
    ],
)
def test_a_word_to_a_person_keeps_office_hours(council: Council, said: str, goes: str) -> None:
    (post,) = told(council, council.person("Shah"), at(said))
    assert post.not_before == at(goes)


def test_a_word_may_be_urgent(council: Council) -> None:
    (post,) = told(council, council.person("Shah"), SATURDAY, not_before=SATURDAY)
    assert post.not_before == SATURDAY


def test_what_has_a_key_is_told_once(council: Council) -> None:
    shah = council.person("Shah")
    told(council, shah, key="assigned/1")
    told(council, shah, key="assigned/2")
    assert len(told(council, shah, key="assigned/1")) == 2


@pytest.mark.parametrize("why", ["no account", "has left", "connection closed"])
def test_who_cannot_be_reached_is_told_of_in_the_administrators_room(council: Council, why: str) -> None:
    room = council.room(None, on=TEAMS)
    shah = council.person("Shah", on=None if why == "no account" else SLACK, active=why != "has left")
    if why == "connection closed":
        with council.store.transaction() as db:
            db.get_one(Connection, SLACK).active = False
    (post,) = told(council, shah, case_id=council.case().id)
    assert (post.room_id, post.person_id, post.connection_id) == (room.id, None, TEAMS)
    assert post.about == {"notice": "assigned", "meant_for": shah.id}


def test_of_a_restricted_case_the_administrators_hear_only_that_somebody_could_not_be_reached(council: Council) -> None:
    council.room(None)
    shah = council.person("Shah", on=None)
    (post,) = told(council, shah, case_id=council.case(restricted=True).id)
    assert (post.case_id, post.about) == (None, {"notice": "undelivered", "person_id": shah.id})


def test_with_no_administrators_room_it_is_kept_where_it_shows(council: Council) -> None:
    (post,) = told(council, council.person("Shah", on=None))
    assert (post.state, post.trouble) == (PostState.FAILED, posts.UNREACHABLE)


def test_the_administrators_are_told_elsewhere_when_one_chat_is_down(council: Council) -> None:
    rooms = {room.connection_id: room.id for room in (council.room(None), council.room(None, on=TEAMS))}
    for avoid in (None, SLACK, TEAMS):
        with council.store.transaction() as db:
            posts.tell_administrators(council.turn(db, MONDAY), Notice.UNDELIVERED, avoid=avoid)
    assert [post.room_id for post in council.posts(col(Post.room_id).is_not(None))] == [
        rooms[SLACK],
        rooms[TEAMS],
        rooms[SLACK],
    ]


@pytest.mark.parametrize(
    "recorded,looked",
    [
        ("2026-09-07 10:00", "2026-10-05 08:00"),  # on the day: the first rung, a fortnight before, at nine in London
        ("2026-10-12 10:00", "2026-10-12 10:00"),  # late: at once
    ],
)
def test_a_clock_is_first_looked_at_when_its_first_rung_speaks(recorded: str, looked: str) -> None:
    due = date(2026, 10, 19)
    look = first_look(RULES, RULES.ladders["council"], legal=due, safe=due, recorded_at=at(recorded), now=at(recorded))
    assert look == at(looked)
