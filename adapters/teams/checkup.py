"""Is a tenant in order? Whether Microsoft signs the app in, and whether its own signing keys can be read."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp

from adapters.teams.gate import CHANNEL
from adapters.teams.keys import Keys
from adapters.teams.passes import NotAccepted, Passes
from bot.courier import Credentials
from bot.domain.errors import TryLater

PATIENCE = 5.0
"""Seconds that Microsoft has for each question."""
NO_ANSWER = "Check this machine's way out to Microsoft (HTTPS_PROXY in docs/settings.md), and try again."
NOT_ACCEPTED = "Check the app's id, client secret and tenant; a secret that has run out is made anew in Entra."
NO_KEYS = f"Microsoft's signing keys cannot be read, so that nothing said in Teams is believed. {NO_ANSWER}"


async def check(
    credentials: Credentials,
    *,
    clock: Callable[[], datetime],
    login_url: str,
    metadata_url: str,
    proxy: str | None = None,
    patience: float = PATIENCE,
) -> list[str]:
    """A sentence or two for each thing that is wrong: what, and how to mend it. Nothing where all is well."""
    if not credentials.app_id:  # the Agents Playground, where nobody signs
        return []
    async with aiohttp.ClientSession(proxy=proxy) as session:
        passes = Passes([credentials], login_url=login_url, clock=clock, session=lambda: session)
        keys = Keys(metadata_url, clock=clock, session=lambda: session, channel=CHANNEL)
        signing_in = _within(patience, _sign_in(passes, credentials.connection), "sign-in")
        answers = await asyncio.gather(signing_in, _within(patience, _read_keys(keys), "list of signing keys"))
    return [ill for ill in answers if ill]


async def _within(patience: float, question: Awaitable[str], of: str) -> str:
    try:
        async with asyncio.timeout(patience):
            return await question
    except TimeoutError:
        return f"Microsoft's {of} did not answer within {patience:g} seconds. {NO_ANSWER}"


async def _sign_in(passes: Passes, connection: int) -> str:
    try:
        await passes.bearer(connection)
    except NotAccepted as no:
        return f"{no}. {NOT_ACCEPTED}"
    except TryLater as away:
        return f"{away}. {NO_ANSWER}"
    return ""


async def _read_keys(keys: Keys) -> str:
    return "" if await keys.there() else NO_KEYS
