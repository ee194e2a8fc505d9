"""The whole bot behind its web addresses: real rows, real adapters, other people's networks; and all that it keeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import SQLModel

from adapters.page import Page
from bot.courier import Credentials
from bot.domain.message import Message, Said, Where, Who
from bot.domain.terms import Platform
from bot.serving.doorway import doorway
from storage.connect import Store
from storage.tables import Connection
from tests.adapters import slack_bot, teams_town
from tests.adapters.fake_connector import APP_ID, TENANT
from tests.adapters.fake_slack import SECRET, TOKEN, FakeSlack
from tests.town import DOMAINS, ROOMS, STAFF, Town

PRIYA = "priya.shah@anyshire.example"


@dataclass
class Whole:
    """A council's bot, with a case on record, and what it was told through an adapter."""

    town: Town
    told: list[tuple[int, str]] = field(default_factory=list)
    answered: list[tuple[Said, Message]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.town.now

    def answer(self, said: Said, now: datetime) -> Message:
        message = self.town.app.answer(said, self.now)
        self.answered.append((said, message))
        return message

    def meets(self, who: Who, where: Where, now: datetime) -> None:
        self.town.app.met(who, where, self.now)

    @property
    def faults(self) -> list[Said]:
        """What was answered with a code: a fault of ours, whoever caused it."""
        return [said for said, message in self.answered if message.error == "Fault"]

    def kept(self) -> dict[str, list[str]]:
        """Every row of every table."""
        with self.town.store.reading() as db:
            return {
                table.name: sorted(repr(tuple(row)) for row in db.connection().execute(table.select()))
                for table in SQLModel.metadata.sorted_tables
            }


def whole(store: Store) -> Whole:
    town = Town(store)
    town.opens("Priya")
    return Whole(town)


@asynccontextmanager
async def in_slack(here: Whole, **other: Any) -> AsyncIterator[FakeSlack]:
    """The bot in a Slack workspace, where U0SHAH is Priya. Again, it is another process with the same record.

    `other` goes to the adapter.
    """
    known = here.town.all(Connection, Connection.platform == Platform.SLACK)
    row = (
        known[0]
        if known
        else Connection(platform=Platform.SLACK, outside_id="T0COUNCIL", name="Council", domains=list(DOMAINS))
    )
    if not known:
        here.town.add(row)
    ours = Credentials(row.id or 0, "T0COUNCIL", "A0REFERRAL", {"bot_token": TOKEN, "signing_secret": SECRET})
    async with slack_bot.connected(here, ours, **other) as slack:  # type: ignore[arg-type]
        slack.users["U0SHAH"]["profile"]["email"] = PRIYA
        yield slack


@asynccontextmanager
async def on_the_page(here: Whole) -> AsyncIterator[TestClient[Any, Any]]:
    """The bot on the local page, where anybody on the staff list may speak."""
    staff = [(email, name, role.value, agency.label) for email, name, agency, role, _ in STAFF]
    page = Page(
        connection=here.town.connection,
        answer=here.answer,
        clock=lambda: here.now,
        people=lambda: staff,
        rooms=lambda: [(place, place, "") for place in ROOMS],
        met=lambda who, where: here.meets(who, where, here.now),
    )
    async with TestClient(TestServer(doorway(page.routes()))) as client:
        yield client
        await page.stop()


@asynccontextmanager
async def in_teams(here: Whole, **other: Any) -> AsyncIterator[teams_town.Town]:
    """The bot in a Teams tenant, where 29:1shah is Priya. `other` goes to the adapter."""
    row = Connection(platform=Platform.TEAMS, outside_id=TENANT, name="Council", app_id=APP_ID, domains=list(DOMAINS))
    here.town.add(row)
    others: dict[str, Any] = {
        "credentials": [teams_town.credentials(connection=row.id or 0)],
        "tenants": {TENANT: row.id or 0},
        "answer": here.answer,
        "met": here.meets,
        **other,
    }
    async with teams_town.town(**others) as teams:
        teams.clock.now = here.now
        teams.fake.members["29:1shah"]["email"] = PRIYA
        yield teams
