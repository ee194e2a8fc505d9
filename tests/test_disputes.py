"""A council that gives way in an appeal: what each way counts from, and what those hear who may not see it all."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from bot.domain.message import Message
from storage.connect import Store
from storage.tables import Case, Deadline, Person
from tests.domain.days import at, day
from tests.town import Town
from tests.whole import whole

EVERY_WAY = ["By order…", "By notice…", "Informally…"]


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store, at("Mon 8 Jun 2026 10:00"))
    store.close()


def refused_and_appealed(town: Town) -> None:
    """0042 is refused an assessment; 0047 is the appeal against that, its papers received on Wed 29 Jul."""
    town.opens("Priya", received=day("Mon 4 May 2026"))
    town.say("Priya", "sent refusal to assess 0042")
    town.now = at("Wed 29 Jul 2026 10:00")
    assert not town.say("Priya", "start appeal 0042 certificate on 20 July").error
    assert not town.say("Priya", "sent tribunal papers 0047").error


def buttons(answer: Message) -> list[str]:
    return [action.label for action in answer.actions]


@pytest.mark.parametrize("reference", ["0042", "0047"])
def test_it_is_asked_of_the_appeal_or_of_the_case_that_was_refused(town: Town, reference: str) -> None:
    refused_and_appealed(town)
    answer = town.say("Priya", f"conceded {reference}")
    assert buttons(answer) == EVERY_WAY
    assert "the plan is due Mon 21 Sep" in whole(answer.facts)


def test_an_informal_concession_counts_from_the_first_request(town: Town) -> None:
    refused_and_appealed(town)
    town.now = at("Mon 5 Oct 2026 10:00")
    informally = town.say("Priya", "conceded 0047").actions[-1]
    assert not town.say("Priya", informally.line).error
    (plan,) = town.all(Deadline, Deadline.rule == "final_plan")
    assert (plan.legal, plan.state, plan.information) == (day("Mon 21 Sep 2026"), "running", False)


@pytest.mark.parametrize("way", ["By order…", "By notice…"])
def test_order_and_notice_are_dated_on_a_case_of_their_own(town: Town, way: str) -> None:
    refused_and_appealed(town)
    line = next(action.line for action in town.say("Priya", "conceded 0047").actions if action.label == way)
    asked = town.say("Priya", line).form
    assert asked is not None
    values = {blank.name: blank.value for blank in asked.blanks} | {"on": "2026-07-28"}
    assert not town.say("Priya", asked.line, values=values).error
    rule = "order_assess_final" if way == "By order…" else "concede_assess_final"
    (plan,) = town.all(Deadline, Deadline.rule == rule)
    assert plan.legal == day("Tue 3 Nov 2026")


def test_notice_comes_before_the_response(town: Town) -> None:
    refused_and_appealed(town)
    town.say("Priya", "sent tribunal response 0047")
    assert buttons(town.say("Priya", "conceded 0047")) == ["By order…", "Informally…"]


def test_a_case_that_was_closed_is_opened_again_first(town: Town) -> None:
    refused_and_appealed(town)
    town.say("Priya", "close 0042 no assessment")
    assert buttons(town.say("Priya", "conceded 0047"))[-1] == "Reopen…"


def test_who_may_not_see_the_case_that_was_refused_hears_nothing_of_it(town: Town) -> None:
    refused_and_appealed(town)
    with town.store.transaction() as db:
        case = db.exec(select(Case).where(Case.number == 42)).one()
        case.restricted = True
        case.owner_id = db.exec(select(Person.id).where(Person.name == "Kit Amos")).one()
    answer = town.say("Tom", "conceded 0047")
    assert buttons(answer) == ["By order…", "By notice…"]
    assert "0042" not in whole(answer) and "21 Sep" not in whole(answer)
    assert buttons(town.say("Kit", "conceded 0047")) == EVERY_WAY


def test_nothing_is_said_of_it_to_a_room(town: Town) -> None:
    refused_and_appealed(town)
    assert town.say("Priya", "conceded 0047", room="education").private


def test_a_right_is_in_time_by_the_later_of_its_two_limits(town: Town) -> None:
    """The two months from the decision end on Tue 1 Sep; the month from the certificate on Mon 5 Oct."""
    refused_and_appealed(town)
    town.now = at("Mon 7 Sep 2026 10:00")
    town.say("Priya", "start appeal 0042 decision notice on 8 June")
    town.say("Priya", "record certificate 0051 on 4 September")
    assert town.say("Priya", "record appeal lodged 0051").text.endswith("Mon 7 Sep, in time.")
