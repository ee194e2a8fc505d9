"""The local page as a chat platform: what the courier posts to."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from adapters.page.streams import PRIVATE
from adapters.page.transcript import Transcript, for_a_room
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import NO_LIMITS


class PageChat:
    """`bot.courier.Chat` for the page. A message's id is its key, which makes a second send harmless."""

    limits = NO_LIMITS

    def __init__(
        self, transcript: Transcript, clock: Callable[[], datetime], places: Callable[[], Awaitable[set[str]]]
    ) -> None:
        self._transcript, self._clock, self._places = transcript, clock, places

    async def send(self, to: Address, message: Message, key: str) -> str:
        await self._check(to)
        return self._transcript.write(to.place, key, self._clock(), message=fit(to.place, message)).id

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        await self._check(to)
        self._transcript.edit(to.place, platform_id, self._clock(), fit(to.place, message))

    async def withdraw(self, to: Address, platform_id: str) -> None:
        self._transcript.withdraw(to.place, platform_id)

    async def find(self, to: Address, key: str) -> str | None:
        return key if self._transcript.post(to.place, key) else None

    async def _check(self, to: Address) -> None:
        if to.place not in await self._places():
            raise Undeliverable(f"The local page has no place called {to.place!r}.")


def fit(place: str, message: Message) -> Message:
    """The message as that place may read it."""
    return message if place.startswith(PRIVATE) else for_a_room(message)
