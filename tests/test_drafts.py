"""Words to send: whom they are for decides what they may say; and what changed, read five entries at a time."""

from collections.abc import Iterator

import pytest

from bot.commands import BOOK
from bot.domain.drafts import Whom
from bot.domain.errors import NotUnderstood
from storage.connect import Store
from tests.town import SCHOOL, Town

one_database = pytest.mark.databases("sqlite")
PRIVATE = ("Maisie", "Palmer", "2019", SCHOOL, "Oakhurst", "grandmother", "Bluebell Clinic")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya", "Maisie Palmer")
    for who, line in (
        ("Priya", "sent decision 0042 on 18 September because the post was slow"),
        ("Priya", 'ask 0042 SLT adviser="Bluebell Clinic" on 21 September'),
        ("Priya", "ask 0042 social care on 22 September"),
        ("Priya", "note 0042 Maisie lives with her grandmother"),
        ("Frances", 'mp member="Dana Okoro" constituency="North" received=2026-10-15 matters=enquiry cases=0042'),
    ):
        answer = town.say(who, line)
        assert not answer.error and not answer.form, (line, answer.text)
    yield town
    store.close()


@one_database
def test_no_draft_says_who_the_child_is_or_more_than_its_reader_may_know(town: Town) -> None:
    drafts = {whom: town.say("Priya", f"draft 0042 for {whom.value}") for whom in Whom if whom is not Whom.AGENCY}
    several = town.say("Priya", "draft 0042 for agency")
    assert not several.copy and [action.label for action in several.actions] == [
        "speech and language advice",
        "social care advice",
    ]
    drafts[Whom.AGENCY] = town.say("Priya", "draft 0042 for SLT")
    for whom, answer in drafts.items():
        assert answer.private and not answer.error and len(answer.copy.splitlines()) == 2, whom
        told = " ".join([answer.copy, *(f"{fact.value} {fact.detail}" for fact in answer.facts)])
        assert [word for word in PRIVATE if word in told] == [], whom
        assert not any(action.acts for action in answer.actions), "a draft only reads"
    told = {whom: answer.copy for whom, answer in drafts.items()}
    knows_requests = {whom for whom in told if "speech and language" in told[whom]}
    assert knows_requests == {Whom.MANAGER, Whom.FAMILY, Whom.AGENCY}
    assert {whom for whom in told if "MP-2026" in told[whom]} == {Whom.MANAGER, Whom.MP_TEAM, Whom.MP}
    assert "SEND" not in told[Whom.MP] and "SEND" not in told[Whom.OTHERS]
    assert "social care" not in told[Whom.AGENCY], "what one body owes is not told to another"


@one_database
def test_nothing_is_drafted_of_what_became_restricted_for_those_who_are_not_named(town: Town) -> None:
    """Neither of the case nor of the letter about it, though both are there for whoever asks."""
    letter = town.say("Priya", "status 0042 letter").text.split(" ")[3]
    assert not town.say("Priya", "restrict 0042 adoption because the father must not know").error
    for about in ("0042", letter):
        answer = town.say("Priya", f"draft {about}")
        assert answer.copy, about
        assert not any("mp_team" in action.line or "agency" in action.line for action in answer.actions), about
        for whom in ("the MP team", "somebody outside"):
            refused = town.say("Priya", f"draft {about} for {whom}")
            assert (refused.error, refused.copy) == ("NotNow", ""), (about, whom)


@one_database
def test_a_letter_is_answered_to_whoever_wrote_it(town: Town) -> None:
    letter = town.say("Priya", "status 0042 letter").text.split(" ")[3]
    assert [town.say("Priya", f"draft {letter} for {whom}").error for whom in ("mum", "press")] == ["NotNow"] * 2
    complaint = town.say("Priya", "letter complaint received=2026-10-05 cases=0042").text.split(" ")[0]
    for line in (f"draft {complaint}", f"draft {complaint} for mum"):
        answer = town.say("Priya", line)
        assert answer.text.startswith(f"{complaint}: a holding reply. "), line
        assert "Thank you for your complaint" in answer.copy and "will reply by […]" in answer.copy, line
    beside = town.say("Priya", f"draft {complaint} for a manager")
    assert "Holding reply" in [action.label for action in beside.actions]


@one_database
def test_each_date_in_a_draft_has_its_kind_and_the_entry_it_rests_on(town: Town) -> None:
    answer = town.say("Priya", "draft 0042")
    assert answer.copy.count("due ") == answer.copy.count("statutory") + answer.copy.count("our target") + (
        answer.copy.count("guidance")
    )
    for place, line in enumerate(answer.copy.splitlines(), start=1):
        entries = [fact for fact in answer.facts if fact.label == f"Line {place}"]
        assert entries and all("recorded by" in fact.detail for fact in entries), line


@pytest.mark.parametrize(
    "line", ["draft sent 84", "draft plan issued 84", "draft due 42", "draft me a letter", "draft"]
)
def test_a_line_that_begins_with_the_word_may_mean_the_plan(line: str) -> None:
    if line == "draft":
        assert BOOK.find(line)[0].name == "draft"
    else:
        with pytest.raises(NotUnderstood):
            BOOK.find(line)
    assert all(BOOK.find(f"draft {rest}")[0].name == "draft" for rest in ("42", "#42", "MP-2026-0007", "for mum 42"))


def test_more_shows_every_change_once(town: Town) -> None:
    assert not town.say("Priya", "correct 0042 4 on 22 September because of a wrong day").error
    for line, many in (
        ("history case=0042 latest=yes", 8),
        ("history since=2026-10-16", 8),
        ("history by=Priya since=2026-10-16", 7),
        ("history case=0042 about=slt", 2),
        ("history about=slt", 2),
        ("history case=0042 about=dates", 1),
        ("history by=Priya about=dates", 1),
    ):
        shown: list[tuple[str, str]] = []
        answer = town.say("Priya", line)
        while True:
            assert len(answer.facts) <= 5
            shown += [(fact.label, fact.value) for fact in answer.facts]
            more = next((action.line for action in answer.actions if action.label == "More"), "")
            if not more:
                break
            answer = town.say("Priya", more)
        count = int("".join(filter(str.isdigit, answer.text.split(" on ")[0])))
        assert len(shown) == len(set(shown)) == count == many, line


def test_what_is_hidden_is_in_nobody_elses_changes(town: Town) -> None:
    town.opens("Tom", "Noah Grant")
    assert not town.say("Tom", "restrict 0047 child protection because a meeting is on Monday").error
    assert "SEND-2026-0047" in {fact.label for fact in town.say("Tom", "history").facts}
    hidden = [town.say("Priya", line) for line in ("history by=Tom since=2026-01-01", "access 0047", "draft 0047")]
    assert not any("0047" in fact.label or "0047" in fact.value for answer in hidden for fact in answer.facts)
    assert [answer.error for answer in hidden[1:]] == ["NotFound", "NotFound"]
    absent = [town.say("Priya", line).text.replace("9999", "0047") for line in ("access 9999", "draft 9999")]
    assert [answer.text for answer in hidden[1:]] == absent
