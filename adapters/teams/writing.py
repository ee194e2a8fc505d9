"""A Message -> Teams, at a place or to one person: posts, edits, and the files that Teams would not take as files."""

from collections import OrderedDict
from collections.abc import Mapping
from html import escape
from typing import Any

from adapters.teams.cards import CARD_TYPE, card
from adapters.teams.dig import dig, dig_text
from adapters.teams.heard import Heard
from adapters.teams.sending import Connector, Spot
from adapters.teams.words import Element
from bot.domain.errors import Undeliverable
from bot.domain.message import Attachment, Message
from bot.fading import Copies, Send, Unnoted

FILE_PART = 20_000
"""Characters of a file in one message, under every size limit that Microsoft has published."""
MOST_PARTS = 4
"""Messages one file may take; Teams lets a bot send seven a second to one conversation."""
MOST_CHATS = 5_000
TOO_LONG = "This list is too long to show in Teams. Ask for a shorter one, for example one agency or one week."


class Writer:
    """Knows how to write; whether it may is the caller's business, but for one rule: a private form is never public."""

    def __init__(self, connector: Connector, copies: Copies | None = None, *, dialogs: bool = True) -> None:
        """`dialogs`: a button whose answer may tell who a child is opens one, of which Teams keeps nothing."""
        self.connector, self._copies, self.dialogs = connector, copies or Unnoted(), dialogs
        self._chats: OrderedDict[tuple[int, str], str] = OrderedDict()

    async def answer(self, heard: Heard, message: Message) -> None:
        """Answer where it was heard; to its sender alone where it was a private message in a channel."""
        activity = self.activity_of(message, private=heard.where.private, bot=heard.bot)
        activity |= {"recipient": dict(heard.user)}
        if heard.activity_id and not heard.targeted:
            activity["replyToId"] = heard.activity_id

        async def send(key: str) -> str:
            return (
                f"{heard.spot.conversation} {await self.connector.post(heard.spot, activity, targeted=heard.targeted)}"
            )

        await self._shown(heard, message, send)
        if message.attachment is not None and heard.where.private:
            await self._file(heard.spot, message.attachment, heard.bot, heard.user, targeted=heard.targeted)

    async def show_card(self, heard: Heard, content: Element) -> None:
        """Show a ready card where it was heard."""
        activity = _with_card(content, "", heard.bot) | {"recipient": dict(heard.user)}
        await self.connector.post(heard.spot, activity, targeted=heard.targeted)

    async def replace(self, heard: Heard, message: Message) -> None:
        """Write the message whose form was filled in anew: whatever it told before, it tells no more."""
        known_as = f"{heard.spot.conversation} {heard.answered_id}"

        async def send(key: str) -> str:
            await self.rewrite(heard.spot, heard.answered_id, message, private=heard.where.private, bot=heard.bot)
            return known_as

        await self._shown(heard, message, send)
        if not message.fades:
            await self._copies.replaced(heard.spot.connection, known_as)

    async def rewrite(
        self, spot: Spot, message_id: str, message: Message, *, private: bool, bot: Any, alone: str = ""
    ) -> None:
        """Write a message of ours anew, in place. `alone` is the one person in a channel who sees it."""
        activity = self.activity_of(message, private=private, bot=bot) | {"id": message_id}
        activity |= {"recipient": {"id": alone}} if alone else {}
        await self.connector.put(spot, message_id, activity, targeted=bool(alone))

    async def _shown(self, heard: Heard, message: Message, send: Send) -> None:
        """Noted where it is a private message that Teams keeps."""
        if not heard.where.private:
            await send("")
            return
        reference = {"serviceUrl": heard.spot.service_url, "bot": dict(heard.bot)}
        reference |= {"alone": heard.user["id"]} if heard.targeted else {}
        await self._copies.shown(heard.spot.connection, heard.where.place, reference, message, send)

    async def to_person(self, connection: int, reference: Mapping[str, Any], message: Message) -> tuple[str, str]:
        """Write to one person's own chat, making it where there is none; the conversation's id and the message's."""
        service_url, bot = dig_text(reference, "serviceUrl"), dig(reference, "bot")
        spot = Spot(connection, service_url, await self._chat(connection, reference))
        user = {"id": dig_text(reference, "user")}
        activity = self.activity_of(message, private=True, bot=bot) | {"recipient": user}

        async def send(key: str) -> str:
            return f"{spot.conversation} {await self.connector.post(spot, activity)}"

        kept = {"serviceUrl": service_url, "bot": bot}
        shown = await self._copies.shown(connection, spot.conversation, kept, message, send)
        if message.attachment is not None:
            await self._file(spot, message.attachment, bot, user, targeted=False)
        return spot.conversation, shown.rpartition(" ")[2]

    async def to_place(self, connection: int, reference: Mapping[str, Any], message: Message) -> tuple[str, str]:
        """Post in a channel or a group chat; the conversation's id and the message's."""
        service_url, bot = dig_text(reference, "serviceUrl"), dig(reference, "bot")
        place = dig_text(reference, "conversation")
        if not service_url or not place:
            raise Undeliverable("Teams has not told where this room is. Say something to referralbot there once.")
        activity = self.activity_of(message, private=False, bot=bot)
        if dig_text(reference, "type") != "channel":
            return place, await self.connector.post(Spot(connection, service_url, place), activity)
        # Microsoft documentation, "Proactive messages": a new thread in a channel is a new conversation.
        wanted = {"isGroup": True, "bot": bot, "tenantId": dig_text(reference, "tenant"), "activity": activity}
        return await self.connector.create(
            connection, service_url, wanted | {"channelData": {"channel": {"id": place}}}
        )

    async def _chat(self, connection: int, reference: Mapping[str, Any]) -> str:
        """The id of the person's own chat with the bot. Asked again, Teams names the same one."""
        user, tenant = dig_text(reference, "user"), dig_text(reference, "tenant")
        if known := dig_text(reference, "personal") or self._chats.get((connection, user), ""):
            return known
        if not user or not dig_text(reference, "serviceUrl"):
            raise Undeliverable("This person has not used referralbot in Teams yet, so it cannot write to them there.")
        wanted = {
            "isGroup": False,
            "bot": dig(reference, "bot"),
            "members": [{"id": user}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        conversation, _ = await self.connector.create(connection, dig_text(reference, "serviceUrl"), wanted)
        self._chats[connection, user] = conversation
        if len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
        return conversation

    async def _file(self, spot: Spot, file: Attachment, bot: Any, user: Any, *, targeted: bool) -> None:
        """A file as preformatted text to copy: a real one would first be laid in the person's OneDrive."""
        for text in file_texts(file):
            activity = {"type": "message", "from": bot, "recipient": dict(user), "textFormat": "xml", "text": text}
            await self.connector.post(spot, activity, targeted=targeted)

    def activity_of(self, message: Message, *, private: bool, bot: Any) -> Element:
        """The outgoing activity. Raises Undeliverable rather than ask for a child's details in a channel."""
        if message.form is not None and message.form.private and not private:
            raise Undeliverable("A form that asks for a child's details has no place in a channel.")
        return _with_card(card(message, private=private, dialogs=self.dialogs), _summary(message), bot)


def _summary(message: Message) -> str:
    """What a notification shows, perhaps on a locked phone: the first line, unless it may name a child."""
    if message.private or message.form is not None or message.fades:
        return "A private answer from referralbot"
    return message.text.strip().partition("\n")[0]


def file_texts(file: Attachment) -> list[str]:
    """The file in as many messages as it needs, or one sentence where they would be too many."""
    parts = [""]
    for row in file.text.splitlines():
        if parts[-1] and len(parts[-1]) + len(row) >= FILE_PART:
            parts.append("")
        parts[-1] += row + "\n"
    if len(parts) > MOST_PARTS or any(len(part) > FILE_PART for part in parts):
        return [TOO_LONG]
    names = [
        f"{file.name} ({number} of {len(parts)})" if len(parts) > 1 else file.name
        for number in range(1, len(parts) + 1)
    ]
    return [f"<b>{escape(name)}</b><pre>{escape(part)}</pre>" for name, part in zip(names, parts, strict=True)]


def _with_card(content: Element, summary: str, bot: Any) -> Element:
    attachment = {"contentType": CARD_TYPE, "content": content}
    return {"type": "message", "from": bot, "summary": summary, "attachments": [attachment]}
