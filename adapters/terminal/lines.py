"""Lines typed at the terminal, read without holding up what arrives meanwhile."""

import asyncio
import threading
from typing import TextIO


class Lines:
    """The lines of a stream. A thread of its own reads them, and is left behind when the program ends: a person may
    never press Enter again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(self._loop,), daemon=True, name="terminal-lines").start()
        line = None if self._ended else await self._queue.get()
        self._ended = line is None
        return line

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while line := self._stream.readline():
                loop.call_soon_threadsafe(self._queue.put_nowait, line.rstrip("\r\n"))
            loop.call_soon_threadsafe(self._queue.put_nowait, None)
        except (RuntimeError, ValueError):
            pass  # The loop or the stream was closed: nobody is listening any more.
