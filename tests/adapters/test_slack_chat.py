"""What the courier asks of Slack, and what it hears back."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from adapters.slack.chat import SlackChat
from adapters.slack.workspace import Workspace
from bot.courier import Chat, Credentials
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.message import Address, Attachment, Fact, Form, Message
from tests.adapters.fake_slack import TOKEN, FakeSlack, running

HEALTH = Address(1, "C0HEALTH", private=False)
SHAH = Address(1, "U0SHAH", private=True)
NUDGE = Message("Health · 2 things need an answer", (Fact("SEND-2026-0042", "due Mon 19 Oct"),))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running() as fake:
        yield fake


@pytest.fixture
async def chat(slack: FakeSlack) -> AsyncIterator[Chat]:
    workspace = Workspace(Credentials(1, "T0COUNCIL", secrets={"bot_token": TOKEN}), f"{slack.url}/api/")
    yield SlackChat(workspace)
    await workspace.close()


async def test_a_post_carries_its_key_and_unfurls_nothing(slack: FakeSlack, chat: Chat) -> None:
    platform_id = await chat.send(HEALTH, NUDGE, "k-7")
    [post] = slack.messages["C0HEALTH"]
    assert platform_id == f"C0HEALTH/{post['ts']}"
    assert post["metadata"] == {"event_type": "referralbot_post", "event_payload": {"key": "k-7"}}
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)


async def test_a_card_is_edited_in_place_and_keeps_its_key(slack: FakeSlack, chat: Chat) -> None:
    platform_id = await chat.send(SHAH, NUDGE, "k-7")
    await chat.edit(SHAH, platform_id, Message("Nothing needs an answer"))
    [post] = slack.messages["D0SHAH"]
    assert post["text"] == "Nothing needs an answer"
    assert await chat.find(SHAH, "k-7") == platform_id


async def test_a_message_is_withdrawn_and_once_gone_is_gone(slack: FakeSlack, chat: Chat) -> None:
    platform_id = await chat.send(HEALTH, NUDGE, "k-7")
    await chat.withdraw(HEALTH, platform_id)
    await chat.withdraw(HEALTH, platform_id)
    assert slack.messages["C0HEALTH"] == []


async def test_a_post_is_found_by_its_key(chat: Chat) -> None:
    first = await chat.send(HEALTH, NUDGE, "k-7")
    await chat.send(HEALTH, NUDGE, "k-8")
    assert await chat.find(HEALTH, "k-7") == first
    assert await chat.find(HEALTH, "k-9") is None


@pytest.mark.parametrize("where, scope", [(HEALTH, "channels:history"), (SHAH, "im:history")])
async def test_without_the_permission_nobody_can_say(slack: FakeSlack, chat: Chat, where: Address, scope: str) -> None:
    slack.scopes.remove(scope)
    with pytest.raises(Undeliverable, match=r"Slack cannot be asked for conversations\.history"):
        await chat.find(where, "k-7")


async def test_a_private_message_never_reaches_a_room(slack: FakeSlack, chat: Chat) -> None:
    with pytest.raises(Undeliverable, match="A private message has no place in a channel"):
        await chat.send(HEALTH, NUDGE.privately(), "k-7")
    assert not slack.calls


async def test_a_child_is_never_in_a_notification(slack: FakeSlack, chat: Chat) -> None:
    await chat.send(SHAH, Message("Opened privately", (Fact("Child", "Maisie P.", private=True),), private=True), "k-7")
    [post] = slack.messages["D0SHAH"]
    assert "Maisie" in json.dumps(post["blocks"])
    assert "Maisie" not in post["text"]


async def test_a_file_and_a_form_with_a_post(slack: FakeSlack, chat: Chat) -> None:
    message = Message("Your digest", form=Form("Open a case", "new", ()), attachment=Attachment("due.csv", "case\n"))
    await chat.send(SHAH, message, "k-7")
    assert slack.shared_files[0][0] == "D0SHAH"
    assert slack.messages["D0SHAH"][0]["blocks"][-1]["elements"][0]["text"]["text"] == "Open a case"


LATER = [
    (lambda slack: slack.limit("chat.postMessage", "30"), 30.0),
    (lambda slack: slack.limit("chat.postMessage", "soon"), None),
    (lambda slack: slack.refuse("chat.postMessage", "ratelimited"), None),
    (lambda slack: slack.refuse("chat.postMessage", "fatal_error"), None),
    (lambda slack: slack.fail("chat.postMessage", 500), None),
    (lambda slack: slack.fail("chat.postMessage", 503), None),
]


@pytest.mark.parametrize("trouble, after", LATER)
async def test_not_now(slack: FakeSlack, chat: Chat, trouble: Callable[[FakeSlack], None], after: float | None) -> None:
    trouble(slack)
    with pytest.raises(TryLater) as no:
        await chat.send(HEALTH, NUDGE, "k-7")
    assert no.value.after == after
    assert len(slack.calls) == 1  # the courier tries again, nobody else
    await chat.send(HEALTH, NUDGE, "k-7")


async def test_nobody_there() -> None:
    workspace = Workspace(Credentials(1, "T0COUNCIL", secrets={"bot_token": TOKEN}), "http://127.0.0.1:1/api/")
    with pytest.raises(TryLater, match="Slack cannot be reached"):
        await SlackChat(workspace).send(HEALTH, NUDGE, "k-7")
    await workspace.close()


NEVER = [
    ("not_in_channel", "Invite it there with /invite"),
    ("channel_not_found", "Slack knows no such channel"),
    ("is_archived", "That Slack channel is archived"),
    ("user_disabled", "That Slack account is closed"),
    ("token_revoked", "Slack no longer accepts the bot's token"),
    ("account_inactive", "Slack no longer accepts the bot's token"),
    ("ekm_access_denied", "administrators do not let the bot write there"),
    ("invalid_blocks", "a fault of ours"),
    ("a_code_of_tomorrow", r"Slack refused chat.postMessage \(a_code_of_tomorrow\)"),
]


async def test_a_person_s_direct_message_is_opened_once(slack: FakeSlack, chat: Chat) -> None:
    await chat.send(SHAH, NUDGE, "k-7")
    await chat.send(SHAH, NUDGE, "k-8")
    assert [call.method for call in slack.calls] == ["conversations.open", "chat.postMessage", "chat.postMessage"]


@pytest.mark.parametrize("code, sentence", NEVER)
async def test_never_and_why(slack: FakeSlack, chat: Chat, code: str, sentence: str) -> None:
    slack.refuse("chat.postMessage", code)
    with pytest.raises(Undeliverable, match=sentence):
        await chat.send(HEALTH, NUDGE, "k-7")


async def not_a_member(slack: FakeSlack, chat: Chat) -> None:
    await chat.send(Address(1, "C0ELSEWHERE", private=False), NUDGE, "k-7")


async def archived(slack: FakeSlack, chat: Chat) -> None:
    slack.channels["C0HEALTH"]["is_archived"] = True
    await chat.send(HEALTH, NUDGE, "k-7")


async def edited_after_deletion(slack: FakeSlack, chat: Chat) -> None:
    await chat.edit(HEALTH, "C0HEALTH/1.0", NUDGE)


async def without_the_permission(slack: FakeSlack, chat: Chat) -> None:
    slack.scopes.remove("chat:write")
    await chat.send(HEALTH, NUDGE, "k-7")


@pytest.mark.parametrize("attempt", [not_a_member, archived, edited_after_deletion, without_the_permission])
async def test_slack_s_own_refusals(
    slack: FakeSlack, chat: Chat, attempt: Callable[[FakeSlack, Chat], Awaitable[None]]
) -> None:
    with pytest.raises(Undeliverable):
        await attempt(slack, chat)
