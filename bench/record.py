"""A large record derived afresh: `rebuild` and `rules preview` beside bare reads of the same rows and bare counting.

`python -m bench record` prints it for SQLite and PostgreSQL.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session, func, select

from bench.council import opened
from bench.page import Told
from bot.app import App
from bot.cases import packs
from bot.cases.deadlines import derived
from bot.cases.moves import moves_of
from bot.cases.rebuilding import bring_in_line, look_over, read
from bot.domain.periods import last_day, safe_day
from bot.domain.terms import Agency, AskedBy, CaseStatus, EntryKind, Outcome, Process, Role
from bot.rules import HERE, Rules, tables_in
from bot.turn import Turn
from bot.upkeep.progress import Progress
from bot.upkeep.rebuild import COUNTED
from storage.add import add_rows
from storage.columns import columns
from storage.connect import Store
from storage.crypto import new_key
from storage.migrate import migrate
from storage.tables import Case, Child, Deadline, Entry, Person, Request

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIRST = date(2026, 1, 5)
"""Requests came in over the 38 weeks from then."""
DAYS = 38 * 7
SERVICES = ("educational_psychology", "health", "speech_and_language", "social_care", "education")
BATCH = 1000
ONE_TIMES = 300


@dataclass(frozen=True)
class Record:
    """What was measured, in seconds; of one case in microseconds."""

    size: Mapping[str, int]
    rows_read: float
    """Every row that a rebuild reads, by the bare driver."""
    dates_counted: float
    """Every date that is kept, by the counting functions alone."""
    from_nothing: float
    in_line: float
    previewed: float
    moves: int
    adopted: float
    one: float
    one_counted: float
    one_dates: int


def measured(url: str, cases: int) -> Record:
    """Fill a database with cases that have no deadlines yet, derive them, check them, and preview a shorter law."""
    migrate(url)
    with opened(url, new_key()) as app:
        _fill(app.store, cases)
        _analyse(app.store)
        turn_on = _by(app, app.rules)
        new, from_nothing = _timed(lambda: sum(1 for _ in bring_in_line(app.store, turn_on, Progress(COUNTED))))
        _analyse(app.store)
        rows_read = _timed(lambda: _read_bare(app.store))[1]
        wrong, in_line = _timed(lambda: sum(1 for _ in look_over(app.store, turn_on, Progress(COUNTED))))
        if (new, wrong) != (cases, 0):
            raise RuntimeError(f"{new} of {cases} cases were derived, and then {wrong} were not in line")
        dates_counted = _timed(lambda: _count_bare(app))[1]
        one, one_counted, one_dates = _one_case(app)
        shorter = _by(app, _shorter(app.rules))
        moves, previewed = _timed(lambda: _moves(app, shorter))
        changed, adopted = _timed(lambda: sum(1 for _ in bring_in_line(app.store, shorter, Progress(COUNTED))))
        if not moves or changed < moves:
            raise RuntimeError(f"a shorter law would move {moves} dates, and changed {changed} cases")
        return Record(
            size=_size(app.store),
            rows_read=rows_read,
            dates_counted=dates_counted,
            from_nothing=from_nothing,
            in_line=in_line,
            previewed=previewed,
            moves=moves,
            adopted=adopted,
            one=one,
            one_counted=one_counted,
            one_dates=one_dates,
        )


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return do(), time.perf_counter() - began


def _by(app: App, rules: Rules) -> Callable[[Session], Turn]:
    return lambda db: Turn(db, NOW, rules, app.vault)


def _shorter(rules: Rules) -> Rules:
    """The same law, save that a plan is due in 19 weeks, on open cases too."""
    files = dict(tables_in(HERE))
    files["pack.csv"] = files["pack.csv"].replace("version,1", "version,2").replace("new_clocks_only", "open_cases_too")
    lines = files["clocks.csv"].splitlines(keepends=True)
    files["clocks.csv"] = "".join(_shortened(line) if line.startswith("final_plan,") else line for line in lines)
    return packs.following(rules, files, (NOW + timedelta(days=1)).date())


def _shortened(line: str) -> str:
    row, _, _ = line.rstrip().rpartition(",")
    return (
        row.replace("final_plan,1,", "final_plan,2,").replace(",20,weeks,", ",19,weeks,")
        + ",2026-09-07 -> 2027-01-18\n"
    )


def _moves(app: App, turn_on: Callable[[Session], Turn]) -> int:
    found = look_over(app.store, turn_on, Progress(COUNTED))
    return sum(1 for each in found for _ in moves_of(each, app.rules))


# A record of many cases, in a few statements


def _fill(store: Store, cases: int) -> None:
    with store.transaction() as db:
        db.add(Person(email="p@council.example", name="P. Shah", agency=Agency.EDUCATION, role=Role.OFFICER))
    progress = Progress(COUNTED)
    for first in range(0, cases, BATCH):
        with store.transaction() as db:
            _put_in(db, range(first + 1, min(first + BATCH, cases) + 1))
        progress(first, cases)
    progress.clear()


def _put_in(db: Session, numbers: range) -> None:
    add_rows(db, Child, [{"id": each, "sealed": b"", "wrapped_key": None, "added_at": NOW} for each in numbers])
    add_rows(db, Case, [_case(each) for each in numbers])
    requests = {each: _requests(each) for each in numbers}
    add_rows(db, Request, [request for mine in requests.values() for request in mine])
    add_rows(db, Entry, [entry for each, mine in requests.items() for entry in _entries(each, mine)])


def _received(number: int) -> date:
    return FIRST + timedelta(days=number * 7919 % DAYS)


def _case(number: int) -> dict[str, Any]:
    closed = number % 4 == 0
    return {
        "id": number,
        "reference": f"SEND-2026-{number:06}",
        "year": 2026,
        "number": number,
        "child_id": number,
        "setting_id": None,
        "process": Process.NEW_ASSESSMENT,
        "asked_by": AskedBy.PARENT,
        "owner_id": 1,
        "status": CaseStatus.CLOSED if closed else CaseStatus.OPEN,
        "outcome": Outcome.WITHDRAWN if closed else None,
        "closed_on": _received(number) + timedelta(days=50) if closed else None,
        "restricted": False,
        "opened_at": NOW,
        "round": None,
        "stage": "",
    }


def _requests(number: int) -> list[dict[str, Any]]:
    """Two cases of four have asked for five pieces of advice."""
    if number % 4 < 2:
        return []
    received = _received(number)
    return [
        {
            "id": number * 10 + place,
            "case_id": number,
            "service": service,
            "agency": Agency.HEALTH,
            "ordinal": 1,
            "adviser": "",
            "asked_on": received + timedelta(days=20),
            "receipt_on": None,
            "sent_on": None,
            "received_on": None,
            "response": None,
        }
        for place, service in enumerate(SERVICES)
    ]


def _entries(number: int, requests: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for place, (kind, day, request, clear) in enumerate(_facts(number, requests), start=1):
        yield {
            "stream": f"case:{number}",
            "number": place,
            "case_id": number,
            "enquiry_id": None,
            "request_id": request,
            "kind": kind,
            "happened_on": day,
            "clear": clear,
            "sealed": None,
            "supersedes": None,
            "recorded_by": 1,
            "recorded_at": datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
            "previous": b"",
            "digest": b"",
        }


def _facts(number: int, requests: list[dict[str, Any]]) -> Iterator[tuple[EntryKind, date, int | None, dict[str, Any]]]:
    received = _received(number)
    yield EntryKind.REQUEST_RECEIVED, received, None, {}
    yield EntryKind.OPENED, received, None, {"process": "new_assessment", "asked_by": "parent", "owner": 1}
    if requests:
        yield EntryKind.DECISION_TO_ASSESS_SENT, received + timedelta(days=20), None, {}
    for request in requests:
        yield EntryKind.ADVICE_ASKED, request["asked_on"], request["id"], {"service": request["service"]}
    for request in requests[:3]:
        yield EntryKind.BODY_RECEIVED_REQUEST, request["asked_on"] + timedelta(days=1), request["id"], {}
    for request in requests[:1]:
        yield EntryKind.ADVICE_RECEIVED, request["asked_on"] + timedelta(days=30), request["id"], {"response": "full"}
    if number % 4 == 0:
        yield EntryKind.CLOSED, received + timedelta(days=50), None, {"outcome": "withdrawn"}


def _analyse(store: Store) -> None:
    with store.transaction() as db:
        db.connection().exec_driver_sql("ANALYZE")


def _size(store: Store) -> dict[str, int]:
    tables: dict[str, Any] = {"cases": Case, "requests": Request, "deadlines": Deadline, "entries": Entry}
    with store.reading() as db:
        return {name: db.exec(select(func.count()).select_from(table)).one() for name, table in tables.items()}


# The floors


def _read_bare(store: Store) -> int:
    """Every row of the tables that a rebuild reads, as the driver hands it over, and nothing made of it."""
    read_rows = 0
    with store.reading() as db:
        cursor = db.connection().connection.cursor()
        for table in ('"case"', "request", "deadline", "entry"):
            cursor.execute(f"SELECT * FROM {table}")
            while found := cursor.fetchmany(10_000):
                read_rows += len(found)
    return read_rows


def _count_bare(app: App) -> int:
    """Each date that is kept, counted once more from its start and its row."""
    with app.store.reading() as db:
        of = columns(Deadline)
        kept = db.execute(select(of.rule, of.rule_version, of.started_on)).all()
    return _counted(app.rules, kept)


def _counted(rules: Rules, kept: Sequence[Any]) -> int:
    calendar = rules.calendar
    for rule, version, started_on in kept:
        row = rules.rule(rule, int(version))
        assert row
        legal = last_day(row.counting, started_on, row.length, calendar=calendar)
        safe_day(legal, started_on, row.counting, calendar=calendar)
    return len(kept)


def _one_case(app: App) -> tuple[float, float, int]:
    """All deadlines of one case, its record at hand: microseconds, those of counting its dates alone, how many."""
    with app.store.reading() as db:
        (kept,) = read(db, Case, [3])
    dates = [(row.rule, row.rule_version, row.started_on) for row in kept.deadlines.values()]

    def whole() -> None:
        derived(app.rules, kept.about, kept.whole, kept.entries, kept.requests)

    def counted() -> None:
        _counted(app.rules, dates)

    return _median(whole), _median(counted), len(dates)


def _median(do: Callable[[], None]) -> float:
    return median(_timed(do)[1] for _ in range(ONE_TIMES)) * 1_000_000


def told(found: Record, where: str) -> Told:
    """One database's measurements as tables."""
    cases = found.size["cases"]
    size = ", ".join(f"{number:,} {name}" for name, number in found.size.items())
    rows = (
        ("every row that a rebuild reads, by the bare driver (floor)", found.rows_read),
        ("every date, by the counting functions alone (floor)", found.dates_counted),
        ("`rebuild --check` of a record that is in line", found.in_line),
        ("`rebuild` of a record without any deadline: all are derived and put in", found.from_nothing),
        (f"`rules preview` of a law that moves {found.moves:,} dates", found.previewed),
        ("the same adopted: every date brought in line", found.adopted),
    )
    floor = found.rows_read + found.dates_counted
    lines = [
        f"## {cases:,} cases derived afresh, on {where}\n",
        f"{size}.\n",
        "| what | seconds | a case, µs | times the two floors together |",
        "|---|---:|---:|---:|",
        *(f"| {what} | {took:.1f} | {took / cases * 1e6:,.0f} | {took / floor:.1f} |" for what, took in rows),
        "",
        "| one case, its record at hand | µs |",
        "|---|---:|",
        f"| its {found.one_dates} dates, by the counting functions alone (floor) | {found.one_counted:,.0f} |",
        f"| all its deadlines, its requests and its stage, derived | {found.one:,.0f} |",
        "",
    ]
    return Told("\n".join(lines))
