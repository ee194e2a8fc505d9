"""A case in Slack: the whole bot, the npm `emulate` server as Slack's Web API, and requests signed as Slack signs."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.council import Council
from tests.e2e.slack_side import Slack, emulated, words_of

START = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
"""A Monday; advice asked for on this day is due on Monday 19 October."""
PRIYA, LUCY, KIT = "priya.shah@anyshire.example", "lucy.tran@nhs.example", "kit.morgan@anyshire.example"
PEOPLE = {PRIYA: "Priya Shah", LUCY: "Lucy Tran", KIT: "Kit Morgan"}
FORM = {"name": "Wilhelmina Thistlewood", "setting": "Oakhurst Primary", "asked_by": "parent"}


@pytest.fixture
async def slack(tmp_path: Path, newer_node: str) -> AsyncIterator[Slack]:
    with emulated(newer_node, tmp_path, people=PEOPLE, channels=["education", "health"]) as emulator:
        async with Slack(emulator).listening() as slack:
            yield slack


@pytest.fixture
async def council(tmp_path: Path, slack: Slack) -> AsyncIterator[Council]:
    council = Council(tmp_path, START, slack.settings)
    council.found()
    with council.serving():
        slack.bot = council.url
        yield council


async def test_a_case_from_its_form_to_its_received_advice(council: Council, slack: Slack) -> None:
    priya, lucy, kit = [await slack.person(email) for email in PEOPLE]
    education, health = [await slack.channel(name) for name in ("education", "health")]
    for channel, agency in ((education, "education"), (health, "health")):
        bound = await slack.command(kit, channel, f"room bind {agency}")
        assert "room now" in words_of(bound["blocks"]), bound

    reference = await _opened(slack, priya, education)
    asked = await slack.command(priya, education, f"ask {reference} health")
    assert "1 request sent" in words_of(asked["blocks"])
    card = await slack.until_posted(health, lambda words: "receipt not confirmed" in words)
    assert reference in card["text"]
    assert "Wilhelmina" not in str([await slack.posts(channel) for channel in (education, health)])

    await slack.press(lucy, card, "Advice sent")
    sent = await slack.until_posted(health, lambda words: "waiting for the council to confirm" in words)
    assert sent["ts"] == card["ts"], "the card is written anew where it stands"
    assert sent["edited"]["user"]
    shown = await slack.until_posted(education, lambda words: "waiting for the council to confirm" in words)

    council.clock.move_to(datetime(2026, 10, 12, 8, 1, tzinfo=UTC))
    council.do("sweep")
    nudged = await slack.until_posted(await _direct(slack, priya), lambda words: "health advice" in words.lower())
    assert reference in words_of(nudged["blocks"])

    await slack.press(priya, shown, "Advice received")
    for channel in (education, health):
        await slack.until_posted(channel, lambda words: "received today" in words.lower() or "(full)" in words)

    await slack.opens_home(priya)
    home = await slack.until_called("views.publish")
    assert home.body["user_id"] == priya
    assert reference in words_of(home.answer["view"]["blocks"])
    assert slack.refused == []


async def _opened(slack: Slack, user: str, channel: str) -> str:
    """A case opened with the form: once with mistakes in it, which come back beside their fields, then well."""
    await slack.command(user, channel, "new")
    view = (await slack.until_called("views.open")).answer["view"]
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"][:2] == ["name", "born"]
    wrong = await slack.submit(user, view, **FORM, born="2027-03-14", received="2026-09-01")
    assert wrong["response_action"] == "errors"
    assert list(wrong["errors"]) == ["born"], wrong
    done = await slack.submit(user, view, **FORM, born="2019-03-14", received="2026-09-01")
    assert done["response_action"] == "update"
    return reference_in(words_of(done["view"]["blocks"]))


def reference_in(words: str) -> str:
    """Of the case that was just opened."""
    found = re.search(r"(SEND-\d{4}-\d{4,5})\S* is open", words)
    assert found, words
    return found[1]


async def _direct(slack: Slack, user: str) -> str:
    return str((await slack.asked("conversations.open", users=user))["channel"]["id"])
