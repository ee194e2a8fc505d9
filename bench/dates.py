"""Officers, and cases of theirs with a date that is to be looked at at a given moment: what a sweep finds ripe."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from bot.domain.terms import Agency, AskedBy, CaseStatus, ClockState, Nature, Platform, Process, Role
from storage.add import add_all
from storage.tables import Case, Child, Connection, Deadline, Identity, Person

MORNING = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""A Tuesday. Every date is fourteen days ahead: the first rung of the ladder, for the owner, has spoken at nine."""
LEGAL = date(2026, 12, 8)
STARTED = datetime(2026, 10, 27, 10, tzinfo=UTC)
FIRST = 1_000_000
"""The id of the first of these cases: others may be there already, and come later."""


def connect(db: Session, outside_id: str) -> int:
    """A workspace of the council's; its id."""
    connection = Connection(platform=Platform.SLACK, outside_id=outside_id, name="Council")
    db.add(connection)
    db.flush()
    return connection.id or 0


def hire(db: Session, connection: int, officers: int, first: int = 0) -> list[int]:
    """So many officers with an account each; their ids."""
    numbers = range(first, first + officers)
    people = [
        Person(email=f"officer{n}@council.example", name=f"Officer {n}", agency=Agency.EDUCATION, role=Role.OFFICER)
        for n in numbers
    ]
    add_all(db, people)
    accounts = [
        Identity(person_id=person.id or 0, connection_id=connection, account=f"U{n:07}", heard_at=STARTED)
        for n, person in zip(numbers, people, strict=True)
    ]
    add_all(db, accounts)
    return [person.id or 0 for person in people]


def owe(
    db: Session,
    owners: Sequence[int],
    moments: Sequence[datetime],
    *,
    first: int = FIRST,
    dates: int = 1,
    legal: date = LEGAL,
) -> None:
    """A case for each of these moments, by turns of each owner, whose first date is looked at then.

    Of its `dates`, all `legal`, the others are looked at on later days.
    """
    numbers = range(first, first + len(moments))
    children = [{"id": each, "sealed": b"", "wrapped_key": None, "added_at": STARTED} for each in numbers]
    cases = [_case(number, owners[place % len(owners)]) for place, number in enumerate(numbers)]
    deadlines = [
        _deadline(number, place, legal, at + timedelta(days=10 * place))
        for number, at in zip(numbers, moments, strict=True)
        for place in range(dates)
    ]
    for table, rows in ((Child, children), (Case, cases), (Deadline, deadlines)):
        db.execute(insert(table), rows)


def _case(number: int, owner: int) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"SEND-2026-{number}",
        "year": 2026,
        "number": number,
        "child_id": number,
        "process": Process.NEW_ASSESSMENT,
        "asked_by": AskedBy.PARENT,
        "owner_id": owner,
        "status": CaseStatus.OPEN,
        "restricted": False,
        "opened_at": STARTED,
        "stage": "",
    }


def _deadline(number: int, place: int, legal: date, at: datetime) -> dict[str, Any]:
    return {
        "stream": f"case:{number}",
        "case_id": number,
        "rule": "ehcna_decide",
        "rule_version": "1",
        "instance": place,
        "agency": Agency.EDUCATION,
        "nature": Nature.DUTY,
        "information": False,
        "presumed": False,
        "started_on": STARTED.date(),
        "legal": legal,
        "safe": legal,
        "exception": "",
        "state": ClockState.RUNNING,
        "recorded_at": STARTED,
        "ladder": "council",
        "ladder_version": 1,
        "next_at": at,
    }
