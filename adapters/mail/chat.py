"""What the courier needs of a mail server: send. Nothing that was mailed can be changed, taken back or looked for."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime

from adapters.mail.letter import letter
from adapters.mail.server import hand_over, read_server
from bot.courier import Credentials
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import Limits, Rate

LIMITS = Limits(whole=(Rate(1, 2),))
AT_ONCE = 3
"""Exchange Online takes 30 messages a minute from one account, over three connections at once (Microsoft's page
"Message storage and concurrent connection throttling for SMTP Authenticated Submission"). Few servers take less."""
IN_TIME = 20.0
"""Seconds from being handed a message to its end, waiting for a thread included: inside the courier's patience, so
that it never gives up on a message that a thread goes on to send."""


class MailChat:
    """One mail server. A message's id is its Message-ID, made of the post's key: a repeat has the same one."""

    limits = LIMITS

    def __init__(
        self, credentials: Credentials, *, threads: Executor, clock: Callable[[], datetime], in_time: float = IN_TIME
    ) -> None:
        self._server, self._sender = read_server(credentials.secrets["url"]), credentials.secrets["sender"]
        self._threads, self._clock, self._in_time = threads, clock, in_time

    async def send(self, to: Address, message: Message, key: str) -> str:
        mail = letter(message, sender=self._sender, to=to.place, key=key, at=self._clock())
        ends = time.monotonic() + self._in_time
        await asyncio.get_running_loop().run_in_executor(self._threads, hand_over, self._server, mail, ends)
        return str(mail["Message-ID"])

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        raise Undeliverable("What was mailed cannot be changed.")

    async def withdraw(self, to: Address, platform_id: str) -> None:
        raise Undeliverable("What was mailed cannot be taken back.")

    async def find(self, to: Address, key: str) -> str | None:
        raise Undeliverable("A mail server cannot be asked what it has sent.")
