"""`referralbot exports` and `referralbot export`: what was sealed, opened at the keyboard for the person who asked."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.cards.pack import PACK_FILE, as_json
from bot.cases import exports
from bot.commandline import WELL
from bot.domain.calendar import london_time
from bot.domain.errors import BadSettings
from bot.domain.terms import ExportKind
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.caseload.putting_in import recorder_of
from bot.upkeep.installation import Installation, open_installation
from storage.sealed_file import FOLDER_OF_OWNERS, write_whole
from storage.tables import Export, Person

Clock = Callable[[], datetime]


def list_exports(_arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """What there is: for whom, until when, and whether it was opened. No child and no case."""
    here = open_installation(settings, wall)
    with closing(here.store), here.store.reading() as db:
        made = exports.all_made(_turn(here, db))
        for one in made:
            print(_line(db, one, here.clock()))
    print(f"{len(made)} exports." if len(made) != 1 else "1 export.")
    return WELL


def export(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Open one for the person who asked, or destroy it."""
    here = open_installation(settings, wall)
    with closing(here.store):
        return {"open": open_one, "delete": delete}[arguments.what](here, arguments)


def open_one(here: Installation, arguments: Namespace) -> int:
    """Write the clear files in a folder, and on record that they were: neither without the other."""
    with ExitStack() as undo:
        with here.store.transaction() as db:
            who = recorder_of(db, arguments.email)
            made, held = exports.open_for_asker(_turn(here, db, who), arguments.number)
            kind, number = made.kind, made.id
            for name, content in _clear(here, made, held):
                _write(arguments.to / name, content)
                undo.callback((arguments.to / name).unlink, missing_ok=True)
                print(arguments.to / name)
            told = f"Export {number} is open, for {who.name} alone."
        undo.pop_all()
    print(f"{told} These files are not encrypted: delete them once they are sent.")
    if kind is ExportKind.SUBJECT_ACCESS:
        print("Its first sheets say what a person has to read before it goes to anybody. Take them out then.")
    return WELL


def delete(here: Installation, arguments: Namespace) -> int:
    """Destroy the key, and then the file: no copy of it opens again."""
    with here.store.transaction() as db:
        turn = _turn(here, db)
        had = exports.destroy(turn, [exports.find(turn, arguments.number)])
    with here.store.reading() as db:
        exports.tidied(_turn(here, db))
    print(f"Export {arguments.number} {'is destroyed' if had else 'was destroyed already'}: nobody can open it.")
    return WELL


def _turn(here: Installation, db: Session, who: Person | None = None) -> Turn:
    return Turn(db, here.clock(), here.rules, here.vault, who=who, exports=here.exports)


def _line(db: Session, one: Export, now: datetime) -> str:
    """ "3  subject access, for Nora Quill, made Mon 19 Oct 2026 09:00, opens until Mon 26 Oct 2026 09:00"."""
    by = db.get_one(Person, one.made_by).name
    ends = "destroyed" if one.wrapped_key is None else "expired" if one.expires_at <= now else "opens until"
    opened = f", opened {_when(one.opened_at)}" if one.opened_at else ""
    return f"{one.id}  {one.kind.label}, for {by}, made {_when(one.made_at)}, {ends} {_when(one.expires_at)}{opened}"


def _when(moment: datetime) -> str:
    return f"{london_time(moment):%a %-d %b %Y %H:%M}"


def _clear(here: Installation, made: Export, held: exports.Files) -> Iterator[tuple[str, bytes]]:
    """What is written: the texts that were sealed; of a subject access pack the same as a PDF too."""
    if made.kind is not ExportKind.SUBJECT_ACCESS:
        yield from ((name, text.encode()) for name, text in held.items())
        return
    from bot.cards.pack_page import as_pdf  # a library that nothing else needs

    values: dict[str, Any] = {**json.loads(held[PACK_FILE]), "export": made.id, "council": here.settings.council}
    yield PACK_FILE, as_json(values).encode()
    yield PACK_FILE.replace(".json", ".pdf"), as_pdf(values)


def _write(path: Path, content: bytes) -> None:
    """A new file that only its owner reads. BadSettings where it cannot be written, or is there already."""
    try:
        path.parent.mkdir(mode=FOLDER_OF_OWNERS, parents=True, exist_ok=True)
    except OSError as trouble:
        raise BadSettings(f"The folder {path.parent} cannot be made: {trouble.strerror}.") from trouble
    write_whole(path, content)
