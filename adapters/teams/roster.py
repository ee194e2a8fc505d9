"""Who somebody is and who reads a room, as the tenant's own roster says: asked once, then remembered for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.teams.dig import dig_text
from adapters.teams.heard import Heard
from adapters.teams.sending import Connector
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.readers import Readers

MOST_ACCOUNTS = 10_000
REMEMBERED = timedelta(hours=1)
FORGOTTEN = timedelta(minutes=1)
"""How long it is not asked again where Teams did not say in time: nobody's next line waits for it too."""
PATIENCE = 1.0
"""Seconds that an answer waits for who reads the room."""


class Roster:
    """Activities carry no address, and a person is first linked to an account by theirs."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._emails: OrderedDict[tuple[int, str], str] = OrderedDict()
        self._readers: dict[tuple[int, str], tuple[Readers | None, datetime]] = {}

    async def introduced(self, heard: Heard) -> Heard:
        """The same, with the sender's address where Teams vouches for one."""
        known = (heard.who.connection, heard.who.account)
        if known not in self._emails:
            try:
                self._emails[known] = _address(
                    await self._connector.member(heard.spot, heard.user["id"]), tenant=heard.tenant
                )
            except Undeliverable:
                self._emails[known] = ""
            except TryLater:
                return heard  # asked again next time
            if len(self._emails) > MOST_ACCOUNTS:
                self._emails.popitem(last=False)
        return replace(heard, who=replace(heard.who, email=self._emails[known]))

    async def read_by(self, heard: Heard, now: datetime) -> Heard:
        """The same, with who reads the place, where Teams says so in time; a personal chat needs no asking."""
        if heard.where.private:
            return heard
        here = (heard.spot.connection, heard.where.place)
        known = self._readers.get(here)
        if known is None or known[1] <= now:
            known = (known[0] if known else None), now + FORGOTTEN
            with suppress(Undeliverable, TryLater, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    members = await self._connector.members(replace(heard.spot, conversation=heard.where.place))
                known = readers_of(members, heard.tenant), now + REMEMBERED
            if len(self._readers) > MOST_ACCOUNTS:
                self._readers.clear()
            self._readers[here] = known
        return replace(heard, where=replace(heard.where, readers=known[0]))

    def forget(self, heard: Heard) -> None:
        """Ask anew who reads the place."""
        self._readers.pop((heard.spot.connection, heard.where.place), None)


def readers_of(members: Sequence[Mapping[str, Any]], tenant: str) -> Readers:
    """The accounts of a roster, and how many are guests or of another tenant."""
    accounts = tuple(dig_text(one, "aadObjectId") or dig_text(one, "id") for one in members)
    return Readers(accounts, sum(_is_outside(one, tenant) for one in members))


def _is_outside(member: object, tenant: str) -> bool:
    return dig_text(member, "tenantId") not in ("", tenant) or dig_text(member, "userRole") == "guest"


def _address(member: object, *, tenant: str) -> str:
    """The address of a member of this very tenant. A guest's, or another organisation's, proves nothing here."""
    if _is_outside(member, tenant):
        return ""
    return (dig_text(member, "email") or dig_text(member, "userPrincipalName")).lower()
