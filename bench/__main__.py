"""`python -m bench` measures everything and writes docs/benchmarks.md; `--quick` takes under a minute, for a look."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import yearly
from bench.measures import from_cold, in_slack, in_teams
from bench.page import PAGE, written
from bench.record import measured, told
from bench.rounds import FULL, QUICK, Effort


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--quick", action="store_true", help="shorter and rougher; prints the page and writes nothing")
    effort = QUICK if words.parse_args().quick else FULL
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        tell("Start-up")
        cold = from_cold(folder, f"sqlite:///{folder}/cold.sqlite", effort)
        tell("Slack, on SQLite")
        on_sqlite = in_slack(f"sqlite:///{folder}/slack.sqlite", f"sqlite:///{folder}/bare.sqlite", effort)
        tell("Slack, on PostgreSQL")
        with postgres(folder / "pg") as (ours, bare):
            on_postgres = in_slack(ours, bare, effort)
        tell("Teams")
        on_teams = in_teams(f"sqlite:///{folder}/teams.sqlite", effort)
        tell("A large record, and a year, on SQLite")
        records = [told(measured(f"sqlite:///{folder}/record.sqlite", effort.record), "SQLite")]
        years = [_year(f"sqlite:///{folder}/year.sqlite", effort, "SQLite")]
        tell("A large record, and a year, on PostgreSQL")
        (folder / "again").mkdir()
        with postgres(folder / "again" / "pg") as (ours, bare):
            records.append(told(measured(ours, effort.record), "PostgreSQL"))
            years.append(_year(bare, effort, "PostgreSQL"))
    page = written(on_sqlite, on_postgres, on_teams, cold, [*records, *years], effort, time.perf_counter() - began)
    print(page)
    if effort is FULL:
        PAGE.write_text(page)
    return 0


def _year(url: str, effort: Effort, where: str) -> str:
    return yearly.told(yearly.measured(url, effort.plans, effort.times), where)


def tell(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, str]]:
    """The addresses of two empty databases of a server as it comes, gone afterwards."""
    import psycopg

    from tests.conftest import start_postgres

    folder.mkdir(mode=0o700)
    with start_postgres(folder) as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE ours")
            connection.execute("CREATE DATABASE bare")
        yield server.get_uri(database="ours"), server.get_uri(database="bare")


if __name__ == "__main__":
    sys.exit(main())
