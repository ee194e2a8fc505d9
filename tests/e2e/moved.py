"""The `referralbot` command with a clock that a test moves: python -m tests.e2e.moved CLOCK_FILE serve

`serve` refuses such a clock, so the bot is put together here of the same parts.
"""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.__main__ import open_doors, task
from bot.commandline import parser
from bot.scheduler import EVERY
from bot.serving.run import run
from bot.serving.told import serving_lines
from bot.serving.web import listen
from bot.settings import Settings, read_settings
from bot.upkeep.clock import MovedClock
from bot.upkeep.installation import open_configured


def moved_clock(file: Path) -> MovedClock:
    return MovedClock(file, lambda: datetime.now(UTC))


def serve(settings: Settings, clock: MovedClock, every: Mapping[str, float] = EVERY) -> None:
    """As `referralbot serve` does, by this clock; `every` has the seconds between ticks."""
    here, listening = open_configured(settings, clock), listen(settings.host, settings.port)
    run(here, listening, open_doors, lambda at: print(serving_lines(settings, at), flush=True), every)


if __name__ == "__main__":
    asked, settings = parser().parse_args(sys.argv[2:]), read_settings(os.environ)
    clock = moved_clock(Path(sys.argv[1]))
    if asked.run == "serve":
        serve(settings, clock)
    else:
        sys.exit(task(asked.run)(asked, settings, clock))
