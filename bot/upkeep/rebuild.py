"""referralbot rebuild: every date derived afresh from the entries and the rules, and what is kept otherwise mended."""

import logging
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.cases.rebuilding import bring_in_line, look_over
from bot.commandline import WELL, WRONG
from bot.domain.errors import BadSettings
from bot.fault import log_fault
from bot.rules import Rules
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.installation import Installation, open_installation
from bot.upkeep.progress import Progress

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
COUNTED = "cases and letters"
"""What the bar counts."""


def rebuild(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """With --check only look: 1 where anything is kept otherwise than it follows, or cannot be derived."""
    here, progress = open_installation(settings, wall), Progress(COUNTED)
    work = look_over if arguments.check else bring_in_line
    records = columns = bad = 0

    def aside(reference: str, error: Exception) -> None:
        nonlocal bad
        bad += 1
        why = error if isinstance(error, BadSettings) else f"a fault, code {log_fault(log, reference, error)}"
        progress.say(f"{reference} cannot be derived, and stays as it is: {why}")

    for found in work(here.store, by(here, here.rules), progress, aside=aside):
        records += 1
        for difference in found.differences:
            columns += 1
            progress.say(str(difference))
    progress.clear()
    here.store.close()
    print(_told(records, columns, check=arguments.check, bad=bad))
    return WRONG if bad or (records and arguments.check) else WELL


def by(here: Installation, rules: Rules) -> Callable[[Session], Turn]:
    """Turns of one moment, in which nobody speaks, under these rules."""
    now = here.clock()
    return lambda db: Turn(db, now, rules, here.vault)


def _told(records: int, columns: int, *, check: bool, bad: int) -> str:
    if bad and not records:
        return f"{say_records(bad)} cannot be derived; every other date follows from its entries and the rules."
    if not records:
        return "Every date follows from its entries and the rules."
    values = "1 value" if columns == 1 else f"{columns:,} values"
    where = f"in {say_records(records)}"
    if check:
        return f"{values} {where} kept otherwise than it follows. Bring it in line with: referralbot rebuild"
    return f"{values} {where} brought in line."


def say_records(number: int) -> str:
    return "1 case or letter" if number == 1 else f"{number:,} cases and letters"
