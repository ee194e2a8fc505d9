"""The real bot by a clock that the storm drives: python -m tests.chaos.bot CLOCK_FILE

It stands by, its libraries loaded, until it reads the port to listen at: so after a kill the next one is there within a
second.
"""

import os
import sys
from pathlib import Path

from bot.scheduler import EVERY
from bot.settings import read_settings
from tests.e2e.moved import moved_clock, serve

QUICK = {
    **EVERY,
    "sweep": 1,
    "planned": 1,
    "audit": 4,
    "digests": 2,
    "cards": 10,
    "canary": 10,
    "closed": 5,
    "deliver": 0.5,
    "fade": 1,
    "derive": 30,
    "purge": 60,
}
"""Seconds between ticks: the storm's clock runs from one due moment to the next within seconds."""


def main() -> None:
    port = sys.stdin.readline().strip()
    if not port:
        return
    serve(read_settings({**os.environ, "REFERRALBOT_PORT": port}), moved_clock(Path(sys.argv[1])), QUICK)


if __name__ == "__main__":
    main()
