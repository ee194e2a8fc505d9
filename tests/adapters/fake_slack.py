"""A Slack of our own over real HTTP, for the rules that no emulator keeps. Each rule names its page of docs.slack.dev.

It speaks both ways: the Web API that the bot calls, and the signed requests, redeliveries included, that Slack sends.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

from adapters.slack.scopes import METHODS, needed
from tests.adapters.slack_limits import troubles, view_troubles

PAYLOADS = Path(__file__).parent / "payloads" / "slack"
TOKEN, SECRET, APP_TOKEN = "xoxb-council", "council-signing-secret", "xapp-council"

TRIGGER_SECONDS = 3.0
"""Handling user interaction: a trigger_id expires in three seconds, and serves once."""
ANSWERS_AT_ONE_ADDRESS = 5
"""Handling user interaction: a response_url takes five answers within thirty minutes."""
ANSWER_WITHIN = 3.0
"""Events API: an event not answered with 2xx within three seconds is sent again."""
REDELIVERIES = 3
"""Events API: at most three times; X-Slack-Retry-Num counts them. Slack waits, we do not."""


def payload(name: str, **changes: Any) -> dict[str, Any]:
    """One of the example payloads, some of its outermost keys changed."""
    return {**json.loads((PAYLOADS / f"{name}.json").read_text()), **changes}


def event(name: str, event_id: str = "", **changes: Any) -> dict[str, Any]:
    """An example event with some keys of its inner event changed."""
    whole = payload(name)
    return {**whole, "event_id": event_id or whole["event_id"], "event": {**whole["event"], **changes}}


@dataclass(frozen=True)
class Call:
    method: str
    body: dict[str, Any]


class No(Exception):
    """The error code that a method answers with."""


class FakeSlack:
    """One workspace. `now` is Slack's own clock, in seconds; a test moves it."""

    def __init__(self) -> None:
        self.url = self.bot = ""
        self.adapter: Any = None
        """The bot's own side, where a test has connected one."""
        self.now = 0.0
        self.scopes = set(needed())
        self.slow: dict[str, float] = {}
        """Seconds between doing what a method is asked and answering, by method."""
        self.members = {"C0HEALTH", "C0JOINT"}
        self.channels: dict[str, dict[str, Any]] = {
            "C0HEALTH": {"id": "C0HEALTH", "name": "health", "is_ext_shared": False},
            "C0JOINT": {"id": "C0JOINT", "name": "joint-panel", "is_ext_shared": True},
            "C0ELSEWHERE": {"id": "C0ELSEWHERE", "name": "elsewhere", "is_ext_shared": False},
        }
        self.users: dict[str, dict[str, Any]] = {
            "U0SHAH": {"id": "U0SHAH", "team_id": "T0COUNCIL", "profile": {"email": "p.shah@council.example"}},
            "U0NURSE": {"id": "U0NURSE", "team_id": "T0NHS", "profile": {"email": "p.shah@council.example"}},
        }
        self.inside: dict[str, set[str]] = defaultdict(set)
        """Who is in each channel, by id."""
        self.page = 200
        """How many members one answer holds at most."""
        self.calls: list[Call] = []
        self.answers: list[dict[str, Any]] = []
        """What came to response addresses."""
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.views: dict[str, dict[str, Any]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.shared_files: list[tuple[str, str]] = []
        self.acknowledged: list[dict[str, Any]] = []
        """What came back over the socket."""
        self._number = count(1)
        self._triggers: dict[str, float] = {}
        self._used: Counter[str] = Counter()
        self._instead: dict[str, list[Callable[[], web.Response]]] = defaultdict(list)
        self._socket: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()

    # What goes wrong

    def limit(self, method: str, after: str = "0") -> None:
        """Rate limits: 429 with Retry-After in seconds, for the next call of this method."""
        body = {"ok": False, "error": "ratelimited"}
        self._instead[method].append(lambda: web.json_response(body, status=429, headers={"Retry-After": after}))

    def fail(self, method: str, status: int) -> None:
        """A server error without JSON, for the next call."""
        self._instead[method].append(lambda: web.Response(status=status, text="<html>sorry</html>"))

    def refuse(self, method: str, code: str) -> None:
        self._instead[method].append(lambda: web.json_response({"ok": False, "error": code}))

    # What the bot asks

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await _read(request)
        self.calls.append(Call(method, body))
        try:
            if self._instead[method]:
                return self._instead[method].pop(0)()
            self._allowed(method, request.headers.get("Authorization", ""), body)
            answer = getattr(self, "_" + method.replace(".", "_"))(body)
            if method in self.slow:
                await self._tell()
                await asyncio.sleep(self.slow[method])
            # Slack's page on OAuth scopes: every answer names those of its token.
            return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": ",".join(sorted(self.scopes))})
        except No as no:
            needed = ",".join(METHODS.get(method, ()))
            return web.json_response(
                {"ok": False, "error": str(no), **({"needed": needed} if str(no) == "missing_scope" else {})}
            )
        finally:
            await self._tell()

    def _allowed(self, method: str, authorization: str, body: dict[str, Any]) -> None:
        """Authentication: the bot's token, and the scopes of the method's page."""
        if authorization != f"Bearer {APP_TOKEN if method == 'apps.connections.open' else TOKEN}":
            raise No("invalid_auth")
        needed = set(METHODS[method])
        if method.startswith("conversations.") and method != "conversations.open":
            kind = (
                "im" if body["channel"].startswith("D") else "channels"
            )  # each kind of channel has a scope of its own
            needed = {scope for scope in needed if scope.startswith(kind)}
        if not needed <= self.scopes:
            raise No("missing_scope")

    def _auth_test(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": "T0COUNCIL", "user_id": "U0BOT", "bot_id": "B0BOT"}

    def _users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["user"] not in self.users:
            raise No("user_not_found")
        return {"user": self.users[body["user"]]}

    def _conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"channel": self.channels[self._conversation(body["channel"])]}

    def _conversations_members(self, body: dict[str, Any]) -> dict[str, Any]:
        """conversations.members: a page of ids, and the cursor of the next one, empty at the end."""
        everybody = sorted(self.inside[self._conversation(body["channel"])])
        first = int(body.get("cursor") or 0)
        last = first + min(int(body["limit"]), self.page)
        after = str(last) if last < len(everybody) else ""
        return {"members": everybody[first:last], "response_metadata": {"next_cursor": after}}

    def _conversations_open(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": "D" + body["users"][1:]}}

    def _conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        posts = self.messages[self._conversation(body["channel"])][-int(body.get("limit", 100)) :]
        hidden = () if body.get("include_all_metadata") in ("true", True) else ("metadata",)
        return {"messages": [{k: v for k, v in post.items() if k not in hidden} for post in reversed(posts)]}

    def _conversation(self, channel: str) -> str:
        if not channel.startswith("D") and channel not in self.channels:
            raise No("channel_not_found")
        return channel

    def _chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        """chat.postMessage: to a person's id it goes to the direct message; in a channel the bot must be a member."""
        channel = "D" + body["channel"][1:] if body["channel"][0] in "UW" else self._conversation(body["channel"])
        if self.channels.get(channel, {}).get("is_archived"):
            raise No("is_archived")
        if not channel.startswith("D") and channel not in self.members:
            raise No("not_in_channel")
        self._within_limits(body)
        ts = f"1760000000.{next(self._number):06}"
        self.messages[channel].append({**body, "ts": ts})
        return {"channel": channel, "ts": ts}

    def _chat_postEphemeral(self, body: dict[str, Any]) -> dict[str, Any]:
        """chat.postEphemeral: bot and reader are both in the channel; it is kept nowhere."""
        if body["channel"] not in self.members and not body["channel"].startswith("D"):
            raise No("not_in_channel")
        self._within_limits(body)
        return {"message_ts": f"1760000000.{next(self._number):06}"}

    def _chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        """chat.update: takes the id of a conversation, never of a person; metadata stays unless new ones are given."""
        if body["channel"][0] in "UW":
            raise No("channel_not_found")
        self._within_limits(body)
        self._post(body).update(body)
        return {"ts": body["ts"]}

    def _chat_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        self.messages[body["channel"]].remove(self._post(body))
        return {}

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        for post in self.messages[body["channel"]]:
            if post["ts"] == body["ts"]:
                return post
        raise No("message_not_found")

    def _views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        self._exchange(body["trigger_id"])
        return {"view": self._view(body["view"], f"V{next(self._number)}")}

    def _views_update(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"view": self._view(body["view"], body["view_id"])}

    def _views_publish(self, body: dict[str, Any]) -> dict[str, Any]:
        self.homes[body["user_id"]] = self._view(body["view"], "V0HOME")
        return {}

    def _view(self, view: dict[str, Any], view_id: str) -> dict[str, Any]:
        if view_troubles(view):
            raise No("invalid_arguments")
        self.views[view_id] = view
        return {**view, "id": view_id}

    def _exchange(self, trigger: str) -> None:
        if trigger not in self._triggers:
            raise No("exchanged_trigger_id" if trigger in self._used else "invalid_trigger_id")
        if self.now - self._triggers.pop(trigger) > TRIGGER_SECONDS:
            raise No("expired_trigger_id")
        self._used[trigger] += 1

    def _within_limits(self, body: dict[str, Any]) -> None:
        if not body.get("text"):
            raise No("no_text")
        if troubles(body.get("blocks", [{"type": "divider"}])):
            raise No("invalid_blocks")

    def _files_getUploadURLExternal(self, body: dict[str, Any]) -> dict[str, Any]:
        file_id = f"F{next(self._number)}"
        return {"upload_url": f"{self.url}/upload/{file_id}", "file_id": file_id}

    def _files_completeUploadExternal(self, body: dict[str, Any]) -> dict[str, Any]:
        """Working with files: the bytes first, then the sharing, by the id of a conversation."""
        for file in body["files"]:
            if file["id"] not in self.files or not body["channel_id"].startswith("D"):
                raise No("file_not_found")
            self.shared_files.append((body["channel_id"], file["id"]))
        return {"files": body["files"]}

    async def upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def respond(self, request: web.Request) -> web.Response:
        self._used[request.path] += 1
        if self._used[request.path] > ANSWERS_AT_ONE_ADDRESS:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        self.answers.append(await request.json())
        await self._tell()
        return web.Response(text="ok")

    # What Slack sends

    def trigger(self) -> str:
        """A new trigger_id."""
        trigger = f"{next(self._number)}.2.trigger"
        self._triggers[trigger] = self.now
        return trigger

    def fresh(self, body: dict[str, Any]) -> dict[str, Any]:
        """An interaction as Slack sends it now: a trigger of its own, and an address here to answer at."""
        fresh = deepcopy(body) | {"trigger_id": self.trigger()}
        return fresh | ({"response_url": f"{self.url}/response/{next(self._number)}"} if "response_url" in body else {})

    async def command(self, text: str, **changes: Any) -> tuple[int, dict[str, Any]]:
        """A slash command: a form, not JSON. The status and what Slack shows the person at once."""
        return await self.request(urlencode(self.fresh(payload("slash_command", text=text, **changes))), "form")

    async def interact(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """A button, a shortcut, a submitted view: JSON within a form."""
        return await self.request(urlencode({"payload": json.dumps(self.fresh(dict(body)))}), "form")

    async def event(self, body: Mapping[str, Any]) -> list[int]:
        """An event, sent again until it is answered. The statuses; 0 for one that took too long."""
        statuses = []
        for again in range(1 + REDELIVERIES):
            retry = {"X-Slack-Retry-Num": str(again), "X-Slack-Retry-Reason": "http_error"} if again else {}
            statuses.append((await self.request(json.dumps(body), "json", retry))[0])
            if 200 <= statuses[-1] < 300:
                break
        return statuses

    async def request(
        self, body: str, kind: str, headers: Mapping[str, str] = {}, secret: str = SECRET
    ) -> tuple[int, dict[str, Any]]:
        """Verifying requests from Slack: v0, the moment in seconds and the raw body, under the signing secret."""
        moment = str(int(Clock().now()))
        signature = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body) or ""
        signed = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}
        types = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
        return await self.raw(body.encode(), {"Content-Type": types[kind], **signed, **headers})

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """A request as it is; the status, and the answer where it is JSON."""
        patience = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        try:
            async with aiohttp.ClientSession(timeout=patience) as session:
                async with session.post(f"{self.bot}/slack/events", data=body, headers=headers) as answer:
                    text = await answer.text()
                    return answer.status, json.loads(text) if text.startswith("{") else {}
        except TimeoutError:
            return 0, {}

    # Socket Mode: envelopes over a websocket, each acknowledged by its id

    def _apps_connections_open(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.url.replace("http", "ws", 1) + "/socket"}

    def envelope(self, kind: str, body: Mapping[str, Any]) -> None:
        self._socket.put_nowait({"envelope_id": f"E{next(self._number)}", "type": kind, "payload": dict(body)})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse()
        await link.prepare(request)
        await link.send_json({"type": "hello"})
        sender = asyncio.create_task(self._send_envelopes(link))
        async for message in link:
            self.acknowledged.append(json.loads(message.data))
            await self._tell()
        sender.cancel()
        return link

    async def _send_envelopes(self, link: web.WebSocketResponse) -> None:
        while True:
            await link.send_json(await self._socket.get())

    # What a test looks at

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, true: Callable[[], Any], patience: float = 5.0) -> None:
        """Wait for a call, an answer or an acknowledgement that makes it true."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(true)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.body for call in self.calls if call.method == method]


async def _read(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return await request.json()
    return dict(await request.post())


def web_app(slack: FakeSlack) -> web.Application:
    app = web.Application()
    app.router.add_post("/api/{method}", slack.handle)
    app.router.add_post("/response/{number}", slack.respond)
    app.router.add_post("/upload/{file}", slack.upload)
    app.router.add_get("/socket", slack.socket)
    return app


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """An application on a free port of this machine; its address."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    async with serving(web_app(slack)) as url:
        slack.url = url
        yield slack
