"""How far a long command has come, told on a terminal and nowhere else."""

import sys
from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

Item = TypeVar("Item")
WIDTH = 30


class Progress:
    """A bar on the last line: "[#####.....] 1,200 of 20,000 plans". What is said stands above it."""

    def __init__(self, what: str, out: TextIO = sys.stderr) -> None:
        self._what, self._out, self._drawn = what, out, False

    def __call__(self, done: int, of: int) -> None:
        if of and self._out.isatty():
            bar = "#" * (WIDTH * done // of)
            self._out.write(f"\r[{bar:.<{WIDTH}}] {done:,} of {of:,} {self._what}")
            self._out.flush()
            self._drawn = True

    def say(self, line: str) -> None:
        self.clear()
        print(line, flush=True)

    def clear(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._drawn = False


def in_batches(items: Sequence[Item], size: int, progress: Progress) -> Iterator[Sequence[Item]]:
    """The items, so many at a time, while the bar grows with them."""
    for start in range(0, len(items), size):
        progress(start, len(items))
        yield items[start : start + size]
    progress.clear()
