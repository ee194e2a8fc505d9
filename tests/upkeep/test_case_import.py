"""An open caseload from a CSV file: facts at past dates, all checked first, put in once and quietly."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import select, update

from bot.cases import history
from bot.cases.children import private_of
from bot.domain.errors import BadSettings
from bot.domain.terms import Agency, ClockState, Notice, PostSays, PostState, ResponseType, Role
from bot.rules import load_rules
from bot.turn import Turn
from bot.upkeep.caseload import Import, Report
from bot.upkeep.caseload.putting_in import BATCH
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Child, Connection, Deadline, Entry, Identity, Person, Post, Request, Room

pytestmark = pytest.mark.databases("sqlite")

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
KEY = new_key()
RULES, VAULT = load_rules(), Vault(KEY)
HEADER = "record_number,name,born,received,asked_by,owner"
MAISIE = "AN1,Maisie Palmer,14/03/2019,2026-08-27,parent,priya@council.example"
NOAH = "AN2,Noah Grant,2016-12-01,2026-11-02,school,priya@council.example"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    with store.transaction() as db:
        db.add(Connection(platform="slack", outside_id="T1", name="Anyshire"))
        db.flush()
        staff = {"priya": Role.OFFICER, "kit": Role.ADMINISTRATOR, "lucy": Role.CONTRIBUTOR, "moira": Role.MANAGER}
        for name, role in staff.items():
            person = Person(email=f"{name}@council.example", name=name, agency=Agency.EDUCATION, role=role)
            db.add(person)
            db.flush()
            db.add(Identity(person_id=person.id, connection_id=1, account=name, heard_at=NOW))
        db.add(Room(connection_id=1, place="C1", name="education", agency=Agency.EDUCATION, bound_at=NOW))
    yield store
    store.close()


def take(store: Store, folder: Path, *lines: str, dry_run: bool = False, by: str = "", vault: Vault = VAULT) -> Report:
    path = folder / "cases.csv"
    path.write_text("\n".join(lines) + "\n")
    return Import(store, vault, RULES, NOW, by=by, dry_run=dry_run).run(path)


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


class Interrupted(Vault):
    """The installation's key, until somebody presses Ctrl+C while a case is going in."""

    def __init__(self, *, at_case: int) -> None:
        super().__init__(KEY)
        self.left = at_case

    def new_child_key(self) -> tuple[bytes, bytes]:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return super().new_child_key()


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("told_meanwhile", [False, True])
def test_interrupted_and_run_again_nothing_is_missing_or_twice(
    store: Store, tmp_path: Path, told_meanwhile: bool
) -> None:
    """Two owners, 60 cases, the 40th interrupted; meanwhile the owners may have heard how far it came."""
    owners = {0: "priya@council.example", 1: "moira@council.example"}
    rows = [f"AN{n},Child {n},2019-03-14,2026-{8 + n % 3:02}-03,parent,{owners[n % 2]}" for n in range(1, 61)]
    with pytest.raises(KeyboardInterrupt):
        take(store, tmp_path, HEADER, *rows, vault=Interrupted(at_case=40))
    assert len(all_of(store, Case)) == BATCH, "the batch under way is undone as a whole"
    for post in all_of(store, Post):
        assert post.not_before > NOW, "held, so that an owner who looks at once hears of the whole import"
    assert sum(post.about["count"] for post in all_of(store, Post)) == BATCH
    if told_meanwhile:
        with store.transaction() as db:
            db.exec(update(Post).values(state=PostState.SENT, platform_id="1", shown=Post.wanted))

    assert str(take(store, tmp_path, HEADER, *rows)).startswith("35 cases imported, 25 were there already.")
    with store.reading() as db:
        turn = Turn(db, NOW, RULES, VAULT)
        children = [private_of(turn, child) for child in db.exec(select(Child))]
    assert sorted(child.record_number for child in children if child) == sorted(row.partition(",")[0] for row in rows)
    for case in all_of(store, Case):
        entries = [entry for entry in all_of(store, Entry) if entry.case_id == case.id]
        assert history.broken_link(entries) is None
    told = sorted(all_of(store, Post), key=lambda post: post.person_id)
    assert [(post.about["notice"], post.about["count"]) for post in told] == [(Notice.IMPORTED, 30)] * 2
    overdue = [clock for clock in all_of(store, Deadline) if clock.legal < NOW.date() and not clock.information]
    assert sum(post.about["late"] for post in told) == len(overdue) > 0
    assert all(post.state is PostState.WAITING and post.wanted > post.shown for post in told), "there is news"
    assert all(post.not_before == NOW for post in told), "and it is held no longer"

    take(store, tmp_path, HEADER, *rows)
    assert [post.wanted for post in all_of(store, Post)] == [post.wanted for post in told], "nothing new, nothing said"


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
