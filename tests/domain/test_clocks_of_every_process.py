"""What the processes beside a new assessment ask of a clock: branches, two limbs, counting back, claims, packs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.claims import Claim
from bot.domain.clocks import Clock, Happening, derive, is_late
from bot.domain.terms import ClockState, EntryKind, LetterKind, Process, RuleId
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()
RUNNING, MET, MET_LATE, NOT_NEEDED, STOPPED = ClockState


def clocks(
    process: Process | LetterKind,
    *lines: str,
    claims: Sequence[Claim] = (),
    closed: str = "",
    recorded: str = "",
) -> dict[str, Clock]:
    """The clocks of facts such as "Thu 19 Nov 2026 ar_meeting_held", recorded on the day itself or on `recorded`."""
    facts = []
    for number, line in enumerate(lines, 1):
        on, kind = day(line.rpartition(" ")[0]), EntryKind(line.rpartition(" ")[2])
        facts.append(Happening(kind, on, day(recorded) if recorded else on, entry=number))
    found = derive(
        RULES.of(process), facts, calendar=RULES.calendar, claims=claims, closed_on=day(closed) if closed else None
    )
    return {clock.rule.id: clock for clock in found}


# A branch: information until a fact settles it.

MEETING = "Thu 19 Nov 2026 ar_meeting_held"
AMEND = "Thu 17 Dec 2026 decision_to_amend_sent"
NOTICE = "Thu 17 Dec 2026 amendment_notice_sent"
ORDER = "Mon 23 Nov 2026 order_to_assess"
BRANCHES = [
    # facts, clock, only information, state
    (Process.ANNUAL_REVIEW, [MEETING], "ar_amend_notice", True, RUNNING),
    (Process.ANNUAL_REVIEW, [MEETING], "ar_decision", False, RUNNING),
    (Process.ANNUAL_REVIEW, [MEETING, AMEND], "ar_amend_notice", False, RUNNING),
    (Process.ANNUAL_REVIEW, [MEETING, AMEND, NOTICE], "ar_amend_notice", False, MET),
    (Process.ANNUAL_REVIEW, [MEETING, AMEND, NOTICE], "ar_final_longstop", False, RUNNING),
    (Process.ANNUAL_REVIEW, [MEETING, NOTICE], "ar_amend_notice", False, MET),
    (Process.ANNUAL_REVIEW, [MEETING, NOTICE], "ar_final", False, RUNNING),  # the notice alone says that it amends
    (Process.ANNUAL_REVIEW, [MEETING, NOTICE], "ar_final_longstop", False, RUNNING),
    (
        Process.ANNUAL_REVIEW,
        [MEETING, "Thu 17 Dec 2026 decision_to_maintain_sent"],
        "ar_amend_notice",
        True,
        NOT_NEEDED,
    ),
    (Process.TRIBUNAL_ORDER, [ORDER], "order_assess_refuse", True, RUNNING),
    (Process.TRIBUNAL_ORDER, [ORDER], "order_assess_final", True, RUNNING),
    (Process.TRIBUNAL_ORDER, [ORDER], "order_assess_choose", False, RUNNING),
    (Process.TRIBUNAL_ORDER, [ORDER, "Mon 1 Feb 2027 decision_to_issue_sent"], "order_assess_final", False, RUNNING),
    (Process.TRIBUNAL_ORDER, [ORDER, "Mon 1 Feb 2027 decision_to_issue_sent"], "order_assess_refuse", True, NOT_NEEDED),
    (Process.TRIBUNAL_ORDER, [ORDER, "Tue 2 Feb 2027 refusal_to_issue_sent"], "order_assess_refuse", False, MET_LATE),
    (Process.TRIBUNAL_ORDER, [ORDER, "Tue 2 Feb 2027 refusal_to_issue_sent"], "order_assess_final", True, NOT_NEEDED),
]


@pytest.mark.parametrize(("process", "lines", "clock", "information", "state"), BRANCHES)
def test_a_branch_binds_once_it_is_taken(
    process: Process, lines: list[str], clock: str, information: bool, state: ClockState
) -> None:
    found = clocks(process, *lines)[clock]
    assert (found.information, found.state) == (information, state)
    assert not (information and is_late(found, day("Mon 31 May 2027")))


def test_each_limb_of_an_order_starts_its_own_clocks_and_no_others() -> None:
    started = {
        kind.value: set(clocks(Process.TRIBUNAL_ORDER, f"Mon 23 Nov 2026 {kind}"))
        for kind in EntryKind
        if kind.name.startswith("ORDER_")
    }
    assert started == {
        "order_may_cease": {"order_cease"},
        "order_to_assess": {f"order_assess_{what}" for what in ("notify", "refuse", "choose", "final")},
        "order_to_make_plan": {"order_make_draft", "order_make_final"},
        "order_to_reconsider": {"order_reconsider"},
        "order_to_amend": {"order_amend"},
        "order_to_name_school": {"order_school"},
        "order_to_continue_and_amend": {"order_amend"},
        "order_to_continue_with_school": {"order_school"},
    }


def test_an_order_counts_from_the_earlier_of_its_two_dates() -> None:
    found = clocks(Process.TRIBUNAL_ORDER, "Thu 26 Nov 2026 order_to_amend", "Mon 23 Nov 2026 order_to_amend")
    assert (found["order_amend"].legal, found["order_amend"].safe) == (day("Mon 28 Dec 2026"), day("Thu 24 Dec 2026"))


# A limit that is the later of two.

MOVED = "Tue 29 Dec 2026 plan_transferred"


def test_of_two_limbs_the_later_binds_and_the_earlier_is_information() -> None:
    found = clocks(Process.MOVE, "Tue 10 Mar 2026 last_review_concluded", MOVED)
    early, late = found["move_review_a"], found["move_review_b"]
    assert (early.legal, early.information, early.later_limb) == (day("Tue 9 Mar 2027"), True, "move_review_b")
    assert (late.legal, late.information, late.later_limb) == (day("Sun 28 Mar 2027"), False, None)
    assert (early.ladder, late.ladder) == ("", "council")


def test_a_review_in_time_for_the_later_limb_is_late_for_neither() -> None:
    reviewed = "Fri 19 Mar 2027 decision_to_maintain_sent"
    found = clocks(Process.MOVE, "Tue 10 Mar 2026 last_review_concluded", MOVED, reviewed)
    assert {found[limb].state for limb in ("move_review_a", "move_review_b")} == {MET}
    too_late = clocks(
        Process.MOVE, "Tue 10 Mar 2026 last_review_concluded", MOVED, reviewed.replace("Fri 19", "Mon 29")
    )
    assert {too_late[limb].state for limb in ("move_review_a", "move_review_b")} == {MET_LATE}


def test_a_review_after_a_move_counts_from_the_making_or_the_last_review_whichever_came_last() -> None:
    both = clocks(Process.MOVE, "Mon 5 May 2025 plan_made", "Tue 10 Mar 2026 last_review_concluded")
    assert both["move_review_a"].legal == day("Tue 9 Mar 2027")


@pytest.mark.parametrize(
    ("lines", "limit", "clock"),
    [
        (["Thu 31 Dec 2026 decision_notice_sent"], "Mon 1 Mar 2027", "appeal_from_decision"),
        (
            ["Mon 15 Jun 2026 decision_notice_sent", "Sun 29 Nov 2026 mediation_certificate"],
            "Mon 4 Jan 2027",
            "appeal_from_cert",
        ),
        (
            ["Mon 15 Jun 2026 decision_notice_sent", "Wed 1 Jul 2026 mediation_certificate"],
            "Tue 1 Sep 2026",
            "appeal_from_decision",
        ),
    ],
)
def test_the_limit_of_an_appeal_is_the_later_of_its_limbs(lines: list[str], limit: str, clock: str) -> None:
    found = {name: each for name, each in clocks(Process.APPEAL, *lines).items() if name.startswith("appeal_from")}
    assert max(each.legal for each in found.values()) == day(limit)
    assert found[clock].later_limb is None and found[clock].legal == day(limit)


def test_a_second_decision_brings_the_right_to_appeal_anew_and_closing_does_not_take_it() -> None:
    first, second = "Mon 19 Oct 2026 refusal_to_assess_sent", "Mon 22 Mar 2027 final_plan_sent"
    request = "Mon 7 Sep 2026 la_request_received_or_s24"
    found = clocks(Process.NEW_ASSESSMENT, request, first, second, closed="Mon 22 Mar 2027")["appeal_from_decision"]
    assert (found.legal, found.state) == (day("Mon 24 May 2027"), RUNNING)  # Sat 22 May rolls


# Clocks that count back from a day to come.


def test_a_clock_that_counts_back_runs_from_its_recording_and_is_met_before_its_event() -> None:
    fixed, notice = "Thu 10 Dec 2026 ar_meeting_date", "Thu 26 Nov 2026 meeting_notice_sent"
    found = clocks(Process.ANNUAL_REVIEW, fixed, recorded="Mon 9 Nov 2026")["ar_notice_meeting"]
    assert (found.legal, found.runs_from, found.state) == (day("Thu 26 Nov 2026"), day("Mon 9 Nov 2026"), RUNNING)
    assert clocks(Process.ANNUAL_REVIEW, fixed, notice)["ar_notice_meeting"].state is MET
    late = clocks(Process.ANNUAL_REVIEW, fixed, notice.replace("Thu 26", "Fri 27"))["ar_notice_meeting"]
    assert (late.state, late.doubt) == (MET_LATE, None)


@pytest.mark.parametrize(
    ("start", "clock", "legal", "safe"),
    [
        ("Mon 15 Feb 2027 date_15_feb_transfer_year", "phase_school", "Sun 14 Feb 2027", "Fri 12 Feb 2027"),
        ("Wed 31 Mar 2027 date_31_mar_transfer_year", "phase_post16", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),
        ("Sat 31 Jul 2027 transfer_date", "phase_p16_to_p16", "Sun 28 Feb 2027", "Fri 26 Feb 2027"),
    ],
)
def test_a_phase_transfer_counts_back_from_its_date(start: str, clock: str, legal: str, safe: str) -> None:
    found = clocks(Process.PHASE_TRANSFER, start, recorded="Mon 7 Sep 2026")[clock]
    assert (found.legal, found.safe, found.runs_from) == (day(legal), day(safe), day("Mon 7 Sep 2026"))


# What is owed at once.


def test_what_is_owed_at_once_is_asked_about_and_never_late() -> None:
    found = clocks(Process.REASSESSMENT, "Mon 25 Jan 2027 final_plan_sent")["provision_secure"]
    assert (found.ladder, found.information, is_late(found, day("Mon 31 May 2027"))) == ("once", True, False)
    done = clocks(Process.REASSESSMENT, "Mon 25 Jan 2027 final_plan_sent", "Mon 8 Feb 2027 provision_confirmed")
    assert (done["provision_secure"].ladder, done["provision_secure"].state) == ("", MET)


@pytest.mark.parametrize(
    ("aware", "asked_about", "nudged"),
    [("old_la_aware_in_time", "once", ""), ("old_la_became_aware", "", "council")],
)
def test_a_move_known_in_time_is_owed_on_the_day_and_else_within_15_working_days(
    aware: str, asked_about: str, nudged: str
) -> None:
    found = clocks(Process.MOVE, "Mon 14 Dec 2026 day_of_move", f"Mon 7 Dec 2026 {aware}")
    at_once, within = found.get("move_transfer"), found.get("move_transfer_unaware")
    assert (at_once.ladder if at_once else "", within.ladder if within else "") == (asked_about, nudged)
    assert within is None or within.legal == day("Tue 29 Dec 2026")


# Claims.

REQUEST = "Mon 7 Sep 2026 la_request_received_or_s24"


def test_an_exception_moves_no_date_and_shows_the_councils_own_aim() -> None:
    claim = Claim("A4", (RuleId("final_plan"),), day("Mon 4 Jan 2027"), 9, aim=day("Mon 8 Mar 2027"))
    found = clocks(Process.NEW_ASSESSMENT, REQUEST, claims=[claim])
    plan = found["final_plan"]
    assert (plan.legal, plan.target, plan.counted, plan.claims) == (
        day("Mon 25 Jan 2027"),
        day("Mon 8 Mar 2027"),
        None,
        (claim,),
    )
    assert is_late(plan, day("Tue 26 Jan 2027"))
    assert found["ehcna_decide"].claims == ()


def test_a_date_that_was_given_stands_in_place_of_the_counted_one_and_the_last_one_given_holds() -> None:
    def given(to: str, entry: int) -> Claim:
        return Claim("directed", (RuleId("appeal_la_response"),), day("Mon 12 Jul 2027"), entry, gives=day(to))

    papers = "Mon 5 Jul 2027 tribunal_papers_received"
    counted = clocks(Process.APPEAL, papers)["appeal_la_response"]
    assert (counted.legal, counted.counted) == (day("Wed 15 Sep 2027"), None)
    claims = [given("Mon 16 Aug 2027", 2), given("Sun 22 Aug 2027", 3)]
    found = clocks(Process.APPEAL, papers, claims=claims)["appeal_la_response"]
    assert (found.legal, found.safe, found.counted) == (
        day("Sun 22 Aug 2027"),
        day("Fri 20 Aug 2027"),
        day("Wed 15 Sep 2027"),
    )


# Rows that another pack reads otherwise.


def test_a_clock_keeps_the_row_in_force_when_its_start_was_recorded() -> None:
    row = RULES.by_id[RuleId("ehcna_decide")]
    old = replace(row, recorded_until=day("Fri 1 Jan 2027"))
    new = replace(row, version=2, length=5, recorded_from=day("Sat 2 Jan 2027"))

    def legal(recorded: date) -> date:
        start = Happening(EntryKind.REQUEST_RECEIVED, day("Mon 7 Sep 2026"), recorded)
        (found,) = derive([old, new], [start], calendar=RULES.calendar)
        return found.legal

    assert legal(day("Fri 1 Jan 2027")) == day("Mon 19 Oct 2026")
    assert legal(day("Sat 2 Jan 2027")) == day("Mon 12 Oct 2026")


# Letters.


def test_one_letter_of_an_mp_runs_the_clocks_of_all_that_it_holds() -> None:
    came = "Fri 11 Dec 2026"
    found = clocks(
        LetterKind.MP_LETTER, *(f"{came} {what}" for what in ("mp_received", "complaint_received", "foi_received"))
    )
    assert {name: clock.legal for name, clock in found.items()} == {
        "mp_ack": day("Tue 15 Dec 2026"),
        "mp_holding": day("Wed 23 Dec 2026"),
        "mp_reply": day("Tue 29 Dec 2026"),
        "complaint_ack": day("Fri 18 Dec 2026"),
        "foi_reply": day("Thu 14 Jan 2027"),
    }


# What is no longer owed, and what is owed all the same.

LIVES = [
    # facts, clock, state, only information
    (Process.MEDIATION, ["Mon 30 Nov 2026 parent_informs_la"], "med_notify_icb", RUNNING, False),
    (
        Process.MEDIATION,
        ["Mon 30 Nov 2026 parent_informs_la", "Mon 30 Nov 2026 mediation_without_health"],
        "med_notify_icb",
        NOT_NEEDED,
        False,
    ),
    (
        Process.MEDIATION,
        ["Mon 30 Nov 2026 parent_informs_la", "Tue 1 Dec 2026 adviser_informed"],
        "med_arrange",
        NOT_NEEDED,
        False,
    ),
    (
        Process.MEDIATION,
        ["Mon 30 Nov 2026 parent_informs_la", "Thu 31 Dec 2026 mediation_concluded"],
        "med_arrange",
        MET_LATE,
        False,
    ),
    (Process.MEDIATION, ["Wed 9 Dec 2026 mediation_agreement"], "med_icb_tells_la", RUNNING, True),
    (
        Process.MEDIATION,
        ["Wed 2 Dec 2026 la_informs_icb", "Wed 9 Dec 2026 mediation_agreement"],
        "med_icb_tells_la",
        RUNNING,
        False,
    ),
    (
        Process.DETAINED_ASSESSMENT,
        ["Mon 9 Nov 2026 home_la_request_received", "Mon 7 Dec 2026 refusal_to_assess_sent"],
        "final_plan_detained",
        NOT_NEEDED,
        False,
    ),
    (
        LetterKind.COMPLAINT,
        [
            "Mon 2 Nov 2026 complaint_received",
            "Tue 3 Nov 2026 complaint_acknowledged",
            "Tue 1 Dec 2026 s2_requested",
            "Fri 18 Dec 2026 complaint_s2_sent",
        ],
        "complaint_s1",
        NOT_NEEDED,
        False,
    ),
    (
        Process.TRIBUNAL_ORDER,
        [ORDER, "Mon 11 Jan 2027 draft_served", "Tue 2 Feb 2027 refusal_to_issue_sent"],
        "order_assess_refuse",
        MET_LATE,
        False,
    ),
    (Process.MOVE, ["Mon 14 Dec 2026 day_of_move", MOVED], "provision_secure", RUNNING, True),
]


@pytest.mark.parametrize(("process", "lines", "clock", "state", "information"), LIVES)
def test_what_is_not_owed_is_not_chased_and_what_is_owed_is(
    process: Process | LetterKind, lines: list[str], clock: str, state: ClockState, information: bool
) -> None:
    found = clocks(process, *lines)[clock]
    assert (found.state, found.information) == (state, information)


def test_a_move_of_which_nobody_said_when_it_was_known_is_asked_about_after_its_day() -> None:
    assert clocks(Process.MOVE, "Mon 14 Dec 2026 day_of_move")["move_transfer"].ladder == "once"


@pytest.mark.parametrize(
    ("rule", "process", "asked", "end"),
    [
        ("advice_health", Process.REASSESSMENT, "advice_asked", "refusal_to_reassess_sent"),
        ("school_consult", Process.ANNUAL_REVIEW, "consultation_sent", "decision_not_to_amend_sent"),
        ("school_consult", Process.ANNUAL_REVIEW, "consultation_sent", "decision_to_maintain_sent"),
        ("school_consult", Process.PHASE_TRANSFER, "consultation_sent", "decision_to_cease_sent"),
    ],
)
def test_nobody_is_chased_for_an_answer_that_is_of_no_use_any_more(
    rule: str, process: Process, asked: str, end: str
) -> None:
    asked_on, ended_on = day("Mon 4 Jan 2027"), day("Mon 11 Jan 2027")
    facts = [
        Happening(EntryKind(asked), asked_on, asked_on, 1, entry=1),
        Happening(EntryKind(end), ended_on, ended_on, entry=2),
    ]
    found = derive(RULES.of(process), facts, calendar=RULES.calendar, requests={1: RuleId(rule)})
    assert {clock.rule.id: clock.state for clock in found}[RuleId(rule)] is NOT_NEEDED


def test_a_second_draft_gives_the_family_its_15_days_anew() -> None:
    drafts = ["Mon 2 Nov 2026 draft_served", "Mon 23 Nov 2026 draft_served"]
    for facts in (drafts, drafts[::-1]):
        found = clocks(Process.NEW_ASSESSMENT, REQUEST, *facts)
        assert found["draft_reps_min"].legal == day("Mon 7 Dec 2026")
        assert found["draft_plan_target"].stopped and found["draft_plan_target"].stopped.on == day("Mon 2 Nov 2026")


@pytest.mark.parametrize(
    ("process", "start", "decision"),
    [
        (Process.TRIBUNAL_ORDER, ORDER, "refusal_to_issue_sent"),
        (Process.TRIBUNAL_ORDER, ORDER, "final_plan_sent"),
        (Process.CONCESSION, "Mon 23 Nov 2026 conceded_assessment", "refusal_to_issue_sent"),
        (Process.MOVE, "Mon 14 Dec 2026 day_of_move", "decision_to_cease_sent"),
    ],
)
def test_a_decision_that_can_be_appealed_brings_the_right_wherever_it_is_recorded(
    process: Process, start: str, decision: str
) -> None:
    found = clocks(process, start, f"Mon 1 Feb 2027 {decision}")
    assert found["appeal_from_decision"].legal == found["med_contact"].legal == day("Thu 1 Apr 2027")


@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        ("agreed_to_assess", {"order_assess_notify": "Wed 23 Dec 2026", "order_assess_choose": "Wed 17 Feb 2027"}),
        ("agreed_to_issue", {"order_make_draft": "Wed 13 Jan 2027", "order_make_final": "Wed 24 Feb 2027"}),
        ("agreed_to_amend", {"order_amend": "Wed 13 Jan 2027"}),
        ("agreed_on_school", {"order_school": "Wed 23 Dec 2026"}),
    ],
)
def test_what_is_agreed_in_mediation_and_can_be_appealed_is_due_like_an_order(agreed: str, due: dict[str, str]) -> None:
    found = clocks(Process.TRIBUNAL_ORDER, f"Wed 9 Dec 2026 {agreed}")
    assert {name: clock.legal for name, clock in found.items() if not clock.information} == {
        name: day(on) for name, on in due.items()
    }
    assert "med_agree_other" not in clocks(Process.MEDIATION, "Wed 9 Dec 2026 appealable_agreement")
