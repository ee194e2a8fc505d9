"""referralbot rules: the tables checked, read and compared, as whoever signs them off does it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commandline import CANNOT, WELL, WRONG
from bot.domain.errors import BadSettings
from bot.rules import HERE, SHIPPED, load_rules
from bot.settings import Settings
from bot.upkeep.installation import open_configured
from bot.upkeep.rulebook.differences import differences
from bot.upkeep.rulebook.table import page_of
from storage.crypto import new_key
from storage.migrate import migrate
from tests.domain.days import day

DOCS = Path(__file__).parents[2] / "docs"
RULES = load_rules()
TODAY = day("Sun 22 Nov 2026")


class Told:
    """What a command printed and ended with."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, words: str, **environ: str) -> tuple[int, str]:
        ended = main(["rules", *words.split()], environ)
        out, err = self.capsys.readouterr()
        return ended, out + err


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Told]:
    with chdir(tmp_path):
        yield Told(capsys)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the law's tables that a test may spoil or change."""
    return Path(shutil.copytree(HERE, tmp_path / "pack"))


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "anyshire", tmp_path / "overlay"))


def put(table: Path, find: str, instead: str) -> None:
    text = table.read_text()
    assert find in text
    table.write_text(text.replace(find, instead, 1))


# check


def test_the_shipped_rules_hold_together(told: Told) -> None:
    ended, said = told("check")
    assert ended == WELL
    assert said.startswith("england-2014 version 1: 78 clocks in 78 rows, whose ")
    assert "Bank holidays from 2014 to 2032, announced to 2028." in said
    assert told("check anyshire")[1].startswith("england-2014 version 1 with anyshire version 1: 79 clocks in 79 rows")


def test_unverified_rows_are_listed_with_their_question_and_are_no_fault(told: Told) -> None:
    said = told("check")[1]
    rows = [row for row in RULES.clocks if row.unverified]
    assert f"\n{len(rows)} clocks are unverified: somebody must read the law before relying on it.\n" in said
    assert all(re.search(rf"^  {row.id} +{re.escape(row.unverified)}$", said, re.MULTILINE) for row in rows)


def test_the_rules_in_use_are_those_of_the_settings(told: Told, overlay: Path) -> None:
    assert "with anyshire version 1" in told("check", REFERRALBOT_RULES=str(overlay))[1]
    put(overlay / "clocks.csv", "mp_ack,2", "mp_ack,1")
    assert told("check", REFERRALBOT_RULES=str(overlay)) == (
        WRONG,
        "overlay/clocks.csv:9:version: must be above 1, that of the row that it changes\n",
    )


def test_the_bot_itself_runs_by_the_councils_overlay(told: Told, overlay: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    migrate(url)
    ours = Settings(database_url=url, key=new_key(), rules=str(overlay))
    here = open_configured(ours, lambda: datetime(2026, 11, 22, tzinfo=UTC))
    assert here.rules.label == "england-2014 version 1 with anyshire version 1"
    here.store.close()
    put(overlay / "clocks.csv", "final_plan,2,,,,,,,,,,,,,,,19", "final_plan,2,,,,,,,,,,,,,,,21")
    with pytest.raises(BadSettings, match=r"^overlay/clocks\.csv:5:target: must not be below 0 or beyond the period"):
        open_configured(ours, here.clock)


def test_every_wrong_row_is_told_of_at_once(told: Told, pack: Path) -> None:
    put(pack / "clocks.csv", ",6,weeks,W,,duty,,council,education,s,", ",6,weeks,WW,,duty,,council,education,s,")
    put(pack / "clocks.csv", "2026-12-11 -> 2026-12-15", "2026-12-11 -> 2026-12-16")
    ended, said = told(f"check {pack}")
    assert ended == WRONG
    assert [line.split(": ")[0] for line in said.splitlines()] == ["clocks.csv:2:counting", "clocks.csv:70:example"]


def test_a_gap_in_validity_is_wrong(told: Told, pack: Path) -> None:
    row = next(line for line in (pack / "clocks.csv").read_text().splitlines() if line.startswith("mp_ack,"))
    later = row.replace("mp_ack,1", "mp_ack,2").replace("2014-09-01,,", "2027-09-02,,")
    put(pack / "clocks.csv", row, f"{row.replace('2014-09-01,,', '2014-09-01,2027-08-31,')}\n{later}")
    put(pack / "pack.csv", "version,1", "version,2")
    assert told(f"check {pack}")[1].startswith(
        "clocks.csv:71:valid_from: must be 2027-09-01: the earlier row ends on the day before"
    )


def test_a_folder_that_is_not_there_or_empty(told: Told, tmp_path: Path) -> None:
    assert told("check nowhere") == (
        CANNOT,
        "There is no folder of rules nowhere. Those that come with the bot: anyshire, england-2014.\n",
    )
    (tmp_path / "empty").mkdir()
    assert told("check empty") == (WRONG, "pack.csv: is missing, and the folder must hold it\n")


# show


def test_a_clock_is_shown_as_a_legal_lead_would_sign_it(told: Told) -> None:
    assert told("show order_assess_refuse") == (
        WELL,
        """order_assess_refuse: refusal to issue a plan; rule pack england-2014 version 1

Version 1. Send the refusal to issue a plan: 10 weeks from order to assess; agreed in mediation: to assess. Statutory.
  Source      SEND Regulations 2014, regulation 44(2)(b)(i)
  Processes   Tribunal order
  Runs        once on the case or letter
  Starts      order to assess; agreed in mediation: to assess
  Counts      10 weeks; that day is day 0; weekends and holidays count
  Met by      refusal to issue a plan sent
  Ended by    draft plan sent; final plan sent; decision to issue a plan sent
  Resumed by  refusal to issue a plan sent
  Binds       only if refusing; information until refusal to issue a plan sent
  Owner       council; the education rooms hear
  In force    for what starts from Mon 1 September 2014 on
  Exceptions  T1 (exceptional personal circumstances), T2 (family away from the area), T3 (school or nursery closed), \
directed (date given by the Tribunal), agreed_in_writing (date agreed in writing)
  Example     Mon 23 November 2026 -> Mon 1 February 2027
  Ladder      council version 1
              14 days before the last day to act: the owner
              7 days before the last day to act: the owner
              3 days before the last day to act: the owner
              1 day before the last day to act: the owner, the manager
              on the last day to act: the owner, the manager
              5 working days after the date: the owner, the manager, the head of service
              10 working days after the date: the manager, the head of service
""",
    )


@pytest.mark.parametrize("rule", [str(rule) for rule in RULES.by_id])
def test_every_clock_can_be_shown(told: Told, rule: str) -> None:
    ended, said = told(f"show {rule}")
    row = RULES.by_id[RULES.rule(rule, 1).id]  # type: ignore[union-attr]
    assert ended == WELL
    assert row.source in said and (row.unverified in said)
    assert ("To check" in said, "nobody is nudged" in said) == (bool(row.unverified), not row.ladder)


def test_the_councils_own_version_is_shown_with_its_target(told: Told, overlay: Path) -> None:
    said = told(f"show final_plan --overlay {overlay}")[1]
    assert "Version 2." in said and "Our target  19 weeks\n" in said
    assert "Our target  19 weeks\n" in told("show final_plan", REFERRALBOT_RULES=str(overlay))[1]
    assert "Our target" not in told("show final_plan")[1]


def test_an_unknown_clock_is_asked_back(told: Told) -> None:
    ended, said = told("show finalplan")
    assert (ended, said.partition(". ")[0]) == (CANNOT, "There is no rule finalplan")
    assert "Do you mean final_plan" in said


# diff


def test_rules_that_are_alike(told: Told) -> None:
    said = told("diff england-2014 england-2014")
    assert said == (WELL, "From england-2014 version 1 to england-2014 version 1.\nNothing differs.\n")


def test_what_a_council_changes_is_told_in_words(told: Told) -> None:
    ended, said = told("diff england-2014 anyshire")
    assert ended == WELL
    assert said.startswith("From england-2014 version 1 to england-2014 version 1 with anyshire version 1.\n")
    whole = f"\n{said}\n".split("\n\n")
    blocks = {block.strip().partition("\n")[0]: block.strip().splitlines()[1:] for block in whole[1:]}
    assert blocks["final_plan: final plan"][:2] == ["  Version: 1 -> 2", "  Our target: none -> 19 weeks"]
    assert blocks["order_assess_choose: decision whether to issue a plan"][1] == "  Our target: none -> 8 weeks"
    assert blocks["provision_check: check of the provision"][0].startswith("  It is new. Confirm that the provision")
    assert blocks["Ladders"] == ["  council, 21-before is new: 21 days before the last day to act: the owner"]
    assert blocks["Services"] == ["  specialist teaching is new"]
    assert blocks["Names of roles"] == ["  officer is new: EHC coordinator", "  manager is new: team manager"]


def test_a_change_of_the_law_tells_the_dates_that_would_move(pack: Path) -> None:
    put(pack / "clocks.csv", ",16,weeks,W,,duty,,council,education,s,", ",14,weeks,W,,duty,,council,education,s,")
    put(pack / "clocks.csv", "2026-09-07 -> 2026-12-28 | 2026-11-09 -> 2027-03-01", "2026-11-09 -> 2027-02-15")
    put(pack / "clocks.csv", "ehcna_refuse_issue,1", "ehcna_refuse_issue,2")
    put(pack / "pack.csv", "version,1", "version,2")
    assert list(differences(RULES, load_rules(pack), TODAY)) == [
        "\nehcna_refuse_issue: refusal to issue a plan",
        "  Version: 1 -> 2",
        "  Counts: 16 weeks; that day is day 0; weekends and holidays count -> "
        "14 weeks; that day is day 0; weekends and holidays count",
        "  Another date from 366 of 366 starts from Sun 22 November 2026 on, such as",
        "    from Sun 22 November 2026: legal: Sun 14 March 2027 -> Sun 28 February 2027; "
        "act by: Fri 12 March 2027 -> Fri 26 February 2027",
        "    from Wed 24 March 2027: legal: Wed 14 July 2027 -> Wed 30 June 2027; "
        "act by: Wed 14 July 2027 -> Wed 30 June 2027",
        "    from Sat 24 July 2027: legal: Sat 13 November 2027 -> Sat 30 October 2027; "
        "act by: Fri 12 November 2027 -> Fri 29 October 2027",
    ]


def test_a_change_that_keeps_its_version_is_told_of_before_it_is_adopted(pack: Path) -> None:
    two_weeks = ",conceded_school,,amended_plan_sent,,,,,2,weeks"
    put(pack / "clocks.csv", two_weeks, two_weeks.replace("2", "1"))
    put(pack / "clocks.csv", "2026-11-23 -> 2026-12-07\ntribunal_rec", "2026-11-23 -> 2026-11-30\ntribunal_rec")
    put(pack / "clocks.csv", "acknowledge the letter", "thank for the letter")
    said = list(differences(RULES, load_rules(pack), TODAY))
    assert said[0] == "\nconcede_school: amended plan naming the school"
    assert said[2] == "  It reads otherwise and is still version 1: raise it before this is adopted."
    assert said[-2:] == ["\nmp_ack: acknowledgement to the MP", "  Act: acknowledge the letter -> thank for the letter"]


@pytest.mark.parametrize("quoted", ['"kind","overlay"', "kind, overlay", "kind,overlay"])
def test_an_overlay_is_known_as_one_however_a_spreadsheet_saved_it(told: Told, overlay: Path, quoted: str) -> None:
    put(overlay / "pack.csv", "kind,overlay", quoted)
    assert told(f"check {overlay}")[1].startswith("england-2014 version 1 with anyshire version 1: ")


def test_a_one_off_holiday_tells_the_dates_that_would_move(pack: Path) -> None:
    with (pack / "bank_holidays.csv").open("a") as lines:
        lines.write("2027-05-10,england-and-wales|scotland|northern-ireland,King's day,yes\n")
    said = list(differences(RULES, load_rules(pack), TODAY))
    assert said[-2:] == ["\nBank holidays", "  Mon 10 May 2027 is new: King's day"]
    at = said.index("\nmed_cert_after: mediation certificate")
    assert said[at + 1] == "  Another date from 5 of 366 starts from Sun 22 November 2026 on, such as"
    assert "from Wed 5 May 2027: legal: Mon 10 May 2027 -> Tue 11 May 2027" in said[at + 2]


def test_a_clock_that_is_gone(pack: Path) -> None:
    text = (pack / "clocks.csv").read_text()
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("mp_followup_open,")]
    (pack / "clocks.csv").write_text("".join(kept))
    said = list(differences(RULES, load_rules(pack), TODAY))
    assert said[0] == "\nmp_followup_open: letter kept open"
    assert said[1].startswith("  It is gone. The letter stays open for a further question: 5 working days")


# table


def test_the_page_in_the_guide_is_what_the_command_writes_now(told: Told, tmp_path: Path) -> None:
    page = (DOCS / "clocks.md").read_text()
    start = re.search(r"--start (\S+) --write docs/clocks\.md", page)
    assert start, "docs/clocks.md does not say how it was written"
    assert told(f"table --start {start[1]} --write page.md") == (WELL, "Written to page.md.\n")
    again = (tmp_path / "page.md").read_text()
    assert page == again, f"write it anew: referralbot rules table --start {start[1]} --write docs/clocks.md"
    assert told(f"table --start {start[1]}")[1] == page


def test_the_page_holds_every_clock_and_every_open_question() -> None:
    page = page_of(RULES, date(2026, 9, 7))
    rows = re.findall(r"^\| `(\w+)`( †)? \|", page, re.MULTILINE)
    assert [name for name, _ in rows] == list(RULES.by_id)
    assert [name for name, mark in rows if mark] == [rule.id for rule in RULES.by_id.values() if rule.unverified]
    assert all(f"- `{rule.id}`: {rule.unverified}" in page for rule in RULES.by_id.values() if rule.unverified)


def test_a_page_from_a_day_that_cannot_be_counted(told: Told) -> None:
    ended, said = told("table --start 2013-01-01")
    assert (ended, said[:26]) == (CANNOT, "No row of ehcna_decide cou")
