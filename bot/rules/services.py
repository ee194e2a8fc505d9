"""services.csv: who is asked for advice, and which school's answer is waited for."""

from collections.abc import Iterable, Sequence

from bot.domain.clocks import Adviser, ClockRule, Per
from bot.domain.facts import Asks
from bot.domain.terms import Agency, RuleId, Service
from bot.rules.reading import Cells, Tables, rows

TABLE = "services.csv"
COLUMNS = ("id", "label", "asks", "agency", "clock", "usual", "also")


def read_services(
    tables: Tables, clocks: Iterable[ClockRule], *, known: Sequence[Adviser] = (), within: str = ""
) -> tuple[Adviser, ...]:
    """Those that are `known` and then the table's own; no name may mean two of them."""
    requests = {str(rule.id): rule.id for rule in clocks if rule.per is Per.REQUEST}
    services = [*known]
    for cells in rows(tables, TABLE, COLUMNS, within=within):
        adviser = _adviser(cells, requests)
        for name in (adviser.id, adviser.label, *adviser.also):
            if any(other.is_called(name) for other in services):
                cells.wrong("also", f"'{name}' is the name of another service too")
        services.append(adviser)
    return tuple(services)


def _adviser(cells: Cells, requests: dict[str, RuleId]) -> Adviser:
    return Adviser(
        id=Service(cells.text("id")),
        label=cells.text("label"),
        asks=cells.word("asks", Asks),
        agency=cells.one_of("agency", {"": None} | {agency.value: agency for agency in Agency}),
        clock=cells.one_of("clock", requests),
        usual=cells.yes("usual"),
        also=cells.list("also"),
    )
