"""The mail adapter over a real socket: what it sends, what each reply means, and what a silent server may cost."""

import asyncio
import os
import ssl
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.mail import Mail
from adapters.mail.chat import AT_ONCE, IN_TIME, MailChat
from adapters.mail.checkup import check
from adapters.mail.replies import MEANS
from bot.courier import PATIENCE, Credentials
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.meanings import as_rows
from bot.domain.message import Action, Address, Message, Row, State, Table
from tests.adapters.fake_mail import FakeMailServer
from tests.council import LONG_AGO

NOW = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)
SENDER = "SEND reminders <send@council.example>"
MESSAGE = Message("SEND-2026-0042 final plan is due Mon 19 Oct · statutory", subject="SEND-2026-0042")
SHAH = Address(4, "shah@council.example", private=True)
KEY = "5f" * 16
DOCS = Path(__file__).parents[2] / "docs"


@contextmanager
def chat(server: FakeMailServer, url: str = "", in_time: float = 5.0) -> Iterator[MailChat]:
    credentials = Credentials(4, "smtp", secrets={"url": url or server.url, "sender": SENDER})
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield MailChat(credentials, threads=threads, clock=lambda: NOW, in_time=in_time)


async def send(server: FakeMailServer, message: Message = MESSAGE, to: Address = SHAH, url: str = "") -> str:
    with chat(server, url) as mail:
        return await mail.send(to, message, KEY)


async def test_a_message_is_a_mail_that_a_program_can_tell_again() -> None:
    async with FakeMailServer().running() as server:
        first = await send(server)
        assert await send(server) == first == f"<{KEY}@council.example>"
    one, again = server.taken
    assert (one.sender, one.to) == ("send@council.example", "shah@council.example")
    assert one.mail["From"] == SENDER
    assert one.mail["Subject"] == "SEND-2026-0042"
    assert one.mail["Message-ID"] == again.mail["Message-ID"] == first
    assert one.mail["Date"].datetime == NOW
    assert one.mail["Auto-Submitted"] == "auto-generated"
    assert one.text.startswith("SEND-2026-0042 final plan is due Mon 19 Oct · statutory\n")
    assert one.raw.isascii(), "a server need not take more (8BITMIME)"


LIST = Message(
    "2 things need an answer",
    table=Table(
        ("Reference", "What", "Due"),
        (
            Row(("SEND-2026-0042", "Final plan", "Mon 5 Oct (5 working days ago) · statutory"), State.LATE),
            Row(
                ("SEND-2026-0117", "Speech and language advice", "Tue 20 Oct (in 6 days) · statutory"),
                actions=(Action("Advice received", "received request=7"),),
            ),
        ),
    ),
    aside="You hear this because Priya Shah is away.\nThis comes by e-mail because no chat could deliver it.",
)


async def test_a_list_reads_well_in_any_letter_type() -> None:
    async with FakeMailServer().running() as server:
        await send(server, LIST)
    assert (
        server.taken[0].text
        == """2 things need an answer

SEND-2026-0042  Final plan, late
    Due: Mon 5 Oct (5 working days ago) · statutory

SEND-2026-0117  Speech and language advice
    Due: Tue 20 Oct (in 6 days) · statutory

You hear this because Priya Shah is away.

This comes by e-mail because no chat could deliver it.

-- \nreferralbot
Nobody reads an answer to this e-mail.
"""
    )


async def test_long_words_are_folded_and_a_dot_alone_is_a_dot() -> None:
    words = " ".join(["word"] * 40)
    async with FakeMailServer().running() as server:
        await send(server, Message(f"{words}\n.\nend"))
    lines = server.taken[0].text.splitlines()
    assert max(map(len, lines)) <= 72
    assert " ".join(lines[: lines.index(".")]) == words and lines[lines.index(".") + 1] == "end"
    assert max(map(len, server.taken[0].raw.splitlines())) <= 78, "RFC 5322, section 2.1.1"


REPLIES = [
    ("", "421 4.3.2 shutting down", "4yz", " (421 4.3.2)"),
    ("", "554 5.7.1 you are on a list", "5yz to the greeting", " (554 5.7.1)"),
    ("MAIL", "421 4.3.2 too many", "4yz", " (421 4.3.2)"),
    ("MAIL", "550 5.7.60 not as that sender", "5yz to MAIL", " (550 5.7.60)"),
    ("RCPT", "450 4.2.1 greylisted", "4yz", " (450 4.2.1)"),
    ("RCPT", "550 5.1.1 no shah@council.example", "5yz to RCPT", " (550 5.1.1)"),
    ("RCPT", "552 5.2.2 over quota", "x.2.2", " (552 5.2.2)"),
    ("DATA", "451 4.3.0 not now", "4yz", " (451 4.3.0)"),
    (".", "452 4.3.1 disk full", "4yz", " (452 4.3.1)"),
    (".", "554 5.6.0 not that", "5yz to DATA", " (554 5.6.0)"),
    ("RCPT", "nonsense", "4yz", " (-1)"),
]


@pytest.mark.parametrize(("step", "reply", "means", "codes"), REPLIES)
async def test_each_reply_is_what_the_table_says(step: str, reply: str, means: str, codes: str) -> None:
    async with FakeMailServer(replies={step: [reply]}).running() as server:
        with pytest.raises((TryLater, Undeliverable)) as no:
            await send(server)
        assert str(no.value) == MEANS[means].words + codes, "and no address, which the reply may hold"
        match no.value:
            case TryLater(in_doubt=in_doubt):
                assert (MEANS[means].verdict, in_doubt) == ("later", False), "it was not taken"
            case Undeliverable(whole=whole):
                assert (MEANS[means].verdict, whole) == ("never", MEANS[means].whole)
        assert server.taken == []
        await send(server)
    assert len(server.taken) == 1


@pytest.mark.parametrize(("password", "taken"), [("right%40once", 1), ("wrong", 0)])
async def test_it_logs_in(password: str, taken: int) -> None:
    async with FakeMailServer(users={"send": "right@once"}).running() as server:
        url = server.url.replace("//", f"//send:{password}@")
        try:
            await send(server, url=url)
        except Undeliverable as no:
            assert (str(no), no.whole) == (MEANS["5yz to AUTH"].words + " (535 5.7.8)", True)
    assert len(server.taken) == taken


async def test_a_user_where_nobody_can_log_in_is_said_so() -> None:
    async with FakeMailServer().running() as server:
        with pytest.raises(Undeliverable) as no:
            await send(server, url=server.url.replace("//", "//send:secret@"))
    assert (str(no.value), no.value.whole) == (MEANS["no AUTH"].words, True)


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with FakeMailServer().running() as server:
        pass
    with pytest.raises(TryLater) as no:
        await send(server)
    assert str(no.value) == f"{MEANS['no answer'].words} (ConnectionRefusedError)" and not no.value.in_doubt


@pytest.mark.parametrize(("step", "in_doubt"), [("", False), ("EHLO", False), ("RCPT", False), (".", True)])
async def test_a_server_that_hangs_is_left_in_time(step: str, in_doubt: bool) -> None:
    async with FakeMailServer(hangs_at=step).running() as server:
        began = time.monotonic()
        with chat(server, in_time=0.3) as mail, pytest.raises(TryLater) as no:
            await mail.send(SHAH, MESSAGE, KEY)
        assert time.monotonic() - began < 5, "whatever it waits for, the courier's patience is longer"
    assert no.value.in_doubt is in_doubt
    assert len(server.taken) == in_doubt


async def test_taken_and_then_cut_is_in_doubt() -> None:
    async with FakeMailServer(cuts=True).running() as server:
        with pytest.raises(TryLater) as no:
            await send(server)
    assert no.value.in_doubt and len(server.taken) == 1


async def test_what_gets_its_thread_too_late_is_not_begun() -> None:
    async with FakeMailServer().running() as server:
        with chat(server, in_time=0.0) as mail, pytest.raises(TryLater) as no:
            await mail.send(SHAH, MESSAGE, KEY)
    assert not no.value.in_doubt and server.heard == []


def test_it_gives_up_before_the_courier_does() -> None:
    assert IN_TIME < PATIENCE


@pytest.mark.parametrize(
    "to",
    ["nobody", "a@b\nBcc: c@d.example", "zoë@council.example", "shah@coüncil.example", "two words@council.example", ""],
)
async def test_what_is_no_address_is_never_written_to(to: str) -> None:
    async with FakeMailServer().running() as server:
        with pytest.raises(Undeliverable, match="Check it in the staff list"):
            await send(server, to=Address(4, to, private=True))
    assert server.heard == []


async def test_a_mail_cannot_be_found_changed_or_taken_back() -> None:
    with chat(FakeMailServer(port=1)) as mail:
        for ask in (mail.find(SHAH, KEY), mail.edit(SHAH, "<x>", MESSAGE), mail.withdraw(SHAH, "<x>")):
            with pytest.raises(Undeliverable):
                await ask


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, for this machine by two of its names; no authority has signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server")])
    names = x509.SubjectAlternativeName([x509.DNSName("127.1"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, LONG_AGO, LONG_AGO + timedelta(36500))
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path


def speaks_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


ELSEWHERE = "127.1"
"""This machine by a name that does not look like it, so that TLS is asked of it."""


async def test_a_server_elsewhere_that_offers_no_tls_hears_no_password() -> None:
    async with FakeMailServer(users={"send": "secret"}).running() as server:
        with pytest.raises(TryLater) as no:
            await send(server, url=f"smtp://send:secret@{ELSEWHERE}:{server.port}")
    assert str(no.value) == MEANS["no TLS"].words
    assert not any(line.startswith("AUTH") for line in server.heard)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_certificate_that_nobody_trusts_is_not_taken(certificate: Path, wrapped: bool) -> None:
    server = FakeMailServer(users={"send": "secret"}, tls=speaks_tls(certificate), wrapped=wrapped)
    async with server.running():
        with pytest.raises(TryLater) as no:
            await send(server, url=f"smtp{'s' * wrapped}://send:secret@{ELSEWHERE}:{server.port}")
    assert str(no.value) == MEANS["no TLS"].words
    assert not any(line.startswith("AUTH") for line in server.heard)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_over_tls_that_is_trusted_it_logs_in_and_sends(certificate: Path, wrapped: bool) -> None:
    """In a process of its own: which authorities are trusted is settled by the environment."""
    server = FakeMailServer(users={"send": "secret"}, tls=speaks_tls(certificate), wrapped=wrapped)
    async with server.running():
        url = f"smtp{'s' * wrapped}://send:secret@{ELSEWHERE}:{server.port}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SENDS, url, SENDER, env={**os.environ, "SSL_CERT_FILE": str(certificate)}
        )
        assert await process.wait() == 0
    assert [taken.to for taken in server.taken] == ["shah@council.example"]


SENDS = """
import sys, time
from datetime import UTC, datetime
from adapters.mail.letter import letter
from adapters.mail.server import hand_over, read_server
from bot.domain.message import Message
url, sender = sys.argv[1:]
now = datetime(2026, 10, 12, tzinfo=UTC)
mail = letter(Message("Hello"), sender=sender, to="shah@council.example", key="k", at=now)
hand_over(read_server(url), mail, time.monotonic() + 20)
"""


# The doctor


async def test_the_doctor_greets_logs_in_and_sends_nothing() -> None:
    async with FakeMailServer(users={"send": "secret"}).running() as server:
        well = Credentials(4, "smtp", secrets={"url": server.url.replace("//", "//send:secret@"), "sender": SENDER})
        wrong = Credentials(4, "smtp", secrets={"url": server.url.replace("//", "//send:hush@"), "sender": SENDER})
        assert await check(well) == []
        assert await check(wrong) == [MEANS["5yz to AUTH"].words + " (535 5.7.8)"]
        server.hangs_at = ""
        (told,) = await check(well, patience=0.2)
    assert told.startswith("The mail server cannot be reached.") and "Check REFERRALBOT_SMTP_URL" in told
    assert {line.split()[0].upper() for line in server.heard} == {"EHLO", "AUTH", "QUIT"}


async def test_the_door_opens_nothing_and_shuts_at_once() -> None:
    async with FakeMailServer().running() as server:
        door = Mail([Credentials(4, "smtp", secrets={"url": server.url, "sender": SENDER})], clock=lambda: NOW)
        await door.start()
        assert list(door.routes()) == [] and server.heard == []
        await door.chat(4).send(SHAH, MESSAGE, KEY)
        await door.stop()
    assert len(server.taken) == 1


def test_the_documentation_shows_the_table() -> None:
    rows = (DOCS / "mail.md").read_text().partition("| tried again |")[2].splitlines()[2:]
    assert [row for row in rows if row.startswith("|")] == as_rows(MEANS), "put these rows into docs/mail.md"
