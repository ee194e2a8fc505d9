"""One submit of the page, read and checked before it is believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.page.guard import Wrong
from bot.domain.message import is_whole

LONGEST_LINE = 4000
MOST_BLANKS = 100
LONGEST_BODY = 256 * 1024
"""Bytes: a form with every blank full is far below it."""
BROKEN = "There is a character in it that cannot be kept. Type it again."


@dataclass(frozen=True, repr=False)
class Spoken:
    """What a browser sends to /api/say."""

    email: str
    place: str
    line: str
    delivery: str
    shown: str = ""
    """What the others in the room see the person say: the line typed or the button's label; empty for a form."""
    values: Mapping[str, str] | None = None
    nonce: str = ""


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in the request. Raises Wrong."""
    told = bytearray()
    async for part in request.content.iter_any():
        told += part
        if len(told) > LONGEST_BODY:
            raise Wrong("That is too long for one message.")
    try:
        body = json.loads(told)
    except (ValueError, RecursionError):
        raise Wrong("The page sent something that is not JSON.") from None
    if not isinstance(body, dict):
        raise Wrong("The page sent something that is not a JSON object.")
    return body


def spoken(body: Mapping[str, Any]) -> Spoken:
    """Read a submit. Raises Wrong with a sentence for the person."""
    line, delivery = text(body, "line", LONGEST_LINE).strip(), text(body, "delivery", 100)
    if not line:
        raise Wrong("Type something first.")
    if not delivery:
        raise Wrong("The page sent no delivery id.")
    return Spoken(
        email=text(body, "as", 320),
        place=text(body, "place", 400),
        line=line,
        delivery=delivery,
        shown=text(body, "shown", LONGEST_LINE).strip(),
        values=_values(body.get("values")),
        nonce=text(body, "nonce", 200),
    )


def text(body: Mapping[str, Any], name: str, longest: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Wrong(f"The page sent a '{name}' that is not text.")
    if not is_whole(value):
        raise Wrong(BROKEN)
    if len(value) > longest:
        raise Wrong(f"That is too long: at most {longest} characters, please.")
    return value


def _values(given: Any) -> Mapping[str, str] | None:
    if given is None:
        return None
    fits = isinstance(given, dict) and len(given) <= MOST_BLANKS
    if not fits or not all(isinstance(value, str) for value in given.values()):
        raise Wrong("The page sent a form that cannot be read.")
    if not all(map(is_whole, (*given, *given.values()))):
        raise Wrong(BROKEN)
    return dict(given)
