"""milestones.csv of the pack; panels.csv and terms.csv of a council: what the way back to a date is planned with."""

from collections.abc import Container, Iterator, Sequence
from datetime import date

from bot.domain.backplan import Decides, Milestone, Panel, School, Time, latest_start
from bot.domain.calendar import Calendar
from bot.domain.clocks import ClockRule
from bot.domain.errors import BeyondCalendar
from bot.domain.school_year import SchoolTime, Spell
from bot.domain.terms import ClockKind, Counting, EntryKind, RuleId
from bot.rules.reading import OVERLAY, Cells, Tables, rows

MILESTONES, PANELS, TERMS = "milestones.csv", "panels.csv", "terms.csv"
MILESTONE_COLUMNS = (
    *("id", "clocks", "title", "before", "allow", "counting", "least", "least_counting", "panel", "school"),
    *("planned", "fixed", "done", "kind", "source", "example"),
)
PANEL_COLUMNS = ("decides", "name", "date", "papers")
TERM_COLUMNS = ("spell", "name", "first_day", "last_day")
KINDS = {"s": ClockKind.STATUTORY, "g": ClockKind.GUIDANCE, "l": ClockKind.LOCAL}
PLANNED = {"": "", "panel": "panel", "draft": "draft"}
"""What `plan` sets a day aside for, apart from a meeting of a review, which is a fact."""


def read_milestones(tables: Tables, clocks: Sequence[ClockRule], calendar: Calendar) -> tuple[Milestone, ...]:
    """The steps before each legal date; a step stands below the one that comes after it."""
    known = {str(rule.id) for rule in clocks}
    read: list[Milestone] = []
    for cells in rows(tables, MILESTONES, MILESTONE_COLUMNS) if MILESTONES in tables else ():
        milestone = _milestone(cells, known)
        _check_place(cells, milestone, read)
        _check_examples(cells, milestone, calendar)
        read.append(milestone)
    return tuple(read)


def _milestone(cells: Cells, known: Container[str]) -> Milestone:
    panels = {"": None} | {each.value: each for each in Decides}
    if odd := [clock for clock in cells.list("clocks") if clock not in known]:
        cells.wrong("clocks", f"'{odd[0]}' is not a clock of this pack")
    return Milestone(
        id=cells.text("id"),
        clocks=tuple(map(RuleId, cells.list("clocks"))) or cells.wrong("clocks", "is empty"),
        title=cells.text("title"),
        before=cells.maybe("before"),
        allow=Time(cells.number("allow"), cells.word("counting", Counting)),
        least=Time(cells.number("least"), cells.word("least_counting", Counting)),
        panel=cells.one_of("panel", panels),
        school=cells.word("school", School),
        planned=cells.one_of("planned", PLANNED),
        fixed=cells.words("fixed", EntryKind),
        done=cells.words("done", EntryKind),
        kind=cells.one_of("kind", KINDS),
        source=cells.text("source"),
    )


def _check_place(cells: Cells, milestone: Milestone, above: Sequence[Milestone]) -> None:
    """On the way to each of its dates it is there once, and the step after it stands above it."""
    for clock in milestone.clocks:
        ids = {other.id for other in above if clock in other.clocks}
        if milestone.id in ids:
            cells.wrong("id", f"'{milestone.id}' is there twice for {clock}")
        if milestone.before and milestone.before not in ids:
            cells.wrong("before", f"'{milestone.before}' is no step above it to {clock}")


def _check_examples(cells: Cells, milestone: Milestone, calendar: Calendar) -> None:
    """From the day of the next step, as worked out by hand, to the last day for this one."""
    for text in cells.list("example") or cells.wrong("example", "is empty: each step carries a worked example"):
        end, _, start = text.partition("->")
        try:
            expected = date.fromisoformat(start.strip())
            counted = latest_start(milestone.allow, date.fromisoformat(end.strip()), calendar=calendar)
        except ValueError:
            cells.wrong("example", f"'{text}' is not of the form 2027-02-14 -> 2026-12-20")
        except BeyondCalendar as beyond:
            cells.wrong("example", str(beyond))
        if counted != expected:
            cells.wrong("example", f"back from {end.strip()} the row counts to {counted}, the example says {expected}")


def read_panels(tables: Tables, calendar: Calendar) -> tuple[Panel, ...]:
    """When a council's panels sit, earliest first; none where it keeps no such table."""
    return tuple(sorted(_panels(tables, calendar), key=lambda panel: panel.on))


def _panels(tables: Tables, calendar: Calendar) -> Iterator[Panel]:
    for cells in rows(tables, PANELS, PANEL_COLUMNS, within=OVERLAY) if PANELS in tables else ():
        decides = cells.words("decides", Decides) or cells.wrong("decides", "is empty")
        panel = Panel(cells.text("name"), decides, cells.day("date"), cells.day("papers"))
        if closed := calendar.why_closed(panel.on):
            cells.wrong("date", f"{panel.on} is no working day ({closed})")
        if panel.papers > panel.on:
            cells.wrong("papers", "is after the panel itself")
        yield panel


def read_terms(tables: Tables) -> tuple[SchoolTime, ...]:
    """A council's terms and half terms, earliest first; none where it keeps no such table."""
    read: list[SchoolTime] = []
    for cells in rows(tables, TERMS, TERM_COLUMNS, within=OVERLAY) if TERMS in tables else ():
        time = SchoolTime(cells.word("spell", Spell), cells.text("name"), cells.day("first_day"), cells.day("last_day"))
        _check_time(cells, time, read)
        read.append(time)
    return tuple(sorted(read, key=lambda time: time.first))


def _check_time(cells: Cells, time: SchoolTime, above: Sequence[SchoolTime]) -> None:
    """Terms do not meet, and a half term lies within a term that stands above it."""
    if time.last < time.first:
        cells.wrong("last_day", "is before its first day")
    terms = [other for other in above if other.spell is Spell.TERM]
    if time.spell is Spell.TERM and any(time.first <= other.last and other.first <= time.last for other in terms):
        cells.wrong("first_day", "lies in another term")
    if time.spell is Spell.HALF_TERM and not any(term.first < time.first and time.last < term.last for term in terms):
        cells.wrong("first_day", "a half term lies within a term, and the term stands above it")
    if any(other.name.casefold() == time.name.casefold() for other in above):
        cells.wrong("name", f"'{time.name}' is there twice")
