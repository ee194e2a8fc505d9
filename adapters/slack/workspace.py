"""One Slack workspace: its token, the calls made to it, and whom and where the bot has met in it."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.refusals import refusal
from bot.courier import Credentials
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.readers import Readers
from bot.fading import Copies, Unnoted

REMEMBERED = timedelta(hours=1)
FORGOTTEN = timedelta(minutes=1)
"""How long an answer is trusted, and how long the lack of one."""
MOST_MET = 20_000
PAGE = 200
"""Members of a channel that are asked for at once: Slack's page recommends no more."""
PATIENCE = 1.0
"""Seconds that an answer waits for a name or an address: a slash command has three in all."""
CALL = aiohttp.ClientTimeout(total=10, connect=4)
NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Nothing was sent yet."""
BESIDE = ("hooks", "files")
"""What stands before the Web API's host in the addresses that Slack gives for answers and for files."""


@dataclass(frozen=True)
class Account:
    """What Slack says of a person. Their e-mail address counts only where their organisation is this one."""

    email: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Channel:
    name: str = ""
    shared: bool = False
    """Holds, or is about to hold, people of other organisations."""
    readers: Readers | None = None
    """The accounts in it; None where Slack does not say. Which of them are guests is asked once a day alone."""


class Workspace:
    """A connection to Slack. Its team and bot user are empty until Slack has told them."""

    def __init__(
        self,
        credentials: Credentials,
        api_url: str | None = None,
        proxy: str | None = None,
        copies: Copies | None = None,
    ) -> None:
        self.copies = copies or Unnoted()
        secrets = credentials.secrets
        self.connection, self.team, self.app_id = credentials.connection, credentials.outside_id, credentials.app_id
        self.enterprise = self.bot_user = self.bot = ""
        self.granted: frozenset[str] | None = None
        """The permissions of the token; None until Slack has told them, with every answer, in a header."""
        self.signing_secret, self.app_token = secrets.get("signing_secret", ""), secrets.get("app_token", "")
        base = api_url or AsyncWebClient.BASE_URL
        self._origins = _origins(URL(base))
        self.client = AsyncWebClient(token=secrets.get("bot_token", ""), base_url=base, retry_handlers=[])
        self.client.proxy = proxy if base.startswith("https:") else None
        self._direct: dict[str, str] = {}
        self._met: dict[tuple[str, str], tuple[Account | Channel, datetime]] = {}

    @property
    def session(self) -> aiohttp.ClientSession:
        """One pool of connections for all calls, made on first use: it belongs to the running loop."""
        if self.client.session is None or self.client.session.closed:
            self.client.session = aiohttp.ClientSession(timeout=CALL)
        return self.client.session

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()

    async def call(self, method: str, body: Mapping[str, Any] | None = None, **form: Any) -> Mapping[str, Any]:
        """One Web API call: a JSON body for what writes, a form for what reads.

        Raises TryLater or Undeliverable. Nothing is tried again here.
        """
        self.client.session = self.session
        try:
            data = {name: str(value) for name, value in form.items()}
            answer = await self.client.api_call(method, json=dict(body) if body else None, data=data or None)
        except SlackApiError as no:
            raise _refused(method, no) from no
        except ssl.SSLError as broken:
            raise Undeliverable("Slack's certificate is not trusted on this machine. Check the proxy.") from broken
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            sent = not isinstance(broken, NOT_CONNECTED)
            raise TryLater(f"Slack cannot be reached ({type(broken).__name__}).", sent=sent) from broken
        self.granted = _scopes(answer.headers.get("X-OAuth-Scopes"))
        return answer.data if isinstance(answer.data, dict) else {}

    async def answer_at(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer where something was said, by the address that Slack gave with it."""
        await self.send(response_url, json=dict(body))

    async def send(self, url: str, **content: Any) -> None:
        """POST to an address that Slack gave us. Raises as `call` does; Undeliverable for one that is not Slack's."""
        if not _is_one_of(self._origins, url):
            raise Undeliverable("The address to answer at is not one of Slack's.")
        try:
            async with self.session.post(url, proxy=self.client.proxy, allow_redirects=False, **content) as answer:
                if answer.status != 200:
                    raise refusal("an answer", answer.status, answer.headers, {"error": (await answer.text())[:40]})
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            raise TryLater(f"Slack cannot be reached ({type(broken).__name__}).") from broken

    async def introduce(self) -> str:
        """Ask Slack which workspace the token belongs to; its id. Raises as `call` does."""
        told = await self.call("auth.test")
        self.team = self.team or told.get("team_id", "")
        self.enterprise = told.get("enterprise_id") or ""
        self.bot_user, self.bot = told.get("user_id", ""), told.get("bot_id", "")
        return str(told.get("team_id", ""))

    async def direct(self, place: str) -> str:
        """The direct message with a person, asked for once; any other place is returned as it is. Raises as `call`."""
        if place[:1] not in ("U", "W"):
            return place
        if place not in self._direct:
            told = await self.call("conversations.open", {"users": place})
            self._direct[place] = told["channel"]["id"]
        return self._direct[place]

    def account(self, user: str, now: datetime) -> Account | None:
        """What is known of a person, without asking; None when Slack should be asked."""
        return self._known(("user", user), now)

    def channel(self, place: str, now: datetime) -> Channel | None:
        """As `account`, for a channel. A direct message and the home tab need no asking."""
        return self._known(("channel", place), now) if place[:1] in ("C", "G") else Channel()

    async def meet(self, user: str, place: str, now: datetime) -> tuple[Account, Channel]:
        """What is known of a person and of a channel; Slack is asked for whatever is not, both at once."""
        missing = []
        if self.account(user, now) is None:
            missing.append(self._ask(("user", user), now, self._read_account, Account()))
        if self.channel(place, now) is None:
            missing.append(self._ask(("channel", place), now, self._read_channel, Channel()))
        await asyncio.gather(*missing)
        return self.account(user, now) or Account(), self.channel(place, now) or Channel()

    def _known(self, key: tuple[str, str], now: datetime) -> Any:
        known = self._met.get(key)
        return known[0] if known and now < known[1] else None

    async def _ask(
        self, key: tuple[str, str], now: datetime, read: Callable[[str], Any], otherwise: Account | Channel
    ) -> None:
        """Slack's answer, kept for an hour. Without one the bot goes on, and asks again in a minute."""
        if len(self._met) > MOST_MET:
            self._met.clear()
        try:
            async with asyncio.timeout(PATIENCE):
                self._met[key] = await read(key[1]), now + REMEMBERED
        except (TryLater, Undeliverable, TimeoutError):
            kept = self._met.get(key, (otherwise, now))[0]
            self._met[key] = kept, now + FORGOTTEN

    async def _read_account(self, user: str) -> Account:
        """A guest, somebody from another organisation, or an unproven address has no e-mail here: anyone may call
        themselves anything in a workspace of their own."""
        told = (await self.call("users.info", user=user)).get("user") or {}
        ours = self.is_ours(told)
        proven = ours and not is_guest(told) and told.get("is_email_confirmed", True) and not told.get("deleted")
        return Account((told.get("profile") or {}).get("email") or "" if proven else "", ours)

    async def _read_channel(self, place: str) -> Channel:
        """Who is in a large one takes several questions, and must not keep what is quickly told from being known."""
        members_in_time = asyncio.wait_for(self.members(place), PATIENCE / 2)
        told, members = await asyncio.gather(
            self.call("conversations.info", channel=place), members_in_time, return_exceptions=True
        )
        if isinstance(told, BaseException):
            raise told
        channel = told.get("channel") or {}
        shared = is_shared(channel)
        readers = None if isinstance(members, BaseException) else Readers(members, shared=shared)
        return Channel("" if channel.get("is_mpim") else channel.get("name") or "", shared, readers)

    async def members(self, place: str) -> tuple[str, ...]:
        """The accounts in a channel, the bot's own among them. Raises as `call` does."""
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            told = await self.call("conversations.members", channel=place, limit=PAGE, cursor=cursor)
            found += told.get("members") or ()
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or None
        return tuple(found)

    def forget(self, kind: str, what: str) -> None:
        """Ask Slack anew about a `user` or a `channel` the next time."""
        self._met.pop((kind, what), None)

    def is_ours(self, told: Mapping[str, Any]) -> bool:
        """Whether somebody belongs to this workspace, or to its organisation."""
        enterprise = (told.get("enterprise_user") or {}).get("enterprise_id", "")
        return told.get("team_id") == self.team or (bool(enterprise) and enterprise == self.enterprise)


def is_guest(told: Mapping[str, Any]) -> bool:
    """A guest of a channel or of several, or somebody met in a shared channel. Slack's page on the user object."""
    return any(told.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger"))


def is_shared(channel: Mapping[str, Any]) -> bool:
    """With another organisation, or about to be. Slack's page on the conversation object; `is_org_shared` is within
    one organisation, and who sits there says the rest."""
    return bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))


def _origins(api: URL) -> frozenset[URL]:
    """Where the bot writes to by an address it was given: the Web API's own host, and Slack's two beside it."""
    host = (api.host or "").removeprefix("www.")
    beside = (URL.build(scheme="https", host=f"{each}.{host}") for each in BESIDE)
    return frozenset({api.origin(), *beside})


def _is_one_of(origins: frozenset[URL], url: str) -> bool:
    try:
        return URL(url).origin() in origins
    except (ValueError, TypeError):
        return False


def _scopes(header: str | None) -> frozenset[str] | None:
    """`chat:write,commands` as a set."""
    return None if header is None else frozenset(scope.strip() for scope in header.split(",") if scope.strip())


def _refused(method: str, no: SlackApiError) -> TryLater | Undeliverable:
    """slack_sdk hands over its own answer or, where the body is no JSON, aiohttp's."""
    status = getattr(no.response, "status_code", None) or getattr(no.response, "status", 0)
    return refusal(method, int(status or 0), getattr(no.response, "headers", {}), getattr(no.response, "data", None))
