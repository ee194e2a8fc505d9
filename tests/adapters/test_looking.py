"""Who has left, and who reads the rooms: as Slack and Teams say of themselves, upon their word and once a day."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot.cards.posted import post_message
from bot.cases import posts, room_checks
from bot.cases.room_checks import may_sit, unread
from bot.courier import Courier
from bot.domain.readers import Readers
from bot.domain.terms import Agency, Notice, Platform, PostSays, PostState, Role
from bot.looking import Looker
from bot.turn import Turn
from storage.connect import Store
from storage.queries import accounts_of, add_new
from storage.tables import Connection, Identity, Person, Post, Room
from tests.adapters.fake_connector import TENANT
from tests.adapters.fake_slack import FakeSlack, event, payload
from tests.adapters.teams_town import CHANNEL
from tests.adapters.teams_town import Town as TeamsTown
from tests.behind import Whole, in_slack, in_teams, whole
from tests.town import RULES

pytestmark = pytest.mark.databases("sqlite")
STRANGER = "I don't know you yet. Ask Alan Price to put you on referralbot's staff list."
GRACE, ALAN, SUNITA, ROSA = "U0GRACE", "U0ALAN", "U0SUNITA", "U0ROSA"
PEOPLE = {GRACE: "grace.obi@nhs.example", ALAN: "alan.price@anyshire.example", SUNITA: "sunita.rao@anyshire.example"}
PEOPLE |= {ROSA: "rosa.finn@oakhurst.example"}


@pytest.fixture
def here(database_url: str) -> Iterator[Whole]:
    store = Store(database_url)
    yield whole(store)
    store.close()


class Eyes:
    """The bot that looks, in one workspace or tenant."""

    def __init__(self, here: Whole) -> None:
        self.here, self.chats = here, dict[int, Any]()
        town = here.town
        self.looker = Looker(town.store, RULES, town.vault, chats=self.chats, clock=lambda: town.now)

    @asynccontextmanager
    async def slack(self) -> AsyncIterator[FakeSlack]:
        async with in_slack(self.here, changes=self.looker) as slack:
            for account, email in PEOPLE.items():
                slack.users[account] = {"id": account, "team_id": "T0COUNCIL", "profile": {"email": email}}
            slack.users["U0BOT"] = {"id": "U0BOT", "team_id": "T0COUNCIL", "is_bot": True}
            self.chats[self.connection] = slack.adapter.chat(self.connection)
            yield slack

    @asynccontextmanager
    async def teams(self) -> AsyncIterator[TeamsTown]:
        async with in_teams(self.here, changes=self.looker) as teams:
            self.chats[self.connection] = teams.teams.chat(self.connection)
            yield teams

    @property
    def connection(self) -> int:
        found = self.here.town.all(Connection, Connection.platform != Platform.PAGE)
        return found[0].id

    async def look(self, **later: float) -> None:
        self.here.town.now += timedelta(**later)
        await self.looker.look(self.here.town.now)

    def bind(self, place: str, agency: Agency | None) -> Room:
        now = self.here.town.now
        room = Room(connection_id=self.connection, place=place, name=place, agency=agency, bound_at=now)
        self.here.town.add(room)
        return room

    def room(self, place: str) -> Room:
        [room] = self.here.town.all(Room, Room.place == place)
        return room

    async def deliver(self, slack: FakeSlack) -> None:
        town = self.here.town
        chats = {town.connection: town.page, self.connection: slack.adapter.chat(self.connection)}
        await Courier(town.store, RULES, town.vault, chats=chats, render=post_message).deliver(town.now)

    def unread(self) -> list[str]:
        with self.here.town.store.reading() as db:
            return [room.name for room in unread(db, self.here.now)]

    def told(self) -> list[str]:
        """What the administrators hear."""
        town = self.here.town
        with town.store.reading() as db:
            posts = [db.merge(one, load=False) for one in town.all(Post) if one.about.get("notice") in ABOUT_THEM]
            return [message.text for post in posts if (message := post_message(town.turn(db), post))]


ABOUT_THEM = (Notice.LEFT, Notice.ROOM_REFUSED)


async def hears(slack: FakeSlack, account: str, line: str, **more: Any) -> str:
    """What Slack shows somebody at once."""
    _, told = await slack.command(line, user_id=account, **more)
    return str(told.get("text", ""))


async def test_an_account_that_slack_closes_is_cut_off_before_slack_is_told_that_it_was_heard(here: Whole) -> None:
    eyes = Eyes(here)
    async with eyes.slack() as slack:
        assert await hears(slack, "U0SHAH", "today") != STRANGER
        [priya] = here.town.all(Identity, Identity.account == "U0SHAH")
        changed = event("user_change")
        changed["event"]["user"] |= {"deleted": False}
        assert (
            await slack.event(changed) == [200] and here.town.all(Identity, Identity.id == priya.id)[0].gone_at is None
        )
        assert await slack.event(event("user_change", "Ev2")) == [200]
        assert here.town.all(Identity, Identity.id == priya.id)[0].gone_at == here.now
        with here.town.store.reading() as db:
            assert [one.connection_id for one in accounts_of(db, priya.person_id)] == [here.town.connection]
        slack.users["U0SHAH"]["deleted"] = True
        assert await hears(slack, "U0SHAH", "today") == STRANGER
        await slack.event(event("user_change", "Ev3"))  # nothing is told twice
        assert eyes.told() == [
            "Priya Shah's account in Slack is closed, or the bot was removed from it: it can say nothing more and is"
            " not written to. Still theirs: 1 open case. A manager says: hand over all."
        ]


async def test_an_account_in_use_again_is_linked_by_its_address_or_by_an_administrator(here: Whole) -> None:
    eyes, town = Eyes(here), here.town
    async with eyes.slack() as slack:
        await hears(slack, "U0SHAH", "today")
        await slack.event(event("user_change"))
        assert await hears(slack, "U0SHAH", "today") != STRANGER  # Slack vouches for the address: it is in use
        assert (
            eyes.told()[-1]
            == "Priya Shah's account in Slack is in use again, and was linked again by its e-mail address."
        )
        await slack.event(event("user_change", "Ev2"))
        slack.users["U0SHAH"]["profile"] = {}
        town.now += timedelta(hours=2)  # Slack is asked anew who she is
        assert await hears(slack, "U0SHAH", "today") == STRANGER
        assert town.say("Alan", "people relink Priya").text == "Priya Shah can use referralbot in chat again."
        assert await hears(slack, "U0SHAH", "today") != STRANGER
        assert town.say("Alan", "people relink Priya").text == "Priya Shah was not cut off."


async def test_whoever_is_taken_off_the_list_here_is_cut_off_at_once(here: Whole) -> None:
    """What waited for them goes to the next address, and the administrators hear that it could not be delivered."""
    eyes, town = Eyes(here), here.town
    async with eyes.slack() as slack:
        await hears(slack, "U0SHAH", "today")
        [priya] = [one for one in town.all(Person) if one.name == "Priya Shah"]
        with town.store.transaction() as db:
            posts.tell(town.turn(db), priya.id, Notice.COVERS, about={"person_id": priya.id}, not_before=town.now)
        town.say("Alan", "people deactivate Priya")
        assert await hears(slack, "U0SHAH", "today") == STRANGER
        await eyes.deliver(slack)
        assert slack.called("chat.postMessage") == [] and len(town.page.arrived["administrators"]) == 2


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger"])
async def test_a_guest_is_nobody_by_an_address(here: Whole, flag: str) -> None:
    async with Eyes(here).slack() as slack:
        slack.users["U0SHAH"][flag] = True
        assert await hears(slack, "U0SHAH", "today") == STRANGER


@pytest.mark.databases("sqlite", "postgresql")
async def test_once_a_day_slack_is_asked_who_is_still_there(here: Whole) -> None:
    eyes, town = Eyes(here), here.town
    async with eyes.slack() as slack:
        for account in ("U0SHAH", GRACE):
            await hears(slack, account, "today")
        slack.users[GRACE]["deleted"] = True
        before = len(slack.called("users.info"))
        slack.limit("users.info", "30")
        await eyes.look()
        assert {one.gone_at for one in town.all(Identity)} == {None}  # not now is not never
        await eyes.look(minutes=5)
        assert len(slack.called("users.info")) - before == 1
        await eyes.look(minutes=5)
        assert [one.account for one in town.all(Identity, Identity.gone_at.is_not(None))] == [GRACE]  # type: ignore[union-attr]
        await eyes.look(minutes=30)
        assert len(slack.called("users.info")) - before == 3
        await eyes.look(hours=24)
        assert len(slack.called("users.info")) - before == 4
        with town.store.transaction() as db:  # on the page everybody is linked too
            db.execute(
                delete(Identity).where(Identity.connection_id == town.connection, Identity.account == PEOPLE[GRACE])
            )
        seen = {row.cells[0]: row.cells[4] for row in town.say("Alan", "people").table.rows}
        assert (seen["Grace Obi"], seen["Priya Shah"]) == ("left", "linked")


@pytest.mark.parametrize(
    ("status", "code", "gone"),
    [
        (0, "", False),
        (404, "MemberNotFoundInConversation", True),
        (403, "BotNotInConversationRoster", True),
        (403, "BotDisabledByAdmin", False),
        (503, "ServiceUnavailable", False),
    ],
)
async def test_once_a_day_teams_is_asked_who_is_still_there(here: Whole, status: int, code: str, gone: bool) -> None:
    eyes = Eyes(here)
    async with eyes.teams() as teams:
        await teams.says("today")
        if status:
            teams.fake.member_fault = (status, code)
        await eyes.look()
        [priya] = here.town.all(Identity, Identity.connection_id == eyes.connection)
        assert (priya.gone_at == here.now) is gone
        assert (priya.checked_at == here.now) is (not status)
        assert len(eyes.told()) == gone


SITS = {
    # who, as what -> in which agencies' rooms (the administrators' is None)
    (Agency.EDUCATION, Role.OFFICER): {*Agency, None},
    (Agency.EDUCATION, Role.ADMINISTRATOR): {*Agency, None},
    (Agency.MP_TEAM, Role.MP_TEAM): {*Agency, None},
    (Agency.EDUCATION, Role.CONTRIBUTOR): set(),
    (Agency.HEALTH, Role.CONTRIBUTOR): {Agency.HEALTH},
    (Agency.HEALTH, Role.VIEWER): {Agency.HEALTH},
    (Agency.SOCIAL_CARE, Role.CONTRIBUTOR): {Agency.SOCIAL_CARE},
}


@pytest.mark.parametrize(("who", "rooms"), SITS.items(), ids=range(len(SITS)))
def test_who_may_sit_where(who: tuple[Agency, Role], rooms: set[Agency | None]) -> None:
    assert {room for room in (*Agency, None) if may_sit(*who, room)} == rooms


async def test_a_room_of_the_wrong_agency_is_refused_as_it_is_bound(here: Whole) -> None:
    async with Eyes(here).slack() as slack:
        slack.page = 2  # three pages of members
        slack.inside["C0HEALTH"] = {"U0SHAH", GRACE, ALAN, "U0BOT", "U0UNKNOWN"}
        for account in ("U0SHAH", GRACE, ALAN):
            await hears(slack, account, "today")
        answers = {}
        for room in ("education", "mp team", "administrators", "social care", "health"):
            answers[room] = await hears(slack, ALAN, f"room bind {room}", channel_id="C0HEALTH")
        refused = "Of the people here 1 is health's, who may not read all that {} hears."
        refused += " Bind it as health, or ask them to leave."
        assert answers == {
            "education": refused.format("education's room"),
            "mp team": refused.format("MP team's room"),
            "administrators": refused.format("the administrators' room"),
            "social care": refused.format("social care's room"),
            "health": "This is the health room now.",
        }


async def test_a_room_whose_members_cannot_be_read_is_bound_with_a_word(here: Whole) -> None:
    eyes = Eyes(here)
    async with eyes.slack() as slack:
        slack.refuse("conversations.members", "missing_scope")
        _, told = await slack.command("room bind health", user_id=ALAN, channel_id="C0HEALTH")
        assert "Who sits here could not be asked" in str(told)
        slack.refuse("conversations.members", "missing_scope")
        await eyes.look()
        room = eyes.room("C0HEALTH")
        assert (room.bound, room.shared) == (True, False) and room.checked_at != here.now
        assert eyes.unread() == ["health"]  # the doctor says so
        await eyes.look(minutes=10)  # asked again
        assert (eyes.room("C0HEALTH").checked_at, eyes.unread()) == (here.now, [])


@pytest.mark.databases("sqlite", "postgresql")
async def test_a_room_is_looked_at_each_day_and_when_somebody_joins(here: Whole) -> None:
    """Who may not read all that it hears: it is nobody's at once, its cards go, the rest is said elsewhere."""
    eyes, town = Eyes(here), here.town
    async with eyes.slack() as slack:
        for account in ("U0SHAH", GRACE, SUNITA):
            await hears(slack, account, "today")
        room = eyes.bind("C0HEALTH", Agency.HEALTH)
        slack.inside["C0HEALTH"] = {"U0SHAH", GRACE, "U0BOT"}
        town.opens("Priya", "Child Two")
        [card] = town.all(Post, Post.room_id == room.id)
        await eyes.look()
        assert eyes.room("C0HEALTH").bound
        with town.store.transaction() as db:
            waits = {"room_id": room.id, "about": {"notice": Notice.IMPORTED.value, "count": 12, "late": 2}}
            add_new(db, Post, [posts.new_post(town.turn(db), PostSays.NOTICE, eyes.connection, **waits)])
        slack.inside["C0HEALTH"].add(SUNITA)
        await eyes.look(hours=1)
        assert eyes.room("C0HEALTH").bound  # nobody has said so, and a day has not gone by
        assert await slack.event(payload("member_joined_channel")) == [200]
        await eyes.look()
        assert not eyes.room("C0HEALTH").bound
        [card] = town.all(Post, Post.id == card.id)
        assert (card.withdraw, card.state) == (True, PostState.WAITING)
        assert eyes.told() == [
            "“C0HEALTH” is nobody's room any more, and its cards are taken away. Of the people here 1 is social care's,"
            " who may not read all that health's room hears. Ask them to leave, or bind another."
        ]
        town.page.arrived.clear()
        for _ in range(2):  # first that it cannot go there, then where it goes instead
            await eyes.deliver(slack)
            town.pass_time(seconds=5)
        assert slack.called("chat.postMessage") == []
        assert "12 cases were imported" in str(town.page.arrived["administrators"])
        await eyes.look(hours=25)
        assert len(eyes.told()) == 1


def test_who_joins_while_a_room_is_looked_at_is_looked_for_again(here: Whole) -> None:
    town = here.town
    steps: tuple[Callable[[Turn], object], ...] = (
        lambda turn: turn.db.execute(update(Room).where(Room.place != "health").values(bound=False)),
        lambda turn: room_checks.due(turn, town.connection),
        lambda turn: room_checks.look_again(turn, town.connection, "health"),
        lambda turn: room_checks.settle(turn, town.all(Room, Room.place == "health")[0].id, Readers(())),
    )
    for step in steps:
        with town.store.transaction() as db:
            step(town.turn(db))
    with town.store.reading() as db:
        assert room_checks.any_due(db, town.connection, here.now)


GUESTS = {
    "guest": {"team_id": "T0COUNCIL", "is_restricted": True},
    "another organisation": {"team_id": "T0NHS"},
}


@pytest.mark.parametrize("who", GUESTS)
async def test_a_room_that_outsiders_read_hears_only_what_all_may_know(here: Whole, who: str) -> None:
    eyes = Eyes(here)
    async with eyes.slack() as slack:
        eyes.bind("C0HEALTH", Agency.EDUCATION)
        slack.users["U0OUT"] = {"id": "U0OUT", **GUESTS[who]}
        slack.inside["C0HEALTH"] = {"U0SHAH", "U0OUT"}
        await eyes.look()
        room = eyes.room("C0HEALTH")
        assert (room.bound, room.shared) == (True, True)
        assert eyes.told() == [
            "“C0HEALTH” is read by 1 who is a guest or of another organisation: only what all may know is posted there"
            " now. Once they have gone, say there: room bind."
        ]
        slack.inside["C0HEALTH"].remove("U0OUT")
        await eyes.look(hours=25)
        assert eyes.room("C0HEALTH").shared  # until an administrator says so
        await hears(slack, ALAN, "today")
        await hears(slack, ALAN, "room bind education", channel_id="C0HEALTH")
        assert not eyes.room("C0HEALTH").shared


async def test_that_a_channel_is_shared_holds_at_once(here: Whole) -> None:
    eyes = Eyes(here)
    async with eyes.slack() as slack:
        eyes.bind("C0HEALTH", Agency.HEALTH)
        assert await slack.event(payload("channel_shared")) == [200]
        assert eyes.room("C0HEALTH").shared
        slack.channels["C0HEALTH"]["is_ext_shared"] = True
        for _ in range(3):
            await eyes.look(hours=25)
        assert eyes.told() == [
            "“C0HEALTH” is read by another organisation: only what all may know is posted there now."
            " Once they have gone, say there: room bind."
        ]


async def test_a_channel_in_teams_is_held_against_its_roster(here: Whole) -> None:
    eyes, town = Eyes(here), here.town
    async with eyes.teams() as teams:
        await teams.says("today")
        [priya] = town.all(Identity, Identity.connection_id == eyes.connection)
        [grace] = [one for one in town.all(Person) if one.name == "Grace Obi"]
        town.add(Identity(person_id=grace.id, connection_id=eyes.connection, account="aad-grace", heard_at=town.now))
        member = {"tenantId": TENANT, "userRole": "user"}
        teams.fake.page = 1
        everybody = [
            {"id": "29:1", "aadObjectId": priya.account, **member},
            {"id": "29:2", "aadObjectId": "aad-grace", **member},
        ]
        guest = {"id": "29:3", "tenantId": "another", "userRole": "guest"}
        for place, agency, roster in (
            (CHANNEL, Agency.HEALTH, everybody),
            ("19:sen@thread.tacv2", Agency.EDUCATION, everybody),
            ("19:joint@thread.tacv2", Agency.EDUCATION, [*everybody, guest]),
        ):
            room = eyes.bind(place, agency)
            with town.store.transaction() as db:
                reference = {"serviceUrl": teams.fake.service_url, "tenant": TENANT}
                db.execute(update(Room).where(Room.id == room.id).values(reference=reference))
            teams.fake.rosters[place] = roster
            await eyes.look()
        found = [(room.bound, room.shared) for room in town.all(Room, Room.connection_id == eyes.connection)]
        assert found == [(True, False), (False, False), (True, True)]
        assert len(eyes.told()) == 2
        assert [room.checked_at for room in town.all(Room, Room.place == CHANNEL)] == [town.now]
        await teams.post(teams.activity("added_to_team"))  # somebody came: it is asked again
        assert [room.checked_at for room in town.all(Room, Room.place == CHANNEL)] == [None]
