"""The record: chained so that tampering shows, and sealed so that the database alone tells of no child."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from bot.cases import history
from bot.domain.errors import BadSettings
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Child, Enquiry, Entry, Heard
from tests.forging import broken_link, forging
from tests.town import RULES, Town
from tests.whole import whole

PRIVATE = ("Maisie", "Palmer", "2019-03-14", "14 March 2019", "AN-4711", "word-in-a-note", "word-in-a-reason")
"""What only the council's own staff may read of a child, as the story below types it."""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def town(store: Store) -> Town:
    """A case with most kinds of entries, and a letter about it."""
    town = Town(store)
    town.opens("Priya", record_number="AN-4711", note="word-in-a-note")
    for line in (
        "note 0042 Maisie Palmer, born 14 March 2019: word-in-a-note",
        "ask 0042 SLT and OT on 7 September",
        "received OT 0042 nil return",
        "sent decision to assess 0042 on 18 September because word-in-a-reason",
        "correct 0042 5 on 8 September word-in-a-reason",
        "plan panel 0042 on 10 December",
        "assign 0042 to Tom",
        "close 0042 withdrawn because word-in-a-reason",
        "reopen 0042 word-in-a-reason",
    ):
        assert not town.say("Priya", line).error, line
    letter = 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042 note=word-in-a-note'
    assert not town.say("Frances", letter).error
    town.say("Priya", "status word-in-a-note")
    town.say("Priya", "note 0042 Maisie Palmer again", nonce="a button that carries a name")
    town.say("Priya", "open 0042")
    return town


def stream(town: Town) -> list[Entry]:
    return sorted(town.all(Entry, Entry.stream == "case:1"), key=lambda entry: entry.number)


def test_the_chain_of_every_record_holds(town: Town) -> None:
    assert broken_link(stream(town)) is None
    assert broken_link(town.all(Entry, Entry.stream == "enquiry:1")) is None
    assert len(stream(town)) > 12


@pytest.mark.parametrize(
    "change",
    [
        "happened_on = '2026-09-01' WHERE number = 5",
        "kind = 'held' WHERE number = 5",
        "recorded_by = 1 WHERE number = 5",
        "recorded_at = '2026-01-01 10:00:00' WHERE number = 5",
        'clear = \'{"service": "camhs"}\' WHERE number = 5',
        "request_id = 2 WHERE number = 5",
        "supersedes = 1 WHERE number = 5",
        "stream = 'case:9' WHERE number = 5",
        "number = 99 WHERE number = 5",
        "sealed = NULL WHERE number = 4",
        "sealed = (SELECT other.sealed FROM entry other WHERE other.number = 3 AND other.case_id = 1) WHERE number = 4",
        "previous = digest WHERE number = 5",
        "digest = previous WHERE number = 5",
    ],
)
def test_an_entry_that_was_changed_shows(town: Town, change: str) -> None:
    with forging(town.store) as db:
        db.execute(text(f"UPDATE entry SET {change} AND stream = 'case:1'"))
    broken = broken_link(stream(town))
    assert broken is not None and broken.number in (4, 5, 6)


def test_an_entry_that_was_taken_out_shows(town: Town) -> None:
    with forging(town.store) as db:
        db.execute(text("DELETE FROM entry WHERE number = 7 AND stream = 'case:1'"))
    broken = broken_link(stream(town))
    assert broken is not None and broken.number == 8


def test_an_entry_that_was_slipped_in_shows(town: Town) -> None:
    kept = stream(town)
    forged = kept[4].model_copy(update={"id": None, "number": len(kept) + 1, "previous": kept[-1].digest})
    assert broken_link([*kept, forged]) is forged


def test_a_note_moved_to_another_place_does_not_open(town: Town) -> None:
    entries = stream(town)
    with town.store.reading() as db:
        case = db.exec(select(Case)).one()
        turn = Turn(db, town.now, RULES, town.vault)
        assert "word-in-a-note" in history.words_of(turn, case, entries[2])
        moved = entries[2].model_copy(update={"number": 9})
        with pytest.raises(BadSettings, match="does not open"):
            history.words_of(turn, case, moved)


def test_nothing_opens_under_another_key(town: Town) -> None:
    with town.store.reading() as db:
        turn = Turn(db, town.now, RULES, Vault(new_key()))
        with pytest.raises(BadSettings):
            history.words_of(turn, db.exec(select(Case)).one(), stream(town)[2])


def test_without_the_childs_key_its_words_are_gone_and_the_record_still_holds(town: Town) -> None:
    with town.store.transaction() as db:
        db.exec(select(Child)).one().wrapped_key = None
    with town.store.reading() as db:
        turn = Turn(db, town.now, RULES, town.vault)
        assert history.words_of(turn, db.exec(select(Case)).one(), stream(town)[2]) == history.ERASED
    assert broken_link(stream(town)) is None
    assert "erased from the record" in whole(town.say("Moira", "open 0042"))


def test_what_is_corrected_stays_on_record(town: Town) -> None:
    corrected = [entry for entry in stream(town) if entry.supersedes]
    old = {entry.id: entry for entry in stream(town)}
    assert [old[entry.supersedes].kind for entry in corrected] == [EntryKind.ADVICE_ASKED]
    assert len(history.standing(stream(town))) == len(stream(town)) - len(corrected)


def everything(db: Session) -> Iterator[tuple[str, object]]:
    """Every value of every table, as it stands in the database."""
    for table in SQLModel.metadata.sorted_tables:
        for row in db.execute(text(f'SELECT * FROM "{table.name}"')):
            yield from ((f"{table.name}.{name}", value) for name, value in row._mapping.items())


def test_no_table_holds_a_private_value(town: Town) -> None:
    with town.store.reading() as db:
        values = list(everything(db))
    assert len(values) > 500
    for place, value in values:
        kept = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
        for private in PRIVATE:
            assert private.casefold() not in kept.casefold(), place


@pytest.mark.databases("sqlite")
def test_no_file_of_the_database_holds_a_private_value(town: Town) -> None:
    database = Path(town.store.url.removeprefix("sqlite:///"))
    files = sorted(database.parent.glob(f"{database.name}*"))
    assert database.with_name(f"{database.name}-wal") in files
    kept = b"".join(file.read_bytes() for file in files)
    assert b"SEND-2026-0042" in kept
    for private in PRIVATE:
        assert private.encode() not in kept and private.encode("utf-16-le") not in kept


def test_private_values_open_for_those_who_have_the_key(town: Town) -> None:
    """So that the tests above are about values that are there."""
    shown = whole(town.say("Moira", "open 0042"))
    assert all(private in shown for private in ("Maisie Palmer", "14 March 2019", "AN-4711"))
    lines = [town.vault.open_own(one.sealed, "heard")["line"] for one in town.all(Heard)]
    assert any("word-in-a-note" in line for line in lines)
    with town.store.reading() as db:
        letter = db.exec(select(Enquiry)).one()
        (noted,) = db.exec(select(Entry).where(col(Entry.enquiry_id) == letter.id, Entry.kind == EntryKind.NOTED))
        assert history.words_of(Turn(db, town.now, RULES, town.vault), letter, noted) == "word-in-a-note"
