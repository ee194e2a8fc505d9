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

FOUR_DIGITS = range(1, 10_000)
FIVE_DIGITS = range(10_000, 100_000)


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
    record.year, span = turn.today.year, FOUR_DIGITS
    while not _is_in(turn, record, turn.draw(span)):
        span = _span(turn, record)


def _is_in(turn: Turn, record: Case | Enquiry, number: int) -> bool:
    """Whether it went in under this number, which may be somebody's."""
    record.number = number
    record.reference = say(CASE if isinstance(record, Case) else ENQUIRY, record.year, number)
    return add_unless_there(turn.db, record)


def _span(turn: Turn, record: Case | Enquiry) -> range:
    """What to draw from after a number that was somebody's. Half of four digits used: the year moves on to five."""
    table = type(record)
    used = turn.db.exec(select(func.count()).select_from(table).where(col(table.year) == record.year)).one()
    return FOUR_DIGITS if used < len(FOUR_DIGITS) // 2 else FIVE_DIGITS
