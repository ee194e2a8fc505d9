"""What tells who a child is, or what somebody typed: in no repr, no log, no trace, and in no copied database."""

import base64
import logging
import pkgutil
import re
import traceback
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

import adapters
import bot
import storage
from adapters.page.spoken import Spoken
from adapters.page.transcript import Post as OnPage
from adapters.slack.heard import Heard as FromSlack
from bot.cases import finding, searching
from bot.cases.approvals import Asked
from bot.cases.children import Private, Registered
from bot.cases.files import open_file
from bot.cases.history import New
from bot.cases.pack import Asked as Answered
from bot.domain import guard
from bot.domain.message import Action, Blank, Fact, Form, Message, Row, Table
from bot.domain.terms import Agency, EntryKind, Platform, Role
from bot.filling import Filled
from bot.phrases.understood import Option, Question
from bot.serving.log import JsonLines
from bot.turn import Turn
from bot.upkeep import connections
from bot.upkeep.sheet import Row as OfSheet
from storage.connect import Store
from storage.tables import Case, Enquiry, Person
from tests.town import RULES, Town

NAME, NUMBER, BORN = "Wilhelmina Zzyzxova", "QX771133", date(2017, 2, 28)
NOTE, REASON, TYPED, SENDER, TOKEN = (f"quokka{what}" for what in ("note", "reason", "typed", "sender", "token"))
MARKERS = (
    *("Wilhelmina", "Zzyzxova", NUMBER, "2017-02-28", "28 February 2017", "28/02/2017"),
    *(NOTE, REASON, TYPED, SENDER, TOKEN),
)
HOLDS_WORDS = re.compile("^(line|values|words|text|typed|answer|cells)$")
"""What fields are called that hold what somebody typed, or is told alone."""
SHOWN = {
    "bot.domain.meanings.Meaning": "the words of a button",
    "bot.domain.message.Attachment": "numbers, dates and owners: no child, and nothing that anybody wrote",
    "bot.domain.message.Message": "one for a single reader has a repr of its own",
    "bot.domain.message.Row": "stands in a message, which leaves it out",
    "bot.grammar.Command": "what people can say",
    "bot.rules.reading.Cells": "of the tables of the law",
    "bot.upkeep.demo.stories.Noted": "made up",
}
"""Classes with fields called so that hold nothing of the kind, each with why."""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A day in which everything private is typed that can be."""
    store = Store(database_url)
    town = Town(store)
    a_day_of_markers(town)
    yield town
    store.close()


def a_day_of_markers(town: Town) -> None:
    child = {"born": BORN.isoformat(), "record_number": NUMBER, "note": NOTE}
    said = [
        town.opens("Priya", NAME, **child),
        town.say("Priya", "ask SLT 0042"),
        town.say("Priya", f"note 0042 {NOTE}"),
        town.say("Priya", f"correct 0042 1 on 11 August {REASON}"),
        town.say("Priya", f"find {NAME}"),
        town.say("Priya", f"search notes {NOTE}"),
        town.say("Priya", "open 0042"),
        town.say("Priya", f"exception 0042 away from 5/10/2026 until 8/11/2026 evidence {TYPED} because {REASON}"),
        town.say("Frances", "letter", values={"kind": "complaint", "received": "2026-10-12", "sender": SENDER}),
    ]
    assert [answer.text for answer in said if answer.error] == []
    town.say("Priya", f"{TYPED} about {NAME}, {BORN:%-d %B %Y}")  # which nobody understands
    town.say("Priya", f"status {NAME}", room="education")
    town.say("Nobody", f"status {NUMBER}")
    secrets = {"bot_token": f"xoxb-{TOKEN}", "signing_secret": TOKEN}
    with town.store.transaction() as db:
        connections.add(db, town.vault, connections.Defined(Platform.SLACK, "T0123", "Trust", secrets=secrets))
    town.remind()


# A copied database


def forms(marker: str) -> Iterator[bytes]:
    """A marker as it might stand in a file: as text, as hexadecimal figures, in base64 wherever it begins."""
    for one in {marker, marker.lower(), marker.upper()}:
        for written in (one.encode(), one.encode("utf-16-le"), one.encode("utf-16-be")):
            yield from (written, written.hex().encode(), written.hex().upper().encode())
            for before in range(3):
                coded = base64.b64encode(b"\0" * before + written)
                yield coded[4 if before else 0 : -4]


def found_in(kept: bytes) -> list[str]:
    return [marker for marker in MARKERS if any(form in kept for form in forms(marker))]


def test_each_form_of_a_marker_is_found() -> None:
    for hidden in (TOKEN.encode(), TOKEN.encode("utf-16-le"), TOKEN.upper().encode()):
        for kept in (hidden, hidden.hex().encode(), *(base64.b64encode(b"x" * n + hidden + b"yz") for n in range(3))):
            assert found_in(b"before " + kept + b" after") == [TOKEN], kept


def test_a_copied_database_shows_nothing_private(town: Town, tmp_path: Path) -> None:
    """Of SQLite every file and a backup; of PostgreSQL every column of every row as a dump writes it."""
    if town.store.sqlite:
        assert town.operator("backup", str(tmp_path / "copy.sqlite"))[0] == 0
        copies = {file.name: file.read_bytes() for file in tmp_path.glob("*.sqlite*") if file.stat().st_size}
        assert {"copy.sqlite", "referralbot.sqlite", "referralbot.sqlite-wal"} <= set(copies)
    else:
        with town.store.reading() as db:
            tables = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
            rows = {table: db.execute(text(f"SELECT t::text FROM {table} t")).scalars().all() for table in tables}
        copies = {"dump": "\n".join(row for of in rows.values() for row in of).encode()}
    assert any(b"SEND-2026-0042" in kept for kept in copies.values()), "these are not the files that the bot writes"
    assert {name: found for name, kept in copies.items() if (found := found_in(kept))} == {}


# Reprs, logs and traces


def spoken() -> Iterator[object]:
    """Whatever is made of what was typed, and what is told to one reader."""
    blank = Blank("name", "Name", private=True, value=NAME, error=f"“{TYPED}” is not a name")
    fact, form = Fact("Child", NAME, NOTE, private=True), Form("Find", f"find {NAME}", (blank,))
    yield from (Private(NAME, BORN, NUMBER), Registered(1, TOKEN.encode()), fact, blank, form)
    yield from (Action("Open", f"find {NAME}"), Message(NAME, private=True), Message(NAME, identifies=True))
    yield from (Message("x", facts=(fact,)), Message("x", form=form), Message("x", private=True, error="CannotRead"))
    yield Message("x", table=Table(("who",), (Row((NAME,)),)), actions=(Action("Again", TYPED),), private=True)
    yield from (New(EntryKind.NOTED, BORN, words=NOTE), Asked(REASON, f"erase {NAME}", (), ()))
    yield from (Filled({"name": NAME}, {"name": NAME}, {"name": TYPED}), OfSheet(2, {"name": NAME}))
    yield from (Spoken("p@x.example", "p", NAME, "d", NAME, {"name": NAME}), FromSlack(NAME, "U1", "C1", offered=NOTE))
    yield OnPage("1", "p", 1, 1, datetime(2026, 10, 16, tzinfo=UTC), text=NAME)
    yield from (Question(NAME, (Option(NAME, f"find {NAME}"),)), Option(NAME, NAME))
    yield Answered(datetime(2026, 10, 16, tzinfo=UTC), None, NAME, NAME, "done")
    yield from (*guard.words_of(NAME), *guard.full_names(guard.words_of(NAME)))


def kept(town: Town) -> Iterator[object]:
    """Every row there is, the lines as they are heard, and what is found for somebody who may know."""
    with town.store.transaction() as db:
        for table in SQLModel.metadata.sorted_tables:
            yield db.execute(select(table)).all()
        turn = Turn(db, town.now, RULES, town.vault, who=db.get(Person, 3), stood=())
        case, letter = db.get_one(Case, 1), db.get_one(Enquiry, 1)
        yield from (turn, open_file(turn, case), open_file(turn, letter))
        yield from (finding.find(turn, NAME), searching.search(turn, NOTE))
        db.rollback()
    yield from (town.said("Priya", NAME), town.said("Priya", "new", values={"name": NAME}))
    for line in ("open 0042", "history 0042", f"find {NAME}", f"status {TYPED}"):
        yield town.say("Priya", line)


def named(told: str) -> list[str]:
    return [marker for marker in MARKERS if marker.casefold() in told.casefold()]


def shown(holder: object) -> str:
    """As it would stand in a log, in a trace, or in the words of an error that was given it."""
    record = logging.LogRecord("bot.app", logging.ERROR, "x.py", 1, "met %s and %r", (holder, [holder]), None)
    try:
        raise RuntimeError(holder, {"holder": holder})
    except RuntimeError as error:
        trace = "".join(traceback.format_exception(error))
        record.exc_info = (RuntimeError, error, error.__traceback__)
    return f"{holder!r} {holder} {[holder]} {JsonLines().format(record)} {logging.Formatter().format(record)} {trace}"


def test_nothing_private_is_shown_by_what_holds_it() -> None:
    assert [(type(one).__name__, found) for one in spoken() if (found := named(shown(one)))] == []


def test_nothing_private_is_shown_by_what_is_kept_or_found(town: Town) -> None:
    assert [(type(one).__name__, found) for one in list(kept(town)) if (found := named(shown(one)))] == []


def test_a_refused_statement_does_not_repeat_its_values(town: Town) -> None:
    with pytest.raises(IntegrityError) as refused, town.store.transaction() as db:
        row = {"agency": Agency.EDUCATION, "role": Role.VIEWER, "email": town.email("Priya")}
        db.add(Person(name=NAME, **row))
        db.flush()
    assert named("".join(traceback.format_exception(refused.value))) == []


def test_whatever_else_holds_words_does_not_show_them() -> None:
    """A field of a dataclass, anywhere, that is called like one that holds what somebody typed or is told."""
    open_to_all = {
        f"{kind.__module__}.{kind.__name__}"
        for package in (bot, adapters, storage)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if "migrations" not in module.name and not module.name.endswith("__main__")
        for kind in vars(import_module(module.name)).values()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name
        if kind.__dataclass_params__.repr
        for each in fields(kind)
        if HOLDS_WORDS.match(each.name) and each.repr and "str" in str(each.type)
    }
    assert open_to_all - SHOWN.keys() == set(), (
        "give the class repr=False, or say in SHOWN why it holds nothing private"
    )
    assert SHOWN.keys() - open_to_all == set(), "these hold no such field any more"
