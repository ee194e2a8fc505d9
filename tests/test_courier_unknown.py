"""The line to the database is cut as the courier commits: whether it was kept is unknown, and nothing is doubled."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.courier import LEASE
from bot.domain.terms import Agency, PostState
from storage.connect import Store
from tests.council import Council, at
from tests.test_courier import Office

MONDAY = at("2026-10-12 09:00")
CUT = OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


class Cut(Store):
    """At its nth transaction the line is cut, before the commit arrives or after."""

    at, kept, count = 0, False, 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        self.count += 1
        cut = self.count == self.at
        with super().transaction() as db:
            yield db
            if cut and not self.kept:
                raise CUT
        if cut:
            raise CUT


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("step", [1, 2], ids=["claim", "note"])
async def test_whether_it_was_kept_or_not_the_message_is_there_once(database_url: str, step: int, kept: bool) -> None:
    store = Cut(database_url)
    office = Office(Council(Store(database_url)))
    office.show(office.council.case(), office.council.room(Agency.HEALTH))
    store.at, store.kept = step, kept
    with suppress(OperationalError):
        await office.courier(store).deliver(MONDAY)
    assert store.count >= step
    await office.deliver(MONDAY + 2 * LEASE)
    assert len(office.slack.texts("health-1")) == 1
    assert office.post().state is PostState.SENT
    store.close()
    office.council.store.close()
