"""Posts -> chats: claim, send, retry, give up, tell a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.message import Address, Message


@dataclass(frozen=True)
class Credentials:
    """One connection as its adapter needs it. `secrets` never shows in a log."""

    connection: int
    outside_id: str
    """The workspace or tenant id; empty until the platform has told it."""
    app_id: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Chat(Protocol):
    """What the courier needs of a platform, for one connection.

    Every method may raise TryLater (not now) or Undeliverable (never at this address).
    """

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Post a new message; answers with the platform's id of it. `key` is opaque and travels with it."""
        ...

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        """Write an earlier message anew, in place."""
        ...

    async def withdraw(self, to: Address, platform_id: str) -> None:
        """Take an earlier message away."""
        ...

    async def find(self, to: Address, key: str) -> str | None:
        """The id of the message that carries `key`, None if none does; Undeliverable where it cannot be asked."""
        ...
