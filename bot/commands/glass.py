"""Breaking the glass: asking to see a restricted case, and reviewing what was opened so."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import LONGEST_NOTE, text
from bot.cards.glass import openings_table
from bot.cases import glass, references
from bot.commands.roles import ADVISERS, DATA_PROTECTION
from bot.domain.message import Message
from bot.grammar import Ask, command
from bot.turn import Turn

LONGEST_REASON = 500


def _reference(_turn: Turn, words: str) -> str:
    """A reference in any form, of a case that may be there or not."""
    references.read(words)
    return words.strip()


REFERENCE = Ask("Case", _reference, hint="SEND-2026-0042, or just 0042")
REASON = replace(text("Why you need it", longest=LONGEST_REASON, rest=True), lead="because")
FOUND = replace(text("What you found", longest=LONGEST_NOTE, rest=True, hint="Sealed"), lead="because")


@command(
    "break glass", may=ADVISERS, examples=("break glass 0042 because she is at A&E now",), title="Break the glass",
)  # fmt: skip
def break_glass(turn: Turn, *, case: Annotated[str, REFERENCE], reason: Annotated[str, REASON]) -> Message:
    """Ask to see a case that you are not named to, because you need it now. A second person decides.

    The owner's manager and the data protection leads are asked at once. Once one of them agrees you see it for 24
    hours; what you look at is on record, and the reason is reviewed.
    """
    glass.ask(turn, case, reason)
    return Message(glass.RECORDED, private=True)


@command("glass", "openings", may=DATA_PROTECTION, acts=False, examples=("glass",))
def openings(turn: Turn) -> Message:
    """List what was opened by breaking the glass and waits for your review."""
    found = glass.openings(turn)
    if not found:
        return Message("Nothing that was opened by breaking the glass waits for a review.", private=True)
    many = "1 opening waits" if len(found) == 1 else f"{len(found)} openings wait"
    return Message(f"{many} for a review.", table=openings_table(turn, found), private=True)


@command(
    "review glass", may=DATA_PROTECTION, examples=("review glass 0042 because she was on call that night",),
    title="Review an opening",
)  # fmt: skip
def review(turn: Turn, *, case: Annotated[str, REFERENCE], words: Annotated[str, FOUND]) -> Message:
    """Put on record that you looked into why a case was opened, and what you found."""
    opened = glass.find_opened(turn, case)
    many = "1 opening is" if glass.review(turn, opened, words) == 1 else "its openings are"
    return Message(f"{opened.reference}: {many} reviewed.", private=True)
