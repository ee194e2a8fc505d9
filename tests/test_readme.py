"""The README and the pages under docs/ name nothing that is not there."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commandline import parser
from bot.commands import BOOK
from bot.serving.told import FIRST_LINES
from bot.settings import described

HERE = Path(__file__).parents[1]
README = HERE / "README.md"
PAGES = {page.name: page.read_text() for page in (README, *sorted((HERE / "docs").glob("*.md")))}
every_page = pytest.mark.parametrize("name", PAGES)


def code(text: str) -> list[str]:
    """What stands in a page as code: each line of a block, and each span."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    indented = re.findall(r"^ {4}(\S.*)", text, re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines()] + spans + indented


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_conversation_is_one_of_the_tests() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGES["README.md"], re.MULTILINE | re.DOTALL)
    (link,) = re.findall(r"\((tests/dialogues/\w+\.txt)\)", PAGES["README.md"])
    assert shown == (HERE / link).read_text()


def test_the_five_things_to_type_are_those_that_the_demo_prints() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", PAGES["README.md"].partition("| to see |")[2], re.MULTILINE)
    assert rows[: len(FIRST_LINES)] == list(FIRST_LINES)
    assert [BOOK.find(line)[0].name for line, _ in FIRST_LINES]


@every_page
def test_links_lead_somewhere(name: str) -> None:
    folder = README.parent if name == "README.md" else HERE / "docs"
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", PAGES[name]):
        path, _, part = link.partition("#")
        page = folder / path if path else folder / name
        headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE) if part and page.exists() else []
        if not page.exists() or (part and part not in map(slug, headings)):
            broken.append(link)
    assert broken == []


@every_page
def test_pages_named_without_a_link_are_there(name: str) -> None:
    named = re.findall(r"\b(?:docs/)\w+\.md\b", PAGES[name])
    assert {page for page in named if not (HERE / page).exists()} == set()


@every_page
def test_make_targets_are_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (HERE / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for line in code(PAGES[name])
        for target in re.findall(r"(?<!install )(?<!to )\bmake ([a-z][\w-]*)", line)
    }
    assert named - targets == set()


@every_page
def test_settings_are_there(name: str) -> None:
    known = {each.name for each in described()}
    named = set(re.findall(r"\b(?:(?:REFERRALBOT|SLACK|TEAMS)_[A-Z_]*[A-Z]|DATABASE_URL|HTTPS_PROXY)\b", PAGES[name]))
    assert named - known == set()


def commands_named(text: str) -> Iterator[list[str]]:
    """The words of every `referralbot …` of the command line; `@referralbot …` is said in a chat."""
    for line in code(text):
        if found := re.match(r"(?:\S*/bin/|\$ |[A-Z_]+=\S+ )*(?<![@\w])referralbot (.+)$", line):
            yield [word for word in found[1].split(" #")[0].split() if word != "…"]


def wrong_with(words: list[str], known: argparse.ArgumentParser) -> str:
    """What the command line does not know of these words; empty where it knows them all. Values may be left out."""
    for action in known._actions:
        if isinstance(action, argparse._SubParsersAction) and words:
            first, *rest = words
            return wrong_with(rest, action.choices[first]) if first in action.choices else f"no command {first}"
    options = {option for action in known._actions for option in action.option_strings}
    unknown = [word for word in words if word.startswith("--") and word.split("=")[0] not in options]
    return f"no option {unknown[0]}" if unknown else ""


@every_page
def test_commands_are_there(name: str) -> None:
    named = list(commands_named(PAGES[name]))
    assert [(" ".join(words), wrong) for words in named if (wrong := wrong_with(words, parser()))] == []


def test_a_command_that_is_not_there_would_be_found() -> None:
    said = "`referralbot sreve` `referralbot say --loud x` `referralbot connect ad` `@referralbot hello`"
    wrong = [wrong_with(words, parser()) for words in commands_named(said)]
    assert wrong == ["no command sreve", "no option --loud", "no command ad"]


@pytest.mark.parametrize("name", ["README.md", "using.md", "privacy.md"])
def test_lines_for_a_chat_are_understood(name: str) -> None:
    said = [found[1] for line in code(PAGES[name]) if (found := re.match(r"(?:@referralbot|/referral) (.+)", line))]
    assert [line for line in said if line != "…" and not BOOK.find(line)] == []


def test_the_readme_fits_two_screens() -> None:
    conversation = re.findall(r"^```text\n(.*?)^```", PAGES["README.md"], re.MULTILINE | re.DOTALL)[0]
    assert len(PAGES["README.md"].splitlines()) - len(conversation.splitlines()) <= 80
