"""The moment: everything a function may know about it."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from sqlmodel import Session

from bot.domain.calendar import london_date
from bot.domain.message import Where
from bot.rules import Rules
from storage.connect import Store
from storage.crypto import Vault
from storage.erasures import Erasures
from storage.tables import Deadline, Person, Room


@dataclass(frozen=True)
class Exports:
    """Where sealed exports are kept, and for how many days."""

    folder: Path
    days: int = 7


@dataclass(frozen=True)
class Turn:
    """One line answered, one batch swept, one post rendered: who, where, when, and the open transaction."""

    db: Session
    now: datetime
    """Aware UTC."""
    rules: Rules
    vault: Vault
    who: Person | None = None
    """None when the bot acts by itself."""
    room: Room | None = None
    """The bound room it happens in; None in a private chat or an unbound channel."""
    private: bool = True
    """Whether only the asker can read the answer."""
    where: Where | None = None
    """The place it was said in; None when the bot acts by itself."""
    draw: Callable[[Sequence[int]], int] = secrets.choice
    """How a reference is drawn."""
    stood: tuple[Deadline, ...] | None = None
    """The deadlines of a case or letter as they stood, where a moment gone by is looked at; else those kept count."""
    record_url: str = ""
    """Where the council's own record system shows a child: a template with {record_number}."""
    exports: Exports | None = None
    """None where no files are kept."""
    erasures: Erasures | None = None
    """The list of what was erased; None where nothing can be."""

    @cached_property
    def today(self) -> date:
        return london_date(self.now)

    @property
    def person(self) -> Person:
        """The person who spoke. Only entry points without one (the sweep, the courier) leave it empty."""
        if self.who is None:
            raise RuntimeError("this turn has no person")
        return self.who


@dataclass(frozen=True)
class At:
    """One installation, by these rules, at one moment: where nobody asked for what is done."""

    store: Store
    rules: Rules
    vault: Vault
    now: datetime

    def turn(self, db: Session) -> Turn:
        return Turn(db, self.now, self.rules, self.vault)

    @contextmanager
    def turns(self) -> Iterator[Turn]:
        """A transaction."""
        with self.store.transaction() as db:
            yield self.turn(db)
