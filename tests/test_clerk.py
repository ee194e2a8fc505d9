"""Several tasks' steps in one transaction: one that fails undoes nobody else's."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.clerk import Clerk
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Setting
from tests.council import Council, at

MONDAY = at("2026-10-12 09:00")


class Counting(Store):
    """Counts its transactions; each of `troubles` is raised at the end of one, in turn."""

    def __init__(self, url: str, *troubles: Exception | None) -> None:
        super().__init__(url)
        self.count, self.troubles = 0, list(troubles)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        self.count += 1
        with super().transaction() as db:
            yield db
            if self.troubles and (trouble := self.troubles.pop(0)):
                raise trouble


@dataclass
class Desk:
    council: Council
    store: Counting

    @property
    def clerk(self) -> Clerk:
        return Clerk(self.store, self.council.turn)

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.council.all(Setting)}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    desk = Desk(Council(Store(database_url)), Counting(database_url))
    yield desk
    desk.store.close()
    desk.council.store.close()


def school(name: str) -> Callable[[Turn], str]:
    def write(turn: Turn) -> str:
        turn.db.add(Setting(name=name))
        return name.upper()

    return write


def broken(turn: Turn) -> str:
    turn.db.add(Setting(name="half"))
    turn.db.flush()
    raise ValueError("a bug in a step")


async def test_what_comes_up_together_is_one_transaction(desk: Desk) -> None:
    clerk = desk.clerk
    told = await asyncio.gather(*(clerk.write(school(f"school {n}"), MONDAY) for n in range(20)))
    assert told == [f"SCHOOL {n}" for n in range(20)]
    assert desk.names == {f"school {n}" for n in range(20)}
    assert desk.store.count == 1


async def test_what_comes_up_meanwhile_goes_into_the_next(desk: Desk) -> None:
    clerk, loop = desk.clerk, asyncio.get_running_loop()

    async def more() -> None:
        await asyncio.gather(*(clerk.write(school(f"school {n}"), MONDAY) for n in range(20)))

    def calls_for_more(_turn: Turn) -> asyncio.Future[None]:
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(more(), loop), loop=loop)

    await (await clerk.write(calls_for_more, MONDAY))
    assert len(desk.names) == 20
    assert desk.store.count == 2


async def test_each_step_has_its_own_moment(desk: Desk) -> None:
    clerk, moments = desk.clerk, [MONDAY + timedelta(seconds=n) for n in range(3)]
    assert await asyncio.gather(*(clerk.write(lambda turn: turn.now, moment) for moment in moments)) == moments


async def test_a_step_that_fails_undoes_itself_alone(desk: Desk) -> None:
    clerk = desk.clerk
    steps = (school("one"), broken, school("two"))
    told = await asyncio.gather(*(clerk.write(step, MONDAY) for step in steps), return_exceptions=True)
    assert [told[0], type(told[1]), told[2]] == ["ONE", ValueError, "TWO"]
    assert desk.names == {"one", "two"}


async def test_a_step_whose_teller_was_stopped_holds_up_no_other(desk: Desk) -> None:
    clerk = desk.clerk
    stopped, stays = (asyncio.create_task(clerk.write(school(name), MONDAY)) for name in ("stopped", "stays"))
    await asyncio.sleep(0)
    stopped.cancel()
    assert await stays == "STAYS"


def trouble(sqlstate: str) -> OperationalError:
    error = Exception("trouble")
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    return OperationalError("COMMIT", {}, error)


async def test_steps_that_another_transaction_was_in_the_way_of_are_written_each_alone(desk: Desk) -> None:
    desk.store.troubles = [trouble("40P01")]
    clerk = desk.clerk
    assert await asyncio.gather(*(clerk.write(school(name), MONDAY) for name in ("one", "two"))) == ["ONE", "TWO"]
    assert desk.store.count == 3


async def test_while_the_database_is_away_it_is_not_asked_once_for_each_step(desk: Desk) -> None:
    desk.store.troubles = [trouble("57P01")] * 20
    clerk = desk.clerk
    steps = (clerk.write(school(f"school {n}"), MONDAY) for n in range(20))
    told = await asyncio.gather(*steps, return_exceptions=True)
    assert {type(one) for one in told} == {OperationalError}
    assert desk.store.count == 1
