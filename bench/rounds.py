"""Subjects measured in turn, A B C then C B A, so that a drift of the machine favours none of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.load import Round, Subject, measured

FIRST = 20
"""Requests that only warm a server up and tell about how fast it is."""


@dataclass(frozen=True)
class Effort:
    """How long to measure for."""

    rounds: int
    seconds: float
    others: int
    """Cases in the database beside the one asked about."""
    starts: int
    record: int
    """Cases of the record that is derived afresh."""
    plans: int
    """Plans of the council whose year is lived through."""
    times: int
    """How often each line is said in that year."""
    dates: int
    """Open dates of the large record that is swept, beside a hundredth of them, of which a tenth is ripe."""
    reminders: int
    """Reminders that are fired at once, or that go out while lines are said."""
    messages: int
    """Messages of one round of deliveries."""
    late: int
    """Reminders whose lateness is measured in real time, and the seconds over which they fall due."""
    spread: float


FULL = Effort(
    rounds=7, seconds=1.5, others=300, starts=5, record=100_000, plans=20_000, times=50,
    dates=1_000_000, reminders=5_000, messages=2_000, late=300, spread=180,
)  # fmt: skip
QUICK = Effort(
    rounds=2, seconds=0.25, others=30, starts=1, record=1_000, plans=300, times=5,
    dates=20_000, reminders=200, messages=100, late=40, spread=20,
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One subject at one concurrency over all rounds; times in milliseconds, of every request of every round."""

    rounds: Sequence[Round]

    @property
    def rate(self) -> float:
        """Answers a second: the median of the rounds."""
        return median(each.rate for each in self.rounds)

    @property
    def p50(self) -> float:
        return median(self._took()) * 1000

    @property
    def p99(self) -> float:
        return quantiles(self._took(), n=100)[98] * 1000

    @property
    def requests(self) -> int:
        return len(self._took())

    def against(self, other: "Result") -> float:
        """How many times the other's rate: the median of the rounds, each against its neighbour."""
        return median(own.rate / its.rate for own, its in zip(self.rounds, other.rounds, strict=True))

    def _took(self) -> list[float]:
        return [took for each in self.rounds for took in each.took]


Results = Mapping[str, Result]


def in_turn(subjects: Sequence[Subject], concurrency: int, effort: Effort) -> Results:
    """All subjects, by name."""
    return asyncio.run(_in_turn(subjects, concurrency, effort))


async def _in_turn(subjects: Sequence[Subject], concurrency: int, effort: Effort) -> Results:
    counts = {each.name: await _enough(each, concurrency, effort) for each in subjects}
    done: dict[str, list[Round]] = {each.name: [] for each in subjects}
    for number in range(effort.rounds):
        for each in subjects if number % 2 == 0 else reversed(subjects):
            done[each.name].append(await measured(each, counts[each.name], concurrency))
    return {name: Result(rounds) for name, rounds in done.items()}


async def _enough(subject: Subject, concurrency: int, effort: Effort) -> int:
    """How many requests take about as long as a round should."""
    await measured(subject, FIRST, concurrency)
    warm = await measured(subject, FIRST * 2, concurrency)
    return max(concurrency * 4, int(warm.rate * effort.seconds))
