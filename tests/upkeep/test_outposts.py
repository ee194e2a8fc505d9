"""Posts by hand: what waits and what failed is listed, sent again where it is true, or taken out on the record."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import update

from bot.cases import by_hand, history
from bot.cases.posts import NOBODY
from bot.domain.errors import AlreadyDone, NeedsReason, NotFound, NotNow, Refusal
from bot.domain.terms import ClockState, EntryKind, PostSays, PostState
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep import outposts
from bot.upkeep.installation import Installation
from storage.connect import Store
from storage.tables import Case, Deadline, Entry, Nudge, Post
from tests.domain.days import day
from tests.forging import broken_link
from tests.town import RULES, Town

NOON = datetime.fromisoformat("2026-10-19T11:00+00:00")
OFFICER, MANAGER = 3, 2
"""Priya Shah, and Moira Bell above her."""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """One case, and a reminder about it that was sent on its way this morning."""
    store = Store(database_url)
    town = Town(store, NOON)
    town.opens("Priya", received=day("Mon 7 Sep 2026"))
    with store.transaction() as db:
        db.execute(update(Post).values(state=PostState.SENT, sent_at=NOON))  # the cards of its opening
    yield town
    store.close()


def post(town: Town, state: PostState = PostState.FAILED, **more: Any) -> Post:
    """A post of one nudge, as it stands after some attempts."""
    (deadline,) = town.all(Deadline, Deadline.rule == "ehcna_decide")
    nudge = Nudge(
        key=f"{deadline.id}/{len(town.all(Nudge))}",
        deadline_id=deadline.id or 0,
        due=deadline.legal,
        rung="the-day",
        hears="owner",
        person_id=OFFICER,
        at=NOON - timedelta(hours=3),
        skipped=NOBODY if state is PostState.FAILED else "",
    )
    town.add(nudge)
    early = NOON - timedelta(hours=3)
    what: dict[str, Any] = {"says": PostSays.NUDGES, "connection_id": town.connection, "person_id": OFFICER}
    row = Post(
        key=f"post{nudge.id}",
        about={"nudges": [nudge.id]},
        state=state,
        trouble="is_archived" if state is PostState.FAILED else "",
        attempts=3,
        **{**what, "not_before": early, "due_at": early, "made_at": early, **more},
    )
    town.add(row)
    with town.store.transaction() as db:
        db.execute(update(Nudge).where(Nudge.id == nudge.id).values(post_id=row.id))  # type: ignore[arg-type]
    return row


def now(town: Town, of: Post) -> Post:
    (row,) = town.all(Post, Post.id == of.id)
    return row


def retry(town: Town, of: Post, at: datetime = NOON) -> None:
    with town.store.transaction() as db:
        by_hand.retry(Turn(db, at, RULES, town.vault), of.id or 0)


def drop(town: Town, of: Post, because: str = "the family rang") -> list[str]:
    with town.store.transaction() as db:
        return by_hand.drop(Turn(db, NOON, RULES, town.vault), of.id or 0, because)


def told(town: Town, capsys: pytest.CaptureFixture[str], what: str, **arguments: Any) -> str:
    """What the command prints."""
    here = Installation(Settings(), town.store, town.vault, RULES, lambda: NOON)
    ways = {"list": outposts.list_posts, "show": outposts.show, "retry": outposts.retry, "drop": outposts.drop}
    ways[what](here, Namespace(**arguments))
    return capsys.readouterr().out


# Listed and shown


@pytest.mark.databases("sqlite")
def test_what_waits_and_what_failed_is_listed(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    failed, waits = post(town), post(town, PostState.WAITING)
    assert told(town, capsys, "list", state=None).splitlines() == [
        f"{failed.id}  could not be delivered: is_archived; reminders to Priya Shah (page); due Mon 19 Oct 09:00;"
        " tried 3 times",
        f"{waits.id}  waits; reminders to Priya Shah (page); due Mon 19 Oct 09:00; tried 3 times",
        "2 posts.",
    ]
    assert told(town, capsys, "list", state="dropped") == "No posts.\n"


@pytest.mark.databases("sqlite")
def test_one_is_shown_with_what_it_says_and_no_child(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(town, capsys, "show", post=post(town).id)
    (case,) = town.all(Case)
    assert f"    {case.reference}  " in shown
    assert f"rung the-day, for the owner; skipped: {NOBODY}" in shown
    assert "Maisie" not in shown and "Palmer" not in shown


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("repeats,said", [(0, ""), (1, "sent again once though"), (3, "sent again 3 times though")])
def test_how_often_one_was_repeated_is_shown(
    town: Town, capsys: pytest.CaptureFixture[str], repeats: int, said: str
) -> None:
    shown = told(town, capsys, "show", post=post(town, PostState.SENT, repeats=repeats).id)
    assert said in shown
    assert ("sent again" in shown) is bool(repeats)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [0, 4711])
def test_one_that_is_not_there(town: Town, number: int) -> None:
    with pytest.raises(NotFound, match=r"There is no post \d+\. Those that wait or failed: referralbot posts list"):
        with town.store.reading() as db:
            by_hand.find(Turn(db, NOON, RULES, town.vault), number)


# Sent again


def test_a_failed_one_is_sent_again_and_its_platform_is_asked_first(town: Town) -> None:
    failed = post(town)
    retry(town, failed)
    again = now(town, failed)
    assert (again.state, again.attempts, again.trouble, again.due_at) == (PostState.WAITING, 0, "", NOON)
    assert again.claimed_until == failed.made_at, "in doubt: it may have been sent before it was given up"
    assert [nudge.skipped for nudge in town.all(Nudge)] == [""]
    (said,) = town.read("private:priya.shah@anyshire.example")
    assert "SEND-2026-0042" in said.message.text
    assert now(town, failed).state is PostState.SENT


def test_out_of_hours_it_waits_for_the_office(town: Town) -> None:
    failed = post(town)
    retry(town, failed, datetime.fromisoformat("2026-10-19T18:00+00:00"))
    assert now(town, failed).not_before == datetime.fromisoformat("2026-10-20T07:30+00:00")


def test_what_was_told_elsewhere_instead_is_not_said_twice(town: Town) -> None:
    failed = post(town)
    tried = [[town.connection, 0, OFFICER]]
    elsewhere = post(town, PostState.SENT, person_id=MANAGER)
    with town.store.transaction() as db:
        db.get_one(Post, elsewhere.id).about = {"nudges": failed.about["nudges"], "tried": tried}
        db.execute(update(Nudge).where(Nudge.post_id == failed.id).values(post_id=elsewhere.id))  # type: ignore[arg-type]
    with pytest.raises(NotNow, match=f"is told elsewhere, in post {elsewhere.id}"):
        retry(town, failed)
    assert now(town, failed).state is PostState.FAILED


def test_what_is_no_longer_true_is_not_sent_again(town: Town) -> None:
    failed = post(town)
    with town.store.transaction() as db:
        db.execute(update(Deadline).values(state=ClockState.MET))
    with pytest.raises(NotNow, match=r"Nothing that post .* says is true any more"):
        retry(town, failed)


REFUSED: tuple[tuple[dict[str, Any], type[Refusal], str], ...] = (
    (
        {"state": PostState.SENT, "sent_at": NOON},
        AlreadyDone,
        r"was sent on Mon 19 Oct at 12:00\. Nothing",
    ),
    ({"state": PostState.DROPPED}, NotNow, "was taken out"),
    ({"state": PostState.WAITING, "claimed_until": NOON + timedelta(seconds=30)}, NotNow, "on its way at this moment"),
    ({"says": PostSays.DIGEST, "made_at": NOON - timedelta(days=1)}, NotNow, "a digest of an earlier day"),
)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("how_it_stands", "refusal", "sentence"), REFUSED)
def test_what_is_not_sent_again(
    town: Town, how_it_stands: dict[str, Any], refusal: type[Refusal], sentence: str
) -> None:
    with pytest.raises(refusal, match=sentence):
        retry(town, post(town, **how_it_stands))


# Taken out


def test_one_that_is_taken_out_is_on_the_record_and_the_reason_is_sealed(town: Town) -> None:
    waits = post(town, PostState.WAITING)
    assert drop(town, waits, "Maisie's mother rang") == ["SEND-2026-0042"]
    assert now(town, waits).state is PostState.DROPPED
    assert [nudge.skipped for nudge in town.all(Nudge)] == ["taken out by hand"]
    noted = town.all(Entry, Entry.kind == EntryKind.NOTED)[-1]
    assert noted.clear == {"post": waits.id}
    with town.store.reading() as db:
        turn = Turn(db, NOON, RULES, town.vault)
        words = history.words_of(turn, db.get_one(Case, noted.case_id), noted)
    assert words == f"Message {waits.id} was taken out unsent: Maisie's mother rang"
    assert not broken_link(town.all(Entry, Entry.case_id == noted.case_id))
    assert town.read("private:priya.shah@anyshire.example") == []


def test_a_reason_is_asked_for(town: Town) -> None:
    with pytest.raises(NeedsReason, match="Say why"):
        drop(town, post(town), "  ")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("how_it_stands", "refusal"),
    [
        ({"state": PostState.SENT}, AlreadyDone),
        ({"state": PostState.DROPPED}, AlreadyDone),
        ({"state": PostState.WAITING, "claimed_until": NOON + timedelta(seconds=30)}, NotNow),
    ],
)
def test_what_cannot_be_taken_out(town: Town, how_it_stands: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        drop(town, post(town, **how_it_stands))


@pytest.mark.databases("sqlite")
def test_the_command_says_what_came_of_it(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = post(town), post(town)
    assert told(town, capsys, "retry", post=first.id) == (
        f"Post {first.id} goes to Priya Shah (page) at Mon 19 Oct 12:00, what is true of it then."
        " Its platform is asked first whether it has it, where it can be asked.\n"
    )
    assert told(town, capsys, "drop", post=second.id, because="said by telephone", email="") == (
        f"Post {second.id} is taken out and will not be sent. That and why is on the record of SEND-2026-0042.\n"
    )
    (noted,) = town.all(Entry, Entry.kind == EntryKind.NOTED)
    assert noted.recorded_by == 8, "the only administrator answers for it"
