"""Ladders that change: a date keeps the version that it began under, or is moved; nothing is said twice or suddenly."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import update

from bot.auditor import Auditor
from bot.cases.auditing import Found
from bot.cases.rebuilding import look_over
from bot.commandline import WELL, WRONG
from bot.domain.calendar import london_date
from bot.domain.errors import BadSettings
from bot.reminders import sweep
from storage.connect import Store
from storage.tables import Deadline, Nudge
from tests.domain.days import at, day
from tests.packs import overlay, pack, with_ladders
from tests.town import Town

HELEN = ("--as", "helen.ward@anyshire.example", "--because", "the ladder was too long")
SECOND = (
    "council,2,15-before,-15,days,owner",
    "council,2,fortnight,-14,days,owner",
    "council,2,10-before,-10,days,owner",
    "council,2,3-before,-3,days,owner|manager",
    "council,2,1-before,-1,days,owner|manager",
    "council,2,the-day,0,days,owner|manager",
    "council,2,5-after,5,working_days,manager|head",
)
"""14-before under another name, 15-before and 10-before new, 7-before and 10-after gone, others for other people."""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """On Wednesday 7 October 2026: the decision on 0042 is due on Wednesday the 21st."""
    store = Store(database_url)
    town = Town(store, at("Wed 9 Sep 2026 10:00"))
    town.opens("Priya", "Maisie Palmer", received=day("Wed 9 Sep 2026"))
    town.now = at("Wed 7 Oct 2026 10:00")
    yield town
    store.close()


def second(folder: Path, *, transition: str = "open_cases_too") -> Path:
    return with_ladders(pack(folder, transition=transition), *SECOND)


def adopts(town: Town, folder: Path) -> list[str]:
    ended, lines = town.operator("rules", "adopt", str(folder), *HELEN, "--yes")
    assert ended == WELL, lines
    town.count_by_newest()
    return lines


def decision(town: Town, case: int = 1) -> Deadline:
    (found,) = town.all(Deadline, Deadline.rule == "ehcna_decide", Deadline.case_id == case)
    return found


def differences(town: Town) -> list[str]:
    return [str(each) for found in look_over(town.store, town.turn) for each in found.differences]


def said(town: Town, until: str, case: int = 1) -> list[str]:
    """What is said of the decision up to that day, swept now and then once on each day at that hour."""
    while town.now <= at(f"{until} 2026 14:00"):
        sweep(town.store, town.app.rules, town.vault, town.now)
        town.pass_time(days=1)
    return heard(town, decision(town, case))


def test_a_date_that_runs_keeps_the_ladder_that_it_began_under(town: Town, tmp_path: Path) -> None:
    lines = adopts(town, second(tmp_path / "v2", transition="new_clocks_only"))
    assert lines[:2] == [
        "No date would move.",
        "Ladder council version 2, for what is recorded from Thu 8 October 2026: 15-before is new: 15 days before the"
        " last day to act: the owner; fortnight is new: 14 days before the last day to act: the owner; 10-before is"
        " new: 10 days before the last day to act: the owner; 3-before is now: 3 days before the last day to act: the"
        " owner, the manager; 5-after is now: 5 working days after the date: the manager, the head of service;"
        " 14-before is gone; 7-before is gone; 10-after is gone.",
    ]
    town.now = at("Thu 8 Oct 2026 10:00")
    town.opens("Priya", "Noah Grant", received=day("Wed 9 Sep 2026"))
    assert [decision(town, case).ladder_version for case in (1, 2)] == [1, 2]
    assert differences(town) == []
    told = {fact.label: fact.value for fact in town.say("Priya", "why 0042 decision to assess").facts}
    assert told["Nudges"] == (
        "by ladder council version 1, in force when its start was recorded; version 2 is for later ones"
    )
    assert "Nudges" not in {fact.label for fact in town.say("Priya", "why 0047 decision to assess").facts}
    town.now = at("Fri 9 Oct 2026 10:00")
    assert said(town, "Fri 16 Oct", case=2) == [
        "9 Oct 10-before owner",
        "16 Oct 3-before owner",
        "16 Oct 3-before manager",
    ]
    mine = town.all(Nudge, Nudge.deadline_id == decision(town).id, Nudge.skipped == "")
    assert [nudge.rung for nudge in mine] == ["14-before", "7-before", "3-before"]
    assert differences(town) == []


def test_a_date_moved_to_a_new_version_hears_of_each_day_once_and_of_no_new_rung_that_is_past(
    town: Town, tmp_path: Path
) -> None:
    assert said(town, "Wed 7 Oct") == ["7 Oct 14-before owner"]
    town.now = at("Wed 7 Oct 2026 13:00")
    lines = adopts(town, second(tmp_path / "v2"))
    assert lines[2] == (
        "3 dates that run change from ladder council version 1 to council version 2 from Thu 8 October 2026 on."
        " Nothing that was said is said again."
    )
    assert decision(town).ladder_version == 2 and differences(town) == []
    town.now = at("Thu 8 Oct 2026 10:00")
    assert said(town, "Wed 28 Oct")[1:] == [
        "9 Oct 10-before owner",
        "16 Oct 3-before owner",
        "16 Oct 3-before manager",
        "20 Oct 1-before owner",
        "20 Oct 1-before manager",
        "21 Oct the-day owner",
        "21 Oct the-day manager",
        "28 Oct 5-after manager",
        "28 Oct 5-after head",
    ]
    assert decision(town).next_at is None, "10-after is gone"
    assert differences(town) == []


def test_what_was_owed_by_the_old_version_is_said_though_the_new_one_has_no_such_rung(
    town: Town, tmp_path: Path
) -> None:
    """Adopted at half past nine in the morning, and the bot was away from eight until noon."""
    adopts(town, second(tmp_path / "v2"))
    town.now = at("Wed 7 Oct 2026 12:00")
    assert said(town, "Thu 8 Oct") == ["7 Oct 14-before owner"]


def test_three_versions_one_after_another_each_speak_for_their_own_days(town: Town, tmp_path: Path) -> None:
    adopts(town, second(tmp_path / "v2", transition="new_clocks_only"))
    third = [rung.replace("council,2", "council,3") for rung in SECOND if "10-before" not in rung]
    adopts(town, with_ladders(pack(tmp_path / "v3", version=3, transition="new_clocks_only"), *third))
    town.now = at("Thu 8 Oct 2026 10:00")
    town.opens("Priya", "Noah Grant", received=day("Thu 8 Oct 2026"))
    assert [decision(town, case).ladder_version for case in (1, 2)] == [1, 3]
    adopts(town, with_ladders(pack(tmp_path / "v4", version=4), "council,4,the-day,0,days,owner"))
    assert [decision(town, case).ladder_version for case in (1, 2)] == [1, 3]
    assert differences(town) == []
    assert said(town, "Fri 16 Oct") == [
        "8 Oct 14-before owner",
        "14 Oct 7-before owner",
        "16 Oct 3-before owner",
    ]


def test_a_ladder_that_reads_otherwise_needs_another_version_and_a_rung_of_another_day_another_id(
    town: Town, tmp_path: Path
) -> None:
    same = with_ladders(pack(tmp_path / "same"), "mp,1,the-day,0,days,owner")
    later = with_ladders(pack(tmp_path / "later"), "mp,2,the-day,0,days,owner", "mp,2,3-before,-4,days,owner")
    ours = with_ladders(overlay(tmp_path / "ours", clocks={}), "mp,1,the-day,0,days,owner")
    for folder, why in (
        (same, "ladder.csv:mp:version: must be above 1: the ladder reads otherwise than the version 1 that is there"),
        (
            later,
            "ladder.csv:21:id: '3-before' speaks on another day in the ladder council version 1: a rung of another day",
        ),
        (ours, "overlay/ladder.csv:mp:version: must be above 1: the ladder reads otherwise than the version 1 that"),
    ):
        for words in (("preview", str(folder)), ("adopt", str(folder), *HELEN, "--yes")):
            with pytest.raises(BadSettings) as refused:
                town.operator("rules", *words)
            assert str(refused.value).startswith(why)
        ended, lines = town.operator("rules", "check", str(folder))
        assert ended == WRONG and lines[0].startswith(why)


def test_a_version_that_was_in_force_may_come_back_word_for_word(town: Town, tmp_path: Path) -> None:
    adopts(town, second(tmp_path / "v2"))
    adopts(town, pack(tmp_path / "v3", version=3, transition="open_cases_too"))
    assert decision(town).ladder_version == 1 and differences(town) == []
    assert said(town, "Wed 14 Oct") == ["7 Oct 14-before owner", "14 Oct 7-before owner"]


def test_a_council_names_ladders_of_its_own_for_a_clock_and_for_an_agency(town: Town, tmp_path: Path) -> None:
    """The law's clocks keep theirs where they run; the council's own are moved, and hear nothing suddenly."""
    folder = overlay(
        tmp_path / "ours",
        transition="open_cases_too",
        clocks={"mp_reply": {"ladder": "brisk"}, "advice_health": {"ladder": "health"}},
    )
    brisk = ("brisk,1,12-before,-12,days,manager", "brisk,1,2-before,-2,days,owner|manager")
    with_ladders(folder, *brisk, "health,1,5-before,-5,days,room|owner", "health,1,the-day,0,days,room|owner")
    town.now = at("Wed 30 Sep 2026 09:00")
    town.say("Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry')
    town.say("Priya", "sent decision to assess 0042")
    town.say("Priya", "ask 0042 CAMHS")
    town.now = at("Wed 7 Oct 2026 13:00")
    town.remind()
    *_, told = map(json.loads, town.operator("rules", "preview", str(folder), "--json")[1])
    assert told["climbs"] == [{"from": "mp version 1", "to": "brisk version 1", "dates": 1}]
    adopts(town, folder)
    town.now = at("Thu 8 Oct 2026 10:00")
    town.say("Priya", "ask 0042 OT")
    (reply,) = town.all(Deadline, Deadline.rule == "mp_reply")
    first, other = town.all(Deadline, Deadline.rule == "advice_health")
    climbed = [(one.ladder, one.ladder_version) for one in (reply, first, other)]
    assert climbed == [("brisk", 1), ("agency", 1), ("health", 1)]
    assert differences(town) == []
    said(town, "Thu 19 Nov")
    assert reply.legal == day("Wed 14 Oct 2026")
    assert heard(town, reply) == ["7 Oct 7-before owner", "12 Oct 2-before owner", "12 Oct 2-before manager"]
    assert {one.split()[2] for one in heard(town, first)} >= {"14-before", "3-before"}
    assert {one.split()[2] for one in heard(town, other)} == {"5-before", "the-day"}


def heard(town: Town, deadline: Deadline) -> list[str]:
    mine = town.all(Nudge, Nudge.deadline_id == deadline.id, Nudge.skipped == "")
    return [f"{london_date(nudge.at):%-d %b} {nudge.rung} {nudge.hears}" for nudge in mine]


def test_a_version_that_was_not_noted_yet_is_no_difference_and_is_noted_with_the_next_act(
    town: Town, tmp_path: Path
) -> None:
    """As a bot of before versions were kept leaves them: the night tells nobody of every case."""
    adopts(town, second(tmp_path / "v2", transition="new_clocks_only"))
    with town.store.transaction() as db:
        db.execute(update(Deadline).values(ladder_version=0))
    assert differences(town) == []
    auditor = Auditor()
    for night in range(7):
        moment = at("Thu 8 Oct 2026 01:30") + timedelta(days=night)
        auditor.derive(town.store, town.app.rules, town.vault, moment)
    found = auditor.audit(town.store, town.app.rules, town.vault, town.now).findings
    assert Found.ASTRAY not in {one.found for one in found}
    assert said(town, "Wed 7 Oct") == ["7 Oct 14-before owner"]
    town.say("Priya", "ask 0042 CAMHS")
    assert decision(town).ladder_version == 1
