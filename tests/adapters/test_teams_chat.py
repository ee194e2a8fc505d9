"""The courier's Chat in Teams: posts, edits, withdrawals, and each way Teams says "not now" or "never"."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from adapters.teams.sending import MEANS
from bot.courier import Chat
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.message import Address, Blank, Fact, Form, Message
from tests.adapters.fake_connector import APP_PASSWORD, TENANT, Fault, words_of
from tests.adapters.teams_town import CHANNEL, CONNECTION, OWN_CHAT, Town, credentials, town

GROUP = "19:group@thread.v2"
POST = Message(
    "Health · 1 thing needs an answer", facts=(Fact("Child", "Maisie P.", private=True), Fact("Due", "19 Oct"))
)


@pytest.fixture
async def here() -> AsyncIterator[Town]:
    async with town() as running:
        yield running


def reference(here: Town, **other: Any) -> dict[str, Any]:
    return {
        "serviceUrl": here.fake.service_url,
        "tenant": TENANT,
        "bot": {"id": "28:bot", "name": "referralbot"},
        **other,
    }


def channel(here: Town) -> Address:
    return Address(CONNECTION, CHANNEL, False, reference(here, conversation=CHANNEL, type="channel"))


def group(here: Town) -> Address:
    return Address(CONNECTION, GROUP, False, reference(here, conversation=GROUP, type="groupChat"))


def person(here: Town, personal: str = OWN_CHAT) -> Address:
    return Address(CONNECTION, personal, True, reference(here, user="29:1shah", personal=personal))


def chat(here: Town) -> Chat:
    return here.teams.chat(CONNECTION)


async def test_a_post_in_a_channel_is_a_conversation_of_its_own(here: Town) -> None:
    posted = await chat(here).send(channel(here), POST, "key-1")
    [call] = here.fake.calls
    assert (call.conversation, call.body["isGroup"], call.body["tenantId"]) == ("", True, TENANT)
    assert call.body["channelData"] == {"channel": {"id": CHANNEL}}
    assert "19 Oct" in words_of(call.card) and "Maisie" not in str(call.body)
    await chat(here).edit(channel(here), posted, Message("Answered"))
    await chat(here).withdraw(channel(here), posted)
    edit, withdrawal = here.fake.calls[1:]
    thread, _, message = posted.partition(" ")
    assert thread == f"{CHANNEL};messageid={message}"
    assert (edit.method, edit.conversation, edit.activity) == ("PUT", thread, message)
    assert (withdrawal.method, withdrawal.conversation, withdrawal.activity) == ("DELETE", thread, message)


async def test_a_post_in_a_group_chat(here: Town) -> None:
    posted = await chat(here).send(group(here), POST, "key-1")
    [call] = here.fake.calls
    assert posted.split() == [GROUP, "1700000000001"] and call.conversation == GROUP


async def test_a_post_to_a_person_in_the_chat_she_used(here: Town) -> None:
    await chat(here).send(person(here), POST, "key-1")
    [call] = here.fake.calls
    assert (call.conversation, call.body["recipient"]) == (OWN_CHAT, {"id": "29:1shah"})
    assert "Maisie P." in words_of(call.card)


async def test_a_post_to_a_person_heard_in_a_channel_only(here: Town) -> None:
    """The place of such a person may be that channel: a private post must never follow it there."""
    address = Address(CONNECTION, CHANNEL, True, reference(here, user="29:1shah", personal=""))
    await chat(here).send(address, POST, "key-1")
    made, posted = here.fake.calls
    assert made.body["members"] == [{"id": "29:1shah"}] and made.body["tenantId"] == TENANT
    assert posted.conversation == "a:chat-of-29:1shah"


async def test_an_edit_to_a_person_keeps_what_is_private(here: Town) -> None:
    posted = await chat(here).send(person(here), POST, "key-1")
    await chat(here).edit(person(here), posted, POST)
    assert "Maisie P." in words_of(here.fake.edits()[0].card)


async def test_teams_cannot_be_asked_what_arrived(here: Town) -> None:
    with pytest.raises(Undeliverable, match="cannot be asked"):
        await chat(here).find(channel(here), "key-1")


@pytest.mark.parametrize(
    "message",
    [
        Message("Opened", private=True),
        Message("New", form=Form("New", "new", (Blank("child", "Child", private=True),))),
    ],
)
async def test_nothing_private_is_posted_in_a_room(here: Town, message: Message) -> None:
    for room in (channel(here), group(here)):
        with pytest.raises(Undeliverable, match="no place in a channel"):
            await chat(here).send(room, message, "key-1")
    assert not here.fake.calls


@pytest.mark.parametrize("private", [True, False])
async def test_an_address_nobody_has_written_from(here: Town, private: bool) -> None:
    with pytest.raises(Undeliverable, match="referralbot"):
        await chat(here).send(Address(CONNECTION, "", private), POST, "key-1")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "http://10.0.0.1/", "ftp://127.0.0.1/", "", "::"])
async def test_a_stored_address_of_another_host_gets_no_token(here: Town, elsewhere: str) -> None:
    stored = Address(CONNECTION, GROUP, False, reference(here, conversation=GROUP, serviceUrl=elsewhere))
    with pytest.raises(Undeliverable):
        await chat(here).send(stored, POST, "key-1")
    assert not here.fake.tokens_asked


async def test_a_platform_id_that_is_not_ours(here: Town) -> None:
    with pytest.raises(Undeliverable, match="not one that was posted in Teams"):
        await chat(here).edit(channel(here), "C012.1700", POST)


# Not now, and never

NOT_NOW = [
    (Fault(429, "TooManyRequests", "17"), 17.0),
    (Fault(429), None),
    (Fault(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), None),
    (Fault(412, "PreconditionFailed"), None),
    (Fault(500), None),
    (Fault(502), None),
    (Fault(503, retry_after="2.5"), 2.5),
    (Fault(504), None),
]
FOR_EVER = [
    (Fault(403, "MessageWritesBlocked"), MEANS["MessageWritesBlocked"].words),
    (Fault(403, "BotNotInConversationRoster"), MEANS["BotNotInConversationRoster"].words),
    (Fault(403, "Forbidden"), "does not let referralbot write there"),
    (Fault(404, "ConversationNotFound"), MEANS["ConversationNotFound"].words),
    (Fault(404), "no longer there"),
    (Fault(413, "MessageSizeTooBig"), MEANS["MessageSizeTooBig"].words),
    (Fault(400, "BadSyntax"), "400 BadSyntax"),
    (Fault(302), "302"),
]
Do = Callable[[Town, str], Awaitable[Any]]
CALLS: dict[str, Do] = {
    "send to a channel": lambda here, posted: chat(here).send(channel(here), POST, "key-2"),
    "send to a group": lambda here, posted: chat(here).send(group(here), POST, "key-2"),
    "send to a person": lambda here, posted: chat(here).send(person(here), POST, "key-2"),
    "send to a new person": lambda here, posted: chat(here).send(person(here, ""), POST, "key-2"),
    "edit": lambda here, posted: chat(here).edit(group(here), posted, POST),
    "withdraw": lambda here, posted: chat(here).withdraw(group(here), posted),
}


@pytest.mark.parametrize("do", CALLS.values(), ids=CALLS.keys())
async def test_not_now(here: Town, do: Do) -> None:
    posted = await chat(here).send(group(here), POST, "key-1")
    for fault, after in NOT_NOW:
        here.fake.faults.append(fault)
        with pytest.raises(TryLater) as refused:
            await do(here, posted)
        assert refused.value.after == after
    assert not here.slept and len(here.fake.calls) == 1  # the courier tries again, not the adapter
    await do(here, posted)
    assert len(here.fake.calls) > 1


@pytest.mark.parametrize("do", CALLS.values(), ids=CALLS.keys())
async def test_never(here: Town, do: Do) -> None:
    posted = await chat(here).send(group(here), POST, "key-1")
    for fault, sentence in FOR_EVER:
        here.fake.faults.append(fault)
        with pytest.raises(Undeliverable) as refused:
            await do(here, posted)
        assert sentence in str(refused.value)


async def test_a_blocked_person_and_a_room_that_is_gone(here: Town) -> None:
    here.fake.blocked.add(OWN_CHAT)
    here.fake.gone |= {GROUP}
    with pytest.raises(Undeliverable, match="blocked"):
        await chat(here).send(person(here), POST, "key-1")
    with pytest.raises(Undeliverable, match="no longer there"):
        await chat(here).send(group(here), POST, "key-1")


async def test_a_slow_service_is_not_waited_for() -> None:
    async with town(call_within=0.2) as here:
        here.fake.faults.append(Fault(0, seconds=1))
        with pytest.raises(TryLater, match="cannot be reached"):
            await chat(here).send(group(here), POST, "key-1")


async def test_a_service_that_is_away(here: Town) -> None:
    away = Address(CONNECTION, GROUP, False, reference(here, conversation=GROUP, serviceUrl="http://127.0.0.1:9/"))
    with pytest.raises(TryLater, match="cannot be reached"):
        await chat(here).send(away, POST, "key-1")


# The app's own token


async def test_a_wrong_password_is_the_operators_to_mend(here: Town) -> None:
    here.fake.password = "changed"
    with pytest.raises(TryLater, match="id and password") as refused:
        await chat(here).send(group(here), POST, "key-1")
    assert refused.value.after == 300
    assert "changed" not in str(refused.value)


async def test_a_token_refused_twice(here: Town) -> None:
    class Nothing(set[str]):
        def __contains__(self, token: object) -> bool:
            return False

    here.fake.tokens = Nothing()
    with pytest.raises(TryLater, match="does not accept the app's token"):
        await chat(here).send(group(here), POST, "key-1")
    assert len(here.fake.tokens_asked) == 2


async def test_many_posts_at_once_ask_for_one_token(here: Town) -> None:
    await asyncio.gather(*(chat(here).send(group(here), POST, f"key-{n}") for n in range(20)))
    assert len(here.fake.tokens_asked) == 1 and len(here.fake.posts()) == 20


async def test_an_app_of_another_tenant_signs_in_there() -> None:
    secrets = {"app_password": APP_PASSWORD, "app_tenant_id": "home-tenant"}
    async with town(credentials=[credentials(secrets=secrets)]) as here:
        await chat(here).send(group(here), POST, "key-1")
        assert [asked["tenant"] for asked in here.fake.tokens_asked] == ["home-tenant"]
