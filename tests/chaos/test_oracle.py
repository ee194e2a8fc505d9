"""The storm's judgement is tried: its dates against a calendar on a wall, its eye for what is lost or doubled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from bot.domain.terms import Platform
from storage.connect import Store
from storage.crypto import new_key
from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT
from tests.adapters.fake_slack import SECRET, TOKEN
from tests.chaos.amiss import told_of
from tests.chaos.council import BEGAN, Council, Member, Size
from tests.chaos.delivering import Delivery
from tests.chaos.entries import Facts, Span, counted_from, owed_by
from tests.chaos.lines import weighed
from tests.chaos.oracle import (
    HEAD,
    LONDON,
    MANAGER,
    OWNER,
    ROOM,
    Days,
    Expected,
    Held,
    Leave,
    Line,
    Owed,
    SetFor,
    closed_days,
    expected,
    expected_amid,
    steps,
)
from tests.chaos.people import Act, Mark, Uttered, told_privately
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


def test_what_somebody_had_a_room_reminded_of_is_expected_once_late_and_while_it_is_owed() -> None:
    """Beside the ladder; on the day of a rung it adds nothing, and none comes of what was asked for later."""
    asked = _nine(day("Mon 16 Nov 2026"))
    days = [day(on) for on in ("Tue 17 Nov 2026", "Thu 19 Nov 2026", "Fri 20 Nov 2026", "Mon 23 Nov 2026")]
    stops = [_nine(day("Tue 17 Nov 2026")), *(_nine(on) + timedelta(minutes=5) for on in days[2:])]
    owed = Owed("SEND-2026-0001", "health advice", day("Mon 7 Dec 2026"), owner=1, agency="health", since=BEGAN)
    owed = replace(owed, until=stops[2], reminders=tuple(SetFor(on, asked) for on in days[1:]))
    late = replace(owed, reminders=(SetFor(days[0], stops[1]),))
    room = Expected("C1", owed.reference, owed.what)
    assert [room in one for one in expected([owed], DAYS, stops, LINE)] == [False, True, False]
    assert [room in sure | may for sure, may in expected_amid([owed], DAYS, stops, LINE)] == [False, True, True]
    assert not any(room in one for one in expected([late], DAYS, stops[:1], LINE))


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


def test_what_was_said_twice_is_told_with_both_messages_and_what_was_done_around_them() -> None:
    verdict = judged(
        [landed(FIRST, told=False), landed(FIRST, at=3.0)], [10.0], [{ONE}], [Happened("killed", 2.5, 2.6)]
    )
    (twice,) = verdict.unexplained
    assert (twice.thing, twice.around) == (ONE, ("killed +1.5 s after the first",))
    assert [told_of(each, {"": "nudges 7"})[:40] for each in verdict.amiss] == [
        "02 Nov 18:00:00, its answer lost: nudges",
        "02 Nov 18:00:00: nudges 7: 'SEND-2026-00",
    ]


def test_what_was_not_due_is_seen() -> None:
    verdict = judged([landed(FIRST)], [10.0, 20.0], [set(), {ONE}], [])
    assert verdict.wrong == [(0, ONE)] and verdict.missing == [(1, ONE)]


def test_what_a_long_message_only_counts_has_to_add_up() -> None:
    more = FIRST + "\n1 more, due later: say today."
    assert judged([landed(more)], [10.0], [{ONE, TWO}], []).good
    assert not judged([landed(more)], [10.0], [{ONE}], []).good
    second = "SEND-2026-0002 health advice is due Fri 16 Oct · statutory"
    apart = landed(f"{second}\nYou hear this because officer4 set a reminder for today.")
    assert judged([landed(FIRST), apart], [10.0], [{ONE, TWO}], []).good
    assert not judged([landed(more), apart], [10.0], [{ONE, TWO}], []).good, "it would be counted there too"


def test_rooms_hear_of_advice_and_not_of_plans() -> None:
    advice = Owed("SEND-2026-0002", "health advice", day("Mon 14 Dec 2026"), owner=1, agency="health")
    assert {step.whom for step in steps(advice, DAYS)} == {ROOM, OWNER, MANAGER, HEAD}
    assert ROOM not in {step.whom for step in steps(PLAN, DAYS)}


# When people act meanwhile

STOPS = [_nine(day("Thu 10 Dec 2026")), _nine(day("Thu 17 Dec 2026")), _nine(day("Mon 21 Dec 2026"))]
ADVICE = Owed("SEND-2026-0002", "health advice", day("Thu 3 Dec 2026"), owner=1, agency="health")


def amid(owed: Owed, stops: list[datetime] = STOPS, line: Line = LINE) -> list[tuple[list[str], list[str]]]:
    """By stop the places that have to hear, and those that may."""
    said = expected_amid([owed], DAYS, stops, line)
    return [(sorted(one.place for one in due), sorted(one.place for one in may)) for due, may in said]


def test_what_is_recorded_at_a_stop_may_be_said_there_and_nowhere_later() -> None:
    done = replace(PLAN, until=_nine(day("Thu 17 Dec 2026")) + timedelta(hours=1))
    assert amid(done) == [(["D1"], []), ([], ["D1"]), ([], [])]


def test_a_new_date_is_spoken_of_from_the_moment_it_was_recorded() -> None:
    moved = replace(PLAN, since=_nine(day("Thu 10 Dec 2026")) + timedelta(hours=1))
    assert amid(moved) == [([], ["D1", "D2", "D3"]), (["D1"], ["D2", "D3"]), (["D1"], ["D2", "D3"])]


def test_a_letter_has_late_advice_told_one_step_higher_from_the_next_stop_on() -> None:
    late = [_nine(day("Thu 10 Dec 2026"))]  # five working days after
    before, amidst, after = (late[0] + timedelta(days=days, hours=1) for days in (-1, 0, 1))
    assert amid(ADVICE, late) == [(["C1", "D1", "D2"], [])]
    assert amid(replace(ADVICE, asked_after=before), late) == [(["C1", "D1", "D2", "D3"], [])]
    assert amid(replace(ADVICE, asked_after=amidst), late) == [(["C1", "D1", "D2"], ["D3"])]
    assert amid(replace(ADVICE, asked_after=after), late) == [(["C1", "D1", "D2"], [])]


def test_a_room_that_says_it_has_answered_hears_no_more_and_the_owner_does() -> None:
    sent = replace(ADVICE, sent=_nine(day("Tue 8 Dec 2026")))
    assert amid(sent, [_nine(day("Thu 10 Dec 2026"))]) == [(["D1", "D2"], [])]


@pytest.mark.parametrize(
    ("away", "heard"),
    [
        ({"D1": [Leave(1, 1, "D7")]}, ["D1", "D7", "D1"]),
        ({"D1": [Leave(1, 1, None)]}, ["D1", "D2", "D1"]),
        ({"D1": [Leave(1, 2, "D7")], "D7": [Leave(2, 2, "D1")]}, ["D1", "D7", "D2"]),
        ({"D1": [Leave(0, 2, None)], "D2": [Leave(0, 2, None)], "D3": [Leave(0, 2, None)]}, ["C0", "C0", "C0"]),
    ],
    ids=["a colleague covers", "nobody does: the manager", "they cover for each other", "nobody is there at all"],
)
def test_absence_changes_who_hears(away: dict[str, list[Leave]], heard: list[str]) -> None:
    line = replace(LINE, away=away, administrators="C0")
    assert [due for due, _ in amid(PLAN, line=line)] == [[place] for place in heard]


@pytest.mark.parametrize(
    ("said", "quiet_until", "again", "heard"),
    [
        ("Thu 10 Dec 2026", "Tue 15 Dec 2026", "Tue 15 Dec 2026", [1, 1, 1]),
        ("Wed 16 Dec 2026", "Mon 21 Dec 2026", "Mon 21 Dec 2026", [1, 0, 1]),
        ("Wed 23 Dec 2026", "Thu 24 Dec 2026", "Thu 24 Dec 2026", [1, 1, 1]),
        ("Tue 1 Dec 2026", "Fri 4 Dec 2026", "Fri 4 Dec 2026", [1, 1, 1]),
    ],
    ids=[
        "asked again where nothing was due",
        "what was due then waits",
        "not past the last day",
        "over before it began",
    ],
)
def test_an_owner_who_has_it_is_left_alone_and_asked_again(
    said: str, quiet_until: str, again: str, heard: list[int]
) -> None:
    held = Held(_nine(day(said)) + timedelta(hours=8), _nine(day(quiet_until)), _nine(day(again)))
    assert [len(due) for due, _ in amid(replace(PLAN, held=held))] == heard


def test_an_owner_who_has_it_is_asked_again_on_a_day_of_its_own() -> None:
    stops = [_nine(day(when)) for when in ("Thu 10 Dec 2026", "Tue 15 Dec 2026", "Wed 16 Dec 2026")]
    held = Held(stops[0] + timedelta(hours=8), stops[1], stops[1])
    assert [len(due) for due, _ in amid(replace(PLAN, held=held), stops)] == [1, 1, 0]
    assert [len(due) for due, _ in amid(PLAN, stops)] == [1, 0, 0]


def test_a_date_put_right_is_two_spans_and_a_receipt_counts_anew() -> None:
    facts, noon = Facts(), datetime(2026, 11, 9, 12, tzinfo=UTC)
    facts.add(1, 7, "advice_asked", Span(day("Mon 2 Nov 2026"), BEGAN), None)
    facts.add(2, 7, "advice_asked", Span(day("Fri 30 Oct 2026"), noon), 1)
    facts.add(3, 7, "body_received_request", Span(day("Tue 10 Nov 2026"), noon + timedelta(days=1)), None)
    assert counted_from(facts, 7) == [
        Span(day("Mon 2 Nov 2026"), BEGAN, noon),
        Span(day("Fri 30 Oct 2026"), noon, noon + timedelta(days=1)),
        Span(day("Tue 10 Nov 2026"), noon + timedelta(days=1)),
    ]


def test_what_may_be_said_is_no_fault_and_only_once() -> None:
    assert judged([landed(FIRST)], [10.0], [set()], [], [{ONE}]).good
    assert judged([], [10.0], [set()], [], [{ONE}]).good
    assert judged([landed(FIRST), landed(FIRST)], [10.0], [set()], [], [{ONE}]).unexplained


CARD = "SEND-2026-0001 · new assessment · week 10 of 20\nFinal plan is due Fri 16 Oct"


def test_a_card_is_no_reminder_and_stands_once_in_a_room() -> None:
    assert judged([landed(CARD)], [10.0], [set()], [], [{ONE}]).good
    twice = judged([landed(CARD), landed(CARD)], [10.0], [set()], [], [{ONE}])
    assert [said.thing.what for said in twice.unexplained] == ["card"]
    lost = landed(CARD, told=False, askable=False)
    assert judged([lost, landed(CARD)], [10.0], [set()], [], [{ONE}]).cards.total() == 1


# What people said

OFFICER = Member(1, "officer", Platform.SLACK, "U0OFFICER", "D0OFFICER")
NOTED = Mark("noted", "SEND-2026-0001", words="w1x0")
ACT = Act(OFFICER, "note SEND-2026-0001 w1x0", NOTED)


def uttered(answer: str = "", *, acknowledged: bool = True, sent: int = 1) -> Uttered:
    return Uttered(ACT, NOTED, Delivery(1.0, 2.0, sent, acknowledged, answer=answer))


@pytest.mark.parametrize(
    ("said", "acted", "happened", "twice", "lost", "unsaid"),
    [
        ([uttered("Noted.")], 1, [], 0, 0, 0),
        ([uttered("Noted.", sent=3)], 2, [], 1, 0, 0),
        ([uttered("Noted.")], 0, [], 0, 1, 0),
        ([uttered()], 0, [], 0, 1, 0),
        ([uttered()], 0, [Happened("database away", 1, 2)], 0, 0, 0),
        ([uttered("Noted.")], 0, [Happened("database away", 1, 2)], 0, 1, 0),
        ([uttered("I couldn't save that: …")], 0, [], 0, 0, 0),
        ([uttered(acknowledged=False)], 0, [], 0, 0, 0),
        ([uttered(acknowledged=False)], 1, [], 0, 0, 0),
        ([], 1, [], 0, 0, 1),
    ],
    ids=[
        "said and done", "delivered again and done again", "answered, and not there", "acknowledged, and not there",
        "save where the database was away", "which excuses no answer", "told that nothing was changed",
        "nobody heard it", "it was heard all the same", "nobody said it",
    ],
)  # fmt: skip
def test_each_line_acts_once_and_nothing_else_does(
    said: list[Uttered], acted: int, happened: list[Happened], twice: int, lost: int, unsaid: int
) -> None:
    lines = weighed(said, {NOTED: acted} if acted else {}, happened)
    assert (len(lines.twice), len(lines.lost), len(lines.unsaid)) == (twice, lost, unsaid)
    assert lines.good is not bool(twice or lost or unsaid)


def test_an_answer_that_is_not_for_a_room_is_read_in_the_own_chat() -> None:
    """Of a press in a room of Teams the room hears only that it was answered: nothing was changed, perhaps."""
    refused = "I couldn't save that: the database isn't answering. Nothing was changed."
    came = [landed(FIRST, at=1.0), landed(refused, at=2.0), landed(FIRST, at=3.0)]
    assert [told_privately(came, "D1", since) for since in (1.5, 2.5, 3.5)] == [refused, FIRST, ""]
    assert told_privately(came, "D2", 1.5) == ""


def test_what_is_typed_again_may_act_again_and_what_is_pressed_again_may_not() -> None:
    def deliveries(*ids: str) -> list[Uttered]:
        return [Uttered(ACT, NOTED, Delivery(1.0, 2.0, 1, acknowledged=True, answer="Yes.", id=one)) for one in ids]

    assert weighed(deliveries("typed 1", "typed 2"), {NOTED: 2}, []).good
    assert weighed(deliveries("help n1", "help n1"), {NOTED: 2}, []).twice == [NOTED]


def test_a_fault_of_the_bot_is_never_an_answer() -> None:
    assert not weighed([uttered("Something went wrong on our side and nothing was changed.")], {}, []).good
