"""The record: entries that are only ever added, each chained to the one before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from bot.domain import chain
from bot.domain.calendar import london_date
from bot.domain.chain import digest
from bot.domain.claims import Claim
from bot.domain.clocks import Happening
from bot.domain.errors import NotNow
from bot.domain.facts import FACTS
from bot.domain.terms import EntryKind, RuleId
from bot.turn import Turn
from storage.add import add_rows, record_of
from storage.columns import columns
from storage.crypto import open_with, seal_with
from storage.look import look, whole
from storage.tables import Case, Child, Enquiry, Entry, Person

FIRST = chain.FIRST
"""What the first entry of a stream is chained to."""

NEWEST = 5_000
"""More entries than any ten minutes bring."""

NOTHING: Mapping[str, Any] = {}
ERASED = "[erased]"
"""What stands where words did, once their key is destroyed."""

ENTRY = columns(Entry)
OF_STREAM = ENTRY.stream == bindparam("stream")
WHOLE = whole(Entry).where(OF_STREAM).order_by(ENTRY.number)
CHILDS_KEY = select(columns(Child).wrapped_key).where(columns(Child).id == bindparam("child"))
LAST = select(ENTRY.number, ENTRY.digest).where(OF_STREAM).order_by(ENTRY.number.desc()).limit(1)

CLAIMED_DAYS = ("gives", "aim", "starts", "ends", "told")
"""The days that an exception's entry may hold."""


@dataclass(frozen=True)
class New:
    """An entry about to be recorded. `words` is what a person typed: it is sealed."""

    kind: EntryKind
    on: date
    request_id: int | None = None
    clear: Mapping[str, Any] = field(default_factory=dict, hash=False)
    words: str = field(default="", repr=False)
    supersedes: int | None = None


def stream_of(record: Case | Enquiry) -> str:
    return f"{'case' if isinstance(record, Case) else 'enquiry'}:{record.id}"


def record(turn: Turn, about: Case | Enquiry, *new: New) -> list[Entry]:
    """Add entries to the record of a case or an enquiry, in order, where nothing hangs on what is there already."""
    last = turn.db.execute(LAST, {"stream": stream_of(about)}).first()
    return record_after(turn, about, new, last=(last.number, last.digest) if last else (0, FIRST))


def end_of(entries: Sequence[Entry]) -> tuple[int, bytes]:
    """What the next entry is chained to, where it follows from a whole record that was read before.

    Had somebody added one since, the next one's number is taken and nothing is kept: the line is tried again on the
    record as it stands then. On PostgreSQL two lines may be at work on one case; on SQLite they stand in line.
    """
    return entries[-1].number, entries[-1].digest


def record_after(
    turn: Turn, about: Case | Enquiry, new: Sequence[New], *, last: tuple[int, bytes], key: bytes | None = None
) -> list[Entry]:
    """Add entries after the one with this number and digest: one statement, however many.

    `key` is what words are sealed under, where the caller has it at hand.
    """
    number, previous = last
    rows: list[dict[str, Any]] = []
    if key is None and any(entry.words for entry in new):
        key = _key_of(turn, about)
        if key is None:
            raise NotNow(
                f"{about.reference} has been erased from the record: nothing can be written about it any more."
            )
    numbers = _numbers(turn, [one.supersedes for one in new if one.supersedes])
    for place, one in enumerate(new, start=number + 1):
        rows.append(_row(turn, about, one, place, previous, key, struck=numbers.get(one.supersedes)))
        previous = rows[-1]["digest"]
    return add_rows(turn.db, Entry, rows)


def _numbers(turn: Turn, ids: Sequence[int]) -> Mapping[int | None, int]:
    """The number of each of these entries, by its id."""
    found = select(ENTRY.id, ENTRY.number).where(ENTRY.id.in_(ids))
    return {row.id: row.number for row in turn.db.execute(found)} if ids else {}


def _row(
    turn: Turn,
    about: Case | Enquiry,
    new: New,
    number: int,
    previous: bytes,
    key: bytes | None,
    *,
    struck: int | None = None,
) -> dict[str, Any]:
    """`struck` is the number of the entry that it supersedes."""
    stream = stream_of(about)
    row: dict[str, Any] = {
        "stream": stream,
        "number": number,
        "case_id": about.id if isinstance(about, Case) else None,
        "enquiry_id": about.id if isinstance(about, Enquiry) else None,
        "request_id": new.request_id,
        "kind": new.kind,
        "happened_on": new.on,
        "clear": dict(new.clear),
        "sealed": seal_with(key, {"words": new.words}, f"{stream}/{number}") if new.words and key else None,
        "supersedes": new.supersedes,
        "recorded_by": turn.who.id if turn.who else None,
        "recorded_at": turn.now,
        "previous": previous,
    }
    return row | {"digest": digest(row, previous, struck)}


def supposed(turn: Turn, about: Case | Enquiry, new: New, *, after: Entry) -> Entry:
    """An entry as it would stand, for asking what would follow from it. It is not recorded."""
    return record_of(Entry, _row(turn, about, new, after.number + 1, after.digest, None))


def entries_of(db: Session, about: Case | Enquiry) -> list[Entry]:
    """The whole record: entries are only looked at once they are there."""
    return look(db, Entry, WHOLE, {"stream": stream_of(about)})


def last_by(db: Session, person: Person, kinds: Collection[EntryKind], *, since: datetime) -> str:
    """The stream that this person added such an entry to last; empty where that was before `since`.

    Only the newest entries of all are looked at: so many come in no ten minutes.
    """
    newest = select(func.max(ENTRY.id)).scalar_subquery()
    mine = (ENTRY.recorded_by == person.id) & (ENTRY.recorded_at >= since) & ENTRY.kind.in_(kinds)
    found = select(ENTRY.stream).where(ENTRY.id > newest - NEWEST, mine).order_by(ENTRY.id.desc()).limit(1)
    return str(db.execute(found).scalar() or "")


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that still hold: none that a later one supersedes."""
    gone = {entry.supersedes for entry in entries if entry.supersedes}
    return [entry for entry in entries if entry.id not in gone]


def began(entries: Sequence[Entry]) -> date:
    """The day from which a case or a letter counts; where that lies ahead, the day it was opened."""
    first = next(e for e in standing(entries) if e.kind is entries[0].kind)
    return min(first.happened_on, london_date(first.recorded_at))


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
        if entry.kind in FACTS
    ]


def claims(entries: Sequence[Entry]) -> list[Claim]:
    """The exceptions, extensions and given dates that hold, in the order in which they came on record."""
    if not any(entry.kind is EntryKind.EXCEPTION_CLAIMED for entry in entries):
        return []
    held = standing(entries)
    told = {e.clear["claim"]: e.happened_on for e in held if e.kind is EntryKind.FAMILY_TOLD}
    return [_claim(entry, told.get(entry.number)) for entry in held if entry.kind is EntryKind.EXCEPTION_CLAIMED]


def _claim(entry: Entry, told: date | None) -> Claim:
    clear = entry.clear
    days = {name: date.fromisoformat(clear[name]) for name in CLAIMED_DAYS if clear.get(name)}
    if told:
        days["told"] = told
    return Claim(
        ground=clear["ground"],
        rules=tuple(RuleId(rule) for rule in clear["rules"]),
        recorded_on=london_date(entry.recorded_at),
        entry=entry.number,
        instance=entry.request_id,
        pauses=bool(clear.get("pauses")),
        aims_at=RuleId(clear["aims_at"]) if clear.get("aims_at") else None,
        **days,
    )


def recorded_at(entries: Sequence[Entry], number: int) -> datetime:
    return next(entry.recorded_at for entry in entries if entry.number == number)


def words_of(turn: Turn, about: Case | Enquiry, entry: Entry) -> str:
    """What a person typed with an entry, opened, or that it was erased. The caller has checked that they may know."""
    if entry.sealed is None:
        return ""
    key = _key_of(turn, about)
    return ERASED if key is None else str(open_with(key, entry.sealed, f"{entry.stream}/{entry.number}")["words"])


def _key_of(turn: Turn, about: Case | Enquiry) -> bytes | None:
    """The child's key, or the letter's own; None once it is destroyed."""
    if isinstance(about, Case):
        wrapped = turn.db.execute(CHILDS_KEY, {"child": about.child_id}).scalar()
    else:
        wrapped = about.wrapped_key
    return turn.vault.unwrap(wrapped) if wrapped else None
