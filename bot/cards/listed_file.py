"""Lists as a file for a spreadsheet: references and dates, no child."""

from collections.abc import Sequence

from bot.cards.dates import rule_of
from bot.cards.day import what_is_due
from bot.cards.exceptions import noted
from bot.cards.spreadsheet import csv_of
from bot.cases import lists
from bot.cases.lists import CasePage, Page
from bot.domain.message import Attachment, Message
from bot.turn import Turn
from storage.tables import Deadline

AS_FILE = 5000
"""The most lines one CSV file holds."""
DATES = ("kind", "legal date", "act by", "days left", "exception")


def dates_file(turn: Turn, page: Page) -> Message:
    """The whole list of dates."""
    rows = [
        (each.reference, what_is_due(turn, each.deadline, each.request), *_cells(turn, each.deadline), each.owner)
        for each in page.lines
    ]
    return _file(turn, ("reference", "what", *DATES, "owner"), rows, f"{page.total} dates as a file.")


def cases_file(turn: Turn, page: CasePage) -> Message:
    """The whole list of cases, each with its next date."""
    dates = lists.next_dates(turn, [each.case for each in page.lines])
    rows = []
    for each in page.lines:
        deadline, request = dates.get(each.case.id or 0, (None, None))
        what = (what_is_due(turn, deadline, request), *_cells(turn, deadline)) if deadline else ("",) * (len(DATES) + 1)
        rows.append((each.case.reference, each.case.stage, *what, each.owner))
    return _file(turn, ("reference", "stage", "next", *DATES, "owner"), rows, f"{page.total} cases as a file.")


def _cells(turn: Turn, deadline: Deadline) -> tuple[object, ...]:
    days = (deadline.legal - turn.today).days
    dates = (deadline.legal.isoformat(), deadline.safe.isoformat(), days)
    return rule_of(turn, deadline).kind.label, *dates, noted(turn, deadline)


def _file(turn: Turn, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], said: str) -> Message:
    name = f"referralbot-{turn.today.isoformat()}.csv"
    return Message(said, attachment=Attachment(name, csv_of(columns, rows)), private=True)
