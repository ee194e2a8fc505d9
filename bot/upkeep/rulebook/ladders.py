"""What a pack changes of the ladders, and how many dates that run climb another one: for preview, adopt and diff."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.cases.moves import Climbs
from bot.domain.dates import say_in_full
from bot.domain.ladder import Ladder
from bot.rules import Rules
from bot.upkeep.rulebook.words import rung_line

NOBODY = Ladder("", 0, ())


def ladder_lines(now: Rules, then: Rules, climbs: Counter[Climbs]) -> Iterator[str]:
    """Each ladder that reads otherwise, rung by rung, then how many dates that run climb it."""
    day = say_in_full(then.counts_from)
    for name, ladder in then.ladders.items():
        if rungs := list(rung_changes(now.ladders.get(name, NOBODY), ladder)):
            yield f"Ladder {ladder.label}, for what is recorded from {day}: {'; '.join(rungs)}."
    for move, many in climbs.items():
        dates = f"{many:,} dates that run change" if many > 1 else "1 date that runs changes"
        yield f"{dates} from ladder {move.before} to {move.after} from {day} on. Nothing that was said is said again."


def ladders_in_json(now: Rules, then: Rules, climbs: Counter[Climbs]) -> dict[str, Any]:
    """The same, for a program."""
    changed = {
        name: {"version": ladder.version, "rungs": list(rung_changes(now.ladders.get(name, NOBODY), ladder))}
        for name, ladder in then.ladders.items()
    }
    return {
        "ladders": {name: told for name, told in changed.items() if told["rungs"]},
        "climbs": [{"from": move.before, "to": move.after, "dates": many} for move, many in climbs.items()],
    }


def rung_changes(before: Ladder, after: Ladder) -> Iterator[str]:
    """As in "21-before is new: 21 days before the last day to act: the owner"."""
    olds, news = ({rung.id: rung_line(rung) for rung in ladder.rungs} for ladder in (before, after))
    for rung, says in news.items():
        if rung not in olds:
            yield f"{rung} is new: {says}"
        elif olds[rung] != says:
            yield f"{rung} is now: {says}"
    yield from (f"{rung} is gone" for rung in olds if rung not in news)
