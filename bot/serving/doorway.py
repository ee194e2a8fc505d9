"""What every request meets, whichever adapter it is for: so much time to be said in, and headers on every answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

LONGEST_BODY = 1024 * 1024
"""Bytes. An adapter may take less."""
HEAD_WITHIN = 75.0
"""Seconds in which the head of a request has to come, and that an idle connection is kept: nginx keeps its for 60."""
BODY_WITHIN = 10.0
"""Seconds in which its body has to come."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""On every answer that has none of its own: nothing here is to be shown in a browser but the local page."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def doorway(routes: Iterable[web.RouteDef], *, body_within: float = BODY_WITHIN) -> web.Application:
    """The routes behind one door."""

    @web.middleware
    async def in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
        """408 for a body that does not come to its end. An answer may take as long as it takes."""
        late = TimeoutError()
        cut = asyncio.get_running_loop().call_later(body_within, _cut_off, request, late)
        try:
            return await handler(request)
        except TimeoutError as error:
            if error is late:
                raise web.HTTPRequestTimeout from None
            raise
        finally:
            cut.cancel()

    app = web.Application(client_max_size=LONGEST_BODY, middlewares=[in_time])
    app.on_response_prepare.append(_add_headers)
    app.add_routes(routes)
    return app


def runner(app: web.Application, *, shutdown_timeout: float, head_within: float = HEAD_WITHIN) -> web.AppRunner:
    """The application, ready to be served. What it hears is not logged: an address may hold what somebody asked."""
    return web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout, keepalive_timeout=head_within)


def _cut_off(request: web.Request, late: TimeoutError) -> None:
    if not request.content.is_eof():
        request.content.set_exception(late)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)  # which library answers, and in which version, is nobody's business
