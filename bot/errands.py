"""What is done on a platform with one post: found, written, edited or taken away, and never once its claim is too old.

After an attempt that ended without a word the platform is asked for the key. Where it cannot be asked the message
goes again, and says so: said twice is a nuisance, unsaid is a date missed.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.cases.outbox import Errand
from bot.domain.errors import Gone, Undeliverable
from bot.domain.message import Address, Message
from bot.domain.pace import Limits

SETTLED = timedelta(seconds=50)
"""How long after an attempt that ended without a word its message may still turn up. Adapters give a call ten seconds;
what stands between them and a platform commonly gives up after a minute."""
PERHAPS_AGAIN = "You may have had this already."
MAY_STAND = "it may stand there, and its platform cannot be asked"
EMPTIED = Message("This message was taken back.")

Moment = Callable[[], datetime]


class Chat(Protocol):
    """What the courier needs of a platform, for one connection.

    Every method may raise TryLater (not now) or Undeliverable (never at this address).
    """

    @property
    def limits(self) -> Limits:
        """How fast it may be written to."""
        ...

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


class Outcome(StrEnum):
    """How it went with a post this time."""

    SENT = "sent"
    REPEATED = "repeated"
    """Sent, though it may have been there: its platform could not be asked, or the claim ran out on the way."""
    HELD = "held"
    """Shown as its bare template: the guard found in it what tells who a child is."""
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    """Left as it stands: looked at for the new day, or of a day that is over."""
    DROPPED = "dropped"
    LATER = "later"
    FAILED = "failed"
    FAULT = "fault"


class TooSoon(Exception):
    """Nothing may be sent before so many seconds are over; the text says why."""

    def __init__(self, why: str, wait: timedelta) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True)
class Done:
    """How an errand ended, and as what its message is known there. `again`: it may have been there before."""

    outcome: Outcome
    platform_id: str = ""
    again: bool = False


async def run(chat: Chat, errand: Errand, moment: Moment, patience: float) -> Done:
    """Do one errand within `patience` seconds. Raises what the chat does, TimeoutError and TooSoon."""
    async with asyncio.timeout(patience):
        here = errand.platform_id or await _found(chat, errand, moment())
        if errand.past:
            return Done(Outcome.LEFT if here else Outcome.DROPPED)
        if moment() + timedelta(seconds=patience) > errand.claim.until:
            # Another process may have the post by the time that the platform has it.
            raise TooSoon("its turn took too long", timedelta(seconds=1))
        if errand.message is None and here is None:
            raise Undeliverable(MAY_STAND)  # so that a person looks
        if errand.message is None:
            return await _take_away(chat, errand, here) if here else Done(Outcome.DROPPED)
        if here:
            return await _rewrite(chat, errand, errand.message, here)
        again = here is None
        said = _perhaps_again(errand.message) if again and errand.claim.must_be_heard else errand.message
        return Done(Outcome.SENT, await chat.send(errand.to, said, errand.key), again)


async def _found(chat: Chat, errand: Errand, now: datetime) -> str | None:
    """The id of what an earlier attempt left behind, or nothing; None where the platform cannot be asked.

    That nothing is there so soon proves little: a request that was given up may still be on its way. It is asked again
    once that is over.
    """
    since = errand.claim.in_doubt
    if since is None:
        return ""
    try:
        found = await chat.find(errand.to, errand.key)
    except Undeliverable:
        return None
    if not found and now < since + SETTLED:
        raise TooSoon("it may have arrived and not be shown yet", since + SETTLED - now)
    return found or ""


def _perhaps_again(message: Message) -> Message:
    """The same, and that it may have been there before."""
    return replace(message, aside="\n".join(filter(None, [message.aside, PERHAPS_AGAIN])))


async def _take_away(chat: Chat, errand: Errand, platform_id: str) -> Done:
    """A message that is gone already is as good as withdrawn; one that may not be deleted is emptied."""
    with suppress(Gone):
        try:
            await chat.withdraw(errand.to, platform_id)
        except Gone:
            raise
        except Undeliverable:
            await chat.edit(errand.to, platform_id, EMPTIED)
    return Done(Outcome.WITHDRAWN)


async def _rewrite(chat: Chat, errand: Errand, message: Message, platform_id: str) -> Done:
    """Edit in place; a message that somebody deleted, or that is too old to edit, is posted anew.

    Not for the new day's sake: a room would have all of them again each morning. Nor what has only less in it than
    before: where it cannot be edited it is deleted.
    """
    try:
        await chat.edit(errand.to, platform_id, message)
    except Undeliverable:
        if errand.stands:
            return await _take_away(chat, errand, platform_id)
        if errand.refresh:
            return Done(Outcome.LEFT, platform_id)
        return Done(Outcome.SENT, await chat.send(errand.to, message, errand.key))
    return Done(Outcome.EDITED, platform_id)
