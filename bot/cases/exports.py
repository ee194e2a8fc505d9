"""Exports: a file sealed under a key of its own, which is kept wrapped here until the export expires.

Once that key is destroyed nobody opens the file, wherever a copy of it lies. The clear files are written at the
keyboard alone, for the person who asked.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from bot.cases import history
from bot.cases.history import New
from bot.domain.calendar import london_date
from bot.domain.dates import say_in_full
from bot.domain.errors import NotAllowed, NotFound, NotNow
from bot.domain.terms import Basis, EntryKind, ExportKind
from bot.turn import Exports, Turn
from storage.add import add_row
from storage.sealed_file import BEING_WRITTEN, read_sealed, write_sealed
from storage.tables import Case, Entry, Export, Viewed

ENDING = ".sealed"
AN_HOUR = timedelta(hours=1)
"""How old a file must be that no export names: one that is younger may be of a line that is being answered."""

Files = Mapping[str, str]
"""What an export holds: texts by the name of their file."""


def make(turn: Turn, kind: ExportKind, cases: Sequence[Case], files: Files) -> Export:
    """Seal these files for the asker, with a line on the record of each of these cases of one child."""
    kept = _kept(turn)
    key, wrapped = turn.vault.new_child_key()
    export = Export(
        kind=kind,
        child_id=cases[0].child_id,
        file=f"{secrets.token_hex(12)}{ENDING}",
        wrapped_key=wrapped,
        wrapped_by=turn.vault.mark,
        made_by=turn.person.id or 0,
        made_at=turn.now,
        expires_at=turn.now + timedelta(days=kept.days),
    )
    turn.db.add(export)
    turn.db.flush()
    clear = json.dumps(files, ensure_ascii=False).encode()
    write_sealed(kept.folder / export.file, key, clear)  # last: what comes to nothing leaves a file without key
    _record(turn, cases, export, "made")
    return export


def open_for_asker(turn: Turn, number: int) -> tuple[Export, Files]:
    """What an export holds, for the person who asked for it: on record as opened, and the child as shown to them."""
    export = find(turn, number)
    if export.made_by != turn.person.id:
        raise NotAllowed(f"Export {number} was made for somebody else: only who asked for it opens it.")
    if export.wrapped_key is None or export.expires_at <= turn.now:
        raise NotNow(_gone(export))
    held = read_sealed(_kept(turn).folder / export.file, turn.vault.unwrap(export.wrapped_key))
    files: Files = json.loads(held)
    export.opened_at = export.opened_at or turn.now
    cases = _cases(turn, export)
    _record(turn, cases, export, "opened")
    for case in cases:
        seen = {"person_id": turn.person.id, "case_id": case.id, "kinds": "export", "basis": Basis.RIGHTS}
        add_row(turn.db, Viewed, seen | {"at": turn.now})
    return export, files


def _kept(turn: Turn) -> Exports:
    if turn.exports is None:
        raise NotNow("Nothing can be exported here: this process keeps no files. Ask whoever runs the bot.")
    return turn.exports


def _gone(export: Export) -> str:
    expired = f"expired on {say_in_full(london_date(export.expires_at))}"
    return f"Export {export.id} {expired}: its key is destroyed and nobody can open it. Have a new one made."


def find(turn: Turn, number: int) -> Export:
    export = turn.db.get(Export, number)
    if export is None:
        raise NotFound(f"There is no export {number}. To see what there is: referralbot exports")
    return export


def all_made(turn: Turn) -> Sequence[Export]:
    return turn.db.exec(select(Export).order_by(col(Export.id))).all()


def of_child(turn: Turn, child_id: int) -> Sequence[Export]:
    return turn.db.exec(select(Export).where(Export.child_id == child_id).order_by(col(Export.id))).all()


def destroy(turn: Turn, exports: Sequence[Export]) -> int:
    """Destroy the keys of these exports, so that no copy of their files opens again; how many had one.

    The files themselves go with the next `tidied`, once that their keys are gone is kept.
    """
    still = [export for export in exports if export.wrapped_key is not None]
    for export in still:
        export.wrapped_key, export.expires_at = None, min(export.expires_at, turn.now)
    turn.db.flush()
    return len(still)


def expired(turn: Turn) -> Sequence[Export]:
    """Those whose time is over and whose key is still there."""
    over = (col(Export.wrapped_key).is_not(None), Export.expires_at <= turn.now)
    return turn.db.exec(select(Export).where(*over)).all()


def tidied(turn: Turn) -> int:
    """Remove the files that no key opens: those of exports that are over, and what a crash left behind. How many."""
    if turn.exports is None:
        return 0
    named = {export.file: export.wrapped_key is not None for export in all_made(turn)}
    gone = 0
    with suppress(OSError):  # a folder that cannot be read is told by whoever opens an export
        for path in turn.exports.folder.glob("*" + ENDING + "*"):
            alive = named.get(path.name)
            if alive is False or (alive is None and _is_left_over(path, turn.now)):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _is_left_over(path: Path, now: datetime) -> bool:
    ours = path.name.removesuffix(BEING_WRITTEN).endswith(ENDING)
    return ours and path.stat().st_mtime < (now - AN_HOUR).timestamp()


def _cases(turn: Turn, export: Export) -> list[Case]:
    """The cases on whose record it stands that it was made."""
    told = select(Case, Entry).join(Entry, col(Entry.case_id) == Case.id).order_by(col(Case.id))
    told = told.where(Case.child_id == export.child_id, Entry.kind == EntryKind.EXPORTED)
    found = (case for case, entry in turn.db.exec(told) if entry.clear["export"] == export.id)
    return list({case.id: case for case in found}.values())


def _record(turn: Turn, cases: Sequence[Case], export: Export, what: str) -> None:
    clear = {"export": export.id, "what": f"{export.kind.label}, {what}"}
    for case in cases:
        history.record(turn, case, New(EntryKind.EXPORTED, turn.today, clear=clear))
