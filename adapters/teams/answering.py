"""Answers in the right privacy: what the place may read stands there, the rest goes to the asker alone."""

from dataclasses import dataclass

from adapters.teams.cards import door
from adapters.teams.heard import Heard
from adapters.teams.patience import Patience
from adapters.teams.writing import Writer
from bot.domain.errors import Undeliverable
from bot.domain.message import Message

PRIVATELY = "Answered privately."
FORM_SENT = "I have sent you the form privately."
NO_CHAT = "I can't write to you privately yet. Add referralbot to your own chats in Teams, then ask me again there."
NO_CHAT_FORM = "I can't write to you privately yet. Open the form here: only you will see it."
NOTHING = Message("")
"""An answer with no words is not written."""


@dataclass(frozen=True)
class Split:
    """An answer, parted into what the place may read and what only the asker may."""

    here: Message
    privately: Message | None = None


def split(message: Message, heard: Heard) -> Split:
    """A private answer leaves a channel for the personal chat; a form with a private blank always does.

    A private message inside a channel is private enough for an answer, but a form would stand in the channel.
    """
    form = message.form is not None and message.form.private
    if form and (heard.targeted or not heard.where.private):
        return Split(Message(FORM_SENT), message)
    if (message.private or message.attachment is not None) and not heard.where.private:
        return Split(Message(PRIVATELY), message)
    return Split(message)


class Answering:
    def __init__(self, writer: Writer, patience: Patience) -> None:
        self._writer, self._patience, self.dialogs = writer, patience, writer.dialogs

    async def say(self, heard: Heard, message: Message, *, told: bool = False) -> None:
        """Write an answer. `told`: the asker knows already that it went to her own chat, so the place hears nothing."""
        if message == NOTHING:
            return
        parts = split(message, heard)
        if parts.privately is not None and not await self._reached(heard, parts.privately):
            await self._no_chat(heard, parts.privately)
        elif parts.privately is None or not told:
            await self._patience.patiently(lambda: self._writer.answer(heard, parts.here))

    async def replace_form(self, heard: Heard, message: Message) -> None:
        """Write the form's card anew, so that what was typed does not stay behind.

        What an invoke returns shows at once; only an edit is sure to last, and to show to everyone.
        """
        parts = split(message, heard)
        if parts.privately is not None and not await self._reached(heard, parts.privately):
            await self._no_chat(heard, parts.privately)
            return
        try:
            await self._patience.patiently(lambda: self._writer.replace(heard, parts.here))
        except Undeliverable:
            await self._patience.patiently(lambda: self._writer.answer(heard, parts.here))

    async def privately(self, heard: Heard, message: Message) -> None:
        """Write to the asker's own chat. Raises TryLater or Undeliverable."""
        connection, reference = heard.spot.connection, heard.who.reference
        await self._patience.patiently(lambda: self._writer.to_person(connection, reference, message))

    async def _reached(self, heard: Heard, message: Message) -> bool:
        try:
            await self.privately(heard, message)
        except Undeliverable:
            return False
        return True

    async def _no_chat(self, heard: Heard, message: Message) -> None:
        """Say how to go on. A form can be opened in a dialog: asking for it again does nothing twice."""
        if message.form is not None:
            content = door(NO_CHAT_FORM, "Open the form", message.form.line)
            await self._patience.patiently(lambda: self._writer.show_card(heard, content))
        else:
            await self._patience.patiently(lambda: self._writer.answer(heard, Message(NO_CHAT)))
