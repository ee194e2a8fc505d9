"""A second person's yes or no to what nobody does alone."""

import re
from dataclasses import replace
from typing import Annotated

from bot.blanks import number
from bot.cards import approvals as cards
from bot.cases import approvals, glass
from bot.commands.roles import SECOND_PERSON
from bot.domain.errors import CannotRead
from bot.domain.message import Message, Row, Table
from bot.domain.terms import Sensitive
from bot.grammar import command
from bot.turn import Turn

_number = number("Number")


def _waiting(turn: Turn, words: str) -> int:
    """The number of a question; a case's reference is of the other yes, to a date."""
    if re.match(r"(?i)0|[a-z]", words):
        raise CannotRead(f"To agree to a date on a case, say: approve {words}. Here a number is asked for: approvals")
    return int(_number.read(turn, words))


NUMBER = replace(_number, read=_waiting, hint="As approvals shows it")


@command("approvals", "what waits for me", may=SECOND_PERSON, acts=False, examples=("approvals",))
def approvals_(turn: Turn) -> Message:
    """List what waits for your yes: who asks, for what, why, and until when."""
    waiting = approvals.waiting_for_me(turn)
    rows = tuple(
        Row(
            (
                str(one.id),
                cards.name_of(turn, one.asked_by),
                cards.would(turn, one),
                cards.until(turn, one),
            ),
            actions=cards.buttons(turn, one),
        )
        for one in waiting
    )
    if not rows:
        return Message("Nothing waits for your yes.", private=True)
    many = "1 question waits" if len(rows) == 1 else f"{len(rows)} questions wait"
    table = Table(("Number", "Who asks", "To", "Until"), rows)
    reasons = tuple(cards.reason(turn, one, f"{one.id}: the reason given") for one in waiting)
    return Message(f"{many} for your yes.", reasons, table=table, private=True)


@command("agree", may=SECOND_PERSON, examples=("agree 7",), title="Agree to it")
def agree(turn: Turn, *, number: Annotated[int, NUMBER]) -> Message:
    """Say yes to what somebody else asked for. They are told at once, and can do it once within 24 hours."""
    answered = approvals.answer(turn, number, agreed=True)
    if answered.act is Sensitive.BREAK_GLASS:
        glass.open_up(turn, answered)
    asker = cards.name_of(turn, answered.asked_by)
    return Message(f"You have said yes: {asker} may {cards.would(turn, answered)}.", aside=_told(asker), private=True)


@command("decline", may=SECOND_PERSON, examples=("decline 7",), title="Say no to it")
def decline(turn: Turn, *, number: Annotated[int, NUMBER]) -> Message:
    """Say no to what somebody else asked for. They are told at once."""
    answered = approvals.answer(turn, number, agreed=False)
    asker = cards.name_of(turn, answered.asked_by)
    return Message(
        f"You have said no: {asker} may not {cards.would(turn, answered)}.", aside=_told(asker), private=True
    )


def _told(asker: str) -> str:
    return f"{asker} is told now."
