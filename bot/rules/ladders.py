"""ladder.csv: who hears when. One row is one rung."""

from collections.abc import Iterable, Mapping

from bot.domain.clocks import ClockRule
from bot.domain.errors import BadSettings
from bot.domain.ladder import Ladder, Rung
from bot.domain.terms import ClockKind, Hears, Nature
from bot.rules.reading import OVERLAY, Cells, Tables, rows

TABLE = "ladder.csv"
COLUMNS = ("ladder", "version", "id", "days", "unit", "whom")
NONE: Mapping[str, Ladder] = {}


def read_ladders(tables: Tables, *, law: Mapping[str, Ladder] = NONE, within: str = "") -> dict[str, Ladder]:
    """The ladders of one table. `law` are those that a council's lie over."""
    ladders: dict[str, Ladder] = {}
    for cells in rows(tables, TABLE, COLUMNS, within=within):
        name, version, rung = cells.text("ladder"), cells.number("version"), _rung(cells)
        known = ladders.get(name, Ladder(name, version, (), ours=within == OVERLAY))
        if known.version != version:
            cells.wrong("version", "differs from the row above: all rungs of a ladder change together")
        if rung.id in {other.id for other in known.rungs}:
            cells.wrong("id", f"'{rung.id}' is there twice")
        if other := _of_another_day(rung, [*law.values(), *ladders.values()]):
            cells.wrong("id", _one_day_each(rung, other))
        ladders[name] = Ladder(name, version, (*known.rungs, rung), known.ours)
    check_versions(law.values(), ladders.values(), within=within)
    return ladders


def check_versions(before: Iterable[Ladder], after: Iterable[Ladder], *, within: str = "") -> None:
    """What one version of a ladder says stays as it is, and so does the day that a rung's id stands for.

    Dates that run keep their version, and what was said of them is on record under the rung's id. BadSettings says
    which ladder needs another version, or which rung another id.
    """
    known = list(before)
    for ladder in after:
        for was in known:
            if (was.name, was.version) == (ladder.name, ladder.version) and was.rungs != ladder.rungs:
                raise BadSettings(
                    f"{within}{TABLE}:{ladder.name}:version: must be above {was.version}: "
                    f"the ladder reads otherwise than the version {was.version} that is there already"
                )
        for rung in ladder.rungs:
            if other := _of_another_day(rung, known):
                raise BadSettings(f"{within}{TABLE}:{ladder.name}:id: {_one_day_each(rung, other)}")


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


def _of_another_day(rung: Rung, ladders: Iterable[Ladder]) -> str:
    """The ladder in which that id stands for another day; empty where there is none."""
    every = ((ladder, other) for ladder in ladders for other in ladder.rungs if other.id == rung.id)
    return next((ladder.label for ladder, other in every if other.day != rung.day), "")


def _one_day_each(rung: Rung, other: str) -> str:
    return f"'{rung.id}' speaks on another day in the ladder {other}: a rung of another day needs another id"
