"""Exceptions that the law allows, dates that somebody gives, and when schools are closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from rapidfuzz import fuzz, process

from bot.blanks import CaseOrLetterBlank, DayBlank, ReasonBlank, RequestBlank, day, number, plain, text
from bot.cards.exceptions import asked_message
from bot.cases import closures, exceptions
from bot.cases.exceptions import Days, Which
from bot.commands.case import to_change
from bot.commands.roles import CASEWORK, COUNCIL
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.grounds import Effect, Ground, Shows
from bot.domain.message import BlankKind, Choice, Message, Row, Table
from bot.domain.terms import RuleId
from bot.grammar import Ask, command
from bot.turn import Turn
from storage.tables import Setting


def _ground(turn: Turn, words: str) -> tuple[Ground, ...]:
    found = turn.rules.grounds_called(words)
    if not found:
        named = ", ".join(choice.value for choice in _grounds(turn))
        raise CannotRead(f"“{words}” is no ground that I know. I know: {named}.")
    return found


def _grounds(turn: Turn) -> Sequence[Choice]:
    """What staff call the grounds, each name once: the clock says of which regulation it is."""
    claimable = [ground for ground in turn.rules.grounds if ground.effect is not Effect.NEVER]
    names = dict.fromkeys(ground.names[0] for ground in claimable)
    return [Choice(name, f"{name[:1].upper()}{name[1:]}") for name in names]


def _which(turn: Turn, words: str) -> Which:
    """A clock by its title, its period or its id; or whoever gives advice."""
    said = plain(words)
    rules = [r for r in turn.rules.clocks if said in (plain(r.title), plain(r.period), plain(r.id))]
    adviser = turn.rules.adviser(words)
    if not rules and adviser is None:
        raise CannotRead(
            f"“{words}” is no date that I know. Leave it out, or say for example: final plan, 20 weeks, SLT"
        )
    return Which(words, frozenset(RuleId(rule.id) for rule in rules), adviser)


def _setting(turn: Turn, words: str) -> Setting:
    known = {setting.name: setting for setting in closures.settings(turn)}
    exact = [name for name in known if plain(name) == plain(words)]
    if exact:
        return known[exact[0]]
    near = [name for name, *_ in process.extract(words, list(known), scorer=fuzz.WRatio, score_cutoff=70, limit=3)]
    meant = f" Did you mean: {', '.join(near)}?" if near else " A school is known once a case names it."
    raise CannotRead(f"I know no school called “{words}”.{meant}")


GROUND = Ask(
    "Ground", _ground, show=lambda grounds: grounds[0].names[0], kind=BlankKind.CHOICE, choices=_grounds, words=4
)
WHICH = Ask(
    "For which date", _which, show=lambda which: which.said, words=5, lead="for",
    hint="Leave empty for all that it can be claimed for, or say: final plan, 20 weeks, SLT",
)  # fmt: skip
SCHOOL = Ask("School, college or nursery", _setting, show=lambda setting: setting.name, words=8)


@command(
    "exception", "extension", "claim exception", may=COUNCIL,
    examples=(
        "exception 0042 school closed aim 12/3/2027 because the head gave her advice on her return",
        "exception 0042 away from 5/10/2026 until 8/11/2026 because they were abroad",
        "exception 0042 SLT missed appointment from 5/10/2026 because he was ill",
    ),
    title="Claim an exception",
)  # fmt: skip
def exception(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    ground: Annotated[tuple[Ground, ...], GROUND],
    which: Annotated[Which | None, WHICH] = None,
    starts: Annotated[
        date | None, day("From", lead="from", hint="The first day; of a missed appointment its day")
    ] = None,
    ends: Annotated[date | None, day("Until", lead="until", hint="The last day of it")] = None,
    gives: Annotated[
        date | None, day("New date", past=False, lead="to", hint="For an extension or a date that was given")
    ] = None,
    aim: Annotated[date | None, day("We aim for", past=False, lead="aim")] = None,
    told: Annotated[date | None, day("When the family was told", lead="told", hint="Empty: not yet")] = None,
    evidence: Annotated[
        str, replace(text("Evidence reference", longest=80, private=True, hint="Sealed"), words=1, lead="evidence")
    ] = "",
    reason: Annotated[
        str,
        replace(ReasonBlank.__metadata__[0], label="Why it made it impractical to keep the date", hint="Sealed"),
    ],
    request: RequestBlank = None,
) -> Message:
    """Claim an exception that the law allows, or record a date that somebody gave.

    An exception is a record: the date stays and the days keep counting. It must have made it impractical to keep the
    date. Late advice, a shortage of psychologists, a panel or leave never are one. A second person has to agree.
    """
    file = to_change(turn, case)
    days = Days(starts, ends, gives, told, aim)
    recorded = exceptions.claim(
        turn, file, ground, days, which=which, request=request, reason=reason, evidence=evidence
    )
    return asked_message(turn, file, recorded)


@command("told", "family told", may=COUNCIL, examples=("told 0042 on Friday",), title="Family told")
def told(
    turn: Turn, *, case: CaseOrLetterBlank, on: DayBlank = None, entry: Annotated[int | None, number("Entry")] = None
) -> Message:
    """Record when the family was told of an exception, or who wrote in of a new date."""
    file = to_change(turn, case)
    there = exceptions.told(turn, file, on or turn.today, entry)
    text_ = f"{case.reference}: they were told {say_day(there.happened_on, turn.today)}."
    return Message(text_, aside=f"To take it back, say: undo {case.reference} {there.number}", private=True)


@command(
    "closure", may=CASEWORK, examples=("closure Oakhurst Primary from 22/7/2027 until 1/9/2027",),
    title="When a school is closed",
)  # fmt: skip
def closure(
    turn: Turn,
    *,
    school: Annotated[Setting, SCHOOL],
    starts: Annotated[date, day("First day closed", past=False, lead="from")],
    until: Annotated[date, day("Last day closed", past=False, lead="until")],
) -> Message:
    """Record when a school, college or nursery is closed. The exception for a closed school is checked against it."""
    closed = closures.close(turn, school, starts, until)
    first, last = closed.window
    window = f"Asking its advice counts from {say_day(first, turn.today)} to {say_day(last, turn.today)}."
    least = min(ground.weeks for ground in turn.rules.grounds if ground.shows is Shows.CLOSURE)
    short = f"Under {least} weeks ({least * 7} days) a closure gives no exception."
    return Message(
        f"{school.name}: closed {say_day(closed.first, turn.today)} to {say_day(closed.last, turn.today)}, "
        f"{closed.days} days.",
        aside=window if closed.days >= least * 7 else short,
        private=True,
    )


@command(
    "closure remove", may=CASEWORK, examples=("closure remove Oakhurst Primary from 22/7/2027",),
    title="Take out a closure",
)  # fmt: skip
def closure_remove(
    turn: Turn,
    *,
    school: Annotated[Setting, SCHOOL],
    starts: Annotated[date, day("First day closed", past=False, lead="from")],
) -> Message:
    """Take out a closure that was put in by mistake. What was claimed because of it stays on record."""
    gone = closures.remove(turn, school, starts)
    span = f"{say_day(gone.first, turn.today)} to {say_day(gone.last, turn.today)}"
    return Message(f"{school.name}: the closure of {span} is taken out.", private=True)


@command("closures", "school closures", may=CASEWORK, acts=False, examples=("closures",), title="When schools close")
def closures_(turn: Turn) -> Message:
    """List when schools are closed, from three months ago on."""
    found = closures.every_closure(turn, turn.today - closures.LOOKED_BACK)
    rows = tuple(
        Row((setting.name, say_day(one.first_day, turn.today), say_day(one.last_day, turn.today)))
        for one, setting in found
    )
    number_ = "1 closure is" if len(rows) == 1 else f"{len(rows) or 'No'} closures are"
    return Message(
        f"{number_} on record.",
        table=Table(("School", "First day closed", "Last day closed"), rows) if rows else None,
        aside="To add one, say: closure, and the school",
        private=True,
    )
