"""An open caseload from a CSV file: facts at past dates, all checked first, put in once and quietly."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from bot.cases import history
from bot.domain.errors import BadSettings
from bot.domain.terms import Agency, ClockState, Notice, PostSays, ResponseType, Role
from bot.rules import load_rules
from bot.upkeep.caseload import Import, Report
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Connection, Deadline, Entry, Identity, Person, Post, Request, Room

pytestmark = pytest.mark.databases("sqlite")

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
RULES, VAULT = load_rules(), Vault(new_key())
HEADER = "record_number,name,born,received,asked_by,owner"
MAISIE = "AN1,Maisie Palmer,14/03/2019,2026-08-27,parent,priya@council.example"
NOAH = "AN2,Noah Grant,2016-12-01,2026-11-02,school,priya@council.example"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    with store.transaction() as db:
        db.add(Connection(platform="slack", outside_id="T1", name="Anyshire"))
        db.flush()
        for name, role in (("priya", Role.OFFICER), ("kit", Role.ADMINISTRATOR), ("lucy", Role.CONTRIBUTOR)):
            person = Person(email=f"{name}@council.example", name=name, agency=Agency.EDUCATION, role=role)
            db.add(person)
            db.flush()
            db.add(Identity(person_id=person.id, connection_id=1, account=name, heard_at=NOW))
        db.add(Room(connection_id=1, place="C1", name="education", agency=Agency.EDUCATION, bound_at=NOW))
    yield store
    store.close()


def take(store: Store, folder: Path, *lines: str, dry_run: bool = False, by: str = "") -> Report:
    path = folder / "cases.csv"
    path.write_text("\n".join(lines) + "\n")
    return Import(store, VAULT, RULES, NOW, by=by, dry_run=dry_run).run(path)


def all_of(store: Store, table: type) -> list:
    with store.transaction() as db:
        return list(db.exec(select(table)))


def test_a_case_comes_with_its_clocks_and_its_whole_record(store: Store, tmp_path: Path) -> None:
    columns = (
        "decision_to_assess_sent,health_asked,health_had,social_care_asked,social_care_received,social_care_response"
    )
    facts = "2026-10-01,2026-10-02,2026-10-05,2026-10-02,2026-11-06,nil return"
    report = take(store, tmp_path, f"{HEADER},{columns}", f"{MAISIE},{facts}")
    assert str(report) == "1 cases imported, 0 were there already. 1 dates of the new ones are late."
    clocks = {clock.rule: clock for clock in all_of(store, Deadline)}
    assert (clocks["ehcna_decide"].state, clocks["ehcna_decide"].stopped_on) == (ClockState.MET, date(2026, 10, 1))
    assert (clocks["advice_health"].state, clocks["advice_health"].legal) == (ClockState.RUNNING, date(2026, 11, 16))
    assert clocks["advice_social_care"].state is ClockState.MET
    assert clocks["final_plan"].legal == date(2027, 1, 14)
    social_care = next(request for request in all_of(store, Request) if request.service == "social_care")
    assert (social_care.received_on, social_care.response) == (date(2026, 11, 6), ResponseType.NIL_RETURN)
    (case,), entries = all_of(store, Case), all_of(store, Entry)
    assert case.stage == "assessment under way"
    assert history.broken_link(entries) is None
    assert {entry.recorded_at for entry in entries} == {NOW}


def test_it_starts_quietly(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, HEADER, MAISIE, NOAH)
    (post,) = all_of(store, Post)
    assert (post.says, post.about) == (PostSays.NOTICE, {"notice": Notice.IMPORTED, "count": 2, "late": 1})


def test_run_again_it_takes_what_is_new(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, HEADER, MAISIE)
    assert str(take(store, tmp_path, HEADER, MAISIE.replace("Maisie", "Maysie"), NOAH)).startswith(
        "1 cases imported, 1 were there already."
    )
    assert len(all_of(store, Case)) == 2


def test_a_dry_run_changes_nothing(store: Store, tmp_path: Path) -> None:
    assert str(take(store, tmp_path, HEADER, MAISIE, NOAH, dry_run=True)).startswith("2 cases imported")
    assert all_of(store, Case) == all_of(store, Entry) == all_of(store, Post) == []


WRONG = [
    (HEADER, MAISIE.replace("14/03/2019", "31/02/2019"), "born: is not a date such as 2026-10-19 or 19/10/2026"),
    (HEADER, MAISIE.replace("14/03/2019", "2026-09-01"), "born: is after the day the request was received"),
    (HEADER, MAISIE.replace("14/03/2019", "14/03/1819"), "born: is more than 120 years ago"),
    (HEADER, MAISIE.replace("2026-08-27", "2026-11-24"), "received: is still to come"),
    (HEADER, MAISIE.replace("2026-08-27", ""), "received: is empty"),
    (HEADER, MAISIE.replace("parent", "aunt"), "asked_by: must be one of: parent, young_person, school, mp, other"),
    (
        HEADER,
        MAISIE.replace("priya@", "lucy@"),
        "owner: is not the e-mail address of an officer or manager on the staff list",
    ),
    (HEADER, f"{MAISIE}\n{MAISIE}", "record_number: is in row 2 too"),
    (
        f"{HEADER},decision_to_assess_sent",
        f"{MAISIE},2026-08-01",
        "decision_to_assess_sent: is before 27 August 2026, which must come first",
    ),
    (
        f"{HEADER},decision_to_assess_sent,refusal_to_assess_sent",
        f"{MAISIE},2026-10-01,2026-10-01",
        "refusal_to_assess_sent: cannot be there together with decision_to_assess_sent",
    ),
    (
        f"{HEADER},camhs_asked,camhs_received",
        f"{MAISIE},,2026-10-01",
        "camhs_asked: is empty, though more is said of this advice",
    ),
    (
        f"{HEADER},camhs_asked,camhs_response",
        f"{MAISIE},2026-10-01,full",
        "camhs_received: is empty, though its response is given",
    ),
    (f"{HEADER},restricted", f"{MAISIE},maybe", "restricted: must be yes or no, or empty"),
]


@pytest.mark.parametrize(("header", "row", "sentence"), WRONG)
def test_what_is_wrong_is_named_and_nothing_goes_in(
    store: Store, tmp_path: Path, header: str, row: str, sentence: str
) -> None:
    good = NOAH + "," * (header.count(",") - HEADER.count(","))
    report = take(store, tmp_path, header, row, good)
    assert [f"{wrong.column}: {wrong.sentence}" for wrong in report.wrong] == [sentence]
    assert all_of(store, Case) == []


def test_the_report_repeats_nothing_private(store: Store, tmp_path: Path) -> None:
    report = take(store, tmp_path, HEADER, MAISIE.replace("14/03/2019", "Palmer").replace("parent", "Palmer"))
    assert len(report.wrong) == 2
    assert "Palmer" not in str(report)


def test_somebody_answers_for_it(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, HEADER, MAISIE, by="Priya@council.example")
    assert {entry.recorded_by for entry in all_of(store, Entry)} == {1}
    with pytest.raises(BadSettings, match="Say who answers for what is put on record"):
        take(store, tmp_path, HEADER, NOAH, by="stranger@council.example")
