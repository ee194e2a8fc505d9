"""Another REFERRALBOT_KEY: every key is wrapped under it while the bot runs, and nothing that was sealed is touched."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from bot.__main__ import task
from bot.app import App
from bot.commandline import WELL, WRONG, parser
from bot.commands import BOOK
from bot.domain.errors import BadSettings
from bot.domain.terms import Platform
from bot.settings import Settings
from bot.upkeep import connections, doctor
from bot.upkeep.installation import open_configured
from bot.upkeep.keys import may_go_on, rotate
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.keys import take_own_keys, wrapped_under
from storage.tables import Child, Connection, Enquiry, Entry, Fingerprint, Heard, Key
from tests.town import RULES, Town
from tests.whole import whole

NAMES = ("Maisie Palmer", "Will Day", "Grace Obi-Smith", "Zofia Łuczak", "Idris Khan")
NOTE = "her father shouted in the meeting"
NEVER_TOUCHED = (Entry, Heard, Fingerprint, Connection)


class Stopped(Exception):
    """Somebody pulled the plug."""


class Changing:
    """A town in which the key is changed from `town.key` to `new`."""

    def __init__(self, town: Town) -> None:
        self.town, self.new = town, new_key()
        for name in NAMES:
            town.opens("Priya", name, note=NOTE)
        letter = {
            "member": "Jane Okoro",
            "constituency": "Anyshire East",
            "received": "2026-10-12",
            "matters": "enquiry",
        }
        assert not town.say("Frances", "mp", values=letter).error
        secrets = {"bot_token": "xoxb-hush", "signing_secret": "s3cret"}
        with town.store.transaction() as db:
            connections.add(db, town.vault, connections.Defined(Platform.SLACK, "T0123", "Trust", secrets=secrets))

    def settings(self, *, old: bool = True) -> Settings:
        return Settings(database_url=self.town.store.url, key=self.new, old_key=self.town.key if old else "")

    def command(self, *, old: bool = True, by: str = "alan.price@anyshire.example") -> tuple[int, str]:
        arguments = parser().parse_args(["rotate-key", "--as", by])
        with redirect_stdout(StringIO()) as out:
            ended = task("rotate-key")(arguments, self.settings(old=old), lambda: self.town.now)
        return ended, out.getvalue()

    def serve(self, vault: Vault) -> None:
        """The bot, started anew with these keys."""
        take_own_keys(self.town.store, vault, starting=True)
        self.town.vault = vault
        self.town.app = App(self.town.store, vault, RULES, BOOK, draw=self.town.app.draw)

    def answer_of_one_that_was_not_restarted(self) -> str:
        """Of a bot that has the old key alone, about a child whose key is done."""
        old = App(self.town.store, Vault(self.town.key), RULES, BOOK)
        return old.answer(self.town.said("Priya", "open 0042"), self.town.now).text

    def has_one_that_was_forgotten_open_a_case(self) -> None:
        """A bot that has the old key alone puts in a child once all is done."""
        ours, self.town.app = (
            self.town.app,
            App(self.town.store, Vault(self.town.key), RULES, BOOK, draw=self.town.app.draw),
        )
        assert not self.town.opens("Priya", "Ivy Moss").error
        self.town.app = ours

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every column of all that no change of the key may touch."""
        with self.town.store.reading() as db:
            tables = {table: [tuple(row) for row in db.execute(select(table.__table__))] for table in NEVER_TOUCHED}
            tables[Child] = [tuple(row) for row in db.execute(select(Child.id, Child.sealed))]
        return {table.__name__: sorted(rows, key=repr) for table, rows in tables.items()}

    def begins_and_stops(self) -> None:
        """Two keys at a time; after the second two it is gone."""
        here = open_configured(self.settings(), lambda: self.town.now)
        told: list[int] = []

        def stop(done: int, _of: int) -> None:
            told.append(done)
            if len(told) == 2:
                raise Stopped

        assert may_go_on(here, "alan.price@anyshire.example") == ""
        try:
            rotate(here, stop, at_once=2)
        finally:
            here.store.close()

    def health(self, *, old: bool = True) -> str:
        here = open_configured(self.settings(old=old), lambda: self.town.now)
        with here.store.reading() as db:
            (finding,) = doctor.key(doctor.Patient(db, here.settings, here.vault, here.rules, self.town.now))
        here.store.close()
        return str(finding)

    def opens_all(self) -> bool:
        """Every name, note and token is there for whoever may read them."""
        shown = [whole(self.town.say("Priya", f"open {number:04}")) for number in (42, 47, 51, 58, 63)]
        note = whole(self.town.say("Priya", "history 0042"))
        with self.town.store.transaction() as db:
            found = connections.credentials(db, Settings(), self.town.vault)[Platform.SLACK]
            db.rollback()
        return (
            all(map(str.__contains__, shown, NAMES)) and NOTE in note and found[0].secrets["bot_token"] == "xoxb-hush"
        )


@pytest.fixture
def changing(database_url: str) -> Iterator[Changing]:
    store = Store(database_url)
    yield Changing(Town(store))
    store.close()


def test_a_change_of_the_key_needs_a_yes_may_be_stopped_and_touches_nothing_sealed(changing: Changing) -> None:
    town = changing.town
    ended, told = changing.command()
    assert (ended, "Nora Quill" in told, "Nothing is changed yet" in told) == (WRONG, True, True)
    assert changing.command()[0] == WRONG, "asked again, nobody has said yes"
    changing.serve(Vault(changing.new, town.key))
    assert not town.say("Nora", "agree 1").error
    before = changing.kept()

    with pytest.raises(Stopped):
        changing.begins_and_stops()
    with town.store.reading() as db:
        assert sorted(wrapped_under(db).values()) == [2, 6], "done: the bot's own two and four children"
    assert "The key is being changed: 2 of 8" in changing.health()
    assert "referralbot doctor" in changing.answer_of_one_that_was_not_restarted()
    assert changing.kept() == before
    town.opens("Priya", "Noor Aziz")
    assert changing.opens_all(), "the bot serves, half way, with both keys"
    with pytest.raises(BadSettings, match="set the one before it as REFERRALBOT_OLD_KEY"):
        changing.serve(Vault(town.key))

    before = changing.kept()
    ended, told = changing.command()
    assert (ended, "All 9 keys open with the new REFERRALBOT_KEY alone" in told) == (WELL, True), told
    assert "Destroy the old key once no backup from before 10:00 on 16 October 2026 is kept" in told
    assert changing.kept() == before
    assert "Take REFERRALBOT_OLD_KEY out" in changing.health()
    changing.has_one_that_was_forgotten_open_a_case()
    assert "1 of 10 keys are under the one before" in changing.health()
    assert "The key does not open the record" in changing.health(old=False)
    assert "All 10 keys open" in changing.command()[1], "and nobody is asked again"
    changing.serve(Vault(changing.new))
    assert changing.opens_all()
    assert "ok    The key opens the record." in changing.health(old=False)
    assert changing.command(old=False)[0] == WELL, "there is nothing left to do, and nobody is asked"


def test_what_was_sealed_before_keys_had_marks_opens_under_the_first_key(changing: Changing) -> None:
    """As an installation of an earlier version leaves it, whose key is changed before it was started again."""
    with changing.town.store.transaction() as db:
        db.execute(update(Child).values(wrapped_by=""))
        db.execute(update(Enquiry).values(wrapped_by=""))
        assert db.exec(select(Key)).all() == []
    with pytest.raises(BadSettings, match="Put back the REFERRALBOT_KEY that it was sealed with"):
        changing.serve(Vault(changing.new))
    changing.serve(Vault(changing.new, changing.town.key))
    assert changing.opens_all()
    with changing.town.store.reading() as db:
        assert wrapped_under(db) == {Vault(changing.town.key).mark: 8}


def test_what_stands_in_the_way_is_said(changing: Changing) -> None:
    town = changing.town
    changing.serve(Vault(town.key))
    with pytest.raises(BadSettings, match="does not open with this REFERRALBOT_KEY"):
        changing.command(old=False)
    with pytest.raises(BadSettings, match="Priya Shah may not ask for another key: an administrator,"):
        changing.command(by="priya.shah@anyshire.example")
    with town.store.transaction() as db:
        db.execute(update(Child).where(col(Child.id) == 2).values(wrapped_by="0badf00d"))
    with pytest.raises(BadSettings, match=r"1 key is under a key that is not at hand \(0badf00d\): set it as"):
        changing.command()
    with town.store.transaction() as db:
        db.execute(update(Child).where(col(Child.id) == 2).values(wrapped_by="", wrapped_key=b"cut"))
    changing.command()
    assert not town.say("Nora", "agree 1").error
    ended, told = changing.command()
    assert (ended, told.splitlines()[0]) == (WRONG, "1 key is not under the new key: child 2. Keep the old key.")
