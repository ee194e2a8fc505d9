"""Forged, replayed, expired, meant for another or not signed at all: refused, and not a row of the record is other."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from storage.connect import Store
from tests.adapters.fake_slack import FakeSlack, payload
from tests.adapters.teams_town import Town
from tests.adapters.test_slack_edge import BODY, FORM, never_ours, signed
from tests.adapters.test_teams_admission import CASES, NO_CHANNEL, OTHER_CHANNEL, Bad
from tests.behind import Whole, in_slack, in_teams, whole

NOTE = "note 0042 the family rang"
DAY = 24 * 3600


@pytest.fixture
def here(database_url: str) -> Iterator[Whole]:
    store = Store(database_url)
    yield whole(store)
    store.close()


def command(slack: FakeSlack, **changes: str) -> bytes:
    return urlencode(slack.fresh(payload("slash_command", text=NOTE, **changes))).encode()


def pressed(slack: FakeSlack) -> bytes:
    return urlencode({"payload": json.dumps(slack.fresh(payload("press_in_channel")))}).encode()


def filled_in(slack: FakeSlack) -> bytes:
    return urlencode({"payload": json.dumps(slack.fresh(payload("view_submission")))}).encode()


def notes(here: Whole) -> int:
    return sum("'note'" in row or ".NOTE" in row for row in here.kept()["entry"])


async def test_what_slack_did_not_sign_or_not_for_us_is_not_kept(here: Whole) -> None:
    async with in_slack(here) as slack:
        before = here.kept()
        for wrong, headers in never_ours().items():
            assert (await slack.raw(BODY.encode(), {**FORM, **headers}))[0] == 401, wrong
        for stranger in ({"team_id": "T0STRANGER"}, {"team_id": ""}):
            theirs = command(slack, **stranger)
            assert (await slack.raw(theirs, {**FORM, **signed(theirs)}))[0] == 401
        assert here.kept() == before


@pytest.mark.parametrize("said", [command, pressed, filled_in])
@pytest.mark.databases("sqlite")
async def test_what_was_overheard_on_its_way_from_slack_is_refused(
    here: Whole, said: Callable[[FakeSlack], bytes]
) -> None:
    """Within the five minutes in which its signature is good; and with what is not signed of it changed."""
    async with in_slack(here) as slack:
        body = said(slack)
        headers = {**FORM, **signed(body, age=60)}
        assert (await slack.raw(body, headers))[0] == 200
        before = here.kept()
        for other in ({}, {"Content-Type": "text/plain"}, {"X-Slack-Retry-Num": "1"}, {"User-Agent": "another"}):
            assert await slack.raw(body, {**headers, **other}) == (401, {"error": "invalid request"})
        assert here.kept() == before
        assert len(here.answered) == 1


async def test_an_overheard_command_acts_once_on_another_replica_too(here: Whole) -> None:
    """Another process does not know the signature; the record knows the delivery."""
    async with in_slack(here) as slack:
        body = command(slack)
        headers = {**FORM, **signed(body)}
        assert (await slack.raw(body, headers))[0] == 200
        before, noted = here.kept(), notes(here)
    async with in_slack(here) as slack:
        assert (await slack.raw(body, headers))[0] == 200
        assert notes(here) == noted == 1
        assert here.kept() == before


async def test_an_event_that_comes_again_is_acknowledged_and_nothing_more(here: Whole) -> None:
    body = json.dumps(payload("message_im") | {"event": payload("message_im")["event"] | {"text": NOTE}}).encode()
    async with in_slack(here) as slack:
        headers = {"Content-Type": "application/json", **signed(body)}
        assert (await slack.raw(body, headers))[0] == 200
        await slack.until(lambda: slack.messages["D0SHAH"])
        before = here.kept()
        assert await slack.raw(body, headers) == (200, {})
        assert here.kept() == before
        assert (len(slack.messages["D0SHAH"]), notes(here)) == (1, 1)


REFUSED = [case[1:3] for case in CASES if case[3] == 401]


async def test_what_microsoft_did_not_sign_or_not_for_us_is_not_kept(here: Whole) -> None:
    async with in_teams(here) as teams:
        teams.fake.keys += [OTHER_CHANNEL, NO_CHANNEL]
        before = here.kept()
        for header, change in REFUSED:
            assert (await sent(teams, header, change))[0] == 401
        assert here.kept() == before
        assert len(REFUSED) > 30 and not teams.fake.calls


async def test_a_message_that_comes_again_from_teams_acts_once(here: Whole) -> None:
    """Teams signs who calls and not what is said, so that a redelivery and a replay look alike: both count once."""
    async with in_teams(here) as teams:
        assert await teams.says(NOTE) == 200
        before = here.kept()
        assert await teams.says(NOTE) == 200
        assert here.kept() == before
        assert notes(here) == 1
        teams.clock.move(seconds=2 * DAY)
        late = f"Bearer {teams.fake.token(exp=-DAY)}"
        assert (await teams.post(teams.activity("personal_message", text=NOTE), authorization=late))[0] == 401
        assert here.kept() == before


async def sent(teams: Town, header: Bad, change: dict[str, Any]) -> tuple[int, Any]:
    activity = {key: value for key, value in (teams.activity("personal_message", text=NOTE) | change).items() if value}
    return await teams.post(activity, authorization=header(teams))
