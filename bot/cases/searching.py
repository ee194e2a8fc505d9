"""Looking for words in what people wrote: notes, what letters hold, how things ended.

There is no index of words: it would hold them in clear, and keep them once they are erased. The newest entries that the
asker may read are opened, so many at a time, and looked through.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.cases import visible
from bot.cases.children import plain
from bot.cases.finding import knows
from bot.cases.history import stream_of
from bot.domain.calendar import london_date
from bot.domain.errors import BadSettings
from bot.domain.sharing import Viewer
from bot.domain.terms import EntryKind, Kind, Outcome
from bot.turn import Turn
from storage.columns import columns
from storage.crypto import open_with
from storage.tables import Case, Child, Enquiry, Entry, Person

ENTRY = columns(Entry)
MOST_LOOKED = 3_000
"""Entries that are opened for one question: a fifth of a second's work."""
MOST_FOUND = 10
"""Entries that are shown at once."""
BESIDE = 70
"""Characters that are shown on each side of what was found."""
LEADING = frozenset(
    {"about", "for", "on", "with", "of", "the", "a", "an", "any", "that", "mentioning", "says", "saying"}
)
"""What somebody says before the words that are looked for: "search notes for the taxi"."""
ENDS = (EntryKind.CLOSED, EntryKind.MATTER_ADDED)
"""What says something in words of its own, though nobody wrote any."""


@dataclass(frozen=True, repr=False)
class Hit:
    """One entry in which all the words are."""

    reference: str
    kind: EntryKind
    on: date
    by: str
    words: str
    """The place where they are, and what is beside it."""


@dataclass(frozen=True, repr=False)
class Searched:
    """What was found, the newest first, and how far was looked."""

    hits: Sequence[Hit]
    records: int
    """How many cases and letters were looked through."""
    back_to: date | None
    """The day on which the oldest entry that was looked at was recorded; None where there was none."""
    before: int | None
    """The entry before which to look on; None where all was looked at."""


def search(
    turn: Turn,
    words: str,
    *,
    about: Case | Enquiry | None = None,
    before: int | None = None,
    looked: int = MOST_LOOKED,
    most: int = MOST_FOUND,
) -> Searched:
    """The newest entries with all of these words in them, of what the asker may read; `before` an entry, by id."""
    wanted, keys, hits = _wanted(words), dict[bytes, bytes](), list[Hit]()
    rows = turn.db.execute(_question(turn, about, before, looked)).all()
    read = list[Any]()
    for row in rows:
        read.append(row)
        if place := _place(_text(turn, row, keys), wanted):
            hits.append(Hit(row.reference, row.kind, row.happened_on, row.by or "the bot", place))
        if len(hits) == most:
            break
    is_more = len(read) < len(rows) or len(rows) == looked
    return Searched(
        hits=hits,
        records=len({row.reference for row in read}),
        back_to=london_date(read[-1].recorded_at) if read else None,
        before=read[-1].id if is_more and read else None,
    )


def _wanted(words: str) -> list[str]:
    """The words that have to be there, without what leads to them; all, where nothing else was said."""
    said = plain(words).split()
    return list(dropwhile(LEADING.__contains__, said)) or said


def _question(turn: Turn, about: Case | Enquiry | None, before: int | None, looked: int) -> Any:
    """Entries that hold words, each with the key that opens it, the newest first."""
    by = aliased(Person)
    own = col(by.agency) == turn.person.agency
    holds = or_(ENTRY.sealed.is_not(None), ENTRY.kind.in_(ENDS))
    mine = or_(
        and_(ENTRY.case_id.is_not(None), knows(turn, Kind.NOTES, own=own)),
        and_(ENTRY.enquiry_id.is_not(None), _letters(turn, own)),
    )
    fit = [holds, mine]
    fit += [ENTRY.stream == stream_of(about)] if about else []
    fit += [ENTRY.id < before] if before else []
    what = (ENTRY.id, ENTRY.stream, ENTRY.number, ENTRY.kind, ENTRY.clear, ENTRY.sealed)
    when: tuple[Any, ...] = (ENTRY.happened_on, ENTRY.recorded_at, col(by.name).label("by"))
    reference = func.coalesce(Case.reference, Enquiry.reference).label("reference")
    key = func.coalesce(Child.wrapped_key, Enquiry.wrapped_key).label("wrapped_key")
    return (
        select(*what, *when, reference, key)
        .select_from(Entry)
        .outerjoin(Case, col(Case.id) == ENTRY.case_id)
        .outerjoin(Child, col(Child.id) == Case.child_id)
        .outerjoin(Enquiry, col(Enquiry.id) == ENTRY.enquiry_id)
        .outerjoin(by, by.id == ENTRY.recorded_by)
        .where(*fit)
        .order_by(ENTRY.id.desc())
        .limit(looked)
    )


def _letters(turn: Turn, own: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on a letter whose words the asker may read: all, or what their own agency's people wrote."""
    person = turn.person
    reader = Viewer(person.agency, person.role, private=True)
    if reader.may_know(Kind.NOTES):
        return visible.enquiries(turn)
    return and_(visible.enquiries(turn), own) if reader.may_know(Kind.NOTES, person.agency) else false()


def _text(turn: Turn, row: Any, keys: dict[bytes, bytes]) -> str:
    """What stands in an entry in words; each key is unwrapped once."""
    parts = [*_in_clear(row)]
    if row.sealed is not None and row.wrapped_key is not None:
        with suppress(BadSettings):  # one that cannot be read keeps no other from being found
            if row.wrapped_key not in keys:
                keys[row.wrapped_key] = turn.vault.unwrap(row.wrapped_key)
            opened = open_with(keys[row.wrapped_key], row.sealed, f"{row.stream}/{row.number}")
            parts.append(str(opened.get("words", "")))
    return " · ".join(filter(None, parts))


def _in_clear(row: Any) -> Iterator[str]:
    """How it ended, or what the letter holds."""
    if row.kind is EntryKind.CLOSED and row.clear.get("outcome"):
        yield Outcome(row.clear["outcome"]).label
    if row.kind is EntryKind.MATTER_ADDED:
        yield str(row.clear.get("what", ""))


def _place(text: str, wanted: Sequence[str]) -> str:
    """What stands beside the first of the words, where all of them are there; else empty."""
    if not wanted or not all(word in plain(text) for word in wanted):
        return ""
    at = max(0, text.casefold().find(wanted[0]))
    start, end = max(0, at - BESIDE), at + len(wanted[0]) + BESIDE
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"
