"""The page of promises names tests that are there, and every promise has some."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
PAGE = (HERE / "docs" / "promises.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)`: `(test_\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"def {name}\(", (HERE / file).read_text()), f"docs/promises.md names {name}"


@pytest.mark.parametrize("promise", ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"])
def test_every_promise_names_what_proves_it(promise: str) -> None:
    section = PAGE.partition(f"## {promise}: ")[2].partition("\n## ")[0]
    assert re.search(r"`tests/[\w/]+\.py`: `test_\w+`", section)


ELSEWHERE = PAGE.partition("## What has failed elsewhere\n")[2].partition("\n## ")[0].splitlines()
FAILED = [line for line in ELSEWHERE if line.startswith("| ") and not line.startswith("| what failed")]


@pytest.mark.parametrize("row", FAILED)
def test_what_has_failed_elsewhere_has_a_public_report_and_a_test_of_ours(row: str) -> None:
    _, what, reported, test, _ = (cell.strip() for cell in row.split("|"))
    assert len(what.split()) >= 4, "say in plain words what failed"
    assert re.match(r"[\w-]+/[\w.-]+#\d+", reported), "name the report, as in grafana/oncall#1206"
    assert re.fullmatch(r"`(tests/[\w/]+\.py)`: `(test_\w+)`", test)


@pytest.mark.parametrize("kind", ["Heard twice", "Said twice", "Schedulers", "Never said", "Nobody there"])
def test_each_way_of_failing_is_in_the_table(kind: str) -> None:
    assert any(row.startswith(f"| **{kind}.**") for row in FAILED)
