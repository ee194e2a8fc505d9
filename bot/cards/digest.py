"""The digest: what is due today, late, and due within a week for one person, once a working day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_
from sqlalchemy import select as select_rows
from sqlmodel import col

from bot.cards.dates import due, sentence, state, title
from bot.cases import advice, visible
from bot.cases.digests import AHEAD
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, Table
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, ClockState, Kind
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Nudge, Person, Request

SHOWN = 15
NOTHING_DUE = "nothing late and nothing due within a week"
NONE: Sequence[int] = ()
OWNED = {
    word: select_rows(func.count(owner)).where(owner == bindparam("person"), status == CaseStatus.OPEN)
    for word, owner, status in (
        ("case", col(Case.owner_id), col(Case.status)),
        ("letter", col(Enquiry.owner_id), col(Enquiry.status)),
    )
}
"""How many that are open somebody owns."""


class Dated(Protocol):
    """A deadline, or as much of it as tells when it is due."""

    @property
    def id(self) -> int | None: ...

    @property
    def legal(self) -> date: ...

    @property
    def safe(self) -> date: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True)
class Line:
    """A duty that runs, the reference it belongs to, and its owner."""

    deadline: Deadline
    reference: str
    owner: str


def digest_message(
    turn: Turn,
    person: Person,
    *,
    owners: Sequence[int] = NONE,
    restricted_of: Sequence[int] = NONE,
    arrived: Sequence[Nudge] = (),
) -> Message:
    """What is late or due within a week among what these `owners` own: the person, and those they cover for.

    Of it all, what the person may see. `restricted_of` are those whose restricted cases alone they read: nobody who
    covers may. `arrived` are dates of cases that came late, told here once and not one by one.
    """
    owners = owners or [person.id or 0]
    found = _due(replace(turn, who=person), owners, restricted_of, arrived)
    others = any(line.owner != person.name for line in found)
    return Message(
        text=headline(turn, [line.deadline for line in found]),
        table=_table(turn, found[:SHOWN], with_owner=others),
        aside=" ".join(_asides(turn, person, owners, restricted_of, arrived, len(found))),
        private=True,
    )


def headline(turn: Turn, found: Sequence[Dated]) -> str:
    """ "Today, Fri 16 Oct: 2 due, 1 late, 4 within a week"."""
    counted = Counter(_place(turn, deadline) for deadline in found)
    counts = f"{counted[0]} due, {counted[1]} late, {counted[2]} within a week" if found else NOTHING_DUE
    later = f", {counted[3]} later" if counted[3] else ""
    return f"Today, {say_day(turn.today, turn.today)}: {counts}{later}"


def _place(turn: Turn, deadline: Dated) -> int:
    """Where it stands among the others: what is due now is read first, however much is late."""
    if deadline.legal < turn.today:
        return 1
    if deadline.safe <= turn.today:
        return 0
    return 2 if deadline.safe <= turn.today + AHEAD else 3


def in_order(turn: Turn, found: Iterable[D]) -> list[D]:
    """As a digest tells them: due today, late, to come, each by date."""
    return sorted(found, key=lambda deadline: (_place(turn, deadline), deadline.legal, deadline.id or 0))


def _asides(
    turn: Turn,
    person: Person,
    owners: Sequence[int],
    restricted_of: Sequence[int],
    arrived: Sequence[Nudge],
    found: int,
) -> Iterator[str]:
    if found > SHOWN:
        yield f"{found - SHOWN} more: say list mine overdue, or list mine due."
    if arrived:
        many = "1 of the dates was" if len(arrived) == 1 else f"{len(arrived)} of the dates were"
        yield f"{many} late to be recorded."
    if covered := [owner for owner in owners if owner != person.id]:
        yield f"You cover for {_names(turn, covered)}."
    if restricted_of:
        yield f"Restricted cases of {_names(turn, restricted_of)} are here too: nobody who covers may see them."
    yield f"You own {_owned(turn, person)}."


def _owned(turn: Turn, person: Person) -> str:
    """ "12 open cases and 3 open letters"."""
    told = []
    for word, owned in OWNED.items():
        if many := turn.db.scalar(owned, {"person": person.id}):
            told.append(f"{many} open {word}{'' if many == 1 else 's'}")
    return " and ".join(told) or "no open cases"


def _names(turn: Turn, people: Sequence[int]) -> str:
    return ", ".join(turn.db.get_one(Person, one).name for one in people)


def _due(turn: Turn, owners: Sequence[int], restricted_of: Sequence[int], arrived: Sequence[Nudge]) -> list[Line]:
    """Duties that run, of those the reader may see: late, soon due or newly arrived. What is due today comes first."""
    who, (reader, values) = turn.person, visible.reader(turn, turn.person)
    viewer = Viewer(who.agency, who.role, private=True)
    if not viewer.may_know(Kind.DATES):
        return []
    of = {"owners": owners, "restricted_of": restricted_of, "soon": turn.today + AHEAD, **values}
    of |= {"arrived": [nudge.deadline_id for nudge in arrived]} if arrived else {}
    query = _duties_for(reader, viewer.agencies, letters=viewer.may_know(Kind.MP_MATTER), arrived=bool(arrived))
    found = {row[0].id: Line(row[0], row[1] or row[2] or "", row[3] or "") for row in turn.db.execute(query, of)}
    return [found[deadline.id] for deadline in in_order(turn, [line.deadline for line in found.values()])]


@cache
def _duties_for(
    reader: visible.Reader, agencies: frozenset[Agency], *, letters: bool, arrived: bool
) -> Select[Deadline, str, str, str]:
    owners: BindParameter[Any] = bindparam("owners", expanding=True)
    hidden = and_(col(Case.restricted), col(Case.owner_id).in_(bindparam("restricted_of", expanding=True)))
    theirs = or_(col(Case.owner_id).in_(owners), col(Enquiry.owner_id).in_(owners), hidden)
    wanted = and_(theirs, col(Deadline.safe) <= bindparam("soon"))
    if arrived:  # else its index answers
        wanted = or_(wanted, col(Deadline.id).in_(bindparam("arrived", expanding=True)))
    if agencies != {*Agency}:
        asked = select_rows(col(Request.id)).where(col(Request.agency).in_(sorted(agencies)))
        wanted = and_(wanted, or_(col(Deadline.request_id).is_(None), col(Deadline.request_id).in_(asked)))
    fit = visible.SEES[reader]
    seen = and_(col(Case.id).is_not(None), fit)
    if letters:
        seen = or_(seen, and_(col(Enquiry.id).is_not(None), visible.letters_on(fit)))
    return (
        select_rows(Deadline, col(Case.reference), col(Enquiry.reference), col(Person.name))
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .outerjoin(Person, col(Person.id) == func.coalesce(Case.owner_id, Enquiry.owner_id))
        .where(col(Deadline.state) == ClockState.RUNNING, ~col(Deadline.information), seen, wanted)
        .order_by(col(Deadline.legal), col(Deadline.id))
    )


def _table(turn: Turn, shown: Sequence[Line], *, with_owner: bool) -> Table | None:
    columns = ("Reference", "What", "Due", "Owner") if with_owner else ("Reference", "What", "Due")
    return Table(columns, tuple(_row(turn, each, with_owner=with_owner) for each in shown)) if shown else None


def _row(turn: Turn, each: Line, *, with_owner: bool) -> Row:
    deadline = each.deadline
    request = turn.db.get(Request, deadline.request_id) if deadline.request_id else None
    what = sentence(title(turn, deadline, advice.title(turn, request) if request else ""))
    actions = (Action("Open", line("open", case=each.reference), acts=False, alone=True),)
    cells = (each.reference, what, due(turn, deadline))
    return Row((*cells, each.owner or "nobody yet") if with_owner else cells, state(turn, deadline), actions)
