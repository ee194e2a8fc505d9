"""What Prometheus may know: counts and lengths of time, never a reference or a name."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from bot.auditor import Audit
from bot.cases.auditing import Found
from bot.cases.nudging import Swept
from bot.cases.queue import Claim
from bot.courier import Outcome
from bot.domain.message import Message, Reading, Said
from bot.domain.terms import PostSays, PostState
from storage.connect import Store
from storage.tables import Connection, Post

Answer = Callable[[Said, datetime], Message]

FAULT = "Fault"
"""The verdict on a line that met what nobody expected."""
LATE = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400)
"""Seconds. A nudge is promised within 60 of its minute, and within 300 of coming back after an outage."""
SHOWN = (PostSays.NUDGES, PostSays.DIGEST, PostSays.NOTICE, PostSays.CANARY)
"""What is late when it is late. A card follows an act, and is shown to whoever acted anyhow."""


class Metrics:
    """The measures of one process, and of the outbox that all processes share."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(Outbox(store, clock))
        self._lines = self._counter("lines_answered", "Lines answered, by verdict.", "verdict")
        self._sentences = self._counter("sentences_read", "Sentences in plain English, by how they were read.", "how")
        for how in Reading:
            self._sentences.labels(how)
        self._ticks = self._histogram("tick_seconds", "How long a sweep or a round of the courier took.", "of")
        self._ripe = self._counter("deadlines_ripe", "Deadlines that a sweep looked at.")
        self._set_aside = self._counter("deadlines_set_aside", "Deadlines that a sweep could not look at.")
        self._nudges = self._counter("nudges", "Nudges kept, said or skipped.", "how")
        self._attempts = self._counter(
            "post_attempts", "How attempts at a post ended; later is a retry, failed is given up.", "outcome"
        )
        self._lines.labels(FAULT)  # an alert on the first of a kind needs the nought before it
        for outcome in Outcome:
            self._attempts.labels(outcome)
        self._late = self._histogram(
            "late_seconds", "From the minute in which a post was due to its first attempt.", "says", buckets=LATE
        )
        self._canary = self._histogram(
            "canary_seconds", "From the canary's due minute to its being shown.", buckets=LATE
        )
        self._findings = self._gauge("audit_findings", "What the last audit found, by kind.", "found")
        self._unhappy = self._gauge("audit_unhappy", "How much of it should not have been.")
        self._audited = self._gauge("audit_last_timestamp_seconds", "When the last audit ran.")
        self._again = self._counter("audit_done_again", "What audits had said or sent again.")

    def counting(self, answer: Answer) -> Answer:
        """`answer`, each of whose verdicts is counted."""

        def counted(said: Said, now: datetime) -> Message:
            message = answer(said, now)
            self._lines.labels(message.error or "done").inc()
            if message.reading:
                self._sentences.labels(message.reading).inc()
            return message

        return counted

    @contextmanager
    def timing(self, of: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._ticks.labels(of).observe(time.monotonic() - began)

    def came_to(self, _name: str, what: Any) -> None:
        """What a tick came to."""
        match what:
            case Swept():
                self._ripe.inc(what.looked)
                self._set_aside.inc(what.set_aside)
                self._nudges.labels("said").inc(what.said)
                self._nudges.labels("skipped").inc(what.skipped)
            case Audit():
                counts = {one.found: len(one.ids) for one in what.findings}
                for found in Found:
                    self._findings.labels(found).set(counts.get(found, 0))
                self._unhappy.set(what.unhappy)
                self._audited.set(what.at.timestamp())
                self._again.inc(what.again)

    def attempted(self, claim: Claim, outcome: Outcome | None, now: datetime) -> None:
        """An attempt at a post that begins, or has come to its outcome."""
        late = max(0.0, (now - claim.due_at).total_seconds())
        if outcome is None:
            if claim.attempts == 1 and claim.says in SHOWN:
                self._late.labels(claim.says).observe(late)
            return
        self._attempts.labels(outcome).inc()
        if claim.says is PostSays.CANARY and outcome in (Outcome.SENT, Outcome.EDITED):
            self._canary.observe(late)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it. Asks the database."""
        return generate_latest(self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"referralbot_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"referralbot_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, *labels: str, **more: Any) -> Histogram:
        return Histogram(f"referralbot_{name}", what, labels, registry=self.registry, **more)


class Outbox(Collector):
    """How many posts are in each state, and how long the oldest has been waiting past its moment."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def describe(self) -> Iterable[Metric]:
        return ()  # so that registering asks nothing of the database

    def collect(self) -> Iterator[Metric]:
        """Nothing while the database is away: what this process counts is told all the same."""
        now = self._clock()
        try:
            with self._store.reading() as db:
                counts = dict(db.exec(select(Post.state, func.count()).group_by(col(Post.state))).all())
                connections = db.exec(select(Connection.id).where(Connection.active)).all()
                oldest = self._oldest(db)
        except SQLAlchemyError:
            return
        posts = GaugeMetricFamily("referralbot_posts", "Posts in the outbox, by state.", labels=["state"])
        for state in PostState:
            posts.add_metric([state.value], counts.get(state, 0))
        yield posts
        ages = GaugeMetricFamily(
            "referralbot_queue_age_seconds",
            "How long the oldest post that waits for a connection is overdue.",
            labels=["connection"],
        )
        for one in connections:
            since = oldest.get(one or 0, now)
            ages.add_metric([str(one)], max(0.0, (now - since).total_seconds()))
        yield ages

    def _oldest(self, db: Any) -> dict[int, datetime]:
        """By connection, when the oldest post that waits was due. What only the new day asks for has time."""
        due = func.min(func.coalesce(Post.due_at, Post.not_before))
        kept_waiting = (Post.state == PostState.WAITING, ~col(Post.refresh))
        return dict(
            db.exec(select(Post.connection_id, due).where(*kept_waiting).group_by(col(Post.connection_id))).all()
        )
