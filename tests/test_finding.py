"""Finding a child, and words in notes: privately, and only what the asker may know; else as if it were not there."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from bot.cases import children, finding, searching, visible
from bot.domain.message import Message
from bot.domain.terms import Agency, Basis, Kind
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Admitted, Case, Entry, Fingerprint, Person, Request, Viewed
from tests.town import RULES, Town
from tests.whole import whole

CHILDREN = (
    # name, record number, who owns it, restricted: the cases are 0042, 0047, 0051, 0058, 0063, 0079, 0084
    ("Maisie Palmer", "AN123456", "Priya", "no"),
    ("Maisy Palmer-Jones", "", "Priya", "no"),
    ("Muhammad O'Brien", "", "Tom", "no"),
    ("Łukasz Palmer", "", "Tom", "no"),
    ("Zoe Kowalska", "AN200200", "Kit", "yes"),
    ("Ali Al-Hassan", "", "Priya", "no"),
    ("Maisie Palmer", "", "Kit", "yes"),
)
FINDS = (
    # who asks, by what, the cases found, the best first
    ("Priya", "Maisie Palmer", "0042 0047"),
    ("Priya", "maisie PALMER", "0042 0047"),
    ("Priya", "Palmer, Maisie", "0042 0047"),
    ("Priya", "palmer", "0058 0047 0042"),
    ("Priya", "Palmer-Jones", "0047"),
    ("Priya", "palmerjones", "0047"),
    ("Priya", "maisy", "0047 0042"),
    ("Priya", "an-123456", "0042"),
    ("Priya", "123456", ""),
    ("Priya", "Mohammed Obrian", "0051"),
    ("Priya", "obrien", "0051"),
    ("Priya", "Lucas", "0058"),
    ("Priya", "alhassan", "0079"),
    ("Priya", "al hassan", "0079"),
    ("Priya", "M Palmer", "0058 0047 0042"),
    ("Priya", "Daisy Palmer", ""),
    ("Priya", "Zoe Kowalska", ""),
    ("Priya", "AN200200", ""),
    ("Kit", "Zoë Kowalska", "0063"),
    ("Helen", "kowalska", "0063"),
    ("Moira", "kowalska", ""),
    ("Kit", "Maisie Palmer", "0084 0042 0047"),
    ("Grace", "Maisie Palmer", "0042"),
    ("Grace", "Palmer", "0042"),
    ("Sunita", "Maisie Palmer", ""),
    ("Rosa", "Palmer", ""),
)


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    for day, (name, number, owner, restricted) in enumerate(CHILDREN, start=14):
        values = {"born": f"2019-03-{day}", "record_number": number, "restricted": restricted}
        assert not town.opens("Kit", name, owner=town.email(owner), **values).error
    assert not town.say("Priya", "ask SLT 0042").error  # which is health's
    yield town
    store.close()


def references(answer: Message) -> str:
    return " ".join(fact.label.removeprefix("SEND-2026-") for fact in answer.facts)


def issued(town: Town, name: str, line: str) -> list[str]:
    """The statements that an answer costs."""
    told: list[str] = []
    town.say(name, "help")  # that this account was heard today is noted once

    def listen(*said: Any) -> None:
        told.append(said[2])

    event.listen(town.store.engine, "before_cursor_execute", listen)
    town.say(name, line)
    event.remove(town.store.engine, "before_cursor_execute", listen)
    return told


def test_a_child_is_found_by_whoever_may_know_and_by_nobody_else(town: Town) -> None:
    found = [(who, text, references(town.say(who, f"find {text}"))) for who, text, _ in FINDS]
    assert found == list(FINDS)
    assert town.say("Vera", "find palmer").error == "NotAllowed"


def test_what_is_hidden_is_as_what_is_not_there(town: Town) -> None:
    hidden, absent = town.say("Priya", "find Zoe Kowalska"), town.say("Priya", "find Ivo Nobody")
    assert (hidden, hidden.private, hidden.facts) == (absent, True, ())
    assert issued(town, "Priya", "find AN200200") == issued(town, "Priya", "find AN900900")
    assert issued(town, "Sunita", "find Maisie Palmer") == issued(town, "Sunita", "find Daisie Pilmer")


def test_who_is_found_is_shown_alone_and_on_record_as_seen(town: Town) -> None:
    before = len(town.all(Viewed))
    answer = town.say("Grace", "find Maisie Palmer", room="health")
    (fact,) = answer.facts
    assert (answer.private, fact.private, fact.value) == (True, True, "Maisie Palmer, born 14 March 2019")
    assert "record number AN123456" in fact.detail
    assert [(action.label, action.line) for action in answer.actions] == [
        ("Open SEND-2026-0042", "open case=SEND-2026-0042")
    ]
    (seen,) = town.all(Viewed)[before:]
    assert (seen.case_id, seen.kinds, seen.basis) == (1, "identity", Basis.ASKED)
    assert town.say("Priya", "find Ivo Nobody").facts == () and len(town.all(Viewed)) == before + 1


def test_the_question_to_the_database_agrees_with_the_table_of_who_may_know(town: Town) -> None:
    with town.store.transaction() as db:
        for person, case, basis in ((11, 5, Basis.NAMED), (10, 5, Basis.BROKE_GLASS), (3, 7, Basis.NAMED)):
            db.add(Admitted(case_id=case, person_id=person, basis=basis, since=town.now))
        for case in (1, 2):  # of the schools' own agency, which was asked about a child of another school too
            asked = {"service": "education", "agency": Agency.EDUCATION, "asked_on": town.now.date()}
            db.add(Request(case_id=case, **asked))
        db.get_one(Case, 2).setting_id = None
        db.flush()
        for person in db.exec(select(Person).order_by(col(Person.id))).all():
            turn = Turn(db, town.now, RULES, town.vault, who=person)
            for kind in (Kind.IDENTITY, Kind.NOTES):
                asked = set(db.exec(select(Case.id).where(finding.knows(turn, kind))))
                seen = db.exec(select(Case).where(visible.cases(turn))).all()
                assert asked == {one.id for one in seen if visible.viewer(turn, one).may_know(kind)}, person.name
        db.rollback()


@pytest.mark.databases("sqlite")
def test_an_erased_child_is_found_no_more_and_has_no_mark(town: Town) -> None:
    with town.store.transaction() as db:
        children.forget(town.turn(db), 1)
    assert references(town.say("Priya", "find Maisie Palmer")) == "0047"
    assert town.all(Fingerprint, Fingerprint.child_id == 1) == []
    assert "erased" in whole(town.say("Priya", "open 0042"))


@pytest.mark.databases("sqlite")
def test_no_more_than_ten_are_shown(town: Town) -> None:
    with town.store.reading() as db:
        turn = Turn(db, town.now, RULES, town.vault, who=db.get(Person, 3))
        assert [match.case.number for match in finding.find(turn, "palmer", most=1)] == [58, 47]
        assert finding.find(turn, " ") == []


# Words in notes


def test_notes_are_looked_through_by_whoever_may_read_them(town: Town) -> None:
    town.say("Priya", "note 0042 the taxi was late again: Transport told")
    town.say("Kit", "note 0063 a taxi to the refuge")
    town.say("Grace", "have 0042 SLT")
    last = town.all(Entry, Entry.case_id == 1)[-1].number
    assert not town.say("Grace", f"correct 0042 {last} the taxi brought another child's papers").error
    letter = {"member": "Dana Okoro", "constituency": "North", "received": "2026-10-12", "matters": "enquiry"}
    town.say("Frances", "mp", values=letter)
    town.say("Frances", "note MP-2026-0007 Ms Okoro rang about the taxi")
    found = {
        who: [fact.label[-4:] for fact in town.say(who, "search notes TAXI").facts]
        for who in ("Priya", "Kit", "Moira", "Grace", "Sunita")
    }
    assert found == {
        "Priya": ["0007", "0042", "0042"],
        "Kit": ["0007", "0042", "0063", "0042"],
        "Moira": ["0007", "0042", "0042"],
        "Grace": ["0042"],
        "Sunita": [],
    }
    in_room = town.say("Priya", "search notes transport taxi", room="education")
    assert (in_room.private, [fact.value for fact in in_room.facts]) == (
        True, ["the taxi was late again: Transport told"],
    )  # fmt: skip
    assert "Looked through" in in_room.text and town.say("Priya", "search notes case=0042 taxi").text.startswith("2 ")
    assert town.say("Kit", "search notes about the taxi").facts == town.say("Kit", "search notes taxi").facts
    assert town.say("Priya", "search notes refuge").facts == () and town.say("Frances", "search notes taxi").error
    assert not town.say("Kit", "close 0058 withdrawn because the family moved").error
    assert references(town.say("Priya", "search notes withdrawn")) == "0058"


@pytest.mark.databases("sqlite")
def test_it_says_how_far_it_looked_and_goes_on_from_there(town: Town) -> None:
    for number in range(6):
        town.say("Priya", f"note 0042 visit {number}")
    with town.store.reading() as db:
        turn = Turn(db, town.now, RULES, town.vault, who=db.get(Person, 3))
        first = searching.search(turn, "visit", looked=4)
        rest = searching.search(turn, "visit", before=first.before, looked=4)
        assert [hit.words for hit in (*first.hits, *rest.hits)] == [f"visit {number}" for number in (5, 4, 3, 2, 1, 0)]
        assert (first.records, first.back_to, rest.before) == (1, turn.today, None)
        two = searching.search(turn, "visit", most=2)
        assert [hit.words for hit in two.hits] == ["visit 5", "visit 4"] and two.before
    further = town.say("Priya", f"search notes visit before={first.before}")
    assert [fact.value for fact in further.facts] == ["visit 1", "visit 0"]
