"""The way back from a legal date: the last day for each step before it, on the council's own panel calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.clocks import Clock, Happening
from bot.domain.periods import WAYS, last_day
from bot.domain.school_year import Closed
from bot.domain.terms import ClockKind, Counting, EntryKind, RuleId, Term

WEAKER = (ClockKind.STATUTORY, ClockKind.GUIDANCE, ClockKind.LOCAL)
"""A time that is partly our own target is never called the law's."""


class Decides(Term):
    """What a panel advises on."""

    ASSESS = "assess"
    PLAN = "plan"
    PLACEMENT = "placement"


class School(StrEnum):
    """Whether a step needs a school to be open: on its day, or for as long as it lasts."""

    NO = ""
    DAY = "day"
    PERIOD = "period"


@dataclass(frozen=True)
class Panel:
    """One sitting of a panel of the council's: a row of `panels.csv`."""

    name: str
    decides: tuple[Decides, ...]
    on: date
    papers: date
    """The last day for papers."""


@dataclass(frozen=True)
class Time:
    """A period as the law counts it: 8 weeks, 15 days beginning with the day."""

    length: int
    counting: Counting

    @property
    def label(self) -> str:
        return WAYS[self.counting].period(self.length)


@dataclass(frozen=True)
class Milestone:
    """One step on the way to a legal date: a row of `milestones.csv`; docs/rules.md says what each column is for."""

    id: str
    clocks: tuple[RuleId, ...]
    """The legal dates that it leads to."""
    title: str
    before: str
    """The step that comes after it; empty for the legal date itself."""
    allow: Time
    """The time that is set aside between the two."""
    least: Time
    """The shortest that the law lets that be."""
    panel: Decides | None
    """It is a sitting of a panel, and can be on such a day only."""
    school: School
    planned: str
    """What `plan` calls it, where a day can be planned for it."""
    fixed: tuple[EntryKind, ...]
    """The fact that sets its day ahead."""
    done: tuple[EntryKind, ...]
    """The facts that say that it was done."""
    kind: ClockKind
    source: str

    @property
    def is_limit(self) -> bool:
        """Whether the law lets no more time pass than is set aside, rather than no less."""
        return self.kind is ClockKind.STATUTORY and self.allow != self.least


@dataclass(frozen=True)
class Step:
    """A milestone on the way to one legal date."""

    milestone: Milestone
    last: date
    """The last day that leaves every later step its time."""
    act_by: date
    """The last working day, or the last panel, that does."""
    very_last: date
    """The last day that leaves every later step the least that the law asks."""
    spans: tuple[Time, ...]
    """The times between it and what it counts back from, nearest to that first."""
    kind: ClockKind
    """Whose times these are: our target where any of them is ours."""
    towards: "Step | None" = None
    """The step that has a day of its own, from which it counts back; None for the legal date."""
    panel: Panel | None = None
    on: date | None = None
    """Its own day, where it was done or a day is set for it."""
    done: bool = False
    closed: tuple[Closed, ...] = ()
    """School holidays that are in its way."""

    @property
    def due(self) -> date:
        """The day that the steps before it count back from: for a panel, the last day for papers."""
        if self.panel is not None and self.on in (None, self.panel.on):
            return self.panel.papers
        return self.on or self.act_by


@dataclass(frozen=True)
class Trouble:
    """A step that leaves the later ones too little time."""

    step: Step
    possible: bool
    """Whether the least that the law asks of each step still fits."""
    sooner: tuple[tuple[Step, date], ...]
    """The steps still to come, each with the very last day for it."""


@dataclass(frozen=True)
class Council:
    """What a council's own calendar says."""

    panels: Sequence[Panel]
    closed: Sequence[Closed]
    calendar: Calendar


@dataclass(frozen=True)
class Diary:
    """The days that were set aside on a case for what is no fact: "panel"."""

    planned: Mapping[str, date] = field(default_factory=dict)
    held: Mapping[str, date] = field(default_factory=dict)


def latest_start(time: Time, end: date, *, calendar: Calendar) -> date:
    """The last day from which a period still ends on or before `end`: the twin of `last_day`, backward."""
    start = end
    while last_day(time.counting, start, time.length, calendar=calendar) > end:
        start -= ONE_DAY
    return start


def plan_back(
    clock: Clock,
    milestones: Iterable[Milestone],
    happened: Sequence[Happening],
    *,
    council: Council,
    diary: Diary,
) -> tuple[Step, ...]:
    """The steps to a clock's legal date, the nearest to it first."""
    steps: dict[str, Step] = {}
    for milestone in milestones:
        if clock.rule.id in milestone.clocks:
            milestone = _not_overtaken(milestone, steps, done=_own_day(milestone, happened, diary)[1])
            after = steps.get(milestone.before)
            steps[milestone.id] = _step(clock, milestone, after, happened, council=council, diary=diary)
    return tuple(steps.values())


def _not_overtaken(milestone: Milestone, steps: Mapping[str, Step], *, done: bool) -> Milestone:
    """A step that still needs its time under the law, though what the law only recommends after it was done first.

    A school that was consulted early makes no draft plan needless: that counts back from the next step, or the date.
    """
    after = steps.get(milestone.before)
    needs_time = milestone.kind is ClockKind.STATUTORY and milestone.least.length > 0
    while after and after.done and needs_time and not done and after.milestone.kind is not ClockKind.STATUTORY:
        milestone = replace(milestone, before=after.milestone.before)
        after = steps.get(milestone.before)
    return milestone


def _step(
    clock: Clock,
    milestone: Milestone,
    after: Step | None,
    happened: Sequence[Happening],
    *,
    council: Council,
    diary: Diary,
) -> Step:
    calendar = council.calendar
    last, act_by, very_last = _limits(clock, after)
    last = latest_start(milestone.allow, last, calendar=calendar)
    act_by = calendar.working_day_on_or_before(latest_start(milestone.allow, act_by, calendar=calendar))
    very_last = latest_start(milestone.least, very_last, calendar=calendar)
    panel = _panel(milestone, act_by, council.panels)
    if panel:
        shortest = _panel(milestone, very_last, council.panels)
        last, act_by, very_last = panel.on, panel.on, shortest.on if shortest else very_last
    on, done = _own_day(milestone, happened, diary)
    end = after.act_by if after else clock.safe
    set_day = after is not None and after.on is not None
    return Step(
        milestone=milestone,
        last=last,
        act_by=act_by,
        very_last=very_last,
        spans=(*(after.spans if after and not set_day else ()), milestone.allow),
        kind=max(milestone.kind, after.kind if after and not set_day else milestone.kind, key=WEAKER.index),
        towards=(after if set_day else after.towards) if after else None,
        panel=_sitting(milestone, on, council.panels) or panel,
        on=on,
        done=done,
        closed=_in_the_way(milestone, on or act_by, end, council.closed),
    )


def _limits(clock: Clock, after: Step | None) -> tuple[date, date, date]:
    """The days that a step counts back from: those of the step after it, or its own day where that has one."""
    if after is None:
        return clock.legal, clock.safe, clock.legal
    if after.on is not None:
        return after.due, after.due, after.due
    if after.panel is not None:
        return after.due, after.due, after.very_last
    return after.last, after.act_by, after.very_last


def _panel(milestone: Milestone, by: date, panels: Sequence[Panel]) -> Panel | None:
    """The last sitting that still makes it."""
    fit = [panel for panel in panels if milestone.panel in panel.decides and panel.on <= by]
    return max(fit, key=lambda panel: panel.on, default=None)


def _sitting(milestone: Milestone, on: date | None, panels: Sequence[Panel]) -> Panel | None:
    return next((panel for panel in panels if milestone.panel in panel.decides and panel.on == on), None)


def _own_day(milestone: Milestone, happened: Sequence[Happening], diary: Diary) -> tuple[date | None, bool]:
    """The day on which it was done, else the day that is set for it; and whether it was done."""

    def first(kinds: Sequence[EntryKind]) -> date | None:
        return min((fact.on for fact in happened if fact.kind in kinds), default=None)

    done = first(milestone.done) or diary.held.get(milestone.planned)
    return done or first(milestone.fixed) or diary.planned.get(milestone.planned), done is not None


def _in_the_way(milestone: Milestone, day: date, end: date, closed: Sequence[Closed]) -> tuple[Closed, ...]:
    """The school holidays in which its day lies, or that fall within its time."""
    if milestone.school is School.NO:
        return ()
    until = end if milestone.school is School.PERIOD else day
    return tuple(each for each in closed if each.meets(day, max(day, until)))


def troubles(steps: Sequence[Step], today: date, *, calendar: Calendar) -> tuple[Trouble, ...]:
    """What cannot be kept any more: each missed step once, not those before it that only follow from it."""
    found: list[Trouble] = []
    moot: set[str] = set()
    by_id = {step.milestone.id: step for step in steps}
    for step in steps:
        after = by_id.get(step.milestone.before)
        if after is not None and (after.done or after.milestone.id in moot):
            moot.add(step.milestone.id)
        elif (step.on or today) > step.last:
            found.append(_trouble(step, by_id, today, calendar=calendar))
            if step.on is None:
                moot.add(step.milestone.id)
    return tuple(found)


def _trouble(step: Step, by_id: Mapping[str, Step], today: date, *, calendar: Calendar) -> Trouble:
    """Whether all that is still to come, before it and after it, fits into the least time."""
    run = [*reversed([each for each in by_id.values() if _leads_to(each, step, by_id)]), *_onwards(step, by_id)]
    return Trouble(
        step,
        possible=all((each.on or today) <= each.very_last for each in run),
        sooner=tuple((each, _latest(each, by_id, today, calendar)) for each in run if each.on is None),
    )


def _latest(step: Step, by_id: Mapping[str, Step], today: date, calendar: Calendar) -> date:
    """The very last day for it; within what the law allows from the step before it, where that has not passed too."""
    limits = (
        last_day(each.milestone.allow.counting, each.on, each.milestone.allow.length, calendar=calendar)
        for each in by_id.values()
        if each.milestone.before == step.milestone.id and each.on and each.milestone.is_limit
    )
    return min([step.very_last, *(limit for limit in limits if limit >= today)])


def _onwards(step: Step, by_id: Mapping[str, Step]) -> list[Step]:
    """The step and those after it, up to the next that has a day of its own."""
    run = [step]
    while (after := by_id.get(run[-1].milestone.before)) and after.on is None:
        run.append(after)
    return run


def _leads_to(each: Step, step: Step, by_id: Mapping[str, Step]) -> bool:
    """Whether it comes before the step, with no day set for anything from it up to that."""
    return each is not step and each.on is None and step in _onwards(each, by_id)
