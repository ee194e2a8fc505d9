"""Who is away, and who covers."""

from datetime import date
from typing import Annotated

from bot.blanks import PERSON, day
from bot.cards.leave import leave_message
from bot.commands.roles import COUNCIL
from bot.domain.message import Message
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Person

WHOSE = PERSON.named("Who", hint="Everybody, if left empty")


@command(
    "leave", "who is away", "who is off", may=COUNCIL, acts=False,
    examples=("leave", "leave Priya", "leave from Monday until Friday"), title="Who is away",
)  # fmt: skip
def leave(
    turn: Turn,
    *,
    person: Annotated[Person | None, WHOSE] = None,
    since: Annotated[date | None, day("From", past=False, lead="from", hint="Today, if left empty")] = None,
    until: Annotated[date | None, day("Until", past=False, lead="until")] = None,
) -> Message:
    """Show who is away on some days, until when, and who covers; or whether a colleague is in."""
    return leave_message(turn, person, since, until)
