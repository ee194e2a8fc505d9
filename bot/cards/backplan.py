"""The way back from a case's legal dates, in words: what can no longer be kept first, then step by step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards.dates import SOON, sentence
from bot.cases import deadlines, facts, history
from bot.cases.files import CaseFile
from bot.domain.backplan import Council, Step, Trouble, plan_back, troubles
from bot.domain.clocks import Clock, Happening
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message, State
from bot.domain.school_year import Closed, closures
from bot.domain.terms import ClockKind, ClockState, Counting, EntryKind
from bot.domain.working import day_and_month, day_range
from bot.grammar import line
from bot.turn import Turn

DECIDED = EntryKind.DECISION_TO_ASSESS_SENT
"""A panel that was planned before this was the one on whether to assess."""
WHOSE = {ClockKind.STATUTORY: "the law's times", ClockKind.GUIDANCE: "guidance", ClockKind.LOCAL: "our target"}
"""No regulation sets a day for a step: at most its times are the law's."""


@dataclass(frozen=True)
class Way:
    """The steps back from one legal date, the nearest to it first."""

    clock: Clock
    steps: tuple[Step, ...]


def ways(turn: Turn, file: CaseFile) -> list[Way]:
    """One for each duty that runs and has steps before it, the earliest date first."""
    happened, claims = history.happenings(file.entries), history.claims(file.entries)
    clocks = deadlines.clocks_of(turn, file.case, happened, facts.requests_of(file), claims)
    running = [clock for clock in clocks if clock.state is ClockState.RUNNING and not clock.information]
    council = Council(turn.rules.panels, closures(turn.rules.terms), turn.rules.calendar)
    found = [
        Way(clock, plan_back(clock, turn.rules.milestones, happened, council=council, planned=planned))
        for clock in sorted(running, key=lambda clock: clock.legal)
        for planned in [_set_aside(file, happened, clock)]
    ]
    return [way for way in found if way.steps]


def _set_aside(file: CaseFile, happened: Sequence[Happening], clock: Clock) -> Mapping[str, date]:
    """The days that were planned, the last word on each."""
    decided = next((fact.entry for fact in happened if fact.kind is DECIDED), None)
    planned = [entry for entry in history.standing(file.entries) if entry.kind is EntryKind.PLANNED]
    return {
        entry.clear["what"]: entry.happened_on
        for entry in planned
        if entry.clear["what"] != "panel" or _is_its_panel(clock, entry.number, decided)
    }


def _is_its_panel(clock: Clock, number: int, decided: int | None) -> bool:
    """Of a new assessment's two panels the one on whether to assess comes first."""
    if DECIDED in clock.rule.resumes:
        return decided is not None and decided < number
    return True


def backplan_message(turn: Turn, file: CaseFile) -> Message:
    """Every step before a legal date, by what day; what can no longer be kept is said first."""
    found, reference = ways(turn, file), file.case.reference
    if not found:
        return Message(f"No date of {reference} that runs has steps before it.", private=turn.private)
    dates = " and ".join(f"{way.clock.rule.title} {say_day(way.clock.legal, turn.today)}" for way in found)
    trouble = [_in_words(turn, way, each) for way in found for each in troubles(way.steps, turn.today)]
    heading = f"Back from {dates}." if trouble else f"Nothing is too late yet. Back from {dates}."
    return Message(
        "\n".join([*(f"{reference}: {words}" for words in trouble), f"{reference} · {heading}"]),
        facts=tuple(fact for way in found for fact in _facts(turn, way)),
        actions=(Action("Why these dates", line("why", case=reference), acts=False),),
        aside=_no_panels(turn, found),
        private=turn.private,
    )


def warnings(turn: Turn, file: CaseFile, on: date) -> list[str]:
    """What a step that is now set for a day, or was done on it, makes impossible, in sentences."""
    return [
        _in_words(turn, way, each)
        for way in ways(turn, file)
        for each in troubles(way.steps, turn.today)
        if each.step.on == on
    ]


def _no_panels(turn: Turn, found: Sequence[Way]) -> str:
    if turn.rules.panels or not any(step.milestone.panel for way in found for step in way.steps):
        return ""
    return "No panel dates are on record: any working day is taken for a panel."


# What can no longer be kept


def _in_words(turn: Turn, way: Way, trouble: Trouble) -> str:
    step, title = trouble.step, trouble.step.milestone.title
    tense = "was" if step.last < turn.today else "is"
    last = f"the last day for the {title} {tense} {say_day(step.last, turn.today)}{_act_by(turn, step)}"
    goal = _goal(turn, way, step)
    if step.on is None:
        missed = f"{last}: {goal} cannot be made {_times(step)} any more."
    else:
        missed = f"the {title} on {say_day(step.on, turn.today)} cannot make {goal} {_times(step)}: {last}."
    return f"{missed} {_what_is_left(turn, trouble)}"


def _goal(turn: Turn, way: Way, step: Step) -> str:
    """What it counts back from: a step with a day of its own, else the date of the law as people call it."""
    if step.towards is not None and step.towards.on is not None:
        return f"the {step.towards.milestone.title} on {say_day(step.towards.on, turn.today)}"
    if way.clock.rule.counting is Counting.BEFORE:
        return day_and_month(way.clock.start.on)
    return say_day(way.clock.legal, turn.today)


def _times(step: Step) -> str:
    """ "by the 8+4 weeks"."""
    if all(time.counting is Counting.WEEKS for time in step.spans):
        return f"by the {'+'.join(str(time.length) for time in step.spans)} weeks"
    return "as planned"


def _what_is_left(turn: Turn, trouble: Trouble) -> str:
    if not trouble.possible and trouble.step.towards:
        later = trouble.step.towards.milestone.title
        return f"Set a later day for the {later}, or send it at once and say why the time is short."
    if not trouble.possible:
        return "Not even the least time that the law asks is left: the duty stays, so tell your manager and the family."
    if not trouble.sooner:
        return "It can still be kept by being quicker."
    by: dict[date, list[str]] = {}
    for step in trouble.sooner:
        last = turn.rules.calendar.working_day_on_or_before(step.very_last)
        by.setdefault(max(last, turn.today), []).append(f"the {step.milestone.title}")
    told = ", ".join(f"{' and '.join(titles)} by {say_day(day, turn.today)}" for day, titles in by.items())
    return f"It can still be kept by being quicker: {told} at the very latest."


# Step by step


def _facts(turn: Turn, way: Way) -> Iterator[Fact]:
    clock = way.clock
    act = f", act by {say_day(clock.safe, turn.today)}" if clock.safe != clock.legal else ""
    yield Fact(sentence(clock.rule.title), f"{say_day(clock.legal, turn.today)}{act}", clock.rule.kind.label)
    by_id = {step.milestone.id: step for step in way.steps}
    behind: set[str] = set()
    for step in way.steps:
        after = by_id.get(step.milestone.before)
        if after is not None and (after.done or after.milestone.id in behind):
            behind.add(step.milestone.id)
        yield _fact(turn, step, after, passed=step.milestone.id in behind)


def _fact(turn: Turn, step: Step, after: Step | None, *, passed: bool) -> Fact:
    return Fact(
        sentence(step.milestone.title),
        "not on record" if passed and not step.done else _when(turn, step),
        "" if passed or step.done else " · ".join(_remarks(turn, step, after)),
        _state(turn, step, passed=passed),
        depth=1,
    )


def _when(turn: Turn, step: Step) -> str:
    if step.done and step.on:
        return f"done {say_day(step.on, turn.today)}"
    if step.on:
        was = "was " if step.on < turn.today else ""
        return f"{was}set for {say_day(step.on, turn.today)}"
    if step.panel:
        papers = say_day(step.panel.papers, turn.today)
        return f"{step.panel.name} on {say_day(step.panel.on, turn.today)}, papers by {papers}"
    return f"by {say_day(step.last, turn.today)}{_act_by(turn, step)}"


def _act_by(turn: Turn, step: Step) -> str:
    return f" (act by {say_day(step.act_by, turn.today)})" if step.act_by != step.last else ""


def _remarks(turn: Turn, step: Step, after: Step | None) -> Iterator[str]:
    """How its day comes about, whose reckoning that is, and what is in its way."""
    if step.on:
        yield f"last day {say_day(step.last, turn.today)}{_act_by(turn, step)}"
    else:
        yield f"{step.milestone.allow.label} before {f'the {after.milestone.title}' if after else 'that'}"
    yield WHOSE[step.kind]
    if step.milestone.panel and turn.rules.panels and step.panel is None:
        yield "no panel sits in time"
    yield from (f"schools are closed {_days(closed)}" for closed in step.closed)


def _days(closed: Closed) -> str:
    return day_range(closed.first, closed.last)


def _state(turn: Turn, step: Step, *, passed: bool) -> State:
    if step.done:
        return State.DONE
    if passed:
        return State.PLAIN
    if (step.on or turn.today) > step.last:
        return State.LATE
    return State.SOON if (step.due - turn.today).days <= SOON else State.PLAIN
