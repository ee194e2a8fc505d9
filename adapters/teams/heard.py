"""A Teams activity -> what was said, by whom, where, and how to write back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from botbuilder.schema import Activity

from adapters.teams.dig import dig, dig_text
from adapters.teams.sending import Spot
from bot.domain.message import Said, Where, Who

BLANK_PREFIX = "blank_"
"""Before a blank's name in a card, so that no blank can stand for the card's own `line` or `nonce`."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>", re.IGNORECASE)
_OUR_NAME = re.compile(r"^/?(?:@?referralbot\b[:,]?\s*)?/?(?:referral\b\s*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """One activity, read: what the rest of the adapter needs of it."""

    who: Who
    where: Where
    spot: Spot
    activity_id: str
    answered_id: str
    """The message whose card was pressed or filled in; empty for a typed line."""
    targeted: bool
    """Sent as a private message inside a channel: only its sender and the bot see it."""
    bot: Mapping[str, str] = field(default_factory=dict)
    user: Mapping[str, str] = field(default_factory=dict)
    tenant: str = ""

    def privately(self) -> "Heard":
        """The same, heard in a dialog: the place stands, and only the asker reads the answer."""
        return replace(self, where=replace(self.where, private=True))


def tenant_of(activity: Activity) -> str:
    """The tenant, from the channel's own data: the library loses the one on the conversation."""
    return dig_text(activity.channel_data, "tenant", "id")


def complete(activity: Activity) -> bool:
    """True where the activity says who, where and to which bot."""
    return bool(
        isinstance(activity.type, str)
        and activity.conversation
        and activity.conversation.id
        and activity.from_property
        and activity.from_property.id
        and activity.recipient
        and activity.recipient.id
    )


def heard(activity: Activity, connection: int) -> Heard:
    """An activity that is `complete`, read."""
    conversation, sender, bot = activity.conversation, activity.from_property, activity.recipient
    tenant = tenant_of(activity)
    ours = {"id": bot.id, "name": bot.name or ""}
    shared = {"serviceUrl": activity.service_url or "", "tenant": tenant, "bot": ours}
    personal = conversation.conversation_type == "personal"
    targeted = not personal and dig(bot.additional_properties, "isTargeted") is True
    place, _, thread = conversation.id.partition(";messageid=")
    return Heard(
        who=Who(
            connection,
            sender.aad_object_id or sender.id,
            reference={**shared, "user": sender.id, "personal": place if personal else ""},
        ),
        where=Where(
            connection,
            place,
            private=personal or targeted,
            name=_name(activity),
            shared=dig_text(activity.channel_data, "channel", "type").lower() == "shared",
            reference={**shared, "conversation": place, "type": conversation.conversation_type or ""},
            thread=thread,
        ),
        spot=Spot(connection, activity.service_url or "", conversation.id),
        activity_id=activity.id or "",
        answered_id=activity.reply_to_id or "",
        targeted=targeted,
        bot=ours,
        user={"id": sender.id, "name": sender.name or ""},
        tenant=tenant,
    )


def typed(activity: Activity, heard: Heard) -> Said:
    """A typed line, without the mention of the bot, markup, a leading slash or the word `referral`."""
    return _said(heard, line=line_of(activity))


def pressed(data: Any, heard: Heard) -> Said | None:
    """A button or a form of ours; None where the card's data is not ours."""
    if not isinstance(data, Mapping) or not isinstance(data.get("line"), str):
        return None
    values = None
    if data.get("form") is True:
        values = {
            name.removeprefix(BLANK_PREFIX): _typed_in(value)
            for name, value in data.items()
            if isinstance(name, str) and name.startswith(BLANK_PREFIX)
        }
    return _said(heard, line=data["line"], values=values, nonce=dig_text(data, "nonce"))


def line_of(activity: Activity) -> str:
    """What was typed, as plain text."""
    text = activity.text if isinstance(activity.text, str) else ""
    for mention in _mentions_of_bot(activity):
        text = text.replace(mention, " ")
    text = unescape(_TAG.sub("", _BREAK.sub("\n", text))).replace("\u00a0", " ").strip()
    return _OUR_NAME.sub("", text, count=1).strip()


def _said(heard: Heard, *, line: str, values: Mapping[str, str] | None = None, nonce: str = "") -> Said:
    # An activity's id is unique in its conversation only: for channel messages it is a time in milliseconds.
    delivery = f"{heard.spot.conversation}/{heard.activity_id}" if heard.activity_id else ""
    return Said(line, heard.who, heard.where, values=values, delivery=delivery, nonce=nonce)


def _typed_in(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _mentions_of_bot(activity: Activity) -> list[str]:
    """The texts by which the line mentions the bot, such as `<at>referralbot</at>`."""
    found = []
    for entity in activity.entities or []:
        said = entity.additional_properties if entity else None
        if said and entity.type == "mention" and dig(said, "mentioned", "id") == activity.recipient.id:
            found.append(dig_text(said, "text") or f"<at>{dig_text(said, 'mentioned', 'name')}</at>")
    return found


def _name(activity: Activity) -> str:
    return (
        activity.conversation.name
        or dig_text(activity.channel_data, "channel", "name")
        or dig_text(activity.channel_data, "team", "name")
    )
