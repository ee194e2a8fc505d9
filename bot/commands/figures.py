"""The figures: what was in time, how many there are, how long it took, and what is missing."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import LETTER, PROCESS, choice, day, text
from bot.cards import counts
from bot.cards.figures import Asked, average_of, kept_of
from bot.cases import staff, visible
from bot.cases.figures import ADVICE, Scope
from bot.commands.figure_blanks import AGAINST, BODY, BY, EXCEPTIONS, FIGURE, MEASURE, OWNER, TEAM, Figure, shown
from bot.commands.roles import COUNCIL
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead, NotAllowed
from bot.domain.figures import (
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
)
from bot.domain.message import Message
from bot.domain.terms import Agency, Kind, LetterKind, Process, Role
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Person

NO_LETTERS = "Letters are told of to the council's own staff, in their own rooms."
NO_GAPS = "What is missing from the record is told to the council's own staff."
NO_GROUNDS = "On which ground an exception was claimed is told to the council's officers alone."
NO_TERM = "I have no term dates on record. Say since which day, for example: figures since 1 September"


@command(
    "figures", "performance", may=COUNCIL | {Role.VIEWER}, acts=False,
    examples=("figures", "figures plans since 1 September 2026", "figures plans month by month", "figures caseload"),
    title="Figures",
)  # fmt: skip
def figures_(
    turn: Turn,
    *,
    measure: Annotated[Measure, MEASURE] = Measure.SHARE,
    about: Annotated[Figure | None, FIGURE] = None,
    service: Annotated[Agency | Adviser | None, BODY] = None,
    exceptions: Annotated[Exceptions | None, EXCEPTIONS] = None,
    by: Annotated[By | None, BY] = None,
    owner: Annotated[Person | None, OWNER] = None,
    team: Annotated[Person | None, TEAM] = None,
    mp: Annotated[str, replace(text("MP or constituency"), words=0)] = "",
    process: Annotated[Process | None, replace(PROCESS, words=0)] = None,
    letter: Annotated[LetterKind | None, replace(LETTER, words=0)] = None,
    period: Annotated[When | None, choice(When, "Days")] = None,
    since: Annotated[date | None, day("Since", lead="since", hint="1 January, if left out")] = None,
    until: Annotated[date | None, day("Until", lead="until", hint="today, if left out")] = None,
    against: Annotated[Unit | None, AGAINST] = None,
) -> Message:
    """Show what was in time, how many there are, or how long it took: plans, advice, decisions, replies to MPs, cases.

    Say what, whose, and since when: figures SLT since 1 September, figures mp replies this month, figures overdue by
    officer. A plan, an advice or a reply counts on the day on which it went out or came in. Only cases that you may see
    count.

    In time, how many or on average: plans, decisions to assess, drafts, review decisions, amended plans, advice, MP
    replies, holding replies, acknowledgements, and any other date by its name. What is left: phase transfers.

    Today: open cases, caseload, overdue, past 20 weeks, cases with an MP, open MP letters, open appeals, cases without
    an owner, gaps. In some days: new requests, closed cases, assessments agreed, assessments refused, plans refused,
    plans ceased, appeals lodged, MP letters, exceptions.
    """
    mp_known = visible.have_written(turn, filter(None, [mp]))  # else what was typed may be a child's name
    if not (visible.viewer(turn).may_know(Kind.DATES) and mp_known):  # a room of outsiders, or nobody's
        turn = replace(turn, private=True)
    what = about or _meant(service, mp, measure, by or exceptions or against)
    if about is About.CASELOAD:
        by = by or By.OFFICER
    if about is About.EXCEPTIONS and visible.viewer(turn).may_know(Kind.REQUESTS):
        by = by or By.GROUND
    _check_told(turn, what, mp, by)
    _check_fits(what, service, by)
    _check_kind(what, process, letter)
    _check_way(what, measure, exceptions, against)
    days = _days(turn, what, period, (since, until), against)
    again = {
        "measure": measure if measure is not Measure.SHARE else None, "about": about and shown(about),
        "service": service and BODY.text(service), "exceptions": exceptions, "owner": owner and owner.email,
        "team": team and team.email, "mp": mp, "process": process, "letter": letter, "period": period,
        "since": since, "until": until,
    }  # fmt: skip
    asked = Asked(
        replace(_scope(turn, days, service, owner, team, mp, by), process=process, letter=letter),
        measure,
        exceptions,
        against=_before(turn, against, days),
        whose=_whose(service, owner, team, mp, process),
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


def _check_way(what: Figure, measure: Measure, exceptions: Exceptions | None, against: Unit | None) -> None:
    """What is no clock has no time taken and no exceptions; what stands today was never counted before."""
    if (measure is Measure.AVERAGE or exceptions) and not (isinstance(what, Timed) or what in (*TIMED, About.ADVICE)):
        clocks = ", ".join(about.label for about in (*TIMED, About.ADVICE))
        raise CannotRead(f"That I can say of these: {clocks}, and of any clock by its name.", "measure")
    if against and (isinstance(what, Past) or what in NOW or what in NO_LINES):
        raise CannotRead("That is counted as it stands today: I have nothing to compare it with.", "against")


def _check_kind(what: Figure, process: Process | None, letter: LetterKind | None) -> None:
    if process and what not in OF_ONE_PROCESS:
        fit = ", ".join(about.label for about in OF_ONE_PROCESS)
        raise CannotRead(f"Of one process I count: {fit}.", "process")
    if letter and what not in (About.LETTERS, About.WAITING):
        raise CannotRead("Of one kind of letter I count those that came in and those that are open.", "letter")


OF_ONE_PROCESS = (About.OPEN, About.CASELOAD, About.CLOSED, About.OVERDUE, About.UNOWNED, About.EXCEPTIONS)
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


def _whose(
    body: Agency | Adviser | None, owner: Person | None, team: Person | None, mp: str, process: Process | None
) -> str:
    parts = [
        process.label if process else "",
        f"for {body.label}" if isinstance(body, Agency) else "",
        f"for {owner.name}" if owner else "",
        f"for {team.name}'s team" if team else "",
        f"MP {mp}" if mp else "",
    ]
    return ", ".join(filter(None, parts))
