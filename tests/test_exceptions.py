"""Exceptions on record: sealed, agreed to by those who may, told to nobody who need not know, and moving nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.terms import EntryKind
from bot.rules import SHIPPED, load_rules
from storage.connect import Store
from storage.tables import Closure, Deadline, Entry, Nudge, Setting
from tests.town import ROOMS, RULES, Town, private_place
from tests.whole import whole

AWAY = (
    "exception 0042 away from 5/10/2026 until 1/11/2026 aim 12/3/2027 evidence tickets-77 because of the Lisbon clinic"
)
SEALED = ("tickets-77", "Lisbon", "clinic")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store, datetime(2026, 11, 9, 9, tzinfo=UTC))
    store.close()


@pytest.fixture
def case(town: Town) -> Town:
    """0042, whose twenty weeks end on Mon 25 Jan 2027."""
    town.opens("Priya", received=date(2026, 9, 7))
    return town


def dates(town: Town) -> dict[str, tuple[date, date, str]]:
    return {d.rule: (d.legal, d.safe, d.state.value) for d in town.all(Deadline)}


def grounds(town: Town) -> dict[str, str]:
    return {d.rule: d.exception for d in town.all(Deadline) if d.exception}


def agreed(town: Town, line: str, entry: int, by: str = "Moira") -> None:
    assert not town.say("Priya", line).error
    assert not (answer := town.say(by, f"approve 0042 {entry}")).error, answer


def test_an_exception_moves_no_date_and_silences_nobody(case: Town) -> None:
    before = dates(case)
    agreed(case, AWAY, 3)
    assert dates(case) == before
    assert grounds(case) == {"ehcna_refuse_issue": "A4", "final_plan": "A4"}
    case.now = datetime(2027, 1, 25, 9, 30, tzinfo=UTC)  # the last day itself
    case.remind()
    said = {(nudge.due, nudge.rung) for nudge in case.all(Nudge) if nudge.post_id and nudge.due == date(2027, 1, 25)}
    assert said == {(date(2027, 1, 25), "the-day")}
    case.now = datetime(2027, 1, 26, 9, tzinfo=UTC)
    assert "Final plan" in whole(case.say("Priya", "list overdue").table)


def test_what_was_typed_is_sealed_and_reaches_no_room(case: Town) -> None:
    agreed(case, AWAY, 3)
    case.remind()
    heard = [whole(arrived.message) for room in ROOMS for arrived in case.read(room)]
    assert heard and not [word for text in heard for word in SEALED if word in text]
    assert not [word for entry in case.all(Entry) for word in SEALED if word in str(entry.clear)]
    assert all(word in whole(case.say("Priya", "open 0042").facts) for word in SEALED)
    assert all(word not in whole(case.say("Vera", "open 0042").facts) for word in SEALED)


def test_a_partners_room_hears_that_there_is_one_and_not_which(case: Town) -> None:
    case.read("health")
    agreed(case, AWAY, 3)
    (card,) = [whole(arrived.message.facts) for arrived in case.read("health")]
    assert "exception recorded" in card and "away" not in card
    assert "away" not in whole(case.say("Vera", "open 0042").facts) + whole(case.say("Frances", "open 0042").facts)
    (card,) = [whole(arrived.message.facts) for arrived in case.read("education")][-1:]
    assert "exception recorded: family away from the area" in card


def test_an_exception_is_agreed_to_by_those_its_row_names(case: Town) -> None:
    case.say("Priya", AWAY)
    assert case.say("Priya", "approve 0042 3").error == "NotAllowed"
    refused = case.say("Tom", "approve 0042 3")
    assert (refused.error, refused.text) == (
        "NotAllowed",
        "Family away from the area is agreed to by a manager. Ask one of them.",
    )
    assert not case.say("Helen", "approve 0042 3").error
    assert case.say("Moira", "approve 0042 3").error == "AlreadyDone"
    assert [e.kind for e in case.all(Entry)].count(EntryKind.EXCEPTION_CLAIMED) == 1


def test_an_officer_may_agree_to_a_date_that_the_tribunal_gave(case: Town) -> None:
    case.say("Priya", "start order to amend 0042 on 2 November 2026")
    case.say("Priya", "exception 0047 tribunal date to 4/12/2026 because the order names it")
    assert not case.say("Tom", "approve 0047 3").error
    assert dates(case)["order_amend"][0] == date(2026, 12, 4)


def test_of_a_restricted_case_the_owners_manager_alone_is_asked(town: Town) -> None:
    town.opens("Priya", received=date(2026, 9, 7), restricted="yes")
    town.say("Priya", AWAY)
    assert town.say("Helen", "approve 0042 4").error == "NotFound"
    assert "0042" in whole(town.read(private_place(town.email("Moira"))))
    assert not town.say("Moira", "approve 0042 4").error
    assert not [arrived for room in ROOMS for arrived in town.read(room)]


def test_the_councils_terms_stand_in_for_closures_that_nobody_recorded(town: Town) -> None:
    town.now, town.app.rules = datetime(2027, 9, 23, 9, tzinfo=UTC), load_rules(overlay=SHIPPED / "anyshire")
    town.opens("Priya", received=date(2027, 7, 19))
    town.say("Priya", "ask 0042 education on 20 July 2027")
    asked = town.say("Priya", "exception 0042 school closed because the head was away")
    assert ("When", "Thu 22 Jul to Wed 1 Sep") in [(fact.label, fact.value) for fact in asked.facts]
    assert "council's term dates" in whole(asked.facts)
    town.say("Priya", "closure Oakhurst Primary from 26/7/2027 until 20/8/2027")
    refused = town.say("Moira", "approve 0042 4").text
    assert refused == (
        "Oakhurst Primary was closed from Mon 26 Jul to Fri 20 Aug: 26 days. "
        "The law asks for at least 4 weeks (28 days) without a break."
    )


def test_a_ground_that_no_longer_applies_is_not_agreed_to(town: Town) -> None:
    town.now = datetime(2027, 9, 23, 9, tzinfo=UTC)
    town.opens("Priya", received=date(2027, 7, 19))
    town.say("Priya", "ask 0042 education on 20 July 2027")
    town.say("Priya", "closure Oakhurst Primary from 22/7/2027 until 1/9/2027")
    town.say("Priya", "exception 0042 school closed because the head was away")
    town.say("Tom", "closure remove Oakhurst Primary from 22/7/2027")
    assert "No closure dates" in town.say("Moira", "approve 0042 4").text
    assert grounds(town) == {}


def test_a_case_without_a_school_has_no_closed_school(town: Town) -> None:
    town.opens("Priya", received=date(2026, 9, 7), setting="")
    answer = town.say("Priya", "exception 0042 school closed because the head was away")
    assert answer.text == "No school, college or nursery is recorded on the case, so there is no closure to look at."


def test_a_yes_is_taken_back_within_ten_minutes_and_struck_out_later(case: Town) -> None:
    agreed(case, AWAY, 3)
    assert not case.say("Moira", "undo 0042 4").error
    assert grounds(case) == {}
    agreed(case, AWAY, 6)
    case.pass_time(days=1)
    assert case.say("Priya", "correct 0042 7 on 8 November wrong day").error == "NotNow"
    assert not case.say("Priya", "correct 0042 7 recorded for the wrong child").error
    assert grounds(case) == {}


def test_the_family_is_told_once_and_that_can_be_put_right(case: Town) -> None:
    agreed(case, AWAY, 3)
    assert "family not told yet" in whole(case.say("Priya", "open 0042").facts)
    assert case.say("Priya", "told 0042 on 10 November 2026").error == "CannotRead"
    assert not case.say("Priya", "told 0042").error
    assert "family told Mon 9 Nov" in whole(case.say("Priya", "open 0042").facts)
    assert case.say("Priya", "told 0042").error == "AlreadyDone"
    assert not case.say("Priya", "undo 0042").error
    assert "family not told yet" in whole(case.say("Priya", "open 0042").facts)
    assert grounds(case) == {"ehcna_refuse_issue": "A4", "final_plan": "A4"}


def test_a_later_date_is_nudged_anew_and_the_old_one_no_more(town: Town) -> None:
    town.now = datetime(2026, 12, 21, 9, tzinfo=UTC)
    values = {"member": "Dana Okoro", "constituency": "North", "received": "2026-12-11", "matters": "enquiry"}
    town.say("Frances", "mp", values=values)
    town.say("Frances", "exception MP-2026-0007 extension to 15/1/2027 because the school is closed")
    assert not town.say("Helen", "approve MP-2026-0007 3").error
    for _ in range(26):
        town.pass_time(days=1)
        town.remind()
    reply = next(d.id for d in town.all(Deadline) if d.rule == "mp_reply")
    dues = {nudge.due for nudge in town.all(Nudge, Nudge.deadline_id == reply)}
    assert dues == {date(2027, 1, 15)}


def test_no_exception_is_claimed_on_what_is_closed_or_hidden(case: Town) -> None:
    assert case.say("Frances", AWAY).error == "NotAllowed"
    assert case.say("Dan", AWAY).error == "NotAllowed"
    assert not (answer := case.say("Priya", "close 0042 withdrawn because they moved")).error, answer
    assert case.say("Priya", AWAY).error == "NotNow"


def test_in_a_room_the_answer_is_for_the_asker_alone(case: Town) -> None:
    answer = case.say("Priya", AWAY, room="education")
    assert not answer.error and answer.private


def test_a_claim_under_a_ground_that_the_rules_dropped_is_still_told(case: Town) -> None:
    agreed(case, AWAY, 3)
    case.app.rules = replace(RULES, grounds=tuple(g for g in RULES.grounds if g.id != "A4"))
    assert "ground A4 of earlier rules" in whole(case.say("Priya", "open 0042").facts)


def test_a_closure_begins_on_one_day_once(case: Town) -> None:
    for last in ("31/8/2027", "1/9/2027"):
        case.say("Priya", f"closure Oakhurst Primary from 22/7/2027 until {last}")
    (closure,) = case.all(Closure)
    (school,) = case.all(Setting)
    assert (closure.setting_id, closure.last_day - closure.first_day) == (school.id, timedelta(days=41))
