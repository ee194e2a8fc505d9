"""The staff list from a CSV file: all of it goes in, or none and a report of what to mend."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.sharing import COUNCIL, COUNCIL_ROLES
from bot.domain.terms import Agency, Role
from bot.upkeep.sheet import Row, Wrong, everything_wrong, read_sheet
from storage.tables import Person, Setting

NEEDED = ("name", "email", "agency", "role", "manager")
OPTIONAL = ("school",)


@dataclass(frozen=True)
class Report:
    """What an import did, or would have done. Where something is wrong, nothing was."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: Sequence[Wrong] = ()

    def __str__(self) -> str:
        if self.wrong:
            return "\n".join((*map(str, self.wrong), f"{len(self.wrong)} to mend; nothing was imported."))
        return f"{self.added} added, {self.changed} changed, {self.unchanged} as they were."


@dataclass(frozen=True)
class Entry:
    """One row as it was read; complete where the row has nothing wrong."""

    row: Row
    name: str
    email: str
    agency: Agency | None
    role: Role | None
    manager: str
    school: str


def import_people(db: Session, path: Path) -> Report:
    """Add the people of a file, or bring those known by their e-mail up to date. Nobody is taken away."""
    rows = read_sheet(path, needed=NEEDED, optional=OPTIONAL)
    entries = [_read(row) for row in rows]
    known = {person.email: person for person in db.exec(select(Person))}
    _check_emails(entries)
    _check_managers(entries, known)
    if wrong := everything_wrong(rows):
        return Report(wrong=wrong)
    return _write(db, entries, known)


def _read(row: Row) -> Entry:
    email = row.needed("email", longest=320)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        row.bad("email", "is not an e-mail address")
    role = row.word("role", Role)
    if row["school"] and role is not Role.CONTRIBUTOR:
        row.bad("school", "is for a school's own contributor; leave it empty for anyone else")
    agency = row.word("agency", Agency)
    if agency and agency not in COUNCIL and role in COUNCIL_ROLES:
        row.bad("role", "is for the council's own staff: a partner's are contributors, and may have a manager")
    return Entry(
        row=row,
        name=row.needed("name"),
        email=email.casefold(),
        agency=agency,
        role=role,
        manager=row["manager"].casefold(),
        school=row["school"],
    )


def _check_emails(entries: Sequence[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        first = seen.setdefault(entry.email, entry.row.number)
        if entry.email and first != entry.row.number:
            entry.row.bad("email", f"is in row {first} too")


def _check_managers(entries: Sequence[Entry], known: Mapping[str, Person]) -> None:
    """A manager is in the file or known already, and is not managed by those they manage."""
    by_id = {person.id: email for email, person in known.items()}
    above = {email: by_id.get(person.manager_id, "") for email, person in known.items()}
    above |= {entry.email: entry.manager for entry in entries}
    for entry in entries:
        if entry.manager and entry.manager not in above:
            entry.row.bad("manager", "is neither in this file nor on the staff list: give their e-mail address")
        elif entry.manager and _is_above_itself(entry.email, above):
            entry.row.bad("manager", "makes a ring: going up from this person comes back to them")


def _is_above_itself(email: str, above: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    current = above.get(email, "")
    while current and current != email and current not in seen:
        seen.add(current)
        current = above.get(current, "")
    return current == email


def _write(db: Session, entries: Sequence[Entry], known: Mapping[str, Person]) -> Report:
    """People first, then who manages whom: a manager may stand further down the file."""
    before = {email: person.model_dump() for email, person in known.items()}
    schools = {school.name.casefold(): school for school in db.exec(select(Setting).order_by(col(Setting.id)))}
    people = dict(known)
    for entry in entries:
        people[entry.email] = _fill(db, known.get(entry.email), entry, _school(db, entry.school, schools))
    db.flush()
    for entry in entries:
        people[entry.email].manager_id = people[entry.manager].id if entry.manager else None
    db.flush()
    again = [entry.email for entry in entries if entry.email in known]
    changed = sum(people[email].model_dump() != before[email] for email in again)
    return Report(len(entries) - len(again), changed, len(again) - changed)


def _fill(db: Session, known: Person | None, entry: Entry, school: int | None) -> Person:
    values: dict[str, Any] = {"name": entry.name, "email": entry.email, "agency": entry.agency, "role": entry.role}
    person = (known or Person(**values)).sqlmodel_update({**values, "setting_id": school, "active": True})
    db.add(person)
    return person


def _school(db: Session, name: str, schools: dict[str, Setting]) -> int | None:
    if not name:
        return None
    if name.casefold() not in schools:
        schools[name.casefold()] = Setting(name=name)
        db.add(schools[name.casefold()])
        db.flush()
    return schools[name.casefold()].id
