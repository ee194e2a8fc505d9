"""`referralbot backup` and `referralbot restore`: a copy of the record while the bot runs, and the way back from one.

What waited to be sent when the copy was made may have been sent since. After a restore each of these posts is in doubt:
its platform is asked first, and where it cannot be asked the message goes again. Said twice is a nuisance, unsaid is a
date missed.
"""

import shlex
import sqlite3
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, make_url, select, update
from sqlmodel import Session

from bot.commandline import WELL
from bot.domain.errors import BadSettings
from bot.domain.terms import PostState
from bot.settings import Settings
from bot.upkeep.installation import erase_again, open_vault
from bot.upkeep.progress import Progress
from storage.columns import columns
from storage.connect import Store
from storage.crypto import Vault
from storage.migrate import is_known, newest, revision
from storage.tables import Child, Post

PAGES = 2_000
"""How many pages are copied between two looks at how far it has come: some milliseconds' work."""
Clock = Callable[[], datetime]
COUNTS = (
    'SELECT count(*) FROM "case"',
    "SELECT count(*) FROM person",
    "SELECT count(*) FROM post WHERE state = 'waiting'",
)


def backup(arguments: Namespace, settings: Settings, _wall: Clock) -> int:
    """Copy the record as it is at one moment, while others write it."""
    url = make_url(settings.database_url)
    if not _is_sqlite(url):
        line = _dump(url, arguments.file)
        raise BadSettings(f"This record is in PostgreSQL, whose own tool copies it while the bot runs:\n  {line}")
    source, copy = _existing(url), Path(arguments.file)
    if copy.exists():
        raise BadSettings(f"There is a file {copy} already: name another, so that no backup is lost.")
    _copy(source, copy)
    print(f"The record is in {copy}: {_read(copy)}")
    print("What is private in it is sealed under REFERRALBOT_KEY: keep that somewhere else.")
    return WELL


def restore(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Put a backup in the place of the record, or only mark one that another tool has put back."""
    url, vault = make_url(settings.database_url), open_vault(settings)
    if not arguments.by_hand:
        if arguments.file is None:
            raise BadSettings("Name the backup: referralbot restore FILE")
        if not _is_sqlite(url):
            raise BadSettings(
                "This record is in PostgreSQL. Stop the bot everywhere, put the backup back with PostgreSQL's own tool,"
                f" and then have what waited marked as in doubt:\n  {_undump(url, arguments.file)}\n"
                "  referralbot restore --by-hand"
            )
        _put_back(Path(arguments.file), url, vault, yes=arguments.yes)
    with closing(Store(settings.database_url)) as store:
        with store.transaction() as db:
            _check_key(db, vault)
            doubtful = in_doubt(db)
        at = revision(store)
    if at == newest():
        erase_again(settings, wall)
    print(f"The record is back, at revision {at}.")
    print(
        f"Messages that waited when it was copied: {doubtful}. Each platform is asked whether it has them before"
        " they go; where it cannot be asked they go, perhaps a second time."
    )
    print("Start the bot with: referralbot serve" if at == newest() else "Now run: referralbot migrate")
    return WELL


def in_doubt(db: Session) -> int:
    """Mark all that waits as perhaps sent at any time: whoever takes it in hand asks the platform first. How many."""
    of = columns(Post)
    marked = update(of.id.table).where(of.state == PostState.WAITING).values(claimed_until=of.made_at).returning(of.id)
    return len(db.execute(marked).all())


def _put_back(backup: Path, url: URL, vault: Vault, *, yes: bool) -> None:
    """Check the backup, keep what is there beside it, and write one over the other."""
    if not backup.is_file():
        raise BadSettings(f"There is no file {backup}.")
    read = _read(backup)
    if not is_known(read.revision):
        raise BadSettings(f"{backup} is at revision {read.revision}, newer than this version: install the newer one.")
    if read.wrapped_key:
        vault.unwrap(read.wrapped_key)
    target = Path(url.database or "")
    if target.is_file():
        _make_room(target, backup, yes=yes)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(backup, target)
    print(f"{backup} is in the place of the record: {read}")


def _make_room(target: Path, backup: Path, *, yes: bool) -> None:
    """Keep what is there; BadSettings where somebody works on it, or where it is something and nobody said yes."""
    if _in_use(target):
        raise BadSettings(f"The bot is running on {target}: stop it first.")
    if _is_empty(target):
        return
    kept = _beside(target)
    if not yes:
        raise BadSettings(
            f"There is a record in {target} already. To put {backup} in its place, say it again with --yes."
            f" What is there now is then kept as {kept}."
        )
    target.rename(kept)  # as it is, even where it is damaged
    print(f"What was there is kept as {kept}.")


def _is_empty(target: Path) -> bool:
    """Whether nobody is in it. A file that cannot be read may hold anything."""
    try:
        return _read(target).people == 0
    except BadSettings:
        return False


def _copy(source: Path, copy: Path) -> None:
    """As `copy_as_it_is`, and looked over; BadSettings where it did not come out whole."""
    progress = Progress("pages")
    try:
        copy_as_it_is(source, copy, progress)
        progress.clear()
        with closing(sqlite3.connect(copy)) as made:
            (state,) = made.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as trouble:
        raise BadSettings(f"{source} could not be copied to {copy}: {trouble}.") from trouble
    if state != "ok":
        raise BadSettings(f"The copy in {copy} is not whole: {state}. Do not rely on it.")


def copy_as_it_is(source: Path, copy: Path, told: Callable[[int, int], object], *, pages: int = PAGES) -> None:
    """SQLite's online backup: as the record is at one moment, whoever writes it meanwhile; the copy is one file.

    `told` hears after every so many pages how many are done, and of how many.
    """
    with closing(sqlite3.connect(source)) as reads, closing(sqlite3.connect(copy, timeout=10)) as writes:
        reads.execute("BEGIN")
        reads.execute("SELECT count(*) FROM sqlite_master").fetchone()  # without it every write begins the copy anew
        reads.backup(writes, pages=pages, progress=lambda _, left, of: told(of - left, of))
        writes.execute("PRAGMA journal_mode=DELETE")


@dataclass(frozen=True)
class Read:
    """What is read of a record without opening it as one: nothing is written to it, and its key need not be ours."""

    revision: str
    cases: int
    people: int
    waiting: int
    wrapped_key: bytes | None

    def __str__(self) -> str:
        return f"revision {self.revision}, {self.cases} cases, {self.people} people; messages waiting: {self.waiting}."


def _read(path: Path) -> Read:
    """BadSettings where the file is not a whole record."""
    try:
        with closing(_looking_at(path)) as record:
            (state,) = record.execute("PRAGMA quick_check").fetchone()
            (revision,) = record.execute("SELECT version_num FROM alembic_version").fetchone()
            cases, people, waiting = (record.execute(count).fetchone()[0] for count in COUNTS)
            key = record.execute("SELECT wrapped_key FROM child WHERE wrapped_key IS NOT NULL LIMIT 1").fetchone()
    except (sqlite3.Error, TypeError) as trouble:
        raise BadSettings(f"{path} is not a whole record of referralbot.") from trouble
    if state != "ok":
        raise BadSettings(f"{path} is not whole: {state}.")
    return Read(revision, cases, people, waiting, key[0] if key else None)


def _looking_at(path: Path) -> sqlite3.Connection:
    """For reading only. A file alone, such as a backup, may lie where nothing can be written."""
    alone = "" if _log_of(path).exists() else "&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro{alone}", uri=True)


def _log_of(path: Path) -> Path:
    """SQLite's write-ahead log, which is there while somebody has the record open."""
    return path.with_name(f"{path.name}-wal")


def _in_use(path: Path) -> bool:
    """Whether somebody else has the record open: whoever closes it last takes its log away."""
    with closing(sqlite3.connect(path)) as record, suppress(sqlite3.DatabaseError):
        record.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return _log_of(path).exists()


def _existing(url: URL) -> Path:
    path = Path(url.database or "")
    if not path.is_file():
        raise BadSettings(f"There is no database at {path} yet. Make it with: referralbot migrate")
    return path


def _check_key(db: Session, vault: Vault) -> None:
    """BadSettings where the key is not the one that the record was sealed with."""
    wrapped = columns(Child).wrapped_key
    if kept := db.execute(select(wrapped).where(wrapped.is_not(None)).limit(1)).scalar():
        vault.unwrap(kept)


def _beside(target: Path) -> Path:
    """Where what is there is kept: a name that is free."""
    names = (target.with_name(f"{target.name}.before-restore{n or ''}") for n in range(1000))
    return next(name for name in names if not name.exists())


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _dump(url: URL, file: Path) -> str:
    return f"pg_dump --format=custom --no-owner --file={shlex.quote(str(file))} {shlex.quote(_address(url))}"


def _undump(url: URL, file: Path) -> str:
    return (
        "pg_restore --clean --if-exists --no-owner --single-transaction"
        f" --dbname={shlex.quote(_address(url))} {shlex.quote(str(file))}"
    )


def _address(url: URL) -> str:
    """As PostgreSQL's tools take it, without the password: they ask for it, or read it from ~/.pgpass."""
    return url._replace(drivername="postgresql", password=None).render_as_string()
