"""Who may knock: every wrong token, key and body, each with the answer it gets, over real HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.teams import Teams
from adapters.teams.keys import ASK_AGAIN_AFTER, KEEP_FOR, RENEW_AFTER
from bot.domain.errors import BadSettings
from bot.domain.message import Message
from tests.adapters.fake_connector import APP_ID, TENANT, SigningKey
from tests.adapters.teams_town import CONNECTION, Clock, Town, credentials, town

HOUR = 3600
OTHER_CHANNEL = SigningKey("webchat-key", endorsements=("webchat",))
NO_CHANNEL = SigningKey("unendorsed-key", endorsements=())
Bad = Callable[[Town], str]
Change = dict[str, Any]

AS_IT_IS: Change = {}
OTHER_TENANT: Change = {"channelData": {"tenant": {"id": "99999999-0000-4000-8000-000000000000"}}}

# What is wrong; the Authorization header; what is changed in the activity (None takes it out); the status.
CASES: list[tuple[str, Bad, Change, int]] = [
    ("nothing", lambda t: f"Bearer {t.fake.token()}", AS_IT_IS, 200),
    ("expired two minutes ago: clocks may differ by five", lambda t: f"Bearer {t.fake.token(exp=-120)}", AS_IT_IS, 200),
    ("no header", lambda t: "", AS_IT_IS, 401),
    ("Basic", lambda t: "Basic dXNlcjpwYXNz", AS_IT_IS, 401),
    ("the audience is another app", lambda t: f"Bearer {t.fake.token(aud='another-app')}", AS_IT_IS, 401),
    ("the audience is a list", lambda t: f"Bearer {t.fake.token(aud=[APP_ID])}", AS_IT_IS, 401),
    ("another issuer", lambda t: f"Bearer {t.fake.token(iss='https://evil.example')}", AS_IT_IS, 401),
    (
        "serviceurl of another service",
        lambda t: f"Bearer {t.fake.token(serviceurl='https://x.example/')}",
        AS_IT_IS,
        401,
    ),
    ("no serviceurl claim", lambda t: f"Bearer {t.fake.token(serviceurl=None)}", AS_IT_IS, 401),
    ("garbage", lambda t: "Bearer garbage", AS_IT_IS, 401),
    ("a.b.c", lambda t: "Bearer a.b.c", AS_IT_IS, 401),
    ("alg none", lambda t: f"Bearer {t.fake.token_signed_as('none')}", AS_IT_IS, 401),
    ("HS256 with the public key", lambda t: f"Bearer {t.fake.token_signed_as('HS256')}", AS_IT_IS, 401),
    (
        "a rogue key under a known id",
        lambda t: f"Bearer {t.fake.token(key=SigningKey('rogue'), kid='key-1')}",
        AS_IT_IS,
        401,
    ),
    ("an unknown key id", lambda t: f"Bearer {t.fake.token(kid='key-99')}", AS_IT_IS, 401),
    ("no key id", lambda t: f"Bearer {t.fake.token(kid=None)}", AS_IT_IS, 401),
    ("expired an hour ago", lambda t: f"Bearer {t.fake.token(exp=-HOUR)}", AS_IT_IS, 401),
    ("valid in an hour", lambda t: f"Bearer {t.fake.token(nbf=HOUR, exp=2 * HOUR)}", AS_IT_IS, 401),
    ("no issuer", lambda t: f"Bearer {t.fake.token(iss=None)}", AS_IT_IS, 401),
    ("a key for another channel", lambda t: f"Bearer {t.fake.token(key=OTHER_CHANNEL)}", AS_IT_IS, 401),
    ("a key for no channel", lambda t: f"Bearer {t.fake.token(key=NO_CHANNEL)}", AS_IT_IS, 401),
    (
        "the emulator's issuer",
        lambda t: f"Bearer {t.fake.token(iss='https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/')}",
        AS_IT_IS,
        401,
    ),
    ("another bot's token", lambda t: f"Bearer {t.fake.token(ver='1.0', appid='another')}", AS_IT_IS, 401),
    ("no end", lambda t: f"Bearer {t.fake.token(exp=None)}", AS_IT_IS, 401),
    ("no serviceUrl in the activity", lambda t: f"Bearer {t.fake.token()}", {"serviceUrl": None}, 401),
    ("no serviceUrl anywhere", lambda t: f"Bearer {t.fake.token(serviceurl=None)}", {"serviceUrl": None}, 401),
    (
        "no channelId, and a key for another channel",
        lambda t: f"Bearer {t.fake.token(key=OTHER_CHANNEL)}",
        {"channelId": None},
        401,
    ),
    ("no channelId", lambda t: f"Bearer {t.fake.token()}", {"channelId": None}, 401),
    ("another channel's activity", lambda t: f"Bearer {t.fake.token()}", {"channelId": "webchat"}, 401),
    ("another tenant", lambda t: f"Bearer {t.fake.token()}", OTHER_TENANT, 401),
    ("no tenant", lambda t: f"Bearer {t.fake.token()}", {"channelData": None}, 401),
    ("a tenant that is no text", lambda t: f"Bearer {t.fake.token()}", {"channelData": {"tenant": ["x"]}}, 401),
    ("'bearer' in lower case", lambda t: f"bearer {t.fake.token()}", AS_IT_IS, 401),
    ("a bearer without a token", lambda t: "Bearer ", AS_IT_IS, 401),
    ("two tokens", lambda t: f"Bearer {t.fake.token()} {t.fake.token()}", AS_IT_IS, 401),
]


@pytest.mark.parametrize(("header", "change", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_token(header: Bad, change: Change, status: int) -> None:
    async with town() as here:
        here.fake.keys += [OTHER_CHANNEL, NO_CHANNEL]
        activity = {name: value for name, value in (here.activity("personal_message") | change).items() if value}
        assert (await here.post(activity, authorization=header(here)))[0] == status
        assert len(here.script.said) == (1 if status == 200 else 0)
        assert bool(here.fake.calls) is (status == 200)


async def test_our_token_goes_to_known_hosts_only() -> None:
    async with town(service_hosts=("smba.trafficmanager.net",)) as here:
        assert await here.says("status 0042") == 401
        assert not here.script.said and not here.fake.tokens_asked


async def test_each_tenant_has_its_own_app() -> None:
    """The NHS trust's app cannot speak for the council's tenant, nor the other way round."""
    trust = credentials(connection=8, outside_id="trust-tenant", app_id="the-trust's-app")
    tenants = {TENANT: CONNECTION, "trust-tenant": 8}
    async with town(credentials=[credentials(), trust], tenants=tenants) as here:
        from_trust = here.activity("personal_message", channelData={"tenant": {"id": "trust-tenant"}})
        theirs = f"Bearer {here.fake.token(aud=trust.app_id)}"
        assert (await here.post(from_trust))[0] == 401
        assert (await here.post(here.activity("personal_message"), authorization=theirs))[0] == 401
        assert not here.script.said
        await here.post(from_trust, authorization=theirs)
        assert [said.who.connection for said in here.script.said] == [8]


# Keys


async def test_a_rotated_key_is_taken_at_once() -> None:
    async with town() as here:
        assert await here.says("help") == 200
        here.clock.move(minutes=5)
        here.fake.rotate()
        assert await here.says("help") == 200
        assert here.fake.metadata_asked == 2


async def test_unknown_keys_cannot_make_us_ask_again_and_again() -> None:
    async with town() as here:
        for _ in range(5):
            await here.post(here.activity("personal_message"), authorization=f"Bearer {here.fake.token(kid='key-99')}")
        assert here.fake.metadata_asked == 1
        here.clock.move(seconds=ASK_AGAIN_AFTER.total_seconds())
        await here.post(here.activity("personal_message"), authorization=f"Bearer {here.fake.token(kid='key-99')}")
        assert here.fake.metadata_asked == 2


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(hours=1), 200), (RENEW_AFTER, 200), (KEEP_FOR - timedelta(1), 200), (KEEP_FOR, 503)]
)
async def test_old_keys_last_through_an_outage(age: timedelta, status: int) -> None:
    async with town() as here:
        assert await here.says("help") == 200
        here.fake.metadata_works = False
        here.clock.move(seconds=age.total_seconds())
        assert await here.says("help") == status


async def test_keys_are_renewed_every_day() -> None:
    async with town() as here:
        for _ in range(3):
            await here.says("help")
        assert here.fake.metadata_asked == 1
        here.clock.move(days=1)
        await here.says("help")
        assert here.fake.metadata_asked == 2


async def test_no_keys_at_all_is_an_outage_and_not_an_attack() -> None:
    async with town() as here:
        here.fake.metadata_works = False
        async with here.client.post(
            "/api/messages",
            json=here.activity("personal_message"),
            headers={"Authorization": f"Bearer {here.fake.token()}"},
        ) as response:
            assert response.status == 503
            assert response.headers["Retry-After"]
        here.fake.metadata_works = True
        here.clock.move(seconds=ASK_AGAIN_AFTER.total_seconds())
        assert await here.says("help") == 200


# The body

BODIES = [
    ("not JSON", "application/json", b"<html>", 400),
    ("a list", "application/json", b"[]", 400),
    ("no type", "application/json", b"{}", 400),
    ("a type that is no text", "application/json", b'{"type": 5}', 400),
    ("a wrong field", "application/json", b'{"type": "message", "from": "Shah"}', 400),
    ("a wrong date", "application/json", b'{"type": "message", "timestamp": "yesterday"}', 400),
    ("too deep", "application/json", b"[" * 100_000, 400),
    ("not UTF-8", "application/json", b'{"type": "\xff"}', 400),
    ("a form", "application/x-www-form-urlencoded", b"type=message", 415),
    ("no content type", "", b"{}", 415),
    ("too large", "application/json", b" " * 300_000, 413),
]


@pytest.mark.parametrize(("kind", "body", "status"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
async def test_body(kind: str, body: bytes, status: int) -> None:
    async with town() as here:
        headers = {"Authorization": f"Bearer {here.fake.token()}", "Content-Type": kind}
        async with here.client.post("/api/messages", data=body, headers=headers) as response:
            assert response.status == status
        async with here.client.post("/api/messages", data=body, headers={"Content-Type": kind}) as unsigned:
            assert unsigned.status == 401


async def test_a_body_without_a_length_is_stopped_too() -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 10_000

    async with town() as here:
        headers = {"Authorization": f"Bearer {here.fake.token()}", "Content-Type": "application/json"}
        async with here.client.post("/api/messages", data=endless(), headers=headers) as response:
            assert response.status == 413


@pytest.mark.parametrize("missing", ["from", "conversation", "recipient"])
async def test_an_activity_says_who_and_where(missing: str) -> None:
    async with town() as here:
        activity = here.activity("personal_message")
        del activity[missing]
        assert (await here.post(activity))[0] == 400
        assert not here.script.said


async def test_only_post() -> None:
    async with town() as here, here.client.get("/api/messages") as response:
        assert response.status == 405


# No app id


def test_without_an_app_id_the_caller_must_say_loopback_only() -> None:
    with pytest.raises(BadSettings, match="TEAMS_APP_ID"):
        Teams([credentials(app_id="")], answer=lambda said, now: Message(""), clock=Clock(), tenants={})


async def test_loopback_only_serves_this_machine_unsigned() -> None:
    async with town(credentials=[credentials(app_id="")], loopback_only=True, tenants={}) as here:
        here.fake.tokens.add("")
        assert (await here.post(here.activity("personal_message"), authorization=""))[0] == 200
        assert here.script.said[0].who.connection == CONNECTION
        assert not here.fake.tokens_asked


async def test_loopback_only_answers_nowhere_else() -> None:
    async with town(credentials=[credentials(app_id="")], loopback_only=True) as here:
        evil = here.activity("personal_message", serviceUrl="https://evil.example/")
        assert (await here.post(evil, authorization=""))[0] == 401
        async with here.client.post(
            "/api/messages", json=here.activity("personal_message"), headers={"X-Forwarded-For": "203.0.113.9"}
        ) as forwarded:
            assert forwarded.status == 401
        for host in ("rebound.example", "[::1"):
            async with here.client.post(
                "/api/messages", json=here.activity("personal_message"), headers={"Host": host}
            ) as rebound:
                assert rebound.status == 401
        assert not here.script.said
