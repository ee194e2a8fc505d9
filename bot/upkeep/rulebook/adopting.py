"""referralbot rules preview, adopt and adopted: what a new pack would move; taking it up; what was taken up so far."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TextIO

from sqlmodel import Session, col, select

from bot.cases import packs
from bot.cases.moves import Climbs, Move, climbs_of, moves_of
from bot.cases.packs import Files
from bot.cases.rebuilding import Tell, bring_in_line, look_over
from bot.commandline import CANNOT, WELL
from bot.domain.calendar import ONE_DAY, london_date
from bot.domain.dates import say_in_full
from bot.domain.errors import BadSettings
from bot.domain.terms import Role
from bot.rules import Rules, tables_in
from bot.rules.pack import is_overlay
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.installation import Installation, files_in_force, open_installation
from bot.upkeep.progress import Progress
from bot.upkeep.rebuild import COUNTED, by, say_records
from bot.upkeep.rulebook.folders import folder_of
from bot.upkeep.rulebook.ladders import ladder_lines, ladders_in_json
from storage.tables import Person, Request, RulePack

Clock = Callable[[], datetime]
MAY_ADOPT = (Role.ADMINISTRATOR, Role.MANAGER)
ASKED = "Adopt it? Type yes: "


@dataclass(frozen=True)
class Proposed:
    """The tables that would be in force from tomorrow, those that are now, and the rules that would follow."""

    files: Files
    before: Files
    rules: Rules


def preview(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """What a pack would move. Nothing is changed."""
    here, progress = open_installation(settings, wall), Progress(COUNTED)
    proposed = propose(here, arguments.folder)
    counted, climbs = Counter({"dates": 0}), Counter[Climbs]()
    for move in moves(here, proposed.rules, climbs, progress):
        counted.update(_counts(move))
        progress.say(json.dumps(move.in_json, ensure_ascii=False) if arguments.json else str(move))
    progress.clear()
    here.store.close()
    if arguments.json:
        print(json.dumps({"totals": dict(counted)} | ladders_in_json(here.rules, proposed.rules, climbs)))
    else:
        print("\n".join([_totals(counted), *ladder_lines(here.rules, proposed.rules, climbs)]))
    return WELL


def adopt(arguments: Namespace, settings: Settings, wall: Clock, answers: TextIO | None = None) -> int:
    """Show what a pack would move, ask, put it on record, and bring every date in line with it."""
    here, progress = open_installation(settings, wall), Progress(COUNTED)
    proposed = propose(here, arguments.folder)
    if told := _adopted_already(here, proposed):
        print(told)
        return WELL
    with here.store.reading() as db:
        _who(db, arguments.email)  # told before a council's dates are counted, and before anything is asked
    counted, climbs = Counter({"dates": 0}), Counter[Climbs]()
    for move in moves(here, proposed.rules, climbs, progress):
        counted.update(_counts(move))
        progress.say(str(move))
    progress.clear()
    print("\n".join([_totals(counted), *ladder_lines(here.rules, proposed.rules, climbs)]))
    if not arguments.yes and not _yes(answers or sys.stdin):
        print("Nothing was adopted.")
        return CANNOT
    number = put_on_record(here, proposed, email=arguments.email, reason=arguments.reason)
    from_day = say_in_full(proposed.rules.counts_from)
    print(f"Adopted {proposed.rules.label}, number {number}, for what is recorded from {from_day}.", flush=True)
    records = bring_by_newest(here, progress)
    progress.clear()
    here.store.close()
    print(f"Brought in line with it: {say_records(records)}." if records else "Nothing had to be brought in line.")
    return WELL


def adopted(_arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Every pack that was adopted: which, when, by whom, why, from when it counts, and its digest."""
    here = open_installation(settings, wall)
    with here.store.reading() as db:
        lines = [line for pack, name in packs.adopted_by(db) for line in _told(pack, name)]
    here.store.close()
    none = f"None was adopted: {here.rules.label} is in force as it comes with the bot and the settings."
    print("\n".join(lines) or none)
    return WELL


def propose(here: Installation, folder: str) -> Proposed:
    """What would be in force with a pack, or a council's overlay, in the place of the one that is.

    BadSettings where it cannot be read, or cannot do for the cases on record.
    """
    tables = tables_in(folder_of(folder))
    with here.store.reading() as db:
        before = files_in_force(db, here.settings)
        asked = list(db.exec(select(Request.service).distinct()))
    files = packs.laid_over(before, tables, is_overlay=is_overlay(tables))
    rules = packs.following(here.rules, files, london_date(here.clock()) + ONE_DAY)
    if gone := sorted(service for service in asked if not rules.knows(service)):
        raise BadSettings(f"services.csv: '{gone[0]}' is missing, and cases on record have asked for it: keep its row.")
    return Proposed(files, before, rules)


def moves(here: Installation, rules: Rules, climbs: Counter[Climbs], tell: Tell) -> Iterator[Move]:
    """The dates that are kept otherwise than these rules would have them; `climbs` counts those on another ladder."""
    for found in look_over(here.store, by(here, rules), tell):
        climbs.update(climbs_of(found, here.rules))
        yield from moves_of(found, here.rules)


def put_on_record(here: Installation, proposed: Proposed, *, email: str, reason: str) -> int:
    """Adopt it; its number. OldRules where others were adopted since it was proposed."""
    with here.store.transaction() as db:
        turn = Turn(db, here.clock(), here.rules, here.vault, who=_who(db, email))
        return packs.adopt(turn, proposed.files, before=proposed.before, rules=proposed.rules, reason=reason).id or 0


def bring_by_newest(here: Installation, tell: Tell) -> int:
    """Bring every case and letter in line with the rules in force; how many were not."""
    rules = packs.renewed(here.store, here.rules)
    return sum(1 for _ in bring_in_line(here.store, by(here, rules), tell))


def _adopted_already(here: Installation, proposed: Proposed) -> str:
    with here.store.reading() as db:
        for pack, name in packs.adopted_by(db)[-1:]:
            if pack.digest == packs.digest_of(proposed.files):
                return (
                    f"{pack.name} is in force already, word for word: {_by_whom(pack.adopted_at, name)}. "
                    "Nothing was changed.\nIf that was cut short, finish it with: referralbot rebuild"
                )
    return ""


def _who(db: Session, email: str) -> Person:
    wanted = (col(Person.email) == email.casefold(), col(Person.active), col(Person.role).in_(MAY_ADOPT))
    found = db.exec(select(Person).where(*wanted)).first()
    if found is None:
        raise BadSettings(f"{email} is no manager or administrator on the staff list: --as names who answers for it.")
    return found


def _yes(answers: TextIO) -> bool:
    print(ASKED, end="", flush=True)
    return answers.readline().strip().casefold() == "yes"


def _counts(move: Move) -> Iterator[str]:
    yield "dates"
    yield move.kind.label
    yield move.why.value


def _totals(counted: Counter[str]) -> str:
    if not counted["dates"]:
        return "No date would move."
    rest = ", ".join(f"{what} {number:,}" for what, number in counted.items() if what != "dates")
    many = counted["dates"]
    return f"{many:,} {'dates' if many > 1 else 'date'} would move ({rest})."


def _told(pack: RulePack, name: str) -> Iterator[str]:
    since = "from the beginning" if pack.counts_from == date.min else f"from {say_in_full(pack.counts_from)}"
    yield f"{pack.id}  {pack.name}, for what is recorded {since}"
    yield f"   {_by_whom(pack.adopted_at, name)}"
    if pack.reason:
        yield f"   {pack.reason}"
    yield f"   SHA-256 {pack.digest.hex()}"


def _by_whom(at: datetime, name: str) -> str:
    on = say_in_full(london_date(at))
    return f"adopted by {name} on {on}" if name else f"in force before the first was adopted on {on}"
