"""The whole bot, served as an operator serves it, but by a clock that shows a working afternoon, and without limits.

`python -m bench.standing SECONDS` is that process: the settings are in its environment, its clock is so much ahead.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.request import urlopen

from bench.council import SECRET, SLACK, Filled, fill
from bench.dates import FIRST, hire, owe
from bench.landing import OTHER_TEAM, OTHER_TOKEN
from bench.measures import settings
from bench.processes import Running, served, server
from bot.__main__ import open_doors
from bot.courier import Chat, Credentials
from bot.domain.calendar import ONE_DAY, london_date, moment
from bot.domain.pace import NO_LIMITS
from bot.domain.terms import Platform
from bot.rules import load_rules
from bot.serving.run import Door, Inside, run
from bot.serving.web import listen
from bot.settings import read_settings
from bot.upkeep import connections
from bot.upkeep.connections import Defined
from bot.upkeep.installation import open_configured
from storage.connect import Store
from storage.crypto import Vault, new_key

SPEAKERS = 1_000
"""Officers who say lines, by turns: of one alone the bot takes no more than a person means."""
NOT_NUDGED = 5_000_000
"""The number of the first of them."""
AFTERNOON = time(13)
"""No digests are made after noon: only what is measured goes out."""
AHEAD = timedelta(days=14)


@dataclass
class Standing:
    """A bot that is running: what it is asked, where its messages land, and its record beside it."""

    bot: Running
    outside: Running
    store: Store
    filled: Filled
    ahead: timedelta
    """How far the bot's clock is ahead of the machine's."""
    legal: date
    officers: int = 0
    waves: int = 0
    landed: int = 0

    def now(self) -> datetime:
        """By the bot's clock."""
        return datetime.now(UTC) + self.ahead

    def owe(self, moments: Sequence[datetime]) -> None:
        """So many more officers, each nudged once of a date that is to be looked at at one of these moments."""
        with self.store.transaction() as db:
            hired = hire(db, SLACK, len(moments), first=self.officers)
            owe(db, hired, moments, first=FIRST * (self.waves + 1), legal=self.legal)
        self.officers, self.waves = self.officers + len(moments), self.waves + 1

    def came(self) -> list[tuple[str, float]]:
        """The messages to these officers that have landed since it was asked last: to whom, and when."""
        with urlopen(f"{self.outside.url}/landed?since={self.landed}") as answer:
            new = json.load(answer)
        self.landed += len(new)
        return [(channel, at) for channel, at in new if channel[1:].isdigit() and int(channel[1:]) < NOT_NUDGED]


@contextmanager
def standing(folder: Path, url: str, *, others: int) -> Iterator[Standing]:
    """A council with a bot that runs, and a second workspace with one officer."""
    key, calendar = new_key(), load_rules().calendar
    filled = fill(url, key, others=others)
    today = calendar.next_working_day_on_or_after(london_date(datetime.now(UTC)) + ONE_DAY)
    day = calendar.next_working_day_on_or_after(today + ONE_DAY)  # never the first of a week, which has digests for all
    ahead = moment(day, AFTERNOON) - datetime.now(UTC)
    store = Store(url)
    try:
        _add_speakers(store, Vault(key))
        with server("outside") as outside:
            module = ("bench.standing", str(ahead.total_seconds()))
            with served(settings(url, key, outside.url), folder, module) as (_, bot):
                yield Standing(bot, outside, store, filled, ahead, day + AHEAD)
    finally:
        store.close()


def _add_speakers(store: Store, vault: Vault) -> None:
    """In both workspaces."""
    secrets = {"bot_token": OTHER_TOKEN, "signing_secret": SECRET}
    with store.transaction() as db:
        other = connections.add(db, vault, Defined(Platform.SLACK, OTHER_TEAM, "Partner", secrets=secrets))
        hire(db, SLACK, SPEAKERS, first=NOT_NUDGED)
        hire(db, other.id or 0, SPEAKERS, first=NOT_NUDGED + SPEAKERS)


def speaker(turn: int, team: str) -> str:
    """Whose turn it is in a workspace, by account."""
    return f"U{NOT_NUDGED + turn % SPEAKERS + (SPEAKERS if team == OTHER_TEAM else 0):07}"


class Unlimited:
    """Slack's door, whose chats may be written to as fast as the bot can."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.routes, self.start, self.stop = door.routes, door.start, door.stop

    def chat(self, connection: int) -> Chat:
        chat = self._door.chat(connection)
        chat.limits = NO_LIMITS  # type: ignore[misc]
        return chat


def _open_doors(inside: Inside, found: Mapping[Platform, Sequence[Credentials]]) -> Mapping[Platform, Door]:
    doors = open_doors(inside, found)
    return {**doors, Platform.SLACK: Unlimited(doors[Platform.SLACK])}


def main() -> None:
    ahead = timedelta(seconds=float(sys.argv[1]))
    asked = read_settings(os.environ)
    here = open_configured(asked, lambda: datetime.now(UTC) + ahead)
    run(here, listen(asked.host, asked.port), _open_doors, lambda at: print(at, flush=True))


if __name__ == "__main__":
    main()
