"""The measured servers: each runs alone in a process of its own, `python -m bench.servers NAME OPTIONS`."""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bench.council import SECRET, SLACK, TEAM, TEAMS, opened

Options = Mapping[str, Any]
GIVEN = "pass-given"
"""The token that the stock library writes with."""


def wall() -> datetime:
    return datetime.now(UTC)


def bare(options: Options) -> web.Application:
    """Bolt with a listener that acknowledges; with a database, after committing one row of the bot's own: a line heard.

    The database has the bot's own settings: on SQLite WAL, synchronous NORMAL, one write lock; the step on a thread.
    """
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    from storage.connect import Store
    from storage.tables import Heard

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-council")

    store = Store(options["url"]) if options.get("url") else None
    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    def commit(heard: Mapping[str, Any]) -> None:
        assert store
        what = {"verdict": "done", "sealed": heard["text"].encode(), "at": wall()}
        with store.transaction() as db:
            db.add(Heard(delivery=heard["trigger_id"], connection_id=SLACK, place=heard["channel_id"], **what))

    @bolt.command("/referral")
    async def heard(ack: Any, command: Mapping[str, Any]) -> None:
        if store:
            await asyncio.to_thread(commit, command)
        await ack(f"heard {command['text']}")

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    return _application([web.post("/slack/events", handle)])


def bot_in_slack(options: Options) -> web.Application:
    """The whole bot: its edge, its commands, its database."""
    from adapters.slack import Slack
    from bot.courier import Credentials

    credentials = Credentials(SLACK, TEAM, secrets={"bot_token": "xoxb-council", "signing_secret": SECRET})
    app = opened(options["url"], options["key"]).__enter__()
    slack = Slack([credentials], answer=app.answer, met=app.met, clock=wall, api_url=f"{options['outside']}/slack/api/")
    return _application(slack.routes(), slack)


def bot_in_teams(options: Options) -> web.Application:
    from adapters.teams import Teams
    from bot.courier import Credentials
    from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT

    credentials = Credentials(TEAMS, TENANT, app_id=APP_ID, secrets={"app_password": APP_PASSWORD})
    app = opened(options["url"], options["key"]).__enter__()
    teams = Teams(
        [credentials],
        answer=app.answer,
        met=app.met,
        clock=wall,
        tenants={TENANT: TEAMS},
        service_hosts=("127.0.0.1",),
        metadata_url=f"{options['outside']}/v1/.well-known/openidconfiguration",
        login_url=options["outside"],
    )
    return _application(teams.routes(), teams)


def stock_teams(options: Options) -> web.Application:
    """The library as it comes: CloudAdapter, its token validation, an echo. Its own token is given, not fetched."""
    from botbuilder.core import ActivityHandler, MessageFactory, TurnContext
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
    from botframework.connector.auth import (
        AppCredentials,
        ChannelValidation,
        PasswordServiceClientCredentialFactory,
    )

    from tests.adapters.fake_connector import APP_ID

    class Given(AppCredentials):
        def get_access_token(self, force_refresh: bool = False) -> str:
            return GIVEN

    class Factory(PasswordServiceClientCredentialFactory):
        async def create_credentials(self, app_id: str, oauth_scope: str, *_: Any, **__: Any) -> AppCredentials:
            return Given(app_id, oauth_scope=oauth_scope)

    class Echo(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            await turn_context.send_activity(MessageFactory.text(f"heard {turn_context.activity.text}"))

    ChannelValidation.open_id_metadata_endpoint = f"{options['outside']}/v1/.well-known/openidconfiguration"
    adapter = CloudAdapter(
        ConfigurationBotFrameworkAuthentication(object(), credentials_factory=Factory(APP_ID, "given"))
    )
    echo = Echo()

    async def handle(request: web.Request) -> web.Response:
        return await adapter.process(request, echo) or web.Response()

    return _application([web.post("/api/messages", handle)])


def outside(_options: Options) -> web.Application:
    """Slack's Web API and Microsoft's Bot Connector, with what the client needs to sign as the latter does."""
    from bench.landing import Landing
    from tests.adapters.fake_connector import FakeConnector
    from tests.adapters.fake_slack import web_app

    connector, slack = FakeConnector(clock=wall), Landing()
    connector.tokens.add(GIVEN)
    app = connector.app
    app.add_subapp("/slack", web_app(slack))
    app.router.add_get("/landed", slack.tell)

    async def learn(request: web.Request) -> web.Response:
        connector.url = f"http://{request.host}"
        return web.json_response({"token": connector.token(), "service_url": connector.service_url})

    app.router.add_get("/learn", learn)
    return app


SERVERS: Mapping[str, Callable[[Options], web.Application]] = {
    "bare": bare,
    "slack": bot_in_slack,
    "teams": bot_in_teams,
    "stock": stock_teams,
    "outside": outside,
}


def _application(routes: list[web.RouteDef], door: Any = None) -> web.Application:
    app = web.Application()
    app.add_routes(routes)
    if door:
        app.on_startup.append(lambda _app: door.start())
        app.on_cleanup.append(lambda _app: door.stop())
    return app


async def _serve(app: web.Application) -> None:
    """Listen on a free port, say which, and go on until whoever started us closes our input."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)), daemon=True).start()
    await over.wait()
    await runner.cleanup()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_serve(SERVERS[sys.argv[1]](json.loads(sys.argv[2]))))
