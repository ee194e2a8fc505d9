"""`python -m bench` measures everything and writes docs/benchmarks.md; `--quick` takes some minutes, for a look.

`python -m bench sweeps late` measures these parts alone and prints them. Those of the first tables are one: `chat`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench import busy, delivery, firing, hidden, page, record, sweeps, understanding, yearly
from bench.measures import from_cold, in_slack, in_teams
from bench.page import Told
from bench.rounds import FULL, QUICK, Effort

Url = Callable[[str], str]
"""The address of an empty database, by a name of its own."""
Part = Callable[[Path, Effort], Told]
"""Measures in a folder of its own."""


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them by default")
    words.add_argument("--quick", action="store_true", help="shorter and rougher; prints the page and writes nothing")
    asked = words.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        words.error(f"there is no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    effort, began = QUICK if asked.quick else FULL, time.perf_counter()
    told = page.together([_measured(part, effort) for part in asked.parts or PARTS])
    if asked.parts:
        print(told.tables)
        return 0
    whole = page.whole(told, effort, time.perf_counter() - began)
    print(whole)
    if effort is FULL:
        page.PAGE.write_text(whole)
    return 0


def _measured(part: str, effort: Effort) -> Told:
    print(f"{part} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        return PARTS[part](Path(name), effort)


def chat(folder: Path, effort: Effort) -> Told:
    """Lines over HTTP in Slack and Teams, beside bare listeners, and the start of the bot."""
    cold = from_cold(folder, f"sqlite:///{folder}/cold.sqlite", effort)
    on_sqlite = in_slack(f"sqlite:///{folder}/slack.sqlite", f"sqlite:///{folder}/bare.sqlite", effort)
    with postgres(folder / "pg") as url:
        on_postgres = in_slack(url("ours"), url("bare"), effort)
    on_teams = in_teams(f"sqlite:///{folder}/teams.sqlite", effort)
    return page.chat(on_sqlite, on_postgres, on_teams, cold)


def on_both(measure: Callable[[Url, Effort, str], Told]) -> Part:
    """A part that is measured on SQLite, then on PostgreSQL."""

    def part(folder: Path, effort: Effort) -> Told:
        told = measure(lambda name: f"sqlite:///{folder}/{name}.sqlite", effort, "SQLite")
        with postgres(folder / "pg") as url:
            return page.together([told, measure(url, effort, "PostgreSQL")])

    return part


def _sweeps(url: Url, effort: Effort, where: str) -> Told:
    size = {"few": effort.dates // 100, "many": effort.dates, "ripe": effort.dates // 1000}
    return sweeps.told(sweeps.measured(url("few"), url("many"), **size, rounds=effort.rounds), where)


def _delivery(url: Url, effort: Effort, where: str) -> Told:
    return delivery.told(delivery.measured(url, effort.messages, rounds=3), where)


def _firing(url: Url, effort: Effort, where: str) -> Told:
    return firing.told(firing.measured(url, effort.reminders), where)


def _busy(folder: Path, effort: Effort) -> Told:
    url, seconds = f"sqlite:///{folder}/busy.sqlite", effort.seconds * 20
    found = busy.acknowledged(folder, url, nudges=effort.reminders, seconds=seconds, others=effort.others)
    return busy.acknowledged_told(found, "SQLite")


def _late(folder: Path, effort: Effort) -> Told:
    url = f"sqlite:///{folder}/late.sqlite"
    found = busy.late(folder, url, reminders=effort.late, others=effort.others, spread=effort.spread)
    return busy.late_told(found, effort.spread, "SQLite")


def _record(url: Url, effort: Effort, where: str) -> Told:
    return record.told(record.measured(url("record"), effort.record), where)


def _hidden(url: Url, effort: Effort, where: str) -> Told:
    return hidden.told(hidden.measured(url("hidden"), effort.others, effort.messages), where)


def _year(url: Url, effort: Effort, where: str) -> Told:
    return yearly.told(yearly.measured(url("year"), effort.plans, effort.times), where)


def _understand(_folder: Path, effort: Effort) -> Told:
    return understanding.told(understanding.measured(effort.rounds))


PARTS: Mapping[str, Part] = {
    "chat": chat,
    "busy": _busy,
    "late": _late,
    "sweeps": on_both(_sweeps),
    "delivery": on_both(_delivery),
    "firing": on_both(_firing),
    "record": on_both(_record),
    "hidden": on_both(_hidden),
    "year": on_both(_year),
    "understand": _understand,
}


@contextmanager
def postgres(folder: Path) -> Iterator[Url]:
    """The addresses of empty databases, by name, of a server as it comes, gone afterwards."""
    import psycopg

    from tests.conftest import start_postgres

    folder.mkdir(mode=0o700)
    with start_postgres(folder) as server:

        def url(name: str) -> str:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name))

        yield url


if __name__ == "__main__":
    sys.exit(main())
