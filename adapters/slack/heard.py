"""Slack's payloads -> what was heard: who, where and the line. No decision is taken here.

Shapes: Slack's pages on slash commands, interaction payloads and the Events API; examples stand in the tests' payloads.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from adapters.slack.modals import Origin, carried_by, inputs_of, origin_of, typed_in
from adapters.slack.words import plain
from bot.domain.message import is_whole

P = ParamSpec("P")
T = TypeVar("T")
Payload = Mapping[str, Any]

NAMELESS = frozenset({"directmessage", "privategroup"})
"""What Slack calls a channel whose name it keeps to itself."""
BY_PEOPLE = frozenset({None, "file_share", "thread_broadcast"})
"""The subtypes of a message that a person wrote; the others are edits, deletions and notices."""
NAMING = ("user", "place", "home", "delivery", "nonce")
"""What somebody or something is known by again."""
MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+(\|[^>]*)?>[\s:,]*")


MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, AssertionError, RecursionError)
"""What reading raises where a payload is not shaped as Slack's pages say."""


class Unreadable(Exception):
    """Slack signed it, and it is nothing that Slack writes. The text is for the log: where it was not as it should."""


@dataclass(frozen=True, repr=False)
class Heard:
    """One thing said in Slack, and the ways there are to answer it."""

    line: str
    user: str
    place: str
    """The channel; the person's own id for the home tab."""
    home: str = ""
    """The workspace or organisation that the person belongs to, where the payload says; it may be another one."""
    private: bool = False
    name: str = ""
    shared: bool = False
    delivery: str = ""
    values: Mapping[str, str] | None = None
    nonce: str = ""
    trigger: str = ""
    """Opens a modal within three seconds, once."""
    response_url: str = ""
    """Takes five answers within half an hour, wherever it was said, whether the bot is a member or not."""
    thread: str = ""
    offered: str = ""
    """The text of a message to open a case from. It goes into a form for the person to edit, and no further."""
    view: str = ""
    """The modal or the home tab that the button stands on."""
    modal: bool = False
    fleeting: bool = False
    """The button stands in a message that only its reader sees."""
    shown: frozenset[str] = frozenset()
    """The blanks of the form that was sent."""

    def __post_init__(self) -> None:
        """Unreadable where a text is none, or names someone or something by what no database keeps."""
        texts = {each.name: getattr(self, each.name) for each in fields(self) if each.type is str}
        wrong = [name for name, text in texts.items() if not isinstance(text, str)]
        wrong += [name for name in NAMING if name not in wrong and not is_whole(texts[name])]
        if wrong or not all(isinstance(text, str) for text in (self.values or {}).values()):
            raise Unreadable(", ".join(wrong) or "values")

    @property
    def origin(self) -> Origin:
        return Origin(self.place, self.private, self.name)


def reading(read: Callable[P, T]) -> Callable[P, T]:
    """`read`, which says Unreadable of whatever is not shaped as Slack's pages say."""

    @wraps(read)
    def careful(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except MISSHAPEN as wrong:
            raise Unreadable(f"{read.__name__}, {type(wrong).__name__}") from wrong

    return careful


@reading
def command(body: Payload) -> Heard:
    """A slash command: `/referral status 0042` is the line `status 0042`."""
    name = body.get("channel_name", "")
    return Heard(
        line=plain(body.get("text", "")).strip() or "help",
        user=body["user_id"],
        place=body["channel_id"],
        private=_is_direct(body["channel_id"]),
        name="" if name in NAMELESS or name.startswith("mpdm-") else name,
        delivery=body["trigger_id"],
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
    )


@reading
def mention(body: Payload, bot_user: str) -> Heard:
    """@referralbot in a channel. The mention itself is no part of the line, wherever it stands."""
    event = body["event"]
    text = MENTION.sub("", event.get("text", ""))
    return _event(body, plain(text.replace(f"<@{bot_user}>", " ") if bot_user else text), event)


@reading
def direct_message(body: Payload) -> Heard | None:
    """A line written to the bot itself; None for what no person wrote."""
    event = body["event"]
    by_person = event.get("subtype") in BY_PEOPLE and not event.get("bot_id") and "user" in event
    if not by_person or event.get("channel_type", "im") != "im" or not event.get("text", "").strip():
        return None
    return _event(body, plain(event["text"]), event)


def _event(body: Payload, line: str, event: Payload) -> Heard:
    private, shared = _is_direct(event["channel"]), bool(body.get("is_ext_shared_channel"))
    return Heard(
        line=line.strip() or "help",
        user=event["user"],
        home=(event.get("user_team") or event.get("team") or "") if shared else "",
        place=event["channel"],
        private=private,
        shared=shared,
        delivery=body["event_id"],
        thread=event.get("thread_ts") or ("" if private else event["ts"]),
    )


@reading
def home_opened(body: Payload) -> Heard | None:
    """The home tab is looked at; None for the other tabs."""
    event = body["event"]
    if event.get("tab") != "home":
        return None
    return Heard("home", user=event["user"], place=event["user"], private=True, delivery=body["event_id"])


@reading
def closed(body: Payload) -> tuple[str, str] | None:
    """The account that Slack has deactivated, and the workspace it is of; None for any other change of one."""
    user = body["event"]["user"]
    if not isinstance(user["id"], str) or not isinstance(user.get("team_id", ""), str):
        raise Unreadable("user")
    return (user["id"], user.get("team_id", "")) if user.get("deleted") is True else None


@reading
def moved(body: Payload) -> tuple[str, bool]:
    """The channel that somebody joined or left, or that was shared, and whether it is shared now."""
    event = body["event"]
    place, shared = event["channel"], event["type"] == "channel_shared" or bool(body.get("is_ext_shared_channel"))
    if not isinstance(place, str) or not is_whole(place):
        raise Unreadable("channel")
    return place, shared


@reading
def shortcut(body: Payload) -> Heard:
    """Open a referral from this message: the line is `new`, the text is only offered."""
    place = body["channel"]["id"]
    return Heard(
        line="new",
        user=body["user"]["id"],
        home=body["user"].get("team_id", ""),
        place=place,
        private=_is_direct(place),
        name=_channel_name(body["channel"]),
        delivery=body["trigger_id"],
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        offered=plain(body["message"].get("text", "")),
    )


@reading
def press(body: Payload) -> Heard:
    """A button, on a message, in a modal or on the home tab: the line it carries."""
    carried = json.loads(body["actions"][0]["value"])
    user, view = body["user"]["id"], body.get("view")
    channel = body.get("channel") or {}
    origin = origin_of(view, user) if view else Origin(channel["id"], _is_direct(channel["id"]), _channel_name(channel))
    return Heard(
        line=carried["line"],
        user=user,
        home=body["user"].get("team_id", ""),
        place=origin.place,
        private=origin.private,
        name=origin.name,
        delivery=body["trigger_id"],
        nonce=carried.get("nonce", ""),
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        thread=_thread(body),
        view=view["id"] if view else "",
        modal=(view or {}).get("type") == "modal",
        fleeting=bool((body.get("container") or {}).get("is_ephemeral")),
    )


def _thread(body: Payload) -> str:
    """The thread that the button stands in. What one person alone sees comes without its message."""
    standing = (body.get("message") or {}, body.get("container") or {})
    return next((each["thread_ts"] for each in standing if "thread_ts" in each), "")


@reading
def submission(body: Payload) -> Heard:
    """A form filled in."""
    view, user = body["view"], body["user"]["id"]
    origin, carried = origin_of(view, user), carried_by(view)
    return Heard(
        line=carried["line"],
        user=user,
        home=body["user"].get("team_id", ""),
        place=origin.place,
        private=origin.private,
        name=origin.name,
        delivery=body.get("trigger_id") or f"{view['id']}/{view.get('hash', '')}",
        values=typed_in(view),
        nonce=carried.get("nonce", ""),
        shown=inputs_of(view),
    )


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def _channel_name(channel: Payload) -> str:
    name = channel.get("name", "")
    return "" if name in NAMELESS or name.startswith("mpdm-") else name
