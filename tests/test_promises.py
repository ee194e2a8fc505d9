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


@pytest.mark.parametrize("promise", ["P1", "P2", "P3", "P4", "P5", "P6"])
def test_every_promise_names_what_proves_it(promise: str) -> None:
    section = PAGE.partition(f"## {promise}: ")[2].partition("\n## ")[0]
    assert re.search(r"`tests/[\w/]+\.py`: `test_\w+`", section)
