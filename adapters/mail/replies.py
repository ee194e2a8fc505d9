"""What a mail server's reply means: not now or never, for one address or for all that goes by it.

RFC 5321, section 4.2.1: a reply that begins with 4 may be tried again, one that begins with 5 must not be. What was
refused decides whom it is about. Section 3.1: a server may refuse every mail as it greets. RFC 4954, section 6: 535
says that the user or the password is wrong, 530 to MAIL that one was wanted. RFC 3207: STARTTLS. RFC 3463, section 3.3:
a full mailbox (x.2.2) is a passing trouble, whatever the reply begins with.
"""

import re
from enum import StrEnum

from bot.domain.errors import TryLater, Undeliverable
from bot.domain.meanings import Table, Verdict, later, never


class Step(StrEnum):
    """What was said to the server when it replied."""

    GREETING = "the greeting"
    TLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"


BUSY = "The mail server takes no more for now. It is tried again for four hours."
DOWN = "The mail server cannot be reached. It is tried again for four hours."
UNSAFE = "The mail server offers no TLS, or its certificate is not trusted here. Check REFERRALBOT_SMTP_URL."
SILENT, NO_TLS, NO_AUTH, FULL = "no answer", "no TLS", "no AUTH", "x.2.2"
MEANS: Table = {
    SILENT: later(DOWN),
    NO_TLS: later(UNSAFE),
    NO_AUTH: never(
        "The mail server offers no way to log in. Leave out the user, or name the right server.", whole=True
    ),
    "4yz": later(BUSY),
    FULL: later("That mailbox is full. It is tried again for four hours."),
    f"5yz to {Step.GREETING}": never("The mail server does not take mail from this machine.", whole=True),
    f"5yz to {Step.TLS}": later(UNSAFE),
    f"5yz to {Step.AUTH}": never("The mail server refuses the user or the password: set new ones.", whole=True),
    f"5yz to {Step.MAIL}": never("The mail server does not let this user send from REFERRALBOT_SMTP_FROM.", whole=True),
    f"5yz to {Step.RCPT}": never("The mail server takes no mail for that address. Check it in the staff list."),
    f"5yz to {Step.DATA}": never("The mail server refused the message."),
}
"""A reply of neither kind is taken for a 4yz: nothing is lost by trying again."""


def judged(step: Step, code: int, words: bytes) -> TryLater | Undeliverable:
    """What a reply that refuses means. Of its words only the codes are told: the rest may hold an address."""
    status = re.match(rb"[45](\.\d{1,3}\.\d{1,3})\b", words)
    told = f" ({code}{' ' + status[0].decode() if status else ''})"
    name = FULL if status and status[1] == b".2.2" else f"5yz to {step}" if 500 <= code < 600 else "4yz"
    means = MEANS[name]
    if means.verdict is Verdict.LATER:
        return TryLater(means.words + told, sent=False)
    return Undeliverable(means.words + told, whole=means.whole)
