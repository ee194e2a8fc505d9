"""Is a tenant in order? Each thing that can be wrong, as Microsoft says it, and the sentence that mends it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.teams.checkup import NO_KEYS, check
from tests.adapters.fake_connector import TENANT, FakeConnector, SigningKey
from tests.adapters.teams_town import Clock, credentials

WAY_OUT = "Check this machine's way out to Microsoft (HTTPS_PROXY in docs/settings.md), and try again."


@pytest.fixture
async def microsoft() -> AsyncIterator[FakeConnector]:
    fake = FakeConnector(clock=Clock())
    async with TestServer(fake.app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


async def ills(fake: FakeConnector, **other: Any) -> list[str]:
    urls = {"login_url": fake.url, "metadata_url": fake.metadata_url}
    return await check(credentials(**other), clock=fake.clock, patience=0.5, **urls)


async def test_all_is_well(microsoft: FakeConnector) -> None:
    assert await ills(microsoft) == []
    assert [asked["tenant"] for asked in microsoft.tokens_asked] == [TENANT]
    assert microsoft.metadata_asked == 1


async def test_a_secret_that_has_run_out(microsoft: FakeConnector) -> None:
    microsoft.password = "a newer one"
    assert await ills(microsoft) == [
        "Microsoft does not accept the Teams app's id and password (invalid_client). Check the app's id, client secret"
        " and tenant; a secret that has run out is made anew in Entra."
    ]


async def test_signing_keys_that_cannot_be_read(microsoft: FakeConnector) -> None:
    microsoft.metadata_works = False
    assert await ills(microsoft) == [NO_KEYS]


async def test_signing_keys_of_another_service(microsoft: FakeConnector) -> None:
    microsoft.keys = [SigningKey("webchat-key", endorsements=("webchat",))]
    assert await ills(microsoft) == [NO_KEYS]


async def test_microsoft_away(microsoft: FakeConnector) -> None:
    microsoft.url = "http://127.0.0.1:1"
    assert await ills(microsoft) == [f"Microsoft's sign-in cannot be reached. {WAY_OUT}", NO_KEYS]


async def test_a_microsoft_that_does_not_answer_is_not_waited_for(microsoft: FakeConnector) -> None:
    async def ponder(request: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    slow = web.Application()
    slow.router.add_route("*", "/{path:.*}", ponder)
    async with TestServer(slow) as server, asyncio.timeout(2):
        microsoft.url = str(server.make_url("")).rstrip("/")
        assert await ills(microsoft) == [
            f"Microsoft's sign-in did not answer within 0.5 seconds. {WAY_OUT}",
            f"Microsoft's list of signing keys did not answer within 0.5 seconds. {WAY_OUT}",
        ]


async def test_without_an_app_there_is_nothing_to_ask(microsoft: FakeConnector) -> None:
    assert await ills(microsoft, app_id="") == []
    assert microsoft.tokens_asked == []
