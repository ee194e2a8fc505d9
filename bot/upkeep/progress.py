"""How far a long command has come, told on a terminal and nowhere else."""

import sys
from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

Item = TypeVar("Item")
WIDTH = 30


def in_batches(items: Sequence[Item], size: int, what: str, out: TextIO = sys.stderr) -> Iterator[Sequence[Item]]:
    """The items, so many at a time, and a bar that grows with them: "[#####.....] 1,200 of 20,000 plans"."""
    for start in range(0, len(items), size):
        _draw(start, len(items), what, out)
        yield items[start : start + size]
    _draw(len(items), len(items), what, out)
    if items and out.isatty():
        out.write("\n")


def _draw(done: int, every: int, what: str, out: TextIO) -> None:
    if every and out.isatty():
        bar = "#" * (WIDTH * done // every)
        out.write(f"\r[{bar:.<{WIDTH}}] {done:,} of {every:,} {what}")
        out.flush()
