"""The Bot Connector as we call it: one session, raw JSON, and each "no" told apart as not now or never."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.teams.dig import dig, dig_text
from adapters.teams.gate import known_host
from adapters.teams.passes import Passes
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.meanings import Table, Verdict, later, never

NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Nothing was sent yet."""
NOT_TAKEN = (401, 412, 429)
TARGETED = "?isTargetedActivity=true"
"""Microsoft documentation, "Send and receive targeted messages": so are they sent, edited and deleted."""
TOO_BIG = "That is more than one Teams message can hold."
BUSY = "Teams takes no more for now. It is tried again after as long as Teams asks for."
DOWN = "Teams is in trouble. It is tried again for four hours."
BLOCKED = "The person has blocked referralbot or removed it from their chats. They can add it again."
OFF = "A Teams administrator has switched referralbot off. They can allow it again."

MEANS: Table = {
    "MessageWritesBlocked": never(BLOCKED),
    "ConversationBlockedByUser": never(BLOCKED),
    "BotNotInConversationRoster": never(
        "referralbot is not in this chat or channel. Someone there can add it in Teams."
    ),
    "BotDisabledByAdmin": never(OFF, whole=True),
    "ConversationNotFound": never("That chat or channel is no longer there.", gone=True),
    "ActivityNotFoundInConversation": never("That message is no longer there.", gone=True),
    "MessageSizeTooBig": never(TOO_BIG),
    "401": later("Teams does not accept the app's token: check the app id, password and tenant"),
    "403": never("Teams does not let referralbot write there. Check that the app is installed in that chat or team."),
    "404": never("That chat, channel or message is no longer there.", gone=True),
    "413": never(TOO_BIG),
    **dict.fromkeys(["412", "429"], later(BUSY)),
    **dict.fromkeys(["408", "500", "502", "503", "504"], later(DOWN)),
}
"""Codes and statuses of Microsoft documentation, "Status codes from bot conversational APIs" and "Optimize your bot
with rate limiting". The code decides, unless the status says later; what is not here, and below 500, is a never."""


@dataclass(frozen=True)
class Spot:
    """Where a message stands or goes: which connection, which Teams service, which conversation."""

    connection: int
    service_url: str
    conversation: str


class Connector:
    """Calls for any connection. Retries are the caller's: everything here is tried once."""

    def __init__(
        self, *, passes: Passes, session: Callable[[], aiohttp.ClientSession], service_hosts: frozenset[str]
    ) -> None:
        self._passes, self._session, self._hosts = passes, session, service_hosts

    async def post(self, spot: Spot, activity: Mapping[str, Any], *, targeted: bool = False) -> str:
        """Write a new message; the id of it. `targeted` shows it to its recipient alone."""
        path = _path(spot)
        if (answered := activity.get("replyToId")) and not targeted:
            path += f"/{quote(answered, safe='')}"
        query = TARGETED if targeted else ""
        return dig_text(await self.call(spot.connection, "POST", spot.service_url, path + query, activity), "id")

    async def put(self, spot: Spot, message_id: str, activity: Mapping[str, Any], *, targeted: bool = False) -> None:
        """Write a message anew, in place. One that a single person sees is named as such each time."""
        path = f"{_path(spot)}/{quote(message_id, safe='')}{TARGETED if targeted else ''}"
        await self.call(spot.connection, "PUT", spot.service_url, path, activity)

    async def delete(self, spot: Spot, message_id: str, *, targeted: bool = False) -> None:
        path = f"{_path(spot)}/{quote(message_id, safe='')}{TARGETED if targeted else ''}"
        await self.call(spot.connection, "DELETE", spot.service_url, path)

    async def create(self, connection: int, service_url: str, wanted: Mapping[str, Any]) -> tuple[str, str]:
        """A conversation with one person, or a new post in a channel: its id, and its first message's."""
        made = await self.call(connection, "POST", service_url, "v3/conversations", wanted)
        if not dig_text(made, "id"):
            raise TryLater("Teams made a conversation without an id")
        return dig_text(made, "id"), dig_text(made, "activityId")

    async def member(self, spot: Spot, user: str) -> Any:
        """What the roster says of one member: `email`, `userPrincipalName`, `tenantId`, `userRole`."""
        path = f"{_path(spot, 'members')}/{quote(user, safe='')}"
        return await self.call(spot.connection, "GET", spot.service_url, path)

    async def members(self, spot: Spot) -> list[Mapping[str, Any]]:
        """Everybody in a conversation, as `member` has each; a page of 500 at a time."""
        found: list[Mapping[str, Any]] = []
        after = ""
        while True:
            more = f"&continuationToken={quote(after, safe='')}" if after else ""
            path = f"{_path(spot, 'pagedmembers')}?pageSize=500{more}"
            page = await self.call(spot.connection, "GET", spot.service_url, path)
            found += [each for each in dig(page, "members") or () if isinstance(each, Mapping)]
            after = dig_text(page, "continuationToken")
            if not after:
                return found

    async def call(
        self, connection: int, method: str, service_url: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Any:
        """One call, with a fresh token where the old one is refused. Raises TryLater or Undeliverable."""
        if not known_host(service_url, self._hosts):
            raise Undeliverable("The stored address is not one of the Teams service's")
        url = URL(f"{service_url.rstrip('/')}/{path}", encoded=True)
        data = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        status = 0
        for _ in range(2):
            token = await self._passes.bearer(connection)
            status, after, answer = await self._once(method, url, data, token)
            if status != 401 or token is None:
                break
            self._passes.drop(connection, token)
        return judged(status, after, answer)

    async def _once(self, method: str, url: URL, data: bytes | None, token: str | None) -> tuple[int, str, Any]:
        headers = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            # A redirect would carry our token to a host that nobody has allowed.
            async with self._session().request(method, url, data=data, headers=headers, allow_redirects=False) as heard:
                return heard.status, heard.headers.get("Retry-After", ""), _read(await heard.read())
        except (aiohttp.ClientError, TimeoutError) as trouble:
            sent = not isinstance(trouble, NOT_CONNECTED)
            raise TryLater(f"Teams cannot be reached ({type(trouble).__name__})", sent=sent) from trouble


def judged(status: int, after: str, answer: Any) -> Any:
    """The answer to a call that went well. Raises TryLater for "not now" and Undeliverable for "never"."""
    if 200 <= status < 300:
        return answer
    code, by_status = dig_text(answer, "error", "code"), MEANS.get(str(status))
    if status == 401 and by_status:
        raise TryLater(by_status.words, sent=False)
    if status > 504 or (by_status and by_status.verdict is Verdict.LATER):
        raise TryLater(f"Teams answered {status} {code}".strip(), _seconds(after), sent=status not in NOT_TAKEN)
    means = MEANS.get(code) or by_status
    raise means.as_never() if means else Undeliverable(f"Teams refused it ({status} {code})".strip())


def _path(spot: Spot, what: str = "activities") -> str:
    return f"v3/conversations/{quote(spot.conversation, safe='')}/{what}"


def _seconds(after: str) -> float | None:
    """`Retry-After` in seconds; None where it is missing or a date, which Teams does not send."""
    try:
        return max(0.0, float(after))
    except ValueError:
        return None


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
