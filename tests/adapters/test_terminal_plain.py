"""Messages as plain text and as JSON."""

import json

import pytest

from adapters.terminal import message_as_json, render
from bot.domain.message import (
    Action,
    Attachment,
    Blank,
    BlankKind,
    Choice,
    Fact,
    Form,
    Message,
    Row,
    State,
    Table,
)

CARD = Message(
    "SEND-2026-0042 · new assessment · week 10 of 20",
    facts=(
        Fact("Health advice", "due Mon 19 Oct (in 3 days)", "statutory", State.SOON),
        Fact("Speech and language", "we have the request 7 Sep", "waiting", State.WAITING, depth=1),
        Fact("Educational psychology", "Wed 14 Oct (2 days late)", "statutory", State.LATE),
        Fact("Owner", "P. Shah"),
    ),
    actions=(Action("Advice sent", "sent slt 0042"), Action("Open privately", "open 0042")),
)
NUDGES = Message(
    "Health · 2 things need an answer",
    table=Table(
        ("Case", "What", "Due"),
        (
            Row(("SEND-2026-0042", "speech and language advice", "Mon 19 Oct"), State.SOON, (Action("Sent", "sent"),)),
            Row(("SEND-2026-0047", "CAMHS advice", "Wed 14 Oct"), State.LATE),
        ),
    ),
    aside="You hear once more on the day itself.",
)
FORM = Form(
    "New case",
    "new",
    (
        Blank("name", "Child's name", private=True, error="Enter the child's name."),
        Blank("born", "Date of birth", BlankKind.DATE, private=True, value="2017-03-04", hint="As on the request"),
        Blank("asked", "Who asked", BlankKind.CHOICE, False, choices=(Choice("p", "Parent"), Choice("mp", "MP"))),
    ),
)


def test_a_card() -> None:
    assert render(CARD).splitlines() == [
        "SEND-2026-0042 · new assessment · week 10 of 20",
        "Health advice           due Mon 19 Oct (in 3 days) · statutory · due soon",
        "  Speech and language   we have the request 7 Sep · waiting",
        "Educational psychology  Wed 14 Oct (2 days late) · statutory",
        "Owner                   P. Shah",
        "[1] Advice sent  [2] Open privately",
    ]


def test_a_table_lines_up_and_its_buttons_stand_under_their_row() -> None:
    assert render(NUDGES, first=4).splitlines() == [
        "Health · 2 things need an answer",
        "Case            What                        Due",
        "SEND-2026-0042  speech and language advice  Mon 19 Oct  due soon",
        "    [4] Sent",
        "SEND-2026-0047  CAMHS advice                Wed 14 Oct  late",
        "You hear once more on the day itself.",
    ]


def test_a_form_with_what_was_wrong() -> None:
    assert render(Message("", form=FORM)).splitlines() == [
        "New case",
        "  Child's name (private)",
        "    Enter the child's name.",
        "  Date of birth (private): 2017-03-04",
        "    As on the request",
        "  Who asked (optional)",
        "    [1] Parent  [2] MP",
    ]


def test_bold_is_plain_and_lines_keep_their_indent() -> None:
    assert render(Message("act by **Thu 24 Dec**\n  then `plan`")) == "act by Thu 24 Dec\n  then `plan`"


def test_a_file_is_printed_under_its_name() -> None:
    message = Message("1 case", attachment=Attachment("cases.csv", "reference,due\nSEND-2026-0042,2026-10-19\n"))
    assert render(message).splitlines() == ["1 case", "cases.csv:", "reference,due", "SEND-2026-0042,2026-10-19"]


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("message", [CARD, NUDGES, Message("A sentence that goes on " * 9), Message("", form=FORM)])
def test_no_line_is_wider_than_asked_and_no_word_is_lost(message: Message, width: int) -> None:
    plain, narrow = render(message, width=400), render(message, width=width)
    assert max(map(len, narrow.splitlines())) <= width
    assert sorted(plain.split()) == sorted(narrow.split())


def test_words_to_be_copied_are_set_apart() -> None:
    draft = Message("A draft.", copy="One.\nTwo.", facts=(Fact("Line 1", "entry 1"),))
    assert render(draft).splitlines() == ["A draft.", "    One.", "    Two.", "Line 1  entry 1"]


def test_json_has_the_answer_whole() -> None:
    message = Message("", form=FORM, facts=CARD.facts[:1], actions=CARD.actions[:1], private=True, error="CannotRead")
    read = json.loads(json.dumps(message_as_json(message, line="new")))
    assert list(read) == ["line", "text", "copy", "facts", "actions", "form", "table", "private", "error"]
    assert (read["line"], read["private"], read["error"], read["table"]) == ("new", True, "CannotRead", None)
    assert read["facts"] == [
        {
            "label": "Health advice",
            "value": "due Mon 19 Oct (in 3 days)",
            "detail": "statutory",
            "state": "soon",
            "depth": 0,
            "private": False,
        }
    ]
    assert read["actions"][0]["line"] == "sent slt 0042"
    assert [blank["name"] for blank in read["form"]["blanks"]] == ["name", "born", "asked"]
    assert message_as_json(NUDGES)["table"]["rows"][1]["cells"][1] == "CAMHS advice"
    assert message_as_json(NUDGES)["form"] is None
