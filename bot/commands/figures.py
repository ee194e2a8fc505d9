"""The figures: what was in time, how many there are, how long it took, and what is missing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import ANYBODY, choice, day, offered, plain, text
from bot.cards import counts
from bot.cards.figures import Asked, average_of, kept_of
from bot.cases import staff, visible
from bot.cases.figures import ADVICE, Scope
from bot.commands.roles import COUNCIL
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead, NotAllowed
from bot.domain.facts import FACTS
from bot.domain.figures import (
    ALSO,
    NOW,
    OF_LETTERS,
    TIMED,
    About,
    By,
    Days,
    Exceptions,
    Measure,
    Past,
    Timed,
    Unit,
    When,
    before,
    days_of,
    named_days,
)  # fmt: skip
from bot.domain.message import BlankKind, Choice, Message
from bot.domain.terms import Agency, Kind, Nature, Role
from bot.grammar import Ask, command
from bot.turn import Turn
from storage.tables import Person

NO_LETTERS = "Letters are told of to the council's own staff, in their own rooms."
NO_GAPS = "What is missing from the record is told to the council's own staff."
NO_GROUNDS = "On which ground an exception was claimed is told to the council's officers alone."
NO_TERM = "I have no term dates on record. Say since which day, for example: figures since 1 September"
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


def _shown(figure: Figure) -> str:
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
FIGURE = Ask("What", _figure, show=_shown, kind=BlankKind.CHOICE, choices=offered(About), words=6)
BODY = Ask(
    "Whose advice", _body, show=lambda one: one.value if isinstance(one, Agency) else one.id, kind=BlankKind.CHOICE,
    choices=_bodies, words=4,
)  # fmt: skip
OWNER = replace(ANYBODY, label="Whose", read=_person)
TEAM = replace(OWNER, label="Whose team", lead="team", hint="A manager's name: all who report to them")
AGAINST = replace(choice(Unit, "Compared with the last"), read=_unit, lead="against", words=4)


@command(
    "figures", "performance", may=COUNCIL | {Role.VIEWER}, acts=False,
    examples=("figures", "figures plans since 1 September 2026", "figures plans month by month", "figures caseload"),
    title="Figures",
)  # fmt: skip
def figures_(
    turn: Turn,
    *,
    measure: Annotated[Measure, choice(Measure, "In time, how many, or how long", MEASURES)] = Measure.SHARE,
    about: Annotated[Figure | None, FIGURE] = None,
    service: Annotated[Agency | Adviser | None, BODY] = None,
    exceptions: Annotated[Exceptions | None, choice(Exceptions, "Exceptions", LEFT)] = None,
    by: Annotated[By | None, replace(choice(By, "A line for each", BYS), lead="by")] = None,
    owner: Annotated[Person | None, OWNER] = None,
    team: Annotated[Person | None, TEAM] = None,
    mp: Annotated[str, replace(text("MP or constituency"), words=0)] = "",
    period: Annotated[When | None, choice(When, "Days")] = None,
    since: Annotated[date | None, day("Since", lead="since", hint="1 January, if left out")] = None,
    until: Annotated[date | None, day("Until", lead="until", hint="today, if left out")] = None,
    against: Annotated[Unit | None, AGAINST] = None,
) -> Message:
    """Show what was in time, how many there are, or how long it took: plans, advice, decisions, replies to MPs, cases.

    Say what, whose, and since when: figures SLT since 1 September, figures mp replies this month, figures overdue by
    officer. A plan, an advice or a reply counts on the day on which it went out or came in. Only cases that you may see
    count.
    """
    what = about or _meant(service, mp, measure, by or exceptions or against)
    if about is About.CASELOAD:
        by = by or By.OFFICER
    if about is About.EXCEPTIONS and visible.viewer(turn).may_know(Kind.REQUESTS):
        by = by or By.GROUND
    _check_told(turn, what, mp, by)
    _check_fits(what, service, by)
    days = _days(turn, what, period, (since, until), against)
    again = {
        "measure": measure if measure is not Measure.SHARE else None, "about": about and _shown(about),
        "service": service and BODY.text(service), "exceptions": exceptions, "owner": owner and owner.email,
        "team": team and team.email, "mp": mp, "period": period, "since": since, "until": until,
    }  # fmt: skip
    asked = Asked(
        _scope(turn, days, service, owner, team, mp, by),
        measure,
        exceptions,
        against=_before(turn, against, days),
        whose=_whose(service, owner, team, mp),
        again=again,
        now=isinstance(what, Past) or what in NOW,
    )
    return replace(_told(turn, asked, what), private=turn.private)


def _told(turn: Turn, asked: Asked, what: Figure) -> Message:
    clocks = _timed(turn, what, asked)
    match what:
        case _ if clocks and asked.measure is Measure.AVERAGE:
            return average_of(turn, asked, clocks)
        case _ if clocks:
            return kept_of(turn, asked, clocks)
        case About.HEADLINES:
            return counts.headlines(turn, asked)
        case About.TRANSFERS:
            return counts.transfers(turn, asked)
        case About.GAPS:
            return counts.gaps(turn, asked)
        case About() | Past():
            return counts.counted(turn, asked, what)
    raise AssertionError("every figure is of clocks or of what is counted")


def _timed(turn: Turn, what: Figure, asked: Asked) -> Timed | None:
    """The clocks that are meant, where it is clocks; of advice those of whoever is asked."""
    if what is About.ADVICE:
        rules = tuple(rule for rule in turn.rules.by_id if rule.startswith(ADVICE))
        label = turn.rules.service(asked.scope.service).label if asked.scope.service else "advice"
        return Timed(label if label == "advice" else f"{label} advice", rules)
    return what if isinstance(what, Timed) else TIMED.get(what) if isinstance(what, About) else None


def _meant(service: object, mp: str, measure: Measure, told: object) -> About:
    """What is asked after where nothing is named."""
    if service:
        return About.ADVICE
    if mp:
        return About.REPLIES
    return About.PLANS if told or measure is not Measure.SHARE else About.HEADLINES


# What may be asked


def _check_told(turn: Turn, what: Figure, mp: str, by: By | None) -> None:
    viewer = visible.viewer(turn)
    if (what in OF_LETTERS or mp or by is By.MP) and not viewer.may_know(Kind.MP_MATTER):
        raise NotAllowed(NO_LETTERS)
    if what is About.GAPS and not viewer.council:
        raise NotAllowed(NO_GAPS)
    if by is By.GROUND and not viewer.may_know(Kind.REQUESTS):
        raise NotAllowed(NO_GROUNDS)


def _check_fits(what: Figure, service: object, by: By | None) -> None:
    """What cannot be told apart, or narrowed, in that way: the sentence says what can."""
    if service and what not in (About.ADVICE, About.OVERDUE):
        raise CannotRead(
            "Of one service I count advice and what is overdue: figures advice, figures overdue", "service"
        )
    fits = {
        By.SERVICE: (About.ADVICE, About.OVERDUE),
        By.AGENCY: (About.ADVICE, About.OVERDUE),
        By.MP: OF_LETTERS - {About.WITH_MP},
        By.GROUND: (About.EXCEPTIONS,),
    }
    undated = isinstance(what, Past) or what in NOW | {About.TRANSFERS, About.HEADLINES}
    if (by in fits and what not in fits[by]) or (by is By.MONTH and undated) or (by and what in NO_LINES):
        label = "these" if isinstance(what, Timed) else what.label
        raise CannotRead(
            f"I can't count {label} by {by and by.label}. By officer or team I can count most things.", "by"
        )


NO_LINES = (About.GAPS, About.TRANSFERS, About.HEADLINES)


def _days(
    turn: Turn, what: Figure, period: When | None, ends: tuple[date | None, date | None], against: Unit | None
) -> Days:
    """From which day to which: this year so far, where nothing is said; phase transfers by this school year's dates."""
    terms, (since, until) = turn.rules.terms, ends
    if (period or since or until) and (isinstance(what, Past) or what in NOW):
        raise CannotRead("That is counted as it stands today: leave out the days.", "since")
    if what is About.TRANSFERS and not (period or since or until):
        period = When.THIS_SCHOOL_YEAR
    named = named_days(period, turn.today, terms) if period else None
    if period and named is None:
        raise CannotRead(NO_TERM, "period")
    if named is None and against and not since:
        named = days_of(against, turn.today, terms)
    last = until or (named[1] if named else turn.today)
    last = last if what is About.TRANSFERS else min(last, turn.today)
    first = since or (named[0] if named else date(last.year, 1, 1))
    if first > last:
        raise CannotRead("The first day is after the last. Say, for example: figures since 1 September", blank="since")
    return first, last


def _before(turn: Turn, against: Unit | None, days: Days) -> Days | None:
    earlier = before(against, days, turn.rules.terms) if against else None
    if against and earlier is None:
        raise CannotRead(NO_TERM, "against")
    return earlier


def _scope(
    turn: Turn,
    days: Days,
    body: Agency | Adviser | None,
    owner: Person | None,
    team: Person | None,
    mp: str,
    by: By | None,
) -> Scope:
    owners: tuple[int, ...] | None = (owner.id or 0,) if owner else None
    if team:
        under = staff.team_of(turn.db, team)
        if not under:
            raise CannotRead(f"Nobody reports to {team.name} on the staff list.", "team")
        owners = (team.id or 0, *under)
    if isinstance(body, Agency):
        return Scope(days, owners, agency=body, mp=mp, by=by)
    return Scope(days, owners, service=body.id if body else "", mp=mp, by=by)


def _whose(body: Agency | Adviser | None, owner: Person | None, team: Person | None, mp: str) -> str:
    parts = [
        f"for {body.label}" if isinstance(body, Agency) else "",
        f"for {owner.name}" if owner else "",
        f"for {team.name}'s team" if team else "",
        f"MP {mp}" if mp else "",
    ]
    return ", ".join(filter(None, parts))
