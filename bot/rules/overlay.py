"""A council's overlay: what it sets for itself over the law. It may tighten and add; it cannot loosen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.clocks import ClockRule, Owner
from bot.domain.dates import say_in_full
from bot.domain.errors import BeyondCalendar
from bot.domain.periods import WAYS, last_day
from bot.domain.terms import ClockKind, Nature
from bot.rules.clock_rows import COLUMNS, TABLE, Known, Row, check_limbs, check_versions, checked_row
from bot.rules.reading import OVERLAY, Cells, Tables, each_read, rows

THE_LAWS: Mapping[str, str] = {
    "process": "processes",
    "composite": "composite",
    **{column: column for column in ("title", "act", "per", "starts", "starts_presumed", "stops", "ends", "resumes")},
    **{column: column for column in ("branch", "binds", "nature", "owner", "agency", "kind", "source", "exceptions")},
    "unverified": "unverified",
}
"""Columns of a row of the law that a council cannot put otherwise, and what they are called of a clock."""

BEYOND = (date.min, date.max)


def laid_over(law: Sequence[Row], tables: Tables, known: Known) -> tuple[ClockRule, ...]:
    """The law's rows with the council's in their place, and then the rows that are the council's alone.

    An empty cell in a row that the law knows reads as there. BadSettings says of each row that would loosen the law
    what the law says.
    """
    ours = each_read(rows(tables, TABLE, COLUMNS, within=OVERLAY), lambda cells: _our_row(cells, law, known))
    check_versions(ours)
    check_limbs(ours, {row.rule.id for row in (*law, *ours)})
    found = [rule for row in law for rule in _with_ours(row.rule, [our.rule for our in ours])]
    names = {row.rule.id for row in law}
    return (*found, *(our.rule for our in ours if our.rule.id not in names))


def _our_row(cells: Cells, law: Sequence[Row], known: Known) -> Row:
    name, version = cells.text("id"), cells.number("version")
    theirs = [row for row in law if row.rule.id == name]
    if not theirs:
        return _only_ours(checked_row(cells, known))
    base = _in_force(cells, theirs)
    if version <= base.rule.version:
        cells.wrong("version", f"must be above {base.rule.version}, that of the row that it changes")
    filled = {column: cells.cells[column] or base.cells.cells[column] for column in COLUMNS}
    row = checked_row(Cells(cells.file, cells.line, filled), known)
    _check_span(cells, row.rule, base.rule)
    if base.rule.kind is ClockKind.LOCAL:
        return _only_ours(row)
    if base.rule.owner is not Owner.MP_TEAM:
        _check_the_laws(row.cells, base, row.rule)
        _check_dates(row.cells, base.rule, row.rule, known.calendar)
    return row


def _only_ours(row: Row) -> Row:
    if row.rule.kind is not ClockKind.LOCAL:
        row.cells.wrong("kind", "must be l: a council adds targets of its own, never a rule of the law")
    return row


def _in_force(cells: Cells, theirs: Sequence[Row]) -> Row:
    """The row of the law that it changes: the newest, or the one in force on its own first day."""
    if not cells.maybe("valid_from"):
        return theirs[-1]
    first = cells.day("valid_from")
    found = next((row for row in theirs if row.rule.in_force(first)), None)
    return found or cells.wrong("valid_from", "no row of the law is in force on that day")


def _check_span(cells: Cells, ours: ClockRule, law: ClockRule) -> None:
    """It lies within the row that it changes. Where it ends earlier the law's own row goes on."""
    if law.valid_to and (ours.valid_to is None or ours.valid_to > law.valid_to):
        cells.wrong("valid_to", f"must not be after {law.valid_to}: the law's row ends on that day")


def _check_the_laws(cells: Cells, law: Row, ours: ClockRule) -> None:
    for column, attribute in THE_LAWS.items():
        if getattr(ours, attribute) != getattr(law.rule, attribute):
            says = law.cells.maybe(column) or "nothing"
            cells.wrong(column, f"the law says {says} ({law.rule.source}), and a council cannot put it otherwise")


def _check_dates(cells: Cells, law: ClockRule, ours: ClockRule, calendar: Calendar) -> None:
    """From no day of the calendar may the council's row give anybody longer than the law's, or a family less time."""
    if (law.counting, law.length) == (ours.counting, ours.length):
        return
    for start in _every_day(calendar):
        lawful, mine = _counted(law, start, calendar), _counted(ours, start, calendar)
        if lawful not in BEYOND and _loosens(law.nature, lawful, mine):
            cells.wrong("length" if law.length != ours.length else "counting", _what_the_law_says(law, start, lawful))


def _loosens(nature: Nature, lawful: date, ours: date) -> bool:
    match nature:
        case Nature.DUTY:
            return ours > lawful
        case Nature.EARLIEST:
            return ours < lawful
        case _:  # a family's right and what is owed at once are nobody's to set
            return ours != lawful


def _what_the_law_says(law: ClockRule, start: date, lawful: date) -> str:
    may = (
        "a council may set a target or a shorter period" if law.nature is Nature.DUTY else "no council can change that"
    )
    return (
        f"the law says {law.period} ({law.source}), which from {say_in_full(start)} is {say_in_full(lawful)}, "
        f"and this would loosen it; {may}"
    )


def _every_day(calendar: Calendar) -> Iterator[date]:
    return (calendar.first + ONE_DAY * n for n in range((calendar.last - calendar.first).days + 1))


def _counted(rule: ClockRule, start: date, calendar: Calendar) -> date:
    """Its last day; one of `BEYOND` where that lies outside the calendar."""
    try:
        return last_day(rule.counting, start, rule.length, calendar=calendar)
    except BeyondCalendar:
        return date.min if WAYS[rule.counting].back else date.max


def _with_ours(law: ClockRule, ours: Sequence[ClockRule]) -> Iterator[ClockRule]:
    """The row of the law for the starts that the council leaves to it, and the council's for the others."""
    first: date | None = law.valid_from
    for our in ours:
        if our.id != law.id or not law.in_force(our.valid_from) or first is None:
            continue
        if first < our.valid_from:
            yield replace(law, valid_from=first, valid_to=our.valid_from - ONE_DAY)
        yield our
        first = our.valid_to + ONE_DAY if our.valid_to else None
    if first is not None and (law.valid_to is None or first <= law.valid_to):
        yield replace(law, valid_from=first)
