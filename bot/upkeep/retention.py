"""`referralbot retention`: what the schedule keeps no longer by a day, restricted cases too. It changes nothing."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime

from bot.cards.retained import rows_of
from bot.cases import retaining
from bot.commandline import WELL
from bot.domain.calendar import london_date
from bot.domain.dates import say_in_full
from bot.domain.errors import BadSettings
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.installation import open_installation


def retention(arguments: Namespace, settings: Settings, wall: Callable[[], datetime]) -> int:
    """A line for each child and letter; nothing is ever erased by it."""
    here = open_installation(settings, wall)
    now = here.clock()
    by = _day(arguments.by) if arguments.by else london_date(now)
    with here.store.reading() as db:
        found = retaining.due_by(Turn(db, now, here.rules, here.vault), by)
    here.store.close()
    for cells in rows_of(found):
        print("  ".join(filter(None, cells)))
    print(f"{retaining.counted(found)} by {say_in_full(by)}. Nothing is erased by itself: docs/privacy.md says how.")
    return WELL


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadSettings(f"{text!r} is no day. Write it as 2026-12-01") from None
