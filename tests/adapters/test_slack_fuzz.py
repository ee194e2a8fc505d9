"""Slack's address, and anything at all sent to it: unsigned it is refused, signed and odd it breaks nothing."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.connect import Store
from tests.adapters.fake_slack import PAYLOADS, payload
from tests.adapters.test_slack_edge import signed
from tests.behind import Whole, in_slack, whole
from tests.fuzzing import deep, mutated, odd_json, running, tried

NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
KINDS = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-16", "x", ""]
)
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def here(database_url: str) -> Whole:
    return whole(Store(database_url))


def test_what_nobody_signed_is_refused_whatever_it_is(here: Whole) -> None:
    with running(in_slack(here)) as (slack, run):
        before = here.kept()

        @tried(40)
        @given(
            st.one_of(st.binary(max_size=300), odd_json.map(lambda value: json.dumps(value).encode())),
            KINDS,
            st.booleans(),
        )
        @example(deep(), "application/json", True)
        def each(body: bytes, kind: str, forged: bool) -> None:
            headers = signed(b"something else") if forged else {}
            assert run(slack.raw(body, {"Content-Type": kind, **headers}))[0] == 401

        each()
        assert here.kept() == before


def test_what_slack_signed_and_never_writes_breaks_nothing(here: Whole) -> None:
    with running(in_slack(here)) as (slack, run):
        before = here.kept()

        @tried(60)
        @given(st.one_of(odd_json.map(json.dumps), st.text(max_size=200)), KINDS)
        @example(deep().decode(), "application/json")
        @example('{"type":' + deep().decode() + "}", "application/json")
        @example(urlencode({"payload": deep().decode()}), "application/x-www-form-urlencoded")
        @example('{"team_id":"T0COUNCIL","authorizations":[1]}', "application/json")
        def each(text: str, kind: str) -> None:
            body = text.encode("utf-8", "replace")
            assert run(slack.raw(body, {"Content-Type": kind, **signed(body)}))[0] in (200, 400, 401)

        each()
        assert here.kept() == before


def sent_as(changed: dict, name: str) -> bytes:
    """A payload on the wire: a command as a form, an event as JSON, what somebody pressed as JSON in a form."""
    if name == "slash_command":
        return urlencode(
            {key: value if isinstance(value, str) else json.dumps(value) for key, value in changed.items()},
            errors="replace",
        ).encode()
    if "event" in changed or changed.get("type") == "url_verification":
        return json.dumps(changed).encode()
    return urlencode({"payload": json.dumps(changed)}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_payload_with_something_odd_in_it_is_answered_or_refused(here: Whole, name: str) -> None:
    with running(in_slack(here)) as (slack, run):

        @tried(12)
        @given(mutated(payload(name)))
        def each(changed: dict) -> None:
            body = sent_as(changed, name)
            assert run(slack.raw(body, signed(body)))[0] in (200, 400, 401), changed

        each()
    assert here.faults == []
