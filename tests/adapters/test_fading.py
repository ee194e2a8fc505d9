"""What tells who a child is stands in a personal chat for ten minutes, and nowhere else is it kept at all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.slack.chat import marked
from bot.cases import fading as record
from bot.domain.errors import TryLater
from bot.domain.message import Action, Blank, Fact, Form, Message
from bot.domain.terms import Notice
from bot.fading import MOST, Fading
from storage.connect import Store
from storage.tables import Post, PrivateCopy
from tests.adapters.fake_connector import TENANT, Fault, buttons_of, words_of
from tests.adapters.fake_slack import FakeSlack, event, payload
from tests.adapters.slack_bot import NINE, Bot, connected
from tests.adapters.teams_town import Town, credentials, town
from tests.council import RULES, SLACK, TEAMS, VAULT, Council
from tests.town import Town as Authority

CASE = "SEND-2026-0001"
WHO = Message(f"{CASE} · new assessment", (Fact("Child", "Maisie Palmer", private=True),), private=True)
PLAIN = Message(f"{CASE} · new assessment", private=True)
FORM = Form("Open a case", "new", (Blank("child", "Child's name", private=True, value="Maisie Palmer"),))
GONE = f"{CASE}: shown at 09:00, no longer here."
OF_SHAH = "D0SHAH"


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    council = Council(store)
    council.case()
    yield council
    store.close()


class Watched(Fading):
    """Says when a private answer is through."""

    through = asyncio.Event()

    async def shown(self, *what: Any) -> str:
        try:
            return await super().shown(*what)
        finally:
            self.through.set()

    def expect(self) -> asyncio.Event:
        self.through = asyncio.Event()
        return self.through


class Office:
    """A bot in Slack whose private answers are noted. `now` is moved by the test."""

    def __init__(self, council: Council) -> None:
        self.council, self.bot, self.chats = council, Bot({"open 0001": WHO, "help": PLAIN}), {}
        self.fading = Watched(council.store, RULES, VAULT, chats=self.chats, clock=lambda: self.bot.now)

    def copies(self) -> list[PrivateCopy]:
        return self.council.all(PrivateCopy)

    def told(self) -> list[str]:
        return [post.about["notice"] for post in self.council.all(Post)]

    async def after(self, **time: float) -> int:
        self.bot.now += timedelta(**time)
        return await self.fading.fade(self.bot.now)

    @asynccontextmanager
    async def slack(self) -> AsyncIterator[FakeSlack]:
        async with connected(self.bot, copies=self.fading) as slack:
            self.chats[SLACK] = slack.adapter.chat(SLACK)
            yield slack


async def asks(office: Office, slack: FakeSlack, line: str = "open 0001") -> None:
    through = office.fading.expect()
    await slack.event(event("message_im", f"Ev{len(slack.calls)}", text=line, channel=OF_SHAH))
    await asyncio.wait_for(through.wait(), 5)


@pytest.mark.databases("sqlite")
async def test_a_direct_message_tells_it_for_ten_minutes(council: Council) -> None:
    office = Office(council)
    async with office.slack() as slack:
        await asks(office, slack, "help")
        assert office.copies() == []
        noted: list[int] = []
        was = slack._chat_postMessage
        slack._chat_postMessage = lambda body: noted.append(len(office.copies())) or was(body)  # type: ignore[method-assign]
        await asks(office, slack)
        assert noted == [1]  # before Slack had it
        [copy], shown = office.copies(), slack.messages[OF_SHAH][-1]
        assert shown["metadata"]["event_payload"] == {"key": copy.key}  # by which Slack can be asked for it
        assert await office.after(minutes=9, seconds=59) == 0
        assert "Maisie Palmer" in str(slack.messages[OF_SHAH])
        assert await office.after(seconds=1) == 1
        [edit] = slack.called("chat.update")
        assert GONE in str(edit) and "Show again" in str(edit)
        assert "Maisie" not in str(slack.messages[OF_SHAH])
        assert office.copies() == [] and await office.after(hours=1) == 0


WAYS = {
    "slash": lambda slack: slack.command("open 0001"),
    "slash in a direct message": lambda slack: slack.command("open 0001", channel_id=OF_SHAH),
    "mention": lambda slack: slack.event(event("app_mention", text="<@U0BOT> open 0001")),
    "button in a room": lambda slack: slack.interact(pressed("press_in_channel")),
    "button in a direct message": lambda slack: slack.interact(pressed("press_in_direct_message")),
    "button on the home tab": lambda slack: slack.interact(pressed("press_on_home")),
    "button in a modal": lambda slack: slack.interact(pressed("press_in_modal")),
}


def pressed(name: str) -> dict[str, Any]:
    body = payload(name)
    body["actions"][0]["value"] = '{"line":"open 0001"}'
    return body


@pytest.mark.databases("sqlite")
async def test_every_other_way_in_slack_keeps_nothing(council: Council) -> None:
    office = Office(council)
    async with office.slack() as slack:
        for way, say in WAYS.items():
            seen = (len(slack.calls), len(slack.answers))
            told = str(await say(slack))
            if "Maisie" not in told:
                await slack.until(lambda seen=seen: "Maisie" in str((slack.calls[seen[0] :], slack.answers[seen[1] :])))
            assert slack.called("chat.postMessage") == [], way
        assert office.copies() == []


@pytest.mark.databases("sqlite")
async def test_slack_keeps_the_home_tab_and_the_button_of_a_form_so_neither_tells(council: Council) -> None:
    office = Office(council)
    office.bot.answers |= {"home": WHO, "new": Message("What is it about?", form=FORM, private=True)}
    async with office.slack() as slack:
        await slack.event(payload("app_home_opened"))
        await slack.until(lambda: slack.homes)
        assert CASE in str(slack.homes) and "Maisie" not in str(slack.homes)
        await asks(office, slack, "new")
        assert "Maisie" not in str(slack.messages) and office.copies() == []


@pytest.mark.databases("sqlite")
def test_nothing_that_the_bot_says_of_itself_tells_who_a_child_is(database_url: str) -> None:
    """What the courier brings to people stays where it is: nudges, digests and notices fade for nobody."""
    store = Store(database_url)
    here = Authority(store)
    here.opens("Priya", "Maisie Palmer", received=date(2026, 8, 31))
    here.say("Priya", "ask 0042 SLT on 7 September")
    here.say("Helen", "assign 0042 to Tom")
    for _ in range(12):
        here.pass_time(days=3)
        here.remind()
    told = [each.message for place, came in here.page.arrived.items() if place.startswith("private:") for each in came]
    assert len(told) > 10 and not any(message.fades for message in told)
    store.close()


@pytest.mark.databases("sqlite")
async def test_a_room_that_can_show_nothing_alone_hears_once_that_it_was_answered(council: Council) -> None:
    office = Office(council)
    async with office.slack() as slack:
        slack.refuse("chat.postEphemeral", "user_not_in_channel")
        await slack.event(event("app_mention", text="<@U0BOT> open 0001", channel="C0HEALTH"))
        await slack.until(lambda: len(slack.called("chat.postMessage")) == 2)
        alone, aloud = slack.called("chat.postMessage")
        assert alone["channel"].startswith("D") and "Maisie" in str(alone)
        assert (aloud["channel"], aloud["text"]) == ("C0HEALTH", "Answered privately.")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("arrived", [True, False])
async def test_after_a_crash_slack_is_asked_for_it(council: Council, arrived: bool) -> None:
    """Between sending and noting: the row is there, and nobody knows the message's id."""
    office = Office(council)
    async with office.slack() as slack:
        with council.store.transaction() as db:
            key = record.note(council.turn(db, NINE), SLACK, OF_SHAH, {}, WHO)
        if arrived:
            body = {"channel": OF_SHAH, "text": "Maisie Palmer", "metadata": marked(key)}
            await office.chats[SLACK].workspace.call("chat.postMessage", body)
        await office.after(minutes=10)
        assert [edit["text"] for edit in slack.called("chat.update")] == [GONE] * arrived
        assert office.copies() == [] and office.told() == []


TROUBLES = {
    # what Slack says to the edit, and to the deletion -> minutes until it is tried again (0: done), deleted, told
    "busy": (("limit", "90"), None, 1.5, 0, 0),
    "deleted by the person": (("refuse", "message_not_found"), None, 0, 0, 0),
    "not to be edited": (("refuse", "edit_window_closed"), None, 0, 1, 0),
    "forbidden": (("refuse", "cant_update_message"), ("refuse", "cant_delete_message"), 60, 1, 1),
}


@pytest.mark.databases("sqlite")
async def test_what_slack_says_to_the_edit(council: Council) -> None:
    council.room(None)
    office = Office(council)
    async with office.slack() as slack:
        for trouble, (edit, delete, wait, deleted, told) in TROUBLES.items():
            before = len(slack.called("chat.delete"))
            await asks(office, slack)
            getattr(slack, edit[0])("chat.update", edit[1])
            if delete:
                getattr(slack, delete[0])("chat.delete", delete[1])
            await office.after(minutes=10)
            left = [(one.fades_at - office.bot.now) / timedelta(minutes=1) for one in office.copies()]
            assert left == [wait] * bool(wait), trouble
            assert len(slack.called("chat.delete")) - before == deleted, trouble
            assert office.told() == [Notice.STILL_SHOWN] * told, trouble
            await office.after(minutes=wait)
            assert office.copies() == [], trouble


def test_two_replicas_never_take_the_same(council: Council) -> None:
    later = NINE + timedelta(minutes=10)
    with council.store.transaction() as db:
        for _ in range(MOST + 3):
            record.note(council.turn(db, NINE), SLACK, OF_SHAH, {}, WHO)
    with council.store.transaction() as db:
        mine = {copy.id for copy in record.take(council.turn(db, later), SLACK, most=MOST)}
        if db.get_bind().dialect.name == "postgresql":  # on SQLite the second waits until the first is written
            with council.store.transaction() as other:
                theirs = {copy.id for copy in record.take(council.turn(other, later), SLACK, most=MOST)}
    if council.store.url.startswith("sqlite"):
        with council.store.transaction() as db:
            theirs = {copy.id for copy in record.take(council.turn(db, later), SLACK, most=MOST)}
    assert (len(mine), len(theirs), mine & theirs) == (MOST, 3, set())
    with council.store.transaction() as db:  # both died: when the lease is over somebody takes them up again
        again = record.take(council.turn(db, later + record.LEASE), SLACK, most=100)
    assert {copy.id for copy in again} == mine | theirs


class TeamsOffice(Office):
    """The same in Teams, whose clock is the town's."""

    @asynccontextmanager
    async def teams(self) -> AsyncIterator[Town]:
        answers = {"open 0001": WHO, "new": Message("What is it about?", form=FORM, private=True), "help": PLAIN}
        ours = {"credentials": [credentials(connection=TEAMS)], "tenants": {TENANT: TEAMS}}
        async with town(answers, copies=self.fading, **ours) as there:
            self.bot.now = there.clock.now
            self.chats[TEAMS] = there.teams.chat(TEAMS)
            yield there


@pytest.mark.databases("sqlite")
async def test_teams_keeps_it_for_ten_minutes_too(council: Council) -> None:
    """In a personal chat, and in a channel where only its sender sees it: that one is edited as such."""
    office = TeamsOffice(council)
    async with office.teams() as there:
        for place in ("personal_message", "channel_mention", "channel_targeted"):
            assert await there.says("open 0001", place=place) == 200
        assert len(office.copies()) == 3
        assert await office.after(minutes=10) == 3
        edits = there.fake.edits()
        assert [GONE in words_of(edit.card) and "Maisie" not in str(edit.body) for edit in edits] == [True] * 3
        targeted = [edit for edit in edits if edit.query]
        assert [(edit.query, "id" in edit.body["recipient"]) for edit in targeted] == [
            ({"isTargetedActivity": "true"}, True)
        ]
        again = buttons_of(edits[0].card)["Show again"]
        assert again["data"] == {"line": f"open case={CASE}", "msteams": {"type": "task/fetch"}}
        assert office.copies() == []


async def test_microsoft_s_local_client_opens_no_dialogs_and_gets_buttons_that_it_knows() -> None:
    opens = Message("Yours.", actions=(Action("Open", "open 0001", alone=True),), private=True)
    async with town({"help": opens}, credentials=[credentials(app_id="")], loopback_only=True) as there:
        there.fake.tokens.add("")
        await there.post(there.activity("personal_message", text="help"), authorization="")
        [answer] = there.fake.posts()
        assert buttons_of(answer.card)["Open"]["type"] == "Action.Execute"


@pytest.mark.databases("sqlite")
async def test_a_form_that_gives_way_in_teams_is_not_taken_away_again(council: Council) -> None:
    office = TeamsOffice(council)
    async with office.teams() as there:
        await there.says("new")
        [form] = office.copies()
        sent = there.activity("execute", replyToId=form.platform_id.rpartition(" ")[2])
        sent["conversation"] = there.activity("personal_message")["conversation"]
        sent["value"]["action"]["data"] = {"line": "help", "form": True}
        await there.post(sent)
        await there.teams._patience.stop(5)
        assert words_of(there.fake.edits()[-1].card).startswith(CASE)
        assert office.copies() == []


@pytest.mark.databases("sqlite")
async def test_where_teams_may_have_it_and_cannot_be_asked_somebody_is_told_once(council: Council) -> None:
    council.room(None)
    office = TeamsOffice(council)
    async with office.teams() as there:
        there.fake.faults += [Fault(502)] * 4
        await there.says("open 0001")
        assert [copy.platform_id for copy in office.copies()] == [""] * 4
        await office.after(minutes=10)
        assert (office.copies(), office.told()) == ([], [Notice.STILL_SHOWN])


@pytest.mark.databases("sqlite")
async def test_what_cannot_be_noted_is_not_shown(council: Council) -> None:
    office = Office(council)
    office.council.store.close()
    away = Fading(Store("sqlite:////nowhere/at/all.sqlite"), RULES, VAULT, chats={}, clock=lambda: NINE)
    sent: list[str] = []

    async def send(key: str) -> str:
        sent.append(key)
        return "1"

    with pytest.raises(TryLater):
        await away.shown(SLACK, OF_SHAH, {}, WHO, send)
    assert await away.shown(SLACK, OF_SHAH, {}, PLAIN, send) == "1"
    assert sent == [""]


@pytest.mark.parametrize(
    ("message", "fades"),
    [
        (PLAIN, False),
        (WHO, True),
        (Message("Open", actions=(Action("Open", "open 1", alone=True),)), False),
        (Message("", form=FORM), True),
        (
            Message("", form=Form("", "new", (Blank("child", "Child", private=True), Blank("day", "Day", value="x")))),
            False,
        ),
        (Message("Maisie Palmer", identifies=True), True),
    ],
)
def test_a_message_knows_whether_it_tells_who_a_child_is(message: Message, fades: bool) -> None:
    assert message.fades is fades
