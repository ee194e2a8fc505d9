"""The day of an agency or of a team: what is due today, late, and due within a week, as far as the asker may see."""

from collections.abc import Sequence
from dataclasses import replace

from bot.cards.dates import due, sentence, state, title, why_line
from bot.cards.digest import Dated, headline, in_order
from bot.cards.exceptions import noted
from bot.cases import advice, lists
from bot.cases.digests import AHEAD
from bot.cases.lists import DueLine
from bot.cases.wanted import Wanted
from bot.domain.message import Action, Message, Row, Table
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline, Request

HELP = Action("Help", "help", acts=False)
MOST = 5000
"""The most dates that are looked at."""


def agency_day(turn: Turn) -> Message:
    """What a body has still to send, among what the asker may see."""
    agency = turn.person.agency
    asked = [each for each in _lines_within_a_week(turn, Wanted(agencies=(agency,))) if each.request]
    waiting = [each for each in asked if each.request and each.request.sent_on is None]
    whole = Action(f"All for {agency.label}", line("list", agency=agency.value), acts=False)
    sent = "What you have sent, and the council has yet to confirm, is not in it." if len(asked) > len(waiting) else ""
    dates = [each.deadline for each in waiting]
    return replace(_day(turn, dates, waiting, f" · {agency.label}"), actions=(whole, HELP), aside=sent)


def team_day(turn: Turn, owners: Sequence[int]) -> Message:
    """What a manager and those below them own."""
    alone = replace(turn, private=True)
    wanted = Wanted(owners=tuple(owners), safe_by=turn.today + AHEAD)
    found = in_order(turn, lists.dates(alone, wanted))
    shown = lists.lines(alone, wanted, [each.id for each in found[: lists.PAGE]])
    more = f"{len(found) - lists.PAGE} more: say list overdue, or list due." if len(found) > lists.PAGE else ""
    actions = (Action("All that is overdue", line("list", which="overdue"), acts=False), HELP)
    return replace(_day(turn, found, shown, " · you and your team"), actions=actions, aside=more)


def _lines_within_a_week(turn: Turn, wanted: Wanted) -> list[DueLine]:
    alone = replace(turn, private=True)
    found = lists.due(alone, replace(wanted, safe_by=turn.today + AHEAD), 1, size=MOST).lines
    lines = {each.deadline.id: each for each in found}
    return [lines[deadline.id] for deadline in in_order(turn, [each.deadline for each in found])]


def _day(turn: Turn, dates: Sequence[Dated], found: Sequence[DueLine], whose: str) -> Message:
    rows = tuple(due_row(turn, each) for each in found[: lists.PAGE])
    return Message(
        text=f"{headline(turn, dates)}{whose}",
        table=Table(("Reference", "What", "Due", "Owner"), rows) if rows else None,
        private=True,
    )


def due_row(turn: Turn, each: DueLine) -> Row:
    """One date on a list."""
    actions = (
        Action("Open", line("open", case=each.reference), acts=False, alone=True),
        Action("Why", why_line(each.reference, each.deadline), acts=False),
    )
    what = what_is_due(turn, each.deadline, each.request)
    claimed = noted(turn, each.deadline)
    when = f"{due(turn, each.deadline)}{f' · {claimed}' if claimed else ''}"
    return Row((each.reference, what, when, each.owner), state(turn, each.deadline), actions)


def what_is_due(turn: Turn, deadline: Deadline, request: Request | None) -> str:
    """ "Final plan", or "Speech and language advice" for a request."""
    return sentence(title(turn, deadline, advice.title(turn, request) if request else ""))
