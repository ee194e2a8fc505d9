"""grounds.csv: what may be claimed as an exception or as another date, and what only seems to be one."""

from bot.domain.grounds import Effect, Ground, Shows, Unit
from bot.domain.terms import Role
from bot.rules.reading import Cells, Tables, each_read, rows

TABLE = "grounds.csv"
COLUMNS = (
    *("id", "version", "title", "names", "law", "source", "shows", "weeks", "effect", "most", "unit", "agreed_by"),
    *("unverified", "valid_from", "valid_to"),
)
DATES = (Shows.GIVEN, Shows.EXTENSION, Shows.PAUSE)
FOR_SO_LONG = (Shows.CLOSURE, Shows.ABSENCE)


def read_grounds(tables: Tables, *, version: int) -> tuple[Ground, ...]:
    """Every ground of a pack that is at that version. BadSettings says of each wrong row what was expected."""
    found = each_read(rows(tables, TABLE, COLUMNS), lambda cells: (cells, _ground(cells)))
    for place, (cells, ground) in enumerate(found):
        _check_sense(cells, ground, version)
        for _, other in found[:place]:
            _check_beside(cells, ground, other)
    return tuple(ground for _, ground in found)


def _ground(cells: Cells) -> Ground:
    return Ground(
        id=cells.text("id"),
        version=cells.number("version"),
        title=cells.text("title"),
        names=cells.list("names") or cells.wrong("names", "is empty: say what staff call it"),
        law=cells.text("law"),
        source=cells.text("source"),
        shows=cells.word("shows", Shows),
        weeks=cells.number("weeks") if cells.maybe("weeks") else 0,
        effect=cells.word("effect", Effect),
        most=cells.number("most") if cells.maybe("most") else 0,
        unit=cells.word("unit", Unit) if cells.maybe("unit") else None,
        agreed_by=cells.words("agreed_by", Role),
        unverified=cells.maybe("unverified"),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day("valid_to") if cells.maybe("valid_to") else None,
    )


def _check_sense(cells: Cells, ground: Ground, version: int) -> None:
    """What a slip of the hand in one row would break without a sound."""
    if ground.version > version:
        cells.wrong("version", f"is beyond the pack's own, {version}: raise that in pack.csv")
    if (ground.effect is Effect.DATE) != (ground.shows in DATES):
        cells.wrong("effect", f"must be date where it shows {', '.join(DATES)}, and nowhere else")
    if (ground.effect is Effect.NEVER) != (ground.shows is Shows.NOTHING):
        cells.wrong("effect", "must be never where it shows nothing, and nowhere else")
    if bool(ground.weeks) != (ground.shows in FOR_SO_LONG):
        cells.wrong("weeks", "says how long a closure or an absence lasts at least; it is for these alone")
    if bool(ground.most) != (ground.unit is not None) or (ground.most and ground.shows is not Shows.EXTENSION):
        cells.wrong("most", "and unit stand together, and only an extension has them")
    if bool(ground.agreed_by) == (ground.effect is Effect.NEVER):
        cells.wrong("agreed_by", "says who may agree to it; only what is never an exception has nobody")
    if ground.valid_to is not None and ground.valid_to < ground.valid_from:
        cells.wrong("valid_to", "is before valid_from")


def _check_beside(cells: Cells, ground: Ground, other: Ground) -> None:
    """A name may mean several grounds, which the clock tells apart; what is never one has names of its own."""
    if ground.id == other.id:
        cells.wrong("id", f"'{ground.id}' is there twice")
    if (ground.effect is Effect.NEVER) != (other.effect is Effect.NEVER):
        for name in (ground.id, ground.title, *ground.names):
            if other.is_called(name):
                cells.wrong("names", f"'{name}' is a name of {other.id} too")
