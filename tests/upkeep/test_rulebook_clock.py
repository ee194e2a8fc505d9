"""referralbot clock: one date of the law, or one for each line, with its working."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commandline import WELL, WRONG
from bot.rules import load_rules

KEYS = ["rule", "start", "legal", "safe", "kind", "source", "unverified", "working"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, but for settings that are wrong: the command must not care."""
    (tmp_path / ".env").write_text("REFERRALBOT_PORT=http")
    with chdir(tmp_path):
        yield tmp_path


class Told:
    """What was printed, what was complained of, and what it ended with."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        ended = main(["clock", *words], {})
        out, err = self.capsys.readouterr()
        return ended, out, err


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(capsys)


@contextmanager
def typed(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


DATES = [
    # rule, start, legal, safe, kind, whether somebody must still read the law
    ("final_plan", "Mon 10 Aug 2026", "2026-12-28", "2026-12-24", "statutory", False),
    ("final_plan", "10/08/2026", "2026-12-28", "2026-12-24", "statutory", False),
    ("advice_education", "2026-09-07", "2026-10-19", "2026-10-19", "guidance", True),
    ("mp_reply", "2026-12-11", "2026-12-29", "2026-12-29", "local", False),
    ("foi_reply", "2026-12-11", "2027-01-14", "2027-01-14", "statutory", False),
    ("appeal_from_decision", "2026-06-15", "2026-09-01", "2026-09-01", "statutory", False),
    # of a clock that counts back the start is the event
    ("ar_notice_meeting", "2026-12-10", "2026-11-26", "2026-11-26", "statutory", False),
    ("phase_school", "2027-02-15", "2027-02-14", "2027-02-12", "statutory", False),
    ("review_first", "2024-02-29", "2025-02-27", "2025-02-27", "statutory", False),
]


@pytest.mark.parametrize(("rule", "start", "legal", "safe", "kind", "unverified"), DATES)
def test_a_date_as_json(told: Told, rule: str, start: str, legal: str, safe: str, kind: str, unverified: bool) -> None:
    ended, out, err = told(rule, *start.split(), "--json")
    found = json.loads(out)
    assert (ended, err, list(found)) == (WELL, "", KEYS)
    assert (found["rule"], found["legal"], found["safe"]) == (rule, legal, safe)
    assert (found["kind"], found["unverified"]) == (kind, unverified)
    row = next(row for row in load_rules().clocks if row.id == rule)
    assert found["source"] == row.source
    assert row.unverified in found["working"]


def test_a_date_in_plain_words(told: Told) -> None:
    assert told("final_plan", "2026-08-10") == (
        WELL,
        "final_plan: final plan (statutory)\n"
        "Start     Mon 10 August 2026\n"
        "Legal     Mon 28 December 2026\n"
        "Safe      Thu 24 December 2026\n"
        "Count     20 weeks = 140 calendar days; that day is day 0; weekends and holidays count\n"
        "Act by    28 December is a bank holiday (Boxing Day, substitute), 25 to 27 December are not working days; "
        "the last working day before is Thu 24 December\n"
        "Source    SEND Regulations 2014, regulation 13(2); rule pack england-2014 version 1\n",
        "",
    )


@pytest.mark.parametrize(
    ("rule", "start", "says"),
    [
        ("ehcna_refuse_issue", "2026-09-07", "Binds     only if refusing\n"),
        ("move_review_a", "2026-03-10", "the later counts; the other is move_review_b\n"),
        ("med_contact", "2026-06-15", "Means     a right of the family, which lapses after that day\n"),
        ("draft_reps_min", "2026-11-02", "Means     the earliest that the period may end; nobody is late\n"),
        ("provision_secure", "2026-11-02", "Means     owed at once, and until it is done\n"),
        ("med_arrange", "2026-11-23", "To check  read regulations 36 to 38: the 30 days and from which day they count"),
        ("ar_notice_meeting", "2026-12-10", "2 weeks = 14 calendar days back from the meeting"),
    ],
)
def test_what_else_there_is_to_know_of_a_date(told: Told, rule: str, start: str, says: str) -> None:
    assert says in told(rule, start)[1]


REFUSED = [
    ("fnal_plan 2026-09-07", "There is no rule fnal_plan. Do you mean final_plan or "),
    ("qqq 2026-09-07", "There is no rule qqq. docs/clocks.md lists them all."),
    ("final_plan", "Write a rule and the day it starts, such as: final_plan 2026-09-07"),
    ("final_plan 31 February 2027", "31 February 2027 isn't a date."),
    ("final_plan soonish", "I can't read that as a date."),
    (
        "final_plan 2014-08-31",
        "No row of final_plan counts from Sun 31 August 2014: the first begins on Mon 1 September",
    ),
    (
        "final_plan 2032-09-01",
        "That needs Wed 19 January 2033, and bank holidays are known from 1 January 2014 to 31 D",
    ),
]


@pytest.mark.parametrize(("asked", "says"), REFUSED)
def test_what_cannot_be_answered_says_what_to_do(told: Told, asked: str, says: str) -> None:
    ended, out, err = told(*asked.split())
    assert (ended, out) == (WRONG, "")
    assert err.startswith(says)
    ended, out, err = told(*asked.split(), "--json")
    rule, _, start = asked.partition(" ")
    assert (ended, err) == (WRONG, "")
    found = json.loads(out)
    assert list(found) == ["rule", "start", "error"]
    assert (found["rule"], found["start"]) == (rule, start)
    assert found["error"].startswith(says)


def test_a_line_each_is_answered_in_order_and_a_bad_one_on_its_own_line(told: Told) -> None:
    asked = ["final_plan 2026-08-10", "", "fnal_plan 2026-08-10", "foi_reply   2026-12-11", "mp_ack 11/12/2026"]
    with typed("\n".join(asked)):
        ended, out, _ = told("-", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert ended == WRONG
    assert [each.get("legal") for each in found] == ["2026-12-28", None, None, "2027-01-14", "2026-12-15"]
    assert [list(each) for each in found if "error" in each] == [["rule", "start", "error"]] * 2
    with typed("\n".join(asked)):
        ended, out, _ = told("-")
    assert (ended, len(out.splitlines())) == (WRONG, len(asked))
    assert out.splitlines()[0].startswith("final_plan from Mon 10 August 2026: Mon 28 December 2026, act by Thu 24 Dec")
    assert "the next working day is day 1; a bank holiday in any part of the UK is not one" in out.splitlines()[3]


def test_lines_that_are_all_well(told: Told) -> None:
    with typed("final_plan 2026-08-10\n"):
        assert told("-")[0] == WELL


def test_an_answer_comes_before_the_next_question_is_asked() -> None:
    here = Path(__file__).parents[2]
    asking = subprocess.Popen(
        [sys.executable, "-m", "bot", "clock", "-", "--json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=here,
    )  # fmt: skip
    assert asking.stdin and asking.stdout
    for start, legal in (("2026-08-10", "2026-12-28"), ("2026-09-07", "2027-01-25")):
        asking.stdin.write(f"final_plan {start}\n")
        asking.stdin.flush()
        assert json.loads(asking.stdout.readline())["legal"] == legal
    asking.stdin.close()
    assert asking.wait(10) == WELL
    asking.stdout.close()


def test_every_rule_can_be_asked_for_by_its_examples(told: Told) -> None:
    rows = [(row.id, example) for row in load_rules().clocks for example in row.examples]
    with typed("".join(f"{rule} {example.start}\n" for rule, example in rows)):
        ended, out, _ = told("-", "--json")
    assert ended == WELL
    assert [json.loads(line)["legal"] for line in out.splitlines()] == [str(example.end) for _, example in rows]


def test_the_councils_own_numbers_with_its_overlay(told: Told, folder: Path) -> None:
    assert "Legal     Wed 23 December 2026" in told("mp_reply", "2026-12-11", "--overlay", "anyshire")[1]
    ended, _, err = told("mp_reply", "2026-12-11", "--overlay", str(folder / "none"))
    assert ended != WELL
    assert "Those that come with the bot: anyshire, england-2014." in err


def test_it_starts_without_the_libraries_of_the_database_and_the_platforms() -> None:
    asks = "import sys; from bot.__main__ import main; main(['clock', 'final_plan', '2026-08-10'], {})"
    asks += "; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert "Mon 28 December 2026" in ran.stdout
    loaded = {name.partition(".")[0] for name in ran.stdout.splitlines()[-1].split()}
    assert not loaded & {"sqlalchemy", "sqlmodel", "aiohttp", "slack_bolt", "botbuilder", "cryptography", "adapters"}
