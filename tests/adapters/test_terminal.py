"""The terminal as a conversation: what is typed on the left of each prompt, what is read below it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from adapters.terminal import Terminal
from adapters.terminal.moving import wait_of
from bot.domain.errors import NotNow, Undeliverable
from bot.domain.message import (
    Action,
    Address,
    Blank,
    BlankKind,
    Choice,
    Fact,
    Form,
    Message,
    Row,
    Said,
    Style,
    Table,
    Where,
    Who,
)

PRIYA, SAM = "priya@council.example", "sam@council.example"
PEOPLE = [(PRIYA, "Priya Shah", "officer", "Education"), (SAM, "Sam Okafor", "manager", "Education")]
ROOMS = [("health", "Health", "Health"), ("social-care", "Social care", "Social care")]
START = datetime(2026, 10, 16, 8, 12, tzinfo=UTC)
HEALTH, SAMS = Address(7, "health", False), Address(7, f"private:{SAM}", True)

CARD = Message(
    "SEND-2026-0042 · new assessment",
    facts=(Fact("Child", "Maisie P.", private=True), Fact("Health advice", "due Mon 19 Oct")),
    actions=(Action("Advice sent", "sent slt 0042", Style.PRIMARY), Action("Why", "why 0042", acts=False)),
    nonce="card-1",
)
NEW = Form(
    "New case",
    "new",
    (
        Blank("name", "Child's name", private=True),
        Blank("received", "Date received", BlankKind.DATE, value="2026-10-16"),
        Blank("asked", "Who asked", BlankKind.CHOICE, choices=(Choice("parent", "Parent"), Choice("mp", "MP"))),
        Blank("restricted", "Restricted", BlankKind.YES_NO, required=False, value="no"),
        Blank("matters", "Matters", BlankKind.CHOICES, False, choices=(Choice("foi", "FOI"), Choice("c", "Complaint"))),
    ),
)


class Bot:
    """A bot for one terminal: it notes what it heard."""

    def __init__(self) -> None:
        self.now = START
        self.heard: list[Said] = []
        self.terminal: Terminal | None = None

    def answer(self, said: Said, now: datetime) -> Message:
        self.heard.append(said)
        match said.line:
            case "card":
                return CARD
            case "open":
                return Message("Opened privately", private=True)
            case "new":
                return self.new(said)
        return Message(f"Heard: {said.line}")

    def new(self, said: Said) -> Message:
        if said.values is None:
            return Message("", form=NEW, private=True, nonce="form-1")
        if said.values["name"] == "?":
            blanks = tuple(replace(blank, value=said.values[blank.name]) for blank in NEW.blanks)
            name = replace(blanks[0], error="Enter the child's name.")
            return Message("", form=replace(NEW, blanks=(name, *blanks[1:])), nonce="form-2")
        if said.values["asked"] == "mp":
            return Message("Log the letter first: `mp`.", error="NotNow")
        return Message("SEND-2026-0061 is open.")

    async def jump(self, length: timedelta | None) -> datetime:
        if length == timedelta(days=2):
            raise NotNow("There is no nudge to come.")
        self.now += length or timedelta(hours=1)
        assert self.terminal
        chat = self.terminal.chat(7)
        await chat.send(HEALTH, CARD, "card-42")
        await chat.edit(HEALTH, "card-42", Message("SEND-2026-0042 · advice sent"))
        await chat.send(SAMS, Message("It reached you because it is late."), "escalation-1")
        return self.now


def talk(typed: str, *, bot: Bot | None = None, movable: bool = True) -> tuple[str, Bot]:
    """What the terminal printed while these lines were typed, and the bot that heard them."""
    bot, output = bot or Bot(), StringIO()
    bot.terminal = Terminal(
        connection=7,
        answer=bot.answer,
        clock=lambda: bot.now,
        people=lambda: PEOPLE,
        rooms=lambda: ROOMS,
        input=StringIO(typed),
        output=output,
        jump=bot.jump if movable else None,
        new_id=counted(),
    )
    asyncio.run(bot.terminal.run())
    return output.getvalue(), bot


def counted() -> Callable[[], str]:
    numbers = iter(range(1, 1000))
    return lambda: f"d-{next(numbers)}"


def test_a_line_is_said_as_somebody_in_a_place() -> None:
    said, bot = talk("as sam\nroom social\nstatus 42\n")
    assert bot.heard == [
        Said("status 42", Who(7, SAM, SAM), Where(7, "social-care", name="Social care"), delivery="d-1")
    ]
    assert "Sam Okafor · Social care · Fri 16 Oct 2026, 09:12 > status 42\nHeard: status 42\n" in said


def test_the_terminal_opens_in_the_first_persons_private_chat() -> None:
    _, bot = talk("status 42\n")
    assert bot.heard[0].where == Where(7, f"private:{PRIYA}", private=True, name="private chat")


def test_changing_person_in_a_private_chat_goes_to_that_persons_own() -> None:
    _, bot = talk("as sam\nstatus 42\nroom health\nas priya\nstatus 42\nprivate\nstatus 42\n")
    assert [(said.who.email, said.where.place) for said in bot.heard] == [
        (SAM, f"private:{SAM}"),
        (PRIYA, "health"),
        (PRIYA, f"private:{PRIYA}"),
    ]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("as nobody", "There is nobody of that name. `who` lists everybody."),
        ("as s", "Which one?\nPriya Shah, officer, Education (priya@council.example)\nSam Okafor"),
        ("as", "There is nobody of that name."),
        ("who", "Sam Okafor, manager, Education (sam@council.example)"),
        ("where", "Health\nSocial care\nprivate"),
        ("wait a while", "Say how long: `wait 3 days`, `wait a week`, `wait until next nudge`."),
        ("wait 2 days", "There is no nudge to come."),
    ],
)
def test_the_terminals_own_words_never_reach_the_bot(typed: str, read: str) -> None:
    said, bot = talk(f"{typed}\n")
    assert read in said
    assert bot.heard == []


@pytest.mark.parametrize("line", ["room bind health", "rooms", "people", "0042", "9", "private 42", "who owns 42"])
def test_a_line_that_only_looks_like_a_word_of_the_terminal_goes_to_the_bot(line: str) -> None:
    _, bot = talk(f"card\n{line}\n")
    assert bot.heard[-1].line == line


def test_a_button_is_pressed_by_its_number() -> None:
    said, bot = talk("card\ncard\n1\n4\n")
    assert "[1] Advice sent  [2] Why\n" in said
    assert "[3] Advice sent  [4] Why\n" in said
    assert [(one.line, one.nonce) for one in bot.heard[2:]] == [("sent slt 0042", "card-1"), ("why 0042", "")]


def test_buttons_of_a_place_that_was_left_are_out_of_reach() -> None:
    _, bot = talk("card\nroom health\n1\n")
    assert bot.heard[-1].line == "1"


def test_a_private_answer_in_a_room_says_so() -> None:
    said, _ = talk("room health\nopen\nprivate\nopen\n")
    assert said.count("(only you can see this)\nOpened privately") == 1


def test_a_form_is_asked_blank_by_blank() -> None:
    said, bot = talk("new\nMaisie P\n\n1\ny\n2, foi\n")
    assert bot.heard[-1].values == {
        "name": "Maisie P",
        "received": "2026-10-16",
        "asked": "parent",
        "restricted": "yes",
        "matters": "c,foi",
    }
    assert (bot.heard[-1].line, bot.heard[-1].nonce) == ("new", "form-1")
    assert "Child's name (private)\n  Maisie P\n" in said
    assert "Date received\n  [2026-10-16] \n" in said
    assert "Who asked\n  [1] Parent  [2] MP\n" in said
    assert "Restricted (optional)\n  [1] Yes  [2] No\n  [No] y\n" in said
    assert said.endswith("> \n")
    assert "SEND-2026-0061 is open." in said


def test_only_what_was_wrong_is_asked_again() -> None:
    said, bot = talk("new\n?\n12 Oct\nparent\n-\n\nMaisie P\n")
    assert [one.nonce for one in bot.heard] == ["", "form-1", "form-2"]
    assert bot.heard[-1].values == {
        "name": "Maisie P",
        "received": "12 Oct",
        "asked": "parent",
        "restricted": "",
        "matters": "",
    }
    assert "Child's name (private)\n  Enter the child's name.\n  [?] Maisie P\n" in said
    assert said.count("Date received") == 1


def test_a_refused_form_keeps_what_was_typed() -> None:
    said, bot = talk("new\nMaisie P\n\nMP\n\n\n\n\n1\n\n\n")
    assert "Log the letter first: `mp`." in said
    assert "  [MP] 1\n" in said
    assert bot.heard[-1].values == {**(bot.heard[-2].values or {}), "asked": "parent"}


@pytest.mark.parametrize("typed", ["new\nMaisie P\ncancel\n", "new\nMaisie P\n"])
def test_a_form_can_be_put_away(typed: str) -> None:
    said, bot = talk(typed)
    assert "Put away. Nothing was saved." in said
    assert len(bot.heard) == 1


def test_posts_arrive_where_one_is_and_wait_where_one_is_not() -> None:
    said, _ = talk("room health\nwait until next nudge\nas sam\nprivate\n")
    here = said.index("— posted in Health —\nSEND-2026-0042 · new assessment")
    edited = said.index("— updated in Health —\nSEND-2026-0042 · advice sent")
    news = said.index("New elsewhere: private for Sam Okafor (1)")
    seen = said.index("— posted in private chat —\nIt reached you because it is late.")
    assert here < edited < said.index("It is now Fri 16 Oct 2026, 10:12.") < news < seen
    assert said.count("New elsewhere") == 1


def test_a_room_never_shows_a_fact_that_names_a_child() -> None:
    said, _ = talk("room health\nwait an hour\n")
    assert "due Mon 19 Oct" in said
    assert "Maisie" not in said


def test_only_the_latest_of_an_edited_post_is_shown_on_entering() -> None:
    said, _ = talk("wait 3 days\nroom health\n")
    assert "New elsewhere: Health (1), private for Sam Okafor (1)" in said
    assert said.count("— posted in Health —") == 1
    assert "SEND-2026-0042 · advice sent" in said


async def test_the_courier_finds_sends_once_and_withdraws() -> None:
    output = StringIO()
    terminal = Terminal(
        connection=7,
        answer=Bot().answer,
        clock=lambda: START,
        people=lambda: PEOPLE,
        rooms=lambda: ROOMS,
        input=StringIO(),
        output=output,
    )
    chat = terminal.chat(7)
    assert await chat.find(HEALTH, "k") is None
    assert await chat.send(HEALTH, CARD, "k") == await chat.send(HEALTH, CARD, "k") == "k"
    assert await chat.find(HEALTH, "k") == "k"
    await chat.withdraw(HEALTH, "k")
    assert await chat.find(HEALTH, "k") is None
    with pytest.raises(Undeliverable):
        terminal.chat(8)


def test_a_clock_that_cannot_move_says_so() -> None:
    said, _ = talk("wait 3 days\n", movable=False)
    assert "The clock can be moved in the demo alone" in said


def test_leaving_ends_the_talk() -> None:
    _, bot = talk("leave\nstatus 42\n")
    assert bot.heard == []


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("3 days", timedelta(days=3)),
        ("a week", timedelta(weeks=1)),
        ("an hour", timedelta(hours=1)),
        ("for 90 minutes", timedelta(minutes=90)),
        ("day", timedelta(days=1)),
        ("until next nudge", None),
        ("until the next nudge", None),
    ],
)
def test_how_long_to_wait(typed: str, length: timedelta | None) -> None:
    assert wait_of(typed) == length


@pytest.mark.parametrize("typed", ["", "3", "3 fortnights", "9999 weeks", "-1 days", "1.5 days"])
def test_a_wait_that_is_none(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Say how long|too long"):
        wait_of(typed)


def test_a_row_button_is_pressed_by_its_number_too() -> None:
    class Nudges(Bot):
        def answer(self, said: Said, now: datetime) -> Message:
            self.heard.append(said)
            row = Row(("SEND-2026-0042",), actions=(Action("Advice sent", "sent slt 0042"),))
            return Message("1 thing", table=Table(("Case",), (row,)), actions=(Action("Help", "help"),), nonce="n")

    said, bot = talk("list\n1\n", bot=Nudges())
    assert "    [1] Advice sent\n[2] Help\n" in said
    assert (bot.heard[1].line, bot.heard[1].nonce) == ("sent slt 0042", "n")
