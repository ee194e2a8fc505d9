"""When each rung speaks, to whom, and that nothing is said twice, late or never."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import london_date, london_time, moment
from bot.domain.ladder import Ripe, Rung, Speak, nudge_key, ripe, rung_moments
from bot.domain.terms import Hears
from bot.rules import load_rules
from tests.domain.days import at, day

RULES = load_rules()
CALENDAR = RULES.calendar
COUNCIL, AGENCY = RULES.ladders["council"].rungs, RULES.ladders["agency"].rungs
ABOVE = {Hears.HEAD}


@dataclass
class Deadline:
    """A deadline and its ledger, looked at whenever a test likes."""

    legal: date
    started_on: date
    recorded_at: datetime
    rungs: tuple[Rung, ...] = COUNCIL
    said: set[tuple[str, Hears]] = field(default_factory=set)
    heard: list[tuple[datetime, Speak]] = field(default_factory=list)
    skipped: dict[tuple[str, Hears], str] = field(default_factory=dict)

    @property
    def safe(self) -> date:
        return CALENDAR.working_day_on_or_before(self.legal)

    def look(self, now: datetime) -> Ripe:
        """One look, recorded."""
        found = ripe(
            self.rungs,
            legal=self.legal,
            safe=self.safe,
            started_on=self.started_on,
            recorded_at=self.recorded_at,
            now=now,
            already_said=self.said,
            calendar=CALENDAR,
        )
        for each in (*found.speak, *found.skip):
            assert (each.rung.id, each.hears) not in self.said, "said or skipped twice"
            self.said.add((each.rung.id, each.hears))
        self.heard += [(now, each) for each in found.speak]
        self.skipped |= {(each.rung.id, each.hears): each.why for each in found.skip}
        return found

    def looks(self, nows: Iterable[datetime]) -> "Deadline":
        for now in nows:
            self.look(now)
        return self

    def told(self) -> list[tuple[str, str, str]]:
        """What was said, as (London time, rung, role)."""
        return [(f"{london_time(now):%a %d %b %H:%M}", each.rung.id, each.hears.value) for now, each in self.heard]


def deadline(due: str, started: str, recorded: str = "", rungs: tuple[Rung, ...] = COUNCIL) -> Deadline:
    return Deadline(day(due), day(started), at(recorded or f"{started} 10:00"), rungs)


def hourly(start: str, end: str) -> list[datetime]:
    hours = int((at(end) - at(start)) / timedelta(hours=1))
    return [at(start) + timedelta(hours=n) for n in range(hours + 1)]


WHEN = [
    # legal date, the day that each rung of a ladder speaks: 14, 7, 3 and 1 before, the day, 5 and 10 after
    ("Mon 19 Oct 2026", "5 Oct, 12 Oct, 16 Oct, 16 Oct, 19 Oct, 26 Oct, 2 Nov"),
    ("Wed 21 Oct 2026", "7 Oct, 14 Oct, 16 Oct, 20 Oct, 21 Oct, 28 Oct, 4 Nov"),
    # A bank holiday: the last word comes on Thursday 24 December, while there is still a day to act.
    ("Mon 28 Dec 2026", "10 Dec, 17 Dec, 21 Dec, 23 Dec, 24 Dec, 5 Jan, 12 Jan"),
    # Easter Monday, with Good Friday before it: Thursday 25 March.
    ("Mon 29 Mar 2027", "11 Mar, 18 Mar, 22 Mar, 24 Mar, 25 Mar, 5 Apr, 12 Apr"),
    # A Sunday: safe on Friday; a rung that lands on Christmas Day speaks on Christmas Eve.
    ("Sun 31 Jan 2027", "15 Jan, 22 Jan, 26 Jan, 28 Jan, 29 Jan, 5 Feb, 12 Feb"),
    ("Fri 8 Jan 2027", "24 Dec, 31 Dec, 5 Jan, 7 Jan, 8 Jan, 15 Jan, 22 Jan"),
]


@pytest.mark.parametrize(("legal", "days"), WHEN)
def test_each_rung_speaks_at_nine_on_its_working_day(legal: str, days: str) -> None:
    safe = CALENDAR.working_day_on_or_before(day(legal))
    found = rung_moments(COUNCIL, legal=day(legal), safe=safe, calendar=CALENDAR)
    assert [each.rung for each in found] == list(COUNCIL)
    assert ", ".join(f"{london_date(each.at):%-d %b}" for each in found) == days
    assert {london_time(each.at).time() for each in found} == {time(9)}
    assert all(CALENDAR.is_working_day(london_date(each.at)) for each in found)


def test_a_rung_before_the_date_may_be_said_until_the_office_closes_on_the_safe_date() -> None:
    found = rung_moments(COUNCIL, legal=day("Mon 28 Dec 2026"), safe=day("Thu 24 Dec 2026"), calendar=CALENDAR)
    latest = {each.rung.id: each.latest for each in found}
    for before in ("14-before", "7-before", "3-before", "1-before"):
        assert latest[before] == at("Thu 24 Dec 2026 17:30")
    assert {latest["the-day"], latest["5-after"], latest["10-after"]} == {None}


def test_the_hour_is_a_parameter() -> None:
    found = rung_moments(
        COUNCIL,
        legal=day("Mon 19 Oct 2026"),
        safe=day("Mon 19 Oct 2026"),
        calendar=CALENDAR,
        speaks=time(8, 30),
        closes=time(16),
    )
    assert (found[0].at, found[0].latest) == (at("Mon 5 Oct 2026 08:30"), at("Mon 19 Oct 2026 16:00"))


def test_the_whole_ladder_of_a_request_for_advice() -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026", rungs=AGENCY)
    assert case.looks(hourly("Mon 7 Sep 2026 10:00", "Mon 30 Nov 2026 10:00")).told() == [
        ("Mon 05 Oct 09:00", "14-before", "room"),
        ("Mon 12 Oct 09:00", "7-before", "owner"),
        ("Mon 12 Oct 09:00", "7-before", "room"),
        # Three days before and one day before are both this Friday: the newer one speaks.
        ("Fri 16 Oct 09:00", "1-before", "owner"),
        ("Fri 16 Oct 09:00", "1-before", "room"),
        ("Mon 19 Oct 09:00", "the-day", "owner"),
        ("Mon 19 Oct 09:00", "the-day", "room"),
        ("Mon 19 Oct 09:00", "the-day", "manager"),
        ("Mon 26 Oct 09:00", "5-after", "owner"),  # the day after the clocks go back, still nine on the wall
        ("Mon 26 Oct 09:00", "5-after", "room"),
        ("Mon 26 Oct 09:00", "5-after", "manager"),
        ("Mon 02 Nov 09:00", "10-after", "manager"),
        ("Mon 02 Nov 09:00", "10-after", "head"),
    ]
    assert case.skipped == {
        ("3-before", Hears.OWNER): "a later reminder takes its place",
        ("3-before", Hears.ROOM): "a later reminder takes its place",
    }


def test_each_look_says_when_to_look_next() -> None:
    case = deadline("Mon 28 Dec 2026", "Mon 10 Aug 2026")
    now, looks = at("Mon 10 Aug 2026 10:00"), []
    while following := case.look(now).next_at:
        looks.append(f"{london_time(following):%a %d %b}")
        now = following
    assert looks == [
        *("Thu 10 Dec", "Thu 17 Dec", "Mon 21 Dec", "Wed 23 Dec", "Thu 24 Dec"),
        *("Tue 05 Jan", "Tue 12 Jan"),
    ]


def test_after_a_week_asleep_the_owner_hears_once_and_the_manager_once() -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026").looks(
        [at("Fri 9 Oct 2026 09:00"), at("Mon 26 Oct 2026 11:00")]
    )
    assert case.told() == [
        ("Fri 09 Oct 09:00", "14-before", "owner"),
        ("Mon 26 Oct 11:00", "5-after", "owner"),
        ("Mon 26 Oct 11:00", "5-after", "manager"),
        ("Mon 26 Oct 11:00", "5-after", "head"),
    ]
    assert set(case.skipped) == {
        *(("7-before", Hears.OWNER), ("3-before", Hears.OWNER), ("1-before", Hears.OWNER), ("the-day", Hears.OWNER)),
        *(("1-before", Hears.MANAGER), ("the-day", Hears.MANAGER)),
    }


SLEEPS = [
    # awake again, who hears of which rung, who is spared which
    ("Thu 24 Dec 2026 08:59", {"owner": "1-before", "manager": "1-before"}),
    ("Thu 24 Dec 2026 09:00", {"owner": "the-day", "manager": "the-day"}),
    ("Thu 24 Dec 2026 17:29", {"owner": "the-day", "manager": "the-day"}),
    # Past the safe date, before and after the legal one: the day's own rung is still true, those before it are not.
    ("Sat 26 Dec 2026 12:00", {"owner": "the-day", "manager": "the-day"}),
    ("Tue 29 Dec 2026 08:30", {"owner": "the-day", "manager": "the-day"}),
    ("Tue 5 Jan 2027 09:00", {"owner": "5-after", "manager": "5-after", "head": "5-after"}),
    ("Mon 1 Mar 2027 09:00", {"owner": "5-after", "manager": "10-after", "head": "10-after"}),
]


@pytest.mark.parametrize(("awake", "hears"), SLEEPS)
def test_after_a_long_sleep_each_role_hears_its_newest_rung(awake: str, hears: dict[str, str]) -> None:
    case = deadline("Mon 28 Dec 2026", "Mon 10 Aug 2026").looks([at(awake)])
    assert {each.hears.value: each.rung.id for _, each in case.heard} == hears
    assert not any(each.late_arrival for _, each in case.heard)


ROOM_ONLY_BEFORE = (Rung("3-before", 3, False, (Hears.ROOM,)), Rung("5-after", 5, True, (Hears.OWNER,)))


@pytest.mark.parametrize(
    ("awake", "told"),
    [
        ("Mon 19 Oct 2026 17:29", ["3-before"]),
        ("Mon 19 Oct 2026 17:30", []),  # a post made now would go out tomorrow, when the date has passed
        ("Tue 20 Oct 2026 09:00", []),
    ],
)
def test_a_rung_before_the_date_is_never_said_after_it(awake: str, told: list[str]) -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026", rungs=ROOM_ONLY_BEFORE).looks([at(awake)])
    assert [each.rung.id for _, each in case.heard] == told
    assert case.skipped == ({} if told else {("3-before", Hears.ROOM): "the date had passed before it could be said"})


def test_rungs_from_before_the_clock_started_never_exist() -> None:
    """An MP's letter received on Friday and due on Tuesday: Friday at nine was before it was recorded."""
    case = deadline("Tue 15 Dec 2026", "Fri 11 Dec 2026", "Fri 11 Dec 2026 08:00")
    found = case.look(at("Fri 11 Dec 2026 08:00"))
    assert (found.speak, found.skip, found.next_at) == ((), (), at("Fri 11 Dec 2026 09:00"))
    case = deadline("Tue 15 Dec 2026", "Sat 12 Dec 2026", "Sat 12 Dec 2026 08:00")
    found = case.look(at("Sat 12 Dec 2026 08:00"))
    assert (found.speak, found.skip, found.next_at) == ((), (), at("Mon 14 Dec 2026 09:00"))


ARRIVALS = [
    # recorded, who hears on arrival, who later: (when, rung, role)
    (
        "Thu 8 Oct 2026 10:00",  # 14 before was on Monday
        {"owner": "14-before"},
        [("Mon 12 Oct 09:00", "7-before", "owner")],
    ),
    (
        "Fri 16 Oct 2026 10:00",  # the last Friday's word was an hour ago
        {"owner": "1-before", "manager": "1-before"},
        [("Mon 19 Oct 09:00", "the-day", "owner"), ("Mon 19 Oct 09:00", "the-day", "manager")],
    ),
    (
        "Tue 20 Oct 2026 16:00",  # a day late
        {"owner": "the-day", "manager": "the-day"},
        [("Mon 26 Oct 09:00", "5-after", role) for role in ("owner", "manager", "head")],
    ),
    (
        "Fri 30 Oct 2026 16:00",  # past the fifth working day: the head of service hears on the next working day,
        {"owner": "5-after", "manager": "5-after"},
        [("Mon 02 Nov 09:00", "10-after", "manager"), ("Mon 02 Nov 09:00", "10-after", "head")],  # of the tenth by then
    ),
    (
        "Thu 24 Dec 2026 16:00",  # two months late, on Christmas Eve
        {"owner": "5-after", "manager": "10-after"},
        [("Tue 29 Dec 09:00", "10-after", "head")],
    ),
]


@pytest.mark.parametrize(("recorded", "on_arrival", "later"), ARRIVALS)
def test_a_case_that_arrives_late_tells_owner_and_manager_once(
    recorded: str, on_arrival: dict[str, str], later: list[tuple[str, str, str]]
) -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026", recorded)
    first = case.look(at(recorded))
    assert {each.hears.value: each.rung.id for each in first.speak} == on_arrival
    assert all(each.late_arrival for each in first.speak) and not first.skip
    case.looks(at(recorded) + timedelta(hours=n) for n in range(1, 24 * 40))
    assert case.told()[len(first.speak) :][: len(later)] == later


@pytest.mark.parametrize(
    "looks",
    [hourly("Mon 2 Nov 2026 08:00", "Wed 4 Nov 2026 09:00"), [at("Mon 2 Nov 2026 08:00"), at("Tue 3 Nov 2026 09:00")]],
)
def test_what_was_missed_never_takes_the_place_of_a_rung_that_came_after_it(looks: list[datetime]) -> None:
    """Recorded an hour before the tenth working day: the head of service hears of the tenth, not of the fifth."""
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026", "Mon 2 Nov 2026 08:00").looks(looks)
    assert [rung for _, rung, role in case.told() if role == "head"] == ["10-after"]
    assert case.skipped[("5-after", Hears.HEAD)] == "a later reminder takes its place"


def test_a_room_is_not_told_of_what_was_missed_before_the_request_was_recorded() -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026", "Tue 20 Oct 2026 16:00", AGENCY)
    assert {each.hears for each in case.look(at("Tue 20 Oct 2026 16:00")).speak} == {Hears.OWNER, Hears.MANAGER}
    case.looks([at("Mon 26 Oct 2026 09:00")])
    assert ("Mon 26 Oct 09:00", "5-after", "room") in case.told()


def test_nothing_left_to_say_is_no_next_look() -> None:
    case = deadline("Mon 19 Oct 2026", "Mon 7 Sep 2026").looks([at("Mon 2 Nov 2026 09:00")])
    assert case.look(at("Mon 2 Nov 2026 09:01")) == Ripe((), (), None)


def test_a_key_is_the_deadline_its_date_the_rung_and_the_role() -> None:
    assert nudge_key(17, day("Mon 28 Dec 2026"), "3-before", Hears.MANAGER) == "17/2026-12-28/3-before/manager"


# Whatever the dates and whenever the bot is awake.

DUE = st.dates(min_value=day("Mon 2 Feb 2026"), max_value=day("Thu 30 Nov 2028"))
LADDERS = st.sampled_from((COUNCIL, AGENCY))


@st.composite
def cases(draw: st.DrawFn) -> Deadline:
    """A deadline recorded between ten weeks before its due date and six weeks after it."""
    legal = draw(DUE)
    started = legal - timedelta(days=draw(st.integers(0, 140)))
    recorded = draw(st.integers(max(-70, (started - legal).days), 42))
    minute = draw(st.integers(0, 24 * 60 - 1))
    here = moment(legal + timedelta(days=recorded), time(minute // 60, minute % 60))
    return Deadline(legal, started, here, draw(LADDERS))


def fresh(case: Deadline) -> Deadline:
    """The same deadline with an empty ledger."""
    return Deadline(case.legal, case.started_on, case.recorded_at, case.rungs)


@st.composite
def cases_and_looks(draw: st.DrawFn) -> tuple[Deadline, list[datetime]]:
    case = draw(cases())
    waits = draw(st.lists(st.integers(1, 60 * 24 * 12), min_size=1, max_size=30))
    return case, [case.recorded_at + timedelta(minutes=sum(waits[:n])) for n in range(len(waits) + 1)]


def not_too_late(case: Deadline) -> None:
    closes = moment(case.safe, time(17, 30))
    for now, each in case.heard:
        assert each.rung.after or not each.rung.offset or now < closes
        assert now >= case.recorded_at


@given(cases_and_looks())
def test_nothing_is_said_twice_or_before_its_time_or_when_the_date_has_passed(
    drawn: tuple[Deadline, list[datetime]],
) -> None:
    case, nows = drawn
    moments = rung_moments(case.rungs, legal=case.legal, safe=case.safe, calendar=CALENDAR)
    speaks_at = {each.rung.id: each.at for each in moments}
    for now in nows:
        found = case.look(now)
        assert all(speaks_at[each.rung.id] <= now for each in (*found.speak, *found.skip))
        assert len({each.hears for each in found.speak}) == len(found.speak), "one role, two reminders at once"
        assert found.next_at is None or found.next_at > now
    not_too_late(case)


@given(cases_and_looks())
def test_however_long_it_slept_each_role_knows_its_newest_rung(drawn: tuple[Deadline, list[datetime]]) -> None:
    case, nows = drawn
    case.looks(nows)
    for hears in Hears:
        lived = [
            each
            for each in rung_moments(case.rungs, legal=case.legal, safe=case.safe, calendar=CALENDAR)
            if hears in each.rung.whom and case.recorded_at <= each.at <= nows[-1]
            if london_date(each.at) >= case.started_on
        ]
        if lived:
            newest = (lived[-1].rung.id, hears)
            assert newest in {(each.rung.id, each.hears) for _, each in case.heard} or newest in case.skipped
            if lived[-1].latest is None:
                assert newest not in case.skipped


@given(cases())
@settings(max_examples=40)
def test_following_next_at_says_exactly_what_looking_all_the_time_says(case: Deadline) -> None:
    """`next_at` skips nothing: a bot that sleeps until it is told to wake says the same at the same minutes."""
    end = max(case.recorded_at, moment(case.legal, time(9))) + timedelta(days=45)
    sleeper, now = fresh(case), case.recorded_at
    while now <= end:
        following = sleeper.look(now).next_at
        if following is None:
            break
        now = following
    ahead = (moment(london_date(case.recorded_at) + timedelta(days=n), time(9)) for n in range(200))
    busy = {
        case.recorded_at,
        *(nine + off for nine in ahead for off in (timedelta(minutes=-1), timedelta(), timedelta(1) / 2)),
    }
    watcher = fresh(case).looks(now for now in sorted(busy) if case.recorded_at <= now <= end)
    assert sleeper.told() == watcher.told()
    assert sleeper.skipped == watcher.skipped


@given(cases(), st.sampled_from(COUNCIL))
@settings(max_examples=25)
def test_minute_by_minute_and_after_a_long_sleep_the_last_word_is_the_same(case: Deadline, rung: Rung) -> None:
    """Every minute of the hours around a rung; then the same hours slept through."""
    moments = rung_moments(case.rungs, legal=case.legal, safe=case.safe, calendar=CALENDAR)
    start = next(each.at for each in moments if each.rung.id == rung.id) - timedelta(hours=2)
    minutes = [start + timedelta(minutes=n) for n in range(11 * 60)]
    awake, asleep = fresh(case).looks(minutes), fresh(case).looks(minutes[-1:])

    heard = {each.hears: each.rung.id for _, each in asleep.heard}
    for hears, last in {each.hears: each.rung.id for _, each in awake.heard}.items():
        too_late = asleep.skipped.get((last, hears)) == "the date had passed before it could be said"
        assert heard.get(hears) == last or too_late
    assert heard.keys() <= {each.hears for _, each in awake.heard}


@given(cases())
def test_a_case_recorded_late_is_told_to_owner_and_manager_once_and_above_on_a_later_day(case: Deadline) -> None:
    first = case.look(case.recorded_at)
    for each in first.speak:
        if each.late_arrival:
            assert each.hears in (Hears.OWNER, Hears.MANAGER)
    case.looks(case.recorded_at + timedelta(hours=n) for n in range(1, 24 * 70, 3))
    late = [(now, each) for now, each in case.heard if each.late_arrival]
    assert len({each.hears for _, each in late}) == len(late)
    for now, each in late:
        if each.hears in ABOVE:
            assert london_date(now) > london_date(case.recorded_at)
        assert each.hears is not Hears.ROOM
