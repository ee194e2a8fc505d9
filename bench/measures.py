"""What is measured, group by group, each in servers of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import slack, teams
from bench.council import Filled, fill, rows
from bench.load import Subject
from bench.processes import Running, served, server
from bench.rounds import Effort, Results, in_turn
from storage.crypto import new_key

ONE, MANY = 1, 16
BARE, ROW, STATUS, NEW = "bare", "row", "status", "new"
STOCK, OURS = "stock", "ours"


@dataclass(frozen=True)
class Measured:
    """A group of subjects by concurrency, and the memory of the bot's process after it all, in MB."""

    results: dict[int, Results]
    memory: float
    size: dict[str, int]
    """Of the case that `status` was asked about."""


@dataclass(frozen=True)
class Started:
    """Seconds to ready and memory then, in MB: medians."""

    seconds: float
    memory: float


def in_slack(url: str, bare_url: str, effort: Effort) -> Measured:
    """The bot on one database beside a bare listener on another of the same kind, and one without."""
    key = new_key()
    filled = fill(url, key, others=effort.others)
    fill(bare_url, key, others=0)
    with ExitStack() as stack:
        outside = stack.enter_context(server("outside"))
        bot = stack.enter_context(server("slack", url=url, key=key, outside=outside.url))
        subjects = list(_bare(stack, filled, bare_url)) + list(_whole(bot, filled))
        before, sent = rows(url), _Sent()
        results = {each: in_turn([sent.counted(one) for one in subjects], each, effort) for each in (ONE, MANY)}
        memory = bot.memory()
    _check_kept(before, rows(url), sent)
    return Measured(results, memory, filled.size)


class _Sent:
    """How many requests of each kind went out."""

    def __init__(self) -> None:
        self.of = {STATUS: 0, NEW: 0}

    def counted(self, subject: Subject) -> Subject:
        def make() -> bytes:
            self.of[subject.name] = self.of.get(subject.name, 0) + 1
            return subject.make()

        return Subject(subject.name, subject.port, make, subject.expected)


def _bare(stack: ExitStack, filled: Filled, url: str) -> Iterator[Subject]:
    """Bolt alone, and Bolt that commits a row."""
    line = slack.status_of(filled.reference)
    yield Subject(BARE, stack.enter_context(server("bare")).port, line, b"heard")
    yield Subject(ROW, stack.enter_context(server("bare", url=url)).port, line, b"heard")


def _whole(bot: Running, filled: Filled) -> Iterator[Subject]:
    yield Subject(STATUS, bot.port, slack.status_of(filled.reference), filled.reference.encode())
    yield Subject(NEW, bot.port, lambda: slack.submission(filled.form), b"is open")


def _check_kept(before: dict[str, int], after: dict[str, int], sent: _Sent) -> None:
    """Every line that was sent is on record, and every case that was opened. RuntimeError where one is not."""
    heard, opened = after["Heard"] - before["Heard"], after["Case"] - before["Case"]
    if (heard, opened) != (sent.of[STATUS] + sent.of[NEW], sent.of[NEW]):
        raise RuntimeError(f"sent {sent.of}, but {heard} lines and {opened} cases are on record")


def in_teams(url: str, effort: Effort) -> Measured:
    """The bot beside the library as it comes, both with signed tokens and the same connector."""
    key = new_key()
    filled = fill(url, key, others=effort.others)
    with ExitStack() as stack:
        outside = stack.enter_context(server("outside"))
        line = teams.message(f"status {filled.reference}", outside)
        stock = stack.enter_context(server("stock", outside=outside.url))
        bot = stack.enter_context(server("teams", url=url, key=key, outside=outside.url))
        subjects = [Subject(STOCK, stock.port, line), Subject(OURS, bot.port, line)]
        results = {each: in_turn(subjects, each, effort) for each in (ONE, MANY)}
        return Measured(results, bot.memory(), filled.size)


def from_cold(folder: Path, url: str, effort: Effort) -> Started:
    """`referralbot serve` with Slack and Teams set up, from the start of its process to its first "ready"."""
    key = new_key()
    fill(url, key, others=effort.others)
    with server("outside") as outside:
        environment = settings(url, key, outside.url)
        starts = [_start(environment, folder) for _ in range(effort.starts)]
    return Started(median(each.seconds for each in starts), median(each.memory for each in starts))


def _start(environment: dict[str, str], folder: Path) -> Started:
    with served(environment, folder) as (seconds, bot):
        return Started(seconds, bot.memory())


def settings(url: str, key: str, outside: str) -> dict[str, str]:
    """The environment of a bot in Slack and Teams, both of which are at `outside`."""
    from tests.adapters.fake_connector import APP_ID, APP_PASSWORD, TENANT

    return {
        "DATABASE_URL": url,
        "REFERRALBOT_KEY": key,
        "REFERRALBOT_LOG_LEVEL": "error",
        "SLACK_BOT_TOKEN": "xoxb-council",
        "SLACK_SIGNING_SECRET": "council-signing-secret",
        "SLACK_API_URL": f"{outside}/slack/api/",
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": APP_PASSWORD,
        "TEAMS_APP_TENANT_ID": TENANT,
        "TEAMS_TENANTS": TENANT,
    }
