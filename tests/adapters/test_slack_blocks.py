"""Cards and forms in Slack: how they read, and that no message, however odd, breaks a limit of Slack's."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.blocks import dressed, fallback
from adapters.slack.modals import Origin, beside_fields, form_view, home_view, inputs_of, result_view, typed_in
from adapters.slack.words import cut, mrkdwn, plain
from bot.domain.message import (
    Action,
    Blank,
    BlankKind,
    Choice,
    Fact,
    Form,
    Message,
    Row,
    State,
    Style,
    Table,
)
from tests.adapters.slack_limits import troubles, view_troubles
from tests.fuzzing import tried

CARD = Message(
    "SEND-2026-0042 · new assessment · week 10 of 20",
    facts=(
        Fact("Child", "Maisie P.", private=True),
        Fact("Health advice", "due Mon 19 Oct (in 3 days)", "statutory", State.SOON),
        Fact("Speech and language", "we have the request 7 Sep", state=State.WAITING, depth=1),
        Fact("Final plan", "was due Wed 14 Oct (2 days late)", "statutory", State.LATE),
        Fact("Owner", "P. Shah & team"),
    ),
    actions=(Action("Advice sent", "sent slt 0042", Style.PRIMARY), Action("Open privately", "case 0042", acts=False)),
    aside="Read as: the case SEND-2026-0042.",
    nonce="n1",
)


def texts(blocks: list[dict[str, Any]]) -> str:
    """All that the reader sees, block by block."""
    shown = []
    for block in blocks:
        parts = [block["text"]["text"]] if "text" in block else []
        parts += [
            each["text"] if block["type"] == "context" else f"[{each['text']['text']}]"
            for each in block.get("elements", ())
        ]
        parts += [f"[{block['accessory']['text']['text']}]"] if "accessory" in block else []
        shown.append(" ".join(parts))
    return "\n".join(shown)


def test_a_card_in_a_room_holds_no_child() -> None:
    assert texts(dressed(CARD, private=False)) == (
        "*SEND-2026-0042\u00a0· new assessment\u00a0· week 10 of 20*\n"
        ":large_yellow_circle: Soon  *Health advice*  due Mon 19 Oct (in 3 days)\u00a0· statutory\n"
        "\u2003• :white_circle: Waiting  Speech and language  we have the request 7 Sep\n"
        ":red_circle:  *Final plan*  was due Wed 14 Oct (2 days late)\u00a0· statutory\n"
        "*Owner*  P. Shah &amp; team\n"
        "[Advice sent] [Open privately]\n"
        "Read as: the case SEND-2026-0042."
    )


def test_a_fact_too_long_for_a_line_says_its_detail_below() -> None:
    fact = Fact(
        "Speech and language advice",
        "due Mon 19 Oct (in 3 days) · statutory",
        "asked Mon 7 Sep · receipt not confirmed",
    )
    assert texts(dressed(Message("Card", facts=(fact,)), private=False)) == (
        "*Card*\n"
        "*Speech and language advice*  due Mon 19 Oct (in 3 days)\u00a0· statutory\n"
        "\u2003asked Mon 7 Sep\u00a0· receipt not confirmed"
    )


def test_a_fact_with_lines_of_its_own_has_air_around_it() -> None:
    facts = [Fact("Owner", "P. Shah"), *(Fact("Final plan", "Mon 28 Dec"), Fact("Rule", "13(2)", depth=1)) * 3]
    sections = dressed(Message("Why", facts=tuple(facts)), private=False)[1:]
    assert [texts([section]).count("\n") for section in sections] == [0, 1, 1, 1]


def test_a_list_without_buttons_says_what_its_columns_are() -> None:
    table = Table(("Room", "Agency"), (Row(("#send-health", "health")), Row(("#send-sc", "social care"))))
    assert texts(dressed(Message("2 rooms are bound.", table=table), private=False)) == (
        "*2 rooms are bound.*\nRoom\u00a0· Agency\n*#send-health*  health\n*#send-sc*  social care"
    )


def test_words_to_be_copied_stand_in_a_block_of_their_own() -> None:
    draft = Message("A draft.", copy="Dear Ms Okoro,\n*two* <lines>", aside="Check it.")
    head, block, _ = dressed(draft, private=True)
    assert head["text"]["text"] == "*A draft.*" and troubles([block]) == []
    (part,) = block["elements"]
    assert part == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": draft.copy}]}
    assert "Dear Ms Okoro,\n" in fallback(draft, private=True)
    assert troubles(dressed(Message("A draft.", copy="long " * 9_000), private=True)) == []


def test_a_private_card_names_the_child() -> None:
    assert "*Child*  Maisie P." in texts(dressed(CARD, private=True))
    assert "Maisie" in fallback(CARD, private=True)
    assert "Maisie" not in fallback(CARD, private=False)


def test_the_plain_text_says_the_state_in_a_word() -> None:
    assert "Health advice due Mon 19 Oct (in 3 days) statutory (soon)" in fallback(CARD, private=False)


def test_only_a_button_that_acts_carries_the_nonce() -> None:
    row = next(block for block in dressed(CARD, private=False) if block["type"] == "actions")
    assert [json.loads(button["value"]) for button in row["elements"]] == [
        {"line": "sent slt 0042", "nonce": "n1"},
        {"line": "case 0042"},
    ]


def test_rows_have_their_buttons_beside_or_below_them() -> None:
    late = Row(
        ("SEND-2026-0042", "speech and language advice", "Mon 19 Oct"), State.LATE, (Action("Open", "case 0042"),)
    )
    two = Row(
        ("SEND-2026-0047", "CAMHS advice"), actions=(Action("Advice sent", "sent 0047"), Action("We can't", "snooze"))
    )
    message = Message("2 things", table=Table(("Case", "What", "When"), (late, two)))
    assert texts(dressed(message, private=False)) == (
        "*2 things*\n"
        ":red_circle: Late  *SEND-2026-0042*  speech and language advice\u00a0· Mon 19 Oct [Open]\n"
        "*SEND-2026-0047*  CAMHS advice\n"
        "[Advice sent] [We can't]"
    )


def test_what_does_not_fit_is_counted() -> None:
    rows = tuple(
        Row((f"SEND-2026-{number:04}", "advice"), actions=(Action("Open", f"case {number}"),)) for number in range(70)
    )
    blocks = dressed(Message("70 things", table=Table(("Case", "What"), rows)), private=False)
    shown = sum("accessory" in block for block in blocks)
    assert shown == 48
    assert "22 rows are not shown here: ask for less at a time." in texts(blocks)


def test_many_rows_without_buttons_all_fit() -> None:
    rows = tuple(Row((f"SEND-2026-{number:04}", "final plan", "Mon 28 Dec")) for number in range(100))
    blocks = dressed(Message("100 things", table=Table(("Case",), rows)), private=False)
    assert all(f"SEND-2026-{number:04}" in texts(blocks) for number in range(100))


def test_a_form_in_a_message_is_a_button_that_opens_it() -> None:
    form = Form("Open a case", "new process=new_assessment", (Blank("child", "Child"),))
    row = dressed(Message("Fill this in.", form=form, nonce="n1"), private=True)[-1]
    assert [(button["text"]["text"], json.loads(button["value"])) for button in row["elements"]] == [
        ("Open a case", {"line": "new process=new_assessment"})
    ]


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("Smith & Sons <x>", "Smith &amp; Sons &lt;x&gt;"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("see https://records.example/case?id=7&tab=2.", "see <https://records.example/case?id=7&amp;tab=2>."),
    ],
)
def test_words_are_made_safe(typed: str, shown: str) -> None:
    assert mrkdwn(typed) == shown


@pytest.mark.parametrize(
    "sent, read",
    [
        ("assign 0042 <@U012|sam.lee>", "assign 0042 @sam.lee"),
        ("assign 0042 <@U012>", "assign 0042 @U012"),
        ("room bind health <#C07|health>", "room bind health #health"),
        ("note 0042 tea &amp; &lt;3", "note 0042 tea & <3"),
        ("<mailto:a@b.gov.uk|a@b.gov.uk> <https://x.example|x.example>", "a@b.gov.uk x.example"),
        ("<!subteam^S01|@nurses> <!here>", "@nurses @here"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_slack_s_mark_up_is_read_as_plain_words(sent: str, read: str) -> None:
    assert plain(sent) == read


@given(st.text(max_size=400), st.integers(2, 60))
def test_words_are_cut_to_length(text: str, longest: int) -> None:
    assert len(mrkdwn(text, longest).encode("utf-16-le")) // 2 <= longest
    assert len(cut(text, longest).encode("utf-16-le")) // 2 <= longest


# Any message at all


def repeated(part: str, times: int) -> str:
    return part * times


odd = st.sampled_from(["", " ", "&<>", "𝔘", "x", "line\n", "https://a.example/b", "*a*", "z" * 50, '"<>&"'])
words = st.one_of(st.text(max_size=60), st.builds(repeated, odd, st.sampled_from([1, 60, 700, 4_000])))
line = st.one_of(st.text(min_size=1, max_size=50), st.builds(repeated, odd, st.sampled_from([1, 60, 700])))
states, styles = st.sampled_from(State), st.sampled_from(Style)
actions = st.builds(Action, words, line, styles, st.booleans())
facts = st.builds(Fact, words, words, words, states, st.integers(0, 1), st.booleans())
rows = st.builds(Row, st.lists(words, max_size=4).map(tuple), states, st.lists(actions, max_size=8).map(tuple))
tables = st.builds(
    lambda columns, some, times: Table(tuple(columns), tuple(some) * times),
    st.lists(words, max_size=4),
    st.lists(rows, max_size=5),
    st.sampled_from([1, 1, 30]),
)
choices = st.builds(Choice, st.one_of(st.text(max_size=20), st.just("v" * 151)), words)


def numbered(how_many: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"v{number}", f"Choice {number}") for number in range(how_many))


blanks = st.builds(
    Blank,
    name=st.just(""),
    label=words,
    kind=st.sampled_from(BlankKind),
    required=st.booleans(),
    hint=words,
    choices=st.one_of(st.lists(choices, max_size=6).map(tuple), st.sampled_from([101, 350]).map(numbered)),
    longest=st.integers(-1, 10_000),
    value=st.one_of(words, st.sampled_from(["2026-10-16", "2026-02-31", "yes", "v1,v2,v2,v300"])),
    error=words,
)


def named(some: list[Blank]) -> tuple[Blank, ...]:
    """Blanks are the parameters of a function: each has a name of its own."""
    return tuple(Blank(**{**vars(blank), "name": f"blank_{number}"}) for number, blank in enumerate(some))


forms = st.builds(Form, words, line, st.lists(blanks, max_size=4).map(named), words)
messages = st.builds(
    Message,
    text=words,
    facts=st.tuples(st.lists(facts, max_size=5), st.sampled_from([1, 1, 25])).map(
        lambda pair: tuple(pair[0]) * pair[1]
    ),
    actions=st.tuples(st.lists(actions, max_size=4), st.sampled_from([1, 1, 9])).map(
        lambda pair: tuple(pair[0]) * pair[1]
    ),
    form=st.none() | forms,
    table=st.none() | tables,
    aside=words,
    error=st.sampled_from(["", "NotFound"]),
    nonce=st.sampled_from(["", "n" * 32]),
)


@tried(30)
@given(messages, st.booleans())
def test_any_message_is_within_slack_s_limits(message: Message, private: bool) -> None:
    assert troubles(dressed(message, private=private)) == []
    assert 1 <= len(fallback(message, private=private)) <= 4_000
    assert view_troubles(result_view(message, Origin("C0HEALTH", name="n" * 200))) == []
    assert view_troubles(home_view(message)) == []


@tried(30)
@given(messages.filter(lambda message: message.form))
def test_any_form_is_within_slack_s_limits(message: Message) -> None:
    assert view_troubles(form_view(message, Origin("C0HEALTH", name="health"))) == []


@pytest.mark.parametrize(
    "blocks, trouble",
    [
        ([{"type": "divider"}] * 51, "51 blocks, not 1 to 50"),
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}],
            "a text has 3001 characters, not 1 to 3000",
        ),
        ([{"type": "banner"}], "unknown block or key: banner ['type']"),
        ([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}], "a block_id stands twice"),
        ([{"type": "context", "elements": []}], "0 elements of a context, not 1 to 10"),
    ],
)
def test_the_checker_itself_finds_what_slack_refuses(blocks: list[dict[str, Any]], trouble: str) -> None:
    assert trouble in troubles(blocks)


# Forms there and back

FORM = Form(
    "Open a new case for a child",
    "new",
    (
        Blank("child", "Child's name", private=True, value="Maisie P."),
        Blank("born", "Date of birth", BlankKind.DATE, value="2018-03-04"),
        Blank(
            "asked_by",
            "Who asked",
            BlankKind.CHOICE,
            choices=(Choice("school", "School"), Choice("mp", "MP")),
            value="mp",
        ),
        Blank("restricted", "Restricted", BlankKind.YES_NO, required=False),
        Blank("agencies", "Agencies", BlankKind.CHOICES, choices=(Choice("a", "A"), Choice("b", "B")), value="a,b"),
        Blank("note", "Note", BlankKind.LONG_TEXT, required=False, hint="Do not name the child."),
    ),
    submit="Open",
)


def submitted(view: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The view as Slack sends it back: each control's state as it stands, or as given."""
    state = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            control = block["element"]
            state[block["block_id"]] = {
                "value": {"type": control["type"], **_state(control), **values.get(block["block_id"], {})}
            }
    return {**view, "state": {"values": state}}


def _state(control: dict[str, Any]) -> dict[str, Any]:
    return {
        "datepicker": {"selected_date": control.get("initial_date")},
        "static_select": {"selected_option": control.get("initial_option")},
        "radio_buttons": {"selected_option": control.get("initial_option")},
        "multi_static_select": {"selected_options": control.get("initial_options", [])},
        "plain_text_input": {"value": control.get("initial_value")},
    }[control["type"]]


def test_a_form_comes_back_with_what_stood_in_it() -> None:
    view = form_view(Message("Open a new case for a child", form=FORM, nonce="n1"), Origin("C0HEALTH", name="health"))
    assert typed_in(submitted(view)) == {
        "child": "Maisie P.",
        "born": "2018-03-04",
        "asked_by": "mp",
        "restricted": "",
        "agencies": "a,b",
        "note": "",
    }
    assert json.loads(view["private_metadata"]) == {
        "place": "C0HEALTH",
        "private": False,
        "name": "health",
        "line": "new",
        "nonce": "n1",
    }


def test_a_form_says_once_what_it_is_and_at_its_top_what_was_wrong() -> None:
    def above(text: str, form: Form) -> str:
        view = form_view(Message(text, form=form), Origin("C0HEALTH"))
        return texts([block for block in view["blocks"] if block["type"] == "section"])

    few = Form("Ask for advice", "ask", FORM.blanks[:3])
    assert above("Ask for advice.", few) == ""
    assert above("Ask a professional.", few) == "Ask a professional."
    assert above("Open a new case for a child", FORM) == "Open a new case for a child"
    wrong = Form("Open a case", "new", tuple(_with_error(blank) for blank in FORM.blanks))
    assert above("Open a case.", wrong) == "Look again at: Date of birth."


def test_errors_stand_beside_the_fields_that_the_person_is_looking_at() -> None:
    view = submitted(form_view(Message("", form=FORM), Origin("C0HEALTH")))
    wrong = Form("", "new", tuple(_with_error(blank) for blank in FORM.blanks))
    assert beside_fields(wrong, "new", inputs_of(view)) == {"born": "That would be dated after today."}


def _with_error(blank: Blank) -> Blank:
    return Blank(**{**vars(blank), "error": "That would be dated after today."}) if blank.name == "born" else blank


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        Form("", "mp", tuple(_with_error(blank) for blank in FORM.blanks)),
        Form("", "new", (*map(_with_error, FORM.blanks), Blank("reason", "Reason"))),
    ],
    ids=["nothing is wrong", "another command", "another blank"],
)
def test_another_form_is_shown_anew(form: Form) -> None:
    assert beside_fields(form, FORM.line, inputs_of(form_view(Message("", form=FORM), Origin("C0HEALTH")))) is None


def test_over_a_hundred_choices_stand_in_groups() -> None:
    schools = tuple(Choice(str(urn), f"School {urn}") for urn in range(250))
    form = Form("Setting", "set", (Blank("school", "School", BlankKind.CHOICE, choices=schools, value="201"),))
    view = form_view(Message("", form=form), Origin("C0HEALTH"))
    groups = view["blocks"][0]["element"]["option_groups"]
    assert [len(group["options"]) for group in groups] == [100, 100, 50]
    assert groups[2]["label"]["text"] == "School 200 to School 249"
    assert typed_in(submitted(view)) == {"school": "201"}
