"""The way back from a case's legal dates, in words: what can no longer be kept first, then step by step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards.dates import SOON, sentence
from bot.cases import deadlines, facts, history
from bot.cases.files import CaseFile
from bot.domain.backplan import Council, Diary, Step, Trouble, plan_back, troubles
from bot.domain.clocks import Clock
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message, State
from bot.domain.school_year import Closed, closures
from bot.domain.terms import ClockKind, ClockState, Counting, EntryKind
from bot.domain.working import day_and_month, day_range
from bot.grammar import line
from bot.turn import Turn

DECIDED = EntryKind.DECISION_TO_ASSESS_SENT
WHOSE = {ClockKind.STATUTORY: "statutory periods", ClockKind.GUIDANCE: "guidance", ClockKind.LOCAL: "our target"}
"""No regulation sets a day for a step: at most the periods are the law's."""


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
    found = []
    for clock in sorted(running, key=lambda clock: clock.legal):
        diary = _diary(file, clock, _first_panels_last_day(clocks))
        found.append(Way(clock, plan_back(clock, turn.rules.milestones, happened, council=council, diary=diary)))
    return [way for way in found if way.steps]


def _first_panels_last_day(clocks: Sequence[Clock]) -> date:
    """Of a new assessment's two panels the first is on whether to assess: until that is decided, or must be."""
    deciding = (clock for clock in clocks if DECIDED in clock.rule.stops)
    return next((clock.stopped.on if clock.stopped else clock.legal for clock in deciding), date.min)


def _diary(file: CaseFile, clock: Clock, first_until: date) -> Diary:
    """What was planned and what was held on the way to this date, the last word on each."""
    days: dict[EntryKind, dict[str, date]] = {EntryKind.PLANNED: {}, EntryKind.HELD: {}}
    for entry in history.standing(file.entries):
        is_its = entry.clear.get("what") != "panel" or (entry.happened_on <= first_until) == (
            DECIDED in clock.rule.stops
        )
        if entry.kind in days and is_its:
            days[entry.kind][entry.clear["what"]] = entry.happened_on
    return Diary(days[EntryKind.PLANNED], days[EntryKind.HELD])


def backplan_message(turn: Turn, file: CaseFile) -> Message:
    """Every step before a legal date, by what day; what can no longer be kept is said first."""
    found, reference = ways(turn, file), file.case.reference
    if not found:
        return Message(f"No date of {reference} that runs has steps before it.", private=turn.private)
    dates = " and ".join(f"{way.clock.rule.title} {say_day(way.clock.legal, turn.today)}" for way in found)
    trouble = [words for way in found for words in _sentences(turn, way, _missed(turn, way))]
    heading = f"Back from {dates}." if trouble else f"Nothing is too late yet. Back from {dates}."
    return Message(
        "\n".join([*(f"{reference}: {words}" for words in trouble), f"{reference} · {heading}"]),
        facts=tuple(fact for way in found for fact in _facts(turn, way)),
        actions=(Action("Why these dates", line("why", case=reference), acts=False),),
        aside=_no_panels(turn, found),
        private=turn.private,
    )


def too_late(turn: Turn, file: CaseFile) -> list[str]:
    """What can no longer be kept, in sentences."""
    return [words for way in ways(turn, file) for words in _sentences(turn, way, _missed(turn, way))]


def warnings(turn: Turn, file: CaseFile, on: date) -> list[str]:
    """What a step that is now set for a day, or was done on it, makes impossible, in sentences."""
    found = [(way, [each for each in _missed(turn, way) if each.step.on == on]) for way in ways(turn, file)]
    return [words for way, missed in found for words in _sentences(turn, way, missed)]


def _missed(turn: Turn, way: Way) -> Sequence[Trouble]:
    """What is too late. Where the date itself is lost, no word on how another step could still save it."""
    found = troubles(way.steps, turn.today, calendar=turn.rules.calendar)
    lost = [each for each in found if not each.possible and each.step.towards is None]
    return [each for each in found if each in lost or each.step.towards] if lost else found


def _no_panels(turn: Turn, found: Sequence[Way]) -> str:
    if turn.rules.panels or not any(step.milestone.panel for way in found for step in way.steps):
        return ""
    return "No panel dates are on record: any working day is taken for a panel."


# What can no longer be kept


def _sentences(turn: Turn, way: Way, missed: Sequence[Trouble]) -> list[str]:
    """One for each day that is missed, whatever had to be done by it."""
    by_day: dict[tuple[object, ...], list[Trouble]] = {}
    for each in missed:
        step = each.step
        by_day.setdefault((step.milestone.before, step.on, step.last, step.act_by, each.possible), []).append(each)
    return [_in_words(turn, way, together) for together in by_day.values()]


def _in_words(turn: Turn, way: Way, together: Sequence[Trouble]) -> str:
    step, title = together[0].step, _titles(each.step for each in together)
    tense = "was" if step.last < turn.today else "is"
    last = f"the last day for {title} {tense} {say_day(step.last, turn.today)}{_act_by(turn, step)}"
    goal = _goal(turn, way, step)
    if step.on is None:
        missed = f"{last}: {goal} can no longer be kept {_times(step)}."
    else:
        missed = f"{title} on {say_day(step.on, turn.today)} cannot make {goal} {_times(step)}: {last}."
    return f"{missed} {_what_is_left(turn, together)}"


def _titles(steps: Iterable[Step]) -> str:
    """ "the notice of the meeting and the advice for the meeting"."""
    return " and ".join(dict.fromkeys(f"the {step.milestone.title}" for step in steps))


def _goal(turn: Turn, way: Way, step: Step) -> str:
    """What it counts back from: a step with a day of its own, else the date of the law as people call it."""
    if step.towards is not None and step.towards.on is not None:
        return f"the {step.towards.milestone.title} on {say_day(step.towards.on, turn.today)}"
    if way.clock.rule.counting is Counting.BEFORE:
        return day_and_month(way.clock.start.on)
    return say_day(way.clock.legal, turn.today)


def _times(step: Step) -> str:
    """ "in 8 + 4 weeks"."""
    if all(time.counting is Counting.WEEKS for time in step.spans):
        return f"in {' + '.join(str(time.length) for time in step.spans)} weeks"
    return "in the time set aside"


def _what_is_left(turn: Turn, together: Sequence[Trouble]) -> str:
    """What can still be done. A day that was set can be set anew; a date of the law cannot."""
    first = together[0]
    if not first.possible and first.step.towards:
        later = first.step.towards.milestone.title
        return f"Set a later day for the {later}, or send it at once and say why the time is short."
    if not first.possible:
        return "Not even the least time that the law asks is left: the duty stays, so tell your manager and the family."
    by: dict[date, list[Step]] = {}
    for step, day in dict.fromkeys(pair for each in together for pair in each.sooner):
        working = max(turn.rules.calendar.working_day_on_or_before(day), turn.today)
        by.setdefault(working, []).append(step)
    told = ", ".join(f"{_titles(steps)} by {say_day(day, turn.today)}" for day, steps in sorted(by.items()))
    return f"It can still be kept if you are quicker{f': {told} at the very latest' if told else ''}."


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
