"""How the text of a setting is read. Each raises ValueError, whose words follow the setting's name in a sentence."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from uuid import UUID


def text(value: str) -> str:
    return value


def words(value: str) -> tuple[str, ...]:
    """Several, divided by commas."""
    return tuple(word for part in value.split(",") if (word := part.strip()))


def switch(value: str) -> bool:
    if value.casefold() not in ("on", "off"):
        raise ValueError("must be on or off")
    return value.casefold() == "on"


def port(value: str) -> int:
    if not value.isdecimal() or not 0 <= int(value) <= 65535:
        raise ValueError("must be a number from 1 to 65535")
    return int(value)


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number, `least` and `most` included."""

    def read(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return int(value)

    return read


def database(value: str) -> str:
    if not re.match(r"(sqlite|postgres|postgresql)(\+\w+)?://", value):
        raise ValueError("must start with sqlite:/// or postgresql://")
    try:
        _ = urlsplit(value).port
    except ValueError:  # whose own words repeat the address, and its password
        raise ValueError("cannot be read: is the port a number? In a password write : / @ as %3A %2F %40") from None
    return value


def address(value: str) -> str:
    """A web address; plain http only to this machine."""
    parts = urlsplit(value)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ValueError("must be a web address, such as https://example.org/")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must start with https://")
    return value


def proxy(value: str) -> str:
    """A proxy's address, which is plain http as a rule: what goes through it is not."""
    if not urlsplit(value).hostname or urlsplit(value).scheme not in ("http", "https"):
        raise ValueError("must be a web address, such as http://proxy.example:8080")
    return value


def record_address(value: str) -> str:
    if "{record_number}" not in value:
        raise ValueError("must hold {record_number} where the number goes")
    return address(value)


def domains(value: str) -> tuple[str, ...]:
    found = tuple(word.casefold() for word in words(value))
    for name in found:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name):
            raise ValueError(f"must be domains such as council.gov.uk, divided by commas; {name!r} is not one")
    return found


def guid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError as trouble:
        raise ValueError("must be a GUID, such as 00000000-0000-0000-0000-000000000000") from trouble


def guids(value: str) -> tuple[str, ...]:
    return tuple(guid(word) for word in words(value))


def starting_with(prefix: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not value.startswith(prefix):
            raise ValueError(f"must start with {prefix}")
        return value

    return read


def mail_server(value: str) -> str:
    """The address of a mail server, with the user and the password where it asks for them."""
    try:
        parts = urlsplit(value)
        if not parts.hostname or parts.scheme not in ("smtp", "smtps") or parts.port == 0:
            raise ValueError
    except ValueError:  # which urlsplit raises too, of a port that is none
        raise ValueError("must be a mail server, such as smtp://user:password@mail.example.org:587") from None
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end with the port: a /, ? or # in the password is written %2F, %3F or %23")
    user, password = (unquote(part or "") for part in (parts.username, parts.password))
    if bool(user) != bool(password) or not (user + password).isascii():
        raise ValueError("must hold a user and a password of plain ASCII letters, or neither")
    return value


def mailbox(value: str) -> str:
    """An e-mail address, perhaps with a name before it."""
    _, address = parseaddr(value)
    one_address = re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", address, re.ASCII)
    if not one_address or not value.isprintable():
        raise ValueError("must be an e-mail address, such as SEND reminders <send@council.example>")
    return value


def level(value: str) -> str:
    if value.casefold() not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return value.casefold()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
