"""One storm over one database: the bot's processes, what is done to them, and the clock that runs on to what is due."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bot.cases import kept_reminders
from bot.rules import load_rules
from bot.settings import Settings, read_settings
from bot.turn import Turn
from storage.connect import WAIT, Store
from storage.crypto import Vault
from tests.adapters.fake_slack import serving
from tests.chaos.amiss import kept_of
from tests.chaos.cards import count_cards, wrong_cards
from tests.chaos.council import BEGAN, Council, Size
from tests.chaos.delivering import Delivering
from tests.chaos.entries import moment_of, owed_by
from tests.chaos.lines import Lines, acted_on, weighed
from tests.chaos.machines import Bots, Place, given_to, hold
from tests.chaos.oracle import LONDON, NINE, Days, Line, Owed, Step, closed_days, expected_amid, steps
from tests.chaos.people import People, Script
from tests.chaos.reading import Happened, Verdict, judged
from tests.chaos.weather import Sky, StormyConnector, StormySlack, Weather
from tests.e2e.council import environ
from tests.e2e.moved import moved_clock

FULL, SMALL = Size(new=110, drafting=16, consulting=10), Size(new=6, drafting=2, consulting=1)
LASTS = timedelta(days=52)
DRAINED_WITHIN = 40.0
"""Seconds until a stop is left though something still waits."""
TOO_OFTEN = 40
"""Times that a bot ends by itself, as it does where it starts while its database is away."""
LOOK = 0.2
AWAKE = 1.0
"""Seconds without a call before the clock is moved on for what waits."""
HELD = 4.0
"""The same while a message is in somebody's hand: on a busy machine it may only not be on its way yet."""
BY_DAY = timedelta(hours=17, minutes=20)
"""The storm's clock passes no evening by itself: what waits then is rightly too late."""
MIDNIGHT = timedelta(hours=23, minutes=30)
NUDGES, CARDS = ("nudges", "digest", "notice"), ("case_card", "enquiry_card")
LOCKED = (0.5, 1.0, 1.5, WAIT + 1.5)
"""Seconds for which somebody else writes to the file of SQLite; one of them is longer than the bot waits."""


@dataclass
class Told:
    """How a storm went, for the table."""

    name: str
    seed: int
    stops: int
    of: int
    reminders: int
    messages: int
    seconds: float
    done: Counter[str]
    met: Counter[Any]
    stuck: int
    verdict: Verdict
    lines: Lines
    cards: int
    wrong_cards: list[str]
    posts: Mapping[str, str]
    """What is on record of the messages that should not be, by the key of their post."""

    @property
    def good(self) -> bool:
        return self.verdict.good and self.lines.good and not self.wrong_cards


class Storm:
    """Drives one run. Everything it decides comes from the dice; what the bot makes of it depends on the machine."""

    def __init__(self, place: Place, folder: Path, seed: int, size: Size, until: float) -> None:
        self.place, self.folder, self.seed, self.size, self.until = place, folder, seed, size, until
        self.dice = Random(f"{seed}/{place.name}")
        self.clock = moved_clock(folder / "clock")
        self.clock.move_to(BEGAN)
        self.sky = Sky(self.clock, Weather(Random(f"weather/{seed}/{place.name}"), share=0.22))
        self.done: Counter[str] = Counter()
        self.happened: list[Happened] = []
        self.rules = load_rules()
        self.stuck = 0
        self.latest = BEGAN
        """What the clock showed at most, before it was put back."""
        self.settings: Settings

    async def run(self) -> Told:
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            slack, teams = StormySlack(self.sky), StormyConnector(self.sky)
            slack.url = await stack.enter_async_context(serving(slack.app()))
            teams.url = await stack.enter_async_context(serving(teams.app))
            given = given_to(slack, teams, self.place.url) | {"REFERRALBOT_LOG_LEVEL": "warning"}
            self.settings = read_settings(given)
            council = Council(self.settings, slack, teams)
            line = await asyncio.to_thread(council.found, self.size, self.dice)
            self.store = Store(self.place.url)
            stack.callback(self.store.close)
            with self.store.reading() as db:
                every = owed_by(db)
            self.days = Days(closed_days())
            stops, ahead = self._plan(every)
            self.bots = Bots(self.folder, self.clock.file, environ(**given))
            stack.callback(self.bots.end)
            script = Script(council, stops, ahead, Random(f"people/{self.seed}/{self.place.name}"))
            script.write()
            delivering = Delivering(slack, teams, self.bots.doors)
            self.people = People(delivering, script.acts, f"{self.seed}/{self.place.name}")
            ends = await self._live(stops)
            await self._calm()
            ends[-1:] = [time.monotonic()]
            return self._told(stops, ends, replace(line, away=script.away), slack, teams, time.monotonic() - began)

    def _told(
        self,
        stops: Sequence[datetime],
        ends: Sequence[float],
        line: Line,
        slack: StormySlack,
        teams: StormyConnector,
        seconds: float,
    ) -> Told:
        """What came of it, from the record as it stands at the end."""
        lived = stops[: len(ends)]
        with self.store.reading() as db:
            turn = Turn(db, self.clock(), self.rules, Vault(self.settings.key))
            said = expected_amid(owed_by(db), self.days, lived, line)
            lines = weighed(self.people.uttered, acted_on(turn), self.happened, self.people.given_up)
            cards, wrong = count_cards(turn), list(wrong_cards(turn, slack, teams))
            due, may = ([each[place] for each in said] for place in (0, 1))
            verdict = judged(self.sky.landed, ends, due, self.happened, may)
            posts = kept_of(db, verdict.amiss)
        done = self.done + Counter({"starts": self.bots.starts})
        return Told(
            self.place.name, self.seed, len(ends), len(stops), sum(map(len, due)), len(self.sky.landed),
            seconds, done, self.sky.weather.met, self.stuck, verdict, lines, cards, wrong, posts,
        )  # fmt: skip

    def _plan(self, every: Sequence[Owed]) -> tuple[list[datetime], list[Step]]:
        """The moments at which the bot is awake, and what is ahead. Now and then it is down for some days."""
        ahead = [step for owed in every if owed.until is None for step in steps(owed, self.days)]
        due = sorted({step.at for step in ahead if BEGAN < step.at < BEGAN + LASTS})
        stops: list[datetime] = []
        while due:
            down = self.dice.choice((0, 0, 0, 0, 0, 0, 1, 2))
            at = due[min(down, len(due) - 1)]
            due = [later for later in due if later > at]
            late = self.dice.choice((5, 40, 185, 200, 240, 330))
            stops.append(at + timedelta(minutes=late))
        return stops, ahead

    async def _live(self, stops: Sequence[datetime]) -> list[float]:
        """From stop to stop; when each was over, by the stopwatch."""
        ends: list[float] = []
        for _ in range(self.place.replicas):
            self.bots.start()
        for number, stop in enumerate(stops):
            if time.monotonic() > self.until:
                break
            asleep = self.dice.random() < 0.15
            if asleep:
                self._note("all stopped", self.bots.stop)
            self.clock.move_to(stop)
            while len(self.bots.running) < self.place.replicas:
                self.bots.start()
            await asyncio.gather(self._misfortunes(), self._drain(stop), self.people.act(number))
            self.clock.move_to(max(self.clock(), stop))
            await self._drain(stop)
            await self._turn_back(stop)
            self.clock.move_to(max(self.clock(), self.latest))
            await self.people.act(number, evening=True)
            ends.append(time.monotonic())
        return ends

    async def _calm(self) -> None:
        """The weather clears, and the living cards come to say what the record says."""
        self.sky.weather.share = 0.0
        await self._drain(self.clock(), (*NUDGES, *CARDS), by=MIDNIGHT)
        await asyncio.sleep(2 * AWAKE)

    async def _misfortunes(self) -> None:
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            kinds = [self._kill, self._kill, self._kill_who_heard, self._kill_who_heard, self._jump]
            kinds += [self._restart_database] * 2 if self.place.restart else [self._lock_database]
            kinds += [self._suspend] if self.place.replicas > 1 else []
            misfortune = self.dice.choice(kinds)
            await self._busy()
            await misfortune()

    async def _busy(self) -> None:
        """Until messages are on their way, or for three seconds; then a moment longer."""
        wait, began = self.dice.uniform(0, 0.4), time.monotonic()
        while not self.sky.under_way and time.monotonic() - began < 3:  # noqa: ASYNC110  it counts the fakes' calls
            await asyncio.sleep(0.01)
        await asyncio.sleep(wait)

    async def _kill(self) -> None:
        number = self.dice.randrange(len(self.bots.running))
        self._note("killed", lambda: self.bots.kill(number))
        self.bots.start()

    async def _kill_who_heard(self) -> None:
        """The very moment that one of them has acknowledged a line."""
        number, doors = self.dice.randrange(len(self.bots.running)), self.bots.doors()
        door = await self._acknowledged()
        self._note("killed", lambda: self.bots.kill(doors.index(door) if door in doors else number))
        self.bots.start()

    async def _acknowledged(self) -> str:
        """The door that takes the next line, as soon as it did; nothing where none does within three seconds."""
        taken, began = len(self.people.delivering.acknowledged), time.monotonic()
        while len(self.people.delivering.acknowledged) == taken and time.monotonic() - began < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return "".join(self.people.delivering.acknowledged[taken : taken + 1])

    async def _jump(self) -> None:
        """The machine's clock is put on or back by minutes, whatever is under way; not back before nine."""
        by = timedelta(seconds=self.dice.choice((-1800, -300, -61, 61, 90, 300, 900)))
        what = "clock moved" if by > timedelta() else "clock put back"
        self.latest = max(self.latest, self.clock())
        nine = datetime.combine(self.clock().astimezone(LONDON), NINE, LONDON)
        self._note(what, lambda: self.clock.move_to(max(self.clock() + by, nine)))

    async def _suspend(self) -> None:
        """One process stands still for longer than its claims last, as far as the others can tell."""
        bot, began = self.dice.choice(self.bots.running), time.monotonic()
        bot.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1)
        self.clock.move_to(self.clock() + timedelta(seconds=120))
        await asyncio.sleep(1.5)
        bot.send_signal(signal.SIGCONT)
        self.done["suspended"] += 1
        self.happened.append(Happened("suspended", began, time.monotonic()))

    async def _restart_database(self) -> None:
        began = time.monotonic()
        assert self.place.restart
        await self.place.restart()
        self.done["database away"] += 1
        self.happened.append(Happened("database away", began, time.monotonic()))

    async def _lock_database(self) -> None:
        """Another program writes to the file, now and then for longer than the bot waits."""
        began, seconds = time.monotonic(), self.dice.choice(LOCKED)
        await asyncio.to_thread(hold, make_url(self.place.url).database or "", seconds)
        self.done["database locked"] += 1
        self.happened.append(Happened("database locked", began, time.monotonic()))

    async def _turn_back(self, stop: datetime) -> None:
        """Now and then the clock shows an hour that is over, or yesterday: nothing is said again."""
        if self.dice.random() < 0.2:
            back, self.latest = timedelta(hours=self.dice.choice((1, 3, 26))), max(self.latest, self.clock())
            self._note("clock turned back", lambda: self.clock.move_to(stop - back))
            await asyncio.sleep(2)
            self.clock.move_to(stop + timedelta(minutes=1))
            await self._drain(stop)

    def _note(self, what: str, do: Callable[[], Any]) -> None:
        began = time.monotonic()
        do()
        self.done[what] += 1
        self.happened.append(Happened(what, began, time.monotonic()))

    async def _drain(self, stop: datetime, says: Sequence[str] = NUDGES, by: timedelta = BY_DAY) -> None:
        """Until all that is due is said: while nothing is under way the clock moves on to what waits."""
        began = quiet_since = time.monotonic()
        evening = datetime.combine(stop.astimezone(LONDON), datetime.min.time(), LONDON) + by
        while time.monotonic() - began < DRAINED_WITHIN:
            await asyncio.sleep(LOOK)
            self.done["ended by themselves"] += self.bots.ended()
            assert self.done["ended by themselves"] < TOO_OFTEN, f"the bot does not stay up: {self.bots.last_words()}"
            if self.sky.under_way:
                quiet_since = time.monotonic()
            waits = await asyncio.to_thread(self._waits, says)
            if waits == 0 and time.monotonic() - quiet_since > LOOK:
                return
            if waits and time.monotonic() - quiet_since > (HELD if await asyncio.to_thread(self._in_hand) else AWAKE):
                ahead = await asyncio.to_thread(self._ahead, says) or self.clock()
                step = timedelta(seconds=self.dice.choice((2, 5, 20)))
                self.clock.move_to(max(min(max(ahead, self.clock()) + step, evening), self.clock()))
                quiet_since = time.monotonic()
        self.stuck += 1

    def _waits(self, says: Sequence[str]) -> int | None:
        """How much is still to be looked at or to go out today; None where the database does not answer."""
        ripe = "SELECT count(*) FROM deadline WHERE next_at <= :now"
        try:
            waits = sum(int(self._asked(query)) for query in (ripe, f"SELECT count(*) {_waiting(says)}"))
            with self.store.reading() as db:
                return waits + len(kept_reminders.due(Turn(db, self.clock(), self.rules, Vault(self.settings.key))))
        except SQLAlchemyError:
            return None

    def _in_hand(self) -> bool:
        """Whether a process has a message in hand, or had one when it was killed."""
        try:
            return bool(self._asked("SELECT count(*) FROM post WHERE state = 'waiting' AND claimed_until > :now"))
        except SQLAlchemyError:
            return True

    def _ahead(self, says: Sequence[str]) -> datetime | None:
        """When the first of what waits may go: once its room is free, its wait is over, or its claim has run out."""
        first = "SELECT min(CASE WHEN claimed_until > not_before THEN claimed_until ELSE not_before END)"
        try:
            kept = self._asked(f"{first} {_waiting(says)}")
        except SQLAlchemyError:
            return None
        return kept and moment_of(kept)

    def _asked(self, query: str) -> Any:
        now = self.clock()
        with self.store.reading() as db:
            given = {"now": _as_kept(self.store, now), "soon": _as_kept(self.store, now + timedelta(hours=6))}
            return db.execute(text(query), {name: given[name] for name in given if f":{name}" in query}).scalar_one()


def _waiting(says: Sequence[str]) -> str:
    kinds = ", ".join(map(repr, says))
    return f"FROM post WHERE state = 'waiting' AND not_before <= :soon AND says IN ({kinds})"


def _as_kept(store: Store, moment: datetime) -> Any:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if store.sqlite else moment
