"""What was refused: who tried what, for those who answer for it."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import number
from bot.cases import denied as attempts
from bot.commands.roles import SECOND_PERSON
from bot.domain.calendar import london_time
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, Table
from bot.grammar import Book, command, line
from bot.turn import Turn


@command("denied", may=SECOND_PERSON, acts=False, examples=("denied",))
def denied(
    turn: Turn, book: Book, *, page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1
) -> Message:
    """Show who was refused what in the last 30 days: managers see their team, data protection leads everybody.

    Of a line only the command is shown, never what else was typed.
    """
    found, many = attempts.denied(turn, page)
    known = [words for each in book.commands for words in each.words]
    rows = tuple(
        Row(
            (
                f"{say_day(london_time(one.at).date(), turn.today)}, {london_time(one.at):%H:%M}",
                one.by,
                attempts.words_of(known, one.line),
                f"in the room {one.room}" if one.room else "privately",
                one.why,
            )
        )
        for one in found
    )
    if not rows:
        return Message("Nothing was refused in the last 30 days.", private=True)
    more = (Action("More", line("denied", page=page + 1), acts=False),) if page * attempts.PAGE < many else ()
    times = {1: "once", 2: "twice"}.get(many, f"{many} times")
    return Message(
        f"Something was refused {times} in the last 30 days.",
        table=Table(("When", "Who", "What", "Where", "Why"), rows),
        actions=more,
        private=True,
    )
