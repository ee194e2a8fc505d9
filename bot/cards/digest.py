"""The digest: what is late, due soon and due this week for one person, once a working day."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, and_, func, or_
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from bot.cards.dates import due, sentence, state, title
from bot.cases import advice
from bot.cases.digests import AHEAD
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, Table
from bot.domain.terms import CaseStatus, ClockState
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Nudge, Person, Request

SHOWN = 15
NOTHING_DUE = "nothing late and nothing due this week"
NONE: Sequence[int] = ()


def digest_message(
    turn: Turn, person: Person, *, owners: Sequence[int] = NONE, arrived: Sequence[Nudge] = ()
) -> Message:
    """What is late or due within a week among what these `owners` own: the person, and those they cover for.

    `arrived` are dates of cases that came late, told here once and not one by one.
    """
    owners = owners or [person.id or 0]
    found = _due(turn, owners, arrived)
    late = sum(deadline.legal < turn.today for deadline, _ in found)
    today = sum(deadline.safe <= turn.today <= deadline.legal for deadline, _ in found)
    counts = f"{today} due, {late} late, {len(found) - late - today} this week" if found else NOTHING_DUE
    rows = tuple(_row(turn, deadline, reference) for deadline, reference in found[:SHOWN])
    return Message(
        text=f"Today, {say_day(turn.today, turn.today)}: {counts}",
        table=Table(("Reference", "What", "Due"), rows) if rows else None,
        aside=" ".join(_asides(turn, person, owners, arrived, len(found))),
        private=True,
    )


def _asides(turn: Turn, person: Person, owners: Sequence[int], arrived: Sequence[Nudge], found: int) -> Iterator[str]:
    if found > SHOWN:
        yield f"{found - SHOWN} more: say list mine."
    if arrived:
        yield f"{len(arrived)} of the dates came with cases that were recorded late."
    covered = [turn.db.get_one(Person, owner).name for owner in owners if owner != person.id]
    if covered:
        yield f"You cover for {', '.join(covered)}."
    mine = select(func.count()).select_from(Case).where(Case.owner_id == person.id, Case.status == CaseStatus.OPEN)
    owned = turn.db.exec(mine).one()
    yield f"You own {owned or 'no'} open case{'' if owned == 1 else 's'}."


def _due(turn: Turn, owners: Sequence[int], arrived: Sequence[Nudge]) -> list[tuple[Deadline, str]]:
    """Duties that run, the earliest first: soon due or late for these owners, or newly arrived."""
    theirs = or_(col(Case.owner_id).in_(owners), col(Enquiry.owner_id).in_(owners))
    soon = col(Deadline.safe) <= turn.today + AHEAD
    new = col(Deadline.id).in_([nudge.deadline_id for nudge in arrived])
    found = turn.db.execute(_duties().where(or_(and_(theirs, soon), new)))
    return [(deadline, case or letter or "") for deadline, case, letter in found]


def _duties() -> Select[Deadline, str, str]:
    return (
        select_rows(Deadline, col(Case.reference), col(Enquiry.reference))
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .where(col(Deadline.state) == ClockState.RUNNING, ~col(Deadline.information))
        .order_by(col(Deadline.legal), col(Deadline.id))
    )


def _row(turn: Turn, deadline: Deadline, reference: str) -> Row:
    request = turn.db.get(Request, deadline.request_id) if deadline.request_id else None
    what = sentence(title(turn, deadline, advice.label(turn, request) if request else ""))
    actions = (Action("Open", line("open", case=reference), acts=False),)
    return Row((reference, what, due(turn, deadline)), state(turn, deadline), actions)
