"""Packs that are adopted: what they would move is shown, who took them up is kept, no date is written by the old."""

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel, delete, update

from bot.cards import post_message
from bot.cases import deadlines, packs
from bot.cases.rebuilding import look_over
from bot.commandline import CANNOT, WELL, parser
from bot.courier import Courier
from bot.domain.errors import BadSettings
from bot.domain.terms import ClockState, RuleId
from bot.rules import Rules
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.rulebook.adopting import adopt
from storage.connect import Store
from storage.tables import Case, Deadline, Enquiry, Nudge, Person, Request, RulePack
from tests.domain.days import at, day
from tests.packs import overlay, pack
from tests.town import RULES, Town

SHORTER = {"final_plan": {"length": "16", "target": "", "example": "2026-09-07 -> 2026-12-28"}}
"""A law under which the plan is due in 16 weeks."""
HELEN = ("--as", "helen.ward@anyshire.example", "--because", "the law changed")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """On Friday 16 October 2026: one case under way, one closed, and an MP's letter."""
    store = Store(database_url)
    town = Town(store)
    for child in ("Maisie Palmer", "Arun Palmer"):
        town.opens("Priya", child, received=day("Mon 7 Sep 2026"))
    said(town, "Priya", "sent decision to assess 0042")
    said(town, "Priya", "close 0047 withdrawn")
    said(town, "Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry')
    yield town
    store.close()


def said(town: Town, name: str, line: str) -> None:
    answer = town.say(name, line)
    assert not answer.error and not answer.form, answer


def adopts(town: Town, folder: Path) -> list[str]:
    ended, lines = town.operator("rules", "adopt", str(folder), *HELEN, "--yes")
    assert ended == WELL, lines
    town.count_by_newest()
    return lines


def differences(town: Town) -> list[str]:
    town.count_by_newest()
    return [str(each) for found in look_over(town.store, town.turn) for each in found.differences]


def due(town: Town, reference: str, rule: str) -> Deadline:
    of: type[SQLModel] = Enquiry if reference.startswith("MP") else Case
    (about,) = town.all(of, of.reference == reference)
    mine = Deadline.enquiry_id == about.id if of is Enquiry else Deadline.case_id == about.id
    (deadline,) = town.all(Deadline, Deadline.rule == rule, mine)
    return deadline


def everything(town: Town) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the installation's own keys, which are put there when it is first opened."""
    tables = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    tables = [table for table in tables if table.name != "key"]
    with town.store.reading() as db:
        return {table.name: [dict(row._mapping) for row in db.execute(table.select())] for table in tables}


def dates(town: Town) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {(each.stream, each.rule): (each.legal, each.safe, each.target) for each in town.all(Deadline)}


def test_open_clocks_keep_their_row_and_what_is_recorded_from_tomorrow_takes_the_new_one(
    town: Town, tmp_path: Path
) -> None:
    before = dates(town)
    lines = adopts(town, pack(tmp_path / "v2", clocks=SHORTER))
    assert lines[0] == "No date would move."
    assert lines[1] == "Adopted england-2014 version 2, number 2, for what is recorded from Sat 17 October 2026."
    assert dates(town) == before and differences(town) == []
    town.opens("Priya", "Noah Grant", received=day("Fri 16 Oct 2026"))
    town.now = at("Mon 19 Oct 2026 09:00")
    town.opens("Priya", "Lily Stone", received=day("Fri 16 Oct 2026"))
    assert due(town, "SEND-2026-0051", "final_plan").legal == day("Fri 5 Mar 2027"), (
        "recorded on the day it was adopted"
    )
    assert due(town, "SEND-2026-0058", "final_plan").legal == day("Fri 5 Feb 2027"), "recorded after it"
    assert due(town, "SEND-2026-0042", "final_plan").legal == day("Mon 25 Jan 2027")
    said(town, "Priya", "sent draft plan 0042")
    assert due(town, "SEND-2026-0042", "final_plan").legal == day("Mon 25 Jan 2027")
    assert differences(town) == []


def test_a_pack_for_open_cases_too_moves_what_runs_and_leaves_what_had_ended(town: Town, tmp_path: Path) -> None:
    sooner = {"ehcna_decide": {"length": "5", "target": "", "example": "2026-09-07 -> 2026-10-12"}}
    lines = adopts(town, pack(tmp_path / "v2", transition="open_cases_too", clocks={**SHORTER, **sooner}))
    assert lines[:2] == [
        "SEND-2026-0042  final_plan  statutory  "
        "Mon 25 January 2027 -> Mon 28 December 2026, act by Thu 24 December 2026  (row changed)",
        "1 date would move (statutory 1, row changed 1).",
    ]
    assert due(town, "SEND-2026-0042", "final_plan").legal == day("Mon 28 Dec 2026")
    met = due(town, "SEND-2026-0042", "ehcna_decide")
    assert (met.legal, met.state) == (day("Mon 19 Oct 2026"), ClockState.MET), "met in time by the law of its day"
    assert due(town, "SEND-2026-0047", "final_plan").legal == day("Mon 25 Jan 2027"), "closed before"
    assert differences(town) == []
    town.now = at("Mon 19 Oct 2026 09:00")
    said(town, "Priya", "reopen 0047 because it was closed in error")
    assert due(town, "SEND-2026-0047", "final_plan").legal == day("Mon 28 Dec 2026"), "it runs again"
    said(town, "Priya", "sent draft plan 0042")
    assert due(town, "SEND-2026-0042", "ehcna_decide").legal == day("Mon 19 Oct 2026")
    assert differences(town) == []


def test_a_new_bank_holiday_moves_an_open_working_day_clock_and_its_next_nudge_has_a_new_key(
    town: Town, tmp_path: Path
) -> None:
    this = due(town, "MP-2026-0007", "mp_ack")
    assert this.legal == day("Tue 20 Oct 2026")
    town.now = at("Mon 19 Oct 2026 09:00")
    town.remind()
    assert {nudge.key for nudge in town.all(Nudge, Nudge.deadline_id == this.id)} == {
        f"{this.id}/2026-10-20/{rung}" for rung in ("1-before/owner", "3-before/owner", "1-before/manager")
    }
    lines = adopts(town, pack(tmp_path / "v2", holidays=[("2026-10-20", "Day of mourning")]))
    assert lines[0] == (
        "MP-2026-0007  mp_ack  our target  Tue 20 October 2026 -> Wed 21 October 2026  (calendar changed)"
    )
    moved = due(town, "MP-2026-0007", "mp_ack")
    assert (moved.id, moved.legal) == (this.id, day("Wed 21 Oct 2026"))
    town.now = at("Wed 21 Oct 2026 09:00")
    town.remind()
    new = [nudge.key for nudge in town.all(Nudge, Nudge.deadline_id == this.id, Nudge.due == moved.legal)]
    assert f"{this.id}/2026-10-21/the-day/owner" in new
    assert differences(town) == []


def test_a_preview_changes_nothing_and_says_what_adopting_then_moves(town: Town, tmp_path: Path) -> None:
    folder = pack(
        tmp_path / "v2",
        transition="open_cases_too",
        clocks={**SHORTER, "mp_reply": {"length": "8", "example": "2026-12-11 -> 2026-12-23"}},
        holidays=[("2026-10-22", "Day of mourning")],
    )
    before, kept = everything(town), dates(town)
    ended, lines = town.operator("rules", "preview", str(folder), "--json")
    assert ended == WELL and everything(town) == before
    *moves, totals = map(json.loads, lines)
    counts = {"dates": 3, "statutory": 1, "row changed": 2, "our target": 2, "calendar changed": 1}
    assert totals == {"totals": counts, "ladders": {}, "climbs": []}
    assert town.operator("rules", "preview", str(folder))[1][:-1] == adopts(town, folder)[:3]
    after = dates(town)
    streams = {case.reference: f"case:{case.id}" for case in town.all(Case)}
    streams |= {letter.reference: f"enquiry:{letter.id}" for letter in town.all(Enquiry)}
    told = {(streams[move["reference"]], move["rule"]): (_days(move["from"]), _days(move["to"])) for move in moves}
    assert told == {which: (kept[which], after[which]) for which in after if after[which] != kept.get(which)}
    assert town.operator("rules", "preview", str(folder))[1] == ["No date would move."]


def test_a_date_that_did_not_follow_before_is_not_put_down_to_the_new_pack(town: Town, tmp_path: Path) -> None:
    this = due(town, "SEND-2026-0042", "final_plan")
    with town.store.transaction() as db:
        db.execute(update(Deadline).where(Deadline.id == this.id).values(legal=day("Mon 1 Feb 2027")))
        db.execute(delete(Deadline).where(Deadline.rule == "mp_ack"))
    assert town.operator("rules", "preview", str(pack(tmp_path / "v2", clocks=SHORTER)))[1] == [
        "SEND-2026-0042  final_plan  statutory  Mon 1 February 2027, act by Mon 25 January 2027 -> Mon 25 January 2027"
        "  (was not in line before)",
        "MP-2026-0007  mp_ack  our target  begins -> Tue 20 October 2026  (was not in line before)",
        "2 dates would move (statutory 1, was not in line before 2, our target 1).",
    ]


def _days(told: dict[str, str | None]) -> tuple[Any, ...]:
    return tuple(day and packs.date.fromisoformat(day) for day in told.values())


def test_who_adopted_what_and_why_is_listed_and_the_same_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    assert town.operator("rules", "adopted")[1] == [
        "None was adopted: england-2014 version 1 is in force as it comes with the bot and the settings."
    ]
    folder = overlay(tmp_path / "ours", clocks={"final_plan": {"target": "18"}})
    adopts(town, folder)
    before = everything(town)
    first, second = town.all(RulePack)
    assert town.operator("rules", "adopted")[1] == [
        "1  england-2014 version 1, for what is recorded from the beginning",
        "   in force before the first was adopted on Fri 16 October 2026",
        f"   SHA-256 {first.digest.hex()}",
        "2  england-2014 version 1 with smallshire version 1, for what is recorded from Sat 17 October 2026",
        "   adopted by Helen Ward on Fri 16 October 2026",
        "   the law changed",
        f"   SHA-256 {second.digest.hex()}",
    ]
    assert second.files["overlay/clocks.csv"] == (folder / "clocks.csv").read_text()
    ended, lines = town.operator("rules", "adopt", str(folder), *HELEN, "--yes")
    assert (ended, lines) == (
        WELL,
        [
            "england-2014 version 1 with smallshire version 1 is in force already, word for word: "
            "adopted by Helen Ward on Fri 16 October 2026. Nothing was changed.",
            "If that was cut short, finish it with: referralbot rebuild",
        ],
    )
    assert everything(town) == before


def test_what_cannot_be_read_or_cannot_do_is_refused_and_nothing_is_kept(town: Town, tmp_path: Path) -> None:
    said(town, "Priya", "ask 0042 CAMHS")
    before = everything(town)
    odd = pack(tmp_path / "odd", clocks={"final_plan": {"agency": "edukation"}})
    same = pack(tmp_path / "same", clocks={"final_plan": {**SHORTER["final_plan"], "version": "1"}})
    less = pack(tmp_path / "less")
    table = (less / "services.csv").read_text().splitlines(keepends=True)
    (less / "services.csv").write_text("".join(line for line in table if not line.startswith("camhs")))
    for folder, why in (
        (odd, "clocks.csv:13:agency: 'edukation' is not known"),
        (same, "clocks.csv:final_plan:version: must be above 1"),
        (less, "services.csv: 'camhs' is missing, and cases on record have asked for it"),
        (tmp_path / "nowhere", "There is no folder of rules"),
    ):
        for words in (("preview", str(folder)), ("adopt", str(folder), *HELEN, "--yes")):
            with pytest.raises(BadSettings) as refused:
                town.operator("rules", *words)
            assert str(refused.value).startswith(why)
    assert everything(town) == before


@pytest.mark.databases("sqlite")
def test_nothing_is_adopted_without_a_yes_or_by_somebody_who_may_not(town: Town, tmp_path: Path) -> None:
    folder, before = pack(tmp_path / "v2", clocks=SHORTER), everything(town)
    words = parser().parse_args(["rules", "adopt", str(folder), *HELEN])
    settings = Settings(database_url=town.store.url, key=town.key)
    for answer in ("y\n", "no\n", "\n", ""):
        with redirect_stdout(StringIO()) as out:
            assert adopt(words, settings, lambda: town.now, StringIO(answer)) == CANNOT
        assert out.getvalue().endswith("Adopt it? Type yes: Nothing was adopted.\n")
    for email in ("priya.shah@anyshire.example", "nobody@anyshire.example"):
        theirs = parser().parse_args(["rules", "adopt", str(folder), "--as", email, "--because", "it is time"])
        with pytest.raises(BadSettings, match="no manager or administrator"), redirect_stdout(StringIO()) as out:
            adopt(theirs, settings, lambda: town.now, StringIO("yes\n"))
        assert out.getvalue() == "", "nothing is counted or asked"
    assert everything(town) == before
    with redirect_stdout(StringIO()):
        assert adopt(words, settings, lambda: town.now, StringIO("yes\n")) == WELL
    assert len(town.all(RulePack)) == 2


def test_packs_adopted_one_after_another_each_count_for_their_own_days(town: Town, tmp_path: Path) -> None:
    adopts(town, pack(tmp_path / "v2", clocks=SHORTER))
    town.now = at("Mon 19 Oct 2026 09:00")
    town.opens("Priya", "Noah Grant", received=day("Fri 16 Oct 2026"))
    longest = {"final_plan": {"length": "30", "target": "", "example": "2026-09-07 -> 2027-04-05"}}
    adopts(town, pack(tmp_path / "v3", version=3, clocks=longest))
    town.now = at("Tue 20 Oct 2026 09:00")
    town.opens("Priya", "Lily Stone", received=day("Fri 16 Oct 2026"))
    assert [due(town, f"SEND-2026-00{number}", "final_plan").legal for number in (42, 51, 58)] == [
        day("Mon 25 Jan 2027"),
        day("Fri 5 Feb 2027"),
        day("Fri 14 May 2027"),
    ]
    versions = [due(town, f"SEND-2026-00{number}", "final_plan").rule_version for number in (42, 51, 58)]
    assert versions == ["1", "2", "3"]
    assert all(town.app.rules.rule("final_plan", int(version)) for version in versions)
    assert differences(town) == []


def test_a_clock_that_the_law_drops_stays_readable_where_it_was_met(town: Town, tmp_path: Path) -> None:
    said(town, "Priya", "sent draft plan 0042")
    lines = adopts(
        town, pack(tmp_path / "v2", transition="open_cases_too", without=["draft_plan_target", "draft_reps_min"])
    )
    assert lines[0] == ("SEND-2026-0042  draft_reps_min  statutory  Fri 30 October 2026 -> falls away  (row changed)")
    met = due(town, "SEND-2026-0042", "draft_plan_target")
    assert (met.state, due(town, "SEND-2026-0042", "draft_reps_min").state) == (ClockState.MET, ClockState.STOPPED)
    assert town.app.rules.rule("draft_plan_target", 1) and RuleId("draft_reps_min") in town.app.rules.by_id
    for line in ("status 0042", "why 0042", "open 0042", "snooze 0042 until 30 Oct because the panel meets then"):
        said(town, "Priya", line)
    town.now = at("Mon 19 Oct 2026 09:00")
    town.remind()
    assert differences(town) == []


def test_a_replica_that_does_not_know_yet_writes_no_date_by_the_old_rules(town: Town, tmp_path: Path) -> None:
    town.operator("rules", "adopt", str(pack(tmp_path / "v2", clocks=SHORTER)), *HELEN, "--yes")
    assert town.app.rules is RULES, "it was adopted elsewhere"
    before = everything(town)
    (case,) = town.all(Case, Case.reference == "SEND-2026-0042")
    with pytest.raises(packs.OldRules), town.store.transaction() as db:
        deadlines.rebuild(Turn(db, town.now, RULES, town.vault), case, [], ())
    assert everything(town) == before
    town.now = at("Mon 19 Oct 2026 09:00")
    town.opens("Priya", "Noah Grant", received=day("Fri 16 Oct 2026"))
    case = town.all(Case)[-1]
    assert due(town, case.reference, "final_plan").legal == day("Fri 5 Feb 2027")
    assert town.app.rules.adopted == 2 and differences(town) == []


class Listening(Courier):
    """A courier that keeps what it is told."""

    told: Rules = RULES

    def count_by(self, rules: Rules) -> None:
        super().count_by(rules)
        self.told = rules


async def test_a_running_bot_learns_before_it_sweeps_and_everything_in_it_counts_by_the_new_rules(
    town: Town, tmp_path: Path
) -> None:
    told: list[Rules] = []
    courier = Listening(town.store, RULES, town.vault, chats={}, render=post_message)
    ticking = Scheduler(town.store, RULES, town.vault, courier, clock=lambda: town.now, adopted=told.append)
    await ticking.run_once()
    assert told == []
    town.operator("rules", "adopt", str(pack(tmp_path / "v2", clocks=SHORTER)), *HELEN, "--yes")
    await ticking.run_once()
    await ticking.run_once()
    assert [rules.label for rules in told] == ["england-2014 version 2"], "once"
    assert courier.told is told[0]


@pytest.mark.databases("postgresql")
def test_adopting_waits_for_whoever_is_writing_dates(town: Town, tmp_path: Path) -> None:
    files = packs.together(packs.laid_over({}, {}, is_overlay=False), None)
    with town.store.transaction() as writing, town.store.transaction() as other:
        packs.must_be_newest(town.turn(writing))
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        person = other.get_one(Person, 1)
        turn = Turn(other, town.now, RULES, town.vault, who=person)
        with pytest.raises(OperationalError, match="lock timeout"):
            packs.adopt(turn, files, before=files, rules=RULES, reason="")
        other.rollback()
    assert town.all(RulePack) == [] and town.all(Request) == []
