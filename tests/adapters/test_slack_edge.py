"""Who may speak to the bot as Slack, which workspace is meant, and starting while Slack is away."""

import asyncio
import json
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

from adapters.slack import Slack
from bot.courier import Credentials
from tests.adapters.fake_slack import APP_TOKEN, SECRET, TOKEN, payload, running, serving
from tests.adapters.slack_bot import COUNCIL, Bot, connected

BODY = urlencode(payload("slash_command"))
NHS = Credentials(2, "T0NHS", "A0NHS", {"bot_token": TOKEN, "signing_secret": "nhs-signing-secret"})


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    moment = str(int(Clock().now()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body) or ""
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def never_ours() -> Mapping[str, Mapping[str, str]]:
    """What is wrong, and the headers that say so at this moment."""
    genuine = signed(BODY.encode())
    return {
        "nothing signed": {},
        "signed with another secret": signed(BODY.encode(), "a-stranger"),
        "signed over other words": signed(b"text=close+0042"),
        "signed six minutes ago": signed(BODY.encode(), age=360),
        "signed six minutes from now": signed(BODY.encode(), age=-360),
        "a moment that is no number": {**genuine, "X-Slack-Request-Timestamp": "now"},
        "no moment": {"X-Slack-Signature": genuine["X-Slack-Signature"]},
        "no signature": {"X-Slack-Request-Timestamp": genuine["X-Slack-Request-Timestamp"]},
        "a signature beyond ASCII": {**genuine, "X-Slack-Signature": "v0=é"},
    }


@pytest.mark.parametrize("wrong", never_ours())
async def test_what_our_app_did_not_sign_is_refused_and_not_heard(wrong: str) -> None:
    bot = Bot()
    async with connected(bot) as slack:
        assert (await slack.raw(BODY.encode(), {**FORM, **never_ours()[wrong]}))[0] == 401
    assert not bot.heard


@pytest.mark.parametrize("body", [b"\xff\xfe", b"payload=%7Bnot+json", b'{"type":', b"", b"ssl_check=1&token=x"])
async def test_garbage_is_refused_unsigned_and_signed(body: bytes) -> None:
    bot = Bot()
    async with connected(bot) as slack:
        assert (await slack.raw(body, FORM))[0] == 401
        genuine = signed(body) if body != b"\xff\xfe" else {}  # Slack signs text
        assert (await slack.raw(body, {**FORM, **genuine}))[0] in (400, 401)
    assert not bot.heard


async def test_slack_s_question_whether_the_address_is_ours_is_answered() -> None:
    async with connected(Bot()) as slack:
        assert await slack.request(json.dumps(payload("url_verification")), "json") == (
            200,
            {"challenge": "a-challenge"},
        )
        assert (await slack.raw(json.dumps(payload("url_verification")).encode(), {}))[0] == 401


async def test_an_empty_signing_secret_lets_nobody_in() -> None:
    bot = Bot()
    async with connected(bot, Credentials(1, "T0COUNCIL", "", {"bot_token": TOKEN, "signing_secret": ""})) as slack:
        assert (await slack.command("status 42"))[0] == 401
    assert not bot.heard


async def test_each_app_speaks_for_its_own_workspaces() -> None:
    bot = Bot()
    async with connected(bot, COUNCIL, NHS) as slack:
        theirs = urlencode(slack.fresh(payload("slash_command", team_id="T0NHS")))
        assert (await slack.request(theirs, "form", secret="nhs-signing-secret"))[0] == 200
        assert (await slack.command("status 42"))[0] == 200
        assert (await slack.request(theirs, "form"))[0] == 401
        stranger = urlencode(slack.fresh(payload("slash_command", team_id="T0STRANGER")))
        assert (await slack.request(stranger, "form"))[0] == 401
    assert [said.who.connection for said in bot.heard] == [2, 1]


async def test_one_app_in_two_workspaces() -> None:
    bot, second = Bot(), Credentials(7, "T0TRUST", "A0REFERRAL", COUNCIL.secrets)
    async with connected(bot, COUNCIL, second) as slack:
        await slack.command("status 42", team_id="T0TRUST")
    assert bot.heard[0].who.connection == 7


async def test_what_nobody_listens_for_is_acknowledged_and_its_words_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bot = Bot()
    async with connected(bot) as slack:
        odd = payload("message_im")
        odd["event"] |= {"type": "reaction_added", "text": "Maisie"}
        with caplog.at_level(logging.DEBUG):
            assert await slack.event(odd) == [200]
            await slack.raw(b"text=Maisie", FORM)
    assert not bot.heard
    assert "Maisie" not in "".join(record.getMessage() for record in caplog.records if record.levelno > logging.DEBUG)


async def test_the_workspace_s_own_name_is_learnt_from_slack() -> None:
    bot = Bot()
    async with connected(bot, Credentials(1, "", "", COUNCIL.secrets)) as slack:
        await slack.command("status 42")
        assert bot.heard[0].who.email == "p.shah@council.example"
    assert bot.told == [(1, "T0COUNCIL")]


async def test_the_bot_starts_and_hears_though_slack_is_away() -> None:
    bot = Bot()
    nowhere = Slack(
        [Credentials(1, "", "", COUNCIL.secrets)],
        answer=bot.answer,
        clock=lambda: bot.now,
        met=bot.meets,
        api_url="http://127.0.0.1:1/api/",
    )
    app = web.Application()
    app.add_routes(nowhere.routes())
    async with running() as slack, serving(app) as slack.bot:
        await nowhere.start()
        assert (await slack.command("status 42"))[0] == 200
        await nowhere.stop()
    assert bot.heard[0].who.account == "U0SHAH"


async def test_over_the_socket_as_over_http() -> None:
    bot = Bot()
    async with connected(bot, Credentials(1, "T0COUNCIL", "", {"bot_token": TOKEN, "app_token": APP_TOKEN})) as slack:
        slack.envelope("slash_commands", slack.fresh(payload("slash_command")))
        await slack.until(lambda: slack.acknowledged)
        slack.envelope("interactive", slack.fresh(payload("press_in_channel")))
        await slack.until(lambda: slack.answers)
        slack.envelope("events_api", payload("app_mention"))
        await slack.until(lambda: slack.messages["C0HEALTH"])
    assert [said.line for said in bot.heard] == ["status 0042", "sent slt 0042", "what's overdue for health"]
    assert slack.acknowledged[0]["payload"]["text"] == "You said: status 0042"
    assert set(slack.acknowledged[1]) == {"envelope_id"}


async def test_sixteen_people_at_once_wait_for_nobody() -> None:
    bot = Bot()
    async with connected(bot) as slack:
        statuses = await asyncio.gather(*(slack.command(f"status {number}") for number in range(16)))
    assert {status for status, _ in statuses} == {200}
    assert len(bot.heard) == 16


async def test_a_connection_that_is_none_of_ours_has_no_chat() -> None:
    bot = Bot()
    adapter = Slack([COUNCIL], answer=bot.answer, clock=lambda: bot.now, met=bot.meets)
    with pytest.raises(KeyError):
        adapter.chat(2)
