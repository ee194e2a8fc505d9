"""What should have been said at which stop, and where, of all that is owed: another ladder, calendar and staff list.

Nothing here knows the bot's own rules, ladders, keys or deadlines. The ladders stand below as a caseworker would write
them down; what is owed is read from the entries, in `entries`.
"""

import csv
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NINE, HALF_PAST_FIVE = time(9), time(17, 30)

REVIEW, PROVISION = "annual review", "provision in the plan"
OWNER, MANAGER, HEAD, ROOM = "owner", "manager", "head", "room"
ABOVE = {ROOM: OWNER, OWNER: MANAGER, MANAGER: HEAD}
"""Who hears too of a late date while an MP asks after the case."""
COUNCIL = (
    # days before (or working days after), who hears
    (-14, (OWNER,)),
    (-7, (OWNER,)),
    (-3, (OWNER,)),
    (-1, (OWNER, MANAGER)),
    (0, (OWNER, MANAGER)),
    (5, (OWNER, MANAGER, HEAD)),
    (10, (MANAGER, HEAD)),
)
AGENCY = (
    (-14, (ROOM,)),
    (-7, (ROOM, OWNER)),
    (-3, (ROOM, OWNER)),
    (-1, (ROOM, OWNER)),
    (0, (ROOM, OWNER, MANAGER)),
    (5, (ROOM, OWNER, MANAGER)),
    (10, (MANAGER, HEAD)),
)
ONCE = ((1, (OWNER,)),)
ARRIVES = 3
"""Stops within which somebody is told of what was late before it was recorded."""
HOLIDAYS = Path(__file__).parents[2] / "bot" / "rules" / "england-2014" / "bank_holidays.csv"


@dataclass(frozen=True)
class Held:
    """An owner said that they have it: they hear nothing until a moment, and are asked again at one."""

    at: datetime
    quiet_until: datetime
    again: datetime


@dataclass(frozen=True)
class SetFor:
    """Somebody asked at a moment that an agency's rooms be reminded on a day."""

    on: date
    since: datetime


@dataclass(frozen=True)
class Owed:
    """One thing that somebody owes by a day."""

    reference: str
    what: str
    due: date
    owner: int
    agency: str = ""
    """Whose rooms hear; empty for what the council itself owes."""
    until: datetime | None = None
    """When it was recorded that it is done, or needed no more, or due on another day: nothing is said from then on."""
    since: datetime | None = None
    """When that day was recorded: what should have been said before is in a digest, and nowhere else."""
    sent: datetime | None = None
    """When the body said that it has answered: its rooms hear no more, the council does."""
    asked_after: datetime | None = None
    """When an MP's letter about the case was logged."""
    held: "Held | None" = None
    """That its owner has it in hand."""
    reminders: "tuple[SetFor, ...]" = ()
    """What people had its rooms reminded of beside the ladder."""

    @property
    def ladder(self) -> Sequence[tuple[int, tuple[str, ...]]]:
        if self.what == PROVISION:
            return ONCE
        return AGENCY if self.agency else COUNCIL


@dataclass(frozen=True)
class Step:
    """A reminder that comes at a moment, to one role; `last` is the moment from which it would be too late."""

    owed: Owed
    whom: str
    at: datetime
    last: datetime | None
    place_in_ladder: int
    since: datetime | None = None
    """It comes only because of what was recorded at this moment."""

    @property
    def ends(self) -> datetime | None:
        """When it was recorded that this is to be said no more."""
        ends = [self.owed.until, self.owed.sent if self.whom == ROOM else None]
        return min((end for end in ends if end), default=None)


@dataclass(frozen=True)
class Expected:
    """Something said at one place at one stop."""

    place: str
    reference: str
    what: str


def closed_days(path: Path = HOLIDAYS) -> set[date]:
    """The bank holidays of England."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        return {date.fromisoformat(row["date"]) for row in rows if "england-and-wales" in row["divisions"].split("|")}


@dataclass(frozen=True)
class Days:
    """Working days, counted one by one."""

    closed: set[date]

    def works(self, day: date) -> bool:
        return day.isoweekday() <= 5 and day not in self.closed

    def back_to_work(self, day: date) -> date:
        return day if self.works(day) else self.back_to_work(day - timedelta(days=1))

    def on(self, day: date, count: int) -> date:
        later = day
        while count:
            later += timedelta(days=1)
            count -= self.works(later)
        return later


def steps(owed: Owed, days: Days) -> list[Step]:
    """Every reminder about one thing, the earliest first."""
    safe = days.back_to_work(owed.due)
    made = []
    for place, (offset, whom) in enumerate(owed.ladder):
        day = days.on(owed.due, offset) if offset > 0 else days.back_to_work(safe + timedelta(days=offset))
        last = at(safe, HALF_PAST_FIVE) if offset < 0 else None
        made += [Step(owed, one, at(day, NINE), last, place) for one in whom]
        if offset > 0 and owed.asked_after:
            above = {ABOVE[one] for one in whom if one in ABOVE} - {*whom}
            made += [Step(owed, one, at(day, NINE), last, place, owed.asked_after) for one in sorted(above)]
    made += [Step(owed, ROOM, at(one.on, NINE), None, len(owed.ladder), one.since) for one in owed.reminders]
    return sorted(made, key=lambda step: (step.at, step.place_in_ladder))


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


@dataclass(frozen=True)
class Leave:
    """Somebody is away from one stop to another, both included; whoever covers hears, if anybody does."""

    first: int
    last: int
    cover: str | None


@dataclass(frozen=True)
class Line:
    """Where everybody reads: by owner their own place and those above, by agency the rooms. Leave is by place."""

    places: dict[int, dict[str, str]]
    rooms: dict[str, tuple[str, ...]]
    away: Mapping[str, Sequence[Leave]] = field(default_factory=dict)
    administrators: str = ""

    def of(self, step: Step, stop: int = 0) -> Iterator[str]:
        if step.whom == ROOM:
            yield from self.rooms[step.owed.agency]
        else:
            yield self._reader(self.places[step.owed.owner], step.whom, stop)

    def _reader(self, places: Mapping[str, str], whom: str, stop: int) -> str:
        """The person, or who covers; else whoever stands above, and at last the administrators."""
        line = (OWNER, MANAGER, HEAD)
        readers = (self._there(places[role], stop, ()) for role in line[line.index(whom) :])
        return next(filter(None, readers), self.administrators)

    def _there(self, place: str, stop: int, asked: tuple[str, ...]) -> str:
        leave = next((one for one in self.away.get(place, ()) if one.first <= stop <= one.last), None)
        if leave is None:
            return place
        cover = leave.cover
        return self._there(cover, stop, (*asked, place)) if cover and cover not in asked else ""


def expected(every: Iterable[Owed], days: Days, stops: Sequence[datetime], line: Line) -> list[set[Expected]]:
    """What is said at each stop, where the bot is awake at these moments and no others.

    Of what came due for one person since it was awake, only the newest that is not too late is said. What is recorded
    at a stop is recorded after all that was due is said.
    """
    return [due for due, _ in _said(every, days, stops, line, lambda moment: bisect_left(stops, moment) - 0.5)]


def expected_amid(
    every: Iterable[Owed], days: Days, stops: Sequence[datetime], line: Line
) -> list[tuple[set[Expected], set[Expected]]]:
    """The same where people record things while the bot speaks: what has to be said, and what besides may be.

    An entry belongs to the stop of its day: what was due then may have been said before it, or not.
    """
    dates = [stop.astimezone(LONDON).date() for stop in stops]

    def place(moment: datetime) -> float:
        on = moment.astimezone(LONDON).date()
        stop = bisect_left(dates, on)
        return stop if on in dates[stop : stop + 1] else stop - 0.5

    return _said(every, days, stops, line, place)


def _said(
    every: Iterable[Owed], days: Days, stops: Sequence[datetime], line: Line, place: Callable[[datetime], float]
) -> list[tuple[set[Expected], set[Expected]]]:
    """`place` says at which stop a thing was recorded: halfway between two where it was recorded between them."""
    said: list[tuple[set[Expected], set[Expected]]] = [(set(), set()) for _ in stops]
    for owed in every:
        heard: set[int] = set()
        for step in steps(owed, days):
            _say(step, _stop_of(step, stops, place), stops, line, place, said, heard)
        if owed.held and not any(place(owed.held.at) < stop for stop in heard if stops[stop] < owed.held.again):
            again = Step(owed, OWNER, owed.held.again, None, len(owed.ladder))
            _say(again, bisect_left(stops, again.at), stops, line, place, said, heard)
        for stop in _arrived(owed, days, stops, place):
            said[stop][1].update(
                Expected(each, owed.reference, owed.what)
                for whom in (OWNER, MANAGER, HEAD)
                for each in line.of(Step(owed, whom, stops[stop], None, 0), stop)
            )
    return [(due, may - due) for due, may in said]


def _arrived(owed: Owed, days: Days, stops: Sequence[datetime], place: Callable[[datetime], float]) -> range:
    """Where something may be said that was due before it was recorded: in a digest, or after a stop on its own."""
    if owed.since is None or all(step.at >= owed.since for step in steps(owed, days)):
        return range(0)
    first = max(0, int(place(owed.since)))
    last = place(owed.until) if owed.until else len(stops)
    return range(first, min(first + ARRIVES, int(last) + 1, len(stops)))


def _stop_of(step: Step, stops: Sequence[datetime], place: Callable[[datetime], float]) -> int:
    """The first stop at which a reminder comes; an owner's who has it in hand waits."""
    stop, held = bisect_left(stops, step.at), step.owed.held
    if step.whom == OWNER and held and place(held.at) < stop < bisect_left(stops, held.quiet_until):
        return bisect_left(stops, held.quiet_until)
    return stop


def _say(
    step: Step,
    stop: int,
    stops: Sequence[datetime],
    line: Line,
    place: Callable[[datetime], float],
    said: list[tuple[set[Expected], set[Expected]]],
    heard: set[int],
) -> None:
    """Put a reminder in what is `said` at a stop; `heard` are the stops at which the owner was told."""
    sure = _is_said(step, stop, stops[stop], place) if stop < len(stops) else None
    if sure is not None:
        due = {Expected(each, step.owed.reference, step.owed.what) for each in line.of(step, stop)}
        said[stop][0 if sure else 1].update(due)
        if step.whom == OWNER:
            heard.add(stop)


def _is_said(step: Step, stop: int, now: datetime, place: Callable[[datetime], float]) -> bool | None:
    """Whether it has to be said at a stop; None where it must not."""
    since, ends = step.owed.since, step.ends
    if (step.last and now >= step.last) or (since and step.at < since) or (ends and place(ends) < stop):
        return None
    if step.since and place(step.since) > stop:
        return None
    return not (ends and place(ends) == stop) and not (step.since and place(step.since) == stop)
