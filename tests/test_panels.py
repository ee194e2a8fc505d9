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
