"""Cards: valid Adaptive Cards 1.5 for any message, small enough, with what people typed shown as they typed it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from adapters.teams.cards import LARGEST, MOST_BUTTONS, card, door
from adapters.teams.words import size
from bot.domain.message import Action, Blank, BlankKind, Choice, Fact, Form, Message, Row, State, Style, Table
from tests.adapters.fake_connector import buttons_of, inputs_of, words_of
from tests.fuzzing import tried

SEND = Action("Advice sent", "sent slt 0042", Style.PRIMARY)
WHY = Action("Why these dates", "why 0042", acts=False)
NASTY = "**bold** [link](https://evil.example) <b>tag</b> `code` ~gone~ # head {{DATE(2026-01-01, SHORT)}} ${x} | & \\"
SETTINGS = tuple(Choice(str(number), f"Oakhurst Primary School number {number}") for number in range(900))


@cache
def schema() -> Any:
    text = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text("utf-8")
    wanted = json.loads(text)
    return validator_for(wanted)(wanted)


def valid(drawn: Mapping[str, Any]) -> Mapping[str, Any]:
    """The card, if the schema of Adaptive Cards 1.5 takes it without what is Teams' own.

    That is the key `msteams`, and the style of a list that is filtered while typing (Microsoft documentation,
    "Typeahead search in Adaptive Cards").
    """
    plain = json.dumps({name: value for name, value in drawn.items() if name != "msteams"})
    schema().validate(json.loads(plain.replace('"style": "filtered"', '"style": "compact"')))
    return drawn


def every(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every element of a card, however deep."""
    if isinstance(part, list):
        for each in part:
            yield from every(each)
    elif isinstance(part, Mapping):
        yield part
        for each in part.values():
            yield from every(each)


FULL = Message(
    "SEND-2026-0042 · new assessment · week 10 of 20\nA second line.",
    facts=(
        Fact("Health advice", "due Mon 19 Oct (in 3 days) · statutory", "asked 7 Sep", State.SOON),
        Fact("Speech and language", "we have the request 7 Sep", state=State.WAITING, depth=1),
        Fact("Final plan", "due Wed 14 Oct (2 days late)", state=State.LATE),
        Fact("Owner", detail="P. Shah", state=State.DONE),
        Fact("Child", "Maisie P.", private=True),
        Fact("Nothing"),
    ),
    actions=(SEND, WHY, Action("Close", "close 0042", Style.DANGER)),
    table=Table(
        ("Case", "What", "Due"), (Row(("0042", "advice", "Mon"), State.LATE, (SEND,)), Row(("0047", "plan", "Tue")))
    ),
    form=Form(
        "Open a case",
        "new",
        (
            Blank("child", "Child's name", private=True, value="Maisie P.", hint="As in the record"),
            Blank("notes", "Notes", BlankKind.LONG_TEXT, required=False),
            Blank("on", "Received on", BlankKind.DATE, value="2026-10-16"),
            Blank("wrong", "Sent on", BlankKind.DATE, value="31 Feb", error="31 February isn't a date."),
            Blank("process", "Process", BlankKind.CHOICE, choices=SETTINGS[:3], value="1"),
            Blank("setting", "Setting", BlankKind.CHOICE, choices=SETTINGS[:30]),
            Blank("matters", "Matters", BlankKind.CHOICES, choices=SETTINGS[:3], value="1,2"),
            Blank("restricted", "Restricted", BlankKind.YES_NO),
        ),
        submit="Open the case",
    ),
    aside="Read as: agency health.",
    nonce="n1",
)


@pytest.mark.parametrize("dialog", [False, True])
@pytest.mark.parametrize("private", [False, True])
def test_the_full_card(private: bool, dialog: bool) -> None:
    drawn = valid(card(FULL, private=private, dialog=dialog))
    said = words_of(drawn)
    for words in (
        "week 10 of 20",
        "A second line.",
        "●  Soon ·  due Mon 19 Oct",
        "●  due Wed 14 Oct (2 days late)",
        "0042 ●  Late advice Mon",
        "Look again at: Sent on.",
        "asked 7 Sep",
        "31 February isn't",
        "Read as:",
    ):
        assert words in said
    assert ("Maisie P." in said) is private
    assert drawn["body"][0] == {
        "type": "TextBlock",
        "text": "SEND-2026-0042 · new assessment · week 10 of 20",
        "wrap": True,
        "weight": "Bolder",
        "size": "Medium",
        "style": "heading",
    }
    assert drawn["msteams"] == {"width": "Full"}
    kinds = {each["type"] for each in every(drawn) if str(each.get("type")).startswith("Action.")}
    assert kinds == ({"Action.Submit"} if dialog else {"Action.Execute", "Action.Submit"})


def test_buttons() -> None:
    buttons = buttons_of(valid(card(FULL, private=True)))
    assert buttons["Advice sent"]["data"] == {"line": "sent slt 0042", "nonce": "n1"}
    assert buttons["Why these dates"]["data"] == {"line": "why 0042"}  # one that only asks may be pressed for ever
    assert buttons["Open the case"]["data"] == {"line": "new", "form": True, "nonce": "n1"}
    assert (buttons["Close"]["style"], buttons["Advice sent"]["style"]) == ("destructive", "positive")
    for button in buttons.values():
        assert (button["type"], button["verb"]) == ("Action.Execute", "say")
        fallback = button["fallback"]
        assert (fallback["type"], fallback["data"], fallback["title"]) == (
            "Action.Submit",
            button["data"],
            button["title"],
        )
    # A button beside a form works while the form is empty; the form's own asks for its blanks.
    assert buttons["Why these dates"]["associatedInputs"] == "none"
    assert "associatedInputs" not in buttons["Open the case"]


def test_inputs() -> None:
    inputs = inputs_of(valid(card(FULL, private=True)))
    kinds = {name.removeprefix("blank_"): each["type"].removeprefix("Input.") for name, each in inputs.items()}
    assert kinds == {
        "child": "Text",
        "notes": "Text",
        "on": "Date",
        "wrong": "Text",  # a date picker would lose what was typed
        "process": "ChoiceSet",
        "setting": "ChoiceSet",
        "matters": "ChoiceSet",
        "restricted": "Toggle",
    }
    values = {name: each.get("value") for name, each in inputs.items()}
    assert [values[f"blank_{name}"] for name in ("child", "on", "wrong", "matters", "restricted")] == [
        "Maisie P.",
        "2026-10-16",
        "31 Feb",
        "1,2",
        "no",
    ]
    assert inputs["blank_setting"]["style"] == "filtered" and inputs["blank_process"]["style"] == "compact"
    assert inputs["blank_matters"]["isMultiSelect"]
    assert "isRequired" not in inputs["blank_notes"] and "isRequired" not in inputs["blank_restricted"]


def test_what_the_schema_does_not_prove() -> None:
    """Required inputs say so in words; every input has a label; every button a line."""
    for each in every(card(FULL, private=True)):
        if str(each.get("type")).startswith("Input."):
            assert each["label"]
            assert bool(each.get("isRequired")) is ("errorMessage" in each)
        if str(each.get("type")).startswith("Action."):
            assert each["data"]["line"] and each["title"]


@pytest.mark.parametrize(
    "message",
    [
        Message(NASTY),
        Message(NASTY, facts=(Fact(NASTY, NASTY, NASTY),)),
        Message("List", table=Table((NASTY,), (Row((NASTY,)),)), aside=NASTY),
        Message("Form", form=Form(NASTY, "new", (Blank("a", "A", error=NASTY, hint=NASTY),))),
    ],
)
def test_what_people_typed_is_no_markup(message: Message) -> None:
    """Markdown is read in a TextBlock alone: what holds any stands in runs."""
    drawn = valid(card(message, private=True))
    assert "**bold** [link](https://evil.example)" in words_of(drawn)
    assert not [each for each in every(drawn) if each.get("type") == "TextBlock" and "**" in each["text"]]
    assert "{{" not in json.dumps(drawn)


@pytest.mark.parametrize("text", ["- a list", "1. a list", "> quoted", "a_b_c", "<at>everyone</at>"])
def test_a_heading_that_markdown_would_read(text: str) -> None:
    drawn = valid(card(Message(text, facts=(Fact("a", "b"),)), private=False))
    assert drawn["body"][0]["type"] == "RichTextBlock" and words_of(drawn["body"][0]) == text


def test_a_title_is_said_once() -> None:
    form = Form("Open a case", "new", (Blank("on", "Received on"),))
    for text in ("Open a case", "Open a case.", "Nothing was saved yet.", "Open a case\nAll of it."):
        drawn = card(Message(text, form=form), private=True)
        assert words_of(drawn).count("Open a case") == 1
        assert drawn["body"][0]["text"] == "Open a case", text


def test_words_to_be_copied_are_set_apart() -> None:
    drawn = valid(card(Message("A draft.", copy="*One.*\nTwo."), private=True))
    heading, block = drawn["body"]
    assert heading["style"] == "heading" and block["style"] == "emphasis"
    assert [item["inlines"][0]["text"] for item in block["items"]] == ["*One.*", "Two."]


def test_a_plain_answer_is_plain_words() -> None:
    drawn = valid(card(Message("Recorded.\n\nStill waiting for: EP."), private=False))
    assert [each["type"] for each in drawn["body"]] == ["RichTextBlock"] * 2
    assert "actions" not in drawn and "msteams" not in drawn


def test_more_buttons_than_a_row_holds() -> None:
    actions = tuple(Action(f"Do {number}", f"do {number}") for number in range(9))
    drawn = valid(card(Message("Choose", actions=actions), private=True))
    assert len(drawn["actions"]) == 9
    assert [each.get("mode") for each in drawn["actions"]] == [None] * MOST_BUTTONS + ["secondary"] * 3


def test_a_long_table_says_how_much_is_left_out() -> None:
    rows = tuple(
        Row((f"SEND-2026-{n:04}", "speech and language advice", "Mon 19 Oct"), State.LATE, (SEND,)) for n in range(200)
    )
    drawn = valid(
        card(Message("200 cases", table=Table(("Case", "What", "Due"), rows), aside="As read."), private=True)
    )
    shown = sum(f"SEND-2026-{n:04}" in words_of(drawn) for n in range(200))
    assert shown >= 20 and size(drawn) <= LARGEST
    assert words_of(drawn).endswith(f"{200 - shown} more lines are left out here. Ask for less to see them. As read.")


def test_many_facts_are_cut_before_the_buttons() -> None:
    facts = tuple(Fact(f"Fact {n}", "x" * 300) for n in range(200))
    drawn = valid(card(Message("Case", facts=facts, actions=(SEND,)), private=True))
    assert size(drawn) <= LARGEST and "Advice sent" in buttons_of(drawn)
    assert "left out here" in words_of(drawn)


@pytest.mark.parametrize("text", ["x" * 30_000, "🟠" * 30_000, "line\n" * 9_000])
def test_a_long_text_is_cut(text: str) -> None:
    facts = tuple(Fact(f"Fact {n}", "x" * 300) for n in range(20))
    drawn = valid(card(Message(text, facts=facts, actions=(SEND,), aside=text), private=True))
    assert size(drawn) <= 28_000 and "…" in words_of(drawn) and buttons_of(drawn)


def test_a_list_of_choices_that_would_not_fit_is_typed_in() -> None:
    form = Form(
        "New",
        "new",
        (Blank("school", "School", BlankKind.CHOICE, choices=SETTINGS), Blank("x", "X", choices=SETTINGS[:5])),
    )
    inputs = inputs_of(valid(card(Message("New", form=form), private=True)))
    assert [each["type"] for each in inputs.values()] == ["Input.Text", "Input.ChoiceSet"]


def test_the_door_to_a_dialog() -> None:
    valid(door("Open it here.", "Open the form", "new"))


# Any message at all

texts = st.text(max_size=200)
actions = st.builds(Action, st.text(min_size=1, max_size=40), texts, st.sampled_from(Style), st.booleans())
facts = st.builds(Fact, texts, texts, texts, st.sampled_from(State), st.integers(0, 1), st.booleans())
choices = st.builds(Choice, texts, texts)
blanks = st.builds(
    Blank,
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
    st.text(min_size=1, max_size=40),
    st.sampled_from(BlankKind),
    st.booleans(),
    st.booleans(),
    texts,
    st.lists(choices, max_size=5).map(tuple),
    st.integers(1, 3000),
    texts,
    texts,
)
forms = st.builds(
    Form,
    texts,
    texts,
    st.lists(blanks, min_size=1, max_size=8, unique_by=lambda blank: blank.name).map(tuple),
    st.text(min_size=1, max_size=20),
)
rows = st.builds(
    Row,
    st.lists(texts, min_size=3, max_size=3).map(tuple),
    st.sampled_from(State),
    st.lists(actions, max_size=2).map(tuple),
)
tables = st.builds(Table, st.just(("A", "B", "C")), st.lists(rows, max_size=40).map(tuple))
messages = st.builds(
    Message,
    st.text(max_size=20_000),
    facts=st.lists(facts, max_size=60).map(tuple),
    actions=st.lists(actions, max_size=8).map(tuple),
    form=st.none() | forms,
    table=st.none() | tables,
    aside=texts,
    nonce=st.text(max_size=20),
)


@tried(30)
@given(messages, st.booleans())
def test_any_message_is_a_valid_card_of_a_size_that_teams_takes(message: Message, private: bool) -> None:
    drawn = valid(card(message, private=private))
    assert size(drawn) <= 28_000
    shown = json.dumps(drawn, ensure_ascii=False)
    assert not any(
        fact.private and not private and len(fact.value) > 20 and fact.value in shown for fact in message.facts
    )
