"""referralbot rebuild: every date derived afresh from the entries and the rules, and what is kept otherwise mended."""

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from sqlmodel import Session

from bot.cases.rebuilding import bring_in_line, look_over
from bot.commandline import WELL, WRONG
from bot.rules import Rules
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.installation import Installation, open_installation

Clock = Callable[[], datetime]
WIDTH = 30


class Progress:
    """How far it has come, on the last line of a terminal and nowhere else; what is said stands above it."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out, self._drawn = out, False

    def __call__(self, done: int, of: int) -> None:
        if of and self._out.isatty():
            bar = "#" * (WIDTH * done // of)
            self._out.write(f"\r[{bar:.<{WIDTH}}] {done:,} of {of:,} cases and letters")
            self._out.flush()
            self._drawn = True

    def say(self, line: str) -> None:
        self.clear()
        print(line, flush=True)

    def clear(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._drawn = False


def rebuild(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """With --check only look: 1 where anything is kept otherwise than it follows."""
    here, progress = open_installation(settings, wall), Progress()
    work = look_over if arguments.check else bring_in_line
    records = columns = 0
    for found in work(here.store, by(here, here.rules), progress):
        records += 1
        for difference in found.differences:
            columns += 1
            progress.say(str(difference))
    progress.clear()
    here.store.close()
    print(_told(records, columns, check=arguments.check))
    return WRONG if records and arguments.check else WELL


def by(here: Installation, rules: Rules) -> Callable[[Session], Turn]:
    """Turns of one moment, in which nobody speaks, under these rules."""
    now = here.clock()
    return lambda db: Turn(db, now, rules, here.vault)


def _told(records: int, columns: int, *, check: bool) -> str:
    if not records:
        return "Every date follows from its entries and the rules."
    values = "1 value" if columns == 1 else f"{columns:,} values"
    where = f"in {say_records(records)}"
    if check:
        return f"{values} {where} kept otherwise than it follows. Bring it in line with: referralbot rebuild"
    return f"{values} {where} brought in line."


def say_records(number: int) -> str:
    return "1 case or letter" if number == 1 else f"{number:,} cases and letters"
