"""The exceptions on record, over every case that the asker may see."""

import re
from dataclasses import replace
from typing import Annotated, NamedTuple

from bot.blanks import choice, number
from bot.cards.excepted import asked_message, excepted_message
from bot.cases import excepted, visible
from bot.cases.excepted import Narrowed
from bot.commands.list import Period, span
from bot.commands.list_blanks import AgenciesBlank, DatesBlank, OwnersBlank, ServicesBlank, SinceBlank, UntilBlank
from bot.commands.roles import READERS
from bot.domain.errors import CannotRead, NotAllowed
from bot.domain.grounds import Effect
from bot.domain.message import Message
from bot.domain.terms import Kind, Term
from bot.grammar import Ask, command
from bot.turn import Turn

NO_GROUNDS = "On which ground an exception was claimed is told to the council's officers alone."
NO_ASKED = "What waits for a second person's yes is told to those who run cases, privately."
LETTER = re.compile(r"(?:regulation )?(?P<before>[\d()]*?)\(?(?P<letter>[a-d])\)?")


class Which(Term):
    """Which exceptions."""

    ALL = "all"
    RUNNING = "running"
    """For dates that still run."""
    WAITING = "waiting"
    """Not agreed to yet."""


class Grounds(NamedTuple):
    """What is called so: a ground of each regulation that knows it."""

    said: str
    ids: frozenset[str]


def _grounds(turn: Turn, words: str) -> Grounds:
    """By name, or by the letter of the regulation: "(b)", "10(4)(b)"."""
    known = [ground for ground in turn.rules.grounds if ground.effect is Effect.RECORD]
    found = [ground for ground in known if ground.is_called(words)]
    if not found and (letter := LETTER.fullmatch(words.strip().lower())):
        limb = f"{letter['before']}({letter['letter']})"
        found = [ground for ground in known if limb in ground.source]
    if not found:
        names = ", ".join(dict.fromkeys(ground.names[0] for ground in known))
        raise CannotRead(f"“{words}” is no ground that I know. Say for example: {names}, (b)", "ground")
    return Grounds(words.strip(), frozenset(ground.id for ground in found))


@command(
    "exceptions", "list exceptions", may=READERS, acts=False,
    examples=("exceptions", "exceptions running", "exceptions waiting", "exceptions school closed since 1 September"),
    title="Exceptions",
)  # fmt: skip
def exceptions(
    turn: Turn,
    *,
    period: Annotated[Period | None, choice(Period, "Recorded within")] = None,
    which: Annotated[Which, choice(Which, "Which")] = Which.ALL,
    ground: Annotated[
        Grounds | None, Ask("Ground", _grounds, show=lambda one: one.said, words=3, hint="school closed, away, (b)")
    ] = None,
    agency: AgenciesBlank = (),
    service: ServicesBlank = (),
    owner: OwnersBlank = (),
    date: DatesBlank = (),
    since: SinceBlank = None,
    until: UntilBlank = None,
    page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1,
) -> Message:
    """List the cases that have an exception on record: for which dates, on what ground, since when, recorded by whom.

    Days are those on which it came on record. No date moves by an exception.
    """
    viewer = visible.viewer(turn)
    if not viewer.may_know(Kind.DATES):
        turn = replace(turn, private=True)
        viewer = visible.viewer(turn)
    if ground and not viewer.may_know(Kind.REQUESTS):
        raise NotAllowed(NO_GROUNDS)
    first, last = span(period, turn.today) if period else (None, None)
    first, last = since or first, until or last
    if first and last and first > last:
        raise CannotRead("The first day is after the last. Say, for example: exceptions since 1 September", "since")
    wanted = Narrowed(
        tuple(one.id or 0 for one in owner),
        ground.ids if ground else frozenset(),
        (*agency, *service),
        frozenset(rule for clocks in date for rule in clocks.ids),
        first,
        last,
        running=which is Which.RUNNING,
    )
    given = {"period": period, "which": which, "ground": ground, "agency": agency, "service": service,
             "owner": owner, "date": date, "since": since, "until": until}  # fmt: skip
    said = {
        field.name: field.ask.text(given[field.name]) for field in exceptions.command.fields if given.get(field.name)
    }
    words = [*([f"ground {ground.said}"] if ground else []), *(clocks.said for clocks in date)]
    if which is Which.WAITING:
        return _waiting(turn, wanted, said, words, page)
    return excepted_message(turn, wanted, excepted.excepted(turn, wanted), said, words, page)


def _waiting(turn: Turn, wanted: Narrowed, said: dict[str, str], words: list[str], page: int) -> Message:
    """For those who read what people wrote, alone."""
    alone = replace(turn, private=True)
    if not visible.viewer(alone).may_know(Kind.NOTES):
        raise NotAllowed(NO_ASKED)
    if wanted.bodies or wanted.rules:
        raise CannotRead("What waits for a yes I can narrow by owner, ground and days alone.", "which")
    return asked_message(alone, wanted, excepted.asked(alone, wanted), said, words, page)
