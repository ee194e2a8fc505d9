"""Which clocks run, to what dates, and how they end: each case is told as the facts on its record."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.clocks import Clock, Happening, derive, is_late
from bot.domain.terms import ClockState, EntryKind, LetterKind, Process, RuleId
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()
HEALTH = RuleId("advice_health")


def facts(*lines: str) -> list[Happening]:
    """Facts from lines such as "Mon 7 Sep 2026 advice_asked 1"; a number at the end is the request's."""
    made = []
    for number, line in enumerate(lines, 1):
        *when, kind, request = line.split() if line.split()[-1].isdigit() else (*line.split(), "0")
        on = day(" ".join(when))
        made.append(Happening(EntryKind(kind), on, on, int(request) or None, number))
    return made


def clocks(
    *lines: str, process: Process | LetterKind = Process.NEW_ASSESSMENT, closed: str = "", **requests: str
) -> dict[str, Clock]:
    """The clocks of these facts by rule; that of a request by rule and number. Requests are given as r1="advice_ep"."""
    made: Mapping[int, RuleId] = {int(name[1:]): RuleId(rule) for name, rule in requests.items()}
    found = derive(
        RULES.of(process),
        facts(*lines),
        calendar=RULES.calendar,
        requests=made,
        closed_on=day(closed) if closed else None,
    )
    return {f"{clock.rule.id} {clock.instance or ''}".strip(): clock for clock in found}


REQUEST = "Mon 7 Sep 2026 la_request_received_or_s24"


def test_a_request_starts_the_clocks_of_the_whole_assessment() -> None:
    dates = {name: (clock.legal, clock.safe) for name, clock in clocks(REQUEST).items()}
    assert dates == {
        "ehcna_decide": (day("Mon 19 Oct 2026"), day("Mon 19 Oct 2026")),
        "ehcna_refuse_issue": (day("Mon 28 Dec 2026"), day("Thu 24 Dec 2026")),
        "draft_plan_target": (day("Mon 28 Dec 2026"), day("Thu 24 Dec 2026")),
        "final_plan": (day("Mon 25 Jan 2027"), day("Mon 25 Jan 2027")),
    }


def test_the_letter_of_an_mp_runs_on_working_days() -> None:
    found = clocks("Fri 11 Dec 2026 mp_received", process=LetterKind.MP_LETTER)
    assert {name: clock.legal for name, clock in found.items()} == {
        "mp_ack": day("Tue 15 Dec 2026"),
        "mp_holding": day("Wed 23 Dec 2026"),
        "mp_reply": day("Tue 29 Dec 2026"),
    }


ASSESS_ON_TIME = "Mon 19 Oct 2026 decision_to_assess_sent"
ASSESS_LATE = "Tue 20 Oct 2026 decision_to_assess_sent"
REFUSED = "Thu 22 Oct 2026 refusal_to_assess_sent"
CONCEDED = "Mon 7 Dec 2026 decision_to_assess_sent"
DRAFT = "Mon 2 Nov 2026 draft_served"
FINAL = "Mon 25 Jan 2027 final_plan_sent"
FINAL_LATE = "Tue 26 Jan 2027 final_plan_sent"

RUNNING, MET, MET_LATE, NOT_NEEDED, STOPPED = ClockState

ENDINGS = [
    # facts after the request, clock, state, what stopped it
    ([], "ehcna_decide", RUNNING, None),
    ([ASSESS_ON_TIME], "ehcna_decide", MET, "decision_to_assess_sent"),
    ([ASSESS_LATE], "ehcna_decide", MET_LATE, "decision_to_assess_sent"),
    ([REFUSED], "ehcna_decide", MET_LATE, "refusal_to_assess_sent"),
    ([ASSESS_ON_TIME, ASSESS_LATE], "ehcna_decide", MET, "decision_to_assess_sent"),  # the earliest letter counts
    ([REFUSED], "final_plan", NOT_NEEDED, "refusal_to_assess_sent"),
    ([REFUSED], "draft_plan_target", NOT_NEEDED, "refusal_to_assess_sent"),
    ([REFUSED], "ehcna_refuse_issue", NOT_NEEDED, "refusal_to_assess_sent"),
    # W v Hertfordshire [2023] EWHC 3138: a refusal given up without an order brings the first twenty weeks back.
    ([REFUSED, CONCEDED], "final_plan", RUNNING, None),
    ([REFUSED, CONCEDED, FINAL_LATE], "final_plan", MET_LATE, "final_plan_sent"),
    ([REFUSED, FINAL_LATE], "final_plan", MET_LATE, "final_plan_sent"),
    ([REFUSED, CONCEDED], "ehcna_decide", MET_LATE, "refusal_to_assess_sent"),
    ([REFUSED, CONCEDED, "Mon 14 Dec 2026 refusal_to_issue_sent"], "final_plan", NOT_NEEDED, "refusal_to_issue_sent"),
    ([ASSESS_ON_TIME, FINAL], "final_plan", MET, "final_plan_sent"),
    ([ASSESS_ON_TIME, FINAL_LATE], "final_plan", MET_LATE, "final_plan_sent"),
    (["Mon 28 Dec 2026 refusal_to_issue_sent"], "ehcna_refuse_issue", MET, "refusal_to_issue_sent"),
    (["Tue 29 Dec 2026 refusal_to_issue_sent"], "ehcna_refuse_issue", MET_LATE, "refusal_to_issue_sent"),
    ([DRAFT], "ehcna_refuse_issue", NOT_NEEDED, "draft_served"),
    ([DRAFT, "Tue 29 Dec 2026 refusal_to_issue_sent"], "ehcna_refuse_issue", MET_LATE, "refusal_to_issue_sent"),
    ([DRAFT], "draft_plan_target", MET, "draft_served"),
    ([FINAL], "draft_plan_target", NOT_NEEDED, "final_plan_sent"),
    ([DRAFT], "draft_reps_min", RUNNING, None),
    ([DRAFT, FINAL], "draft_reps_min", NOT_NEEDED, "final_plan_sent"),
    ([FINAL_LATE], "provision_secure", RUNNING, None),
    ([FINAL, "Mon 8 Feb 2027 provision_confirmed"], "provision_secure", MET, "provision_confirmed"),  # never late
]


@pytest.mark.parametrize(("later", "clock", "state", "stopped"), ENDINGS)
def test_how_a_clock_ends(later: list[str], clock: str, state: ClockState, stopped: str | None) -> None:
    found = clocks(REQUEST, *later)[clock]
    assert (found.state, found.stopped and found.stopped.kind) == (state, stopped)


LETTER_ENDINGS = [
    (["Wed 16 Dec 2026 mp_acknowledged"], "mp_ack", MET_LATE),
    (["Tue 15 Dec 2026 mp_reply_sent"], "mp_ack", NOT_NEEDED),
    (["Tue 15 Dec 2026 mp_reply_sent"], "mp_holding", MET),
    (["Wed 23 Dec 2026 mp_holding_reply_sent"], "mp_holding", MET),
    (["Wed 23 Dec 2026 mp_holding_reply_sent"], "mp_reply", RUNNING),
    (["Wed 30 Dec 2026 mp_reply_sent"], "mp_reply", MET_LATE),
]


@pytest.mark.parametrize(("later", "clock", "state"), LETTER_ENDINGS)
def test_how_the_clocks_of_a_letter_end(later: list[str], clock: str, state: ClockState) -> None:
    assert clocks("Fri 11 Dec 2026 mp_received", *later, process=LetterKind.MP_LETTER)[clock].state is state


def test_a_reply_keeps_the_letter_open_for_five_working_days() -> None:
    kept = clocks("Fri 11 Dec 2026 mp_received", "Tue 29 Dec 2026 mp_reply_sent", process=LetterKind.MP_LETTER)[
        "mp_followup_open"
    ]
    assert (kept.legal, kept.information) == (day("Wed 6 Jan 2027"), True)


def test_a_letter_to_the_council_moves_no_statutory_clock() -> None:
    letter = "Fri 11 Sep 2026 mp_received"
    assert clocks(REQUEST, letter) == clocks(REQUEST)


def test_no_fact_no_clock() -> None:
    assert clocks() == {}


def test_the_earliest_receipt_counts_in_whatever_order_facts_were_recorded() -> None:
    found = clocks("Mon 14 Sep 2026 la_request_received_or_s24", REQUEST)["ehcna_decide"]
    assert (found.legal, found.start.entry) == (day("Mon 19 Oct 2026"), 2)


# Advice: one clock for each request.


def test_advice_counts_from_the_asking_until_the_body_records_its_receipt() -> None:
    asked = clocks(REQUEST, "Mon 7 Sep 2026 advice_asked 1", r1=HEALTH)["advice_health 1"]
    assert (asked.legal, asked.presumed) == (day("Mon 19 Oct 2026"), True)
    received = clocks(REQUEST, "Mon 7 Sep 2026 advice_asked 1", "Wed 9 Sep 2026 body_received_request 1", r1=HEALTH)[
        "advice_health 1"
    ]
    assert (received.legal, received.presumed) == (day("Wed 21 Oct 2026"), False)


def test_two_therapists_asked_on_one_day_are_two_clocks() -> None:
    found = clocks(
        "Mon 7 Sep 2026 advice_asked 1",
        "Mon 7 Sep 2026 advice_asked 2",
        "Wed 9 Sep 2026 body_received_request 2",
        "Mon 12 Oct 2026 advice_received 1",
        r1=HEALTH,
        r2=HEALTH,
    )
    assert {name: (clock.state, clock.legal) for name, clock in found.items()} == {
        "advice_health 1": (MET, day("Mon 19 Oct 2026")),
        "advice_health 2": (RUNNING, day("Wed 21 Oct 2026")),
    }


def test_each_request_runs_under_the_rule_of_its_service() -> None:
    found = clocks("Mon 7 Sep 2026 advice_asked 1", "Tue 8 Sep 2026 advice_asked 2", r1="advice_ep", r2="advice_other")
    assert sorted(found) == ["advice_ep 1", "advice_other 2"]


def test_a_fact_about_a_request_that_nobody_made_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"requests that nobody made: \[3\]"):
        clocks("Mon 7 Sep 2026 advice_asked 3", r1=HEALTH)


ASKED = "Mon 7 Sep 2026 advice_asked 1"
ADVICE_ENDINGS = [
    ([ASKED, "Mon 19 Oct 2026 advice_received 1"], MET, "Mon 19 Oct 2026"),
    ([ASKED, "Tue 20 Oct 2026 advice_received 1"], MET_LATE, "Mon 19 Oct 2026"),
    ([ASKED, "Mon 12 Oct 2026 advice_sent 1"], RUNNING, "Mon 19 Oct 2026"),  # sent is not received
    # The therapist's button is pressed after the report is in: she had the request when she wrote it.
    (
        [ASKED, "Mon 14 Sep 2026 advice_received 1", "Wed 16 Sep 2026 body_received_request 1"],
        MET,
        "Mon 19 Oct 2026",
    ),
    ([ASKED, "Thu 3 Sep 2026 advice_received 1"], MET, "Mon 19 Oct 2026"),  # a report that was there before
    (["Fri 4 Sep 2026 body_received_request 1", "Thu 3 Sep 2026 advice_received 1"], MET, "Fri 16 Oct 2026"),
    ([ASKED, REFUSED], NOT_NEEDED, "Mon 19 Oct 2026"),
    # Received on the very day of the refusal: it was given.
    ([ASKED, "Mon 19 Oct 2026 advice_received 1", "Mon 19 Oct 2026 refusal_to_assess_sent"], MET, "Mon 19 Oct 2026"),
    ([ASKED, REFUSED, "Fri 23 Oct 2026 body_received_request 1"], NOT_NEEDED, "Fri 4 Dec 2026"),
    ([ASKED, REFUSED, CONCEDED], RUNNING, "Mon 19 Oct 2026"),
    (["Mon 26 Oct 2026 advice_asked 1", REFUSED], RUNNING, "Mon 7 Dec 2026"),  # asked after the refusal
    ([ASKED, FINAL], NOT_NEEDED, "Mon 19 Oct 2026"),
    ([ASKED, FINAL, "Mon 1 Feb 2027 advice_received 1"], MET_LATE, "Mon 19 Oct 2026"),
]


@pytest.mark.parametrize(("lines", "state", "legal"), ADVICE_ENDINGS)
def test_how_a_request_for_advice_ends(lines: list[str], state: ClockState, legal: str) -> None:
    found = clocks(REQUEST, *lines, r1=HEALTH)["advice_health 1"]
    assert (found.state, found.legal) == (state, day(legal))


# A stop before the start.


def test_a_decision_dated_before_the_request_stops_nothing_and_is_pointed_at() -> None:
    found = clocks(REQUEST, "Fri 4 Sep 2026 decision_to_assess_sent")["ehcna_decide"]
    assert (found.state, found.stopped) == (RUNNING, None)
    assert found.doubt and found.doubt.on == day("Fri 4 Sep 2026")


def test_a_second_and_sensible_decision_settles_the_doubt() -> None:
    found = clocks(REQUEST, "Fri 4 Sep 2026 decision_to_assess_sent", ASSESS_ON_TIME)["ehcna_decide"]
    assert (found.state, found.doubt) == (MET, None)


# Closing.


def test_closing_stops_what_runs_and_leaves_what_was_met() -> None:
    found = clocks(REQUEST, ASSESS_ON_TIME, closed="Mon 2 Nov 2026")
    assert found["ehcna_decide"].state is MET
    assert {clock.state for name, clock in found.items() if name != "ehcna_decide"} == {STOPPED}
    assert not any(is_late(clock, day("Mon 1 Feb 2027")) for clock in found.values())


# Lateness.

LATENESS = [
    ("Fri 16 Oct 2026", False),
    ("Mon 19 Oct 2026", False),
    ("Tue 20 Oct 2026", True),
]


@pytest.mark.parametrize(("today", "late"), LATENESS)
def test_a_duty_is_late_from_the_day_after_its_legal_date(today: str, late: bool) -> None:
    assert is_late(clocks(REQUEST)["ehcna_decide"], day(today)) is late


def test_between_the_safe_and_the_legal_date_nothing_is_late() -> None:
    found = clocks("Mon 10 Aug 2026 la_request_received_or_s24")["final_plan"]
    assert not is_late(found, day("Sun 27 Dec 2026")) and not is_late(found, day("Mon 28 Dec 2026"))
    assert is_late(found, day("Tue 29 Dec 2026"))


def test_information_is_never_late() -> None:
    found = clocks(REQUEST, DRAFT, FINAL)
    branch = clocks(REQUEST)["ehcna_refuse_issue"]
    years_later = day("Mon 1 Jan 2029")
    for clock in (found["draft_reps_min"], found["provision_secure"], branch):
        assert clock.information and not is_late(clock, years_later)


def test_a_branch_once_taken_is_a_duty() -> None:
    assert not clocks(REQUEST, "Tue 29 Dec 2026 refusal_to_issue_sent")["ehcna_refuse_issue"].information


def test_the_target_is_a_third_date() -> None:
    rules = [replace(rule, target=18) for rule in RULES.of(Process.NEW_ASSESSMENT) if rule.id == "final_plan"]
    (found,) = derive(rules, facts("Mon 10 Aug 2026 la_request_received_or_s24"), calendar=RULES.calendar)
    dates = (found.target, found.safe, found.legal)
    assert dates == (day("Mon 14 Dec 2026"), day("Thu 24 Dec 2026"), day("Mon 28 Dec 2026"))


def test_a_period_with_no_working_day_in_it_is_safe_on_its_legal_date() -> None:
    rules = [replace(rule, length=1) for rule in RULES.of(Process.NEW_ASSESSMENT) if rule.id == "draft_reps_min"]
    (found,) = derive(rules, facts("Sat 26 Dec 2026 draft_served"), calendar=RULES.calendar)
    assert found.safe == found.legal == day("Sat 26 Dec 2026")


def test_a_clock_is_counted_under_the_row_in_force_when_it_started() -> None:
    (rule,) = (rule for rule in RULES.of(Process.NEW_ASSESSMENT) if rule.id == "final_plan")
    before = replace(rule, valid_to=day("Tue 31 Aug 2027"))
    after = replace(rule, version=2, length=18, valid_from=day("Wed 1 Sep 2027"))

    def counted(start: str) -> list[tuple[int, int]]:
        found = derive([before, after], facts(f"{start} la_request_received_or_s24"), calendar=RULES.calendar)
        return [(clock.rule.version, (clock.legal - clock.start.on).days) for clock in found]

    assert counted("Tue 31 Aug 2027") == [(1, 140)]
    assert counted("Wed 1 Sep 2027") == [(2, 126)]
