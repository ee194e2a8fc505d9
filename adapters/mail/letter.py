"""A message as an e-mail in plain text: short lines that read well in any letter type, and no columns or buttons."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from textwrap import wrap

from bot.domain.errors import Undeliverable
from bot.domain.message import Fact, Message, Row, State, Table

WIDTH = 72
INDENT = "    "
SIGNATURE = "-- \nreferralbot\nNobody reads an answer to this e-mail."
"""Two dashes and a space begin a signature (RFC 3676, section 4.3)."""
NO_ADDRESS = "That e-mail address cannot be written to. Check it in the staff list."


def letter(message: Message, *, sender: str, to: str, key: str, at: datetime) -> EmailMessage:
    """`sender` may have a name before its address. Undeliverable where `to` is no address."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = _recipient(to)
    mail["Subject"] = message.subject or "referralbot"
    mail["Date"] = at
    mail["Message-ID"] = f"<{key}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply is wanted
    mail.set_content(text(message), cte="quoted-printable")
    return mail


def text(message: Message) -> str:
    """What stands in the mail, a blank line between its parts."""
    parts = [
        _lines(message.text),
        "\n".join(_fact(fact) for fact in message.facts),
        "\n\n".join(_row(message.table, row) for row in message.table.rows) if message.table else "",
        "\n\n".join(_lines(paragraph) for paragraph in message.aside.splitlines()),
        SIGNATURE,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _recipient(to: str) -> Address:
    try:
        to.encode("ascii")  # anything else needs SMTPUTF8, which few servers have
        return Address(addr_spec=to)
    except (ValueError, IndexError) as no:  # of some broken addresses the standard library says IndexError
        raise Undeliverable(NO_ADDRESS) from no


def _lines(words: str, *, indent: str = "") -> str:
    return "\n".join(_folded(re.sub(r"\*\*([^*\n]+)\*\*", r"\1", words), indent))


def _folded(words: str, indent: str) -> Iterator[str]:
    for line in words.splitlines():
        yield from wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _fact(fact: Fact) -> str:
    said = " · ".join(filter(None, (fact.value, fact.detail)))
    return _lines(": ".join(filter(None, (fact.label, said))), indent=INDENT * fact.depth)


def _row(table: Table, row: Row) -> str:
    """The first two cells in a line, which name it; the others below, each after the head of its column."""
    late = ", late" if row.state is State.LATE else ""
    below = zip(table.columns[2:], row.cells[2:], strict=True)
    return "\n".join(
        [_lines("  ".join(row.cells[:2]) + late), *(_lines(f"{head}: {cell}", indent=INDENT) for head, cell in below)]
    )
