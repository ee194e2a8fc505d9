"""Plain English: what it is understood as, what is declined, and what never happens by it."""

import csv
import json
import string
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands import BOOK
from bot.domain.errors import CannotRead
from bot.phrases import INTENTS, SLOTS, Understood, Vocabulary, typed, understand, vocabulary_from
from bot.phrases.understood import ACTIONS, REFUSALS
from tests import forms, understanding
from tests.understanding import dangers, faults, kept, rows, variants, vocabulary

WEDNESDAY = date(2026, 11, 25)
SENTENCES = [row.text for row in rows()]
RIGHT = {"built": 0.98, "held": 0.96, "later": 0.98, "unseen": 0.93}
"""The share of each set that has to stay wholly right."""
SAMPLE = 14
"""Of so many sentences one is said otherwise here; `make understand` takes them all."""


def heard(text: str, *context: str, room: bool = False, today: date = WEDNESDAY) -> Understood:
    return understand(text, vocabulary=vocabulary(), today=today, room=room, context=context)


# The table


def test_the_table_is_of_many_sentences_of_every_intent() -> None:
    assert len(rows()) >= 600 and sum(row.set == "held" for row in rows()) >= 200
    assert {row.intent for row in rows()} == set(INTENTS), "write sentences for each intent into tests/utterances.csv"
    assert len({(row.text, row.context) for row in rows()}) == len(rows())


@pytest.mark.parametrize("name", RIGHT)
def test_sentences_are_understood(name: str) -> None:
    chosen = [row for row in rows() if row.set == name]
    wrong = {row.text: told for row in chosen if (told := faults(row, row.heard()))}
    assert len(wrong) <= (1 - RIGHT[name]) * len(chosen), wrong


def test_the_forms_are_those_of_the_sentences_on_record() -> None:
    with forms.FORMS.open(newline="") as file:
        written = [(row["intent"], row["form"]) for row in csv.DictReader(file)]
    assert written == sorted(forms.forms_of(forms.said())), "run: make forms"
    assert not {row.text for row in rows() if row.set in understanding.KEPT_APART} & {one.text for one in forms.said()}


LED = (
    ("mum rang about 0051: what is it stuck on?", "blockers", "SEND-2026-0051", ()),
    ("0066 has stalled, why?", "blockers", "SEND-2026-0066", ()),
    ("I'm meeting the DCO at two. Has SLT come back for 0042?", "agency_status", "SEND-2026-0042", ()),
    ("I can't find the EP report for 0082, did we get it", "agency_status", "SEND-2026-0082", ()),
    ("we sent the draft on 0063 on Monday, please log that", "act_record", "SEND-2026-0063", ()),
    ("SALT 0042 - anything?", "agency_status", "SEND-2026-0042", ()),
    ("where is 0042 up to. It is urgent", "case_status", "SEND-2026-0042", ()),
    ("where is 0042 up to, and who owns it?", "case_status", "SEND-2026-0042", ("owner",)),
    ("overdue final plans, list them", "overdue_list", "", ()),
)
"""What leads to a question is read with it; what only says that something is wanted asks nothing more."""


@pytest.mark.parametrize(("text", "intent", "ref", "also"), LED)
def test_what_leads_to_a_question_is_none(text: str, intent: str, ref: str, also: tuple[str, ...]) -> None:
    found = heard(text)
    assert (found.intent, tuple(one.intent for one in found.also)) == (intent, also)
    assert found.slots.get("refs", [""]) == [ref]


@pytest.mark.parametrize(
    "text", ["has maisie palmer had a reply", "is wim okra's report in yet", "chase it for tam zubek"]
)
def test_in_a_room_the_case_spoken_of_is_not_that_of_whoever_is_named(text: str) -> None:
    """Not even where nobody knows whether it is a child's name, in letters of any size."""
    assert "refs" not in heard(text, "where are we with 0042?", room=True).slots
    assert heard("has SLT had a reply", "where are we with 0042?", room=True).slots["refs"] == ["SEND-2026-0042"]


def test_no_sentence_acts_unconfirmed_or_names_another_case_or_a_child() -> None:
    assert {row.text: bad for row in rows() if (bad := dangers(row, row.heard()))} == {}


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Make 84 restricted", "restrict"),
        ("can you hide the case 0084", "restrict"),
        ("I need to erase 84", "erase"),
        ("mum wants the whole file deleted", "erase"),
        ("everything you hold about 0084", "subject access"),
        ("her name is spelt wrong on 84", "put right"),
        ("DOB wrong 84", "put right"),
        ("is anyone waiting for my approval", "approvals"),
        ("what's waiting for me to approve", "approvals"),
        ("which cases are due for deletion this year", "retention"),
        ("how long do we keep 0079", "retention"),
        ("has anyone used break glass this month", "glass"),
        ("who was refused what last week", "denied"),
        ("what didn’t you understand this week", "not understood"),
        ("who's on the staff list", "people"),
        ("which rooms are connected", "rooms"),
    ],
)
def test_what_is_never_done_from_a_sentence_is_told_how_to_type(said: str, line: str) -> None:
    assert f": {line}" in typed(said)
    assert [text for text in SENTENCES if typed(text)] == [], "which mean something else"


def test_a_sentence_said_otherwise_means_the_same_and_becomes_no_other_action() -> None:
    lost: list[str] = []
    count = 0
    for row, _way, text, before, after in variants(rows()[::SAMPLE]):
        count += 1
        assert after.intent not in ACTIONS or after.intent == before.intent, text
        assert not after.intent.startswith("act_") or after.confirm, text
        lost += [] if kept(row, before, after) else [text]
    assert len(lost) <= 0.05 * count, lost


def test_every_line_is_one_that_a_command_takes() -> None:
    for row in rows():
        for found in (one := row.heard(), *one.also):
            if found.line:
                BOOK.find(found.line)
            assert not found.question or 2 <= len(found.question.choices) <= 4, row.text
            for choice in found.question.choices if found.question else ():
                BOOK.find(choice.line)


# Anything at all

WORDS = sorted({word for text in SENTENCES for word in text.split()})


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.booleans())
@example("<" * 200, False)
@example("what's for lunch", False)
@example("0042 " * 60, True)
@example("remind " * 40, False)
@example("29 february 31/02 30.2.27 99/99 2026-02-30", False)
def test_no_text_raises_and_none_acts_unconfirmed(text: str, room: bool) -> None:
    found = heard(text, "has SLT come back for 0042 yet?", room=room)
    for one in (found, *found.also):
        assert one.intent in INTENTS and set(one.slots) <= set(SLOTS)
        assert one.confirm is (one.intent in ACTIONS)
        assert bool(one.refusal) is (one.intent in REFUSALS | {"out_of_scope"})
    json.dumps(found.as_json)


def test_a_text_of_any_length_is_read() -> None:
    long = "The school rang and said that everything is on its way, as we had agreed. " * 600
    assert heard(long[:40_000] + " What is overdue for health?").as_json["also"] is not None
    assert heard("status 0042. " + long).slots["refs"] == ["SEND-2026-0042"]
    assert not heard("remind " * 6000).line and heard("a" * 40_000).intent in INTENTS


# References

SAME_CASE = ("SEND-2026-0042", "send-2026-0042", "2026-0042", "0042", "42", "#0042", "#42", "SEND 2026 0042", "case 42")


@pytest.mark.parametrize("written", SAME_CASE)
def test_a_case_is_known_in_every_form(written: str) -> None:
    assert heard(f"status {written}").slots == {"refs": ["SEND-2026-0042"]}


def test_a_number_on_record_in_another_year_is_that_case_and_two_are_asked_about() -> None:
    older = vocabulary_from({"cases": {"SEND-2025-0077": "A", "SEND-2025-0078": "B", "SEND-2024-0078": "C"}})
    one = understand("status 0077", vocabulary=older, today=WEDNESDAY)
    two = understand("status 0078", vocabulary=older, today=WEDNESDAY)
    assert one.line == "status SEND-2025-0077" and one.question is None
    assert two.question and [choice.line for choice in two.question.choices] == [
        "status SEND-2025-0078",
        "status SEND-2024-0078",
    ]


# Days and periods: on a Wednesday in term time

PERIODS: Sequence[tuple[str, str | None, str | None]] = (
    ("today", "2026-11-25", "2026-11-25"),
    ("this week", "2026-11-23", "2026-11-29"),
    ("next week", "2026-11-30", "2026-12-06"),
    ("w/c 7 Dec", "2026-12-07", "2026-12-13"),
    ("week commencing 30 November", "2026-11-30", "2026-12-06"),
    ("in the next fortnight", "2026-11-25", "2026-12-09"),
    ("within 10 days", "2026-11-25", "2026-12-05"),
    ("by friday", "2026-11-25", "2026-11-27"),
    ("by next friday", "2026-11-25", "2026-12-04"),
    ("before half term", "2026-11-25", "2027-02-14"),
    ("by the end of term", "2026-11-25", "2026-12-18"),
    ("this term", "2026-09-02", "2026-12-18"),
    ("next term", "2027-01-05", "2027-03-25"),
    ("over half term", "2027-02-15", "2027-02-19"),
    ("over the christmas holidays", "2026-12-19", "2027-01-04"),
    ("this quarter", "2026-10-01", "2026-12-31"),
    ("this month", "2026-11-01", "2026-11-30"),
    ("in december", "2026-12-01", "2026-12-31"),
    ("from 21 dec - 4 jan", "2026-12-21", "2027-01-04"),
    ("between 1 and 15 December", "2026-12-01", "2026-12-15"),
    ("between monday and friday", "2026-11-30", "2026-12-04"),
    ("on the 20th", "2026-12-20", "2026-12-20"),
    ("before easter", "2026-11-25", "2027-03-27"),
    ("this academic year", "2026-09-01", "2027-08-31"),
    ("in 2 weeks", "2026-12-09", "2026-12-09"),
    ("after 4 January", "2027-01-05", None),
)


@pytest.mark.parametrize(("said", "first", "last"), PERIODS)
def test_what_is_due_in_a_period(said: str, first: str | None, last: str | None) -> None:
    assert heard(f"what's due {said}").slots["period"] == {"from": first, "to": last}


PAST = (
    ("since Monday", "2026-11-23", "2026-11-25"),
    ("since the 20th", "2026-11-20", "2026-11-25"),
    ("since half term", "2026-10-26", "2026-11-25"),
    ("last week", "2026-11-16", "2026-11-22"),
    ("on Friday", "2026-11-20", "2026-11-20"),
    ("in the last 30 days", "2026-10-26", "2026-11-25"),
)


@pytest.mark.parametrize(("said", "first", "last"), PAST)
def test_what_changed_in_a_period_looks_back(said: str, first: str, last: str) -> None:
    assert heard(f"what changed on 0042 {said}").slots["period"] == {"from": first, "to": last}


def test_the_verb_says_whether_a_day_is_gone_or_to_come() -> None:
    assert (
        heard("SLT advice for 0042 came in on Friday").line
        == "received speech and language SEND-2026-0042 on 2026-11-20"
    )
    assert heard("snooze 0042 until Friday").line == "snooze SEND-2026-0042 until 2026-11-27"
    assert heard("log an MP letter dated 12 Nov, came in on the 16th").line == "mp received=2026-11-16 dated=2026-11-12"


def test_two_days_are_asked_about_before_anything_is_done() -> None:
    found = heard("snooze 0042 until next Friday")
    assert (
        found.confirm
        and found.question
        and [choice.line for choice in found.question.choices]
        == [
            "snooze SEND-2026-0042 until 2026-11-27",
            "snooze SEND-2026-0042 until 2026-12-04",
        ]
    )


def test_term_dates_that_nobody_recorded_are_asked_for() -> None:
    found = understand("anything due before half term?", vocabulary=Vocabulary(), today=WEDNESDAY)
    assert found.question and "half term" in found.question.text and "period" not in found.slots


# What is said where


def test_a_child_is_not_spoken_of_where_others_read() -> None:
    for text in (
        "what's wrong with Jamie at Oakfield",
        "where is Maisie Turner's plan",
        "how is kai denholm getting on",
    ):
        assert heard(text, room=True).intent == "refuse_privacy" and not heard(text, room=True).line
        assert heard(text).intent != "refuse_privacy"


def test_staff_mps_and_schools_are_no_children() -> None:
    for text in (
        "who covers for Priya Shah",
        "letters from Dana Okoro",
        "assign 0042 to Tom",
        "cases at Oakfield Primary",
    ):
        assert heard(text, room=True).intent not in REFUSALS, text


def test_whether_a_name_is_a_childs_is_asked_of_the_record() -> None:
    asked: list[str] = []

    def is_private(words: str) -> bool:
        asked.append(words)
        return words.lower() == "arlo finch"

    record = Vocabulary(is_private=is_private)
    assert (
        understand("any news about arlo finch", vocabulary=record, today=WEDNESDAY, room=True).intent
        == "refuse_privacy"
    )
    assert understand("status 0042", vocabulary=record, today=WEDNESDAY, room=True).line == "status SEND-2026-0042"
    assert all("0042" not in words for words in asked)


def test_hidden_and_absent_cases_are_understood_alike() -> None:
    """Privately; what somebody may know, the command decides."""
    for text in ("status {}", "who owns {}", "when is {} due", "has SLT come back for {}?"):
        hidden, absent = heard(text.format("0090")), heard(text.format("0199"))
        assert hidden.line.replace("0090", "0199") == absent.line and hidden.intent == absent.intent


def test_context_is_what_its_caller_hands_over_and_nothing_else() -> None:
    assert heard("and the OT one?", "has SLT come back for 0042 yet?").slots["refs"] == ["SEND-2026-0042"]
    assert heard("and the OT one?").question is not None


# A vocabulary from a file


@pytest.mark.parametrize(
    "values",
    [
        [], "x", {"people": "Tom"}, {"people": [{"aliases": []}]}, {"people": [{"name": "T", "aliases": "x"}]},
        {"mps": ["x", 3]}, {"mps": {"A": 3}}, {"settings": [3]}, {"cases": {"SEND-2026-0001": 3}}, {"cases": "x"},
        {"terms": "x"}, {"terms": [{"name": "autumn"}]}, {"terms": [{"name": "a", "from": "x", "to": "y"}]},
    ],
)  # fmt: skip
def test_a_vocabulary_that_cannot_be_read_is_one_sentence(values: Any) -> None:
    with pytest.raises(CannotRead) as refused:
        vocabulary_from(values)
    assert str(refused.value).endswith(".") and "vocabulary" in str(refused.value)


def test_without_a_vocabulary_names_are_taken_as_they_are_written() -> None:
    def heard_alone(text: str) -> Understood:
        return understand(text, vocabulary=Vocabulary(), today=WEDNESDAY)

    assert heard_alone("who's covering for Priya this week").slots["person"] == "Priya"
    assert heard_alone("assign 0042 to Sarah Lund").line == "assign SEND-2026-0042 to Sarah Lund"
    assert heard_alone("what have we promised Dana Okoro MP and by when").slots == {"mp": "Dana Okoro"}
    assert heard_alone("letters from Gareth Pell").slots == {"mp": "Gareth Pell"}


def test_two_people_of_one_name_are_asked_about() -> None:
    two = vocabulary_from({"people": [{"name": "Tom Reid"}, {"name": "Tom Hale"}]})
    found = understand("assign 0042 to Tom", vocabulary=two, today=WEDNESDAY)
    assert found.question and [choice.line for choice in found.question.choices] == [
        "assign SEND-2026-0042 to Tom Reid",
        "assign SEND-2026-0042 to Tom Hale",
    ]


def test_a_name_is_never_mended_into_another_word() -> None:
    assert heard("assign 0042 to Remi").slots["person"] == "Remi"
    assert string.capwords(heard("letters from Okorro").slots["mp"]) == "Dana Okoro"


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    understanding._tell("held", [row for row in rows() if row.set == "held"][:20])
    told = capsys.readouterr().out
    assert "wholly right" in told and "agency_status" in told and "dangers: 0" in told
