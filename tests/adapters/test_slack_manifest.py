"""The Slack manifest: valid, and asking for exactly what the code uses."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from adapters.slack import OPEN_REFERRAL, PATH
from adapters.slack.scopes import EVENTS, FEATURES, METHODS, OPTIONAL, needed
from bot.domain.errors import BadSettings
from manifest.slack import slack_manifest

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "manifest/schemas/slack-manifest.schema.2.0.0.json").read_text())
URL = "https://bot.council.example"

HTTP: dict[str, Any] = yaml.safe_load(slack_manifest(URL))
SOCKET: dict[str, Any] = yaml.safe_load(slack_manifest("", socket_mode=True))


@pytest.mark.parametrize("manifest", [HTTP, SOCKET], ids=["HTTP", "Socket Mode"])
def test_slack_s_own_schema_takes_it(manifest: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(manifest)


def test_what_the_schema_lets_pass() -> None:
    shown = HTTP["display_information"]
    assert 175 <= len(shown["long_description"]) <= 4_000  # Slack refuses less, and counts before publishing
    assert len(shown["description"]) <= 140
    assert all(len(command["description"]) <= 100 for command in HTTP["features"]["slash_commands"])
    assert len({command["command"] for command in HTTP["features"]["slash_commands"]}) == 1


def test_over_http_everything_comes_to_the_bot_s_one_address() -> None:
    assert list(addresses(HTTP)) == [URL + PATH] * 3
    assert HTTP["settings"]["socket_mode_enabled"] is False


def test_in_socket_mode_there_is_no_address() -> None:
    assert list(addresses(SOCKET)) == []
    assert SOCKET["settings"]["socket_mode_enabled"] is True
    assert SOCKET["oauth_config"] == HTTP["oauth_config"]


def addresses(part: Any) -> Iterator[str]:
    """Every web address in the manifest."""
    if isinstance(part, dict):
        for value in part.values():
            yield from addresses(value)
    elif isinstance(part, list):
        for value in part:
            yield from addresses(value)
    elif isinstance(part, str) and part.startswith("http"):
        yield part


def test_it_asks_for_the_permissions_that_something_needs_and_for_no_others() -> None:
    scopes = HTTP["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == needed() - OPTIONAL
    assert set(scopes["bot_optional"]) == OPTIONAL
    assert "user" not in scopes  # the bot never acts as a person


def test_each_call_to_slack_is_in_the_table_and_each_row_of_it_is_called() -> None:
    called = {method for file in (ROOT / "adapters/slack").glob("*.py") for method in calls(file)}
    assert called | {"apps.connections.open"} == set(METHODS)  # that one slack_sdk makes for Socket Mode


def calls(file: Path) -> Iterator[str]:
    """The methods named in `.call("…")`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
            name = node.args[0]
            assert isinstance(name, ast.Constant), (
                f"{file.name}:{node.lineno}: name the method, so that it can be found"
            )
            yield name.value


def test_each_event_asked_for_is_listened_to_and_the_other_way_round() -> None:
    assert set(HTTP["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    listened = {event.split(".")[0] for event in EVENTS}
    assert listened == set(registered("event"))
    assert listened >= {"app_mention", "message", "app_home_opened", "user_change", "member_joined_channel"}


def registered(kind: str) -> Iterator[str]:
    """The names in `app.event("…")` and its like, where the adapter registers its listeners."""
    for node in ast.walk(ast.parse((ROOT / "adapters/slack/edge.py").read_text())):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("app"), attr=attr), args=[ast.Constant(name)]) if (
                attr == kind
            ):
                yield name


def test_each_feature_has_its_listener() -> None:
    assert set(FEATURES) <= set(HTTP["features"])
    [shortcut] = HTTP["features"]["shortcuts"]
    assert (shortcut["callback_id"], shortcut["type"]) == (OPEN_REFERRAL, "message")
    [command] = HTTP["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == ("/referral", True)


def test_every_permission_is_explained_in_the_docs() -> None:
    told = (ROOT / "docs/slack.md").read_text()
    assert [scope for scope in sorted(needed()) if f"`{scope}`" not in told] == []


@pytest.mark.parametrize("url", ["https://bot.council.example/", " https://bot.council.example "])
def test_an_address_is_tidied(url: str) -> None:
    assert f"url: {URL}/slack/events" in slack_manifest(url)


@pytest.mark.parametrize(
    "url", ["", "bot.council.example", "http://bot.council.example", "https://", "https://a b", "https://a/?x=1"]
)
def test_an_address_that_slack_would_refuse(url: str) -> None:
    with pytest.raises(BadSettings, match="is no address for Slack"):
        slack_manifest(url)
