"""Lines said to the whole bot while thousands of reminders go out, while another workspace says a great many; lateness.

`python -m bench busy` and `python -m bench late` print it for SQLite.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from bench import slack
from bench.council import TEAM
from bench.landing import OTHER_TEAM
from bench.load import Subject, answer, check
from bench.page import Told
from bench.standing import Standing, speaker, standing

MEANWHILE = "of another workspace meanwhile"
MANY, BURST = 16, 160
"""How many lines are under way at once; and in a burst, ten times as many."""
STEADY, OTHERS = 0.5, 0.2
"""Seconds from one line to the next of an officer; and of one in the other workspace."""
WITHIN = 900.0
"""Seconds after which reminders that are not out are given up."""
SPREAD = 120.0
"""Seconds over which dates fall due, one after another: two ticks of the sweep at the least."""


@dataclass(frozen=True)
class Waits:
    """How long each line waited for its answer, in seconds."""

    took: Sequence[float]

    @property
    def p50(self) -> float:
        return median(self.took)

    @property
    def p99(self) -> float:
        return quantiles(self.took, n=100, method="inclusive")[98]


@dataclass(frozen=True)
class Busy:
    nudges: int
    lines: dict[str, Waits]
    """By what was said meanwhile."""
    rates: dict[str, float]
    """Nudges a second meanwhile."""


@dataclass(frozen=True)
class Late:
    """Seconds from the due moment of a reminder to its arrival: of those that fell due one by one, and all at once."""

    one_by_one: Waits
    at_once: Waits


def acknowledged(folder: Path, url: str, *, nudges: int, seconds: float, others: int) -> Busy:
    """RuntimeError where a line gets a wrong answer, or a reminder does not come."""
    with standing(folder, url, others=others) as town:
        return asyncio.run(_acknowledged(town, nudges, seconds))


async def _acknowledged(town: Standing, nudges: int, seconds: float) -> Busy:
    lines: dict[str, Waits] = {}
    rates: dict[str, float] = {}
    await _at_once(town, MANY, _after(2))  # the first of each kind makes its statements
    lines[f"{MANY} at once, and nothing else"] = await _at_once(town, MANY, _after(seconds))
    for what, say in {
        f"{MANY} at once": lambda over: _at_once(town, MANY, over),
        "2 a second": lambda over: _steadily(_status(town), STEADY, over),
    }.items():
        name = f"{what}, while {nudges:,} nudges go out"
        lines[name], rates[name] = await _while_nudging(town, nudges, say)
    theirs = _status(town, OTHER_TEAM)
    lines["of another workspace, alone"] = await _steadily(theirs, OTHERS, _after(seconds))
    over = _after(seconds)
    burst, other = await asyncio.gather(_at_once(town, BURST, over), _steadily(theirs, OTHERS, over))
    lines[f"{BURST} at once of one workspace"] = burst
    lines[MEANWHILE] = other
    return Busy(nudges, lines, rates)


Over = Callable[[], bool]


def _after(seconds: float) -> Over:
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() > ends


async def _while_nudging(town: Standing, nudges: int, say: Callable[[Over], object]) -> tuple[Waits, float]:
    """What lines waited from the first of so many reminders to the last; and how many of these went out a second."""
    await asyncio.to_thread(town.owe, [town.now() - timedelta(minutes=1)] * nudges)
    came = await _until(town, 1)
    done = False

    async def watch() -> list[float]:
        nonlocal done
        rest = await _until(town, nudges - len(came))
        done = True
        return [at for _, at in (*came, *rest)]

    waits, moments = await asyncio.gather(say(lambda: done), watch())  # type: ignore[call-overload]
    return waits, len(moments) / (max(moments) - min(moments))


async def _until(town: Standing, many: int) -> list[tuple[str, float]]:
    """So many more messages, once they have come."""
    came: list[tuple[str, float]] = []
    ends = time.monotonic() + WITHIN
    while len(came) < many:
        if time.monotonic() > ends:
            raise RuntimeError(f"{len(came)} of {many} messages came within {WITHIN:.0f} s")
        await asyncio.sleep(0.25)
        came += await asyncio.to_thread(town.came)
    return came


# Who says what


TURNS = count()


def _status(town: Standing, team: str = TEAM) -> Subject:
    number = town.filled.reference.rpartition("-")[2]

    def make() -> bytes:
        return slack.command(f"status {number}", team, speaker(next(TURNS), team))

    return Subject("status", town.bot.port, make, town.filled.reference.encode())


def _mixed(town: Standing) -> Callable[[], Subject]:
    """Three questions to one case opened."""
    status, form = _status(town), town.filled.form
    new = Subject("new", town.bot.port, lambda: slack.submission(form, speaker(next(TURNS), TEAM)), b"is open")
    numbers = count()
    return lambda: new if next(numbers) % 4 == 3 else status


async def _at_once(town: Standing, many: int, over: Over) -> Waits:
    """So many people, each of whom says the next line as soon as the last is answered."""
    took: list[float] = []
    next_one = _mixed(town)

    async def person() -> None:
        link = await asyncio.open_connection("127.0.0.1", town.bot.port)
        while not over():
            took.append(await _said(next_one(), link))
        link[1].close()

    await asyncio.gather(*(person() for _ in range(many)))
    return Waits(took)


async def _steadily(subject: Subject, pause: float, over: Over) -> Waits:
    """A line each so many seconds, whether or not the last is answered."""
    waiting: list[asyncio.Task[float]] = []

    async def one() -> float:
        link = await asyncio.open_connection("127.0.0.1", subject.port)
        took = await _said(subject, link)
        link[1].close()
        return took

    while not over():
        waiting.append(asyncio.create_task(one()))
        await asyncio.sleep(pause)
    return Waits(await asyncio.gather(*waiting))


async def _said(subject: Subject, link: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> float:
    request = subject.make()
    began = time.perf_counter()
    link[1].write(request)
    head, body = await answer(link[0])
    took = time.perf_counter() - began
    check(subject, head, body)
    return took


# Lateness


def late(folder: Path, url: str, *, reminders: int, others: int, spread: float = SPREAD) -> Late:
    """Real time: dates fall due while the bot ticks as it always does. RuntimeError where a reminder does not come."""
    with standing(folder, url, others=others) as town:
        begins = town.now() + timedelta(seconds=2)
        due = [begins + timedelta(seconds=spread * n / reminders) for n in range(reminders)]
        one_by_one = _lateness(town, due)
        at_once = _lateness(town, [town.now() + timedelta(seconds=2)] * reminders)
        return Late(one_by_one, at_once)


def _lateness(town: Standing, due: Sequence[datetime]) -> Waits:
    first = town.officers
    town.owe(due)
    came = dict(asyncio.run(_until(town, len(due))))
    return Waits([came[f"D{first + n:07}"] - (at - town.ahead).timestamp() for n, at in enumerate(due)])


PATIENCE, IN_TIME = 1.0, 60.0
"""The targets of docs/promises.md, in seconds."""


def acknowledged_told(found: Busy, where: str) -> Told:
    rows = [
        (what, len(waits.took), waits.p50 * 1000, waits.p99 * 1000, max(waits.took) * 1000, found.rates.get(what))
        for what, waits in found.lines.items()
    ]
    lines = [
        f"## Lines while {found.nudges:,} reminders go out, on {where}\n",
        "| lines | how many | p50 ms | p99 ms | longest ms | nudges a second meanwhile |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {what} | {many:,} | {usual:,.0f} | {slow:,.0f} | {slowest:,.0f} | {f'{rate:,.0f}' if rate else ''} |"
            for what, many, usual, slow, slowest, rate in rows
        ),
        "",
    ]
    wanted = f"99 of 100 within {PATIENCE:.0f} s"
    judged = [what for what in found.lines if what in found.rates or what == MEANWHILE]
    return Told(
        "\n".join(lines),
        [
            (f"a line, {what}", wanted, f"{found.lines[what].p99:.2f} s", found.lines[what].p99 < PATIENCE)
            for what in judged
        ],
    )


def late_told(found: Late, spread: float, where: str) -> Told:
    many = len(found.at_once.took)
    rows = {
        f"{many} reminders, due one after another over {spread:.0f} s": found.one_by_one,
        f"{many} reminders, due at one moment": found.at_once,
    }
    lines = [
        f"## From the due moment to the message, in real time, on {where}\n",
        "| what | p50 s | p99 s | longest s |",
        "|---|---:|---:|---:|",
        *(f"| {what} | {one.p50:.1f} | {one.p99:.1f} | {max(one.took):.1f} |" for what, one in rows.items()),
        "",
    ]
    wanted = f"99 of 100 within {IN_TIME:.0f} s"
    return Told(
        "\n".join(lines), [(what, wanted, f"{one.p99:.1f} s", one.p99 <= IN_TIME) for what, one in rows.items()]
    )
