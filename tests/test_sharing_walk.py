"""Everything said, pressed, listed and posted, to everybody and in every room: nobody hears what the table forbids.

Whoever adds a command, a card or a notice need not come here: the lines are made of `BOOK`. Where a command cannot be
walked because nothing fills one of its blanks, a test says which. `WALK=1` tries every line; else some of each.
"""

import logging
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.cards import post_message
from bot.commands import BOOK
from bot.domain.message import Action, Message
from bot.domain.terms import Kind, Notice, Platform, PostSays, Role
from bot.serving.log import OURS, JsonLines
from bot.serving.metrics import Metrics
from storage.connect import Store
from storage.tables import Case, Connection, Enquiry, Nudge, Person, Post, Room
from tests.conftest import sqlite_copy
from tests.town import STAFF
from tests.walk.council import HIDDEN, OF_GLASS, PLACES, WALKERS, Council, Secret, settled
from tests.walk.lines import IN_WORDS, Filling, Line, fillings
from tests.whole import whole

ABSENT = {"hidden": "SEND-2026-0052", "of_hidden": "MP-2026-0016"}
"""What is not there, written as what is hidden is."""
WHOLE = bool(os.environ.get("WALK"))


def is_tried(one_in: int, *parts: str) -> bool:
    """Whether this one of many is tried: always the same ones, and of each command some."""
    return WHOLE or zlib.crc32("/".join(parts).encode()) % one_in == 0


@dataclass
class Walk:
    """The council, and everything that anybody was told who may not know it."""

    council: Council
    leaks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    said: dict[tuple[str, str, str, str], Message] = field(default_factory=dict)
    through: Callable[..., Message] | None = None

    def say(self, walker: str, place: str, said: Line) -> Message:
        """What comes of a line; said once by each in each place. What it tells is held against the table."""
        key = (walker, place, said.line, repr(said.values))
        if key not in self.said:
            town = self.council.town
            answer = self.through or town.app.answer
            self.said[key] = message = answer(town.said(walker, said.line, room=place, values=said.values), town.now)
            heard = "" if message.private else place
            self.hold(
                f"{walker} in {place or 'private'}: {said}",
                message,
                said,
                lambda one: self._may(walker, heard, said, one),
            )
            self.faults += [f"{walker}: {said}"] if message.error == "Fault" else []
        return self.said[key]

    def _may(self, walker: str, heard: str, said: Line, secret: Secret) -> bool:
        return self.council.may(walker, heard, secret, by=module_of(said.line))

    def hold(self, where: str, told: object, said: Line | None, may: Callable[[Secret], bool]) -> None:
        typed = said.typed.casefold() if said else ""
        for secret in self.found(whole(told)):
            if secret.value.casefold() not in typed and not may(secret):
                self.leaks.append(f"{where} tells {secret}")

    def found(self, text: str) -> list[Secret]:
        return [self._secrets[hit] for hit in dict.fromkeys(self._pattern.findall(text.casefold()))]

    @cached_property
    def _secrets(self) -> Mapping[str, Secret]:
        return {secret.value.casefold(): secret for secret in self.council.secrets}

    @cached_property
    def _pattern(self) -> "re.Pattern[str]":
        return re.compile("|".join(map(re.escape, sorted(self._secrets, key=len, reverse=True))))

    @cached_property
    def commands(self) -> list[Filling]:
        of = self.council.references
        with self.council.town.store.reading() as db:
            priya = db.exec(select(Person).where(Person.email == self.council.town.email("Priya"))).one()
            turn = replace(self.council.town.turn(db), who=priya)
            names = [secret.value for secret in self.council.secrets if secret.kind is Kind.SETTING]
            return fillings(turn, (of["plain"], of["letter"]), names)

    def press(self, walker: str, place: str, message: Message) -> None:
        for action in buttons(message):
            if is_tried(8, walker, place, action.line):
                self.say(walker, place, Line(action.line))


def module_of(line: str) -> str:
    """Where the command of a line stands, by the longest words that begin it."""
    named = [(len(words), one) for one in BOOK.commands for words in one.words if line.startswith(words)]
    found = max(named, key=lambda pair: pair[0], default=None)
    return found[1].run.__module__.rpartition(".")[2] if found else ""


def buttons(message: Message) -> Iterator[Action]:
    yield from message.actions
    for row in message.table.rows if message.table else ():
        yield from row.actions


ROLES = {name.split()[0]: role for _, name, _, role, _ in STAFF}


@pytest.fixture(scope="module")
def once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    store = Store(sqlite_copy(sqlite_template, tmp_path_factory.mktemp("walk")))
    yield Walk(settled(store))
    store.close()


@pytest.fixture
def walk(once: Walk) -> Walk:
    """The one council of all these tests, and what each finds itself."""
    once.leaks.clear()
    once.faults.clear()
    return once


def test_every_command_can_be_walked(walk: Walk) -> None:
    cannot = {one.command.name: one.unfilled for one in walk.commands if one.unfilled}
    assert cannot == {}, (
        "say in tests/walk/lines.py (SAMPLES) what fills these blanks: else nobody looks at the command"
    )


def test_nobody_is_told_alone_what_the_table_forbids(walk: Walk) -> None:
    for walker in WALKERS:
        for line in privately(walk, walker):
            walk.press(walker, "", walk.say(walker, "", line))
    assert (walk.leaks, walk.faults) == ([], [])
    said = {line for _, _, line, _ in walk.said}
    assert [one.name for one in BOOK.commands if not any(line.startswith(one.name) for line in said)] == []


def privately(walk: Walk, walker: str, most: str = "Tom") -> Iterator[Line]:
    """What somebody may say, and of other commands that they may not. Of what only asks more is tried; by one all."""
    for one in walk.commands:
        if ROLES[walker] not in one.command.may:
            yield Line(one.command.name)
            continue
        often = 90 if one.command.acts else 40
        bare = 1 if walker == most and not one.command.acts else often
        yield from (line for line in one.alone() if is_tried(bare, walker, line.typed))
        for name, reference in walk.council.references.items():
            known = [*one.examples(reference)][:1] if not one.command.acts and name in ("plain", "hidden") else ()
            yield from (line for line in one.about(reference) if line in known or is_tried(often, walker, line.typed))
        for number in range(1, 13):
            yield from (line for line in one.of_request(number) if is_tried(often * 2, walker, line.typed))
        for word in searched(walk):
            yield from (line for line in one.searching(word) if is_tried(8, walker, line.typed))
    for reference in walk.council.references.values():
        yield from (line for line in in_words(reference) if is_tried(8, walker, line.typed))


def in_words(reference: str) -> Iterator[Line]:
    yield from (Line(words.format(reference)) for words in IN_WORDS)


def searched(walk: Walk) -> list[str]:
    """A name of each child who is hidden or not, a number, a note and an MP."""
    first = {(one.kind, one.about): one.value for one in reversed(walk.council.secrets) if " " not in one.value}
    return [
        value for (kind, about), value in first.items() if about[0] in ("plain", "hidden") and kind is not Kind.SETTING
    ]


def test_no_room_is_told_what_the_table_forbids(walk: Walk) -> None:
    for walker in WALKERS:
        for place in PLACES:
            for line in aloud(walk, walker, place):
                walk.press(walker, place, walk.say(walker, place, line))
    assert (walk.leaks, walk.faults) == ([], [])


TELLING = ("plain", "hidden", "letter", "of_both")
"""Of which everything that can be asked is asked aloud."""


def aloud(walk: Walk, walker: str, place: str) -> Iterator[Line]:
    """Less; and for one who runs the cases each first example of what only asks."""
    for one in walk.commands:
        if ROLES[walker] not in one.command.may:
            continue
        often = 300 if one.command.acts else 60
        yield from (line for line in one.alone() if is_tried(often * 2, walker, place, line.typed))
        for name, reference in walk.council.references.items():
            asked = walker == "Priya" and not one.command.acts and name in ("plain", "hidden", "letter")
            said = [*one.examples(reference)]
            yield from (line for line in said if is_tried(often, walker, place, line.typed))
            more = one.choosing(reference) if name in TELLING else ()
            yield from (line for line in more if is_tried(often * 2, walker, place, line.typed))
            yield from said[:1] if asked else ()
    for name in TELLING:
        spoken = in_words(walk.council.references[name])
        yield from (line for line in spoken if is_tried(120, walker, place, line.typed))


def test_no_post_tells_its_reader_what_the_table_forbids(walk: Walk) -> None:
    """What was posted while the council was settled; and each card in each room, each reminder to everybody."""
    town = walk.council.town
    with town.store.reading() as db:
        turn = town.turn(db)
        people = {person.id: person for person in db.exec(select(Person))}
        rooms = {room.id: room for room in db.exec(select(Room))}
        told = 0
        for post in [*db.exec(select(Post)), *posts(db, walk)]:
            message = post_message(turn, post)
            told += message is not None
            where = f"{post.says} {post.about} of {post.case_id or post.enquiry_id}"
            if post.room_id:
                place = rooms[post.room_id].place
                walk.hold(f"{where} in {place}", message, None, lambda one, at=place: walk.council.may_read(at, one))
            else:
                name = people[post.person_id].name.split()[0] if post.person_id else ""
                if name in WALKERS:
                    walk.hold(f"{where} to {name}", message, None, lambda one, to=name: walk.council.may(to, "", one))
    assert walk.leaks == []
    assert told > 200


def posts(db: Session, walk: Walk) -> Iterator[Post]:
    """Each card in each room; every reminder, and everybody's digest, to each room or person, in chat and by mail."""
    page = db.exec(select(Connection)).one()
    mail = Connection(platform=Platform.MAIL, outside_id="mail", name="Mail", domains=["anyshire.example"])
    db.add(mail)
    db.flush()
    cases, letters = db.exec(select(Case)).all(), db.exec(select(Enquiry)).all()
    nudges = [nudge.id for nudge in db.exec(select(Nudge))]
    owners = [person.id for person in db.exec(select(Person))]
    told = {"nudges": nudges, "owners": owners, "latest": {}, "instead": {}}
    more = {"cases": [case.id for case in cases], "letters": [letter.id for letter in letters], "code": "ABCD"}
    for room in db.exec(select(Room)):
        where = {"connection_id": page.id, "room_id": room.id}
        yield from (_post(PostSays.CASE_CARD, {}, case_id=case.id, **where) for case in cases)
        yield from (_post(PostSays.ENQUIRY_CARD, {}, enquiry_id=letter.id, **where) for letter in letters)
        yield from (_post(PostSays.NUDGES, {**told, "nudges": [one]}, **where) for one in nudges)
        yield _post(PostSays.NUDGES, told, **where)
        if room.agency is None:
            yield _post(PostSays.NOTICE, {"notice": Notice.HELD, "post_id": 1, "traces": [], **more}, **where)
            yield _post(PostSays.NOTICE, {"notice": Notice.FOUND_UNSAID, "found": {}, **more}, **where)
    for person in db.exec(select(Person)):
        for connection in (page, mail):
            where = {"connection_id": connection.id, "person_id": person.id}
            yield from (_post(PostSays.NUDGES, {**told, "nudges": [one]}, **where) for one in nudges)
            yield _post(PostSays.NUDGES, told, **where)
            yield _post(PostSays.DIGEST, told, **where)


def _post(says: PostSays, about: Mapping[str, object], **where: object) -> Post:
    return Post(says=says, about=dict(about), **where)


def test_nothing_private_is_in_the_log_or_the_measures(walk: Walk, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads those is nobody: not even that a restricted case is there may stand in them."""
    town = walk.council.town
    metrics = Metrics(town.store, lambda: town.now)  # type: ignore[arg-type]
    with caplog.at_level(logging.DEBUG):
        fresh = Walk(walk.council, through=metrics.counting(town.app.answer))
        for walker in ("Priya", "Tom", "Grace", "Nora"):
            for line in privately(fresh, walker):
                if is_tried(4, line.typed):
                    fresh.say(walker, "", line)
        for line in aloud(fresh, "Priya", "education"):
            fresh.say("Priya", "education", line)
        town.remind()
    lines = [JsonLines().format(record) for record in caplog.records if record.name.partition(".")[0] in OURS]
    assert [secret for text in (*lines, metrics.text().decode()) for secret in walk.found(text)] == []


# What is hidden, and what is not there


def test_what_is_hidden_is_said_and_asked_of_as_what_is_not_there(walk: Walk) -> None:
    """The same words, after the same statements in the same order: for every command, whoever says it."""
    assert unlike(walk, [walker for walker in WALKERS if walker not in ("Priya", "Moira", "Kit", "Paul")]) == []


def unlike(walk: Walk, walkers: list[str]) -> list[str]:
    found = []
    asked = Statements(walk.council.town.store)
    for walker in walkers:
        for one in walk.commands:
            if ROLES[walker] in one.command.may and not is_for_review(one):
                for name, absent in ABSENT.items():
                    found += unlike_lines(walk, asked, walker, one, walk.council.references[name], absent)
    return found


def is_for_review(one: Filling) -> bool:
    """What the data protection lead alone says of cases that they know to be there: the glass was broken."""
    return one.command.may == {Role.DATA_PROTECTION} and module_of(one.command.name) == OF_GLASS


def unlike_lines(walk: Walk, asked: "Statements", walker: str, one: Filling, hidden: str, absent: str) -> Iterator[str]:
    for there, not_there in zip(one.about(hidden), one.about(absent), strict=True):
        for place in ("", "education"):
            if not is_tried(40 if place else 12, walker, place, there.typed):
                continue
            first, second = (asked.by(walk, walker, place, line) for line in (there, not_there))
            if (first[0].replace(hidden, "…"), first[1]) != (second[0].replace(absent, "…"), second[1]):
                yield f"{walker} in {place or 'private'}: {there} is told from {not_there}"


NARROWED = (
    "list cases date={clock}", "list cases has={clock}", "list cases without={clock}", "list mine date={clock}",
    "list cases service={body}", "list cases awaited service={body}", "list owed service={body}",
    "list owed agency={agency}", "list due agency={agency}", "list cases without={body}", "list by service",
    "figures overdue service={body}", "figures advice by service", "figures {clock} count",
)  # fmt: skip
"""Lists and figures by what one body was asked for."""


@pytest.mark.parametrize(
    ("walker", "place", "own"),
    [("Vera", "", ""), ("Frances", "", ""), ("Nora", "", ""), ("Grace", "", "health"), ("Sunita", "", "social_care"),
     ("Priya", "MP team", ""), ("Priya", "health", "health")],
)  # fmt: skip
def test_no_list_is_narrowed_by_a_request_that_its_reader_may_not_know(
    walk: Walk, walker: str, place: str, own: str
) -> None:
    """Of every body the case was asked for: to be on such a list tells that it was, and by its length a count."""
    plain, told = walk.council.references["plain"], []
    of = (("health", "OT", "advice_health"), ("social_care", "social_care", "advice_social_care"),
          ("education", "EP", "advice_ep"), ("education", '"school consultation"', "school_consult"))  # fmt: skip
    for agency, body, clock in of:
        for said in NARROWED if agency != own else ():
            line = Line(said.format(agency=agency, body=body, clock=clock))
            answer = walk.say(walker, place, line)
            if plain in whole(answer) or re.search(r": [1-9]|\b1 open case", answer.text):
                told.append(line.line)
    assert told == [] and walk.leaks == []


SENTENCES = (
    "any letter from {}?", "cases for {}", "what did {} promise", "how many letters for {} are open?",
    "which cases is {} chasing", "figures overdue mp={}", "list mp={}", "status {}",
)  # fmt: skip
"""What people say of an MP, in words and by a line."""


def test_no_name_tells_that_an_mp_wrote_about_what_is_hidden(walk: Walk) -> None:
    """Nor that one wrote at all, to those who may not know of letters: nobody's name gets the same answer."""
    council, asked = walk.council, Statements(walk.council.town.store)
    of = {about: next(one for one in council.secrets if one.about == (about,) and one.kind is Kind.MP_MATTER)
          for about in ("letter", "of_both", "of_hidden")}  # fmt: skip
    tried = {"Tom": ("of_both", "of_hidden"), "Frances": ("of_both", "of_hidden"), "Vera": (*of,), "Grace": (*of,)}
    for walker, abouts in tried.items():
        for said in SENTENCES:
            nobody = asked.by(walk, walker, "", Line(said.format("Zzyxobborant")))
            for about in abouts:
                name = of[about].value
                answer = asked.by(walk, walker, "", Line(said.format(name)))
                told = (nobody[0].replace("Zzyxobborant", name), nobody[1])
                assert answer == told, (walker, about, said)


def test_no_room_hears_again_what_was_typed_for_the_name_of_an_mp(walk: Walk) -> None:
    """A first or last name alone is found by no guard where its case is not named. An MP's who wrote is said aloud."""
    child, mp = (next(one.value for one in walk.council.secrets if one.about[0] == about and one.kind is kind)
                 for about, kind in (("plain", Kind.IDENTITY), ("letter", Kind.MP_MATTER)))  # fmt: skip
    for said in ("list mp={}", "list due constituency={}", "figures mp={}", "figures open mp={}"):
        answers = [walk.say("Priya", "education", Line(said.format(name))) for name in (child, "zzyxobborant", mp)]
        assert [one.private for one in answers] == [True, True, False], said


class Statements:
    """What the database is asked while a line is answered."""

    def __init__(self, store: Store) -> None:
        self.asked: list[str] = []
        event.listen(store.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        self.asked.append(statement)

    def by(self, walk: Walk, walker: str, place: str, line: Line) -> tuple[str, list[str]]:
        town = walk.council.town
        self.asked.clear()
        message = town.say(walker, line.line, room=place, values=line.values)
        return whole(replace(message, nonce="")), [*self.asked]


def test_what_is_hidden_changes_no_answer_to_anybody_else(sqlite_template: Path, tmp_path: Path) -> None:
    """The same council once with restricted cases and once without: no list, no count and no number differs.

    An MP's letter about a hidden case and another one is left out of both: that a letter came stands on the other's
    record, without its reference.
    """
    walks = []
    for name, without in (("with", ["of_both"]), ("without", HIDDEN)):
        (tmp_path / name).mkdir()
        walks.append(Walk(settled(Store(sqlite_copy(sqlite_template, tmp_path / name)), without=without)))
    differ = [
        f"{walker}: {line}"
        for walker in ("Helen", "Alan", "Sunita", "Vera")
        for line in privately(walks[1], walker, most="Helen")
        if len({_drawn_alike(walk, walker, line) for walk in walks}) > 1
    ]
    for walk in walks:
        walk.council.town.store.close()
    assert differ == []


def _drawn_alike(walk: Walk, walker: str, line: Line) -> str:
    walk.council.town.app.draw = Random(line.typed).choice
    message = walk.say(walker, "", line)
    return whole(replace(message, nonce=""))


@pytest.mark.databases("postgresql")
def test_it_is_no_other_on_postgresql(database_url: str) -> None:
    store = Store(database_url)
    walk = Walk(settled(store))
    for walker in ("Tom", "Grace"):
        for line in privately(walk, walker):
            if is_tried(3, line.typed):
                walk.say(walker, "", line)
    alike = unlike(walk, ["Tom"])
    store.close()
    assert (walk.leaks, walk.faults, alike) == ([], [], [])
