"""The heartbeat: while all is well somebody outside is told so every few minutes. Silence is the alarm.

The convention of healthchecks.io and its like: a plain GET of an address that is a secret. Nothing else is in it.
"""

import logging

import aiohttp

log = logging.getLogger(__name__)

PATIENCE = aiohttp.ClientTimeout(total=10)
PROBLEM = 400


class Heartbeat:
    """Beats at one address. That it could not be reached is logged once, until it is reached again."""

    def __init__(self, url: str, *, proxy: str | None = None) -> None:
        self._url, self._proxy, self._heard = url, proxy, True

    async def beat(self) -> None:
        """Never raises: whoever listens hears that it is silent."""
        trouble = await self._trouble()
        if trouble and self._heard:
            log.warning("nobody hears the heartbeat: %s", trouble)
        self._heard = not trouble

    async def _trouble(self) -> str:
        """What stood in the way, in words without the address; empty where it was heard."""
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session:
                async with session.get(self._url, proxy=self._proxy) as answer:
                    return f"status {answer.status}" if answer.status >= PROBLEM else ""
        except (aiohttp.ClientError, OSError, TimeoutError) as trouble:
            return type(trouble).__name__
