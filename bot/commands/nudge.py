"""What can be said to a nudge: that one has it, and that somebody above should know now."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import CaseOrLetterBlank, ReasonBlank, choice, number
from bot.cases import escalating, in_hand
from bot.cases.escalating import Escalated
from bot.cases.files import File, about, open_file
from bot.cases.posts import in_office_hours
from bot.cases.recipients import Hearers
from bot.commands.roles import COUNCIL
from bot.domain.calendar import london_time
from bot.domain.dates import say_day
from bot.domain.message import Message
from bot.domain.terms import Hears, Term
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Person, Room


class Above(Term):
    """Who can be told now."""

    MANAGER = "manager"
    HEAD = "head"
    ROOM = "room"
    LEAD = "lead"

    @property
    def label(self) -> str:
        return Hears(self.value).label


ABOVE = replace(
    choice(
        Above,
        "Whom to tell",
        {"head of service": Above.HEAD, "agency": Above.ROOM, "agency lead": Above.LEAD, "my manager": Above.MANAGER},
    ),
    lead="to",
)
DEADLINE = number("Date", asked=False, words=0)


@command("have it", "i have it", "acknowledge", may=COUNCIL, examples=("have it 0042",), title="I have it")
def have_it(turn: Turn, *, case: CaseOrLetterBlank, deadline: Annotated[int | None, DEADLINE] = None) -> Message:
    """Say that you have it in hand: your nudges about it rest, and you are asked again in three working days.

    No date moves and no clock stops. On the last day to act you are told all the same, and managers hear as ever.
    """
    file = open_file(turn, case)
    held = in_hand.take(turn, file, deadline)
    what = ", ".join(in_hand.called(turn, file, one) for one in held.deadlines)
    return Message(
        f"{case.reference}: you have it ({what}). You are asked again on {say_day(held.again, turn.today)}.",
        aside="No date moves, and managers hear as ever.",
        private=True,
    )


@command(
    "escalate", "tell now", may=COUNCIL,
    examples=("escalate 0042 to manager", "escalate 0042 to room because nobody answers"),
    title="Escalate now",
)  # fmt: skip
def escalate(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    to: Annotated[Above, ABOVE] = Above.MANAGER,
    deadline: Annotated[int | None, DEADLINE] = None,
    reason: ReasonBlank = "",
) -> Message:
    """Tell the owner's manager, the head of service, the agency's room or its lead of the most pressing date now.

    They hear in the words of a nudge, in office hours. It goes on record, once a day for each date. No date moves.
    """
    file = open_file(turn, case)
    return told_now(turn, file, escalating.escalate(turn, file, Hears(to.value), deadline, reason), to.label)


def told_now(turn: Turn, file: File, told: Escalated, to: str) -> Message:
    """ "SEND-2026-0042: the health room hears of the speech and language advice now."."""
    because = f"Not {to}: {told.hearers.why}." if told.hearers.why else ""
    what = in_hand.called(turn, file, told.deadline)
    said = f"{about(file).reference}: {who_hears(turn, told.hearers)} hears of the {what} {at_opening(turn)}."
    return Message(said, aside=because, private=True)


def at_opening(turn: Turn) -> str:
    """ "now", or "on Mon 14 Sep at 08:30, when the office opens"."""
    opens = in_office_hours(turn)
    return "now" if opens <= turn.now else f"on {london_time(opens):%a %-d %b at %H:%M}, when the office opens"


def who_hears(turn: Turn, hearers: Hearers) -> str:
    """ "the health room", "Moira Bell"."""
    return " and ".join(dict.fromkeys(_name(turn, place.person_id, place.room_id) for place in hearers.places))


def _name(turn: Turn, person_id: int | None, room_id: int | None) -> str:
    if person_id:
        return turn.db.get_one(Person, person_id).name
    return f"the {turn.db.get_one(Room, room_id).name} room"
