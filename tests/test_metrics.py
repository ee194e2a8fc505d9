"""Measures and the log: counts and lengths of time, and nothing private."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from bot.auditor import Audit
from bot.cases.auditing import Finding, Found
from bot.cases.nudging import Swept
from bot.cases.queue import Claim
from bot.courier import Outcome
from bot.domain.errors import TryLater
from bot.domain.message import Message, Reading, Said, Where, Who
from bot.domain.terms import Platform, PostSays, PostState
from bot.serving.log import JsonLines
from bot.serving.metrics import Metrics
from storage.connect import Store
from storage.tables import Connection, Post

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SAID = Said("status 42", Who(1, "U1"), Where(1, "C1"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def measured(store: Store) -> Metrics:
    return Metrics(store, lambda: NOW)


def post(key: str, state: PostState, not_before: datetime) -> Post:
    what: dict[str, Any] = {"says": PostSays.NUDGES, "connection_id": 1, "made_at": not_before}
    return Post(key=key, state=state, not_before=not_before, **what)


def test_lines_are_counted_by_verdict(store: Store) -> None:
    metrics = measured(store)
    answers = iter([Message("A card"), Message("A card", reading=Reading.UNDERSTOOD), Message("No", error="NotFound")])
    answer = metrics.counting(lambda said, now: next(answers))
    assert [answer(SAID, NOW).text for _ in range(3)] == ["A card", "A card", "No"]
    told = metrics.text().decode()
    assert 'referralbot_lines_answered_total{verdict="done"} 2.0' in told
    assert 'referralbot_lines_answered_total{verdict="NotFound"} 1.0' in told
    assert 'referralbot_sentences_read_total{how="understood"} 1.0' in told
    assert 'referralbot_sentences_read_total{how="not_understood"} 0.0' in told


def test_the_outbox_is_measured(store: Store) -> None:
    with store.transaction() as db:
        db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Anyshire"))
        db.flush()
        db.add(post("1", PostState.SENT, NOW - timedelta(days=1)))
        db.add(post("2", PostState.WAITING, NOW - timedelta(minutes=2)))
        db.add(post("3", PostState.WAITING, NOW + timedelta(hours=1)))
    told = measured(store).text().decode()
    assert 'referralbot_posts{state="waiting"} 2.0' in told
    assert 'referralbot_posts{state="sent"} 1.0' in told
    assert 'referralbot_posts{state="failed"} 0.0' in told
    assert 'referralbot_queue_age_seconds{connection="1"} 120.0' in told


def test_a_queue_that_waits_for_its_hour_is_not_old(store: Store) -> None:
    with store.transaction() as db:
        db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Anyshire"))
        db.flush()
        db.add(post("1", PostState.WAITING, NOW + timedelta(hours=1)))
    assert 'referralbot_queue_age_seconds{connection="1"} 0.0' in measured(store).text().decode()


def test_cards_that_wait_only_for_the_new_days_words_do_not_make_the_queue_old(store: Store) -> None:
    with store.transaction() as db:
        db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Anyshire"))
        db.flush()
        card = post("1", PostState.WAITING, NOW - timedelta(hours=1))
        card.refresh = True
        db.add(card)
    told = measured(store).text().decode()
    assert 'referralbot_posts{state="waiting"} 1.0' in told
    assert 'referralbot_queue_age_seconds{connection="1"} 0.0' in told


def test_a_card_that_is_written_anew_is_not_as_old_as_its_first_writing(store: Store) -> None:
    with store.transaction() as db:
        db.add(Connection(platform=Platform.SLACK, outside_id="T1", name="Anyshire"))
        db.flush()
        card = post("1", PostState.WAITING, NOW - timedelta(weeks=3))
        card.due_at = NOW - timedelta(seconds=20)
        db.add(card)
    assert 'referralbot_queue_age_seconds{connection="1"} 20.0' in measured(store).text().decode()


def claim(**more: Any) -> Claim:
    """A first attempt at a nudge that was due forty seconds ago."""
    what = {"says": PostSays.NUDGES, "due_at": NOW - timedelta(seconds=40), "attempts": 1, **more}
    place = {"connection": 1, "spot": (1, None), "refresh": False}
    return Claim(post_id=1, until=NOW, in_doubt=None, must_be_heard=True, **place, **what)


def test_how_late_a_nudge_is_counts_from_its_minute_to_the_first_attempt(store: Store) -> None:
    metrics = measured(store)
    metrics.attempted(claim(), None, NOW)
    metrics.attempted(claim(attempts=2), None, NOW + timedelta(hours=1))
    metrics.attempted(claim(says=PostSays.CASE_CARD), None, NOW)
    told = metrics.text().decode()
    assert 'referralbot_late_seconds_sum{says="nudges"} 40.0' in told
    assert 'referralbot_late_seconds_count{says="nudges"} 1.0' in told
    assert 'says="case_card"' not in told


def test_attempts_are_counted_by_how_they_ended(store: Store) -> None:
    metrics = measured(store)
    for outcome in (Outcome.SENT, Outcome.LATER, Outcome.LATER, Outcome.FAILED):
        metrics.attempted(claim(), outcome, NOW)
    told = metrics.text().decode()
    assert 'referralbot_post_attempts_total{outcome="later"} 2.0' in told
    assert 'referralbot_post_attempts_total{outcome="failed"} 1.0' in told


def test_the_canary_is_timed_from_its_minute_to_its_being_shown(store: Store) -> None:
    metrics = measured(store)
    for outcome in (None, Outcome.LATER, Outcome.EDITED):
        metrics.attempted(claim(says=PostSays.CANARY), outcome, NOW)
    assert "referralbot_canary_seconds_count 1.0" in metrics.text().decode()
    assert "referralbot_canary_seconds_sum 40.0" in metrics.text().decode()


def test_what_a_sweep_and_an_audit_came_to_is_told(store: Store) -> None:
    metrics = measured(store)
    metrics.came_to("sweep", Swept(looked=7, said=3, skipped=2, posts=1, set_aside=1))
    found = (Finding(Found.UNSENT, (4, 5)), Finding(Found.UNHEARD, (1,)))
    metrics.came_to("audit", Audit(NOW, found, again=1, unhappy=2))
    told = metrics.text().decode()
    for line in (
        "referralbot_deadlines_ripe_total 7.0",
        "referralbot_deadlines_set_aside_total 1.0",
        'referralbot_nudges_total{how="said"} 3.0',
        'referralbot_nudges_total{how="skipped"} 2.0',
        'referralbot_audit_findings{found="unsent"} 2.0',
        'referralbot_audit_findings{found="unsaid"} 0.0',
        "referralbot_audit_unhappy 2.0",
        "referralbot_audit_done_again_total 1.0",
        "referralbot_audit_last_timestamp_seconds 1.7954244e+09",
    ):
        assert line in told
    metrics.came_to("audit", Audit(NOW))
    assert 'referralbot_audit_findings{found="unsent"} 0.0' in metrics.text().decode()


def test_ticks_are_timed(store: Store) -> None:
    metrics = measured(store)
    with metrics.timing("sweep"):
        pass
    assert 'referralbot_tick_seconds_count{of="sweep"} 1.0' in metrics.text().decode()


def logged(error: BaseException) -> dict[str, Any]:
    """The line of the log that an error, raised and caught, would leave."""
    try:
        raise error
    except type(error) as caught:
        info = (type(caught), caught, caught.__traceback__)
    record = logging.LogRecord("bot.app", logging.ERROR, __file__, 1, "fault %s", ("K7P2",), info)
    line: dict[str, Any] = json.loads(JsonLines().format(record))
    return line


def test_a_line_of_the_log() -> None:
    line = logged(ValueError("Maisie Palmer"))
    assert (line["level"], line["from"], line["says"]) == ("error", "bot.app", "fault K7P2")
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Maisie Palmer"),
        StatementError("no", "INSERT", {"name": "Maisie Palmer"}, Exception("Maisie Palmer")),
    ],
)
def test_an_unexpected_error_leaves_its_kind_and_its_place(error: Exception) -> None:
    line = logged(error)
    assert "Maisie" not in json.dumps(line)
    assert line["trouble"][0].startswith(f"{type(error).__name__} at ")
    assert "test_metrics.py" in line["trouble"][0]


def test_of_a_librarys_words_the_first_line_is_kept() -> None:
    words = "Task exception was never retrieved\nfuture: <Task exception=ValueError('Maisie Palmer')>"
    for name, lines in (("asyncio", 1), ("bot.app", 2)):
        record = logging.LogRecord(name, logging.ERROR, __file__, 1, words, None, None)
        assert len(json.loads(JsonLines().format(record))["says"].splitlines()) == lines


def test_what_led_to_an_error_is_told_too() -> None:
    try:
        try:
            raise KeyError("Maisie Palmer")
        except KeyError as cause:
            raise RuntimeError("Maisie Palmer") from cause
    except RuntimeError as error:
        line = logged(error)
    assert [told.split(" ")[0] for told in line["trouble"]] == ["RuntimeError", "KeyError"]


def test_words_that_are_never_a_persons_are_told() -> None:
    assert logged(TryLater("Slack: rate limited"))["trouble"][0].startswith("TryLater: Slack: rate limited at ")
