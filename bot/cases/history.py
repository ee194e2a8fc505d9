"""The record: entries that are only ever added, each chained to the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.calendar import london_date
from bot.domain.clocks import Happening
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.add import add_all
from storage.crypto import open_with, seal_with
from storage.tables import Case, Child, Enquiry, Entry

FIRST = b"\0" * 32
"""What the first entry of a stream is chained to."""

NOTHING: Mapping[str, Any] = {}

ACTS = frozenset(
    {
        EntryKind.OPENED,
        EntryKind.LINKED,
        EntryKind.NOTED,
        EntryKind.PLANNED,
        EntryKind.HELD,
        EntryKind.ASSIGNED,
        EntryKind.SNOOZED,
        EntryKind.HELP_ASKED,
        EntryKind.BACKDATE_ASKED,
        EntryKind.CORRECTED,
        EntryKind.CLOSED,
        EntryKind.REOPENED,
    }
)
"""Entries that no clock counts."""


@dataclass(frozen=True)
class New:
    """An entry about to be recorded. `words` is what a person typed: it is sealed."""

    kind: EntryKind
    on: date
    request_id: int | None = None
    clear: Mapping[str, Any] = field(default_factory=dict, hash=False)
    words: str = ""
    supersedes: int | None = None


def stream_of(record: Case | Enquiry) -> str:
    return f"{'case' if isinstance(record, Case) else 'enquiry'}:{record.id}"


def record(turn: Turn, about: Case | Enquiry, *new: New) -> list[Entry]:
    """Add entries to the record of a case or an enquiry, in order."""
    stream = stream_of(about)
    last = turn.db.exec(
        select(Entry.number, Entry.digest).where(Entry.stream == stream).order_by(col(Entry.number).desc()).limit(1)
    ).first()
    return record_after(turn, about, new, last=last or (0, FIRST))


def record_after(turn: Turn, about: Case | Enquiry, new: Iterable[New], *, last: tuple[int, bytes]) -> list[Entry]:
    """Add entries after the one with this number and digest: one statement, however many."""
    number, digest = last
    entries: list[Entry] = []
    key = _key_of(turn, about) if any(entry.words for entry in new) else None
    for place, one in enumerate(new, start=number + 1):
        entry = _entry(turn, about, one, place, digest, key)
        digest = entry.digest
        entries.append(entry)
    add_all(turn.db, entries)
    return entries


def _entry(turn: Turn, about: Case | Enquiry, new: New, number: int, previous: bytes, key: bytes | None) -> Entry:
    stream = stream_of(about)
    sealed = seal_with(key, {"words": new.words}, f"{stream}/{number}") if new.words and key else None
    entry = Entry(
        stream=stream,
        number=number,
        case_id=about.id if isinstance(about, Case) else None,
        enquiry_id=about.id if isinstance(about, Enquiry) else None,
        request_id=new.request_id,
        kind=new.kind,
        happened_on=new.on,
        clear=dict(new.clear),
        sealed=sealed,
        supersedes=new.supersedes,
        recorded_by=turn.who.id if turn.who else None,
        recorded_at=turn.now,
        previous=previous,
        digest=b"",
    )
    entry.digest = digest_of(entry)
    return entry


def supposed(turn: Turn, about: Case | Enquiry, new: New, *, after: Entry) -> Entry:
    """An entry as it would stand, for asking what would follow from it. It is not recorded."""
    return _entry(turn, about, new, after.number + 1, after.digest, None)


def digest_of(entry: Entry) -> bytes:
    """SHA-256 over the entry before and every stored part of this one, the sealed part as ciphertext."""
    parts = [
        entry.stream,
        entry.number,
        entry.request_id,
        str(entry.kind),
        entry.happened_on.isoformat(),
        entry.clear,
        entry.sealed.hex() if entry.sealed else None,
        entry.supersedes,
        entry.recorded_by,
        entry.recorded_at.isoformat(),
    ]
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(entry.previous + told.encode()).digest()


def broken_link(entries: Sequence[Entry]) -> Entry | None:
    """The first entry of a whole stream, in order, that does not follow from the one before."""
    previous, expected = FIRST, 1
    for entry in entries:
        if entry.number != expected or entry.previous != previous or entry.digest != digest_of(entry):
            return entry
        previous, expected = entry.digest, expected + 1
    return None


def entries_of(db: Session, about: Case | Enquiry) -> list[Entry]:
    return list(db.exec(select(Entry).where(Entry.stream == stream_of(about)).order_by(col(Entry.number))))


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that still hold: none that a later one supersedes."""
    gone = {entry.supersedes for entry in entries if entry.supersedes}
    return [entry for entry in entries if entry.id not in gone]


def happenings(entries: Sequence[Entry]) -> list[Happening]:
    """The facts that clocks count."""
    return [
        Happening(
            kind=entry.kind,
            on=entry.happened_on,
            recorded_on=london_date(entry.recorded_at),
            instance=entry.request_id,
            entry=entry.number,
        )
        for entry in standing(entries)
        if entry.kind not in ACTS
    ]


def recorded_at(entries: Sequence[Entry], number: int) -> datetime:
    return next(entry.recorded_at for entry in entries if entry.number == number)


def words_of(turn: Turn, about: Case | Enquiry, entry: Entry) -> str:
    """What a person typed with an entry, opened. The caller has checked that the asker may know."""
    if entry.sealed is None:
        return ""
    key = _key_of(turn, about)
    return "" if key is None else str(open_with(key, entry.sealed, f"{entry.stream}/{entry.number}")["words"])


def _key_of(turn: Turn, about: Case | Enquiry) -> bytes | None:
    """The child's key; an enquiry about no case or several has words under the installation's own."""
    if isinstance(about, Case):
        wrapped = turn.db.exec(select(Child.wrapped_key).where(Child.id == about.child_id)).first()
    else:
        wrapped = about.wrapped_key
    return turn.vault.unwrap(wrapped) if wrapped else None
