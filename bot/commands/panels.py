"""The council's panels: when they sit and what goes to them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from bot.blanks import choice, number, plain
from bot.cards.panels import Asked, Which, panels_message
from bot.cases import visible
from bot.cases.panels import at_panels, may_know
from bot.commands.list import Period, span
from bot.commands.list_blanks import OwnersBlank, SinceBlank, UntilBlank, end
from bot.commands.roles import COUNCIL
from bot.domain.backplan import Decides
from bot.domain.dates import read_date
from bot.domain.errors import CannotRead, NotAllowed
from bot.domain.message import Message
from bot.domain.terms import Role
from bot.grammar import Ask, command
from bot.turn import Turn

NOT_TOLD = "What goes to a panel, and when, is told to the council's own staff."
BACK = timedelta(days=365)
"""How far back closed cases count that went to a panel."""
ALSO = {"next": Which.TO_COME, "stuck": Which.WAITING, "waits": Which.WAITING}


def _on(turn: Turn, words: str) -> date:
    """A weekday is the one to come; any other day the nearer of two."""
    ahead, back = (read_date(words, turn.today, past=past) for past in (False, True))
    return (
        ahead if (ahead - turn.today).days < DAYS_OF_A_WEEK else min(ahead, back, key=lambda day: abs(day - turn.today))
    )


DAYS_OF_A_WEEK = 7


def _panel(turn: Turn, words: str) -> str:
    """The name of the one panel of the calendar that is called so, or that advises on that."""
    said = plain(words).removeprefix("the ").removesuffix(" panel").removesuffix(" panels")
    names = list(dict.fromkeys(one.name for one in turn.rules.panels))
    whole = [name for name in names if plain(name).removesuffix(" panel") == said]
    decides = {one.name for one in turn.rules.panels if said in DECIDES and DECIDES[said] in one.decides}
    fits = whole or [name for name in names if name in decides or f" {said} " in f" {plain(name)} "]
    if len(fits) != 1:
        has = f"The council's are: {', '.join(names)}." if names else "No panel dates are on record."
        raise CannotRead(f"“{words}” is no panel that I know. {has}")
    return fits[0]


DECIDES = {"assess": Decides.ASSESS, "assessment": Decides.ASSESS, "plan": Decides.PLAN, "plans": Decides.PLAN,
           "placement": Decides.PLACEMENT, "placements": Decides.PLACEMENT}  # fmt: skip


@command(
    "panels", "panel dates", may=COUNCIL | {Role.VIEWER}, acts=False,
    examples=("panels", "panels waiting", "panels last", "panels next week",
              "panels on 3 December"),
    title="Panels",
)  # fmt: skip
def panels(
    turn: Turn,
    *,
    period: Annotated[Period | None, choice(Period, "Days")] = None,
    which: Annotated[Which, choice(Which, "What", ALSO)] = Which.TO_COME,
    panel: Annotated[str, Ask("Which panel", _panel, words=4, hint="assessment, placement; all, if left empty")] = "",
    owner: OwnersBlank = (),
    on: Annotated[date | None, replace(end("On one day", "on"), read=_on)] = None,
    since: SinceBlank = None,
    until: UntilBlank = None,
    page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1,
) -> Message:
    """Show when panels sit, when papers are due and which cases are planned for them; what waits after one; the last.

    The days are those of the council's own panel calendar, the cases those for which a panel was planned or held.
    """
    if not may_know(visible.viewer(turn)):
        turn = replace(turn, private=True)
    if not may_know(visible.viewer(turn)):
        raise NotAllowed(NOT_TOLD)
    first, last = span(period, turn.today) if period else (None, None)
    first, last = on or since or first, on or until or last
    if first and last and first > last:
        raise CannotRead("The first day is after the last. Say, for example: panels since 7 December", blank="since")
    said = {
        "which": which.value, "period": period.value if period else "", "panel": panel, "on": _iso(on),
        "since": _iso(since), "until": _iso(until), "owner": ", ".join(one.email for one in owner),
    }  # fmt: skip
    asked = Asked(which, first, last, panel, owner, page, {name: value for name, value in said.items() if value})
    found = at_panels(turn, min(first or turn.today, turn.today - BACK), [one.id or 0 for one in owner])
    return panels_message(turn, asked, found)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
