"""The demo's clock: the wall clock plus an offset that is kept in a file, so that a jump survives a restart."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.errors import NotNow


class DemoClock:
    """Called, it answers with the moment it shows. It only ever moves on."""

    def __init__(self, path: Path, wall: Callable[[], datetime]) -> None:
        self._path, self._wall = path, wall
        self._ahead = timedelta(seconds=float(path.read_text())) if path.exists() else timedelta()

    def __call__(self) -> datetime:
        return self._wall() + self._ahead

    def move_to(self, moment: datetime) -> datetime:
        """Show `moment` now; NotNow where that is in the past."""
        ahead = moment - self._wall()
        if ahead < self._ahead:
            raise NotNow("The clock moves on, never back. Start over with: make demo-reset")
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(ahead.total_seconds()))
        fresh.replace(self._path)
        self._ahead = ahead
        return self()
