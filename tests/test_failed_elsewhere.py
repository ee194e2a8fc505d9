"""How other reminder systems lost or doubled messages, played here; docs/promises.md has the table of all of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col

from bot.cases import posts
from bot.cases.unreachable import unreachable
from bot.courier import Courier
from bot.domain.errors import TryLater
from bot.domain.message import Message
from bot.domain.terms import Hears, PostSays, PostState
from bot.reminders import digests, sweep
from bot.scheduler import EVERY, Scheduler
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Deadline, Nudge, Post
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MONDAY = at("2026-10-19 08:00")
"""Nine in London, on the day of the date."""
STARTED, LEGAL = date(2026, 9, 7), date(2026, 10, 19)


def words(turn: Turn, post: Post) -> Message | None:
    if post.says is not PostSays.NUDGES:
        return Message(post.says.value)
    said = posts.nudges_of(turn, post)
    return Message(" ".join(nudge.rung for nudge in said)) if said else None


@dataclass
class Office:
    """An officer, her manager and the head of service; each call of `process` is a bot that has just started."""

    council: Council
    slack: FakeChat = field(default_factory=FakeChat)
    teams: FakeChat = field(default_factory=FakeChat)

    def __post_init__(self) -> None:
        self.head = self.council.person("Head")
        self.manager = self.council.person("Manager", manager=self.head)
        self.owner = self.council.person("Owner", manager=self.manager)

    def clock(self, legal: date = LEGAL, **more: Any) -> Deadline:
        return self.council.clock(self.council.case(self.owner), legal, started_on=STARTED, **more)

    async def process(self, now: datetime, *, deliver: bool = True) -> None:
        """A bot that starts, does what is due at that moment, and is gone."""
        store = Store(self.council.store.url)
        sweep(store, RULES, VAULT, now)
        if deliver:
            await self.courier(store).deliver(now)
        store.close()

    def courier(self, store: Store) -> Courier:
        chats = {SLACK: self.slack, TEAMS: self.teams}
        return Courier(store, RULES, VAULT, chats=chats, render=words, chance=lambda: 0.0)

    def read(self, who: str) -> list[str]:
        return self.slack.texts(f"dm-{who}-1")


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


async def test_what_the_night_held_back_goes_out_in_the_morning_though_the_bot_was_restarted(office: Office) -> None:
    """Found ripe at six and held for the office: neither before the sweep nor in the outbox does a restart lose it."""
    office.clock(date(2026, 10, 26))
    await office.process(at("2026-10-19 05:00"))
    assert office.council.nudges() == [] and office.read("owner") == []
    await office.process(at("2026-10-19 16:29"), deliver=False)
    for now in (at("2026-10-19 16:31"), at("2026-10-20 03:00")):
        await office.process(now)
    assert office.read("owner") == []
    await office.process(at("2026-10-20 07:30"))
    assert office.read("owner") == ["7-before"]


@pytest.mark.parametrize("broken", ["owner", "manager"])
async def test_one_persons_broken_account_hides_it_from_nobody_else(office: Office, broken: str) -> None:
    office.clock()
    office.slack.dead.add(f"dm-{broken}-1")
    await office.process(MONDAY)
    other = {"owner": "manager", "manager": "owner"}[broken]
    assert office.read(other)[0] == "the-day"
    await office.process(MONDAY + MINUTE)
    heard = [text for who in ("owner", "manager", "head") for text in office.read(who)]
    assert heard == ["the-day", "the-day"], "the other's was said to whoever stands above"


async def test_a_platform_that_raises_anything_at_all_for_one_hides_it_from_nobody_else(office: Office) -> None:
    office.clock()
    office.slack.troubles["dm-owner-1"] = [RuntimeError("a library's own")]
    await office.process(MONDAY)
    assert office.read("manager") == ["the-day"]
    await office.process(MONDAY + HOUR + MINUTE)
    assert office.read("owner") == ["the-day"]


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(seconds=59), HOUR, 5 * HOUR])
async def test_a_sweep_that_misses_its_minute_or_its_hour_says_what_it_missed(office: Office, late: timedelta) -> None:
    office.clock()
    await office.process(MONDAY - HOUR)
    await office.process(MONDAY + late)
    assert office.read("owner")[-1] == "the-day"


async def test_what_is_recorded_after_a_sweep_is_said_by_the_next(office: Office) -> None:
    """No timer was set for it, so none can be slept past."""
    await office.process(MONDAY - MINUTE)
    recorded = MONDAY - timedelta(seconds=30)
    office.clock(recorded_at=recorded, next_at=MONDAY)
    await office.process(MONDAY)
    assert office.read("owner") == ["the-day"]


async def test_a_scheduler_that_was_suspended_past_its_ticks_goes_on_where_it_was(office: Office) -> None:
    """A machine asleep from Wednesday to Monday: of the ticks that it missed one is made good, and none thrown away."""
    office.clock()
    store, now = office.council.store, [at("2026-10-14 09:00")]
    ticks = dict.fromkeys(EVERY, 0.05)
    ticking = Scheduler(store, RULES, VAULT, office.courier(store), clock=lambda: now[0], every=ticks)
    await ticking.start()
    await said(office, "7-before")
    now[0] = MONDAY
    await said(office, "the-day")
    await ticking.stop()
    assert [text for text in office.read("owner") if text != "digest"] == ["7-before", "the-day"]


async def said(office: Office, rung: str) -> None:
    async with asyncio.timeout(10):
        while rung not in office.read("owner"):
            office.slack.took.clear()
            await office.slack.took.wait()


async def test_two_whole_bots_at_once_say_everything_once(office: Office) -> None:
    """Two servers on one database, each with its scheduler, its sweep and its courier."""
    for _ in range(5):
        office.clock()
    office.slack.slow = 0.01
    stores = [Store(office.council.store.url) for _ in range(2)]
    bots = [Scheduler(store, RULES, VAULT, office.courier(store), clock=lambda: MONDAY) for store in stores]
    await asyncio.gather(*(bot.run_once() for bot in bots))
    await asyncio.gather(*(bot.run_once() for bot in bots))
    for store in stores:
        store.close()
    said = office.council.posts(Post.says == PostSays.NUDGES)
    told = sorted(nudge for post in said if post.person_id == office.owner.id for nudge in post.about["nudges"])
    owners = office.council.nudges(Nudge.hears == Hears.OWNER, Nudge.skipped == "")
    assert told == [nudge.id for nudge in owners] and len(told) == 5
    assert len({kept.key for kept in office.slack.kept.values()}) == len(office.slack.kept)


async def test_two_replicas_that_retry_through_an_outage_send_it_once(office: Office) -> None:
    """Both were turned away and both wait; when the platform is back each looks again before it sends."""
    office.clock()
    stores = [Store(office.council.store.url) for _ in range(2)]
    couriers = [office.courier(store) for store in stores]
    for place in ("dm-owner-1", "dm-manager-1"):
        office.slack.troubles[place] = [TryLater("503") for _ in range(3)]
    sweep(office.council.store, RULES, VAULT, MONDAY)
    for minutes in range(30):
        await asyncio.gather(*(courier.deliver(MONDAY + minutes * MINUTE) for courier in couriers))
    for store in stores:
        store.close()
    assert (office.read("owner"), office.read("manager")) == (["the-day"], ["the-day"])


async def test_a_morning_has_one_digest_however_often_it_is_asked_for(office: Office) -> None:
    """Every ten minutes, through restarts, by two bots."""
    office.clock(date(2026, 10, 21))
    for number in range(18):
        now = at("2026-10-19 07:35") + number * 10 * MINUTE
        for _ in range(2):
            store = Store(office.council.store.url)
            digests(store, RULES, VAULT, now)
            await office.courier(store).deliver(now)
            store.close()
    mine = office.council.posts(Post.says == PostSays.DIGEST, Post.person_id == office.owner.id)
    assert [post.state for post in mine] == [PostState.SENT] and office.read("owner") == ["digest"]


async def test_somebody_off_sick_forgets_nothing(office: Office) -> None:
    """Neither what came due meanwhile, which the deputy hears, nor what is still to do when they are back."""
    deputy = office.council.person("Deputy")
    office.council.away(office.owner, date(2026, 10, 12), date(2026, 10, 18), deputy)
    office.clock()
    for day in range(12, 20):
        await office.process(at(f"2026-10-{day} 08:00"))
    assert office.read("deputy") == ["7-before", "1-before"]
    assert office.read("owner") == ["the-day"]


async def test_a_manager_no_chat_knows_is_found_before_the_rung_and_the_next_one_hears_why(office: Office) -> None:
    silent = office.council.person("Silent", on=None, manager=office.head)
    owner = office.council.person("Other", manager=silent)
    office.council.clock(office.council.case(owner), LEGAL, started_on=STARTED)
    with office.council.store.reading() as db:
        assert unreachable(db, RULES).unlinked == ("Silent",), "weeks before anything is due"
    await office.process(MONDAY)
    assert (office.slack.texts("dm-other-1"), office.read("head")) == (["the-day"], ["the-day"])
    (post,) = office.council.posts(Post.person_id == office.head.id, col(Post.says) == PostSays.NUDGES)
    assert list(post.about["instead"].values()) == ["Silent can't be reached"]
