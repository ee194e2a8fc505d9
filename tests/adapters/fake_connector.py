"""A Bot Connector of our own: the keys, the sign-in and the REST calls of Microsoft's, over real HTTP.

Each rule cites the public page it follows. What only the real service can show (how a card looks, who sees a targeted
message, how long a dialog lasts) is not here, and docs/teams.md says so.
"""

import base64
import hashlib
import hmac
import json
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

APP_ID = "6f9a1c2e-0000-4000-8000-00000000b07a"
APP_PASSWORD = "not-a-real-password"
TENANT = "11111111-2222-4333-8444-555555555555"
ISSUER = "https://api.botframework.com"
"""Microsoft documentation, "Authentication with the Bot Connector API": the issuer of tokens sent to a bot."""
MOST_BYTES = 100 * 1024
"""Microsoft documentation, "Format your bot messages": about 100 KB a message, counted as UTF-16."""


@cache
def _pair(kid: str) -> rsa.RSAPrivateKey:
    """One key pair a name, for the whole run: making them is slow."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class SigningKey:
    """A key pair as Microsoft's list names it, with the channels it speaks for."""

    kid: str
    endorsements: tuple[str, ...] = ("msteams",)

    @property
    def private(self) -> rsa.RSAPrivateKey:
        return _pair(self.kid)

    def jwk(self) -> dict[str, Any]:
        listed = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**listed, "use": "sig", "kid": self.kid, "endorsements": list(self.endorsements)}

    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Call:
    """One call the bot made."""

    method: str
    conversation: str
    """Empty for the making of one."""
    activity: str
    body: Mapping[str, Any]
    query: Mapping[str, str]
    token: str

    @property
    def card(self) -> Mapping[str, Any]:
        sent = self.body.get("activity", self.body)
        return sent["attachments"][0]["content"]


@dataclass(frozen=True)
class Fault:
    """What the next call meets instead of its answer."""

    status: int
    code: str = ""
    retry_after: str = ""
    seconds: float = 0.0
    """How long the service thinks first; a status of 0 then answers as usual."""


class FakeConnector:
    """`app` serves everything; set `url` to its address once it listens."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime(2025, 1, 6, 9, tzinfo=UTC)) -> None:
        self.clock = clock
        self.url = ""
        self.keys = [SigningKey("key-1")]
        self.metadata_works = True
        self.metadata_asked = 0
        self.password = APP_PASSWORD
        self.tokens_asked: list[dict[str, str]] = []
        self.token_seconds = 3600
        self.tokens: set[str] = set()
        self.calls: list[Call] = []
        self.faults: deque[Fault] = deque()
        self.blocked: set[str] = set()
        """Users who blocked or removed the bot, and conversations it was thrown out of."""
        self.gone: set[str] = set()
        """Conversations and messages that are no longer there."""
        self.members: dict[str, dict[str, str]] = {}
        self.rosters: dict[str, list[dict[str, str]]] = {}
        """Who is in each channel."""
        self.page = 500
        self.member_fault: tuple[int, str] | None = None
        """What is answered to who a member is, status and code."""
        self.app = self._app()

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024)
        conversations = "/teams/v3/conversations"
        app.add_routes(
            [
                web.get("/v1/.well-known/openidconfiguration", self._metadata),
                web.get("/v1/.well-known/keys", self._keys),
                web.post("/{tenant}/oauth2/v2.0/token", self._token),
                web.post(conversations, self._called),
                web.post(f"{conversations}/{{conversation}}/activities", self._called),
                web.post(f"{conversations}/{{conversation}}/activities/{{activity}}", self._called),
                web.put(f"{conversations}/{{conversation}}/activities/{{activity}}", self._called),
                web.delete(f"{conversations}/{{conversation}}/activities/{{activity}}", self._called),
                web.get(f"{conversations}/{{conversation}}/members/{{user}}", self._member),
                web.get(f"{conversations}/{{conversation}}/pagedmembers", self._page_of_members),
            ]
        )
        return app

    # Inbound tokens

    def rotate(self) -> SigningKey:
        """Sign with a new key and list no other. The documentation: keys may roll at any time."""
        self.keys = [SigningKey(f"key-{int(self.keys[0].kid.split('-')[1]) + 1}")]
        return self.keys[0]

    def claims(self, **other: Any) -> dict[str, Any]:
        """The claims of a good token; an argument of None leaves one out, times are seconds from now."""
        now = int(self.clock().timestamp())
        times = {"nbf": -300, "exp": 3600} | {name: other.pop(name) for name in ("nbf", "exp") if name in other}
        claims = {"iss": ISSUER, "aud": APP_ID, "serviceurl": self.service_url, **other}
        claims |= {name: value if value is None else now + value for name, value in times.items()}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, *, key: SigningKey | None = None, kid: str | None = "", **claims: Any) -> str:
        """A token as Microsoft signs it, or wrong in just the way that is asked for."""
        key = key or self.keys[0]
        headers = {} if kid is None else {"kid": kid or key.kid}
        return jwt.encode(self.claims(**claims), key.private, algorithm="RS256", headers=headers)

    def token_signed_as(self, algorithm: str) -> str:
        """A forgery: `none`, or HS256 with the public key as its secret."""
        header = {"typ": "JWT", "alg": algorithm, "kid": self.keys[0].kid}
        parts = ".".join(_base64(json.dumps(part).encode()) for part in (header, self.claims()))
        signature = hmac.digest(self.keys[0].pem(), parts.encode(), hashlib.sha256) if algorithm == "HS256" else b""
        return f"{parts}.{_base64(signature)}"

    async def _metadata(self, request: web.Request) -> web.Response:
        self.metadata_asked += 1
        if not self.metadata_works:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/v1/.well-known/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [key.jwk() for key in self.keys]})

    # The bot's own token

    async def _token(self, request: web.Request) -> web.Response:
        """Microsoft documentation, "Authenticate requests from your bot": client credentials, for one scope."""
        asked = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        self.tokens_asked.append({"tenant": request.match_info["tenant"], **asked})
        if asked.get("client_id") != APP_ID or asked.get("client_secret") != self.password:
            return web.json_response({"error": "invalid_client"}, status=401)
        if asked.get("scope") != "https://api.botframework.com/.default":
            return web.json_response({"error": "invalid_scope"}, status=400)
        token = f"pass-{len(self.tokens_asked)}"
        self.tokens.add(token)
        return web.json_response({"token_type": "Bearer", "expires_in": self.token_seconds, "access_token": token})

    # The connector

    async def _called(self, request: web.Request) -> web.Response:
        raw = await request.read()
        call = Call(
            request.method,
            request.match_info.get("conversation", ""),
            request.match_info.get("activity", ""),
            json.loads(raw) if raw else {},
            dict(request.query),
            request.headers.get("Authorization", "").removeprefix("Bearer "),
        )
        refused = await self._refused(call, raw)
        if refused is not None:
            return refused
        self.calls.append(call)
        return web.json_response(self._made(call), status=200 if request.method in ("PUT", "DELETE") else 201)

    async def _refused(self, call: Call, raw: bytes) -> web.Response | None:
        if call.token not in self.tokens:
            return _error(401, "Unauthorized")
        if self.faults:
            fault = self.faults.popleft()
            await sleep(fault.seconds)
            if fault.status:
                return _error(fault.status, fault.code, fault.retry_after)
        if len(raw.decode().encode("utf-16-le")) > MOST_BYTES:
            return _error(413, "MessageSizeTooBig")
        if self._to(call) & self.blocked:
            # "Status codes from bot conversational APIs": the user blocked or removed the bot.
            return _error(403, "MessageWritesBlocked")
        if call.conversation in self.gone:
            return _error(404, "ConversationNotFound")
        if call.method in ("PUT", "DELETE") and call.activity in self.gone:
            return _error(404, "ActivityNotFoundInConversation")
        if call.query.get("isTargetedActivity") and not call.body.get("recipient", {}).get("id"):
            # "Send and receive targeted messages": the recipient is the one user who sees it.
            return _error(400, "BadArgument")
        return None

    def _to(self, call: Call) -> set[str]:
        return {call.conversation, *(each["id"] for each in call.body.get("members", ()))}

    def _made(self, call: Call) -> dict[str, str]:
        number = f"17000000{len(self.calls):05}"
        if call.method != "POST":
            return {"id": call.activity}
        if call.conversation:
            return {"id": number}
        if call.body.get("isGroup"):
            # "Proactive messages": a post in a channel is a conversation named after its first message.
            channel = call.body["channelData"]["channel"]["id"]
            return {"id": f"{channel};messageid={number}", "activityId": number}
        return {"id": f"a:chat-of-{call.body['members'][0]['id']}"}

    async def _member(self, request: web.Request) -> web.Response:
        """Microsoft documentation, "Get Teams-specific context": one member of a conversation."""
        if self.member_fault:
            return _error(*self.member_fault)
        member = self.members.get(request.match_info["user"])
        return web.json_response(member) if member else _error(404, "MemberNotFoundInConversation")

    async def _page_of_members(self, request: web.Request) -> web.Response:
        """The same page: members of a conversation by pages, each naming the next; none of a chat the bot is not in."""
        here = request.match_info["conversation"]
        if here not in self.rosters:
            return _error(403, "BotNotInConversationRoster")
        first = int(request.query.get("continuationToken") or 0)
        last = first + min(int(request.query["pageSize"]), self.page)
        more = {"continuationToken": str(last)} if last < len(self.rosters[here]) else {}
        return web.json_response({"members": self.rosters[here][first:last], **more})

    # Reading what happened

    def posts(self, conversation: str = "") -> list[Call]:
        """The messages posted, in one conversation or in all."""
        posted = [
            call for call in self.calls if call.method == "POST" and ("activity" in call.body or call.conversation)
        ]
        return [call for call in posted if not conversation or call.conversation == conversation]

    def edits(self) -> list[Call]:
        return [call for call in self.calls if call.method == "PUT"]


def words_of(card: Any) -> str:
    """All the words of a card, in the order they are read; a space that holds a line together is a space."""
    if isinstance(card, list):
        return " ".join(filter(None, (words_of(each) for each in card)))
    if not isinstance(card, Mapping):
        return ""
    told = (card.get(name) for name in ("label", "text", "title"))
    own = [words.replace("\u00a0", " ") for words in told if isinstance(words, str)]
    inner = (card.get(name) for name in ("body", "columns", "items", "inlines", "actions"))
    return " ".join([*own, *filter(None, (words_of(each) for each in inner))])


def buttons_of(card: Any) -> dict[str, Mapping[str, Any]]:
    """Every button of a card by its title, wherever it stands."""
    if isinstance(card, list):
        return {title: each for part in card for title, each in buttons_of(part).items()}
    if not isinstance(card, Mapping):
        return {}
    found = {each["title"]: each for each in card.get("actions", ())}
    return found | buttons_of(card.get("body", [])) | buttons_of(card.get("items", []))


def inputs_of(card: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every input of a card by its id."""
    return {each["id"]: each for each in card["body"] if each["type"].startswith("Input.")}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _error(status: int, code: str, retry_after: str = "") -> web.Response:
    headers = {"Retry-After": retry_after} if retry_after else {}
    return web.json_response({"error": {"code": code, "message": code}}, status=status, headers=headers)
