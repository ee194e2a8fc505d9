"""Stopped in the middle of a busy hour: the bot ends in time, and nothing that was heard or was to be said is lost.

Each test runs `serve` as a process of its own, before a Slack over real HTTP.
"""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from bot.__main__ import wall
from bot.cases import history, posts, referrals
from bot.cases.children import Private
from bot.domain.calendar import london_date
from bot.domain.terms import Agency, AskedBy, EntryKind, Platform, PostSays, PostState, Process, Role
from bot.rules import load_rules
from bot.turn import Turn
from storage.connect import Store
from storage.crypto import Vault
from storage.tables import Case, Connection, Entry, Identity, Person, Post, Room
from tests.adapters.fake_slack import SECRET, TOKEN, FakeSlack, running
from tests.test_serving import KEY
from tests.test_serving import running as process
from tests.whole import whole

RULES, VAULT = load_rules(), Vault(KEY)
ROOMS, CARDS_A_ROOM, TYPISTS = 6, 5, 4
ACCOUNTS = ("U0SHAH", *(f"U0SHAH{n}" for n in range(40)))
"""So many that none of them says more than one may."""
SLOW = 0.5
"""Seconds that Slack thinks after it has taken a message."""
STOPPED_WITHIN = 10.0
PATIENCE = 20.0
NO_ANSWER = 0
"""The status of what Slack waited for in vain."""


@dataclass
class Office:
    """The record of a bot that is about to run: cards that wait for their rooms, and cases to write notes on."""

    store: Store
    url: str
    folder: Path

    def furnish(self, now: datetime) -> list[str]:
        """Rooms with cards waiting; the references of cases that have none."""
        with self.store.transaction() as db:
            db.add(Connection(platform=Platform.SLACK, outside_id="T0COUNCIL", name="Anyshire"))
            owner = Person(email="p.shah@council.example", name="Priya", agency=Agency.EDUCATION, role=Role.OFFICER)
            db.add(owner)
            db.flush()
            for account in ACCOUNTS:
                db.add(Identity(person_id=owner.id, connection_id=1, account=account, place=account, heard_at=now))
            rooms = [Room(connection_id=1, place=f"C0ROOM{n}", name=f"room {n}", bound_at=now) for n in range(ROOMS)]
            for room in rooms:
                db.add(room)
            db.flush()
            turn = Turn(db, now, RULES, VAULT, who=owner)
            cases = [self._open(turn, n) for n in range(CARDS_A_ROOM + TYPISTS)]
            for case in cases[:CARDS_A_ROOM]:
                posts.show_case(turn, case, rooms)
            return [case.reference for case in cases[CARDS_A_ROOM:]]

    def _open(self, turn: Turn, number: int) -> Case:
        today = london_date(turn.now)
        private = Private(f"Child {number}", today.replace(year=today.year - 8, day=1), f"AN{number}")
        opened = referrals.open_case(
            turn,
            private,
            process=Process.NEW_ASSESSMENT,
            received=today,
            asked_by=AskedBy.PARENT,
            owner=turn.person,
        )
        return turn.db.exec(select(Case).where(Case.id == opened.case.id)).one()

    def cards(self) -> list[Post]:
        with self.store.reading() as db:
            found = list(db.exec(select(Post).where(Post.says == PostSays.CASE_CARD)))
            db.expunge_all()
            return found

    def notes(self) -> list[str]:
        """What was noted, as the record has it."""
        with self.store.reading() as db:
            turn = Turn(db, wall(), RULES, VAULT)
            noted = db.exec(select(Case, Entry).join(Entry).where(Entry.kind == EntryKind.NOTED))
            return [history.words_of(turn, case, entry) for case, entry in noted]


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(store, database_url, tmp_path)
    store.close()


@contextmanager
def serving(office: Office, slack: FakeSlack) -> Iterator[subprocess.Popen[str]]:
    settings = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{slack.url}/api/"}
    with process(office.folder, "serve", until="Local page", DATABASE_URL=office.url, **settings) as (bot, address, _):
        slack.bot = address
        yield bot


def rooms_at(slack: FakeSlack) -> None:
    rooms = {f"C0ROOM{n}": {"id": f"C0ROOM{n}", "name": f"room {n}"} for n in range(ROOMS)}
    slack.channels |= rooms
    slack.members |= rooms.keys()


async def stopped(bot: subprocess.Popen[str]) -> float:
    """Tell it to stop; the seconds that it took to a clean end."""
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(bot.wait, STOPPED_WITHIN) == 0
    return time.monotonic() - began


async def type_on(slack: FakeSlack, reference: str, answered: list[str]) -> None:
    """Note one thing after the other until nobody answers; `answered` has what was acknowledged.

    What took Slack's three seconds on a busy machine was not: Slack has told the person so, and it may be kept or not.
    """
    for number in count(1):
        note, who = f"{reference} note {number}", ACCOUNTS[number % len(ACCOUNTS)]
        where = {"channel_id": "D0SHAH", "channel_name": "direct", "user_id": who}
        try:
            status, said = await slack.command(f"note {reference} {note}", **where)
        except aiohttp.ClientError:
            return
        if status == NO_ANSWER:
            continue
        assert (status, said.get("text")) == (200, f"Noted on {reference}."), f"{note}: {status} {said}"
        answered.append(note)


def keys_of(slack: FakeSlack) -> Counter[str]:
    """How often each post stands at Slack, by its key."""
    said = [message for messages in slack.messages.values() for message in messages]
    return Counter(message["metadata"]["event_payload"]["key"] for message in said)


@pytest.mark.databases("sqlite")  # the next one stops it on PostgreSQL
async def test_stopped_under_load_nothing_is_lost_or_said_twice(office: Office) -> None:
    references, answered = office.furnish(wall()), list[str]()
    async with running() as slack:
        rooms_at(slack)
        slack.slow["chat.postMessage"] = SLOW
        with serving(office, slack) as bot:
            async with asyncio.TaskGroup() as typists:
                for reference in references:
                    typists.create_task(type_on(slack, reference, answered))
                await slack.until(lambda: len(keys_of(slack)) >= ROOMS and len(answered) >= 20, PATIENCE)
                assert await stopped(bot) < STOPPED_WITHIN

        noted = Counter(office.notes())
        assert set(answered) <= set(noted), "what was acknowledged is in the record"
        assert set(noted.values()) == {1}
        cards, shown = office.cards(), keys_of(slack)
        sent = {card.key for card in cards if card.state is PostState.SENT}
        assert sent == set(shown), "what was under way came to its end, and was noted"
        waiting = [card for card in cards if card.key not in sent]
        assert all(card.state is PostState.WAITING and card.claimed_until is None for card in waiting)
        assert waiting and len(cards) == ROOMS * CARDS_A_ROOM, f"{len(waiting)} of {len(cards)} are left to be said"

        slack.slow.clear()
        with serving(office, slack) as bot:
            await slack.until(lambda: len(keys_of(slack)) == len(cards), PATIENCE)
            await stopped(bot)
        assert set(keys_of(slack).values()) == {1}, "nothing was said twice"
        assert {card.state for card in office.cards()} == {PostState.SENT}


@pytest.mark.databases("postgresql")
async def test_what_hangs_does_not_keep_it(office: Office) -> None:
    """Slack takes messages and never answers; somebody holds the database for longer than a line waits for it."""
    reference = office.furnish(wall())[0]
    async with running() as slack:
        rooms_at(slack)
        slack.slow["chat.postMessage"] = 60
        with serving(office, slack) as bot:
            await slack.until(lambda: len(keys_of(slack)) == ROOMS, PATIENCE)
            with office.store.transaction() as db:
                db.execute(text("LOCK TABLE entry"))
                asking = asyncio.create_task(slack.command(f"note {reference} in the way", channel_id="D0SHAH"))
                await until_somebody_waits(office.store)
                assert await stopped(bot) < STOPPED_WITHIN
            status, answer = await asking
        assert office.notes() == []
        assert status != 200 or "Nothing was changed" in whole(answer), "not kept, and not said to be"
        assert {card.state for card in office.cards()} == {PostState.WAITING}

        slack.slow.clear()
        a_minute_passes(office.store)
        with serving(office, slack) as bot:
            await slack.until(lambda: len(keys_of(slack)) == ROOMS * CARDS_A_ROOM, PATIENCE)
            await stopped(bot)
        assert set(keys_of(slack).values()) == {1}, "Slack was asked for what was in doubt"
        assert {card.state for card in office.cards()} == {PostState.SENT}


async def until_somebody_waits(store: Store) -> None:
    """Until a statement is kept waiting by a lock."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with store.reading() as db:
                if db.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
                    return
            await asyncio.sleep(0.02)


def a_minute_passes(store: Store) -> None:
    """The claims of a process that is gone run out."""
    with store.transaction() as db:
        db.execute(update(Post).where(col(Post.claimed_until).is_not(None)).values(claimed_until=wall()))
