"""The bot's own tokens for writing to Teams: one a connection, asked for without blocking and kept until they end."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

import aiohttp

from adapters.teams.dig import dig, dig_text
from bot.courier import Credentials
from bot.domain.errors import TryLater

SCOPE = "https://api.botframework.com/.default"
EARLY = timedelta(minutes=5)
"""Renewed this long before the end, so that none ends on its way."""
SECONDS_TO_FETCH = 10
REFUSED_AFTER = 300.0
"""Seconds until a refused password is tried again: a person has to mend it first."""


class NotAccepted(TryLater):
    """The app's id, password and tenant do not go together; a person has to mend that."""


@dataclass(frozen=True)
class Pass:
    token: str = field(repr=False)
    ends: datetime


class Passes:
    """`secrets` of a connection hold `app_password`, and `app_tenant_id` where the app lives in another tenant."""

    def __init__(
        self,
        credentials: Sequence[Credentials],
        *,
        login_url: str,
        clock: Callable[[], datetime],
        session: Callable[[], aiohttp.ClientSession],
    ) -> None:
        self._credentials = {each.connection: each for each in credentials}
        self._login_url, self._clock, self._session = login_url.rstrip("/"), clock, session
        self._held: dict[int, Pass] = {}
        self._one_at_a_time = {connection: asyncio.Lock() for connection in self._credentials}

    async def bearer(self, connection: int) -> str | None:
        """The token to write with; None where the app has no id (Agents Playground). Raises TryLater."""
        credentials = self._credentials.get(connection)
        if credentials is None or not credentials.app_id:
            return None
        async with self._one_at_a_time[connection]:
            held = self._held.get(connection)
            if held is None or held.ends - EARLY <= self._clock():
                held = self._held[connection] = await self._ask(credentials)
            return held.token

    def drop(self, connection: int, token: str) -> None:
        """Forget a token that Teams refused; a newer one stays."""
        if (held := self._held.get(connection)) is not None and held.token == token:
            del self._held[connection]

    async def _ask(self, credentials: Credentials) -> Pass:
        tenant = credentials.secrets.get("app_tenant_id") or credentials.outside_id
        asked = {
            "grant_type": "client_credentials",
            "client_id": credentials.app_id,
            "client_secret": credentials.secrets.get("app_password", ""),
            "scope": SCOPE,
        }
        url = f"{self._login_url}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        timeout = aiohttp.ClientTimeout(total=SECONDS_TO_FETCH)
        try:
            async with self._session().post(url, data=asked, timeout=timeout, allow_redirects=False) as response:
                status, answer = response.status, json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            raise TryLater("Microsoft's sign-in cannot be reached") from trouble
        return self._pass(status, answer)

    def _pass(self, status: int, answer: object) -> Pass:
        token, seconds = dig_text(answer, "access_token"), dig(answer, "expires_in")
        if status == 200 and token and isinstance(seconds, int):
            return Pass(token, self._clock() + timedelta(seconds=seconds))
        if status in (400, 401):
            why = dig_text(answer, "error") or str(status)
            raise NotAccepted(f"Microsoft does not accept the Teams app's id and password ({why})", REFUSED_AFTER)
        raise TryLater(f"Microsoft's sign-in answered {status}")
