"""One pack after another: which row counts for which start and which day of recording."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.clocks import Happening
from bot.domain.errors import BadSettings
from bot.domain.terms import EntryKind, RuleId
from bot.rules import HERE, Earlier, Rules, rules_from, tables_in
from tests.domain.days import day

FIRST = dict(tables_in(HERE))
UNTIL = day("Sun 31 Oct 2027")
"""The last day on which the first pack was in force."""


def changed(tables: dict[str, str], **cells: str) -> dict[str, str]:
    """The tables with the final plan's one row put differently: `final_plan` becomes what is given, line by line."""
    rows = tables["clocks.csv"].splitlines()
    old = next(row for row in rows if row.startswith("final_plan,"))
    news = [put(old, row) for row in cells.values()]
    text = "\n".join(each for row in rows for each in (news if row == old else [row])) + "\n"
    return {**tables, "clocks.csv": text, "pack.csv": tables["pack.csv"].replace("version,1", "version,3")}


def put(row: str, what: str) -> str:
    """One row with its version, length, first and last start and example put: "2 18 2027-09-01 - 2027-09-06:…"."""
    version, weeks, first, last, example = what.split()
    row = row.replace("final_plan,1", f"final_plan,{version}").replace(",20,weeks,", f",{weeks},weeks,")
    row = row.rsplit(",", 3)[0]
    return f"{row},{first},{'' if last == '-' else last},{example.replace('>', ' -> ')}"


def after(pack: dict[str, str], *earlier: Rules, transition: str = "new_clocks_only") -> Rules:
    settings = pack["pack.csv"].replace("new_clocks_only", transition)
    return rules_from({**pack, "pack.csv": settings}, earlier=[Earlier(each.clocks, UNTIL) for each in earlier])


def weeks(rules: Rules, start: str, recorded: str) -> list[int]:
    """The lengths of the rows that count a request of that day, recorded on that day: it must be exactly one."""
    fact = Happening(EntryKind.REQUEST_RECEIVED, day(start), day(recorded))
    return [row.length for row in rules.clocks if row.id == "final_plan" and row.counts(fact)]


EIGHTEEN_FROM_SEPTEMBER = changed(
    FIRST, old="1 20 2014-09-01 2027-08-31 2026-09-07>2027-01-25", new="2 18 2027-09-01 - 2027-09-06>2028-01-10"
)
EIGHTEEN_ALWAYS = changed(FIRST, new="2 18 2014-09-01 - 2027-09-06>2028-01-10")
GONE = {name: text for name, text in changed(FIRST).items() if name != "milestones.csv"}


@pytest.mark.parametrize(
    ("pack", "start", "recorded", "counts"),
    [
        # the law changes from a day of starts on, and the pack that says so is adopted two months later
        (EIGHTEEN_FROM_SEPTEMBER, "Tue 31 Aug 2027", "Tue 31 Aug 2027", 20),
        (EIGHTEEN_FROM_SEPTEMBER, "Tue 31 Aug 2027", "Mon 8 Nov 2027", 20),
        (EIGHTEEN_FROM_SEPTEMBER, "Wed 1 Sep 2027", "Sun 31 Oct 2027", 20),
        (EIGHTEEN_FROM_SEPTEMBER, "Wed 1 Sep 2027", "Mon 1 Nov 2027", 18),
        (EIGHTEEN_FROM_SEPTEMBER, "Mon 1 Nov 2027", "Mon 1 Nov 2027", 18),
        # a row that was wrong from the first
        (EIGHTEEN_ALWAYS, "Mon 7 Sep 2026", "Mon 7 Sep 2026", 20),
        (EIGHTEEN_ALWAYS, "Mon 7 Sep 2026", "Mon 1 Nov 2027", 18),
        # a row that is no more
        (GONE, "Mon 7 Sep 2026", "Mon 7 Sep 2026", 20),
        (GONE, "Mon 7 Sep 2026", "Mon 1 Nov 2027", None),
    ],
)
def test_a_clock_keeps_the_row_it_was_recorded_under(
    pack: dict[str, str], start: str, recorded: str, counts: int | None
) -> None:
    rules = after(pack, rules_from(FIRST))
    assert weeks(rules, start, recorded) == ([counts] if counts else [])


def test_a_pack_may_say_that_it_counts_for_open_cases_too() -> None:
    first = rules_from(FIRST)
    rules = after(EIGHTEEN_ALWAYS, first, transition="open_cases_too")
    assert weeks(rules, "Mon 7 Sep 2026", "Mon 7 Sep 2026") == [18]
    made_under = rules.rule("final_plan", 1)
    assert made_under and made_under.length == 20


def test_rows_that_read_alike_are_left_as_they_are() -> None:
    first = rules_from(FIRST)
    again = after(FIRST, first)
    assert (again.clocks, again.former) == (first.clocks, ())
    reworded = {**FIRST, "clocks.csv": FIRST["clocks.csv"].replace("send the final plan", "issue the plan")}
    assert all(row.recorded_from is row.recorded_until is None for row in after(reworded, first).clocks)
    assert after(reworded, first).by_id[RuleId("final_plan")].act == "issue the plan"


def test_a_third_pack_comes_after_the_second_and_the_first() -> None:
    first = rules_from(FIRST)
    second = rules_from(EIGHTEEN_ALWAYS, earlier=[Earlier(first.clocks, UNTIL)])
    back = changed(FIRST, new="3 20 2014-09-01 - 2026-09-07>2027-01-25")
    later = day("Fri 31 Dec 2027")
    chained = rules_from(back, earlier=[Earlier(second.clocks, later)])
    listed = rules_from(
        back, earlier=[Earlier(first.clocks, UNTIL), Earlier(rules_from(EIGHTEEN_ALWAYS).clocks, later)]
    )
    assert chained.clocks == listed.clocks
    table = {"Sun 31 Oct 2027": 20, "Mon 1 Nov 2027": 18, "Fri 31 Dec 2027": 18, "Sat 1 Jan 2028": 20}
    for recorded, counts in table.items():
        assert weeks(chained, "Mon 7 Sep 2026", recorded) == [counts]
    assert [row.version for row in chained.clocks if row.id == "final_plan"] == [1, 2, 3]
    assert [chained.rule("final_plan", version).length for version in (1, 2, 3)] == [20, 18, 20]  # type: ignore[union-attr]


def test_a_row_that_reads_otherwise_needs_a_version_of_its_own() -> None:
    same = changed(FIRST, new="1 18 2014-09-01 - 2027-09-06>2028-01-10")
    with pytest.raises(BadSettings, match=r"clocks\.csv:final_plan:version: must be above 1: .* until 2027-10-31"):
        after(same, rules_from(FIRST))


def test_every_start_and_day_of_recording_has_one_row_of_each_clock() -> None:
    rules = after(EIGHTEEN_FROM_SEPTEMBER, rules_from(FIRST))
    for first in (date(2026, 9, 7), date(2027, 8, 31), date(2027, 9, 1), date(2028, 1, 3)):
        for recorded in (first, UNTIL, date(2027, 11, 1), date(2028, 3, 1)):
            facts = [row.id for row in rules.clocks if row.counts(Happening(row.starts[0], first, recorded))]
            assert len(facts) == len(set(facts)) == 78


def test_the_rows_in_force_are_those_for_what_is_recorded_now() -> None:
    rules = after(EIGHTEEN_ALWAYS, rules_from(FIRST))
    [row] = [
        row for row in rules.in_force(rules.by_id[RuleId("final_plan")].processes[0], UNTIL) if row.id == "final_plan"
    ]
    assert (row.length, row.recorded_from) == (18, day("Mon 1 Nov 2027"))
    assert replace(row, recorded_from=None) == rules_from(EIGHTEEN_ALWAYS).by_id[RuleId("final_plan")]
