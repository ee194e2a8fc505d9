"""The auditor: whatever is late is found, said once, and shown; what is as it should be is left alone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select, update

from bot.auditor import Audit, Auditor
from bot.cards.posted import post_message
from bot.cases import history, posts
from bot.cases.auditing import Found
from bot.cases.history import New
from bot.cases.posts import NOBODY
from bot.cases.set_aside import set_aside_lately
from bot.commandline import WRONG
from bot.courier import Courier, Delivered, Outcome
from bot.domain.ladder import TOO_LATE
from bot.domain.message import Message
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind, Notice, PostSays, PostState
from bot.reminders import digests, sweep
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Deadline, Nudge, Post, Request, Room
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.domain.days import day
from tests.fake_chat import FakeChat
from tests.town import Town

MONDAY = at("2026-10-19 09:00")
"""Ten in London: nudges have been going out for an hour."""
NIGHT = at("2026-10-20 01:30")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STARTED, LEGAL = date(2026, 9, 7), date(2026, 10, 26)
"""The rung of seven days before is ripe on that Monday at nine."""


def words(turn: Turn, post: Post) -> Message | None:
    if post.says is not PostSays.NUDGES:
        return post_message(turn, post)
    said = posts.nudges_of(turn, post)
    return Message(" ".join(nudge.rung for nudge in said)) if said else None


@dataclass
class Desk:
    """A council with an administrators' room, two chats, a courier and an auditor."""

    council: Council
    slack: FakeChat = field(default_factory=FakeChat)
    teams: FakeChat = field(default_factory=FakeChat)
    auditor: Auditor = field(default_factory=Auditor)

    def __post_init__(self) -> None:
        self.room = self.council.room(None)
        self.shah = self.council.person("Shah")

    def audit(self, now: datetime = MONDAY, auditor: Auditor | None = None) -> Audit:
        return (auditor or self.auditor).audit(self.council.store, RULES, VAULT, now)

    def audited(self, now: datetime = MONDAY) -> Audit:
        """The audit of a bot that has been running."""
        self.auditor.last = Audit(now - 5 * MINUTE)
        return self.audit(now)

    def found(self, now: datetime = MONDAY) -> dict[Found, int]:
        return {one.found: len(one.ids) for one in self.audited(now).findings}

    def sing(self, now: datetime) -> bool:
        return self.auditor.sing(self.council.store, RULES, VAULT, now)

    async def deliver(self, now: datetime = MONDAY) -> Delivered:
        chats = {SLACK: self.slack, TEAMS: self.teams}
        return await Courier(self.council.store, RULES, VAULT, chats=chats, render=words).deliver(now)

    def sweep(self, now: datetime = MONDAY) -> int:
        return sweep(self.council.store, RULES, VAULT, now).said

    def clock(self, case: Case | None = None, **more: Any) -> Deadline:
        """A deadline whose only ripe rung is that Monday's; not looked at by itself."""
        values = {"next_at": None, **more}
        return self.council.clock(case or self.council.case(self.shah), LEGAL, started_on=STARTED, **values)

    def nudge(self, deadline: Deadline | None = None, *, key: str = "1", **more: Any) -> Nudge:
        """A nudge as it stands in the ledger; in no post unless one is given."""
        of = deadline or self.clock()
        values = {"rung": "7-before", "hears": "owner", "person_id": self.shah.id, "at": MONDAY - HOUR, **more}
        nudge = Nudge(key=f"{of.id}/{key}", deadline_id=of.id, due=of.legal, **values)
        self.council.add(nudge)
        return nudge

    def post(self, key: str = "post", **more: Any) -> Post:
        """A post, due eleven minutes ago unless something else is said."""
        late = MONDAY - 11 * MINUTE
        what = {"says": PostSays.NOTICE, "about": {"notice": Notice.IMPORTED}, "person_id": self.shah.id}
        when = {"not_before": late, "due_at": late, "made_at": late}
        post = Post(key=key, connection_id=SLACK, **{**what, **when, **more})
        self.council.add(post)
        return post

    def notices(self) -> list[Post]:
        said = self.council.posts(Post.says == PostSays.NOTICE, Post.room_id == self.room.id)
        return [post for post in said if post.about["notice"] == Notice.FOUND_UNSAID]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    store = Store(database_url)
    yield Desk(Council(store))
    store.close()


# Posts


@pytest.mark.parametrize(
    ("how_it_stands", "is_found"),
    [
        ({}, True),
        ({"due_at": None}, True),
        ({"due_at": MONDAY - 9 * MINUTE}, False),
        ({"not_before": MONDAY - 9 * MINUTE}, False),  # a living card wanted anew, or one that was held back until then
        ({"not_before": MONDAY + 2 * MINUTE}, False),  # the platform asked for that: it said how long to wait
        ({"claimed_until": MONDAY + 30 * SECOND}, False),  # in hand
        ({"claimed_until": MONDAY - SECOND}, True),
        ({"claimed_until": MONDAY - SECOND, "not_before": MONDAY + 2 * MINUTE, "trouble": "TimeoutError"}, True),
        ({"claimed_until": MONDAY + 3 * HOUR}, True),  # a clock that was three hours fast took it in hand
        ({"not_before": MONDAY + 9 * HOUR}, True),
        ({"refresh": True, "says": PostSays.CASE_CARD}, False),
        ({"state": PostState.SENT}, False),
        ({"state": PostState.FAILED}, False),
    ],
)
def test_a_post_that_is_late_is_found(desk: Desk, how_it_stands: dict[str, Any], is_found: bool) -> None:
    desk.post(**how_it_stands)
    assert desk.found() == ({Found.UNSENT: 1} if is_found else {})


@pytest.mark.parametrize(
    ("now", "is_found"),
    [
        ("2026-10-19 17:30", False),  # in London it is evening
        ("2026-10-20 07:31", False),  # the office has just opened
        ("2026-10-20 07:41", True),
        ("2026-10-24 10:00", False),  # a Saturday
    ],
)
def test_nudges_that_wait_for_the_office_to_open_are_not_late(desk: Desk, now: str, is_found: bool) -> None:
    desk.post(says=PostSays.NUDGES, about={"nudges": []}, claimed_until=MONDAY)
    assert desk.found(at(now)) == ({Found.UNSENT: 1} if is_found else {})


async def test_a_post_taken_by_a_clock_that_was_wrong_goes_again_and_the_platform_is_asked_first(desk: Desk) -> None:
    post = desk.post(claimed_until=MONDAY + 3 * HOUR, not_before=MONDAY + 9 * HOUR)
    assert await desk.deliver() == {}
    assert desk.audited().again == 1
    assert await desk.deliver() == {Outcome.SENT: 2}, "the post, and the word to the administrators"
    assert ("find", "dm-shah-1") in desk.slack.calls
    assert [kept.key for kept in desk.slack.kept.values()].count(post.key) == 1


async def test_a_post_that_was_sent_is_not_said_twice_by_the_auditor(desk: Desk) -> None:
    """The answer was lost, and the process with it; the clock was wrong as well."""
    desk.post(claimed_until=MONDAY + 3 * HOUR)
    desk.slack.kept["m0"] = (kept := type("Kept", (), {"place": "dm-shah-1", "key": "post", "texts": ["said"]})())
    desk.audited()
    await desk.deliver()
    assert len([one for one in desk.slack.kept.values() if one.place == "dm-shah-1"]) == 1
    assert len(kept.texts) == 2, "it was written anew where it stood"


# Deadlines


def test_a_deadline_that_no_sweep_looked_at_is_said_by_the_auditor(desk: Desk) -> None:
    desk.clock(next_at=MONDAY - HOUR)
    assert desk.audit(MONDAY).again == 1
    assert [nudge.rung for nudge in desk.council.nudges() if not nudge.skipped] == ["7-before"]
    assert len(desk.council.posts(Post.says == PostSays.NUDGES)) == 1
    assert (desk.sweep(), desk.audit(MONDAY + 5 * MINUTE).findings) == (0, ())


@pytest.mark.parametrize("now", ["2026-10-19 08:05", "2026-10-18 12:00", "2026-10-19 20:00"])
def test_a_deadline_waits_for_the_hours_of_speaking(desk: Desk, now: str) -> None:
    desk.clock(next_at=at("2026-10-16 08:00"))
    assert desk.found(at(now)) == {}


def test_a_nudge_that_comes_late_was_due_at_its_own_minute(desk: Desk) -> None:
    """So that its lateness is measured, after an outage too; what ripened at night was due in the morning."""
    desk.clock(next_at=MONDAY - HOUR)
    assert desk.sweep(MONDAY + 2 * HOUR) == 1
    (post,) = desk.council.posts(Post.says == PostSays.NUDGES)
    assert (post.due_at, post.not_before) == (MONDAY - HOUR, MONDAY + 2 * HOUR)


async def test_what_is_held_for_the_night_is_due_in_the_morning(desk: Desk) -> None:
    post = desk.post(says=PostSays.NUDGES, about={"nudges": []})
    await desk.deliver(at("2026-10-19 18:00"))
    (held,) = desk.council.posts(Post.id == post.id)
    assert held.due_at == held.not_before == at("2026-10-20 07:30")


def test_a_case_of_somebody_who_hears_of_several_is_told_in_one_post(desk: Desk) -> None:
    for _ in range(3):
        desk.clock(next_at=MONDAY - HOUR)
    assert desk.audit().again == 3
    (post,) = desk.council.posts(Post.says == PostSays.NUDGES)
    assert len(post.about["nudges"]) == 3


POISON = """CREATE TRIGGER poison BEFORE INSERT ON nudge WHEN NEW.deadline_id = {}
BEGIN SELECT RAISE(ABORT, 'this one cannot be kept'); END"""


@pytest.mark.databases("sqlite")
def test_a_deadline_that_cannot_be_swept_is_set_aside_and_stops_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    clocks = [desk.clock(next_at=MONDAY - HOUR) for _ in range(5)]
    with desk.council.store.transaction() as db:
        db.execute(text(POISON.format(clocks[2].id)))
    assert desk.audit().again == 4
    assert {nudge.deadline_id for nudge in desk.council.nudges()} == {one.id for one in clocks} - {clocks[2].id}
    (aside,) = desk.council.all(Deadline, Deadline.id == clocks[2].id)
    assert aside.next_at == MONDAY + HOUR
    assert f"deadline {clocks[2].id} is set aside for an hour" in caplog.text


@pytest.mark.databases("sqlite")
def test_a_sweep_goes_on_past_what_cannot_be_swept(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    clocks = [desk.clock(next_at=MONDAY - HOUR) for _ in range(5)]
    with desk.council.store.transaction() as db:
        db.execute(text(POISON.format(clocks[2].id)))
    assert desk.sweep() == 4
    assert {nudge.deadline_id for nudge in desk.council.nudges()} == {one.id for one in clocks} - {clocks[2].id}
    (aside,) = desk.council.all(Deadline, Deadline.id == clocks[2].id)
    assert aside.next_at == MONDAY + HOUR
    assert f"deadline {clocks[2].id} is set aside for an hour" in caplog.text
    assert desk.sweep(MONDAY + MINUTE) == 0


# Nudges


async def test_a_nudge_in_no_post_is_said_once(desk: Desk) -> None:
    desk.nudge()
    assert desk.audit().again == 1
    assert desk.audit(MONDAY + 5 * MINUTE).findings == ()
    await desk.deliver(MONDAY + 6 * MINUTE)
    assert desk.slack.texts("dm-shah-1") == ["7-before"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": ClockState.MET},
        {"legal": date(2026, 11, 2)},
        {"ladder": ""},
    ],
)
def test_a_nudge_that_is_no_longer_true_is_not_said(desk: Desk, change: dict[str, Any]) -> None:
    nudge = desk.nudge()
    with desk.council.store.transaction() as db:
        db.execute(update(Deadline).where(Deadline.id == nudge.deadline_id).values(**change))  # type: ignore[arg-type]
    assert desk.found() == {}


def test_a_nudge_of_a_closed_case_is_not_said(desk: Desk) -> None:
    desk.nudge(desk.clock(desk.council.case(desk.shah, status=CaseStatus.CLOSED)))
    assert desk.found() == {}


def test_a_nudge_for_which_it_is_too_late_is_noted_and_not_said(desk: Desk) -> None:
    desk.nudge()
    late = at("2026-10-27 10:00")  # the day after the date
    assert desk.audit(late).again == 0
    assert [nudge.skipped for nudge in desk.council.nudges()] == [TOO_LATE]
    assert desk.audit(late).findings == ()


@pytest.mark.parametrize(
    ("now", "is_found"),
    [
        ("2026-10-19 16:00", False),
        ("2026-10-20 10:00", False),  # this morning's digests may still be put in
        ("2026-10-20 11:01", True),  # noon in London: the morning passed without it
    ],
)
def test_what_arrived_late_waits_for_a_digest_and_no_longer(desk: Desk, now: str, is_found: bool) -> None:
    desk.nudge(late_arrival=True, at=MONDAY)
    assert (Found.UNSAID in desk.found(at(now))) == is_found


def test_a_digest_that_comes_says_it_and_nothing_is_found(desk: Desk) -> None:
    desk.nudge(late_arrival=True, at=MONDAY)
    assert digests(desk.council.store, RULES, VAULT, at("2026-10-20 07:31")) == 1
    assert desk.found(at("2026-10-20 12:00")) == {Found.UNSENT: 1}, "the digest itself, which nobody sends here"


async def test_what_nobody_could_hear_is_said_once_somebody_can(desk: Desk) -> None:
    brown = desk.council.person("Brown", on=None)
    desk.nudge(desk.clock(desk.council.case(brown, restricted=True)), skipped=f"{NOBODY}: Brown can't be reached")
    assert desk.audited().again == 0
    desk.council.account(brown, TEAMS)
    assert desk.audit(MONDAY + 5 * MINUTE).again == 1
    await desk.deliver(MONDAY + 6 * MINUTE)
    assert desk.teams.texts("dm-brown-2") == ["7-before"]
    assert [nudge.skipped for nudge in desk.council.nudges()] == [""]


def test_one_that_cannot_be_said_again_stops_no_other_and_is_shown_to_a_person(desk: Desk) -> None:
    """Of a ladder that a council took out of its overlay."""
    bad, good = (desk.nudge(desk.clock(desk.council.case(desk.shah)), skipped=NOBODY) for _ in range(2))
    with desk.council.store.transaction() as db:
        db.get_one(Deadline, bad.deadline_id).ladder = "taken out"
    assert desk.audited().again == 1
    assert {nudge.id: nudge.skipped for nudge in desk.council.nudges()} == {bad.id: NOBODY, good.id: ""}
    assert [post.about["deadline"] for post in desk.council.posts() if post.about.get("notice") == "set_aside"] == [
        bad.deadline_id
    ]


def test_it_is_not_tried_again_where_it_was_tried_in_vain(desk: Desk) -> None:
    """Else every audit would make a post that fails."""
    nudge = desk.nudge(skipped=NOBODY)
    where = {"person_id": desk.shah.id, "about": {"nudges": [nudge.id]}}
    failed = desk.post(says=PostSays.NUDGES, state=PostState.FAILED, **where)
    with desk.council.store.transaction() as db:
        db.get_one(Nudge, nudge.id).post_id = failed.id
    assert (desk.found(), desk.audit(MONDAY).again) == ({Found.UNHEARD: 1}, 0)
    desk.council.account(desk.shah, TEAMS, heard_at=MONDAY)
    assert desk.audit(MONDAY).again == 1


def test_nothing_older_is_said_after_something_newer(desk: Desk) -> None:
    deadline = desk.clock()
    desk.nudge(deadline, key="1", skipped=NOBODY)
    desk.nudge(deadline, key="2", rung="3-before", post_id=desk.post(state=PostState.SENT).id)
    assert desk.found() == {}


@pytest.mark.parametrize("sweep_is_first", [True, False])
@pytest.mark.parametrize("ripe", [3 * HOUR, 5 * MINUTE], ids=["was down all morning", "has just come due"])
async def test_what_no_digest_told_is_not_said_beside_something_newer(
    desk: Desk, sweep_is_first: bool, ripe: timedelta
) -> None:
    """Recorded late on a Friday, and nothing ran on Monday before noon: by then a newer reminder is due."""
    noon = at("2026-10-19 11:05")
    desk.nudge(desk.clock(next_at=noon - ripe), rung="14-before", late_arrival=True, at=at("2026-10-16 12:00"))
    for does in (desk.sweep, desk.audit) if sweep_is_first else (desk.audit, desk.sweep):
        does(noon)
        await desk.deliver(noon + MINUTE)
    assert desk.slack.texts("dm-shah-1") == ["7-before"]
    assert desk.audit(noon + 11 * MINUTE).again == 0


def test_two_replicas_that_audit_at_once_say_it_once(desk: Desk) -> None:
    for _ in range(5):
        desk.nudge()
    with ThreadPoolExecutor(4) as replicas:
        audits = list(replicas.map(lambda _: desk.audit(MONDAY, Auditor()), range(4)))
    assert sum(one.again for one in audits) == 5
    put = desk.council.posts(Post.says == PostSays.NUDGES)
    assert sorted(nudge for post in put for nudge in post.about["nudges"]) == [1, 2, 3, 4, 5]
    assert len(desk.notices()) == 1


# What it shows


def test_a_bot_that_has_just_come_back_is_not_judged(desk: Desk) -> None:
    """What became late while it was away is about to go out."""
    desk.post()
    first, second = desk.audit(), desk.audit(MONDAY + 5 * MINUTE)
    assert (len(first.findings), first.unhappy, first.judged) == (1, 0, False)
    assert (second.unhappy, second.judged) == (1, True)
    assert not desk.audit(MONDAY + 2 * HOUR).judged, "a day's sleep of the machine is an absence too"


def test_the_administrators_hear_once_a_day_and_the_log_has_the_code(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    case = desk.council.case(desk.shah)
    desk.post(case_id=case.id)
    desk.audited()
    desk.audit(MONDAY + 5 * MINUTE)
    (notice,) = desk.notices()
    assert f"audit {notice.about['code']}: unsent: 1" in caplog.text
    with desk.council.store.reading() as db:
        said = post_message(desk.council.turn(db, MONDAY), notice)
    assert said and said.text == (
        "1 message was not sent within ten minutes. About SEND-2026-0001. What could be done again has been, and"
        f" nothing is said twice. Tell whoever runs the bot: code {notice.about['code']}."
    )
    desk.audited(MONDAY + 24 * HOUR)
    assert len(desk.notices()) == 2


def test_no_restricted_case_is_named(desk: Desk) -> None:
    desk.nudge(desk.clock(desk.council.case(desk.shah, restricted=True)))
    desk.nudge(desk.clock(desk.council.case(desk.shah)))
    desk.audited()
    (notice,) = desk.notices()
    with desk.council.store.reading() as db:
        said = post_message(desk.council.turn(db, MONDAY), notice)
    assert said and "SEND-2026-0002" in said.text and "SEND-2026-0001" not in said.text


@pytest.mark.parametrize("has_a_room", [True, False])
def test_what_only_people_can_mend_makes_it_unhappy_where_nobody_is_told(desk: Desk, has_a_room: bool) -> None:
    desk.nudge(desk.clock(desk.council.case(desk.council.person("Brown", on=None), restricted=True)), skipped=NOBODY)
    if not has_a_room:
        with desk.council.store.transaction() as db:
            db.get_one(Room, desk.room.id).bound = False
    assert desk.audited().unhappy == (0 if has_a_room else 1)


# The canary


async def test_the_canary_is_one_message_written_anew_each_hour(desk: Desk) -> None:
    for hour in range(9, 12):
        moment = at(f"2026-10-19 {hour:02}:00") + 40 * SECOND
        assert (desk.sing(moment), desk.sing(moment + MINUTE)) == (True, False)
        await desk.deliver(moment)
    (kept,) = desk.slack.kept.values()
    told = "Nudges were last checked end to end on Mon 19 Oct at {}."
    assert (kept.place, kept.texts) == (desk.room.place, [told.format(f"{hour}:00") for hour in (10, 11, 12)])


@pytest.mark.parametrize("now", ["2026-10-19 07:00", "2026-10-19 16:31", "2026-10-24 10:00"])
def test_the_canary_keeps_office_hours(desk: Desk, now: str) -> None:
    assert not desk.sing(at(now))


def test_without_a_room_of_the_administrators_there_is_none(desk: Desk) -> None:
    with desk.council.store.transaction() as db:
        db.get_one(Room, desk.room.id).bound = False
    assert not desk.sing(MONDAY)
    assert desk.found() == {}


@pytest.mark.parametrize(
    ("shown", "now", "is_silent"),
    [
        ("2026-10-19 08:00", "2026-10-19 09:59", False),
        ("2026-10-19 08:00", "2026-10-19 10:01", True),
        ("2026-10-16 16:00", "2026-10-19 08:45", False),  # half an hour of the Friday, and a quarter past nine
        ("2026-10-16 14:00", "2026-10-19 08:45", True),
        ("2026-10-16 16:00", "2026-10-18 12:00", False),
        ("2026-09-01 08:00", "2026-10-19 09:00", True),
    ],
)
def test_a_canary_that_is_silent_for_two_hours_of_work_is_found(
    desk: Desk, shown: str, now: str, is_silent: bool
) -> None:
    desk.sing(MONDAY)
    with desk.council.store.transaction() as db:
        canary = db.exec(select(Post).where(Post.says == PostSays.CANARY)).one()
        canary.state, canary.sent_at = PostState.SENT, at(shown)
    assert desk.found(at(now)) == ({Found.NO_CANARY: 1} if is_silent else {})


async def test_a_canary_whose_message_was_deleted_is_posted_anew(desk: Desk) -> None:
    desk.sing(MONDAY)
    await desk.deliver()
    desk.slack.kept.clear()
    desk.sing(MONDAY + HOUR)
    assert await desk.deliver(MONDAY + HOUR) == {Outcome.SENT: 1}


# The night


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    for child in ("Maisie Palmer", "Arun Palmer"):
        town.opens("Priya", child, received=day("Mon 7 Sep 2026"))
    town.say("Frances", "mp", values=LETTER)
    town.deliver()
    yield town
    store.close()


LETTER = {"member": "Dana Okoro", "constituency": "North", "received": "2026-10-01", "matters": "enquiry"}


def nights(town: Town, auditor: Auditor, first: datetime = NIGHT, *, many: int = 7) -> int:
    """How many cases and letters were derived in so many nights."""
    times = [first + timedelta(days=n, minutes=m) for n in range(many) for m in range(3)]
    return sum(auditor.derive(town.store, RULES, town.vault, now) for now in times)


def test_every_open_case_and_letter_is_derived_once_in_seven_nights(town: Town) -> None:
    town.say("Priya", "close 0047 withdrawn")
    assert nights(town, Auditor()) == 2, "a case and a letter: the other case is closed"


@pytest.mark.parametrize(("hour", "is_night"), [("22:30", False), ("00:30", True), ("03:30", True), ("04:30", False)])
def test_only_the_night_is_for_deriving(town: Town, hour: str, is_night: bool) -> None:
    first = next(day for day in range(12, 19) if nights(town, Auditor(), at(f"2026-10-{day} 01:30"), many=1))
    assert bool(nights(town, Auditor(), at(f"2026-10-{first} {hour}"), many=1)) == is_night


@pytest.mark.parametrize(
    "planted",
    [{"legal": date(2027, 3, 1), "safe": date(2027, 3, 1)}, {"next_at": None}, {"state": ClockState.STOPPED}],
)
def test_a_deadline_that_went_astray_is_put_right_and_told(town: Town, planted: dict[str, Any]) -> None:
    which = (Deadline.rule == "ehcna_decide", Deadline.case_id == 1)
    (before,) = town.all(Deadline, *which)
    assert before.next_at is not None
    with town.store.transaction() as db:
        db.execute(update(Deadline).where(*which).values(**planted))  # type: ignore[arg-type]
    auditor = Auditor()
    auditor.audit(town.store, RULES, town.vault, NIGHT)
    nights(town, auditor)
    (after,) = town.all(Deadline, *which)
    assert (after.legal, after.state, after.next_at is None) == (before.legal, before.state, False)
    told = auditor.audit(town.store, RULES, town.vault, NIGHT + timedelta(days=7))
    assert [(one.found, one.cases) for one in told.findings if one.found is Found.ASTRAY] == [(Found.ASTRAY, (1,))]


def test_one_that_was_lost_comes_back(town: Town) -> None:
    with town.store.transaction() as db:
        db.execute(text("DELETE FROM deadline WHERE rule = 'final_plan' AND case_id = 2"))
    nights(town, Auditor())
    assert len(town.all(Deadline, Deadline.rule == "final_plan", Deadline.case_id == 2)) == 1


def test_a_record_in_order_is_left_as_it_is(town: Town) -> None:
    before = [each.model_dump() for table in (Case, Deadline, Post, Nudge) for each in town.all(table)]
    assert nights(town, Auditor()) == 3
    assert [each.model_dump() for table in (Case, Deadline, Post, Nudge) for each in town.all(table)] == before


def test_what_an_owner_has_in_hand_is_not_astray(town: Town) -> None:
    """Their rungs rest until they are asked again, so that the sweep looks only then."""
    town.now = at("2026-09-08 09:00")
    town.opens("Priya", "Noah Grant", received=day("Tue 8 Sep 2026"))
    town.now = at("2026-10-13 07:00")
    assert "asked again on Fri 16 Oct" in town.say("Priya", "have it 0051").text
    for moment in ("2026-10-13 08:00", "2026-10-13 08:01"):
        town.now = at(moment)
        town.remind()
    which = (Deadline.rule == "ehcna_decide", Deadline.case_id == 3)
    assert [row.next_at for row in town.all(Deadline, *which)] == [at("2026-10-16 08:00")]
    assert nights(town, Auditor(), at("2026-10-14 01:30"), many=1) == 1
    assert [row.next_at for row in town.all(Deadline, *which)] == [at("2026-10-16 08:00")]


# What a fault of ours keeps back


def told_of_faults(town: Town) -> list[str]:
    said = [post for post in town.all(Post, Post.says == PostSays.NOTICE) if post.about["notice"] == Notice.SET_ASIDE]
    with town.store.reading() as db:
        messages = [post_message(town.turn(db), post) for post in said]
    return [message.text for message in messages if message]


def break_the_ladder(town: Town, case: int) -> None:
    """Name a ladder that no rules know, as a fault of ours might."""
    with town.store.transaction() as db:
        which = (Deadline.rule == "ehcna_decide", Deadline.case_id == case)
        db.execute(update(Deadline).where(*which).values(ladder="no such", next_at=town.now))  # type: ignore[arg-type]


@pytest.mark.parametrize("restricted", ["no", "yes"])
def test_a_date_that_cannot_be_looked_at_is_shown_to_a_person_once_a_day_and_found_by_who_asks(
    town: Town, restricted: str
) -> None:
    town.opens("Priya", "Noah Grant", received=day("Mon 7 Sep 2026"), restricted=restricted)
    break_the_ladder(town, 3)
    for _ in range(3):
        assert sweep(town.store, RULES, town.vault, town.now).set_aside == 1
        town.pass_time(hours=1, minutes=1)
    (told,) = told_of_faults(town)
    code = re.search(r"\(code (\w{4})\)", told)
    which = "SEND-2026-0051" if restricted == "no" else "a case or letter"  # not even that it is restricted
    assert code and told == (
        f"A date of {which} cannot be looked at, and nobody is nudged of it meanwhile: something is wrong on our side"
        f" (code {code[1]}). It is tried again each"
        " hour. Keep an eye on that date, and tell whoever runs the bot."
    )
    with town.store.reading() as db:
        (kept,) = set_aside_lately(town.turn(db))
        assert (kept.about.reference, kept.deadline and kept.deadline.rule) == ("SEND-2026-0051", "ehcna_decide")
        assert kept.code == code[1]
    town.pass_time(days=3)
    sweep(town.store, RULES, town.vault, town.now)
    assert len(told_of_faults(town)) == 2
    with town.store.transaction() as db:
        mine = update(Deadline).where(Deadline.case_id == 3, Deadline.rule == "ehcna_decide")  # type: ignore[arg-type]
        db.execute(mine.values(ladder="council", next_at=town.now))
    sweep(town.store, RULES, town.vault, town.now)
    with town.store.reading() as db:
        assert set_aside_lately(town.turn(db)) == [], "what was mended is set aside no more"


def break_the_record(town: Town, case: int) -> None:
    """An answer to a request that was made on another case: no clock can be counted on it."""
    with town.store.transaction() as db:
        request = Request(case_id=2, service="camhs", agency=Agency.HEALTH, asked_on=date(2026, 10, 1))
        db.add(request)
        db.flush()
        answer = New(EntryKind.ADVICE_RECEIVED, date(2026, 10, 2), clear={"response": "full"}, request_id=request.id)
        history.record(town.turn(db), db.get_one(Case, case), answer)


def test_a_case_that_cannot_be_derived_stops_no_other_and_is_shown_to_a_person(town: Town) -> None:
    for child in ("Noah Grant", "Lily Stone", "Omar Said", "Ella Hart", "Finn Cole", "Ivy Reed", "Max Lane"):
        town.opens("Priya", child, received=day("Mon 7 Sep 2026"))
    break_the_record(town, 1)
    with town.store.transaction() as db:
        db.execute(update(Deadline).where(Deadline.case_id == 8).values(exception="A1"))  # type: ignore[arg-type]
    assert nights(town, Auditor()) == 10, "nine cases and a letter, each in its night"
    (told,) = told_of_faults(town)
    assert told.startswith("The dates of SEND-2026-0042 could not be worked out afresh last night: something is wrong")
    assert not town.all(Deadline, Deadline.exception == "A1"), "the other was put right"
    ended, lines = town.operator("rebuild", "--check")
    assert ended == WRONG and re.fullmatch(
        r"SEND-2026-0042 cannot be derived, and stays as it is: a fault, code \w{4}", lines[0]
    )
    assert lines[1:] == ["1 case or letter cannot be derived; every other date follows from its entries and the rules."]
