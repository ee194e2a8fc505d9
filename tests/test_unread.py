"""What was not understood is counted, and listed without a word that tells of anybody."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.cards.unread import ALSO_NAMES, BOTH, GAP, PLAIN, shown
from bot.domain.guard.vocabulary import FORENAMES, MONTHS, NOUNS
from bot.domain.message import Message
from bot.phrases.clean import ENDS
from bot.phrases.wordlists import EVERYDAY, words
from storage.connect import Store
from storage.tables import Heard
from tests.forms import FORMS, SAID
from tests.fuzzing import texts, tried
from tests.town import Town
from tests.understanding import vocabulary
from tests.whole import whole

SHOWN = (
    ("Tell me about Maisie Palmer's appeal", "tell me about … appeal"),
    ("where is Rose King with the OT advice for 0042?", "where is … with the ot advice for …?"),
    ("will young be seen on Monday", "… be seen on …"),
    ("what about the child born on third of march twenty nineteen", "what about the child born on third of …"),
    ("Could SALT hurry up with 20 weeks please", "could salt hurry up with … weeks please"),
    ("WHAT IS GOING ON WITH LILY SANDS", "what is going on with …"),
    ("mark chase wants the early draft", "… wants the early draft"),
    ("Will you chase CAMHS?", "will you chase camhs?"),
    ("<@U0BOT> how is <https://anyshire.example/palmer|the Palmer form>?", "how is the … form?"),
    ("where is tommy hunt with the OT advice", "where is … with the ot advice"),
    ("has gift wonder's report come from the school nurse", "has … report come from the school nurse"),
    ("Promise Moon is late", "… is late"),
    ("mine is SEND-2026-0042, or 9 March 2017", "mine is …, or …"),
)
HALVES = sorted((NOUNS | FORENAMES | MONTHS | ALSO_NAMES) | {"maisie", "palmer", "o'neill", "siân", "nguyễn", "noah"})
FRAMES = ("{}", "what is going on with {} today", "{} is late", "the plan for {}, please", "does {} wait still")


NAMES = words(
    "muhammad mohammed noah oliver george leo arthur luna olivia amelia isla ava freya florence aisha fatima zainab "
    "ibrahim yusuf ali omar hassan hussain ahmed abdul khadija maryam imran bilal hamza safiya layla nur amina samir "
    "priyanka arjun aarav rohan anaya diya kavya singh kaur patel gill sandhu sharma gupta begum khan miah uddin "
    "chowdhury rahman iqbal malik jakub kacper szymon antoni zuzanna oliwia maja kowalski nowak lewandowski ewa "
    "chinedu ngozi chioma adebayo folake oluwaseun kwame kofi akua abena ama kojo tendai chipo tariro thabo okafor "
    "mensah osei boateng owusu adeyemi abdi hodan farah warsame mehmet elif ayse ivan maria ana sofia mateus wei ling "
    "smith jones taylor williams davies evans thomas roberts johnson lewis robinson wright thompson jackson hughes "
    "edwards harris martin clarke harrison cooper morris foley moss marsh barnes emily sophie chloe daniel jack "
    "charlie alfie archie freddie theo ella mia poppy evie beth sally gary ben ruby jo"
)
"""What people here are called, of many families' languages: first and last names."""
WORDS_TOO = words(
    "harry mo paris hunt curry gift comfort buddy delight courage rocket oak charm promise snow moon hay nan"
)
"""Names that are words besides."""


def test_no_likely_name_is_shown_or_teaches_how_people_speak() -> None:
    """The sentences on record, and the forms that go out with the bot, name the fictional council's people alone."""
    assert not (NAMES | WORDS_TOO) & PLAIN
    assert not NAMES & EVERYDAY
    for file in (FORMS, SAID):
        said = words(re.sub(r"[^a-z]+", " ", file.read_text(encoding="utf-8").lower()))
        assert not said & NAMES - vocabulary().own_words, file.name


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


@pytest.mark.parametrize(("line", "left"), SHOWN)
def test_what_is_left_of_a_sentence(line: str, left: str) -> None:
    assert shown(line) == left


@tried(100)
@given(st.sampled_from(HALVES), st.sampled_from(HALVES), st.sampled_from(FRAMES), st.sampled_from("lut"))
def test_no_whole_name_is_left(first: str, last: str, frame: str, case: str) -> None:
    """Not even of two words that everybody says: Mark Chase, Will Young, Grace May."""
    name = {"l": str.lower, "u": str.upper, "t": str.title}[case](f"{first} {last}")
    left = shown(frame.format(name))
    assert f"{first} {last}".lower() not in left.lower()


@tried(60)
@given(st.one_of(texts, st.lists(st.sampled_from([*HALVES, "0042", "14/03/2019", "the", "appeal"])).map(" ".join)))
def test_only_words_that_are_listed_are_left(text: str) -> None:
    left = shown(text)
    for mark in ENDS:
        left = left.replace(mark, " ")
    assert set(left.split()) <= PLAIN | BOTH | {GAP}


def test_an_administrator_reads_the_words_and_of_nobody(town: Town) -> None:
    """The same words whether or not there is such a child; nobody else is told; nothing is by name or place."""
    town.opens("Priya", "Maisie Palmer")
    for name in ("Maisie Palmer", "Oona Quirke"):
        message = town.say("Priya", f"can you knit {name}, born 14 March 2019, of Oakhurst, a hat")
        assert message.error == "NotUnderstood"
    town.pass_time(days=1)
    for _ in range(20):
        assert town.say("Tom", "can you bake a lasagne like Nana").error == "NotUnderstood"
    first = town.say("Alan", "not understood")
    last = press(town, first, "More")
    assert first.text == "22 sentences were not understood in the last 30 days."
    assert "By day: Sat 17 Oct 20, Fri 16 Oct 2." in first.aside
    assert {row.cells for row in rows(first)} == {("can you bake a lasagne like …",)}
    assert [row.cells for row in rows(last)] == [("can you knit …, born …, of …, a hat",)] * 2
    for private in ("Maisie", "Oona", "2019", "Oakhurst", "Priya", "Tom"):
        assert private not in whole(first) + whole(last)
    assert first.private and last.private
    assert town.say("Priya", "not understood").error == "NotAllowed"


def test_it_goes_with_the_lines(town: Town) -> None:
    town.say("Priya", "can you knit me a hat")
    with town.store.transaction() as db:
        db.execute(delete(Heard))
    assert town.say("Alan", "not understood").text == "Everything was understood in the last 30 days."


def rows(message: Message) -> tuple:
    return message.table.rows if message.table else ()


def press(town: Town, message: Message, label: str) -> Message:
    [action] = [one for one in message.actions if one.label == label]
    return town.say("Alan", action.line)
