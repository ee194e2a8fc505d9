"""References: drawn at random within the year, so that a gap tells nothing; read in any form a person writes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.errors import CannotRead
from bot.domain.terms import LetterKind
from bot.turn import Turn
from storage.add import add_unless_there
from storage.queries import add_new
from storage.tables import Case, Enquiry

CASE = "SEND"
LETTERS: Mapping[str, LetterKind] = {
    "MP": LetterKind.MP_LETTER,
    "COMP": LetterKind.COMPLAINT,
    "FOI": LetterKind.FOI,
    "SAR": LetterKind.SUBJECT_ACCESS,
}
"""What the reference of each kind of letter begins with."""

FOUR_DIGITS = range(1, 10_000)
FIVE_DIGITS = range(10_000, 100_000)


@dataclass(frozen=True)
class Written:
    """A reference as a person wrote it: a number, perhaps with its year and what it begins with."""

    number: int
    year: int | None = None
    prefix: str = ""


def read(text: str, *prefixes: str) -> Written:
    """SEND-2026-0042, 2026-0042, 0042, 42 or #42; a case's unless other prefixes are given. Else CannotRead."""
    known = prefixes or (CASE,)
    written = rf"#?(?:({'|'.join(known)})[- ]?)?(?:(20\d\d)[-/ ])?#?(\d{{1,5}})[.?!:]?"
    found = re.fullmatch(written, text.strip(), re.IGNORECASE)
    if found is None or not int(found[3]):
        raise CannotRead(f"“{text}” is not a reference. They look like {known[0]}-2026-0042, or just 0042.")
    return Written(int(found[3]), int(found[2]) if found[2] else None, (found[1] or "").upper())


def is_letters(text: str) -> bool:
    """Whether it is written as a letter's reference: MP-2026-0007, foi 7."""
    return re.match(rf"#?(?:{'|'.join(LETTERS)})(?![a-z])", text.strip(), re.IGNORECASE) is not None


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
    record.reference = say(_prefix(record), record.year, number)
    return add_unless_there(turn.db, record)


def _prefix(record: Case | Enquiry) -> str:
    return CASE if isinstance(record, Case) else next(one for one, kind in LETTERS.items() if kind is record.kind)


def _span(turn: Turn, record: Case | Enquiry) -> range:
    """What to draw from after a number that was somebody's. Half of four digits used: the year moves on to five."""
    table = type(record)
    used = turn.db.exec(select(func.count()).select_from(table).where(col(table.year) == record.year)).one()
    return FOUR_DIGITS if used < len(FOUR_DIGITS) // 2 else FIVE_DIGITS


def insert_all(turn: Turn, cases: Sequence[Case]) -> None:
    """Put many new cases in, each under a reference nobody has: a few statements, however many they are."""
    waiting = list(cases)
    while waiting:
        for case in waiting:
            case.year = turn.today.year
        span, numbers = _span(turn, waiting[0]), dict[int, None]()
        while len(numbers) < len(waiting):
            numbers[turn.draw(span)] = None
        for case, number in zip(waiting, numbers, strict=True):
            case.number, case.reference = number, say(CASE, case.year, number)
        ids = add_new(turn.db, Case, [case.model_dump(exclude={"id"}) for case in waiting], key="reference")
        for case in waiting:
            case.id = ids.get(case.reference)
        waiting = [case for case in waiting if case.id is None]
