"""What an exception must show, what it gives, and that it moves no date of the law. The days are those of calendars."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.claims import Claim
from bot.domain.clocks import Clock, derive, is_late
from bot.domain.exceptions import claimable_for, gives, lasts, latest_given, lines, why_not
from bot.domain.facts import Whole
from bot.domain.grounds import Closed, Effect, Plea, School
from bot.domain.terms import LetterKind, Process, RuleId
from bot.rules import load_rules
from tests.domain.days import day
from tests.domain.test_clocks import facts

RULES = load_rules()
CALENDAR = RULES.calendar
NEW, ORDER, MEDIATION, APPEAL = (
    Process.NEW_ASSESSMENT,
    Process.TRIBUNAL_ORDER,
    Process.MEDIATION,
    Process.APPEAL,
)
SUMMER = Closed(day("Thu 22 Jul 2027"), day("Wed 1 Sep 2027"))
SUMMER_BEFORE = Closed(day("Tue 21 Jul 2026"), day("Tue 1 Sep 2026"))
CHRISTMAS = Closed(day("Sat 19 Dec 2026"), day("Sun 3 Jan 2027"))


def clocks(*happened: str, of: Whole = NEW, claims: tuple[Claim, ...] = (), **requests: str) -> dict[str, Clock]:
    made = {int(name[1:]): RuleId(rule) for name, rule in requests.items()}
    found = derive(RULES.of(of), facts(*happened), calendar=CALENDAR, requests=made, claims=claims)
    return {clock.rule.id: clock for clock in found}


def plea(ground: str, days: str = "", **more: str) -> Plea:
    """A claim whose days are written as "Mon 5 Oct 2026 - Sun 8 Nov 2026"."""
    starts, _, ends = days.partition(" - ")
    told = {name: day(text) for name, text in {"starts": starts, "ends": ends, **more}.items() if text}
    return Plea(RULES.ground(ground), **told)


def refused(claimed: Plea, clock: Clock, *, today: str = "Fri 1 Oct 2027", school: School | None = None) -> str:
    return why_not(claimed, clock, school=school or School(), today=day(today), calendar=CALENDAR)


# A closed school (regulations 5(4)(a) and (b), 10(4), 13(3))


def test_the_window_of_a_closure_begins_a_week_before_it_and_ends_a_week_before_the_school_reopens() -> None:
    assert SUMMER.days == 42
    assert SUMMER.window == (day("Thu 15 Jul 2027"), day("Thu 26 Aug 2027"))
    assert CHRISTMAS.days == 16


ASKED = [
    # when the school's advice was asked for, closures on record, what stands in the way
    ("Thu 15 Jul 2027", [SUMMER], ""),
    ("Tue 20 Jul 2027", [SUMMER], ""),
    ("Thu 26 Aug 2027", [SUMMER], ""),
    ("Tue 20 Jul 2027", [CHRISTMAS, SUMMER], ""),
    ("Wed 14 Jul 2027", [SUMMER], "asked for from Thu 15 Jul to Thu 26 Aug; it was asked for on Wed 14 Jul."),
    ("Fri 27 Aug 2027", [SUMMER], "it was asked for on Fri 27 Aug."),
    ("Mon 21 Dec 2026", [CHRISTMAS], "16 days. The law asks for at least 4 weeks (28 days) without a break."),
    ("Tue 20 Jul 2027", [], 'No closure dates of Oakhurst Primary are on record. Say: closure "Oakhurst Primary"'),
    ("Wed 14 Jul 2027", [CHRISTMAS, SUMMER_BEFORE, SUMMER], "closed from Thu 22 Jul to Wed 1 Sep (42 days). That"),
    ("", [SUMMER], "has not been asked for on this case"),
]


@pytest.mark.parametrize(("asked", "closures", "says"), ASKED)
@pytest.mark.parametrize("ground", ["A1", "A2"])
def test_a_closure_counts_where_that_schools_advice_was_asked_in_its_window(
    ground: str, asked: str, closures: list[Closed], says: str
) -> None:
    clock = clocks("Mon 5 Jul 2027 la_request_received_or_s24")["final_plan"]
    school = School("Oakhurst Primary", tuple(closures), (day(asked),) if asked else ())
    found = refused(plea(ground), clock, school=school)
    assert says in found and bool(says) == bool(found), found


def test_four_weeks_to_the_day_are_enough_and_a_day_less_is_not() -> None:
    clock = clocks("Mon 5 Jul 2027 la_request_received_or_s24")["final_plan"]
    for last, enough in (("Wed 18 Aug 2027", True), ("Tue 17 Aug 2027", False)):  # 28 days, 27 days
        closed = Closed(day("Thu 22 Jul 2027"), day(last))
        school = School("Oakhurst Primary", (closed,), (day("Thu 22 Jul 2027"),))
        assert (not refused(plea("A1"), clock, school=school)) is enough


def test_the_days_that_are_said_are_those_of_a_closure_on_record() -> None:
    clock = clocks("Mon 5 Jul 2027 la_request_received_or_s24")["final_plan"]
    school = School("Oakhurst Primary", (CHRISTMAS, SUMMER), (day("Tue 20 Jul 2027"),))
    elsewhen = plea("A1", "Mon 5 Apr 2027 - Fri 9 Apr 2027")
    assert "was not closed then. On record: closed from" in refused(elsewhen, clock, school=school)
    assert not refused(plea("A1", "Thu 22 Jul 2027"), clock, school=school)
    assert lasts(plea("A1"), school) == SUMMER[:2]
    assert refused(plea("A1"), clock) == (
        "No school, college or nursery is recorded on the case, so there is no closure to look at."
    )


# What happened to the family

REQUEST = "Mon 7 Sep 2026 la_request_received_or_s24"  # 6 weeks: Mon 19 Oct 2026; 20 weeks: Mon 25 Jan 2027
ADVICE = ("Mon 7 Sep 2026 advice_asked 1",)  # 6 weeks: Mon 19 Oct 2026
ORDERED = "Mon 23 Nov 2026 order_to_amend"  # 5 weeks: Mon 28 Dec 2026

FAMILY = [
    # ground, its days, the clock, what stands in the way
    ("A4", "Mon 5 Oct 2026 - Sun 1 Nov 2026", "final_plan", ""),  # 28 days
    ("A4", "Mon 5 Oct 2026 - Sat 31 Oct 2026", "final_plan", "27 days. The law asks for at least 4 weeks (28 days)"),
    ("A4", "Mon 5 Oct 2026 - Sun 8 Nov 2026", "ehcna_decide", "15 days fall within the 6 weeks from Mon 7 Sep 2026"),
    ("A4", "Mon 7 Sep 2026 - Sun 4 Oct 2026", "ehcna_decide", ""),
    ("A4", "Mon 5 Oct 2026", "final_plan", "Say the first and the last day away"),
    ("A3", "Thu 1 Oct 2026 - Fri 30 Oct 2026", "final_plan", ""),
    ("A3", "Thu 1 Oct 2026", "final_plan", ""),
    ("A3", "Tue 20 Oct 2026 - Fri 30 Oct 2026", "ehcna_decide", "lies outside the 6 weeks"),
    ("A3", "Sat 1 Aug 2026 - Fri 28 Aug 2026", "final_plan", "lies outside the 20 weeks"),
    ("A3", "", "final_plan", "Say from when they lasted"),
    ("A3", "Sat 2 Oct 2027", "final_plan", "still to come"),
    ("A3", "Fri 30 Oct 2026 - Thu 1 Oct 2026", "final_plan", "It ends before it begins"),
    ("B1", "Thu 1 Oct 2026 - Fri 9 Oct 2026", "advice_health", ""),
    ("B1", "Tue 20 Oct 2026 - Fri 30 Oct 2026", "advice_health", "lies outside the 6 weeks"),
    ("B2", "Mon 7 Sep 2026 - Sun 4 Oct 2026", "advice_health", ""),
    ("B2", "Mon 28 Sep 2026 - Sun 1 Nov 2026", "advice_health", "22 days fall within the 6 weeks"),
    ("B3", "Mon 5 Oct 2026", "advice_health", ""),
    ("B3", "Tue 20 Oct 2026", "advice_health", "Tue 20 Oct 2026 lies outside the 6 weeks"),
    ("B3", "", "advice_health", "Say the day of the appointment"),
    ("T1", "Mon 30 Nov 2026", "order_amend", ""),
    ("T1", "Tue 29 Dec 2026", "order_amend", "lies outside the 5 weeks"),
    ("T2", "Mon 30 Nov 2026 - Sun 13 Dec 2026", "order_amend", ""),  # 14 days
    ("T2", "Mon 30 Nov 2026 - Sat 12 Dec 2026", "order_amend", "13 days. The law asks for at least 2 weeks (14 days)"),
]


@pytest.mark.parametrize(("ground", "days", "rule", "says"), FAMILY)
def test_what_happened_to_the_family_counts_within_the_period(ground: str, days: str, rule: str, says: str) -> None:
    found = {
        **clocks(REQUEST, *ADVICE, r1="advice_health"),
        **clocks(ORDERED, of=ORDER),
    }
    why = refused(plea(ground, days), found[rule])
    assert says in why and bool(says) == bool(why), why


def test_after_an_order_a_closed_school_counts_as_it_does_before() -> None:
    clock = clocks("Mon 19 Jul 2027 order_to_make_plan", of=ORDER)["order_make_final"]
    school = School("Oakhurst Primary", (SUMMER,), (day("Tue 20 Jul 2027"),))
    assert not refused(plea("T3"), clock, school=school)
    late = replace(school, asked=(day("Mon 30 Aug 2027"),))
    assert "it was asked for on Mon 30 Aug" in refused(plea("T3"), clock, school=late)


def test_a_ground_is_for_the_clocks_that_name_it() -> None:
    found = clocks(REQUEST, *ADVICE, r1="advice_health")
    assert "can't be claimed for the health advice" in refused(plea("A3", "Thu 1 Oct 2026"), found["advice_health"])
    assert "can't be claimed for the final plan" in refused(plea("B3", "Thu 1 Oct 2026"), found["final_plan"])
    assert "can't be claimed for the draft plan" in refused(plea("A3", "Thu 1 Oct 2026"), found["draft_plan_target"])
    titles = claimable_for([RULES.ground("A1")], RULES.of(NEW))
    assert titles == "decision to assess, refusal to issue a plan, final plan"
    assert claimable_for([RULES.ground("A1")], RULES.of(Process.ANNUAL_REVIEW)) == ""


@pytest.mark.parametrize("ground", [ground for ground in RULES.grounds if ground.effect is Effect.NEVER])
def test_what_is_never_an_exception_is_refused_with_why(ground: object) -> None:
    clock = clocks(REQUEST)["final_plan"]
    assert refused(Plea(ground, day("Thu 1 Oct 2026")), clock) == ground.law  # type: ignore[arg-type, attr-defined]


NEVER = [
    "late advice",
    "EP shortage",
    "no psychologist",
    "panel",
    "annual leave",
    "staff holidays",
    "consultation late",
]


@pytest.mark.parametrize("name", NEVER)
def test_what_people_take_for_an_exception_is_known_by_its_names(name: str) -> None:
    assert [ground.effect for ground in RULES.grounds_called(name)] == [Effect.NEVER]


def test_the_law_as_it_stood_when_the_clock_began_decides() -> None:
    clock = clocks(REQUEST)["final_plan"]
    lapsed = replace(RULES.ground("A3"), valid_to=day("Fri 25 Sep 2020"))
    assert "is no exception for what began on" in refused(Plea(lapsed, day("Thu 1 Oct 2026")), clock)


# Dates that somebody gives

LETTER = "Fri 11 Dec 2026 mp_received"  # 10 working days: Tue 29 Dec 2026
COMPLAINT = ("Mon 16 Nov 2026 complaint_received", "Mon 23 Nov 2026 complaint_acknowledged")  # Mon 7 Dec 2026
STAGE_2 = (*COMPLAINT, "Fri 20 Nov 2026 s2_requested", "Mon 23 Nov 2026 s2_acknowledged")  # Mon 21 Dec 2026
SAR = "Fri 11 Dec 2026 sar_received"  # Mon 11 Jan 2027
AGREED = "Mon 23 Nov 2026 mediation_agreement"  # Mon 7 Dec 2026

GIVEN = [
    # ground, clock, the new date, said on, what stands in the way
    ("approved_extension", "mp_reply", "Fri 15 Jan 2027", "Wed 23 Dec 2026", ""),
    ("approved_extension", "mp_reply", "Tue 29 Dec 2026", "Wed 23 Dec 2026", "no later than the date it has"),
    ("approved_extension", "mp_reply", "Fri 15 Jan 2027", "Wed 30 Dec 2026", "before the date has passed, not after"),
    ("approved_extension", "mp_reply", "", "Wed 23 Dec 2026", "Say the new date"),
    ("extension_10", "complaint_s1", "Mon 21 Dec 2026", "Mon 7 Dec 2026", ""),
    ("extension_10", "complaint_s1", "Tue 22 Dec 2026", "Mon 7 Dec 2026", "The latest date is Mon 21 Dec."),
    ("extension_20", "complaint_s2", "Thu 21 Jan 2027", "Mon 21 Dec 2026", ""),
    ("extension_20", "complaint_s2", "Fri 22 Jan 2027", "Mon 21 Dec 2026", "at most 20 working days beyond Mon 21 Dec"),
    ("extend_2m", "sar_reply", "Thu 11 Mar 2027", "Mon 11 Jan 2027", ""),
    ("extend_2m", "sar_reply", "Fri 12 Mar 2027", "Mon 11 Jan 2027", "The latest date is Thu 11 Mar."),
    ("extend_2m", "sar_reply", "Thu 11 Mar 2027", "Tue 12 Jan 2027", "before the date has passed, not after"),
    ("agreed_in_writing", "med_agree_other", "Fri 8 Jan 2027", "Tue 8 Dec 2026", ""),
    ("agreed_in_writing", "med_agree_other", "Mon 30 Nov 2026", "Tue 24 Nov 2026", ""),  # an earlier one too
    ("agreed_in_writing", "med_agree_other", "Fri 20 Nov 2026", "Tue 24 Nov 2026", "before the clock began"),
    ("directed", "order_amend", "Fri 18 Dec 2026", "Tue 24 Nov 2026", ""),
    ("directed", "order_amend", "", "Tue 24 Nov 2026", "Say the date that was given"),
]


def every_clock(claims: tuple[Claim, ...] = ()) -> dict[str, Clock]:
    return {
        **clocks(LETTER, of=LetterKind.MP_LETTER, claims=claims),
        **clocks(*STAGE_2, of=LetterKind.COMPLAINT, claims=claims),
        **clocks(SAR, of=LetterKind.SUBJECT_ACCESS, claims=claims),
        **clocks(AGREED, of=MEDIATION, claims=claims),
        **clocks(ORDERED, of=ORDER, claims=claims),
    }


@pytest.mark.parametrize(("ground", "rule", "to", "today", "says"), GIVEN)
def test_a_new_date_is_given_within_what_the_law_allows(ground: str, rule: str, to: str, today: str, says: str) -> None:
    claimed = plea(ground, gives=to)
    why = refused(claimed, every_clock()[rule], today=today)
    assert says in why and bool(says) == bool(why), why
    if not why:
        given_date = gives(claimed, every_clock()[rule], calendar=CALENDAR)
        claim = Claim(ground, (RuleId(rule),), day(today), 9, gives=given_date)
        assert every_clock((claim,))[rule].legal == day(to)


def test_somebody_who_was_told_in_time_is_recorded_later() -> None:
    clock = every_clock()["sar_reply"]
    told = plea("extend_2m", gives="Thu 11 Mar 2027", told="Fri 8 Jan 2027")
    assert not refused(told, clock, today="Thu 14 Jan 2027")


PAUSES = [
    # asked to clarify, answered, the new date: Mon 11 Jan 2027 and as many days, both ends counted, rolled if closed
    ("Tue 15 Dec 2026 - Thu 17 Dec 2026", "Thu 14 Jan 2027"),
    ("Mon 14 Dec 2026 - Fri 18 Dec 2026", "Mon 18 Jan 2027"),  # Sat 16 Jan
    ("Mon 14 Dec 2026 - Mon 14 Dec 2026", "Tue 12 Jan 2027"),
]


@pytest.mark.parametrize(("days", "due"), PAUSES)
def test_asking_to_clarify_stops_the_clock_until_the_answer(days: str, due: str) -> None:
    clock, claimed = every_clock()["sar_reply"], plea("clarify_stop", days)
    assert not refused(claimed, clock)
    assert gives(claimed, clock, calendar=CALENDAR) == day(due)


def paused(days: str, number: int) -> Claim:
    claimed = plea("clarify_stop", days)
    on = day("Fri 8 Jan 2027")
    return Claim(
        "clarify_stop", (RuleId("sar_reply"),), on, number, starts=claimed.starts, ends=claimed.ends, pauses=True
    )


def test_a_second_pause_counts_from_the_counted_date_and_not_from_where_the_first_one_rolled_to() -> None:
    first = paused("Mon 14 Dec 2026 - Fri 18 Dec 2026", 5)
    once = every_clock((first,))["sar_reply"]
    assert once.legal == day("Mon 18 Jan 2027")
    second = plea("clarify_stop", "Mon 4 Jan 2027 - Thu 7 Jan 2027")
    assert gives(second, once, calendar=CALENDAR) == day("Wed 20 Jan 2027")  # 11 January, 5 days and 4 days
    again = plea("clarify_stop", "Thu 17 Dec 2026 - Sat 19 Dec 2026")  # two of these days stood still already
    assert gives(again, once, calendar=CALENDAR) == day("Mon 18 Jan 2027")  # Sun 17 Jan


def test_a_pause_that_is_struck_out_leaves_the_other_one() -> None:
    first, second = paused("Mon 14 Dec 2026 - Fri 18 Dec 2026", 5), paused("Mon 4 Jan 2027 - Thu 7 Jan 2027", 6)
    dates = {claims: every_clock(claims)["sar_reply"].legal for claims in ((first, second), (second, first), (second,))}
    assert dates == {
        (first, second): day("Wed 20 Jan 2027"),
        (second, first): day("Wed 20 Jan 2027"),
        (second,): day("Fri 15 Jan 2027"),
    }


def test_a_pause_lengthens_what_an_extension_can_give_and_moves_one_that_was_given() -> None:
    first = paused("Mon 14 Dec 2026 - Fri 18 Dec 2026", 5)
    once = every_clock((first,))["sar_reply"]
    assert latest_given(RULES.ground("extend_2m"), once, calendar=CALENDAR) == day("Tue 16 Mar 2027")
    extended = Claim("extend_2m", (RuleId("sar_reply"),), day("Fri 8 Jan 2027"), 7, gives=day("Thu 11 Mar 2027"))
    twice = every_clock((first, extended))["sar_reply"]
    assert twice.legal == day("Thu 11 Mar 2027")
    third = plea("clarify_stop", "Mon 1 Feb 2027 - Wed 3 Feb 2027")
    assert gives(third, twice, calendar=CALENDAR) == day("Mon 15 Mar 2027")  # Sun 14 Mar


BAD_PAUSES = [
    ("", "Say when they were asked to clarify"),
    ("Mon 14 Dec 2026", "once the answer has come"),
    ("Thu 10 Dec 2026 - Mon 14 Dec 2026", "before the request came"),
    ("Tue 12 Jan 2027 - Fri 15 Jan 2027", "that no longer stops it"),
    ("Mon 14 Dec 2026 - Sat 2 Oct 2027", "still to come"),
]


@pytest.mark.parametrize(("days", "says"), BAD_PAUSES)
def test_a_pause_has_a_beginning_and_an_end_within_the_period(days: str, says: str) -> None:
    assert says in refused(plea("clarify_stop", days), every_clock()["sar_reply"])


# An exception is a record, not an extension

DAYS = st.dates(day("Tue 1 Sep 2026"), day("Sat 31 Jul 2027"))
SOMETIMES = st.none() | DAYS
RECORDED = [ground for ground in RULES.grounds if ground.effect is Effect.RECORD]
STORY = (REQUEST, *ADVICE)
SCHOOLS = st.builds(
    lambda first, length, asked: School("Oakhurst", (Closed(first, first + timedelta(days=length)),), (asked,)),
    DAYS,
    st.integers(0, 60),
    DAYS,
)


def running(whole: Process, claims: tuple[Claim, ...] = ()) -> dict[str, Clock]:
    if whole is NEW:
        return clocks(*STORY, claims=claims, r1="advice_health")
    return clocks(ORDERED, of=ORDER, claims=claims)


@given(
    ground=st.sampled_from(RECORDED),
    whole=st.sampled_from([NEW, ORDER]),
    starts=SOMETIMES, ends=SOMETIMES, to=SOMETIMES, told=SOMETIMES, aim=SOMETIMES, school=SCHOOLS,
)  # fmt: skip
def test_an_exception_never_changes_a_legal_date(
    ground: object, whole: Process, starts: date | None, ends: date | None, to: date | None,
    told: date | None, aim: date | None, school: School,
) -> None:  # fmt: skip
    claimed = Plea(ground, starts, ends, to, told, aim)  # type: ignore[arg-type]
    before = running(whole)
    today = day("Sat 31 Jul 2027")
    fit = [c for c in before.values() if not why_not(claimed, c, school=school, today=today, calendar=CALENDAR)]
    assert to is None or not fit, "a date that is given with an exception is refused"
    assert {gives(claimed, clock, calendar=CALENDAR) for clock in before.values()} == {None}
    for clock in fit:
        moved = gives(claimed, clock, calendar=CALENDAR)
        first, last = lasts(claimed, school)
        claim = Claim(
            claimed.ground.id,
            (clock.rule.id,),
            today,
            9,
            clock.instance,
            moved,
            aim,
            starts=first,
            ends=last,
            told=told,
        )
        after = running(whole, (claim,))
        assert {name: (c.legal, c.safe, c.state, c.counted, is_late(c, today)) for name, c in after.items()} == {
            name: (c.legal, c.safe, c.state, c.counted, is_late(c, today)) for name, c in before.items()
        }
        assert after[clock.rule.id].claims == (claim,) and after[clock.rule.id].target == (aim or clock.target)


@given(ground=st.sampled_from(["extension_10", "extension_20", "extend_2m"]), to=DAYS, today=DAYS)
def test_an_extension_lies_between_the_date_and_the_latest_that_may_be_given(
    ground: str, to: date, today: date
) -> None:
    rule = {"extension_10": "complaint_s1", "extension_20": "complaint_s2", "extend_2m": "sar_reply"}[ground]
    clock, claimed = every_clock()[rule], Plea(RULES.ground(ground), gives=to)
    latest = latest_given(claimed.ground, clock, calendar=CALENDAR)
    assert latest is not None
    allowed = not why_not(claimed, clock, school=School(), today=today, calendar=CALENDAR)
    assert allowed == (clock.legal < to <= latest and today <= clock.legal)


@given(
    first=st.dates(day("Fri 11 Dec 2026"), day("Mon 11 Jan 2027")), length=st.integers(0, 60), more=st.integers(0, 30)
)
def test_a_longer_pause_never_brings_an_earlier_date(first: date, length: int, more: int) -> None:
    clock = every_clock()["sar_reply"]
    short, long = (
        Plea(RULES.ground("clarify_stop"), first, first + timedelta(days=days)) for days in (length, length + more)
    )
    assert not why_not(long, clock, school=School(), today=day("Sat 31 Jul 2027"), calendar=CALENDAR)
    dates = [gives(each, clock, calendar=CALENDAR) or date.min for each in (short, long)]
    assert clock.legal < dates[0] <= dates[1] and all(CALENDAR.is_working_day(each) for each in dates)


# In words


def test_a_claim_is_taken_apart_in_words() -> None:
    claim = Claim(
        "A4", (RuleId("final_plan"),), day("Mon 9 Nov 2026"), 9, aim=day("Fri 12 Mar 2027"),
        starts=day("Mon 5 Oct 2026"), ends=day("Sun 8 Nov 2026"),
    )  # fmt: skip
    clock = clocks(REQUEST, claims=(claim,))["final_plan"]
    told = dict(lines(claim, RULES.ground("A4"), clock, asked_by="Priya Shah", agreed_by="Moira Bell"))
    assert told["Exception"].startswith("family away from the area (SEND Regulations 2014, regulations 5(4)(d)")
    assert told["Exception"].endswith("): Mon 5 October 2026 to Sun 8 November 2026")
    assert told["What it does"] == (
        "Mon 25 January 2027 stays the legal date and the days keep counting; we aim for Fri 12 March 2027"
    )
    assert told["Who"] == "asked for by Priya Shah, agreed by Moira Bell, on Mon 9 November 2026"
    assert told["Family told"] == "not yet"


def test_a_date_that_was_given_is_told_beside_the_one_the_rule_counts_to() -> None:
    claim = Claim("directed", (RuleId("order_amend"),), day("Tue 24 Nov 2026"), 9, gives=day("Fri 18 Dec 2026"))
    clock = clocks(ORDERED, of=ORDER, claims=(claim,))["order_amend"]
    told = dict(lines(claim, RULES.ground("directed"), clock))
    assert told["New date"].startswith("date given by the Tribunal (SEND Regulations 2014, regulation 44(2)")
    assert told["What it does"] == (
        "Fri 18 December 2026 stands in place of Mon 28 December 2026, which the rule counts to"
    )
    assert "Family told" not in told and "Who" not in told
