"""Posts -> chats: claim, send, retry, give up, tell a person.

A post is noted as sent after its platform took it, so a crash in between leaves it in doubt: see `bot/errands.py`.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.cases import outbox, queue
from bot.cases.guarding import tell_of_held
from bot.cases.outbox import Errand, NotNow, Render, Same
from bot.cases.queue import Claim
from bot.cases.undelivered import give_up, give_up_on_closed, give_up_on_connection, tell_of_fault
from bot.clerk import Clerk
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.pace import Pace, Spot
from bot.errands import Chat as Chat
from bot.errands import Moment, TooSoon, run
from bot.errands import Outcome as Outcome
from bot.fault import log_fault
from bot.rules import Rules
from bot.turn import Turn
from storage.connect import Store, will_pass
from storage.crypto import Vault

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
PATIENCE = 30.0
"""Seconds that a platform has to take one message: well inside the lease."""
IN_FLIGHT = 20
"""Messages under way at once on one connection; never two to one room or person."""
GLANCE = 1.0
"""Seconds after which what has come due is taken up although earlier messages are still under way."""
GATHER = 0.05
"""Seconds that the next claim waits after a message, so that it finds room for more than one."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
"""Seconds before the second attempt, doubled for each one after it."""
ATTEMPTS = 56
"""About four hours of them. What must be heard is then said elsewhere; a card is still tried."""
NEARLY, LONGEST_NOTE = timedelta(seconds=2), 5.0
"""How long before the end of a claim nothing more is written by it, and the longest wait before it is tried again."""
ALWAYS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that no suspension stops, where the system has one."""
SET_ASIDE = timedelta(hours=1)
POISONED = 3
"""How many faults of one post an administrator is told after, with the code; and after as many again."""
REST = timedelta(minutes=5)
"""How long a connection that takes nothing any more is left alone before it is tried again."""

Result = TypeVar("Result")
Ready = Errand | Same | NotNow | Exception | None
"""What to do with a post, or what went wrong when that was asked."""
InHand = tuple[Claim, Ready]


@dataclass(frozen=True)
class Credentials:
    """One connection as its adapter needs it. `secrets` never shows in a log."""

    connection: int
    outside_id: str
    """The workspace or tenant id; empty until the platform has told it."""
    app_id: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


Delivered = Counter[Outcome]
"""How many posts went which way."""
Task = asyncio.Task[Outcome]
Noted = Callable[[Claim, Outcome | None, datetime], None]
"""Called as an attempt begins, with no outcome, and with its outcome as it ends: to measure it."""


def passing(now: datetime) -> Moment:
    """A clock that shows `now` and goes on from there, also while the machine is suspended."""
    began = time.clock_gettime(ALWAYS)
    return lambda: now + timedelta(seconds=time.clock_gettime(ALWAYS) - began)


class Courier:
    """Carries posts to the chats it was handed, by connection. Any number of couriers may share one outbox."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        vault: Vault,
        *,
        chats: Mapping[int, Chat],
        render: Render,
        record_url: str = "",
        patience: float = PATIENCE,
        chance: Callable[[], float] = random.random,
        noted: Noted = lambda *_: None,
        passing: Callable[[datetime], Moment] = passing,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`render` makes the words of a post when its turn comes; `chance`, from 0 to 1, spreads the waits."""
        self._store, self._rules, self._vault, self._record_url = store, rules, vault, record_url
        self._chats, self._render, self._patience, self._chance = chats, render, patience, chance
        self._noted, self._passing, self._sleep = noted, passing, sleep
        self._clerk = Clerk(store, self._turn_at)
        self._paces: dict[int, Pace] = {}
        self._under_way: set[Task] = set()
        self._winding_up = False

    def wind_up(self) -> None:
        """Take no more posts in hand; those under way come to their end, and the others wait for whoever runs next."""
        self._winding_up = True

    @property
    def connections(self) -> tuple[int, ...]:
        return tuple(self._chats)

    def count_by(self, rules: Rules) -> None:
        """Write posts by these rules from the next one on."""
        self._rules = rules

    async def deliver(self, now: datetime) -> Delivered:
        """Everything that is due, on every connection."""
        rounds = await asyncio.gather(*(self.deliver_to(connection, now) for connection in self.connections))
        return sum(rounds, Delivered())

    async def deliver_to(self, connection: int, now: datetime) -> Delivered:
        """Everything that is due on one connection: a slow platform delays only its own posts."""
        chat, moment, delivered = self._chats[connection], self._passing(now), Delivered()
        pace = self._paces.setdefault(connection, Pace(chat.limits))
        running: set[Task] = set()
        try:
            while True:
                taken = await self._next(connection, pace, moment(), running)
                running |= {self._start(chat, claim, ready, moment, pace) for claim, ready in taken}
                if running:
                    done, running = await _some_of(running)
                    delivered.update(task.result() for task in done)
                elif pause := await asyncio.to_thread(self._pause, connection, pace, moment()):
                    await self._sleep(pause)
                else:
                    return delivered
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            raise

    async def give_up_on_closed(self, now: datetime) -> int:
        """Say elsewhere what waits for a connection that is no longer used; how many posts."""
        return await self._clerk.write(give_up_on_closed, now)

    async def _next(self, connection: int, pace: Pace, now: datetime, running: Collection[Any]) -> list[InHand]:
        """What may be sent now, as far as the platform's pace allows."""
        most = pace.room_for(IN_FLIGHT - len(running), now)
        return await asyncio.to_thread(self._take, connection, now, most, tuple(pace.resting(now)))

    def _take(self, connection: int, now: datetime, most: int, resting: Collection[Spot]) -> list[InHand]:
        """Claim what is due, and see what to do with each."""
        with self._store.reading() as db:
            if self._winding_up or most <= 0 or not queue.anything_due(db, connection, now):
                return []
        with self._store.transaction() as db:
            claims = queue.claim(db, connection, now, until=now + LEASE, most=most, resting=resting)
        with self._store.reading() as db:
            turn = self._turn_at(db, now)
            with outbox.read_ahead(turn, claims):
                return [(claim, self._prepare(turn, claim)) for claim in claims]

    def _prepare(self, turn: Turn, claim: Claim) -> Ready:
        try:
            return outbox.prepare(turn, claim, self._render)
        except Exception as error:  # noqa: BLE001  raised anew where this one post is carried
            turn.db.rollback()
            return error

    def _pause(self, connection: int, pace: Pace, now: datetime) -> float:
        """Seconds until a room that rests, while more is due, may be written to again; none where nothing is."""
        ends = pace.resting(now).values()
        if not ends or self._winding_up or pace.is_quiet(now):
            return 0.0
        with self._store.reading() as db:
            if not queue.anything_due(db, connection, now):
                return 0.0
        return min((min(ends) - now).total_seconds(), GLANCE)

    def _start(self, chat: Chat, claim: Claim, ready: Ready, moment: Moment, pace: Pace) -> Task:
        """A task that goes on to its end even where the round around it fails."""
        pace.sent(claim.spot, moment())
        task = asyncio.create_task(self._measured(chat, claim, ready, moment))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _measured(self, chat: Chat, claim: Claim, ready: Ready, moment: Moment) -> Outcome:
        self._noted(claim, None, moment())
        outcome = await self._carry(chat, claim, ready, moment)
        self._noted(claim, outcome, moment())
        return outcome

    async def _carry(self, chat: Chat, claim: Claim, ready: Ready, moment: Moment) -> Outcome:
        """One post, whatever comes."""
        try:
            return await self._try(chat, claim, ready, moment)
        except Exception as error:  # noqa: BLE001  the edge of one post: it is set aside so that the rest go on
            if will_pass(error):
                return self._leave_to_run_out(claim)
            return await self._set_aside(claim, error, moment)

    def _leave_to_run_out(self, claim: Claim) -> Outcome:
        log.warning("post %s: the database does not answer; its claim runs out by itself", claim.post_id)
        return Outcome.LATER

    async def _set_aside(self, claim: Claim, error: Exception, moment: Moment) -> Outcome:
        code = log_fault(log, f"post {claim.post_id} is set aside for an hour", error)
        try:
            await self._postpone(claim, SET_ASIDE, f"fault {code}", moment)
            if claim.attempts % POISONED == 0:
                await self._note(claim, lambda turn: tell_of_fault(turn, claim.post_id, code), moment)
        except SQLAlchemyError as another:
            if not will_pass(another):
                raise
            return self._leave_to_run_out(claim)
        return Outcome.FAULT

    async def _try(self, chat: Chat, claim: Claim, ready: Ready, moment: Moment) -> Outcome:
        try:
            match ready:
                case Exception():
                    raise ready
                case None:
                    return await self._drop(claim, moment)
                case NotNow(opens):
                    await self._note(claim, lambda turn: outbox.note_closed(turn, claim, opens), moment)
                    return Outcome.LATER
                case Same(wanted=wanted):
                    return await self._leave(claim, wanted, moment)
                case Errand() as errand:
                    if held := errand.held:
                        await self._note(claim, lambda turn: tell_of_held(turn, claim.post_id, held), moment)
                    return await self._run(chat, errand, moment)
        except Undeliverable as never:
            give_up_here = self._give_up_all if never.whole else self._give_up
            return await give_up_here(claim, str(never), moment)
        except TooSoon as early:
            # Nothing was sent this time: what was in doubt before is so still, and nothing else is.
            await self._postpone(claim, early.wait, str(early), moment, in_doubt=False)
            return Outcome.LATER
        except TryLater as busy:
            return await self._later(claim, busy, moment)
        except OSError as trouble:  # a time-out among them
            return await self._later(claim, TryLater(type(trouble).__name__), moment)

    async def _run(self, chat: Chat, errand: Errand, moment: Moment) -> Outcome:
        """Do an errand and note it. No transaction is open while the platform is waited for."""
        claim, done = errand.claim, await run(chat, errand, moment, self._patience)
        if done.outcome is Outcome.DROPPED:
            return await self._drop(claim, moment)
        if done.outcome is Outcome.LEFT:
            return await self._leave(claim, errand.wanted, moment)
        if done.outcome is Outcome.WITHDRAWN:
            await self._note(claim, lambda turn: outbox.note_withdrawn(turn.db, errand), moment)
            return done.outcome
        how = {"sent": done.outcome is Outcome.SENT, "again": done.again}
        twice = await self._note(claim, lambda turn: outbox.note_shown(turn, errand, done.platform_id, **how), moment)
        if twice:
            return Outcome.REPEATED
        return Outcome.HELD if errand.held else done.outcome

    async def _drop(self, claim: Claim, moment: Moment) -> Outcome:
        await self._note(claim, lambda turn: outbox.note_dropped(turn, claim), moment)
        return Outcome.DROPPED

    async def _leave(self, claim: Claim, wanted: int, moment: Moment) -> Outcome:
        await self._note(claim, lambda turn: outbox.note_left(turn, claim, wanted), moment)
        return Outcome.LEFT

    async def _later(self, claim: Claim, busy: TryLater, moment: Moment) -> Outcome:
        """Try again after as long as the platform said, else after a wait that doubles each time."""
        why, now = str(busy), moment()
        if claim.attempts >= ATTEMPTS and claim.must_be_heard:
            return await self._give_up(claim, f"not taken for hours: {why}", moment)
        if busy.after is not None:
            quiet = now + timedelta(seconds=busy.after + self._chance())
            if not claim.refresh:
                self._paces[claim.connection].turned_away(claim.spot, quiet, now)
            await self._note(claim, lambda turn: outbox.keep_quiet(turn, claim, quiet, why), moment)
        else:
            doubled = min(FIRST_WAIT * 2 ** min(claim.attempts - 1, 10), LONGEST_WAIT)
            wait = timedelta(seconds=doubled * (1 + self._chance()) / 2)
            await self._postpone(claim, wait, why, moment, in_doubt=busy.in_doubt)
        return Outcome.LATER

    async def _give_up(self, claim: Claim, why: str, moment: Moment) -> Outcome:
        await self._note(claim, lambda turn: give_up(turn, claim.post_id, why), moment)
        return Outcome.FAILED

    async def _give_up_all(self, claim: Claim, why: str, moment: Moment) -> Outcome:
        """Nothing can be said on this connection: all that is due is said elsewhere at once, and it is left alone."""
        self._paces[claim.connection].leave_alone(moment() + REST)
        moved = await self._note(claim, lambda turn: give_up_on_connection(turn, claim.connection, why), moment)
        if moved:
            log.warning("connection %s takes nothing: %s %s posts are said elsewhere", claim.connection, why, moved)
        if claim.must_be_heard:
            return await self._give_up(claim, why, moment)
        await self._postpone(claim, REST, why, moment, in_doubt=False)
        return Outcome.LATER

    async def _postpone(
        self, claim: Claim, wait: timedelta, why: str, moment: Moment, *, in_doubt: bool = True
    ) -> None:
        now = moment()
        since = now if in_doubt else None
        await self._note(claim, lambda turn: outbox.note_later(turn, claim, now + wait, why, in_doubt=since), moment)

    async def _note(self, claim: Claim, step: Callable[[Turn], Result], moment: Moment) -> Result:
        """Write down what became of a post; while the database is away, again and again until the claim is nearly over.

        What a platform has taken and nobody noted is in doubt, and where the platform cannot be asked it goes twice.
        """
        wait = FIRST_WAIT
        while True:
            try:
                return await self._clerk.write(step, moment())
            except SQLAlchemyError as error:
                if not will_pass(error) or moment() + timedelta(seconds=wait) > claim.until - NEARLY:
                    raise
            await self._sleep(wait)
            wait = min(2 * wait, LONGEST_NOTE)

    def _turn_at(self, db: Session, now: datetime) -> Turn:
        return Turn(db, now, self._rules, self._vault, record_url=self._record_url)


async def _some_of(running: set[Task]) -> tuple[set[Task], set[Task]]:
    """Those that are done, and those that are not: soon after the first others are, and one claim does for all."""
    done, left = await asyncio.wait(running, timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)
    if done and left:
        more, left = await asyncio.wait(left, timeout=GATHER)
        done |= more
    return done, left
