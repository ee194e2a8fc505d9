"""`python -m tests.chaos.year`: a council's year in minutes. The clock runs on to what is due next, once all is said.

Officers answer the reminders that reach them, some at once, some late, some only after the date. When the year is over
the oracle works out from the entries alone what should have been said on which day, and that is held against what was.
In one process, on SQLite, before a chat that takes everything; living cards are left out.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random, SystemRandom

from sqlmodel import Session, col, func, select

from adapters.slack.blocks import fallback
from bot.cards.posted import post_message
from bot.cases import deadlines, files, history
from bot.cases.history import New
from bot.cases.hours import SPEAKING
from bot.cases.posts import OFFICE
from bot.cases.references import insert_all
from bot.courier import Courier
from bot.domain.calendar import OfficeHours, london_date, moment
from bot.domain.message import Address, Message
from bot.domain.pace import NO_LIMITS
from bot.domain.terms import Agency, AskedBy, EntryKind, Platform, PostState, Process, Role
from bot.reminders import digests, sweep
from bot.rules import load_rules
from bot.turn import Turn
from bot.upkeep.progress import Progress
from storage.add import add_all
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.migrate import migrate
from storage.tables import Case, Child, Connection, Deadline, Identity, Nudge, Person, Post, Request, Room
from tests.chaos.entries import owed_by as owed_by_entries
from tests.chaos.oracle import HEAD, MANAGER, OWNER, PROVISION, REVIEW, Days, Expected, Line, closed_days, expected
from tests.chaos.reading import judged, things
from tests.chaos.weather import Landed

REQUESTS, PLANS = 5_000, 20_000
FIRST, LAST = date(2025, 12, 15), date(2026, 12, 31)
"""Reviews that fall due from the fifth of January are opened on the first day: every reminder is still to come."""
BEGAN = moment(FIRST, OFFICE.opens)
OFFICERS_TO_PLANS, OFFICERS_TO_A_MANAGER = 200, 10
LADDERS_OF = ("education", "health", "social_care")
ADVICE = ("education", "educational_psychology", "health", "speech_and_language", "social_care")
WAITS = ((0, 30), (1, 25), (3, 20), (6, 10), (25, 10), (None, 5))
"""Days until a reminder is answered, and how often; None leaves that one unanswered."""
BATCH = 500
ANSWERS = {
    "decision to assess": EntryKind.DECISION_TO_ASSESS_SENT,
    "draft plan": EntryKind.DRAFT_SERVED,
    "final plan": EntryKind.FINAL_PLAN_SENT,
    PROVISION: EntryKind.PROVISION_CONFIRMED,
    REVIEW: EntryKind.DECISION_TO_MAINTAIN_SENT,
}


class Chat:
    """A chat that takes everything at once, and keeps what it was given."""

    limits = NO_LIMITS

    def __init__(self, year: "Year") -> None:
        self.year, self._ids = year, count(1)

    async def send(self, to: Address, message: Message, key: str) -> str:
        self.year.heard(to.place, fallback(message, private=True))
        return f"m{next(self._ids)}"

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        raise NotImplementedError("nothing is edited in this year")

    async def withdraw(self, to: Address, platform_id: str) -> None:
        raise NotImplementedError("nothing is withdrawn in this year")

    async def find(self, to: Address, key: str) -> str | None:
        return None


@dataclass(frozen=True)
class Outcome:
    """What the year came to."""

    requests: int
    plans: int
    expected: int
    lost: int
    late: int
    early: int
    doubled: int
    not_due: int
    unread: int
    messages: int
    acts: int
    nudges: int
    stops: int
    seconds: float
    longest: float
    """The most minutes from a due moment to the message, by the year's clock."""


@dataclass
class Year:
    """One council, its clock, and what its officers mean to do on which day."""

    store: Store
    vault: Vault
    dice: Random
    now: datetime = BEGAN
    landed: list[Landed] = field(default_factory=list)
    todo: dict[date, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """By day: the things, by reference and name, that somebody then puts on record."""
    meant: set[tuple[str, str]] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cases: dict[str, int] = field(default_factory=dict)
    acts: int = 0

    def __post_init__(self) -> None:
        self.rules = load_rules()
        self.courier = Courier(self.store, self.rules, self.vault, chats={1: Chat(self)}, render=post_message)

    def turn(self, db: Session) -> Turn:
        return Turn(db, self.now, self.rules, self.vault)

    def heard(self, place: str, words: str) -> None:
        """A message arrives; of each thing that it names its reader decides once when to answer it."""
        shown_on = london_date(self.now)
        self.landed.append(Landed(place, words, self.now, shown_on.toordinal(), told=True, askable=True))
        for thing in things(place, words, self.names):
            if (about := (thing.reference, thing.what)) not in self.meant:
                days, often = zip(*WAITS, strict=True)
                wait = self.dice.choices(days, often)[0]
                if wait is not None:
                    self.meant.add(about)
                    self.todo[self._working_day(shown_on + timedelta(days=wait + 1))].append(about)

    def _working_day(self, day: date) -> date:
        return self.rules.calendar.next_working_day_on_or_after(day)

    # The council

    def found(self, requests: int, plans: int) -> Line:
        """Staff, rooms and reviews; requests come in over the year."""
        with self.store.transaction() as db:
            db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Council"))
            db.flush()
            for agency in (*map(Agency, LADDERS_OF), None):
                name = agency.value if agency else "administrators"
                db.add(Room(connection_id=1, place=name, name=name, agency=agency, bound_at=self.now))
            places = self._staff(db, max(4, plans // OFFICERS_TO_PLANS))
        self.owners = list(places)
        self._coming = Counter(self._working_day(self._some_day(FIRST, date(2026, 12, 11))) for _ in range(requests))
        progress = Progress("plans")
        for first in range(0, plans, BATCH):
            progress(first, plans)
            reviewed = [
                self._some_day(date(2025, 1, 6), LAST.replace(year=2025)) for _ in range(min(BATCH, plans - first))
            ]
            with self.store.transaction() as db:
                self._open(self.turn(db), Process.ANNUAL_REVIEW, EntryKind.LAST_REVIEW_CONCLUDED, reviewed)
        progress.clear()
        return Line(places, {name: (name,) for name in LADDERS_OF})

    def _some_day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.dice.randrange((last - first).days + 1))

    def _staff(self, db: Session, officers: int) -> dict[int, dict[str, str]]:
        head = self._person(db, "head", Role.MANAGER, None)
        managers = [
            self._person(db, f"manager{n}", Role.MANAGER, head) for n in range(1 + officers // OFFICERS_TO_A_MANAGER)
        ]
        places = {}
        for n in range(officers):
            above = n % len(managers)
            officer = self._person(db, f"officer{n}", Role.OFFICER, managers[above])
            places[officer] = {OWNER: f"officer{n}", MANAGER: f"manager{above}", HEAD: "head"}
        return places

    def _person(self, db: Session, name: str, role: Role, above: int | None) -> int:
        email = f"{name}@council.example"
        person = Person(email=email, name=name, agency=Agency.EDUCATION, role=role, manager_id=above)
        db.add(person)
        db.flush()
        db.add(Identity(person_id=person.id, connection_id=1, account=name, place=name, heard_at=self.now))
        return person.id or 0

    def _open(self, turn: Turn, process: Process, began: EntryKind, days: Sequence[date]) -> None:
        """A case for each day, of a child whom nobody needs to know here."""
        children = [Child(sealed=b"", wrapped_key=None, added_at=turn.now) for _ in days]
        add_all(turn.db, children)
        cases = [
            Case(
                child_id=child.id,
                process=process,
                asked_by=AskedBy.PARENT,
                owner_id=self.dice.choice(self.owners),
                opened_at=turn.now,
            )
            for child in children
        ]
        insert_all(turn, cases)
        for case, day in zip(cases, days, strict=True):
            entries = history.record_after(turn, case, [New(began, day)], last=(0, history.FIRST))
            deadlines.rebuild(turn, case, entries, first=True)
            self.cases[case.reference] = case.id or 0
            own = {REVIEW} if process is Process.ANNUAL_REVIEW else set(ANSWERS) - {REVIEW}
            self.names[case.reference] |= own

    # A day

    def work(self) -> None:
        """What people put on record when the office opens."""
        today = london_date(self.now)
        with self.store.transaction() as db:
            turn = self.turn(db)
            self._open(turn, Process.NEW_ASSESSMENT, EntryKind.REQUEST_RECEIVED, [today] * self._coming.pop(today, 0))
            for reference, what in self.todo.pop(today, ()):
                self._answer(turn, reference, what)

    def _answer(self, turn: Turn, reference: str, what: str) -> None:
        """Put the answer to one thing on record; once it is decided to assess, advice is asked for on the same day."""
        case = turn.db.get_one(Case, self.cases[reference])
        entries = history.entries_of(turn.db, case)
        requests = list(turn.db.scalars(files.REQUESTS, {"case": case.id}))
        kinds = {entry.kind for entry in entries if entry.request_id is None}
        if what not in ANSWERS:
            request = next(one for one in requests if _called(one) == what)
            new = [New(EntryKind.ADVICE_RECEIVED, turn.today, request_id=request.id, clear={"response": "full"})]
        elif ANSWERS[what] in kinds:
            return
        else:
            new = [New(ANSWERS[what], turn.today)]
        if what == "decision to assess":
            asked = self._ask(turn, case)
            requests += asked
            new += [New(EntryKind.ADVICE_ASKED, turn.today, each.id, {"service": each.service}) for each in asked]
        added = history.record_after(turn, case, new, last=history.end_of(entries))
        deadlines.rebuild(turn, case, [*entries, *added], requests)
        self.acts += 1

    def _ask(self, turn: Turn, case: Case) -> list[Request]:
        asked = [
            Request(
                case_id=case.id or 0,
                service=service,
                agency=turn.rules.service(service).agency or Agency.EDUCATION,
                asked_on=turn.today,
            )
            for service in ADVICE
        ]
        add_all(turn.db, asked)
        self.names[case.reference] |= set(map(_called, asked))
        return asked

    async def live(self) -> int:
        """From one due moment to the next until the year is over; how many there were."""
        progress, stops, worked = Progress("days"), 0, date.min
        whole = (LAST - FIRST).days
        while london_date(self.now) <= LAST:
            if london_date(self.now) > worked:
                self.work()
                worked = london_date(self.now)
                progress((worked - FIRST).days, whole)
            digests(self.store, self.rules, self.vault, self.now)
            sweep(self.store, self.rules, self.vault, self.now)
            while await self.courier.deliver(self.now):
                pass
            self.now, stops = self._next(), stops + 1
        progress.clear()
        return stops

    def _next(self) -> datetime:
        """When something falls due next: a rung, a post that waits, the opening of the office."""
        opens = self._opening(OFFICE)
        with self.store.reading() as db:
            rung = db.exec(select(func.min(Deadline.next_at)).where(col(Deadline.next_at) > self.now)).one()
            left = db.exec(select(func.min(Deadline.next_at)).where(col(Deadline.next_at) <= self.now)).one()
            waiting = (Post.state == PostState.WAITING, col(Post.not_before) > self.now)
            post = db.exec(select(func.min(Post.not_before)).where(*waiting)).one()
        speaking = self._opening(SPEAKING) if left else None
        return min(at for at in (rung, post, opens, speaking) if at is not None)

    def _opening(self, hours: OfficeHours) -> datetime:
        """When hours begin next."""
        calendar = self.rules.calendar
        closed = moment(london_date(self.now), hours.closes) if hours.is_open(self.now, calendar=calendar) else self.now
        return hours.next_open(closed, calendar=calendar)


def _called(request: Request) -> str:
    return f"{request.service.replace('_', ' ')} advice"


def lived(url: str, *, share: float, seed: int) -> Outcome:
    """One year of a council of this share of the full size."""
    migrate(url)
    requests, plans, began = round(REQUESTS * share), round(PLANS * share), time.perf_counter()
    year = Year(Store(url), Vault(new_key()), Random(seed))
    line = year.found(requests, plans)
    stops = asyncio.run(year.live())
    outcome = _judged(year, line, requests, plans, stops, began)
    year.store.close()
    return outcome


def _judged(year: Year, line: Line, requests: int, plans: int, stops: int, began: float) -> Outcome:
    """Each working day from nine is a window of its own: what was due in it has to come in it."""
    lasted = time.perf_counter() - began
    calendar = year.rules.calendar
    working = [day for n in range((LAST - FIRST).days + 1) if calendar.is_working_day(day := FIRST + timedelta(days=n))]
    nines = [SPEAKING.next_open(moment(day, SPEAKING.opens), calendar=calendar) for day in working]
    with year.store.reading() as db:
        every = owed_by_entries(db)
        nudges = db.exec(select(func.count()).select_from(Nudge).where(Nudge.skipped == "")).one()
    said = expected(every, Days(closed_days()), nines, line)
    verdict = judged(year.landed, [day.toordinal() + 0.5 for day in working], said, [])
    missing: dict[Expected, list[int]] = defaultdict(list)
    for stop, thing in verdict.missing:
        missing[thing].append(stop)
    kinds: Counter[str] = Counter()
    for stop, thing in verdict.wrong:
        there = missing.get(thing, [])
        kinds["late" if any(due < stop for due in there) else "early" if there else "not due"] += 1
        if there:
            there.pop()
    waits = [one.shown_at - nines[working.index(london_date(one.shown_at))] for one in year.landed]
    return Outcome(
        requests=requests,
        plans=plans,
        expected=verdict.expected,
        lost=sum(map(len, missing.values())),
        late=kinds["late"],
        early=kinds["early"],
        doubled=len(verdict.unexplained) + verdict.doubled.total(),
        not_due=kinds["not due"],
        unread=len(verdict.unread),
        messages=len(year.landed),
        acts=year.acts,
        nudges=nudges,
        stops=stops,
        seconds=lasted,
        longest=max(waits, default=timedelta()).total_seconds() / 60,
    )


def told(outcome: Outcome) -> str:
    """As rows for docs/promises.md."""
    size = f"a simulated year of {outcome.requests:,} requests and {outcome.plans:,} plans"
    rows = (
        (f"{size}: reminders expected, by the entries", f"{outcome.expected:,}"),
        ("of them lost, doubled, late, early", f"{outcome.lost}, {outcome.doubled}, {outcome.late}, {outcome.early}"),
        ("said where or when nothing was due", f"{outcome.not_due}"),
        ("messages they came in, digests included", f"{outcome.messages:,}"),
        ("answers that officers put on record", f"{outcome.acts:,}"),
        ("moments at which something was due", f"{outcome.stops:,}"),
        ("the most minutes from the due moment to the message, by its own clock", f"{outcome.longest:.1f}"),
        ("time that the year took", f"{outcome.seconds / 60:.1f} min"),
    )
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows)])


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos.year", description=__doc__)
    words.add_argument("--share", type=float, default=1.0, help="of 5,000 requests and 20,000 plans")
    words.add_argument("--seed", type=int)
    asked = words.parse_args()
    seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    print(f"Seed {seed}: again with make year SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="year") as folder:
        outcome = lived(f"sqlite:///{Path(folder)}/year.sqlite", share=asked.share, seed=seed)
    print(told(outcome))
    good = not any((outcome.lost, outcome.doubled, outcome.late, outcome.early, outcome.not_due, outcome.unread))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
