"""Teams' address, and anything at all sent to it: without Microsoft's token it is refused, with it breaks nothing."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.connect import Store
from tests.adapters.fake_connector import SigningKey
from tests.adapters.teams_town import PAYLOADS, Town
from tests.behind import Whole, in_teams, whole
from tests.fuzzing import deep, mutated, odd_json, running, tried

NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
KINDS = st.sampled_from(
    ["application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", ""]
)
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def here(database_url: str) -> Whole:
    return whole(Store(database_url))


async def sent(teams: Town, body: bytes, authorization: str, kind: str = "application/json") -> int:
    headers = {"Authorization": authorization, "Content-Type": kind}
    async with teams.client.post("/api/messages", data=body, headers=headers) as response:
        return response.status


def test_without_microsoft_s_token_nothing_is_heard_whatever_it_is(here: Whole) -> None:
    with running(in_teams(here)) as (teams, run):
        before = here.kept()
        rogue = SigningKey("rogue")
        tokens = [
            "",
            "Bearer",
            "Bearer x.y.z",
            f"Bearer {teams.fake.token(key=rogue)}",
            f"Bearer {teams.fake.token(aud='another')}",
        ]
        printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)

        @tried(60)
        @given(
            st.binary(max_size=300),
            st.one_of(st.sampled_from(tokens), printable, printable.map("Bearer {}".format)),
            KINDS,
        )
        @example(deep(), "", "application/json")
        def each(body: bytes, authorization: str, kind: str) -> None:
            assert run(sent(teams, body, authorization, kind)) == 401

        each()
        assert here.kept() == before


def test_what_microsoft_signed_and_never_writes_breaks_nothing(here: Whole) -> None:
    with running(in_teams(here)) as (teams, run):
        before = here.kept()
        bodies = st.one_of(st.binary(max_size=300), odd_json.map(lambda value: json.dumps(value).encode()))

        @tried(60)
        @given(bodies, KINDS)
        @example(deep(), "application/json")
        @example(b'{"type":"message","entities":' + deep() + b"}", "application/json")
        @example(b'{"type":"message","id":' + b"1" * 5000 + b"}", "application/json")
        def each(body: bytes, kind: str) -> None:
            assert run(sent(teams, body, f"Bearer {teams.fake.token()}", kind)) in (400, 401, 413, 415)

        each()
        assert here.kept() == before


@pytest.mark.parametrize("name", NAMES)
def test_an_activity_with_something_odd_in_it_is_answered_or_refused(here: Whole, name: str) -> None:
    with running(in_teams(here)) as (teams, run):

        @tried(15)
        @given(mutated(teams.activity(name)))
        def each(changed: dict) -> None:
            body = json.dumps(changed).encode()
            assert run(sent(teams, body, f"Bearer {teams.fake.token()}")) in (200, 400, 401, 501), changed

        each()
    assert here.faults == []
