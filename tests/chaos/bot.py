"""The real bot by a clock that the storm drives: python -m tests.chaos.bot CLOCK_FILE

`serve` takes the machine's own clock and no other, so this wires the same composition root with another one. It stands
by, its libraries loaded, until it reads the port to listen at: so after a kill the next one is there within a second.
"""

import os
import sys
from pathlib import Path

from bot.__main__ import open_doors
from bot.scheduler import EVERY
from bot.serving.run import run
from bot.serving.web import listen
from bot.settings import read_settings
from bot.upkeep.installation import open_configured
from tests.e2e.moved import MovedClock

QUICK = {
    **EVERY,
    "sweep": 1,
    "audit": 4,
    "digests": 2,
    "cards": 10,
    "canary": 10,
    "closed": 5,
    "deliver": 0.5,
    "derive": 30,
    "purge": 60,
}
"""Seconds between ticks: the storm's clock runs from one due moment to the next within seconds."""


def main() -> None:
    port = sys.stdin.readline().strip()
    if not port:
        return
    settings = read_settings({**os.environ, "REFERRALBOT_PORT": port})
    here = open_configured(settings, MovedClock(Path(sys.argv[1])))
    run(here, listen(settings.host, settings.port), open_doors, lambda at: print(at, flush=True), QUICK)


if __name__ == "__main__":
    main()
