"""What Prometheus may know: counts and lengths of time, never a reference or a name."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlmodel import col, func, select

from bot.domain.message import Message, Said
from bot.domain.terms import PostState
from storage.connect import Store
from storage.tables import Post

Answer = Callable[[Said, datetime], Message]


class Metrics:
    """The measures of one process, and of the outbox that all processes share."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(Outbox(store, clock))
        self._lines = Counter(
            "referralbot_lines_answered", "Lines answered, by verdict.", ["verdict"], registry=self.registry
        )
        self._ticks = Histogram(
            "referralbot_tick_seconds",
            "How long a sweep or a round of the courier took.",
            ["of"],
            registry=self.registry,
        )

    def counting(self, answer: Answer) -> Answer:
        """`answer`, each of whose verdicts is counted."""

        def counted(said: Said, now: datetime) -> Message:
            message = answer(said, now)
            self._lines.labels(message.error or "done").inc()
            return message

        return counted

    @contextmanager
    def timing(self, of: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._ticks.labels(of).observe(time.monotonic() - began)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it. Asks the database."""
        return generate_latest(self.registry)


class Outbox(Collector):
    """How many posts are in each state, and how long the oldest has been waiting past its moment."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def describe(self) -> Iterable[Metric]:
        return ()  # so that registering asks nothing of the database

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        kept_waiting = (Post.state == PostState.WAITING, ~col(Post.refresh))  # what only the new day asks for has time
        with self._store.reading() as db:
            counts = dict(db.exec(select(Post.state, func.count()).group_by(col(Post.state))).all())
            oldest = db.exec(select(func.min(Post.not_before)).where(*kept_waiting)).one()
        posts = GaugeMetricFamily("referralbot_posts", "Posts in the outbox, by state.", labels=["state"])
        for state in PostState:
            posts.add_metric([state.value], counts.get(state, 0))
        yield posts
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        yield GaugeMetricFamily(
            "referralbot_queue_age_seconds", "How long the oldest waiting post is overdue.", value=age
        )
