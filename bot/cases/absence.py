"""Leave, and the weekdays that people work: who covers, and until when. It changes who hears, never when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, func, select

from bot.cases import posts, staff, visible
from bot.cases.enquiries import OWNERS
from bot.cases.recipients import WEEKDAYS
from bot.domain.calendar import ONE_DAY
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotAllowed, NotNow
from bot.domain.sentences import listed
from bot.domain.terms import CaseStatus, Notice, Role
from bot.turn import Turn
from storage.queries import accounts_of
from storage.tables import Absence, Case, Pattern, Person

LONGEST = timedelta(days=366)
NAMES = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"}


@dataclass(frozen=True)
class Gap:
    """What somebody who covers can't do: see restricted cases (those that the asker sees), be reached, be there."""

    restricted: int = 0
    unreachable: bool = False
    away_too: bool = False


@dataclass(frozen=True)
class Leave:
    """One leave on record: whose, its first and last day, and who covers, if anybody."""

    name: str
    first: date
    last: date
    cover: str = ""


def away(turn: Turn, person: Person, first: date, last: date, cover: Person | None) -> Gap:
    """Put leave on record. Of several at once, one that somebody covers counts, and what was said last."""
    must_be_theirs(turn, person)
    if last < first:
        raise CannotRead("The last day is before the first. Check both.", "until")
    if last < turn.today:
        raise CannotRead("That is over already: nothing would change.", "until")
    if last - first > LONGEST:
        raise CannotRead("That is more than a year. Hand the cases over instead: hand over all", "until")
    check_cover(turn, person, cover)
    turn.db.add(
        Absence(person_id=person.id or 0, first_day=first, last_day=last, deputy_id=cover.id if cover else None)
    )
    turn.db.flush()
    if cover is not None and cover.id != turn.person.id:
        about = {"person_id": person.id, "first": first.isoformat(), "last": last.isoformat()}
        posts.tell(turn, cover.id or 0, Notice.COVERS, about=about)
    return _gap(turn, person, cover, first, last)


def back(turn: Turn, person: Person) -> list[Absence]:
    """End the leave of today; where there is none, take out what lies ahead. What it was, soonest first."""
    must_be_theirs(turn, person)
    known = absences(turn, person)
    today = [one for one in known if one.first_day <= turn.today]
    for one in today or known:
        if one.first_day < turn.today:
            one.last_day = turn.today - ONE_DAY
            turn.db.add(one)
        else:
            turn.db.delete(one)
    if not known:
        raise NotNow(f"No leave of {_name(turn, person)} is on record.")
    turn.db.flush()
    return today or known


def absences(turn: Turn, person: Person) -> list[Absence]:
    """The leave of today and of days to come, the soonest first."""
    mine = (Absence.person_id == person.id, Absence.last_day >= turn.today)
    return list(turn.db.exec(select(Absence).where(*mine).order_by(col(Absence.first_day), col(Absence.id))))


def works(turn: Turn, person: Person, weekdays: Sequence[str], cover: Person | None) -> Gap:
    """Say on which weekdays somebody works, and who hears on the others; on all five nobody needs to."""
    must_be_theirs(turn, person)
    check_cover(turn, person, cover)
    if not weekdays:
        raise CannotRead("Name the weekdays, for example: works Priya Mon Tue Wed", "days")
    pattern = turn.db.get(Pattern, person.id)
    if len(weekdays) == len(WEEKDAYS):
        if pattern is not None:
            turn.db.delete(pattern)
        return Gap()
    pattern = pattern or Pattern(person_id=person.id or 0, weekdays="")
    pattern.weekdays = " ".join(day for day in WEEKDAYS if day in weekdays)
    pattern.cover_id = cover.id if cover else None
    turn.db.add(pattern)
    turn.db.flush()
    return _gap(turn, person, cover, turn.today, turn.today)


def of_today(turn: Turn) -> dict[int, str]:
    """By person: "away until Mon 4 Jan 2027, Tom Reid covers", "works Mon, Tue, Wed, Tom Reid covers"."""
    names = {person.id: person.name for person in turn.db.exec(select(Person))}
    said: dict[int, list[str]] = {}
    for one in turn.db.exec(select(Pattern).order_by(col(Pattern.person_id))):
        days = ", ".join(day.title() for day in one.weekdays.split())
        said.setdefault(one.person_id, []).append(f"works {days}{_covers(names.get(one.cover_id))}")
    ahead = select(Absence).where(Absence.last_day >= turn.today)
    for leave in turn.db.exec(ahead.order_by(col(Absence.first_day), col(Absence.id))):
        starts = f" from {say_day(leave.first_day, turn.today)}" if leave.first_day > turn.today else ""
        until = say_day(leave.last_day, turn.today)
        told = f"away{starts} until {until}{_covers(names.get(leave.deputy_id))}"
        said.setdefault(leave.person_id, []).append(told)
    return {person_id: "; ".join(told) for person_id, told in said.items()}


def of_days(turn: Turn, first: date, last: date | None, person: Person | None = None) -> list[Leave]:
    """The leave that touches these days, of all or of one person, the soonest first; without a last day, all ahead."""
    names = {one.id: one.name for one in turn.db.exec(select(Person).where(col(Person.active)))}
    touches = select(Absence).where(Absence.last_day >= first)
    touches = touches.where(Absence.first_day <= last) if last else touches
    touches = touches.where(Absence.person_id == person.id) if person else touches
    found = turn.db.exec(touches.order_by(col(Absence.first_day), col(Absence.id)))
    return [
        Leave(names[one.person_id], one.first_day, one.last_day, names.get(one.deputy_id, ""))
        for one in found
        if one.person_id in names
    ]


def pattern_of(turn: Turn, person: Person) -> tuple[list[str], str]:
    """The weekdays that somebody works, where that is not all five, and who covers on the others."""
    found = turn.db.get(Pattern, person.id)
    cover = turn.db.get(Person, found.cover_id) if found and found.cover_id else None
    return (found.weekdays.split() if found else [], cover.name if cover else "")


def _covers(name: str | None) -> str:
    return f", {name} covers" if name else ", nobody covers"


def must_be_theirs(turn: Turn, person: Person) -> None:
    """Refuses somebody else's leave, save to their managers and the administrators."""
    asker = turn.person
    mine = person.id == asker.id or asker.role is Role.ADMINISTRATOR
    if not (mine or (asker.role is Role.MANAGER and person.id in staff.team_of(turn.db, asker))):
        raise NotAllowed(f"{person.name}'s managers and the administrators can say that. Ask one of them.")


def check_cover(turn: Turn, person: Person, cover: Person | None) -> None:
    """Refuses a person who can't stand in: oneself, or somebody whose work it is not."""
    if cover is not None and cover.id == person.id:
        raise CannotRead("Name somebody else: nobody covers for themselves.", "cover")
    if cover is not None and cover.role not in OWNERS:
        may = listed([turn.rules.people(role) for role in OWNERS])
        raise CannotRead(f"{cover.name} can't cover: that is for {may}.", "cover")


def _gap(turn: Turn, person: Person, cover: Person | None, first: date, last: date) -> Gap:
    if cover is None:
        return Gap()
    mine = (Case.owner_id == person.id, Case.status == CaseStatus.OPEN, col(Case.restricted), visible.cases(turn))
    hidden = turn.db.exec(select(func.count()).select_from(Case).where(*mine)).one()
    if cover.id in visible.restricted_to(turn, person.id):
        hidden = 0
    theirs = (Absence.person_id == cover.id, Absence.first_day <= last, Absence.last_day >= first)
    too = turn.db.exec(select(Absence.id).where(*theirs).limit(1)).first() is not None
    return Gap(hidden, not accounts_of(turn.db, cover.id or 0), too)


def _name(turn: Turn, person: Person) -> str:
    return "yours" if person.id == turn.person.id else person.name
