"""The house is in order: what is there is named, explained, tried and told. Each failure says what to do."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from bot.cards.notices import notice_message
from bot.cases import approvals, ending
from bot.commands import BOOK
from bot.domain import terms
from bot.domain.facts import ACTS, FACTS
from bot.domain.message import BlankKind
from bot.domain.sharing import TABLE
from bot.domain.terms import Agency, EntryKind, Kind, Notice, Outcome, Relation, Role, Sensitive
from bot.filling import fill
from bot.grammar import LONGEST_TITLE, Command
from bot.reminders import anchor
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Person, Post
from tests.test_dialogues import FILES
from tests.town import RULES, Town

HERE = Path(__file__).parents[1]
MODULES = sorted(path for folder in ("bot", "adapters", "storage") for path in (HERE / folder).rglob("*.py"))
every_command = pytest.mark.parametrize("found", BOOK.commands, ids=lambda found: found.name)
every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HERE)))

LONGEST_MODULE = 400
EDGES = {
    "bot/app.py": 1,
    "bot/courier.py": 2,
    "bot/clerk.py": 1,
    "bot/reminders.py": 1,
    "bot/scheduler.py": 1,
    "bot/cases/set_aside.py": 1,
    "bot/cases/nudging.py": 1,
}
"""Where anything at all may be caught: one answer, one post, one deadline or case, one sweep, one tick.

What broke a step of the courier's is caught twice more, to be raised anew where that step is waited for.
"""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


# What people can say


@every_command
def test_a_command_explains_itself(found: Command) -> None:
    assert found.help, f"{found.name}: give its function a docstring; it is the help"
    assert found.summary.endswith("."), f"{found.name}: the first line of its docstring is one whole sentence"
    assert "\n\n" in found.help or "\n" not in found.help, f"{found.name}: leave a line empty after the first sentence"
    assert found.may, f"{found.name}: say which roles may say it"
    assert found.examples, f"{found.name}: give an example"
    if any(field.ask.asked for field in found.fields):
        fits = f"{found.name}: give it a title of at most {LONGEST_TITLE} characters; it heads its form"
        assert len(found.heading) <= LONGEST_TITLE, fits


@every_command
def test_a_command_names_its_blanks(found: Command) -> None:
    for field in found.fields:
        assert field.ask.label[:1].isupper(), f"{found.name}: the blank {field.name} needs a label in sentence case"
        if field.ask.kind in (BlankKind.CHOICE, BlankKind.CHOICES):
            assert field.ask.choices, f"{found.name}: the blank {field.name} needs its choices"


def test_no_two_commands_are_said_alike() -> None:
    words = [word for found in BOOK.commands for word in found.words]
    assert sorted(set(words)) == sorted(words), "two commands have a name in common"
    assert words == [word.lower() for word in words], "a command's words are in small letters: any case is understood"


@pytest.mark.databases("sqlite")
def test_every_example_is_understood(town: Town) -> None:
    """Said on a Friday by somebody who may, about things that are there."""
    for number in range(2):
        town.opens("Priya", f"Child {number}")
    town.say("Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry')
    asker = {found.name: next(role for role in Role if role in found.may) for found in BOOK.commands}
    for found in BOOK.commands:
        for example in found.examples:
            with town.store.reading() as db:
                turn = turn_of(town, db, asker[found.name])
                told, rest = BOOK.find(example)
                assert told is found, f"{found.name}: its example {example!r} says {told.name}"
                filled = fill(found, turn, rest.replace("tom.reid@council.example", "Tom"), None)
                if rest:
                    assert filled.values, f"{found.name}: nothing of its example {example!r} is read"


def turn_of(town: Town, db: Any, role: Role) -> Turn:
    person = next(person for person in town.all(Person) if person.role is role)
    return Turn(db, town.now, RULES, town.vault, who=person)


@every_command
def test_a_command_is_in_a_dialogue(found: Command) -> None:
    said = [line.removeprefix("> ") for file in FILES for line in file.read_text().splitlines() if line[:2] == "> "]
    assert any(BOOK.find(line)[0] is found for line in said if understood(line)), (
        f"say {found.name} in a conversation of tests/dialogues, write its answers with"
        " `python -m tests.test_dialogues --write`, and read them as a caseworker would"
    )


def understood(line: str) -> bool:
    """Whether a line begins as a command does, and goes on so."""
    if line.startswith("draft "):
        return any(found.leads(line.removeprefix("draft ")) for found in BOOK.commands if found.name == "draft")
    return any(re.match(rf"{re.escape(word)}\b", line) for found in BOOK.commands for word in found.words)


def test_what_a_person_types_freely_is_private_or_sealed() -> None:
    """Free text that is kept in clear is a body's or a politician's name, never a word about a child."""
    clear = {
        f"{found.name}: {field.name}"
        for found in BOOK.commands
        for field in found.fields
        if field.ask.kind is BlankKind.TEXT
        and field.ask.read.__qualname__.startswith("text.")
        and not field.ask.private
    }
    assert clear == {
        "ask: adviser",
        "mp: member",
        "mp: constituency",
        "list: mp",
        "list: constituency",
        "figures: mp",
        "help: about",
    }, "a new blank holds free text: make it private, or seal what it holds and name it here"


# Words of the trade


def closed_sets() -> list[type[StrEnum]]:
    return [each for each in vars(terms).values() if isinstance(each, type) and issubclass(each, StrEnum)]


def test_every_kind_of_entry_has_a_name_for_people() -> None:
    assert {*FACTS, *ACTS} == set(EntryKind), "give the new kind of entry its words in bot/domain/facts.py"
    assert {kind for rule in RULES.clocks for kind in (*rule.starts, *rule.stops)} <= set(EntryKind) - (
        ACTS.keys() - {EntryKind.CLOSED}
    ), "a clock counts from an entry that is only an act"


def test_who_may_know_what_is_decided_for_every_role_and_room() -> None:
    rows = {(role, agency) for role, agency, relation in TABLE if relation is Relation.ANY}
    assert rows >= {(role, None) for role in Role}, "say in bot/domain/sharing.py what the new role may know"
    assert rows >= {(None, agency) for agency in Agency}, "say there what the new agency's room may hear"
    assert {len(shares) for shares in TABLE.values()} == {len(Kind)}, "say there who may know the new kind"


def test_an_outcome_is_the_end_of_a_case_or_of_a_letter() -> None:
    assert set(ending.OF_LETTERS) < set(Outcome)


def test_the_words_of_closed_sets_are_stored_as_plain_words() -> None:
    for words in closed_sets():
        if words.__name__ != "Counting":
            assert [w for w in words if not re.fullmatch(r"[a-z0-9_]*", w.value)] == [], words.__name__


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_its_words(town: Town, notice: Notice) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 SLT on 7 September")
    town.say("Dan", "advice sent 0042")
    town.say("Priya", "sent decision 0042 on 18 September because the post was slow")
    about = {
        "notice": notice,
        "request": 1,
        "entry": 5,
        "on": "2026-10-16",
        "meant_for": 3,
        "person_id": 3,
        "count": 12,
        "late": 2,
        "found": {"unsent": 2},
        "code": "K7P2",
        "anchor": 1,
        "approval": 1,
    }
    anchor(town.store, RULES, town.vault, town.now)
    post = Post(key="k", says="notice", connection_id=1, case_id=1, about=about, not_before=town.now, made_at=town.now)
    with town.store.transaction() as db:
        turn = Turn(db, town.now, RULES, town.vault, who=db.get_one(Person, 3))
        approvals.ask(turn, Sensitive.EXPORT, about="child:1", why="they ask for it", line="")
        message = notice_message(turn, post)
        db.rollback()
    assert message is not None and message.text.endswith("."), f"give {notice} its words in bot/cards/notices.py"


def test_every_adviser_has_a_clock_and_an_agency_or_is_the_owners_to_chase() -> None:
    for adviser in RULES.services:
        assert adviser.clock in RULES.by_id
        assert adviser.agency or adviser.id == "other", f"{adviser.id}: name its agency, so that a room is nudged"


# The house itself


@every_module
def test_a_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    if text.strip():
        said = ast.get_docstring(ast.parse(text)) or ""
        assert said, f"begin {path.name} with one line in plain English that says what it is for"
        assert len(said.splitlines()[0]) <= 117, f"{path.name}: its first line is too long to be one"


@every_module
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    length = len(path.read_text().splitlines())
    table = "migrations" in path.parts or path.name in ("facts.py", "terms.py", "tables.py")
    assert table or length <= LONGEST_MODULE, f"{path.name} has {length} lines: give one of its thoughts a file"


def test_anything_at_all_is_caught_at_the_named_edges_only() -> None:
    found = {
        str(path.relative_to(HERE)): len(re.findall(r"except (?:Base)?Exception\b", path.read_text()))
        for path in MODULES
        if path.is_relative_to(HERE / "bot")
    }
    caught = {path: number for path, number in found.items() if number}
    assert caught.keys() <= EDGES.keys() and all(number <= EDGES[path] for path, number in caught.items()), (
        "catch what you expect; anything else belongs to the edge of one answer, one post, one deadline or one tick"
    )
