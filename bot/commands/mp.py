"""Letters from Members of Parliament."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import CASES, LONGEST_NOTE, OWNER, MattersBlank, day, text
from bot.cases import enquiries
from bot.commands.letter import logged
from bot.commands.roles import COUNCIL
from bot.domain.message import Message
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case, Person


@command("mp", "mp letter", "log mp", may=COUNCIL, examples=("mp", "mp received=11/12/2026"))
def mp(
    turn: Turn,
    *,
    member: Annotated[str, text("MP's name")],
    constituency: Annotated[str, text("Constituency")],
    received: Annotated[date, day("Date the council received the letter")],
    dated: Annotated[date | None, day("Date on the letter", lead="dated")] = None,
    matters: MattersBlank,
    cases: Annotated[
        tuple[Case, ...], replace(CASES, label="Cases it is about", hint="Leave empty if none is open")
    ] = (),
    owner: Annotated[Person | None, replace(OWNER, hint="You, if left empty")] = None,
    note: Annotated[str, text("Note", longest=LONGEST_NOTE, private=True, hint="Sealed; never shown in a room")] = "",
) -> Message:
    """Log a letter from an MP.

    It gets a reference and the council's own clocks for the acknowledgement, a holding reply and the reply. A
    complaint or a request for information that it holds has clocks besides. None of them touches a date of a case.
    """
    file = enquiries.log(
        turn,
        mp=re.sub(r"[\s,]+M\.?P\.?$", "", member.strip()),
        constituency=constituency,
        received=received,
        dated=dated,
        cases=cases,
        owner=owner or turn.person,
        matters=matters,
        note=note,
    )
    return logged(turn, file, matters, f"is logged: {file.enquiry.mp} MP")
