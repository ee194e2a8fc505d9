"""A child erased for good: nothing of theirs can be read, the chain holds, and no restored backup brings them back."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select, update

from bot.cases import children, enquiries, erasing, referrals
from bot.cases.children import Private
from bot.domain.errors import BadSettings, NotNow
from bot.domain.terms import AskedBy, CaseStatus, EntryKind, LetterKind, PostSays, Process
from bot.settings import Settings
from bot.turn import At, Turn
from bot.upkeep import doctor
from bot.upkeep.erasures import again
from storage.connect import Store
from storage.erasures import Erasures, Gone
from storage.tables import (
    Approval,
    Case,
    Child,
    Enquiry,
    Entry,
    Export,
    Fingerprint,
    Heard,
    Person,
    Post,
    PrivateCopy,
    Request,
    Viewed,
)
from tests.town import RULES, Town
from tests.whole import whole

MAISIE, ARUN = "Maisie Palmer", "Arun Shaw"
MP = "mp member=D constituency=N received=today cases=0042"
TELLS = ("Maisie", "Palmer", "2019", "AN-4711", "grandmother", "Northside", "Ombudsman asked")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """Maisie's case with a letter of her own, closed; Arun's, which is open, with one that is about both."""
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya", MAISIE, record_number="AN-4711", note="Maisie's grandmother rang")
    town.opens("Priya", ARUN, born="2018-01-02")
    for name, line in (
        ("Priya", 'ask 0042 SLT adviser="Northside clinic"'),
        ("Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042'),
        ("Frances", "note MP-2026-0007 the grandmother wrote again"),
        ("Frances", "letter complaint received=today cases=0042,0047"),
        ("Frances", "note COMP-2026-0011 about both families"),
        ("Moira", "hold 0042 ombudsman because the Ombudsman asked"),
        ("Nora", "lift hold 0042 because the Ombudsman asked no more"),
        ("Priya", "open 0042"),
        ("Priya", "close 0042 withdrawn because the family of Maisie moved away"),
        ("Frances", "close MP-2026-0007 withdrawn because the grandmother gave it up"),
        ("Frances", "close COMP-2026-0011 withdrawn because they gave it up"),
    ):
        said(town, name, line)
    town.deliver()
    yield town
    store.close()


def said(town: Town, name: str, line: str) -> str:
    answer = town.say(name, line)
    assert not answer.error, answer
    return answer.text


def erased(town: Town, reference: str = "0042") -> str:
    """With Moira's yes."""
    said(town, "Nora", f"erase {reference} because the family asked")
    said(town, "Moira", f"agree {town.all(Approval)[-1].id}")
    return said(town, "Nora", f"erase {reference}")


def the(town: Town, table: type, number: int) -> object:
    return next(row for row in town.all(table) if row.id == number)


def words(town: Town) -> str:
    """All that is sealed under the installation's own key."""
    with town.store.reading() as db:
        lines = [town.vault.open_own(sealed, "heard") for sealed in db.exec(select(Heard.sealed))]
        asked = [
            town.vault.open_own(a.sealed, f"approval/{a.act}/{a.about}/{a.asked_by}") for a in db.exec(select(Approval))
        ]
    return json.dumps([lines, asked], ensure_ascii=False)


def test_nothing_of_an_erased_child_can_be_read_and_the_chain_holds(town: Town) -> None:
    before = {mark.child_id for mark in town.all(Fingerprint)}
    shown = {"connection_id": town.connection, "place": "p", "shown_at": town.now}
    town.add(
        *(
            PrivateCopy(key=f"k{case}", case_id=case, fades_at=town.now + timedelta(minutes=9), **shown)
            for case in (1, 2)
        )
    )
    said(town, "Nora", "subject access 0042 because the grandmother asked")
    said(town, "Moira", f"agree {town.all(Approval)[-1].id}")
    said(town, "Nora", "subject access 0042")
    said(town, "Nora", "export 0042 because the grandmother moves away")
    assert any(tell in words(town) for tell in TELLS)
    assert "is erased, for good." in erased(town)

    maisie, arun = town.all(Child)
    assert (maisie.wrapped_key, maisie.sealed, maisie.erased_at) == (None, b"", town.now)
    assert (before, {mark.child_id for mark in town.all(Fingerprint)}) == ({1, 2}, {2})
    assert arun.wrapped_key and arun.erased_at is None
    alone, of_both = town.all(Enquiry)
    assert alone.wrapped_key is None and of_both.wrapped_key
    assert [request.adviser for request in town.all(Request)] == [""]
    assert [export.wrapped_key for export in town.all(Export)] == [None]
    assert [tell for tell in TELLS if tell in words(town)] == []
    assert [copy.fades_at <= town.now for copy in town.all(PrivateCopy)] == [True, False]
    cards = town.all(Post, Post.says == PostSays.CASE_CARD, Post.case_id == 1)
    assert cards and all(card.withdraw for card in cards)

    streams = [entry.stream for entry in town.all(Entry, Entry.kind == EntryKind.ERASED)]
    assert streams == ["case:1", "enquiry:1"]
    (entry, _) = town.all(Entry, Entry.kind == EntryKind.ERASED)
    assert (entry.clear["agreed_by"], entry.sealed) == (the_id(town, "Moira"), None)
    assert town.operator("audit", "verify")[0] == 0
    assert town.operator("rebuild", "--check")[0] == 0
    listed = town.erasures.path.read_text()
    assert [json.loads(line)["what"] for line in listed.splitlines()] == ["child:1", "enquiry:1"]
    assert [tell for tell in (*TELLS, "SEND", "MP-") if tell in listed] == []


def the_id(town: Town, name: str) -> int:
    return next(person.id for person in town.all(Person) if person.name.startswith(name))


def test_the_same_child_comes_again_as_a_new_one(town: Town) -> None:
    erased(town)
    town.opens("Priya", MAISIE, record_number="AN-4711")
    assert [case.child_id for case in town.all(Case)] == [1, 2, 3]
    assert "Maisie" in whole(town.say("Priya", "open 0051").facts)
    assert "erased from the record" in whole(town.say("Priya", "open 0042").facts)


@pytest.mark.databases("sqlite")
def test_a_restored_backup_has_them_erased_again_before_anybody_is_answered(town: Town, tmp_path: Path) -> None:
    said(town, "Priya", "reopen 0042 because they came back")
    backup = tmp_path / "kept" / "backup"
    backup.parent.mkdir()
    assert town.operator("backup", str(backup))[0] == 0
    said(town, "Priya", "close 0042 withdrawn because they moved on")
    keys = [town.all(Child)[0].wrapped_key, town.all(Enquiry)[0].wrapped_key]
    erased(town)
    town.store.close()
    (record,) = tmp_path.glob("*.sqlite")
    assert not any(key in record.read_bytes() for key in keys), "what is deleted is written over"
    assert town.operator("restore", str(backup), "--yes")[0] == 0

    maisie, arun = town.all(Child)
    assert maisie.wrapped_key is None and maisie.sealed == b"" and arun.wrapped_key
    assert not [mark for mark in town.all(Fingerprint) if mark.child_id == 1]
    assert [tell for tell in TELLS if tell in words(town)] == []
    assert (
        town.all(Case)[0].status is CaseStatus.CLOSED
    )  # it was open when it was copied: nobody could say why it ended
    assert town.operator("audit", "verify")[0] == 0
    assert town.operator("rebuild", "--check")[0] == 0
    assert "erased from the record" in whole(town.say("Priya", "open 0042").facts)
    assert not at_start(town)
    assert len(town.erasures.all()) == 2
    town.store.close()
    assert any(key in backup.read_bytes() for key in keys), "the backup itself keeps them"
    assert not any(word in record.read_bytes() for word in (*keys, *map(str.encode, TELLS)))


def at_start(town: Town) -> int:
    return again(At(town.store, RULES, town.vault, town.now), town.erasures)


def test_only_the_child_that_the_list_means_is_erased_again(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.erasures.add(
        [Gone("child:2", town.now, "another record's child of that number"), Gone("child:9", town.now, "x")]
    )
    with town.erasures.path.open("ab") as cut_off:
        cut_off.write(b'{"what": "child:1", "at": "2026')
    assert at_start(town) == 0
    kept = next((child.wrapped_key, child.sealed) for child in town.all(Child))
    erased(town)
    with town.store.transaction() as db:
        db.exec(update(Child).where(col(Child.id) == 1).values(wrapped_key=kept[0], sealed=kept[1], erased_at=None))
    assert [finding.what for finding in list_findings(town)] == ["1 child can be read again that were erased."]
    assert at_start(town) == 1
    assert [child.wrapped_key is None for child in town.all(Child)] == [True, False]
    assert "1 child that a restored backup had brought back" in capsys.readouterr().err


def list_findings(town: Town, **more: str) -> list[doctor.Finding]:
    settings = Settings(erasures=str(town.erasures.path), **more)
    with town.store.reading() as db:
        return list(doctor.erasures(doctor.Patient(db, settings, town.vault, RULES, town.now)))


@pytest.mark.parametrize("line", ["hold 0042 inquiry because of their letter", "letter sar received=today cases=0042"])
def test_what_was_listed_and_then_held_is_not_erased_at_the_next_start(
    town: Town, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    """The list had it, the database went away before it did, and whoever asked left it at that."""
    with town.store.reading() as db:
        turn = town.turn(db)
        town.erasures.add([erasing.gone(turn, turn.db.get_one(Child, 1), None)])
    town.pass_time(minutes=1)
    said(town, "Moira", line)
    assert at_start(town) == 0 and town.all(Child)[0].wrapped_key
    assert "1 child. Something was put on record since" in capsys.readouterr().err


def test_a_list_that_was_lost_is_written_again_from_the_record(town: Town) -> None:
    assert [str(one) for one in list_findings(town)] == [
        "ok    The record agrees with the list of erasures: nothing erased."
    ]
    erased(town)
    told = town.erasures.path.read_text()
    town.erasures.path.unlink()
    assert "1 child and 1 letter that are erased are not on the list" in list_findings(town)[0].what
    assert at_start(town) == 0
    assert {gone.what: gone.mark for gone in town.erasures.all().values()} == {
        json.loads(line)["what"]: json.loads(line)["mark"] for line in told.splitlines()
    }
    beside = town.erasures.path.with_name("backup-of-monday")
    beside.write_bytes(b"SQLite format 3\0 and so on")
    (found,) = list_findings(town)
    assert "backup-of-monday" in found.what and not found.well
    beside.unlink()
    town.erasures.path.write_text("child 1\n")
    (found,) = list_findings(town)
    assert "line 1, cannot be read" in found.mend
    with pytest.raises(BadSettings):
        at_start(town)


def test_what_cannot_be_put_on_the_list_is_not_erased(town: Town, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder would be")
    town.app.erasures = Erasures(tmp_path / "taken" / "erasures.list")
    said(town, "Nora", "erase 0042 because the family asked")
    said(town, "Moira", f"agree {town.all(Approval)[-1].id}")
    assert town.say("Nora", "erase 0042").error == "Fault"
    assert town.all(Child)[0].wrapped_key and not town.all(Approval)[-1].used_at
    town.app.erasures = None
    assert "keeps no list of erasures" in town.say("Nora", "erase 0042").text


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("what", ["a case", "a letter"])
def test_what_is_added_at_the_same_moment_is_not_erased(town: Town, what: str) -> None:
    """By another process: the erasure waits for it, and then finds it there."""
    said(town, "Nora", "erase 0042 because the family asked")
    said(town, "Moira", f"agree {town.all(Approval)[-1].id}")
    with ThreadPoolExecutor() as another, town.store.transaction() as db:
        turn = replace(town.turn(db), who=the_person(db, town.email("Frances")), draw=town.app.draw)
        if what == "a case":
            opens(turn)
        else:
            enquiries.log(turn, kind=LetterKind.FOI, received=turn.today, cases=[db.get_one(Case, 1)], owner=None)
        erasure = another.submit(town.say, "Nora", "erase 0042")
        while not (erasure.done() or db.execute(WAITS).scalar()):
            pass
        db.commit()
        assert erasure.result().error == "NotNow"
    assert town.all(Child)[0].wrapped_key and not town.erasures.all()


WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.mark.databases("postgresql")
def test_no_case_is_opened_for_a_child_who_was_erased_since_it_was_looked_up(town: Town) -> None:
    said(town, "Nora", "erase 0042 because the family asked")
    said(town, "Moira", f"agree {town.all(Approval)[-1].id}")
    with pytest.raises(NotNow, match="has just been erased"), town.store.transaction() as db:
        turn = replace(town.turn(db), who=the_person(db, town.email("Frances")), draw=town.app.draw)
        same = children.known(turn, Private(MAISIE, date(2019, 3, 14)))
        said(town, "Nora", "erase 0042")
        opens(turn, same=same)
    assert len(town.all(Case)) == 2


def opens(turn: Turn, **more: Any) -> None:
    referrals.open_case(
        turn,
        Private(MAISIE, date(2019, 3, 14)),
        process=Process.NEW_ASSESSMENT,
        asked_by=AskedBy.PARENT,
        received=turn.today,
        owner=None,
        **more,
    )


def the_person(db: Session, email: str) -> Person:
    return db.exec(select(Person).where(Person.email == email)).one()


OPENED: tuple[tuple[str, str, str], ...] = (
    ("Priya", "start mediation 0042 mediation request on Friday", "appeal to the Tribunal"),
    ("Priya", "start appeal 0042 certificate on Friday", "appeal to the Tribunal"),
    ("Priya", "start order to amend 0042 on Friday", "appeal to the Tribunal"),
    ("Priya", "start annual review 0042 last review on Friday", ""),
    ("Frances", "letter sar received=today cases=0042", "subject access request"),
    ("Frances", "letter foi received=today cases=0042", "freedom of information request"),
    ("Frances", "letter complaint received=today cases=0042", ""),
    ("Frances", "letter complaint received=today cases=0042 matters=ombudsman", "Ombudsman's investigation"),
    ("Frances", "letter complaint received=today cases=0042 matters=pre_action", "other"),
    ("Frances", f"{MP} matters=foi", "freedom of information request"),
    ("Frances", f"{MP} matters=sar", "subject access request"),
    ("Frances", f"{MP} matters=ombudsman", "Ombudsman's investigation"),
    ("Frances", f"{MP} matters=enquiry", ""),
)
"""Who says what, and what it holds while it is open."""


@pytest.mark.databases("sqlite")
def test_what_is_open_holds_by_itself(town: Town) -> None:
    town.numbers["MP"].extend(range(200, 220))
    for name, line, holds in OPENED:
        opened = re.search(r"[A-Z]+-2026-\d+", said(town, name, line))
        shown = town.say("Nora", "retention 0042")
        held = [fact.value for fact in shown.facts if fact.label == "Held"]
        assert (line, held) == (line, [holds] if holds else [])
        assert "kept while anything of it is open" in shown.text
        assert town.say("Nora", "erase 0042").error == "NotNow"
        a_letter = town.say("Nora", "erase MP-2026-0007")
        assert bool(a_letter.error) is bool(holds), f"{line}: a letter about the child is held with the child"
        due = town.say("Nora", "retention by 31/12/2080")
        assert ("SEND-2026-0042" in str(due.table)) is (name == "Frances"), f"{line}: an open case is never due"
        assert not holds or name == "Priya" or holds in str(due.table)
        said(town, name, f"close {opened[0] if opened else ''} withdrawn because they gave it up")
    assert [fact for fact in town.say("Nora", "retention 0042").facts if fact.label == "Held"] == []


@pytest.mark.databases("sqlite")
def test_what_is_hidden_is_neither_counted_nor_erased_and_the_operator_sees_it(town: Town) -> None:
    with town.store.transaction() as db:
        restricted = {"restricted": True, "status": CaseStatus.CLOSED, "closed_on": town.now.date()}
        db.exec(update(Case).where(col(Case.id) == 2).values(child_id=1, **restricted))
    assert "SEND" not in whole(town.say("Nora", "retention by 31/12/2080").table)
    hidden = town.say("Nora", "erase 0042")
    assert hidden.error == "NotNow" and "0047" not in hidden.text and "referralbot retention" in hidden.text
    shown = town.say("Nora", "retention 0042")
    assert "0047" not in whole(shown) and shown.text == "SEND-2026-0042 · kept until March 2050"  # as were it alone
    with town.store.transaction() as db:  # of both, and about a case of another child that is hidden
        db.exec(update(Case).where(col(Case.id) == 2).values(child_id=2))
        db.exec(update(Enquiry).where(col(Enquiry.id) == 2).values(status=CaseStatus.OPEN, closed_on=None))
    assert "SEND" not in str(town.say("Nora", "retention by 31/12/2080").table)
    assert not any("COMP" in str(town.say("Nora", line)) for line in ("retention 0042", "erase 0042"))
    assert "SEND-2026-0042  March 2050  COMP-2026-0011 is open" in town.operator("retention", "--by", "2080-12-31")[1]
    with town.store.transaction() as db:
        db.exec(update(Case).where(col(Case.id) == 2).values(child_id=1))
        db.exec(update(Enquiry).where(col(Enquiry.id) == 2).values(status=CaseStatus.CLOSED, closed_on=town.now.date()))
    lines = town.operator("retention", "--by", "2080-12-31")[1]
    assert [line for line in lines if line.startswith("SEND-2026-0042, SEND-2026-0047  March 2050")]
    assert not [line for line in town.operator("retention")[1] if "SEND" in line]


def test_a_letter_goes_by_itself_once_its_years_are_over(town: Town) -> None:
    due = town.say("Nora", "retention by 31/10/2028")
    assert due.text == "1 letter is due by Tue 31 October 2028."
    erased(town, "MP-2026-0007")
    assert [letter.wrapped_key is None for letter in town.all(Enquiry)] == [True, False]
    assert all(child.wrapped_key for child in town.all(Child))
    assert town.say("Nora", "retention by 31/10/2028").text == "Nothing is due by Tue 31 October 2028."
    assert town.say("Frances", "note MP-2026-0007 one more thing").error == "NotNow"
    assert at_start(town) == 0 and [*town.erasures.all()] == ["enquiry:1"]


@pytest.mark.databases("sqlite")
def test_a_long_report_is_paged_and_tells_no_day_of_birth(town: Town) -> None:
    for number in range(21):
        town.numbers["SEND"].appendleft(200 + number)
        town.opens("Priya", f"Child {number}", born=f"2015-01-{number + 1:02}")
        said(town, "Priya", f"close {200 + number} withdrawn because they moved away")
    first = town.say("Nora", "retention by 31/12/2080")
    (more,) = first.actions
    second = town.say("Nora", more.line)
    rows = [*(first.table.rows if first.table else ()), *(second.table.rows if second.table else ())]
    assert (first.text, len(rows)) == ("22 children and 2 letters are due by Tue 31 December 2080.", 24)
    assert {row.cells[1] for row in rows} == {"October 2028", "October 2032", "January 2046", "March 2050"}


# Putting right


def test_who_a_child_is_can_be_put_right_and_only_that_it_was_is_on_record(town: Town) -> None:
    right = {
        "case": "0047",
        "name": "Arun Shah",
        "born": "",
        "record_number": "AN-1",
        "setting": "",
        "reason": "their letter",
    }
    answer = town.say("Priya", "put right", values=right)
    assert answer.text == "SEND-2026-0047: name and record number are put right." and answer.private
    assert "Arun Shah, born 2 January 2018" in whole(answer.facts)
    entry = town.all(Entry, Entry.kind == EntryKind.PUT_RIGHT)[0]
    assert entry.clear == {"what": "name, record number"}
    assert [(seen.person_id, seen.case_id) for seen in town.all(Viewed)][-1] == (the_id(town, "Priya"), 2)
    assert "their letter" in whole(town.say("Priya", "history 0047").facts)
    assert town.opens("Priya", "Arun Shah", born="2018-01-02").error == "" and len(town.all(Child)) == 2
    assert town.opens("Priya", ARUN, born="2018-01-02").error == "" and len(town.all(Child)) == 3
    with town.store.reading() as db:
        assert "Arun" not in "".join(map(str, db.exec(select(Entry.clear)).all()))


@pytest.mark.databases("sqlite")
def test_a_date_of_birth_put_right_moves_what_follows_from_it(town: Town) -> None:
    town.opens("Priya", "Baby Green", born="2022-05-01", process="annual_review", began="last_review_concluded")
    review = town.all(Case)[-1]
    kinds = [entry.kind for entry in town.all(Entry, Entry.case_id == review.id)]
    assert EntryKind.UNDER_FIVE in kinds
    said(town, "Nora", f"put right {review.number} born=2012-05-01 because their letter says so")
    standing = [entry.supersedes for entry in town.all(Entry, Entry.case_id == review.id)]
    under = next(entry for entry in town.all(Entry) if entry.kind is EntryKind.UNDER_FIVE)
    assert under.id in standing
    assert town.operator("rebuild", "--check")[0] == 0
    wrong = town.say("Nora", f"put right {review.number} born=2027-05-01 because of it")
    assert wrong.form or wrong.error
