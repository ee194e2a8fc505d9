"""The record derived afresh: whatever is kept otherwise is found, said and mended, and what is right stays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import SQLModel, delete, update

from bot.cases import rebuilding
from bot.cases.comparing import Found
from bot.cases.rebuilding import bring_in_line, look_over
from bot.domain.terms import Agency, ClockState, Nature, ResponseType
from storage.connect import Store
from storage.tables import Case, Deadline, Enquiry, Entry, Nudge, Post, Request
from tests.domain.days import at, day
from tests.town import Town

LATER = datetime(2027, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A case with its advice under way, another one that is closed, and a letter about the first."""
    store = Store(database_url)
    town = Town(store)
    for child in ("Maisie Palmer", "Arun Palmer"):
        town.opens("Priya", child, received=day("Mon 7 Sep 2026"))
    for line in (
        *("sent decision to assess 0042", "ask 0042 SLT", "received SLT 0042 full", "ask 0042 CAMHS"),
        "close 0047 withdrawn",
    ):
        said(town, "Priya", line)
    said(town, "Frances", 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042')
    yield town
    store.close()


def said(town: Town, name: str, line: str) -> None:
    answer = town.say(name, line)
    assert not answer.error and not answer.form, answer


def differences(town: Town) -> list[str]:
    return [str(each) for found in look_over(town.store, town.turn) for each in found.differences]


def mended(town: Town) -> list[Found]:
    return list(bring_in_line(town.store, town.turn))


def plant(town: Town, table: type[SQLModel], *which: Any, **values: Any) -> None:
    with town.store.transaction() as db:
        assert db.execute(update(table).where(*which).values(values)).rowcount == 1


def everything(town: Town) -> dict[str, list[dict[str, Any]]]:
    """Every row of what is derived, and of what was said of it."""
    return {
        table.__name__: [row.model_dump() for row in town.all(table)]
        for table in (Case, Enquiry, Request, Deadline, Nudge, Post)
    }


def advice(town: Town, service: str) -> Deadline:
    (request,) = town.all(Request, Request.service == service)
    (deadline,) = town.all(Deadline, Deadline.instance == request.id)
    return deadline


def of_case(town: Town, rule: str) -> Deadline:
    (deadline,) = town.all(Deadline, Deadline.rule == rule, Deadline.case_id == 1)
    return deadline


def test_a_record_that_follows_from_its_entries_has_no_differences_and_stays_as_it_is(town: Town) -> None:
    before = everything(town)
    assert {name: bool(rows) for name, rows in before.items()} == {name: name != "Nudge" for name in before}
    assert differences(town) == [] and mended(town) == []
    assert everything(town) == before


WRONG: tuple[tuple[str, Any], ...] = (
    ("rule_version", "0"),
    ("request_id", None),
    ("agency", Agency.SOCIAL_CARE),
    ("nature", Nature.RIGHT),
    ("ladder", "mp"),
    ("ladder_version", 7),
    ("information", True),
    ("presumed", False),
    ("started_on", day("Thu 15 Oct 2026")),
    ("recorded_at", LATER),
    ("legal", day("Mon 30 Nov 2026")),
    ("safe", day("Thu 26 Nov 2026")),
    ("target", day("Thu 26 Nov 2026")),
    ("state", ClockState.MET),
    ("stopped_on", day("Thu 15 Oct 2026")),
    ("exception", "A1"),
)
"""Of a clock that runs on a request: another value in each column that is derived."""


def test_a_wrong_value_in_any_column_of_a_deadline_is_found_and_mended(town: Town) -> None:
    right, this = everything(town), advice(town, "camhs")
    derived = {
        name for name in Deadline.model_fields if name not in ("id", "stream", "case_id", "enquiry_id", "next_at")
    }
    assert {column for column, _ in WRONG} == derived - {"rule", "instance"}
    for column, wrong in WRONG:
        plant(town, Deadline, Deadline.id == this.id, **{column: wrong})
        (one,) = look_over(town.store, town.turn)
        (found,) = one.differences
        assert (found.reference, found.clock) == ("SEND-2026-0042", f"{this.rule} (request {this.instance})")
        assert (found.column, found.kept, found.derived) == (column, wrong, getattr(this, column))
        assert [each.kept.about.reference for each in mended(town)] == ["SEND-2026-0042"]
        assert everything(town) == right, column


def test_a_wrong_value_of_a_request_a_case_or_a_letter_s_clock_is_found_and_mended(town: Town) -> None:
    right, (request,) = everything(town), town.all(Request, Request.service == "speech_and_language")
    (reply,) = town.all(Deadline, Deadline.enquiry_id == 1, Deadline.rule == "mp_ack")
    for table, row_id, column, wrong, said_so in (
        (Request, request.id, "asked_on", day("Thu 1 Oct 2026"), "Thu 1 Oct 2026 -> Fri 16 Oct 2026"),
        (Request, request.id, "receipt_on", day("Thu 1 Oct 2026"), "Thu 1 Oct 2026 -> nothing"),
        (Request, request.id, "sent_on", day("Thu 1 Oct 2026"), "Thu 1 Oct 2026 -> nothing"),
        (Request, request.id, "received_on", None, "nothing -> Fri 16 Oct 2026"),
        (Request, request.id, "response", ResponseType.DECLINED, "declined -> full"),
        (Case, 1, "stage", "somewhere else", "somewhere else -> assessment under way"),
        (Deadline, reply.id, "legal", day("Fri 30 Oct 2026"), "Fri 30 Oct 2026 -> Tue 20 Oct 2026"),
    ):
        plant(town, table, table.id == row_id, **{column: wrong})
        (told,) = differences(town)
        assert told.endswith(f"{column}: {said_so}")
        mended(town)
        assert everything(town) == right, column


def test_a_deadline_that_is_not_kept_is_put_in_and_one_that_nothing_starts_falls_silent(town: Town) -> None:
    lost, odd = of_case(town, "final_plan"), advice(town, "camhs")
    with town.store.transaction() as db:
        db.execute(delete(Deadline).where(Deadline.id == lost.id))
    plant(town, Deadline, Deadline.id == odd.id, instance=999)
    assert sorted(differences(town)) == [
        f"SEND-2026-0042  advice_health (request {odd.instance})  legal: nothing -> Fri 27 Nov 2026",
        "SEND-2026-0042  advice_health (request 999)  next_at: 2026-11-13T09:00+00:00 -> nothing",
        "SEND-2026-0042  advice_health (request 999)  state: running -> stopped",
        "SEND-2026-0042  final_plan  legal: nothing -> Mon 25 Jan 2027",
    ]
    mended(town)
    assert differences(town) == []
    again = of_case(town, "final_plan")
    assert again.model_dump(exclude={"id"}) == lost.model_dump(exclude={"id"})
    (silent,) = town.all(Deadline, Deadline.id == odd.id)
    assert (silent.state, silent.next_at) == (ClockState.STOPPED, None)


def test_a_moved_date_keeps_its_number_and_is_looked_at_anew_and_nothing_is_said_again(town: Town) -> None:
    this = advice(town, "camhs")
    town.now = at("Fri 13 Nov 2026 09:30")
    town.remind()
    keys = [nudge.key for nudge in town.all(Nudge, Nudge.deadline_id == this.id)]
    assert keys == [f"{this.id}/2026-11-27/{rung}" for rung in ("14-before/room",)]
    for wrong in (day("Fri 20 Nov 2026"), day("Fri 4 Dec 2026")):
        plant(town, Deadline, Deadline.id == this.id, legal=wrong, next_at=LATER)
        mended(town)
        mine = advice(town, "camhs")
        assert (mine.id, mine.legal, mine.next_at) == (this.id, this.legal, at("Fri 13 Nov 2026 09:00"))
        town.remind()
        assert [nudge.key for nudge in town.all(Nudge, Nudge.deadline_id == this.id)] == keys
        assert advice(town, "camhs").next_at == at("Fri 20 Nov 2026 09:00")
        plant(town, Deadline, Deadline.id == this.id, next_at=at("Wed 18 Nov 2026 09:00"))
        assert differences(town) == [], "an early look costs nothing, and finds when the next one is"


def test_a_look_that_comes_too_late_for_a_rung_is_a_difference_and_an_early_one_is_not(town: Town) -> None:
    this = advice(town, "camhs")
    first = at("Fri 13 Nov 2026 09:00")
    assert this.next_at == first
    for now, next_at, mended_to in (
        # now, when the sweep is to look, when it should (None: as it is)
        ("Fri 16 Oct 2026 10:00", at("Thu 12 Nov 2026 09:00"), None),
        ("Fri 16 Oct 2026 10:00", first, None),
        ("Fri 16 Oct 2026 10:00", at("Fri 13 Nov 2026 09:01"), first),
        ("Fri 16 Oct 2026 10:00", LATER, first),
        ("Fri 16 Oct 2026 10:00", None, first),
        ("Fri 13 Nov 2026 08:30", at("Fri 13 Nov 2026 09:20"), None),  # within the hour for which one is set aside
        ("Fri 13 Nov 2026 09:30", at("Fri 13 Nov 2026 10:30"), None),
        ("Fri 13 Nov 2026 09:30", at("Fri 13 Nov 2026 10:31"), at("Fri 13 Nov 2026 09:30")),
        ("Fri 13 Nov 2026 09:30", None, at("Fri 13 Nov 2026 09:30")),
    ):
        town.now = at(now)
        plant(town, Deadline, Deadline.id == this.id, next_at=next_at)
        assert len([each for each in differences(town) if "next_at" in each]) == (mended_to is not None), (now, next_at)
        mended(town)
        assert advice(town, "camhs").next_at == (mended_to or next_at), (now, next_at)


def test_the_sweep_s_own_progress_is_no_difference_all_the_way_along_a_ladder(town: Town) -> None:
    said(town, "Priya", "snooze 0042 until 20 Nov because the panel meets then")
    seen = set()
    for moment in ("Fri 13 Nov 2026 09:00", "Mon 16 Nov 2026 09:00", "Fri 20 Nov 2026 09:00", "Fri 27 Nov 2026 09:00",
                   "Fri 4 Dec 2026 09:00", "Mon 1 Mar 2027 09:00"):  # fmt: skip
        town.now = at(moment)
        assert differences(town) == []
        town.remind()
        assert differences(town) == []
        seen.add(advice(town, "camhs").next_at)
    assert len(seen) > 4 and None in seen


def test_an_earlier_snooze_after_a_longer_one_is_kept_to(town: Town) -> None:
    town.now = at("Fri 30 Oct 2026 09:00")
    said(town, "Priya", "snooze 0042 until 25 Nov because the panel meets then")
    town.now = at("Fri 20 Nov 2026 09:00")
    town.remind()
    said(town, "Priya", "snooze 0042 until 23 Nov because the panel meets earlier")
    assert differences(town) == []
    town.now = at("Mon 23 Nov 2026 09:00")
    before = len(town.all(Nudge))
    town.remind()
    assert len(town.all(Nudge)) > before


def test_a_room_hears_again_once_the_body_takes_back_that_it_has_answered(town: Town) -> None:
    town.now = at("Thu 12 Nov 2026 09:00")
    said(town, "Dan", "advice sent CAMHS 0042")
    town.now = at("Fri 13 Nov 2026 09:00")
    town.remind()
    assert town.all(Nudge, Nudge.deadline_id == advice(town, "camhs").id) == []
    said(town, "Priya", f"correct 0042 {town.all(Entry, Entry.case_id == 1)[-1].number} because they sent it elsewhere")
    assert differences(town) == []
    town.remind()
    (nudge,) = town.all(Nudge, Nudge.deadline_id == advice(town, "camhs").id)
    assert nudge.key.endswith("/14-before/room")


def test_stopped_half_way_it_goes_on_where_it_stopped(town: Town) -> None:
    right = everything(town)
    for case in (1, 2):
        plant(town, Deadline, Deadline.case_id == case, Deadline.rule == "final_plan", legal=day("Mon 1 Feb 2027"))
    run = bring_in_line(town.store, town.turn, batch=1)
    rebuilding_one = next(run)
    run.close()
    assert rebuilding_one.kept.about.id == 1
    left = {found.kept.about.id for found in look_over(town.store, town.turn)}
    assert left in ({2}, set())
    mended(town)
    assert everything(town) == right


def test_what_was_recorded_between_the_look_and_the_mending_counts(town: Town) -> None:
    plant(town, Deadline, Deadline.id == of_case(town, "draft_plan_target").id, legal=day("Mon 1 Feb 2027"))
    plant(town, Deadline, Deadline.id == of_case(town, "final_plan").id, legal=day("Mon 1 Feb 2027"))
    known = list(look_over(town.store, town.turn))
    said(town, "Priya", "sent draft plan 0042")
    plant(town, Deadline, Deadline.id == of_case(town, "final_plan").id, legal=day("Mon 1 Feb 2027"))
    (mended_one,) = rebuilding.mend(town.store, town.turn, Case, [1], known)
    assert [each.clock for each in mended_one.differences] == ["final_plan"]
    assert of_case(town, "draft_plan_target").state is ClockState.MET
    assert differences(town) == []


def test_progress_is_told_in_cases_and_letters(town: Town) -> None:
    told: list[tuple[int, int]] = []
    list(look_over(town.store, town.turn, lambda done, of: told.append((done, of)), batch=1))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_command_says_what_differs_and_ends_with_1_until_it_is_mended(town: Town) -> None:
    assert town.operator("rebuild", "--check") == (0, ["Every date follows from its entries and the rules."])
    plant(town, Deadline, Deadline.id == of_case(town, "final_plan").id, safe=day("Fri 22 Jan 2027"), exception="A1")
    told = [
        "SEND-2026-0042  final_plan  safe: Fri 22 Jan 2027 -> Mon 25 Jan 2027",
        "SEND-2026-0042  final_plan  exception: A1 -> empty",
    ]
    last = "2 values in 1 case or letter kept otherwise than it follows. Bring it in line with: referralbot rebuild"
    before = everything(town)
    assert town.operator("rebuild", "--check") == (1, [*told, last])
    assert everything(town) == before
    assert town.operator("rebuild") == (0, [*told, "2 values in 1 case or letter brought in line."])
    assert town.operator("rebuild", "--check") == (0, ["Every date follows from its entries and the rules."])


def test_a_correction_that_puts_a_ladder_back_has_the_deadline_looked_at_again(town: Town) -> None:
    """Its dates, its start and its state are the same: only who is nudged has changed."""
    this = advice(town, "camhs")
    plant(town, Deadline, Deadline.id == this.id, ladder="", next_at=None)
    said(town, "Priya", "sent draft plan 0042")
    assert advice(town, "camhs").next_at == this.next_at


@pytest.mark.parametrize("size", [1, 2, rebuilding.BATCH])
def test_it_finds_the_same_in_batches_of_any_size(town: Town, size: int) -> None:
    for case in (1, 2):
        plant(town, Deadline, Deadline.case_id == case, Deadline.rule == "final_plan", safe=day("Mon 1 Feb 2027"))
    found = list(look_over(town.store, town.turn, batch=size))
    assert [each.kept.about.reference for each in found] == ["SEND-2026-0042", "SEND-2026-0047"]
