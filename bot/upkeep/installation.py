"""What every command works on: the settings, the record, the key, the rules and the clock of one installation."""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import TextIO

from sqlalchemy import make_url
from sqlmodel import Session

from bot.app import App
from bot.cases import packs
from bot.commands import BOOK
from bot.domain.calendar import LONDON
from bot.domain.errors import BadSettings
from bot.rules import HERE, SHIPPED, Rules, load_rules, tables_in
from bot.settings import Settings
from bot.turn import At, Exports
from bot.upkeep.clock import MovedClock
from bot.upkeep.erasures import again, list_of
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.keys import take_own_keys
from storage.migrate import is_current, migrate
from storage.signing import Signer

EXPORTS = Path("var/exports")
"""Where exports are kept beside a record in PostgreSQL, unless the settings say where."""
DEMO = Path("var/demo")
"""The demo's own record, key and clock: nothing of it is ever in the installation's."""
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Installation:
    settings: Settings
    store: Store
    vault: Vault
    rules: Rules
    clock: Clock
    demo: bool = False

    @property
    def signer(self) -> Signer | None:
        """What signs anchors; None where no key is set. BadSettings where it is none."""
        return Signer(self.settings.anchor_key) if self.settings.anchor_key else None

    @property
    def app(self) -> App:
        own = self.settings
        return App(
            self.store,
            self.vault,
            self.rules,
            BOOK,
            record_url=own.record_url,
            exports=self.exports,
            erasures=list_of(own),
        )

    @property
    def exports(self) -> Exports:
        """Where sealed exports are kept: beside an SQLite file, unless the settings name a folder."""
        if self.settings.exports:
            folder = Path(self.settings.exports)
        else:
            url = make_url(self.settings.database_url)
            beside = url.database if url.get_backend_name() == "sqlite" else ""
            folder = Path(beside).parent / "exports" if beside else EXPORTS
        return Exports(folder, self.settings.export_days)


def open_installation(settings: Settings, wall: Clock) -> Installation:
    """That of the settings; where they hold no key, the demo if there is one. BadSettings where neither can be used."""
    if not settings.key and (DEMO / "key").exists():
        return open_demo(settings, wall)
    return open_configured(settings, wall)


def open_configured(settings: Settings, wall: Clock) -> Installation:
    """That of the settings and no other; BadSettings where its key is missing or its record is not ready."""
    vault, store = open_vault(settings), open_store(settings.database_url)
    take_own_keys(store, vault)
    rules = rules_in_force(store, settings)
    again(At(store, rules, vault, wall()), list_of(settings))
    return Installation(settings, store, vault, rules, wall)


def erase_again(settings: Settings, wall: Clock) -> None:
    """Have the record agree with the list of erasures, where a backup was put back or an older record brought up.

    Without a key that is left to whoever opens the record next; nobody reads it before.
    """
    if settings.key:
        open_configured(settings, wall).store.close()
    elif list_of(settings).path.exists():
        print("What was erased is erased again once REFERRALBOT_KEY is set: serve does it before it answers anybody.")


def rules_in_force(store: Store, settings: Settings) -> Rules:
    """Those that were adopted; where none were, the law's as it comes with the bot, and the council's overlay."""
    with store.reading() as db:
        return packs.in_force(db) or configured_rules(settings)


def configured_rules(settings: Settings) -> Rules:
    """The law's rules, with the council's overlay over them where the settings name one."""
    return load_rules(overlay=Path(settings.rules) if settings.rules else None)


def files_in_force(db: Session, settings: Settings) -> packs.Files:
    """The text of every table of the rules in force."""
    if adopted := packs.all_adopted(db):
        return adopted[-1].files
    return packs.together(tables_in(HERE), tables_in(Path(settings.rules)) if settings.rules else None)


def open_vault(settings: Settings) -> Vault:
    """By the keys of the settings; `take_own_keys` tells it those that the record keeps."""
    if not settings.key:
        raise BadSettings("REFERRALBOT_KEY is not set: make one with `referralbot new-key`, and keep a copy of it.")
    return Vault(settings.key, settings.old_key)


def open_store(url: str) -> Store:
    """The record, which is there and at the newest revision."""
    path = make_url(url).database
    if url.startswith("sqlite") and path and not Path(path).exists():
        raise BadSettings(f"There is no database at {path} yet. Make it with: referralbot migrate")
    store = Store(url)
    if not is_current(store):
        store.close()
        raise BadSettings(
            "The database is not at the revision of this version. Bring it there with: referralbot migrate"
        )
    return store


def open_record(settings: Settings, wall: Clock) -> Store:
    """The record alone, which needs no key: that of the settings, or of the demo where `open_installation` takes it."""
    if not settings.key and (DEMO / "key").exists():
        return open_demo(settings, wall).store
    return open_store(settings.database_url)


def hold_demo() -> TextIO | None:
    """The demo, until the answer is closed or the process ends; None where another process holds it."""
    _make_folder()
    return _held(DEMO.parent / "demo.lock")


def hold_record(url: str) -> TextIO | None:
    """An SQLite file for the one process that serves it, until that ends, however it ends; of PostgreSQL nothing.

    BadSettings where another serves it. Commands that write to it beside a running bot hold nothing.
    """
    where = make_url(url)
    if where.get_backend_name() != "sqlite" or not where.database:
        return None
    path = Path(where.database).resolve()
    # Beside the file and not on it: closing a file gives up the locks that SQLite has on it.
    held = _held(path.with_name(f"{path.name}.serving"))
    if held is None:
        raise BadSettings(
            f"Another bot serves {path} already: stop that one first. An SQLite file has room for one;"
            " several share a record in PostgreSQL (set DATABASE_URL)."
        )
    return held


def _held(path: Path) -> TextIO | None:
    """A file that nobody else holds: the system lets go of it when the process ends."""
    held = path.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def make_demo(*, reset: bool) -> None:
    """The demo's folder with its key and its tables, where they are not there yet. Who resets it holds it."""
    if reset:
        rmtree(DEMO)
    _make_folder()
    if not (DEMO / "key").exists():
        (DEMO / "key").write_text(new_key())
    migrate(_demo_url())


def _make_folder() -> None:
    try:
        DEMO.mkdir(parents=True, exist_ok=True)
        (DEMO.parent / "demo.lock").touch()
    except OSError as trouble:
        where = DEMO.absolute()
        raise BadSettings(
            f"The demo keeps its record in {where}, which cannot be written: {trouble.strerror}."
        ) from trouble


def open_demo(settings: Settings, wall: Clock) -> Installation:
    """The demo is alone with itself: of the settings it takes only where to listen and how much to log."""
    own = Settings(
        database_url=_demo_url(),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        local_page=True,
        council="Anyshire",
        rules=str(SHIPPED / "anyshire"),
        email_domains=("anyshire.example", "nhs.example", "oakhurst.example"),
    )
    vault, clock = Vault((DEMO / "key").read_text()), MovedClock(DEMO / "clock", wall)
    store = open_store(own.database_url)
    take_own_keys(store, vault)
    return Installation(own, store, vault, rules_in_force(store, own), clock, demo=True)


def read_moment(text: str | None, clock: Clock) -> datetime:
    """`2026-12-01T09:00` is London time unless it says otherwise; without a text it is now. Answers in UTC."""
    if not text:
        return clock()
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise BadSettings(f"{text!r} is not a moment. Write it as 2026-12-01T09:00") from None
    return (written if written.tzinfo else written.replace(tzinfo=LONDON)).astimezone(UTC)


def _demo_url() -> str:
    return f"sqlite:///{DEMO / 'referralbot.sqlite'}"
