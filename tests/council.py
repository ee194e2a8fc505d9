"""A small council in real rows: one Slack, one Teams, a page; a few people, rooms, cases and clocks."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, select

from bot.domain.calendar import Calendar
from bot.domain.terms import (
    Agency,
    AskedBy,
    ClockState,
    EntryKind,
    Nature,
    Platform,
    Process,
    Role,
)
from bot.rules import Rules, load_rules
from bot.turn import Turn
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import (
    Absence,
    Case,
    Child,
    Connection,
    Deadline,
    Enquiry,
    Entry,
    Identity,
    Nudge,
    Person,
    Post,
    Room,
)

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
RULES = load_rules()
VAULT = Vault(new_key())
SLACK, TEAMS, PAGE = 1, 2, 3


def at(text: str) -> datetime:
    """A moment from '2026-10-19 09:00', in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Council:
    """Rows made with as few words as a test can bear. Each method commits."""

    store: Store
    rules: Rules = RULES
    vault: Vault = VAULT
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        platforms = (Platform.SLACK, Platform.TEAMS, Platform.PAGE)
        self.add(*(Connection(platform=one, outside_id=one.value, name=one.value) for one in platforms))

    @property
    def calendar(self) -> Calendar:
        return self.rules.calendar

    def add(self, *rows: SQLModel) -> None:
        with self.store.transaction() as db:
            for row in rows:
                db.add(row)
                db.flush()

    def all(self, table: type[Any], *where: Any) -> list[Any]:
        with self.store.reading() as db:
            rows = list(db.exec(select(table).where(*where).order_by(table.id)))
            db.expunge_all()
            return rows

    def posts(self, *where: Any) -> list[Post]:
        return self.all(Post, *where)

    def nudges(self, *where: Any) -> list[Nudge]:
        return self.all(Nudge, *where)

    def turn(self, db: Session, now: datetime) -> Turn:
        return Turn(db, now, self.rules, self.vault)

    def person(self, name: str, *, manager: Person | None = None, on: int | None = SLACK, **more: Any) -> Person:
        """A member of staff with an account on one connection; `on=None` for one that no chat knows."""
        email = f"{name.lower()}@council.example"
        values = {"agency": Agency.EDUCATION, "role": Role.OFFICER, **more}
        person = Person(email=email, name=name, manager_id=manager.id if manager else None, **values)
        self.add(person)
        if on is not None:
            self.account(person, on)
        return person

    def account(self, person: Person, on: int, *, heard_at: datetime = LONG_AGO) -> None:
        account = f"{person.name.lower()}-{on}"
        self.add(
            Identity(person_id=person.id, connection_id=on, account=account, place=f"dm-{account}", heard_at=heard_at)
        )

    def away(self, person: Person, first: date, last: date, deputy: Person | None = None) -> None:
        deputy_id = deputy.id if deputy else None
        self.add(Absence(person_id=person.id, first_day=first, last_day=last, deputy_id=deputy_id))

    def room(self, agency: Agency | None, *, on: int = SLACK) -> Room:
        name = agency.value if agency else "administrators"
        number = self.numbers[name] = self.numbers.get(name, 0) + 1
        room = Room(connection_id=on, place=f"{name}-{number}", name=name, agency=agency, bound_at=LONG_AGO)
        self.add(room)
        return room

    def case(self, owner: Person | None = None, **more: Any) -> Case:
        child = Child(sealed=b"sealed", wrapped_key=b"wrapped", added_at=LONG_AGO)
        self.add(child)
        number = self.numbers["case"] = self.numbers.get("case", 0) + 1
        more = {"process": Process.NEW_ASSESSMENT, **more}
        case = Case(
            reference=f"SEND-2026-{number:04}",
            year=2026,
            number=number,
            child_id=child.id,
            asked_by=AskedBy.PARENT,
            owner_id=owner.id if owner else None,
            opened_at=LONG_AGO,
            **more,
        )
        self.add(case)
        return case

    def clock(
        self, about: Case | Enquiry, legal: date, *, started_on: date, ladder: str = "council", **more: Any
    ) -> Deadline:
        """A running duty; it is looked at from the start."""
        number = self.numbers["clock"] = self.numbers.get("clock", 0) + 1
        recorded_at = datetime.combine(started_on, datetime.min.time(), UTC) + timedelta(hours=10)
        values: dict[str, Any] = {
            "rule": "final_plan",
            "rule_version": "1",
            "nature": Nature.DUTY,
            "state": ClockState.RUNNING,
            "safe": self.calendar.working_day_on_or_before(legal),
            "recorded_at": recorded_at,
            "next_at": recorded_at,
            "instance": number,
            **more,
        }
        of = "case" if isinstance(about, Case) else "enquiry"
        values |= {"stream": f"{of}:{about.id}", f"{of}_id": about.id}
        clock = Deadline(legal=legal, started_on=started_on, ladder=ladder, **values)
        self.add(clock)
        return clock

    def snooze(self, case: Case, deadline: Deadline | str, until: date, *, now: datetime, **more: Any) -> Entry:
        """The entry that `snooze` records; `more` for another that quietens."""
        number = self.numbers["entry"] = self.numbers.get("entry", 0) + 1
        which = deadline if isinstance(deadline, str) else deadline.id
        what = {"kind": EntryKind.SNOOZED, "clear": {"deadline_id": which, "until": until.isoformat()}, **more}
        entry = Entry(
            stream=f"case:{case.id}",
            number=number,
            case_id=case.id,
            happened_on=now.date(),
            recorded_at=now,
            previous=b"",
            digest=b"",
            **what,
        )
        self.add(entry)
        return entry
