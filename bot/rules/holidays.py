"""bank_holidays.csv: which days are closed in which part of the kingdom."""

from collections.abc import Iterable
from datetime import date

from bot.domain.calendar import Calendar
from bot.domain.errors import BadSettings
from bot.rules.reading import Tables, rows

TABLE = "bank_holidays.csv"
COLUMNS = ("date", "divisions", "name", "announced")
DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")


def read_calendar(tables: Tables) -> Calendar:
    """The bank holidays. England's are those of the division "england-and-wales"."""
    england: dict[date, str] = {}
    anywhere: dict[date, str] = {}
    computed: set[int] = set()
    for cells in rows(tables, TABLE, COLUMNS):
        day, divisions = cells.day("date"), cells.list("divisions")
        if not divisions or not set(divisions) <= set(DIVISIONS):
            cells.wrong("divisions", f"must be of: {', '.join(DIVISIONS)}")
        if day in anywhere:
            cells.wrong("date", "is there twice")
        anywhere[day] = ", ".join([cells.text("name"), *_only_in(divisions)])
        if DIVISIONS[0] in divisions:
            england[day] = anywhere[day]
        if not cells.yes("announced"):
            computed.add(day.year)
    if not anywhere:
        raise BadSettings(f"{TABLE}:2: has no day, and every count needs its bank holidays")
    first, last = min(anywhere).year, max(anywhere).year
    announced = date(min(computed, default=last + 1) - 1, 12, 31)
    return Calendar(england, anywhere, date(first, 1, 1), date(last, 12, 31), announced)


def _only_in(divisions: Iterable[str]) -> list[str]:
    """The parts of the kingdom that a holiday which is none of England's belongs to: "Scotland"."""
    return [] if DIVISIONS[0] in divisions else [each.replace("-", " ").title() for each in divisions]
