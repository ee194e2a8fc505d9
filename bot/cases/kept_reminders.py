"""Reminders for a day to come, as the record keeps them: each an entry on the day on which it is to be told."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, literal_column, or_, select
from sqlalchemy import exists as there_is

from bot.cases import history
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Enquiry, Entry

LOOKS_BACK = timedelta(days=31)
"""How old a reminder may be that every look finds; the auditor looks further."""
AT_MOST = 500
SETTLED = (EntryKind.REMINDED, EntryKind.NOT_REMINDED)

OF = columns(Entry)
AFTER = OF.id.table.alias().c
TOLD = and_(AFTER.kind.in_(SETTLED), AFTER.clear["entry"].as_integer() == OF.number)
IS_SET = OF.kind == literal_column(f"'{EntryKind.REMINDER_SET.value}'")
"""In so many words: by a value that comes later SQLite would not use the index of these alone."""
WAITS = and_(IS_SET, ~there_is().where(AFTER.stream == OF.stream, or_(AFTER.supersedes == OF.id, TOLD)))
"""Neither taken back, nor told, nor found to be needed no more."""


def due(turn: Turn, *, however_old: bool = False) -> list[int]:
    """The ids of those whose day has come, the oldest first."""
    come = [OF.happened_on <= turn.today, *([] if however_old else [OF.happened_on > turn.today - LOOKS_BACK])]
    return [*turn.db.scalars(select(OF.id).where(WAITS, *come).order_by(OF.happened_on, OF.id).limit(AT_MOST))]


def of_person(turn: Turn, person_id: int) -> list[Entry]:
    """Those that somebody set, or is to be told, the nearest day first."""
    theirs = or_(OF.recorded_by == person_id, OF.clear["person"].as_integer() == person_id)
    found = select(Entry).where(WAITS, theirs, OF.happened_on > turn.today - LOOKS_BACK)
    return [*turn.db.scalars(found.order_by(OF.happened_on, OF.id).limit(AT_MOST))]


def that_wait(entries: Sequence[Entry]) -> list[Entry]:
    """Those of one record that are still to be told."""
    settled = {entry.clear["entry"] for entry in entries if entry.kind in SETTLED}
    standing = history.standing(entries)
    return [one for one in standing if one.kind is EntryKind.REMINDER_SET and one.number not in settled]


def about(turn: Turn, entry: Entry) -> Case | Enquiry:
    """The case or letter of an entry."""
    return turn.db.get_one(Case, entry.case_id) if entry.case_id else turn.db.get_one(Enquiry, entry.enquiry_id)
