"""The rows of a caseload, read and checked: everything wrong is noted on its row before anything is put in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.cases.children import Private
from bot.cases.rounds import Began
from bot.domain.clocks import Adviser
from bot.domain.facts import FACTS, STEPS, Asks, beginnings
from bot.domain.terms import AskedBy, EntryKind, Process, ResponseType
from bot.upkeep.caseload.beginning import began_column, day_in, identity, read_began, read_day
from bot.upkeep.caseload.columns import DETAILS, FACT_COLUMNS, NEEDED, ON_REQUEST, RESPONSE, STEPS_OF_ONE
from bot.upkeep.sheet import Row, read_sheet
from storage.tables import Person

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
    """What became of one request: for advice, or for a school's answer to a consultation."""

    service: Adviser
    days: Mapping[EntryKind, date]
    response: ResponseType


@dataclass(frozen=True, repr=False)
class Known:
    """One row that has nothing wrong. It has no repr: it names a child."""

    private: Private
    school: str
    phase: str
    """Of the school, as the register of schools has it; empty where the file does not say."""
    process: Process
    began: Began
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
        advice = [f"{each.id}_{part}" for each in self.services for part in (*STEPS_OF_ONE, RESPONSE)]
        return read_sheet(path, needed=NEEDED, optional=[*DETAILS, *FACT_COLUMNS, *advice])

    def read(self, row: Row) -> Known | None:
        """The row as a case; None where something is wrong with it, which is noted on the row."""
        process = row.word("process", Process) if row["process"] else Process.NEW_ASSESSMENT
        born = self._day(row, "born")
        began = read_began(row, process, self.today) if process else None
        self._check_birth(row, born, began)
        facts = self._facts(row, process, began) if process else {}
        advice = [self._advice(row, service, process, began) for service in self.services if process]
        asked = row["asked_by"] or process in ON_REQUEST
        asked_by = row.word("asked_by", AskedBy) if asked else AskedBy.OTHER
        owner, restricted = self._owner(row), _yes(row, "restricted")
        if row["school_phase"] and not row["school"]:
            row.bad("school", "is empty, though its phase is given")
        number, name = row.needed("record_number", longest=60), row.needed("name")
        if row.wrong or not (born and began and asked_by and owner and process):
            return None
        return Known(
            private=Private(name, born, number),
            school=row["school"],
            phase=row["school_phase"],
            process=process,
            began=began,
            asked_by=asked_by,
            owner=owner,
            restricted=restricted,
            note=row["note"],
            facts=facts,
            advice=[each for each in advice if each is not None],
        )

    def _day(self, row: Row, column: str, *, needed: bool = True, ahead: bool = False) -> date | None:
        """2026-10-19 or 19/10/2026, and not to come."""
        if needed and not row[column]:
            row.bad(column, "is empty")
        return day_in(row, column, None if ahead else self.today)

    def _after(self, row: Row, column: str, earliest: date | None, *, ahead: bool = False) -> date | None:
        day = self._day(row, column, needed=False, ahead=ahead)
        if day and earliest and day < earliest:
            row.bad(column, f"is before {earliest:%-d %B %Y}, which must come first")
        return day

    def _check_birth(self, row: Row, born: date | None, began: Began | None) -> None:
        if born and began and born > began.on:
            came = began.kind is EntryKind.REQUEST_RECEIVED
            row.bad("born", f"is after the day {'the request was received' if came else 'the case began'}")
        elif born and self.today.year - born.year > OLDEST:
            row.bad("born", f"is more than {OLDEST} years ago")

    def _facts(self, row: Row, process: Process, began: Began | None) -> dict[EntryKind, date]:
        """The days of the further facts, in the order in which they may come."""
        found: dict[EntryKind, date] = {}
        for column, kind in FACT_COLUMNS.items():
            if not row[column]:
                continue
            if process not in FACTS[kind].of:
                row.bad(column, f"is not recorded on this process: {process.label}")
            elif began and kind is began.kind:
                row.bad(column, f"is what the case began with: its day is in {began_column(row)} already")
            elif day := self._after(row, column, self._earliest(row, process, kind, began), ahead=FACTS[kind].ahead):
                found[kind] = day
        self._check_ruled_out(row, found)
        return found

    def _earliest(self, row: Row, process: Process, kind: EntryKind, began: Began | None) -> date | None:
        """The day before which a fact cannot be: that of what it comes of, or of the beginning of the case.

        What a case may begin with may be older than what it did begin with: a plan, than its last review.
        """
        first = [read_day(row[column]) for column, other in FACT_COLUMNS.items() if other in FACTS[kind].after]
        if began and not FACTS[began.kind].ahead and kind not in beginnings(process):
            first.append(began.on)
        return max((day for day in first if day), default=None)

    def _check_ruled_out(self, row: Row, found: Mapping[EntryKind, date]) -> None:
        for one, other in NOT_BOTH:
            if row[one] and row[other]:
                row.bad(other, f"cannot be there together with {one}")
        names = {kind: column for column, kind in FACT_COLUMNS.items()}
        said = {pair for one, other in NOT_BOTH for pair in ((one, other), (other, one))}
        for kind, day in found.items():
            for other in FACTS[kind].ruled_out_by & found.keys():
                if day >= found[other] and (names[kind], names[other]) not in said:
                    row.bad(names[kind], f"cannot come after {names[other]}")
                    said.add((names[other], names[kind]))

    def _advice(self, row: Row, service: Adviser, process: Process | None, began: Began | None) -> Advice | None:
        columns = {part: f"{service.id}_{part}" for part in (*STEPS_OF_ONE, RESPONSE)}
        if process is None or not any(row[column] for column in columns.values()):
            return None
        steps = STEPS[service.asks]
        if process not in FACTS[steps.asked].of:
            row.bad(columns["asked"], f"is not recorded on this process: {process.label}")
            return None
        if not row[columns["asked"]]:
            what = "advice" if service.asks is Asks.ADVICE else "consultation"
            row.bad(columns["asked"], f"is empty, though more is said of this {what}")
        earliest = began.on if began and not FACTS[began.kind].ahead else None
        asked = self._after(row, columns["asked"], earliest)
        days = {
            kind: day
            for part, kind in zip(STEPS_OF_ONE, steps, strict=True)
            if (day := self._after(row, columns[part], asked or earliest))
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


def _yes(row: Row, column: str) -> bool:
    if row[column].casefold() not in ("", "yes", "no"):
        row.bad(column, "must be yes or no, or empty")
    return row[column].casefold() == "yes"


def check_twice(rows: Sequence[Row], known: Sequence[Known | None]) -> None:
    """One record number has one case of a process from one day."""
    seen: dict[tuple[str, object], int] = {}
    for row, each in zip(rows, known, strict=True):
        if each is None:
            continue
        key = (row["record_number"].casefold(), identity(each.process, each.began))
        if (first := seen.setdefault(key, row.number)) != row.number:
            row.bad("record_number", f"is in row {first} too")
