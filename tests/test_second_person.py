"""What a second person is asked to agree to, and what is put right without one."""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.domain.terms import EntryKind, Notice, PostSays
from storage.connect import Store
from storage.tables import Entry, Post
from tests.town import Town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


def kinds(town: Town) -> list[EntryKind]:
    return [entry.kind for entry in town.all(Entry)]


def test_a_slip_is_taken_back_at_once_even_where_it_made_a_date_late(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "ask 0042 health on 24 August")
    assert town.say("Priya", "undo 0042 3").text == "Undone: entry 3 of SEND-2026-0042 is struck out."
    assert kinds(town)[-1] is EntryKind.CORRECTED
    assert "Health" not in str(town.say("Priya", "list overdue").table)


def test_a_reply_that_may_come_again_is_agreed_to_once(town: Town) -> None:
    letter = {"member": "Dana Okoro", "constituency": "North", "received": "2026-10-01", "matters": "enquiry"}
    town.say("Frances", "mp", values=letter)
    town.say("Frances", "sent holding reply MP-2026-0007 on 5 October because it was never logged")
    first, second = town.say("Moira", "approve MP-2026-0007 3"), town.say("Helen", "approve MP-2026-0007 3")
    assert (first.error, second.error) == ("", "AlreadyDone")
    assert kinds(town).count(EntryKind.MP_HOLDING_REPLY_SENT) == 1


def test_nobody_hears_which_restricted_case_waits_when_nobody_else_may_see_it(town: Town) -> None:
    town.opens("Helen", received=date(2026, 7, 10), restricted="yes")
    assert town.say("Helen", "sent decision to assess 0042 on 12 August because the post was slow").aside
    (post,) = town.all(Post, Post.says == PostSays.NOTICE)
    assert (post.about["notice"], post.case_id) == (Notice.UNDELIVERED, None)
    assert all("0042" not in arrived.message.text for arrived in town.read("administrators"))


def test_a_day_that_is_planned_can_be_put_off(town: Town) -> None:
    town.opens("Priya")
    town.say("Priya", "plan panel 0042 on 10 December")
    assert not town.say("Priya", "correct 0042 3 on 2026-12-12 the room was taken").error
    assert [entry.happened_on for entry in town.all(Entry, Entry.kind == EntryKind.PLANNED)][-1] == date(2026, 12, 12)
    assert town.say("Priya", "held panel 0042 on 12 December 2026").error == "CannotRead"
