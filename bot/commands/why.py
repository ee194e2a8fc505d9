"""Why a date is what it is."""

from bot.blanks import CaseOrLetterBlank
from bot.cards.why import why_message
from bot.cases.files import open_file
from bot.commands.roles import READERS
from bot.domain.message import Message
from bot.grammar import command
from bot.turn import Turn


@command("why", may=READERS, acts=False, examples=("why 0042",), title="Why these dates")
def why(turn: Turn, *, case: CaseOrLetterBlank) -> Message:
    """Show how each date was worked out: the rule, the start, the count."""
    return why_message(turn, open_file(turn, case))
