"""Slack's requests -> Bolt: signatures checked, the workspace found, listeners called. The HTTP and the socket edge."""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from traceback import walk_tb

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.chat import SlackChat
from adapters.slack.heard import MISSHAPEN, Unreadable
from adapters.slack.listeners import Answer, Changes, Listeners, Met
from adapters.slack.modals import FORM
from adapters.slack.workspace import Workspace
from bot.courier import Chat, Credentials
from bot.domain.errors import BadSettings, TryLater, Undeliverable
from bot.fading import Copies

LOG = logging.getLogger(__name__)
PATH = "/slack/events"
JSON = b"{"
"""An event is JSON; all else is a form."""
OPEN_REFERRAL = "open_referral"
"""The callback id of the message shortcut."""
PATIENCE = 5.0
"""Seconds that answers under way may take once the bot is told to stop."""
MOST_TAKEN = 10_000
"""Signatures that are remembered: more than five minutes bring, for so long one is believed."""
ASK_AGAIN = 60.0
"""Seconds between two tries to learn which workspace a token belongs to."""


class Slack:
    """All Slack workspaces of this installation behind one address.

    `answer` is called in a thread, `met` after it, at most once an hour for each person. `api_url` names another Web
    API than Slack's own. `told(connection, team)` is called in a thread when Slack has said which workspace a token
    belongs to; it may raise BadSettings. `copies` notes what is told in direct messages of who a child is; `changes`
    hears of accounts that are closed, and of channels that somebody joins.
    """

    def __init__(
        self,
        credentials: Sequence[Credentials],
        *,
        answer: Answer,
        clock: Callable[[], datetime],
        met: Met,
        api_url: str | None = None,
        command: str = "/referral",
        told: Callable[[int, str], None] | None = None,
        proxy: str | None = None,
        copies: Copies | None = None,
        changes: Changes | None = None,
    ) -> None:
        self._workspaces = [Workspace(each, api_url, proxy, copies) for each in credentials]
        self._told = told
        secrets = dict.fromkeys(each.signing_secret for each in self._workspaces)
        # An empty secret would be one that anybody can sign with.
        self._verifiers = {secret: SignatureVerifier(secret) for secret in secrets if secret.strip()}
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._listeners = Listeners(answer, clock, met, self._of_team, changes)
        self._bolt = _bolt(self._listeners, command)
        self._sockets: list[SocketModeClient] = []
        self._starting: list[asyncio.Task[None]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self._request)]

    async def start(self) -> None:
        """Connect what needs connecting, in the background: the bot starts though Slack be away."""
        self._starting += [asyncio.create_task(self._introduced(each)) for each in self._workspaces]
        for token in dict.fromkeys(each.app_token for each in self._workspaces if each.app_token):
            self._starting.append(asyncio.create_task(self._socket(token).connect()))  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Hear no more, let the answers under way go out, then hang up."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for socket in self._sockets:
            await socket.close()  # type: ignore[no-untyped-call]
        await self._listeners.replies.stop(PATIENCE)
        for workspace in self._workspaces:
            await workspace.close()

    def chat(self, connection: int) -> Chat:
        """The courier's way into one workspace. KeyError for a connection that is none of ours."""
        return SlackChat({each.connection: each for each in self._workspaces}[connection])

    async def _request(self, request: web.Request) -> web.Response:
        """401 for what no app of ours signed, or signed over five minutes ago, or for a workspace not connected; and
        for what came before, where Slack sends nothing twice."""
        body = await request.read()
        secret = self._signed_with(body, request)
        if secret is None or self._is_replayed(body, request):
            return web.json_response({"error": "invalid request"}, status=401)
        heard = _read(body)
        if heard is None:
            return web.json_response({"error": "not readable"}, status=400)
        ours = [each for each in self._workspaces if each.signing_secret == secret]
        return await to_aiohttp_response(await self._dispatched(heard, ours))

    def _is_replayed(self, body: bytes, request: web.Request) -> bool:
        """Only events come again. A command or a button that does was overheard, and its answer is nobody else's."""
        signature = request.headers["X-Slack-Signature"]
        if body.startswith(JSON) or signature not in self._taken:
            self._taken[signature] = None
            while len(self._taken) > MOST_TAKEN:
                self._taken.popitem(last=False)
            return False
        return True

    def _signed_with(self, body: bytes, request: web.Request) -> str | None:
        """The secret of ours that signed this, if any did."""
        moment, signature = request.headers.get("X-Slack-Request-Timestamp"), request.headers.get("X-Slack-Signature")
        with suppress(ValueError, TypeError):  # a timestamp that is no number, a body or signature that is no text
            return next((s for s, v in self._verifiers.items() if v.is_valid(body, moment, signature)), None)
        return None

    async def _dispatched(self, heard: AsyncBoltRequest, ours: Sequence[Workspace]) -> BoltResponse:
        """`ours` are the workspaces that the sender may speak for."""
        if heard.body.get("type") != "url_verification":
            workspace = _workspace(ours, heard.context)
            if workspace is None:
                return BoltResponse(status=401, body={"error": "unknown workspace"})
            heard.context["workspace"] = workspace
        try:
            return await self._bolt.async_dispatch(heard)
        except MISSHAPEN as wrong:  # it could not even say so to _failed
            return await _failed(wrong)

    def _of_team(self, team: str) -> Workspace | None:
        return next((each for each in self._workspaces if team and each.team == team), None)

    async def _introduced(self, workspace: Workspace) -> None:
        """Learn the workspace's own name; again each minute until Slack answers."""
        while True:
            try:
                team = await workspace.introduce()
                if self._told:
                    await asyncio.to_thread(self._told, workspace.connection, team)
            except TryLater as not_now:
                LOG.warning("Slack connection %s: %s", workspace.connection, not_now)
                await asyncio.sleep(ASK_AGAIN)
                continue
            except (Undeliverable, BadSettings) as no:
                LOG.error("Slack connection %s: %s", workspace.connection, no)
            return

    def _socket(self, token: str) -> SocketModeClient:
        """Socket Mode: the bot calls Slack, so that no address of ours need be open to the world."""
        ours = [each for each in self._workspaces if each.app_token == token]
        socket = SocketModeClient(app_token=token, web_client=ours[0].client, logger=QUIET)
        socket.proxy = ours[0].client.proxy  # as the settings say, not as the library finds it

        async def received(client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
            heard = AsyncBoltRequest(mode="socket_mode", body=envelope.payload, headers=build_headers(envelope))
            await send_async_response(client, envelope, await self._dispatched(heard, ours), 0)

        socket.socket_mode_request_listeners.append(received)
        self._sockets.append(socket)
        return socket


def _read(body: bytes) -> AsyncBoltRequest | None:
    """What Slack signed, None where it is nothing that Slack writes.

    Whatever else a request says of itself, its kind, its characters, is not signed and not believed.
    """
    kind = "application/json" if body.startswith(JSON) else "application/x-www-form-urlencoded"
    try:
        heard = AsyncBoltRequest(body=body.decode(), headers={"content-type": kind})
    except MISSHAPEN:
        return None
    return heard if isinstance(heard.body, dict) else None


def _workspace(ours: Sequence[Workspace], context: AsyncBoltContext) -> Workspace | None:
    """By team, else by organisation. An app's only workspace, still nameless, is named by its first signed request."""
    for each in ours:
        if each.team and each.team in (context.team_id, context.enterprise_id):
            return each
    if context.enterprise_id and context.is_enterprise_install:
        return next((each for each in ours if each.enterprise == context.enterprise_id), None)
    if len(ours) == 1 and not ours[0].team and context.team_id and isinstance(context.team_id, str):
        ours[0].team = context.team_id
        return ours[0]
    return None


QUIET = logging.getLogger(f"{__name__}.bolt")
QUIET.setLevel(logging.ERROR)
"""The libraries' own warnings print whole payloads, and people's words with them."""


def _bolt(listeners: Listeners, command: str) -> AsyncApp:
    """`process_before_response`: the answer is kept before Slack is told that it was heard. Signatures are checked
    above, since every app has a secret of its own; nothing is asked of Slack for each request."""
    app = AsyncApp(
        logger=QUIET,
        name="referralbot",
        signing_secret="checked above",  # noqa: S106  words where the library wants a secret that it does not use
        authorize=_authorised,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
    )
    app.command(command)(listeners.command)
    app.action(re.compile(r"^say-\d+$"))(listeners.press)
    app.view(FORM)(listeners.submission)
    app.message_shortcut(OPEN_REFERRAL)(listeners.shortcut)
    app.event("app_mention")(listeners.mention)
    app.event("app_home_opened")(listeners.home_opened)
    app.event("message")(listeners.direct_message)
    app.event("user_change")(listeners.account_changed)
    app.event("member_joined_channel")(listeners.members_changed)
    app.event("member_left_channel")(listeners.members_changed)
    app.event("channel_shared")(listeners.members_changed)
    app.error(_failed)
    return app


async def _authorised(context: AsyncBoltContext) -> AuthorizeResult:
    workspace: Workspace = context["workspace"]
    return AuthorizeResult(
        enterprise_id=context.enterprise_id,
        team_id=context.team_id,
        bot_token=workspace.client.token,
        bot_user_id=workspace.bot_user or None,
        bot_id=workspace.bot or None,
    )


async def _failed(error: Exception) -> BoltResponse:
    """What nobody listens for is acknowledged, lest Slack send it again; a fault is told without the words heard."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200, body="")
    if isinstance(error, Unreadable) or (isinstance(error, MISSHAPEN) and _is_the_library_s(error)):
        LOG.warning("A request from Slack cannot be read: %s", error if isinstance(error, Unreadable) else type(error))
        return BoltResponse(status=400, body="")
    LOG.error("A request from Slack failed", exc_info=error)
    return BoltResponse(status=500, body="")


def _is_the_library_s(error: Exception) -> bool:
    """True where no listener of ours was reached: the library looked into a payload for what is not there."""
    return not any(frame.f_globals["__name__"] == Listeners.__module__ for frame, _ in walk_tb(error.__traceback__))
