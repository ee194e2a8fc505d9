"""Text between people and Slack: Slack's mark-up read as plain words, and plain words made safe for Slack.

The three characters to escape and the <...> forms: Slack's "Formatting text for app surfaces".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

CONTROL = re.compile(r"<([^<>]*)>")
DOT = "\u00a0· "
"""What parts two things in a line; no line begins with it."""
ADDRESS = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"]")


def plain(text: str) -> str:
    """What a person typed, from what Slack sends: `<@U1|sam>` is read as `@sam`, `&amp;` as `&`."""
    return unescaped(CONTROL.sub(lambda found: _spoken(found[1]), text))


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _spoken(control: str) -> str:
    """One <...> form as plain words; its label where it has one."""
    target, _, label = control.partition("|")
    match target[:1]:
        case "@" | "#":
            return target[0] + (label or target[1:])
        case "!":
            return label or "@" + target[1:].split("^")[0]
        case _:
            typed = label and label in target  # Slack made a link of what was typed
            return label if typed else target.removeprefix("mailto:")


def size(text: str) -> int:
    """The length as the stricter of two countings: an emoji outside the basic plane counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, the last of them an ellipsis where something was lost."""
    if size(text) <= longest:
        return text
    kept = text[: longest - 1]
    while size(kept) > longest - 1:
        kept = kept[:-1]
    return kept + "…"


def mrkdwn(text: str, longest: int = 3000) -> str:
    """Plain words as Slack mark-up: nothing in them can mention, link or format by accident but a web address."""
    marked = _marked(text)
    while size(marked) > longest:
        text = text[: len(text) - max(1, (size(marked) - longest) // 5)]
        marked = _marked(text) + "…"
    return marked


def _marked(text: str) -> str:
    safe = escaped(text).replace(" · ", DOT)
    return ADDRESS.sub(lambda found: f"<{found[0]}>", safe) if "http" in text else safe


def pieces(text: str, longest: int) -> Iterator[str]:
    """The text in parts of at most `longest` characters, cut where a line ends if one does."""
    while len(text) > longest:
        end = text.rfind("\n", 1, longest)
        end = end if end > 0 else longest
        yield text[:end]
        text = text[end:].removeprefix("\n")
    yield text


def packed(value: Mapping[str, Any]) -> str:
    """JSON for a button or a view, free of the characters that Slack would escape on the way back."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return told.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
