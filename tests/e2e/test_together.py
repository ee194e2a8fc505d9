"""One case on three platforms at once: education in Slack, health in Teams, social care on the local page."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.adapters.fake_connector import Call, FakeConnector
from tests.adapters.fake_connector import words_of as words_of_card
from tests.e2e.browsing import play
from tests.e2e.council import Council
from tests.e2e.moved import moved_clock
from tests.e2e.slack_side import Slack, emulated, words_of
from tests.e2e.teams_side import Somebody, Teams, teams_for
from tests.e2e.test_slack import FORM, reference_in

START = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
"""A Monday; advice asked for on this day is due on Monday 19 October."""
HEALTH = "19:health@thread.tacv2"
PRIYA = Somebody("Priya Shah", "priya.shah@anyshire.example")
LUCY = Somebody("Lucy Tran", "lucy.tran@nhs.example")
KIT = Somebody("Kit Morgan", "kit.morgan@anyshire.example")
JOE = "joe.byrne@anyshire.example"


@dataclass
class Three:
    """The bot with all that it is connected to."""

    council: Council
    slack: Slack
    teams: Teams


@pytest.fixture
async def three(tmp_path: Path, newer_node: str) -> AsyncIterator[Three]:
    people = {who.email: who.name for who in (PRIYA, KIT)}
    fake = FakeConnector(clock=moved_clock(tmp_path / "clock"))
    with emulated(newer_node, tmp_path, people=people, channels=["education"]) as emulator:
        async with Slack(emulator).listening() as slack, teams_for([PRIYA, LUCY, KIT], fake) as teams:
            settings = {**slack.settings, **teams.settings, "REFERRALBOT_LOCAL_PAGE": "on"}
            council = Council(tmp_path, START, settings)
            council.found()
            with council.serving():
                slack.bot = teams.bot = council.url
                yield Three(council, slack, teams)


async def test_one_case_on_three_platforms(three: Three, node: str, chromium: str) -> None:
    slack, teams, council = three.slack, three.teams, three.council
    priya, kit = await slack.person(PRIYA.email), await slack.person(KIT.email)
    education = await slack.channel("education")
    await slack.command(kit, education, "room bind education")
    await teams.mentions(KIT, HEALTH, "room bind health")

    await slack.command(priya, education, "new")
    view = (await slack.until_called("views.open")).answer["view"]
    done = await slack.submit(priya, view, **FORM, born="2019-03-14", received="2026-09-01")
    reference = reference_in(words_of(done["view"]["blocks"]))
    await slack.command(priya, education, f"ask {reference} health")
    in_slack = await slack.until_posted(education, lambda words: "receipt not confirmed" in words)
    in_teams = await teams.until_written(
        lambda call, words: is_new_post(call, HEALTH) and "receipt not confirmed" in words
    )

    async def on_the_page(words: str) -> str:
        """The card in social care's room, in a browser."""
        given = {"url": council.url, "room": "social-care", "email": JOE, "reference": reference, "words": words}
        seen = await to_thread(play, "room", node=node, chromium=chromium, within=60, **given)
        assert seen["script errors"] == []
        return str(seen["card"])

    assert "updated" not in await on_the_page("Decision to assess")

    await teams.press(LUCY, in_teams.card, "Advice sent", thread_of(teams, in_teams))
    sent = await slack.until_posted(education, lambda words: "waiting for the council to confirm" in words)
    assert sent["ts"] == in_slack["ts"], "pressed in Teams, the card in Slack is written anew where it stands"

    await teams.says(PRIYA, f"status {reference}")
    asked = await teams.until_written(lambda call, words: call.conversation == PRIYA.chat and reference in words)
    assert "Wilhelmina Thistlewood" in words_of_card(asked.card), "told to the officer, privately"
    await teams.press(PRIYA, asked.card, "Advice received", PRIYA.chat)
    received = await slack.until_posted(education, lambda words: "(full)" in words)
    assert received["ts"] == in_slack["ts"]
    await teams.until_written(lambda call, words: call.method == "PUT" and "(full)" in words)
    assert "updated" in await on_the_page("Decision to assess")

    rooms = str(await slack.posts(education)) + str(
        [call.body for call in teams.fake.calls if HEALTH in str(call.body)]
    )
    assert "Wilhelmina" not in rooms
    assert slack.refused == []


def is_new_post(call: Call, channel: str) -> bool:
    """A post that began a thread in the channel."""
    return not call.conversation and call.body.get("channelData", {}).get("channel", {}).get("id") == channel


def thread_of(teams: Teams, post: Call) -> str:
    """The conversation that a post in a channel became: the fake connector numbers them as they come."""
    return f"{HEALTH};messageid=17000000{teams.fake.calls.index(post) + 1:05}"
