"""clocks.csv: one row, one clock. Each is read, and checked as somebody who signs it would check it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.clocks import ClockRule, Example, Owner, Per
from bot.domain.errors import BeyondCalendar
from bot.domain.facts import FACTS, Whole
from bot.domain.ladder import Ladder
from bot.domain.periods import WAYS, last_day
from bot.domain.terms import Agency, ClockKind, Counting, EntryKind, LetterKind, Nature, Process, RuleId
from bot.rules.reading import Cells, Tables, each_read, rows

TABLE = "clocks.csv"
COLUMNS = (
    *("id", "version", "process", "title", "act", "per", "starts", "starts_presumed", "stops", "ends", "resumes"),
    *("branch", "binds", "length", "unit", "counting", "target", "nature", "composite", "owner", "agency", "kind"),
    *("source", "exceptions", "unverified", "ladder", "valid_from", "valid_to", "example"),
)
WHOLES: Mapping[str, Whole] = {whole.value: whole for whole in (*Process, *LetterKind)}
KINDS = {"s": ClockKind.STATUTORY, "g": ClockKind.GUIDANCE, "l": ClockKind.LOCAL}
EVENTS = ("starts", "starts_presumed", "stops", "ends", "resumes", "binds")
LENGTHLESS = {Counting.BEFORE, Counting.AT_ONCE}


class Row(NamedTuple):
    """A clock and the cells it was read from, so that what is wrong with it can say where."""

    cells: Cells
    rule: ClockRule


class Known(NamedTuple):
    """What a row may name, and the days it is counted on."""

    ladders: Mapping[str, Ladder]
    grounds: Collection[str]
    calendar: Calendar


def read_clocks(tables: Tables, known: Known, *, version: int) -> tuple[Row, ...]:
    """Every row of a pack that is at that version. BadSettings says of each wrong row where and what was expected."""
    found = each_read(rows(tables, TABLE, COLUMNS), lambda cells: checked_row(cells, known))
    check_versions(found)
    check_limbs(found, {row.rule.id for row in found})
    for row in found:
        if row.rule.version > version:
            row.cells.wrong("version", f"is beyond the pack's own, {version}: raise that in pack.csv")
    return tuple(found)


def checked_row(cells: Cells, known: Known) -> Row:
    """One row that makes sense by itself and counts as its worked examples say."""
    rule = _clock_rule(cells, known)
    _check_sense(cells, rule)
    _check_events(cells, rule)
    _check_examples(cells, rule, known.calendar)
    return Row(cells, rule)


def check_versions(found: Sequence[Row]) -> None:
    """The rows of one clock follow each other without a gap, an overlap or a version that is there twice."""
    for place, (cells, rule) in enumerate(found):
        _check_version(cells, rule, [each.rule for each in found[:place] if each.rule.id == rule.id])


def check_limbs(found: Sequence[Row], ids: Collection[RuleId]) -> None:
    """A limb of a limit with two limbs names the other one."""
    for cells, rule in found:
        if rule.composite is not None and rule.composite not in ids:
            cells.wrong("composite", f"must be later_of= and a clock; '{rule.composite}' is not a clock")


def _clock_rule(cells: Cells, known: Known) -> ClockRule:
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
        kind=cells.one_of("kind", KINDS),
        source=cells.text("source"),
        exceptions=_grounds(cells, known.grounds),
        unverified=cells.maybe("unverified"),
        ladder=cells.one_of("ladder", {"": ""} | {name: name for name in known.ladders}),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day("valid_to") if cells.maybe("valid_to") else None,
        examples=tuple(_example(cells, text) for text in cells.list("example")),
    )


def _processes(cells: Cells) -> tuple[Whole, ...]:
    names = cells.list("process") or cells.wrong("process", "is empty")
    if odd := [name for name in names if name not in WHOLES]:
        cells.wrong("process", f"'{odd[0]}' is not known; one of: {', '.join(WHOLES)}")
    return tuple(WHOLES[name] for name in names)


def _grounds(cells: Cells, known: Collection[str]) -> tuple[str, ...]:
    if odd := [ground for ground in cells.list("exceptions") if ground not in known]:
        cells.wrong("exceptions", f"'{odd[0]}' is not a ground; one of: {', '.join(known)}")
    return cells.list("exceptions")


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
    if rule.length < 0:
        cells.wrong("length", "must not be below 0")
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
    if rule.target is not None:
        _check_target(cells, rule, rule.target)


def _check_target(cells: Cells, rule: ClockRule, target: int) -> None:
    """Our own aim comes no later than the date itself; of a period that counts back, that is a longer one."""
    if rule.nature is not Nature.DUTY or rule.counting in LENGTHLESS:
        cells.wrong("target", "must be empty: only a duty that has a length can have one")
    if WAYS[rule.counting].back and target < rule.length:
        cells.wrong("target", "must not be below the length: the row counts back, so that more is earlier")
    if target < 0 or (target > rule.length and not WAYS[rule.counting].back):
        cells.wrong("target", "must not be below 0 or beyond the period itself")


def _check_events(cells: Cells, rule: ClockRule) -> None:
    """A fact that nobody can record on a case of the row's processes would never start or stop it."""
    recorded = [kind for kind, fact in FACTS.items() if fact.of & set(rule.processes)]
    for column in EVENTS:
        for kind in cells.words(column, EntryKind):
            if kind not in (*recorded, EntryKind.CLOSED):
                own = " or ".join(rule.processes)
                cells.wrong(column, f"'{kind}' is never recorded on {own}; one of: {', '.join(recorded)}")


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


def _check_version(cells: Cells, rule: ClockRule, above: Sequence[ClockRule]) -> None:
    """A second row of a clock is a later version, and begins on the day after the first one ends."""
    if not above:
        return
    earlier = above[-1]
    if earlier.version >= rule.version:
        cells.wrong("version", f"must be above {earlier.version}, that of the earlier row of this clock")
    if earlier.valid_to is None or earlier.valid_to >= rule.valid_from:
        cells.wrong("valid_from", "the earlier row of this clock is still in force on that day")
    if earlier.valid_to + ONE_DAY < rule.valid_from:
        follows = earlier.valid_to + ONE_DAY
        cells.wrong("valid_from", f"must be {follows}: the earlier row ends on the day before, and no day may lack one")
