"""A clock that is moved: by the demo, which only moves it on, and by the tests. `serve` refuses it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path


class MovedClock:
    """Called, it answers with the moment it shows: the wall clock's and as many seconds as its file says.

    A move survives a restart, and every process that reads the file shows the same.
    """

    def __init__(self, file: Path, wall: Callable[[], datetime]) -> None:
        self.file, self._wall = file, wall

    def __call__(self) -> datetime:
        ahead = float(self.file.read_text()) if self.file.exists() else 0.0
        return self._wall() + timedelta(seconds=ahead)

    def move_to(self, moment: datetime) -> None:
        """Show `moment` now."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str((moment - self._wall()).total_seconds()))
        fresh.replace(self.file)
