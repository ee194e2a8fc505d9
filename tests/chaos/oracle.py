"""What should have been said, worked out again from the entries alone: another law book, ladder and calendar.

Nothing here knows the bot's own rules, ladders, keys or deadlines. What is true of a case is read from its entries and
requests, the law and the ladders stand below as a caseworker would write them down, and each request counts for itself:
five schools consulted on one day are five.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
OF_A_LETTER = {
    # what is owed: working days from its receipt, what answers it
    "acknowledgement to the MP": (2, ("mp_acknowledged", "mp_holding_reply_sent", "mp_reply_sent")),
    "holding reply to the MP": (8, ("mp_holding_reply_sent", "mp_reply_sent")),
    "reply to the MP": (10, ("mp_reply_sent",)),
}
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
    """When it was recorded that it is done, or needed no more, or due on another day: nothing is said from then on."""
    since: datetime | None = None
    """When that day was recorded: what should have been said before is in a digest, and nowhere else."""
    sent: datetime | None = None
    """When the body said that it has answered: its rooms hear no more, the council does."""
    asked_after: datetime | None = None
    """When an MP's letter about the case was logged."""

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


@dataclass(frozen=True)
class Span:
    """A day that stands on record: from when, and until it was put right."""

    on: date
    since: datetime
    until: datetime | None = None


@dataclass
class Facts:
    """What the entries say of one case or letter: each fact's days, by the request that they are of, or None."""

    spans: dict[tuple[int | None, str], list[Span]] = field(default_factory=lambda: defaultdict(list))
    by_entry: dict[int, tuple[tuple[int | None, str], int]] = field(default_factory=dict)

    def add(self, entry: int, request: int | None, kind: str, span: Span, instead_of: int | None) -> None:
        if instead_of in self.by_entry:
            of, place = self.by_entry[instead_of]
            wrong = self.spans[of][place]
            self.spans[of][place] = Span(wrong.on, wrong.since, span.since)
        self.by_entry[entry] = ((request, kind), len(self.spans[request, kind]))
        self.spans[request, kind].append(span)

    def days(self, kind: str, request: int | None = None) -> list[Span]:
        return self.spans.get((request, kind), [])

    def first(self, kinds: Iterable[str], request: int | None = None) -> datetime | None:
        """When the first of these was recorded."""
        return min((span.since for kind in kinds for span in self.days(kind, request)), default=None)

    @property
    def requests(self) -> list[int]:
        return [of for of, kind in self.spans if of is not None and kind in ASKED]


ASKED = ("advice_asked", "consultation_sent")
HAD = ("body_received_request", "consultation_received")
SENT = ("advice_sent", "consultation_reply_sent")
CAME = ("advice_received", "consultation_reply_received")
ENTRIES = "SELECT id, {of}, request_id, kind, happened_on, recorded_at, supersedes FROM entry WHERE {of} IS NOT NULL"


def owed_by(db: Session) -> list[Owed]:
    """Everything owed, by the entries and requests of every case and every MP's letter."""
    services = {row[0]: row[1:] for row in db.execute(text("SELECT id, service, ordinal FROM request"))}
    cases = db.execute(text('SELECT id, reference, owner_id FROM "case" ORDER BY id')).all()
    letters = db.execute(text("SELECT id, reference, owner_id FROM enquiry WHERE kind = 'mp_letter' ORDER BY id")).all()
    of_cases, of_letters = _facts(db, "case_id"), _facts(db, "enquiry_id")
    about = db.execute(text("SELECT case_id, enquiry_id FROM enquirycase ORDER BY enquiry_id DESC"))
    asked_after = {case: of_letters[letter].first(("mp_received",)) for case, letter in about}
    owed: list[Owed] = []
    for number, reference, owner in cases:
        owed += _of_case(reference, owner, of_cases[number], services, asked_after.get(number))
    for number, reference, owner in letters:
        owed += _of_letter(reference, owner, of_letters[number])
    return owed


def _facts(db: Session, of: str) -> dict[int, Facts]:
    known: dict[int, Facts] = defaultdict(Facts)
    entries = text(f"{ENTRIES.format(of=of)} ORDER BY id")
    for entry, about, request, kind, on, recorded, instead_of in db.execute(entries):
        known[about].add(entry, request, kind, Span(_day(on), _moment(recorded)), instead_of)
    return known


def _day(kept: Any) -> date:
    return kept if isinstance(kept, date) else date.fromisoformat(kept)


def _moment(kept: Any) -> datetime:
    """Kept in UTC, without saying so; SQLite keeps words."""
    return (kept if isinstance(kept, datetime) else datetime.fromisoformat(kept)).replace(tzinfo=UTC)


def _of_case(reference: str, owner: int, facts: Facts, services: Any, asked_after: datetime | None) -> Iterator[Owed]:
    closed, plan = facts.first(("closed",)), facts.first(("final_plan_sent",))

    def owed(what: str, span: Span, due: date, *answers: datetime | None, **more: Any) -> Owed:
        until = _earliest(span.until, closed, *answers)
        return Owed(reference, what, due, owner, until=until, since=span.since, asked_after=asked_after, **more)

    for span in facts.days("la_request_received_or_s24"):
        for what, (days, answers) in OF_A_CASE.items():
            yield owed(what, span, span.on + timedelta(days=days), facts.first(answers))
    for span in facts.days("final_plan_sent"):
        yield owed(PROVISION, span, span.on, facts.first(("provision_confirmed",)))
    for span in facts.days("last_review_concluded"):
        due = span.on.replace(year=span.on.year + 1) - timedelta(days=1)
        yield owed(REVIEW, span, due, facts.first(("decision_to_maintain_sent",)))
    for request in facts.requests:
        name, length, agency = _called(*services[request])
        sent = facts.first(SENT, request)
        for span in counted_from(facts, request):
            due = span.on + timedelta(days=length)
            yield owed(name, span, due, facts.first(CAME, request), plan, agency=agency, sent=sent)


def counted_from(facts: Facts, request: int) -> list[Span]:
    """The days from which a request counts: the day it was asked, until the body says when it had it."""
    asked = [span for kind in ASKED for span in facts.days(kind, request)]
    had = [span for kind in HAD for span in facts.days(kind, request)]
    known = min((span.since for span in had), default=None)
    return [Span(span.on, span.since, _earliest(span.until, known)) for span in asked] + had


def _called(service: str, ordinal: int) -> tuple[str, int, str]:
    """What a request's answer is called, the days it has, and whose it is."""
    name, length, agency = SERVICES[service]
    second = f" ({ordinal})" if ordinal > 1 else ""
    name = name.replace(" advice", f"{second} advice") if "advice" in name else f"{name}{second}"
    return name, length, agency


def _of_letter(reference: str, owner: int, facts: Facts) -> Iterator[Owed]:
    days, closed = Days(closed_days()), facts.first(("closed",))
    for span in facts.days("mp_received"):
        for what, (length, answers) in OF_A_LETTER.items():
            until = _earliest(span.until, closed, facts.first(answers))
            yield Owed(reference, what, days.on(span.on, length), owner, until=until, since=span.since)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one), default=None)


def steps(owed: Owed, days: Days) -> list[Step]:
    """Every reminder about one thing, the earliest first."""
    safe = days.back_to_work(owed.due)
    made = []
    for place, (offset, whom) in enumerate(owed.ladder):
        day = days.on(owed.due, offset) if offset > 0 else days.back_to_work(safe + timedelta(days=offset))
        last = _at(safe, HALF_PAST_FIVE) if offset < 0 else None
        made += [Step(owed, one, _at(day, NINE), last, place) for one in whom]
        if offset > 0 and owed.asked_after:
            above = {ABOVE[one] for one in whom if one in ABOVE} - {*whom}
            made += [Step(owed, one, _at(day, NINE), last, place, owed.asked_after) for one in sorted(above)]
    return sorted(made, key=lambda step: (step.at, step.place_in_ladder))


def _at(day: date, clock: time) -> datetime:
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
        for step in steps(owed, days):
            stop = bisect_left(stops, step.at)
            sure = _is_said(step, stop, stops[stop], place) if stop < len(stops) else None
            if sure is not None:
                due = {Expected(each, owed.reference, owed.what) for each in line.of(step, stop)}
                said[stop][0 if sure else 1].update(due)
    return said


def _is_said(step: Step, stop: int, now: datetime, place: Callable[[datetime], float]) -> bool | None:
    """Whether it has to be said at a stop; None where it must not."""
    since, ends = step.owed.since, step.ends
    if (step.last and now >= step.last) or (since and step.at < since) or (ends and place(ends) < stop):
        return None
    if step.since and place(step.since) > stop:
        return None
    return not (ends and place(ends) == stop) and not (step.since and place(step.since) == stop)
