"""A list counted by something: a row for each group, and a button that shows what is in it."""

from collections.abc import Sequence
from typing import Any

from bot.cards.dates import sentence
from bot.cards.listed import Listing, cases_headline, headline
from bot.cards.narrowed import between, read_as
from bot.cases.grouping import By, Group, ends
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, State, Table
from bot.turn import Turn

MOST = 30
"""Groups that are shown."""
NONE = {
    By.AGENCY: "no agency of ours",
    By.SERVICE: "no advice: the council's own",
    By.OWNER: "nobody yet",
    By.SCHOOL: "no school recorded",
    By.PROCESS: "letters",
    By.MP: "no MP",
    By.CONSTITUENCY: "no constituency",
}


def grouped_message(turn: Turn, listing: Listing, by: By, groups: Sequence[Group], *, cases: bool) -> Message:
    total = sum(group.total for group in groups)
    said = cases_headline(turn, listing, total) if cases else headline(turn, listing, total)
    rows = tuple(_row(turn, listing, by, group, cases=cases) for group in groups[:MOST])
    columns = (sentence(by.label), "How many", *(() if cases else ("Late", "Soonest")))
    shown = f"The {MOST} largest of {len(groups)} groups. " if len(groups) > MOST else ""
    return Message(
        text=said if not total else f"{said.removesuffix('.')}, counted by {by.label}.",
        table=Table(columns, rows) if rows else None,
        aside=f"{shown}Read as: {read_as(turn, listing.wanted)}.",
        private=turn.private,
    )


def _row(turn: Turn, listing: Listing, by: By, group: Group, *, cases: bool) -> Row:
    name, told = _named(turn, by, group.key, cases=cases)
    cells = [name, str(group.total)]
    if not cases:
        soonest = say_day(group.soonest, turn.today) if group.soonest else ""
        cells += [f"{group.late} late" if group.late else "none", soonest]
    actions = (Action("Show", listing.again(by="", page="", **told), acts=False),) if told else ()
    return Row(tuple(cells), State.LATE if group.late else State.PLAIN, actions)


def _named(turn: Turn, by: By, key: tuple[Any, ...], *, cases: bool) -> tuple[str, dict[str, str]]:
    """What a group is called, and the blanks that narrow the list to it; none for what has no such thing."""
    value = key[0]
    if not value:
        return NONE[by], {"without": "owner"} if cases and by is By.OWNER else {}
    match by:
        case By.WEEK | By.MONTH:
            last = ends(value, by)
            name = f"{value:%B %Y}" if by is By.MONTH else between(value, last, turn.today)
            return name, {"since": value.isoformat(), "until": last.isoformat(), "period": ""}
        case By.SERVICE:
            return turn.rules.service(value).label, {"service": value}
        case By.OWNER:
            return key[1], {"owner": value}
        case By.AGENCY | By.PROCESS:
            return value.label, {by.value: value.value}
    return value, {by.value: value}
