"""Quiet hours: what waits for the office to open, what a council lets break them, what never waits past its date."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bot.auditor import Auditor
from bot.cards.posted import post_message
from bot.cases.auditing import Found
from bot.courier import Courier
from bot.domain.errors import BadSettings
from bot.domain.terms import Agency, Hears
from bot.reminders import preview, sweep
from bot.rules import HERE, Rules, rules_from, tables_in
from storage.connect import Store
from storage.tables import Deadline, Nudge, Post
from tests.council import RULES, SLACK, TEAMS, Council, at
from tests.fake_chat import FakeChat

OVERLAY = "setting,value\nname,smallshire\nkind,overlay\nversion,1\ntransition,new_clocks_only\n"
LOUD = rules_from(tables_in(HERE), {"pack.csv": f"{OVERLAY}last_day_at_any_hour,yes\n"})
QUIET = rules_from(tables_in(HERE), {"pack.csv": OVERLAY})
MONDAY = date(2026, 10, 19)
EVENING, MORNING = at("2026-10-19 16:31"), at("2026-10-20 08:00")
"""Half past five in London and a minute, and nine on the next morning."""


class Office:
    """An owner, her manager, and a courier, by some rules."""

    def __init__(self, council: Council, rules: Rules) -> None:
        self.council, self.rules, council.rules = council, rules, rules
        self.manager = council.person("Manager")
        self.owner = council.person("Owner", manager=self.manager)
        council.room(None)
        self.chat, self.teams = FakeChat(), FakeChat()

    def clock(self, legal: date = MONDAY, **more: Any) -> Deadline:
        return self.council.clock(self.council.case(self.owner), legal, started_on=date(2026, 9, 7), **more)

    async def passes(self, *moments: Any) -> list[str]:
        """A sweep and a round of the courier at each; what the owner read."""
        for now in moments:
            sweep(self.council.store, self.rules, self.council.vault, now)
            chats = {SLACK: self.chat, TEAMS: self.teams}
            await Courier(self.council.store, self.rules, self.council.vault, chats=chats, render=post_message).deliver(
                now
            )
        return self.chat.texts("dm-owner-1")


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


@pytest.mark.parametrize("rules", [RULES, QUIET], ids=["no overlay", "an overlay that says nothing"])
async def test_without_the_councils_leave_the_last_day_waits_and_then_says_that_the_date_has_passed(
    council: Council, rules: Rules
) -> None:
    office = Office(council, rules)
    office.clock()
    assert await office.passes(EVENING, EVENING + timedelta(hours=3)) == []
    (told,) = await office.passes(MORNING)
    assert told == "SEND-2026-0001 final plan was due Mon 19 Oct (1 day late) · statutory"


async def test_with_it_a_statutory_last_day_is_said_at_once(council: Council) -> None:
    office = Office(council, LOUD)
    office.clock()
    (told,) = await office.passes(EVENING)
    assert "today" in told
    assert await office.passes(EVENING + timedelta(minutes=1), MORNING) == [told], "once"
    nudges = council.nudges(Nudge.skipped == "")
    assert {(nudge.rung, nudge.hears) for nudge in nudges} == {("the-day", Hears.OWNER), ("the-day", Hears.MANAGER)}


@pytest.mark.parametrize(
    ("more", "now"),
    [
        ({"legal": date(2026, 10, 20)}, EVENING),  # the eve: its last day is to come
        ({"legal": date(2026, 10, 16)}, EVENING),  # late already
        ({"rule": "mp_reply", "ladder": "mp"}, EVENING),  # our own target
        ({"rule": "advice_ep", "ladder": "agency", "agency": Agency.EDUCATION}, EVENING),  # guidance
        ({}, at("2026-10-19 07:30")),  # before nine it is not ripe
    ],
)
async def test_nothing_else_breaks_quiet_hours(council: Council, more: dict[str, Any], now: Any) -> None:
    office = Office(council, LOUD)
    office.clock(**more)
    assert await office.passes(now) == []
    assert preview(council.store, LOUD, council.vault, now) == [] and council.nudges() == []


async def test_the_last_day_before_closed_days_is_the_safe_one(council: Council) -> None:
    """Due on Monday 28 December, a bank holiday: the last day to act is Christmas Eve."""
    office = Office(council, LOUD)
    office.clock(date(2026, 12, 28))
    told = preview(council.store, LOUD, council.vault, at("2026-12-24 18:00"))
    assert [(one.rung, one.hears) for one in told] == [("the-day", Hears.OWNER), ("the-day", Hears.MANAGER)]
    assert len(await office.passes(at("2026-12-24 18:00"))) == 1


async def test_what_breaks_quiet_hours_is_told_elsewhere_at_once_and_found_by_the_auditor(council: Council) -> None:
    office = Office(council, LOUD)
    council.account(office.owner, TEAMS, heard_at=at("2026-01-01 09:00"))
    office.clock()
    sweep(council.store, LOUD, council.vault, EVENING)
    auditor = Auditor()
    for minutes in (6, 11):
        audit = auditor.audit(council.store, LOUD, council.vault, EVENING + timedelta(minutes=minutes))
    assert [one.found for one in audit.findings] == [Found.UNSENT]
    office.chat.dead.add("dm-owner-1")
    await office.passes(EVENING + timedelta(minutes=12), EVENING + timedelta(minutes=13))
    assert len(office.teams.texts("dm-owner-2")) == 1


async def test_what_could_not_be_sent_on_its_last_day_waits_for_the_morning(council: Council) -> None:
    office = Office(council, LOUD)
    office.clock()
    sweep(council.store, LOUD, council.vault, EVENING)
    assert await office.passes(at("2026-10-20 00:10")) == []
    assert len(await office.passes(MORNING)) == 1
    assert {post.state for post in council.posts(Post.person_id == office.owner.id)} == {"sent"}


@pytest.mark.parametrize("rules", [QUIET, LOUD], ids=["quiet", "loud"])
async def test_what_is_recorded_on_its_last_day_waits_for_no_digest(council: Council, rules: Rules) -> None:
    """A digest comes the next morning: that would be after the date."""
    office = Office(council, rules)
    recorded = at("2026-10-19 13:00")
    office.clock(recorded_at=recorded, next_at=recorded)
    (told,) = await office.passes(recorded)
    assert "today" in told


def test_only_a_councils_overlay_decides(council: Council) -> None:
    law = tables_in(HERE)
    with pytest.raises(BadSettings, match=r"pack.csv:8:setting: 'last_day_at_any_hour' is each council's own choice"):
        rules_from({**law, "pack.csv": f"{law['pack.csv']}last_day_at_any_hour,yes\n"})
    with pytest.raises(BadSettings, match=r"overlay/pack.csv:6:value: 'perhaps' is not known; one of: yes, no"):
        rules_from(law, {"pack.csv": f"{OVERLAY}last_day_at_any_hour,perhaps\n"})
