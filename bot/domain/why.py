"""Why a date is what it is: the rule, the start, the count, and the days that nobody works."""

from collections.abc import Iterator, Mapping
from datetime import date

from bot.domain.calendar import ONE_DAY, SATURDAY, Calendar
from bot.domain.clocks import Clock
from bot.domain.dates import MONTHS, say_in_full
from bot.domain.periods import WAYS
from bot.domain.terms import ClockState, Counting, EntryKind, Nature

HAPPENED: Mapping[EntryKind, str] = {
    EntryKind.REQUEST_RECEIVED: "the council received the request",
    EntryKind.DECISION_TO_ASSESS_SENT: "the decision to assess was sent",
    EntryKind.REFUSAL_TO_ASSESS_SENT: "the refusal to assess was sent",
    EntryKind.DRAFT_SERVED: "the draft plan was sent",
    EntryKind.REFUSAL_TO_ISSUE_SENT: "the refusal to issue a plan was sent",
    EntryKind.FINAL_PLAN_SENT: "the final plan was sent",
    EntryKind.PROVISION_CONFIRMED: "the provision was confirmed",
    EntryKind.ADVICE_ASKED: "the advice was asked for",
    EntryKind.BODY_RECEIVED_REQUEST: "the request for advice was received",
    EntryKind.ADVICE_SENT: "the advice was sent",
    EntryKind.ADVICE_RECEIVED: "the advice was received",
    EntryKind.MP_RECEIVED: "the council received the letter",
    EntryKind.MP_ACKNOWLEDGED: "the letter was acknowledged",
    EntryKind.MP_HOLDING_REPLY_SENT: "a holding reply was sent",
    EntryKind.MP_REPLY_SENT: "the full reply was sent",
    EntryKind.CLOSED: "it was closed",
}
"""What each fact is, before " on Mon 10 August 2026". Whatever starts or stops a clock is here."""


def headline(clock: Clock) -> str:
    """The date in one sentence: what it is the last day for, the day to act by, and the kind of clock."""
    kind = clock.rule.kind.label.capitalize()
    legal, act = say_in_full(clock.legal), clock.rule.act
    match clock.rule.nature:
        case Nature.EARLIEST:
            return f"{act[0].upper()}{act[1:]} until at least {legal}. {kind}."
        case Nature.RIGHT:
            return f"{act[0].upper()}{act[1:]} until {legal}. {kind}."
        case Nature.AT_ONCE:
            return f"To {act} is owed at once, from {legal}. {kind}."
    by = f"; act by {_day_and_month(clock.safe, weekday=True)}" if clock.safe != clock.legal else ""
    branch = f"{clock.rule.branch[0].upper()}{clock.rule.branch[1:]}, " if clock.information else ""
    return f"{branch}{legal} is the last day to {act}{by}. {kind}."


def explain(
    clock: Clock, *, pack: str, pack_version: int, calendar: Calendar, recorded_by: str = ""
) -> list[tuple[str, str]]:
    """The date taken apart, as (label, text): Rule, Start, Count, then what else there is to say.

    `recorded_by` is who recorded the start, where that may be said.
    """
    return [
        (label, text) for label, text in _lines(clock, f"{pack} version {pack_version}", calendar, recorded_by) if text
    ]


def _lines(clock: Clock, pack: str, calendar: Calendar, recorded_by: str) -> Iterator[tuple[str, str]]:
    rule = clock.rule
    yield "Rule", f"{rule.source}; rule pack {pack}"
    yield "Start", _start(clock, recorded_by)
    yield "Count", _count(clock, calendar)
    yield "Act by", _act_by(clock, calendar) if rule.nature is Nature.DUTY else ""
    yield "Our target", say_in_full(clock.target) if clock.target else ""
    yield "Binds", f"only {rule.branch}; not so far" if rule.branch and clock.information else ""
    yield "Stopped", _stopped(clock)
    yield "Look at", _doubt(clock)
    yield "To check", "nobody has compared this row with the text of the law yet" if rule.unverified else ""
    yield "Exceptions", "none recorded" if rule.exceptions else ""


def _start(clock: Clock, recorded_by: str) -> str:
    start = clock.start
    who = f" by {recorded_by}" if recorded_by else ""
    recorded = f"recorded{who} on {_day_and_month(start.recorded_on)}"
    presumed = "; it counts from that day until the body records when it received the request" if clock.presumed else ""
    return f"{HAPPENED[start.kind]} on {say_in_full(start.on)} ({recorded}){presumed}"


def _count(clock: Clock, calendar: Calendar) -> str:
    """The length and how it is counted; for working days, the holidays on the way."""
    rule = clock.rule
    way = WAYS[rule.counting]
    match rule.counting:
        case Counting.AT_ONCE:
            return way.first_day
        case Counting.WEEKS:
            return f"{rule.period} = {rule.length * 7} calendar days; {way.first_day}"
        case Counting.WORKING_DAYS:
            return f"{rule.period}; {way.first_day}; not counted: {_holidays(clock, calendar)}"
        case _:
            return f"{rule.period}; {way.first_day}"


def _holidays(clock: Clock, calendar: Calendar) -> str:
    """Weekends, and each holiday on a weekday between the start and the last day."""
    days = (clock.start.on + ONE_DAY * n for n in range(1, (clock.legal - clock.start.on).days))
    named = [f"{_day_and_month(day)} ({_name(day, calendar)})" for day in days if _is_weekday_off(day, calendar)]
    return ", ".join(["weekends", *named])


def _act_by(clock: Clock, calendar: Calendar) -> str:
    """Why the last day to act is before the legal date; empty when it is the same day."""
    if clock.safe == clock.legal:
        return ""
    closed = f"{_day_and_month(clock.legal)} is {_closed(clock.legal, calendar)}"
    first, last = clock.safe + ONE_DAY, clock.legal - ONE_DAY
    if first < last:
        closed += f", {_range(first, last)} are not working days"
    elif first == last:
        closed += f", {_day_and_month(first)} is not a working day"
    return f"{closed}; the last working day before is {_day_and_month(clock.safe, weekday=True)}"


def _closed(day: date, calendar: Calendar) -> str:
    if _is_weekday_off(day, calendar):
        return f"a bank holiday ({_name(day, calendar)})"
    return f"a {calendar.why_closed(day)}"


def _is_weekday_off(day: date, calendar: Calendar) -> bool:
    return day.weekday() < SATURDAY and not calendar.is_working_day(day)


def _name(day: date, calendar: Calendar) -> str:
    """The holiday's name without brackets of its own."""
    return calendar.why_closed(day).replace(" (", ", ").removesuffix(")")


def _stopped(clock: Clock) -> str:
    if clock.state is ClockState.STOPPED:
        return "it was closed while this ran"
    if clock.stopped is None:
        return ""
    said = f"{HAPPENED[clock.stopped.kind]} on {say_in_full(clock.stopped.on)}"
    match clock.state:
        case ClockState.NOT_NEEDED:
            return f"{said}, so this is no longer needed"
        case ClockState.MET_LATE:
            late = (clock.stopped.on - clock.legal).days
            return f"{said}, {late} day{'s' if late != 1 else ''} late"
        case _:
            return said


def _doubt(clock: Clock) -> str:
    if clock.doubt is None:
        return ""
    return (
        f"on record {HAPPENED[clock.doubt.kind]} on {say_in_full(clock.doubt.on)}, before the clock started; "
        "one of the two dates needs correcting"
    )


def _range(first: date, last: date) -> str:
    """As in "25 to 27 December" or "31 October to 1 November"."""
    start = str(first.day) if first.month == last.month else _day_and_month(first)
    return f"{start} to {_day_and_month(last)}"


def _day_and_month(day: date, *, weekday: bool = False) -> str:
    return f"{day:%a} {day.day} {MONTHS[day.month - 1]}" if weekday else f"{day.day} {MONTHS[day.month - 1]}"
