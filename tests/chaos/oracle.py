"""What should have been said, worked out again from the entries alone: another law book, ladder and calendar.

Nothing here knows the bot's own rules, ladders, keys or deadlines. What is true of a case is read from its entries and
requests, the law and the ladders stand below as a caseworker would write them down, and each request counts for itself:
five schools consulted on one day are five.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session

LONDON = ZoneInfo("Europe/London")
NINE, HALF_PAST_FIVE = time(9), time(17, 30)

SERVICES = {
    # service: what it is called, the days it has, whose it is
    "education": ("education advice", 42, "education"),
    "educational_psychology": ("educational psychology advice", 42, "education"),
    "health": ("health advice", 42, "health"),
    "speech_and_language": ("speech and language advice", 42, "health"),
    "social_care": ("social care advice", 42, "social_care"),
    "consultation": ("school consultation", 15, "education"),
}
OF_A_CASE = {
    # what is owed: days from the request, what answers it
    "decision to assess": (42, ("decision_to_assess_sent",)),
    "draft plan": (112, ("draft_served", "final_plan_sent")),
    "final plan": (140, ("final_plan_sent",)),
}
REVIEW, PROVISION = "annual review", "provision in the plan"
OWNER, MANAGER, HEAD, ROOM = "owner", "manager", "head", "room"
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
HOLIDAYS = Path(__file__).parents[2] / "bot" / "rules" / "england-2014" / "bank_holidays.csv"


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
    """When it was recorded that it is done, or needed no more: nothing is said from then on."""

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


@dataclass
class Facts:
    """What the entries say of one case: each fact's day, and when it was recorded; the requests, and their answers."""

    on: dict[str, date] = field(default_factory=dict)
    recorded: dict[str, datetime] = field(default_factory=dict)
    asked: dict[int, date] = field(default_factory=dict)
    answered: dict[int, datetime] = field(default_factory=dict)

    def add(self, request: int | None, kind: str, on: date, recorded: datetime) -> None:
        if request is None:
            self.on[kind], self.recorded[kind] = on, recorded
        elif kind in ("advice_asked", "consultation_sent"):
            self.asked[request] = on
        else:
            self.answered[request] = recorded


def owed_by(db: Session) -> list[Owed]:
    """Everything owed, by the entries and requests of every case."""
    known: dict[int, Facts] = defaultdict(Facts)
    entries = "SELECT case_id, request_id, kind, happened_on, recorded_at FROM entry ORDER BY id"
    for case, request, kind, on, recorded in db.execute(text(entries)):
        known[case].add(request, kind, _day(on), _moment(recorded))
    services = {row[0]: row[1:] for row in db.execute(text("SELECT id, service, ordinal FROM request"))}
    cases = db.execute(text('SELECT id, reference, owner_id FROM "case"')).all()
    return [owed for number, *who in cases for owed in _of_case(*who, known[number], services)]


def _day(kept: Any) -> date:
    return kept if isinstance(kept, date) else date.fromisoformat(kept)


def _moment(kept: Any) -> datetime:
    """Kept in UTC, without saying so; SQLite keeps words."""
    return (kept if isinstance(kept, datetime) else datetime.fromisoformat(kept)).replace(tzinfo=UTC)


def _of_case(reference: str, owner: int, facts: Facts, services: Any) -> Iterator[Owed]:
    if received := facts.on.get("la_request_received_or_s24"):
        for what, (days, answers) in OF_A_CASE.items():
            yield Owed(reference, what, received + timedelta(days=days), owner, until=_first(facts, answers))
    if sent := facts.on.get("final_plan_sent"):
        yield Owed(reference, PROVISION, sent, owner, until=_first(facts, ("provision_confirmed",)))
    if reviewed := facts.on.get("last_review_concluded"):
        due = reviewed.replace(year=reviewed.year + 1) - timedelta(days=1)
        yield Owed(reference, REVIEW, due, owner, until=_first(facts, ("decision_to_maintain_sent",)))
    for request, day in facts.asked.items():
        service, ordinal = services[request]
        name, days, agency = SERVICES[service]
        second = f" ({ordinal})" if ordinal > 1 else ""
        name = name.replace(" advice", f"{second} advice") if "advice" in name else f"{name}{second}"
        until = facts.answered.get(request) or _first(facts, ("final_plan_sent",))
        yield Owed(reference, name, day + timedelta(days=days), owner, agency, until)


def _first(facts: Facts, kinds: Iterable[str]) -> datetime | None:
    return min((facts.recorded[kind] for kind in kinds if kind in facts.recorded), default=None)


def steps(owed: Owed, days: Days) -> list[Step]:
    """Every reminder about one thing, the earliest first."""
    safe = days.back_to_work(owed.due)
    made = []
    for place, (offset, whom) in enumerate(owed.ladder):
        day = days.on(owed.due, offset) if offset > 0 else days.back_to_work(safe + timedelta(days=offset))
        last = _at(safe, HALF_PAST_FIVE) if offset < 0 else None
        made += [Step(owed, one, _at(day, NINE), last, place) for one in whom]
    return sorted(made, key=lambda step: (step.at, step.place_in_ladder))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


@dataclass(frozen=True)
class Line:
    """Where everybody reads: by owner their own place and those above, by agency the rooms."""

    places: dict[int, dict[str, str]]
    rooms: dict[str, tuple[str, ...]]

    def of(self, step: Step) -> Iterator[str]:
        if step.whom == ROOM:
            yield from self.rooms[step.owed.agency]
        else:
            yield self.places[step.owed.owner][step.whom]


def expected(every: Iterable[Owed], days: Days, stops: Sequence[datetime], line: Line) -> list[set[Expected]]:
    """What is said at each stop, where the bot is awake at these moments and no others.

    Of what came due for one person since it was awake, only the newest that is not too late is said.
    """
    said: list[set[Expected]] = [set() for _ in stops]
    for owed in every:
        ladder = steps(owed, days)
        for whom in (OWNER, MANAGER, HEAD, ROOM):
            newest: dict[int, Step] = {}
            for step in (one for one in ladder if one.whom == whom):
                stop = bisect_left(stops, step.at)
                if stop < len(stops) and _may_be_said(step, stops[stop]):
                    newest[stop] = step
            for stop, step in newest.items():
                said[stop] |= {Expected(place, owed.reference, owed.what) for place in line.of(step)}
    return said


def _may_be_said(step: Step, now: datetime) -> bool:
    return all(end is None or now < end for end in (step.last, step.owed.until))
