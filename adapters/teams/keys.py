"""The keys Microsoft signs with: fetched without blocking, renewed when one is unknown, kept through an outage."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from adapters.teams.dig import dig

log = logging.getLogger(__name__)

RENEW_AFTER = timedelta(days=1)
"""Microsoft documentation, Bot Connector authentication: cached keys are refreshed at least every 24 hours."""
KEEP_FOR = timedelta(days=5)
"""How long keys that cannot be renewed are still believed."""
ASK_AGAIN_AFTER = timedelta(seconds=30)
"""Between two questions that a caller can cause with an unknown key id, or that fail."""
SECONDS_TO_FETCH = 5


class KeysUnreachable(Exception):
    """No keys to judge a token by: Microsoft's metadata cannot be read just now."""


class UnknownKey(Exception):
    """Microsoft has no such key, or not for Teams."""


@dataclass(frozen=True)
class SigningKey:
    """One public key and the channels that it may speak for. The names are those the library looks for."""

    public_key: Any
    endorsements: tuple[str, ...]


class Keys:
    """Stands in for the library's own metadata, which asks on the event loop and refuses a rotated key for a day."""

    def __init__(
        self, url: str, *, clock: Callable[[], datetime], session: Callable[[], aiohttp.ClientSession], channel: str
    ) -> None:
        self._url, self._clock, self._session, self._channel = url, clock, session, channel
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched: datetime | None = None
        self._asked: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def get(self, kid: str | None) -> SigningKey:
        """The key of that id. Raises UnknownKey, or KeysUnreachable when that cannot be told."""
        if kid is None:
            raise UnknownKey("the token names no key")
        if self._age() >= RENEW_AFTER or kid not in self._keys:
            await self._renew(kid)
        if self._age() >= KEEP_FOR:
            raise KeysUnreachable("Microsoft's signing keys cannot be read")
        key = self._keys.get(kid)
        if key is None:
            raise UnknownKey("Microsoft has no such key")
        if self._channel not in key.endorsements:
            raise UnknownKey("that key does not speak for Teams")
        return key

    async def there(self) -> bool:
        """Whether keys that speak for this channel can be read now."""
        try:
            return any(self._channel in key.endorsements for key in (await self._fetch()).values())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched is None else self._clock() - self._fetched

    def _lately(self, moment: datetime | None) -> bool:
        return moment is not None and self._clock() - moment < ASK_AGAIN_AFTER

    async def _renew(self, kid: str) -> None:
        """Ask again, one at a time. Unknown ids cannot make the bot ask more often than ASK_AGAIN_AFTER."""
        async with self._one_at_a_time:
            if (kid in self._keys and self._age() < RENEW_AFTER) or self._lately(self._asked):
                return
            self._asked = self._clock()
            try:
                self._keys = await self._fetch()
            except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
                log.warning("Microsoft's signing keys cannot be renewed (%s); keeping the old", type(trouble).__name__)
                if kid not in self._keys:
                    raise KeysUnreachable("Microsoft's signing keys cannot be read") from trouble
            else:
                self._fetched = self._asked

    async def _fetch(self) -> dict[str, SigningKey]:
        keys_url = dig(await self._read(self._url), "jwks_uri")
        listed = dig(await self._read(str(keys_url)), "keys")
        if not isinstance(listed, list):
            raise ValueError("no list of keys")
        return {str(dig(jwk, "kid")): key for jwk in listed if (key := _signing_key(jwk)) is not None}

    async def _read(self, url: str) -> Any:
        async with self._session().get(url, timeout=aiohttp.ClientTimeout(total=SECONDS_TO_FETCH)) as response:
            response.raise_for_status()
            return json.loads(await response.read())


def _signing_key(jwk: Any) -> SigningKey | None:
    """One entry of the list, None where it is not an RSA key that can be read."""
    endorsements = dig(jwk, "endorsements")
    try:
        public_key = RSAAlgorithm.from_jwk(jwk)
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    return SigningKey(public_key, tuple(endorsements) if isinstance(endorsements, list) else ())
