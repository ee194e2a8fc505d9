"""An installation of a test's own: a folder, a record, a clock to move, and the real command line."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from storage.crypto import new_key
from tests.e2e.moved import moved_clock
from tests.e2e.programs import Program, free_port, running

PROJECT = Path(__file__).parents[2]
STAFF = PROJECT / "bot" / "upkeep" / "demo" / "people.csv"
DOMAINS = "anyshire.example,nhs.example,oakhurst.example"
FIRST_START = 40.0
"""Seconds. The libraries of Teams alone take a few on a busy machine."""


@dataclass
class Council:
    """`settings` are those of the environment, beyond what every installation here has."""

    folder: Path
    start: datetime
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.key = free_port(), new_key()
        self.clock = moved_clock(self.folder / "clock")
        self.clock.move_to(self.start)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        own = {
            "REFERRALBOT_KEY": self.key,
            "REFERRALBOT_PORT": str(self.port),
            "REFERRALBOT_COUNCIL": "Anyshire",
            "REFERRALBOT_EMAIL_DOMAINS": DOMAINS,
            "DATABASE_URL": f"sqlite:///{self.folder / 'record.sqlite'}",
        }
        return environ(**own, **self.settings)

    def do(self, *words: str | Path) -> str:
        """Run one command to its end; what it printed. AssertionError where it did not go well."""
        done = subprocess.run(
            self._words(*words), cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def found(self) -> None:
        """Make the record, and put the staff in it."""
        self.do("migrate")
        self.do("import", "people", STAFF)

    @contextmanager
    def serving(self) -> Iterator[Program]:
        """The bot, ready."""
        with running("serve", self._words("serve"), folder=self.folder, environ=self.environ) as bot:
            wait_until_ready(self.url, bot)
            yield bot

    def _words(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "tests.e2e.moved", str(self.clock.file), *map(str, words)]


def environ(**settings: str) -> dict[str, str]:
    """This process's environment without anybody's settings, and with the project to import from."""
    theirs = ("REFERRALBOT_", "SLACK_", "TEAMS_", "DATABASE_URL", "HTTPS_PROXY", "HTTP_PROXY")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(theirs)}
    return {**kept, "PYTHONPATH": str(PROJECT), **settings}


def wait_until_ready(url: str, bot: Program) -> None:
    """Until it answers that it is."""

    def ready(_said: str) -> bool:
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    bot.until(ready, FIRST_START)
