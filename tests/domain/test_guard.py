"""What a text may tell of a child, by its looks: numbers with their checks, births, names, and what only looks so."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import guard
from bot.domain.guard import REFERENCE, Trace
from bot.domain.message import Action, Blank, Choice, Fact, Form, Message, Row, Table

TODAY = date(2026, 11, 23)


def seen(text: str) -> list[tuple[Trace, str]]:
    """What is found by looks alone, and the words."""
    plain = guard.cleaned(text)
    found = [*guard.numbers(plain), *guard.births(plain, TODAY, guard.days(plain, TODAY))]
    return [(each.what, plain[each.start : each.end]) for each in found]


def candidates(text: str) -> set[str]:
    return {each.plain for each in guard.full_names(guard.words_of(guard.cleaned(text)))}


def alone(text: str, *names: str) -> list[str]:
    plain = guard.cleaned(text)
    return [plain[each.start : each.end] for each in guard.single_names(guard.words_of(plain), names)]


# The examples of B801200005001 and 943 476 5919 are the python-stdnum library's own; the check letters of temporary
# numbers follow the Department for Education's guide: the last letter counts as its place among the 23.
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("B801200005001", ["B801200005001"]),
        ("b801200005001.", ["b801200005001"]),
        ("B 801 2000 05 001", ["B 801 2000 05 001"]),
        ("A801200005001", []),
        ("UPN A801200005001", ["A801200005001"]),
        ("XB801200005001", []),
        ("B8012000050012", []),
        ("L93643781932Y", ["L93643781932Y"]),
        ("L93643781932Z", []),
        ("L93643781932S", []),
    ],
)
def test_a_upn_is_known_by_its_check_letter(text: str, found: list[str]) -> None:
    assert seen(text) == [(Trace.UPN, each) for each in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("943 476 5919", ["943 476 5919"]),
        ("943-476-5919", ["943-476-5919"]),
        ("9434765919", ["9434765919"]),
        ("9434765918", []),
        ("NHS number 9434765918", ["9434765918"]),
        ("19434765919", []),
        ("94347659190", []),
        ("000 000 0000", []),
        ("03/03/2017 943 476 5919", ["943 476 5919"]),
    ],
)
def test_an_nhs_number_is_known_by_its_check_digit(text: str, found: list[str]) -> None:
    assert [words for what, words in seen(text) if what is Trace.NHS_NUMBER] == found


@pytest.mark.parametrize(
    "text",
    [
        *("14/03/2019", "14.3.19", "14-03-2019", "14 03 2019", "2019-03-14", "2019/03/14", "14 March 2019"),
        *("14th of March, 2019", "14-Mar-19", "March 14th, 2019", "14Mar2019", "14032019", "20190314", "14 Mar '19"),
    ],
)
def test_a_date_too_long_ago_to_be_casework_is_a_birth_in_any_form(text: str) -> None:
    assert seen(f"see {text} please") == [(Trace.BIRTH, text)]
    assert [day for day, _, _ in guard.days(text, TODAY)] == [date(2019, 3, 14)]


@pytest.mark.parametrize(
    "text",
    [
        *("due 14 March 2026", "on 14 March 2019", "last review 14/3/19", "Thu 14 March 2019", "sent 14.3.2019"),
        *("the letter dated 14 March 2019", "para 2.1.15", "list 10 11 12", "14 March 20 days late", "3 May 12:30"),
        *("2026-0042", "31/31/2019", "0/0/2019", "99 March 2019", "20260314", "due 19 Oct, 23 Oct"),
        *("plan meeting=2019-03-14", 'held on="2019-03-14"'),
    ],
)
def test_a_date_of_casework_is_no_birth(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("born 3 March 2026", "3 March 2026"),
        ("DOB on the form: 3 March 2026", "3 March 2026"),
        ("3 March 2026 (DOB)", "3 March 2026"),
        ("3 March 2026 is his birthday", "3 March 2026"),
        ("dob 030326", "030326"),
        ("turns five on 3 March", "3 March"),
        ("b'day 29 Feb", "29 Feb"),
    ],
)
def test_any_date_beside_a_word_for_birth_is_one(text: str, found: str) -> None:
    assert seen(text) == [(Trace.BIRTH, found)]


def test_a_request_that_was_turned_down_was_not_born() -> None:
    assert seen("turned down on 3 March 2026") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OX4 1AB", True),
        ("sw1a1aa", True),
        ("EC1A 1BB", True),
        ("BS1 1ST", True),
        ("s4 1st draft", False),
        ("Q1 2AB", False),
        ("OX4 1CI", False),
        ("KS2 3LA", False),
    ],
)
def test_a_postcode_begins_with_an_area_that_there_is(text: str, *, found: bool) -> None:
    assert ([what for what, _ in seen(text)] == [Trace.POSTCODE]) is found


def test_an_address_or_number_at_work_is_a_colleagues() -> None:
    assert seen("tom.reid@anyshire.example or 01632 960123, cost code 4500017711") == []
    assert [what for what, _ in seen("mum@gmail.com, (07700) 900123")] == [Trace.EMAIL, Trace.MOBILE]


def test_a_reference_is_what_a_room_may_hear() -> None:
    text = "SEND-2026-0042, mp-2026-10007 and SAR-2026-0003"
    assert REFERENCE.findall(text) == text.replace(" and", ",").split(", ")
    assert seen(text) == [] and not list(guard.record_numbers(guard.cleaned(text)))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("AN-000042", {"an 000042", "an000042", "000042"}),
        ("an000042", {"an000042", "an 000042"}),
        ("EYES 20417", {"20417", "eyes 20417", "eyes20417"}),
        ("record 7731", {"7731", "record 7731", "record7731"}),
        ("0042 and 7731", {"and 7731", "and7731"}),
        ("1203344", {"1203344"}),
        ("week 10 of 20, KS2, S19", set()),
        ("x" * 40 + "1", set()),
    ],
)
def test_what_may_be_a_record_number_is_looked_up(text: str, numbers: set[str]) -> None:
    assert {plain for plain, _, _ in guard.record_numbers(text)} == numbers


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Maisie Palmer", "palmer, maisie"),
        ("Maisie Anne Palmer", "Maisie Palmer"),
        ("Maisie Anne Palmer", "Maisie A. Palmer"),
        ("Maisie Anne Palmer", "Anne Palmer"),
        ("Palmer, Maisie", "Maisie Palmer's"),
        ("Seán O'Brien", "SEAN OBRIEN"),
        ("Seán O'Brien", "sean o’brien"),
        ("Zoë Müller-Smith", "Zoe Muller Smith"),
        ("Zoë Müller-Smith", "zoe smith"),
        ("Michał Nowak", "michal nowak"),
        ("Lucas van der Berg", "van der Berg, Lucas"),
        ("Sofia Garcia Lopez", "Sofia Garcia"),
        ("Maisie Palmer", "maisie_palmer.pdf"),
        ("Mai\u200bsie Palmer", "Maisie\nPalmer"),
        ("Will Day", "Will Day"),
        ("An To", "An To"),
    ],
)
def test_a_whole_name_is_found_as_people_write_it(name: str, written: str) -> None:
    assert guard.forms(guard.cleaned(name)) & candidates(f"any news on {written} today")


@pytest.mark.parametrize(
    "text", ["Will day 5 do", "will day", "Will Day 5 do", "mark case 0042", "Palmer. Maisie", "to go"]
)
def test_everyday_words_side_by_side_are_no_name_unless_written_like_one(text: str) -> None:
    assert candidates(text) == set()


def test_a_name_of_one_word_or_of_none_is_kept_all_the_same() -> None:
    assert guard.forms("Cher") == {"cher"} and guard.forms("李") == {"李"} and guard.forms("--") == {"--"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is maisie well", ["maisie"]),
        ("Will the OT write", []),
        ("Will is waiting", ["Will"]),
        ("tell Will that", ["Will"]),
        ("Will's mum", ["Will's"]),
        ("it will do", []),
        ("Mark it as sent", []),
        ("I saw Mark", ["Mark"]),
        ("Grace is here", ["Grace"]),
        ("a grace period", []),
        ("due in May", []),
        ("due 12 May", []),
        ("May 2027 is next", []),
        ("is May well", ["May"]),
        ("the Palmers moved", ["Palmers"]),
        ("Mrs Case rang", ["Case"]),
        ("the Case Plan, law and Day 5", []),
        ("PLEASE MARK IT", []),
        ("Thanks Mark, will do", []),
    ],
)
def test_a_single_name_is_told_from_a_word(text: str, found: list[str]) -> None:
    assert alone(text, "maisie", "palmer", "will", "day", "mark", "law", "grace", "case", "plan", "may") == found


def test_the_names_of_grown_ups_are_found_where_they_stand() -> None:
    words = guard.words_of("Tom Reid and Tom Day")
    assert list(guard.spans_of(words, {("tom", "reid"), ("priya", "shah")})) == [(0, 8)]


FULL = Message(
    text="text",
    facts=(Fact("label", "value", "detail"),),
    actions=(Action("action", "line"),),
    form=Form("title", "said", (Blank("name", "blank", hint="hint", value="typed", error="wrong"),), "submit"),
    table=Table(("column",), (Row(("cell",), actions=(Action("of the row", "its line"),)),)),
    copy="copy",
    aside="aside",
    subject="subject",
)
UNSEEN = {
    *((Message, name) for name in ("error", "nonce", "attachment")),
    *((Blank, name) for name in ("name", "kind", "required", "private", "longest")),
    *((Fact, "state"), (Action, "style"), (Row, "state")),
}
"""What no room is shown: a file goes to one person."""


def words_in(value: Any) -> set[str]:
    """Every string in a message, but where no room sees it."""
    match value:
        case str():
            return {value} - {""}
        case tuple():
            return {word for each in value for word in words_in(each)}
        case _ if is_dataclass(value):
            told = (getattr(value, each.name) for each in fields(value) if (type(value), each.name) not in UNSEEN)
            return {word for each in told for word in words_in(each)}
    return set()


def test_every_place_in_a_message_is_looked_at() -> None:
    assert FULL.form is not None
    chosen = replace(FULL.form.blanks[0], choices=(Choice("chosen", "choice"),))
    message = replace(FULL, form=replace(FULL.form, blanks=(chosen,)))
    assert set(guard.slots(message)) == words_in(message)


def test_what_a_button_counts_by_is_no_record_number() -> None:
    message = Message("", actions=(Action("Received", "received request=1203344"),))
    assert not [each for slot in guard.slots(message) for each in guard.record_numbers(slot)]


def everything(text: str) -> None:
    plain = guard.cleaned(text)
    words = guard.words_of(plain)
    found = [*guard.numbers(plain), *guard.births(plain, TODAY, guard.days(plain, TODAY))]
    found += guard.single_names(words, {"maisie", "will", "may"})
    spans = [(each.start, each.end) for each in found]
    spans += [(each.start, each.end) for each in guard.full_names(words)]
    spans += [(start, end) for _, start, end in guard.record_numbers(plain)]
    spans += guard.spans_of(words, {("maisie", "palmer")})
    assert all(0 <= start < end <= len(plain) for start, end in spans)
    assert guard.forms(plain)


NEAR = st.text(alphabet=" \n.,-/'’dobDOBnhsNHSupnUPN0123456789MarchWillDayé٣²ß\u200b\ud800İſ")
"""Texts that come near to all that is looked for."""


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    everything(text)


@given(NEAR)
def test_no_text_that_comes_near_is_too_strange(text: str) -> None:
    everything(text)


@pytest.mark.parametrize("piece", ["7", "12.", "A-", "O'"])
def test_a_long_run_of_characters_is_read_once(piece: str) -> None:
    """As where a file is pasted. Read again from each of its places it would hold up the whole bot for minutes."""
    assert seen(piece * 100_000) == []


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9), st.sampled_from(["", " ", "-"]), st.text())
def test_every_nhs_number_is_found_whatever_stands_around_it(nine: list[int], mark: str, around: str) -> None:
    check = (11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11) % 11
    if check == 10 or len({*nine, check}) == 1:
        return
    digits = "".join(map(str, [*nine, check]))
    number = mark.join((digits[:3], digits[3:6], digits[6:]))
    assert (Trace.NHS_NUMBER, number) in seen(f"{around} | {number} | {around}")


@given(st.dates(date(2000, 1, 1), date(2024, 6, 1)), st.sampled_from(["%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d", "%-d %B %Y"]))
def test_every_birth_of_a_child_is_found(day: date, form: str) -> None:
    assert seen(f"Child | {day.strftime(form)} | school") == [(Trace.BIRTH, day.strftime(form))]


NAMES = st.lists(st.from_regex(r"\A[A-ZÀÉŁØ][a-zéøłß]{2,9}\Z"), min_size=2, max_size=4).map(" ".join)


@given(NAMES, st.sampled_from([str, str.upper]))
def test_every_whole_name_with_capitals_is_found(name: str, how: Any) -> None:
    assert guard.forms(name) & candidates(f"| {how(name)} |")
