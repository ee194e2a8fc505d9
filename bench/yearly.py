"""A council's year at its size: both rounds, the lists and the sweep on the morning when every phase transfer is near.

`python -m bench year` prints it for SQLite and PostgreSQL.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median, quantiles
from typing import Any

from sqlmodel import func, select

from bench.council import opened
from bench.page import Told
from bot.app import App
from bot.cases import deadlines, history
from bot.cases.children import Private, register
from bot.cases.history import New
from bot.cases.references import insert_all
from bot.domain.message import Said, Where, Who
from bot.domain.terms import Agency, AskedBy, CaseStatus, EntryKind, Outcome, Platform, Process, Role
from bot.reminders import digests, sweep
from bot.turn import Turn
from bot.upkeep.progress import Progress, in_batches
from bot.upkeep.rounds import Run
from storage.columns import columns
from storage.crypto import new_key
from storage.migrate import migrate
from storage.tables import Case, Connection, Identity, Person, Post, Room, Setting

ROUND = datetime(2026, 12, 1, 10, tzinfo=UTC)
BEFORE, SPIKE = datetime(2027, 1, 28, 17, tzinfo=UTC), datetime(2027, 1, 29, 9, tzinfo=UTC)
"""Fourteen days before Friday 12 February 2027, the last working day before Sunday the 14th."""
LATE = datetime(2027, 2, 15, 10, tzinfo=UTC)
MOVING = 0.15
"""The share of plans whose child moves on in one September."""
OFFICERS_TO_PLANS = 200
LINES = ("list overdue", "list due this week", "list mine overdue", "list mine", "letters", "home")
BATCH = 500


@dataclass(frozen=True)
class Year:
    """What was measured; seconds, but for the lines, which are milliseconds."""

    plans: int
    reviews: int
    transfers: int
    reviews_took: float
    transfers_took: float
    again_took: float
    """The round of reviews held a second time: it finds nothing to open."""
    swept: int
    posts: int
    readers: int
    sweep_took: float
    digests_took: float
    lines: dict[str, tuple[float, float]]
    """By who says what and when: p50 and p99."""


def measured(url: str, plans: int, times: int) -> Year:
    """Fill a database, hold both rounds, and live through the morning of the spike and the day after the date."""
    migrate(url)
    with opened(url, new_key()) as app:
        staff = _fill(app, plans)
        run = Run(app.store, app.vault, app.rules, ROUND)
        reviews, reviews_took = _timed(lambda: run.reviews(2027))
        transfers, transfers_took = _timed(lambda: run.transfers(2027))
        _, again_took = _timed(lambda: run.reviews(2027))
        _analyse(app)
        sweep(app.store, app.rules, app.vault, BEFORE)
        before = _posts(app)
        swept, sweep_took = _timed(lambda: sweep(app.store, app.rules, app.vault, SPIKE))
        _check_one_each(app)
        _, digests_took = _timed(lambda: digests(app.store, app.rules, app.vault, SPIKE))
        lines = {
            f"`{line}`, by {who}, {when}": _said(app, account, line, moment, times)
            for line in LINES
            for who, account in staff.items()
            for moment, when in ((SPIKE, "that morning"), (LATE, "the day after 14 February"))
        }
        return Year(
            plans=plans,
            reviews=reviews.tally.opened,
            transfers=transfers.tally.opened,
            reviews_took=reviews_took,
            transfers_took=transfers_took,
            again_took=again_took,
            swept=swept.looked,
            posts=swept.posts,
            readers=_posts(app) - before,
            sweep_took=sweep_took,
            digests_took=digests_took,
            lines=lines,
        )


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return do(), time.perf_counter() - began


def _fill(app: App, plans: int) -> dict[str, str]:
    """Staff, rooms and children with a plan; those to ask as, by account."""
    with app.store.transaction() as db:
        db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Council"))
        db.flush()
        for agency in (*Agency, None):
            name = agency.value if agency else "administrators"
            db.add(Room(connection_id=1, place=name, name=name, agency=agency, bound_at=ROUND))
        db.add_all([Setting(name=f"School {number}") for number in range(200)])
        head = _person(db, "head", Role.MANAGER, None)
        _person(db, "kit", Role.ADMINISTRATOR, None)
        managers = [_person(db, f"manager{number}", Role.MANAGER, head) for number in range(6)]
        number_of = max(1, plans // OFFICERS_TO_PLANS)
        owners = [_person(db, f"officer{n}", Role.OFFICER, managers[n % len(managers)]) for n in range(number_of)]
    dice = Random(2027)
    for batch in in_batches(range(plans), BATCH, Progress("plans made")):
        with app.store.transaction() as db:
            _put_in(Turn(db, ROUND, app.rules, app.vault), batch, owners, dice)
    return {"an officer": "officer0", "the head of service": "head"}


def _person(db: Any, name: str, role: Role, manager: int | None) -> int:
    email = f"{name}@council.example"
    person = Person(email=email, name=name, agency=Agency.EDUCATION, role=role, manager_id=manager)
    db.add(person)
    db.flush()
    db.add(Identity(person_id=person.id, connection_id=1, account=name, place=name, heard_at=ROUND))
    return person.id or 0


def _put_in(turn: Turn, numbers: range, owners: list[int], dice: Random) -> None:
    cases, made = [], []
    for number in numbers:
        born = date(2016, 1, 10) if dice.random() < MOVING else date(2018, 1, 10)
        child = register(turn, Private(f"Child {number}", born, f"R{number}"))
        made.append(date(2026, 1, 1) + timedelta(days=dice.randrange(330)))
        case = Case(
            child_id=child.id, setting_id=number % 200 + 1, process=Process.NEW_ASSESSMENT, asked_by=AskedBy.PARENT,
            owner_id=owners[number % len(owners)], status=CaseStatus.CLOSED, outcome=Outcome.PLAN_ISSUED,
            closed_on=made[-1], opened_at=ROUND,
        )  # fmt: skip
        cases.append(case)
    insert_all(turn, cases)
    for case, day in zip(cases, made, strict=True):
        facts = [New(EntryKind.REQUEST_RECEIVED, day - timedelta(weeks=20)), New(EntryKind.FINAL_PLAN_SENT, day)]
        entries = history.record_after(turn, case, facts, last=(0, history.FIRST))
        deadlines.rebuild(turn, case, entries, first=True)


def _analyse(app: App) -> None:
    """As autovacuum does on PostgreSQL after a while."""
    with app.store.transaction() as db:
        db.connection().exec_driver_sql("ANALYZE")


def _posts(app: App) -> int:
    with app.store.reading() as db:
        return db.exec(select(func.count()).select_from(Post)).one()


def _check_one_each(app: App) -> None:
    """Of one morning each person and room has one post of nudges. RuntimeError where one has two."""
    post = columns(Post)
    with app.store.reading() as db:
        said = select(post.person_id, post.room_id, func.count()).where(post.made_at == SPIKE, post.says == "nudges")
        twice = [row for row in db.execute(said.group_by(post.person_id, post.room_id)) if row[2] > 1]
    if twice:
        raise RuntimeError(f"{len(twice)} readers have more than one post of the same morning")


def _said(app: App, who: str, line: str, now: datetime, times: int) -> tuple[float, float]:
    took = []
    for _ in range(times):
        said = Said(line, Who(1, who), Where(1, who, private=True))
        answer, seconds = _timed(lambda said=said: app.answer(said, now))
        if answer.error:
            raise RuntimeError(f"{who} said {line!r} and heard {answer.text!r}")
        took.append(seconds * 1000)
    return median(took), quantiles(took, n=100)[98] if len(took) > 1 else took[0]


def told(year: Year, where: str) -> Told:
    """One database's measurements as tables."""
    rounds = (
        (f"`round reviews`: {year.reviews:,} opened", year.reviews_took),
        (f"`round transfers`: {year.transfers:,} opened", year.transfers_took),
        ("`round reviews` once more: nothing is left to open", year.again_took),
        (
            f"the sweep of the morning 14 days before 14 February: {year.swept:,} ripe dates, {year.posts:,} posts",
            year.sweep_took,
        ),
        ("the digests of that morning", year.digests_took),
    )
    said = [f"| {name} | {usual:.1f} | {slow:.1f} |" for name, (usual, slow) in year.lines.items()]
    lines = [
        f"## A year of {year.plans:,} plans, on {where}\n",
        "| what | seconds | of 1,000 plans |",
        "|---|---:|---:|",
        *(f"| {what} | {took:.1f} | {took / year.plans * 1000:.2f} |" for what, took in rounds),
        "",
        "| a line | p50 ms | p99 ms |",
        "|---|---:|---:|",
        *said,
        "",
    ]
    return Told("\n".join(lines))
