"""The way back from a legal date: vectors worked out by hand, panels, and what can no longer be kept."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.backplan import Council, Decides, Diary, Panel, Step, Time, latest_start, plan_back, troubles
from bot.domain.clocks import Clock, Happening, derive
from bot.domain.periods import last_day
from bot.domain.school_year import SchoolTime, Spell, closures
from bot.domain.terms import Counting, EntryKind, Process, RuleId
from bot.rules import SHIPPED, load_rules, tables_in
from bot.rules.planning import read_panels, read_terms
from tests.domain.days import day

RULES = load_rules()
ANYSHIRE = tables_in(SHIPPED / "anyshire")
PANELS = read_panels(ANYSHIRE, RULES.calendar)
CLOSED = closures(read_terms(ANYSHIRE))
E, P = EntryKind, Process


def fact(kind: EntryKind, on: str, recorded: str = "") -> Happening:
    return Happening(kind, day(on), day(recorded or on))


def back(
    process: Process,
    rule: str,
    *happened: Happening,
    panels: Sequence[Panel] = (),
    planned: Mapping[str, date] | None = None,
    held: Mapping[str, date] | None = None,
) -> dict[str, Step]:
    """The steps back from one clock's legal date, by their ids."""
    clocks = derive(RULES.of(process), happened, calendar=RULES.calendar)
    clock: Clock = next(clock for clock in clocks if clock.rule.id == rule)
    council = Council(panels, CLOSED, RULES.calendar)
    steps = plan_back(clock, RULES.milestones, happened, council=council, diary=Diary(planned or {}, held or {}))
    return {step.milestone.id: step for step in steps}


FEBRUARY = fact(E.TRANSFER_15_FEBRUARY, "Mon 15 Feb 2027", "Tue 1 Sep 2026")
MARCH = fact(E.TRANSFER_31_MARCH, "Wed 31 Mar 2027", "Tue 1 Sep 2026")
REVIEWED = fact(E.LAST_REVIEW_CONCLUDED, "Tue 10 Mar 2026")
REQUEST = fact(E.REQUEST_RECEIVED, "Mon 7 Sep 2026")


@pytest.mark.parametrize(
    ("process", "rule", "start", "step", "last", "act_by"),
    [
        (P.PHASE_TRANSFER, "phase_school", FEBRUARY, "amendment_notice", "Sun 20 Dec 2026", "Fri 18 Dec 2026"),
        (P.PHASE_TRANSFER, "phase_school", FEBRUARY, "meeting", "Sun 22 Nov 2026", "Fri 20 Nov 2026"),
        (P.PHASE_TRANSFER, "phase_school", FEBRUARY, "meeting_notice", "Sun 8 Nov 2026", "Fri 6 Nov 2026"),
        (P.PHASE_TRANSFER, "phase_school", FEBRUARY, "consultation", "Sat 23 Jan 2027", "Thu 21 Jan 2027"),
        (P.PHASE_TRANSFER, "phase_post16", MARCH, "amendment_notice", "Tue 2 Feb 2027", "Tue 2 Feb 2027"),
        (P.PHASE_TRANSFER, "phase_post16", MARCH, "meeting", "Tue 5 Jan 2027", "Tue 5 Jan 2027"),
        (P.PHASE_TRANSFER, "phase_post16", MARCH, "meeting_advice", "Tue 22 Dec 2026", "Tue 22 Dec 2026"),
        (P.ANNUAL_REVIEW, "review_next", REVIEWED, "meeting", "Tue 9 Feb 2027", "Tue 9 Feb 2027"),
        (P.ANNUAL_REVIEW, "review_next", REVIEWED, "meeting_notice", "Tue 26 Jan 2027", "Tue 26 Jan 2027"),
        (P.NEW_ASSESSMENT, "ehcna_decide", REQUEST, "assess_panel", "Wed 14 Oct 2026", "Wed 14 Oct 2026"),
        (P.NEW_ASSESSMENT, "final_plan", REQUEST, "school_reply", "Mon 18 Jan 2027", "Mon 18 Jan 2027"),
        (P.NEW_ASSESSMENT, "final_plan", REQUEST, "consultation", "Sun 3 Jan 2027", "Thu 31 Dec 2026"),
        (P.NEW_ASSESSMENT, "final_plan", REQUEST, "draft", "Sun 20 Dec 2026", "Thu 17 Dec 2026"),
        (P.NEW_ASSESSMENT, "final_plan", REQUEST, "plan_panel", "Sun 13 Dec 2026", "Thu 10 Dec 2026"),
        (P.NEW_ASSESSMENT, "final_plan", REQUEST, "advice_asked", "Sun 1 Nov 2026", "Thu 29 Oct 2026"),
    ],
)
def test_each_step_has_a_last_day_and_a_working_day_to_act_by(
    process: Process, rule: str, start: Happening, step: str, last: str, act_by: str
) -> None:
    found = back(process, rule, start)[step]
    assert (found.last, found.act_by) == (day(last), day(act_by))


@pytest.mark.parametrize(
    ("received", "sits", "papers", "asked"),
    [
        # the bound is five working days before the draft; the last sitting on or before it
        ("Mon 7 Sep 2026", "Thu 3 Dec 2026", "Thu 26 Nov 2026", "Thu 15 Oct 2026"),
        ("Mon 9 Nov 2026", "Thu 28 Jan 2027", "Thu 21 Jan 2027", "Thu 10 Dec 2026"),
        ("Mon 10 Aug 2026", "Thu 5 Nov 2026", "Thu 29 Oct 2026", "Thu 17 Sep 2026"),
    ],
)
def test_a_panel_is_the_last_that_still_makes_the_date(received: str, sits: str, papers: str, asked: str) -> None:
    found = back(P.NEW_ASSESSMENT, "final_plan", fact(E.REQUEST_RECEIVED, received), panels=PANELS)
    panel = found["plan_panel"].panel
    assert panel is not None and (panel.on, panel.papers) == (day(sits), day(papers))
    assert found["advice_asked"].act_by == day(asked), "what comes before a panel counts back from its papers"


def test_where_no_panel_sits_in_time_the_step_keeps_its_own_last_day() -> None:
    late = [Panel("Panel", (Decides.PLAN,), day("Wed 16 Dec 2026"), day("Wed 9 Dec 2026"))]
    found = back(P.NEW_ASSESSMENT, "final_plan", REQUEST, panels=late)["plan_panel"]
    assert (found.panel, found.act_by) == (None, day("Thu 10 Dec 2026"))


def test_a_panel_of_another_kind_is_not_taken() -> None:
    others = [panel for panel in PANELS if Decides.PLAN not in panel.decides]
    assert back(P.NEW_ASSESSMENT, "final_plan", REQUEST, panels=others)["plan_panel"].panel is None


def test_a_meeting_that_is_fixed_is_what_its_notice_counts_back_from() -> None:
    fixed = fact(E.MEETING_FIXED, "Thu 12 Nov 2026", "Thu 1 Oct 2026")
    found = back(P.PHASE_TRANSFER, "phase_school", FEBRUARY, fixed)
    assert found["meeting_notice"].last == day("Thu 29 Oct 2026")
    assert found["meeting_notice"].towards is found["meeting"]


def late(found: dict[str, Step], today: str) -> list[tuple[str, bool, list[str]]]:
    """What is missed: the step, whether the date can still be kept, and what must then be sooner."""
    return [
        (each.step.milestone.id, each.possible, [step.milestone.id for step, _ in each.sooner])
        for each in troubles(list(found.values()), day(today), calendar=RULES.calendar)
    ]


MEETING_10_DECEMBER = fact(E.MEETING_FIXED, "Thu 10 Dec 2026", "Mon 2 Nov 2026")
HELD_10_DECEMBER = fact(E.MEETING_HELD, "Thu 10 Dec 2026")


@pytest.mark.parametrize(
    ("today", "happened", "missed"),
    [
        ("Mon 2 Nov 2026", [], []),
        ("Sun 8 Nov 2026", [], []),
        ("Mon 9 Nov 2026", [], [("meeting_notice", True, ["meeting_notice", "meeting", "amendment_notice"]),
                                ("meeting_advice", True, ["meeting_advice", "meeting", "amendment_notice"])]),
        # the meeting is missed: what comes before it only follows from that, and is said once
        ("Mon 23 Nov 2026", [],
         [("meeting", True, ["meeting_advice", "meeting_notice", "meeting", "amendment_notice"])]),
        ("Mon 2 Nov 2026", [MEETING_10_DECEMBER], [("meeting", True, ["amendment_notice"])]),
        # its notice is another matter: two weeks before the day that is fixed
        ("Fri 27 Nov 2026", [MEETING_10_DECEMBER],
         [("meeting", True, ["amendment_notice"]), ("meeting_notice", False, ["meeting_notice"]),
          ("meeting_advice", False, ["meeting_advice"])]),
        ("Fri 11 Dec 2026", [HELD_10_DECEMBER], [("meeting", True, ["amendment_notice"])]),
        ("Sun 31 Jan 2027", [HELD_10_DECEMBER], [("amendment_notice", True, ["amendment_notice"])]),
        # fifteen days beginning with the day: from Mon 1 February they end on 15 February
        ("Mon 1 Feb 2027", [HELD_10_DECEMBER], [("amendment_notice", False, ["amendment_notice"])]),
        ("Tue 12 Jan 2027", [HELD_10_DECEMBER, fact(E.AMENDMENT_NOTICE_SENT, "Fri 18 Dec 2026")], []),
        ("Tue 12 Jan 2027", [HELD_10_DECEMBER, fact(E.AMENDMENT_NOTICE_SENT, "Mon 11 Jan 2027")],
         [("amendment_notice", True, [])]),
    ],
)  # fmt: skip
def test_what_can_no_longer_be_kept(
    today: str, happened: list[Happening], missed: list[tuple[str, bool, list[str]]]
) -> None:
    found = back(P.PHASE_TRANSFER, "phase_school", FEBRUARY, *happened)
    known = {key: step for key, step in found.items() if key not in ("school_reply", "consultation")}
    assert late(known, today) == missed


def test_the_very_last_day_stays_within_what_the_law_allows_from_the_step_before() -> None:
    """Fifteen days for the family would do until 31 January; but the notice must go within 4 weeks of the meeting."""
    found = back(P.PHASE_TRANSFER, "phase_school", FEBRUARY, HELD_10_DECEMBER)
    for today, expected in (("Fri 11 Dec 2026", "Thu 7 Jan 2027"), ("Fri 8 Jan 2027", "Sun 31 Jan 2027")):
        (missed,) = troubles(list(found.values()), day(today), calendar=RULES.calendar)
        assert [by for _, by in missed.sooner] == [day(expected)]


def test_a_panel_planned_too_late_is_told_and_one_in_time_is_not() -> None:
    for on, expected in (("Thu 3 Dec 2026", []), ("Thu 17 Dec 2026", ["plan_panel"])):
        found = back(P.NEW_ASSESSMENT, "final_plan", REQUEST, panels=PANELS, planned={"panel": day(on)})
        assert [name for name, *_ in late(found, "Mon 12 Oct 2026")] == expected


def test_a_panel_that_was_held_is_done() -> None:
    found = back(P.NEW_ASSESSMENT, "ehcna_decide", REQUEST, held={"panel": day("Wed 14 Oct 2026")})
    assert (found["assess_panel"].on, found["assess_panel"].done) == (day("Wed 14 Oct 2026"), True)
    assert late(found, "Mon 19 Oct 2026") == []


@pytest.mark.parametrize(
    ("rule", "start", "step", "closed"),
    [
        ("final_plan", "Mon 7 Sep 2026", "consultation", ["19 Dec 2026 to 4 Jan 2027"]),
        ("final_plan", "Mon 22 Jun 2026", "consultation", ["26 Oct 2026 to 30 Oct 2026"]),
        ("final_plan", "Mon 7 Sep 2026", "draft", []),
    ],
)
def test_a_step_that_needs_a_school_says_when_schools_are_closed(
    rule: str, start: str, step: str, closed: list[str]
) -> None:
    found = back(P.NEW_ASSESSMENT, rule, fact(E.REQUEST_RECEIVED, start))[step]
    assert [f"{each.first:%-d %b %Y} to {each.last:%-d %b %Y}" for each in found.closed] == closed


def test_half_terms_and_the_days_between_terms_are_closed_and_nothing_is_known_beyond() -> None:
    autumn = SchoolTime(Spell.TERM, "autumn", day("Wed 2 Sep 2026"), day("Fri 18 Dec 2026"))
    half = SchoolTime(Spell.HALF_TERM, "half term", day("Mon 26 Oct 2026"), day("Fri 30 Oct 2026"))
    spring = SchoolTime(Spell.TERM, "spring", day("Tue 5 Jan 2027"), day("Thu 25 Mar 2027"))
    found = [(closed.first, closed.last) for closed in closures([spring, half, autumn])]
    assert found == [(half.first, half.last), (day("Sat 19 Dec 2026"), day("Mon 4 Jan 2027"))]


FORWARD = [way for way in Counting if way not in (Counting.BEFORE, Counting.WEEKS_BACK, Counting.MONTHS_BACK)]


@given(
    counting=some.sampled_from(FORWARD),
    length=some.integers(0, 20),
    end=some.dates(day("Wed 1 Jul 2026"), day("Thu 1 Jul 2027")),
)
def test_the_latest_start_is_the_last_from_which_the_period_ends_in_time(
    counting: Counting, length: int, end: date
) -> None:
    time = Time(min(length, 3) if "M" in counting or "Y" in counting else length, counting)
    start = latest_start(time, end, calendar=RULES.calendar)
    following = start.fromordinal(start.toordinal() + 1)
    assert last_day(counting, start, time.length, calendar=RULES.calendar) <= end
    assert last_day(counting, following, time.length, calendar=RULES.calendar) > end


def test_every_step_leads_to_a_duty_that_runs_on_a_case() -> None:
    for milestone in RULES.milestones:
        for clock in milestone.clocks:
            assert RULES.by_id[RuleId(clock)].nature == "duty", f"{milestone.id}: {clock}"
