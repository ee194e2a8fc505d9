"""The tables of rules: what they hold, and what a slip of the hand in them does."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.calendar import Calendar
from bot.domain.clocks import ClockRule
from bot.domain.errors import BadSettings
from bot.domain.facts import FACTS
from bot.domain.periods import last_day
from bot.domain.terms import Agency, ClockKind, EntryKind, Hears, LetterKind, Nature, Process, RuleId
from bot.rules import HERE, load_rules
from tests.domain.days import day

RULES = load_rules()


@pytest.mark.parametrize("rule", RULES.clocks, ids=lambda rule: f"{rule.id}-{rule.version}")
def test_a_row_counts_as_its_worked_examples_say(rule: ClockRule) -> None:
    assert rule.examples and rule.source
    for start, end in rule.examples:
        assert last_day(rule.counting, start, rule.length, calendar=RULES.calendar) == end


def test_whatever_starts_or_stops_a_clock_can_be_said_in_words() -> None:
    facts = {kind for rule in RULES.clocks for kind in (*rule.starts, *rule.starts_presumed, *rule.stops, *rule.ends)}
    assert facts <= {*FACTS, EntryKind.CLOSED}


def test_every_process_has_its_clocks_and_an_mps_letter_has_no_law() -> None:
    assert all(RULES.of(whole) for whole in (*Process, *LetterKind))
    assert len(RULES.by_id) == 78
    local = {rule.id: rule.period for rule in RULES.clocks if rule.kind is ClockKind.LOCAL}
    assert local == {
        "draft_plan_target": "16 weeks",
        "order_assess_choose": "10 weeks",
        "concede_assess_choose": "10 weeks",
        "mp_ack": "2 working days",
        "mp_holding": "8 working days",
        "mp_reply": "10 working days",
        "mp_followup_open": "5 working days",
    }


def test_only_a_duty_has_a_ladder_and_every_ladder_is_used() -> None:
    asked_once = {rule.id for rule in RULES.clocks if rule.nature is Nature.AT_ONCE}
    assert {rule.ladder for rule in RULES.clocks if rule.id in asked_once} == {"once"}
    assert {rule.id for rule in RULES.clocks if rule.ladder} == asked_once | {
        rule.id for rule in RULES.clocks if rule.nature is Nature.DUTY
    }
    assert {rule.ladder for rule in RULES.clocks if rule.ladder} == set(RULES.ladders)


def test_the_ladders_tell_those_whom_the_council_agreed() -> None:
    told = {
        name: [(rung.id, "|".join(each.value for each in rung.whom)) for rung in ladder.rungs]
        for name, ladder in RULES.ladders.items()
    }
    assert told["council"] == told["mp"]
    assert told == {
        "mp": told["council"],
        "council": [
            ("14-before", "owner"),
            ("7-before", "owner"),
            ("3-before", "owner"),
            ("1-before", "owner|manager"),
            ("the-day", "owner|manager"),
            ("5-after", "owner|manager|head"),
            ("10-after", "manager|head"),
        ],
        "agency": [
            ("14-before", "room"),
            ("7-before", "room|owner"),
            ("3-before", "room|owner"),
            ("1-before", "room|owner"),
            ("the-day", "room|owner|manager"),
            ("5-after", "room|owner|manager"),
            ("10-after", "manager|head"),
        ],
        "chase": [("1-before", "owner"), ("the-day", "owner"), ("5-after", "owner|manager")],
        "once": [("1-after", "owner")],
    }
    assert Hears.ROOM not in {each for rung in RULES.ladders["council"].rungs for each in rung.whom}


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("SLT", "speech_and_language"),
        ("salt", "speech_and_language"),
        ("Speech and language", "speech_and_language"),
        ("speech_and_language", "speech_and_language"),
        (" OT ", "occupational_therapy"),
        ("EP", "educational_psychology"),
        ("SENCO", "education"),
        ("DCO", "health"),
        ("camhs", "camhs"),
    ],
)
def test_a_service_is_found_by_what_staff_call_it(said: str, service: str) -> None:
    adviser = RULES.adviser(said)
    assert adviser and adviser.id == service


def test_a_name_nobody_uses_finds_nobody() -> None:
    assert RULES.adviser("haruspex") is None


def test_ask_all_asks_the_four_that_the_regulations_name_first() -> None:
    usual = {adviser.id: adviser.agency for adviser in RULES.services if adviser.usual}
    assert usual == {
        "education": Agency.EDUCATION,
        "educational_psychology": Agency.EDUCATION,
        "health": Agency.HEALTH,
        "social_care": Agency.SOCIAL_CARE,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tables that a test may spoil."""
    for table in HERE.glob("*.csv"):
        shutil.copy(table, tmp_path)
    return tmp_path


def spoil(table: Path, find: str, put: str) -> int:
    """Write `put` for the first `find` of a table; the line it stood on."""
    text = table.read_text()
    assert find in text
    table.write_text(text.replace(find, put, 1))
    return text[: text.index(find)].count("\n") + 1


SLIPS = [
    # table, what is there, the slip, the column, what is said of it
    ("clocks.csv", ",council,education,s,", ",council,edukation,s,", "agency", "'edukation' is not known; one of: "),
    ("clocks.csv", ",council,education,s,", ",counsel,education,s,", "owner", "'counsel' is not known; one of: "),
    ("clocks.csv", "decision_to_assess_sent|", "decision_to_asess_sent|", "stops", "'decision_to_asess_sent' is not"),
    ("clocks.csv", ",weeks,W,", ",weeks,WW,", "counting", "'WW' is not known; one of: W, D, "),
    ("clocks.csv", ",weeks,W,", ",days,W,", "unit", "W counts in weeks"),
    ("clocks.csv", ",duty,", ",dooty,", "nature", "'dooty' is not known"),
    ("clocks.csv", ",council,2014-09-01,", ",counsel,2014-09-01,", "ladder", "'counsel' is not known; one of: "),
    ("clocks.csv", ",council,2014-09-01,", ",,2014-09-01,", "ladder", "is empty: a duty is nudged"),
    ("clocks.csv", ",2014-09-01,", ",1/9/2014,", "valid_from", "'1/9/2014' is not a date such as 2026-09-07"),
    ("clocks.csv", "2014-09-01,,", "2014-09-01,2013-09-01,", "valid_to", "is before valid_from"),
    ("clocks.csv", "2026-09-07 -> 2026-10-19", "2026-09-07 to 2026-10-19", "example", "is not of the form"),
    ("clocks.csv", "2026-10-19", "2026-10-20", "example", "the row counts to 2026-10-19, the example says 2026-10-20"),
    ("clocks.csv", ",6,weeks,", ",six,weeks,", "length", "'six' is not a whole number"),
    (
        "clocks.csv",
        "ehcna_decide,1,new_assessment",
        "ehcna_decide,1,new_assesment",
        "process",
        "'new_assesment' is not",
    ),
    ("clocks.csv", ",W,,duty", ",W,7,duty", "target", "must not be below 0 or beyond the period itself"),
    ("clocks.csv", ",,duty,,", ",,duty,later_of=nothing,", "composite", "'nothing' is not a clock"),
    ("clocks.csv", "ehcna_decide,1,", "ehcna_decide,,", "version", "is empty"),
    ("clocks.csv", "advice_health,1", "ehcna_decide,1", "version", "must be above 1, that of the earlier row"),
    (
        "clocks.csv",
        "advice_health,1",
        "ehcna_decide,2",
        "valid_from",
        "the earlier row of this clock is still in force",
    ),
    ("clocks.csv", "ehcna_decide,1,", "ehcna_decide,2,", "version", "is beyond the pack's own, 1: raise that in pack"),
    ("clocks.csv", '"SEND Regulations 2014, regulation 5(1)"', "", "source", "is empty"),
    ("clocks.csv", ",A1|A2|A3|A4,", ",A1|A2|A3|A5,", "exceptions", "'A5' is not a ground; one of: A1, "),
    (
        "clocks.csv",
        ",la_request_received_or_s24",
        ",mp_received",
        "starts",
        "'mp_received' is never recorded on new_asse",
    ),
    ("clocks.csv", "refusal_to_assess_sent", "foi_reply_sent", "stops", "; one of: la_request_received_or_s24, "),
    (
        "clocks.csv",
        "mp_acknowledged,mp_holding",
        "mp_acknowledged,advice_sent|mp_holding",
        "ends",
        "'advice_sent' is never",
    ),
    (
        "clocks.csv",
        "body_received_request,advice_asked",
        "body_received_request,opened",
        "starts_presumed",
        "'opened' is",
    ),
    (
        "clocks.csv",
        "if amending,decision_to_amend",
        "if amending,order_to_amend|decision_to_amend",
        "binds",
        "'order_to_am",
    ),
    (
        "clocks.csv",
        ",decision_to_assess_sent|conceded",
        ",mp_acknowledged|conceded",
        "resumes",
        "is never recorded on new",
    ),
    ("clocks.csv", ",2,weeks,BACKW,,", ",2,weeks,BACKW,1,", "target", "the row counts back, so that more is earlier"),
    ("clocks.csv", ",0,days,NOW,,", ",0,days,NOW,0,", "target", "only a duty that has a length can have one"),
    ("clocks.csv", ",15,days,D_INC,,", ",15,days,D_INC,9,", "target", "only a duty that has a length can have one"),
    ("pack.csv", "name,england-2014", "nam,england-2014", "setting", "'nam' is not known; one of: name, kind, version"),
    ("pack.csv", "kind,pack", "kind,overlay", "value", "must be 'pack': that is what this folder is read as"),
    ("pack.csv", "kind,pack", "kind,packet", "value", "'packet' is not known; one of: pack, overlay"),
    (
        "pack.csv",
        "first_day,day_zero",
        "first_day,day_two",
        "value",
        "'day_two' is not known; one of: day_zero, day_one",
    ),
    ("pack.csv", ",stays", ",rolls", "value", "'rolls' is not known; one of: stays, rolls_forward"),
    ("pack.csv", "new_clocks_only", "all", "value", "'all' is not known; one of: new_clocks_only, open_cases_too"),
    ("pack.csv", "version,1", "version,one", "value", "'one' is not a whole number"),
    ("pack.csv", "transition,new_clocks_only", "name,england-2014", "setting", "'name' is there twice"),
    ("services.csv", "advice_ep", "advice_pe", "clock", "'advice_pe' is not known"),
    ("services.csv", "|SALT|", "|OT|", "also", "'OT' is the name of another service too"),
    ("services.csv", ",yes,", ",yeah,", "usual", "'yeah' is not known; one of: yes, no"),
    ("ladder.csv", "owner|manager", "owner|menager", "whom", "'menager' is not known; one of: owner, "),
    ("ladder.csv", "-14,days", "14,days", "unit", "before the date a ladder counts days"),
    ("ladder.csv", "council,1,7-before", "council,1,14-before", "id", "'14-before' is there twice"),
    ("ladder.csv", "council,1,7-before", "council,2,7-before", "version", "all rungs of a ladder change together"),
    ("clocks.csv", "2026-09-07 -> 2026-10-19", "2033-09-05 -> 2033-10-17", "example", "needs Mon 5 September 2033"),
    ("bank_holidays.csv", "2026-12-28", "2026-12-32", "date", "'2026-12-32' is not a date"),
    ("bank_holidays.csv", "2026-12-28", "2026-12-25", "date", "is there twice"),
    ("bank_holidays.csv", "england-and-wales", "england", "divisions", "must be of: england-and-wales, "),
]


@pytest.mark.parametrize(("table", "find", "put", "column", "says"), SLIPS)
def test_a_slip_of_the_hand_stops_the_start_up_and_says_where(
    folder: Path, table: str, find: str, put: str, column: str, says: str
) -> None:
    line = spoil(folder / table, find, put)
    with pytest.raises(BadSettings) as fault:
        load_rules(folder)
    where, said = str(fault.value).split(": ", 1)
    assert where.split(":")[0] == table
    assert where.split(":")[2] == column
    assert where.split(":")[1] == str(line) or "twice" in said or "another service" in said
    assert says in said


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        ("id,version,", "id,verzion,", "clocks.csv:1: the columns must be "),
        ("id,version,", "id,version,version,", "clocks.csv:1: the columns must be "),
        ("ehcna_decide,1,", "ehcna_decide,1,,", "clocks.csv:2: has too many cells or too few"),
        ("ehcna_decide,", '"ehcna_decide" x,', "clocks.csv:2: "),
    ],
)
def test_a_table_that_is_out_of_shape_is_refused(folder: Path, find: str, put: str, says: str) -> None:
    spoil(folder / "clocks.csv", find, put)
    with pytest.raises(BadSettings, match=says):
        load_rules(folder)


def test_a_table_with_a_slip_in_its_name_is_not_passed_over(folder: Path) -> None:
    (folder / "pannels.csv").touch()
    with pytest.raises(BadSettings, match=r"pannels\.csv: is not read here; the tables are pack\.csv, clocks\.csv, "):
        load_rules(folder)


def test_a_setting_that_is_missing_is_named(folder: Path) -> None:
    spoil(folder / "pack.csv", "first_day,day_zero\n", "")
    with pytest.raises(BadSettings, match=r"pack\.csv:1:setting: 'first_day' is missing; there must be name, kind, "):
        load_rules(folder)


def test_every_wrong_row_is_told_of_at_once(folder: Path) -> None:
    spoil(folder / "clocks.csv", ",6,weeks,W,", ",6,weeks,WW,")
    spoil(folder / "clocks.csv", ",20,weeks,W,", ",twenty,weeks,W,")
    with pytest.raises(BadSettings) as faults:
        load_rules(folder)
    assert [line.split(": ")[0] for line in str(faults.value).splitlines()] == [
        "clocks.csv:2:counting",
        "clocks.csv:13:length",
    ]


def test_a_row_may_not_leave_a_day_without_one(folder: Path) -> None:
    row = next(line for line in (folder / "clocks.csv").read_text().splitlines() if line.startswith("mp_ack,"))
    old, new = row.replace("2014-09-01,,", "2014-09-01,2027-08-31,"), row.replace("mp_ack,1", "mp_ack,2")
    later = new.replace("2014-09-01,,", "2027-09-02,,")
    line = spoil(folder / "clocks.csv", row, f"{old}\n{later}")
    with pytest.raises(BadSettings, match=rf"clocks\.csv:{line + 1}:valid_from: must be 2027-09-01: the earlier row"):
        load_rules(folder)


@pytest.mark.parametrize(
    ("setting", "instead", "start", "weeks_end", "days_end"),
    [
        ("", "", "Mon 10 Aug 2026", "Mon 28 Dec 2026", "Tue 25 Aug 2026"),
        ("first_day,day_zero", "first_day,day_one", "Mon 10 Aug 2026", "Sun 27 Dec 2026", "Mon 24 Aug 2026"),
        ("day,stays", "day,rolls_forward", "Mon 10 Aug 2026", "Tue 29 Dec 2026", "Tue 25 Aug 2026"),
        ("day,stays", "day,rolls_forward", "Fri 14 Aug 2026", "Mon 4 Jan 2027", "Tue 1 Sep 2026"),
    ],
)
def test_the_pack_says_how_the_laws_open_words_are_read(
    folder: Path, setting: str, instead: str, start: str, weeks_end: str, days_end: str
) -> None:
    spoil(folder / "pack.csv", setting, instead)
    calendar = replace(RULES.calendar, day_one="day_one" in instead, rolls_forward="rolls" in instead)
    text = (folder / "clocks.csv").read_text()
    (folder / "clocks.csv").write_text(re.sub(r",[^,]*->[^,]*$", reworked(calendar), text, flags=re.MULTILINE))
    (folder / "milestones.csv").unlink()
    rules = load_rules(folder)
    for rule, end in (("final_plan", weeks_end), ("reassess_decide", days_end)):
        row = rules.by_id[RuleId(rule)]
        assert last_day(row.counting, day(start), row.length, calendar=rules.calendar) == day(end)


def reworked(calendar: Calendar) -> Callable[[re.Match[str]], str]:
    """The worked examples of each row, in the order of the table, as they are under another reading."""
    rows = iter(RULES.clocks)

    def one(_: re.Match[str]) -> str:
        row = next(rows)
        ends = (last_day(row.counting, each.start, row.length, calendar=calendar) for each in row.examples)
        return "," + " | ".join(f"{each.start} -> {end}" for each, end in zip(row.examples, ends, strict=True))

    return one


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "ladder.csv").unlink()
    with pytest.raises(BadSettings, match=r"ladder\.csv: is missing"):
        load_rules(folder)


def test_a_table_saved_by_a_spreadsheet_is_read(folder: Path) -> None:
    text = (folder / "clocks.csv").read_text()
    (folder / "clocks.csv").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_rules(folder) == RULES


def test_a_change_of_the_law_is_a_second_row(folder: Path) -> None:
    """Twenty weeks become eighteen on 1 September 2027: requests before that day keep their twenty."""
    table = folder / "clocks.csv"
    old = next(line for line in table.read_text().splitlines() if line.startswith("final_plan,"))
    new = old.replace("final_plan,1", "final_plan,2").replace(",20,weeks,", ",18,weeks,")
    new = new.replace("2014-09-01,,", "2027-09-01,,").rsplit(",", 1)[0] + ",2027-09-06 -> 2028-01-10"
    spoil(table, old, old.replace("2014-09-01,,", "2014-09-01,2027-08-31,") + "\n" + new)
    spoil(folder / "pack.csv", "version,1", "version,2")
    rules = load_rules(folder)

    def weeks(on: str) -> list[int]:
        return [rule.length for rule in rules.in_force(Process.NEW_ASSESSMENT, day(on)) if rule.id == "final_plan"]

    assert (weeks("Tue 31 Aug 2027"), weeks("Wed 1 Sep 2027")) == ([20], [18])
    assert rules.version == 2
    assert rules.by_id[RuleId("final_plan")].length == 18
    kept = rules.rule("final_plan", 1)
    assert kept and kept.length == 20
    assert rules.rule("final_plan", 3) is None
