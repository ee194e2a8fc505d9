"""Who hears: the person or the rooms that a reminder is for, and who hears instead when they are not there."""

from dataclasses import dataclass

from sqlmodel import col, select

from bot.cases import visible
from bot.cases.posts import administrators_room
from bot.domain.terms import Agency, Hears
from bot.turn import Turn
from storage.queries import accounts_of, rooms_of
from storage.tables import Absence, Person

LINE = (Hears.ROOM, Hears.OWNER, Hears.MANAGER, Hears.HEAD)
"""From whoever is nearest to the work upwards: where one is not there, the next one hears."""
ALONE = "a restricted case is told to its owner and their manager alone"
HIGHEST = 5
"""How many stand-ins or managers are asked in turn, so that a circle in the staff list ends."""


@dataclass(frozen=True)
class Place:
    """Where a post goes: one room, or one person at one account."""

    connection_id: int
    room_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Hearers:
    """Where a reminder is said; `why` says why there, where that is not plain. No places: nobody can be reached."""

    places: tuple[Place, ...]
    why: str = ""


class Recipients:
    """Who is there on this turn's day. Remembers what it looked up: make one for each batch."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._rooms: dict[Agency, tuple[Place, ...]] = {}
        self._people: dict[int, Hearers] = {}

    def of(self, hears: Hears, *, owner_id: int | None, agency: Agency | None, restricted: bool) -> Hearers:
        """Who hears what is meant for this role: else who stands above, the administrators, or at last who is below."""
        if restricted:
            return self._of_restricted(hears, owner_id)
        place = LINE.index(hears)
        missing: list[str] = []
        for role in (*LINE[place:], None, *reversed(LINE[1:place])):  # None is the administrators
            match role:
                case None:
                    found = self._administrators()
                case Hears.ROOM:
                    found = self._in_rooms(agency)
                case _:
                    found = self._above(owner_id, role)
            if found.places:
                return Hearers(found.places, "; ".join(filter(None, [*missing, found.why])))
            missing.append(found.why)
        return Hearers((), "; ".join(filter(None, missing)))

    def _of_restricted(self, hears: Hears, owner_id: int | None) -> Hearers:
        """Its owner or the owner's manager, whoever is there and nearest to whom it is meant for; no room, ever."""
        missing = {Hears.ROOM: ["a restricted case is spoken of in no room"], Hears.HEAD: [ALONE]}.get(hears, [])
        line = (Hears.OWNER, Hears.MANAGER) if hears in (Hears.ROOM, Hears.OWNER) else (Hears.MANAGER, Hears.OWNER)
        readers = visible.restricted_to(self.turn, owner_id)
        for role in line:
            found = self._above(owner_id, role)
            may_not = [place.person_id for place in found.places if place.person_id not in readers]
            if found.places and not may_not:
                return Hearers(found.places, "; ".join(filter(None, [*missing, found.why])))
            names = [self.turn.db.get_one(Person, one).name for one in may_not]
            missing.append(" and ".join(filter(None, [found.why, *(f"{name} may not see it" for name in names)])))
        return Hearers((), "; ".join(dict.fromkeys(filter(None, missing))))

    def reader(self, person_id: int) -> Hearers:
        """The person, or while they are away whoever covers for them."""
        if person_id not in self._people:
            self._people[person_id] = self._find(person_id)
        return self._people[person_id]

    def _find(self, person_id: int) -> Hearers:
        away = ""
        for _ in range(HIGHEST):
            person = self.turn.db.get_one(Person, person_id)
            absence = self._absence(person_id)
            if absence is None:
                accounts = accounts_of(self.turn.db, person_id)
                places = (Place(accounts[0].connection_id, person_id=person_id),) if accounts else ()
                return Hearers(places, away if places else f"{away}{person.name} can't be reached")
            away = f"{person.name} is away"
            if absence.deputy_id is None:
                return Hearers((), f"{away} and nobody covers")
            person_id = absence.deputy_id
        return Hearers((), f"{away} and so is everybody who covers")

    def _absence(self, person_id: int) -> Absence | None:
        today = self.turn.today
        return self.turn.db.exec(
            select(Absence)
            .where(Absence.person_id == person_id, Absence.first_day <= today, Absence.last_day >= today)
            .order_by(col(Absence.deputy_id).is_(None), col(Absence.id).desc())
        ).first()

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

    def _above(self, owner_id: int | None, role: Hears) -> Hearers:
        """The owner, the owner's manager or the manager's manager."""
        if owner_id is None:
            return Hearers((), "nobody owns it")
        person_id = owner_id
        for _ in range(LINE.index(role) - LINE.index(Hears.OWNER)):
            person = self.turn.db.get_one(Person, person_id)
            if person.manager_id is None:
                return Hearers((), f"{person.name} has no manager")
            person_id = person.manager_id
        return self.reader(person_id)


def managers_of(turn: Turn, person_id: int) -> list[int]:
    """The person, then those above, nearest first."""
    line = [person_id]
    while len(line) < HIGHEST:
        manager_id = turn.db.exec(select(Person.manager_id).where(Person.id == line[-1])).first()
        if manager_id is None or manager_id in line:
            break
        line.append(manager_id)
    return line
