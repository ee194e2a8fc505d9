"""What Slack sends twice, answers that are held up, and files."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator

import pytest

from bot.domain.message import Attachment, Message, Said
from tests.adapters.fake_slack import FakeSlack, payload
from tests.adapters.slack_bot import Bot, connected


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def slack(bot: Bot) -> AsyncIterator[FakeSlack]:
    async with connected(bot) as fake:
        yield fake


async def test_an_event_sent_again_is_answered_once(bot: Bot, slack: FakeSlack) -> None:
    await slack.event(payload("app_mention"))
    await slack.event(payload("app_mention"))
    await slack.until(lambda: slack.messages["C0HEALTH"])
    assert [said.delivery for said in bot.heard] == ["Ev0001"]
    assert len(slack.messages["C0HEALTH"]) == 1


async def test_a_redelivery_waits_for_the_first_and_is_not_lost_with_it(bot: Bot, slack: FakeSlack) -> None:
    bot.hold = threading.Event()
    first = asyncio.create_task(slack.request(json.dumps(payload("app_mention")), "json"))
    again = asyncio.create_task(slack.request(json.dumps(payload("app_mention")), "json", {"X-Slack-Retry-Num": "1"}))
    _, waiting = await asyncio.wait({first, again}, timeout=0.2)
    assert waiting == {first, again}
    bot.hold.set()
    assert [(await first)[0], (await again)[0]] == [200, 200]
    assert len(bot.heard) == 1


async def test_an_event_that_failed_is_taken_up_when_it_is_sent_again(
    bot: Bot, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    def first_broken(said: Said) -> Message:
        if len(bot.heard) == 1:
            raise RuntimeError("the database is away")
        return Message("Here it is.")

    bot.answers["what's overdue for health"] = first_broken
    with caplog.at_level(logging.ERROR):
        assert await slack.event(payload("app_mention")) == [500, 200]
    await slack.until(lambda: slack.messages["C0HEALTH"])
    assert "overdue for health" not in caplog.text


async def test_an_answer_waits_as_long_as_slack_asks(bot: Bot, slack: FakeSlack) -> None:
    slack.limit("chat.postMessage", after="0")
    await slack.event(payload("message_im"))
    await slack.until(lambda: slack.messages["D0SHAH"])
    assert len(slack.called("chat.postMessage")) == 2


async def test_answers_under_way_go_out_before_the_bot_stops(bot: Bot) -> None:
    async with connected(bot) as slack:
        await slack.event(payload("message_im"))
    assert len(slack.messages["D0SHAH"]) == 1


# Files


async def test_a_file_comes_in_the_direct_messages_wherever_it_was_asked_for(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["list csv"] = Message("1 case.", attachment=Attachment("cases.csv", "case\nSEND-2026-0042\n"))
    _, shown = await slack.command("list csv")
    assert shown["blocks"][-1]["elements"][0]["text"] == "The file is in your direct messages with this app."
    await slack.until(lambda: slack.shared_files)
    [(channel, file)] = slack.shared_files
    assert (channel, slack.files[file]) == ("D0SHAH", b"case\nSEND-2026-0042\n")


async def test_a_file_that_cannot_be_sent_is_not_passed_over_in_silence(bot: Bot, slack: FakeSlack) -> None:
    slack.scopes.remove("files:write")
    bot.answers["list csv"] = Message("1 case.", attachment=Attachment("cases.csv", "case\n"))
    await slack.command("list csv")
    await slack.until(lambda: slack.answers)
    assert "cases.csv could not be sent to you here." in slack.answers[0]["text"]
    assert "files:write" in slack.answers[0]["text"]
