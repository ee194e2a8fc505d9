"""One line in, one message out: what is heard twice, what goes wrong on the way, and who is told nothing."""

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from threading import Barrier, Thread

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col, select

from bot.app import App
from bot.cases import facts
from bot.cases.files import open_case_file
from bot.commands import BOOK
from bot.domain.message import Fact, Message, Said, Where, Who
from bot.domain.terms import ClockState, EntryKind, Notice, PostSays, Role
from bot.grammar import Book, Command, command
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Connection, Deadline, Entry, Heard, Identity, Person, Post, Request, Room, Viewed
from tests.forging import broken_link
from tests.town import RULES, STAFF, Town
from tests.whole import whole

ONE_OF_EACH = {"officer": "Priya", "manager": "Moira", "contributor": "Dan", "mp_team": "Frances", "viewer": "Vera"}
ONE_OF_EACH |= {"administrator": "Alan", "data_protection": "Nora"}

sqlite_only = pytest.mark.databases("sqlite")
postgresql_only = pytest.mark.databases("postgresql")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def town(store: Store) -> Town:
    return Town(store)


def entries(town: Town, kind: EntryKind) -> list[Entry]:
    return town.all(Entry, Entry.kind == kind)


def at_once(*work: Callable[[], Message]) -> list[Message]:
    """Several answers asked for at the same moment, each in a thread of its own."""
    gate, answers = Barrier(len(work)), [Message("not answered")] * len(work)

    def run(place: int) -> None:
        gate.wait()
        answers[place] = work[place]()

    threads = [Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# Heard twice


def test_a_redelivery_gets_the_first_answer_and_does_nothing(town: Town) -> None:
    town.opens("Priya")
    said = town.said("Priya", "note 0042 spoke to the school")
    first, again = town.hear(said), town.hear(said)
    assert first.text == again.text == "Noted on SEND-2026-0042."
    assert len(entries(town, EntryKind.NOTED)) == 1


def test_the_same_delivery_of_another_connection_is_another_line(town: Town) -> None:
    town.opens("Priya")
    page = Connection(platform="page", outside_id="second", name="Second page", domains=["anyshire.example"])
    town.add(page)
    said = town.said("Priya", "note 0042 spoke to the school")
    town.hear(said)
    town.hear(replace(said, who=replace(said.who, connection=page.id or 0)))
    assert len(entries(town, EntryKind.NOTED)) == 2


def test_a_refusal_is_redelivered_as_it_was(town: Town) -> None:
    said = town.said("Priya", "status 0042")
    first = town.hear(said)
    town.opens("Priya")
    assert (town.hear(said).text, town.hear(said).error) == (first.text, "NotFound")


def test_a_form_sent_twice_opens_one_case(town: Town) -> None:
    form = town.say("Priya", "new")
    first, second = town.opens("Priya"), None
    said = town.said("Priya", "new", values=filled_in(), nonce=form.nonce)
    town.numbers["SEND"].extendleft([63])
    first = town.hear(replace(said, values=filled_in(name="Arun Patel")))
    second = town.hear(replace(said, values=filled_in(name="Arun Patel"), delivery="another"))
    assert first.text == second.text
    assert len(town.all(Case)) == 2


def test_a_form_with_an_error_is_sent_again_under_the_same_nonce(town: Town) -> None:
    nonce = town.say("Priya", "new").nonce
    wrong = town.say("Priya", "new", values=filled_in(received="never"), nonce=nonce)
    right = town.say("Priya", "new", values=filled_in(), nonce=nonce)
    assert wrong.form is not None and wrong.form.wrong
    assert right.text.startswith("SEND-2026-0042 is open")


def filled_in(**blanks: str) -> dict[str, str]:
    values = {"name": "Maisie Palmer", "born": "2019-03-14", "received": "2026-08-10", "asked_by": "parent"}
    return values | blanks


def test_two_people_may_press_the_same_button_of_a_rooms_card(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 SLT on 7 September")
    first = town.say("Dan", "have request=1", room="health", nonce="card")
    second = town.say("Grace", "have request=1", room="health", nonce="card")
    assert (first.error, second.error) == ("", "AlreadyDone")
    assert len(entries(town, EntryKind.BODY_RECEIVED_REQUEST)) == 1


def test_two_buttons_of_one_message_are_two_presses(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 SLT OT on 7 September")
    for request in (1, 2):
        assert not town.say("Dan", f"have request={request}", room="health", nonce="card").error
    assert len(entries(town, EntryKind.BODY_RECEIVED_REQUEST)) == 2


def test_a_request_struck_out_was_never_made(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 SLT on 7 September")
    assert not town.say("Priya", "correct 0042 3 it was for another child").error
    assert "Speech" not in whole(town.say("Priya", "status 0042").facts)
    for line in ("have request=1", "advice sent request=1", "help needed request=1"):
        assert town.say("Dan", line, room="health").error == "NotNow", line
    assert not town.say("Priya", "ask 0042 SLT on 8 September").error
    assert [fact.label for fact in town.say("Priya", "status 0042").facts].count("Speech and language advice") == 1


# Two replicas at once


@pytest.fixture
def replicas(town: Town) -> Iterator[list[App]]:
    """Two bots on one database, as two machines would run them."""
    stores = [Store(town.store.url) for _ in range(2)]
    yield [replace(town.app, store=store) for store in stores]
    for store in stores:
        store.close()


def test_one_press_that_reaches_two_replicas_acts_once(town: Town, replicas: list[App]) -> None:
    town.opens("Priya")
    for time in range(5):
        said = town.said("Priya", f"note 0042 number {time}", nonce=f"n{time}")
        other = replace(said, delivery=f"other{time}")
        answers = at_once(
            lambda said=said: replicas[0].answer(said, town.now),
            lambda said=other: replicas[1].answer(said, town.now),
        )
        assert [answer.text for answer in answers] == ["Noted on SEND-2026-0042."] * 2
    assert len(entries(town, EntryKind.NOTED)) == 5


def test_two_people_who_write_to_one_case_at_once_are_both_recorded(town: Town, replicas: list[App]) -> None:
    town.opens("Priya")
    for time in range(5):
        priya, tom = (town.said(name, f"note 0042 {name} {time}") for name in ("Priya", "Tom"))
        answers = at_once(
            lambda said=priya: replicas[0].answer(said, town.now),
            lambda said=tom: replicas[1].answer(said, town.now),
        )
        assert [answer.text for answer in answers] == ["Noted on SEND-2026-0042."] * 2
    assert len(entries(town, EntryKind.NOTED)) == 10
    assert broken_link(sorted(town.all(Entry), key=lambda entry: entry.number)) is None


def test_two_facts_of_one_case_recorded_at_once_both_stop_their_clocks(town: Town, replicas: list[App]) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 SLT OT on 7 September")
    for _ in range(5):
        slt, ot = (town.said("Priya", f"received {service} 0042") for service in ("SLT", "OT"))
        answers = at_once(
            lambda said=slt: replicas[0].answer(said, town.now), lambda said=ot: replicas[1].answer(said, town.now)
        )
        assert [answer.error for answer in answers] == ["", ""]
        stopped = town.all(Deadline, col(Deadline.request_id).is_not(None))
        assert [clock.state for clock in stopped] == [ClockState.MET, ClockState.MET]
        for answer in answers:
            assert not town.say("Priya", answer.actions[-1].line).error


@postgresql_only
def test_nothing_is_recorded_that_follows_from_a_record_read_before_somebody_added_to_it(town: Town) -> None:
    town.opens("Priya")
    with town.store.transaction() as db:
        turn = Turn(db, town.now, RULES, town.vault, who=db.exec(select(Person).where(Person.name == "Tom Reid")).one())
        file = open_case_file(turn, db.exec(select(Case)).one())
        assert not town.say("Priya", "sent draft 0042").error
        with pytest.raises(IntegrityError):
            facts.record_fact(turn, file, EntryKind.DRAFT_SERVED, turn.today)


def test_a_new_account_that_says_two_things_at_once_is_linked_once(town: Town, replicas: list[App]) -> None:
    who = Who(town.connection, "U123", email="priya.shah@anyshire.example")
    where = Where(town.connection, "dm", private=True)
    answers = at_once(
        lambda: replicas[0].answer(Said("today", who, where, delivery="x1"), town.now),
        lambda: replicas[1].answer(Said("today", who, where, delivery="x2"), town.now),
    )
    assert {answer.error for answer in answers} == {""}
    assert len(town.all(Identity, Identity.account == "U123")) == 1


# Faults


@command("break", may=frozenset(Role), examples=("break",))
def breaks(turn: Turn) -> Message:
    """Fail after a change."""
    turn.db.add(Viewed(person_id=turn.person.id or 0, case_id=1, kinds="identity", at=turn.now))
    turn.db.flush()
    child = town_child()
    raise RuntimeError(f"{child}'s record is upside down")


def town_child() -> str:
    return "Maisie Palmer"


def test_a_fault_is_told_as_a_code_and_logged_without_a_name(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.opens("Priya")
    app = replace(town.app, book=Book((*BOOK.commands, breaks.command)))
    seen = len(town.all(Viewed))
    with caplog.at_level(logging.DEBUG):
        answer = app.answer(town.said("Priya", "break"), town.now)
    found = re.fullmatch(
        r"Something went wrong on our side and nothing was changed\. Tell your administrator \(code (\w{4})\)\.",
        answer.text,
    )
    assert found and answer.private and answer.error == "Fault"
    assert found[1] in caplog.text and "test_app.py" in caplog.text
    assert "Maisie" not in caplog.text
    assert len(town.all(Viewed)) == seen


def test_the_next_line_is_answered_after_a_fault(town: Town) -> None:
    app = replace(town.app, book=Book((*BOOK.commands, breaks.command)))
    app.answer(town.said("Priya", "break"), town.now)
    assert not app.answer(town.said("Priya", "today"), town.now).error


NASTY = (
    "",
    "0",
    "²",
    "٤٢",
    "9" * 30,
    "-1",
    "\x00",
    "0042 \x00 \x1b[31m",
    "💥 0042",
    "“",
    '"',
    "'",
    "=",
    "on",
    "on on on",
    "because",
    "until",
    "x" * 5000,
    "0042 " + "y" * 5000,
    "0042 on 31/31/31",
    "0042 on 29 February 2027",
    "0042 on 1 January 9999",
    "0042 page=0",
    "page=0",
    "page=99999999999999999999",
    "page=²",
    "entry=99999999999999999999 0042",
    "request=99999999999999999999",
    "request=0",
    "case=",
    "case=0042 case=0042",
    "%s {0} $1 '; drop table entry; --",
    "mp=%",
    "\u202e0042",
    "\ud83d",
)


@sqlite_only
@pytest.mark.parametrize("name", ["Moira", "Dan", "Alan"])
def test_nothing_that_can_be_typed_is_a_fault(town: Town, name: str) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 all")
    role = next(role for _, who, _, role, _ in STAFF if who.startswith(name))
    sayable = [found for found in BOOK.commands if role in found.may]
    for number, line in enumerate(f"{found.name} {nasty}" for found in sayable for nasty in NASTY):
        answer = town.say(name, line, room="" if number % 2 else "health")
        assert answer.error != "Fault", line
        assert len(answer.text) < 1000, line


@sqlite_only
def test_nothing_that_can_be_filled_in_is_a_fault(town: Town) -> None:
    town.opens("Priya")
    for found in BOOK.commands:
        for nasty in NASTY:
            values = {field.name: nasty for field in found.fields}
            assert town.say("Priya", found.name, values=values).error != "Fault", (found.name, nasty)


@sqlite_only
@pytest.mark.parametrize("nasty", [text for text in NASTY if text])
def test_any_words_may_be_a_note_or_a_name(town: Town, nasty: str) -> None:
    take_any_words(town, nasty)


@postgresql_only
@pytest.mark.parametrize("nasty", ["0042 \x00 \x1b[31m", "\u202e0042", "\ud83d x", "%s {0} $1 '; drop table entry; --"])
def test_any_words_may_be_a_note_or_a_name_on_postgresql(town: Town, nasty: str) -> None:
    take_any_words(town, nasty)


def take_any_words(town: Town, nasty: str) -> None:
    opened = town.opens("Priya", nasty, note=nasty, setting=nasty, record_number=nasty)
    letter = {"member": nasty, "constituency": nasty, "received": "today", "matters": "enquiry", "note": nasty}
    logged = town.say("Priya", "mp", values=letter)
    if len(nasty) > 200 or nasty in ("\x00", "\ud83d"):  # too long, or nothing left of it
        assert opened.form is not None and opened.form.wrong and logged.form is not None
    else:
        assert (opened.error, logged.error) == ("", "")
        assert town.say("Priya", "open 0042").error == town.say("Priya", "status MP-2026-0007").error == ""


# The database away


class CutAfter(Store):
    """The line to the database is cut when the commit is done, and before anybody hears of it."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as db:
            yield db
        raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


class CutBefore(Store):
    """The line to the database is cut when the commit is on its way."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as db:
            yield db
            raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


class CutForGood(CutAfter):
    """... and it stays cut."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        raise OperationalError("SELECT", {}, Exception("could not connect to server"))
        yield


@pytest.mark.parametrize(
    ("cut", "first_words", "notes"),
    [
        (CutAfter, "Noted on SEND-2026-0042.", 1),
        (CutBefore, "I couldn't save that: the database isn't answering. Nothing was changed.", 0),
        (CutForGood, "The database went away while that was being saved. I am checking; please do not repeat it", 1),
    ],
)
def test_a_commit_whose_end_is_not_known_is_looked_up(
    town: Town, cut: type[Store], first_words: str, notes: int
) -> None:
    town.opens("Priya")
    store = cut(town.store.url)
    answer = replace(town.app, store=store).answer(town.said("Priya", "note 0042 hello"), town.now)
    store.close()
    assert answer.text.startswith(first_words)
    assert len(entries(town, EntryKind.NOTED)) == notes


@sqlite_only
def test_somebody_met_while_the_database_is_away_is_met_again(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    who = Who(town.connection, "U123", email="priya.shah@anyshire.example")
    where = Where(town.connection, "health", reference={"conversation": "19:a"})
    with closing(sqlite3.connect(town.store.url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        town.app.met(who, where, town.now)
    assert "not remembered" in caplog.text and "priya" not in caplog.text
    town.app.met(who, where, town.now)
    assert len(town.all(Identity, Identity.account == "U123")) == 1
    assert town.all(Room, Room.place == "health")[0].reference == {"conversation": "19:a"}


@sqlite_only
def test_while_another_programme_holds_the_file_nothing_is_half_done(town: Town) -> None:
    town.opens("Priya")
    said = town.said("Priya", "note 0042 hello")
    with closing(sqlite3.connect(town.store.url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        away = town.hear(said)
    assert away.error == "Fault" and away.text.startswith("I couldn't save that: the database isn't answering.")
    assert town.hear(said).text == "Noted on SEND-2026-0042."
    assert len(entries(town, EntryKind.NOTED)) == 1


@postgresql_only
def test_while_the_server_turns_everybody_away_nothing_is_half_done(town: Town) -> None:
    town.opens("Priya")
    said = town.said("Priya", "note 0042 hello")
    url = town.store.url.replace("+psycopg", "")
    name = re.search(r"/(test\d+)\?", url)
    assert name
    with psycopg.connect(url.replace(name[0], "/postgres?"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name[1]} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name[1]])
        away = town.hear(said)
        server.execute(f"ALTER DATABASE {name[1]} ALLOW_CONNECTIONS true")
    assert away.error == "Fault" and away.text.startswith("I couldn't save that: the database isn't answering.")
    assert town.hear(said).text == "Noted on SEND-2026-0042."
    assert len(entries(town, EntryKind.NOTED)) == 1


# Who is told nothing


def test_a_room_that_outsiders_have_come_to_read_gets_no_more_of_a_card_than_they_may_know(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 health on 7 September")
    assert town.read("health")[-1].message.facts
    said = town.said("Dan", "have 0042 health", room="health")
    assert town.hear(replace(said, where=replace(said.where, shared=True))).private
    assert not town.read("health")[-1].message.facts


SOMETHING = ("help", "today", "status 0042", "status 9999", "new", "people", "list", "room bind health", "nonsense")
STRANGER = "I don't know you yet. Ask Alan Price to put you on referralbot's staff list."


def test_somebody_on_no_list_learns_whom_to_ask_and_nothing_else(town: Town) -> None:
    town.opens("Priya")
    answers = [town.say("Zoe", line, room=room) for line in SOMETHING for room in ("", "health")]
    assert {(answer.text, answer.private, answer.form, answer.actions) for answer in answers} == {
        (STRANGER, True, None, ())
    }


def test_somebody_who_has_left_is_a_stranger(town: Town) -> None:
    town.opens("Tom")
    town.say("Alan", "people deactivate Tom")
    assert {town.say("Tom", line).text for line in SOMETHING} == {STRANGER}
    assert town.say("Tom", "note 0042 hello", nonce="a button from before").text == STRANGER
    assert entries(town, EntryKind.NOTED) == []


def test_an_address_proves_nobody_where_its_domain_is_not_the_organisations_own(town: Town) -> None:
    partner = Connection(platform="slack", outside_id="T9", name="A partner's Slack", domains=["partner.example"])
    town.add(partner)
    who = Who(partner.id or 0, "U9", email="priya.shah@anyshire.example")
    answer = town.app.answer(Said("today", who, Where(partner.id or 0, "D9", private=True)), town.now)
    assert answer.text == STRANGER
    assert town.all(Identity, Identity.account == "U9") == []


@sqlite_only
@pytest.mark.parametrize(
    "email", ["", "priya.shah@evil.example", "priya.shah@anyshire.example.evil.example", "@anyshire.example", "priya"]
)
def test_other_addresses_prove_nobody(town: Town, email: str) -> None:
    who = Who(town.connection, "U9", email=email)
    assert town.app.answer(Said("today", who, Where(town.connection, "D9", private=True)), town.now).text == STRANGER


def test_an_account_once_linked_is_known_without_its_address(town: Town) -> None:
    where = Where(town.connection, "D9", private=True)
    for email in ("Priya.Shah@anyshire.example", ""):
        who = Who(town.connection, "U9", email=email)
        assert not town.app.answer(Said("today", who, where), town.now).error
    (linked,) = town.all(Identity, Identity.account == "U9")
    assert town.all(Person, Person.id == linked.person_id)[0].name == "Priya Shah"


ASKERS = {Role.OFFICER: "Tom", Role.MANAGER: "Moira", Role.DATA_PROTECTION: "Nora"}


def about_a_case(found: Command) -> str:
    """A line that says this command of the case 0042, or nothing where it is not about one."""
    return next((example for example in found.examples if "0042" in example and "0047" not in example), "")


@sqlite_only
@pytest.mark.parametrize(
    ("found", "line"),
    [(found, line) for found in BOOK.commands if (line := about_a_case(found))],
    ids=lambda each: each if isinstance(each, str) else "said",
)
def test_a_hidden_case_and_none_at_all_are_the_same_words(town: Town, found: Command, line: str) -> None:
    """Said by somebody who may say it and may not see the case: its owner is Kit, whose manager is Helen."""
    town.opens("Kit", restricted="yes")
    town.say("Kit", "ask 0042 all")
    asker = next(name for role, name in ASKERS.items() if role in found.may)
    hidden, absent = town.say(asker, line), town.say(asker, line.replace("0042", "9999"))
    assert hidden.text.replace("0042", "9999") == absent.text
    taken_down = found.name == "break glass"  # it is asked for, whether there is such a case or not
    assert (hidden.error, absent.error) == (("", "") if taken_down else ("NotFound", "NotFound"))
    assert (hidden.form, hidden.actions) == (None, ()) == (absent.form, absent.actions)


def test_a_hidden_request_and_none_at_all_are_the_same_words(town: Town) -> None:
    town.opens("Kit", restricted="yes")
    town.say("Kit", "ask 0042 SLT")
    for line in ("have", "advice sent", "help needed"):
        assert town.say("Dan", f"{line} request=1").text == town.say("Dan", f"{line} request=2").text
    assert town.say("Tom", "received request=1").text == town.say("Tom", "received request=2").text


def test_a_school_sees_its_own_children_only(town: Town) -> None:
    town.opens("Priya")
    town.opens("Priya", "Arun Patel", setting="Millbrook Academy")
    own, others, absent = (town.say("Rosa", f"status {number}") for number in ("0042", "0047", "9999"))
    assert own.text.startswith("SEND-2026-0042")
    assert others.text.replace("0047", "9999") == absent.text


@sqlite_only
@pytest.mark.parametrize("found", BOOK.commands, ids=lambda found: found.name)
def test_a_role_that_may_not_say_it_changes_nothing(town: Town, found: Command) -> None:
    town.opens("Priya")
    before = len(town.all(Entry)), len(town.all(Post))
    for role in set(Role) - found.may:
        answer = town.say(ONE_OF_EACH[role], found.examples[0])
        assert answer.error == "NotAllowed" and answer.form is None, role
    assert (len(town.all(Entry)), len(town.all(Post))) == before


# What is left behind


def test_a_line_that_fails_half_way_is_taken_back_whole(town: Town) -> None:
    for child in ("Maisie Palmer", "Arun Patel"):
        town.opens("Priya", child)
    town.say("Priya", "ask 0042 SLT on 7 September")
    town.say("Priya", "ask 0047 SLT")
    answer = town.say("Priya", "received SLT 0042, 0047 on Monday")
    assert (answer.error, "can't be dated Mon 12 Oct" in answer.text) == ("OutOfOrder", True)
    assert entries(town, EntryKind.ADVICE_RECEIVED) == []
    assert town.all(Request)[0].received_on is None


def test_of_several_pieces_of_advice_all_are_recorded_or_none(town: Town) -> None:
    for child in ("Maisie Palmer", "Arun Patel"):
        town.opens("Priya", child)
    town.say("Priya", "ask 0042 SLT on 7 September")
    assert town.say("Priya", "received SLT 0042, 0047").error == "NotFound"
    assert entries(town, EntryKind.ADVICE_RECEIVED) == []
    assert town.all(Request)[0].received_on is None


def test_what_a_form_sent_back_had_begun_is_not_kept(town: Town) -> None:
    town.opens("Kit", restricted="yes")
    answer = town.opens("Tom", received=town.now.date().replace(day=17))
    assert answer.form is not None and answer.form.wrong
    assert len(town.all(Case)) == 1
    assert [post for post in town.all(Post) if post.about.get("notice") == Notice.MATCH_HIDDEN] == []


def test_every_line_is_kept_sealed_with_what_came_of_it(town: Town) -> None:
    town.opens("Priya")
    for line in ("note 0042 a word that nobody else may read", "status 9999", "new"):
        town.say("Priya", line)
    kept = town.all(Heard)
    assert [one.verdict for one in kept] == ["done", "done", "NotFound", "form"]
    assert all(b"nobody else" not in one.sealed for one in kept)
    assert town.vault.open_own(kept[1].sealed, "heard")["line"] == "note 0042 a word that nobody else may read"


def test_who_saw_a_childs_name_is_kept(town: Town) -> None:
    town.opens("Priya")
    town.say("Tom", "status 0042", room="education")
    assert town.all(Viewed) == []
    town.say("Tom", "open 0042", room="education")
    (viewed,) = town.all(Viewed)
    assert (viewed.kinds, viewed.case_id) == ("identity", 1)
    assert town.all(Person, Person.id == viewed.person_id)[0].name == "Tom Reid"


# Rooms


@sqlite_only
@pytest.mark.parametrize("room", ["education", "health", "social care", "MP team", "administrators", "corridor"])
@pytest.mark.parametrize(
    "line", ["status 0042", "open 0042", "why 0042", "list", "list mine", "today", "note 0042 secret"]
)
def test_no_room_reads_of_a_child(town: Town, room: str, line: str) -> None:
    town.opens("Priya", setting="Millbrook Academy", record_number="AN-4711", note="a private word")
    town.say("Priya", "ask 0042 all")
    answer = town.say("Priya", line, room=room)
    assert not answer.error
    if not answer.private:
        for private in ("Maisie", "Palmer", "2019", "Millbrook", "AN-4711", "private word", "secret"):
            assert private not in whole(answer)


@command("tell", may=frozenset(Role), acts=False, examples=("tell",))
def tells(turn: Turn) -> Message:
    """Tell what no room may hear, as a command with a fault might."""
    facts = (Fact("Child", "Maisie Palmer", private=True), Fact("Owner", "Priya Shah"))
    return Message("Told.", facts=facts, private=turn.private)


@sqlite_only
@sqlite_only
def test_a_refusal_that_repeats_what_was_typed_in_a_room_goes_from_the_chat_it_is_given_in(town: Town) -> None:
    aloud = town.say("Vera", "status Maisie Palmer", room="education")
    assert "Maisie Palmer" in aloud.text and aloud.private and aloud.fades
    assert not town.say("Vera", "status Maisie Palmer").fades  # there her own words stand beside it


def test_a_private_fact_is_left_out_of_a_room_whichever_command_tells_it(town: Town) -> None:
    app = replace(town.app, book=Book((tells.command,)))
    aloud = app.answer(town.said("Priya", "tell", room="education"), town.now)
    alone = app.answer(town.said("Priya", "tell"), town.now)
    assert [fact.label for fact in aloud.facts] == ["Owner"]
    assert [fact.label for fact in alone.facts] == ["Child", "Owner"]


def test_no_post_to_a_room_says_what_somebody_typed(town: Town) -> None:
    town.opens("Priya", setting="Millbrook Academy", record_number="AN-4711", note="typed1")
    for line in (
        'ask 0042 SLT adviser="typed2"',
        "have 0042 SLT on Monday because typed3",
        "note 0042 typed4",
        "sent decision to assess 0042 on 18 September because typed5",
        "snooze 0042 until 20 October typed6",
        "correct 0042 4 on 16 October typed7",
        "close 0042 withdrawn because typed8",
        "reopen 0042 typed9",
    ):
        town.say("Priya", line)
    town.say(
        "Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042 note=typed0'
    )
    town.deliver()
    rooms = {room.place for room in town.all(Room)}
    posted = [each.message for place, came in town.page.arrived.items() if place in rooms for each in came]
    assert len(posted) >= 4
    said = " ".join(map(whole, posted))
    for private in ("typed", "Maisie", "2019", "Millbrook", "AN-4711"):
        assert private not in said


def test_a_room_that_outsiders_read_is_answered_privately(town: Town) -> None:
    town.opens("Priya")
    said = town.said("Priya", "status 0042", room="education")
    shared = replace(said, where=replace(said.where, shared=True), delivery="shared")
    assert not town.hear(said).private
    assert town.hear(shared).private


def test_a_place_that_is_nobodys_room_is_answered_privately(town: Town) -> None:
    town.opens("Priya")
    assert town.say("Priya", "status 0042", room="corridor").private


def test_a_case_that_becomes_somebodys_own_is_told_in_private(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "assign 0042 to Tom")
    (told,) = town.all(Post, col(Post.says) == PostSays.NOTICE)
    assert told.room_id is None and told.about == {"notice": Notice.ASSIGNED}


def test_every_member_of_staff_of_the_town_is_known(town: Town) -> None:
    for _, name, *_ in STAFF:
        assert not town.say(name.split()[0], "today").error
    assert RULES.services
