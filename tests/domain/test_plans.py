"""Whether a child has a plan, from when its next review counts, and in which September the child moves on."""

import pytest

from bot.domain.plans import Plan, Told, move_in, plan_of
from bot.domain.terms import EntryKind as E
from tests.domain.days import day

FINAL, AMENDED, CEASED = E.FINAL_PLAN_SENT, E.AMENDED_PLAN_SENT, E.PLAN_CEASED
MAINTAIN, AMEND, CEASE = E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_AMEND_SENT, E.DECISION_TO_CEASE_SENT

COUNTS_FROM = [
    ("a final plan", [(FINAL, "Tue 10 Mar 2026")], (FINAL, "Tue 10 Mar 2026")),
    (
        "the plan as it was first made, not the one after a re-assessment",
        [(FINAL, "Mon 8 Sep 2025"), (FINAL, "Tue 10 Mar 2026")],
        (FINAL, "Mon 8 Sep 2025"),
    ),
    (
        "a review whose decision is sent",
        [(FINAL, "Mon 8 Sep 2025"), (MAINTAIN, "Mon 7 Sep 2026")],
        (MAINTAIN, "Mon 7 Sep 2026"),
    ),
    (
        "the decision to amend, not the amended plan",
        [(AMEND, "Mon 7 Sep 2026"), (AMENDED, "Mon 2 Nov 2026")],
        (AMEND, "Mon 7 Sep 2026"),
    ),
    (
        "the last of two reviews",
        [(E.LAST_REVIEW_CONCLUDED, "Tue 10 Mar 2026"), (MAINTAIN, "Tue 9 Mar 2027")],
        (MAINTAIN, "Tue 9 Mar 2027"),
    ),
    (
        "an earlier review, although the plan was made anew after a re-assessment: the safer reading of s.44(1)",
        [(MAINTAIN, "Tue 10 Mar 2026"), (FINAL, "Wed 1 Jul 2026")],
        (MAINTAIN, "Tue 10 Mar 2026"),
    ),
    (
        "a second plan, where the first was ceased",
        [(FINAL, "Mon 8 Sep 2025"), (CEASED, "Mon 7 Sep 2026"), (FINAL, "Mon 1 Feb 2027")],
        (FINAL, "Mon 1 Feb 2027"),
    ),
    ("nothing, where only an amended plan is known of", [(AMENDED, "Mon 2 Nov 2026")], None),
]


def plan(facts: list[tuple[E, str]], gone: str = "") -> Plan | None:
    told = [Told(kind, day(on), number) for number, (kind, on) in enumerate(facts, start=1)]
    return plan_of(told, day(gone) if gone else None)


@pytest.mark.parametrize(("what", "facts", "expected"), COUNTS_FROM)
def test_the_next_review_counts_from(what: str, facts: list[tuple[E, str]], expected: tuple[E, str] | None) -> None:
    found = plan(facts)
    assert found is not None
    counted = found.counts_from and (found.counts_from.kind, found.counts_from.on)
    assert counted == (expected and (expected[0], day(expected[1])))


NO_PLAN = [
    ("nothing but a request", [(E.REQUEST_RECEIVED, "Tue 10 Mar 2026")], ""),
    ("a plan that was ceased", [(FINAL, "Mon 8 Sep 2025"), (CEASED, "Mon 7 Sep 2026")], ""),
    ("a child who moved away", [(FINAL, "Mon 8 Sep 2025")], "Mon 7 Sep 2026"),
]


@pytest.mark.parametrize(("what", "facts", "gone"), NO_PLAN)
def test_there_is_no_plan(what: str, facts: list[tuple[E, str]], gone: str) -> None:
    assert plan(facts, gone) is None


def test_a_child_who_came_back_has_a_plan_again() -> None:
    found = plan([(FINAL, "Mon 8 Sep 2025"), (MAINTAIN, "Tue 9 Mar 2027")], "Mon 7 Sep 2026")
    assert found is not None
    assert found.newest.on == day("Tue 9 Mar 2027")


def test_a_plan_is_to_end_until_the_council_decides_otherwise() -> None:
    ending = [(MAINTAIN, "Tue 10 Mar 2026"), (CEASE, "Tue 9 Mar 2027")]
    found, kept = plan(ending), plan([*ending, (AMENDED, "Tue 1 Jun 2027")])
    assert found is not None
    assert found.is_to_end
    assert kept is not None
    assert not kept.is_to_end


MOVES = [
    # born, the September of, the move
    ("Thu 1 Sep 2022", 2027, "reception"),
    ("Wed 31 Aug 2022", 2027, None),
    ("Thu 31 Aug 2023", 2027, "reception"),
    ("Fri 1 Sep 2023", 2027, None),
    ("Tue 1 Sep 2015", 2027, "year 7"),
    ("Mon 31 Aug 2015", 2027, None),
    ("Wed 31 Aug 2016", 2027, "year 7"),
    ("Thu 1 Sep 2016", 2027, None),
    ("Mon 29 Feb 2016", 2027, "year 7"),
    ("Wed 1 Sep 2010", 2027, "year 12"),
    ("Tue 31 Aug 2010", 2027, None),
    ("Wed 31 Aug 2011", 2027, "year 12"),
    ("Thu 1 Sep 2011", 2027, None),
    ("Wed 31 Aug 2011", 2028, None),
]


@pytest.mark.parametrize(("born", "year", "to"), MOVES)
def test_a_date_of_birth_tells_the_move(born: str, year: int, to: str | None) -> None:
    found = move_in(year, day(born))
    assert (found and found.to) == to
    if found:
        assert found.falls_on == ((3, 31) if to == "year 12" else (2, 15))
