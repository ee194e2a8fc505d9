"""The HTTP edge: a request is judged before it is read, read before it is believed, and always acknowledged."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticationConstants

from adapters.teams.answering import Answering
from adapters.teams.chat import TeamsChat
from adapters.teams.dig import dig_text
from adapters.teams.gate import CHANNEL, SERVICE_HOSTS, Gate, NotAdmitted, known_host
from adapters.teams.heard import complete, heard, tenant_of
from adapters.teams.keys import Keys, KeysUnreachable
from adapters.teams.listening import ANSWER_WITHIN, INVOKE_WITHIN, Answer, Changes, Counter, Listener, Met
from adapters.teams.passes import Passes
from adapters.teams.patience import Patience
from adapters.teams.roster import Roster
from adapters.teams.sending import Connector
from adapters.teams.writing import Writer
from bot.courier import Chat, Credentials
from bot.domain.errors import BadSettings
from bot.domain.message import Where, Who
from bot.fading import Copies
from bot.settings.readers import is_loopback

log = logging.getLogger(__name__)

LARGEST_REQUEST = 256 * 1024
"""Bytes. Teams' own messages stay under about 100 KB."""
SECONDS_TO_STOP = 3.0
SECONDS_A_CALL = 15.0
"""Longest call to Teams."""
LOGIN_URL = "https://login.microsoftonline.com"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")


class NotAnActivity(Exception):
    """The body is not an activity that the bot can read."""


def nobody_asks(who: Who, where: Where, now: datetime) -> None:
    """For those who keep no references."""


class Teams:
    """Teams for every connection of ours, behind one path.

    `tenants` maps each tenant that may use the bot to its connection. `answer` and `met` are called on a thread;
    `met` is told of people and places without a line, such as an installation. Without an app id there is no way to
    know who calls, so that only this machine is served, and only where the caller says `loopback_only`. `copies` notes
    what is told in personal chats of who a child is; `changes` hears of rooms that somebody joins.
    """

    def __init__(
        self,
        credentials: Sequence[Credentials],
        *,
        answer: Answer,
        clock: Callable[[], datetime],
        tenants: Mapping[str, int],
        met: Met = nobody_asks,
        service_hosts: Sequence[str] = SERVICE_HOSTS,
        loopback_only: bool = False,
        proxy: str | None = None,
        metadata_url: str = AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
        login_url: str = LOGIN_URL,
        answer_within: float = ANSWER_WITHIN,
        invoke_within: float = INVOKE_WITHIN,
        call_within: float = SECONDS_A_CALL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        copies: Copies | None = None,
        changes: Changes | None = None,
    ) -> None:
        self._open = not any(each.app_id for each in credentials)
        if self._open and not loopback_only:
            raise BadSettings(
                "TEAMS_APP_ID is empty: without it Teams can be served on this machine alone (127.0.0.1)."
            )
        hosts = frozenset(service_hosts) | (frozenset(LOOPBACK_HOSTS) if self._open else frozenset())
        self._credentials, self._tenants, self._hosts, self._proxy = list(credentials), tenants, hosts, proxy
        self._session: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(total=call_within, connect=5)
        keys = Keys(metadata_url, clock=clock, session=self._connected, channel=CHANNEL)
        self._gate = Gate(
            credentials, tenants=tenants, service_hosts=tuple(hosts), keys=keys, metadata_url=metadata_url, clock=clock
        )
        passes = Passes(credentials, login_url=login_url, clock=clock, session=self._connected)
        connector = Connector(passes=passes, session=self._connected, service_hosts=hosts)
        # Microsoft's local client opens no dialog from a card.
        self._writer = Writer(connector, copies, dialogs=not self._open)
        self._counter = Counter()
        self._patience = Patience(sleep=sleep)
        self._listener = Listener(
            Answering(self._writer, self._patience),
            answer=answer,
            met=met,
            clock=clock,
            roster=Roster(connector),
            patience=self._patience,
            answer_within=answer_within,
            invoke_within=invoke_within,
            changes=changes,
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/messages", self._messages)]

    def chat(self, connection: int) -> Chat:
        """What the courier posts through, for one connection."""
        return TeamsChat(connection, self._writer)

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(timeout=self._timeout, proxy=self._proxy)

    async def stop(self) -> None:
        """Let the answers under way be written, for a few seconds, then hang up."""
        await self._patience.stop(SECONDS_TO_STOP)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("Teams is not started")
        return self._session

    async def _messages(self, request: web.Request) -> web.Response:
        try:
            claims = await self._judged(request)
            activity = activity_in(await body_of(request))
            connection = self._connection(claims, activity)
        except NotAdmitted as refused:
            log.warning("A request to Teams' address was turned away: %s", refused)
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        except KeysUnreachable:
            return web.Response(status=503, headers={"Retry-After": "10"})
        except NotAnActivity as wrong:
            return web.Response(status=400, text=str(wrong))
        response = await self._counter.take(activity, heard(activity, connection), self._listener)
        if response is None:
            return web.Response()
        if response.body is None:
            return web.Response(status=response.status)
        return web.json_response(response.body, status=response.status)

    async def _judged(self, request: web.Request) -> Mapping[str, Any]:
        """The claims of the request's token; none on this machine alone, where nobody signs."""
        if not self._open:
            return await self._gate.verified(request.headers.get("Authorization", ""))
        if not is_loopback(request.remote or "") or "X-Forwarded-For" in request.headers or not _named_so(request):
            raise NotAdmitted("no app id is set, so only this machine is served")
        return {}

    def _connection(self, claims: Mapping[str, Any], activity: Activity) -> int:
        service_url, tenant = activity.service_url or "", tenant_of(activity)
        if not self._open:
            channel = activity.channel_id or ""
            connection = self._gate.connection(claims, channel=channel, service_url=service_url, tenant=tenant)
        elif known_host(service_url, self._hosts) and self._credentials:
            connection = self._tenants.get(tenant, self._credentials[0].connection)
        else:
            raise NotAdmitted("the address to answer to is not this machine's")
        if not complete(activity):
            raise NotAnActivity("An activity says who, where and to which bot.")
        return connection


def _named_so(request: web.Request) -> bool:
    """True where the request is addressed to this machine by its own name: DNS rebinding would send another."""
    try:
        return (urlsplit(f"//{request.host}").hostname or "") in LOOPBACK_HOSTS
    except ValueError:  # a bracket that does not close
        return False


async def body_of(request: web.Request) -> bytes:
    """The body of a JSON request. Raises 413 and 415."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > LARGEST_REQUEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST_REQUEST, request.content_length or 0)
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > LARGEST_REQUEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST_REQUEST, len(body))
    return bytes(body)


def activity_in(body: bytes) -> Activity:
    """The activity of a body. Raises NotAnActivity for anything else, however it is wrong."""
    try:
        value = json.loads(body)
        if not isinstance(value, dict) or not dig_text(value, "type"):
            raise NotAnActivity("An activity is an object with a type.")
        return Activity().deserialize(value)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as wrong:
        raise NotAnActivity("That is not an activity.") from wrong
