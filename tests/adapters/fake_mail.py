"""A mail server over a real socket that takes mail, or refuses and dawdles as it is told.

What it imitates, each with its source:
- it greets with 220, says what it can after EHLO, and takes MAIL, RCPT, DATA and QUIT in that order (RFC 5321,
  sections 3.1 to 3.3 and 4.1.1); a message ends with a dot alone, and a dot that was doubled is one (section 4.5.2);
- a reply that begins with 4 or 5 takes nothing (section 4.2.1), and after 421 it closes (section 4.2.3);
- it has taken a message once it has the dot, whatever becomes of its reply (section 6.1): a reply that is lost is not a
  message that is lost;
- AUTH PLAIN is offered and asked for where it knows users: 535 to a wrong password, 530 without (RFC 4954);
- with a certificate it speaks TLS from the start, or after STARTTLS, which starts the conversation anew (RFC 3207).
"""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Taken:
    """A message that the server took responsibility for."""

    sender: str
    to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.raw, policy=policy.SMTP)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def text(self) -> str:
        return self.mail.get_content().replace("\r\n", "\n")


@dataclass
class FakeMailServer:
    """`replies` by command are given one after the other, each instead of doing what was asked; "" is the greeting."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    """By recipient, the reply to RCPT."""
    hangs_at: str | None = None
    """The command, or "" for the greeting, after which nothing is ever said again."""
    cuts: bool = False
    """The connection goes as soon as it has a message, before it has said so."""
    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    wrapped: bool = False
    offers_tls: bool = True
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Every line that was not of a message, in order."""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeMailServer"]:
        wrapped = self.tls if self.wrapped else None
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, ssl=wrapped)
        self.port = server.sockets[0].getsockname()[1]
        self._open: set[asyncio.StreamWriter] = set()
        try:
            yield self
        finally:
            server.close()
            for writer in self._open:
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await Conversation(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # whoever called has rung off
        finally:
            self._open.discard(writer)
            writer.close()


@dataclass
class Conversation:
    """One connection to the server."""

    server: FakeMailServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    secure: bool = False
    user: str = ""
    sender: str = ""
    to: str = ""

    async def hold(self) -> None:
        self.secure = self.server.wrapped
        goes_on = await self._say("", "220 mail.example ready")
        while goes_on and (line := (await self.reader.readline()).decode().rstrip("\r\n")):
            self.server.heard.append(line)
            goes_on = await self._answer(line)

    async def _answer(self, line: str) -> bool:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                return await self._say("EHLO", self._abilities())
            case "STARTTLS":
                await self._say("STARTTLS", "220 go ahead")
                await self.writer.start_tls(self.server.tls)
                self.secure = True
                return True
            case "AUTH":
                return await self._log_in(rest)
            case "MAIL" if self.server.users and not self.user:
                return await self._say("MAIL", "530 5.7.0 log in first")
            case "MAIL":
                self.sender = rest.partition(":")[2].split(">")[0].strip("<")
                return await self._say("MAIL", "250 2.1.0 ok")
            case "RCPT":
                self.to = rest.partition(":")[2].strip("<>")
                return await self._say("RCPT", self.server.refuses.get(self.to, "250 2.1.5 ok"))
            case "DATA":
                return await self._take()
            case "QUIT":
                await self._say("QUIT", "221 2.0.0 bye")
                return False
        return await self._say(verb, "502 5.5.1 not here")

    def _abilities(self) -> str:
        able = ["mail.example", "8BITMIME"]
        able += ["STARTTLS"] if self.server.tls and self.server.offers_tls and not self.secure else []
        able += ["AUTH PLAIN"] if self.server.users else []
        return "\r\n".join([*(f"250-{one}" for one in able), "250 SIZE 1000000"])

    async def _log_in(self, rest: str) -> bool:
        _, user, password = b64decode(rest.partition(" ")[2]).decode().split("\0")
        if self.server.users.get(user) != password:
            return await self._say("AUTH", "535 5.7.8 wrong user or password")
        self.user = user
        return await self._say("AUTH", "235 2.7.0 welcome")

    async def _take(self) -> bool:
        if not await self._say("DATA", "354 go on, and end with a dot"):
            return False
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
        if "." not in self.server.replies:
            self.server.taken.append(Taken(self.sender, self.to, b"".join(lines)))
        return not self.server.cuts and await self._say(".", "250 2.0.0 taken")

    async def _say(self, step: str, reply: str) -> bool:
        """Whether the conversation goes on."""
        if self.server.hangs_at == step:
            await asyncio.Event().wait()
        instead = self.server.replies.get(step)
        if instead:
            reply = instead.pop(0)
            if not instead:
                del self.server.replies[step]
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()
        return not reply.startswith("421")
