"""`python -m tests.leaks`: a council's quarter on both platforms, and a search of all it left. 0: nothing leaked."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

from tests.chaos.machines import kept_in
from tests.leaks.judging import Judged, judged, rows
from tests.leaks.quarter import QUARTER, Kept, Quarter

SHOWN = 40


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    words.add_argument("--seed", type=int, help="that of an earlier run; by default a new one")
    words.add_argument("--days", type=int, default=QUARTER, help="days of work; by default a quarter's")
    words.add_argument("--keep", type=Path, help="a folder to keep the record and the logs in")
    asked = words.parse_args()
    seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    print(f"Seed {seed}: again with make leaks SEED={seed}", flush=True)
    began = time.monotonic()
    with kept_in(asked.keep) as folder:
        kept = asyncio.run(Quarter(folder, seed, asked.days).run())
        told = judged(kept)
    print("\n".join(_said(kept, told, time.monotonic() - began)))
    return 1 if told.count or not told.seen_rightly else 0


def _said(kept: Kept, told: Judged, seconds: float) -> Iterator[str]:
    yield ""
    yield from rows(told)
    lines = sum(kept.said.values())
    yield (
        f"{kept.days} days of work, {len(kept.references)} cases, {lines:,} lines,"
        f" {len(kept.script.markers):,} private values, {len(kept.hidden_since)} cases restricted; {seconds:.0f} s."
    )
    yield "What came of the lines: " + ", ".join(f"{what} {count:,}" for what, count in kept.came.most_common()) + "."
    for surface, found in told.leaks.items():
        yield from (f"LEAK in {surface}: {what}" for what in found[:SHOWN])


if __name__ == "__main__":
    sys.exit(main())
