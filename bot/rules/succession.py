"""One pack after another: a clock keeps the row it was recorded under, and a new clock takes the new one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot.domain.calendar import ONE_DAY
from bot.domain.clocks import ClockRule
from bot.domain.errors import BadSettings

COUNTED = (
    *("processes", "per", "starts", "starts_presumed", "stops", "ends", "resumes", "branch", "binds", "length"),
    *("counting", "target", "nature", "composite", "owner", "agency", "kind", "exceptions", "ladder"),
)
"""What makes two rows read otherwise. Words, sources, open questions and examples may be bettered for every clock."""


class Earlier(NamedTuple):
    """The rows in force before, and the last day on which a fact that was recorded was counted by them."""

    clocks: tuple[ClockRule, ...]
    until: date


def reads_alike(one: ClockRule, other: ClockRule) -> bool:
    return all(getattr(one, column) == getattr(other, column) for column in COUNTED)


def succeed(
    earlier: Earlier, new: Sequence[ClockRule], *, open_too: Callable[[ClockRule], bool]
) -> tuple[ClockRule, ...]:
    """The rows from the day after `earlier.until` on: for each start and each day of recording, exactly one of a clock.

    Where the new row of a clock reads otherwise it counts what is recorded from then on, and the earlier one goes on
    counting what was recorded until then; a row that is gone counts only the latter. A row for which `open_too` holds
    counts for everything. BadSettings where a row reads otherwise under the version of the earlier one.
    """
    olds = [row for row in earlier.clocks if not open_too(row)]
    order = list(dict.fromkeys([*(row.id for row in new), *(row.id for row in olds)]))
    found: list[ClockRule] = []
    for rule_id in order:
        mine = [row for row in new if row.id == rule_id]
        before = [row for row in olds if row.id == rule_id]
        found.extend(_rejoined(_pieces(before, mine, earlier.until)))
    return tuple(found)


def _pieces(olds: Sequence[ClockRule], news: Sequence[ClockRule], until: date) -> Iterator[ClockRule]:
    """The rows of one clock, cut where either pack has another row for the start."""
    every = [*olds, *news]
    cuts = {row.valid_from for row in every} | {row.valid_to + ONE_DAY for row in every if row.valid_to}
    firsts = sorted(cuts)
    lasts = [first - ONE_DAY for first in firsts[1:]]
    for first, last in zip(firsts, [*lasts, None], strict=True):
        old = sorted((row for row in olds if row.in_force(first)), key=lambda row: row.recorded_from or date.min)
        new = next((row for row in news if row.in_force(first)), None)
        for row in _one_span(old, new, until):
            yield replace(row, valid_from=first, valid_to=last)


def _one_span(olds: Sequence[ClockRule], new: ClockRule | None, until: date) -> Iterator[ClockRule]:
    """The rows of one clock for starts of one span, in the order of the days of recording that they count for."""
    *history, last = olds or (None,)
    yield from (row for row in history if row)
    if last and new and last.recorded_until is None and reads_alike(last, new):
        yield replace(new, recorded_from=last.recorded_from)
        return
    if last:
        yield replace(last, recorded_until=last.recorded_until or until)
    if new and last and new.version == last.version:
        raise BadSettings(
            f"clocks.csv:{new.id}:version: must be above {last.version}: "
            f"the row reads otherwise than the one that counts until {until}"
        )
    if new:
        yield replace(new, recorded_from=until + ONE_DAY if last else None)


def _rejoined(pieces: Iterable[ClockRule]) -> list[ClockRule]:
    """Pieces of one row that follow each other as one again, the earliest recorded first."""
    whole: list[ClockRule] = []
    for piece in sorted(pieces, key=_age):
        if (
            whole
            and whole[-1].valid_to
            and replace(piece, valid_from=whole[-1].valid_from) == replace(whole[-1], valid_to=piece.valid_to)
        ):
            whole[-1] = replace(whole[-1], valid_to=piece.valid_to)
        else:
            whole.append(piece)
    return whole


def _age(piece: ClockRule) -> tuple[date, date, int, date]:
    """Pieces of one row stand together, and those of one day of recording in the order of their starts."""
    return (piece.recorded_from or date.min, piece.recorded_until or date.max, piece.version, piece.valid_from)
