"""The e-mail address of an account, as its own tenant vouches for it: asked once, then remembered."""

from collections import OrderedDict
from dataclasses import replace

from adapters.teams.dig import dig_text
from adapters.teams.heard import Heard
from adapters.teams.sending import Connector
from bot.domain.errors import TryLater, Undeliverable

MOST_ACCOUNTS = 10_000


class Roster:
    """Activities carry no address, and a person is first linked to an account by theirs."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._emails: OrderedDict[tuple[int, str], str] = OrderedDict()

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


def _address(member: object, *, tenant: str) -> str:
    """The address of a member of this very tenant. A guest's, or another organisation's, proves nothing here."""
    if dig_text(member, "tenantId") not in ("", tenant) or dig_text(member, "userRole") == "guest":
        return ""
    return (dig_text(member, "email") or dig_text(member, "userPrincipalName")).lower()
