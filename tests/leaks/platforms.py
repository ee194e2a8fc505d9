"""Slack and Teams that keep every word they are ever handed, and know who could read it."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.adapters.fake_connector import Call
from tests.chaos.weather import Sky, StormyConnector, StormySlack


@dataclass(frozen=True)
class Left:
    """Something handed to a platform: in a room, or before one person."""

    place: str
    """The room; of what one person reads, their chat or account."""
    alone: bool
    """Whether one person reads it, wherever it stands."""
    words: bytes
    at: float
    """By the stopwatch."""
    how: str = ""


class KeptSlack(StormySlack):
    """A workspace whose export holds everything, what was edited or deleted too."""

    def __init__(self, sky: Sky) -> None:
        super().__init__(sky)
        self.left: list[Left] = []
        self.asked: dict[str, str] = {}
        """Who pressed or said what, by the trigger and by the address for its answer."""

    def keep(self, place: str, body: Any, how: str, *, alone: bool) -> None:
        self.left.append(Left(place, alone, json.dumps(body).encode(), time.monotonic(), how))

    def fresh(self, body: dict[str, Any]) -> dict[str, Any]:
        fresh = super().fresh(body)
        who = fresh.get("user_id") or fresh.get("user", {}).get("id", "")
        self.asked |= {fresh["trigger_id"]: who} | ({fresh["response_url"]: who} if "response_url" in fresh else {})
        return fresh

    async def handle(self, request: web.Request) -> web.StreamResponse:  # type: ignore[override]
        calls = len(self.calls)
        answer = await super().handle(request)
        for call in self.calls[calls:]:
            self._keep_call(call.method, call.body)
        return answer

    def _keep_call(self, method: str, body: dict[str, Any]) -> None:
        match method:
            case "chat.postMessage" | "chat.update":
                place = body["channel"]
                self.keep(place, body, method, alone=place[0] in "DUW")
            case "chat.postEphemeral":
                self.keep(body["user"], body, method, alone=True)
            case "views.publish":
                self.keep(body["user_id"], body, method, alone=True)
            case "views.open" | "views.update" | "views.push":
                self.keep(self.asked.get(body.get("trigger_id", ""), ""), body, method, alone=True)
            case "files.completeUploadExternal":
                held = b"".join(self.files.get(file["id"], b"") for file in body["files"])
                self.left.append(Left(body["channel_id"], body["channel_id"][0] == "D", held, time.monotonic(), method))

    async def respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        who = self.asked.get(f"{self.url}{request.path}", "")
        in_room = body.get("response_type") == "in_channel" or body.get("replace_original")
        self.keep("C0EDUCATION" if in_room else who, body, "response_url", alone=not in_room)
        return await super().respond(request)

    def now_shown(self) -> Iterator[Left]:
        """What stands in each channel and chat at the end."""
        for place, messages in self.messages.items():
            for message in messages:
                yield Left(place, place[0] == "D", json.dumps(message).encode(), time.monotonic(), "standing")


class KeptConnector(StormyConnector):
    """A tenant likewise."""

    def __init__(self, sky: Sky) -> None:
        super().__init__(sky)
        self.left: list[Left] = []
        self._standing: dict[str, Left] = {}

    def _made(self, call: Call) -> dict[str, str]:
        made = super()._made(call)
        left = self._left(call)
        if left is not None:
            self.left.append(left)
        self._stands(call, made, left)
        return made

    def _left(self, call: Call) -> Left | None:
        if call.method == "DELETE" or not (
            "activity" in call.body or "attachments" in call.body or "text" in call.body
        ):
            return None
        place = call.conversation.partition(";messageid=")[0]
        place = place or call.body.get("channelData", {}).get("channel", {}).get("id", "")
        place = place or next((f"a:chat-of-{one['id']}" for one in call.body.get("members", ())), "")
        alone = bool(call.query.get("isTargetedActivity")) or not place.startswith("19:")
        reader = call.body.get("recipient", {}).get("id", place) if alone and place.startswith("19:") else place
        return Left(reader, alone, json.dumps(call.body).encode(), time.monotonic(), call.method)

    def _stands(self, call: Call, made: Mapping[str, str], left: Left | None) -> None:
        key = call.activity if call.method in ("PUT", "DELETE") else made.get("activityId", made["id"])
        if call.method == "DELETE":
            self._standing.pop(key, None)
        elif left is not None:
            self._standing[key] = left

    def answered_at_once(self, who: str, body: Any) -> None:
        """What came back with the answer to a press or a form: its reader alone sees it."""
        self.left.append(Left(who, True, json.dumps(body).encode(), time.monotonic(), "invoke"))

    def now_shown(self) -> Iterator[Left]:
        yield from self._standing.values()
