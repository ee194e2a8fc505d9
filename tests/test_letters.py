"""Letters of every kind: their references, their dates, and who reads who wrote."""

from collections import deque
from collections.abc import Iterator
from datetime import date

import pytest

from storage.connect import Store
from storage.tables import Deadline, Enquiry, Entry
from tests.domain.days import at, day
from tests.town import Town
from tests.whole import whole


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store, at("Mon 31 May 2027 10:00"))
    store.close()


def log(town: Town, kind: str, received: date, **blanks: str) -> str:
    """Log a letter without an MP; its reference."""
    values = {"kind": kind, "received": received.isoformat(), **blanks}
    answer = town.say("Frances", "letter", values=values)
    assert not answer.error and not answer.form, answer
    return answer.text.split(" ")[0]


def due(town: Town, rule: str) -> date:
    (deadline,) = town.all(Deadline, Deadline.rule == rule)
    return deadline.legal


DUE = (
    # kind, received, clock, its last day
    ("foi", "Fri 11 Dec 2026", "foi_reply", "Thu 14 Jan 2027"),  # 4 January is a holiday in Scotland
    ("foi", "Mon 16 Nov 2026", "foi_reply", "Tue 15 Dec 2026"),  # St Andrew's Day, 30 November
    ("foi", "Fri 26 Feb 2027", "foi_reply", "Wed 31 Mar 2027"),  # St Patrick's Day, Good Friday, Easter Monday
    ("sar", "Fri 11 Dec 2026", "sar_reply", "Mon 11 Jan 2027"),
    ("sar", "Wed 25 Nov 2026", "sar_reply", "Tue 29 Dec 2026"),  # Christmas Day, and on to the next working day
    ("sar", "Sun 31 Jan 2027", "sar_reply", "Mon 1 Mar 2027"),  # 28 February is a Sunday
    ("complaint", "Mon 23 Nov 2026", "complaint_ack", "Mon 30 Nov 2026"),
    ("complaint", "Fri 18 Dec 2026", "complaint_ack", "Tue 29 Dec 2026"),
)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("kind", "received", "rule", "last"), DUE)
def test_a_letter_has_the_dates_of_its_kind(town: Town, kind: str, received: str, rule: str, last: str) -> None:
    log(town, kind, day(received))
    assert due(town, rule) == day(last)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("matter", "rule", "last"),
    [
        ("complaint", "complaint_ack", "Fri 18 Dec 2026"),
        ("foi", "foi_reply", "Thu 14 Jan 2027"),
        ("sar", "sar_reply", "Mon 11 Jan 2027"),
    ],
)
def test_what_an_mps_letter_holds_counts_from_its_receipt_when_it_is_noticed_later(
    town: Town, matter: str, rule: str, last: str
) -> None:
    letter = {"member": "Dana Okoro", "constituency": "North", "received": "2026-12-11", "matters": "enquiry"}
    town.say("Frances", "mp", values=letter)
    town.say("Frances", f"matter MP-2027-0007 {matter}", at=at("Tue 1 Jun 2027 10:00"))
    assert due(town, rule) == day(last)


def test_each_kind_of_letter_has_references_of_its_own(town: Town) -> None:
    town.numbers["MP"] = deque([7, 7, 7, 9])
    references = [log(town, kind, date(2027, 5, 28)) for kind in ("complaint", "foi", "sar", "foi")]
    assert references == ["COMP-2027-0007", "FOI-2027-0007", "SAR-2027-0007", "FOI-2027-0009"]
    for written in ("FOI-2027-0007", "foi 7", "FOI7", "foi-2027-7", "#foi-0007"):
        assert town.say("Frances", f'status case="{written}"').text.startswith("FOI-2027-0007 ·"), written
    asked = town.say("Frances", "status 7")
    assert asked.text == "Which one do you mean by 7: COMP-2027-0007 or FOI-2027-0007 or SAR-2027-0007?"
    assert town.say("Frances", "status 9").text.startswith("FOI-2027-0009 ·")
    assert town.say("Frances", "status SAR-2027-0009").error == "NotFound"


def test_who_wrote_is_sealed_and_read_privately_by_those_who_read_notes(town: Town) -> None:
    reference = log(town, "sar", date(2027, 5, 28), sender="Jane Palmer", note="by e-mail")
    kept = [*town.all(Enquiry), *town.all(Entry)]
    assert "Palmer" not in str([row.model_dump(exclude={"sealed", "wrapped_key"}) for row in kept])
    assert all(b"Palmer" not in (row.sealed or b"") for row in town.all(Entry))
    assert "Jane Palmer" in whole(town.say("Priya", f"open {reference}"))
    for reader, room in (("Frances", ""), ("Priya", "education"), ("Frances", "MP team")):
        assert "Palmer" not in whole(town.say(reader, f"status {reference}", room=room)), (reader, room)
    assert "Palmer" not in whole(town.read("MP team"))
    assert town.say("Vera", f"status {reference}").error == "NotFound"


def test_a_letter_is_not_answered_while_an_answer_is_owed(town: Town) -> None:
    reference = log(town, "foi", date(2027, 5, 28))
    assert town.say("Frances", f"close {reference} answered").error == "NotNow"
    assert not town.say("Frances", f"close {reference} withdrawn").error


def an_mps(town: Town, received: str, matters: str) -> None:
    letter = {"member": "Dana Okoro", "constituency": "North", "received": received, "matters": matters}
    assert not town.say("Frances", "mp", values=letter).error


def test_what_a_letter_holds_moves_with_its_day_of_receipt(town: Town) -> None:
    an_mps(town, "2027-05-24", "enquiry, foi, sar")
    town.say("Frances", "correct MP-2027-0007 1 on 20 May it is stamped the 20th")
    assert (due(town, "mp_reply"), due(town, "foi_reply"), due(town, "sar_reply")) == (
        day("Fri 4 Jun 2027"),
        day("Fri 18 Jun 2027"),
        day("Mon 21 Jun 2027"),
    )


def test_a_matter_that_came_on_another_day_stays_there(town: Town) -> None:
    an_mps(town, "2027-05-20", "enquiry")
    town.say("Frances", "matter MP-2027-0007 foi on 24 May")
    town.say("Frances", "correct MP-2027-0007 1 on 21 May it is stamped the 21st")
    assert due(town, "foi_reply") == day("Tue 22 Jun 2027")


def test_a_later_day_of_receipt_waits_for_a_second_person_with_all_that_it_moves(town: Town) -> None:
    an_mps(town, "2027-04-26", "enquiry, foi")
    later = at("Mon 31 May 2027 11:00")
    answer = town.say("Priya", "correct MP-2027-0007 1 on 4 May because it lay in another inbox", at=later)
    assert answer.text.endswith("waits for a second person's yes."), answer
    assert due(town, "foi_reply") == day("Tue 25 May 2027")
    number = town.all(Entry)[-1].number
    town.say("Helen", f"approve MP-2027-0007 {number}", at=later)
    assert due(town, "foi_reply") == day("Wed 2 Jun 2027")


def test_a_later_day_for_what_a_letter_holds_waits_for_a_second_person(town: Town) -> None:
    an_mps(town, "2027-05-24", "enquiry, foi")
    line = "correct MP-2027-0007 2 on 28 May because it came with a second page"
    assert town.say("Priya", line).text.endswith("waits for a second person's yes.")


def test_a_slip_put_right_at_once_mends_no_missed_date_of_what_a_letter_holds(town: Town) -> None:
    """Every date of the MP's stays late by it; the request for information would be late no more."""
    an_mps(town, "2027-04-26", "enquiry, foi")
    answer = town.say("Frances", "correct MP-2027-0007 1 on 4 May the wrong day typed")
    assert answer.text.endswith("waits for a second person's yes."), answer
    assert due(town, "foi_reply") == day("Tue 25 May 2027")
