"""The storm's judgement is tried: its dates against a calendar on a wall, its eye for what is lost or doubled."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from storage.connect import Store
from storage.crypto import new_key
from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT
from tests.adapters.fake_slack import SECRET, TOKEN
from tests.chaos.council import BEGAN, Council, Size
from tests.chaos.oracle import (
    HEAD,
    LONDON,
    MANAGER,
    OWNER,
    ROOM,
    Days,
    Expected,
    Line,
    Owed,
    closed_days,
    expected,
    owed_by,
    steps,
)
from tests.chaos.reading import Happened, judged
from tests.chaos.weather import Landed, Sky, StormyConnector, StormySlack, Weather
from tests.domain.days import day

DAYS = Days(closed_days())
PLAN = Owed("SEND-2026-0001", "final plan", day("Sun 27 Dec 2026"), owner=1)
LINE = Line({1: {OWNER: "D1", MANAGER: "D2", HEAD: "D3"}}, {"health": ("C1",)})


@pytest.mark.parametrize(
    ("number", "whom", "on"),
    [
        (0, OWNER, "Thu 10 Dec 2026"),
        (1, OWNER, "Thu 17 Dec 2026"),
        (2, OWNER, "Mon 21 Dec 2026"),
        (3, OWNER, "Wed 23 Dec 2026"),
        (4, MANAGER, "Thu 24 Dec 2026"),
        (5, HEAD, "Tue 5 Jan 2027"),
        (6, HEAD, "Tue 12 Jan 2027"),
    ],
)
def test_the_steps_of_a_plan_that_is_due_over_christmas(number: int, whom: str, on: str) -> None:
    """Sunday 27 December: the last working day before it is Christmas Eve, and Monday the 28th is a bank holiday."""
    assert (number, whom, _nine(day(on))) in [(step.place_in_ladder, step.whom, step.at) for step in steps(PLAN, DAYS)]


def _nine(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=LONDON)


def test_after_days_asleep_the_newest_that_is_not_too_late_is_expected() -> None:
    stops = [_nine(day("Thu 10 Dec 2026")), _nine(day("Mon 28 Dec 2026")), _nine(day("Tue 5 Jan 2027"))]
    said = expected([PLAN], DAYS, stops, LINE)
    assert [sorted(one.place for one in each) for each in said] == [["D1"], ["D1", "D2"], ["D1", "D2", "D3"]]


def test_it_reads_the_same_dates_from_the_entries_as_the_bot_kept(database_url: str, tmp_path: Path) -> None:
    """Two ways to one date: by the storm's own law book, and by the rules."""
    from bot.settings import read_settings

    given = {
        "DATABASE_URL": database_url, "REFERRALBOT_KEY": new_key(), "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET, "TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": APP_PASSWORD,
        "TEAMS_APP_TENANT_ID": TENANT,
    }  # fmt: skip
    sky = Sky(lambda: BEGAN, Weather(Random(1), share=0))
    Council(read_settings(given), StormySlack(sky), StormyConnector(sky)).found(Size(6, 2, 1), Random(1))
    store = Store(database_url)
    with store.reading() as db:
        ours = sorted((one.reference, one.due) for one in owed_by(db) if one.until is None)
        running = "d.ladder <> '' AND d.state = 'running'"
        kept = db.execute(
            text(f'SELECT c.reference, d.legal FROM deadline d JOIN "case" c ON c.id = d.case_id WHERE {running}')
        )
        assert ours == sorted((reference, date.fromisoformat(str(legal))) for reference, legal in kept)
        assert {one.until.tzinfo for one in owed_by(db) if one.until} == {UTC}
    store.close()
    assert sum("school consultation" in one.what for one in owed_of(database_url)) == 5


def owed_of(url: str) -> list[Owed]:
    store = Store(url)
    with store.reading() as db:
        found = owed_by(db)
    store.close()
    return found


# Its eye

ONE, TWO = Expected("D1", "SEND-2026-0001", "final plan"), Expected("D1", "SEND-2026-0002", "health advice")
BOTH = "2 things need an answer\nSEND-2026-0001 · Final plan · Fri 16 Oct\nSEND-2026-0002 · Health advice · Fri 16 Oct"
FIRST = "SEND-2026-0001 final plan is due Fri 16 Oct · statutory"


def landed(words: str, at: float = 1.0, *, told: bool = True, askable: bool = True) -> Landed:
    return Landed("D1", words, BEGAN, at, told=told, askable=askable)


@pytest.mark.parametrize(
    ("messages", "happened", "missing", "doubled", "unexplained"),
    [
        ([landed(BOTH)], [], 0, 0, 0),
        ([landed(FIRST)], [], 1, 0, 0),
        ([landed(BOTH), landed(FIRST)], [], 0, 0, 1),
        ([landed(BOTH, told=False), landed(FIRST)], [], 0, 0, 1),
        ([landed(BOTH, told=False, askable=False), landed(FIRST)], [], 0, 1, 0),
        ([landed(BOTH, askable=False), landed(FIRST)], [Happened("killed", 2, 2)], 0, 1, 0),
        ([landed(BOTH), landed(FIRST)], [Happened("killed", 2, 2)], 0, 0, 1),
        ([landed(BOTH), landed(FIRST)], [Happened("suspended", 2, 4)], 0, 1, 0),
        ([landed(BOTH), landed(FIRST, at=11.0)], [], 0, 0, 1),
    ],
    ids=[
        "all there", "one lost", "one twice", "a lost answer excuses no platform that can be asked",
        "it does one that cannot", "so does a kill", "but not where it can be asked", "a process that stood still",
        "again at a later stop",
    ],
)  # fmt: skip
def test_what_is_lost_and_what_is_doubled_is_seen(
    messages: list[Landed], happened: list[Happened], missing: int, doubled: int, unexplained: int
) -> None:
    verdict = judged(messages, [10.0, 20.0], [{ONE, TWO}, set()], happened)
    assert len(verdict.missing) == missing
    assert verdict.doubled.total() == doubled
    assert len(verdict.unexplained) == unexplained


def test_what_was_not_due_is_seen() -> None:
    verdict = judged([landed(FIRST)], [10.0, 20.0], [set(), {ONE}], [])
    assert verdict.wrong == [(0, ONE)] and verdict.missing == [(1, ONE)]


def test_what_a_long_message_only_counts_has_to_add_up() -> None:
    more = FIRST + "\n1 more, due later: say today."
    assert judged([landed(more)], [10.0], [{ONE, TWO}], []).good
    assert not judged([landed(more)], [10.0], [{ONE}], []).good


def test_rooms_hear_of_advice_and_not_of_plans() -> None:
    advice = Owed("SEND-2026-0002", "health advice", day("Mon 14 Dec 2026"), owner=1, agency="health")
    assert {step.whom for step in steps(advice, DAYS)} == {ROOM, OWNER, MANAGER, HEAD}
    assert ROOM not in {step.whom for step in steps(PLAN, DAYS)}
