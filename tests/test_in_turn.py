"""A burst of lines from one workspace, while another asks."""

import asyncio
import threading

from bot.in_turn import InTurn


async def test_a_burst_from_one_connection_leaves_another_its_answers() -> None:
    """A hundred and sixty lines of one hold every thread that they may, and the other is answered at once."""
    in_turn, go_on = InTurn(), threading.Event()
    burst = [asyncio.create_task(in_turn(1, go_on.wait)) for _ in range(160)]
    await asyncio.sleep(0)  # each has begun
    try:
        async with asyncio.timeout(20):
            assert await in_turn(2, lambda: "answered") == "answered"
        assert not any(line.done() for line in burst)
    finally:
        go_on.set()
    assert await asyncio.gather(*burst) == [True] * 160
