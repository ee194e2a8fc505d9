"""Whatever anybody types: it is answered, it breaks nothing, and no word of it reaches SQL or a shell."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import inspect

from bot.app import ILLEGIBLE
from bot.commands import BOOK
from bot.domain.message import Said, Where, Who
from storage.connect import Store
from storage.tables import Room
from tests.behind import PRIYA, Whole, whole
from tests.fuzzing import texts, tried
from tests.town import ROOMS, SINCE, STAFF
from tests.understanding import rows as read_rows
from tests.whole import whole as all_of

NUMBERS = count()
EMAILS = [email for email, *_ in STAFF]
COMMANDS = [words for command in BOOK.commands for words in command.words]
BLANKS = sorted({field.name for command in BOOK.commands for field in command.fields})
LEADS = sorted({field.ask.lead for command in BOOK.commands for field in command.fields if field.ask.lead})
PIECES = [
    "0042",
    "MP-2026-0007",
    "SLT",
    "health",
    "on",
    "=",
    '"',
    "“",
    "2 March",
    "today",
    "31 February",
    "because",
    "@",
    "x" * 300,
]

HOSTILE = (
    "'; DROP TABLE entry; --",
    "0042' UNION SELECT sealed FROM child --",
    '%" OR "1"="1',
    "$(touch var/owned) `touch var/owned`; touch var/owned | sh",
    "{0.__class__} {{7*7}} %s%n ../../etc/passwd",
    "\\x00\x00\r\n\u202e\ud83d",
)
"""What would run, were any of it ever run."""


@pytest.fixture
def here(database_url: str) -> Iterator[Whole]:
    store = Store(database_url)
    yield whole(store)
    store.close()


def said(here: Whole, email: str, line: str, *, room: str = "", values: dict[str, str] | None = None) -> Said:
    connection = here.town.connection
    where = Where(connection, room or f"private:{email}", private=not room, name=room)
    return Said(line, Who(connection, email, email=email), where, values, delivery=f"f{next(NUMBERS)}")


ROOM = st.sampled_from(["", "education"])
lines = st.one_of(
    texts,
    st.lists(st.one_of(st.sampled_from([*COMMANDS, *BLANKS, *LEADS, *PIECES, *HOSTILE]), texts), max_size=7).map(
        " ".join
    ),
    st.tuples(
        st.sampled_from(COMMANDS), st.lists(st.sampled_from([*PIECES, *BLANKS, *LEADS]), max_size=6).map(" ".join)
    ).map(" ".join),
)
forms = st.one_of(
    st.none(), st.dictionaries(st.sampled_from(BLANKS), st.one_of(texts, st.sampled_from(PIECES)), max_size=5)
)


@pytest.mark.databases("sqlite")
def test_any_text_at_all_is_answered(here: Whole) -> None:
    @tried(150)
    @given(lines, st.sampled_from(EMAILS), st.sampled_from(["", "health", "nobody's"]), forms)
    @example("why" + " 0042" * 500, PRIYA, "", None)
    @example("list " + '"' * 2000, PRIYA, "", None)
    def each(line: str, email: str, room: str, values: dict[str, str] | None) -> None:
        message = here.answer(said(here, email, line, room=room, values=values), here.now)
        assert message.text or message.form or message.table, line

    each()
    assert here.faults == []


def is_a_command(line: str) -> bool:
    tidy = " ".join(ILLEGIBLE.sub("", line).lower().split())
    return any(tidy == words or tidy.startswith(tuple(f"{words}{end}" for end in " :,?")) for words in COMMANDS)


@pytest.mark.databases("sqlite")
def test_a_line_that_is_no_command_changes_nothing(here: Whole) -> None:
    """But that it was asked, so that a redelivery gets the same answer, when the account was last heard, and who saw
    whose name: a question in plain English shows what the line that it means would.
    """
    before = here.kept()

    @tried(100)
    @given(lines.filter(lambda line: not is_a_command(line)), st.sampled_from(EMAILS))
    def each(line: str, email: str) -> None:
        message = here.answer(said(here, email, line), here.now)
        assert message.error in ("NotUnderstood", "NotAllowed", "NotFound", "WhichOne", "Declined", ""), line

    each()
    assert here.faults == []
    changed = {name for name, rows in here.kept().items() if rows != before[name]}
    assert {"heard", "identity"} <= changed <= {"heard", "identity", "viewed"}


REFERENCE = re.compile(r"(?:SEND[- ]?2026[- ]?)?#?(?<!\d)0\d{3}(?!\d)")
SENTENCES = sorted({row.text for row in read_rows()})
ABOUT_A_CASE = [sentence for sentence in SENTENCES if REFERENCE.search(sentence)]
WORDS = st.lists(st.one_of(st.sampled_from(SENTENCES), texts), min_size=1, max_size=2).map(", and ".join)


def acts(line: str) -> bool:
    return is_a_command(line) and BOOK.find(ILLEGIBLE.sub("", line))[0].acts


@pytest.mark.databases("sqlite")
def test_what_is_wanted_done_in_words_is_not_done(here: Whole) -> None:
    """Sentences that staff write, one after the other in one conversation: nothing changes, and nothing is queued.

    But for what is heard, and who looked at a child. A line that is a command is a command, whoever takes it for words.
    """
    here.answer(said(here, PRIYA, "ask 0042 SLT, OT on 8 September"), here.now)
    before = here.kept()

    @tried(120)
    @given(
        WORDS.filter(lambda line: not acts(line)), st.sampled_from([PRIYA, *EMAILS]), st.sampled_from(["", "health"])
    )
    @example("mark OT advice received for 0042 yesterday", PRIYA, "")
    @example("assign 0042 to Tom would you", PRIYA, "health")
    def each(line: str, email: str, room: str) -> None:
        message = here.answer(said(here, email, REFERENCE.sub("0042", line), room=room), here.now)
        assert message.text or message.form or message.table, line

    each()
    assert here.faults == []
    after = here.kept()
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert changed <= {"heard", "identity", "viewed"}


@pytest.mark.databases("sqlite")
def test_no_sentence_tells_a_hidden_case_from_one_that_is_not_there(here: Whole) -> None:
    """0047 is Priya's alone, 0099 is nobody's. What is asked of either, and then of "it", has one answer."""
    here.town.opens("Priya", "Lily Sands", restricted="yes")

    def answers(line: str, email: str, room: str, number: str) -> list[str]:
        where = Where(here.town.connection, f"{room}{next(NUMBERS)}", private=not room, name=room)
        if room:
            bound = {"agency": ROOMS[room], "bound_at": SINCE}
            here.town.add(Room(connection_id=where.connection, place=where.place, name=room, **bound))
        told = []
        for words in (REFERENCE.sub(number, line), "who's got it?", "why?"):
            one = replace(said(here, email, words), where=where)
            message = replace(here.answer(one, here.now), nonce="")
            told.append(re.sub(rf"(?:SEND-2026-)?0?0?{int(number)}", "N", all_of(message)))
        return told

    @tried(30)
    @given(st.sampled_from(ABOUT_A_CASE), st.sampled_from(["tom.reid", "vera.long", "alan.price"]), ROOM)
    @example("where are we with 0042", "tom.reid", "")
    @example("who holds up 0042", "tom.reid", "education")
    @example("mark OT advice received for 0042 yesterday", "tom.reid", "")
    def each(line: str, name: str, room: str) -> None:
        hidden, absent = (answers(line, f"{name}@anyshire.example", room, number) for number in ("0047", "0099"))
        assert hidden == absent, line

    each()
    assert here.faults == []


@pytest.mark.databases("sqlite")
def test_characters_that_control_a_terminal_or_turn_text_about_are_left_out(here: Whole) -> None:
    odd = "\x00\x07\x1b[31m\x7f\x9b\u202e\u2067\ud83d"
    here.answer(said(here, PRIYA, f"note 0042 {odd}the family{odd} rang"), here.now)
    shown = all_of(here.answer(said(here, PRIYA, "open 0042"), here.now))
    assert "the family[31m rang" in shown
    assert not ILLEGIBLE.search(shown) and r"\x" not in shown and r"\u" not in shown


@pytest.mark.databases("sqlite")
def test_hostile_words_in_every_blank_are_words(here: Whole) -> None:
    """Typed, and filled in, one blank after the other. The tables stand, and nothing of the record is gone."""
    before, tables = here.kept(), set(inspect(here.town.store.engine).get_table_names())
    good = {"case": "0042", "reason": "because of it", "words": "a note", "on": "today"}
    for command in BOOK.commands:
        email = next(email for email, _, _, role, _ in STAFF if role in command.may)
        for words in HOSTILE:
            here.answer(said(here, email, f"{command.name} {words}"), here.now)
            for field in command.fields:
                filled = {each.name: good.get(each.name, "") for each in command.fields} | {field.name: words}
                here.answer(said(here, email, command.name, values=filled), here.now)
    after = here.kept()
    assert here.faults == []
    assert set(inspect(here.town.store.engine).get_table_names()) == tables
    children, still = ({row.partition(",")[0] for row in kept["child"]} for kept in (before, after))
    assert set(before["entry"]) <= set(after["entry"]) and children <= still  # any words may be a child's name


@pytest.mark.databases("postgresql")
def test_hostile_words_are_words_to_postgresql_too(here: Whole) -> None:
    before = here.kept()
    for words in HOSTILE:
        for line in (words, f"status {words}", f"note 0042 {words}", f"list mp={words}", f"find {words}"):
            here.answer(said(here, PRIYA, line), here.now)
    assert here.faults == []
    assert set(before["entry"]) <= set(here.kept()["entry"])
