"""The Chat that the courier calls, for one Teams connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.teams.dig import dig, dig_text
from adapters.teams.roster import readers_of
from adapters.teams.sending import Spot
from adapters.teams.writing import Writer
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import Limits, Rate
from bot.domain.readers import Readers

PER_CONVERSATION = (Rate(7, 1), Rate(8, 2), Rate(60, 30), Rate(1800, 3600))
LIMITS = Limits(place=PER_CONVERSATION, whole=(Rate(30, 1),))
"""Microsoft documentation, "Optimize your bot with rate limiting": for one bot in one conversation, and for one app in
one tenant, where later pages say 50."""


@dataclass(frozen=True)
class TeamsChat:
    """A platform id is `conversation message`, parted by a space: a post in a channel is a conversation of its own."""

    connection: int
    writer: Writer
    limits: Limits = LIMITS

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Post a new message. Teams has no place for `key`, so what was sent cannot be found by it again."""
        if to.private:
            return " ".join(await self.writer.to_person(self.connection, to.reference, message))
        if message.private:
            raise Undeliverable("A private message has no place in a channel.")
        return " ".join(await self.writer.to_place(self.connection, to.reference, message))

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        """Write an earlier message anew, in place."""
        spot, message_id = self._spot(to, platform_id)
        bot, alone = dig(to.reference, "bot"), dig_text(to.reference, "alone")
        await self.writer.rewrite(spot, message_id, message, private=to.private, bot=bot, alone=alone)

    async def withdraw(self, to: Address, platform_id: str) -> None:
        """Take an earlier message away."""
        spot, message_id = self._spot(to, platform_id)
        await self.writer.connector.delete(spot, message_id, targeted=bool(dig_text(to.reference, "alone")))

    async def is_there(self, account: str, reference: Mapping[str, Any]) -> bool:
        """Whether the person is in their own chat with the bot: a closed account, or a removed bot, is not.

        Undeliverable where that chat is not known yet.
        """
        chat, user = dig_text(reference, "personal"), dig_text(reference, "user")
        if not chat or not user:
            raise Undeliverable("This person's own chat is not known yet.")
        try:
            await self.writer.connector.member(Spot(self.connection, dig_text(reference, "serviceUrl"), chat), user)
        except Undeliverable as no:
            if no.whole:
                raise
            return False
        return True

    async def readers(self, place: str, reference: Mapping[str, Any]) -> Readers:
        """Who is on the roster of a channel or a group chat."""
        spot = Spot(self.connection, dig_text(reference, "serviceUrl"), place)
        return readers_of(await self.writer.connector.members(spot), dig_text(reference, "tenant"))

    async def find(self, to: Address, key: str) -> str | None:
        """Always Undeliverable: reading a channel would need a permission that the bot does not ask for."""
        raise Undeliverable("Teams cannot be asked whether a message arrived.")

    def _spot(self, to: Address, platform_id: str) -> tuple[Spot, str]:
        conversation, _, message_id = platform_id.rpartition(" ")
        if not conversation or not message_id:
            raise Undeliverable("This message is not one that was posted in Teams.")
        return Spot(self.connection, dig_text(to.reference, "serviceUrl"), conversation), message_id
