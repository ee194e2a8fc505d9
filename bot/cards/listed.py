"""Lists as messages: the answer with its count, the rows, how it was read, and what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.cards.dates import due, state, when, why_line
from bot.cards.day import due_row, what_is_due
from bot.cards.narrowed import besides_days, between, bodies, narrowed_to, others, read_as
from bot.cases import lists, visible
from bot.cases.lists import CaseLine, CasePage, DueLine, Page
from bot.cases.wanted import Standing, Wanted, Which
from bot.domain.dates import say_day, week_of
from bot.domain.facts import Asks
from bot.domain.message import Action, Message, Row, Table
from bot.domain.terms import Agency, CaseStatus, Kind
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline, Person, Request

OVERDUE = frozenset({Which.OVERDUE, Which.MINE_OVERDUE})


@dataclass(frozen=True)
class Listing:
    """A list as it was asked for."""

    which: Which
    wanted: Wanted
    said: Mapping[str, str]
    """What was said, by the names of the blanks: what its buttons carry."""

    def again(self, **changes: object) -> str:
        """The line that asks for it with something changed; without what is changed to nothing."""
        return line("list", **{**self.said, **changes})

    @property
    def owners(self) -> bool:
        """Whether it is one person's."""
        return len(self.wanted.owners) == 1


# Dates


def dates_message(turn: Turn, listing: Listing, page: Page) -> Message:
    rows = tuple(_row(turn, listing, each) for each in page.lines)
    return Message(
        text=_next_one(turn, listing, page)
        if listing.which is Which.NEXT
        else headline(turn, listing, page.total, page),
        table=Table(("Reference", "What", "Due", "Owner"), rows) if rows else None,
        actions=_turning(listing, page.number, more=page.more, any_=bool(page.total)),
        aside=f"{_which_lines(page.number, len(rows), page.total)}{left_out(listing, page.left_out)}"
        f"Read as: {read_as(turn, listing.wanted)}.",
        private=turn.private,
    )


def _row(turn: Turn, listing: Listing, each: DueLine) -> Row:
    """Of a consultation also which school was asked, to the council's own staff alone."""
    row, request = due_row(turn, each), each.request
    if not _of_schools(listing.wanted) or request is None or not (turn.private and visible.viewer(turn).council):
        return row
    reference, what, *rest = row.cells
    return replace(row, cells=(reference, " · ".join(filter(None, [what, request.adviser])), *rest))


def _of_schools(wanted: Wanted) -> bool:
    """Whether schools that are consulted are what is listed, and nobody's advice."""
    return bool(wanted.services) and all(one.asks is Asks.CONSULTATION for one in wanted.services)


def nothing_yet(turn: Turn, listing: Listing) -> Message:
    """What is overdue in a time that is all to come: nothing, and why; and what is due then."""
    wanted, until = listing.wanted, listing.said.get("until", "")
    days = between(wanted.first, date.fromisoformat(until) if until else None, turn.today)
    then = Which.MINE_DUE if listing.which is Which.MINE_OVERDUE else Which.DUE
    return Message(
        f"Nothing can be overdue yet: no day of {days} is past." if until else
        f"Nothing can be overdue yet: that time begins on {days.removeprefix('from ')}.",
        actions=(Action("What is due then", listing.again(which=then), acts=False),),
        aside=f"Read as: {read_as(turn, wanted)}.",
        private=turn.private,
    )  # fmt: skip


def headline(turn: Turn, listing: Listing, total: int, page: Page | None = None) -> str:
    """ "3 things are overdue for health, 1 of them statutory."; without a page, "3 things are overdue for health"."""
    how = _how(listing)
    if _of_schools(listing.wanted) and listing.which in (Which.AWAITED, *OVERDUE):
        waits = "consultation waits" if total in (0, 1) else "consultations wait"
        past = " past its date" if total in (0, 1) else " past their dates"
        many = f"{total or 'No'} {waits} for an answer{past if listing.which in OVERDUE else ''}"
        late = _of_them(listing.which, page) if page and total and listing.which is Which.AWAITED else ""
        return f"{many}{late}{'.' if page or not total else ''}"
    if not total:
        return f"Nothing{_that_you_may_see(turn, listing.wanted)} is {how}."
    many = f"{total} thing{'' if total == 1 else 's'} {'is' if total == 1 else 'are'} {how}"
    if listing.which is Which.RECEIVED:
        many = f"{total} letter{'' if total == 1 else 's'} came in"
    if page is None or listing.which is Which.RECEIVED:
        return many if page is None else f"{many}."
    return f"{many}{_of_them(listing.which, page)}."


def _how(listing: Listing) -> str:
    of = bodies(listing.wanted)
    match listing.which:
        case Which.AWAITED:
            return f"awaited{f' from {of}' if of else ''}"
        case Which.OWED:
            return f"still to do{f' where {of} was asked' if of else ''}"
        case Which.RECEIVED:
            return "received"
        case which if which in OVERDUE:
            return f"overdue{f' for {of}' if of else ''}"
    return f"due{f' for {of}' if of else ''}"


def _of_them(which: Which, page: Page) -> str:
    """How many are the law's, and late; of what is overdue all are, and of what is awaited that is what matters."""
    many = {"statutory": page.statutory, "late": page.late}
    if which is Which.AWAITED:
        del many["statutory"]
    if which in OVERDUE or (not page.late and which is not Which.AWAITED):
        del many["late"]
    if page.total == 1:
        true = [word for word, some in many.items() if some] or (["not late"] if which is Which.AWAITED else [])
        return f", and it is {' and '.join(true)}" if true else ""
    every = "both" if page.total == 2 else "all"
    first, *more = (f"{every if some == page.total else some or 'none'} {word}" for word, some in many.items())
    return ", ".join(["", first.replace(" ", " of them ", 1), *more])


def _that_you_may_see(turn: Turn, wanted: Wanted) -> str:
    """Said where of one of the bodies not all may be known."""
    viewer = visible.viewer(turn)
    agencies = {*wanted.agencies, *(one.agency for one in wanted.services if one.agency)}
    if wanted.awaited and not wanted.bodies:
        agencies = {Agency.EDUCATION, Agency.HEALTH, Agency.SOCIAL_CARE}
    return "" if all(viewer.may_know(Kind.REQUESTS, agency) for agency in agencies) else " that you may see"


def _next_one(turn: Turn, listing: Listing, page: Page) -> str:
    """ "Next: SEND-2026-0047, Final plan, Mon 19 Oct (in 3 days) · statutory. 5 more follow. 2 are late already."."""
    late = lists.late(turn, listing.wanted)
    already = f" {late} {'is' if late == 1 else 'are'} late already: say list overdue." if late else ""
    if not page.lines:
        return f"Nothing is to come.{already}" if late else "Nothing is due."
    first, more = page.lines[0], page.total - 1
    what = what_is_due(turn, first.deadline, first.request)
    follow = f" {more} more follow{'s' if more == 1 else ''}." if more else ""
    return f"Next: {first.reference}, {what}, {due(turn, first.deadline)}.{follow}{already}"


def left_out(listing: Listing, many: int) -> str:
    return f"Left out: {many} of {others(listing.wanted)}. " if many else ""


def _which_lines(number: int, shown: int, total: int) -> str:
    if not shown or shown == total:
        return ""
    first = (number - 1) * lists.PAGE + 1
    last = first + shown - 1
    return f"{first}{f' to {last}' if last > first else ''} of {total}. "


def _turning(listing: Listing, number: int, *, more: bool, any_: bool) -> tuple[Action, ...]:
    found = [Action("More", listing.again(page=number + 1), acts=False)] if more else []
    return (*found, *([Action("As CSV, privately", listing.again(as_csv="yes"), acts=False)] if any_ else []))


# Cases


def cases_message(turn: Turn, listing: Listing, page: CasePage) -> Message:
    wanted, alone = listing.wanted, listing.owners
    dates = lists.next_dates(turn, [each.case for each in page.lines])
    owner = turn.db.get_one(Person, wanted.owners[0]) if alone else None
    rows = [_case_row(turn, each, owner, *dates.get(each.case.id or 0, (None, None))) for each in page.lines]
    columns = ("Reference", "Stage", "Next date" if wanted.standing is Standing.OPEN else "Stands")
    aside = _which_lines(page.number, len(rows), page.total)
    narrowed = narrowed_to(turn, wanted)
    return Message(
        text=cases_headline(turn, listing, page.total),
        table=Table((*columns, *(() if alone else ("Owner",))), tuple(rows)) if rows else None,
        actions=_turning(listing, page.number, more=page.more, any_=bool(page.total)),
        aside=(aside + (f"Read as: {read_as(turn, wanted)}." if narrowed or not alone else "")).strip(),
        private=turn.private,
    )


def cases_headline(turn: Turn, listing: Listing, total: int) -> str:
    """ "You own 2 open cases: past week 16, no draft plan."; "3 cases were closed Thu 1 Oct to Sat 31 Oct."."""
    wanted, many = listing.wanted, f"{total or 'no'} case{'' if total == 1 else 's'}"
    if wanted.standing is Standing.OPEN:
        said, narrowed = many.replace("case", "open case"), narrowed_to(turn, wanted)
    else:
        ended = f"{'was' if total == 1 else 'were'} {wanted.standing.value}"
        days = between(wanted.first, wanted.last, turn.today)
        said = " ".join(filter(None, [many, "that" if listing.owners else "", ended, days]))
        narrowed = besides_days(turn, wanted)
    said = f"{_whose(turn, wanted)} {said}" if listing.owners else f"{said[:1].upper()}{said[1:]}"
    return f"{': '.join([said, ', '.join(narrowed)] if narrowed else [said])}."


def _whose(turn: Turn, wanted: Wanted) -> str:
    owner = turn.db.get_one(Person, wanted.owners[0])
    if owner.id == turn.person.id:
        return "You own"
    return f"{owner.name} owns" if owner.active else f"{owner.name}, who has left, owned"


def _case_row(
    turn: Turn, each: CaseLine, owner: Person | None, deadline: Deadline | None, request: Request | None
) -> Row:
    case, actions = each.case, [Action("Open", line("open", case=each.case.reference), acts=False, alone=True)]
    if owner and not owner.active:
        actions.append(Action("Assign…", line("assign", case=case.reference)))
    week = f"week {week_of(each.began, turn.today)} · " if each.began else ""
    cells = [case.reference, f"{week}{case.stage}", "no date runs", *([] if owner else [each.owner])]
    if case.status is CaseStatus.CLOSED:
        closed = f"closed {say_day(case.closed_on, turn.today)}" if case.closed_on else "closed"
        cells[2] = f"{closed}{f' ({case.outcome.label})' if case.outcome else ''}"
    elif deadline:
        cells[2] = f"{what_is_due(turn, deadline, request)}: {when(turn, deadline)}"
        actions.append(Action("Why", why_line(case.reference, deadline), acts=False))
        return Row(tuple(cells), state(turn, deadline), tuple(actions))
    return Row(tuple(cells), actions=tuple(actions))
