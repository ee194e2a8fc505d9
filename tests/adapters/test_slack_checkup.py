"""Is a workspace in order? Each thing that can be wrong, as Slack says it, and the sentence that mends it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.checkup import check
from adapters.slack.scopes import OPTIONAL
from bot.courier import Credentials
from tests.adapters.fake_slack import APP_TOKEN, TOKEN, FakeSlack, running

WAY_OUT = "Check this machine's way out to Slack (HTTPS_PROXY in docs/settings.md), and try again."


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running() as slack:
        yield slack


async def ills(slack: FakeSlack, *, team: str = "T0COUNCIL", bot_token: str = TOKEN, app_token: str = "") -> list[str]:
    secrets = {"bot_token": bot_token, "app_token": app_token}
    return await check(Credentials(1, team, secrets=secrets), api_url=f"{slack.url}/api/", patience=0.5)


@pytest.mark.parametrize("team", ["T0COUNCIL", ""])
async def test_all_is_well(slack: FakeSlack, team: str) -> None:
    slack.scopes -= OPTIONAL
    assert await ills(slack, team=team, app_token=APP_TOKEN) == []
    assert sorted(call.method for call in slack.calls) == ["apps.connections.open", "auth.test"]


async def test_without_socket_mode_no_app_token_is_asked_for(slack: FakeSlack) -> None:
    assert await ills(slack) == []
    assert [call.method for call in slack.calls] == ["auth.test"]


async def test_a_token_that_slack_does_not_take(slack: FakeSlack) -> None:
    assert await ills(slack, bot_token="xoxb-old") == [
        "Slack no longer accepts the bot's token. Install the app in the workspace again and set the new token."
    ]


async def test_permissions_that_were_not_given(slack: FakeSlack) -> None:
    slack.scopes -= {"im:write", "commands"}
    assert await ills(slack) == [
        "The app lacks the permissions commands, im:write. Update it from the manifest, then install it in the"
        " workspace again."
    ]


async def test_the_token_of_another_workspace(slack: FakeSlack) -> None:
    assert await ills(slack, team="T0NHS") == [
        "The bot token is of the workspace T0COUNCIL, not of T0NHS. Set that one's own."
    ]


async def test_an_app_token_that_slack_does_not_take(slack: FakeSlack) -> None:
    assert await ills(slack, app_token="xapp-old") == [
        "Slack does not accept the app-level token (invalid_auth). Make one with connections:write under Basic"
        " Information and set it anew, with Socket Mode switched on."
    ]


async def test_everything_that_is_wrong_is_said_at_once(slack: FakeSlack) -> None:
    assert len(await ills(slack, bot_token="xoxb-old", app_token="xapp-old")) == 2


async def test_slack_away(slack: FakeSlack) -> None:
    slack.url = "http://127.0.0.1:1"
    assert await ills(slack, app_token=APP_TOKEN) == [
        f"Slack cannot be reached (ClientConnectorError). {WAY_OUT}",
    ]


async def test_slack_out_of_order(slack: FakeSlack) -> None:
    slack.fail("auth.test", 503)
    assert await ills(slack) == [f"Slack cannot take auth.test now (503). {WAY_OUT}"]


async def test_a_slack_that_does_not_answer_is_not_waited_for(slack: FakeSlack) -> None:
    slack.slow["auth.test"] = 3
    async with asyncio.timeout(2):
        assert await ills(slack) == [f"Slack did not answer within 0.5 seconds. {WAY_OUT}"]
