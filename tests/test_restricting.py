"""A case that becomes one for the named alone: what stood of it in rooms and chats, seen on the platforms."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from adapters.slack.chat import SlackChat
from adapters.slack.workspace import Workspace
from bot.cards import post_message
from bot.cases.undelivered import give_up_on_closed
from bot.courier import Courier, Credentials
from bot.domain.message import Address, Message
from bot.domain.terms import Agency, EntryKind, Hears, Platform, PostSays, PostState
from bot.reminders import sweep
from storage.connect import Store
from storage.tables import Connection, Deadline, Entry, Nudge, Person, Post, PrivateCopy, Room
from tests.adapters.fake_connector import FakeConnector
from tests.adapters.fake_slack import TOKEN, FakeSlack, running
from tests.adapters.teams_town import CHANNEL, CONNECTION
from tests.adapters.teams_town import town as teams_town
from tests.adapters.test_teams_chat import reference
from tests.town import RULES, SINCE, Page, Town
from tests.whole import whole

SLACK = 2
ASKED = datetime(2026, 9, 7, 9, tzinfo=UTC)
EVENING = datetime(2026, 10, 16, 18, 30, tzinfo=UTC)
"""The office is closed: what is taken away is taken away at once all the same."""
RESTRICT = "restrict 0042 child protection because the strategy meeting is on Monday"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    for child in ("Lily Sands", "Maisie Palmer"):
        town.opens("Priya", child)
    for case in ("0042", "0047"):
        assert not town.say("Priya", f"ask {case} health, social care on 7 September", at=ASKED).error
    yield town
    store.close()


class Platforms:
    """A fake Slack and a fake Bot Connector, with a courier between them and the town."""

    def __init__(self, town: Town, slack: FakeSlack, teams: FakeConnector, courier: Courier) -> None:
        self.town, self.slack, self.teams, self.courier = town, slack, teams, courier

    async def deliver(self) -> None:
        await self.courier.deliver(self.town.now)

    def in_slack(self) -> str:
        """All that can be read in the health room."""
        return json.dumps(self.slack.messages["C0HEALTH"])

    def in_teams(self) -> str:
        """All that can be read in the social care room, by what was posted, edited and deleted there."""
        there: dict[str, Any] = {}
        for number, call in enumerate(self.teams.calls, start=1):
            match call.method:
                case "POST":
                    there[f"17000000{number:05}"] = call.body
                case "PUT":
                    there[call.activity] = call.body
                case _:
                    del there[call.activity]
        return json.dumps(there)


@asynccontextmanager
async def platforms(town: Town) -> AsyncIterator[Platforms]:
    async with running() as slack, teams_town() as teams:
        workspace = Workspace(Credentials(SLACK, "T0COUNCIL", secrets={"bot_token": TOKEN}), f"{slack.url}/api/")
        where = reference(teams, conversation=CHANNEL, type="channel")
        care: dict[str, Any] = {"place": CHANNEL, "name": "care", "agency": Agency.SOCIAL_CARE, "reference": where}
        town.add(
            Connection(id=SLACK, platform=Platform.SLACK, outside_id="T0COUNCIL", name="Council"),
            Connection(id=CONNECTION, platform=Platform.TEAMS, outside_id="tenant", name="Trust"),
            Room(connection_id=SLACK, place="C0HEALTH", name="health", agency=Agency.HEALTH, bound_at=SINCE),
            Room(connection_id=CONNECTION, bound_at=SINCE, **care),
        )
        moments = [town.now]

        async def sleep(seconds: float) -> None:
            moments[0] += timedelta(seconds=seconds)
            await asyncio.sleep(0)

        def passing(now: datetime) -> Any:
            moments[0] = max(now, moments[0])
            return lambda: moments[0]

        chats = {town.connection: town.page, SLACK: SlackChat(workspace), CONNECTION: teams.teams.chat(CONNECTION)}
        how: dict[str, Any] = {"render": post_message, "sleep": sleep, "passing": passing}
        yield Platforms(town, slack, teams.fake, Courier(town.store, RULES, town.vault, chats=chats, **how))
        await workspace.close()


async def test_nothing_in_a_room_holds_its_reference_any_more(town: Town) -> None:
    async with platforms(town) as seen:
        for case in ("0042", "0047"):  # which shows the cards in the new rooms
            town.say("Priya", f"note {case} shown everywhere")
            town.say("Priya", f"assign {case} to Tom")
            town.say("Tom", f"assign {case} to Priya")
        sweep(town.store, RULES, town.vault, town.now)
        await seen.deliver()
        assert [told.count("SEND-2026-0042") > 1 for told in (seen.in_slack(), seen.in_teams())] == [True, True]
        nudges = town.all(Nudge)
        town.now = EVENING
        answer = town.say("Priya", RESTRICT)
        assert answer.text.startswith("SEND-2026-0042 is restricted now (child protection)")
        await seen.deliver()
        for told in (seen.in_slack(), seen.in_teams()):
            assert "0042" not in told
            assert "SEND-2026-0047" in told  # of which the same reminder spoke
        assert town.all(Nudge) == nudges  # nothing that was said is said again, nor noted otherwise
        assert not [post for post in town.all(Post) if post.state in (PostState.WAITING, PostState.FAILED)]
        assert town.say("Moira", "unrestrict 0042 because it has ended").error == ""
        await seen.deliver()
        assert "SEND-2026-0042" in seen.in_slack() and "SEND-2026-0042" in seen.in_teams()


@pytest.mark.databases("sqlite")
async def test_what_a_platform_keeps_is_emptied_or_shown_to_a_person(town: Town) -> None:
    async with platforms(town) as seen:
        town.say("Priya", "note 0042 shown")
        town.say("Priya", "assign 0042 to Tom")
        await seen.deliver()
        seen.slack.refuse("chat.delete", "cant_delete_message")
        town.say("Tom", RESTRICT)
        await seen.deliver()
        assert "0042" not in seen.in_slack() and "taken back" in seen.in_slack()
        town.say("Tom", "assign 0047 to Tom")
        await seen.deliver()
        for method, code in (("chat.delete", "cant_delete_message"), ("chat.update", "edit_window_closed")):
            seen.slack.refuse(method, code)
        said = "A message that was to be taken back still stands in the room health. Have somebody there delete it."
        assert not town.say("Tom", "restrict 0047 press because of the papers").error
        await seen.deliver()
        await seen.deliver()  # the word about it
        assert said in [each.message.text for each in town.page.arrived["administrators"]]


def test_what_waits_is_said_to_those_who_may_hear_it(town: Town) -> None:
    sweep(town.store, RULES, town.vault, town.now)
    own = {nudge.id for nudge in town.all(Nudge, col(Nudge.deadline_id).in_(own_dates(town)))}
    assert not town.say("Priya", RESTRICT).error
    (priya,) = town.all(Person, Person.name == "Priya Shah")
    waiting = town.all(Post, Post.says == PostSays.NUDGES, Post.state == PostState.WAITING)
    heard = {(post.person_id, nudge) for post in waiting for nudge in own & {*post.about["nudges"]}}
    said = {nudge.id for nudge in town.all(Nudge, Nudge.skipped == "", col(Nudge.post_id).is_not(None))} & own
    for_rooms = {nudge.id for nudge in town.all(Nudge, Nudge.hears == Hears.ROOM)} & said
    assert for_rooms and heard == {(priya.id, nudge) for nudge in said}
    town.deliver()
    read = [whole(message) for place, message in town.page.stands.values() if not place.startswith("private:")]
    assert read and not [message for message in read if "0042" in message]
    assert "0042" in in_chat(town, "priya.shah")
    assert not town.say("Moira", "assign 0042 to Tom").error  # whose case it was sees it no more either
    town.deliver()
    assert "0042" not in in_chat(town, "priya.shah") and "0042" in in_chat(town, "tom.reid")


def test_who_may_see_it_no_more_has_it_taken_out_of_their_chat(town: Town) -> None:
    town.say("Priya", "away until 30 October cover Kit")
    town.remind()  # the digest of whoever covers
    assert "0042" in in_chat(town, "kit.amos") and "0047" in in_chat(town, "kit.amos")
    shown = {"connection_id": town.connection, "place": "D0KIT", "shown_at": town.now}
    later = town.now + timedelta(minutes=10)
    town.add(*(PrivateCopy(key=f"copy{case}", case_id=case, fades_at=later, **shown) for case in (1, 2)))
    assert not town.say("Moira", RESTRICT).error
    assert [copy.fades_at for copy in town.all(PrivateCopy)] == [town.now, later]  # who the child is fades at once
    town.deliver()
    assert "0042" not in in_chat(town, "kit.amos") and "0047" in in_chat(town, "kit.amos")
    town.pass_time(days=3)
    town.remind()  # Monday's digest, which has no nudge of its own to say
    assert in_chat(town, "kit.amos").count("SEND-2026-0047") > 1
    assert not town.say("Moira", "restrict 0047 adoption because it is one").error
    town.deliver()
    assert "0047" not in in_chat(town, "kit.amos")  # Friday's is deleted, Monday's written anew
    assert [entry.sealed for entry in town.all(Entry, Entry.kind == EntryKind.RESTRICTED) if not entry.clear]


def test_what_never_stood_anywhere_is_nobodys_to_delete(town: Town) -> None:
    assert not town.say("Priya", RESTRICT).error  # its cards wait still
    with town.store.transaction() as db:
        db.execute(update(Connection).values(active=False))
        give_up_on_closed(town.turn(db))
    assert [post for post in town.all(Post) if post.about.get("stands")] == []
    cards = town.all(Post, Post.case_id == 1, Post.says == PostSays.CASE_CARD)
    assert cards and {card.state for card in cards} == {PostState.WITHDRAWN}


class Meanwhile(Page):
    """The same page, which has something happen while the first message that fits is on its way to it."""

    def __init__(self, page: Page, fits: Callable[[Message], bool], happens: Callable[[], object]) -> None:
        vars(self).update(vars(page))
        self._fits, self._waiting = fits, [happens]

    async def send(self, to: Address, message: Message, key: str) -> str:
        if self._waiting and not to.private and self._fits(message):
            await asyncio.to_thread(self._waiting.pop())
        return await super().send(to, message, key)


@pytest.mark.parametrize("what", ["a card", "a reminder of two cases"])
def test_what_is_on_its_way_as_it_is_restricted_is_taken_back(town: Town, what: str) -> None:
    if what != "a card":
        town.deliver()
        sweep(town.store, RULES, town.vault, town.now)
        town.page.arrived.clear()
    page = Meanwhile(town.page, lambda message: "0042" in whole(message), lambda: town.say("Priya", RESTRICT))
    courier = Courier(town.store, RULES, town.vault, chats={town.connection: page}, render=post_message)
    for _ in range(2):
        asyncio.run(courier.deliver(town.now))
    came = [whole(one.message) for place, told in page.arrived.items() if ":" not in place for one in told]
    assert any("0042" in each for each in came), "it was on its way"
    stands = [whole(message) for place, message in page.stands.values() if ":" not in place]
    assert any("0047" in each for each in stands) and not any("0042" in each for each in stands)


def in_chat(town: Town, who: str) -> str:
    """All that stands in somebody's private chat."""
    place = f"private:{who}@anyshire.example"
    return "".join(whole(message) for where, message in town.page.stands.values() if where == place)


def own_dates(town: Town) -> list[int]:
    return [deadline.id for deadline in town.all(Deadline, Deadline.case_id == 1)]
