"""Ten turns in plain English on each platform, over HTTP: follow-ups keep to one person, one place, one thread."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from bot.domain.terms import Agency, Platform
from storage.connect import Store
from storage.crypto import Vault
from storage.tables import Connection, Room
from tests.adapters.fake_connector import buttons_of, words_of
from tests.adapters.fake_slack import FakeSlack, event, payload
from tests.adapters.teams_town import CHANNEL
from tests.adapters.teams_town import Town as Tenant
from tests.behind import Whole, in_slack, in_teams, whole
from tests.town import SINCE

NUMBERS = count(1_000_001)
TOM = "tom.reid@anyshire.example"
WHICH = "Which case do you mean?"
REFERENCE = re.compile(r"SEND-2026-\d{4}")
PRIVATE = ("Maisie", "Palmer", "Noah", "Grant", "2019", "Oakhurst")
"""Parts of what tells who the children are."""


@dataclass(frozen=True)
class Answer:
    """What came back: all its words, its buttons by their labels, and whether others read it."""

    words: str
    buttons: Mapping[str, Any]
    aloud: bool


@dataclass
class Slack:
    """Somebody at one place in Slack: a direct message, or a thread of a channel."""

    fake: FakeSlack
    user: str = "U0SHAH"
    channel: str = ""
    thread: str = ""

    async def says(self, line: str) -> Answer:
        number = next(NUMBERS)
        if not self.channel:
            direct = {"channel": f"D{self.user[1:]}", "user": self.user, "text": line, "ts": f"1760000001.{number}"}
            return await self._comes(self.fake.event(event("message_im", f"Ev{number}", **direct)))
        said = {"channel": self.channel, "user": self.user, "text": f"<@U0BOT> {line}", "ts": f"1760000001.{number}"}
        standing = {"thread_ts": self.thread} if self.thread else {}
        self.thread = self.thread or said["ts"]
        return await self._comes(self.fake.event(event("app_mention", f"Ev{number}", **said, **standing)))

    async def presses(self, button: Any) -> Answer:
        kind = "press_in_channel" if self.channel else "press_in_direct_message"
        body = payload(kind)
        body["user"]["id"], body["actions"][0]["value"] = self.user, button["value"]
        body["channel"]["id"] = body["container"]["channel_id"] = self.channel or f"D{self.user[1:]}"
        if self.thread:
            body["container"]["thread_ts"] = self.thread
        return await self._comes(self.fake.interact(body))

    async def _comes(self, sent: Awaitable[Any]) -> Answer:
        before = len(self._came())
        await sent
        await self.fake.until(lambda: len(self._came()) > before)
        [(method, body)] = self._came()[before:]
        if self.thread and method.startswith("chat."):
            assert body["thread_ts"] == self.thread, "it is answered in the thread in which it was asked"
        blocks = body.get("blocks", [])
        buttons = {one["text"]["text"]: one for block in blocks for one in block.get("elements", ()) if "value" in one}
        return Answer(json.dumps(blocks, ensure_ascii=False), buttons, aloud=bool(self.channel) and method == ALOUD)

    def _came(self) -> list[tuple[str, Mapping[str, Any]]]:
        posts = [(one.method, one.body) for one in self.fake.calls if one.method in (ALOUD, "chat.postEphemeral")]
        modals = [("views.open", one["view"]) for one in self.fake.called("views.open")]
        return [*posts, *modals, *(("answer", one) for one in self.fake.answers)]


ALOUD = "chat.postMessage"
HEARING = ("heard", "identity", "room", "viewed")


@dataclass
class Teams:
    """Somebody at one place in Teams: a personal chat, or a reply chain of a channel."""

    tenant: Tenant
    user: str = "shah"
    channel: str = ""
    thread: str = ""

    async def says(self, line: str) -> Answer:
        number = next(NUMBERS)
        if not self.channel:
            return await self._comes(self._activity("personal_message", text=line, id=f"17000{number}"))
        self.thread = self.thread or f"17000{number}"
        told = {"text": f"<at>referralbot</at> {line}", "id": f"17000{number}"}
        return await self._comes(self._activity("channel_mention", **told))

    async def presses(self, button: Any) -> Answer:
        value = {"action": {"type": "Action.Execute", "verb": "say", "data": button["data"]}, "trigger": "manual"}
        _, told = await self.tenant.post(self._activity("execute", value=value, id=f"f:{next(NUMBERS)}"))
        return Answer(told["value"], {}, aloud=False)

    def _activity(self, name: str, **other: Any) -> dict[str, Any]:
        made = self.tenant.activity(name, **other)
        made["from"] = {"id": f"29:1{self.user}", "aadObjectId": f"aad-{self.user}"}
        chat = {"conversationType": "personal", "id": f"a:1personal-{self.user}"}
        chain = {"conversationType": "channel", "isGroup": True, "id": f"{self.channel};messageid={self.thread}"}
        made["conversation"] |= chain if self.channel else chat
        return made

    async def _comes(self, activity: dict[str, Any]) -> Answer:
        before = len(self.tenant.fake.posts())
        status, _ = await self.tenant.post(activity)
        assert status == 200
        call, *others = self.tenant.fake.posts()[before:]
        assert all(words_of(other.card) == "Answered privately." for other in others)
        return Answer(words_of(call.card), buttons_of(call.card), aloud=call.conversation.startswith("19:"))


@dataclass
class Here:
    """The bot in both platforms, with four cases: 0042 and 0051 are Priya's, 0047 and 0058 Tom's."""

    whole: Whole
    slack: FakeSlack
    teams: Tenant

    def seat(self, platform: str, *, user: str = "", channel: bool = False) -> Slack | Teams:
        if platform == "Slack":
            return Slack(self.slack, f"U0{user.upper() or 'SHAH'}", "C0HEALTH" if channel else "")
        return Teams(self.teams, user or "shah", CHANNEL if channel else "")

    def restart(self) -> None:
        """Another process on the same database, with the same key."""
        town = self.whole.town
        town.app = replace(town.app, store=Store(town.store.url), vault=Vault(town.key))

    def record(self) -> dict[str, list[str]]:
        """Everything kept but what was heard, from whom, how to write there, and who looked."""
        return {name: rows for name, rows in self.whole.kept().items() if name not in HEARING}


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Here]:
    store = Store(database_url)
    bot = whole(store)
    for name, child in (("Tom", "Noah Grant"), ("Priya", "Lily Sands"), ("Tom", "Evan Moss")):
        bot.town.opens(name, child, born="2018-05-02")
    bot.town.say("Priya", "ask 0042 SLT, OT on 8 September")
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(in_slack(bot))
        teams = await stack.enter_async_context(in_teams(bot))
        slack.users["U0TOM"] = {"id": "U0TOM", "team_id": "T0COUNCIL", "profile": {"email": TOM}}
        teams.fake.members["29:1tom"] = {**teams.fake.members["29:1shah"], "id": "29:1tom", "email": TOM}
        for place, platform in (("C0HEALTH", Platform.SLACK), (CHANNEL, Platform.TEAMS)):
            [on] = bot.town.all(Connection, Connection.platform == platform)
            bot.town.add(Room(connection_id=on.id, place=place, name="health", agency=Agency.HEALTH, bound_at=SINCE))
        yield Here(bot, slack, teams)
    store.close()


each_platform = pytest.mark.parametrize("platform", ["Slack", "Teams"])
each_place = pytest.mark.parametrize("channel", [False, True], ids=["privately", "in a thread of the room"])

TEN = (
    # what is said, and what stands in the answer
    ("where are we with 0042?", "SEND-2026-0042", "week 10 of 20"),
    ("has SLT come back for it yet?", "SEND-2026-0042", "service speech and language"),
    ("and the OT one?", "SEND-2026-0042", "service occupational therapy"),
    ("when is it due?", "SEND-2026-0042", "no occupational therapy advice yet", "due in 4 days (Tue 20 Oct)"),
    ("why?", "SEND-2026-0042", "how a date was worked out", "the advice was asked for on Tue 8 September"),
    ("who's got it?", "SEND-2026-0042", "whose case it is", "Priya Shah"),
    ("same for 0047", "SEND-2026-0047", "whose case it is", "Tom Reid"),
    ("what's overdue for health this week?", "Nothing is overdue for health", "due up to Thu 15 Oct"),
    ("and next week?", "Nothing can be overdue yet", "Mon 19 Oct"),
    (
        "mark OT advice received for 0042 yesterday",
        "Nothing is done yet",
        "received occupational therapy SEND-2026-0042",
    ),
)


@each_platform
@each_place
async def test_ten_turns_that_follow_one_another(here: Here, platform: str, channel: bool) -> None:
    """What is wanted done is done by its button alone, once; in the room nothing tells who a child is."""
    seat, before = here.seat(platform, channel=channel), here.record()
    for line, *told in TEN:
        answer = await seat.says(line)
        assert [words for words in told if words not in answer.words] == [], (line, answer.words)
        if channel:
            assert answer.aloud == ("Nothing is done yet" not in answer.words), line
            assert [words for words in PRIVATE if words in answer.words] == [], line
    assert here.record() == before, "nothing that was said changed anything"
    unpressed = await seat.says("could you give 0047 to Priya please")
    assert "assign SEND-2026-0047 to Priya Shah" in unpressed.words
    for _ in range(2):  # a double click
        done = await seat.presses(answer.buttons["Do it"])
        assert "occupational therapy advice received Thu 15 Oct" in done.words
    now = here.record()
    assert [len(now[name]) - len(before[name]) for name in ("entry", "case")] == [1, 0]
    assert now["case"] == before["case"], "the button that was not pressed did nothing"
    assert here.whole.faults == []


@each_platform
@pytest.mark.databases("sqlite")
async def test_conversations_side_by_side_do_not_mix(here: Here, platform: str) -> None:
    """Two people in one room, and one of them in two threads and in private, turn and turn about."""
    talks = {
        "0042": here.seat(platform, channel=True),
        "0047": here.seat(platform, channel=True),
        "0051": here.seat(platform),
        "0058": here.seat(platform, user="tom", channel=True),
    }
    for seat in talks.values():
        assert WHICH in (await seat.says("and the OT one?")).words, "nobody goes by what another began"
    for case, seat in talks.items():
        assert f"SEND-2026-{case}" in (await seat.says(f"has SLT come back for {case} yet?")).words
    for line in ("and the OT one?", "who's got it?", "why?"):
        for case, seat in talks.items():
            assert set(REFERENCE.findall((await seat.says(line)).words)) == {f"SEND-2026-{case}"}, line
    joins = here.seat(platform, user="tom", channel=True)
    joins.thread = talks["0042"].thread
    assert WHICH in (await joins.says("and the OT one?")).words, "in her thread Tom has asked nothing"


@each_platform
@pytest.mark.databases("sqlite")
async def test_what_was_asked_is_known_for_ten_minutes_and_by_the_next_process(here: Here, platform: str) -> None:
    seat = here.seat(platform)
    await seat.says("has SLT come back for 0042 yet?")
    here.whole.town.now += timedelta(minutes=9)
    here.restart()
    assert "service occupational therapy" in (await seat.says("and the OT one?")).words
    here.whole.town.now += timedelta(minutes=10)
    assert WHICH in (await seat.says("and the OT one?")).words


@each_platform
@pytest.mark.databases("sqlite")
async def test_a_follow_up_carries_nothing_private(here: Here, platform: str) -> None:
    """Neither into another place, nor into what is kept in the clear."""
    alone, aloud = here.seat(platform), here.seat(platform, channel=True)
    for line in ("where are we with Maisie Palmer, born 14 March 2019, at Oakhurst?", "where are we with 0042?"):
        await alone.says(line)
    for line in ("and the OT one?", "who's got it?", "same again"):
        answer = await aloud.says(line)
        assert WHICH in answer.words or "don't know that one" in answer.words, line
        assert [words for words in PRIVATE if words in answer.words] == [], line
    answer = await aloud.says("what is wrong with Maisie Palmer in 0042?")
    assert not answer.aloud
    answer = await aloud.says("who's got it?")
    assert [words for words in PRIVATE if words in answer.words] == []
    kept = " ".join(here.whole.kept()["heard"])
    assert [words for words in PRIVATE if words in kept] == []
