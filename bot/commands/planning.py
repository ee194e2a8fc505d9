"""What is still to come: a panel, a meeting, and how it went."""

from datetime import date
from typing import Annotated

from bot.blanks import CaseBlank, DayBlank, choice, day
from bot.cases import facts
from bot.cases.files import open_case_file
from bot.commands.roles import CASEWORK
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.message import Message
from bot.domain.terms import EntryKind, Term
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case


class Planned(Term):
    """What can be planned for a day to come."""

    PANEL = "panel"
    MEETING = "meeting"
    DRAFT = "draft"
    FINAL_PLAN = "final_plan"


@command("plan", may=CASEWORK, examples=("plan panel 0042 on 10 December",), title="Plan a day")
def plan(
    turn: Turn,
    *,
    what: Annotated[Planned, choice(Planned, "What is planned")],
    case: CaseBlank,
    on: Annotated[date, day("Date", past=False)],
) -> Message:
    """Write down a day to come: a panel, a meeting. It stops no clock."""
    if on < turn.today:
        raise CannotRead(f"{say_day(on, turn.today)} is past. If it took place, say: held", "on")
    return _planned(turn, case, EntryKind.PLANNED, what, on)


@command(
    "held", may=CASEWORK, examples=("held panel 0042", "held meeting 0042 on Monday"), title="Record what was held"
)
def held(
    turn: Turn,
    *,
    what: Annotated[Planned, choice(Planned, "What was held")],
    case: CaseBlank,
    on: DayBlank = None,
) -> Message:
    """Record that a planned meeting or panel took place."""
    return _planned(turn, case, EntryKind.HELD, what, on or turn.today)


def _planned(turn: Turn, case: Case, kind: EntryKind, what: Planned, on: date) -> Message:
    facts.plan(turn, open_case_file(turn, case), kind, what.label, on)
    verb = "planned for" if kind is EntryKind.PLANNED else "held on"
    closed = turn.rules.calendar.why_closed(on)
    return Message(
        f"{case.reference}: {what.label} {verb} {say_day(on, turn.today)}.",
        aside=f"Check the day: it is no working day ({closed})." if closed else "",
        private=turn.private,
    )
