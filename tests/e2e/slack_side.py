"""The npm `emulate` Slack before the bot, and the requests that Slack sends, which emulate does not: signed, over HTTP.

Between the two stands a listener that passes every call on unchanged and keeps it with its answer.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import yaml
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from adapters.slack.scopes import needed
from tests.adapters.fake_slack import payload, serving
from tests.e2e.conftest import package
from tests.e2e.programs import free_port, running

TEAM, APP, BOT_USER = "T000000001", "A000000001", "U00000BOT1"
"""The team id is emulate's own; the others are given to it."""
TOKEN, SECRET = "xoxb-e2e", "e2e-signing-secret"
PATIENCE = 20.0
"""Seconds that anything may take to show at Slack."""

Blocks = list[dict[str, Any]]


@contextmanager
def emulated(newer_node: str, folder: Path, *, people: Mapping[str, str], channels: list[str]) -> Iterator[str]:
    """A Slack with these people (address: name), channels and our app, holding exactly the scopes of our manifest."""
    emulate, port = package("emulate"), free_port()
    app = {"app_id": APP, "bot_id": "B000000001", "bot_user_id": BOT_USER}
    oauth = {"client_id": "1.2", "client_secret": "x", "name": "referralbot", "redirect_uris": [], "scopes": []}
    seed = {
        "team": {"name": "Anyshire", "domain": "anyshire"},
        "strict_scopes": True,
        "users": [
            {"name": email.partition("@")[0], "real_name": name, "email": email} for email, name in people.items()
        ],
        "channels": [{"name": name} for name in channels],
        "oauth_apps": [oauth | app | {"bot_name": "referralbot"}],
        "tokens": [{"token": TOKEN, "user_id": BOT_USER, **app, "scopes": sorted(needed())}],
    }
    (folder / "slack.yaml").write_text(yaml.safe_dump({"slack": seed}))
    words = [newer_node, emulate / "dist" / "index.js", "start", "--service", "slack", "--port", str(port)]
    with running("emulate", [*words, "--seed", folder / "slack.yaml"], folder=folder) as program:
        program.until(lambda said: "Ready." in said, 30)
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Call:
    """One call of the bot's, and what the emulator made of it."""

    method: str
    body: dict[str, Any]
    answer: dict[str, Any]


@dataclass
class Slack:
    """What stands at Slack, and what people do there. `bot` is the bot's address."""

    emulator: str
    bot: str = ""
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What came to response addresses."""

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Slack"]:
        app = web.Application()
        app.add_routes([web.post("/api/{method}", self._pass_on), web.post("/response/{number}", self._answered)])
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as self._session:
            async with serving(app) as self.url:
                yield self

    @property
    def settings(self) -> dict[str, str]:
        return {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{self.url}/api/"}

    # The bot's calls, passed on

    async def _pass_on(self, request: web.Request) -> web.Response:
        method, raw = request.match_info["method"], await request.read()
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self._http.post(f"{self.emulator}/api/{method}", data=raw, headers=headers) as answered:
            answer = await answered.json()
        body = json.loads(raw) if request.content_type == "application/json" else dict(await request.post())
        self.calls.append(Call(method, body, answer))
        return web.json_response(answer, status=answered.status)

    async def _answered(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        return web.Response(text="ok")

    @property
    def _http(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    # What people do

    async def command(self, user: str, channel: str, text: str) -> dict[str, Any]:
        """A slash command; what Slack shows the person at once."""
        body = payload(
            "slash_command", team_id=TEAM, api_app_id=APP, user_id=user, channel_id=channel, channel_name="", text=text
        )
        return await self._signed(urlencode(body | await self._fresh(user)), "application/x-www-form-urlencoded")

    async def submit(self, user: str, view: Mapping[str, Any], **typed: str) -> dict[str, Any]:
        """A form sent off: the view as the emulator keeps it, with what was typed in it; how the bot acknowledged."""
        values = {block["block_id"]: _filled(block, typed) for block in view["blocks"] if block["type"] == "input"}
        body = payload("view_submission", api_app_id=APP, view={**view, "state": {"values": values}})
        return await self._interaction(user, body)

    async def press(self, user: str, message: Mapping[str, Any], label: str) -> dict[str, Any]:
        """A button of a message that stands in a channel."""
        channel = message["channel"]
        container = {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": False}
        place = {"container": container, "channel": {"id": channel, "name": ""}, "message": dict(message)}
        body = payload("press_in_channel", api_app_id=APP, actions=[_button(message["blocks"], label)], **place)
        return await self._interaction(user, body)

    async def opens_home(self, user: str) -> None:
        event = {"type": "app_home_opened", "user": user, "channel": "D0", "tab": "home", "event_ts": str(time.time())}
        ours = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
        whose = {"team_id": TEAM, "api_app_id": APP, "authorizations": [ours]}
        body = payload("app_home_opened", event=event, event_id=f"Ev{next(self._numbers)}", **whose)
        await self._signed(json.dumps(body), "application/json")

    async def _interaction(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        whole = body | await self._fresh(user) | {"user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}}
        return await self._signed(urlencode({"payload": json.dumps(whole)}), "application/x-www-form-urlencoded")

    async def _fresh(self, user: str) -> dict[str, str]:
        """A trigger of the emulator's for this person, good for three seconds, and an address to answer at."""
        trigger = await self.asked("views.generateTriggerId", user_id=user)
        return {"trigger_id": trigger["trigger_id"], "response_url": f"{self.url}/response/{next(self._numbers)}"}

    async def _signed(self, body: str, kind: str) -> dict[str, Any]:
        moment = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=moment, body=body) or ""
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}
        async with self._http.post(f"{self.bot}/slack/events", data=body.encode(), headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 200, f"the bot answered {answer.status}: {text}"
            return json.loads(text) if text.startswith("{") else {}

    # What stands there

    async def asked(self, method: str, **body: Any) -> dict[str, Any]:
        """The emulator's own word."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self._http.post(f"{self.emulator}/api/{method}", json=body, headers=headers) as answer:
            told: dict[str, Any] = await answer.json()
        assert told["ok"], f"{method}: {told}"
        return told

    async def person(self, email: str) -> str:
        members = (await self.asked("users.list"))["members"]
        return str(next(each["id"] for each in members if each["profile"].get("email") == email))

    async def channel(self, name: str) -> str:
        channels = (await self.asked("conversations.list"))["channels"]
        return str(next(each["id"] for each in channels if each["name"] == name))

    async def posts(self, channel: str) -> list[dict[str, Any]]:
        """The messages of a channel as they stand, the oldest first."""
        told = await self.asked("conversations.history", channel=channel, limit=200)
        return [{**message, "channel": channel} for message in reversed(told["messages"])]

    async def until_posted(self, channel: str, wanted: Callable[[str], object]) -> dict[str, Any]:
        """The newest message of a channel whose words are as wanted, once there is one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            posts = await self.posts(channel)
            if found := [post for post in posts if wanted(words_of(post["blocks"]))]:
                return found[-1]
            seen = [words_of(post["blocks"]) for post in posts]
            assert time.monotonic() < deadline, f"No such message came. There are: {seen}"
            await asyncio.sleep(0.2)

    async def until_called(self, method: str, number: int = 1) -> Call:
        """The `number`th call of a method, once it was made; AssertionError where the emulator refused it."""
        deadline = time.monotonic() + PATIENCE
        while len(found := [call for call in self.calls if call.method == method]) < number:
            assert time.monotonic() < deadline, f"{method} was called {len(found)} times: {self.calls}"
            await asyncio.sleep(0.1)
        assert found[number - 1].answer["ok"], found[number - 1]
        return found[number - 1]

    @property
    def refused(self) -> list[Call]:
        """The calls that the emulator did not take."""
        return [call for call in self.calls if not call.answer.get("ok")]


def words_of(blocks: Any) -> str:
    """All the words of some blocks, as they are read."""
    if isinstance(blocks, list):
        return " ".join(filter(None, map(words_of, blocks)))
    if not isinstance(blocks, Mapping):
        return ""
    own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
    inner = (blocks.get(name) for name in ("text", "fields", "elements", "rows", "accessory", "label", "hint"))
    return " ".join([*own, *filter(None, (words_of(each) for each in inner if not isinstance(each, str)))])


def _button(blocks: Blocks, label: str) -> dict[str, Any]:
    """The button of that label, as Slack sends it back."""
    buttons = [element for block in blocks for element in [*block.get("elements", ()), block.get("accessory") or {}]]
    found = [each for each in buttons if each.get("type") == "button" and each["text"]["text"] == label]
    assert found, f"No button {label!r}; there are {[each['text']['text'] for each in buttons if 'value' in each]}"
    return {**found[-1], "block_id": "b", "action_ts": str(time.time())}


def _filled(block: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """The state of one input: what was typed, else what stood in it."""
    element = block["element"]
    name, kind = block["block_id"], element["type"]
    assert element["action_id"] == "value"
    match kind:
        case "datepicker":
            state = {"selected_date": typed.get(name, element.get("initial_date"))}
        case "static_select" | "radio_buttons":
            state = {"selected_option": _option(element, typed.get(name, ""))}
        case _:
            state = {"value": typed.get(name, element.get("initial_value"))}
    return {"value": {"type": kind, **state}}


def _option(element: Mapping[str, Any], value: str) -> Any:
    chosen = [option for option in element["options"] if option["value"] == value]
    assert chosen or not value, f"{value} is not offered: {element['options']}"
    return chosen[0] if chosen else element.get("initial_option")
