"""When schools, colleges and nurseries are closed: what the exception for a closed school is checked against."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlmodel import col, or_, select

from bot.cases import advice, history, visible
from bot.cases.files import CaseFile
from bot.domain import school_year
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead, NotFound
from bot.domain.grounds import Closed, School
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.tables import Case, Closure, Setting

LOOKED_BACK = timedelta(days=92)
"""How long a closure that is over is listed."""


def settings(turn: Turn) -> Sequence[Setting]:
    """Every school, college and nursery, save those that only cases hidden from the asker have named."""
    named = select(Case.id).where(Case.setting_id == Setting.id)
    there = or_(~named.exists(), named.where(visible.cases(turn)).exists())
    return turn.db.exec(select(Setting).where(there).order_by(Setting.name)).all()


def school_of(turn: Turn, file: CaseFile) -> School:
    """What is on record of the school of a case: its name, when it is closed, when its own advice was asked for."""
    theirs = {request.id for request in file.requests if request.service == advice.SCHOOL}
    asked = [
        fact.on
        for fact in history.happenings(file.entries)
        if fact.kind is EntryKind.ADVICE_ASKED and fact.instance in theirs
    ]
    closures = closures_of(turn, file.case.setting_id) if file.case.setting_id else []
    own = [Closed(closure.first_day, closure.last_day) for closure in closures]
    return School(file.setting, (*own, *_by_terms(turn, own)), tuple(sorted(asked)))


def _by_terms(turn: Turn, own: Sequence[Closed]) -> Iterator[Closed]:
    """The holidays between the council's terms, where the school has no closure of its own at that time."""
    for holiday in school_year.closures(turn.rules.terms):
        if not any(holiday.meets(closed.first, closed.last) for closed in own):
            yield Closed(holiday.first, holiday.last, by_terms=True)


def closures_of(turn: Turn, setting_id: int) -> Sequence[Closure]:
    found = select(Closure).where(Closure.setting_id == setting_id).order_by(col(Closure.first_day))
    return turn.db.exec(found).all()


def every_closure(turn: Turn, since: date) -> Sequence[tuple[Closure, Setting]]:
    """Those that end on that day or later, by school. A school's own calendar tells of no case."""
    found = select(Closure, Setting).join(Setting, col(Setting.id) == Closure.setting_id)
    order = (col(Setting.name), col(Closure.first_day))
    return turn.db.exec(found.where(Closure.last_day >= since).order_by(*order)).all()


def close(turn: Turn, setting: Setting, first: date, last: date) -> Closed:
    """Put a closure on record. One that begins on the same day is given the new last day."""
    if last < first:
        raise CannotRead("It opens again before it closes. Check the two dates.", "until")
    known = closures_of(turn, setting.id or 0)
    for other in known:
        if other.first_day == first and other.last_day == last:
            raise AlreadyDone(f"That closure of {setting.name} is on record already.")
        if other.first_day != first and other.first_day <= last and first <= other.last_day:
            span = f"{say_day(other.first_day, turn.today)} to {say_day(other.last_day, turn.today)}"
            raise AlreadyDone(
                f"{setting.name} is on record as closed from {span}. If that is wrong, take it out first: "
                f'closure remove "{setting.name}" from {other.first_day:%-d/%-m/%Y}'
            )
    same = next((closure for closure in known if closure.first_day == first), None)
    if same is None:
        turn.db.add(Closure(setting_id=setting.id or 0, first_day=first, last_day=last))
    else:
        same.last_day = last
    return Closed(first, last)


def remove(turn: Turn, setting: Setting, first: date) -> Closed:
    """Take out a closure that was put in by mistake. What was claimed because of it stays on record as it was."""
    found = next((one for one in closures_of(turn, setting.id or 0) if one.first_day == first), None)
    if found is None:
        day = say_day(first, turn.today)
        raise NotFound(f"No closure of {setting.name} from {day} is on record. To see them, say: closures")
    turn.db.delete(found)
    return Closed(found.first_day, found.last_day)
