"""`referralbot why`: what chat says of a date, and its values for a program, to whoever may know them."""

import json
from collections.abc import Callable, Iterator
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.commandline import CANNOT, WELL, WRONG
from bot.settings import Settings
from bot.upkeep.demo import load_demo
from bot.upkeep.installation import make_demo, open_demo

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
Ask = Callable[[str], tuple[int, str]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Ask]:
    """The demo in a folder of its own, asked on Mon 23 Nov 2026."""
    with chdir(tmp_path):
        make_demo(reset=False)
        here = open_demo(Settings(), lambda: MONDAY)
        load_demo(here.store, here.vault, here.rules, MONDAY)
        here.store.close()

        def told(words: str) -> tuple[int, str]:
            ended = main(["why", *words.split(), "--at", "2026-11-23T09:00"], {})
            out, err = capsys.readouterr()
            return ended, out + err

        yield told


PRIYA, LUCY = "--as priya.shah@anyshire.example", "--as lucy.tran@nhs.example"


def values(ask: Ask, words: str) -> dict[str, Any]:
    ended, answer = ask(f"{words} --json")
    assert ended == WELL, answer
    found: dict[str, Any] = json.loads(answer)
    return found


def test_one_date_in_words(ask: Ask) -> None:
    ended, answer = ask(f"0042 20 weeks {PRIYA}")
    assert ended == WELL
    assert "SEND-2026-0042 · Final plan:" in answer and "regulation 13(2)" in answer


def test_one_date_for_a_program(ask: Ask) -> None:
    found = values(ask, f"0042 20 weeks {PRIYA}")
    (final,) = found["dates"]
    assert (found["reference"], final["called"], final["rule"]) == ("SEND-2026-0042", "final plan", "final_plan")
    assert "is the last day to send the final plan" in final["headline"]
    assert final["legal"] == final["counted"] >= final["safe"]
    assert final["start"]["recorded_by"] and final["counting"]["length"] == 20
    assert final["pack"].startswith("england-2014 version ")


def test_all_dates_are_those_that_the_asker_may_see(ask: Ask) -> None:
    council = {each["called"] for each in values(ask, f"0042 {PRIYA}")["dates"]}
    health = {each["called"] for each in values(ask, f"0042 {LUCY}")["dates"]}
    assert "speech and language advice" in health < council
    assert {"education advice", "refusal to issue a plan"} <= council - health


@pytest.mark.parametrize(
    ("words", "ended", "sentence"),
    [
        (f"9999 {PRIYA} --json", WRONG, "I can't find 9999 among the cases you can see."),
        (f"0042 the moon {PRIYA} --json", WRONG, "has no date called “the moon” that you can see."),
        (f"0042 6 weeks {PRIYA} --json", WRONG, "Several dates of SEND-2026-0042 could be meant by “6 weeks”."),
        (f"0042 EP {LUCY} --json", WRONG, "has no date called “EP” that you can see."),
        ("0042 --as nobody@anyshire.example", CANNOT, "Nobody on the staff list has the address"),
    ],
)
def test_what_is_refused_in_chat_is_refused_here(ask: Ask, words: str, ended: int, sentence: str) -> None:
    found, answer = ask(words)
    assert found == ended and sentence in answer
