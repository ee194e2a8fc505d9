"""A council's overlay: what it may set for itself, and that it cannot loosen the law."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import ClockRule, Happening, derive
from bot.domain.errors import BadSettings
from bot.domain.periods import WAYS, last_day
from bot.domain.terms import ClockKind, ClockState, Counting, EntryKind, LetterKind, Nature, Process, Role, RuleId
from bot.rules import HERE, SHIPPED, Earlier, Rules, load_rules, rules_from, tables_in
from bot.rules.clock_rows import COLUMNS
from tests.domain.days import day
from tests.fuzzing import tried

LAW = tables_in(HERE)
PLAIN = rules_from(LAW)
ANYSHIRE = load_rules(overlay=SHIPPED / "anyshire")
SETTINGS = "setting,value\nname,testshire\nkind,overlay\nversion,1\ntransition,new_clocks_only\n"


def clocks(*rows: dict[str, str]) -> str:
    """A table of clocks with these cells; the others are empty."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def under(*rows: dict[str, str], **tables: str) -> Rules:
    return rules_from(LAW, {"pack.csv": SETTINGS, "clocks.csv": clocks(*rows), **tables})


def row(rules: Rules, rule_id: str) -> ClockRule:
    return rules.by_id[RuleId(rule_id)]


def cells(text: str) -> dict[str, str]:
    """The cells of one row: "id=mp_ack version=2 length=1 example=2026-12-11->2026-12-14"."""
    return {name: value.replace("_ ", " ") for name, _, value in (each.partition("=") for each in text.split())}


# What Anyshire sets for itself


def test_anyshire_lies_over_the_law() -> None:
    assert (ANYSHIRE.pack, ANYSHIRE.overlay) == ("england-2014", "anyshire")
    assert ANYSHIRE.label == "england-2014 version 1 with anyshire version 1"
    assert (PLAIN.overlay, PLAIN.label) == ("", "england-2014 version 1")
    assert (ANYSHIRE.called(Role.OFFICER), ANYSHIRE.people(Role.OFFICER)) == ("EHC coordinator", "EHC coordinators")
    assert (ANYSHIRE.called(Role.VIEWER), ANYSHIRE.people(Role.MP_TEAM)) == ("viewer", "the MP team")
    assert ANYSHIRE.adviser("advisory teacher") and not PLAIN.adviser("advisory teacher")


@pytest.mark.parametrize(
    ("rule", "period", "target"),
    [
        ("mp_ack", "1 working day", None),
        ("mp_holding", "5 working days", None),
        ("mp_reply", "8 working days", None),
        ("draft_plan_target", "16 weeks", 15),
        ("ehcna_decide", "6 weeks", 5),
        ("advice_health", "6 weeks", 5),
        ("final_plan", "20 weeks", 19),
        ("ar_notice_meeting", "2 weeks", 4),
        ("ar_decision", "4 weeks", 3),
        ("order_make_draft", "5 weeks", 4),
    ],
)
def test_anyshires_own_numbers(rule: str, period: str, target: int | None) -> None:
    ours, law = row(ANYSHIRE, rule), row(PLAIN, rule)
    assert (ours.period, ours.target) == (period, target)
    assert ours.kind is law.kind and ours.version > law.version
    if law.kind is not ClockKind.LOCAL:
        assert ours.period == law.period


def test_whatever_anyshire_leaves_alone_is_the_laws() -> None:
    changed = {rule.id for rule in ANYSHIRE.clocks} - {rule.id for rule in PLAIN.clocks if rule in ANYSHIRE.clocks}
    assert len(changed) == 13
    assert [rule.id for rule in ANYSHIRE.clocks][: len(PLAIN.clocks)] == [rule.id for rule in PLAIN.clocks]


def test_a_date_made_before_the_overlay_can_still_be_explained() -> None:
    ours, law = row(ANYSHIRE, "mp_reply"), row(PLAIN, "mp_reply")
    assert [ANYSHIRE.rule("mp_reply", version) for version in (1, 2)] == [law, ours]
    again = rules_from(LAW, tables_in(SHIPPED / "anyshire"), earlier=[Earlier(ANYSHIRE.clocks, day("Sun 31 Oct 2027"))])
    assert again.rule("mp_reply", 1) == law
    assert again.clocks == ANYSHIRE.clocks


@pytest.mark.parametrize(
    ("process", "start", "rule"),
    [
        (Process.TRIBUNAL_ORDER, EntryKind.ORDER_TO_ASSESS, "order_assess_choose"),
        (Process.CONCESSION, EntryKind.CONCEDED_ASSESSMENT, "concede_assess_choose"),
    ],
)
def test_while_a_plan_and_a_refusal_are_both_open_the_choice_itself_is_owed(
    process: Process, start: EntryKind, rule: str
) -> None:
    ordered = Happening(start, day("Mon 23 Nov 2026"), day("Mon 23 Nov 2026"))
    issue = Happening(EntryKind.DECISION_TO_ISSUE_SENT, day("Mon 4 Jan 2027"), day("Mon 4 Jan 2027"), entry=1)

    def standing(*facts: Happening) -> dict[str, tuple[ClockState, bool]]:
        made = derive(ANYSHIRE.of(process), facts, calendar=ANYSHIRE.calendar)
        return {clock.rule.id: (clock.state, clock.information) for clock in made if "_assess_" in clock.rule.id}

    before, after = standing(ordered), standing(ordered, issue)
    assert before[rule] == (ClockState.RUNNING, False)
    assert before[rule.replace("choose", "refuse")][1] and before[rule.replace("choose", "final")][1]
    assert after[rule] == (ClockState.MET, False)
    assert after[rule.replace("choose", "final")] == (ClockState.RUNNING, False)


def test_the_councils_ladder_has_a_rung_more() -> None:
    theirs = [rung.id for rung in PLAIN.ladders["council"].rungs]
    assert [rung.id for rung in ANYSHIRE.ladders["council"].rungs] == ["21-before", *theirs]
    assert ANYSHIRE.ladders["agency"] == PLAIN.ladders["agency"]


# What a council may do


def test_a_council_may_have_less_time_than_the_law_gives() -> None:
    rules = under(cells("id=ehcna_decide version=2 length=5 example=2026-09-07->2026-10-12"))
    assert (row(rules, "ehcna_decide").length, row(rules, "ehcna_decide").source) == (
        5,
        row(PLAIN, "ehcna_decide").source,
    )


@pytest.mark.parametrize(
    "text",
    [
        "id=ehcna_decide version=2 length=41 unit=days counting=D example=2026-09-07->2026-10-18",
        "id=reassess_decide version=2 counting=D_INC example=2026-09-07->2026-09-21",
        "id=foi_reply version=2 counting=WD example=2026-12-11->2027-01-13",
        "id=ar_notice_meeting version=2 length=3 example=2026-12-10->2026-11-19",
        "id=draft_reps_min version=2 length=16 example=2026-11-02->2026-11-17",
        "id=complaint_s1 version=2 length=9 example=2026-11-23->2026-12-04",
        "id=ehcna_decide version=2 ladder=agency",
    ],
)
def test_a_council_may_count_so_that_it_is_earlier_and_a_family_has_longer(text: str) -> None:
    assert under(cells(text)).by_id[RuleId(cells(text)["id"])].version == 2


def test_a_council_may_have_its_own_standard_from_a_day_on() -> None:
    rules = under(
        cells("id=mp_reply version=2 length=8 valid_from=2026-09-01 valid_to=2027-03-31 example=2026-12-11->2026-12-23")
    )
    spans = [(each.version, each.valid_from, each.valid_to) for each in rules.clocks if each.id == "mp_reply"]
    assert spans == [
        (1, day("Mon 1 Sep 2014"), day("Mon 31 Aug 2026")),
        (2, day("Tue 1 Sep 2026"), day("Wed 31 Mar 2027")),
        (1, day("Thu 1 Apr 2027"), None),
    ]


def test_a_councils_own_standard_may_be_longer_or_counted_otherwise() -> None:
    longer = under(cells("id=mp_reply version=2 length=15 example=2026-12-11->2027-01-06"))
    assert row(longer, "mp_reply").length == 15
    weeks = under(cells("id=mp_reply version=2 length=3 unit=weeks counting=W example=2026-12-11->2027-01-01"))
    assert row(weeks, "mp_reply").counting is Counting.WEEKS


# What it cannot do

WEEK_7 = "id=ehcna_decide version=2 length=7 example=2026-09-07->2026-10-26"
NEW = "id=ours version=1 process=new_assessment title=t act=a per=case starts=la_request_received_or_s24"
DUTY = "stops=draft_served length=3 unit=weeks counting=W nature=duty owner=council source=us ladder=council"
FROM = "valid_from=2014-09-01 example=2026-09-07->2026-09-28"

LOOSENED = [
    # the council's row, the column, what is said
    (WEEK_7, "length", "the law says 6 weeks (SEND Regulations 2014, regulation 5(1)), which from Wed 1 January 2014"),
    ("id=ar_report version=2 process=annual_review", "process", "the law says annual_review|phase_transfer"),
    ("id=ehcna_decide version=2 title=x", "title", "the law says decision to assess"),
    ("id=ehcna_decide version=2 length=43 unit=days counting=D example=2026-09-07->2026-10-20", "length", "6 weeks"),
    # fewer of another kind, and yet later over Christmas
    (
        "id=school_consult version=2 length=11 unit=working_days counting=WD example=2026-11-02->2026-11-17",
        "length",
        "the law says 15 days",
    ),
    # the same number counted otherwise
    ("id=review_first version=2 counting=M example=2026-03-10->2027-03-10", "counting", "12 months"),
    # what a family has may not be less
    ("id=draft_reps_min version=2 length=14 example=2026-11-02->2026-11-15", "length", "no council can change that"),
    ("id=med_contact version=2 length=1 example=2026-06-15->2026-07-15", "length", "no council can change that"),
    ("id=med_contact version=2 length=3 example=2026-06-15->2026-09-15", "length", "no council can change that"),
    # a notice of a meeting counts back: less is later
    ("id=ar_notice_meeting version=2 length=1 example=2026-12-10->2026-12-03", "length", "the law says 2 weeks"),
    ("id=ar_notice_meeting version=2 target=1", "target", "the row counts back, so that more is earlier"),
    ("id=ehcna_decide version=2 target=7", "target", "must not be below 0 or beyond the period itself"),
    ("id=phase_school version=2 target=0", "target", "only a duty that has a length can have one"),
    ("id=ehcna_decide version=2 kind=l", "kind", "the law says s (SEND Regulations 2014, regulation 5(1))"),
    ("id=ehcna_decide version=2 kind=g", "kind", "the law says s"),
    ("id=ehcna_decide version=2 nature=at_once", "nature", "the law says duty"),
    ("id=ehcna_decide version=2 starts=decision_to_assess_sent", "starts", "the law says la_request_received_or_s24"),
    ("id=ehcna_decide version=2 stops=refusal_to_assess_sent", "stops", "the law says decision_to_assess_sent|refusal"),
    ("id=ehcna_decide version=2 ends=conceded_informally", "ends", "the law says nothing"),
    ("id=ehcna_decide version=2 exceptions=A1|A2|A3|A4|B1", "exceptions", "the law says A1|A2|A3|A4"),
    ("id=ehcna_decide version=2 branch=if_able", "branch", "the law says nothing"),
    ("id=ehcna_decide version=2 owner=family", "owner", "the law says council"),
    ("id=ehcna_decide version=2 source=us", "source", "the law says SEND Regulations 2014, regulation 5(1)"),
    ("id=ar_reps_min version=2 per=request", "per", "the law says case"),
    ("id=ehcna_decide version=1 target=5", "version", "must be above 1, that of the row that it changes"),
    ("id=ehcna_decide version=2 target=5 valid_from=2010-01-01", "valid_from", "no row of the law is in force"),
    (f"{NEW} {DUTY} {FROM} kind=s", "kind", "must be l: a council adds targets of its own"),
    (f"{NEW} {DUTY} {FROM} kind=g", "kind", "must be l"),
    ("id=mp_reply version=2 kind=s", "kind", "must be l"),
    ("id=complaint_s1 version=2 length=11 example=2026-11-23->2026-12-08", "length", "the law says 10 working days"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "says"), LOOSENED, ids=lambda each: each[:60])
def test_a_council_cannot_loosen_the_law(text: str, column: str, says: str) -> None:
    with pytest.raises(BadSettings) as fault:
        under(cells(text))
    where, said = str(fault.value).split(": ", 1)
    assert where == f"overlay/clocks.csv:2:{column}"
    assert says in said


@tried(40)
@given(st.sampled_from([rule for rule in PLAIN.clocks if rule.kind is not ClockKind.LOCAL]), st.data())
def test_no_overlay_that_is_taken_gives_a_later_date(law: ClockRule, data: st.DataObject) -> None:
    """Whatever length and way of counting is put in the row's place: it is refused, or never later than the law."""
    counting = data.draw(st.sampled_from([way for way in Counting if WAYS[way].back == WAYS[law.counting].back]))
    length = data.draw(st.integers(0, 2 * law.length + 8))
    first = day("Mon 7 Sep 2026")
    counted = last_day(counting, first, length, calendar=PLAIN.calendar)
    put = {"id": law.id, "version": "9", "length": str(length), "unit": WAYS[counting].unit, "counting": counting.value}
    try:
        ours = row(under({**put, "example": f"{first}->{counted}"}), law.id)
    except BadSettings as fault:
        assert "the law says" in str(fault) or "must" in str(fault)
        return
    start = data.draw(st.dates(day("Wed 1 Jan 2025"), day("Mon 1 Jan 2029")))
    lawful, mine = (last_day(one.counting, start, one.length, calendar=PLAIN.calendar) for one in (law, ours))
    assert mine >= lawful if law.nature is Nature.EARLIEST else mine <= lawful


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"ladder.csv": "council,2,7-before,-7,days,owner"}, "overlay/ladder.csv:1:ladder: 'council' has no rung of 0"),
        ({"ladder.csv": "council,2,the-day,0,days,menager"}, "overlay/ladder.csv:2:whom: 'menager' is not known"),
        ({"lader.csv": ""}, "overlay/lader.csv: is not read here; the tables are pack.csv, "),
        ({"bank_holidays.csv": ""}, "overlay/bank_holidays.csv: is not read here"),
        ({"grounds.csv": ""}, "overlay/grounds.csv: is not read here"),
        ({"roles.csv": "officer,EHC coordinator\nofficer,SEN officer"}, "overlay/roles.csv:3:key: 'officer' is there"),
        ({"roles.csv": "oficer,EHC coordinator"}, "overlay/roles.csv:2:key: 'oficer' is not known; one of: officer, "),
        ({"roles.csv": "officer,"}, "overlay/roles.csv:2:label: is empty"),
        ({"services.csv": "slt,SLT,advice,health,advice_health,no,"}, "overlay/services.csv:2:also: 'slt' is the name"),
        ({"services.csv": "dance,dance,advice,health,final_plan,no,"}, "overlay/services.csv:2:clock: 'final_plan' is"),
        ({"pack.csv": SETTINGS + "closed_last_day,rolls_forward\n"}, "overlay/pack.csv:6:setting: 'closed_last_day'"),
        ({"pack.csv": SETTINGS + "first_day,day_one\n"}, "overlay/pack.csv:6:setting: 'first_day' is how the law"),
        ({"pack.csv": SETTINGS.replace("overlay", "pack")}, "overlay/pack.csv:3:value: must be 'overlay'"),
        ({"pack.csv": SETTINGS.replace("version,1", "version,0")}, "overlay/pack.csv:4:value: must be 1 or more"),
    ],
)  # fmt: skip
def test_a_slip_in_a_councils_table_says_where(tables: dict[str, str], says: str) -> None:
    heads = {
        "ladder.csv": "ladder,version,id,days,unit,whom\n",
        "roles.csv": "key,label\n",
        "services.csv": "id,label,asks,agency,clock,usual,also\n",
    }
    with pytest.raises(BadSettings) as fault:
        under(**{name: heads.get(name, "") + text for name, text in tables.items()})
    assert str(fault.value).startswith(says)


def test_two_rows_of_one_clock_follow_each_other() -> None:
    one = cells("id=mp_ack version=2 length=1 example=2026-12-11->2026-12-14")
    with pytest.raises(BadSettings, match=r"overlay/clocks\.csv:3:version: must be above 2"):
        under(one, one)


def test_a_councils_row_lies_within_the_row_that_it_changes() -> None:
    open_end, ended = "own standard,,,mp,2014-09-01,,", "own standard,,,mp,2014-09-01,2027-08-31,"
    law = {**LAW, "clocks.csv": LAW["clocks.csv"].replace(open_end, ended, 1)}
    beyond = clocks(cells("id=mp_ack version=2 length=1 valid_to=2027-09-30 example=2026-12-11->2026-12-14"))
    with pytest.raises(
        BadSettings, match=r"^overlay/clocks\.csv:2:valid_to: must not be after 2027-08-31: the law's row"
    ):
        rules_from(law, {"pack.csv": SETTINGS, "clocks.csv": beyond})


@pytest.mark.parametrize(
    ("council", "law", "mp_reply", "final_plan"),
    [
        ("new_clocks_only", "new_clocks_only", [10], [None]),
        ("open_cases_too", "new_clocks_only", [8], [None]),
        ("new_clocks_only", "open_cases_too", [10], [19]),
    ],
)
def test_each_says_for_its_own_rows_whether_open_cases_are_counted_anew(
    council: str, law: str, mp_reply: list[int], final_plan: list[int | None]
) -> None:
    until = day("Sun 31 Oct 2027")
    pack = {**LAW, "pack.csv": LAW["pack.csv"].replace("new_clocks_only", law)}
    anyshire = dict(tables_in(SHIPPED / "anyshire"))
    anyshire["pack.csv"] = anyshire["pack.csv"].replace("new_clocks_only", council)
    rules = rules_from(pack, anyshire, earlier=[Earlier(PLAIN.clocks, until)])

    def counting(rule: str) -> list[ClockRule]:
        start = Happening(row(rules, rule).starts[0], until, until)
        return [each for each in rules.clocks if each.id == rule and each.counts(start)]

    assert [each.length for each in counting("mp_reply")] == mp_reply
    assert [each.target for each in counting("final_plan")] == final_plan


def test_an_overlay_is_no_pack_and_a_pack_no_overlay() -> None:
    with pytest.raises(BadSettings, match=r"^panels\.csv: is not read here"):
        load_rules(SHIPPED / "anyshire")
    with pytest.raises(BadSettings, match=r"^overlay/bank_holidays\.csv: is not read here"):
        load_rules(HERE, HERE)


def test_a_letter_keeps_its_clocks() -> None:
    assert {rule.id for rule in ANYSHIRE.of(LetterKind.MP_LETTER)} == {
        rule.id for rule in PLAIN.of(LetterKind.MP_LETTER)
    }
