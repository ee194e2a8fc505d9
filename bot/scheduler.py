"""The ticker: APScheduler with interval jobs in memory. It stores nothing: what is to be done is in the record."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.auditor import STALE, Audit, Auditor
from bot.cases.children import mark_names
from bot.cases.packs import renewed
from bot.courier import Courier
from bot.fault import log_fault
from bot.reminders import anchor, digests, refresh_cards, second_people, sweep, tell_planned
from bot.rules import Rules
from bot.turn import Turn
from storage.connect import Store, why, will_pass
from storage.crypto import Vault
from storage.queries import forget_heard
from storage.signing import Signer

log = logging.getLogger(__name__)

HEARD_KEPT = timedelta(days=30)
EVERY: Mapping[str, float] = {
    "sweep": 20,
    "planned": 20,
    "audit": 300,
    "asked": 10,
    "digests": 60,
    "cards": 60,
    "canary": 60,
    "closed": 60,
    "deliver": 1,
    "fade": 15,
    "look": 20,
    "derive": 60,
    "anchor": 60,
    "purge": 3600,
    "exports": 600,
    "names": 3600,
}
"""Seconds between ticks. A delivery with nothing to do is one small read, and so is a sweep: looking each minute alone,
it could be a minute after the due one before the first message began its way."""
PATIENCE = 7.0
"""Seconds that work under way has to come to its end when the bot stops."""

Work = Callable[[datetime], Awaitable[Any]]
Around = Callable[[str], AbstractContextManager[None]]
CameTo = Callable[[str, Any], None]
"""Called with the name of what came to a good end, and with what it came to: to measure it."""
Beat = Callable[[], Awaitable[None]]
"""Tells the world outside that all is well."""


async def no_beat() -> None:
    """Nobody outside is listening."""


class Scheduler:
    """Runs each piece of work at its interval, never two of a kind at once, each connection's deliveries apart."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        vault: Vault,
        courier: Courier,
        *,
        clock: Callable[[], datetime],
        around: Around = lambda _: nullcontext(),
        adopted: Callable[[Rules], None] = lambda _: None,
        came_to: CameTo = lambda *_: None,
        beat: Beat = no_beat,
        signer: Signer | None = None,
        besides: Mapping[str, Work] | None = None,
        every: Mapping[str, float] = EVERY,
    ) -> None:
        """`around` is entered for each tick, with what it is of: to time it. `adopted` is told of newer rules.

        `signer` signs the daily anchor. `besides` is work that others bring, by its name in `every`.
        """
        self._store, self._rules, self._vault, self._courier = store, rules, vault, courier
        self._clock, self._around, self._adopted, self._every = clock, around, adopted, every
        self._came_to, self._beat, self._auditor = came_to, beat, Auditor()
        self._signer, self._besides = signer, besides or {}
        self._ticker = AsyncIOScheduler(timezone=UTC)
        self._running: set[asyncio.Task[Any]] = set()
        self._marked = 0
        """The last child, by id, that is found by name."""
        self.last: dict[str, datetime] = {}
        """When a tick of each kind last came to a good end, by the bot's clock."""

    async def start(self) -> None:
        """Begin to tick, each kind at once and then at its interval."""
        for name, work in self._work().items():
            every = self._every[name.partition(" ")[0]]
            self._ticker.add_job(
                self._job,
                "interval",
                (name, work),
                seconds=every,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._ticker.start()
        self._follow(asyncio.create_task(self.run_once()))

    async def run_once(self) -> None:
        """Everything once, in order: what a tick of each kind would do now. Stopping does not wait for the caller."""
        for name, work in self._work().items():
            await self._tick(name, work)

    async def stop(self, patience: float = PATIENCE) -> None:
        """No more ticks, no more posts; those under way come to their end, or after `patience` seconds are cut short.

        A post cut short is taken up again, by whoever runs next, when its claim runs out.
        """
        self._courier.wind_up()
        self._ticker.remove_all_jobs()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._ticker.shutdown(wait=False)

    def _work(self) -> dict[str, Work]:
        """Each kind of work by name; deliveries are one kind a connection, so that a slow one delays no other."""
        return {
            "sweep": self._by_newest_rules(sweep),
            "planned": self._by_newest_rules(tell_planned),
            "audit": self._audit,
            "asked": self._by_newest_rules(second_people),
            "digests": self._by_newest_rules(digests),
            "cards": self._by_newest_rules(refresh_cards),
            "canary": self._by_newest_rules(self._auditor.sing),
            "closed": self._courier.give_up_on_closed,
            **{f"deliver {one}": partial(self._courier.deliver_to, one) for one in self._courier.connections},
            **self._besides,
            "derive": self._by_newest_rules(self._auditor.derive),
            "anchor": self._by_newest_rules(partial(anchor, signer=self._signer)),
            "purge": lambda now: asyncio.to_thread(self._purge, now),
            "names": lambda now: asyncio.to_thread(self._mark_names, now),
        }

    @property
    def audited(self) -> Audit | None:
        """The last audit; None before the first."""
        return self._auditor.last

    async def _audit(self, now: datetime) -> Audit:
        """Look for what is late; where nothing is and the sweep ticks, the world outside may know."""
        audit: Audit = await self._by_newest_rules(self._auditor.audit)(now)
        swept = self.last.get("sweep")
        if audit.judged and not audit.unhappy and swept is not None and now - swept < STALE:
            await self._beat()
        return audit

    def _by_newest_rules(self, work: Callable[[Store, Rules, Vault, datetime], Any]) -> Work:
        """The work, after a look whether other rules have been adopted: everybody here then counts by them."""

        def run(now: datetime) -> Any:
            rules = renewed(self._store, self._rules)
            if rules is not self._rules:
                self._rules = rules
                self._courier.count_by(rules)
                self._adopted(rules)
            return work(self._store, rules, self._vault, now)

        return lambda now: asyncio.to_thread(run, now)

    async def _job(self, name: str, work: Work) -> None:
        self._follow(asyncio.current_task())
        await self._tick(name, work)

    async def _tick(self, name: str, work: Work) -> None:
        try:
            with self._around(name):
                came_to = await work(self._clock())
            self.last[name] = self._clock()
            self._came_to(name, came_to)
        except Exception as error:  # noqa: BLE001  the edge of one tick: the next one tries again
            if will_pass(error):
                log.warning("%s waits: the database does not answer: %s", name, why(error))
                return
            log_fault(log, f"{name} did not come to its end", error)

    def _follow(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def _mark_names(self, now: datetime) -> None:
        """Have children found by their names, for the guard, whom an earlier version put in. Then there are none."""
        last: int | None = self._marked
        while last is not None:
            self._marked = last
            with self._store.transaction() as db:
                last = mark_names(Turn(db, now, self._rules, self._vault), after=last)

    def _purge(self, now: datetime) -> None:
        """Forget the lines heard more than thirty days ago."""
        with self._store.transaction() as db:
            forget_heard(db, now - HEARD_KEPT)
