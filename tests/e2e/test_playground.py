"""A case in Teams, in Microsoft's own Agents Playground: its web client in Chromium, its connector before the bot.

The Playground signs nothing, so the bot takes its word: on this machine alone, and without an app id.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from tests.e2e.browsing import play
from tests.e2e.conftest import package
from tests.e2e.council import Council, environ
from tests.e2e.programs import free_port, running

START = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
"""A Monday; advice asked for on this day is due on Monday 19 October."""
WEEK_BEFORE = "2026-10-12T08:01:00Z"
TENANT = "5d5c1f3e-0000-4000-8000-000000000001"
TEAM, HEALTH = "19:team@thread.tacv2", "19:health@thread.tacv2"
BOT = {"id": "28:referralbot", "name": "referralbot"}


def member(number: int, name: str, email: str) -> dict[str, str]:
    given, _, surname = name.partition(" ")
    entra = f"5d5c1f3e-0000-4000-8000-0000000000a{number}"
    ids = {"id": f"29:{given.lower()}", "aadObjectId": entra, "userPrincipleName": email, "email": email}
    return {**ids, "name": name, "givenName": given, "surname": surname}


PRIYA = member(1, "Priya Shah", "priya.shah@anyshire.example")
KIT = member(2, "Kit Morgan", "kit.morgan@anyshire.example")
OTHERS = [
    KIT,
    member(3, "Lucy Tran", "lucy.tran@nhs.example"),
    member(4, "Moira Bell", "moira.bell@anyshire.example"),
    member(5, "Joe Byrne", "joe.byrne@anyshire.example"),
    member(6, "Tom Reid", "tom.reid@anyshire.example"),
]
"""The Playground wants five beside the person at the screen."""


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    council = Council(tmp_path, START, {"TEAMS_PLAYGROUND": "on"})
    council.found()
    with council.serving():
        yield council


@pytest.fixture
def playground(council: Council, node: str, tmp_path: Path) -> Iterator[str]:
    """The Playground's address."""
    cli = package("@microsoft/m365agentsplayground") / "cli.js"
    channels = [{"id": HEALTH, "name": "Health"}]
    config = {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": BOT,
        "currentUser": PRIYA,
        "users": OTHERS,
        "personalChat": {"id": "a:priya"},
        "groupChat": {"id": "19:group@thread.v2", "name": "Group Chat"},
        "team": {"id": TEAM, "name": "SEND", "aadGroupId": TENANT, "channels": channels},
    }
    (tmp_path / "playground.yml").write_text(yaml.safe_dump(config))
    quiet = environ(
        APPLICATION_INSIGHTS_NO_STATSBEAT="1",  # with --dt it makes no look-up at all
        TEAMSAPPTESTER_BROWSER="none",
        M365_AGENTS_PLAYGROUND_CONFIG_PATH=str(tmp_path / "playground.yml"),
        M365_AGENTS_PLAYGROUND_LOGFILE=str(tmp_path / "playground-log.txt"),
    )
    words = [node, cli, "start", "-e", f"{council.url}/api/messages", "-c", "msteams", "-p", str(free_port()), "--dt"]
    with running("playground", words, folder=tmp_path, environ=quiet) as program:
        port = program.found(r"Listening on (\d+)", 30)  # another than asked for, where that one was taken meanwhile
        yield f"http://localhost:{port}"


def test_a_case_from_its_form_to_its_nudges(council: Council, playground: str, node: str, chromium: str) -> None:
    says(playground, KIT, "room bind health")
    sweep = [sys.executable, "-m", "tests.e2e.moved", str(council.clock.file), "sweep"]
    given = {"clock": str(council.clock.file), "sweep": sweep, "environ": council.environ, "nudges": WEEK_BEFORE}
    seen = play(
        "playground", node=node, chromium=chromium, within=150, url=playground, folder=str(council.folder), **given
    )
    assert "Date of birth:" in seen["error"]
    assert seen["kept"] == "Wilhelmina Thistlewood"
    reference = seen["opened"]["reference"]
    assert seen["opened"]["forms"] == 0, "the form gives way to its answer, and what was typed is gone from the screen"
    assert reference in seen["card"]
    assert len(seen["mention"]) == 2
    assert "Wilhelmina" not in seen["card"] + str(seen["mention"])
    assert f"{reference} · new assessment" in seen["written anew"]
    assert "receipt not confirmed" not in seen["written anew"]
    assert f"{reference} health advice is due Mon 19 Oct (in 7 days)" in seen["nudge in the channel"]
    assert seen["nudge in person"].count("Health advice") == 1
    assert "Mon 19 Oct (in 7 days)" in seen["nudge in person"]


def says(playground: str, who: dict[str, str], line: str) -> None:
    """A mention in the channel by somebody else than the person at the screen: the Playground passes it on as it is."""
    mention = {"type": "mention", "mentioned": BOT, "text": "<at>referralbot</at>"}
    activity: dict[str, Any] = {
        "type": "message",
        "id": line,
        "text": f"<at>referralbot</at> {line}",
        "channelId": "msteams",
        "serviceUrl": f"{playground}/_connector",
        "from": {name: who[name] for name in ("id", "name", "aadObjectId")},
        "recipient": BOT,
        "conversation": {"id": HEALTH, "isGroup": True, "conversationType": "channel"},
        "channelData": {"tenant": {"id": TENANT}, "team": {"id": TEAM}, "channel": {"id": HEALTH}},
        "entities": [mention],
    }
    body, headers = json.dumps(activity).encode(), {"Content-Type": "application/json"}
    with urlopen(Request(f"{playground}/_internal/v1/customActivities", body, headers), timeout=15) as answer:
        assert answer.status == 200
