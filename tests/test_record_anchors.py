"""The daily anchor: once a day whoever is first, chained to the one before, signed, and told in the right room."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.cases import anchors
from bot.domain.chain import Anchored, anchor_faults, short
from bot.domain.terms import PostState
from bot.reminders import anchor
from storage.connect import Store
from storage.signing import Signer, is_signed, new_signing_key
from storage.tables import Anchor, Post
from tests.town import RULES, Town

SIGNER = Signer(new_signing_key())


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A case and a letter on record, on Friday 16 October 2026."""
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya")
    letter = 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042'
    assert not town.say("Frances", letter).error
    yield town
    store.close()


def make(town: Town, signer: Signer | None = SIGNER) -> bool:
    return anchor(town.store, RULES, town.vault, town.now, signer=signer)


def all_of(town: Town) -> list[Anchored]:
    with town.store.reading() as db:
        return list(anchors.all_anchors(db))


def newest_entries(db: Session) -> dict[str, int]:
    return {row.stream: row.number for row in db.execute(anchors.ENDS.select())}


def test_it_holds_the_newest_entry_of_every_stream(town: Town) -> None:
    assert make(town)
    (one,) = all_of(town)
    with town.store.reading() as db:
        assert {head.stream: head.number for head in one.heads} == newest_entries(db)
    assert (one.streams, one.day) == (2, town.now.date())
    assert is_signed(one.public_key, one.signature, anchors.signed_text(one.digest))
    assert list(anchor_faults([one])) == []


def test_each_holds_what_grew_since_the_one_before_and_is_chained_to_it(town: Town) -> None:
    make(town)
    town.say("Priya", "note 0042 the school rang")
    town.pass_time(days=1)
    make(town)
    town.pass_time(days=1)
    make(town)
    first, second, third = all_of(town)
    assert [head.stream for head in second.heads] == ["case:1"] and third.heads == ()
    assert (second.previous, third.previous) == (first.digest, second.digest)
    assert (second.streams, third.streams) == (2, 2)
    assert list(anchor_faults([first, second, third])) == []


def test_it_is_made_once_a_day_by_whoever_is_first(town: Town) -> None:
    with ThreadPoolExecutor() as replicas:
        made = list(replicas.map(make, [town] * 4))
    assert sorted(made) == [False, False, False, True]
    assert make(town) is False
    assert len(town.all(Anchor)) == 1 and len(town.read("administrators")) == 1


def test_without_a_key_it_is_made_unsigned(town: Town) -> None:
    make(town, signer=None)
    assert (all_of(town)[0].signature, all_of(town)[0].public_key) == (b"", b"")
    assert "(not signed)" in town.read("administrators")[0].message.text


def test_the_administrators_read_the_day_the_count_and_the_digest_and_nothing_else(town: Town) -> None:
    make(town)
    (came,) = town.read("administrators")
    digest = short(all_of(town)[0].digest)
    assert came.message.text == f"The record of Fri 16 Oct 2026: 2 cases and letters, {digest} (signed)."


def test_over_a_weekend_they_read_of_the_newest_alone_on_monday(town: Town) -> None:
    for _ in range(3):  # Saturday, Sunday and Monday, each a minute past midnight
        town.now = (town.now + timedelta(days=1)).replace(hour=0, minute=1)
        make(town)
        assert town.read("administrators") == []
    town.pass_time(hours=9)
    (came,) = town.read("administrators")
    assert came.message.text.startswith("The record of Mon 19 Oct 2026: ")


def test_it_is_made_before_the_clock_has_gone_on_no_more(town: Town) -> None:
    """A replica whose clock is a day behind makes none for a day that is anchored already."""
    make(town)
    town.pass_time(days=-1)
    assert make(town) is False and len(town.all(Anchor)) == 1


def test_without_an_administrators_room_it_is_made_all_the_same(town: Town) -> None:
    town.say("Alan", "room unbind", room="administrators")
    assert make(town) and len(all_of(town)[0].heads) == 2
    assert town.all(Post, Post.state == PostState.FAILED) == []
