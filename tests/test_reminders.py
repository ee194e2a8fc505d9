"""Sweeps: which day each rung speaks, to whom, and never twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlmodel import col

from bot.cases import posts
from bot.cases.nudging import Swept, look, write
from bot.courier import Courier
from bot.domain.calendar import ONE_DAY, london_date, london_time, moment
from bot.domain.ladder import SPEAKS
from bot.domain.message import Message
from bot.domain.terms import (
    Agency,
    CaseStatus,
    ClockKind,
    ClockState,
    EntryKind,
    Hears,
    LetterKind,
    Nature,
    PostSays,
    PostState,
    Process,
)
from bot.reminders import preview, sweep
from bot.turn import Turn
from storage.connect import Store
from storage.tables import (
    Case,
    Connection,
    Deadline,
    Enquiry,
    EnquiryCase,
    Entry,
    Nudge,
    Pattern,
    Person,
    Post,
    Room,
)
from tests.council import LONG_AGO, RULES, SLACK, TEAMS, VAULT, Council, at
from tests.domain.days import day as read_day
from tests.fake_chat import FakeChat


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def swept(council: Council, now: datetime | str, **more: int) -> Swept:
    return sweep(council.store, RULES, VAULT, at(now) if isinstance(now, str) else now, **more)


def nine(day: date) -> datetime:
    return moment(day, SPEAKS)


def said(council: Council) -> list[tuple[str, str, str]]:
    """(London day, rung, who heard) of all that was said, in order."""
    people = {person.id: person.name for person in council.all(Person)}
    rooms = {room.id: room.name for room in council.all(Room)}
    return [
        (london_date(nudge.at).isoformat(), nudge.rung, people.get(nudge.person_id) or rooms[nudge.room_id])
        for nudge in council.nudges(Nudge.skipped == "")
    ]


def skipped(council: Council) -> list[tuple[str, Hears, str]]:
    return [(nudge.rung, nudge.hears, nudge.skipped) for nudge in council.nudges(Nudge.skipped != "")]


class Ladder:
    """An officer, her manager, the head of service, and a health room."""

    def __init__(self, council: Council) -> None:
        self.head = council.person("Head")
        self.manager = council.person("Manager", manager=self.head)
        self.owner = council.person("Owner", manager=self.manager)
        self.health = council.room(Agency.HEALTH)


def test_the_agencys_ladder_from_the_first_rung_to_the_last(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    council.clock(
        case,
        date(2026, 10, 19),
        started_on=date(2026, 9, 7),
        ladder="agency",
        rule="advice_health",
        agency=Agency.HEALTH,
    )
    day = date(2026, 9, 7)
    while day < date(2026, 11, 20):
        swept(council, nine(day) - timedelta(minutes=1))
        swept(council, nine(day))
        day += ONE_DAY
    assert said(council) == [
        ("2026-10-05", "14-before", "health"),
        ("2026-10-12", "7-before", "Owner"),
        ("2026-10-12", "7-before", "health"),
        ("2026-10-16", "1-before", "Owner"),  # Friday: the day before the date is a Sunday
        ("2026-10-16", "1-before", "health"),
        ("2026-10-19", "the-day", "Owner"),
        ("2026-10-19", "the-day", "health"),
        ("2026-10-19", "the-day", "Manager"),
        ("2026-10-26", "5-after", "Owner"),
        ("2026-10-26", "5-after", "health"),
        ("2026-10-26", "5-after", "Manager"),
        ("2026-11-02", "10-after", "Manager"),
        ("2026-11-02", "10-after", "Head"),
    ]
    assert council.all(Deadline)[0].next_at is None


def words(turn: Turn, post: Post) -> Message | None:
    nudges = posts.nudges_of(turn, post)
    return Message(f"{london_time(turn.now):%a %-d %b %H:%M} {nudges[0].rung}") if nudges else None


@pytest.mark.parametrize(
    "started,legal,told_owner",
    [
        (
            date(2026, 9, 7),
            date(2026, 12, 28),  # Monday, Boxing Day's substitute
            [
                "Thu 10 Dec 09:00 14-before",
                "Thu 17 Dec 09:00 7-before",
                "Mon 21 Dec 09:00 3-before",
                "Wed 23 Dec 09:00 1-before",
                "Thu 24 Dec 09:00 the-day",
                "Tue 5 Jan 09:00 5-after",
            ],
        ),
        (
            date(2026, 11, 9),
            date(2027, 3, 29),  # Easter Monday
            [
                "Thu 11 Mar 09:00 14-before",
                "Thu 18 Mar 09:00 7-before",
                "Mon 22 Mar 09:00 3-before",
                "Wed 24 Mar 09:00 1-before",
                "Thu 25 Mar 09:00 the-day",
                "Mon 5 Apr 09:00 5-after",
            ],
        ),
    ],
)
async def test_the_last_word_comes_while_there_is_still_a_day_to_act(
    council: Council, started: date, legal: date, told_owner: list[str]
) -> None:
    """Domain facts 1.9, from the sweep to the chat."""
    ladder = Ladder(council)
    council.clock(council.case(ladder.owner), legal, started_on=started)
    chat = FakeChat()
    courier = Courier(council.store, RULES, VAULT, chats={SLACK: chat}, render=words)
    day = legal - timedelta(days=21)
    while day < legal + timedelta(days=21):
        for now in (nine(day) - timedelta(hours=1), nine(day), nine(day) + timedelta(hours=6)):
            swept(council, now)
            await courier.deliver(now)
        day += ONE_DAY
    assert chat.texts("dm-owner-1") == told_owner


@pytest.mark.parametrize(
    ("legal", "started_on", "rung", "at_nine"),
    [
        ("2026-11-02", "2026-10-20", "7-before", "2026-10-26 09:00"),  # the clocks went back the day before
        ("2026-04-13", "2026-03-02", "14-before", "2026-03-30 08:00"),  # the clocks went forward
    ],
)
def test_it_is_said_once_at_nine_in_london_though_the_clocks_change(
    council: Council, legal: str, started_on: str, rung: str, at_nine: str
) -> None:
    case = council.case(Ladder(council).owner)
    council.clock(case, date.fromisoformat(legal), started_on=date.fromisoformat(started_on))
    for hours in range(-72, 4):
        swept(council, at(at_nine) + timedelta(hours=hours, minutes=-1))
        swept(council, at(at_nine) + timedelta(hours=hours))
    assert [(nudge.rung, nudge.at) for nudge in council.nudges()] == [(rung, at(at_nine))]


def test_after_three_weeks_asleep_each_role_hears_once(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    council.clock(
        case,
        date(2026, 10, 19),
        started_on=date(2026, 9, 7),
        ladder="agency",
        rule="advice_health",
        agency=Agency.HEALTH,
    )
    assert swept(council, "2026-10-05 08:00").said == 1
    assert swept(council, "2026-10-27 10:00") == Swept(looked=1, said=3, skipped=9, posts=3)
    assert said(council)[1:] == [
        ("2026-10-27", "5-after", "Owner"),
        ("2026-10-27", "5-after", "health"),
        ("2026-10-27", "5-after", "Manager"),
    ]
    assert {why for _, _, why in skipped(council)} == {"a later reminder takes its place"}
    assert swept(council, "2026-10-27 10:01") == Swept()


def test_a_rung_before_the_date_is_never_said_after_it(council: Council) -> None:
    """The bot slept over Christmas: the day's own rung is still true, the warnings before it are not."""
    ladder = Ladder(council)
    council.clock(council.case(ladder.owner), date(2026, 12, 28), started_on=date(2026, 9, 7))
    swept(council, "2026-12-10 09:00")
    swept(council, "2026-12-29 09:00")
    assert said(council)[1:] == [("2026-12-29", "the-day", "Owner"), ("2026-12-29", "the-day", "Manager")]


def test_what_one_person_hears_in_a_sweep_is_one_post(council: Council) -> None:
    ladder = Ladder(council)
    for _ in range(3):
        council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    assert swept(council, "2026-10-05 08:00") == Swept(looked=3, said=3, posts=1)
    (post,) = council.posts()
    nudges = council.nudges()
    assert (post.says, post.person_id, post.about["nudges"]) == (
        PostSays.NUDGES,
        ladder.owner.id,
        [n.id for n in nudges],
    )
    assert {nudge.post_id for nudge in nudges} == {post.id}


def test_every_room_of_an_agency_hears_of_one_nudge(council: Council) -> None:
    ladder, second = Ladder(council), council.room(Agency.HEALTH, on=TEAMS)
    council.clock(
        council.case(ladder.owner),
        date(2026, 10, 19),
        started_on=date(2026, 9, 7),
        ladder="agency",
        rule="advice_health",
        agency=Agency.HEALTH,
    )
    assert swept(council, "2026-10-05 08:00") == Swept(looked=1, said=1, posts=2)
    assert [(post.connection_id, post.room_id) for post in council.posts()] == [
        (SLACK, ladder.health.id),
        (TEAMS, second.id),
    ]
    with council.store.reading() as db:
        turn = council.turn(db, at("2026-10-05 08:00"))
        assert [len(posts.nudges_of(turn, post)) for post in council.posts()] == [1, 1]


def test_what_is_ripe_at_the_weekend_gives_way_to_the_rung_of_monday(council: Council) -> None:
    """Else both would be said to one person within half an hour."""
    ladder = Ladder(council)
    council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    for quiet in ("2026-10-10 21:00", "2026-10-11 10:00", "2026-10-12 07:59"):  # Saturday, Sunday, Monday before nine
        swept(council, quiet)
        assert council.posts() == [] and council.nudges() == []
    swept(council, "2026-10-12 08:00")
    said = [(nudge.rung, bool(nudge.skipped)) for nudge in council.nudges() if nudge.hears is Hears.OWNER]
    assert sorted(said) == [("14-before", True), ("7-before", False)] and len(council.posts()) == 1


HIGHER, AS_EVER = {"health", "Owner", "Manager", "Head"}, {"health", "Owner", "Manager"}


@pytest.mark.parametrize(
    "letter,holds,status,told",
    [
        (LetterKind.MP_LETTER, [], CaseStatus.OPEN, HIGHER),
        (LetterKind.MP_LETTER, [], CaseStatus.CLOSED, AS_EVER),
        (LetterKind.COMPLAINT, ["ombudsman"], CaseStatus.OPEN, HIGHER),
        (LetterKind.COMPLAINT, ["pre_action"], CaseStatus.OPEN, HIGHER),
        (LetterKind.COMPLAINT, ["pre_action"], CaseStatus.CLOSED, AS_EVER),
        (LetterKind.COMPLAINT, ["risk_of_harm"], CaseStatus.OPEN, AS_EVER),
        (LetterKind.FOI, [], CaseStatus.OPEN, AS_EVER),
    ],
)
def test_while_somebody_outside_asks_a_late_date_is_heard_of_one_step_higher_and_nobody_is_skipped(
    council: Council, letter: LetterKind, holds: list[str], status: CaseStatus, told: set[str]
) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    what = {"kind": letter, "matters": holds, "status": status, "opened_at": LONG_AGO}
    enquiry = Enquiry(reference="MP-2026-0007", mp="", constituency="", **what)
    council.add(enquiry)
    council.add(EnquiryCase(enquiry_id=enquiry.id, case_id=case.id))
    assert heard_around_the_date(council, case) == {
        "2026-10-16": {"health", "Owner"},
        "2026-10-19": {"health", "Owner", "Manager"},
        "2026-10-26": told,
    }


def heard_around_the_date(council: Council, case: Case) -> dict[str, set[str]]:
    """Who hears of advice from health due on 19 October: before, on the day and after."""
    due, rule = date(2026, 10, 19), {"ladder": "agency", "rule": "advice_health", "agency": Agency.HEALTH}
    council.clock(case, due, started_on=date(2026, 9, 7), **rule)
    for when in ("2026-10-16 08:00", "2026-10-19 08:00", "2026-10-26 09:00"):
        swept(council, when)
    return {day: {who for when, _, who in said(council) if when == day} for day, *_ in said(council)}


@pytest.mark.parametrize(
    "kind,status,told",
    [
        (EntryKind.APPEAL_LODGED, CaseStatus.OPEN, HIGHER),
        (EntryKind.DECISION_NOTICE_SENT, CaseStatus.OPEN, AS_EVER),  # a right to appeal is no appeal yet
        (EntryKind.APPEAL_LODGED, CaseStatus.CLOSED, AS_EVER),
    ],
)
def test_while_the_tribunal_has_an_appeal_about_the_child_a_late_date_is_heard_of_one_step_higher(
    council: Council, kind: EntryKind, status: CaseStatus, told: set[str]
) -> None:
    ladder = Ladder(council)
    case, appeal = council.case(ladder.owner), council.case(ladder.owner, process=Process.APPEAL, status=status)
    with council.store.transaction() as db:
        db.get_one(Case, appeal.id).child_id = case.child_id
    council.snooze(appeal, "all", date(2026, 10, 1), now=at("2026-10-01 09:00"), kind=kind, clear={})
    assert heard_around_the_date(council, case)["2026-10-26"] == told


def test_a_moved_date_is_nudged_again(council: Council) -> None:
    ladder = Ladder(council)
    clock = council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    swept(council, "2026-10-05 08:00")
    with council.store.transaction() as db:
        moved = db.get_one(Deadline, clock.id)
        moved.legal = moved.safe = date(2026, 10, 20)
        moved.next_at = at("2026-10-05 09:00")
    swept(council, "2026-10-06 08:00")
    assert [(nudge.rung, nudge.due.isoformat()) for nudge in council.nudges()] == [
        ("14-before", "2026-10-19"),
        ("14-before", "2026-10-20"),
    ]
    with council.store.reading() as db:
        turn = council.turn(db, at("2026-10-06 08:00"))
        still = [[nudge.due.isoformat() for nudge in posts.nudges_of(turn, post)] for post in council.posts()]
    assert still == [[], ["2026-10-20"]]


def test_two_sweepers_at_once_say_everything_once(council: Council) -> None:
    ladder = Ladder(council)
    for _ in range(60):
        council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    stores = [Store(council.store.url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda store: sweep(store, RULES, VAULT, at("2026-10-05 08:00"), limit=7), stores))
    for store in stores:
        store.close()
    assert sum(result.said for result in results) == 60
    spoken = [nudge for post in council.posts() for nudge in post.about["nudges"]]
    assert sorted(spoken) == [nudge.id for nudge in council.nudges()] and len(spoken) == 60


def test_a_nudge_that_another_sweep_kept_is_not_posted(council: Council) -> None:
    """Two looked before either wrote: the key decides."""
    ladder = Ladder(council)
    council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    now = at("2026-10-05 08:00")
    with council.store.reading() as db:
        late = look(council.turn(db, now), limit=10)
    assert swept(council, now).said == 1
    with council.store.transaction() as db:
        assert write(council.turn(db, now), late) == Swept(looked=1)
    assert len(council.posts()) == 1


def test_a_date_that_moves_between_the_look_and_the_word_is_looked_at_again(council: Council) -> None:
    ladder = Ladder(council)
    clock = council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    with council.store.reading() as db:
        found = look(council.turn(db, at("2026-10-05 08:00")), limit=10)
    with council.store.transaction() as db:
        moved = db.get_one(Deadline, clock.id)
        moved.legal = moved.safe = date(2026, 11, 2)
        moved.next_at = at("2026-10-19 08:00")
    with council.store.transaction() as db:
        write(council.turn(db, at("2026-10-05 08:00")), found)
    assert council.all(Deadline)[0].next_at == at("2026-10-19 08:00")
    with council.store.reading() as db:
        turn = council.turn(db, at("2026-10-05 08:01"))
        assert [posts.nudges_of(turn, post) for post in council.posts()] == [[]]


def hears(council: Council, ladder: Ladder, rung_day: str, **case: bool) -> tuple[list[tuple[str, str]], list[str]]:
    """(role, who heard really) on that morning of a clock for health, and why it was not the obvious one."""
    council.clock(
        council.case(ladder.owner, **case),
        date(2026, 10, 19),
        started_on=date(2026, 10, 19) - timedelta(days=42),
        ladder="agency",
        rule="advice_health",
        agency=Agency.HEALTH,
        recorded_at=at(rung_day) - timedelta(minutes=1),
        next_at=at(rung_day),
    )
    people = {person.id: person.name for person in council.all(Person)}
    rooms = {room.id: room.name for room in council.all(Room)}
    swept(council, rung_day)
    heard = [
        (str(nudge.hears), people.get(nudge.person_id) or rooms.get(nudge.room_id) or "nobody")
        for nudge in council.nudges(~col(Nudge.late_arrival))
        if not nudge.skipped or nudge.skipped.startswith("nobody")
    ]
    return heard, sorted({why for post in council.posts() for why in post.about.get("instead", {}).values()})


WEEK_BEFORE = "2026-10-12 08:00"
FIVE_AFTER = "2026-10-26 09:00"


def test_a_deputy_hears_for_an_owner_who_is_away(council: Council) -> None:
    ladder, deputy = Ladder(council), council.person("Deputy")
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 12), deputy)
    heard, why = hears(council, ladder, WEEK_BEFORE)
    assert heard == [("owner", "Deputy"), ("room", "health")]
    assert why == ["Owner is away"]


def test_the_manager_hears_when_nobody_covers(council: Council) -> None:
    ladder = Ladder(council)
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 16))
    heard, why = hears(council, ladder, WEEK_BEFORE)
    assert heard[0] == ("owner", "Manager")
    assert why == ["Owner is away and nobody covers"]


def test_absence_ends(council: Council) -> None:
    ladder = Ladder(council)
    council.away(ladder.owner, date(2026, 10, 5), date(2026, 10, 11))
    assert hears(council, ladder, WEEK_BEFORE)[0][0] == ("owner", "Owner")


def test_two_who_cover_for_each_other_are_no_endless_circle(council: Council) -> None:
    ladder, deputy = Ladder(council), council.person("Deputy")
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 16), deputy)
    council.away(deputy, date(2026, 10, 12), date(2026, 10, 16), ladder.owner)
    assert hears(council, ladder, WEEK_BEFORE)[0][0] == ("owner", "Manager")


def works(council: Council, person: Person, weekdays: str, cover: Person | None = None) -> None:
    council.add(Pattern(person_id=person.id, weekdays=weekdays, cover_id=cover.id if cover else None))


def test_a_chain_of_those_who_cover_ends(council: Council) -> None:
    ladder = Ladder(council)
    chain = [ladder.owner, *(council.person(f"Deputy{number}") for number in range(7))]
    for person, deputy in pairwise(chain):
        council.away(person, date(2026, 10, 12), date(2026, 10, 12), deputy)
    assert hears(council, ladder, WEEK_BEFORE) == ([("owner", "Deputy6"), ("room", "health")], ["Owner is away"])


def test_of_overlapping_leave_somebody_who_covers_counts_and_the_last_word(council: Council) -> None:
    ladder, first, second = Ladder(council), council.person("First"), council.person("Second")
    council.away(ladder.owner, date(2026, 10, 5), date(2026, 10, 30), first)
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 16), second)
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 12))
    assert hears(council, ladder, WEEK_BEFORE)[0][0] == ("owner", "Second")


def test_a_deputy_who_has_left_is_passed_over(council: Council) -> None:
    ladder, deputy = Ladder(council), council.person("Deputy", active=False)
    council.away(ladder.owner, date(2026, 10, 12), date(2026, 10, 12), deputy)
    heard, why = hears(council, ladder, WEEK_BEFORE)
    assert (heard[0], why) == (("owner", "Manager"), ["Owner is away and Deputy can't be reached"])


@pytest.mark.parametrize(
    "owners_days,partners_days,heard",
    [
        ("mon tue", "wed thu fri", "Owner"),
        ("tue wed", "mon thu fri", "Partner"),  # 12 October 2026 is a Monday
        ("wed thu", "tue fri", "Partner"),  # neither: whoever is back first
        ("tue fri", "wed thu", "Owner"),
        ("thu", "", "Owner"),  # nobody covers
    ],
)
def test_of_two_who_share_a_job_the_one_who_works_hears(
    council: Council, owners_days: str, partners_days: str, heard: str
) -> None:
    ladder, partner = Ladder(council), council.person("Partner")
    works(council, ladder.owner, owners_days, partner if partners_days else None)
    if partners_days:
        works(council, partner, partners_days, ladder.owner)
    assert [who for role, who in hears(council, ladder, WEEK_BEFORE)[0] if role == "owner"] == [heard]


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize(
    "works_on,on,told",
    [
        ("mon", "2026-10-16 08:00", {"Owner"}),  # Friday; back on the Monday itself, in time
        ("tue", "2026-10-16 08:00", {"Owner", "Manager"}),  # back when it is too late
        ("tue", "2026-10-12 08:00", {"Owner"}),
    ],
)
def test_what_an_owner_would_read_too_late_their_manager_hears_too(
    council: Council, works_on: str, on: str, told: set[str], restricted: bool
) -> None:
    ladder = Ladder(council)
    works(council, ladder.owner, works_on)
    hears(council, ladder, on, restricted=restricted)
    people = {person.id: person.name for person in council.all(Person)}
    owners = {nudge.id for nudge in council.nudges(Nudge.hears == Hears.OWNER, Nudge.skipped == "")}
    assert {people[post.person_id] for post in council.posts() if owners & set(post.about["nudges"])} == told


def test_a_restricted_case_waits_for_an_owner_whose_partner_may_not_see_it(council: Council) -> None:
    ladder, partner = Ladder(council), council.person("Partner")
    works(council, ladder.owner, "tue", partner)
    heard, _ = hears(council, ladder, WEEK_BEFORE, restricted=True)
    assert heard == [("owner", "Owner"), ("room", "Owner")]


def test_a_restricted_case_is_spoken_of_in_no_room(council: Council) -> None:
    ladder = Ladder(council)
    council.room(None)
    heard, why = hears(council, ladder, WEEK_BEFORE, restricted=True)
    assert heard == [("owner", "Owner"), ("room", "Owner")]
    assert why == ["a restricted case is spoken of in no room"]
    assert {post.room_id for post in council.posts()} == {None}
    with council.store.reading() as db:
        (post,) = council.posts()
        assert len(posts.nudges_of(council.turn(db, at(WEEK_BEFORE)), post)) == 1


def test_an_agency_without_a_room_is_heard_of_by_the_owner(council: Council) -> None:
    ladder = Ladder(council)
    with council.store.transaction() as db:
        db.get_one(Room, ladder.health.id).bound = False
    assert hears(council, ladder, WEEK_BEFORE) == ([("owner", "Owner"), ("room", "Owner")], ["health has no room"])


def test_someone_who_has_left_is_heard_for_by_the_manager(council: Council) -> None:
    ladder = Ladder(council)
    with council.store.transaction() as db:
        db.get_one(Person, ladder.owner.id).active = False
    assert hears(council, ladder, WEEK_BEFORE)[0][0] == ("owner", "Manager")


def test_where_there_is_no_head_the_administrators_hear(council: Council) -> None:
    council.room(None, on=TEAMS)
    ladder = Ladder(council)
    with council.store.transaction() as db:
        db.get_one(Person, ladder.manager.id).manager_id = None
    heard, why = hears(council, ladder, "2026-11-02 09:00")
    assert heard == [("manager", "Manager"), ("head", "administrators")]
    assert why == ["Manager has no manager"]


@pytest.mark.parametrize("restricted,heard_by", [(False, "administrators"), (True, "nobody")])
def test_when_nobody_can_be_reached_the_administrators_know(council: Council, restricted: bool, heard_by: str) -> None:
    council.room(None, on=TEAMS)
    ladder = Ladder(council)
    with council.store.transaction() as db:
        db.get_one(Connection, SLACK).active = False
    heard, _ = hears(council, ladder, FIVE_AFTER, restricted=restricted)
    assert {who for _, who in heard} == {heard_by}
    notices = council.posts(Post.says == PostSays.NOTICE)
    told = [{"notice": "undelivered", "person_id": ladder.owner.id}] if restricted else []
    assert [post.about for post in notices] == told


def test_a_snoozed_owner_hears_later_and_the_others_as_ever(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    council.clock(case, date(2026, 10, 19), started_on=date(2026, 9, 7), ladder="mp", rule="mp_reply")
    now = at("2026-10-01 09:00")
    council.snooze(case, "all", date(2026, 10, 21), now=now)
    for day in range(1, 31):
        swept(council, nine(date(2026, 10, day)))
    assert said(council) == [
        ("2026-10-16", "1-before", "Manager"),
        ("2026-10-19", "the-day", "Manager"),
        ("2026-10-21", "the-day", "Owner"),
        ("2026-10-26", "5-after", "Owner"),
        ("2026-10-26", "5-after", "Manager"),
        ("2026-10-26", "5-after", "Head"),
    ]


def test_a_statutory_clock_is_not_slept_past_its_safe_date(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    clock = council.clock(case, date(2026, 12, 28), started_on=date(2026, 9, 7))
    council.snooze(case, clock, date(2027, 1, 31), now=at("2026-12-01 09:00"))
    for day in range(1, 29):
        swept(council, nine(date(2026, 12, day)))
    assert [one for one in said(council) if one[2] == "Owner"] == [("2026-12-24", "the-day", "Owner")]


def test_no_statutory_clock_of_the_pack_is_slept_past_its_safe_date(council: Council) -> None:
    """Each on a case of its own, due on a bank holiday; only what is asked afterwards comes afterwards."""
    ladder = Ladder(council)
    rules = {rule.id: rule for rule in RULES.clocks if rule.kind is ClockKind.STATUTORY and rule.ladder}
    for rule in rules.values():
        case = council.case(ladder.owner)
        council.clock(
            case, date(2026, 12, 28), started_on=date(2026, 9, 7), rule=rule.id, ladder=rule.ladder, nature=rule.nature
        )
        council.snooze(case, "all", date(2027, 6, 1), now=at("2026-09-08 09:00"))
    for day in (date(2026, 12, 23), date(2026, 12, 24), date(2026, 12, 29)):
        swept(council, nine(day))
    deadlines = {deadline.id: deadline.rule for deadline in council.all(Deadline)}
    owners = council.nudges(Nudge.hears == Hears.OWNER, Nudge.skipped == "")
    heard = {deadlines[nudge.deadline_id]: london_date(nudge.at).isoformat() for nudge in owners}
    on_the_day = {rule.id for rule in rules.values() if rule.nature is Nature.DUTY}
    assert len(rules) > 40 and len(on_the_day) > 30
    assert heard == {rule: "2026-12-24" if rule in on_the_day else "2026-12-29" for rule in rules}


def in_hand(council: Council, case: Case, deadline: Deadline, until: date, *, now: datetime) -> Entry:
    """The entry that `have it` records."""
    clear = {"of": {str(deadline.id): deadline.legal.isoformat()}, "until": until.isoformat()}
    return council.snooze(case, deadline, until, now=now, kind=EntryKind.ACKNOWLEDGED, clear=clear)


@pytest.mark.parametrize(
    "said_on,until,owner_hears",
    [
        ("Mon 14 Dec", date(2026, 12, 17), ["12-17 7-before", "12-21 3-before", "12-23 1-before", "12-24 the-day"]),
        ("Mon 21 Dec", date(2026, 12, 24), ["12-17 7-before", "12-21 3-before", "12-24 the-day"]),
        ("Wed 23 Dec", date(2026, 12, 31), ["12-17 7-before", "12-21 3-before", "12-23 1-before", "12-24 the-day"]),
        ("Thu 24 Dec", date(2026, 12, 31), ["12-17 7-before", "12-21 3-before", "12-23 1-before", "12-24 the-day"]),
    ],
)
def test_what_is_in_hand_rests_no_longer_than_the_last_day_to_act(
    council: Council, said_on: str, until: date, owner_hears: list[str]
) -> None:
    """Of a clock whose last day is a bank holiday; managers hear as if nothing had been said."""
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    clock = council.clock(case, date(2026, 12, 28), started_on=date(2026, 12, 11))
    said_at = moment(read_day(f"{said_on} 2026"), time(9, 30))
    for number in range(12, 30):
        now = nine(date(2026, 12, number))
        if now.date() == said_at.date():
            swept(council, now)
            in_hand(council, case, clock, until, now=said_at)
        swept(council, now + timedelta(hours=1))
    told = [f"{when[5:]} {rung}" for when, rung, who in said(council) if who == "Owner"]
    assert told == owner_hears
    managers = [(when[5:], rung) for when, rung, who in said(council) if who == "Manager"]
    assert managers == [("12-23", "1-before"), ("12-24", "the-day")]


def test_what_is_in_hand_is_asked_again_once_and_not_of_a_date_that_moved(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    clock = council.clock(case, date(2026, 10, 19), started_on=date(2026, 9, 7))
    swept(council, "2026-10-05 08:00")
    word = in_hand(council, case, clock, date(2026, 10, 8), now=at("2026-10-05 09:00"))
    with council.store.transaction() as db:
        db.get_one(Deadline, clock.id).next_at = at("2026-10-05 09:01")
    for when in ("2026-10-05 09:01", "2026-10-07 08:00", "2026-10-08 08:00", "2026-10-08 08:01", "2026-10-09 08:00"):
        swept(council, when)
    assert said(council)[1:] == [("2026-10-08", f"again-{word.number}", "Owner")]
    with council.store.transaction() as db:
        moved = db.get_one(Deadline, clock.id)
        moved.legal = moved.safe = date(2026, 10, 13)
        moved.next_at = at("2026-10-09 08:30")
    in_hand(council, case, clock, date(2026, 10, 14), now=at("2026-10-09 08:10"))  # of the date as it was
    swept(council, "2026-10-09 09:00")
    assert said(council)[2:] == [("2026-10-09", "3-before", "Owner")]


def test_a_snooze_that_was_taken_back_counts_for_nothing(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner)
    council.clock(case, date(2026, 10, 19), started_on=date(2026, 9, 7))
    snooze = council.snooze(case, "all", date(2026, 10, 15), now=at("2026-10-01 09:00"))
    council.snooze(case, "all", date(2026, 10, 2), now=at("2026-10-01 09:05"), supersedes=snooze.id)
    assert swept(council, "2026-10-05 08:00").said == 1


def test_a_case_that_arrives_late_is_for_a_digest_and_no_storm(council: Council) -> None:
    ladder = Ladder(council)
    recorded = at("2026-11-03 10:00")  # Tuesday, eleven working days late
    for _ in range(4):
        council.clock(
            council.case(ladder.owner),
            date(2026, 10, 19),
            started_on=date(2026, 9, 7),
            recorded_at=recorded,
            next_at=recorded,
        )
    assert swept(council, recorded) == Swept(looked=4, said=8)
    assert council.posts() == []
    assert {(nudge.hears, nudge.late_arrival) for nudge in council.nudges()} == {
        (Hears.OWNER, True),
        (Hears.MANAGER, True),
    }
    assert swept(council, "2026-11-04 09:00").posts == 0  # those above: the next morning, in their digest too
    assert {nudge.hears for nudge in council.nudges()} == {Hears.OWNER, Hears.MANAGER, Hears.HEAD}


@pytest.mark.parametrize(
    "change",
    [{"state": ClockState.MET}, {"ladder": ""}],
)
def test_a_clock_that_asks_nothing_is_silent(council: Council, change: dict[str, object]) -> None:
    ladder = Ladder(council)
    council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7), **change)
    assert swept(council, "2026-10-05 08:00") == Swept(looked=1)
    assert council.all(Deadline)[0].next_at is None


def test_a_closed_case_is_silent(council: Council) -> None:
    ladder = Ladder(council)
    case = council.case(ladder.owner, status=CaseStatus.CLOSED)
    council.clock(case, date(2026, 10, 19), started_on=date(2026, 9, 7))
    assert swept(council, "2026-10-05 08:00") == Swept(looked=1)
    assert council.all(Deadline)[0].next_at is None


def test_one_bad_deadline_does_not_stop_the_rest(council: Council) -> None:
    ladder = Ladder(council)
    bad = council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7), ladder="no such")
    council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    now = at("2026-10-05 08:00")
    assert swept(council, now) == Swept(looked=2, said=1, posts=1, set_aside=1)
    assert council.all(Deadline, Deadline.id == bad.id)[0].next_at == now + timedelta(hours=1)
    assert swept(council, now) == Swept()


def test_a_sweep_of_many_batches_says_everything(council: Council) -> None:
    ladder = Ladder(council)
    for _ in range(7):
        council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    assert swept(council, "2026-10-05 08:00", limit=3) == Swept(looked=7, said=7, posts=3)


def test_a_preview_tells_what_would_be_said_and_changes_nothing(council: Council) -> None:
    ladder = Ladder(council)
    council.away(ladder.owner, date(2026, 12, 1), date(2026, 12, 31), council.person("Deputy", on=TEAMS))
    council.clock(council.case(ladder.owner), date(2026, 12, 28), started_on=date(2026, 9, 7))
    found = preview(council.store, RULES, VAULT, at("2026-12-23 09:00"))
    assert [(one.reference, one.rung, one.hears, one.whom, one.instead, one.in_digest) for one in found] == [
        ("SEND-2026-0001", "1-before", Hears.OWNER, "Deputy (teams)", "Owner is away", False),
        ("SEND-2026-0001", "1-before", Hears.MANAGER, "Manager (slack)", "", False),
    ]
    assert (found[0].due, found[0].safe) == (date(2026, 12, 28), date(2026, 12, 24))
    assert council.nudges() == [] and council.posts() == []
    assert swept(council, "2026-12-23 09:00").said == 2


async def test_a_case_that_moves_on_before_the_post_leaves_is_not_nudged(council: Council) -> None:
    ladder = Ladder(council)
    clock = council.clock(council.case(ladder.owner), date(2026, 10, 19), started_on=date(2026, 9, 7))
    swept(council, "2026-10-05 08:00")
    with council.store.transaction() as db:
        db.get_one(Deadline, clock.id).state = ClockState.MET
        db.get_one(Case, clock.case_id).stage = "done"
    chat = FakeChat()
    await Courier(council.store, RULES, VAULT, chats={SLACK: chat}, render=words).deliver(at("2026-10-05 08:01"))
    assert chat.calls == []
    assert [post.state for post in council.posts()] == [PostState.DROPPED]
