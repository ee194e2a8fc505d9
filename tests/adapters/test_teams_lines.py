"""What is heard in Teams: the line, who, where, the delivery and the nonce, for each kind of activity."""

from typing import Any

import pytest

from bot.domain.message import Message, Said
from tests.adapters.fake_connector import TENANT
from tests.adapters.teams_town import CHANNEL, CONNECTION, OWN_CHAT, THREAD, Town, town

AT = "<at>referralbot</at>"

LINES = [
    ("new", "new"),
    ("/referral new", "new"),
    ("/Referral\u00a0new", "new"),
    ("/new", "new"),
    ("referral new", "new"),
    ("@referralbot new", "new"),
    ("referralbot, new", "new"),
    (f"{AT} new", "new"),
    (f"{AT}\u00a0/referral new\n", "new"),
    (f"{AT}&nbsp;new", "new"),
    (f"<p>{AT} new</p>", "new"),
    (f"new {AT}", "new"),
    (f"{AT}", ""),
    ("/referral", ""),
    ("note 0042 rang the school &amp; left word", "note 0042 rang the school & left word"),
    ("note 0042 fewer than 5 &lt; 10 &lt;b&gt;", "note 0042 fewer than 5 < 10 <b>"),
    ("note 0042 first<br>second", "note 0042 first\nsecond"),
    ("note 0042 ask <at>A. Patel</at> too", "note 0042 ask A. Patel too"),
    ("what's overdue for health", "what's overdue for health"),
    ("referrals this week", "referrals this week"),
]


async def heard(here: Town, name: str, **other: Any) -> Said:
    assert (await here.post(here.activity(name, **other)))[0] == 200
    return here.script.said[-1]


@pytest.mark.parametrize(("text", "line"), LINES)
async def test_line(text: str, line: str) -> None:
    async with town() as here:
        entities = here.activity("channel_mention")["entities"]
        assert (await heard(here, "personal_message", text=text, entities=entities)).line == line


async def test_a_personal_message() -> None:
    async with town() as here:
        said = await heard(here, "personal_message")
        assert (said.line, said.values, said.nonce) == ("status 0042", None, "")
        assert said.delivery == f"{OWN_CHAT}/1700000000001"
        assert (said.who.connection, said.who.account, said.who.email) == (
            CONNECTION,
            "aad-shah",
            "p.shah@council.example",
        )
        assert (said.where.place, said.where.private, said.where.shared) == (OWN_CHAT, True, False)
        assert said.who.reference["personal"] == OWN_CHAT


async def test_a_mention_in_a_channel() -> None:
    async with town() as here:
        said = await heard(here, "channel_mention")
        assert (said.line, said.where.place, said.where.private) == ("status 0042", CHANNEL, False)
        assert said.delivery == f"{THREAD}/1700000000001"
        assert said.where.reference == {
            "serviceUrl": here.fake.service_url,
            "tenant": TENANT,
            "bot": {"id": "28:6f9a1c2e-0000-4000-8000-00000000b07a", "name": "referralbot"},
            "conversation": CHANNEL,
            "type": "channel",
        }
        assert said.who.reference["personal"] == ""


async def test_a_private_message_in_a_channel() -> None:
    async with town() as here:
        said = await heard(here, "channel_targeted")
        assert (said.line, said.where.place, said.where.private) == ("status 0042", CHANNEL, True)


async def test_a_group_chat_is_not_private() -> None:
    async with town() as here:
        said = await heard(here, "group_mention")
        assert (said.line, said.where.private) == ("status 0042", False)


async def test_a_shared_channel_is_known() -> None:
    async with town() as here:
        data = here.activity("channel_mention")["channelData"]
        said = await heard(here, "channel_mention", channelData={**data, "channel": {"id": CHANNEL, "type": "shared"}})
        assert said.where.shared


async def test_a_conversation_of_no_known_kind_is_not_private() -> None:
    async with town() as here:
        said = await heard(here, "personal_message", conversation={"id": "19:somewhere@thread.v2"})
        assert not said.where.private


async def test_an_account_without_an_entra_id_is_known_by_its_teams_id() -> None:
    async with town() as here:
        said = await heard(here, "personal_message", **{"from": {"id": "29:1shah"}})
        assert said.who.account == "29:1shah"


@pytest.mark.parametrize("name", ["execute", "submit"])
async def test_a_button(name: str) -> None:
    async with town() as here:
        said = await heard(here, name)
        assert (said.line, said.nonce, said.values) == ("sent slt 0042", "n1", None)
        assert said.who.account == "aad-shah"


FILLED = {
    "line": "new",
    "form": True,
    "nonce": "n2",
    "blank_child": " Maisie P. ",
    "blank_notes": None,
    "blank_line": "x",
}
VALUES = {"child": "Maisie P.", "notes": "", "line": "x"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("execute", {"action": {"type": "Action.Execute", "verb": "say", "data": FILLED}}),
        ("submit", FILLED),
        ("task_submit", {"data": FILLED}),
    ],
)
async def test_a_form(name: str, value: Any) -> None:
    async with town() as here:
        said = await heard(here, name, value=value)
        assert (said.line, said.nonce, said.values) == ("new", "n2", VALUES)


async def test_a_form_with_nothing_in_it_is_still_a_form() -> None:
    async with town() as here:
        said = await heard(here, "submit", value={"line": "new", "form": True})
        assert said.values == {}


async def test_a_dialog_is_private() -> None:
    async with town() as here:
        said = await heard(here, "task_fetch")
        assert (said.line, said.where.place, said.where.private) == ("new", CHANNEL, True)


@pytest.mark.parametrize("value", [{"data": "x"}, {"line": 5}, [], {"verb": "say"}])
async def test_data_that_is_not_ours_says_nothing(value: Any) -> None:
    async with town() as here:
        assert (await here.post(here.activity("submit", value=value)))[0] == 200
        status, body = await here.post(here.activity("execute", value={"action": {"data": value}}))
        assert (status, body["statusCode"], body["type"]) == (200, 400, "application/vnd.microsoft.error")
        status, body = await here.post(here.activity("task_submit", value={"data": value}))
        assert (status, body["task"]["type"]) == (200, "message")
        assert not here.script.said


@pytest.mark.parametrize("name", ["installed", "added_to_team"])
async def test_people_and_places_met_are_remembered(name: str) -> None:
    async with town() as here:
        assert (await here.post(here.activity(name)))[0] == 200
        [(who, where)] = here.script.met
        assert (who.account, who.reference["user"]) == ("aad-shah", "29:1shah")
        assert where.place == (OWN_CHAT if name == "installed" else CHANNEL)
        assert where.name == ("" if name == "installed" else "SEND")
        assert not here.script.said and not here.fake.calls


@pytest.mark.parametrize("name", ["reaction", "message_edited", "uninstalled"])
async def test_what_is_no_line_is_acknowledged(name: str) -> None:
    async with town() as here:
        assert (await here.post(here.activity(name)))[0] == 200
        assert not here.script.said and not here.script.met and not here.fake.calls


async def test_an_invoke_that_nobody_offers() -> None:
    async with town() as here:
        assert (await here.post(here.activity("unknown_invoke")))[0] == 501


# Addresses


async def test_the_address_is_asked_for_once() -> None:
    async with town() as here:
        for _ in range(3):
            assert (await heard(here, "personal_message")).who.email == "p.shah@council.example"
        del here.fake.members["29:1shah"]
        assert (await heard(here, "personal_message")).who.email == "p.shah@council.example"


async def test_where_teams_does_not_say_who_reads_a_channel_it_is_asked_again_after_a_minute() -> None:
    async with town() as here:
        assert (await heard(here, "channel_mention")).where.readers is None
        here.fake.rosters[CHANNEL] = [{"id": "29:9", "tenantId": "another-tenant"}]
        assert (await heard(here, "channel_mention")).where.readers is None, "nobody waits for it at each line"
        here.clock.move(minutes=1)
        assert (await heard(here, "channel_mention")).where.outside


@pytest.mark.parametrize(
    ("member", "email"),
    [
        ({"userPrincipalName": "shah@council.example", "tenantId": TENANT}, "shah@council.example"),
        ({"email": "shah@council.example", "tenantId": "another-tenant"}, ""),
        ({"email": "shah@council.example", "tenantId": TENANT, "userRole": "guest"}, ""),
        ({"tenantId": TENANT}, ""),
        ({}, ""),
    ],
)
async def test_only_the_tenants_own_members_have_an_address(member: dict[str, str], email: str) -> None:
    async with town({"status 0042": Message("ok")}) as here:
        here.fake.members["29:1shah"] = member
        assert (await heard(here, "personal_message")).who.email == email
