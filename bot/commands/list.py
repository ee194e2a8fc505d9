"""Lists: what is mine, late, due, an agency's, an MP's."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from bot.blanks import AGENCY, ANYBODY, LETTER, PROCESS, choice, number, text, yes_no
from bot.cards.dates import rule_of, state, when
from bot.cards.day import agency_day, due_row, team_day, what_is_due
from bot.cards.digest import digest_message
from bot.cards.exceptions import noted
from bot.cards.spreadsheet import csv_of
from bot.cases import lists, staff, visible
from bot.cases.lists import Page, Wanted
from bot.commands.roles import COUNCIL, EVERYONE, READERS
from bot.domain.dates import say_day
from bot.domain.message import Action, Attachment, Message, Row, Table
from bot.domain.terms import Agency, Kind, LetterKind, Process, Role, Term
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Deadline, Person, Request

AS_FILE = 5000
"""The most lines one CSV file holds."""


class Which(Term):
    """Which list."""

    MINE = "mine"
    OVERDUE = "overdue"
    DUE = "due"
    MINE_OVERDUE = "mine_overdue"
    MINE_DUE = "mine_due"
    ALL = "all"


ALSO = {
    "my": Which.MINE,
    "late": Which.OVERDUE,
    "my overdue": Which.MINE_OVERDUE,
    "my late": Which.MINE_OVERDUE,
    "overdue mine": Which.MINE_OVERDUE,
    "my due": Which.MINE_DUE,
    "due mine": Which.MINE_DUE,
}


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
    examples=("list mine", "list overdue", "list overdue health", "list due this week", "list mp=Okoro", "list Tom"),
    title="List dates",
)  # fmt: skip
def list_(
    turn: Turn,
    *,
    which: Annotated[Which, choice(Which, "Which", ALSO)] = Which.ALL,
    period: Annotated[
        Period | None,
        choice(Period, "Due within", {"week": Period.THIS_WEEK, "next fortnight": Period.FORTNIGHT}),
    ] = None,
    agency: Annotated[Agency | None, AGENCY] = None,
    process: Annotated[Process | None, PROCESS] = None,
    letter: Annotated[LetterKind | None, LETTER] = None,
    mp: Annotated[str, text("MP")] = "",
    owner: Annotated[Person | None, ANYBODY] = None,
    page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1,
    as_csv: Annotated[bool, replace(yes_no("As a file"), asked=False)] = False,
) -> Message:
    """List what is mine, overdue, due in a period, an agency's, an MP's, a colleague's or of one kind.

    A kind is a process or a sort of letter: annual reviews, complaints, foi. Only cases that you may see are listed and
    counted.
    """
    mine = which in (Which.MINE, Which.MINE_OVERDUE, Which.MINE_DUE)
    whose = turn.person if mine else owner
    if whose and which in (Which.MINE, Which.ALL) and not (period or agency or letter or mp):
        return _case_file(turn, whose, process) if as_csv else _cases(turn, whose, process, page)
    wanted = replace(
        _wanted(turn, which, period), owners=_ids(whose), agency=agency, process=process, letter=letter, mp=mp
    )
    if as_csv:
        return _as_file(turn, wanted)
    shown = lists.due(turn, wanted, page)
    narrowed = {"agency": agency, "process": process, "letter": letter, "mp": mp, "owner": _email(owner)}
    again = {"which": which, "period": period, **narrowed}
    return _dates(turn, shown, wanted, again)


def _ids(owner: Person | None) -> tuple[int, ...]:
    return (owner.id or 0,) if owner else ()


def _email(owner: Person | None) -> str:
    return owner.email if owner else ""


def _wanted(turn: Turn, which: Which, period: Period | None) -> Wanted:
    """From which day to which."""
    first, last = span(period, turn.today) if period else (None, None)
    if which in (Which.OVERDUE, Which.MINE_OVERDUE):
        yesterday = turn.today - timedelta(days=1)
        last = min(last, yesterday) if last else yesterday
    elif which in (Which.DUE, Which.MINE_DUE):
        first = max(first, turn.today) if first else turn.today
        last = last or turn.today + timedelta(days=14)
    return Wanted(first=first, last=last)


def _dates(turn: Turn, shown: Page, wanted: Wanted, again: Mapping[str, object]) -> Message:
    rows = tuple(due_row(turn, each) for each in shown.lines)
    actions = [Action("More", line("list", **again, page=shown.number + 1), acts=False)] if shown.more else []
    if shown.total:
        actions.append(Action("As CSV, privately", line("list", **again, as_csv="yes"), acts=False))
    return Message(
        text=_headline(turn, shown, wanted, again),
        table=Table(("Reference", "What", "Due", "Owner"), rows) if rows else None,
        actions=tuple(actions),
        aside=f"{_which_lines(shown)}Read as: {_read_as(turn, wanted)}.",
        private=turn.private,
    )


def _headline(turn: Turn, shown: Page, wanted: Wanted, again: Mapping[str, object]) -> str:
    """ "3 things are overdue for health, 1 of them statutory." """
    how = "overdue" if again.get("which") in (Which.OVERDUE, Which.MINE_OVERDUE) else "due"
    the = "the " if wanted.agency is Agency.MP_TEAM else ""
    of = f" for {the}{wanted.agency.label}" if wanted.agency else ""
    match shown.total:
        case 0:
            partly = wanted.agency and not visible.viewer(turn).may_know(Kind.REQUESTS, wanted.agency)
            seen = " that you may see" if partly else ""
            return f"Nothing{seen} is {how}{of}."
        case 1:
            return f"1 thing is {how}{of}{', and it is statutory' if shown.statutory else ''}."
        case many:
            every = "both" if many == 2 else "all"
            statutory = every if shown.statutory == many else shown.statutory or "none"
            return f"{many} things are {how}{of}, {statutory} of them statutory."


def _which_lines(shown: Page) -> str:
    if not shown.lines or (shown.number == 1 and not shown.more):
        return ""
    first = (shown.number - 1) * lists.PAGE + 1
    last = first + len(shown.lines) - 1
    return f"{first}{f' to {last}' if last > first else ''} of {shown.total}. "


def _read_as(turn: Turn, wanted: Wanted) -> str:
    parts = [_whose(turn, wanted)]
    parts += [f"agency {wanted.agency.label}"] if wanted.agency else []
    parts += [wanted.process.label] if wanted.process else []
    parts += [f"{wanted.letter.label}s"] if wanted.letter else []
    parts += [f"MP {wanted.mp}"] if wanted.mp else []
    if wanted.first and wanted.last and wanted.first > wanted.last:
        parts.append("no day of that time is past yet")
    elif wanted.first and wanted.last:
        parts.append(f"due {say_day(wanted.first, turn.today)} to {say_day(wanted.last, turn.today)}")
    elif wanted.last:
        parts.append(f"due up to {say_day(wanted.last, turn.today)}")
    return ", ".join(parts)


def _whose(turn: Turn, wanted: Wanted) -> str:
    if not wanted.owners:
        return "everyone's"
    owner = turn.db.get_one(Person, wanted.owners[0])
    return "mine" if owner.id == turn.person.id else f"{owner.name}'s"


def _as_file(turn: Turn, wanted: Wanted) -> Message:
    """The whole list for a spreadsheet: references and dates, no child."""
    found = lists.due(turn, wanted, 1, size=AS_FILE)
    rows = [
        (each.reference, what_is_due(turn, each.deadline, each.request), *_cells(turn, each.deadline), each.owner)
        for each in found.lines
    ]
    return _file(turn, ("reference", "what", *DATES, "owner"), rows, f"{found.total} dates as a file.")


def _case_file(turn: Turn, owner: Person, process: Process | None) -> Message:
    """Somebody's open cases for a spreadsheet, each with its next date."""
    found, total = lists.open_cases(turn, owner.id, process, 1, size=AS_FILE)
    dates = lists.next_dates(turn, [case for case, _ in found])
    rows = []
    for case, name in found:
        deadline, request = dates.get(case.id or 0, (None, None))
        what = (
            (what_is_due(turn, deadline, request), *_cells(turn, deadline)) if deadline else ("", *("" for _ in DATES))
        )
        rows.append((case.reference, case.stage, *what, name))
    return _file(turn, ("reference", "stage", "next", *DATES, "owner"), rows, f"{total} cases as a file.")


DATES = ("kind", "legal date", "act by", "days left", "exception")


def _cells(turn: Turn, deadline: Deadline) -> tuple[object, ...]:
    days = (deadline.legal - turn.today).days
    dates = (deadline.legal.isoformat(), deadline.safe.isoformat(), days)
    return rule_of(turn, deadline).kind.label, *dates, noted(turn, deadline)


def _file(turn: Turn, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], said: str) -> Message:
    name = f"referralbot-{turn.today.isoformat()}.csv"
    return Message(said, attachment=Attachment(name, csv_of(columns, rows)), private=True)


def _cases(turn: Turn, owner: Person, process: Process | None, page: int) -> Message:
    found, total = lists.open_cases(turn, owner.id, process, page)
    dates = lists.next_dates(turn, [case for case, _ in found])
    rows = [_case_row(turn, case, owner, *dates.get(case.id or 0, (None, None))) for case, _ in found]
    mine = owner.id == turn.person.id
    again = {"which": Which.MINE} if mine else {"owner": owner.email}
    actions = [Action("More", line("list", **again, process=process, page=page + 1), acts=False)]
    actions = actions if page * lists.PAGE < total else []
    if total:
        actions.append(Action("As CSV, privately", line("list", **again, process=process, as_csv="yes"), acts=False))
    first = (page - 1) * lists.PAGE + 1
    whose = "You own" if mine else f"{owner.name} owns" if owner.active else f"{owner.name}, who has left, owned"
    return Message(
        text=f"{whose} {total or 'no'} open case{'' if total == 1 else 's'}.",
        table=Table(("Reference", "Stage", "Next date"), tuple(rows)) if rows else None,
        actions=tuple(actions),
        aside=f"{first} to {first + len(found) - 1} of {total}." if total > len(found) else "",
        private=turn.private,
    )


def _case_row(turn: Turn, case: Case, owner: Person, deadline: Deadline | None, request: Request | None) -> Row:
    actions = [Action("Open", line("open", case=case.reference), acts=False, alone=True)]
    if not owner.active:
        actions.append(Action("Assign…", line("assign", case=case.reference)))
    if deadline is None:
        return Row((case.reference, case.stage, "no date runs"), actions=tuple(actions))
    cells = (case.reference, case.stage, f"{what_is_due(turn, deadline, request)}: {when(turn, deadline)}")
    return Row(cells, state(turn, deadline), tuple(actions))


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
    found = lists.due(turn, Wanted(agency=Agency.MP_TEAM), page)
    return _dates(turn, found, Wanted(agency=Agency.MP_TEAM), {"agency": Agency.MP_TEAM})
