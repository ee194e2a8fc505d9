"""Tampering with the record: each attempt is refused by the database, or found by `referralbot audit verify`."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot.__main__ import main
from bot.cases.anchors import all_anchors, signed_text
from bot.commandline import WELL, WRONG
from bot.domain.chain import DIGESTED, Promises, as_text, digest, faults
from bot.domain.errors import BadSettings
from bot.reminders import anchor
from bot.upkeep import audit_file
from bot.upkeep.audit import evidence, faults_of
from storage import triggers
from storage.connect import Store
from storage.queries import forget_heard
from storage.signing import Signer, new_signing_key, public_key_as_text
from storage.tables import Anchor, Entry
from tests.forging import forging
from tests.town import RULES, Town

SIGNER = Signer(new_signing_key())
PUBLIC = public_key_as_text(SIGNER.public_key)
PAGE = (Path(__file__).parents[1] / "docs" / "record.md").read_text()
ROLE = "referralbot_of_the_tests"
ELSEWHERE = "Keep it where whoever runs the database cannot write."


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """Two cases and a letter, anchored on two days, with an entry since."""
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya", note="a word that is sealed")
    town.opens("Tom", "Alfie Green")
    for who, line in (
        ("Priya", "ask 0042 SLT and OT on 7 September"),
        ("Priya", "correct 0042 4 on 8 September wrong day"),
        ("Priya", "open 0042"),
        ("Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0047'),
    ):
        assert not town.say(who, line).error, line
    anchored(town)
    town.pass_time(days=1)
    assert not town.say("Priya", "sent decision to assess 0042 on 18 September because the post was slow").error
    anchored(town)
    assert not town.say("Tom", "note 0047 the school rang").error
    yield town
    store.close()


def anchored(town: Town) -> None:
    assert anchor(town.store, RULES, town.vault, town.now, signer=SIGNER)


# What is refused, what is found


ANEW = "UPDATE entry SET happened_on = :on, previous = :previous, digest = :digest WHERE id = :id"


def re_written(db: Session) -> None:
    """Entry 3 of case 1 on another day, and every digest after it reckoned anew, as somebody who knows how would."""
    rows = db.execute(text("SELECT * FROM entry WHERE stream = 'case:1' ORDER BY number")).all()
    entries = {row.id: row.number for row in rows}
    kept = {entry.id: entry for entry in db.exec(select(Entry).where(Entry.stream == "case:1"))}
    previous = rows[1].digest
    for row in rows[2:]:
        entry = kept[row.id]
        values = {name: getattr(entry, name) for name in DIGESTED}
        if row.number == 3:
            values["happened_on"] += timedelta(days=1)
        new = digest(values, previous, entries.get(row.supersedes))
        changed = {"on": values["happened_on"], "previous": previous, "digest": new, "id": row.id}
        db.execute(
            text("UPDATE entry SET happened_on = :on, previous = :previous, digest = :digest WHERE id = :id"), changed
        )
        previous = new


def by(*statements: str) -> Callable[[Session], None]:
    def attempt(db: Session) -> None:
        for statement in statements:
            db.execute(text(statement))

    return attempt


SWAP = (
    "UPDATE entry SET number = 90 WHERE stream = 'case:1' AND number = 4",
    "UPDATE entry SET number = 4 WHERE stream = 'case:1' AND number = 5",
    "UPDATE entry SET number = 5 WHERE stream = 'case:1' AND number = 90",
)


@dataclass(frozen=True)
class Attempt:
    """One way to tamper. `named` is what the check says of it first; `with_anchors`, only held against those kept
    elsewhere; an empty one is not found."""

    what: str
    does: Callable[[Session], None]
    named: str
    with_anchors: bool = False


NEWEST = "DELETE FROM entry WHERE stream = 'case:1' AND number >= 7"
ANOTHER_HEAD = (
    "UPDATE head SET digest = previous FROM anchor WHERE anchor.id = 2 AND head.stream = 'case:1' AND head.number = 7"
)
CHANGE = "UPDATE entry SET {} WHERE stream = 'case:1' AND number = {}"
ATTEMPTS = (
    Attempt(
        "change one byte of what is sealed", by(CHANGE.format("sealed = digest", 3)), "case:1 entry 3: it was changed"
    ),
    Attempt("change a date", by(CHANGE.format("happened_on = '2026-09-01'", 4)), "case:1 entry 4: it was changed"),
    Attempt(
        "say that somebody else recorded it", by(CHANGE.format("recorded_by = 1", 4)), "case:1 entry 4: it was changed"
    ),
    Attempt(
        "say that it was recorded earlier",
        by(CHANGE.format("recorded_at = '2026-01-01 10:00:00'", 4)),
        "case:1 entry 4: it was changed",
    ),
    Attempt("file it under another case", by(CHANGE.format("case_id = 2", 4)), "case:1 entry 4: it is filed under"),
    Attempt(
        "have a correction strike out another entry",
        by(CHANGE.format("supersedes = 1", 6)),
        "case:1 entry 6: it was changed",
    ),
    Attempt(
        "take an entry out of the middle",
        by("DELETE FROM entry WHERE stream = 'case:1' AND number = 5"),
        "case:1 entry 5: it is missing",
    ),
    Attempt(
        "take the newest entries away, up to the last anchor",
        by(NEWEST),
        "case:1 entry 7: it was anchored on Sat 17 Oct 2026 and is gone",
    ),
    Attempt(
        "take all of a case or letter away",
        by("DELETE FROM entry WHERE stream = 'enquiry:1'"),
        "enquiry:1 entry 1: it was anchored on Fri 16 Oct 2026 and is gone",
    ),
    Attempt("put entries in another order", by(*SWAP), "case:1 entry 4: it does not follow from the entry before"),
    Attempt(
        "write entries anew with digests that fit",
        re_written,
        "case:1 entry 1: what was anchored on Fri 16 Oct 2026 is another entry",
    ),
    Attempt(
        "change an anchor",
        by("UPDATE anchor SET streams = 2 WHERE id = 2"),
        "The anchor of Sat 17 Oct 2026 was changed",
    ),
    Attempt("change what an anchor holds", by(ANOTHER_HEAD), "The anchor of Sat 17 Oct 2026 was changed"),
    Attempt(
        "take an anchor out of the middle",
        by("DELETE FROM head WHERE anchor_id = 1", "DELETE FROM anchor WHERE id = 1"),
        "The anchor of Sat 17 Oct 2026 was changed",
    ),
    Attempt(
        "take the last anchor away, and what it holds",
        by("DELETE FROM head WHERE anchor_id = 2", "DELETE FROM anchor WHERE id = 2", NEWEST),
        "The anchor of Sat 17 Oct 2026 was kept elsewhere and is not with the record",
        with_anchors=True,
    ),
    Attempt("change who saw a child's identity", by("UPDATE viewed SET person_id = 1"), ""),
    Attempt("take away who saw a child's identity", by("DELETE FROM viewed"), ""),
    Attempt("change a line that was heard", by("UPDATE heard SET verdict = 'done'"), ""),
)


def test_the_database_refuses_every_attempt(town: Town) -> None:
    for attempt in ATTEMPTS:
        with pytest.raises(DBAPIError, match=triggers.REFUSAL), town.store.transaction() as db:
            attempt.does(db)
            pytest.fail(attempt.what)
    assert town.operator("audit", "verify")[0] == WELL


def test_every_attempt_is_found_where_the_owner_of_the_database_made_it(town: Town) -> None:
    with town.store.reading() as db:
        elsewhere = list(all_anchors(db))
    for attempt in ATTEMPTS:
        with town.store.reading() as db:  # which keeps nothing: the next one begins with the record as it was
            triggers.take_away(db.connection())
            attempt.does(db)
            triggers.put(db.connection())
            found, held_against = (list(faults_of(evidence(db, outside))) for outside in ((), elsewhere))
        if attempt.with_anchors:
            assert found == [], "without what was kept elsewhere nobody can tell"
        told = held_against if attempt.with_anchors else found
        assert told[:1] == [] if not attempt.named else told[0].startswith(attempt.named), (attempt.what, told)


def test_the_command_ends_with_1_and_an_export_tells_the_same(town: Town, tmp_path: Path) -> None:
    anchors, export = str(tmp_path / "anchors.jsonl"), str(tmp_path / "export.jsonl")
    assert town.operator("audit", "anchors", anchors) == (WELL, [f"{anchors} holds 2 anchors. {ELSEWHERE}"])
    with forging(town.store) as db:
        db.execute(text(NEWEST))
    ended, told = town.operator("audit", "verify", "--anchors", anchors)
    assert (ended, told) == (
        WRONG,
        [
            "case:1 entry 7: it was anchored on Sat 17 Oct 2026 and is gone",
            "1 thing does not hold. Keep a copy of the database as it is, and tell the data protection officer.",
        ],
    )
    town.operator("audit", "export", export)
    assert town.operator("audit", "verify", "--export", export, "--anchors", anchors) == (ended, told)


def test_the_page_says_what_is_refused_and_what_is_found() -> None:
    rows = PAGE.partition("\n| what is tried |")[2].split("\n\n")[0].splitlines()[2:]
    expected = [
        f"| {each.what} | refused | {'found' if each.named else 'not found'}"
        f"{', with the anchors kept elsewhere' if each.with_anchors else ''} |"
        for each in ATTEMPTS
    ]
    assert rows == expected, "put these rows into docs/record.md:\n" + "\n".join(expected)


# Each kind of database in its own way

REPLACED = (
    "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE stream = 'case:1' AND number = 4",
    "REPLACE INTO head SELECT stream, number, anchor_id, zeroblob(33) FROM head WHERE stream = 'case:1'",
    "INSERT OR REPLACE INTO anchor SELECT * FROM anchor",
    "UPDATE OR REPLACE entry SET number = 5 WHERE stream = 'case:1' AND number = 4",
)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_nothing_is_replaced_by_whatever_programme_opens_the_file(town: Town, recursive: str) -> None:
    for statement in REPLACED:
        with closing(sqlite3.connect(town.store.url.removeprefix("sqlite:///"))) as other:
            other.execute(f"PRAGMA recursive_triggers={recursive}")
            with pytest.raises(sqlite3.IntegrityError, match=triggers.REFUSAL):
                other.execute(statement)
                pytest.fail(statement)


@pytest.mark.databases("sqlite")
def test_the_bots_own_connections_have_triggers_that_fire_for_what_is_replaced(town: Town) -> None:
    with town.store.reading() as db:
        assert db.execute(text("PRAGMA recursive_triggers")).scalar() == 1


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("session", ["origin", "replica"])
def test_nothing_is_truncated_and_no_session_is_past_the_triggers(town: Town, session: str) -> None:
    for table in triggers.GUARDED:
        with pytest.raises(DBAPIError, match=triggers.REFUSAL), town.store.transaction() as db:
            db.execute(text(f"SET session_replication_role = {session}"))
            db.execute(text(f"TRUNCATE {table} CASCADE"))
            pytest.fail(table)


@pytest.mark.databases("postgresql")
def test_a_server_that_writes_days_in_another_order_changes_nothing(town: Town) -> None:
    """The record is read as text, which PostgreSQL writes as `DateStyle` says."""
    with town.store.transaction() as db:
        db.execute(text(f"ALTER DATABASE {town.store.engine.url.database} SET datestyle = 'SQL, DMY'"))
    town.store.engine.dispose()
    with town.store.reading() as db:
        assert list(faults_of(evidence(db))) == []


DISABLED = {
    "sqlite": (
        "DROP TRIGGER refuse_update_entry",
        "DROP TRIGGER refuse_replace_head",
    ),
    "postgresql": (
        "ALTER TABLE entry DISABLE TRIGGER refuse_change",
        "ALTER TABLE entry ENABLE REPLICA TRIGGER refuse_change",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER refuse_change ON viewed",
        "DROP TRIGGER refuse_change ON entry;"
        " CREATE TRIGGER refuse_change BEFORE UPDATE OF stream OR DELETE OR TRUNCATE ON entry"
        " EXECUTE FUNCTION refuse_change(); ALTER TABLE entry ENABLE ALWAYS TRIGGER refuse_change",
    ),
}


def test_a_trigger_that_was_switched_off_is_found_and_put_back(town: Town, database_kind: str) -> None:
    for statement in DISABLED[database_kind]:
        with town.store.transaction() as db:
            db.execute(text(statement))
        ended, told = town.operator("audit", "verify")
        assert ended == WRONG and told[0].startswith("The database would let anybody change "), statement
        assert town.operator("doctor")[1].count(f"MEND  {told[0].partition(':')[0]}.") == 1
        town.operator("migrate")
        assert town.operator("audit", "verify")[0] == WELL


# The bot's own role on PostgreSQL


@pytest.fixture
def bots_own(town: Town) -> Iterator[Store]:
    """The same record, as the role sees it that the bot works under."""
    with town.store.transaction() as db:
        if not db.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}).scalar():
            db.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    assert town.operator("migrate", "--grant", ROLE)[0] == WELL
    store = Store(make_url(town.store.url).set(username=ROLE).render_as_string(hide_password=False))
    yield store
    store.close()


@pytest.mark.databases("postgresql")
def test_the_bots_own_role_has_not_even_the_right_to(town: Town, bots_own: Store) -> None:
    with town.store.transaction() as db:
        triggers.take_away(db.connection())
    for attempt in ATTEMPTS:
        with pytest.raises(DBAPIError, match="permission denied"), bots_own.transaction() as db:
            attempt.does(db)
            pytest.fail(attempt.what)


@pytest.mark.databases("postgresql")
def test_the_bots_own_role_can_do_all_of_the_bots_work(town: Town, bots_own: Store) -> None:
    owner, town.store, town.app.store = town.store, bots_own, bots_own
    for who, line in (
        ("Priya", "note 0042 they rang"),
        ("Priya", "undo"),
        ("Tom", "close 0047 withdrawn because they moved"),
        ("Tom", "home"),
    ):
        assert not town.say(who, line).error, line
    town.pass_time(days=1)
    anchored(town)
    town.remind()
    with bots_own.transaction() as db:
        assert forget_heard(db, town.now + timedelta(days=1)) > 0
    for town.store in (bots_own, owner):
        assert town.operator("audit", "verify")[0] == WELL


UNDOING = (
    ("UPDATE entry SET kind = kind", "permission denied"),
    ("TRUNCATE heard", "permission denied"),
    ("ALTER TABLE entry DISABLE TRIGGER refuse_change", "must be owner"),
    ("DROP TABLE head", "must be owner"),
    ("SET session_replication_role = replica", "permission denied"),
    ("UPDATE alembic_version SET version_num = '0001'", "permission denied"),
)


@pytest.mark.databases("postgresql")
def test_the_bots_own_role_can_undo_no_guard(town: Town, bots_own: Store) -> None:
    for statement, denied in UNDOING:
        with pytest.raises(DBAPIError, match=denied), bots_own.transaction() as db:
            db.execute(text(statement))
            pytest.fail(statement)


def test_a_role_that_cannot_be_the_bots_is_one_sentence(town: Town, database_kind: str) -> None:
    refused = {
        "sqlite": (("anybody", "--grant is for PostgreSQL"),),
        "postgresql": (
            ("nobody; --", "There is no role nobody; --"),
            ("postgres", "owns the record or is a superuser"),
        ),
    }
    for role, sentence in refused[database_kind]:
        with pytest.raises(BadSettings, match=sentence):
            town.operator("migrate", "--grant", role)


@pytest.mark.databases("postgresql")
def test_the_doctor_says_where_the_bot_may_change_its_own_record(town: Town, bots_own: Store) -> None:
    told = "MEND  The bot's own role in PostgreSQL owns the record, or may change it."
    assert told in town.operator("doctor")[1]
    town.store = bots_own
    assert told not in town.operator("doctor")[1]


# The file of an export


@pytest.fixture
def filed(town: Town, tmp_path: Path) -> Path:
    file = tmp_path / "record.jsonl"
    assert town.operator("audit", "export", str(file))[0] == WELL
    return file


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def verified(town: Town, file: Path, *more: str) -> tuple[int, list[str]]:
    return town.operator("audit", "verify", "--export", str(file), *more)


@pytest.mark.databases("sqlite")
def test_an_export_holds_what_is_stored_and_nothing_that_was_opened(town: Town, filed: Path) -> None:
    words = filed.read_text()
    assert "a word that is sealed" not in words and "Maisie" not in words and "the school rang" not in words
    entries = [line["entry"] for line in lines(filed) if "entry" in line]
    assert len(entries) == len(town.all(Entry))
    assert sum(entry["sealed"] is not None for entry in entries) >= 4


@pytest.mark.databases("sqlite")
def test_an_export_is_checked_with_no_database_and_no_key(filed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = {"DATABASE_URL": "sqlite:////nowhere/at/all"}
    assert main(["audit", "verify", "--export", str(filed), "--public-key", PUBLIC], nowhere) == WELL
    told = capsys.readouterr().out
    assert told.startswith("The record holds: ") and f"signed with {PUBLIC}." in told


OTHER = {
    "stream": "case:9",
    "number": 99,
    "kind": "held",
    "happened_on": "2026-01-01",
    "clear": {"a": 1},
    "sealed": "00",
    "supersedes": 1,
    "recorded_by": 77,
    "recorded_at": "2026-01-01T09:00:00+00:00",
    "request_id": 77,
    "case_id": 77,
    "enquiry_id": 77,
    "previous": "00" * 33,
    "digest": "zz",
}


@pytest.mark.databases("sqlite")
def test_every_value_of_every_entry_is_vouched_for(filed: Path) -> None:
    filed_here = audit_file.read(filed)
    entries, promises = list(filed_here.all_entries()), filed_here.anchors
    for place, entry in enumerate(entries):
        for column, value in OTHER.items():
            changed = [*entries[:place], {**entry, column: value}, *entries[place + 1 :]]
            found = list(faults(changed, Promises(promises)))
            assert found, f"{column} of {entry['stream']} entry {entry['number']}"


@pytest.mark.databases("sqlite")
def test_an_entry_cannot_take_another_ones_place_under_a_correction(filed: Path) -> None:
    """A correction names a row by its id, which no digest holds; the number of that row it does hold."""
    entries = list(audit_file.read(filed).all_entries())
    ids = {entry["number"]: entry["id"] for entry in entries if entry["stream"] == "case:1"}
    turned = {ids[3]: ids[4], ids[4]: ids[3]}
    swapped = [{**entry, "id": turned.get(entry["id"], entry["id"])} for entry in entries]
    (fault,) = faults(swapped, Promises(()))
    assert (fault.stream, fault.number, fault.what[:14]) == ("case:1", 6, "it was changed")


@pytest.mark.databases("sqlite")
def test_lines_in_another_order_and_lines_twice_are_found(town: Town, filed: Path) -> None:
    entries = list(audit_file.read(filed).all_entries())
    assert [str(each) for each in faults([*entries, entries[0]], Promises(()))] == [
        "case:1 entry 1: its number has been there already"
    ]
    assert next(faults([entries[1], entries[0], *entries[2:]], Promises(()))).number == 1


SPOILT: tuple[tuple[Callable[[str], str], str], ...] = (
    (lambda text: text[:-40], "is no line that"),
    (lambda text: text.rsplit("\n", 2)[0] + "\n", "it is not whole"),
    (lambda text: text.split("\n", 1)[1], "is no record that"),
    (lambda text: text.replace('"kind"', '"kond"', 1), "is no line that"),
    (lambda text: text.replace('"day":"2026', '"day":"2O26', 1), "line 2: is no line that"),
    (lambda text: "", "is no record that"),
    (lambda text: "[]", "line 1: is no line that"),
)


@pytest.mark.databases("sqlite")
def test_a_file_that_is_no_whole_record_is_one_sentence(town: Town, filed: Path) -> None:
    whole = filed.read_text()
    for spoil, sentence in SPOILT:
        filed.write_text(spoil(whole))
        with pytest.raises(BadSettings, match=sentence):
            verified(town, filed)


@pytest.mark.databases("sqlite")
def test_a_file_is_never_written_over(town: Town, filed: Path) -> None:
    for what in ("export", "anchors"):
        with pytest.raises(BadSettings, match=r"There is a file .* already"):
            town.operator("audit", what, str(filed))
    with pytest.raises(BadSettings, match="cannot be written"):
        town.operator("audit", "anchors", str(filed.parent / "no" / "where"))
    with pytest.raises(BadSettings, match="cannot be read"):
        verified(town, filed.parent / "nothing.jsonl")


def test_an_entry_that_says_it_is_older_than_an_anchor_that_does_not_know_it_is_remarked_on(town: Town) -> None:
    """Nothing was changed, so the record holds; but what was known on that day has another entry now."""
    line = ("say", "--as", "priya.shah@anyshire.example", "--at", "2026-10-17T05:00", "note 0042 they rang at dawn")
    assert town.operator(*line)[0] == WELL
    assert town.operator("audit", "verify")[1][0].startswith("The record holds"), "an import may take hours"
    line = (*line[:4], "2026-10-12T09:30", "note 0042 they rang on Monday")
    assert town.operator(*line)[0] == WELL
    ended, told = town.operator("audit", "verify")
    remark = "it says that it was recorded before the anchor of Sat 17 Oct 2026, which does not know it"
    assert (ended, told[0]) == (WELL, f"Note: case:1 entry 9: {remark}")
    assert told[1].startswith("The record holds")


@pytest.mark.databases("sqlite")
def test_anchors_that_nobody_can_read_are_one_sentence(town: Town) -> None:
    with forging(town.store) as db:
        db.execute(text("UPDATE anchor SET day = 'yesterday' WHERE id = 1"))
    with pytest.raises(BadSettings, match="The anchors cannot be read"):
        town.operator("audit", "verify")


# Signatures


@pytest.mark.databases("sqlite")
def test_anchors_signed_with_another_key_are_found(town: Town, filed: Path) -> None:
    other = public_key_as_text(Signer(new_signing_key()).public_key)
    ended, told = verified(town, filed, "--public-key", other)
    assert (ended, told[0]) == (WRONG, f"The anchor of Fri 16 Oct 2026 is signed with another key: {PUBLIC}")
    assert verified(town, filed, "--public-key", other, "--public-key", PUBLIC)[0] == WELL
    with pytest.raises(BadSettings, match="A public key is 32 bytes in base64"):
        verified(town, filed, "--public-key", "hush")


@pytest.mark.databases("sqlite")
def test_anchors_made_anew_by_somebody_without_the_key_are_found(town: Town, filed: Path) -> None:
    """Everything fits but the signatures, which are another's, or are none."""
    forger = Signer(new_signing_key())
    for sign, first in (
        (forger, "The anchor of Fri 16 Oct 2026 is signed with another key"),
        (None, "No anchor is signed, and there is a key to sign with"),
    ):
        with forging(town.store) as db:
            for one in db.exec(select(Anchor)):
                one.signature = sign.sign(signed_text(one.digest)) if sign else None
                one.public_key = sign.public_key if sign else None
                db.add(one)
        ended, told = town.operator("audit", "verify", "--public-key", PUBLIC)
        assert ended == WRONG and told[0].startswith(first)


@pytest.mark.databases("sqlite")
def test_a_signature_that_does_not_fit_and_one_that_is_missing_are_found(town: Town) -> None:
    for change, first in (
        ("signature = zeroblob(64) WHERE id = 2", "The anchor of Sat 17 Oct 2026 has a signature that does not fit."),
        ("signature = NULL WHERE id = 2", "The anchor of Sat 17 Oct 2026 is not signed, and an earlier one is."),
    ):
        with forging(town.store) as db:
            db.execute(text(f"UPDATE anchor SET {change}"))
        ended, told = town.operator("audit", "verify")
        assert (ended, told[0]) == (WRONG, first)


@pytest.mark.databases("sqlite")
def test_a_key_that_is_none_is_one_sentence() -> None:
    with pytest.raises(BadSettings, match="REFERRALBOT_ANCHOR_KEY must be 32 bytes in base64"):
        Signer("hush")


# Records of before


@pytest.mark.databases("sqlite")
def test_digests_of_the_first_kind_still_count_and_the_next_follow_from_them(town: Town) -> None:
    """They were SHA-256 over the entry before and the row's columns as JSON, with nothing in front."""
    with forging(town.store) as db:
        db.execute(text("DELETE FROM head"))
        db.execute(text("DELETE FROM anchor"))
        previous = b"\0" * 32
        for entry in db.exec(select(Entry).where(Entry.stream == "case:1").order_by(Entry.number)).all():  # type: ignore[arg-type]
            parts = [getattr(entry, name) for name in DIGESTED]
            told = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=as_text)
            entry.previous, entry.digest = previous, sha256(previous + told.encode()).digest()
            previous = entry.digest
            db.add(entry)
            db.flush()
    assert not town.say("Priya", "note 0042 of the second kind").error
    assert town.operator("audit", "verify")[0] == WELL
    newest = town.all(Entry, Entry.stream == "case:1")[-1]
    assert (len(newest.previous), len(newest.digest), newest.digest[:1]) == (32, 33, b"\2")
