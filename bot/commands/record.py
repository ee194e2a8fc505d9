"""What is on record of a case or a letter: every entry, what each changed, and who saw who the child is."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import CaseOrLetterBlank, number
from bot.cards.history import history_message
from bot.cases.files import open_file
from bot.commands.roles import CASEWORK
from bot.domain.message import Message
from bot.grammar import command
from bot.turn import Turn


@command(
    "history", may=CASEWORK, acts=False, examples=("history 0042", "history MP-2026-0007"),
    title="Show the whole record",
)  # fmt: skip
def history(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    before: Annotated[int | None, replace(number("Before entry"), asked=False, words=0)] = None,
) -> Message:
    """Show every entry of a case or letter, what it changed from what to what, and who saw who the child is."""
    alone = replace(turn, private=True)
    return history_message(alone, open_file(alone, case), before=before)
