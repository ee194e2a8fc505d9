"""References: drawn at random within the year, so that a gap tells nothing; read in any form a person writes."""

import re
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.errors import CannotRead
from bot.turn import Turn
from storage.add import add_unless_there
from storage.tables import Case, Enquiry

CASE, ENQUIRY = "SEND", "MP"

FOUR_DIGITS = 9_999
FIVE_DIGITS = 99_999


@dataclass(frozen=True)
class Written:
    """A reference as a person wrote it: a number, perhaps with its year."""

    number: int
    year: int | None = None


def read(text: str, prefix: str = CASE) -> Written:
    """SEND-2026-0042, 2026-0042, 0042, 42 or #42. Raises CannotRead for anything else."""
    found = re.fullmatch(rf"#?(?:{prefix}[- ]?)?(?:(20\d\d)[-/ ])?#?(\d{{1,5}})[.?!:]?", text.strip(), re.IGNORECASE)
    if found is None or not int(found[2]):
        raise CannotRead(f"“{text}” is not a reference. They look like {prefix}-2026-0042, or just 0042.")
    return Written(int(found[2]), int(found[1]) if found[1] else None)


def say(prefix: str, year: int, number: int) -> str:
    return f"{prefix}-{year}-{number:04d}"


def insert_with_reference(turn: Turn, record: Case | Enquiry) -> None:
    """Put a new case or enquiry in under a reference nobody has, drawn until a free one comes up."""
    table, prefix = (Case, CASE) if isinstance(record, Case) else (Enquiry, ENQUIRY)
    used = turn.db.exec(select(func.count()).select_from(table).where(col(table.year) == turn.today.year)).one()
    # Half of four digits used: a free one would take many draws, so the year moves on to five.
    span = range(1, FOUR_DIGITS + 1) if used < FOUR_DIGITS // 2 else range(FOUR_DIGITS + 1, FIVE_DIGITS + 1)
    record.year = turn.today.year
    while record.id is None:
        record.number = turn.draw(span)
        record.reference = say(prefix, record.year, record.number)
        add_unless_there(turn.db, record)
