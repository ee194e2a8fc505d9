"""`python -m tests.chaos`: a storm over SQLite, another over PostgreSQL, and what came of them. `--seed` has it again.

0 where nothing is missing, nothing was said twice outside the windows that docs/promises.md names, each line that
somebody said and was told of acted once, and every living card says what the record says.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import SystemRandom

from tests.chaos.amiss import told_of
from tests.chaos.machines import Place, kept_in, postgres
from tests.chaos.storm import FULL, SMALL, Storm, Told
from tests.chaos.weather import Trouble

AT_LEAST = 2_000
"""Reminders of a whole run."""


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    words.add_argument("--seed", type=int, help="that of an earlier run; by default a new one")
    words.add_argument("--minutes", type=float, default=5.0, help="no new day begins after this many")
    words.add_argument("--on", choices=("sqlite", "postgresql"), help="one database only")
    words.add_argument("--small", action="store_true", help="a tenth of the council, for a look")
    words.add_argument("--keep", type=Path, help="a folder to keep the processes' logs in")
    asked = words.parse_args()
    seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    print(f"Seed {seed}: again with make chaos SEED={seed}", flush=True)
    told: list[Told] = []
    for one in _storms(asked, seed):
        told.append(one)
        print("\n".join(table(told)), flush=True)
    print(f"Seed {seed}.")
    few = sum(one.reminders for one in told) < AT_LEAST and not (asked.small or asked.on)
    if few:
        print(f"Fewer than {AT_LEAST:,} reminders came due in time: give it more --minutes.")
    return 0 if all(one.good for one in told) and not few else 1


def _storms(asked: argparse.Namespace, seed: int) -> Iterator[Told]:
    size, ends = SMALL if asked.small else FULL, time.monotonic() + asked.minutes * 60
    with kept_in(asked.keep) as folder:
        if asked.on != "postgresql":
            half = time.monotonic() + asked.minutes * (30 if asked.on is None else 60)
            place = Place("SQLite, one process", f"sqlite:///{folder}/storm.sqlite", 1)
            (folder / "sqlite").mkdir()
            yield asyncio.run(Storm(place, folder / "sqlite", seed, size, half).run())
        if asked.on != "sqlite":
            with postgres(folder / "pg") as (url, restart):
                (folder / "postgresql").mkdir()
                place = Place("PostgreSQL, three replicas", url, 3, restart)
                yield asyncio.run(Storm(place, folder / "postgresql", seed, size, ends).run())


def table(told: Sequence[Told]) -> Iterator[str]:
    """The storms beside each other, then whatever was wrong."""
    yield ""
    yield f"| | {' | '.join(one.name for one in told)} |"
    yield f"|---|{'---:|' * len(told)}"
    for what, values in _rows(told):
        yield f"| {what} | {' | '.join(values)} |"
    for one in told:
        yield from _wrong(one)


def _rows(told: Sequence[Told]) -> Iterator[tuple[str, list[str]]]:
    def row(what: str, values: list[int | str]) -> tuple[str, list[str]]:
        return what, [f"{value:,}" if isinstance(value, int) else value for value in values]

    yield row("reminders expected, by the entries", [one.verdict.expected for one in told])
    yield row("of them arrived", [one.verdict.arrived for one in told])
    yield row("missing", [len(one.verdict.missing) for one in told])
    yield row("said where or when nothing was due", [len(one.verdict.wrong) for one in told])
    yield row("said twice, unexplained", [len(one.verdict.unexplained) for one in told])
    for why in sorted({why for one in told for why in one.verdict.doubled}):
        yield row(f"said twice: {why}", [one.verdict.doubled[why] for one in told])
    yield row("repeats that say that they may be one", [one.verdict.says_so for one in told])
    yield row("lines that people said, each with an id of its own", [one.lines.said for one in told])
    yield row("of them acknowledged", [one.lines.acknowledged for one in told])
    yield row("delivered or pressed once more", [one.lines.again for one in told])
    yield row("entries that they made", [one.lines.acted for one in told])
    yield row("acted twice", [len(one.lines.twice) for one in told])
    yield row("acknowledged, and lost", [len(one.lines.lost) for one in told])
    yield row("acted, and nobody said it", [len(one.lines.unsaid) for one in told])
    yield row("said in vain, again and again", [len(one.lines.given_up) for one in told])
    yield row("living cards", [one.cards for one in told])
    yield row("of them wrong at the end", [len(one.wrong_cards) for one in told])
    for why in sorted({why for one in told for why in one.verdict.cards}):
        yield row(f"cards posted twice: {why}", [one.verdict.cards[why] for one in told])
    yield row("messages", [one.messages for one in told])
    for trouble in (each for each in Trouble if each is not Trouble.NONE):
        yield row(f"calls that met: {trouble}", [one.met[trouble] for one in told])
    for what in sorted({what for one in told for what in one.done}):
        yield row(f"processes: {what}" if what == "starts" else what, [one.done[what] for one in told])
    yield row("days lived, of those planned", [f"{one.stops} of {one.of}" for one in told])
    yield row("seconds", [f"{one.seconds:.0f}" for one in told])


def _wrong(one: Told) -> Iterator[str]:
    verdict = one.verdict
    for stop, thing in verdict.missing[:20]:
        yield f"{one.name}: missing on day {stop}: {thing.place} {thing.reference} {thing.what}"
    for (stop, thing), said in list(zip(verdict.wrong, verdict.strays, strict=True))[:20]:
        yield f"{one.name}: not due on day {stop}: {thing.place} {thing.reference} {thing.what}"
        yield f"  {told_of(said.by, one.posts)}"
    for twice in verdict.unexplained[:20]:
        yield f"{one.name}: said twice: {twice.thing.place} {twice.thing.reference} {twice.thing.what}"
        yield f"  first: {told_of(twice.first, one.posts)}"
        yield f"  again, {twice.again.at - twice.first.at:.1f} s later: {told_of(twice.again, one.posts)}"
        yield f"  around them: {', '.join(twice.around) or 'nothing was done to the bot'}"
    yield from (f"{one.name}: {line}" for line in [*verdict.unread[:20], *one.wrong_cards[:20], *_lines(one)])
    if one.stuck:
        yield f"{one.name}: on {one.stuck} days something still waited when the day was left"


def _lines(one: Told) -> Iterator[str]:
    lines = one.lines
    yield from (f"acted twice: {mark}" for mark in lines.twice[:20])
    yield from (f"lost: {mark}, answered with “{answer[:200]}”" for mark, answer in lines.lost[:20])
    yield from (f"nobody said: {mark}" for mark in lines.unsaid[:20])
    yield from (f"answered with “{answer}”" for answer in lines.faults[:20])
    yield from (f"{act.who.name} gave up: {act.line}" for act in lines.given_up[:20])


if __name__ == "__main__":
    sys.exit(main())
