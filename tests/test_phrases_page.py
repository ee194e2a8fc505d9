"""docs/conversation.md names the intents and slots that there are, and what it says to type is understood so."""

import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commandline import CANNOT, WELL, WRONG, parser
from bot.phrases import INTENTS, SLOTS, understand
from bot.phrases.slots import ALLOWED
from bot.settings import Settings
from bot.upkeep.understand import tell
from tests.test_phrases import WEDNESDAY
from tests.understanding import HERE, vocabulary

PAGE = (HERE.parent / "docs" / "conversation.md").read_text()
KEYS = ["line", "intent", "slots", "also", "question", "refusal", "confirm"]


def intent_rows() -> list[str]:
    return [
        f"| `{intent}` | {about} | {', '.join(f'`{name}`' for name in ALLOWED.get(intent, ()))} |"
        for intent, about in INTENTS.items()
    ]


def slot_rows() -> list[str]:
    return [f"| `{name}` | {about} |" for name, about in SLOTS.items()]


@pytest.mark.parametrize(("heading", "rows"), [("Every intent", intent_rows()), ("Every slot", slot_rows())])
def test_the_page_names_every_intent_and_slot(heading: str, rows: Sequence[str]) -> None:
    section = PAGE.partition(f"## {heading}\n")[2].split("\n## ")[0]
    told = [line for line in section.splitlines() if line.startswith("| `")]
    assert told == rows, "put these rows into docs/conversation.md"


def test_what_the_page_says_is_understood_so() -> None:
    rows = re.findall(r"^\| “(.+?)” \| `([a-z_]+)` \| (?:`(.+?)`|–) \|$", PAGE, re.MULTILINE)
    assert len(rows) > 12
    for text, intent, line in rows:
        found = understand(text, vocabulary=vocabulary(), today=WEDNESDAY)
        assert (found.intent, found.line) == (intent, line), text


# The command


def test_understand_needs_no_settings_and_prints_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["understand", "and the OT one?", "--context", "has SLT come back for 0042 yet?", "--json"]
    assert main([*words, "--today", "2026-11-25", "--setting", "channel:health"], {}) == WELL
    told = json.loads(capsys.readouterr().out)
    assert list(told) == KEYS
    assert told["slots"] == {"refs": ["SEND-2026-0042"], "service": "OT"}


@contextmanager
def typed(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def test_understand_answers_each_line_and_says_what_is_wrong_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        '{"text": "what is due tomorrow for me", "today": "2026-11-25"}',
        "",
        "not json",
        "[]",
        '{"text": 3}',
        '{"text": "status 42", "context": 4}',
        '{"text": "status 42", "setting": "street"}',
        '{"text": "status 42", "today": "soon"}',
        '{"text": "and 0047?", "context": ["status 42"], "setting": "channel:health", "today": "2026-11-25"}',
        "[" * 5000,
    ]
    with typed("\n".join(lines)):
        assert main(["understand", "-"], {}) == WRONG
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(one) == ["error"] for one in told] == [False, *[True] * 6, False, True]
    assert all(one["error"].endswith((".", "'")) for one in told if "error" in one)
    assert told[0]["line"] == "list which=mine_due period=tomorrow"
    assert told[7]["line"] == "status SEND-2026-0047"


@pytest.mark.parametrize("text", ["{", "[]", '{"people": 3}'])
def test_a_vocabulary_that_is_none_is_told_in_a_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v.json").write_text(text)
    for path in (tmp_path / "v.json", tmp_path / "absent.json"):
        words = parser().parse_args(["understand", "hi", "--vocabulary", str(path)])
        assert tell(words, Settings(), lambda: datetime(2026, 11, 25, tzinfo=UTC)) == CANNOT
    out, told = capsys.readouterr()
    assert not out and len(told.strip().splitlines()) == 2
