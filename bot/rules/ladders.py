"""ladder.csv: who hears when. One row is one rung."""

from collections.abc import Iterable, Mapping

from bot.domain.clocks import ClockRule
from bot.domain.errors import BadSettings
from bot.domain.ladder import Ladder, Rung
from bot.domain.terms import ClockKind, Hears, Nature
from bot.rules.reading import Cells, Tables, rows

TABLE = "ladder.csv"
COLUMNS = ("ladder", "version", "id", "days", "unit", "whom")


def read_ladders(tables: Tables, *, within: str = "") -> dict[str, Ladder]:
    ladders: dict[str, Ladder] = {}
    for cells in rows(tables, TABLE, COLUMNS, within=within):
        name, version, rung = cells.text("ladder"), cells.number("version"), _rung(cells)
        known = ladders.get(name, Ladder(name, version, ()))
        if known.version != version:
            cells.wrong("version", "differs from the row above: all rungs of a ladder change together")
        if rung.id in {other.id for other in known.rungs}:
            cells.wrong("id", f"'{rung.id}' is there twice")
        ladders[name] = Ladder(name, version, (*known.rungs, rung))
    return ladders


def check_on_the_day(clocks: Iterable[ClockRule], ladders: Mapping[str, Ladder], *, within: str = "") -> None:
    """Whatever else a ladder says, of a duty that is the law it speaks on the last day to act."""
    for rule in clocks:
        law = rule.nature is Nature.DUTY and rule.kind is not ClockKind.LOCAL
        if law and all(rung.offset for rung in ladders[rule.ladder].rungs):
            raise BadSettings(
                f"{within}{TABLE}:1:ladder: '{rule.ladder}' has no rung of 0 days, and {rule.id} uses it: "
                f"a {rule.kind.label} clock must be heard of on the day"
            )


def _rung(cells: Cells) -> Rung:
    """One step: 14 days before is -14 days, five working days after is 5 working_days, the day itself is 0 days."""
    number, unit = cells.number("days"), cells.one_of("unit", {"days": "days", "working_days": "working_days"})
    if (number > 0) != (unit == "working_days"):
        cells.wrong("unit", "before the date a ladder counts days (0 or less), after it working_days (1 or more)")
    whom = cells.words("whom", Hears)
    return Rung(cells.text("id"), abs(number), number > 0, whom or cells.wrong("whom", "is empty"))
