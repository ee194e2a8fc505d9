"""The figures: how many plans, advices and replies were in time."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from bot.blanks import choice, day
from bot.cards.dates import sentence
from bot.cases.figures import Figures, Kept, figures
from bot.commands.roles import COUNCIL
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.message import Fact, Message
from bot.domain.terms import Role, Term
from bot.grammar import command
from bot.turn import Turn

NO_LETTERS = "Letters are told of to the council's own staff, in their own rooms."


class About(Term):
    """What the first line tells."""

    PLANS = "plans"
    REPLIES = "replies"
    VERY_LATE = "very_late"


@command(
    "figures", "performance", may=COUNCIL | {Role.VIEWER}, acts=False,
    examples=("figures", "figures since 1 September 2026", "figures since 1 September 2026 until 30 September 2026"),
    title="Figures",
)  # fmt: skip
def figures_(
    turn: Turn,
    *,
    about: Annotated[About, choice(About, "About")] = About.PLANS,
    since: Annotated[date | None, day("Since", lead="since", hint="1 January, if left out")] = None,
    until: Annotated[date | None, day("Until", lead="until", hint="today, if left out")] = None,
) -> Message:
    """Show how many plans went out within 20 weeks, with and without exceptions, and what else was in time.

    A plan, an advice or a reply counts on the day on which it went out or came in. Only cases that you may see count.
    """
    last = until or turn.today
    first = since or date(last.year, 1, 1)
    if first > last:
        raise CannotRead("The first day is after the last. Say, for example: figures since 1 September", blank="since")
    found = figures(turn, first, last)
    return Message(
        _headline(found, about, f"{say_day(first, turn.today)} to {say_day(last, turn.today)}"),
        facts=tuple(_facts(turn, found, about)),
        aside="Of cases that you may see here.",
        private=turn.private,
    )


def _headline(found: Figures, about: About, days: str) -> str:
    if about is About.VERY_LATE:
        return f"New plans not out after more than 52 weeks: {found.very_late}."
    if about is About.PLANS:
        return f"New plans that went out within 20 weeks, {days}: {share(found.plans)}."
    return f"Replies to MPs in time, {days}: {share(found.replies)}." if found.replies else NO_LETTERS


def share(kept: Kept) -> str:
    """ "3 of 4 (75%)"; halves are rounded up, as people do by hand."""
    return f"{kept.in_time} of {kept.of} ({(200 * kept.in_time + kept.of) // (2 * kept.of)}%)" if kept.of else "none"


def _facts(turn: Turn, found: Figures, about: About) -> Iterator[Fact]:
    excepted = found.plans.of - found.plain_plans.of
    if about is not About.PLANS:
        yield Fact("Plans within 20 weeks", share(found.plans))
    left_out = f"{excepted} with an exception on record left out" if excepted else ""
    yield Fact("Without exceptions", share(found.plain_plans), left_out)
    yield Fact("Past 20 weeks", str(found.past_limit), "not out yet, today")
    yield Fact("Past 52 weeks", str(found.very_late), "of these")
    for service, kept in found.advice:
        yield Fact(f"{sentence(turn.rules.service(service).label)} advice in time", share(kept))
    if found.replies and about is not About.REPLIES:
        yield Fact("Replies to MPs in time", share(found.replies))
