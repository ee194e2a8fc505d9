"""Every process of a case: started from each thing that it counts from, and every fact of it recorded by name."""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.cases import ending
from bot.domain.clocks import Per
from bot.domain.facts import FACTS, beginnings, recordable
from bot.domain.terms import CaseStatus, ClockState, EntryKind, LetterKind, Outcome, Process
from storage.connect import Store
from storage.tables import Case, Deadline, Entry, Post
from tests.domain.days import day
from tests.town import RULES, Town

E, P = EntryKind, Process
FURTHER = [process for process in Process if process is not P.NEW_ASSESSMENT]
EACH_BEGINNING = [(process, kind) for process in FURTHER for kind in beginnings(process)]
ON = {
    E.TRANSFER_15_FEBRUARY: "2027",
    E.TRANSFER_31_MARCH: "31 March 2027",
    E.TRANSFER_DATE: "1 September 2027",
    E.DAY_OF_MOVE: "4 January 2027",
}
"""The day each counts from in these tests; 20 November 2026 for those that are not here."""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    town.now = town.now.replace(month=11, day=23, hour=10)
    town.opens("Priya")
    yield town
    store.close()


def named(kind: EntryKind) -> str:
    return FACTS[kind].said[0] if FACTS[kind].said else FACTS[kind].label


def entries(town: Town, kind: EntryKind) -> list[Entry]:
    return [entry for entry in town.all(Entry) if entry.kind is kind]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("process", "kind"), EACH_BEGINNING, ids=lambda value: value.value)
def test_every_process_starts_from_each_thing_that_it_counts_from(
    town: Town, process: Process, kind: EntryKind
) -> None:
    words = process.value.replace("_", " ")
    answer = town.say("Priya", f"start {words} 0042 {named(kind)} on {ON.get(kind, '20 November 2026')}")
    assert not answer.error and not answer.form, answer.text
    (case,) = town.all(Case, Case.process == process)
    (first,) = town.all(Entry, Entry.case_id == case.id, Entry.number == 1)
    assert (first.kind, case.child_id, case.setting_id) == (kind, 1, 1)
    clocks = town.all(Deadline, Deadline.case_id == case.id)
    counts = [rule for rule in RULES.of(process) if kind in rule.starts and rule.per is Per.CASE]
    assert {clock.rule for clock in clocks} == {rule.id for rule in counts}


@pytest.mark.parametrize("process", Process)
def test_a_name_means_one_fact_of_a_process(process: Process) -> None:
    words = [word for kind in recordable(process) for word in FACTS[kind].said]
    assert sorted(set(words)) == sorted(words), "two facts of one process are called alike"


def test_what_stops_a_duty_of_the_council_can_be_recorded_by_name() -> None:
    """Else its nudge would have no button."""
    unnamed = {
        (rule.id, stop)
        for process in (*Process, *LetterKind)
        for rule in RULES.of(process)
        if rule.per is Per.CASE and rule.ladder
        for stop in rule.stops
        if not FACTS[stop].said
    }
    assert unnamed == set()


def test_what_must_come_first_can_be_recorded_where_it_is_asked_for() -> None:
    asked = {(kind, first) for kind, fact in FACTS.items() for first in fact.after if not fact.of & FACTS[first].of}
    assert asked == set()


@pytest.mark.parametrize("process", Process)
def test_every_process_has_an_end_of_its_own(process: Process) -> None:
    own = [end for end in ending.outcomes_of(Case(process=process)) if end in ending.NEEDED]
    assert own, f"say in bot/cases/ending.py how a case of {process.label} ends"
    assert Outcome.ANSWERED not in ending.outcomes_of(Case(process=process))


def test_a_further_process_takes_over_the_owner_and_the_restriction(town: Town) -> None:
    town.opens("Kit", "Lily Sands", restricted="yes")
    answer = town.say("Kit", "start annual review 0047 last review on 10 March 2026")
    assert answer.text.startswith("SEND-2026-0051 is open")
    case = town.all(Case)[-1]
    assert (case.restricted, case.owner_id) == (True, town.all(Case)[-2].owner_id)
    assert town.all(Post, Post.case_id == case.id) == [], "no room hears of a restricted case"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("start phase transfer 0042 next school on 16 February 2027", "counts back from 15 February"),
        ("start phase transfer 0042 move between post-16 institutions on 2027", "Give the whole date"),
        ("start move 0042 on 31 February", "31 February isn't a date"),
        ("start annual review 0042 last review on 24 November 2026", "can't be dated after today"),
        ("start annual review 0042 last review on 1 March 2019", "date of birth"),
        ("start tribunal order 0042 on 20 November", "What does the Tribunal order count from?"),
        ("start annual review 0042 order to amend on 20 November", "does not count from that"),
        ("start annual review 0099 last review on 10 March 2026", "I can't find 0099"),
    ],
)
def test_what_a_process_cannot_start_from_is_said(town: Town, line: str, error: str) -> None:
    answer = town.say("Priya", line)
    told = [answer.text, *(blank.error for blank in (answer.form.blanks if answer.form else ()))]
    assert any(error in each for each in told), told
    assert len(town.all(Case)) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("aware", "move", "kind"),
    [
        ("Mon 23 Nov 2026", "Mon 14 Dec 2026", E.AWARE_IN_TIME),  # 15 working days before, to the day
        ("Mon 23 Nov 2026", "Sun 13 Dec 2026", E.BECAME_AWARE),
        ("Fri 20 Nov 2026", "Fri 11 Dec 2026", E.AWARE_IN_TIME),
        ("Fri 20 Nov 2026", "Thu 10 Dec 2026", E.BECAME_AWARE),
        ("Sat 21 Nov 2026", "Fri 11 Dec 2026", E.AWARE_IN_TIME),  # the Monday is its first working day
    ],
)
def test_whether_a_move_was_known_in_time_is_counted(town: Town, aware: str, move: str, kind: EntryKind) -> None:
    town.say("Priya", f"start move 0042 on {day(move):%d/%m/%Y}")
    town.say("Priya", f"record aware 0047 on {day(aware):%d/%m/%Y}")
    assert [entry.kind for entry in town.all(Entry) if entry.kind in (E.AWARE_IN_TIME, E.BECAME_AWARE)] == [kind]


@pytest.mark.databases("sqlite")
def test_another_day_of_knowing_of_a_move_is_counted_anew(town: Town) -> None:
    town.say("Priya", "start move 0042 on 14 December")
    town.say("Priya", "record aware 0047 on 20 November")
    asked = town.say("Priya", "record aware 0047")
    assert (asked.error, [action.label for action in asked.actions]) == ("AlreadyDone", ["Correct it to Mon 23 Nov…"])
    known = town.say("Priya", "correct 0047 3 on 23 November read the letter wrong")
    assert known.text.startswith("SEND-2026-0047: old authority became aware in good time")
    town.now = town.now.replace(day=24)
    late = town.say("Priya", "correct 0047 4 on 24 November it came on Tuesday")
    assert late.text.startswith("SEND-2026-0047: old authority became aware of the move")
    standing = {clock.rule: clock.state for clock in town.all(Deadline, Deadline.case_id == 2)}
    assert standing["move_transfer_unaware"] is ClockState.RUNNING
    assert standing["move_transfer"] is ClockState.NOT_NEEDED


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("born", "review", "young"),
    [
        ("2 October 2021", "Thu 1 Oct 2026", True),
        ("2 October 2021", "Fri 2 Oct 2026", False),  # the fifth birthday
        ("29 February 2020", "Thu 27 Feb 2025", True),
        ("29 February 2020", "Fri 28 Feb 2025", False),
    ],
)
def test_a_child_under_five_is_reviewed_more_often(town: Town, born: str, review: str, young: bool) -> None:
    town.opens("Priya", "Lily Sands", born=born, received=date(2026, 10, 1))
    town.say("Priya", f"start annual review 0047 last review on {day(review):%d/%m/%Y}")
    (clock,) = town.all(Deadline, Deadline.rule == "review_under5")
    assert (bool(entries(town, E.UNDER_FIVE)), not clock.information) == (young, young)


def test_an_override_is_on_record_and_says_so(town: Town) -> None:
    town.say("Priya", "start annual review 0042 last review on 10 March 2026")
    refused = town.say("Priya", "sent decision to maintain 0047")
    assert (refused.error, len(entries(town, E.DECISION_TO_MAINTAIN_SENT))) == ("OutOfOrder", 0)
    town.say("Priya", "sent decision to maintain 0047 anyway=yes because the school sent its report without a meeting")
    (entry,) = entries(town, E.DECISION_TO_MAINTAIN_SENT)
    assert entry.clear == {"out_of_order": True} and entry.sealed is not None
    told = [fact.value for fact in town.say("Priya", "why 0047").facts]
    assert f"entry {entry.number} was recorded out of its order, for the reason kept with it" in told


def test_a_branch_that_was_never_taken_is_no_missed_date(town: Town) -> None:
    """The decision after a review says nothing of how old the child is."""
    town.say("Priya", "start annual review 0042 last review on 10 March 2026")
    town.say("Priya", "record meeting held 0047 on 19 November")
    town.say("Priya", "sent decision to maintain 0047")
    found = {clock.rule: clock.state for clock in town.all(Deadline, Deadline.case_id == 2)}
    assert found["review_under5"] is ClockState.NOT_NEEDED
    assert found["review_next"] is found["ar_decision"] is ClockState.MET


@pytest.mark.databases("sqlite")
def test_a_second_order_of_one_kind_is_a_case_of_its_own(town: Town) -> None:
    """On the first one's case no clock would count from it."""
    town.say("Priya", "start order to amend 0042 on 16 November")
    asked = town.say("Priya", "record order to amend 0047 on 20 November")
    (start,) = [action.line for action in asked.actions if action.label == "It is another: start a case"]
    assert town.say("Priya", start).text.startswith("SEND-2026-0051 is open: Tribunal order")
    assert [clock.legal for clock in town.all(Deadline, Deadline.rule == "order_amend")] == [
        day("Mon 21 Dec 2026"),
        day("Fri 25 Dec 2026"),
    ]


def test_closing_with_a_missed_date_keeps_it_and_asks_for_the_reason(town: Town) -> None:
    assert town.say("Priya", "close 0042 withdrawn").error == "NeedsReason"
    answer = town.say("Priya", "close 0042 withdrawn because the family asked for it")
    assert [fact.label for fact in answer.facts] == ["Stays missed"]
    (closed,) = entries(town, E.CLOSED)
    assert closed.clear["missed"] == ["ehcna_decide"]
    assert town.all(Case)[0].status is CaseStatus.CLOSED
