"""The list of erasures and the record, brought to agree before anybody is answered: a backup knows no better."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import exists, make_url, select
from sqlmodel import Session

from bot.cases import belongings, erasing
from bot.domain.terms import EntryKind
from bot.settings import Settings
from bot.turn import At, Turn
from storage.columns import columns
from storage.erasures import Erasures, Gone
from storage.queries import alone
from storage.tables import Child, Enquiry, Entry

NAME = "erasures.list"
VAR = Path("var")
"""Where it is kept beside a record in PostgreSQL, unless the settings say where."""
WENT_ON = "Something was put on record since: a data protection lead says erase once more, or leaves it on record."
"""Of what was on the list when the database could not keep that it was erased, and was then worked on again."""
BACKUPS = (b"SQLite format 3\0", b"PGDMP")
"""How a copy of a record begins."""
CHILDREN, LETTERS, ENTRIES = columns(Child), columns(Enquiry), columns(Entry)
IS_ERASED = exists().where(ENTRIES.enquiry_id == LETTERS.id, ENTRIES.kind == EntryKind.ERASED)
ERASED_CHILDREN = select(Child).where(CHILDREN.erased_at.is_not(None))
ERASED_LETTERS = select(Enquiry).where(LETTERS.wrapped_key.is_(None), IS_ERASED)


def list_of(settings: Settings) -> Erasures:
    """The list: beside an SQLite file, unless the settings name another place."""
    if settings.erasures:
        return Erasures(Path(settings.erasures))
    url = make_url(settings.database_url)
    beside = url.database if url.get_backend_name() == "sqlite" else ""
    return Erasures((Path(beside).parent if beside else VAR) / NAME)


def again(at: At, erasures: Erasures) -> int:
    """Erase what is on the list and readable all the same, and put on it what is erased and not on it; how many erased.

    Says on stderr what it did. BadSettings where the list cannot be read: nobody is answered before it is.
    """
    listed = erasures.all()
    with at.store.reading() as db:
        turn = at.turn(db)
        back, missing = list(readable(turn, listed.values())), list(unlisted(turn, listed))
    if not back and not missing:
        return 0
    with at.turns() as turn:
        turn = replace(turn, erasures=erasures)
        alone(turn.db, "erasing again")
        kept = [gone for gone in back if not _erased(turn, gone)]
        erasures.add(missing)
    again = [gone for gone in back if gone not in kept]
    if again:
        _say(f"Erased again, by {erasures.path}: {told(again)} that a restored backup had brought back.")
    if kept:
        _say(f"On {erasures.path} and not erased: {told(kept)}. {WENT_ON}")
    if missing:
        _say(f"Put on {erasures.path}, where it was missing: {told(missing)}.")
    return len(again)


def _erased(turn: Turn, gone: Gone) -> bool:
    """Erase one again, unless it has gone with its child by now; False where its record went on since."""
    what = _found(turn.db, gone)
    if what is None or what.wrapped_key is None:
        return True
    belongs = belongings.of_child(turn, what.id or 0) if isinstance(what, Child) else belongings.of(turn, what)
    if erasing.went_on(turn, belongs, gone.at):
        return False
    erasing.erase_again(turn, belongs, gone.at)
    return True


def _say(what: str) -> None:
    print(what, file=sys.stderr)


def readable(turn: Turn, listed: Iterable[Gone]) -> Iterator[Gone]:
    """What is on the list and can be read in the record: brought back by a backup from before."""
    for gone in listed:
        what = _found(turn.db, gone)
        if what is not None and what.wrapped_key is not None and erasing.gone(turn, what, None).mark == gone.mark:
            yield gone


def unlisted(turn: Turn, listed: dict[str, Gone]) -> Iterator[Gone]:
    """What is erased in the record and not on the list: it was lost, or put back from an older copy."""
    children = (erasing.gone(turn, one, one.erased_at) for one in turn.db.scalars(ERASED_CHILDREN))
    letters = (erasing.gone(turn, one, None) for one in turn.db.scalars(ERASED_LETTERS))
    for one in (*children, *letters):
        known = listed.get(one.what)
        if known is None or known.mark != one.mark:
            yield one


def told(gone: Iterable[Gone]) -> str:
    """ "2 children and 1 letter"."""
    names = [one.what.partition(":")[0] for one in gone]
    children, letters = names.count("child"), names.count("enquiry")
    parts = [f"{children} {'child' if children == 1 else 'children'}"] if children else []
    parts += [f"{letters} {'letter' if letters == 1 else 'letters'}"] if letters else []
    return " and ".join(parts)


def backups_beside(erasures: Erasures, record_url: str) -> list[str]:
    """The names of copies of a record in the list's own folder: whoever puts that folder back puts both back."""
    folder, record = erasures.path.parent, Path(make_url(record_url).database or "").name
    files = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    return [path.name for path in files if _begins_so(path) and path.name != record]


def _begins_so(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(BACKUPS[0])).startswith(BACKUPS)
    except OSError:
        return False


def _found(db: Session, gone: Gone) -> Child | Enquiry | None:
    name, _, number = gone.what.partition(":")
    return db.get(Enquiry, int(number)) if name == "enquiry" else db.get(Child, int(number))
