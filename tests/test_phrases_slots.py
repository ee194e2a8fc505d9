"""What a sentence names, kind by kind: days and periods, whose, which clock, numbers of cases, what is left out."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.phrases import understand
from tests.test_phrases import WEDNESDAY
from tests.understanding import vocabulary


def slots(text: str, *context: str) -> dict[str, Any]:
    return dict(understand(text, vocabulary=vocabulary(), today=WEDNESDAY, context=context).slots)


PERIODS = [
    ("what's due today and tomorrow", "2026-11-25", "2026-11-26"),
    ("due this week and next", "2026-11-23", "2026-12-06"),
    ("due next week and the week after", "2026-11-30", "2026-12-13"),
    ("due in December and January", "2026-12-01", "2027-01-31"),
    ("due mid December", "2026-12-11", "2026-12-20"),
    ("due in the second half of December", "2026-12-16", "2026-12-31"),
    ("due by month end", "2026-11-25", "2026-11-30"),
    ("due the last week of term", "2026-12-14", "2026-12-20"),
    ("due the month after next", "2027-01-01", "2027-01-31"),
    ("due before we break up", "2026-11-25", "2026-12-18"),
    ("what falls due over Christmas", "2026-12-19", "2027-01-04"),
    ("due before the panel on 3 Dec", "2026-11-25", "2026-12-02"),
    ("due w/e 4 Dec", "2026-11-30", "2026-12-04"),
    ("due in the spring term", "2027-01-05", "2027-03-25"),
    ("20 week figure for Q2", "2026-07-01", "2026-09-30"),
    ("how many were late this month", "2026-11-01", "2026-11-30"),
    ("how many came in last month", "2026-10-01", "2026-10-31"),
    ("how many came in over the past week", "2026-11-18", "2026-11-25"),
    ("% of AR decisions issued within 4 weeks since September", "2026-09-01", "2026-11-25"),
    ("anything new on 0042 over the weekend", "2026-11-21", "2026-11-22"),
    ("what hearings have we got in December", "2026-12-01", "2026-12-31"),
]


@pytest.mark.parametrize(("text", "first", "last"), PERIODS)
def test_a_period_is_read_as_it_is_meant(text: str, first: str, last: str) -> None:
    assert slots(text)["period"] == {"from": first, "to": last}


def test_how_long_a_thing_may_take_is_no_period() -> None:
    assert "period" not in slots("how many reports came back within 6 weeks")
    assert "period" not in slots("which reception starters for next September still need their plan naming a school")


DAYS = [
    ("remind me on Friday about the panel on 3 Dec for 0042", {"date": "2026-11-27", "person": "me"}),
    ("remind SLT tomorrow that 0042 is due by Friday", {"date": "2026-11-26", "service": "SLT"}),
    ("on Monday remind me to chase OT on 0042", {"date": "2026-11-30", "person": "me"}),
    ("log EP advice for 0042 received yesterday, it was due Monday", {"date": "2026-11-24"}),
    ("final plan issued on 0080 last night", {"date": "2026-11-24"}),
    ("record that the final plan went out on 0066 on Friday the twentieth of November", {"date": "2026-11-20"}),
    ("snooze 0079 till Monday, hearing is 3 Dec", {"date": "2026-11-30"}),
    ("snooze 42 until 4 Jan", {"refs": ["SEND-2026-0042"], "date": "2027-01-04"}),
    (
        "MP letter for 0042 dated 18 Nov came in Friday, needs a reply by 9 Dec",
        {"dated": "2026-11-18", "received": "2026-11-20"},
    ),
]


@pytest.mark.parametrize(("text", "named"), DAYS)
def test_of_several_days_each_is_whose_it_is(text: str, named: dict[str, Any]) -> None:
    assert slots(text).items() >= named.items()


NUMBERS = [
    ("has 58 been appealed", [58]),
    ("salt report 42 came Mon, record it", [42]),
    ("cases 42, 47, 51 and 58 status", [42, 47, 51, 58]),
    ("42/47 status", [42, 47]),
    ("who's looking after 121", [121]),
    ("case number 42 status", [42]),
    ("he is 16 now, what about 0042", [42]),
    ("10 drafts due this week", []),
    ("we have 20 going to panel", []),
    ("give me the top 10 overdue", []),
]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS)
def test_a_bare_number_is_a_case_where_it_is_spoken_of_as_one(text: str, numbers: Sequence[int]) -> None:
    assert slots(text).get("refs", []) == [f"SEND-2026-{number:04d}" for number in numbers]


WHOSE = [
    ("I need a list of all decisions to assess due by Friday", None, None),
    ("what do I need to get out by Friday", "me", None),
    ("any of mine on the next panel agenda", "me", None),
    ("how many have I got open", "me", None),
    ("what's overdue for me and Tom", ["me", "Tom Reid"], None),
    ("toms cases", "Tom Reid", None),
    ("late stuff outside of Frances's caseload", None, "Frances Bell"),
    ("show overdue, leave Tom's out", None, "Tom Reid"),
    ("everything late bar Tom's and Priya's", None, ["Tom Reid", "Priya Shah"]),
    ("take 0042 off Tom and give it to me", "me", None),
    ("swap 0042 from Tom to Priya", "Priya Shah", None),
    ("give 0104 to <at>Priya Shah</at> please", "Priya Shah", None),
]


@pytest.mark.parametrize(("text", "person", "left_out"), WHOSE)
def test_whose_it_is(text: str, person: Any, left_out: Any) -> None:
    found = slots(text)
    assert (found.get("person"), found.get("not_person")) == (person, left_out)


BODIES = [
    ("overdue except for health and the EPs", {"not_agency": ["HEALTH", "EP"]}),
    ("overdue with health excluded", {"not_agency": "HEALTH"}),
    ("what's late other than SLT, OT and physio", {"not_service": ["SLT", "OT", "PHYSIO"]}),
    ("any advice outstanding other than from schools", {"not_agency": "SCHOOL"}),
    ("what do speech therapy still owe the council", {"service": "SLT"}),
    ("drop the EP a line about 0051", {"agency": "EP"}),
    ("log that Oakfield's advice arrived for 82 on 16 November", {"agency": "SCHOOL"}),
    ("could the trust let me know if the salt advice on 0066 is on its way", {"service": "SLT"}),
]


@pytest.mark.parametrize(("text", "bodies"), BODIES)
def test_which_bodies_are_meant(text: str, bodies: dict[str, Any]) -> None:
    found = slots(text)
    names = ("agency", "service", "not_agency", "not_service")
    assert {name: found[name] for name in names if name in found} == bodies


CLOCKS = [
    ("has 0042 gone past 20 weeks", "final_plan"),
    ("workings for the 20 wk date on 0110", "final_plan"),
    ("will the 0101 final make it inside the 8 weeks", "ar_final"),
    ("why has 0101 gone red when the draft went out a fortnight ago", None),
    ("when does our report on the AR for 0070 have to be with you", "ar_report"),
    ("phase transfers left to do", None),
    ("post-16 transfers left to do", "phase_post16"),
    ("cases currently at draft stage", None),
]


@pytest.mark.parametrize(("text", "clock"), CLOCKS)
def test_which_clock_is_meant(text: str, clock: str | None) -> None:
    assert slots(text).get("clock") == clock


COMPARED = [
    ("between 5 and 10 days late", [("late", ">=", 5), ("late", "<=", 10)]),
    ("cases in weeks 16-20", [("week", ">=", 16), ("week", "<=", 20)]),
    ("list the cases past week sixteen", [("week", ">", 16)]),
    ("which cases have been open for more than 40 weeks", [("age", ">", 40)]),
    ("letters older than a fortnight", [("age", ">", 2)]),
]


@pytest.mark.parametrize(("text", "compared"), COMPARED)
def test_what_is_compared(text: str, compared: list[tuple[str, str, int]]) -> None:
    found = slots(text)["comparator"]
    each = found if isinstance(found, list) else [found]
    assert [(one["field"], one["op"], one["value"]) for one in each] == compared


MPS = [
    ("show me Garath Pel's letters", "mp", "Gareth Pell"),
    ("letters from Nth Anyshire", "constituency", "North Anyshire"),
    ("have we written back to the South Anyborough MP on 0042", "constituency", "Anyborough South"),
]


@pytest.mark.parametrize(("text", "name", "value"), MPS)
def test_mps_and_constituencies_said_otherwise(text: str, name: str, value: str) -> None:
    assert slots(text)[name] == value


def test_the_slots_of_every_question_are_printed() -> None:
    found = understand("who's got 0042 and when is the draft due?", vocabulary=vocabulary(), today=WEDNESDAY)
    assert found.as_json["slots"] == {"refs": ["SEND-2026-0042"], "clock": "draft_plan_target"}
