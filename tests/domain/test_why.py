"""Why a date is what it is, in the words that a caseworker reads."""

import json
from typing import Any

from bot.domain.claims import Claim
from bot.domain.clocks import Clock, Happening, Per, derive
from bot.domain.terms import EntryKind, LetterKind, Process, RuleId
from bot.domain.why import Told, as_values, explain, headline
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()


def clock(rule: str, *happenings: Happening, process: str = Process.NEW_ASSESSMENT) -> Clock:
    requests = {1: RuleId(rule)}
    found = derive(RULES.of(process), happenings, calendar=RULES.calendar, requests=requests)
    return next(each for each in found if each.rule.id == rule)


def fact(kind: EntryKind, on: str, recorded: str = "", request: int | None = None) -> Happening:
    return Happening(kind, day(on), day(recorded or on), request)


def why(of: Clock, recorded_by: str = "", other: Clock | None = None, **more: Any) -> dict[str, str]:
    lines = explain(of, Told("england-2014 version 3", recorded_by, other=other, **more), calendar=RULES.calendar)
    assert len(dict(lines)) == len(lines)
    return dict(lines)


RECEIVED = fact(EntryKind.REQUEST_RECEIVED, "Mon 10 Aug 2026", "Tue 11 Aug 2026")


def test_the_twenty_weeks_that_end_on_a_bank_holiday() -> None:
    found = clock("final_plan", RECEIVED)
    assert headline(found) == (
        "Mon 28 December 2026 is the last day to send the final plan; act by Thu 24 December. Statutory."
    )
    assert why(found, "P. Shah") == {
        "Rule": "SEND Regulations 2014, regulation 13(2); rule pack england-2014 version 3, row final_plan version 1",
        "Start": "the council received the request on Mon 10 August 2026 (recorded by P. Shah on 11 August)",
        "Count": "20 weeks = 140 calendar days; that day is day 0; weekends and holidays count",
        "Act by": "28 December is a bank holiday (Boxing Day, substitute), 25 to 27 December are not working days; "
        "the last working day before is Thu 24 December",
        "Exceptions": "none recorded",
    }


def test_a_date_on_a_working_day_needs_no_word_about_holidays() -> None:
    found = clock("ehcna_decide", RECEIVED)
    assert headline(found) == "Mon 21 September 2026 is the last day to send the decision whether to assess. Statutory."
    assert "Act by" not in why(found)


def test_easter_and_a_sunday() -> None:
    easter = clock("final_plan", fact(EntryKind.REQUEST_RECEIVED, "Mon 9 Nov 2026"))
    assert why(easter)["Act by"] == (
        "29 March is a bank holiday (Easter Monday), 26 to 28 March are not working days; "
        "the last working day before is Thu 25 March"
    )
    sunday = clock("final_plan", fact(EntryKind.REQUEST_RECEIVED, "Sun 13 Sep 2026"))
    assert why(sunday)["Act by"] == (
        "31 January is a Sunday, 30 January is not a working day; the last working day before is Fri 29 January"
    )


def test_working_days_name_the_holidays_on_the_way() -> None:
    found = clock("mp_reply", fact(EntryKind.MP_RECEIVED, "Fri 11 Dec 2026"), process=LetterKind.MP_LETTER)
    assert headline(found) == "Tue 29 December 2026 is the last day to send the full reply. Our target."
    assert why(found)["Count"] == (
        "10 working days; the next working day is day 1; "
        "not counted: weekends, 25 December (Christmas Day), 28 December (Boxing Day, substitute)"
    )


def test_a_minimum_period_a_standing_duty_and_a_branch_read_as_what_they_are() -> None:
    draft = clock("draft_reps_min", RECEIVED, fact(EntryKind.DRAFT_SERVED, "Mon 2 Nov 2026"))
    assert headline(draft) == (
        "The family may comment on the draft and ask for a school until at least Mon 16 November 2026. Statutory."
    )
    assert why(draft)["Count"] == "15 days; that day is day 1; weekends and holidays count"
    provision = clock("provision_secure", RECEIVED, fact(EntryKind.FINAL_PLAN_SENT, "Mon 21 Dec 2026"))
    assert (
        headline(provision)
        == "To secure the provision in the plan is owed at once, from Mon 21 December 2026. Statutory."
    )
    branch = clock("ehcna_refuse_issue", RECEIVED)
    assert headline(branch) == (
        "If refusing, Mon 30 November 2026 is the last day to send the refusal to issue a plan. Statutory."
    )
    assert why(branch)["Binds"] == "only if refusing; not so far"


def test_presumed_receipt_is_said_and_so_is_a_row_nobody_has_checked() -> None:
    asked = clock("advice_ep", fact(EntryKind.ADVICE_ASKED, "Mon 7 Sep 2026", request=1))
    found = why(asked)
    assert found["Start"] == (
        "the advice was asked for on Mon 7 September 2026 (recorded on 7 September); "
        "it counts from that day until the body records when it received the request"
    )
    assert found["To check"].startswith("6 weeks by the Code of Practice: ")
    assert headline(asked).endswith("Guidance, to check.")


def test_how_it_ended_is_part_of_why() -> None:
    late = clock("ehcna_decide", RECEIVED, fact(EntryKind.DECISION_TO_ASSESS_SENT, "Tue 22 Sep 2026"))
    assert why(late)["Stopped"] == "the decision to assess was sent on Tue 22 September 2026, 1 day late"
    needless = clock("final_plan", RECEIVED, fact(EntryKind.REFUSAL_TO_ASSESS_SENT, "Mon 21 Sep 2026"))
    assert why(needless)["Stopped"] == (
        "the refusal to assess was sent on Mon 21 September 2026, so this is no longer needed"
    )
    doubtful = clock("ehcna_decide", RECEIVED, fact(EntryKind.DECISION_TO_ASSESS_SENT, "Fri 7 Aug 2026"))
    assert why(doubtful)["Look at"] == (
        "on record the decision to assess was sent on Fri 7 August 2026, before the clock started; "
        "one of the two dates needs correcting"
    )
    (closed,) = (
        each
        for each in derive(RULES.of("new_assessment"), [RECEIVED], calendar=RULES.calendar, closed_on=RECEIVED.on)
        if each.rule.id == "final_plan"
    )
    assert why(closed)["Stopped"] == "it was closed while this ran"


def both(process: str, first: str, second: str, *happenings: Happening) -> tuple[Clock, Clock]:
    return clock(first, *happenings, process=process), clock(second, *happenings, process=process)


def test_the_later_of_two_limits_is_said_of_both_limbs() -> None:
    reviewed = fact(EntryKind.LAST_REVIEW_CONCLUDED, "Tue 10 Mar 2026")
    transferred = fact(EntryKind.PLAN_TRANSFERRED, "Tue 29 Dec 2026")
    a, b = both(Process.MOVE, "move_review_a", "move_review_b", reviewed, transferred)
    assert headline(a, b) == (
        "Sun 28 March 2027 is the last day to complete the review and send the decision, the later of two limits; "
        "this one ends on Tue 9 March 2027. Statutory."
    )
    assert why(a, other=b)["Two limits"] == (
        "the later of two limits counts, until Sun 28 March 2027 (review after the move, from the transfer)"
    )
    assert why(b, other=a)["Two limits"] == (
        "the later of two limits counts, and this is it; "
        "the other ends on Tue 9 March 2027 (review after the move, from the last review)"
    )
    assert "Act by" in why(b, other=a) and "Act by" not in why(a, other=b)
    alone = clock("move_review_a", reviewed, process=Process.MOVE)
    assert why(alone)["Two limits"] == "the later of two limits counts; the other one has not begun"


def test_a_right_that_rolls_to_the_tribunals_next_day_says_from_which() -> None:
    decided = fact(EntryKind.DECISION_NOTICE_SENT, "Sun 25 Oct 2026")
    certified = fact(EntryKind.MEDIATION_CERTIFICATE, "Sun 29 Nov 2026")
    decision, certificate = both(Process.APPEAL, "appeal_from_decision", "appeal_from_cert", decided, certified)
    assert headline(decision, certificate) == "The family may appeal until Mon 4 January 2027. Statutory."
    assert why(decision, other=certificate)["Two limits"] == "the later of two limits counts; both end on that day"
    assert why(certificate, other=decision)["Count"] == (
        "1 month: the corresponding date is Tue 29 December 2026, which is not a Tribunal working day "
        "(the Tribunal's Christmas); rolls to Mon 4 January"
    )


def test_what_counts_back_says_from_what() -> None:
    fixed = clock(
        "ar_notice_meeting", fact(EntryKind.MEETING_FIXED, "Thu 10 Dec 2026", "Fri 2 Oct 2026"),
        process=Process.ANNUAL_REVIEW,
    )  # fmt: skip
    assert why(fixed, instead_of=day("Thu 19 Nov 2026")) == {
        "Rule": "SEND Regulations 2014, regulations 20(3) and 21(3); rule pack england-2014 version 3, "
        "row ar_notice_meeting version 1",
        "Start": "the review meeting is on Thu 10 December 2026 "
        "(recorded on 2 October, in place of Thu 19 November 2026)",
        "Count": "2 weeks = 14 calendar days back from the meeting; that day is day 0; weekends and holidays count",
    }
    moved = clock(
        "phase_p16_to_p16", fact(EntryKind.TRANSFER_DATE, "Wed 1 Sep 2027", "Fri 2 Oct 2026"),
        process=Process.PHASE_TRANSFER,
    )  # fmt: skip
    assert why(moved)["Count"] == "5 months back from the transfer: the corresponding date is Thu 1 April 2027"


PAPERS = fact(EntryKind.TRIBUNAL_PAPERS_RECEIVED, "Thu 10 Dec 2026")


def test_a_date_that_was_given_is_the_headline_and_what_was_counted_stays_in_the_values() -> None:
    rule = RuleId("appeal_la_response")
    given = Claim("directed", (rule,), day("Fri 11 Dec 2026"), 4, gives=day("Fri 15 Jan 2027"))
    found = derive(RULES.of(Process.APPEAL), [PAPERS], calendar=RULES.calendar, claims=[given])
    response = next(each for each in found if each.rule.id == rule)
    assert headline(response) == "Fri 15 January 2027 is the last day to send the response to the Tribunal. Statutory."
    assert "To check" not in why(response), "what the Tribunal says does not hang on how we read the row"
    values = as_values(response, Told("england-2014 version 3"), calendar=RULES.calendar)
    assert (values["legal"], values["counted"]) == ("2027-01-15", "2027-01-29")
    assert values["exceptions"] == [
        {"ground": "directed", "gives": "2027-01-15", "aim": None, "recorded_on": "2026-12-11"}
    ]


def test_the_same_for_a_program() -> None:
    found = clock("mp_reply", fact(EntryKind.MP_RECEIVED, "Fri 11 Dec 2026"), process=LetterKind.MP_LETTER)
    told = Told("england-2014 version 3", "F. Doyle", day("Mon 14 Dec 2026"))
    assert as_values(found, told, calendar=RULES.calendar) == {
        "rule": "mp_reply",
        "title": "reply to the MP",
        "act": "send the full reply",
        "source": found.rule.source,
        "kind": "local",
        "nature": "duty",
        "pack": "england-2014 version 3",
        "version": 1,
        "unverified": None,
        "start": {
            "fact": "mp_received",
            "on": "2026-12-11",
            "recorded_by": "F. Doyle",
            "recorded_on": "2026-12-11",
            "in_place_of": "2026-12-14",
            "presumed": False,
        },
        "counting": {
            "code": "WD",
            "length": 10,
            "unit": "working_days",
            "words": why(found)["Count"],
            "skipped": [
                {"date": "2026-12-12", "name": "Saturday"},
                {"date": "2026-12-13", "name": "Sunday"},
                {"date": "2026-12-19", "name": "Saturday"},
                {"date": "2026-12-20", "name": "Sunday"},
                {"date": "2026-12-25", "name": "Christmas Day"},
                {"date": "2026-12-26", "name": "Saturday"},
                {"date": "2026-12-27", "name": "Sunday"},
                {"date": "2026-12-28", "name": "Boxing Day (substitute)"},
            ],
        },
        "counted": "2026-12-29",
        "legal": "2026-12-29",
        "safe": "2026-12-29",
        "safe_reason": None,
        "target": None,
        "branch": None,
        "binds": True,
        "later_of_two": None,
        "exceptions": [],
        "state": "running",
        "stopped": None,
        "doubt": None,
    }


def test_every_clock_can_be_taken_apart_in_words_and_for_a_program() -> None:
    for rule in RULES.clocks:
        kind, on = rule.starts[0], rule.examples[0].start
        instance = 1 if rule.per is Per.REQUEST else None
        found = derive(
            [rule], [Happening(kind, on, on, instance)], calendar=RULES.calendar, requests={1: rule.id}
        )  # fmt: skip
        values = as_values(found[0], Told("p"), calendar=RULES.calendar)
        assert values["legal"] == rule.examples[0].end.isoformat()
        assert json.loads(json.dumps(values)) == values
        assert {"Rule", "Start", "Count"} <= why(found[0]).keys()
