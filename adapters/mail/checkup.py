"""Is the mail server in order? It is greeted and logged in to, and nothing is sent."""

import asyncio
import time

from adapters.mail.server import read_server, session
from bot.courier import Credentials
from bot.domain.errors import TryLater, Undeliverable

PATIENCE = 5.0
"""Seconds that the mail server has for all of it."""
NO_ANSWER = "Check REFERRALBOT_SMTP_URL and this machine's way out to it (mail goes through no proxy), and try again."


async def check(credentials: Credentials, *, patience: float = PATIENCE) -> list[str]:
    """A sentence or two where something is wrong: what, and how to mend it. Nothing where all is well."""
    return await asyncio.to_thread(_greet, credentials.secrets["url"], time.monotonic() + patience)


def _greet(url: str, ends: float) -> list[str]:
    try:
        with session(read_server(url), ends):
            return []
    except TryLater as away:
        return [f"{away} {NO_ANSWER}"]
    except Undeliverable as no:
        return [str(no)]
