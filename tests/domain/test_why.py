"""Why a date is what it is, in the words that a caseworker reads."""

from typing import Any

from bot.domain.clocks import Clock, Happening, derive
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
