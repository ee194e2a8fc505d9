"""Who may speak to the local page: a browser on this machine, and only from the page itself."""

from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, web
from yarl import URL

from bot.settings.readers import is_loopback

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""What a proxy adds to a request, one or another."""

ELSEWHERE = "This page is answered on this machine only, at localhost."

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wrong(Exception):
    """A request that the page cannot take; the text says why."""


def guarded(handler: Handler) -> Handler:
    """The handler behind the checks, with the page's headers on its answer and every "no" as JSON with a sentence."""

    async def checked(request: web.Request) -> web.StreamResponse:
        no = refusal(request)
        if no:
            return sentence(no, status=403)
        try:
            response = await handler(request)
        except Wrong as wrong:
            return sentence(str(wrong), status=400)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return checked


def refusal(request: web.Request) -> str:
    """Why this request is refused; empty where it is not.

    The page listens on this machine alone, and looks at the caller's address all the same.
    The name in `Host` defeats DNS rebinding: a foreign site that resolves to this machine still sends its own name.
    `Origin` and `Sec-Fetch-Site` defeat a foreign page that posts here from the person's own browser.
    A proxy on this machine would lend every stranger this machine's own address.
    """
    if _passed_on(request):
        return "This page has no login, so it is not answered through a proxy."
    if not is_loopback(request.remote or ""):
        return ELSEWHERE
    host = request.headers.get("Host", "")
    if _name(host) not in LOCAL:
        return ELSEWHERE
    if request.method not in ("GET", "HEAD"):
        return _why_no_change(request, host)
    if request.path.startswith("/api/") and not _asked_by_the_page(request, host):
        return "This was not asked by the page itself."
    return ""


def _passed_on(request: web.Request) -> bool:
    """By a proxy that says so, or in HTTP/1.0, as nginx long did unless told otherwise and no browser does."""
    return request.version < HttpVersion11 or any(name in request.headers for name in PASSED_ON)


def _why_no_change(request: web.Request, host: str) -> str:
    if request.headers.get("Origin") not in _own(host):
        return "This was not sent from the page itself."
    if request.content_type != "application/json":
        return "The page sends JSON."
    return ""


def _asked_by_the_page(request: web.Request, host: str) -> bool:
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    return (origin is None or origin in _own(host)) and site in ("same-origin", "none")


def _own(host: str) -> tuple[str, str]:
    return f"http://{host}", f"https://{host}"


def _name(host: str) -> str:
    try:
        return (URL(f"http://{host}").host or "").lower()
    except ValueError:
        return ""


def sentence(text: str, *, status: int) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=HEADERS)
