"""A mail server as we speak to it: over TLS, logged in, one message a connection, and all of it in time."""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from adapters.mail.replies import MEANS, NO_AUTH, NO_TLS, SILENT, Step, judged
from bot.domain.errors import TryLater
from bot.settings.readers import is_loopback

SUBMISSION, SUBMISSIONS = 587, 465
"""The ports of RFC 6409 and RFC 8314, where the address names none."""


@dataclass(frozen=True)
class Server:
    """Where to send, and as whom. `wrapped`: in TLS from the start."""

    host: str
    port: int
    wrapped: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def plain(self) -> bool:
        """Without TLS, which only a server on this machine may be."""
        return not self.wrapped and is_loopback(self.host)


def read_server(url: str) -> Server:
    """The server of REFERRALBOT_SMTP_URL, which the settings have checked."""
    parts = urlsplit(url)
    wrapped = parts.scheme == "smtps"
    port = parts.port or (SUBMISSIONS if wrapped else SUBMISSION)
    return Server(parts.hostname or "", port, wrapped, unquote(parts.username or ""), unquote(parts.password or ""))


class Session(smtplib.SMTP):
    """smtplib limits each wait by itself; here all of them together end at one moment, by the monotonic clock."""

    def __init__(self, server: Server, ends: float, **more: Any) -> None:
        self._ends = ends
        super().__init__(server.host, server.port, timeout=self._left(), **more)

    def send(self, s: Any) -> None:
        """What is left of the time is for the sending, and for the reply to it."""
        if isinstance(self.sock, socket.socket):
            self.sock.settimeout(self._left())
        super().send(s)

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class WrappedSession(Session, smtplib.SMTP_SSL):
    """The same in TLS from the start."""


def hand_over(server: Server, mail: EmailMessage, ends: float) -> None:
    """Give the server one message. Raises TryLater or Undeliverable.

    Only a TryLater of the message itself is in doubt: it may have been taken, and the answer lost.
    """
    sender, to = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
    with session(server, ends) as smtp:
        _check(Step.MAIL, smtp.mail(sender))
        _check(Step.RCPT, smtp.rcpt(to))
        try:
            _check(Step.DATA, smtp.data(mail.as_bytes()))
        except smtplib.SMTPDataError as no:
            raise judged(Step.DATA, no.smtp_code, _bytes(no.smtp_error)) from no
        except OSError as lost:
            raise TryLater(MEANS[SILENT].words) from lost


@contextmanager
def session(server: Server, ends: float) -> Iterator[smtplib.SMTP]:
    """Connected, under TLS and logged in. What goes wrong on the way raises TryLater or Undeliverable."""
    try:
        smtp = _open(server, ends)
        try:
            yield smtp
            with suppress(OSError):  # it has all that it was to have
                smtp.quit()
        finally:
            smtp.close()
    except ssl.SSLError as unsafe:
        raise TryLater(MEANS[NO_TLS].words, sent=False) from unsafe
    except OSError as trouble:  # what smtplib raises is one, too
        raise TryLater(f"{MEANS[SILENT].words} ({type(trouble).__name__})", sent=False) from trouble


def _open(server: Server, ends: float) -> smtplib.SMTP:
    """Each step that the server refuses is judged as what it is."""
    context = ssl.create_default_context()
    try:
        smtp = WrappedSession(server, ends, context=context) if server.wrapped else Session(server, ends)
        smtp.ehlo_or_helo_if_needed()
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as no:
        raise judged(Step.GREETING, no.smtp_code, _bytes(no.smtp_error)) from no
    try:
        if not (server.wrapped or server.plain):
            _begin_tls(smtp, context)
        if server.user:
            _log_in(smtp, server)
    except BaseException:  # whatever ended it, a cancelled task among them, the line is not left open
        smtp.close()
        raise
    return smtp


def _begin_tls(smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
    if not smtp.has_extn("starttls"):
        raise TryLater(MEANS[NO_TLS].words, sent=False)
    _check(Step.TLS, smtp.starttls(context=context))


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as no:
        raise judged(Step.AUTH, no.smtp_code, _bytes(no.smtp_error)) from no
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as none:  # it offers no way that smtplib knows
        raise MEANS[NO_AUTH].as_never() from none


def _check(step: Step, reply: tuple[int, bytes]) -> None:
    if not 200 <= reply[0] < 300:
        raise judged(step, *reply)


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words
