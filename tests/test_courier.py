"""The courier: what leaves, in what order, and what happens when a platform is slow, busy, dead or silent."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from bot.auditor import Auditor
from bot.cards.posted import post_message
from bot.cases import outbox, posts, queue
from bot.courier import ATTEMPTS, LEASE, Courier, Delivered, Outcome
from bot.domain.errors import TryLater
from bot.domain.message import Message
from bot.domain.terms import Agency, CaseStatus, ClockState, Notice, PostSays, PostState
from bot.reminders import digests, sweep
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Connection, Deadline, Nudge, Person, Post, Room
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat

MONDAY = at("2026-10-12 09:00")
EVENING = at("2026-10-12 19:00")
DUE = date(2026, 10, 19)
SECOND = timedelta(seconds=1)


def words(turn: Turn, post: Post) -> Message | None:
    """A post's words in these tests: what it is and how often it was wanted, so that an edit shows."""
    case = turn.db.get(Case, post.case_id) if post.case_id else None
    if case is not None and case.restricted:
        return None
    if post.says is PostSays.NUDGES:
        said = posts.nudges_of(turn, post)
        return Message(" ".join(nudge.rung for nudge in said)) if said else None
    if post.about.get("notice") == "imported":
        raise KeyError("a bug in the words")
    return Message(str(post.about.get("notice") or f"{case.reference if case else 'digest'} v{post.wanted}"))


@dataclass
class Office:
    """A council, its chats, and a courier between them."""

    council: Council
    slack: FakeChat = field(default_factory=FakeChat)
    teams: FakeChat = field(default_factory=FakeChat)

    def courier(self, store: Store | None = None, **more: Any) -> Courier:
        chats = {SLACK: self.slack, TEAMS: self.teams}
        how: dict[str, Any] = {"render": words, "chance": lambda: 1.0, **more}
        return Courier(store or self.council.store, RULES, VAULT, chats=chats, **how)

    async def deliver(self, now: datetime, **more: Any) -> Delivered:
        return await self.courier(**more).deliver(now)

    def show(self, case: Case, *rooms: Room, now: datetime = MONDAY) -> None:
        with self.council.store.transaction() as db:
            posts.show_case(self.council.turn(db, now), case, rooms)

    def move(self, case: Case, now: datetime = MONDAY) -> None:
        with self.council.store.transaction() as db:
            posts.case_moved(self.council.turn(db, now), case)

    def tell(self, person: Person, notice: Notice = Notice.ASSIGNED, now: datetime = MONDAY, **more: Any) -> None:
        with self.council.store.transaction() as db:
            posts.tell(self.council.turn(db, now), person.id or 0, notice, **more)

    def nudge(self, case: Case, *, person: Person | None = None, room: Room | None = None, **about: Any) -> Nudge:
        """One nudge in a post of its own, as the sweep leaves it."""
        clock = self.council.clock(case, at("2026-10-19 09:00").date(), started_on=at("2026-09-07 09:00").date())
        connection = room.connection_id if room else SLACK
        nudge = Nudge(
            key=f"{clock.id}/x", deadline_id=clock.id, due=clock.legal, rung="7-before", hears="owner", at=MONDAY
        )
        self.council.add(nudge)
        with self.council.store.transaction() as db:
            turn = self.council.turn(db, MONDAY)
            who = {"room_id": room.id if room else None, "person_id": person.id if person else None}
            row = posts.new_post(turn, PostSays.NUDGES, connection, about={"nudges": [nudge.id], **about}, **who)
            db.add(Post(**row))
            db.flush()
            db.get_one(Nudge, nudge.id).post_id = db.exec(select(Post.id).where(Post.key == row["key"])).one()
        return nudge

    def post(self) -> Post:
        (post,) = self.council.posts()
        return post


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


async def test_a_card_is_sent_once_and_then_stays(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    assert await office.deliver(MONDAY) == {Outcome.SENT: 1}
    assert await office.deliver(MONDAY + 60 * SECOND) == {}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 v1"]
    assert (office.post().state, office.post().shown, office.post().platform_id) == (PostState.SENT, 1, "m1")


async def test_five_quick_moves_are_one_edit(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    await office.deliver(MONDAY)
    for _ in range(5):
        office.move(case)
    assert await office.deliver(MONDAY + SECOND) == {Outcome.EDITED: 1}
    (kept,) = office.slack.kept.values()
    assert kept.texts == ["SEND-2026-0001 v1", "SEND-2026-0001 v6"]


async def test_a_move_while_the_card_is_on_its_way_is_not_forgotten(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    office.slack.slow = 0.2
    under_way = asyncio.create_task(office.deliver(MONDAY))
    await office.slack.asked.wait()
    office.move(case)
    assert await under_way == {Outcome.SENT: 1, Outcome.EDITED: 1}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 v2"]


async def test_a_card_is_taken_away_and_may_come_back(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    await office.deliver(MONDAY)
    with office.council.store.transaction() as db:
        posts.withdraw_case(office.council.turn(db, MONDAY), case)
    assert await office.deliver(MONDAY + SECOND) == {Outcome.WITHDRAWN: 1}
    assert office.slack.everything == [] and office.post().state is PostState.WITHDRAWN
    office.show(case, room)
    assert await office.deliver(MONDAY + 2 * SECOND) == {Outcome.SENT: 1}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 v2"]


async def test_a_card_that_is_no_longer_true_leaves_the_room(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    await office.deliver(MONDAY)
    with office.council.store.transaction() as db:
        db.get_one(Case, case.id).restricted = True
    office.move(case)
    assert await office.deliver(MONDAY + SECOND) == {Outcome.WITHDRAWN: 1}
    assert office.slack.everything == []


async def test_a_card_that_was_deleted_by_hand_is_posted_anew(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    office.show(case, room)
    await office.deliver(MONDAY)
    office.slack.kept.clear()
    office.move(case)
    assert await office.deliver(MONDAY + SECOND) == {Outcome.SENT: 1}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 v2"]


async def test_each_writing_has_a_nonce_of_its_own(office: Office) -> None:
    room, case = office.council.room(Agency.HEALTH), office.council.case()
    nonces: list[str] = []

    class Listening(FakeChat):
        async def send(self, to: Any, message: Message, key: str) -> str:
            nonces.append(message.nonce)
            return await super().send(to, message, key)

        async def edit(self, to: Any, platform_id: str, message: Message) -> None:
            nonces.append(message.nonce)
            await super().edit(to, platform_id, message)

    office.slack = Listening()
    office.show(case, room)
    await office.deliver(MONDAY)
    office.move(case)
    await office.deliver(MONDAY)
    assert len(set(nonces)) == 2 and all(nonces)


async def test_nothing_leaves_before_its_moment(office: Office) -> None:
    office.tell(office.council.person("Shah"), now=EVENING)
    assert await office.deliver(EVENING) == {}
    assert await office.deliver(at("2026-10-13 07:30")) == {Outcome.SENT: 1}
    assert office.slack.texts("dm-shah-1") == ["assigned"]


@pytest.mark.parametrize("said", ["2026-10-19 16:45", "2026-10-24 11:00"])  # 17:45 in London; a Saturday
async def test_a_nudge_that_waited_past_closing_time_waits_for_the_morning(office: Office, said: str) -> None:
    council = office.council
    office.nudge(council.case(), person=council.person("Shah"))
    assert await office.deliver(at(said)) == {Outcome.LATER: 1}
    assert office.slack.calls == []
    opens = posts.OFFICE.next_open(at(said), calendar=RULES.calendar)
    assert await office.deliver(opens) == {Outcome.SENT: 1}


async def test_a_nudge_whose_clock_has_stopped_is_dropped_and_noted(office: Office) -> None:
    council = office.council
    nudge = office.nudge(council.case(), person=council.person("Shah"))
    with council.store.transaction() as db:
        db.get_one(Deadline, nudge.deadline_id).state = "met"  # type: ignore[assignment]
    assert await office.deliver(MONDAY) == {Outcome.DROPPED: 1}
    assert office.post().state is PostState.DROPPED
    assert council.nudges()[0].skipped == "no longer needed when its turn came"


async def test_a_nudge_is_not_said_once_it_is_too_late(office: Office) -> None:
    council = office.council
    nudge = office.nudge(council.case(), person=council.person("Shah"))
    with council.store.transaction() as db:
        post = db.exec(select(Post)).one()
        post.about = {**post.about, "latest": {str(nudge.id): MONDAY.isoformat()}}
    assert await office.deliver(MONDAY) == {Outcome.DROPPED: 1}


@pytest.mark.parametrize("why", ["met", "too late", "closed", "handed over"])
async def test_what_a_bundle_left_out_is_not_noted_as_said(office: Office, why: str) -> None:
    council, shah, brown = office.council, office.council.person("Shah"), office.council.person("Brown")
    said, gone = (office.nudge(council.case(shah, restricted=True), person=shah) for _ in range(2))
    first, second = council.posts()
    with council.store.transaction() as db:
        db.get_one(Post, first.id).about = {"nudges": [said.id, gone.id]}
        db.get_one(Nudge, gone.id).post_id = first.id
        db.delete(db.get_one(Post, second.id))
        clock = db.get_one(Deadline, gone.deadline_id)
        match why:
            case "met":
                clock.state = ClockState.MET
            case "too late":
                db.get_one(Post, first.id).about = {
                    "nudges": [said.id, gone.id],
                    "latest": {str(gone.id): MONDAY.isoformat()},
                }
            case "closed":
                db.get_one(Case, clock.case_id).status = CaseStatus.CLOSED
            case "handed over":
                db.get_one(Case, clock.case_id).owner_id = brown.id
    assert await office.deliver(MONDAY) == {Outcome.SENT: 1}
    skipped = "nobody could be reached" if why == "handed over" else "no longer needed when its turn came"
    assert [nudge.skipped for nudge in council.nudges()] == ["", skipped]


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "with another"])
async def test_what_its_reader_may_no_longer_see_is_said_to_whoever_owns_it_now(office: Office, others: int) -> None:
    """A restricted case, handed over while its reminder waited for the morning."""
    council, shah, brown = office.council, office.council.person("Shah"), office.council.person("Brown")
    cases = [council.case(shah, restricted=True) for _ in range(1 + others)]
    for case in cases:
        council.clock(case, DUE, started_on=date(2026, 9, 7))
    sweep(council.store, RULES, VAULT, MONDAY)
    with council.store.transaction() as db:
        db.get_one(Case, cases[0].id).owner_id = brown.id
    courier, auditor = office.courier(render=post_message), Auditor()
    for minutes in (0, 5, 10, 15):
        await courier.deliver(MONDAY + timedelta(minutes=minutes))
        auditor.audit(council.store, RULES, VAULT, MONDAY + timedelta(minutes=minutes))
    (heard,) = office.slack.texts("dm-brown-1")
    assert heard.startswith(f"{cases[0].reference} ")
    assert not any(cases[0].reference in text for text in office.slack.texts("dm-shah-1"))
    assert {nudge.skipped for nudge in council.nudges(Nudge.hears == "owner", Nudge.person_id.is_not(None))} == {""}


async def test_two_reminders_of_one_date_are_said_in_one_breath(office: Office) -> None:
    council, shah = office.council, office.council.person("Shah")
    said, second = office.nudge(council.case(shah), person=shah), office.nudge(council.case(shah), person=shah)
    first, other = council.posts()
    with council.store.transaction() as db:
        db.get_one(Nudge, second.id).deadline_id = said.deadline_id
        db.get_one(Nudge, second.id).post_id = first.id
        db.get_one(Post, first.id).about = {"nudges": [said.id, second.id]}
        db.flush()
        db.delete(db.get_one(Post, other.id))
    assert await office.deliver(MONDAY) == {Outcome.SENT: 1}
    assert [nudge.skipped for nudge in council.nudges()] == ["", ""]


async def test_what_one_room_was_told_is_not_taken_back_by_another_that_was_not(office: Office) -> None:
    """A nudge to a body's rooms on two platforms stands in the ledger under the first."""
    council, rooms = office.council, (office.council.room(Agency.HEALTH), office.council.room(Agency.HEALTH, on=TEAMS))
    said = office.nudge(council.case(), room=rooms[0])
    kept = office.nudge(council.case(), room=rooms[1])
    assert council.nudges()[0].post_id != council.nudges()[1].post_id
    with council.store.transaction() as db:
        db.get_one(Post, council.nudges()[1].post_id).about = {"nudges": [said.id, kept.id]}
    assert (await office.courier().deliver_to(SLACK, MONDAY)) == {Outcome.SENT: 1}
    with council.store.transaction() as db:
        db.get_one(Deadline, said.deadline_id).state = ClockState.MET
    assert (await office.courier().deliver_to(TEAMS, MONDAY)) == {Outcome.SENT: 1}
    assert [nudge.skipped for nudge in council.nudges()] == ["", ""]


async def test_retry_after_is_honoured_for_everything_in_that_room(office: Office) -> None:
    room, cases = office.council.room(Agency.HEALTH), [office.council.case() for _ in range(2)]
    other = office.council.room(Agency.EDUCATION)
    office.slack.troubles["health-1"] = [TryLater("ratelimited", after=30)]
    office.show(cases[0], room, other)
    office.show(cases[1], room)
    assert await office.deliver(MONDAY) == {Outcome.LATER: 1, Outcome.SENT: 1}
    assert await office.deliver(MONDAY + 29 * SECOND) == {}
    assert await office.deliver(MONDAY + 60 * SECOND) == {Outcome.SENT: 2}
    assert "find" not in [what for what, _ in office.slack.calls]


@pytest.mark.parametrize("attempt,waits", [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (40, 300)])
async def test_waits_double_up_to_five_minutes(office: Office, attempt: int, waits: int) -> None:
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    with office.council.store.transaction() as db:
        db.exec(select(Post)).one().attempts = attempt - 1
    office.slack.troubles["health-1"] = [TryLater("500")]
    assert await office.deliver(MONDAY) == {Outcome.LATER: 1}
    wait = office.post().not_before - MONDAY
    assert timedelta(seconds=waits) <= wait < timedelta(seconds=waits + 5)


async def test_success_forgets_the_troubles_before_it(office: Office) -> None:
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.troubles["health-1"] = [TryLater("500"), TryLater("500")]
    for minute in range(3):
        await office.deliver(MONDAY + timedelta(minutes=minute))
    assert (office.post().state, office.post().attempts, office.post().trouble) == (PostState.SENT, 0, "")


async def test_a_dead_room_is_told_of_once_a_day(office: Office) -> None:
    council = office.council
    council.room(None, on=TEAMS)
    room, cases = council.room(Agency.HEALTH), [council.case() for _ in range(3)]
    office.slack.dead.add("health-1")
    for case in cases:
        office.show(case, room)
    assert await office.deliver(MONDAY) == {Outcome.FAILED: 3}
    assert await office.deliver(MONDAY + SECOND) == {Outcome.SENT: 1}
    assert office.teams.everything == [("administrators-1", "undelivered")]
    (told,) = council.posts(Post.says == PostSays.NOTICE)
    assert told.about == {"notice": "undelivered", "room_id": room.id}
    failed = council.posts(Post.says == PostSays.CASE_CARD)
    assert {(post.state, post.trouble) for post in failed} == {(PostState.FAILED, "is_archived")}


async def test_a_dead_administrators_room_is_the_end_of_it(office: Office) -> None:
    office.council.room(None)
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.dead |= {"health-1", "administrators-1"}
    for minute in range(3):
        await office.deliver(MONDAY + timedelta(minutes=minute))
    assert [post.state for post in office.council.posts()] == [PostState.FAILED, PostState.FAILED]


async def test_a_nudge_goes_from_address_to_address_until_somebody_hears(office: Office) -> None:
    council = office.council
    council.room(None)
    head = council.person("Adeyemi")
    shah = council.person("Shah", manager=council.person("Brown", manager=head))
    council.account(shah, TEAMS)
    nudge = office.nudge(council.case(shah), person=shah)
    office.slack.dead |= {"dm-shah-1", "dm-brown-1"}
    office.teams.dead.add("dm-shah-2")
    for second in range(5):
        await office.deliver(MONDAY + second * SECOND)
    assert ("dm-adeyemi-1", "7-before") in office.slack.everything
    assert council.nudges()[0].person_id == head.id
    last = council.posts(Post.says == PostSays.NUDGES)[-1]
    assert (last.person_id, last.about["tried"]) == (
        head.id,
        [[SLACK, 0, shah.id], [TEAMS, 0, shah.id], [SLACK, 0, shah.manager_id]],
    )
    assert last.about["nudges"] == [nudge.id]
    states = [post.state for post in council.posts(Post.says == PostSays.NUDGES)]
    assert states == [PostState.FAILED] * 3 + [PostState.SENT]


@pytest.mark.parametrize("restricted", [False, True])
async def test_when_nobody_can_be_written_to_the_administrators_room_hears(office: Office, restricted: bool) -> None:
    council = office.council
    council.room(None)
    shah = council.person("Shah")
    office.nudge(council.case(shah, restricted=restricted), person=shah)
    office.slack.dead.add("dm-shah-1")
    for second in range(3):
        await office.deliver(MONDAY + second * SECOND)
    told = ["undelivered"] if restricted else ["7-before", "undelivered"]
    assert sorted(office.slack.texts("administrators-1")) == told
    assert council.nudges()[0].skipped == ("nobody could be reached" if restricted else "")


async def test_a_word_to_a_person_tries_their_other_account(office: Office) -> None:
    shah = office.council.person("Shah", manager=office.council.person("Brown"))
    office.council.account(shah, TEAMS, heard_at=at("2025-01-01 09:00"))
    office.tell(shah)
    office.slack.dead.add("dm-shah-1")
    await office.deliver(MONDAY)
    await office.deliver(MONDAY + SECOND)
    assert office.teams.everything == [("dm-shah-2", "assigned")]
    assert office.slack.everything == []


async def test_a_digest_tries_the_other_account_and_what_it_alone_tells_waits_for_the_next(office: Office) -> None:
    council = office.council
    shah = council.person("Shah")
    council.account(shah, TEAMS, heard_at=at("2025-01-01 09:00"))
    nudge = office.nudge(council.case(shah), person=shah, owners=[shah.id])
    with council.store.transaction() as db:
        kept = db.get_one(Nudge, nudge.id)
        kept.late_arrival, kept.person_id = True, shah.id
        db.get_one(Post, office.post().id).says = PostSays.DIGEST
    office.slack.dead.add("dm-shah-1")
    office.teams.dead.add("dm-shah-2")
    first, then = await office.deliver(MONDAY), council.nudges()[0].post_id
    assert (first, then) == ({Outcome.FAILED: 1}, council.posts(Post.says == PostSays.DIGEST)[-1].id)
    assert await office.deliver(MONDAY + SECOND) == {Outcome.FAILED: 1}
    assert (council.nudges()[0].post_id, council.nudges()[0].skipped) == (None, "")
    assert digests(council.store, RULES, VAULT, MONDAY + timedelta(days=1)) == 1
    assert council.posts(Post.says == PostSays.DIGEST)[-1].about["nudges"] == [nudge.id]


async def test_after_hours_of_trouble_a_nudge_is_said_elsewhere_and_a_card_still_tried(office: Office) -> None:
    council = office.council
    council.room(None, on=TEAMS)
    shah = council.person("Shah")
    office.nudge(council.case(shah), person=shah)
    office.show(council.case(), council.room(Agency.HEALTH))
    with council.store.transaction() as db:
        for post in db.exec(select(Post)):
            post.attempts = ATTEMPTS - 1
    office.slack.troubles = {place: [TryLater("503")] for place in ("dm-shah-1", "health-1")}
    assert await office.deliver(MONDAY) == {Outcome.FAILED: 1, Outcome.LATER: 1}
    await office.deliver(MONDAY + SECOND)
    assert ("administrators-1", "7-before") in office.teams.everything


@pytest.mark.parametrize("can_find,copies", [(True, 1), (False, 2)])
async def test_killed_between_send_and_mark(office: Office, can_find: bool, copies: int) -> None:
    """The platform is asked first; one that cannot be asked is sent it again."""
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.loses_answers, office.slack.can_find = True, can_find
    dying = asyncio.create_task(office.deliver(MONDAY))
    await office.slack.took.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    office.slack.loses_answers = False

    assert await office.deliver(MONDAY + LEASE / 2) == {}
    await office.deliver(MONDAY + 2 * LEASE)
    assert len(office.slack.texts("health-1")) == copies
    assert office.post().state is PostState.SENT
    assert [what for what, _ in office.slack.calls] == ["send", "find", "edit" if can_find else "send"]


async def test_killed_before_the_platform_had_it(office: Office) -> None:
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.slow = 60.0
    dying = asyncio.create_task(office.deliver(MONDAY))
    await office.slack.asked.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    office.slack.slow = 0.0
    assert await office.deliver(MONDAY + 2 * LEASE) == {Outcome.SENT: 1}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 v1"]


async def test_an_answer_that_never_came_is_asked_after(office: Office) -> None:
    """A time-out leaves it in doubt whether the message was taken."""
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.loses_answers = True
    assert await office.deliver(MONDAY, patience=0.2) == {Outcome.LATER: 1}
    office.slack.loses_answers = False
    assert await office.deliver(MONDAY + 30 * SECOND) == {Outcome.EDITED: 1}
    assert len(office.slack.texts("health-1")) == 1


async def test_what_is_in_doubt_stays_so_when_the_platform_is_too_busy_to_be_asked(office: Office) -> None:
    """Its "not now" is about the question: whether the message arrived is still not known."""
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    office.slack.loses_answers = True
    await office.deliver(MONDAY, patience=0.05)
    office.slack.loses_answers = False
    office.slack.troubles["health-1"] = [TryLater("ratelimited", 5)]
    await office.deliver(MONDAY + 60 * SECOND)
    assert await office.deliver(MONDAY + 120 * SECOND) == {Outcome.EDITED: 1}
    assert [what for what, _ in office.slack.calls] == ["send", "find", "find", "edit"]
    assert len(office.slack.texts("health-1")) == 1


async def test_a_withdrawal_noted_too_late_forgets_no_card_that_was_posted_since(office: Office) -> None:
    """Its process stood still for longer than its claim lasted; meanwhile the case was shown there again."""
    council, room = office.council, office.council.room(Agency.HEALTH)
    case, later = council.case(), MONDAY + 2 * LEASE
    office.show(case, room)
    await office.deliver(MONDAY)
    with council.store.transaction() as db:
        db.execute(update(Post).values(withdraw=True, wanted=Post.wanted + 1, state=PostState.WAITING))

    def in_hand(now: datetime) -> Any:
        with council.store.transaction() as db:
            (claim,) = queue.claim(db, SLACK, now, until=now + LEASE, most=5)
            return outbox.prepare(council.turn(db, now), claim, post_message)

    late = in_hand(MONDAY)
    office.show(case, room, now=later)
    again = in_hand(later)
    with council.store.transaction() as db:
        outbox.note_shown(council.turn(db, later), again, "new", sent=True, again=False)
        outbox.note_withdrawn(db, late)
    assert (office.post().state, office.post().platform_id) == (PostState.SENT, "new")


async def test_a_withdrawal_in_doubt_finds_what_it_should_take_away(office: Office) -> None:
    case = office.council.case()
    office.show(case, office.council.room(Agency.HEALTH))
    office.slack.loses_answers = True
    await office.deliver(MONDAY, patience=0.2)
    office.slack.loses_answers = False
    with office.council.store.transaction() as db:
        posts.withdraw_case(office.council.turn(db, MONDAY), case)
    assert await office.deliver(MONDAY + 30 * SECOND) == {Outcome.WITHDRAWN: 1}
    assert office.slack.everything == []


async def test_two_replicas_never_send_the_same_post(office: Office) -> None:
    council = office.council
    rooms = [council.room(Agency.HEALTH) for _ in range(5)]
    for _ in range(6):
        office.show(council.case(), *rooms)
    office.slack.slow = 0.01
    stores = [Store(council.store.url) for _ in range(3)]
    rounds = await asyncio.gather(*(office.courier(store).deliver(MONDAY) for store in stores))
    for store in stores:
        store.close()
    assert sum(one[Outcome.SENT] for one in rounds) == 30
    assert len(office.slack.kept) == len({kept.key for kept in office.slack.kept.values()}) == 30


async def test_at_most_twenty_at_once_and_one_in_a_room(office: Office) -> None:
    rooms = [office.council.room(Agency.HEALTH) for _ in range(25)]
    for _ in range(2):
        office.show(office.council.case(), *rooms)
    office.slack.hold = 20
    assert await office.deliver(MONDAY) == {Outcome.SENT: 50}
    assert (office.slack.most_at_once, office.slack.most_at_once_in_a_place) == (20, 1)


async def test_a_room_that_does_not_answer_gets_no_second_message_and_delays_no_other(office: Office) -> None:
    rooms = [office.council.room(agency) for agency in (Agency.HEALTH, Agency.EDUCATION)]
    for _ in range(3):
        office.show(office.council.case(), *rooms)
    office.slack.stuck.add("health-1")
    stuck = asyncio.create_task(office.deliver(MONDAY))
    async with asyncio.timeout(10):
        while len(office.slack.texts("education-1")) < 3:  # noqa: ASYNC110  what is awaited is a count
            await asyncio.sleep(0.01)
    assert office.slack.calls.count(("send", "health-1")) == 1
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)


async def test_a_slow_platform_delays_only_itself(office: Office) -> None:
    case = office.council.case()
    office.show(case, office.council.room(Agency.HEALTH), office.council.room(Agency.EDUCATION, on=TEAMS))
    office.slack.slow = 60.0
    courier = office.courier()
    stuck = asyncio.create_task(courier.deliver_to(SLACK, MONDAY))
    assert await courier.deliver_to(TEAMS, MONDAY) == {Outcome.SENT: 1}
    assert not stuck.done()
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)


async def test_a_bug_in_one_posts_words_sets_it_aside_for_an_hour(office: Office) -> None:
    shah = office.council.person("Shah")
    office.tell(shah, Notice.IMPORTED)
    office.tell(shah, Notice.ASSIGNED)
    assert await office.deliver(MONDAY) == {Outcome.FAULT: 1, Outcome.SENT: 1}
    (broken,) = office.council.posts(Post.state == PostState.WAITING)
    assert broken.trouble.startswith("fault ") and broken.not_before >= MONDAY + timedelta(hours=1)


async def test_a_row_that_cannot_be_read_keeps_back_its_own_post_alone(office: Office) -> None:
    shah, brown = office.council.person("Shah"), office.council.person("Brown")
    for person in (shah, brown):
        office.nudge(office.council.case(person), person=person)
    with office.council.store.transaction() as db:
        db.execute(text("UPDATE person SET agency = 'elsewhere', role = 'nobody' WHERE name = 'Shah'"))
    told = await office.courier(render=post_message).deliver(MONDAY)
    assert told == {Outcome.FAULT: 1, Outcome.SENT: 1}
    assert office.slack.texts("dm-brown-1") and not office.slack.texts("dm-shah-1")


@pytest.mark.databases("sqlite")
async def test_so_does_one_whose_text_is_none(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL keeps no such text. SQLite does, and its own words for it repeat what stands there."""
    shah, brown = office.council.person("Shah"), office.council.person("Brown")
    for person in (shah, brown):
        office.nudge(office.council.case(person), person=person)
    with office.council.store.transaction() as db:
        db.execute(text("UPDATE person SET name = CAST(x'53686168ff' AS TEXT) WHERE name = 'Shah'"))
    told = await office.courier(render=post_message).deliver(MONDAY)
    assert told == {Outcome.FAULT: 1, Outcome.SENT: 1}
    assert office.slack.texts("dm-brown-1") and "Shah" not in caplog.text


async def test_a_post_that_keeps_failing_is_shown_to_the_administrators_with_its_code(office: Office) -> None:
    council, shah = office.council, office.council.person("Shah")
    council.room(None, on=TEAMS)
    office.tell(shah, Notice.IMPORTED)
    for hour in range(3):
        assert office.teams.everything == []
        assert await office.deliver(MONDAY + timedelta(hours=hour, minutes=hour)) == {Outcome.FAULT: 1}
    (told,) = council.posts(Post.state == PostState.WAITING, Post.connection_id == TEAMS)
    (broken,) = council.posts(Post.state == PostState.WAITING, Post.connection_id == SLACK)
    assert broken.trouble == f"fault {told.about['code']}"
    with council.store.reading() as db:
        said = post_message(council.turn(db, MONDAY), told)
    assert said and said.text.startswith(f"Message {broken.id} cannot be written")


async def test_a_broken_word_about_broken_words_tells_of_no_more(office: Office) -> None:
    council = office.council
    council.room(None)
    with council.store.transaction() as db:
        posts.tell_administrators(council.turn(db, MONDAY), Notice.UNDELIVERED)

    def broken(_turn: Turn, _post: Post) -> Message | None:
        raise KeyError("a bug in the words")

    courier = Courier(council.store, RULES, VAULT, chats={SLACK: office.slack}, render=broken)
    for hour in range(4):
        assert await courier.deliver(MONDAY + timedelta(hours=2 * hour)) == {Outcome.FAULT: 1}
    assert len(council.posts()) == 1


async def test_what_waits_for_a_chat_that_was_disconnected_is_said_elsewhere(office: Office) -> None:
    council = office.council
    council.room(None, on=TEAMS)
    shah = council.person("Shah")
    council.account(shah, TEAMS)
    office.nudge(council.case(shah), person=shah)
    office.tell(shah)
    with council.store.transaction() as db:
        db.get_one(Connection, SLACK).active = False
    assert await office.courier().give_up_on_closed(MONDAY) == 2
    await office.deliver(MONDAY)
    assert sorted(office.teams.texts("dm-shah-2")) == ["7-before", "assigned"]


async def test_nothing_more_comes_to_an_unbound_room(office: Office) -> None:
    council = office.council
    council.room(None)
    room, case = council.room(Agency.HEALTH), council.case()
    office.nudge(case, room=room)
    office.show(case, room)
    with council.store.transaction() as db:
        db.get_one(Room, room.id).bound = False
    await office.deliver(MONDAY)
    await office.deliver(MONDAY + SECOND)
    assert office.slack.texts("health-1") == []
    assert "7-before" in office.slack.texts("administrators-1")


async def test_of_two_waiting_the_older_goes_first(office: Office) -> None:
    room = office.council.room(Agency.HEALTH)
    newer, older = office.council.case(), office.council.case()
    office.show(newer, room, now=MONDAY)
    office.show(older, room, now=MONDAY - timedelta(minutes=1))
    await office.deliver(MONDAY)
    assert office.slack.texts("health-1") == ["SEND-2026-0002 v1", "SEND-2026-0001 v1"]
    assert office.council.posts(col(Post.sent_at).is_(None)) == []
