"""What should have been said, worked out again from the entries alone: another law book, ladder and calendar.

Nothing here knows the bot's own rules, ladders, keys or deadlines. What is true of a case is read from its entries and
requests, the law and the ladders stand below as a caseworker would write them down, and each request counts for itself:
five schools consulted on one day are five.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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
    "decision to assess": (42, "decision_to_assess_sent"),
    "draft plan": (112, "draft_served"),
    "final plan": (140, "final_plan_sent"),
}
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

    @property
    def ladder(self) -> Sequence[tuple[int, tuple[str, ...]]]:
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


def owed_by(db: Session) -> list[Owed]:
    """Everything owed, by the entries and requests of every open case."""
    facts: dict[int, dict[str, date]] = {}
    asked: dict[int, list[tuple[int, date]]] = {}
    for case, request, kind, day in db.execute(
        text("SELECT case_id, request_id, kind, happened_on FROM entry ORDER BY id")
    ):
        when = day if isinstance(day, date) else date.fromisoformat(day)
        if kind in ("advice_asked", "consultation_sent"):
            asked.setdefault(case, []).append((request, when))
        else:
            facts.setdefault(case, {})[kind] = when
    services = {row[0]: row[1:] for row in db.execute(text("SELECT id, service, ordinal FROM request"))}
    cases = db.execute(text('SELECT id, reference, owner_id FROM "case"'))
    return [owed for case in cases for owed in _of_case(case, facts.get(case[0], {}), asked.get(case[0], []), services)]


def _of_case(case: Any, facts: dict[str, date], asked: Iterable[tuple[int, date]], services: Any) -> Iterator[Owed]:
    _number, reference, owner = case
    received = facts["la_request_received_or_s24"]
    for what, (days, answer) in OF_A_CASE.items():
        if answer not in facts:
            yield Owed(reference, what, received + timedelta(days=days), owner)
    for request, day in asked:
        service, ordinal = services[request]
        name, days, agency = SERVICES[service]
        second = f" ({ordinal})" if ordinal > 1 else ""
        name = name.replace(" advice", f"{second} advice") if "advice" in name else f"{name}{second}"
        yield Owed(reference, name, day + timedelta(days=days), owner, agency)


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
            waiting = [step for step in ladder if step.whom == whom]
            for number, now in enumerate(stops):
                ripe = [step for step in waiting if step.at <= now]
                waiting = waiting[len(ripe) :]
                newest = [step for step in ripe if step.last is None or now < step.last][-1:]
                for step in newest:
                    said[number] |= {Expected(place, owed.reference, owed.what) for place in line.of(step)}
    return said
