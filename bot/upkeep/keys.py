"""`referralbot rotate-key`: what the old REFERRALBOT_KEY wrapped is wrapped under the new one, while the bot runs.

Only keys are touched: no entry, no name, no line heard. It takes a second person's yes, once; stopped and said again,
it goes on where it was.
"""

import logging
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime

from bot.cases import approvals, staff
from bot.commandline import WELL, WRONG
from bot.domain.calendar import london_time
from bot.domain.errors import BadSettings
from bot.domain.sentences import listed
from bot.domain.terms import Role, Sensitive
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.caseload.putting_in import recorder_of
from bot.upkeep.installation import Installation, open_configured
from bot.upkeep.progress import Progress
from storage import keys
from storage.crypto import Vault
from storage.keys import AT_ONCE, Shut

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Told = Callable[[int, int], object]
MAY_ASK = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.DATA_PROTECTION})
NAMED = 10
"""The most keys that are named one by one."""


def rotate_key(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    here, progress = open_configured(settings, wall), Progress("keys")
    with closing(here.store):
        keys.take_own_keys(here.store, here.vault, starting=True)
        if asked := may_go_on(here, arguments.email):
            print(asked)
            return WRONG
        wrong = rotate(here, progress)
        progress.clear()
        print("\n".join(wrong) or _done(here))
    return WRONG if wrong else WELL


def may_go_on(here: Installation, email: str) -> str:
    """Empty where keys may be wrapped anew: it has begun, or a second person's yes is used up for it now.

    Else that person is asked, and this says so. BadSettings where a key is missing, or the asker may not ask.
    """
    with here.store.transaction() as db:
        _check_at_hand(here.vault, keys.wrapped_under(db))
        if keys.has_begun(db, here.vault):
            return ""
        asker = recorder_of(db, email)
        if asker.role not in MAY_ASK:
            may = "an administrator, a manager or a data protection lead"
            raise BadSettings(f"{asker.name} may not ask for another key: {may} may.")
        turn, mark = Turn(db, here.clock(), here.rules, here.vault, who=asker), here.vault.mark
        if approvals.given(turn, Sensitive.ROTATE_KEY, f"key:{mark}") is None:
            return _asked(turn, mark)
        keys.wrap_own_anew(db, here.vault)
    log.warning("all keys are being wrapped under the key %s", mark)
    return ""


def _check_at_hand(vault: Vault, found: Counter[str]) -> None:
    missing = sorted(set(found) - {*vault.marks, ""})
    if missing:
        many = sum(found[mark] for mark in missing)
        raise BadSettings(
            f"{say_keys(many)} under a key that is not at hand ({', '.join(missing)}): set it as REFERRALBOT_OLD_KEY,"
            " beside the new REFERRALBOT_KEY, and say this again."
        )


def _asked(turn: Turn, mark: str) -> str:
    why = f"Every child's key is to be wrapped under a new REFERRALBOT_KEY, the one marked {mark}."
    asked = approvals.ask(turn, Sensitive.ROTATE_KEY, about=f"key:{mark}", why=why, line="")
    names = [person.name for number in approvals.opened(turn, asked).told if (person := staff.person(turn, number))]
    until = london_time(asked.expires_at)
    return (
        f"{listed(names)} may say yes to that, until {until:%a %-d %B}. Nothing is changed yet."
        f" Once somebody has, say this again within {approvals.LASTS.total_seconds() // 3600:.0f} hours."
    )


def rotate(here: Installation, told: Told, *, at_once: int = AT_ONCE) -> list[str]:
    """Wrap all that is left under the newest key, then open every key with that one alone. What is wrong, in sentences.

    `told` hears after each transaction how many keys are done, and of how many. Whatever it raises stops the work,
    which is begun again where it stood.
    """
    with here.store.reading() as db:
        found = keys.wrapped_under(db)
    left, done = found.total() - found[here.vault.mark], 0
    of = left + found.total()

    def count(many: int) -> None:
        nonlocal done
        done += many
        told(min(done, of), of)

    keys.wrap_anew(here.store, here.vault, count, at_once=at_once)
    alone = Vault(here.settings.key)
    keys.take_own_keys(here.store, alone)
    return list(_wrong(here, keys.shut_for(here.store, alone, count, at_once=at_once)))


def _wrong(here: Installation, shut: Sequence[Shut]) -> Iterator[str]:
    if not shut:
        return
    named = ", ".join(f"{each.table} {each.id}" for each in shut[:NAMED])
    more = f" and {len(shut) - NAMED} more" if len(shut) > NAMED else ""
    yield f"{say_keys(len(shut))} not under the new key: {named}{more}. Keep the old key."
    yield (
        "Where a bot still runs with the old key alone, restart it with both and say this again. What stays is damaged"
        " or of another key: a backup may have it whole."
    )


def _done(here: Installation) -> str:
    with here.store.reading() as db:
        many = keys.wrapped_under(db).total()
    day = london_time(here.clock())
    return (
        f"All {many:,} keys open with the new REFERRALBOT_KEY alone ({here.vault.mark}). Take REFERRALBOT_OLD_KEY out"
        " of the settings and restart every bot.\n"
        f"Destroy the old key once no backup from before {day:%H:%M on %-d %B %Y} is kept: such a backup opens with the"
        " old key alone. Where somebody may know the old key, destroy those backups first."
    )


def say_keys(many: int) -> str:
    return "1 key is" if many == 1 else f"{many:,} keys are"
