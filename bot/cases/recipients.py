"""Who hears: the person or the rooms that a reminder is for, and who hears instead when they are not there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot.cases import visible
from bot.cases.posts import administrators_room
from bot.domain.calendar import ONE_DAY
from bot.domain.terms import Agency, Hears
from bot.turn import Turn
from storage.queries import accounts_of, mail_of, rooms_of
from storage.tables import Absence, Pattern, Person

LINE = (Hears.ROOM, Hears.OWNER, Hears.MANAGER, Hears.HEAD)
"""From whoever is nearest to the work upwards: where one is not there, the next one hears."""
ALONE = "a restricted case is told to its owner and their manager alone"
HIGHEST = 5
"""How many managers are asked in turn, so that a circle in the staff list ends."""
AWAY = (
    select(Absence)
    .where(Absence.person_id == bindparam("person"))
    .where(Absence.first_day <= bindparam("today"), Absence.last_day >= bindparam("today"))
    .order_by(col(Absence.deputy_id).is_(None), col(Absence.id).desc())
)
WHOLE = 0
"""In place of a room and a person, in what was tried: nothing can be said on that connection."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Place:
    """Where a post goes: one room, or one person at one account."""

    connection_id: int
    room_id: int | None = None
    person_id: int | None = None
    by_mail: bool = False


@dataclass(frozen=True)
class Hearers:
    """Where a reminder is said; `why` says why there, where that is not plain. No places: nobody can be reached."""

    places: tuple[Place, ...]
    why: str = ""
    back: date | None = None
    """When they work again, where that is not today."""


class Recipients:
    """Who is there on this turn's day. Remembers what it looked up: make one for each batch.

    Where nobody can be reached in any chat, whoever can be mailed; not without `mail`.
    """

    def __init__(self, turn: Turn, *, mail: bool = True) -> None:
        self.turn = turn
        self._mailed = ByMail(turn) if mail else None
        self._rooms: dict[Agency, tuple[Place, ...]] = {}
        self._people: dict[tuple[int, tuple[int, ...] | None], Hearers] = {}

    def of(
        self, hears: Hears, *, owner_id: int | None, agency: Agency | None, restricted: bool, by: date | None = None
    ) -> Hearers:
        """Who hears what is meant for this role: else who stands above, the administrators, or at last who is below.

        Absence changes who hears, never when. What an owner could only read after `by`, the last day to act, their
        manager hears too.
        """
        told: dict[str, Any] = {"owner_id": owner_id, "agency": agency, "restricted": restricted, "by": by}
        found = self._of(hears, **told)
        mailed = self._mailed.of(hears, **told) if self._mailed and not found.places else found
        return mailed if mailed.places else found

    def _of(
        self, hears: Hears, *, owner_id: int | None, agency: Agency | None, restricted: bool, by: date | None
    ) -> Hearers:
        readers = visible.restricted_to(self.turn, owner_id) if restricted else None
        found = (
            self._of_all(hears, owner_id, agency) if readers is None else self._of_restricted(hears, owner_id, readers)
        )
        if hears is Hears.OWNER and found.back and by and found.back > by:
            return self._together(found, self._above(owner_id, Hears.MANAGER, readers))
        return found

    def _together(self, owner: Hearers, manager: Hearers) -> Hearers:
        """Whoever hears for the owner and reads it once they are back, and the manager meanwhile."""
        who = self.turn.db.get_one(Person, owner.places[0].person_id).name
        why = "; ".join(filter(None, [owner.why, f"{who} is not back until {owner.back:%A}"]))
        return Hearers(tuple(dict.fromkeys((*owner.places, *manager.places))), why)

    def _of_all(self, hears: Hears, owner_id: int | None, agency: Agency | None) -> Hearers:
        missing: list[str] = []
        for role in _in_turn(hears):
            match role:
                case None:
                    found = self._administrators()
                case Hears.ROOM:
                    found = self._in_rooms(agency)
                case Hears.LEAD:
                    found = self._leading(agency)
                case _:
                    found = self._above(owner_id, role)
            if found.places:
                return replace(found, why="; ".join(filter(None, [*missing, found.why])))
            missing.append(found.why)
        return Hearers((), "; ".join(filter(None, missing)))

    def _of_restricted(self, hears: Hears, owner_id: int | None, readers: tuple[int, ...]) -> Hearers:
        """Its owner or the owner's manager, whoever is there and nearest to whom it is meant for; no room, ever."""
        roomless = ["a restricted case is spoken of in no room"]
        missing = {Hears.ROOM: roomless, Hears.HEAD: [ALONE], Hears.LEAD: [ALONE]}.get(hears, [])
        line = (Hears.OWNER, Hears.MANAGER) if hears in (Hears.ROOM, Hears.OWNER) else (Hears.MANAGER, Hears.OWNER)
        for role in line:
            found = self._above(owner_id, role, readers)
            if found.places:
                return replace(found, why="; ".join(filter(None, [*missing, found.why])))
            missing.append(found.why)
        return Hearers((), "; ".join(dict.fromkeys(filter(None, missing))))

    def reader(self, person_id: int, readers: tuple[int, ...] | None = None) -> Hearers:
        """The person, or while they are away whoever covers for them; of `readers` alone, where there are some."""
        key = (person_id, readers)
        if key not in self._people:
            self._people[key] = self._find(person_id, readers, ())
        return self._people[key]

    def _find(self, person_id: int, readers: tuple[int, ...] | None, asked: tuple[int, ...]) -> Hearers:
        """A chain or a circle of those who cover ends: nobody is asked twice."""
        person = self.turn.db.get_one(Person, person_id)
        if person_id in asked:
            return Hearers((), "so is everybody who covers")
        if readers is not None and person_id not in readers:
            return Hearers((), f"{person.name} may not see it")
        asked = (*asked, person_id)
        if absence := self._absence(person_id):
            return self._covered(person, absence.deputy_id, readers, asked)
        there = self._at_an_account(person)
        pattern = self.turn.db.get(Pattern, person_id)
        if pattern is None or _works(pattern, self.turn.today):
            return there
        return self._on_a_day_off(replace(there, back=self._back(pattern)), person, pattern, readers, asked)

    def _covered(
        self, person: Person, cover_id: int | None, readers: tuple[int, ...] | None, asked: tuple[int, ...]
    ) -> Hearers:
        """Whoever covers for somebody on leave."""
        away = f"{person.name} is away"
        if cover_id is None:
            return Hearers((), f"{away} and nobody covers")
        found = self._find(cover_id, readers, asked)
        return replace(found, why=away if found.places else f"{away} and {found.why}")

    def _on_a_day_off(
        self, own: Hearers, person: Person, pattern: Pattern, readers: tuple[int, ...] | None, asked: tuple[int, ...]
    ) -> Hearers:
        """Who shares the job; where that one is not there either, whoever of the two is back first reads it then."""
        found = self._find(pattern.cover_id, readers, asked) if pattern.cover_id else Hearers(())
        if not found.places or (found.back and own.back and own.back <= found.back):
            return own
        return replace(found, why=f"{person.name} does not work on {self.turn.today:%A}s")

    def _at_an_account(self, person: Person) -> Hearers:
        accounts = accounts_of(self.turn.db, person.id or 0)
        if not accounts:
            return Hearers((), f"{person.name} can't be reached")
        return Hearers((Place(accounts[0].connection_id, person_id=person.id),))

    def _back(self, pattern: Pattern) -> date:
        """The next day on which somebody works by their pattern."""
        day = self.turn.today
        while not (_works(pattern, day) and self.turn.rules.calendar.is_working_day(day)):
            day += ONE_DAY
        return day

    def _absence(self, person_id: int) -> Absence | None:
        """The leave of today: of several, one that somebody covers, and what was said last."""
        return self.turn.db.scalars(AWAY, {"person": person_id, "today": self.turn.today}).first()

    def _administrators(self) -> Hearers:
        room = administrators_room(self.turn)
        return Hearers((Place(room.connection_id, room_id=room.id),) if room else ())

    def _in_rooms(self, agency: Agency | None) -> Hearers:
        if agency is None:
            return Hearers((), "it is no agency's")
        if agency not in self._rooms:
            rooms = rooms_of(self.turn.db, agency)
            self._rooms[agency] = tuple(Place(room.connection_id, room_id=room.id) for room in rooms)
        places = self._rooms[agency]
        return Hearers(places, "" if places else f"{agency.label} has no room")

    def _leading(self, agency: Agency | None) -> Hearers:
        """Whoever leads the agency by the staff list: others there name them as manager, and they name nobody."""
        leads = leads_of(self.turn.db, agency) if agency else ()
        found = [self.reader(person_id) for person_id in leads]
        places = tuple(dict.fromkeys(place for each in found for place in each.places))
        why = "; ".join(filter(None, (each.why for each in found)))
        return Hearers(
            places, why or ("" if places else f"{agency.label} has no lead" if agency else "it is no agency's")
        )

    def _above(self, owner_id: int | None, role: Hears, readers: tuple[int, ...] | None = None) -> Hearers:
        """The owner, the owner's manager or the manager's manager."""
        if owner_id is None:
            return Hearers((), "nobody owns it")
        person_id = owner_id
        for _ in range(LINE.index(role) - LINE.index(Hears.OWNER)):
            person = self.turn.db.get_one(Person, person_id)
            if person.manager_id is None:
                return Hearers((), f"{person.name} has no manager")
            person_id = person.manager_id
        return self.reader(person_id, readers)


class ByMail(Recipients):
    """The same people at their e-mail addresses, for what no chat takes. No rooms, and nobody at an address `tried`."""

    def __init__(self, turn: Turn, tried: Collection[Sequence[int]] = ()) -> None:
        super().__init__(turn, mail=False)
        self._tried = tried

    @cached_property
    def _connection(self) -> int | None:
        return mail_of(self.turn.db)

    def to(self, person_id: int) -> Hearers:
        """That person, away or not."""
        return self._at_an_account(self.turn.db.get_one(Person, person_id))

    def _at_an_account(self, person: Person) -> Hearers:
        connection, person_id = self._connection, person.id or 0
        in_vain = any([connection, 0, one] in self._tried for one in (person_id, WHOLE))
        if connection is None or in_vain or not person.active:
            return Hearers((), f"{person.name} can't be reached")
        return Hearers((Place(connection, person_id=person_id, by_mail=True),))

    def _administrators(self) -> Hearers:
        return Hearers(())

    def _in_rooms(self, agency: Agency | None) -> Hearers:
        return Hearers((), f"{agency.label} can't be reached" if agency else "it is no agency's")


def _in_turn(hears: Hears) -> Sequence[Hears | None]:
    """Who is asked in turn who hears what is meant for this role; None is the administrators."""
    if hears is Hears.LEAD:
        return (hears, *LINE, None)
    place = LINE.index(hears)
    return (*LINE[place:], None, *reversed(LINE[1:place]))


def leads_of(db: Session, agency: Agency) -> list[int]:
    """Those at the top of an agency's staff list who have somebody below them there."""
    staff = db.exec(select(Person).where(Person.agency == agency, col(Person.active)).order_by(col(Person.id))).all()
    everybody, managers = {person.id for person in staff}, {person.manager_id for person in staff}
    tops = (person for person in staff if person.id in managers and person.manager_id not in everybody)
    return [person.id or 0 for person in tops]


def _works(pattern: Pattern, day: date) -> bool:
    return day.weekday() >= len(WEEKDAYS) or WEEKDAYS[day.weekday()] in pattern.weekdays.split()


def managers_of(turn: Turn, person_id: int) -> list[int]:
    """The person, then those above, nearest first."""
    line = [person_id]
    while len(line) < HIGHEST:
        manager_id = turn.db.exec(select(Person.manager_id).where(Person.id == line[-1])).first()
        if manager_id is None or manager_id in line:
            break
        line.append(manager_id)
    return line
