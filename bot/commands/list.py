"""Lists: what is mine, late, due, awaited, an agency's, an MP's, by whatever it is narrowed to."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from bot.blanks import LETTER, choice, number, yes_no
from bot.cards.day import agency_day, team_day
from bot.cards.digest import digest_message
from bot.cards.listed import OVERDUE, Listing, cases_message, dates_message, nothing_yet
from bot.cards.listed_by import grouped_message
from bot.cards.listed_file import AS_FILE, cases_file, dates_file
from bot.cases import grouping, lists, staff, visible
from bot.cases.grouping import By
from bot.cases.wanted import Standing, Wanted, Which
from bot.commands.list_blanks import (
    ALSO,
    OF_CASES,
    AgeBlank,
    AgenciesBlank,
    ByBlank,
    ConstituencyBlank,
    DatesBlank,
    HavingBlank,
    LateBlank,
    MpBlank,
    OtherBlank,
    OwnersBlank,
    ProcessesBlank,
    RestrictedBlank,
    SchoolBlank,
    ServicesBlank,
    SinceBlank,
    StatutoryBlank,
    UntilBlank,
    WeekBlank,
    WithoutBlank,
)
from bot.commands.roles import COUNCIL, EVERYONE, READERS
from bot.domain.calendar import ONE_DAY
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead
from bot.domain.message import Action, Message
from bot.domain.terms import Agency, Kind, LetterKind, Role, Term
from bot.grammar import Command, command, line
from bot.turn import Turn

AHEAD = timedelta(days=14)
"""How far a list of what is due looks where no time is said."""
MINE = {Which.MINE: Which.ALL, Which.MINE_OVERDUE: Which.OVERDUE, Which.MINE_DUE: Which.DUE}
DATED = ("period", "since", "until", "agency", "service", "letter", "mp", "date", "late_by", "age", "statutory")
"""What dates are narrowed by: with these, what is mine is a list of dates."""
OF_A_CASE = ("owner", "week", "without", "has", "school", "constituency", "restricted")


class Period(Term):
    """How far a list of what is due looks."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    THIS_MONTH = "this_month"
    NEXT_MONTH = "next_month"


def span(period: Period, today: date) -> tuple[date, date]:
    """The first and last day of a period; a week is Monday to Sunday."""
    monday = today - timedelta(days=today.weekday())
    match period:
        case Period.TODAY:
            return today, today
        case Period.TOMORROW:
            return today + timedelta(days=1), today + timedelta(days=1)
        case Period.THIS_WEEK:
            return monday, monday + timedelta(days=6)
        case Period.NEXT_WEEK:
            return monday + timedelta(days=7), monday + timedelta(days=13)
        case Period.FORTNIGHT:
            return today, today + timedelta(days=14)
        case Period.MONTH:
            return today, today + timedelta(days=31)
        case Period.THIS_MONTH:
            return _month(today)
        case Period.NEXT_MONTH:
            return _month(_month(today)[1] + timedelta(days=1))


def _month(day: date) -> tuple[date, date]:
    """The first and last day of the calendar month that a day is in."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


@command(
    "list", "show", may=READERS, acts=False,
    examples=(
        "list mine", "list overdue", "list overdue health more than 10 days", "list due this week", "list awaited SLT",
        "list cases past week 16 without draft", "list overdue by agency", "list due since 21/12/2026 until 4/1/2027",
        "list due except health", "list closed this month", "list mp=Okoro", "list Tom",
    ),
    title="List dates or cases",
)  # fmt: skip
def list_(
    turn: Turn,
    *,
    which: Annotated[Which, choice(Which, "Which", ALSO)] = Which.ALL,
    late_by: LateBlank = (),
    week: WeekBlank = (),
    period: Annotated[
        Period | None,
        choice(Period, "Due within", {"week": Period.THIS_WEEK, "next fortnight": Period.FORTNIGHT}),
    ] = None,
    agency: AgenciesBlank = (),
    service: ServicesBlank = (),
    process: ProcessesBlank = (),
    letter: Annotated[LetterKind | None, LETTER] = None,
    mp: MpBlank = (),
    constituency: ConstituencyBlank = "",
    age: AgeBlank = (),
    statutory: StatutoryBlank = False,
    restricted: RestrictedBlank = False,
    owner: OwnersBlank = (),
    other_than: OtherBlank = (),
    date: DatesBlank = (),
    without: WithoutBlank = (),
    has: HavingBlank = (),
    school: SchoolBlank = None,
    since: SinceBlank = None,
    until: UntilBlank = None,
    by: ByBlank = None,
    page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1,
    as_csv: Annotated[bool, replace(yes_no("As a file"), asked=False)] = False,
) -> Message:
    """List what is overdue, due or awaited, or cases, by whose they are, whose advice, which days, what is missing.

    Say whose, which agency or service, which date, in which days, how late, past which week, what is missing. Several
    agencies, services or people may be named, and some left out with `except`. Only cases that you may see are listed
    and counted.
    """
    given = {name: value for name, value in locals().items() if name not in ("turn", "page", "as_csv")}
    dates_told = visible.viewer(turn).may_know(Kind.DATES)
    mps_known = visible.have_written(turn, filter(None, (*mp, constituency)))  # else it may be a child's name
    if school or restricted or by is By.SCHOOL or not (dates_told and mps_known):  # which this room does not hear of
        turn = replace(turn, private=True)
    wanted = _wanted(turn, given)
    listing = Listing(which, wanted, _said(given))
    if _is_of_cases(given):
        return _cases(turn, listing, by, page, as_csv=as_csv)
    return _dates(turn, listing, by, page, as_csv=as_csv)


def _said(given: Mapping[str, Any]) -> dict[str, str]:
    """Each blank that was filled, as it is read again."""
    asked: Command = list_.command
    return {field.name: field.ask.text(given[field.name]) for field in asked.fields if given.get(field.name)}


def _is_of_cases(given: Mapping[str, Any]) -> bool:
    """Whether it lists cases, each with its next date, rather than dates."""
    if given["which"] in OF_CASES:
        return True
    if given["which"] not in (Which.MINE, Which.ALL) or any(given[name] for name in DATED):
        return False
    return given["which"] is Which.MINE or any(given[name] for name in OF_A_CASE)


def _wanted(turn: Turn, given: Mapping[str, Any]) -> Wanted:
    which: Which = given["which"]
    owners = [turn.person, *given["owner"]] if which in MINE else given["owner"]
    first, last = _days(turn, MINE.get(which, which), given)
    return Wanted(
        owners=tuple(dict.fromkeys(one.id or 0 for one in owners)),
        agencies=given["agency"],
        services=given["service"],
        other_than=given["other_than"],
        processes=given["process"],
        letter=given["letter"],
        mp=given["mp"],
        constituency=given["constituency"],
        school=given["school"],
        clocks=given["date"],
        first=first,
        last=last,
        late=given["late_by"],
        week=given["week"],
        age=given["age"],
        without=given["without"],
        having=given["has"],
        restricted=given["restricted"],
        statutory=given["statutory"],
        awaited=which is Which.AWAITED,
        owed=which is Which.OWED,
        received=which is Which.RECEIVED,
        standing=STANDING.get(which, Standing.OPEN),
    )


STANDING = {Which.CLOSED: Standing.CLOSED, Which.OPENED: Standing.OPENED}


def _days(turn: Turn, which: Which, given: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """From which day to which."""
    first, last = span(given["period"], turn.today) if given["period"] else (None, None)
    first, last = given["since"] or first, given["until"] or last
    if first and last and given["since"] and given["until"] and first > last:
        raise CannotRead("The first day is after the last. Say, for example: list due since 21 December", blank="since")
    match which:
        case Which.OVERDUE:
            last = min(last or turn.today, turn.today - ONE_DAY)
        case Which.DUE if last and last < turn.today:
            pass  # what was due then and is not done
        case Which.DUE | Which.NEXT:
            ahead = None if which is Which.NEXT or first else turn.today + AHEAD
            first, last = max(first or turn.today, turn.today), last or ahead
    return first, last


def _dates(turn: Turn, listing: Listing, by: By | None, page: int, *, as_csv: bool) -> Message:
    wanted = listing.wanted
    if listing.which in OVERDUE and wanted.first and wanted.first >= turn.today:
        return nothing_yet(turn, listing)
    if as_csv:
        return dates_file(turn, lists.due(turn, wanted, 1, size=AS_FILE))
    if by:
        return grouped_message(turn, listing, by, grouping.grouped(turn, wanted, by), cases=False)
    return dates_message(turn, listing, lists.due(turn, wanted, page))


def _cases(turn: Turn, listing: Listing, by: By | None, page: int, *, as_csv: bool) -> Message:
    wanted = listing.wanted
    if any(isinstance(one, Agency | Adviser) for one in wanted.other_than):
        raise CannotRead("Of cases I leave out a colleague's. For dates say: list due except health", "other_than")
    if by and by not in grouping.OF_CASES:
        raise CannotRead("Cases can be counted by owner, school or process. Say, for example: list cases by owner")
    if as_csv:
        return cases_file(turn, lists.cases(turn, wanted, 1, size=AS_FILE))
    if by:
        return grouped_message(turn, listing, by, grouping.grouped_cases(turn, wanted, by), cases=True)
    return cases_message(turn, listing, lists.cases(turn, wanted, page))


@command("home", "today", "my day", may=EVERYONE, acts=False, examples=("today",))
def home(turn: Turn) -> Message:
    """Show what is due today, late and due within a week: yours, your team's, or what your agency is asked for."""
    if turn.person.role is Role.CONTRIBUTOR:
        return agency_day(turn)
    team = staff.team_of(turn.db, turn.person) if turn.person.role is Role.MANAGER else []
    if team:
        return team_day(turn, [turn.person.id or 0, *team])
    more = (Action("My cases", line("list", which=Which.MINE), acts=False), Action("Help", "help", acts=False))
    return replace(digest_message(turn, turn.person), actions=more)


@command("letters", "mp letters", "list letters", may=COUNCIL, acts=False, examples=("letters",))
def letters(turn: Turn, *, page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1) -> Message:
    """List the open letters and their dates. In a partner's room the answer comes to you alone."""
    if not visible.viewer(turn).may_know(Kind.MP_MATTER):
        turn = replace(turn, private=True)
    wanted = Wanted(agencies=(Agency.MP_TEAM,))
    listing = Listing(Which.ALL, wanted, {"agency": Agency.MP_TEAM})
    return dates_message(turn, listing, lists.due(turn, wanted, page))
