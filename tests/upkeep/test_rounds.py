"""Yearly rounds: what is opened and for whom, what is left out and why, and nothing twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.app import App
from bot.cards.notices import notice_message
from bot.cases import deadlines, history
from bot.cases.children import Private, register
from bot.commands import BOOK
from bot.domain.errors import BadSettings
from bot.domain.message import Said, Where, Who
from bot.domain.terms import (
    Agency,
    CaseStatus,
    ClockState,
    EntryKind,
    Notice,
    Outcome,
    PostSays,
    Process,
    Role,
)
from bot.rules import load_rules
from bot.turn import Turn
from bot.upkeep.progress import Progress, in_batches
from bot.upkeep.rounds import Report, Run
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Case, Child, Connection, Deadline, Entry, Identity, Person, Post, Room, Setting
from tests.domain.days import day
from tests.forging import broken_link

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)  # a Tuesday
RULES, VAULT = load_rules(), Vault(new_key())
E = EntryKind


@dataclass
class Office:
    """Staff, rooms, and children with plans as they came about over the years."""

    store: Store
    people: dict[str, Person] = field(default_factory=dict)
    cases: int = 0

    def __post_init__(self) -> None:
        with self.store.transaction() as db:
            db.add(Connection(platform="slack", outside_id="T1", name="Anyshire"))
            db.flush()
            for name, role in (("kit", Role.ADMINISTRATOR), ("moira", Role.MANAGER), ("priya", Role.OFFICER)):
                self._person(db, name, role)
            self._person(db, "left", Role.OFFICER, active=False)
            for agency in (Agency.EDUCATION, None):
                name = agency.value if agency else "administrators"
                db.add(Room(connection_id=1, place=name, name=name, agency=agency, bound_at=NOW))

    def _person(self, db: Any, name: str, role: Role, **more: Any) -> None:
        moira = self.people.get("moira")
        manager_id = moira.id if moira else None
        email = f"{name}@council.example"
        person = Person(email=email, name=name, agency=Agency.EDUCATION, role=role, manager_id=manager_id, **more)
        db.add(person)
        db.flush()
        db.add(Identity(person_id=person.id, connection_id=1, account=name, heard_at=NOW))
        self.people[name] = person

    def child(self, born: date = date(2018, 5, 1), number: str = "") -> int:
        with self.store.transaction() as db:
            return register(Turn(db, NOW, RULES, VAULT), Private("Maisie", born, number)).id

    def case(
        self,
        child: int,
        *facts: tuple[EntryKind, str],
        process: Process = Process.NEW_ASSESSMENT,
        owner: str = "priya",
        phase: str = "",
        **more: Any,
    ) -> Case:
        """A case with these facts, the day it began first."""
        self.cases += 1
        with self.store.transaction() as db:
            turn = Turn(db, NOW, RULES, VAULT)
            setting = Setting(name=f"School {self.cases}", phase=phase)
            db.add(setting)
            db.flush()
            case = Case(
                reference=f"SEND-2025-{self.cases:04}",
                year=2025,
                number=self.cases,
                child_id=child,
                setting_id=setting.id,
                process=process,
                asked_by="parent",
                owner_id=self.people[owner].id if owner else None,
                opened_at=NOW,
                **more,
            )
            db.add(case)
            db.flush()
            new = [history.New(kind, day(on)) for kind, on in facts]
            entries = history.record_after(turn, case, new, last=(0, history.FIRST))
            deadlines.rebuild(turn, case, entries, first=True)
        return case

    def plan(self, on: str = "Wed 10 Jun 2026", born: date = date(2018, 5, 1), **more: Any) -> Case:
        """A child with a plan, made on that day."""
        facts = ((E.REQUEST_RECEIVED, "Mon 19 Jan 2026"), (E.FINAL_PLAN_SENT, on))
        ended = {"status": CaseStatus.CLOSED, "outcome": Outcome.PLAN_ISSUED, "closed_on": day(on)}
        return self.case(self.child(born), *facts, **{**ended, **more})

    def run(self, **more: Any) -> Run:
        return Run(self.store, VAULT, RULES, NOW, **more)

    def new(self) -> list[Case]:
        return self.all(Case, Case.round.is_not(None))

    def all(self, table: type, *where: Any) -> list:
        with self.store.reading() as db:
            rows = list(db.exec(select(table).where(*where).order_by(table.id)))
            db.expunge_all()
            return rows


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(store)
    store.close()


def left_out(report: Report) -> dict[str, list[str]]:
    return {why.name: references for why, references in report.tally.left.items()}


def test_a_dry_run_and_a_run(office: Office, tmp_path: Path) -> None:
    """What an operator reads, line for line."""
    office.plan()
    office.plan("Fri 9 Jan 2026", owner="moira")
    reviewed = office.plan("Mon 8 Sep 2025", owner="left")
    office.case(
        reviewed.child_id, (E.PLAN_MADE, "Mon 8 Sep 2025"), (E.DECISION_TO_AMEND_SENT, "Mon 7 Sep 2026"),
        process=Process.ANNUAL_REVIEW, owner="left",
    )  # fmt: skip
    office.case(office.child(), (E.REQUEST_RECEIVED, "Mon 2 Nov 2026"))
    office.plan("Tue 5 Aug 2025")
    amended = ((E.AMENDMENT_NOTICE_SENT, "Mon 5 Oct 2026"), (E.AMENDED_PLAN_SENT, "Mon 2 Nov 2026"))
    office.case(office.child(), *amended, process=Process.AMENDMENT)

    told = """\
3 annual reviews of 2027 would be opened; nothing was changed.
Counted from
       2  plan made
       1  last review concluded
Owners
       1  moira
       1  nobody yet
       1  priya
Left out
       1  no date on record of the plan or of its last review: SEND-2025-0007
       1  fell due in an earlier year: run the round of that year: SEND-2025-0006"""
    assert str(office.run(dry_run=True).reviews(2027)) == told
    assert office.new() == []
    assert office.all(Post) == []

    assert str(office.run().reviews(2027)) == told.replace("would be opened; nothing was changed", "opened")
    due = [(clock.rule, clock.legal) for case in office.new() for clock in clocks_of(office, case)]
    assert due == [
        ("review_first", day("Wed 9 Jun 2027")),
        ("review_first", day("Fri 8 Jan 2027")),
        ("review_next", day("Mon 6 Sep 2027")),
    ]
    again = str(office.run().reviews(2027))
    assert again.startswith("0 annual reviews of 2027 opened.")
    assert "       3  open already" in again
    assert len(office.new()) == 3


def clocks_of(office: Office, case: Case) -> list[Deadline]:
    """The duties that run."""
    runs = (Deadline.state == ClockState.RUNNING, ~Deadline.information)
    return office.all(Deadline, Deadline.case_id == case.id, *runs)


def test_a_new_case_takes_over_what_the_old_one_had(office: Office) -> None:
    old = office.plan()
    office.run(by="moira@council.example").reviews(2027)
    (case,) = office.new()
    assert (case.owner_id, case.setting_id, case.restricted) == (old.owner_id, old.setting_id, False)
    assert (case.round, case.process, case.stage) == ("reviews-2027", Process.ANNUAL_REVIEW, "first review to be held")
    began, opened = office.all(Entry, Entry.case_id == case.id)
    assert (began.kind, began.happened_on) == (E.PLAN_MADE, day("Wed 10 Jun 2026"))
    assert opened.kind is E.OPENED
    assert opened.clear["round"] == "reviews-2027"
    assert {began.recorded_by, opened.recorded_by} == {office.people["moira"].id}
    assert broken_link([began, opened]) is None


def test_it_starts_quietly(office: Office) -> None:
    """No card in a room; one word to each owner, and one to the administrators."""
    for _ in range(5):
        office.plan()
    office.plan(owner="moira")
    office.plan(owner="")
    office.run().reviews(2027)
    posts = office.all(Post)
    assert {post.says for post in posts} == {PostSays.NOTICE}
    assert {post.about["notice"] for post in posts} == {Notice.ROUND}
    told = [(post.person_id, post.room_id, post.about["count"], post.about.get("nobody")) for post in posts]
    assert told == [
        (office.people["priya"].id, None, 5, None),
        (office.people["moira"].id, None, 1, None),
        (None, 2, 7, 1),
    ]


def test_the_owner_sees_them_by_one_press(office: Office) -> None:
    office.plan()
    office.plan()
    office.run().reviews(2027)
    post, whole = office.all(Post)
    with office.store.reading() as db:
        turn = Turn(db, NOW, RULES, VAULT)
        owners, administrators = notice_message(turn, post), notice_message(turn, whole)
    assert owners.text == "The round of 2027: 2 annual reviews are open, and yours."
    assert administrators.text == "The round of 2027: 2 annual reviews are open."
    press = Said(owners.actions[0].line, Who(1, "priya"), Where(1, "priya", private=True))
    listed = App(office.store, VAULT, RULES, BOOK).answer(press, NOW)
    assert listed.text == "You own 2 open cases: annual review."
    assert {row.cells[1] for row in listed.table.rows} == {"first review to be held"}


MADE = (E.FINAL_PLAN_SENT, "Wed 10 Jun 2026")
NOT_NOW = [
    ("ENDED", [MADE, (E.PLAN_CEASED, "Mon 2 Nov 2026")], {}),
    ("ENDED", [MADE], {"outcome": Outcome.DIED, "closed_on": date(2026, 11, 2)}),
    ("ENDED", [MADE], {"outcome": Outcome.MOVED_AWAY, "closed_on": date(2026, 11, 2)}),
    ("ENDED", [MADE], {"outcome": Outcome.OPENED_IN_ERROR, "closed_on": date(2026, 11, 2)}),
    ("TO_END", [(E.FINAL_PLAN_SENT, "Tue 10 Jun 2025"), (E.DECISION_TO_CEASE_SENT, "Wed 10 Jun 2026")], {}),
    ("NO_OWNER", [MADE], {"restricted": True, "owner": ""}),
]


@pytest.mark.parametrize(("why", "facts", "more"), NOT_NOW)
def test_what_is_left_out(office: Office, why: str, facts: list[tuple[EntryKind, str]], more: dict[str, Any]) -> None:
    closed = {"status": CaseStatus.CLOSED, "process": Process.ANNUAL_REVIEW}
    case = office.case(office.child(), *facts, **{**closed, **more})
    assert left_out(office.run().reviews(2027)) == {why: [case.reference]}
    assert left_out(office.run(dry_run=True).reviews(2027)) == {why: [case.reference]}
    assert office.new() == []


def test_an_erased_child_is_left_out(office: Office) -> None:
    case = office.plan(born=date(2016, 3, 1))
    with office.store.transaction() as db:
        db.get_one(Child, case.child_id).wrapped_key = None
    assert left_out(office.run().reviews(2027)) == {"ERASED": [case.reference]}
    assert left_out(office.run().transfers(2027)) == {"ERASED": [case.reference]}
    assert office.new() == []


def test_a_move_between_authorities_is_settled_first(office: Office) -> None:
    case = office.plan()
    move = office.case(case.child_id, (E.DAY_OF_MOVE, "Mon 7 Dec 2026"), process=Process.MOVE)
    assert left_out(office.run().reviews(2027)) == {"MOVING": [move.reference]}


def test_a_fact_that_was_struck_out_counts_no_more(office: Office) -> None:
    case = office.plan()
    with office.store.transaction() as db:
        entries = history.entries_of(db, case)
        right = history.New(E.FINAL_PLAN_SENT, day("Fri 10 Jul 2026"), supersedes=entries[-1].id)
        history.record_after(Turn(db, NOW, RULES, VAULT), case, [right], last=history.end_of(entries))
    office.run().reviews(2027)
    assert [clock.legal for case in office.new() for clock in clocks_of(office, case)] == [day("Fri 9 Jul 2027")]


def test_the_next_review_may_be_opened_while_the_last_one_is_still_amending(office: Office) -> None:
    case = office.plan("Mon 8 Sep 2025")
    reviewed = (E.PLAN_MADE, "Mon 8 Sep 2025"), (E.DECISION_TO_AMEND_SENT, "Mon 7 Sep 2026")
    office.case(case.child_id, *reviewed, process=Process.ANNUAL_REVIEW)
    assert office.run().reviews(2027).tally.opened == 1


def test_a_child_under_five_is_reviewed_more_often(office: Office) -> None:
    """As where the case is opened by hand: whether the child was under five on the day of the last review."""
    for born in (date(2021, 9, 7), date(2021, 9, 8)):
        case = office.plan("Mon 8 Sep 2025", born=born)
        reviewed = (E.PLAN_MADE, "Mon 8 Sep 2025"), (E.DECISION_TO_MAINTAIN_SENT, "Mon 7 Sep 2026")
        office.case(case.child_id, *reviewed, process=Process.ANNUAL_REVIEW)
    office.run().reviews(2027)
    older, younger = office.new()
    assert [clock.rule for clock in clocks_of(office, older)] == ["review_next"]
    assert [clock.rule for clock in clocks_of(office, younger)] == ["review_next", "review_under5"]


def test_a_review_that_somebody_closed_is_not_opened_again(office: Office) -> None:
    office.plan()
    office.run().reviews(2027)
    (case,) = office.new()
    with office.store.transaction() as db:
        gone = db.get_one(Case, case.id)
        gone.status, gone.outcome = CaseStatus.CLOSED, Outcome.OPENED_IN_ERROR
        for clock in db.exec(select(Deadline).where(Deadline.case_id == case.id)):
            clock.state = ClockState.STOPPED
    assert left_out(office.run().reviews(2027)) == {"DONE": [case.reference]}


def test_a_restricted_child_stays_hidden_and_somebody_sees_the_case(office: Office) -> None:
    """Its owner has left: without an owner nobody could see it; so their manager still does."""
    office.plan(owner="left", restricted=True)
    office.run().reviews(2027)
    (case,) = office.new()
    assert case.restricted
    assert case.owner_id == office.people["left"].id


TRANSFERS = [
    (date(2023, 2, 1), "", "phase_school", "Sun 14 Feb 2027"),
    (date(2016, 2, 1), "", "phase_school", "Sun 14 Feb 2027"),
    (date(2016, 2, 1), "Primary", "phase_school", "Sun 14 Feb 2027"),
    (date(2011, 2, 1), "Secondary", "phase_post16", "Tue 30 Mar 2027"),
]


@pytest.mark.parametrize(("born", "phase", "rule", "legal"), TRANSFERS)
def test_a_transfer_counts_from_the_day_that_the_law_names(
    office: Office, born: date, phase: str, rule: str, legal: str
) -> None:
    office.plan(born=born, phase=phase)
    office.run().transfers(2027)
    (case,) = office.new()
    clocks = {clock.rule: clock.legal for clock in clocks_of(office, case)}
    assert clocks == {rule: day(legal), "review_first": day("Wed 9 Jun 2027")}, "and its review is on no other case"
    assert left_out(office.run().reviews(2027)) == {"OPEN": [case.reference]}
    assert left_out(office.run().transfers(2027)) == {"OPEN": [case.reference]}


@pytest.mark.parametrize(
    ("born", "phase"),
    [(date(2016, 2, 1), "All-through"), (date(2016, 2, 1), "Middle deemed primary"), (date(2011, 2, 1), "16 plus")],
)
def test_where_the_phase_does_not_fit_a_person_decides(office: Office, born: date, phase: str) -> None:
    case = office.plan(born=born, phase=phase)
    assert left_out(office.run().transfers(2027)) == {"BY_HAND": [case.reference]}


def test_the_review_runs_on_one_case(office: Office) -> None:
    office.plan(born=date(2016, 2, 1))
    office.run().reviews(2027)
    office.run().transfers(2027)
    review, transfer = office.new()
    assert [clock.rule for clock in clocks_of(office, review)] == ["review_first"]
    assert [clock.rule for clock in clocks_of(office, transfer)] == ["phase_school"]


def test_others_do_not_move_on(office: Office) -> None:
    office.plan(born=date(2018, 5, 1))
    report = office.run().transfers(2027)
    assert (report.tally.opened, left_out(report)) == (0, {})


def also(folder: Path, *rows: str) -> Path:
    path = folder / "moves.csv"
    path.write_text("\n".join(("record_number,began_with,began", *rows)) + "\n")
    return path


def test_a_file_tells_of_moves_that_no_birthday_does(office: Office, tmp_path: Path) -> None:
    for number, phase in (("AN1", "Infant"), ("AN2", "All-through"), ("AN3", "16 plus")):
        child = office.child(date(2016, 2, 1) if number == "AN2" else date(2018, 5, 1), number)
        office.case(child, (E.PLAN_MADE, "Wed 10 Jun 2026"), process=Process.ANNUAL_REVIEW, phase=phase)
    rows = (
        "AN1,date_15_feb_transfer_year,2027-02-15",
        "an2,move to the next school,15/02/2027",
        "AN3,transfer_date,2027-09-01",
    )
    report = office.run().transfers(2027, also(tmp_path, *rows))
    assert (report.tally.opened, left_out(report)) == (3, {})
    assert sorted(clock.legal for case in office.new() for clock in clocks_of(office, case)) == [
        day("Sun 14 Feb 2027"), day("Sun 14 Feb 2027"), day("Thu 1 Apr 2027"),
    ]  # fmt: skip


WRONG = [
    ("AN9,transfer_date,2027-09-01", "record_number: is no child's here"),
    ("AN1,transfer_date,", "began: is empty"),
    (
        "AN1,,2027-09-01",
        "began_with: is empty; for phase transfer it must be one of: date_15_feb_transfer_year,"
        " date_31_mar_transfer_year, transfer_date",
    ),
    (
        "AN1,date_15_feb_transfer_year,2027-02-14",
        "began: must be 15 February of the year of the transfer: move to the next school",
    ),
    ("AN1,transfer_date,2028-09-01", "began: is not in 2027"),
    ("AN1,transfer_date,2027-09-01\nAN1,transfer_date,2027-10-01", "record_number: is there twice"),
]


@pytest.mark.parametrize(("row", "sentence"), WRONG)
def test_what_is_wrong_in_that_file_is_named_and_nothing_is_opened(
    office: Office, tmp_path: Path, row: str, sentence: str
) -> None:
    office.plan(born=date(2016, 2, 1))
    office.case(office.child(number="AN1"), (E.PLAN_MADE, "Wed 10 Jun 2026"), process=Process.ANNUAL_REVIEW)
    report = office.run().transfers(2027, also(tmp_path, row))
    assert [f"{wrong.column}: {wrong.sentence}" for wrong in report.wrong] == [sentence]
    assert office.new() == []


def test_two_rounds_at_once_open_nothing_twice(office: Office) -> None:
    for _ in range(150):
        office.plan()
    stores = [Store(office.store.url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda store: Run(store, VAULT, RULES, NOW).reviews(2027), stores))
    for store in stores:
        store.close()
    assert sum(report.tally.opened for report in reports) == len(office.new()) == 150
    assert len({case.child_id for case in office.new()}) == 150
    assert sum(post.about["count"] for post in office.all(Post, Post.person_id.is_not(None))) == 150


def test_the_record_itself_refuses_a_second_case_of_a_round(office: Office) -> None:
    office.plan()
    office.run().reviews(2027)
    (case,) = office.new()
    with pytest.raises(Exception, match=r"(?i)unique"), office.store.transaction() as db:
        db.add(Case(**{**case.model_dump(exclude={"id"}), "reference": "SEND-2026-99999"}))


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "shown"),
    [
        (Terminal(), "\r[..............................] 0 of 5 plans\r[############..................] 2 of 5 plans"
                     "\r[########################......] 4 of 5 plans\r\x1b[K"),
        (StringIO(), ""),
    ],
    ids=["a terminal", "a file"],
)  # fmt: skip
def test_a_bar_grows_on_a_terminal_alone(out: StringIO, shown: str) -> None:
    assert list(in_batches([1, 2, 3, 4, 5], 2, Progress("plans", out))) == [[1, 2], [3, 4], [5]]
    assert out.getvalue() == shown


@pytest.mark.parametrize("year", [2024, 2029])
def test_a_year_far_away_is_a_slip(office: Office, year: int) -> None:
    with pytest.raises(BadSettings, match="Rounds are held for 2025 to 2028"):
        office.run().reviews(year)


def test_somebody_answers_for_it(office: Office) -> None:
    with pytest.raises(BadSettings, match="Say who answers for what is put on record"):
        office.run(by="stranger@council.example").reviews(2027)
