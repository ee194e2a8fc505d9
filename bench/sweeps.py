"""The sweep over very many open dates, of which few are ripe, beside the same over few, and beside bare SQL.

`python -m bench sweeps` prints it for SQLite and PostgreSQL.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import String, delete, event, func, insert, literal, select, update
from sqlmodel import Session

from bench.council import opened
from bench.dates import MORNING, connect, hire, owe
from bench.page import Told
from bot.app import App
from bot.cases.nudging import Swept
from bot.reminders import sweep
from storage.columns import columns
from storage.connect import Store
from storage.crypto import new_key
from storage.migrate import migrate
from storage.tables import Case, Deadline, Nudge, Post

OFFICERS, DATES = 100, 10
"""Ten dates to each case."""
GROWTH = 1.3
"""The target: how many times as long the sweep of many may take."""
COPY = 10_000_000
"""How far the ids of one copy of all cases are from those of the next."""
LATER = MORNING + timedelta(days=100)
DATE, CASE, NUDGE = columns(Deadline), columns(Case), columns(Nudge)


@dataclass(frozen=True)
class Sweeps:
    """Seconds, one for each round; the rounds of both records were held in turn."""

    few: int
    many: int
    """Open dates."""
    ripe: int
    nudges: int
    posts: int
    of_few: Sequence[float]
    of_many: Sequence[float]
    bare: Sequence[float]
    """The same rows read and written by the bare driver, in the record of many."""

    @property
    def growth(self) -> float:
        """How many times as long the sweep takes over many: the median of the rounds."""
        return median(many / few for many, few in zip(self.of_many, self.of_few, strict=True))

    @property
    def against_bare(self) -> float:
        return median(ours / bare for ours, bare in zip(self.of_many, self.bare, strict=True))


def measured(few_url: str, many_url: str, *, few: int, many: int, ripe: int, rounds: int) -> Sweeps:
    """Sweep a record of `few` open dates and one of `many`, the same `ripe` in both. RuntimeError where one is left."""
    of_few: list[float] = []
    of_many: list[float] = []
    bare: list[float] = []
    with _filled(few_url, few, few, ripe) as few_app, _filled(many_url, few, many, ripe) as many_app:
        for number in range(rounds + 1):
            turns = [(few_app, of_few), (many_app, of_many)]
            for app, took in turns if number % 2 == 0 else turns[::-1]:
                took.append(_swept(app, ripe))
            if number == 0:  # which only makes the statements
                size = _size(many_app.store)
                with _noted(many_app.store) as asked:
                    _unsay(many_app.store)
                    asked.clear()
                    _sweep(many_app)
            bare.append(_bare(many_app.store, asked))
    return Sweeps(few, many, ripe, **size, of_few=of_few[1:], of_many=of_many[1:], bare=bare[1:])


@contextmanager
def _filled(url: str, few: int, many: int, ripe: int) -> Iterator[App]:
    """The bot on a record with `many` open dates. All beyond the first few are copies, to be looked at later."""
    migrate(url)
    with opened(url, new_key()) as app:
        with app.store.transaction() as db:
            owners = hire(db, connect(db, "T1"), OFFICERS)
            owe(db, owners, [MORNING if n < ripe else LATER for n in range(few // DATES)], dates=DATES)
            if many > few:
                _copy(db, many // few - 1)
        if not app.store.sqlite:  # as autovacuum does after a while
            with app.store.transaction() as db:
                db.connection().exec_driver_sql("ANALYZE")
        yield app


def _copy(db: Session, times: int) -> None:
    """Every case and its dates so many times more, none of them ripe."""
    first = select(literal(1).label("k")).cte("copy", recursive=True)
    copies = first.union_all(select(first.c.k + 1).where(first.c.k < times))
    moved = copies.c.k * COPY
    case = dict(CASE.items()) | {
        "id": CASE.id + moved,
        "number": CASE.number + moved,
        "reference": CASE.reference + "-" + func.cast(copies.c.k, String),
    }
    date = {name: column for name, column in DATE.items() if name != "id"} | {
        "case_id": DATE.case_id + moved,
        "stream": literal("case:") + func.cast(DATE.case_id + moved, String),
        "next_at": literal(LATER, DATE.next_at.type),
    }
    for table, row in ((Case, case), (Deadline, date)):
        db.execute(
            insert(table).from_select(list(row), select(*row.values()).select_from(table).join(copies, moved > 0))
        )


def _swept(app: App, ripe: int) -> float:
    """Seconds of one sweep, which says all that is ripe."""
    _unsay(app.store)
    began = time.perf_counter()
    swept = _sweep(app)
    took = time.perf_counter() - began
    if (swept.looked, swept.said) != (ripe, ripe):
        raise RuntimeError(f"of {ripe} ripe dates {swept.looked} were looked at and {swept.said} said")
    return took


def _sweep(app: App) -> Swept:
    return sweep(app.store, app.rules, app.vault, MORNING)


def _unsay(store: Store) -> None:
    """Make ripe again what was said, and number what is written next as before."""
    with store.transaction() as db:
        db.execute(update(Deadline).where(DATE.id.in_(select(NUDGE.deadline_id))).values(next_at=MORNING))
        if store.sqlite:
            db.execute(delete(Nudge))
            db.execute(delete(Post))
        else:
            db.connection().exec_driver_sql("TRUNCATE nudge, post RESTART IDENTITY")


Statement = tuple[str, Any]
"""As the driver takes it: the text, and the values of one row, or a list of many."""


@contextmanager
def _noted(store: Store) -> Iterator[list[Statement]]:
    """What is asked of the database meanwhile."""
    asked: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, _many: bool) -> None:
        if not text.startswith("BEGIN"):
            asked.append((text, values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def _bare(store: Store, asked: Sequence[Statement]) -> float:
    """Seconds of the same statements, every row fetched, in one transaction of the bare driver's."""
    _unsay(store)
    with store.transaction() as db:
        cursor = db.connection().connection.cursor()
        began = time.perf_counter()
        for text, values in asked:
            if isinstance(values, list):
                cursor.executemany(text, values)
            else:
                cursor.execute(text, values)
                if cursor.description:
                    cursor.fetchall()
        db.connection().connection.commit()
        return time.perf_counter() - began


def _size(store: Store) -> dict[str, int]:
    with store.reading() as db:
        tables = {"nudges": Nudge, "posts": Post}
        return {
            name: db.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
        }


def told(found: Sweeps, where: str) -> Told:
    """One database's measurements as a table."""
    rows = (
        (f"the sweep, of {found.few:,} open dates", median(found.of_few), ""),
        (f"the sweep, of {found.many:,} open dates", median(found.of_many), f"{found.growth:.2f} of the line above"),
        ("its own statements by the bare driver, every row fetched (floor)", median(found.bare), ""),
        ("the sweep of many beside that floor", median(found.of_many), f"{found.against_bare:.1f} of it"),
    )
    lines = [
        f"## A sweep with {found.ripe:,} ripe dates, on {where}\n",
        f"{found.nudges:,} nudges in {found.posts:,} posts; medians of {len(found.of_many)} rounds, in turn.\n",
        "| what | ms | ratio |",
        "|---|---:|---:|",
        *(f"| {what} | {took * 1000:.0f} | {ratio} |" for what, took, ratio in rows),
        "",
    ]
    name = f"a sweep of {found.many:,} open dates, {found.ripe:,} of them ripe, on {where}"
    wanted = f"at most {GROWTH} times the same of {found.few:,}"
    return Told("\n".join(lines), [(name, wanted, f"{found.growth:.2f}", found.growth <= GROWTH)])
