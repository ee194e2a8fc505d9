"""A council's worst morning: every phase transfer near on one day, hundreds of dates to one officer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col

from adapters.slack.blocks import dressed, fallback
from adapters.teams.cards import LARGEST, card
from adapters.teams.words import size
from bot.cards import post_message
from bot.cards.day import team_day
from bot.cases import lists
from bot.cases.wanted import Wanted
from bot.domain.message import Message
from bot.domain.terms import Agency, AskedBy, ClockState, Nature, PostSays, Process
from bot.reminders import digests, sweep
from storage.add import add_all
from storage.connect import Store
from storage.tables import Case, Child, Deadline, Person, Post
from tests.adapters.slack_limits import troubles
from tests.council import LONG_AGO, RULES, VAULT, Council, at

BEFORE = "2027-01-29 09:00"  # a Friday, 14 days before Friday 12 February
SUNDAY, FRIDAY = date(2027, 2, 14), date(2027, 2, 12)
MANY = 300


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def spike(council: Council, owner: Person, many: int, *, first: int = 0, **more: Any) -> None:
    """So many phase transfers of one officer, all due on one Sunday."""
    started, numbers = at("2026-12-01 10:00"), range(first + 1, first + many + 1)
    children = [Child(sealed=b"sealed", wrapped_key=b"wrapped", added_at=LONG_AGO) for _ in numbers]
    cases = [
        Case(
            reference=f"SEND-2026-{number:05}", year=2026, number=number, child_id=0,
            process=Process.PHASE_TRANSFER, asked_by=AskedBy.PARENT, owner_id=owner.id, opened_at=started,
        )
        for number in numbers
    ]  # fmt: skip
    values = {
        "rule": "phase_school", "rule_version": "1", "nature": Nature.DUTY, "state": ClockState.RUNNING,
        "started_on": started.date(), "legal": SUNDAY, "safe": FRIDAY, "recorded_at": started,
        "next_at": at(BEFORE), "ladder": "council", "agency": Agency.EDUCATION, **more,
    }  # fmt: skip
    with council.store.transaction() as db:
        add_all(db, children)
        for case, child in zip(cases, children, strict=True):
            case.child_id = child.id or 0
        add_all(db, cases)
        add_all(db, [Deadline(stream=f"case:{case.id}", case_id=case.id, **values) for case in cases])


def rendered(council: Council, now: str, says: PostSays) -> dict[str, Message]:
    """What each person or room reads; one post each."""
    put = council.posts(Post.says == says, Post.state != "dropped")
    readers = [(post.person_id, post.room_id) for post in put]
    assert len(set(readers)) == len(readers), "one post to a reader"
    names = {person.id: person.name for person in council.all(Person)}
    with council.store.reading() as db:
        turn = council.turn(db, at(now))
        return {names.get(post.person_id, "room"): post_message(turn, post) for post in put}


def check_limits(message: Message, *, private: bool) -> None:
    """Slack would take it and Teams too."""
    message = replace(message, nonce="n" * 20)
    blocks = dressed(message, private=private)
    assert troubles(blocks) == []
    assert "not shown here" not in str(blocks), "all that the message says, Slack shows"
    assert len(fallback(message, private=private)) <= 4_000
    assert size(card(message, private=private)) <= LARGEST


def test_hundreds_of_dates_are_one_message_within_the_platforms_limits(council: Council) -> None:
    manager = council.person("Manager")
    owner = council.person("Owner", manager=manager)
    spike(council, owner, MANY)
    sweep(council.store, RULES, VAULT, at(BEFORE))
    (message,) = rendered(council, BEFORE, PostSays.NUDGES).values()
    assert message.text == f"{MANY} things need an answer"
    assert message.aside == f"{MANY - 15} more, due later: say today."
    check_limits(message, private=True)


def test_a_room_is_told_how_to_see_the_rest(council: Council) -> None:
    council.room(Agency.EDUCATION)
    spike(council, council.person("Owner"), 20, ladder="agency")
    sweep(council.store, RULES, VAULT, at(BEFORE))
    message = rendered(council, BEFORE, PostSays.NUDGES)["room"]
    assert (message.text, message.aside) == (
        "Education · 20 things need an answer",
        "5 more, due later: say list education.",
    )
    check_limits(message, private=False)


def test_the_digest_of_that_morning_is_within_the_limits(council: Council) -> None:
    """Recorded late, the dates wait for a digest and are told in one."""
    spike(council, council.person("Owner"), MANY, next_at=at("2027-02-08 08:00"), recorded_at=at("2027-02-08 08:00"))
    sweep(council.store, RULES, VAULT, at("2027-02-08 09:00"))
    assert council.posts(Post.says == PostSays.NUDGES) == []
    digests(council.store, RULES, VAULT, at("2027-02-08 09:01"))
    put = council.posts(Post.says == PostSays.DIGEST, col(Post.person_id).is_not(None))
    with council.store.reading() as db:
        turn = council.turn(db, at("2027-02-08 09:01"))
        messages = [post_message(turn, post) for post in put]
    (message,) = messages
    assert message.text == f"Today, Mon 8 Feb: 0 due, 0 late, {MANY} within a week"
    assert f"{MANY} of the dates were late to be recorded." in message.aside
    check_limits(message, private=True)


def test_a_spike_of_a_thousand_is_one_post_to_a_reader(council: Council) -> None:
    """On the morning of the day itself, owners and managers alike."""
    manager = council.person("Manager")
    owners = [council.person(f"Owner{number}", manager=manager) for number in range(4)]
    for number, owner in enumerate(owners):
        spike(council, owner, 250, first=number * 250, next_at=at("2027-02-12 09:00"))
    swept = sweep(council.store, RULES, VAULT, at("2027-02-12 09:00"))
    assert (swept.looked, swept.posts) == (1000, 5)
    told = rendered(council, "2027-02-12 09:00", PostSays.NUDGES)
    assert told["Manager"].text == "1000 things need an answer"
    assert {told[owner.name].text for owner in owners} == {"250 things need an answer"}


def test_a_teams_day_reads_as_many_cases_as_it_shows(council: Council) -> None:
    manager = council.person("Manager")
    owner = council.person("Owner", manager=manager)
    spike(council, owner, 40)
    with council.store.reading() as db:
        turn = replace(council.turn(db, at("2027-02-08 10:00")), who=manager)
        read: list[object] = []

        def note(case: Case, _context: object) -> None:
            read.append(case)

        event.listen(Case, "load", note)
        message = team_day(turn, [owner.id])
        event.remove(Case, "load", note)
    assert message.text.startswith("Today, Mon 8 Feb: 0 due, 0 late, 40 within a week")
    assert len(message.table.rows) == len(read) == 15


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(last=date(2027, 2, 7)),
        Wanted(first=date(2027, 2, 8), last=date(2027, 2, 14)),
        Wanted(agencies=(Agency.MP_TEAM,)),
    ],
    ids=["overdue", "due this week", "letters"],
)
@pytest.mark.databases("sqlite")
def test_a_list_is_answered_from_its_index(council: Council, wanted: Wanted) -> None:
    owner = council.person("Owner")
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, sql: str, given: Any, *_more: object) -> None:
        if "FROM deadline" in sql:
            asked.append((sql, given))

    with council.store.reading() as db:
        turn = replace(council.turn(db, at("2027-02-08 10:00")), who=owner)
        event.listen(council.store.engine, "before_cursor_execute", note)
        lists.due(turn, wanted, 1)
        event.remove(council.store.engine, "before_cursor_execute", note)
        ways = [db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all() for sql, given in asked]
    assert len(ways) == 2, "how many there are, and the first of them"
    for way in ways:
        assert any("deadline USING INDEX ix_deadline_duty" in str(step) for step in way), way
