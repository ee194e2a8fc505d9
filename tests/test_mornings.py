"""Each working morning the cards in the rooms are looked at again: once, after everything else, and quietly."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.cases import posts
from bot.courier import GLANCE, Courier, Delivered, Outcome
from bot.domain.dates import say_date
from bot.domain.errors import TryLater
from bot.domain.message import Address, Message
from bot.domain.terms import Agency, CaseStatus, PostSays, PostState
from bot.reminders import refresh_cards
from bot.scheduler import Scheduler
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Connection, Enquiry, Nudge, Post, Room
from tests.council import RULES, SLACK, VAULT, Council, at
from tests.fake_chat import FakeChat
from tests.town import Town

FRIDAY, MONDAY = at("2026-10-16 14:00"), at("2026-10-19 05:30")
"""The Monday at half past six in London."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SOON, FAR = date(2026, 10, 22), date(2026, 12, 28)
"""Dates with which a card reads differently each day, and the same."""


# What the rooms read


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store, at("2026-10-14 09:00"))
    store.close()


def test_a_card_that_nobody_touched_is_right_each_morning(town: Town) -> None:
    town.opens("Priya", received=date(2026, 9, 1))
    town.say("Priya", "sent decision 0042 on 13 October")
    town.say("Priya", "ask 0042 SLT on 7 September")
    town.read("health")
    read: dict[str, tuple[str, str]] = {}
    for day in range(1, 9):
        town.now = at("2026-10-14 05:30") + day * DAY
        refresh_cards(town.store, RULES, town.vault, town.now)
        for card in town.read("health"):
            facts = {fact.label: fact for fact in card.message.facts}
            advice = facts["Speech and language advice"]
            week = next(part for part in card.message.text.split(" · ") if part.startswith("week"))
            read[f"{town.now:%a %-d}"] = (week, f"{advice.value} {advice.state}")
            assert card.edited
    assert read == {
        "Thu 15": ("week 7 of 20", "due Mon 19 Oct (in 4 days) · statutory soon"),
        "Fri 16": ("week 7 of 20", "due Mon 19 Oct (in 3 days) · statutory soon"),
        "Mon 19": ("week 7 of 20", "due Mon 19 Oct (today) · statutory soon"),
        "Tue 20": ("week 8 of 20", "due Mon 19 Oct (1 day late) · statutory late"),
        "Wed 21": ("week 8 of 20", "due Mon 19 Oct (2 days late) · statutory late"),
        "Thu 22": ("week 8 of 20", "due Mon 19 Oct (3 days late) · statutory late"),
    }


def test_a_letters_card_is_right_each_morning_too(town: Town) -> None:
    town.say("Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry')
    town.read("MP team")
    town.now = at("2026-10-15 05:30")
    refresh_cards(town.store, RULES, town.vault, town.now)
    (card,) = town.read("MP team")
    (acknowledge,) = (fact for fact in card.message.facts if fact.label == "Acknowledgement to the MP")
    assert card.edited and "(tomorrow)" in acknowledge.value


# When, and which


def words(turn: Turn, post: Post) -> Message:
    """The words of a post in these tests: a card says when its case is due."""
    if post.says is PostSays.NUDGES:
        return Message("nudges")
    about = turn.db.get(Case, post.case_id) if post.case_id else turn.db.get_one(Enquiry, post.enquiry_id)
    assert about is not None
    return Message(f"{about.reference} due {say_date(about.closed_on or SOON, turn.today)}")


@dataclass
class Office:
    """A council with cards in its rooms since Friday, and a courier that brings them to Slack."""

    council: Council
    slack: FakeChat = field(default_factory=FakeChat)

    def room(self, agency: Agency = Agency.HEALTH) -> Room:
        return self.council.room(agency)

    def card(self, *rooms: Room, due: date = SOON, now: datetime = FRIDAY) -> Case:
        """A case whose card stands in these rooms. `closed_on` serves as the date that it speaks of."""
        case = self.council.case(closed_on=due)
        with self.council.store.transaction() as db:
            posts.show_case(self.council.turn(db, now), case, rooms)
        asyncio.run(self.deliver(now))
        self.slack.calls.clear()
        return case

    def change(self, table: type[Any], which: Any, **values: Any) -> None:
        with self.council.store.transaction() as db:
            row = db.exec(select(table).where(which)).one()
            for name, value in values.items():
                setattr(row, name, value)

    def move(self, case: Case, now: datetime = MONDAY) -> None:
        with self.council.store.transaction() as db:
            posts.case_moved(self.council.turn(db, now), case)

    def nudge(self, room: Room, now: datetime = MONDAY) -> None:
        """A post in office hours: the courier's clock below is moved to half past eight for it."""
        case = self.council.case()
        clock = self.council.clock(case, SOON, started_on=date(2026, 9, 7))
        told = {"deadline_id": clock.id, "due": SOON, "rung": "3-before", "hears": "room"}
        nudge = Nudge(key=f"{clock.id}", at=now, **told)
        self.council.add(nudge)
        with self.council.store.transaction() as db:
            what = {"room_id": room.id, "about": {"nudges": [nudge.id]}}
            db.add(Post(**posts.new_post(self.council.turn(db, now), PostSays.NUDGES, SLACK, **what)))

    def refresh(self, now: datetime = MONDAY) -> int:
        return refresh_cards(self.council.store, RULES, VAULT, now)

    def courier(self) -> Courier:
        return Courier(self.council.store, RULES, VAULT, chats={SLACK: self.slack}, render=words, chance=lambda: 1.0)

    async def deliver(self, now: datetime = MONDAY) -> Delivered:
        return await self.courier().deliver(now)

    def delivers(self, now: datetime = MONDAY) -> Delivered:
        return asyncio.run(self.deliver(now))


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


@pytest.mark.parametrize(
    "shown,now,looked",
    [
        ("2026-10-16 14:00", "2026-10-19 05:29", 0),  # Monday, 06:29 in London
        ("2026-10-16 14:00", "2026-10-19 05:30", 1),
        ("2026-10-16 14:00", "2026-10-19 11:00", 1),  # a bot that starts at noon
        ("2026-10-16 14:00", "2026-10-17 09:00", 0),  # Saturday
        ("2026-10-23 14:00", "2026-10-26 05:30", 0),  # the Monday after the clocks went back: 05:30 in London
        ("2026-10-23 14:00", "2026-10-26 06:30", 1),
        ("2027-03-25 14:00", "2027-03-29 09:00", 0),  # Easter Monday, the day after they went forward
        ("2027-03-25 14:00", "2027-03-30 05:29", 0),
        ("2027-03-25 14:00", "2027-03-30 05:30", 1),
        ("2026-10-19 04:00", "2026-10-19 05:30", 1),  # somebody was up at five
        ("2026-10-19 05:30", "2026-10-19 15:00", 0),  # shown this morning already
    ],
)
def test_cards_are_looked_at_from_half_past_six_on_working_days(
    office: Office, shown: str, now: str, looked: int
) -> None:
    office.card(office.room(), now=at(shown))
    assert office.refresh(at(now)) == looked


def test_once_a_day_however_often_the_bot_is_started(office: Office) -> None:
    office.card(office.room())
    seen = []
    for now in (MONDAY, MONDAY + SECOND, MONDAY + DAY):
        seen.append(office.refresh(now))
        seen.append(office.refresh(now))
        office.delivers(now)
    assert seen == [1, 0, 0, 0, 1, 0]
    assert office.slack.texts("health-1") == ["SEND-2026-0001 due Thu 22 Oct (in 2 days)"]


def test_a_card_that_would_say_the_same_is_not_sent(office: Office) -> None:
    near, far = office.card(office.room()), office.card(office.room(), due=FAR)
    assert office.refresh() == 2
    assert office.delivers() == {Outcome.EDITED: 1, Outcome.LEFT: 1}
    assert office.slack.calls == [("edit", "health-1")]
    kept = {post.case_id: (post.state, post.wanted, post.shown) for post in office.council.posts()}
    assert kept == {near.id: (PostState.SENT, 2, 2), far.id: (PostState.SENT, 2, 2)}
    assert office.refresh(MONDAY + SECOND) == 0


def test_after_an_act_it_is_sent_even_where_it_says_the_same(office: Office) -> None:
    """Its buttons get their new nonce: a second press, meant, is not taken for a double click."""
    case = office.card(office.room(), due=FAR)
    office.refresh()
    office.move(case)
    assert office.delivers() == {Outcome.EDITED: 1}


def test_replicas_look_once_between_them(office: Office) -> None:
    rooms = [office.room() for _ in range(3)]
    for _ in range(4):
        office.card(*rooms)
    stores = [Store(office.council.store.url) for _ in range(3)]
    with ThreadPoolExecutor(len(stores)) as replicas:
        looked = list(replicas.map(lambda store: refresh_cards(store, RULES, VAULT, MONDAY), stores))
    for store in stores:
        store.close()
    assert sum(looked) == 12
    assert {post.wanted for post in office.council.posts()} == {2}


@pytest.mark.parametrize("why", ["closed", "withdrawn", "room unbound", "chat disconnected", "on its way", "failed"])
def test_what_is_over_is_left_alone(office: Office, why: str) -> None:
    case, this = office.card(office.room()), Post.id == 1
    match why:
        case "closed":
            office.change(Case, Case.id == case.id, status=CaseStatus.CLOSED)
        case "withdrawn":
            with office.council.store.transaction() as db:
                posts.withdraw_case(office.council.turn(db, FRIDAY), case)
            office.delivers(FRIDAY)
        case "room unbound":
            office.change(Room, Room.id == 1, bound=False)
        case "chat disconnected":
            office.change(Connection, Connection.id == SLACK, active=False)
        case "on its way":
            office.move(case)
        case "failed":
            office.change(Post, this, state=PostState.FAILED)
    before = office.council.posts()
    assert office.refresh() == 0
    assert office.council.posts() == before


@pytest.mark.parametrize("status,looked", [(CaseStatus.OPEN, 1), (CaseStatus.CLOSED, 0)])
def test_a_letters_card_is_looked_at_while_it_is_open(office: Office, status: CaseStatus, looked: int) -> None:
    room = office.room(Agency.MP_TEAM)
    about = {"mp": "A. Member", "constituency": "Oldtown", "opened_at": FRIDAY, "status": status}
    letter = Enquiry(reference="MP-2026-0007", year=2026, number=7, **about)
    office.council.add(letter)
    with office.council.store.transaction() as db:
        posts.show_enquiry(office.council.turn(db, FRIDAY), letter, [room])
    office.delivers(FRIDAY)
    assert office.refresh() == looked


# In whose way it never is


OPENING = at("2026-10-19 07:30")
"""The same Monday at half past eight in London, when nudges may go."""


def test_a_nudge_due_at_the_same_time_goes_first(office: Office) -> None:
    room = office.room()
    for _ in range(3):
        office.card(room)
    office.refresh()
    office.nudge(room, now=OPENING)
    assert office.delivers(OPENING) == {Outcome.SENT: 1, Outcome.EDITED: 3}
    assert [what for what, _ in office.slack.calls] == ["send", "edit", "edit", "edit"]


def test_a_card_that_somebody_moved_goes_before_those_of_the_morning(office: Office) -> None:
    room = office.room()
    cases = [office.card(room) for _ in range(4)]
    office.refresh()
    with office.council.store.transaction() as db:
        posts.withdraw_case(office.council.turn(db, OPENING), cases[3])
    office.move(cases[2], now=OPENING)
    done: list[str] = []

    class Listening(FakeChat):
        async def edit(self, to: Address, platform_id: str, message: Message) -> None:
            done.append(message.text.split(" ")[0])

        async def withdraw(self, to: Address, platform_id: str) -> None:
            done.append("withdrawn")

    office.slack = Listening()
    office.delivers(OPENING)
    assert done == ["SEND-2026-0003", "withdrawn", "SEND-2026-0001", "SEND-2026-0002"]


def test_a_room_that_does_not_answer_in_the_morning_delays_no_nudge_elsewhere(office: Office) -> None:
    stuck, other = office.room(), office.room(Agency.EDUCATION)
    office.card(stuck)
    office.refresh()
    office.slack.stuck.add(stuck.place)

    async def nudged_meanwhile() -> None:
        under_way = asyncio.create_task(office.deliver(OPENING))
        await office.slack.asked.wait()
        await asyncio.to_thread(office.nudge, other, OPENING)
        async with asyncio.timeout(10 * GLANCE):
            while not office.slack.texts(other.place):  # noqa: ASYNC110  what is awaited is a count
                await asyncio.sleep(0.01)
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)

    asyncio.run(nudged_meanwhile())
    assert office.slack.texts(other.place) == ["nudges"]


def test_a_busy_platform_holds_back_the_morning_everywhere_and_nothing_else(office: Office) -> None:
    health, education = office.room(), office.room(Agency.EDUCATION)
    office.card(health, education)
    office.refresh()
    soon = OPENING + SECOND
    office.nudge(health, now=soon)
    office.change(Post, (Post.room_id == education.id) & col(Post.refresh), not_before=soon)
    office.slack.troubles = {health.place: [TryLater("ratelimited", after=30)]}
    assert office.delivers(OPENING) == {Outcome.LATER: 1}
    assert office.delivers(OPENING + 5 * SECOND) == {Outcome.SENT: 1}
    assert office.delivers(OPENING + 40 * SECOND) == {Outcome.EDITED: 2}


def test_a_card_that_was_deleted_by_hand_comes_back_with_an_act_and_not_with_the_morning(office: Office) -> None:
    """Where a workspace lets nothing be edited after a day, every card would otherwise be posted again each morning."""
    case = office.card(office.room())
    office.slack.kept.clear()
    office.refresh()
    assert office.delivers() == {Outcome.LEFT: 1}
    assert office.slack.everything == []
    office.move(case)
    assert office.delivers() == {Outcome.SENT: 1}


def test_an_act_while_the_mornings_card_is_on_its_way_is_not_forgotten(office: Office) -> None:
    case = office.card(office.room())
    office.refresh()
    office.slack.slow = 0.2
    office.slack.asked.clear()

    async def moved_meanwhile() -> Delivered:
        under_way = asyncio.create_task(office.deliver())
        await office.slack.asked.wait()
        await asyncio.to_thread(office.move, case)
        return await under_way

    assert asyncio.run(moved_meanwhile()) == {Outcome.EDITED: 2}
    (post,) = office.council.posts(col(Post.refresh).is_(False))
    assert (post.state, post.wanted, post.shown) == (PostState.SENT, 3, 3)


def test_an_edit_in_doubt_is_made_again(office: Office) -> None:
    """It may have arrived: what was last noted as shown is then no measure."""
    office.card(office.room(), due=FAR)
    office.refresh()
    office.change(Post, Post.id == 1, claimed_until=MONDAY - SECOND)
    assert office.delivers() == {Outcome.EDITED: 1}


async def test_it_comes_round_by_itself(council: Council) -> None:
    slack, room = FakeChat(), council.room(Agency.HEALTH)
    case = council.case(closed_on=SOON)
    with council.store.transaction() as db:
        posts.show_case(council.turn(db, FRIDAY), case, [room])
    for now in (FRIDAY, MONDAY):
        courier = Courier(council.store, RULES, VAULT, chats={SLACK: slack}, render=words)
        await Scheduler(council.store, RULES, VAULT, courier, clock=lambda now=now: now).run_once()  # type: ignore[misc]
    assert slack.texts("health-1") == ["SEND-2026-0001 due Thu 22 Oct (in 3 days)"]


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()
