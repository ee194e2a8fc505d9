"""Entries as they are stored, for checking and for export: nothing is opened, and nothing is taken for granted.

Somebody may have written anything into the database, a kind that there is not or a date that is none. Each value is
read as text, so that it is told as a fault of the record and not of the one who reads it.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Text, cast, func, select
from sqlmodel import Session

from storage.columns import columns
from storage.tables import Entry

BATCH = 2_000
"""Rows fetched in one go."""

ENTRY = columns(Entry)
AS_TEXT = ("kind", "happened_on", "clear", "recorded_at")
SEALED = ("sealed", "previous", "digest")
PLAIN = ("id", "case_id", "enquiry_id", "request_id", "stream", "number", "supersedes", "recorded_by")
STORED = (
    select(*(ENTRY[name] for name in (*PLAIN, *SEALED)), *(cast(ENTRY[name], Text).label(name) for name in AS_TEXT))
    .order_by(ENTRY.stream, ENTRY.number)
    .execution_options(yield_per=BATCH)
)


def how_many(db: Session) -> int:
    return db.execute(select(func.count()).select_from(ENTRY.id.table)).scalar_one()


def all_entries(db: Session) -> Iterator[dict[str, Any]]:
    """Every entry as an export holds it, stream by stream, each in the order of its numbers."""
    return (_plain(row) for row in db.execute(STORED))


def _plain(row: Row[Any]) -> dict[str, Any]:
    entry: dict[str, Any] = dict(row._mapping)
    for name in SEALED:
        value = entry[name]
        entry[name] = value.hex() if isinstance(value, bytes) else value
    return entry | {"clear": _clear(row.clear), "recorded_at": _moment(row.recorded_at)}


def _clear(text: Any) -> Any:
    """The typed values; the bare text where it is no JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return str(text)


def _moment(text: Any) -> str:
    """In UTC, as its digest has it; the bare text where it is no moment."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()
    except (TypeError, ValueError):
        return str(text)
