"""The web server: the adapters' routes beside health, readiness and measures, from first request to clean stop."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot import auditor
from bot.domain.errors import BadSettings
from bot.scheduler import Scheduler
from bot.serving.doorway import doorway, runner
from bot.serving.metrics import Metrics
from bot.upkeep.installation import Installation
from storage.migrate import is_current

log = logging.getLogger(__name__)

STOP_WITHIN = 9.0
"""Seconds from SIGTERM to the end, whatever hangs: supervisors commonly kill after ten."""
DATABASE_WAIT = 2.0
STALE = timedelta(minutes=3)
"""The time after which a scheduler that ticks every minute is taken to have stopped."""


class Door(Protocol):
    """An adapter as the server knows it."""

    def routes(self) -> Iterable[web.RouteDef]: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Server:
    """Everything that runs for one installation."""

    here: Installation
    doors: Sequence[Door]
    metrics: Metrics
    scheduler: Scheduler
    stopping: Callable[[], object] = lambda: None
    """Called once it is told to stop."""

    async def run(self, listening: socket.socket, opened: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. `opened` is called once requests are answered."""
        asked_to_stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
        serving = runner(self.application(), shutdown_timeout=STOP_WITHIN / 2)
        await serving.setup()
        try:
            for door in self.doors:
                await door.start()
            await self.scheduler.start()
            await web.SockSite(serving, listening).start()
            opened()
            await asked_to_stop.wait()
            self.stopping()
        finally:
            await self._close(serving)

    async def _close(self, serving: web.AppRunner) -> None:
        """No more work in the background, no more requests, then those under way to their end."""
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self.scheduler.stop()
                for door in self.doors:
                    await door.stop()
                await serving.cleanup()
        except TimeoutError:
            log.warning("stopped with work under way; what was not committed is done again at the next start")
        self.here.store.close()

    def application(self) -> web.Application:
        ours = [web.get("/healthz", self._health), web.get("/readyz", self._ready), web.get("/metrics", self._measures)]
        return doorway([*(route for door in self.doors for route in door.routes()), *ours])

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _ready(self, request: web.Request) -> web.Response:
        """200 where lines can be answered and nudges go out; else 503. Says what is wrong, and nothing else."""
        checks = {**await self._database(), "scheduler": self._ticking(), "auditor": self._audited()}
        ready = set(checks.values()) == {"ok"}
        return web.json_response({"ready": ready, **checks}, status=200 if ready else 503)

    def _ticking(self) -> str:
        last = self.scheduler.last.get("sweep")
        if last is None:
            return "has not ticked yet"
        return "ok" if self.here.clock() - last < STALE else "has stopped ticking"

    def _audited(self) -> str:
        last = self.scheduler.audited
        if last is None or self.here.clock() - last.at > auditor.STALE:
            return "has not run"
        return f"unhappy ({last.unhappy})" if last.unhappy else "ok"

    async def _database(self) -> dict[str, str]:
        try:
            current = await asyncio.wait_for(asyncio.to_thread(is_current, self.here.store), DATABASE_WAIT)
        except (SQLAlchemyError, TimeoutError):
            return {"database": "does not answer", "migrations": "not known"}
        takes = "ok" if self.here.store.takes else "does not take what is to be kept: locked, full or read only"
        return {"database": takes, "migrations": "ok" if current else "behind: run referralbot migrate"}

    async def _measures(self, request: web.Request) -> web.Response:
        return web.Response(body=await asyncio.to_thread(self.metrics.text), content_type="text/plain", charset="utf-8")


def listen(host: str, port: int) -> socket.socket:
    """The port, held before anything else starts; BadSettings where it is taken or not ours to take."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(place[:2], family=family)
    except socket.gaierror as trouble:
        raise BadSettings(f"REFERRALBOT_HOST {host!r} is not an address of this machine.") from trouble
    except OSError as trouble:
        raise BadSettings(
            f"Port {port} on {host} cannot be used: {os.strerror(trouble.errno or 0).lower()}."
            f" Choose another: REFERRALBOT_PORT={port + 1}"
        ) from trouble
