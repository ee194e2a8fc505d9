"""Why a date is what it is."""

from typing import Annotated

from bot.blanks import CaseOrLetterBlank
from bot.cards.why import why_message
from bot.cases.files import open_file
from bot.commands.roles import READERS
from bot.domain.message import Message
from bot.grammar import Ask, command
from bot.turn import Turn


def _as_said(_turn: Turn, words: str) -> str:
    """What a date is called, for the case to find among its own: each has others."""
    return words.strip()


DATE = Ask("Which date", _as_said, words=0, rest=True, hint="final plan, 20 weeks, SLT, regulation 10; all if empty")


@command(
    "why", may=READERS, acts=False, examples=("why 0042", "why 0042 20 weeks", "why 0042 SLT"), title="Why these dates",
)  # fmt: skip
def why(turn: Turn, *, case: CaseOrLetterBlank, date: Annotated[str, DATE] = "") -> Message:
    """Show how each date was worked out, or one of them: the rule, the start, the count.

    Name the date as you would: its title, its weeks, whose advice it is, or its regulation.
    """
    return why_message(turn, open_file(turn, case), date)
