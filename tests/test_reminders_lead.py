"""The agency's lead: heard where a council's ladder says so, as its room is, and never of what is not theirs."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bot.cards.posted import post_message
from bot.cases.unreachable import unreachable
from bot.domain.terms import Agency, Hears, Role
from bot.reminders import sweep
from bot.rules import HERE, rules_from, tables_in
from storage.connect import Store
from storage.tables import Nudge, Person, Request, Room
from tests.council import Council, at

LADDER = """ladder,version,id,days,unit,whom
agency,2,7-before,-7,days,room|lead
agency,2,the-day,0,days,room|lead|owner|manager
"""
PACK = "setting,value\nname,smallshire\nkind,overlay\nversion,1\ntransition,new_clocks_only\n"
RULES = rules_from(tables_in(HERE), {"pack.csv": PACK, "ladder.csv": LADDER})
WEEK_BEFORE, THE_DAY = at("2026-10-12 08:00"), at("2026-10-19 08:00")


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store, RULES)
    store.close()


def staff(council: Council, name: str, **more: Any) -> Person:
    return council.person(name, agency=Agency.HEALTH, role=Role.CONTRIBUTOR, **more)


def heard(council: Council, now: Any, **case: Any) -> dict[str, list[str]]:
    """By role, who hears of advice from health that is due on 19 October."""
    if not council.all(Request):
        owner = council.person("Owner", manager=council.person("Manager"))
        about = council.case(owner, **case)
        request = Request(case_id=about.id, service="camhs", agency=Agency.HEALTH, asked_on=date(2026, 9, 7))
        council.add(request)
        what = {"ladder": "agency", "rule": "advice_health", "agency": Agency.HEALTH, "request_id": request.id}
        council.clock(about, date(2026, 10, 19), started_on=date(2026, 9, 7), **what)
    sweep(council.store, RULES, council.vault, now)
    people = {person.id: person.name for person in council.all(Person)}
    rooms = {room.id: room.name for room in council.all(Room)}
    told: dict[str, list[str]] = {}
    for nudge in council.nudges(Nudge.skipped == "", Nudge.at == now):
        told.setdefault(nudge.hears.value, []).append(people.get(nudge.person_id) or rooms[nudge.room_id])
    return told


def test_the_lead_of_the_agency_hears_and_answers_as_its_room_does(council: Council) -> None:
    council.room(Agency.HEALTH)
    lead = staff(council, "Lead")
    staff(council, "Therapist", manager=lead)
    assert heard(council, WEEK_BEFORE) == {"room": ["health"], "lead": ["Lead"]}
    (post,) = [post for post in council.posts() if post.person_id == lead.id]
    with council.store.reading() as db:
        said = post_message(council.turn(db, WEEK_BEFORE), post)
    assert said and said.text.startswith("Health · SEND-2026-0001 ") and "is due Mon 19 Oct" in said.text
    assert [action.label for action in said.actions] == ["Advice sent", "We can't by then…"]


def test_while_the_lead_is_away_whoever_covers_hears(council: Council) -> None:
    lead, deputy = staff(council, "Lead"), staff(council, "Deputy")
    staff(council, "Therapist", manager=lead)
    council.away(lead, date(2026, 10, 12), date(2026, 10, 16), deputy)
    assert heard(council, WEEK_BEFORE)["lead"] == ["Deputy"]


def test_without_a_lead_the_room_hears_and_it_was_known_before(council: Council) -> None:
    council.room(Agency.HEALTH)
    staff(council, "Therapist")
    assert heard(council, at("2026-10-01 08:00")) == {}
    with council.store.reading() as db:
        assert unreachable(db, RULES).no_lead == (Agency.HEALTH,)
    assert heard(council, WEEK_BEFORE) == {"room": ["health"], "lead": ["health"]}
    why = {why for post in council.posts() for why in post.about.get("instead", {}).values()}
    assert why == {"health has no lead"}


def test_once_the_body_says_that_it_has_answered_its_lead_hears_no_more(council: Council) -> None:
    lead = staff(council, "Lead")
    staff(council, "Therapist", manager=lead)
    assert heard(council, at("2026-10-01 08:00")) == {}
    with council.store.transaction() as db:
        db.get_one(Request, 1).sent_on = date(2026, 10, 9)
    assert heard(council, WEEK_BEFORE) == {}
    assert set(heard(council, THE_DAY)) == {"owner", "manager"}


def test_a_lead_hears_nothing_of_a_restricted_case(council: Council) -> None:
    lead = staff(council, "Lead")
    staff(council, "Therapist", manager=lead)
    told = heard(council, WEEK_BEFORE, restricted=True)
    assert told[Hears.LEAD] == ["Manager"]
    assert not [post for post in council.posts() if post.person_id == lead.id]
