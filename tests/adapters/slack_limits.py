"""Slack's limits on blocks and views, checked on plain dicts: what Slack itself would answer with `invalid_blocks`.

Source of every number: docs.slack.dev, reference of Block Kit blocks, block elements, composition objects and views.
The whole-message limit is undocumented (`msg_blocks_too_long`; met at 11,300 to 13,300 characters).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

Block = Mapping[str, Any]

BLOCK_KEYS = {
    "section": {"type", "block_id", "text", "fields", "accessory", "expand"},
    "actions": {"type", "block_id", "elements"},
    "context": {"type", "block_id", "elements"},
    "input": {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"},
    "divider": {"type", "block_id"},
    "rich_text": {"type", "block_id", "elements"},
}
ELEMENT_KEYS = {
    "button": {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"},
    "plain_text_input": {"type", "action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder"},
    "datepicker": {"type", "action_id", "initial_date", "confirm", "placeholder"},
    "static_select": {"type", "action_id", "options", "option_groups", "initial_option", "placeholder"},
    "multi_static_select": {"type", "action_id", "options", "option_groups", "initial_options", "placeholder"},
    "radio_buttons": {"type", "action_id", "options", "initial_option"},
}


def troubles(blocks: Sequence[Block], *, surface: str = "message") -> list[str]:
    """Every limit that these blocks break, in words; empty when Slack would take them."""
    return [*_whole(blocks, surface), *(trouble for block in blocks for trouble in _block(block, surface))]


def view_troubles(view: Block) -> list[str]:
    """As `troubles`, for a modal or the home tab."""
    return [*_view(view), *troubles(view["blocks"], surface=view["type"])]


def _whole(blocks: Sequence[Block], surface: str) -> Iterator[str]:
    most = 50 if surface == "message" else 100
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks, not 1 to {most}"
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(named) != len(set(named)):
        yield "a block_id stands twice"
    if surface == "message" and (written := _written(blocks)) > 11_000:
        yield f"{written} characters in all"


def _written(part: Any) -> int:
    """All that a reader sees, in UTF-16 units."""
    match part:
        case Mapping():
            return sum(_written(value) for key, value in part.items() if key not in ("type", "value", "action_id"))
        case str():
            return len(part.encode("utf-16-le")) // 2
        case list() | tuple():
            return sum(map(_written, part))
    return 0


def _block(block: Block, surface: str) -> Iterator[str]:
    kind = block["type"]
    if kind not in BLOCK_KEYS or set(block) - BLOCK_KEYS[kind]:
        yield f"unknown block or key: {kind} {sorted(block)}"
        return
    yield from _length("block_id", block.get("block_id", "x"), 255)
    match kind:
        case "section":
            yield from _text(block["text"], 3_000)
            if "accessory" in block:
                yield from _element(block["accessory"])
        case "actions":
            yield from _several("elements of actions", block["elements"], 25)
            yield from _actions(block["elements"])
        case "context":
            yield from _several("elements of a context", block["elements"], 10)
            yield from (trouble for element in block["elements"] for trouble in _text(element, 3_000))
        case "input":
            yield from _input(block, surface)


def _actions(elements: Sequence[Block]) -> Iterator[str]:
    ids = [element["action_id"] for element in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id stands twice in a block"
    for element in elements:
        yield from _element(element)


def _input(block: Block, surface: str) -> Iterator[str]:
    if surface == "home":
        yield "an input on the home tab needs an action of its own"
    yield from _plain(block["label"], 2_000)
    if "hint" in block:
        yield from _plain(block["hint"], 2_000)
    yield from _element(block["element"])


def _element(element: Block) -> Iterator[str]:
    kind = element["type"]
    if kind not in ELEMENT_KEYS or set(element) - ELEMENT_KEYS[kind]:
        yield f"unknown element or key: {kind} {sorted(element)}"
        return
    yield from _length("action_id", element["action_id"], 255)
    match kind:
        case "button":
            yield from _plain(element["text"], 75)
            yield from _length("a button's value", element["value"], 2_000)
            if element.get("style", "primary") not in ("primary", "danger"):
                yield f"style {element['style']}"
        case "plain_text_input":
            yield from _text_field(element)
        case "datepicker" if "initial_date" in element:
            date.fromisoformat(element["initial_date"])
        case "static_select" | "multi_static_select" | "radio_buttons":
            yield from _menu(element)


def _text_field(element: Block) -> Iterator[str]:
    if not 1 <= element.get("max_length", 1) <= 3_000:
        yield f"max_length {element['max_length']}"
    if len(element.get("initial_value", "")) > element.get("max_length", 3_000):
        yield "an initial value longer than may be typed"
    if "initial_value" in element and not element["initial_value"]:
        yield "an empty initial value"


def _menu(element: Block) -> Iterator[str]:
    most = 10 if element["type"] == "radio_buttons" else 100
    groups = element.get("option_groups")
    if (groups is None) == ("options" not in element):
        yield "a menu has options or groups, one of the two"
    for group in groups or [{"options": element.get("options", ())}]:
        yield from _several("options", group["options"], most)
        yield from _plain(group["label"], 75) if groups else ()
        yield from (trouble for option in group["options"] for trouble in _option(option))
    yield from _several("groups", groups, 100) if groups else ()
    yield from _initial(element)


def _initial(element: Block) -> Iterator[str]:
    options = [option for group in element.get("option_groups") or [element] for option in group["options"]]
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        yield "an option's value stands twice"
    if "initial_option" in element and element["initial_option"] not in options:
        yield "the initial option is none of the options"
    if "initial_options" in element and (not element["initial_options"]):
        yield "no initial options, but the key"


def _option(option: Block) -> Iterator[str]:
    yield from _plain(option["text"], 75)
    yield from _length("an option's value", option["value"], 150)


def _view(view: Block) -> Iterator[str]:
    if view["type"] == "modal":
        for part in ("title", "submit", "close"):
            yield from _plain(view[part], 24) if part in view else ()
        if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            yield "inputs without a submit button"
        if "title" not in view:
            yield "a modal without a title"
    if len(view.get("private_metadata", "")) > 3_000:
        yield "private_metadata over 3,000"
    yield from _length("callback_id", view.get("callback_id", "x"), 255)


def _text(text: Block, longest: int) -> Iterator[str]:
    if text["type"] not in ("mrkdwn", "plain_text"):
        yield f"text of type {text['type']}"
    yield from _length("a text", text["text"], longest)
    if text["type"] == "mrkdwn" and "<!" in text["text"]:
        yield "a mention of everybody"


def _plain(text: Block, longest: int) -> Iterator[str]:
    if text["type"] != "plain_text":
        yield f"{text['type']} where plain text belongs"
    yield from _length("a text", text["text"], longest)


def _length(what: str, text: str, longest: int) -> Iterator[str]:
    if not 1 <= len(text.encode("utf-16-le")) // 2 <= longest:
        yield f"{what} has {len(text)} characters, not 1 to {longest}"


def _several(what: str, things: Sequence[Any], most: int) -> Iterator[str]:
    if not 1 <= len(things) <= most:
        yield f"{len(things)} {what}, not 1 to {most}"
