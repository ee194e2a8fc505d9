"""Our fake Bot Connector before the whole bot: tokens signed as Microsoft signs them, and what people do in Teams."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp

from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT, Call, FakeConnector, buttons_of, words_of
from tests.adapters.fake_slack import serving
from tests.adapters.teams_town import PAYLOADS

PATIENCE = 20.0
"""Seconds that anything may take to show at Teams."""


@dataclass(frozen=True)
class Somebody:
    """A member of staff in Teams."""

    name: str
    email: str

    @property
    def user(self) -> str:
        return f"29:{self.name.partition(' ')[0].lower()}"

    @property
    def chat(self) -> str:
        """Their own chat with the bot."""
        return f"a:{self.user}"

    @property
    def sender(self) -> dict[str, str]:
        return {"id": self.user, "name": self.name, "aadObjectId": f"entra-{self.user}"}


@dataclass
class Teams:
    """What stands at Teams, and what people do there. `bot` is the bot's address."""

    fake: FakeConnector
    http: aiohttp.ClientSession
    bot: str = ""

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_APP_PASSWORD": APP_PASSWORD,
            "TEAMS_APP_TENANT_ID": TENANT,
            "TEAMS_SERVICE_HOSTS": "127.0.0.1",
            "TEAMS_METADATA_URL": self.fake.metadata_url,
            "TEAMS_LOGIN_URL": self.fake.url,
        }

    # What people do

    def activity(self, name: str, **other: Any) -> dict[str, Any]:
        """One of the example payloads, with this service's address and an id of its own."""
        text = (PAYLOADS / f"{name}.json").read_text("utf-8")
        whole: dict[str, Any] = json.loads(text.replace("{service_url}", self.fake.service_url))
        return {**whole, "id": f"e2e-{next(self._numbers)}", **other}

    async def says(self, who: Somebody, line: str) -> None:
        """A line in somebody's own chat."""
        chat = {"conversationType": "personal", "id": who.chat, "tenantId": TENANT}
        await self._taken(self.activity("personal_message", text=line, conversation=chat, **{"from": who.sender}))

    async def mentions(self, who: Somebody, channel: str, line: str) -> None:
        """A line in a channel, with a mention of the bot."""
        whole = self.activity("channel_mention", text=f"<at>referralbot</at> {line}", **{"from": who.sender})
        where = {"conversation": whole["conversation"] | {"id": f"{channel};messageid={whole['id']}"}}
        ids = {"channel": {"id": channel}, "teamsChannelId": channel}
        await self._taken(whole | where | {"channelData": whole["channelData"] | ids})

    async def press(self, who: Somebody, card: Mapping[str, Any], label: str, conversation: str) -> dict[str, Any]:
        """A button of a card; what the person sees at once."""
        buttons = buttons_of(card)
        assert label in buttons, f"No button {label!r}; there are {list(buttons)}"
        execute = self.activity("execute", **{"from": who.sender})
        personal = {"conversationType": "personal", "id": conversation, "tenantId": TENANT}
        channel = personal | {"conversationType": "channel", "isGroup": True}
        where = personal if conversation == who.chat else channel
        value = {
            "action": {"type": "Action.Execute", "verb": "say", "data": buttons[label]["data"]},
            "trigger": "manual",
        }
        answer = await self._taken(execute | {"conversation": where, "value": value})
        assert answer["statusCode"] == 200, answer
        return dict(answer)

    async def post(self, activity: Mapping[str, Any], authorization: str | None = None) -> tuple[int, Any]:
        """An activity, signed unless another header is given; the status and the JSON that came back."""
        signed = f"Bearer {self.fake.token()}" if authorization is None else authorization
        headers = {"Authorization": signed} if signed else {}
        async with self.http.post(f"{self.bot}/api/messages", json=dict(activity), headers=headers) as response:
            body = await response.read()
            return response.status, json.loads(body) if response.content_type == "application/json" and body else None

    async def _taken(self, activity: Mapping[str, Any]) -> Any:
        status, answer = await self.post(activity)
        assert status == 200, f"the bot answered {status} to {activity}"
        return answer

    # What stands there

    async def until_written(self, wanted: Callable[[Call, str], object]) -> Call:
        """The newest message, posted or written anew, that is as wanted, once there is one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            written = [call for call in self.fake.calls if "attachments" in call.body.get("activity", call.body)]
            if found := [call for call in written if wanted(call, words_of(call.card))]:
                return found[-1]
            seen = [(call.method, call.conversation, words_of(call.card)) for call in written]
            assert time.monotonic() < deadline, f"No such message came. There are: {seen}"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def teams_for(people: list[Somebody], fake: FakeConnector) -> AsyncIterator[Teams]:
    """The fake connector, listening, with these people in its roster."""
    fake.members |= {who.user: {"id": who.user, "email": who.email, "tenantId": TENANT} for who in people}
    patience = aiohttp.ClientTimeout(total=20)
    async with serving(fake.app) as fake.url, aiohttp.ClientSession(timeout=patience) as http:
        yield Teams(fake, http)
