"""Who may knock: the token of each request, then the tenant and the addresses its activity names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
from botframework.connector.auth import (
    AuthenticationConstants,
    ChannelValidation,
    CredentialProvider,
    JwtTokenExtractor,
    VerifyOptions,
)
from botframework.connector.auth.skill_validation import SkillValidation

from adapters.teams.keys import Keys, UnknownKey
from bot.courier import Credentials
from bot.settings.readers import is_loopback

CHANNEL = "msteams"
LEEWAY = 5 * 60
"""Seconds that clocks may differ. Microsoft documentation, Bot Connector authentication: 5 minutes."""
SERVICE_HOSTS = ("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com")
"""Where Teams takes messages: the public cloud, and GCC. The bot's own token goes there, so nowhere else."""


class NotAdmitted(Exception):
    """The caller has not shown that it is Teams, speaking for a tenant of ours. The text is for the log only."""


class OurApps(CredentialProvider):
    """The app ids that a token may be meant for."""

    def __init__(self, app_ids: frozenset[str]) -> None:
        self.app_ids = app_ids

    async def is_valid_appid(self, app_id: str) -> bool:
        return app_id in self.app_ids

    async def is_authentication_disabled(self) -> bool:
        return False


class Gate:
    """Lets in what Microsoft signed, for an app of ours, from a tenant of ours, with an address we know."""

    def __init__(
        self,
        credentials: Sequence[Credentials],
        *,
        tenants: Mapping[str, int],
        service_hosts: Sequence[str],
        keys: Keys,
        metadata_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._app_of = {each.connection: each.app_id for each in credentials}
        self._apps = OurApps(frozenset(each.app_id for each in credentials if each.app_id))
        self._tenants, self._hosts, self._clock = dict(tenants), frozenset(service_hosts), clock
        # The times are judged below, by the clock we were handed, and so that a missing `exp` is refused.
        options = VerifyOptions(
            issuer=[AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER],
            audience=None,
            clock_tolerance=LEEWAY,
            ignore_expiration=True,
        )
        self._extractor = JwtTokenExtractor(options, metadata_url, AuthenticationConstants.ALLOWED_SIGNING_ALGORITHMS)
        self._extractor.open_id_metadata = keys

    async def verified(self, authorization: str) -> Mapping[str, Any]:
        """The claims of a request's `Authorization` header. Raises NotAdmitted or KeysUnreachable."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise NotAdmitted("no bearer token")
        try:
            if jwt.get_unverified_header(token).get("alg") != "RS256":
                raise NotAdmitted("not signed as Microsoft signs")
            identity = await self._extractor.get_identity_from_auth_header(authorization, CHANNEL)
            claims: Mapping[str, Any] = identity.claims if identity else {}
            if not isinstance(claims.get("aud"), str) or SkillValidation.is_skill_claim(claims):
                raise NotAdmitted("not issued by the Bot Connector to one app")
            await ChannelValidation.validate_identity(identity, self._apps)
        except (jwt.PyJWTError, PermissionError, UnknownKey, ValueError, TypeError) as refused:
            raise NotAdmitted(f"{type(refused).__name__}: {str(refused)!r}") from refused
        self._in_time(claims)
        return claims

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        expires, starts = _moment(claims.get("exp")), _moment(claims.get("nbf", 0))
        if expires is None or starts is None:
            raise NotAdmitted("the token does not say when it ends")
        if now > expires + LEEWAY or now < starts - LEEWAY:
            raise NotAdmitted("the token is too old or too new")

    def connection(self, claims: Mapping[str, Any], *, channel: str, service_url: str, tenant: str) -> int:
        """Which connection an activity belongs to. Raises NotAdmitted.

        The tenant is not in the token, so it is believed only because Microsoft's service wrote the whole activity.
        """
        if channel != CHANNEL:
            raise NotAdmitted("not from Teams")
        if not service_url or claims.get("serviceurl") != service_url or not known_host(service_url, self._hosts):
            raise NotAdmitted("the address to answer to is not the token's, or not one we know")
        connection = self._tenants.get(tenant)
        if connection is None or self._app_of.get(connection) != claims.get("aud"):
            raise NotAdmitted("not a tenant of ours, or another tenant's app")
        return connection


def known_host(service_url: str, hosts: frozenset[str]) -> bool:
    """True where our token may go: a listed host, by https unless it is this machine."""
    try:
        parts = urlsplit(service_url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return host in hosts and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _moment(value: Any) -> float | None:
    """Seconds since 1970, None where that is not what stands there."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
