"""The digest: what is late, due soon and due this week for one person, once a working day."""

from sqlalchemy import func
from sqlmodel import col, select

from bot.cards.dates import rule_of, sentence, state, title
from bot.cases import advice
from bot.domain.dates import say_date, say_day
from bot.domain.message import Action, Message, Row, Table
from bot.domain.terms import CaseStatus, ClockState
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Person, Request

SHOWN = 15
AHEAD = 7
"""Days ahead that a digest looks."""


def digest_message(turn: Turn, person: Person) -> Message:
    """What this person owns that is late or due within a week."""
    due = _due(turn, person)
    late = [deadline for deadline, *_ in due if deadline.legal < turn.today]
    today = [deadline for deadline, *_ in due if deadline.safe <= turn.today <= deadline.legal]
    owned = turn.db.exec(
        select(func.count()).select_from(Case).where(Case.owner_id == person.id, Case.status == CaseStatus.OPEN)
    ).one()
    week = len(due) - len(late) - len(today)
    rows = tuple(_row(turn, *each) for each in due[:SHOWN])
    left_out = f"{len(due) - SHOWN} more: say list mine. " if len(due) > SHOWN else ""
    return Message(
        text=f"Today, {say_day(turn.today, turn.today)}: {len(today)} due, {len(late)} late, {week} this week",
        table=Table(("Reference", "What", "Due"), rows) if rows else None,
        aside=f"{left_out}You own {owned} open case{'' if owned == 1 else 's'}.",
        private=True,
    )


def _due(turn: Turn, person: Person) -> list[tuple[Deadline, str, str | None]]:
    """Duties that run on what the person owns, late first."""
    query = (
        select(Deadline, Case.reference, Enquiry.reference)
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .where(Deadline.state == ClockState.RUNNING, col(Deadline.information).is_(False))
        .where((col(Case.owner_id) == person.id) | (col(Enquiry.owner_id) == person.id))
        .order_by(col(Deadline.legal), col(Deadline.id))
    )
    found = [(deadline, case or letter or "", letter) for deadline, case, letter in turn.db.exec(query)]
    return [each for each in found if (each[0].safe - turn.today).days <= AHEAD]


def _row(turn: Turn, deadline: Deadline, reference: str, _letter: str | None) -> Row:
    request = turn.db.get(Request, deadline.request_id) if deadline.request_id else None
    what = sentence(title(turn, deadline, advice.label(turn, request) if request else ""))
    when = f"{say_date(deadline.legal, turn.today)} · {rule_of(turn, deadline).kind.label}"
    actions = (Action("Open", line("open", case=reference), acts=False),)
    return Row((reference, what, when), state(turn, deadline), actions)
