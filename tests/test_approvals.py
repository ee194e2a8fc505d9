"""A second person's yes: who is asked, who may say it, how long it lasts, and that it counts once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from bot.cases import approvals
from bot.domain.errors import NotNow
from bot.domain.message import Fact
from bot.domain.terms import Role, Sensitive
from storage.connect import Store
from storage.tables import Approval, Identity, Person
from tests.town import Town, private_place

PRIYA, NORA, MOIRA = (private_place(f"{name}@anyshire.example") for name in ("priya.shah", "nora.quill", "moira.bell"))
WHY = "the appeal is on Monday"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


def asks(town: Town, name: str = "Priya", about: str = "child:1", act: Sensitive = Sensitive.EXPORT) -> str:
    """What somebody who asks for a yes is answered."""
    with town.store.transaction() as db:
        turn = replace(town.turn(db), who=db.exec(select(Person).where(Person.email == town.email(name))).one())
        if approvals.given(turn, act, about):
            return "done"
        return approvals.asked_words(turn, approvals.ask(turn, act, about=about, why=WHY, line="export 0042"))


def test_a_yes_is_asked_for_once_and_counts_once(town: Town) -> None:
    town.opens("Priya")
    asked = "I have asked Nora Quill and Moira Bell. Once one of them agrees you get a button."
    assert [asks(town), asks(town)] == [asked, asked]
    ((told,), (also,)) = town.read(NORA), town.read(MOIRA)
    assert told.message.text == also.message.text
    assert told.message.text == (
        "Priya Shah asks for your yes to make a subject access pack of the child of SEND-2026-0042. "
        "It waits for you until 17:30 on Tue 20 Oct."
    )
    *answers, see_why = told.message.actions
    assert WHY not in str(vars(told.message))  # it stays in the chat, and lights up a telephone
    seen = town.say("Nora", see_why.line)
    assert seen.facts == (Fact("1: the reason given", WHY, private=True),) and seen.fades
    assert seen.table.rows[0].actions == tuple(answers)  # type: ignore[union-attr]
    agree = told.message.actions[0].line
    assert town.say("Priya", agree).error == town.say("Dan", agree).error == "NotAllowed"
    assert town.say("Nora", agree).text.startswith("You have said yes: Priya Shah may make a subject access pack")
    assert town.say("Moira", agree).text == "Nora Quill has agreed to number 1 already."
    (given,) = town.read(PRIYA)
    assert (given.message.text.split(":")[0], given.message.actions[0].line) == (
        "Nora Quill has said yes to this", "export 0042",
    )  # fmt: skip
    assert asks(town, "Tom") != "done"
    assert [asks(town), asks(town)] == ["done", asked]
    assert WHY.encode() not in town.all(Approval)[0].sealed


def test_a_yes_and_a_question_run_out_and_the_asker_hears(town: Town) -> None:
    town.opens("Priya")
    asks(town)
    town.say("Nora", "agree 1")
    town.pass_time(hours=24)
    assert asks(town) != "done"
    town.now = datetime(2026, 10, 21, 16, 30, tzinfo=UTC)  # two working days later, as the office closes
    with town.store.transaction() as db:
        assert approvals.expire(town.turn(db)) == 1
        assert approvals.expire(town.turn(db)) == 0
    assert town.say("Nora", "agree 2").error == "NotNow"
    in_time = datetime(2026, 10, 20, 16, 29, 59, tzinfo=UTC)  # when it was heard, and then it waited in line
    assert town.say("Nora", "agree 2", at=in_time).error == "AlreadyDone"
    town.pass_time(hours=17)
    assert "Nobody has said yes or no to this in time" in town.read(PRIYA)[-1].message.text
    asks(town)
    assert town.say("Nora", "decline 3").text.startswith("You have said no")
    assert town.read(PRIYA)[-1].message.text.startswith("Nora Quill has said no to this: make a subject access pack")
    assert asks(town) != "done"


def test_only_who_may_know_of_it_is_asked_and_only_while_they_have_the_role(town: Town) -> None:
    town.opens("Priya", restricted="yes")
    asks(town, "Moira", "case:1")
    assert town.say("Helen", "approvals").text == "Nothing waits for your yes."
    assert town.say("Helen", "agree 1").error == town.say("Helen", "agree 9").error == "NotFound"
    assert town.read("administrators") == []
    with town.store.transaction() as db:
        db.exec(select(Person).where(Person.email == town.email("Nora"))).one().role = Role.VIEWER
    assert town.say("Nora", "agree 1").error == "NotAllowed"
    with pytest.raises(NotNow, match="Nobody else could say yes"):
        asks(town, "Moira", "case:1", Sensitive.UNRESTRICT)


def test_where_nobody_who_is_asked_can_be_reached_the_administrators_hear_of_it_but_not_why(town: Town) -> None:
    for name in ("Nora", "Helen", "Moira"):
        with town.store.transaction() as db:
            account = town.email(name)
            for identity in db.exec(select(Identity).where(Identity.account == account)):
                db.delete(identity)
    asks(town)
    heard = [arrived.message for arrived in town.read("administrators")]
    assert [one.text for one in heard] == [
        "Priya Shah asks for a second person's yes. Say approvals in chat, to see for what."
    ] * 2
    assert "Meant for Nora Quill" in heard[0].aside
