"""The way back where a council has put its panels and its school terms on record."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.message import Message
from bot.rules import SHIPPED, load_rules
from storage.connect import Store
from tests.domain.days import at
from tests.town import Town

ANYSHIRE = load_rules(overlay=SHIPPED / "anyshire")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store, at("Mon 21 Sep 2026 10:00"))
    town.app = replace(town.app, rules=ANYSHIRE)
    yield town
    store.close()


STORY = (
    # the day, what is said; of 42, 47, 51, 58 and 63, which is restricted
    ("Mon 21 Sep 2026 10:00", "Priya: plan panel 0042 on 14 October"),
    ("Mon 21 Sep 2026 10:00", "Priya: plan panel 0042 on 3 December"),
    ("Mon 21 Sep 2026 10:00", "Priya: plan panel 0047 on 14 October"),
    ("Mon 21 Sep 2026 10:00", "Tom: plan panel 0051 on 14 October"),
    ("Mon 21 Sep 2026 10:00", "Tom: plan panel 0058 on 14 October"),
    ("Mon 21 Sep 2026 10:00", "Priya: plan panel 0063 on 14 October"),
    ("Fri 16 Oct 2026 10:00", "Priya: held panel 0042 on 14 October"),
    ("Fri 16 Oct 2026 10:00", "Priya: sent decision to assess 0042"),
    ("Fri 16 Oct 2026 10:00", "Tom: held panel 0051 on 14 October"),
    ("Fri 16 Oct 2026 10:00", "Priya: plan panel 0047 on 21 October"),
)
ASKED = (
    # said on Fri 16 Oct, the cases that are told of, how the answer begins
    ("Priya", "when is next panel and what's the cut off", "47 42", "The next panel is the Assessment panel on Wed 21"),
    ("Priya", "panels", "47 42", "The next panel is the Assessment panel on Wed 21 Oct (in 5 days): papers were due"),
    ("Priya", "panels plan", "42", "The next panel is the Plan and placement panel on Thu 22 Oct (in 6 days): papers"),
    (
        "Priya",
        "what's going to panel on Wednesday",
        "47",
        "The Assessment panel sits on Wed 21 Oct (in 5 days): papers",
    ),
    (
        "Priya",
        "is there a placement panel next week",
        "",
        "The Plan and placement panel sits on Thu 22 Oct (in 6 days)",
    ),
    ("Priya", "panels next week", "47", "2 panels sit Mon 19 Oct to Sun 25 Oct, with 1 case planned for one."),
    ("Priya", "panels on 25 December", "", "No panel sits Fri 25 Dec, with no cases planned for one. The next after"),
    ("Tom", "Tom's cases at panel next week", "", "2 panels sit Mon 19 Oct to Sun 25 Oct, with no cases planned"),
    ("Priya", "anything stuck in panel", "51 58 63", "3 cases wait for a decision after a panel, SEND-2026-0051 the"),
    ("Tom", "panels waiting", "51 58", "2 cases wait for a decision after a panel, SEND-2026-0051 the longest, since"),
    ("Priya", "panels waiting owner=me", "63", "1 case waits for a decision after a panel: SEND-2026-0063, since"),
    ("Priya in education", "panels waiting", "51 58", "2 cases wait for a decision after a panel"),
    ("Priya in health", "panels last", "42 51 58 63", "The last panel was the Assessment panel on Wed 14 Oct (2"),
    ("Tom", "what did the last panel decide", "42 51 58", "The last panel was the Assessment panel on Wed 14 Oct (2"),
    ("Vera", "panels last", "42 51 58", "The last panel was the Assessment panel on Wed 14 Oct (2 days ago): 3 cases"),
    ("Moira", "what did panel decide last week", "", "Panels sat on 2 days Mon 5 Oct to Sun 11 Oct: no cases"),
    ("Dan", "panels", "", "“panels” is for"),
    ("Alan", "panels", "", "“panels” is for"),
)


def test_panels_are_told_without_a_case_to_those_who_may_know_of_them(town: Town) -> None:
    """What was put off did not go; what is restricted is told to its owner alone, and never aloud."""
    for owner, number in zip(("Priya", "Priya", "Tom", "Tom", "Priya"), (42, 47, 51, 58, 63), strict=True):
        restricted = "yes" if number == 63 else "no"
        town.opens(owner, f"Child {number}", received=at("Mon 7 Sep 2026 10:00").date(), restricted=restricted)
    for day, line in STORY:
        town.now = at(day)
        name, _, said = line.partition(": ")
        assert not (answer := town.say(name, said)).error, (line, answer.text)
    wrong = {}
    for who, said, cases, text in ASKED:
        name, _, room = who.partition(" in ")
        answer = town.say(name, said, room=room)
        told = " ".join(row.cells[0][-2:] for row in answer.table.rows) if answer.table else ""
        if (told, answer.text[: len(text)]) != (cases, text) or (room == "health" and not answer.private):
            wrong[who, said] = (told, answer.text)
    assert not wrong, "\n".join(f"{key}: {got}" for key, got in wrong.items())


def steps(message: Message) -> dict[str, str]:
    return {fact.label: " · ".join(filter(None, (fact.value, fact.detail))) for fact in message.facts}


def test_a_panel_is_named_with_its_day_and_its_papers_and_schools_that_are_closed(town: Town) -> None:
    town.opens("Priya", received=at("Mon 7 Sep 2026 10:00").date())
    told = town.say("Priya", "milestones 0042")
    found = steps(told)
    assert found["Panel on whether to assess"] == (
        "Assessment panel on Wed 14 Oct, papers by Wed 7 Oct · 3 working days before that · our target"
    )
    assert found["Panel on the plan"] == (
        "Plan and placement panel on Thu 3 Dec, papers by Thu 26 Nov"
        " · 5 working days before the draft plan · our target"
    )
    assert found["Request for advice"] == "by Thu 15 Oct · 6 weeks before the panel on the plan · our target"
    assert found["Consultation of the school"].endswith("· schools are closed 19 December to 4 January")
    assert told.aside == ""


def test_a_panel_planned_for_a_day_when_it_sits_too_late_is_told_at_once(town: Town) -> None:
    town.opens("Priya", received=at("Mon 7 Sep 2026 10:00").date())
    in_time = town.say("Priya", "plan panel 0042 on 14 October")
    assert in_time.text == "SEND-2026-0042: panel planned for Wed 14 Oct."
    first, second = town.say("Priya", "plan panel 0042 on 16 October").text.splitlines()
    assert first == "SEND-2026-0042: panel planned for Fri 16 Oct."
    assert second.startswith(
        "SEND-2026-0042: the panel on whether to assess on Fri 16 Oct cannot make Mon 19 Oct in the time set aside: "
        "the last day for the panel on whether to assess is Wed 14 Oct."
    )


def test_where_no_panel_sits_any_more_in_time_that_is_said(town: Town) -> None:
    town.now = at("Mon 2 Nov 2026 10:00")
    town.app = replace(town.app, rules=replace(ANYSHIRE, panels=tuple(p for p in ANYSHIRE.panels if p.on.year == 2027)))
    town.opens("Priya", received=at("Mon 2 Nov 2026 10:00").date())
    found = steps(town.say("Priya", "milestones 0042"))
    assert found["Panel on whether to assess"].endswith("· no panel sits in time")
    assert found["Panel on the plan"].startswith(
        "Plan and placement panel on Thu 28 Jan 2027, papers by Thu 21 Jan 2027"
    )
