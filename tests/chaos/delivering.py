"""How a line reaches the bot: typed, as a command or by a button, and again as each platform delivers it again.

- Slack, Events API: what is not answered with 2xx within three seconds comes again, three times, with the same event_id
  and X-Slack-Retry-Num. Slack waits a minute and five between them; here it is seconds.
- Slack, interactivity and slash commands: never sent again. Whoever was told nothing does it again, which has a trigger
  of its own; a button pressed twice keeps what it carries.
- Teams: an activity without an answer within fifteen seconds may come again under its id.

Each delivery goes to any one of the bot's processes, as behind a load balancer.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.domain.terms import Platform
from tests.adapters.fake_connector import Call
from tests.adapters.fake_slack import event, payload
from tests.chaos.council import Member
from tests.chaos.weather import StormyConnector, StormySlack

TEAMS = Path(__file__).parents[1] / "adapters" / "payloads" / "teams"
WAITS = {Platform.SLACK: (0.1, 1.0, 3.0), Platform.TEAMS: (1.0, 3.0)}
"""Seconds before a delivery that was not acknowledged comes again."""
ACKNOWLEDGED_WITHIN = 15.0
"""Seconds that Teams waits."""
ANSWERED_WITHIN = 5.0
"""Seconds that a person waits for an answer to something that was acknowledged."""
OPENED_WITHIN = 15.0
"""Seconds that somebody waits for a bot that is away."""
AGAIN = 0.12
"""How often a platform delivers again what was acknowledged: "at least once" is all that either promises."""


@dataclass
class Delivery:
    """One line on its way, under one id, by the stopwatch."""

    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    sent: int = 0
    """How often it was delivered."""
    acknowledged: bool = False
    late: bool = False
    """Acknowledged before it was answered, because that took long."""
    answer: str = ""
    """As far as the person saw one."""
    id: str = ""
    """By what the bot knows it again: the platform's id of it, or what a button carries."""


@dataclass(frozen=True)
class Button:
    """What a button carries: the line, and the nonce of its message."""

    line: str
    nonce: str


@dataclass
class Delivering:
    """Both platforms, before the doors of the bot's processes."""

    slack: StormySlack
    teams: StormyConnector
    doors: Callable[[], Sequence[str]]
    under_way: int = 0
    """Lines that are at a door."""
    acknowledged: list[str] = field(default_factory=list)
    """The doors that took a line, the last one at the end."""
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    async def typed(self, who: Member, line: str, dice: Random) -> Delivery:
        """A line in the person's own chat."""
        number = next(self._number)
        delivery = Delivery(id=f"typed {number}")
        if who.on is Platform.TEAMS:
            activity = self._activity("personal_message", who, f"17100000{number:05}", text=line)
            await self._in_time(delivery, who.on, lambda _, door: self._post(activity, door), dice)
            return await self._seen(delivery, self.teams.answered, activity["id"])
        thread = f"1750000000.{number:06}"
        said = {"channel": who.reads, "user": who.account, "text": line, "ts": thread, "thread_ts": thread}
        body = json.dumps(event("message_im", f"Ev{number:06}", **said))
        await self._in_time(delivery, who.on, lambda again, door: self._event(body, again, door), dice)
        return await self._seen(delivery, self.slack.answered, thread)

    async def commanded(self, who: Member, line: str, dice: Random) -> Delivery:
        """A slash command in a channel of Slack: what it is answered stands in the acknowledgement."""
        said = {"text": line, "user_id": who.account, "channel_id": "C0EDUCATION", "channel_name": "education"}
        body = urlencode(self.slack.fresh(payload("slash_command", **said)))
        delivery = Delivery(id=f"command {next(self._number)}")
        await self._at_doors(delivery, lambda door: self._form(body, door), dice, twice=dice.random() < AGAIN)
        return delivery

    async def pressed(self, who: Member, place: str, button: Button, dice: Random, *, twice: bool) -> Delivery:
        """A button in the person's own chat, or in a room; `twice` is a double click."""
        if who.on is Platform.TEAMS:
            return await self._executed(who, place, button, dice, twice=twice)
        own, number, delivery = place == who.reads, next(self._number), Delivery(id=f"{button.line} {button.nonce}")
        body = payload("press_in_direct_message" if own else "press_in_channel")
        body["user"] |= {"id": who.account, "username": who.name, "name": who.name}
        body["channel"] = {"id": place, "name": "directmessage" if own else "a-room"}
        body["actions"][0]["value"] = json.dumps({"line": button.line, "nonce": button.nonce})
        thread = f"1750000000.{number:06}"
        body["message"] |= {"thread_ts": thread} if own else {}
        fresh = [self.slack.fresh(body) for _ in range(1 + twice)]
        forms = iter([urlencode({"payload": json.dumps(each)}) for each in fresh])
        await self._at_doors(delivery, lambda door: self._form(next(forms), door), dice, twice=twice)
        await self._seen(delivery, self.slack.answered, *([thread] if own else [one["response_url"] for one in fresh]))
        return delivery

    async def _executed(self, who: Member, place: str, button: Button, dice: Random, *, twice: bool) -> Delivery:
        delivery = Delivery(id=f"{button.line} {button.nonce}")

        def press(door: str) -> Awaitable[tuple[int, Any]]:
            activity = self._activity("execute", who, f"f:{next(self._number)}", place)
            activity["value"]["action"]["data"] = {"line": button.line, "nonce": button.nonce}
            return self._post(activity, door)

        await self._at_doors(delivery, press, dice, twice=twice)
        return delivery

    # To the doors

    async def _in_time(
        self, delivery: Delivery, on: Platform, once: Callable[[int, str], Awaitable[tuple[int, Any]]], dice: Random
    ) -> None:
        """Again and again until it is acknowledged, and now and then once more."""
        for again, wait in enumerate((0.0, *WAITS[on])):
            await asyncio.sleep(wait)
            began = time.monotonic()
            await self._note(delivery, lambda door, again=again: once(again, door), dice)
            delivery.late = time.monotonic() - began > ACKNOWLEDGED_WITHIN / 2
            if delivery.acknowledged:
                break
        if dice.random() < AGAIN:
            await self._note(delivery, lambda door: once(1, door), dice)

    async def _at_doors(
        self, delivery: Delivery, once: Callable[[str], Awaitable[tuple[int, Any]]], dice: Random, *, twice: bool
    ) -> None:
        """Once, or twice at the same time."""
        await asyncio.gather(*(self._note(delivery, once, dice) for _ in range(1 + twice)))
        delivery.ended = time.monotonic()

    async def _note(self, delivery: Delivery, once: Callable[[str], Awaitable[tuple[int, Any]]], dice: Random) -> None:
        """Deliver it at one of the doors, and note what came of that."""
        door = dice.choice(self.doors())
        delivery.sent, self.under_way = delivery.sent + 1, self.under_way + 1
        try:
            status, answer = await once(door)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return
        finally:
            self.under_way -= 1
        if 200 <= status < 300:
            delivery.acknowledged = True
            self.acknowledged.append(door)
        if isinstance(answer, Mapping):
            told = answer.get("text") or answer.get("value")
            delivery.answer = delivery.answer or (told if isinstance(told, str) else "")

    async def _seen(self, delivery: Delivery, answers: Mapping[str, str], *keys: str) -> Delivery:
        """Look for the answer for as long as a person waits for one."""
        ends = time.monotonic() + (ANSWERED_WITHIN if delivery.acknowledged else 0.5)
        while not delivery.answer and time.monotonic() < ends:
            delivery.answer = next((answers[key] for key in keys if key in answers), "")
            await asyncio.sleep(0.05)
        delivery.ended = time.monotonic()
        return delivery

    async def _event(self, body: str, again: int, door: str) -> tuple[int, Any]:
        retry = {"X-Slack-Retry-Num": str(again), "X-Slack-Retry-Reason": "http_timeout"} if again else {}
        return await self._slack(door).request(body, "json", retry)

    async def _form(self, body: str, door: str) -> tuple[int, Any]:
        return await self._slack(door).request(body, "form")

    def _slack(self, door: str) -> StormySlack:
        """The same workspace, before one of the doors."""
        there = copy(self.slack)
        there.bot = door
        return there

    async def _post(self, activity: Mapping[str, Any], door: str) -> tuple[int, Any]:
        patience = aiohttp.ClientTimeout(total=ACKNOWLEDGED_WITHIN)
        signed = f"Bearer {self.teams.token(nbf=None)}"  # the library judges that one by the machine's own clock
        async with aiohttp.ClientSession(timeout=patience) as session:
            url = f"{door}/api/messages"
            async with session.post(url, json=activity, headers={"Authorization": signed}) as answer:
                body = await answer.read()
                return answer.status, json.loads(body) if body and answer.content_type == "application/json" else None

    def _activity(self, name: str, who: Member, number: str, place: str = "", **more: Any) -> dict[str, Any]:
        found = json.loads((TEAMS / f"{name}.json").read_text().replace("{service_url}", self.teams.service_url))
        found |= {"id": number, "from": {"id": f"29:{who.name}", "name": who.name, "aadObjectId": who.account}, **more}
        if place in ("", who.reads):
            found["conversation"]["id"] = who.reads
        else:
            found["conversation"] |= {"id": place, "conversationType": "channel", "isGroup": True}
            found["channelData"]["channel"] = {"id": place}
        return found

    async def opened(self) -> None:
        """Wait until one of the bot's processes listens: nobody says a thing again to a bot that is away."""
        ends = time.monotonic() + OPENED_WITHIN
        while time.monotonic() < ends:
            for door in self.doors():
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", int(door.rpartition(":")[2]))
                    writer.close()
                    return
            await asyncio.sleep(0.2)

    # What people see

    def button(self, place: str, line: str) -> Button | None:
        """The newest button at a place that carries this line."""
        seen = self._seen_in_slack(place) if place in self.slack.messages else self._seen_in_teams(place)
        for message in seen:
            for carried in _carried(message):
                if carried.get("line") == line:
                    return Button(line, carried.get("nonce", ""))
        return None

    def _seen_in_slack(self, place: str) -> Iterator[Any]:
        return (message.get("blocks", []) for message in reversed(self.slack.messages[place]))

    def _seen_in_teams(self, place: str) -> Iterator[Any]:
        return (call.body for call in reversed(self.teams.calls) if _place_of(call) == place)


def _place_of(call: Call) -> str:
    """The chat or the channel that a call writes to."""
    channel = call.body.get("channelData", {}).get("channel", {}).get("id", "")
    return channel or call.conversation.partition(";messageid=")[0]


def _carried(part: Any) -> Iterator[Mapping[str, Any]]:
    """What every button of a message carries, as either platform writes it."""
    if isinstance(part, list):
        for each in part:
            yield from _carried(each)
    if isinstance(part, Mapping):
        if isinstance(part.get("data"), Mapping):
            yield part["data"]
        elif part.get("type") == "button" and part.get("value"):
            yield json.loads(part["value"])
        for each in part.values():
            yield from _carried(each)
