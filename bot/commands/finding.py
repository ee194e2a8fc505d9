"""Finding a case by who it is about, or by what people wrote. Always answered privately."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import CASE_OR_LETTER, number, text
from bot.cards.finding import found_message, searched_message
from bot.cases.finding import find
from bot.cases.searching import search
from bot.commands.roles import ADVISERS
from bot.domain.message import Message
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case, Enquiry

WHO = text(
    "Name or record number", longest=100, private=True, hint="Such as Maisie Palmer, Palmer, or 123456", rest=True
)
WORDS = text("Words", longest=100, private=True, hint="All of them have to be there", rest=True)


@command(
    "find", "search", "find child", may=ADVISERS, acts=False,
    examples=("find Maisie Palmer", "find palmer", "find 123456"), title="Find a child's cases",
)  # fmt: skip
def find_(turn: Turn, *, who: Annotated[str, WHO]) -> Message:
    """Find the cases of a child by name, by a part of it, by what sounds like it, or by record number.

    Only children whom you may know are found, ten cases at most, and each that you are shown is put on record.
    """
    alone = replace(turn, private=True)
    return found_message(alone, find(alone, who))


@command(
    "search notes", "find notes", may=ADVISERS, acts=False,
    examples=("search notes transport", "search notes case=0042 taxi"), title="Search notes",
)  # fmt: skip
def search_notes(
    turn: Turn,
    *,
    case: Annotated[Case | Enquiry | None, replace(CASE_OR_LETTER, words=0, hint="Everything, if left empty")] = None,
    words: Annotated[str, WORDS],
    before: Annotated[int | None, replace(number("Before entry", asked=False), words=0)] = None,
) -> Message:
    """Look for words in what people wrote that you may read: notes, reasons, what letters hold, how cases ended.

    The newest are looked through first; it says how far it looked.
    """
    alone = replace(turn, private=True)
    return searched_message(alone, words, search(alone, words, about=case, before=before))
