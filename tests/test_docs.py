"""The guides say what is so: every command, who may know what, the layers; and what they tell people to type works."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlmodel import select

from bot.app import App
from bot.cases import approvals
from bot.commands import BOOK
from bot.domain.facts import FACTS, beginnings, recordable
from bot.domain.message import Message, Said, Where, Who
from bot.domain.sharing import TABLE
from bot.domain.terms import Kind, Process, Relation, Role, Sensitive
from bot.grammar import Command
from bot.rules import SHIPPED, load_rules
from bot.serving.told import FIRST_LINES
from bot.turn import Turn
from bot.upkeep.demo import load_demo
from bot.upkeep.demo.stories import STORIES, Noted
from bot.upkeep.seats import PRIVATE
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.erasures import Erasures
from storage.tables import Connection, Person

HERE = Path(__file__).parents[1]
DOCS = HERE / "docs"
USING, PRIVACY, DESIGN = ((DOCS / f"{name}.md").read_text() for name in ("using", "privacy", "design"))

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
SPEAKER = {
    "If you give advice": "lucy.tran@nhs.example",
    "If you answer letters": "frances.doyle@anyshire.example",
    "If you manage": "moira.bell@anyshire.example",
    "If you administer": "kit.morgan@anyshire.example",
    "A second person's yes": "nora.quill@anyshire.example",
    "If you answer for data protection": "nora.quill@anyshire.example",
    "When a family asks what is held": "nora.quill@anyshire.example",
    "How long a child is kept": "nora.quill@anyshire.example",
}
OFFICER = "priya.shah@anyshire.example"


def lines_to_type() -> Iterator[tuple[str, str]]:
    """Every line that the guide tells people to type, in order: (who says it, the line)."""
    for section in USING.split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        for line in re.findall(r"^> (.+)$", text, re.MULTILINE):
            yield SPEAKER.get(heading, OFFICER), line


class Demo:
    """The demo's record, and everybody in it to speak as."""

    def __init__(self, store: Store) -> None:
        vault, rules = Vault(new_key()), load_rules(overlay=SHIPPED / "anyshire")
        assert load_demo(store, vault, rules, MONDAY)
        self._folder = TemporaryDirectory()
        self.app = App(store, vault, rules, BOOK, erasures=Erasures(Path(self._folder.name) / "erasures.list"))
        with store.transaction() as db:
            self.connection = db.exec(select(Connection.id)).one() or 0
            asks = Turn(db, MONDAY, rules, vault, who=db.exec(select(Person).where(Person.email == OFFICER)).one())
            for about in ("child:1", "child:2"):  # the guide shows how each is answered
                approvals.ask(asks, Sensitive.EXPORT, about=about, why="the family asks", line="")
        for who, line in (("tom.reid", "break glass 0090 because of the guide"), ("nora.quill", "agree 3")):
            assert not self.say(f"{who}@anyshire.example", line).error

    def say(self, email: str, line: str) -> Message:
        """Privately; what binds a room is said in one that is nobody's yet."""
        private = not line.startswith("room ")
        where = Where(self.connection, PRIVATE + email if private else "new-room", private=private)
        return self.app.answer(Said(line, Who(self.connection, email, email=email), where), MONDAY)


@pytest.fixture
def demo(database_url: str) -> Iterator[Demo]:
    store = Store(database_url)
    yield Demo(store)
    store.close()


@pytest.mark.databases("sqlite")
def test_what_the_guide_tells_people_to_type_works_in_the_demo(demo: Demo) -> None:
    refused = [f"{line}: {answer.text}" for who, line in lines_to_type() if (answer := demo.say(who, line)).error]
    assert refused == []


@pytest.mark.databases("sqlite")
def test_what_the_demo_says_to_type_first_works(demo: Demo) -> None:
    assert [line for line, _ in FIRST_LINES if demo.say(OFFICER, line).error] == []


@pytest.mark.databases("sqlite")
def test_after_a_day_no_child_and_no_word_of_a_note_is_in_the_file(demo: Demo, tmp_path: Path) -> None:
    for who, line in lines_to_type():
        demo.say(who, line)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("referralbot.sqlite*"))
    assert b"SEND-2026-0042" in kept, "the file was not the one that the demo writes"
    private = [word for story in STORIES for word in (story.child, story.born.isoformat(), f"AN{story.number:06}")]
    private += [step.words for story in STORIES for step in story.steps if isinstance(step, Noted)]
    private += ["Spoke to the school", "wrong day typed", "waiting for the panel", "logged late"]
    assert [word for word in private if word.encode() in kept] == []


def in_the_guide(command: Command) -> str:
    """The row of a command in the guide's last table."""
    others = ", ".join(f"`{words}`" for words in command.words[1:])
    roles = sorted(role.value.replace("_", " ") for role in command.may)
    return f"| `{command.name}` | {others} | {'everyone' if command.may == set(Role) else ', '.join(roles)} |"


def test_every_command_is_in_the_guide() -> None:
    rows = [row for row in USING.partition("## Every command")[2].splitlines() if row.startswith("| `")]
    known = sorted(BOOK.commands, key=lambda command: command.name)
    assert rows == list(map(in_the_guide, known)), "put these rows into docs/using.md"


def of_the_process(process: Process) -> str:
    """The row of a process in the guide: how it begins, and what can be recorded on it."""
    began = beginnings(process)
    called = [FACTS[kind].said[0] if FACTS[kind].said else FACTS[kind].label for kind in began]
    what = f" {called[0]}" if len(began) > 1 else ""
    say = f"`start {process.value.replace('_', ' ')} 0042{what} on …`"
    if process is Process.NEW_ASSESSMENT:
        say = "`new`"
    others = f"; or {', '.join(f'`{name}`' for name in called[1:])}" if len(began) > 1 else ""
    named = ", ".join(f"`{FACTS[kind].said[0]}`" for kind in recordable(process))
    return f"| {process.label} | {say}{others} | {named} |"


def test_every_process_is_in_the_guide() -> None:
    rows = USING.partition("## Every process")[2].split("\n## ")[0].strip().splitlines()[2:]
    assert rows == [of_the_process(process) for process in Process], "put these rows into docs/using.md"


def test_every_command_is_tried_in_the_guide() -> None:
    tried = {BOOK.find(line)[0].name for _, line in lines_to_type()}
    assert {command.name for command in BOOK.commands} - tried == set(), "show each in docs/using.md, on a line with >"


def table(first: str) -> list[list[str]]:
    """The cells of the table in the privacy page whose first heading is `first`, headings included."""
    rows = PRIVACY.partition(f"\n| {first} |")[2].split("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [[first, *cells[0]], *cells[2:]]


KINDS = [kind.value.replace("_", " ") for kind in Kind]


WHEN = {
    Relation.ASKED: "once asked",
    Relation.NAMED: "where named",
    Relation.BROKE_GLASS: "who broke the glass",
    Relation.RIGHTS: "for a request of the family's",
    Relation.REVIEWS: "where the glass was broken",
}


def _who(role: Role, relation: Relation) -> str:
    return role.value.replace("_", " ") + ("" if relation is Relation.ANY else f", {WHEN[relation]}")


def test_the_privacy_page_says_what_each_role_may_know() -> None:
    expected = [[_who(role, relation), *found] for (role, _, relation), found in TABLE.items() if role]
    assert table("role") == [["role", *KINDS], *expected]


def test_the_privacy_page_says_what_each_room_may_hear() -> None:
    rooms = {agency: found for (role, agency, _), found in TABLE.items() if role is None}
    expected = [[agency.label if agency else "read by outsiders", *found] for agency, found in rooms.items()]
    assert table("room") == [["room", *KINDS], *expected]


def test_the_design_page_draws_the_line_that_is_enforced() -> None:
    contracts = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (line,) = [each for each in contracts if each["id"] == "line"]
    enforced = [layer.replace("(", "").replace(")", "") for layer in line["layers"]]
    drawn = DESIGN.partition("## The one import line")[2].split("```")[1].split("\n")
    assert [layer for layer in drawn if layer.strip()] == enforced, "draw it anew in docs/design.md"


def test_what_the_design_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:bot|adapters|storage|tests|docs|manifest)/[\w./]*)`", DESIGN))
    assert {path for path in named if not (HERE / path).exists()} == set()
