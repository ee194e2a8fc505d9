"""Which date staff mean: a case's clocks, and the words that they would use."""

import pytest

from bot.domain.clock_names import Called, meant
from bot.domain.clocks import ClockRule, Happening, Per, derive
from bot.domain.facts import Whole
from bot.domain.terms import EntryKind, LetterKind, Process
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()
E, P = EntryKind, Process


def fact(kind: EntryKind, on: str, instance: int | None = None) -> Happening:
    return Happening(kind, day(on), day(on), instance)


def clocks(process: Whole, *happened: Happening, services: tuple[str, ...] = ()) -> list[Called]:
    """Everything that runs, as a case has it: the first request is number 1."""
    advisers = {number: RULES.service(service) for number, service in enumerate(services, start=1)}
    asked = [fact(E.ADVICE_ASKED, "Mon 7 Sep 2026", number) for number in advisers]
    requests = {number: adviser.clock for number, adviser in advisers.items()}
    found = derive(RULES.of(process), [*happened, *asked], calendar=RULES.calendar, requests=requests)
    return [
        Called(clock, f"{advisers[clock.instance].label} advice", advisers[clock.instance])
        if clock.instance
        else Called(clock, clock.rule.title)
        for clock in found
    ]


REQUEST = fact(E.REQUEST_RECEIVED, "Mon 7 Sep 2026")
NEW = clocks(P.NEW_ASSESSMENT, REQUEST, services=("education", "speech_and_language", "occupational_therapy", "camhs"))
REVIEW = clocks(
    P.ANNUAL_REVIEW,
    fact(E.LAST_REVIEW_CONCLUDED, "Tue 10 Mar 2026"),
    fact(E.MEETING_HELD, "Thu 19 Nov 2026"),
    fact(E.DECISION_TO_AMEND_SENT, "Mon 30 Nov 2026"),
    fact(E.AMENDMENT_NOTICE_SENT, "Mon 30 Nov 2026"),
)
LETTER = clocks(LetterKind.MP_LETTER, fact(E.MP_RECEIVED, "Fri 11 Dec 2026"), fact(E.FOI_RECEIVED, "Fri 11 Dec 2026"))
ADVICE = ["advice_education#1", "advice_health#2", "advice_health#3", "advice_health#4"]


@pytest.mark.parametrize(
    ("of", "words", "expected"),
    [
        (NEW, "20 weeks", ["final_plan"]),
        (NEW, "the 20-week date", ["final_plan"]),
        (NEW, "20w", ["final_plan"]),
        (NEW, "final plan", ["final_plan"]),
        (NEW, "Final Plan deadline", ["final_plan"]),
        (NEW, "the decision", ["ehcna_decide"]),
        (NEW, "decision to assess", ["ehcna_decide"]),
        (NEW, "refusal to assess", ["ehcna_decide"]),
        (NEW, "refusal to issue", ["ehcna_refuse_issue"]),
        (NEW, "draft", ["draft_plan_target"]),
        (NEW, "16 weeks", ["ehcna_refuse_issue", "draft_plan_target"]),
        (NEW, "6 weeks", ["ehcna_decide", *ADVICE]),
        (NEW, "SLT", ["advice_health#2"]),
        (NEW, "salt advice", ["advice_health#2"]),
        (NEW, "speech and language", ["advice_health#2"]),
        (NEW, "school advice", ["advice_education#1"]),
        (NEW, "health advice", ADVICE[1:]),
        (NEW, "CAMHS", ["advice_health#4"]),
        (NEW, "advice_health#3", ["advice_health#3"]),
        (NEW, "ehcna_decide", ["ehcna_decide"]),
        (NEW, "reg 13(2)", ["final_plan"]),
        (NEW, "regulation 10(1)", ["ehcna_refuse_issue"]),
        (NEW, "EP", []),
        (NEW, "half term", []),
        (NEW, "the", []),
        (NEW, "", []),
        (REVIEW, "annual review", ["review_next"]),
        (REVIEW, "ar", ["review_next"]),
        (REVIEW, "report of the meeting", ["ar_report"]),
        (REVIEW, "report", ["ar_report"]),
        (REVIEW, "8 weeks", ["ar_final"]),
        (REVIEW, "12 weeks", ["ar_final_longstop"]),
        (REVIEW, "amended plan", ["ar_final"]),
        (REVIEW, "at the latest", ["ar_final_longstop"]),
        (REVIEW, "section 44", ["review_next"]),
        (LETTER, "holding reply", ["mp_holding"]),
        (LETTER, "10 working days", ["mp_reply"]),
        (LETTER, "foi", ["foi_reply"]),
        (LETTER, "ack", ["mp_ack"]),
    ],
)
def test_words_mean_the_dates_that_staff_call_so(of: list[Called], words: str, expected: list[str]) -> None:
    assert [called.key for called in meant(of, words)] == expected


def test_of_two_limbs_the_one_that_counts_is_meant() -> None:
    decision = fact(E.DECISION_NOTICE_SENT, "Sun 25 Oct 2026")
    certificate = fact(E.MEDIATION_CERTIFICATE, "Mon 7 Dec 2026")
    assert [called.key for called in meant(clocks(P.APPEAL, decision), "appeal")] == ["appeal_from_decision"]
    assert [called.key for called in meant(clocks(P.APPEAL, decision, certificate), "appeal")] == ["appeal_from_cert"]


def test_of_two_branches_the_one_that_was_taken_is_meant() -> None:
    move = fact(E.DAY_OF_MOVE, "Mon 14 Dec 2026")
    aware = fact(E.BECAME_AWARE, "Mon 7 Dec 2026")
    assert [called.key for called in meant(clocks(P.MOVE, move, aware), "transfer of the plan")] == [
        "move_transfer_unaware"
    ]


OF_CASES = [rule for rule in RULES.clocks if rule.per is Per.CASE]


@pytest.mark.parametrize("rule", OF_CASES, ids=lambda rule: rule.id)
def test_every_clock_is_found_by_its_id_and_by_its_title(rule: ClockRule) -> None:
    """On a case where everything that starts a clock has happened."""
    for process in rule.processes:
        starts = {start for other in RULES.of(process) for start in other.starts if other.per is Per.CASE}
        of = clocks(process, *(fact(kind, "Mon 7 Sep 2026") for kind in sorted(starts)))
        assert [called.key for called in meant(of, rule.id)] == [rule.id]
        found = [called.clock.rule for called in meant(of, rule.title)]
        assert rule in found or {other.title for other in found} == {rule.title}
