"""Form -> modal view, and a submitted view -> what was typed.

Limits: Slack's reference of views and input elements (title, submit and close 24 characters, private_metadata 3,000,
100 options a menu, 75 an option's text, 150 its value, 3,000 a text field). Errors stand beside inputs only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.slack.blocks import Block, dressed, words
from adapters.slack.words import cut, mrkdwn, packed, unescaped
from bot.domain.message import Blank, BlankKind, Choice, Form, Message

FORM, RESULT = "form", "result"
"""The callback ids of the two kinds of modal."""
VALUE = "value"
"""The action id of every blank's control; its block id is the blank's name."""
LONGEST = 3_000
MOST_OPTIONS = 100
YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
CLOSED = {"type": "plain_text", "text": "Close"}


@dataclass(frozen=True)
class Origin:
    """Where a modal was opened from: it has no place of its own."""

    place: str
    private: bool = False
    name: str = ""


def form_view(message: Message, origin: Origin) -> Block:
    """The modal of a message: its form, else what it says. A line too long to carry is told instead of shown."""
    form = message.form
    if form is None:
        return result_view(message, origin)
    carried = _metadata(origin, line=form.line, nonce=message.nonce)
    if len(carried) > LONGEST:
        return result_view(Message("That is too long for a form in Slack. Say it again with fewer words."), origin)
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": words(form.title, 24),
        "submit": words(form.submit, 24),
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": carried,
        "blocks": [*_above(message, form), *(block for blank in form.blanks[:45] for block in _blank(blank))],
    }


def result_view(message: Message, origin: Origin) -> Block:
    """A modal that shows an answer: only the person who pressed or submitted sees it."""
    return {
        "type": "modal",
        "callback_id": RESULT,
        "title": words("Not done" if message.error else "referralbot", 24),
        "close": CLOSED,
        "private_metadata": _metadata(origin),
        "blocks": dressed(message, private=True),
    }


def home_view(message: Message) -> Block:
    """Slack keeps what stands on the home tab until it is written anew: nothing there tells who a child is."""
    return {"type": "home", "blocks": dressed(message, private=False)}


def inputs_of(view: Mapping[str, Any]) -> frozenset[str]:
    """The blanks that a view shows."""
    return frozenset(block["block_id"] for block in view["blocks"] if block["type"] == "input")


def beside_fields(form: Form, line: str, shown: frozenset[str]) -> dict[str, str] | None:
    """The errors of a form for the view just submitted, of that line and with those blanks; None where the form must
    be shown anew."""
    if not form.wrong or form.line != line or {blank.name for blank in form.blanks} != shown:
        return None
    return {blank.name: cut(blank.error, 500) for blank in form.blanks if blank.error}


def carried_by(view: Mapping[str, Any]) -> dict[str, Any]:
    """What we packed into a view: place, private, name, and for a form line and nonce."""
    return json.loads(view.get("private_metadata") or "{}")


def origin_of(view: Mapping[str, Any], otherwise: str) -> Origin:
    """Where the view was opened from; `otherwise` is the person's own id, for a view that does not say."""
    carried = carried_by(view)
    place = carried.get("place", otherwise)
    return Origin(place, carried.get("private", place == otherwise), carried.get("name", ""))


def typed_in(view: Mapping[str, Any]) -> dict[str, str]:
    """A submitted view's values by blank, as text. A blank left empty is the empty text."""
    return {name: _typed(controls[VALUE]) for name, controls in view["state"]["values"].items() if VALUE in controls}


def _typed(control: Mapping[str, Any]) -> str:
    match control["type"]:
        case "datepicker":
            return control.get("selected_date") or ""
        case "static_select" | "radio_buttons":
            return (control.get("selected_option") or {}).get("value", "")
        case "multi_static_select":
            return ",".join(option["value"] for option in control.get("selected_options") or [])
        case _:
            return unescaped(control.get("value") or "")


def _metadata(origin: Origin, **more: str) -> str:
    return packed({"place": origin.place, "private": origin.private, "name": cut(origin.name, 100), **more})


def _above(message: Message, form: Form) -> list[Block]:
    """What is said before the blanks: the text unless it is the title again, and a title too long for its place."""
    same = message.text.strip().rstrip(".") == form.title.rstrip(".")
    told = [form.title] if len(form.title) > 24 or not form.blanks else []
    told += [message.text] if message.text.strip() and not same else []
    told += [form.to_mend] if form.to_mend else []
    return dressed(Message("\n".join(told), aside=message.aside), private=True) if told or message.aside else []


def _blank(blank: Blank) -> list[Block]:
    """The input, and below it what was wrong with it, for a form that is opened with its errors."""
    block: Block = {
        "type": "input",
        "block_id": blank.name,
        "label": words(blank.label, 500),
        "element": _control(blank),
        "optional": not blank.required,
    }
    if blank.hint.strip():
        block["hint"] = words(blank.hint, 500)
    if not blank.error.strip():
        return [block]
    error = {"type": "mrkdwn", "text": f":red_circle: {mrkdwn(blank.error, 500)}", "verbatim": True}
    return [block, {"type": "context", "elements": [error]}]


def _control(blank: Blank) -> Block:
    match blank.kind:
        case BlankKind.DATE:
            return {"type": "datepicker", "action_id": VALUE} | _initial_date(blank.value)
        case BlankKind.YES_NO:
            return _chosen({"type": "radio_buttons", "action_id": VALUE}, YES_NO, blank.value)
        case BlankKind.CHOICE if _fit_a_menu(blank.choices):
            return _chosen({"type": "static_select", "action_id": VALUE}, blank.choices, blank.value)
        case BlankKind.CHOICES if _fit_a_menu(blank.choices):
            return _chosen({"type": "multi_static_select", "action_id": VALUE}, blank.choices, *blank.value.split(","))
        case _:
            return _text_field(blank)


def _text_field(blank: Blank) -> Block:
    value = cut(blank.value, LONGEST)
    field: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": blank.kind is BlankKind.LONG_TEXT}
    field["max_length"] = max(1, min(LONGEST, max(blank.longest, len(value))))
    return field | ({"initial_value": value} if value else {})


def _initial_date(value: str) -> Block:
    """The picker takes real ISO dates alone; anything else that was typed is told in the error."""
    try:
        return {"initial_date": date.fromisoformat(value).isoformat()}
    except ValueError:
        return {}


def _fit_a_menu(choices: tuple[Choice, ...]) -> bool:
    """A choice too long to carry, or none at all, makes the blank a text field: any choice can be typed."""
    values = [choice.value for choice in choices]
    return 0 < len(values) <= MOST_OPTIONS**2 and all(0 < len(value) <= 150 for value in values)


def _chosen(menu: Block, choices: tuple[Choice, ...], *picked: str) -> Block:
    """A menu with its options, in groups where they are over a hundred, and what was picked before."""
    options = {choice.value: {"text": words(choice.label, 75), "value": choice.value} for choice in choices}
    initial = [options[value] for value in dict.fromkeys(picked) if value in options]
    if len(options) > MOST_OPTIONS:
        menu["option_groups"] = _groups(list(options.values()))
    else:
        menu["options"] = list(options.values())
    if initial and menu["type"] == "multi_static_select":
        menu["initial_options"] = initial
    elif initial:
        menu["initial_option"] = initial[0]
    return menu


def _groups(options: list[Block]) -> list[Block]:
    """A hundred options each, named by the first and the last."""
    hundreds = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)]
    return [{"label": words(f"{_start(group[0])} to {_start(group[-1])}", 75), "options": group} for group in hundreds]


def _start(option: Block) -> str:
    return option["text"]["text"][:30]
