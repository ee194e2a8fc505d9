"""What an owner puts off is theirs alone: it ends with the owner, with the date, and with what is recorded."""

from collections.abc import Iterator

import pytest

from bot.cases.rebuilding import look_over
from bot.reminders import sweep
from storage.connect import Store
from storage.tables import Case, Nudge, Person
from tests.domain.days import at, day
from tests.town import RULES, Town, private_place
from tests.whole import whole


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """On Wednesday 14 October 2026, after the nudge of seven days before the 21st."""
    store = Store(database_url)
    town = Town(store, at("Wed 9 Sep 2026 10:00"))
    town.opens("Priya", "Maisie Palmer", received=day("Wed 9 Sep 2026"))
    town.now = at("Wed 14 Oct 2026 10:00")
    town.remind()
    yield town
    store.close()


def heard(town: Town, moment: str) -> list[tuple[str, str]]:
    """Who hears of which rung in a sweep at that moment."""
    before, town.now = len(town.all(Nudge)), at(moment)
    town.remind()
    people = {person.id: person.name for person in town.all(Person)}
    said = [nudge for nudge in town.all(Nudge)[before:] if not nudge.skipped]
    return [(people[nudge.person_id], nudge.rung) for nudge in said]


PUT_OFF = ["snooze 0042 until 20 October the panel meets then", "have it 0042"]


@pytest.mark.parametrize("line", PUT_OFF)
@pytest.mark.parametrize("handing", ["assign 0042 to Tom", "hand over all from Priya to Tom"])
def test_a_new_owner_hears_what_the_one_before_had_put_off(town: Town, line: str, handing: str) -> None:
    assert not town.say("Priya", line).error
    assert heard(town, "Fri 16 Oct 2026 10:00") == []
    answer = town.say("Moira", handing)
    if answer.actions and answer.actions[0].label.startswith("Hand over"):
        answer = town.say("Moira", answer.actions[0].line)
    assert not answer.error
    assert heard(town, "Fri 16 Oct 2026 10:02") == [("Tom Reid", "3-before")]
    assert [str(each) for found in look_over(town.store, town.turn) for each in found.differences] == []


@pytest.mark.parametrize("handing", ["assign 0042 to Tom", "hand over all from Priya to Tom"])
def test_what_waits_for_the_old_owner_goes_to_the_new_one(town: Town, handing: str) -> None:
    """As after an hour in which the platform took nothing: it was put in, and is not said yet."""
    before, town.now = len(town.all(Nudge)), at("Fri 16 Oct 2026 10:00")
    town.page.arrived.clear()
    sweep(town.store, RULES, town.vault, town.now)
    assert [nudge.rung for nudge in town.all(Nudge)[before:]] == ["3-before"]
    answer = town.say("Moira", handing)
    if answer.actions and answer.actions[0].label.startswith("Hand over"):
        assert not town.say("Moira", answer.actions[0].line).error
    told = {who: [one.message.text for one in town.read(private_place(town.email(who)))] for who in ("Priya", "Tom")}
    assert told["Priya"] == []
    assert sum(text.startswith("SEND-2026-0042 decision to assess is due Wed 21 Oct") for text in told["Tom"]) == 1
    assert heard(town, "Fri 16 Oct 2026 10:10") == []


def test_what_waits_about_another_case_stays_with_its_owner(town: Town) -> None:
    """One post speaks of both cases: one is handed over before it is said."""
    town.opens("Priya", "Noah Green", received=day("Wed 9 Sep 2026"))
    handed, kept = sorted(case.reference for case in town.all(Case))
    town.now = at("Fri 16 Oct 2026 10:00")
    town.page.arrived.clear()
    sweep(town.store, RULES, town.vault, town.now)
    assert not town.say("Moira", f"assign {handed} to Tom").error
    told = {who: [whole(one.message) for one in town.read(private_place(town.email(who)))] for who in ("Priya", "Tom")}
    assert [(kept in text, handed in text) for text in told["Priya"]] == [(True, False)]
    assert not any(kept in text for text in told["Tom"]) and any("decision to assess" in text for text in told["Tom"])


@pytest.mark.parametrize("line", PUT_OFF)
def test_whoever_put_it_off_hears_on_the_last_day_to_act_at_the_latest(town: Town, line: str) -> None:
    assert not town.say("Priya", line).error
    days = ("Fri 16", "Mon 19", "Tue 20", "Wed 21")
    told = [rung for on in days for who, rung in heard(town, f"{on} Oct 2026 10:00") if who == "Priya Shah"]
    assert told[-1] == "the-day"


def test_once_it_is_done_nobody_hears_more_whatever_waits(town: Town) -> None:
    """Neither whoever said that they have it, nor anybody above, nor from a post that was on its way."""
    town.say("Priya", "have it 0042")
    town.now = at("Tue 20 Oct 2026 09:00")
    town.page.arrived.clear()
    assert not town.say("Priya", "sent decision to assess 0042 on 19 October").error
    after = [f"{on} Oct 2026 10:00" for on in ("Tue 20", "Wed 21", "Wed 28")]
    assert [told for moment in after for told in heard(town, moment)] == []
    assert not [place for place in town.page.arrived if place.startswith("private:") and "moira" in place]
