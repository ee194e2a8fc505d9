"""What the law and the council say, read from the tables beside this file; docs/rules.md says how to change them."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from bot.domain.calendar import Calendar
from bot.domain.clocks import Adviser, ClockRule, Example, Owner, Per
from bot.domain.errors import BeyondCalendar
from bot.domain.facts import Asks, Whole
from bot.domain.ladder import Ladder, Rung
from bot.domain.periods import WAYS, last_day
from bot.domain.terms import (
    Agency,
    ClockKind,
    Counting,
    EntryKind,
    Hears,
    LetterKind,
    Nature,
    Process,
    RuleId,
    Service,
)
from bot.rules.reading import Cells, rows

PACK = "england-2014"
"""The SEND Regulations 2014, with the council's own targets beside them."""

HERE = Path(__file__).parent / PACK
WHOLES: Mapping[str, Whole] = {whole.value: whole for whole in (*Process, *LetterKind)}

DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")
CLOCK_COLUMNS = (
    *("id", "version", "process", "title", "act", "per", "starts", "starts_presumed", "stops", "ends", "resumes"),
    *("branch", "binds", "length", "unit", "counting", "target", "nature", "composite", "owner", "agency", "kind"),
    *("source", "exceptions", "unverified", "ladder", "valid_from", "valid_to", "example"),
)
SERVICE_COLUMNS = ("id", "label", "asks", "agency", "clock", "usual", "also")
LADDER_COLUMNS = ("ladder", "version", "id", "days", "unit", "whom")
HOLIDAY_COLUMNS = ("date", "divisions", "name", "announced")


@dataclass(frozen=True)
class Rules:
    """The rule pack in force: every version of every row, and the calendar that counts it."""

    pack: str
    version: int
    """The newest version of any row: what `why` names as the version of the pack."""
    clocks: tuple[ClockRule, ...]
    services: tuple[Adviser, ...]
    ladders: Mapping[str, Ladder]
    calendar: Calendar

    @cached_property
    def by_id(self) -> Mapping[RuleId, ClockRule]:
        """The newest row of each clock."""
        return {rule.id: rule for rule in sorted(self.clocks, key=lambda rule: rule.valid_from)}

    @cached_property
    def _by_version(self) -> Mapping[tuple[str, int], ClockRule]:
        return {(rule.id, rule.version): rule for rule in self.clocks}

    @cached_property
    def _by_service(self) -> Mapping[str, Adviser]:
        return {adviser.id: adviser for adviser in self.services}

    @cached_property
    def _by_process(self) -> Mapping[Whole, tuple[ClockRule, ...]]:
        return {whole: tuple(rule for rule in self.clocks if whole in rule.processes) for whole in WHOLES.values()}

    def of(self, process: Whole) -> tuple[ClockRule, ...]:
        """Every row of a process, all versions: what `derive` takes."""
        return self._by_process[process]

    def in_force(self, process: Whole, on: date) -> tuple[ClockRule, ...]:
        """The rows of a process under which a clock that starts on that day is counted."""
        return tuple(rule for rule in self.of(process) if rule.in_force(on))

    def rule(self, rule_id: str, version: int) -> ClockRule | None:
        """The row that a deadline was made under."""
        return self._by_version.get((rule_id, version))

    def service(self, service: str) -> Adviser:
        """Who gives the advice that a request asks for. KeyError for a service that no row names."""
        return self._by_service[service]

    def adviser(self, name: str) -> Adviser | None:
        """Who gives advice under that name, as staff say it: "SLT", "speech and language"."""
        return next((adviser for adviser in self.services if adviser.is_called(name)), None)


def load_rules(folder: Path = HERE) -> Rules:
    """Read and check every table of a folder. BadSettings names the file, the line and the column of what is wrong."""
    calendar = load_calendar(folder)
    ladders = _ladders(folder / "ladder.csv")
    clocks = _clocks(folder / "clocks.csv", ladders, calendar)
    services = _services(folder / "services.csv", clocks)
    return Rules(PACK, max(rule.version for rule in clocks), clocks, services, ladders, calendar)


def load_calendar(folder: Path = HERE) -> Calendar:
    """The bank holidays. England's are those of the division "england-and-wales"."""
    england: dict[date, str] = {}
    anywhere: dict[date, str] = {}
    computed: set[int] = set()
    for cells in rows(folder / "bank_holidays.csv", HOLIDAY_COLUMNS):
        day, divisions = cells.day("date"), cells.list("divisions")
        if not divisions or not set(divisions) <= set(DIVISIONS):
            cells.wrong("divisions", f"must be of: {', '.join(DIVISIONS)}")
        if day in anywhere:
            cells.wrong("date", "is there twice")
        anywhere[day] = ", ".join([cells.text("name"), *_only_in(divisions)])
        if DIVISIONS[0] in divisions:
            england[day] = anywhere[day]
        if not cells.yes("announced"):
            computed.add(day.year)
    first, last = min(anywhere).year, max(anywhere).year
    announced = date(min(computed, default=last + 1) - 1, 12, 31)
    return Calendar(england, anywhere, date(first, 1, 1), date(last, 12, 31), announced)


def _only_in(divisions: Iterable[str]) -> list[str]:
    """The parts of the kingdom that a holiday which is none of England's belongs to: "Scotland"."""
    return [] if DIVISIONS[0] in divisions else [each.replace("-", " ").title() for each in divisions]


def _ladders(path: Path) -> dict[str, Ladder]:
    ladders: dict[str, Ladder] = {}
    for cells in rows(path, LADDER_COLUMNS):
        name, version, rung = cells.text("ladder"), cells.number("version"), _rung(cells)
        known = ladders.get(name, Ladder(name, version, ()))
        if known.version != version:
            cells.wrong("version", "differs from the row above: all rungs of a ladder change together")
        if rung.id in {other.id for other in known.rungs}:
            cells.wrong("id", f"'{rung.id}' is there twice")
        ladders[name] = Ladder(name, version, (*known.rungs, rung))
    return ladders


def _rung(cells: Cells) -> Rung:
    """One step: 14 days before is -14 days, five working days after is 5 working_days, the day itself is 0 days."""
    number, unit = cells.number("days"), cells.one_of("unit", {"days": "days", "working_days": "working_days"})
    if (number > 0) != (unit == "working_days"):
        cells.wrong("unit", "before the date a ladder counts days (0 or less), after it working_days (1 or more)")
    whom = cells.words("whom", Hears)
    return Rung(cells.text("id"), abs(number), number > 0, whom or cells.wrong("whom", "is empty"))


def _clocks(path: Path, ladders: Mapping[str, Ladder], calendar: Calendar) -> tuple[ClockRule, ...]:
    read: list[tuple[Cells, ClockRule]] = []
    for cells in rows(path, CLOCK_COLUMNS):
        rule = _clock_rule(cells, ladders)
        _check_sense(cells, rule)
        _check_examples(cells, rule, calendar)
        _check_versions(cells, rule, [other for _, other in read])
        read.append((cells, rule))
    for cells, rule in read:
        _check_composite(cells, rule, {str(other.id) for _, other in read})
    return tuple(rule for _, rule in read)


def _clock_rule(cells: Cells, ladders: Mapping[str, Ladder]) -> ClockRule:
    names = {"": ""} | {name: name for name in ladders}
    return ClockRule(
        id=RuleId(cells.text("id")),
        version=cells.number("version"),
        processes=_processes(cells),
        title=cells.text("title"),
        act=cells.text("act"),
        per=cells.word("per", Per),
        starts=cells.words("starts", EntryKind) or cells.wrong("starts", "is empty"),
        starts_presumed=cells.words("starts_presumed", EntryKind),
        stops=cells.words("stops", EntryKind),
        ends=cells.words("ends", EntryKind),
        resumes=cells.words("resumes", EntryKind),
        branch=cells.maybe("branch"),
        binds=cells.words("binds", EntryKind),
        length=cells.number("length"),
        counting=cells.word("counting", Counting),
        target=cells.number("target") if cells.maybe("target") else None,
        nature=cells.word("nature", Nature),
        composite=_other_limb(cells),
        owner=cells.word("owner", Owner),
        agency=cells.one_of("agency", {"": None} | {agency.value: agency for agency in Agency}),
        kind=cells.one_of("kind", {"s": ClockKind.STATUTORY, "g": ClockKind.GUIDANCE, "l": ClockKind.LOCAL}),
        source=cells.text("source"),
        exceptions=cells.list("exceptions"),
        unverified=cells.maybe("unverified"),
        ladder=cells.one_of("ladder", names),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day("valid_to") if cells.maybe("valid_to") else None,
        examples=tuple(_example(cells, text) for text in cells.list("example")),
    )


def _processes(cells: Cells) -> tuple[Whole, ...]:
    known = set(WHOLES)
    if odd := [name for name in cells.list("process") if name not in known]:
        cells.wrong("process", f"'{odd[0]}' is not known; one of: {', '.join(WHOLES)}")
    return tuple(WHOLES[name] for name in cells.list("process")) or cells.wrong("process", "is empty")


def _other_limb(cells: Cells) -> RuleId | None:
    word, _, other = cells.maybe("composite").partition("=")
    if word and (word != "later_of" or not other):
        cells.wrong("composite", "must be empty, or later_of= and a clock")
    return RuleId(other) if word else None


def _example(cells: Cells, text: str) -> Example:
    start, _, end = text.partition("->")
    try:
        return Example(date.fromisoformat(start.strip()), date.fromisoformat(end.strip()))
    except ValueError:
        cells.wrong("example", f"'{text}' is not of the form 2026-09-07 -> 2026-10-19")


def _check_sense(cells: Cells, rule: ClockRule) -> None:
    """What a slip of the hand in one row would break without a sound."""
    if cells.text("unit") != WAYS[rule.counting].unit:
        cells.wrong("unit", f"{rule.counting} counts in {WAYS[rule.counting].unit}")
    if rule.length < 0 or (rule.target is not None and not 0 <= rule.target <= rule.length):
        cells.wrong("target" if rule.length >= 0 else "length", "must not be below 0 or beyond the period itself")
    if set(rule.stops) & set(rule.ends):
        cells.wrong("ends", "names what `stops` names: a fact either meets a clock or makes it needless")
    if rule.nature is Nature.DUTY and not (rule.ladder and rule.stops):
        cells.wrong("ladder" if rule.stops else "stops", "is empty: a duty is nudged until it is met")
    if rule.nature in (Nature.EARLIEST, Nature.RIGHT) and rule.ladder:
        cells.wrong("ladder", "only a duty is nudged, and what is owed at once is asked about")
    if rule.binds and not rule.branch:
        cells.wrong("branch", "is empty, but `binds` says what settles it")
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        cells.wrong("valid_to", "is before valid_from")


def _check_examples(cells: Cells, rule: ClockRule, calendar: Calendar) -> None:
    """The legal lead's worked examples against our counting."""
    if not rule.examples:
        cells.wrong("example", "is empty: each clock carries a worked example")
    for start, end in rule.examples:
        try:
            counted = last_day(rule.counting, start, rule.length, calendar=calendar)
        except BeyondCalendar as beyond:
            cells.wrong("example", str(beyond))
        if counted != end:
            cells.wrong("example", f"from {start} the row counts to {counted}, the example says {end}")


def _check_versions(cells: Cells, rule: ClockRule, above: Iterable[ClockRule]) -> None:
    """A second row of a clock is a later version, and starts on the day after the first one ends."""
    for other in (each for each in above if each.id == rule.id):
        if other.version >= rule.version:
            cells.wrong("version", "must be above that of the earlier row of this clock")
        if other.valid_to is None or other.valid_to + timedelta(days=1) > rule.valid_from:
            cells.wrong("valid_from", "the earlier row of this clock is still in force on that day")


def _check_composite(cells: Cells, rule: ClockRule, ids: Container[str]) -> None:
    """A limb of a limit with two limbs names the other one."""
    if rule.composite is not None and rule.composite not in ids:
        cells.wrong("composite", f"must be later_of= and a clock; '{rule.composite}' is not a clock")


def _services(path: Path, clocks: Iterable[ClockRule]) -> tuple[Adviser, ...]:
    requests = {str(rule.id): rule.id for rule in clocks if rule.per is Per.REQUEST}
    services: list[Adviser] = []
    for cells in rows(path, SERVICE_COLUMNS):
        adviser = Adviser(
            id=Service(cells.text("id")),
            label=cells.text("label"),
            asks=cells.word("asks", Asks),
            agency=cells.one_of("agency", {"": None} | {agency.value: agency for agency in Agency}),
            clock=cells.one_of("clock", requests),
            usual=cells.yes("usual"),
            also=cells.list("also"),
        )
        for name in (adviser.id, adviser.label, *adviser.also):
            if any(other.is_called(name) for other in services):
                cells.wrong("also", f"'{name}' is the name of another service too")
        services.append(adviser)
    return tuple(services)
