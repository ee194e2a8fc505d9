"""What `figures` asks for: what is counted, whose, in which way; how each is read and shown."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.blanks import ANYBODY, choice, offered, plain
from bot.cases import staff
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead
from bot.domain.facts import FACTS
from bot.domain.figures import ALSO, About, By, Exceptions, Measure, Past, Timed, Unit
from bot.domain.message import BlankKind, Choice
from bot.domain.terms import Agency, Nature
from bot.grammar import Ask
from bot.turn import Turn
from storage.tables import Person

PAST = re.compile(r"(?:past|over|beyond|more than|after) (\d{1,3}) weeks?")
Figure = About | Past | Timed
NAMES = {plain(name): about for about in About for name in (about.value, about.label)} | dict(ALSO)
AGENCIES = {
    **dict.fromkeys(("health", "nhs", "health advice"), Agency.HEALTH),
    **dict.fromkeys(("social care", "sc", "social care advice"), Agency.SOCIAL_CARE),
    "mp team": Agency.MP_TEAM,
}
"""Bodies that are asked by more than one name: all of what they are asked for."""


def _figure(turn: Turn, words: str) -> Figure:
    said = plain(words)
    if past := PAST.fullmatch(said):
        return Past(int(past[1]))
    if said in NAMES:
        return NAMES[said]
    clocks = [rule for rule in turn.rules.by_id.values() if rule.nature is Nature.DUTY]
    found = [rule for rule in clocks if plain(rule.id) == said] or [
        rule for rule in clocks if said == plain(rule.title) or said in (plain(n) for n in FACTS[rule.stops[0]].said)
    ]
    if not found:
        raise CannotRead(f"I have no figure for “{words}”. I have: {', '.join(about.label for about in About)}.")
    return Timed(found[0].title, tuple(rule.id for rule in found))


def shown(figure: Figure) -> str:
    match figure:
        case About():
            return figure.value
        case Past():
            return figure.label
    return figure.rules[0]


def _body(turn: Turn, words: str) -> Agency | Adviser:
    """Who is asked for advice: one service, or all of an agency's."""
    said = plain(words)
    found = AGENCIES.get(said) or turn.rules.adviser(said.removesuffix(" advice"))
    if found is None:
        named = ", ".join(adviser.label for adviser in turn.rules.services)
        raise CannotRead(f"I don't know “{words}” as somebody who gives advice. I know: {named}.")
    return found


def _bodies(turn: Turn) -> Sequence[Choice]:
    return [Choice(one.id, f"{one.label[:1].upper()}{one.label[1:]}") for one in turn.rules.services]


def _person(turn: Turn, words: str) -> Person:
    return turn.person if plain(words) in ("mine", "my", "my own") else staff.find_anybody(turn, words)


def _unit(_turn: Turn, words: str) -> Unit:
    said = re.sub(r"^(?:the )?(?:last |previous |same time last )?| before$", "", plain(words)).replace(" ", "_")
    if said not in list(Unit):
        raise CannotRead(f"“{words}” is not one of these: {', '.join(unit.label for unit in Unit)}.")
    return Unit(said)


BYS = {
    "month by month": By.MONTH, "each month": By.MONTH, "months": By.MONTH, "owner": By.OFFICER, "officers": By.OFFICER,
    "each officer": By.OFFICER, "per officer": By.OFFICER, "case officer": By.OFFICER, "person": By.OFFICER,
    "manager": By.TEAM, "teams": By.TEAM, "services": By.SERVICE, "each service": By.SERVICE,
    "agencies": By.AGENCY, "mps": By.MP, "grounds": By.GROUND,
}  # fmt: skip
MEASURES = {
    "count": Measure.COUNT,
    "number of": Measure.COUNT,
    "average time": Measure.AVERAGE,
    "mean": Measure.AVERAGE,
}
LEFT = {
    **dict.fromkeys(("with exceptions", "including exceptions"), Exceptions.WITH),
    **dict.fromkeys(("without exceptions", "excluding exceptions"), Exceptions.WITHOUT),
}
FIGURE = Ask("What", _figure, show=shown, kind=BlankKind.CHOICE, choices=offered(About), words=6)
BODY = Ask(
    "Whose advice", _body, show=lambda one: one.value if isinstance(one, Agency) else one.id, kind=BlankKind.CHOICE,
    choices=_bodies, words=4,
)  # fmt: skip
OWNER = replace(ANYBODY, label="Whose", read=_person)
TEAM = replace(OWNER, label="Whose team", lead="team", hint="A manager's name: all who report to them")
AGAINST = replace(choice(Unit, "Compared with the last"), read=_unit, lead="against", words=4)


EXCEPTIONS = choice(Exceptions, "Exceptions", LEFT)
MEASURE = choice(Measure, "In time, how many, or how long", MEASURES)
BY = replace(choice(By, "A line for each", BYS), lead="by")
