"""What was not understood, for whoever sees to it that more is."""

from dataclasses import replace
from typing import Annotated

from bot.blanks import number
from bot.cards.unread import shown
from bot.cases.unread import PAGE, unread
from bot.commands.roles import ADMINISTRATORS
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, Table
from bot.grammar import command, line
from bot.turn import Turn

ASIDE = "Only words that tell of nobody are shown, and not who said them. By day: {days}."


@command("not understood", may=ADMINISTRATORS, acts=False, examples=("not understood",))
def not_understood(turn: Turn, *, page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1) -> Message:
    """Show what was said in the last 30 days and not understood, the newest first.

    Words that may tell of anybody are left out: names, numbers, dates, and all that I don't know.
    """
    found = unread(turn, page)
    if not found.lines:
        return Message("Everything was understood in the last 30 days.", private=True)
    more = (Action("More", line("not understood", page=page + 1), acts=False),) if page * PAGE < found.many else ()
    times = {1: "1 sentence was"}.get(found.many, f"{found.many} sentences were")
    return Message(
        f"{times} not understood in the last 30 days.",
        table=Table(("Words",), tuple(Row((shown(each),)) for each in found.lines)),
        actions=more,
        aside=ASIDE.format(days=", ".join(f"{say_day(day, turn.today)} {many}" for day, many in found.by_day)),
        private=True,
    )
