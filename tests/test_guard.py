"""The guard over rooms: what it finds of the children on record, what becomes of it, and who may learn of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event
from sqlmodel import col

from bot.cards.posted import post_message
from bot.cases import children, guarding, outbox, posts, tracing
from bot.cases.children import Private
from bot.cases.mornings import look_again
from bot.courier import Courier, Outcome
from bot.domain.guard import Trace
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import Agency, Mark, PostSays
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Child, Entry, Fingerprint, Nudge, Person, Post
from tests import guard_corpus
from tests.council import RULES, SLACK, VAULT, Council, at
from tests.fake_chat import FakeChat
from tests.guard_corpus import found_in, furnish
from tests.town import Town

MONDAY = at("2026-10-12 09:00")
PRIVACY = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text()
DELETE = "Please delete your message in “education”, if it shows there: it holds"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


# What it finds


@pytest.mark.databases("sqlite")
def test_it_finds_what_there_is_and_lets_pass_the_rest_as_the_privacy_page_says(town: Town) -> None:
    furnish(town)
    held, clean, wrong = guard_corpus.measured(town)
    assert [row for row in held if row.what != "beyond" and row.found < row.sentences] == [], "\n".join(wrong)
    assert sum(row.found for row in clean) <= sum(row.sentences for row in clean) / 100, "\n".join(wrong)
    assert sum(row.sentences for row in (*held, *clean)) >= 500
    assert "\n".join(guard_corpus.table(held, clean)) in PRIVACY, "put into it: python -m tests.guard_corpus"


FINDS = (
    # text, the case that is spoken of, what is found
    ("any news on maisie palmer", None, {Trace.FULL_NAME}),
    ("AN-000042 please", None, {Trace.RECORD_NUMBER}),
    ("Maisie is late", None, set()),
    ("Maisie is late", 42, {Trace.NAME}),
    ("Maisie is late", 47, set()),
    ("on Thu 14 March 2019", None, set()),
    ("on Thu 14 March 2019", 42, {Trace.BIRTH}),
    ("Will Day is late", 47, {Trace.FULL_NAME}),
    ("Will the OT write on day 5", 47, set()),
    ("Priya Shah and Dana Okoro MP", 42, set()),
)


def test_it_finds_any_child_by_a_whole_name_and_those_spoken_of_by_one(town: Town) -> None:
    furnish(town)
    for text, about, found in FINDS:
        assert found_in(town, text, *filter(None, [about])) == found, text


def test_a_letter_speaks_of_the_children_of_its_cases(town: Town) -> None:
    town.opens("Priya", "Maisie Palmer")
    town.say("Frances", "mp SEND-2026-0042 Dana Okoro Anyshire North enquiry", values=LETTER)
    with town.store.reading() as db:
        assert tracing.traces(town.turn(db), ["Maisie", "MP-2026-0007"]) == (Trace.NAME,)
        assert tracing.traces(town.turn(db), ["Maisie", "MP-2026-0011"]) == ()


LETTER = {
    "member": "Dana Okoro",
    "constituency": "Anyshire North",
    "received": "2026-10-16",
    "matters": "enquiry",
    "cases": "SEND-2026-0042",
}


def test_a_child_who_bears_a_colleagues_name_keeps_no_message_back(town: Town) -> None:
    town.opens("Priya", "Tom Reid")
    assert found_in(town, "Owner: Tom Reid", 42) == set()
    assert found_in(town, "Tom Reid and Tom", 42) == {Trace.NAME}


def test_a_child_who_is_erased_or_cannot_be_read_is_passed_over(town: Town) -> None:
    town.opens("Priya", "Maisie Palmer")
    with town.store.transaction() as db:
        db.get_one(Child, 1).sealed = b"cut"
    assert found_in(town, "Maisie Palmer", 42) == {Trace.FULL_NAME}
    with town.store.transaction() as db:
        db.get_one(Child, 1).wrapped_key = None
        db.execute(delete(Fingerprint).where(col(Fingerprint.child_id) == 1))
    assert found_in(town, "Maisie Palmer", 42) == set()


def test_a_room_is_looked_through_with_one_question(town: Town) -> None:
    furnish(town)
    asked: list[str] = []
    with town.store.reading() as db:
        turn = town.turn(db)
        db.connection()  # which begins the transaction
        event.listen(town.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        tracing.traces(turn, ["Owner Priya Shah", "AN-009999", "SEND-2026-0042", "MP-2026-0007"])
        assert len(asked) == 1
        tracing.traces(turn, ["help"])
        assert len(asked) == 1, "where nothing can be known, nothing is asked"


# How a child is marked


def marks(town: Town, child_id: int) -> set[Mark]:
    return {mark.kind for mark in town.all(Fingerprint, Fingerprint.child_id == child_id)}


def test_a_child_is_marked_by_name_when_a_case_is_opened(town: Town) -> None:
    town.opens("Priya", "Maisie Anne Palmer", record_number="AN000042")
    assert marks(town, 1) == set(Mark)


def test_children_of_an_earlier_version_are_marked_and_nobody_else(town: Town) -> None:
    furnish(town)
    whole = len(town.all(Fingerprint, Fingerprint.child_id == 1))
    with town.store.transaction() as db:  # of two earlier versions: one marked whole names, one none
        db.execute(delete(Fingerprint).where(col(Fingerprint.kind).in_((Mark.NAME_PART, Mark.NAME_SOUND))))
        db.execute(delete(Fingerprint).where(col(Fingerprint.kind) == Mark.NAME, col(Fingerprint.child_id) < 4))
        db.get_one(Child, 2).wrapped_key = None
        db.get_one(Child, 3).sealed = b"cut"
    assert found_in(town, "Maisie Palmer") == set()
    last: int | None = 0
    while last is not None:
        with town.store.transaction() as db:
            last = children.mark_names(town.turn(db), after=last, most=5)
    assert found_in(town, "Maisie Palmer") == {Trace.FULL_NAME}
    assert [child.id for child in town.all(Child) if Mark.NAME not in marks(town, child.id)] == [2, 3]
    assert len(town.all(Fingerprint, Fingerprint.child_id == 1)) == whole
    before = len(town.all(Fingerprint))
    with town.store.transaction() as db:
        children.mark_names(town.turn(db), after=0)
    assert len(town.all(Fingerprint)) == before


# What becomes of an answer, and of what was typed


def in_room(town: Town, message: Message, line: str = "status 0042", **more: Any) -> Message:
    with town.store.transaction() as db:
        person = db.get_one(Person, next(one.id for one in town.all(Person) if one.name == "Priya Shah"))
        turn = Turn(db, town.now, RULES, town.vault, who=person, private=False)
        return guarding.in_room(turn, town.said("Priya", line, room="education", **more), message)


def test_an_answer_that_names_a_child_is_given_privately(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    furnish(town)
    fit = Message("SEND-2026-0042 · week 10 of 20", facts=(Fact("Owner", "Priya Shah"),))
    assert in_room(town, fit) == fit
    leaks = Message("SEND-2026-0042 · week 10", facts=(Fact("Maisie", "late"),))
    assert in_room(town, leaks) == leaks.privately()
    assert "a child's" not in caplog.text and "Maisie" not in caplog.text and "given privately: name" in caplog.text


def test_what_is_typed_in_a_room_is_done_and_answered_privately(town: Town) -> None:
    town.opens("Priya", "Maisie Palmer")
    answer = town.say("Priya", "note 0042 Maisie's mum rang, dob 14/03/2019", room="education")
    asked, _, done = answer.text.partition("\n")
    assert asked == f"{DELETE} a date of birth and a child's first or last name. Only you can do that."
    assert (done, answer.private) == ("Noted on SEND-2026-0042.", True)
    assert len(town.all(Entry, Entry.kind == "noted")) == 1


def test_a_form_and_a_button_stand_in_no_room(town: Town) -> None:
    furnish(town)
    fit = Message("Done.")
    assert in_room(town, fit, "new", values={"name": "Maisie Palmer", "born": "2019-03-14"}) == fit
    assert in_room(town, fit, 'status "Maisie Palmer"', nonce="n1") == fit
    assert in_room(town, fit, "status Maisie Palmer").text.startswith(DELETE)


def test_in_a_private_chat_it_may_be_said(town: Town) -> None:
    town.opens("Priya", "Maisie Palmer")
    assert town.say("Priya", "note 0042 Maisie Palmer's mum rang").text == "Noted on SEND-2026-0042."


@pytest.mark.parametrize("name", ["Paul", "Vera", "Alan", "Dan", "Rosa"])
def test_who_may_not_know_who_a_child_is_learns_nothing_of_whether_there_is_one(town: Town, name: str) -> None:
    town.opens("Priya", "Maisie Palmer", record_number="AN000042", setting="Elm Park School")
    town.opens("Priya", "Ivy Holloway", restricted="yes")
    asked: list[str] = []
    event.listen(town.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def hears(text: str) -> tuple[str, bool, list[str]]:
        asked.clear()
        answer = town.say(name, text, room="education")
        return answer.text.replace(text, "…"), answer.private, [each for each in asked if each.startswith("SELECT")]

    hears("help")
    for known, absent in (
        ("Maisie Palmer", "Maisie Farmer"),
        ("AN000042", "AN000043"),
        ("Ivy Holloway", "Ivy Hollowby"),
    ):
        assert hears(known) == hears(absent)
    in_a_case = "note SEND-2026-0047 Ivy was there", "note SEND-2026-0048 Ivy was there"
    known, absent = (hears(text) for text in in_a_case)
    assert (known[0].replace("47", "48"), *known[1:]) == absent


def test_a_restricted_childs_name_is_told_to_nobody_but_who_may_see_the_case(town: Town) -> None:
    town.opens("Priya", "Ivy Holloway", restricted="yes")
    assert town.say("Priya", "status Ivy Holloway", room="education").text.startswith(DELETE)
    assert not town.say("Tom", "status Ivy Holloway", room="education").text.startswith(DELETE)


def test_a_stranger_is_told_nothing_either(town: Town) -> None:
    town.opens("Priya", "Maisie Palmer")
    assert "delete" not in town.say("Zoe", "status Maisie Palmer", room="education").text


# What becomes of a post


@dataclass
class Office:
    """A council whose words leak what they are told to, and its courier."""

    council: Council
    leak: str = ""
    slack: FakeChat = field(default_factory=FakeChat)

    def __post_init__(self) -> None:
        self.health, self.admins = self.council.room(Agency.HEALTH), self.council.room(None)
        self.case = self.council.case()
        with self.council.store.transaction() as db:
            turn = self.council.turn(db, MONDAY)
            child = children.register(turn, Private("Maisie Palmer", date(2019, 3, 14), "AN000042"))
            db.get_one(Case, self.case.id).child_id = child.id

    def words(self, turn: Turn, post: Post) -> Message | None:
        if post.about.get("notice"):
            return post_message(turn, post)
        actions = (Action("Advice sent", "advice sent request=1203344"),)
        return Message(f"Health · SEND-2026-0001 {self.leak}", facts=(Fact("Due", "Mon 19 Oct"),), actions=actions)

    async def deliver(self, now: Any = MONDAY) -> Any:
        chats = {SLACK: self.slack}
        courier = Courier(self.council.store, RULES, VAULT, chats=chats, render=self.words, chance=lambda: 1.0)
        return await courier.deliver(now)

    def nudge(self) -> None:
        clock = self.council.clock(self.case, date(2026, 10, 19), started_on=date(2026, 9, 7))
        nudge = Nudge(key="k", deadline_id=clock.id, due=clock.legal, rung="7-before", hears="room", at=MONDAY)
        self.council.add(nudge)
        with self.council.store.transaction() as db:
            row = posts.new_post(
                self.council.turn(db, MONDAY),
                PostSays.NUDGES,
                SLACK,
                room_id=self.health.id,
                about={"nudges": [nudge.id]},
            )
            db.add(Post(**row))

    def card(self) -> None:
        with self.council.store.transaction() as db:
            posts.show_case(self.council.turn(db, MONDAY), self.case, [self.health])


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


async def test_a_held_nudge_goes_out_bare_and_the_administrators_hear(office: Office) -> None:
    office.nudge()
    office.leak = "Maisie Palmer, NHS 943 476 5919"
    assert (await office.deliver())[Outcome.HELD] == 1
    assert office.slack.texts("health-1") == ["SEND-2026-0001 · an answer is needed"]
    await office.deliver()
    (told,) = office.slack.texts("administrators-1")
    assert told == (
        "A message to a room about SEND-2026-0001 went out without its words, because something in it was taken for"
        " an NHS number and a child's name (message 1). Tell whoever runs the bot."
    )


async def test_a_held_card_stands_bare_and_is_told_once_a_day(office: Office) -> None:
    office.leak = "born 14 March 2019"
    for _ in range(2):
        office.card()
        assert (await office.deliver())[Outcome.HELD] == 1
    assert office.slack.texts("health-1") == ["SEND-2026-0001 · case"]
    await office.deliver()
    assert len(office.council.posts(Post.says == PostSays.NOTICE)) == 1
    office.leak = ""
    office.card()
    assert await office.deliver() == {Outcome.EDITED: 1}
    assert office.slack.texts("health-1") == ["Health · SEND-2026-0001 "]


async def test_a_held_card_is_left_alone_in_the_morning_where_it_would_say_the_same(office: Office) -> None:
    office.leak = "born 14 March 2019"
    office.card()
    await office.deliver()
    with office.council.store.transaction() as db:
        turn = office.council.turn(db, at("2026-10-13 05:45"))
        assert look_again(turn) == 1
    assert await office.deliver(at("2026-10-13 06:00")) == {Outcome.LEFT: 1}
    assert office.slack.texts("health-1") == ["SEND-2026-0001 · case"]


async def test_what_stands_on_the_page_is_bare_too_after_a_restart(office: Office) -> None:
    office.leak = "Maisie Palmer"
    office.card()
    await office.deliver()
    with office.council.store.reading() as db:
        shown = outbox.shown_on(office.council.turn(db, MONDAY), SLACK, office.words)
        (card,) = [message for to, _, message, _ in shown if to.place == "health-1"]
    assert card.text == "SEND-2026-0001 · case"
    assert card.actions == (Action("Open SEND-2026-0001", "open case=SEND-2026-0001", acts=False, alone=True),)


async def test_what_holds_nothing_goes_out_as_it_is(office: Office) -> None:
    office.leak = "advice is due Mon 19 Oct"
    office.nudge()
    assert await office.deliver() == {Outcome.SENT: 1}
    assert office.slack.texts("health-1") == ["Health · SEND-2026-0001 advice is due Mon 19 Oct"]


async def test_a_private_message_may_name_the_child(office: Office) -> None:
    office.leak = "Maisie Palmer"
    priya = office.council.person("Priya")
    with office.council.store.transaction() as db:
        turn = office.council.turn(db, MONDAY)
        post = Post(**posts.new_post(turn, PostSays.NUDGES, SLACK, person_id=priya.id))
        message = Message("Maisie Palmer")
        assert guarding.of_post(turn, post, message) == (message, None)


async def test_of_a_case_that_has_become_restricted_the_administrators_hear_no_number(office: Office) -> None:
    office.leak = "Maisie Palmer"
    office.card()
    assert (await office.deliver())[Outcome.HELD] == 1
    with office.council.store.transaction() as db:
        db.get_one(Case, office.case.id).restricted = True
    (post,) = office.council.posts(Post.says == PostSays.NOTICE)
    with office.council.store.reading() as db:
        told = post_message(office.council.turn(db, MONDAY), post)
    assert told and told.text.startswith("A message to a room went out without its words")


def test_a_message_about_many_names_them_and_counts_the_rest(office: Office) -> None:
    references = " ".join(f"SEND-2026-{number:04}" for number in range(1, 18))
    with office.council.store.reading() as db:
        turn = office.council.turn(db, MONDAY)
        post = Post(**posts.new_post(turn, PostSays.NUDGES, SLACK, room_id=office.health.id))
        bare, held = guarding.of_post(turn, post, Message(f"{references} NHS 943 476 5919"))
        nameless, _ = guarding.of_post(turn, post, Message("NHS 943 476 5919"))
    assert bare and held and nameless and len(held.references) == 17 and len(bare.actions) == 5
    assert bare.text.startswith("SEND-2026-0001, ") and bare.text.endswith(" and 2 more · an answer is needed")
    assert nameless.text == "An answer is needed"
