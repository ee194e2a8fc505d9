"""referralbot audit: whether the record is what it was, here or from a file of it; and the files to keep elsewhere."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from sqlmodel import Session

from bot.cases import anchors, rebuilding, stored
from bot.commandline import WELL, WRONG
from bot.domain.chain import Anchored, Promises, anchor_faults, faults, short
from bot.domain.errors import BadSettings
from bot.settings import Settings
from bot.upkeep import audit_file
from bot.upkeep.installation import open_record
from bot.upkeep.progress import Progress
from storage import triggers
from storage.signing import Signer, is_signed, public_key_as_text, read_public_key

Clock = Callable[[], datetime]
SHOWN = 50
"""Faults that are printed; the rest are counted."""
STEP = 1_000
"""Entries between two looks of the bar."""


def audit(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Export the record or its anchors, or check either."""
    return {"export": export, "anchors": export_anchors, "verify": verify}[arguments.what](arguments, settings, wall)


def export(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Every entry as it is stored, and every anchor."""
    with closing(open_record(settings, wall)) as store, store.reading() as db:
        rebuilding.steady(db)
        kept, total = list(anchors.all_anchors(db)), stored.how_many(db)
        audit_file.write(arguments.file, kept, _watched(stored.all_entries(db), total), total)
    held = f"{_many(total, 'entry', 'entries')} and {_anchors(kept)}"
    print(f"{held} are in {arguments.file}. What is private in it is sealed still.")
    return WELL


def export_anchors(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """The anchors alone, to be kept where nobody who can change the record can change them."""
    with closing(open_record(settings, wall)) as store, store.reading() as db:
        kept = list(anchors.all_anchors(db))
    audit_file.write(arguments.file, kept, (), 0)
    print(f"{arguments.file} holds {_anchors(kept)}. Keep it where whoever runs the database cannot write.")
    return WELL


@dataclass(frozen=True)
class Evidence:
    """What is checked, and what it is held against."""

    entries: Iterable[Mapping[str, Any]]
    total: int
    kept: Sequence[Anchored]
    """The anchors that are with the record."""
    outside: Sequence[Anchored]
    """Those that were kept elsewhere."""
    keys: Sequence[bytes]
    """The public keys that anchors may be signed with; none: whichever key signed is only told."""
    unguarded: Sequence[str] = ()
    """Tables that the database would let anybody change."""

    @cached_property
    def promises(self) -> Promises:
        """What the anchors of both kinds say was there. Used up as entries are held against it."""
        return Promises({anchor.digest: anchor for anchor in (*self.kept, *self.outside)}.values())


def verify(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Whether the record, or an export of it, is what it was."""
    outside = audit_file.read(arguments.anchors).anchors if arguments.anchors else ()
    keys = _keys(arguments.public_key, settings)
    if arguments.export:
        filed = audit_file.read(arguments.export)
        return _judge(Evidence(filed.all_entries(), filed.entries, filed.anchors, outside, keys))
    with closing(open_record(settings, wall)) as store, store.reading() as db:
        rebuilding.steady(db)
        return _judge(evidence(db, outside, keys))


def evidence(db: Session, outside: Sequence[Anchored] = (), keys: Sequence[bytes] = ()) -> Evidence:
    """What a database says of its own record."""
    unguarded = triggers.missing(db.connection())
    try:
        kept = list(anchors.all_anchors(db))
    except (TypeError, ValueError):
        raise BadSettings("The anchors cannot be read: somebody has written what the bot never does.") from None
    return Evidence(stored.all_entries(db), stored.how_many(db), kept, outside, keys, unguarded)


def _keys(named: Sequence[str], settings: Settings) -> list[bytes]:
    """Those that were named, else the one of the settings."""
    if named:
        return [read_public_key(text) for text in named]
    return [Signer(settings.anchor_key).public_key] if settings.anchor_key else []


def faults_of(evidence: Evidence) -> Iterator[str]:
    """Everything that does not hold, in words."""
    yield from _general_faults(evidence)
    yield from map(str, faults(_watched(evidence.entries, evidence.total), evidence.promises))


def _judge(evidence: Evidence) -> int:
    """Print what does not hold, or that all does."""
    found = 0
    for fault in faults_of(evidence):
        found += 1
        if found <= SHOWN:
            print(fault)
    if found > SHOWN:
        print(f"… and {found - SHOWN:,} more.")
    for remark in evidence.promises.dated_back[:SHOWN]:
        print(f"Note: {remark}")
    print(_verdict(evidence, found))
    return WRONG if found else WELL


def _general_faults(evidence: Evidence) -> Iterator[str]:
    """Faults of the anchors, and of what should keep the record as it is."""
    if evidence.unguarded:
        tables = ", ".join(evidence.unguarded)
        yield f"The database would let anybody change {tables}: its triggers are not in place. Say: referralbot migrate"
    yield from anchor_faults(evidence.kept)
    yield from anchor_faults(evidence.outside)
    there = {anchor.digest for anchor in evidence.kept}
    for anchor in evidence.outside:
        if anchor.digest not in there:
            yield f"The anchor of {_day(anchor)} was kept elsewhere and is not with the record: gone, or another."
    yield from _unsigned({anchor.digest: anchor for anchor in (*evidence.kept, *evidence.outside)}, evidence.keys)


def _unsigned(found: Mapping[bytes, Anchored], keys: Sequence[bytes]) -> Iterator[str]:
    """Anchors whose signature does not fit, and those without one where there should be."""
    signed = False
    for anchor in sorted(found.values(), key=lambda each: each.day):
        if not anchor.signature:
            if signed:
                yield f"The anchor of {_day(anchor)} is not signed, and an earlier one is."
            continue
        signed = True
        if not is_signed(anchor.public_key, anchor.signature, anchors.signed_text(anchor.digest)):
            yield f"The anchor of {_day(anchor)} has a signature that does not fit."
        elif keys and anchor.public_key not in keys:
            yield f"The anchor of {_day(anchor)} is signed with another key: {public_key_as_text(anchor.public_key)}"
    if keys and found and not signed:
        yield "No anchor is signed, and there is a key to sign with. After a new key the next day's is the first."


def _verdict(evidence: Evidence, found: int) -> str:
    """How it ended, and what to compare with the administrators' room."""
    if found:
        whom = "Keep a copy of the database as it is, and tell the data protection officer."
        return f"{_many(found, 'thing does', 'things do')} not hold. {whom}"
    told = f"The record holds: {_many(evidence.total, 'entry', 'entries')} follow from each other."
    last = max((*evidence.kept, *evidence.outside), key=lambda anchor: anchor.day, default=None)
    if last is None:
        return f"{told}\nThere is no anchor yet: that entries were taken away from the end would not show."
    whose = f"signed with {public_key_as_text(last.public_key)}" if last.signature else "not signed"
    return (
        f"{told}\n{_anchors(evidence.kept)}; the last of {_day(last)}, over {last.streams:,} cases and letters:"
        f" {short(last.digest)}, {whose}.\n{_many(evidence.promises.newer, 'entry', 'entries')} came after it."
    )


def _anchors(found: Sequence[Anchored]) -> str:
    return _many(len(found), "anchor", "anchors")


def _many(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _day(anchor: Anchored) -> str:
    return f"{anchor.day:%a %-d %b %Y}"


def _watched(entries: Iterable[Mapping[str, Any]], total: int) -> Iterator[Mapping[str, Any]]:
    """The entries, while a bar grows with them."""
    progress, reading, done = Progress("entries"), iter(entries), 0
    while some := list(islice(reading, STEP)):
        progress(done, max(total, done + 1))
        yield from some
        done += len(some)
    progress.clear()
