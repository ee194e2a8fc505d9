"""Exceptions over many cases, in words: how many, each date with its ground, and who put it on record."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.cards.dates import state, when, why_line
from bot.cards.day import what_is_due
from bot.cards.exceptions import may_know_ground
from bot.cards.narrowed import between
from bot.cards.why import recorded_by
from bot.cases import lists, visible
from bot.cases.excepted import Asked, Excepted, Narrowed
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.message import Action, Message, Row, State, Table
from bot.domain.terms import Agency, Kind
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Entry, Person

PAGE = lists.PAGE
NOT_MOVED = "An exception moves no date."


def excepted_message(
    turn: Turn, wanted: Narrowed, found: Sequence[Excepted], said: Mapping[str, str], words: Sequence[str], page: int
) -> Message:
    """Each date for which one is on record; the ground where the reader may know it."""
    cases = len({one.case.id for one in found})
    have = f"{cases or 'no'} case{' has' if cases == 1 else 's have'} an exception on record"
    dates = f", for {len(found)} dates" if len(found) > 1 else ""
    rows = [_row(turn, one) for one in found]
    table = ("Reference", "Date", "Exception", "Owner")
    return _message(
        turn, f"{have[:1].upper()}{have[1:]}{dates}.", table, rows, said, _read_as(turn, wanted, words), page
    )


def asked_message(
    turn: Turn, wanted: Narrowed, found: Sequence[Asked], said: Mapping[str, str], words: Sequence[str], page: int
) -> Message:
    """What waits for a second person's yes, privately."""
    many = f"{len(found) or 'No'} exception{' waits' if len(found) == 1 else 's wait'} for a second person's yes"
    oldest = found[0].entry if found else None
    days = (turn.today - london_date(oldest.recorded_at)).days if oldest else 0
    since = f", the oldest since {_day(turn, oldest)} ({days} day{'' if days == 1 else 's'})" if oldest else ""
    rows = [Row(_waits(turn, one), State.WAITING, _buttons(one.case.reference)) for one in found]
    table = ("Reference", "Ground", "On record", "Owner")
    return _message(turn, f"{many}{since}.", table, rows, said, _read_as(turn, wanted, words), page)


def _waits(turn: Turn, one: Asked) -> tuple[str, ...]:
    by = f"asked by {recorded_by(turn, one.entry)} on {_day(turn, one.entry)}"
    return one.case.reference, one.ground.title, by, one.owner


def _row(turn: Turn, one: Excepted) -> Row:
    reference = one.case.reference
    known = may_know_ground(visible.viewer(turn), of_body=one.request is not None)
    ground = one.ground.title if known else "on record"
    by = f"recorded by {recorded_by(turn, one.entry) or 'the bot'} on {_day(turn, one.entry)}"
    cells = (
        reference,
        f"{what_is_due(turn, one.deadline, one.request)}: {when(turn, one.deadline, far=True)}",
        f"{ground}{_lasted(turn, one)}; {by}",
        one.owner,
    )
    why = Action("Why", why_line(reference, one.deadline), acts=False)
    return Row(cells, state(turn, one.deadline), (*_buttons(reference)[:1], why))


def _lasted(turn: Turn, one: Excepted) -> str:
    """ ", Thu 22 Jul to Wed 1 Sep", for those who read what is written of a case."""
    viewer = visible.viewer(turn)
    if not (viewer.private and viewer.may_know(Kind.NOTES)):
        return ""
    days = [date.fromisoformat(day) if (day := one.entry.clear.get(name)) else None for name in ("starts", "ends")]
    return f", {said}" if (said := between(days[0], days[1], turn.today)) else ""


def _buttons(reference: str) -> tuple[Action, ...]:
    return (
        Action("Open", line("open", case=reference), acts=False, alone=True),
        Action("Why", line("status", case=reference, about="exceptions"), acts=False),
    )


def _day(turn: Turn, entry: Entry) -> str:
    return say_day(london_date(entry.recorded_at), turn.today)


def _message(
    turn: Turn, text: str, columns: tuple[str, ...], rows: Sequence[Row], said: Mapping[str, str], read: str, page: int
) -> Message:
    start = (page - 1) * PAGE
    shown = tuple(rows[start : start + PAGE])
    part = f"{start + 1} to {start + len(shown)} of {len(rows)}. " if shown and len(shown) < len(rows) else ""
    more = [Action("More", line("exceptions", **{**said, "page": page + 1}), acts=False)]
    by_ground = [Action("By ground", "figures exceptions", acts=False)] if visible.viewer(turn).council else []
    return Message(
        text,
        table=Table(columns, shown) if shown else None,
        actions=(*(more if start + PAGE < len(rows) else []), *by_ground),
        aside=f"{part}Read as: {read}. {NOT_MOVED}",
        private=turn.private,
    )


def _read_as(turn: Turn, wanted: Narrowed, words: Sequence[str]) -> str:
    people = [turn.db.get_one(Person, one) for one in wanted.owners]
    whose = " or ".join("mine" if one.id == turn.person.id else f"{one.name}'s" for one in people) or "everyone's"
    bodies = " or ".join(f"agency {one.label}" if isinstance(one, Agency) else one.label for one in wanted.bodies)
    days = between(wanted.first, wanted.last, turn.today)
    runs = "for dates that still run" if wanted.running else ""
    return ", ".join(filter(None, [whose, bodies, *words, runs, f"recorded {days}" if days else ""]))
