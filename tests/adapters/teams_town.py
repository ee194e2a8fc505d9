"""A bot in Teams, for tests: the adapter behind real HTTP, a fake Bot Connector before it, and a scripted `answer`."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.teams import Teams
from bot.courier import Credentials
from bot.domain.message import Message, Said, Where, Who
from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT, FakeConnector

CONNECTION = 7
CHANNEL = "19:health@thread.tacv2"
THREAD = f"{CHANNEL};messageid=1700000000000"
OWN_CHAT = "a:1personal-shah"
PAYLOADS = Path(__file__).parent / "payloads" / "teams"


def credentials(**other: Any) -> Credentials:
    secrets = {"app_password": APP_PASSWORD}
    return Credentials(**{"connection": CONNECTION, "outside_id": TENANT, "app_id": APP_ID, "secrets": secrets} | other)


@dataclass
class Clock:
    """Starts on Monday 6 January 2025, 09:00, and stands until it is moved."""

    now: datetime = datetime(2025, 1, 6, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Script:
    """Answers by line, and what it was asked."""

    answers: Mapping[str, Message | Callable[[Said], Message]]
    said: list[Said] = field(default_factory=list)
    met: list[tuple[Who, Where]] = field(default_factory=list)

    def answer(self, said: Said, now: datetime) -> Message:
        self.said.append(said)
        found = self.answers.get(said.line, Message(f"heard: {said.line}"))
        return found(said) if callable(found) else found

    def meet(self, who: Who, where: Where, now: datetime) -> None:
        self.met.append((who, where))


@dataclass
class Town:
    fake: FakeConnector
    teams: Teams
    script: Script
    clock: Clock
    client: TestClient[web.Request, web.Application]
    slept: list[float]

    def activity(self, name: str, **other: Any) -> dict[str, Any]:
        """A captured payload, with this town's address and with some of its fields changed."""
        text = (PAYLOADS / f"{name}.json").read_text("utf-8")
        return {**json.loads(text.replace("{service_url}", self.fake.service_url)), **other}

    async def post(self, activity: Any, *, authorization: str | None = None) -> tuple[int, Any]:
        """Send an activity as Teams would; the status and the JSON that came back."""
        signed = f"Bearer {self.fake.token()}" if authorization is None else authorization
        headers = {"Authorization": signed} if signed else {}
        async with self.client.post("/api/messages", json=activity, headers=headers) as response:
            body = await response.read()
            return response.status, json.loads(body) if body and response.content_type == "application/json" else None

    async def says(self, line: str, *, place: str = "personal_message", **other: Any) -> int:
        return (await self.post(self.activity(place, text=line, **other)))[0]


@asynccontextmanager
async def town(answers: Mapping[str, Any] | None = None, **other: Any) -> AsyncIterator[Town]:
    """A running town. `other` goes to the adapter."""
    clock, script, slept = Clock(), Script(answers or {}), []
    fake = FakeConnector(clock=clock)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with TestServer(fake.app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        fake.members["29:1shah"] = {"id": "29:1shah", "email": "P.Shah@council.example", "tenantId": TENANT}
        settings = {
            "credentials": [credentials()],
            "answer": script.answer,
            "met": script.meet,
            "clock": clock,
            "tenants": {TENANT: CONNECTION},
            "service_hosts": ("127.0.0.1",),
            "metadata_url": fake.metadata_url,
            "login_url": fake.url,
            "sleep": sleep,
        } | other
        teams = Teams(settings.pop("credentials"), **settings)
        app = web.Application()
        app.add_routes(teams.routes())
        await teams.start()
        try:
            async with TestClient(TestServer(app)) as client:
                yield Town(fake, teams, script, clock, client, slept)
        finally:
            await teams.stop()
