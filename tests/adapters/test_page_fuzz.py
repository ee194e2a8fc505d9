"""The local page, and anything at all sent to it: only the page itself is heard, and what is odd gets a sentence."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.connect import Store
from tests.behind import PRIYA, Whole, on_the_page, whole
from tests.fuzzing import deep, mutated, odd_json, running, texts, tried

LINE = {
    "as": PRIYA,
    "place": f"private:{PRIYA}",
    "line": "note 0042 the family rang",
    "delivery": "d1",
    "shown": "note",
    "values": {"words": "the family rang"},
    "nonce": "n1",
}
PATHS = st.sampled_from(["/api/say", "/api/unsay", "/api/clock"])
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def here(database_url: str) -> Whole:
    return whole(Store(database_url))


async def sent(page: Any, path: str, body: bytes, **headers: str) -> int:
    own = {"Origin": str(page.make_url("/")).rstrip("/"), "Content-Type": "application/json"}
    async with page.post(path, data=body, headers=own | headers) as response:
        await response.read()
        return response.status


def test_what_another_site_sends_is_refused_whatever_it_is(here: Whole) -> None:
    with running(on_the_page(here)) as (page, run):
        before = here.kept()
        hosts = st.sampled_from(
            ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "[::2]:80", "0.0.0.0", ""]
        )
        origins = st.sampled_from(["https://evil.example", "null", "http://localhost", "http://127.0.0.1:1", ""])
        others = st.one_of(
            hosts.map(lambda host: {"Host": host, "Origin": f"http://{host}"}),
            origins.map(lambda origin: {"Origin": origin}),
        )

        @tried(40)
        @given(PATHS, others)
        def each(path: str, other: dict[str, str]) -> None:
            assert run(sent(page, path, json.dumps(LINE).encode(), **other)) == 403

        each()
        assert here.kept() == before and not here.answered


def test_anything_the_page_never_sends_gets_a_sentence(here: Whole) -> None:
    with running(on_the_page(here)) as (page, run):
        before = here.kept()

        @tried(40)
        @given(PATHS, st.one_of(st.binary(max_size=200), odd_json.map(lambda value: json.dumps(value).encode())))
        @example("/api/say", deep())
        @example("/api/say", b" " * 300_000)
        def each(path: str, body: bytes) -> None:
            assert run(sent(page, path, body)) == 400

        each()
        assert here.kept() == before


def test_a_line_with_something_odd_in_it_is_answered_or_refused(here: Whole) -> None:
    with running(on_the_page(here)) as (page, run):

        @tried(60)
        @given(mutated(LINE))
        @example(LINE)
        def each(changed: dict) -> None:
            assert run(sent(page, "/api/say", json.dumps(changed).encode())) in (200, 400), changed

        each()
    assert here.answered and here.faults == []


def test_an_address_with_something_odd_in_it_is_answered_or_refused(here: Whole) -> None:
    with running(on_the_page(here)) as (page, run):

        async def asked(path: str, **query: str) -> int:
            async with page.get(path, params=query) as response:
                return response.status

        @tried(40)
        @given(texts.filter(lambda text: text.isprintable()), texts.filter(lambda text: text.isprintable()))
        @example("../server.py", PRIYA)
        @example("..%2f..%2f.env", PRIYA)
        def each(name: str, who: str) -> None:
            assert run(asked(f"/static/{name}")) in (200, 404)
            assert run(asked(f"/api/rooms/{name}", **{"as": who})) in (200, 400, 404)

        each()
