"""Live updates: one stream of server-sent events for each open browser tab."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

STILL_HERE = 15.0
"""Seconds between signs of life, by which a closed tab is noticed."""
WAITING = 1000
"""Events one tab may be behind; a slower one is let go, comes back and reads its room afresh."""

PRIVATE = "private:"


class Streams:
    """The open tabs. A private place is told to its person's tabs; the others learn only that something is there."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Queue[str | None], str] = {}

    def tell(self, place: str, event: str, body: dict[str, Any]) -> None:
        """Send one event to every tab that may see the place. `place` is empty for what concerns all."""
        private = place.startswith(PRIVATE)
        for queue, email in list(self._open.items()):
            if not private or place == PRIVATE + email:
                self._put(queue, event, body)
            elif event == "post":
                self._put(queue, "elsewhere", {"email": place.removeprefix(PRIVATE)})

    def _put(self, queue: asyncio.Queue[str | None], event: str, body: dict[str, Any]) -> None:
        if queue.qsize() >= WAITING:
            self._close(queue)
        else:
            queue.put_nowait(f"event: {event}\ndata: {json.dumps(body)}\n\n")

    def _close(self, queue: asyncio.Queue[str | None]) -> None:
        self._open.pop(queue, None)
        queue.put_nowait(None)

    def close(self) -> None:
        """End every stream, so that the server can stop without waiting for its readers."""
        for queue in list(self._open):
            self._close(queue)

    @contextmanager
    def _opened(self, email: str) -> Iterator[asyncio.Queue[str | None]]:
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._open[queue] = email
        try:
            yield queue
        finally:
            self._open.pop(queue, None)

    async def serve(
        self, request: web.Request, email: str, headers: dict[str, str], hello: dict[str, Any]
    ) -> web.StreamResponse:
        """Answer one tab until it goes away or the page stops."""
        response = web.StreamResponse(headers={**headers, "Content-Type": "text/event-stream"})
        with self._opened(email) as queue:
            self._put(queue, "hello", hello)
            await response.prepare(request)
            try:
                while (event := await _next(queue)) is not None:
                    await response.write(event.encode())
            except ConnectionResetError:
                pass  # The tab was closed; there is nobody to tell.
        return response


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    try:
        return await asyncio.wait_for(queue.get(), STILL_HERE)
    except TimeoutError:
        return ": still here\n\n"
