"""Who could not be reached if a rung spoke today: found before it does. Counts and names of staff alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, func, select

from bot.cases.posts import tell_administrators
from bot.cases.recipients import leads_of
from bot.cases.visible import SEES, Reader, letters_on
from bot.domain.calendar import london_time
from bot.domain.terms import Agency, CaseStatus, ClockState, Hears, Notice
from bot.rules import Rules
from bot.turn import Turn
from storage.queries import accounts_of, rooms_of
from storage.tables import Case, Deadline, Enquiry, Person


@dataclass(frozen=True)
class Unreachable:
    """What would go to somebody else than it is meant for. People by name; of cases and letters how many."""

    left: Sequence[tuple[str, int]] = ()
    """Owners who have left, with how much that is open is still theirs."""
    nobodys: int = 0
    """Open and owned by nobody."""
    unlinked: Sequence[str] = ()
    """Owners of something open, or their managers, whom no chat knows."""
    no_manager: Sequence[str] = ()
    """Owners of something open who have no manager who works here."""
    no_room: Sequence[Agency] = ()
    """Agencies whose clocks run, and that have no room."""
    no_lead: Sequence[Agency] = ()
    """Agencies whose lead a rung would tell, and that have nobody at their top by the staff list."""

    def __bool__(self) -> bool:
        return bool(self.left or self.nobodys or self.unlinked or self.no_manager or self.no_room or self.no_lead)


def unreachable(db: Session, rules: Rules) -> Unreachable:
    """What there is now. How much somebody owns is told without what is restricted; how much is nobody's, of all."""
    owned, told = _owned(db), _owned(db, SEES[Reader.ROOM])
    people = {person.id: person for person in db.exec(select(Person).order_by(Person.name))}
    owners = [person for person in people.values() if person.active and person.id in owned]
    managers = {person.id: people.get(person.manager_id) for person in owners}
    asked, led = (_asked(db, _telling(rules, hears)) for hears in (Hears.ROOM, Hears.LEAD))
    there = {one.id: one for one in (*owners, *managers.values()) if one is not None and one.active}
    return Unreachable(
        left=tuple((one.name, told[one.id]) for one in people.values() if not one.active and one.id in told),
        nobodys=owned.get(None, 0),
        unlinked=tuple(sorted(one.name for one in there.values() if not accounts_of(db, one.id or 0))),
        no_manager=tuple(one.name for one in owners if not _is_there(managers[one.id])),
        no_room=tuple(agency for agency in Agency if agency in asked and not rooms_of(db, agency)),
        no_lead=tuple(agency for agency in Agency if agency in led and not leads_of(db, agency)),
    )


def _telling(rules: Rules, hears: Hears) -> list[str]:
    return [name for name, ladder in rules.ladders.items() if ladder.tells(hears)]


def report(turn: Turn) -> None:
    """Once a week, on its first working day, have the administrators told; nothing where everybody can be reached."""
    monday = turn.today - timedelta(days=london_time(turn.now).weekday())
    if turn.rules.calendar.next_working_day_on_or_after(monday) == turn.today and unreachable(turn.db, turn.rules):
        tell_administrators(turn, Notice.UNREACHABLE, key=f"unreachable/{monday}")


def _is_there(manager: Person | None) -> bool:
    return manager is not None and manager.active


def _owned(db: Session, fit: ColumnElement[bool] | None = None) -> dict[int | None, int]:
    """How much is open, by owner: of all cases, or of those that fit and the letters about nothing else."""
    owned: dict[int | None, int] = {}
    for table, there in ((Case, fit), (Enquiry, None if fit is None else letters_on(fit))):
        found = select(table.owner_id, func.count()).where(
            table.status == CaseStatus.OPEN, true() if there is None else there
        )
        for owner_id, many in db.exec(found.group_by(col(table.owner_id))):
            owned[owner_id] = owned.get(owner_id, 0) + many
    return owned


def _asked(db: Session, ladders: Sequence[str]) -> set[Agency | None]:
    """The agencies whose rooms a rung of these ladders would tell."""
    runs = (Deadline.state == ClockState.RUNNING, ~col(Deadline.information), col(Deadline.ladder).in_(ladders))
    return set(db.exec(select(col(Deadline.agency)).where(*runs).distinct()))
