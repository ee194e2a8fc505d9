"""The rows of a caseload, read and checked: everything wrong is noted on its row before anything is put in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.cases.children import Private
from bot.domain.clocks import Adviser
from bot.domain.terms import AskedBy, EntryKind, Process, ResponseType
from bot.upkeep.sheet import Row, read_sheet
from storage.tables import Person

NEEDED = ("record_number", "name", "born", "received", "asked_by", "owner")
DETAILS = ("school", "process", "restricted", "note")
FACTS = {
    "decision_to_assess_sent": EntryKind.DECISION_TO_ASSESS_SENT,
    "refusal_to_assess_sent": EntryKind.REFUSAL_TO_ASSESS_SENT,
    "draft_sent": EntryKind.DRAFT_SERVED,
    "refusal_to_issue_sent": EntryKind.REFUSAL_TO_ISSUE_SENT,
    "final_plan_sent": EntryKind.FINAL_PLAN_SENT,
}
ADVICE = {
    "asked": EntryKind.ADVICE_ASKED,
    "had": EntryKind.BODY_RECEIVED_REQUEST,
    "sent": EntryKind.ADVICE_SENT,
    "received": EntryKind.ADVICE_RECEIVED,
}
"""Of each service, the columns `health_asked`, `health_had` and so on; `health_response` beside them."""
RESPONSE = "response"
NOT_BOTH = (
    ("decision_to_assess_sent", "refusal_to_assess_sent"),
    ("draft_sent", "refusal_to_assess_sent"),
    ("final_plan_sent", "refusal_to_assess_sent"),
    ("final_plan_sent", "refusal_to_issue_sent"),
)
OLDEST = 120
"""Years: a birthday longer ago is a slip."""


@dataclass(frozen=True)
class Advice:
    """What became of one request for advice."""

    service: Adviser
    days: Mapping[EntryKind, date]
    response: ResponseType


@dataclass(frozen=True, repr=False)
class Known:
    """One row that has nothing wrong. It has no repr: it names a child."""

    private: Private
    school: str
    process: Process
    received: date
    asked_by: AskedBy
    owner: Person
    restricted: bool
    note: str
    facts: Mapping[EntryKind, date]
    advice: Sequence[Advice]


@dataclass(frozen=True)
class Reader:
    """What a row is read against: the services there are, who may own a case, and the day it is."""

    services: Sequence[Adviser]
    owners: Mapping[str, Person]
    today: date

    def rows(self, path: Path) -> list[Row]:
        advice = [f"{each.id}_{part}" for each in self.services for part in (*ADVICE, RESPONSE)]
        return read_sheet(path, needed=NEEDED, optional=[*DETAILS, *FACTS, *advice])

    def read(self, row: Row) -> Known | None:
        """The row as a case; None where something is wrong with it, which is noted on the row."""
        born, received = self._day(row, "born"), self._day(row, "received")
        self._check_birth(row, born, received)
        facts = {kind: day for column, kind in FACTS.items() if (day := self._after(row, column, received))}
        for one, other in NOT_BOTH:
            if row[one] and row[other]:
                row.bad(other, f"cannot be there together with {one}")
        advice = [self._advice(row, service, received) for service in self.services]
        process = row.word("process", Process) if row["process"] else Process.NEW_ASSESSMENT
        asked_by, owner, restricted = row.word("asked_by", AskedBy), self._owner(row), _yes(row, "restricted")
        number, name = row.needed("record_number", longest=60), row.needed("name")
        if row.wrong or not (born and received and asked_by and owner and process):
            return None
        return Known(
            private=Private(name, born, number),
            school=row["school"],
            process=process,
            received=received,
            asked_by=asked_by,
            owner=owner,
            restricted=restricted,
            note=row["note"],
            facts=facts,
            advice=[each for each in advice if each is not None],
        )

    def _day(self, row: Row, column: str, *, needed: bool = True) -> date | None:
        """2026-10-19 or 19/10/2026, and not to come."""
        text = row[column]
        if not text:
            if needed:
                row.bad(column, "is empty")
            return None
        day = read_day(text)
        if day is None:
            row.bad(column, "is not a date such as 2026-10-19 or 19/10/2026")
        elif day > self.today:
            row.bad(column, "is still to come")
        return day

    def _after(self, row: Row, column: str, earliest: date | None) -> date | None:
        day = self._day(row, column, needed=False)
        if day and earliest and day < earliest:
            row.bad(column, f"is before {earliest:%-d %B %Y}, which must come first")
        return day

    def _check_birth(self, row: Row, born: date | None, received: date | None) -> None:
        if born and received and born > received:
            row.bad("born", "is after the day the request was received")
        elif born and self.today.year - born.year > OLDEST:
            row.bad("born", f"is more than {OLDEST} years ago")

    def _advice(self, row: Row, service: Adviser, received: date | None) -> Advice | None:
        columns = {part: f"{service.id}_{part}" for part in (*ADVICE, RESPONSE)}
        if not any(row[column] for column in columns.values()):
            return None
        if not row[columns["asked"]]:
            row.bad(columns["asked"], "is empty, though more is said of this advice")
        asked = self._after(row, columns["asked"], received)
        days = {
            kind: day for part, kind in ADVICE.items() if (day := self._after(row, columns[part], asked or received))
        }
        return Advice(service, days, self._response(row, columns))

    def _response(self, row: Row, columns: Mapping[str, str]) -> ResponseType:
        if not row[columns[RESPONSE]]:
            return ResponseType.FULL
        if not row[columns["received"]]:
            row.bad(columns["received"], "is empty, though its response is given")
        return row.word(columns[RESPONSE], ResponseType) or ResponseType.FULL

    def _owner(self, row: Row) -> Person | None:
        owner = self.owners.get(row.needed("owner", longest=320).casefold())
        if row["owner"] and owner is None:
            row.bad("owner", "is not the e-mail address of an officer or manager on the staff list")
        return owner


def check_twice(rows: Sequence[Row]) -> None:
    """One record number has one case of a process."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["record_number"].casefold(), row["process"].casefold() or Process.NEW_ASSESSMENT.value)
        if row["record_number"] and (first := seen.setdefault(key, row.number)) != row.number:
            row.bad("record_number", f"is in row {first} too")


def read_day(text: str) -> date | None:
    """A date with its year: a file is read long after it was written, so nothing is guessed."""
    try:
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def _yes(row: Row, column: str) -> bool:
    if row[column].casefold() not in ("", "yes", "no"):
        row.bad(column, "must be yes or no, or empty")
    return row[column].casefold() == "yes"
