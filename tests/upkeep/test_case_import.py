"""An open caseload from a CSV file: facts at past dates, all checked first, put in once and quietly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from bot.cases import history
from bot.cases.children import private_of
from bot.domain.errors import BadSettings
from bot.domain.facts import beginnings
from bot.domain.terms import Agency, AskedBy, ClockState, Notice, PostSays, PostState, Process, ResponseType, Role
from bot.rules import load_rules
from bot.turn import Turn
from bot.upkeep.caseload import Import, Report
from bot.upkeep.caseload.columns import facts_of
from bot.upkeep.caseload.putting_in import BATCH
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Child, Connection, Deadline, Entry, Identity, Person, Post, Request, Room, Setting
from tests.domain.days import day
from tests.forging import broken_link

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
    assert broken_link(entries) is None
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
        assert broken_link(entries) is None
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


PROCESS = "record_number,name,born,owner,process,began_with,began"
OF = "AN1,Maisie Palmer,14/03/2016,priya@council.example"


def running(store: Store) -> dict[str, date]:
    """The duties that run, by rule."""
    with store.reading() as db:
        clocks = db.exec(select(Deadline).where(Deadline.state == ClockState.RUNNING, ~col(Deadline.information)))
        return {clock.rule: clock.legal for clock in clocks}


EVERY_PROCESS = [
    # process, began with, on; the duty that runs, and its last day
    ("new_assessment", "", "Thu 27 Aug 2026", "final_plan", "Thu 14 Jan 2027"),
    ("re-assessment", "", "Mon 2 Nov 2026", "reassess_decide", "Tue 17 Nov 2026"),
    ("annual_review", "plan_made", "Tue 10 Mar 2026", "review_first", "Tue 9 Mar 2027"),
    ("annual review", "Last review concluded", "Tue 10 Mar 2026", "review_next", "Tue 9 Mar 2027"),
    ("phase_transfer", "date_15_feb_transfer_year", "Mon 15 Feb 2027", "phase_school", "Sun 14 Feb 2027"),
    ("phase_transfer", "transfer_date", "Wed 1 Sep 2027", "phase_p16_to_p16", "Thu 1 Apr 2027"),
    ("amendment", "", "Mon 2 Nov 2026", "amend_no_review", "Mon 28 Dec 2026"),
    ("mediation", "parent_informs_la", "Mon 2 Nov 2026", "med_notify_icb", "Thu 5 Nov 2026"),
    ("tribunal_order", "order_to_assess", "Mon 2 Nov 2026", "order_assess_notify", "Mon 16 Nov 2026"),
]


@pytest.mark.parametrize(("process", "began_with", "on", "rule", "legal"), EVERY_PROCESS)
def test_every_process_can_be_taken_in(
    store: Store, tmp_path: Path, process: str, began_with: str, on: str, rule: str, legal: str
) -> None:
    row = f"{OF},{process},{began_with},{day(on)},parent"
    assert str(take(store, tmp_path, f"{PROCESS},asked_by", row)).startswith("1 cases imported")
    assert running(store)[rule] == day(legal)
    assert str(take(store, tmp_path, f"{PROCESS},asked_by", row)).startswith("0 cases imported, 1 were there already.")


def test_the_first_load_of_plans(store: Store, tmp_path: Path) -> None:
    """An annual review with what happened since: of a child who is on record already, under another spelling."""
    take(store, tmp_path, HEADER, MAISIE)
    columns = "ar_meeting_date,ar_meeting_held,decision_to_amend_sent,amendment_notice_sent"
    facts = "2026-10-15,2026-10-15,2026-11-12,2026-11-12"
    row = f"AN1,Maysie Palmer,14/03/2019,priya@council.example,annual_review,last_review_concluded,2025-11-18,{facts}"
    take(store, tmp_path, f"{PROCESS},{columns}", row)
    assert len(all_of(store, Child)) == 1
    review = all_of(store, Case)[1]
    clocks = {clock.rule: clock for clock in all_of(store, Deadline) if clock.case_id == review.id}
    assert (clocks["review_next"].legal, clocks["review_next"].state) == (date(2026, 11, 17), ClockState.MET)
    assert clocks["ar_final"].legal == date(2027, 1, 7)
    assert review.stage == "amendments with the family"


@pytest.mark.parametrize(
    ("aware", "rule", "legal"),
    [
        ("Mon 16 Nov 2026", "move_transfer", "Mon 7 Dec 2026"),
        ("Tue 17 Nov 2026", "move_transfer_unaware", "Mon 7 Dec 2026"),
    ],
)
def test_whether_a_move_was_known_in_time_is_worked_out(
    store: Store, tmp_path: Path, aware: str, rule: str, legal: str
) -> None:
    """15 working days before the move: what is owed on the day of the move itself, and what is counted."""
    take(store, tmp_path, f"{PROCESS},old_la_became_aware", f"{OF},move,,2026-12-07,{day(aware)}")
    with store.reading() as db:
        runs = (Deadline.state == ClockState.RUNNING, Deadline.ladder != "")
        assert [(clock.rule, clock.legal) for clock in db.exec(select(Deadline).where(*runs))] == [(rule, day(legal))]


def test_a_school_has_a_phase(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, f"{HEADER},school,school_phase", f"{MAISIE},Oakhurst,All-through", f"{NOAH},oakhurst,")
    (school,) = all_of(store, Setting)
    assert (school.name, school.phase) == ("Oakhurst", "All-through")


def test_a_child_has_a_review_each_year(store: Store, tmp_path: Path) -> None:
    years = [f"{OF},annual_review,last_review_concluded,{year}-03-10" for year in (2025, 2026)]
    assert str(take(store, tmp_path, PROCESS, *years)).startswith("2 cases imported")
    corrected = all_of(store, Case)[1]
    with store.transaction() as db:
        entries = history.entries_of(db, corrected)
        right = history.New(entries[0].kind, date(2026, 3, 11), supersedes=entries[0].id)
        history.record_after(Turn(db, NOW, RULES, VAULT), corrected, [right], last=history.end_of(entries))
    assert str(take(store, tmp_path, PROCESS, *years)).startswith("0 cases imported, 2 were there already.")


def test_a_school_that_was_consulted(store: Store, tmp_path: Path) -> None:
    columns = "consultation_asked,consultation_had,consultation_received"
    row = f"{OF},amendment,,2026-10-19,2026-10-20,2026-10-21,2026-11-03"
    take(store, tmp_path, f"{PROCESS},{columns}", row)
    (request,) = all_of(store, Request)
    assert (request.asked_on, request.receipt_on, request.received_on) == (
        date(2026, 10, 20), date(2026, 10, 21), date(2026, 11, 3),
    )  # fmt: skip


@pytest.mark.databases("sqlite", "postgresql")
def test_two_imports_at_once_put_nothing_in_twice(store: Store, tmp_path: Path) -> None:
    rows = [f"AN{n},Child {n},2019-03-14,2026-09-03,parent,priya@council.example" for n in range(1, 81)]
    (tmp_path / "cases.csv").write_text("\n".join((HEADER, *rows)) + "\n")
    stores = [Store(store.url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        runs = [Import(each, VAULT, RULES, NOW) for each in stores]
        reports = list(pool.map(lambda run: run.run(tmp_path / "cases.csv"), runs))
    for each in stores:
        each.close()
    assert (
        sum(report.added.total() for report in reports) == len(all_of(store, Case)) == len(all_of(store, Child)) == 80
    )
    (told,) = all_of(store, Post)
    assert told.about["count"] == 80


WRONG_OF_A_PROCESS = [
    (PROCESS, f"{OF},reviews,plan_made,2026-03-10", "process: must be one of: " + ", ".join(Process)),
    (
        PROCESS,
        f"{OF},annual_review,,2026-03-10",
        "began_with: is empty; for annual review it must be one of: last_review_concluded, plan_made",
    ),
    (
        PROCESS,
        f"{OF},annual_review,draft_served,2026-03-10",
        "began_with: is not what such a case begins with;"
        " for annual review it must be one of: last_review_concluded, plan_made",
    ),
    (PROCESS, f"{OF},annual_review,plan_made,", "began: is empty"),
    (PROCESS, f"{OF},annual_review,plan_made,2026-11-24", "began: is still to come"),
    (
        PROCESS,
        f"{OF},phase_transfer,date_31_mar_transfer_year,2027-03-30",
        "began: must be 31 March of the year of the transfer: move from school to post-16",
    ),
    (PROCESS, f"{OF},annual_review,plan_made,2016-03-13", "born: is after the day the case began"),
    (PROCESS, f"{OF},new_assessment,,2026-03-10", "asked_by: must be one of: " + ", ".join(AskedBy)),
    (
        f"{PROCESS},received",
        f"{OF},annual_review,plan_made,2026-03-10,2026-03-10",
        "began: cannot be there together with received: both are the day the case began",
    ),
    (
        f"{PROCESS},draft_sent",
        f"{OF},annual_review,plan_made,2026-03-10,2026-04-10",
        "draft_sent: is not recorded on this process: annual review",
    ),
    (
        f"{PROCESS},plan_made",
        f"{OF},annual_review,plan_made,2026-03-10,2026-03-10",
        "plan_made: is what the case began with: its day is in began already",
    ),
    (
        f"{PROCESS},ar_meeting_held",
        f"{OF},annual_review,plan_made,2026-03-10,2026-03-09",
        "ar_meeting_held: is before 10 March 2026, which must come first",
    ),
    (
        f"{PROCESS},ar_meeting_held,review_report_sent",
        f"{OF},annual_review,plan_made,2026-03-10,2026-10-09,2026-10-08",
        "review_report_sent: is before 9 October 2026, which must come first",
    ),
    (
        f"{PROCESS},amended_plan_sent,decision_not_to_amend_sent",
        f"{OF},amendment,,2026-03-10,2026-05-05,2026-05-05",
        "amended_plan_sent: cannot come after decision_not_to_amend_sent",
    ),
    (
        f"{PROCESS},health_asked",
        f"{OF},annual_review,plan_made,2026-03-10,2026-03-11",
        "health_asked: is not recorded on this process: annual review",
    ),
    (
        f"{PROCESS},school,school_phase",
        f"{OF},annual_review,plan_made,2026-03-10,,Primary",
        "school: is empty, though its phase is given",
    ),
    (
        PROCESS,
        f"{OF},annual_review,plan_made,2026-03-10\n{OF},annual_review,plan_made,10/03/2026",
        "record_number: is in row 2 too",
    ),
]


@pytest.mark.parametrize(("header", "row", "sentence"), WRONG_OF_A_PROCESS)
def test_what_is_wrong_with_a_process_is_named_and_nothing_goes_in(
    store: Store, tmp_path: Path, header: str, row: str, sentence: str
) -> None:
    report = take(store, tmp_path, header, row)
    assert [f"{wrong.column}: {wrong.sentence}" for wrong in report.wrong] == [sentence]
    assert all_of(store, Case) == []


def test_a_meeting_may_be_fixed_for_a_day_to_come(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, f"{PROCESS},ar_meeting_date", f"{OF},annual_review,plan_made,2026-03-10,2027-01-14")
    assert running(store)["ar_notice_meeting"] == day("Thu 31 Dec 2026")


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


GUIDE = (Path(__file__).parents[2] / "docs" / "running.md").read_text()


def test_the_guide_names_every_column_of_every_process() -> None:
    rows = [[cell.split() for cell in line.strip("|").split("|")] for line in GUIDE.splitlines() if line[:2] == "| "]
    told = {row[0][0]: (sorted(row[1]), sorted(row[2])) for row in rows if row[0][0] in set(Process)}
    begun = {process: sorted(beginnings(process)[1:] and beginnings(process)) or ["-"] for process in Process}
    assert told == {process: (begun[process], sorted(facts_of(process))) for process in Process}


def test_the_report_repeats_nothing_private(store: Store, tmp_path: Path) -> None:
    report = take(store, tmp_path, HEADER, MAISIE.replace("14/03/2019", "Palmer").replace("parent", "Palmer"))
    assert len(report.wrong) == 2
    assert "Palmer" not in str(report)


def test_somebody_answers_for_it(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, HEADER, MAISIE, by="Priya@council.example")
    assert {entry.recorded_by for entry in all_of(store, Entry)} == {1}
    with pytest.raises(BadSettings, match="Say who answers for what is put on record"):
        take(store, tmp_path, HEADER, NOAH, by="stranger@council.example")
