"""Why a date is what it is: the rule, the start, the count, and the days that nobody works."""

from collections.abc import Iterator

from bot.domain.calendar import Calendar
from bot.domain.clocks import Clock
from bot.domain.dates import say_in_full
from bot.domain.facts import FACTS
from bot.domain.terms import ClockState, Nature
from bot.domain.working import act_by, day_and_month, working


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
    by = f"; act by {day_and_month(clock.safe, weekday=True)}" if clock.safe != clock.legal else ""
    branch = (
        f"{clock.rule.branch[0].upper()}{clock.rule.branch[1:]}, " if clock.rule.branch and clock.information else ""
    )
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
    yield "Act by", act_by(clock.legal, clock.safe, calendar=calendar) if rule.nature is Nature.DUTY else ""
    yield "Our target", say_in_full(clock.target) if clock.target else ""
    yield "Binds", f"only {rule.branch}; not so far" if rule.branch and clock.information else ""
    yield "Stopped", _stopped(clock)
    yield "Look at", _doubt(clock)
    yield "To check", rule.unverified
    yield "Exceptions", "none recorded" if rule.exceptions and not clock.claims else ""


def _start(clock: Clock, recorded_by: str) -> str:
    start = clock.start
    who = f" by {recorded_by}" if recorded_by else ""
    recorded = f"recorded{who} on {day_and_month(start.recorded_on)}"
    presumed = "; it counts from that day until the body records when it received the request" if clock.presumed else ""
    return f"{FACTS[start.kind].happened} on {say_in_full(start.on)} ({recorded}){presumed}"


def _count(clock: Clock, calendar: Calendar) -> str:
    rule = clock.rule
    return working(rule.counting, clock.start.on, rule.length, clock.counted or clock.legal, calendar=calendar)


def _stopped(clock: Clock) -> str:
    if clock.state is ClockState.STOPPED:
        return "it was closed while this ran"
    if clock.stopped is None:
        return ""
    said = f"{FACTS[clock.stopped.kind].happened} on {say_in_full(clock.stopped.on)}"
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
        f"on record {FACTS[clock.doubt.kind].happened} on {say_in_full(clock.doubt.on)}, before the clock started; "
        "one of the two dates needs correcting"
    )
