"""When each rung of a ladder speaks, to whom, and what is too late to be said.

Two dates matter and they are not the same. Up to the due date everything looks to the *safe* date, the last working
day on or before the legal one: that is the last day on which anybody can act, and the days between the two are closed
days. After it everything looks to the *legal* date, because only then is the duty late.

- A rung before the due date counts calendar days back from the safe date; landing on a closed day, it speaks on the
  working day before. The rung of the day itself speaks on the safe date.
- A rung after it counts working days on from the legal date, so it lands on a working day.
- All speak at nine. A rung before the due date must be out by the time the office closes on the safe date, because
  a post held overnight might go out when the legal date is past. The rung of the day may be said later, by a bot that
  slept through the day: "was due on Monday" is true then, and silence until the fifth working day after would not do.
- Rungs from before the clock's start or its recording never exist. A case that arrives late tells its owner and its
  manager once, by the newest rung it missed that names them; whoever stands higher hears on the next working day.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache

from bot.domain.calendar import ONE_DAY, Calendar, OfficeHours, london_date, moment
from bot.domain.terms import THE_AGENCYS, Hears

SPEAKS = time(9, 0)
CLOSES = OfficeHours().closes

LATER_SPOKE = "a later reminder takes its place"
TOO_LATE = "the date had passed before it could be said"


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: `offset` days before the safe date, or working days `after` the legal one."""

    id: str
    offset: int
    after: bool
    whom: tuple[Hears, ...]
    since: date = date.min
    """The first day on which it speaks, and `until` the last: a ladder that takes over speaks from its own day on."""
    until: date = date.max

    @property
    def day(self) -> tuple[int, bool]:
        """What its id stands for."""
        return self.offset, self.after


@dataclass(frozen=True)
class Ladder:
    """The rungs of one version of a ladder, in the order in which they speak. `ladder.csv` holds them."""

    name: str
    version: int
    rungs: tuple[Rung, ...]
    ours: bool = False
    """A council's own, in its overlay."""

    @property
    def label(self) -> str:
        return f"{self.name} version {self.version}"

    @property
    def took_over(self) -> bool:
        """Whether it took the place of another one under a date that ran."""
        return any(rung.since > date.min for rung in self.rungs)

    def tells(self, hears: Hears) -> bool:
        return any(hears in rung.whom for rung in self.rungs)


@cache
def taken_over(before: Ladder, after: Ladder, on: date) -> Ladder:
    """What a date climbs that began under one ladder and is moved to another on a day.

    Up to that day the old rungs stand, said or still owed; from it on the new ones. So a new rung whose day has passed
    never speaks, and none that was said is said again under another name.
    """
    old = (replace(rung, until=min(rung.until, on - ONE_DAY)) for rung in before.rungs)
    return replace(after, rungs=(*old, *(replace(rung, since=on) for rung in after.rungs)))


ABOVE = {Hears.ROOM: Hears.OWNER, Hears.OWNER: Hears.MANAGER, Hears.MANAGER: Hears.HEAD}
"""Who stands one step higher."""


def one_step_up(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """The same rungs where an MP asks after the case: of a late date whoever stands one step higher hears with each."""
    return tuple(_one_up(rung) if rung.after else rung for rung in rungs)


def _one_up(rung: Rung) -> Rung:
    higher = [ABOVE[hears] for hears in rung.whom if hears in ABOVE]
    return replace(rung, whom=tuple(dict.fromkeys((*rung.whom, *higher))))


@dataclass(frozen=True)
class RungMoment:
    """When a rung speaks, and the moment from which it may no longer be said (None: never too late). Aware UTC."""

    rung: Rung
    at: datetime
    latest: datetime | None


@dataclass(frozen=True)
class Speak:
    """Say this rung to this role now."""

    rung: Rung
    hears: Hears
    latest: datetime | None
    """A post not sent by this moment is dropped, not sent late."""
    late_arrival: bool = False
    """The case was recorded after this rung: for a digest, never a post of its own."""


@dataclass(frozen=True)
class Skip:
    """Never say this rung to this role, and record why."""

    rung: Rung
    hears: Hears
    why: str


@dataclass(frozen=True)
class Ripe:
    """What one look at a deadline finds."""

    speak: tuple[Speak, ...]
    skip: tuple[Skip, ...]
    next_at: datetime | None
    """When to look again, once these have been recorded; None when the ladder is done."""


def nudge_key(deadline_id: int, due: date, rung_id: str, hears: Hears) -> str:
    """The unique key of a nudge. A moved date is rightly a new key; a person or a reference is never part of it."""
    return f"{deadline_id}/{due.isoformat()}/{rung_id}/{hears.value}"


def rung_moments(
    rungs: Sequence[Rung],
    *,
    legal: date,
    safe: date,
    calendar: Calendar,
    speaks: time = SPEAKS,
    closes: time = CLOSES,
) -> tuple[RungMoment, ...]:
    """When each rung speaks that stands on that day, earliest first. Of two on one day the later step is the newer."""

    def day_of(rung: Rung) -> date:
        if rung.after:
            return calendar.add_working_days(legal, rung.offset)
        return calendar.working_day_on_or_before(safe - timedelta(days=rung.offset))

    def when(rung: Rung, day: date) -> RungMoment:
        warns = rung.offset and not rung.after
        return RungMoment(rung, moment(day, speaks), moment(safe, closes) if warns else None)

    days = ((rung, day_of(rung)) for rung in rungs)
    return tuple(sorted((when(rung, day) for rung, day in days if rung.since <= day <= rung.until), key=_age))


def _age(each: RungMoment) -> tuple[datetime, int]:
    """What tells the older of two from the newer: the moment, then the step of the ladder."""
    return each.at, each.rung.offset if each.rung.after else -each.rung.offset


def ripe(
    rungs: Sequence[Rung],
    *,
    legal: date,
    safe: date,
    started_on: date,
    recorded_at: datetime,
    now: datetime,
    already_said: Collection[tuple[str, Hears]],
    calendar: Calendar,
    speaks: time = SPEAKS,
    closes: time = CLOSES,
) -> Ripe:
    """What to say and what to skip at `now`, and when to look next.

    `already_said` holds (rung id, role) for all that was said or skipped for this due date. Nothing in it comes again.
    For each role the newest ripe rung that is not too late speaks; older ones are skipped.
    """
    every = rung_moments(rungs, legal=legal, safe=safe, calendar=calendar, speaks=speaks, closes=closes)
    lived = [each for each in every if london_date(each.at) >= started_on]
    speak: list[Speak] = []
    skip: list[Skip] = []
    ahead: list[datetime] = []
    for hears in Hears:
        for found in _for_role(hears, lived, recorded_at, now, already_said, calendar, speaks):
            match found:
                case Speak():
                    speak.append(found)
                case Skip():
                    skip.append(found)
                case _:
                    ahead.append(found)
    return Ripe(tuple(speak), tuple(skip), min(ahead, default=None))


def _for_role(
    hears: Hears,
    lived: Sequence[RungMoment],
    recorded_at: datetime,
    now: datetime,
    already_said: Collection[tuple[str, Hears]],
    calendar: Calendar,
    speaks: time,
) -> Iterator[Speak | Skip | datetime]:
    """What is said to one role and what is skipped, and the moment of its next rung."""
    mine = [each for each in lived if hears in each.rung.whom]
    steps = [(each, False) for each in mine if each.at >= recorded_at]
    if missed := _missed(hears, [each for each in mine if each.at < recorded_at], recorded_at, calendar, speaks):
        steps.append((missed, True))
    steps.sort(key=lambda step: (not step[1], _age(step[0])))  # what was missed is older than what is yet to come
    spoken = False
    for each, late_arrival in reversed(steps):
        found: Speak | Skip | datetime
        if each.at > now:
            found = each.at
        elif spoken:
            found = Skip(each.rung, hears, LATER_SPOKE)
        elif each.latest is not None and now >= each.latest:
            found = Skip(each.rung, hears, TOO_LATE)
        else:
            spoken, found = True, Speak(each.rung, hears, each.latest, late_arrival)
        if (each.rung.id, hears) not in already_said:
            yield found


def _missed(
    hears: Hears, missed: Sequence[RungMoment], recorded_at: datetime, calendar: Calendar, speaks: time
) -> RungMoment | None:
    """The one thing that a case recorded late still says to this role: its newest missed rung, at a moment of its own.

    The owner and the manager hear on arrival, those above on the next working day, the agency not at all: what was late
    before it was recorded is the council's to sort out first.
    """
    if not missed or hears in THE_AGENCYS:
        return None
    newest = missed[-1]
    if hears in (Hears.OWNER, Hears.MANAGER):
        return RungMoment(newest.rung, recorded_at, newest.latest)
    day = calendar.next_working_day_on_or_after(london_date(recorded_at) + ONE_DAY)
    return RungMoment(newest.rung, moment(day, speaks), newest.latest)
