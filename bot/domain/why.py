"""Why a date is what it is: the rule, the start, the count, and the days that nobody works."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.calendar import Calendar
from bot.domain.clocks import Clock, Happening
from bot.domain.dates import say_in_full
from bot.domain.facts import FACTS
from bot.domain.periods import WAYS
from bot.domain.terms import ClockState, EntryKind, Nature
from bot.domain.working import act_by, day_and_month, skipped, working

EVENTS = {EntryKind.MEETING_FIXED: "the meeting", EntryKind.TRANSFER_DATE: "the transfer"}
"""What a period that counts back counts from, in words."""


@dataclass(frozen=True)
class Told:
    """What there is to say of a clock beyond its own values: its pack, who recorded its start, what was claimed."""

    pack: str
    """Name and version, and those of the council's overlay: "england-2014 version 3 with anyshire version 1"."""
    recorded_by: str = ""
    """Who, where that may be said."""
    instead_of: date | None = None
    """The day that stood on record before it was corrected."""
    other: Clock | None = None
    """The other limb, where the later of two limits counts."""
    claims: Sequence[tuple[str, str]] = ()
    """Exceptions and given dates, as (label, text)."""
    out_of_order: Sequence[int] = ()
    """The numbers of its entries that were recorded though the order of facts speaks against them."""
    ladder: str = ""
    """By which version of its ladder it is nudged, where that is not the newest."""


def headline(clock: Clock, other: Clock | None = None) -> str:
    """The date in one sentence: what it is the last day for, the day to act by, and the kind of clock."""
    to_check = ", to check" if _to_check(clock) else ""
    return f"{_sentence(_headline(clock, other))}. {clock.rule.kind.label.capitalize()}{to_check}."


def _headline(clock: Clock, other: Clock | None) -> str:
    legal, act = say_in_full(clock.legal), clock.rule.act
    if clock.later_limb and other:
        counts = say_in_full(other.legal)
        last = f"{act} until {counts}" if clock.rule.nature is Nature.RIGHT else f"{counts} is the last day to {act}"
        return f"{last}, the later of two limits; this one ends on {legal}"
    match clock.rule.nature:
        case Nature.EARLIEST:
            return f"{act} until at least {legal}"
        case Nature.RIGHT:
            return f"{act} until {legal}"
        case Nature.AT_ONCE:
            return f"to {act} is owed at once, from {legal}"
    by = f"; act by {day_and_month(clock.safe, weekday=True)}" if clock.safe != clock.legal else ""
    branch = f"{clock.rule.branch}, " if clock.rule.branch and clock.information else ""
    return f"{branch}{legal} is the last day to {act}{by}"


def explain(clock: Clock, told: Told, *, calendar: Calendar) -> list[tuple[str, str]]:
    """The date taken apart, as (label, text): Rule, Start, Count, then what else there is to say."""
    return [(label, text) for label, text in _lines(clock, told, calendar) if text]


def _lines(clock: Clock, told: Told, calendar: Calendar) -> Iterator[tuple[str, str]]:
    rule = clock.rule
    yield "Rule", f"{rule.source}; rule pack {told.pack}, row {rule.id} version {rule.version}"
    yield "Start", _start(clock, told)
    yield "Count", _count(clock, calendar)
    yield "Two limits", _two_limits(clock, told.other)
    yield "Act by", _act_by(clock, calendar)
    yield "Our target", say_in_full(clock.target) if clock.target else ""
    yield "Binds", f"only {rule.branch}; not so far" if rule.branch and clock.information and not _met(clock) else ""
    yield "Stopped", _stopped(clock)
    yield "Look at", _doubt(clock)
    for number in told.out_of_order:
        yield "Look at", f"entry {number} was recorded out of its order, for the reason kept with it"
    yield "To check", _to_check(clock)
    yield from told.claims
    yield "Nudges", told.ladder
    yield "Exceptions", "none recorded" if rule.exceptions and not clock.claims else ""


def _to_check(clock: Clock) -> str:
    """What is to be read in the law first; a date that somebody gave no longer hangs on that."""
    return "" if clock.counted else clock.rule.unverified


def _met(clock: Clock) -> bool:
    return clock.state in (ClockState.MET, ClockState.MET_LATE)


def _start(clock: Clock, told: Told) -> str:
    start = clock.start
    who = f" by {told.recorded_by}" if told.recorded_by else ""
    instead = f", in place of {say_in_full(told.instead_of)}" if told.instead_of else ""
    recorded = f"recorded{who} on {day_and_month(start.recorded_on)}{instead}"
    presumed = "; it counts from that day until the body records when it received the request" if clock.presumed else ""
    return f"{FACTS[start.kind].happened} on {say_in_full(start.on)} ({recorded}){presumed}"


def _count(clock: Clock, calendar: Calendar) -> str:
    rule, event = clock.rule, EVENTS.get(clock.start.kind, "that day")
    counted = clock.counted or clock.legal
    return working(rule.counting, clock.start.on, rule.length, counted, calendar=calendar, event=event)


def _two_limits(clock: Clock, other: Clock | None) -> str:
    if clock.rule.composite is None:
        return ""
    if other is None:
        return "the later of two limits counts; the other one has not begun"
    ends = f"{say_in_full(other.legal)} ({other.rule.title})"
    if clock.later_limb:
        return f"the later of two limits counts, until {ends}"
    if other.legal == clock.legal:
        return "the later of two limits counts; both end on that day"
    return f"the later of two limits counts, and this is it; the other ends on {ends}"


def _act_by(clock: Clock, calendar: Calendar) -> str:
    """Said of a duty alone: nobody nudges a family, or at once."""
    if clock.rule.nature is not Nature.DUTY or clock.later_limb:
        return ""
    return act_by(clock.legal, clock.safe, calendar=calendar)


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


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def as_values(clock: Clock, told: Told, *, calendar: Calendar) -> dict[str, Any]:
    """The same for a program: dates as 2026-12-28, closed sets as their words, null where there is nothing."""
    rule, counted = clock.rule, clock.counted or clock.legal
    passed = skipped(rule.counting, clock.start.on, rule.length, counted, calendar=calendar)
    return {
        "rule": rule.id,
        "title": rule.title,
        "act": rule.act,
        "source": rule.source,
        "kind": rule.kind.value,
        "nature": rule.nature.value,
        "pack": told.pack,
        "version": rule.version,
        "unverified": rule.unverified or None,
        "start": {**_fact(clock.start), "recorded_by": told.recorded_by or None,
                  "recorded_on": clock.start.recorded_on.isoformat(), "in_place_of": _iso(told.instead_of),
                  "presumed": clock.presumed},
        "counting": {"code": rule.counting.value, "length": rule.length, "unit": WAYS[rule.counting].unit,
                     "words": _count(clock, calendar),
                     "skipped": [{"date": day.isoformat(), "name": name} for day, name in passed]},
        "counted": counted.isoformat(),
        "legal": clock.legal.isoformat(),
        "safe": clock.safe.isoformat(),
        "safe_reason": _act_by(clock, calendar) or None,
        "target": _iso(clock.target),
        "branch": rule.branch or None,
        "binds": not clock.information,
        "later_of_two": _two_limits(clock, told.other) or None,
        "exceptions": [{"ground": claim.ground, "gives": _iso(claim.gives), "aim": _iso(claim.aim),
                        "recorded_on": claim.recorded_on.isoformat()} for claim in clock.claims],
        "state": clock.state.value,
        "stopped": _fact(clock.stopped) if clock.stopped else None,
        "doubt": _fact(clock.doubt) if clock.doubt else None,
    }  # fmt: skip


def _fact(happened: Happening) -> dict[str, Any]:
    return {"fact": happened.kind.value, "on": happened.on.isoformat()}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
