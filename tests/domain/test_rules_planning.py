"""milestones.csv, panels.csv and terms.csv: what a slip of the hand in them is told."""

import pytest

from bot.domain.errors import BadSettings
from bot.rules import HERE, SHIPPED, rules_from, tables_in
from bot.rules.planning import read_milestones, read_panels, read_terms

LAW, ANYSHIRE = tables_in(HERE), tables_in(SHIPPED / "anyshire")
RULES = rules_from(LAW)
MEETING = "meeting,review_first|review_next,meeting,,4,W,"


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (MEETING, MEETING.replace("review_next", "review_last"),
         "milestones.csv:8:clocks: 'review_last' is not a clock of this pack"),
        (MEETING, MEETING.replace("4,W", "four,W"), "milestones.csv:8:allow: 'four' is not a whole number"),
        (MEETING, MEETING.replace(",W,", ",weeks,"), "milestones.csv:8:counting: 'weeks' is not known; one of: W, D"),
        (MEETING, MEETING.replace("meeting,,", "meeting,draft,"),
         "milestones.csv:8:before: 'draft' is no step above it to review_first"),
        ("2027-03-09 -> 2027-02-09", "2027-03-09 -> 2027-02-10",
         "milestones.csv:8:example: back from 2027-03-09 the row counts to 2027-02-09, the example says 2027-02-10"),
        ("2027-03-09 -> 2027-02-09", "9 March", "milestones.csv:8:example: '9 March' is not of the form"),
        ("2027-03-09 -> 2027-02-09", "", "milestones.csv:8:example: is empty: each step carries a worked example"),
        (",ar_meeting_date,ar_meeting_held,", ",ar_meeting_date,ar_meeting_over,",
         "milestones.csv:8:done: 'ar_meeting_over' is not known"),
        ("amendment_notice,phase_school|", "school_reply,phase_school|",
         "milestones.csv:9:id: 'school_reply' is there twice for phase_school"),
    ],
)  # fmt: skip
def test_a_slip_in_a_milestone_names_its_line_and_column(was: str, now: str, told: str) -> None:
    table = LAW["milestones.csv"]
    assert was in table
    with pytest.raises(BadSettings) as slip:
        read_milestones({"milestones.csv": table.replace(was, now, 1)}, RULES.clocks, RULES.calendar)
    assert str(slip.value).startswith(told)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("assess,Panel,2026-10-14,2026-10-07", ""),
        ("assess|plan,One panel,2026-10-14,2026-10-14", ""),
        ("asess,Panel,2026-10-14,2026-10-07", "overlay/panels.csv:2:decides: 'asess' is not known"),
        (",Panel,2026-10-14,2026-10-07", "overlay/panels.csv:2:decides: is empty"),
        ("plan,,2026-10-14,2026-10-07", "overlay/panels.csv:2:name: is empty"),
        ("plan,Panel,2026-10-17,2026-10-07", "overlay/panels.csv:2:date: 2026-10-17 is no working day (Saturday)"),
        ("plan,Panel,2026-12-25,2026-12-18", "overlay/panels.csv:2:date: 2026-12-25 is no working day (Christmas Day)"),
        ("plan,Panel,2026-10-14,2026-10-15", "overlay/panels.csv:2:papers: is after the panel itself"),
        ("plan,Panel,14 October,2026-10-07", "overlay/panels.csv:2:date: '14 October' is not a date such as"),
    ],
)
def test_a_slip_in_a_panel(row: str, told: str) -> None:
    tables = {"panels.csv": f"decides,name,date,papers\n{row}\n"}
    assert_told(lambda: read_panels(tables, RULES.calendar), told)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("term,autumn,2026-09-02,2026-12-18\nhalf_term,half,2026-10-26,2026-10-30", ""),
        ("term,autumn,2026-12-18,2026-09-02", "overlay/terms.csv:2:last_day: is before its first day"),
        ("term,autumn,2026-09-02,2026-12-18\nterm,spring,2026-12-18,2027-03-25",
         "overlay/terms.csv:3:first_day: lies in another term"),
        ("half_term,half,2026-10-26,2026-10-30\nterm,autumn,2026-09-02,2026-12-18",
         "overlay/terms.csv:2:first_day: a half term lies within a term, and the term stands above it"),
        ("term,autumn,2026-09-02,2026-12-18\nhalf_term,half,2026-12-18,2027-01-04",
         "overlay/terms.csv:3:first_day: a half term lies within a term"),
        ("term,autumn,2026-09-02,2026-12-18\nterm,Autumn,2027-01-04,2027-03-25",
         "overlay/terms.csv:3:name: 'Autumn' is there twice"),
        ("holiday,autumn,2026-09-02,2026-12-18", "overlay/terms.csv:2:spell: 'holiday' is not known"),
    ],
)  # fmt: skip
def test_a_slip_in_a_term(rows: str, told: str) -> None:
    assert_told(lambda: read_terms({"terms.csv": f"spell,name,first_day,last_day\n{rows}\n"}), told)


def assert_told(read: object, told: str) -> None:
    assert callable(read)
    if not told:
        assert read()
        return
    with pytest.raises(BadSettings) as slip:
        read()
    assert str(slip.value).startswith(told)


def test_a_council_without_panels_or_terms_has_none() -> None:
    assert (read_panels({}, RULES.calendar), read_terms({})) == ((), ())
    assert (RULES.panels, RULES.terms) == ((), ())


def test_what_is_shipped_is_in_order_of_its_days() -> None:
    shipped = rules_from(LAW, ANYSHIRE)
    assert shipped.milestones and shipped.panels and shipped.terms
    assert list(shipped.panels) == sorted(shipped.panels, key=lambda panel: panel.on)
    assert [time.first for time in shipped.terms] == sorted(time.first for time in shipped.terms)
    spells = {(time.spell.value, time.name) for time in shipped.terms}
    assert {("term", "autumn term 2026"), ("half_term", "autumn half term 2026")} <= spells
