"""Programs that the tests start: each one's output is kept, and it is ended with everything that it started."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOPS_WITHIN = 12.0
"""Seconds from SIGTERM to SIGKILL."""


@dataclass
class Program:
    """A running program. `said` is all that it has printed."""

    name: str
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8", errors="replace")

    def until(self, seen: Callable[[str], object], within: float) -> None:
        """Wait until its output is as wanted; AssertionError with the end of it where it ends first, or never is."""
        deadline = time.monotonic() + within
        while not seen(self.said):
            ended = self.process.poll()
            why = f"ended with {ended}" if ended is not None else "was not ready" if time.monotonic() > deadline else ""
            assert not why, f"{self.name} {why}. The end of what it printed:\n{self.said[-3000:]}"
            time.sleep(0.05)

    def found(self, pattern: str, within: float) -> str:
        """The first group of `pattern` in its output, once it is there."""
        self.until(lambda said: re.search(pattern, said), within)
        match = re.search(pattern, self.said)
        assert match is not None
        return match[1]

    def stop(self) -> None:
        """End it and everything that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(STOPS_WITHIN)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


@contextmanager
def running(
    name: str, words: Sequence[str | Path], *, folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """A program in a session of its own, in `folder`, until the block is over."""
    output = folder / f"{name}.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in words],
            cwd=folder,
            env=None if environ is None else dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    program = Program(name, process, output)
    try:
        yield program
    finally:
        program.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
