"""What is still to come: a panel, a meeting, and the steps back from a legal date."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import CaseBlank, DayBlank, ReasonBlank, choice, day
from bot.cards import backplan
from bot.cases import facts, history
from bot.cases.facts import Recorded
from bot.cases.files import open_case_file
from bot.commands.case import said_recorded
from bot.commands.roles import CASEWORK, COUNCIL
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.facts import REVIEWS, label
from bot.domain.message import Choice, Message
from bot.domain.terms import Agency, EntryKind, Role, Term
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case


class Planned(Term):
    """What can be planned for a day to come."""

    PANEL = "panel"
    MEETING = "meeting"
    DRAFT = "draft"
    FINAL_PLAN = "final_plan"


ALSO = {"review": Planned.MEETING, "review meeting": Planned.MEETING, "annual review": Planned.MEETING}


@command(
    "plan", may=CASEWORK, examples=("plan panel 0042 on 10 December", "plan meeting 0042 on 10 December"),
    title="Plan a day",
)  # fmt: skip
def plan(
    turn: Turn,
    *,
    what: Annotated[Planned, choice(Planned, "What is planned", ALSO)],
    case: CaseBlank,
    on: Annotated[date, day("Date", past=False)],
    reason: ReasonBlank = "",
) -> Message:
    """Write down a day to come: a panel, a meeting. It stops no clock.

    The meeting of a review is more: its notice and its advice must go two weeks before. Say it again to move it.
    """
    if on < turn.today:
        raise CannotRead(f"{say_day(on, turn.today)} is past. If it took place, say: held", "on")
    if what is Planned.MEETING and case.process in REVIEWS:
        return _fix_meeting(turn, case, on, reason)
    return _planned(turn, case, EntryKind.PLANNED, what, on)


HELD = replace(
    choice(Planned, "What was held", ALSO),
    choices=lambda _turn: [Choice(each.value, each.label.capitalize()) for each in (Planned.PANEL, Planned.MEETING)],
    hint="Of a review its meeting, if left empty",
)
"""A draft and a plan are sent: nobody holds them."""


@command("held", may=CASEWORK, examples=("held panel 0042", "held 0042 on Monday"), title="Record what was held")
def held(
    turn: Turn,
    *,
    what: Annotated[Planned | None, HELD] = None,
    case: CaseBlank,
    on: DayBlank = None,
    reason: ReasonBlank = "",
) -> Message:
    """Record that a planned meeting or panel took place. From a review's meeting the 2, 4 and 12 weeks count."""
    if what is None and case.process not in REVIEWS:
        raise CannotRead("Choose one.", "what")
    if what in (None, Planned.MEETING) and case.process in REVIEWS:
        file, day_held = open_case_file(turn, case), on or turn.today
        recorded = facts.record_fact(turn, file, EntryKind.MEETING_HELD, day_held, reason=reason)
        return _said(turn, case, recorded, EntryKind.MEETING_HELD, day_held)
    return _planned(turn, case, EntryKind.HELD, what or Planned.MEETING, on or turn.today)


def _planned(turn: Turn, case: Case, kind: EntryKind, what: Planned, on: date) -> Message:
    facts.plan(turn, open_case_file(turn, case), kind, what.label, on)
    verb = "planned for" if kind is EntryKind.PLANNED else "held on"
    said = f"{case.reference}: {what.label} {verb} {say_day(on, turn.today)}."
    return Message(_with_warnings(turn, case, said, on), aside=_check_the_day(turn, on), private=turn.private)


def _with_warnings(turn: Turn, case: Case, said: str, on: date) -> str:
    """What was put on record, and at once what its day makes impossible. It is on record all the same: it is true."""
    warned = backplan.warnings(turn, open_case_file(turn, case), on)
    return "\n".join([said, *(f"{case.reference}: {words}" for words in warned)])


def _check_the_day(turn: Turn, on: date) -> str:
    closed = turn.rules.calendar.why_closed(on)
    return f"Check the day: it is no working day ({closed})." if closed else ""


def _fix_meeting(turn: Turn, case: Case, on: date, reason: str) -> Message:
    """A fact with a day ahead. Another day for it is a correction."""
    file = open_case_file(turn, case)
    standing = {entry.kind: entry for entry in history.standing(file.entries)}
    if was := standing.get(EntryKind.MEETING_HELD):
        took_place = say_day(was.happened_on, turn.today)
        raise NotNow(f"{case.reference}: the meeting was held on {took_place} (entry {was.number}).")
    fixed = standing.get(EntryKind.MEETING_FIXED)
    if fixed:
        recorded = facts.correct(turn, file, fixed.number, reason, on)
    else:
        recorded = facts.record_fact(turn, file, EntryKind.MEETING_FIXED, on, reason=reason)
    return _said(turn, case, recorded, EntryKind.MEETING_FIXED, on)


def _said(turn: Turn, case: Case, recorded: Recorded, kind: EntryKind, on: date) -> Message:
    """The answer to a meeting on record: with what its day makes impossible."""
    answer = said_recorded(turn, open_case_file(turn, case), recorded, label(kind), on)
    if recorded.waits:
        return answer
    return replace(answer, text=_with_warnings(turn, case, answer.text, on), aside=_check_the_day(turn, on))


@command(
    "milestones", "backwards", "path", "way back", "will we make", may=COUNCIL | {Role.VIEWER}, acts=False,
    examples=("milestones 0042",), title="The way back",
)  # fmt: skip
def milestones(turn: Turn, *, case: CaseBlank) -> Message:
    """Show what must be done by when so that a legal date is kept, back from that date.

    What can no longer be kept is said first. Panels are the council's own, where it has put their dates on record.
    """
    ours = turn.room is None or turn.room.agency is Agency.EDUCATION
    return backplan.backplan_message(turn if ours else replace(turn, private=True), open_case_file(turn, case))
