"""The `referralbot` command with a clock that a test moves: python -m tests.e2e.moved CLOCK_FILE serve"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.__main__ import task
from bot.commandline import parser
from bot.settings import read_settings


class MovedClock:
    """The wall clock and as many seconds as the file says. Every process that reads the file shows the same."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))

    def move_to(self, moment: datetime) -> None:
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        fresh.replace(self.file)


if __name__ == "__main__":
    asked = parser().parse_args(sys.argv[2:])
    sys.exit(task(asked.run)(asked, read_settings(os.environ), MovedClock(Path(sys.argv[1]))))
