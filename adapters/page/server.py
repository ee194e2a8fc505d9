"""The local chat page as a server: aiohttp routes, and the chat that the courier posts to.

Everything but the page itself is JSON, moments are ISO 8601 in UTC, and every "no" is `{"error": a sentence}`.

GET  /                        the page
GET  /static/{name}           its style, scripts and icon
GET  /api/now                 {"run", "now", "movable",
                               "people": [{email, name, role, agency}], "rooms": [{place, name, agency}]}
GET  /api/rooms/{place}?as=   {"place", "version", "posts": [post]}; a private place only for its own person
POST /api/say                 {as, place, line, delivery, shown?, values?, nonce?} -> {"private": bool, "post": post}
POST /api/unsay               {as, place, id} -> {}; takes back a line of one's own
POST /api/clock               {to: "next_nudge" | "day" | "week"} -> {"now"}; the demo alone
GET  /api/events?as=          server-sent events: hello {run}, post / edit (post), withdraw {place, id, version},
                              elsewhere {email}: something private came for another person, clock {now}

post = {id, place, order, version, at, edited, by, text, message, fades}; `by` is the person's e-mail, empty for the
bot, `message` a `bot.domain.message.Message`, field by field; one that `fades` tells who a child is, and a browser
takes it away after ten minutes.
`run` names this run of the server; versions start anew with it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from aiohttp import web

from adapters.page.chat import PageChat, fit
from adapters.page.guard import HEADERS, Wrong, guarded, sentence
from adapters.page.spoken import Spoken, body_of, spoken, text
from adapters.page.streams import PRIVATE, Streams
from adapters.page.transcript import Transcript, as_json, for_a_room, stamp
from bot.courier import Chat
from bot.domain.errors import Refusal, Undeliverable
from bot.domain.message import Address, Message, Said, Where, Who

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
JUMPS = ("next_nudge", "day", "week")


class Staff(NamedTuple):
    """Somebody the page can speak as."""

    email: str
    name: str
    role: str
    agency: str


class PageRoom(NamedTuple):
    """A room in the page's list."""

    place: str
    name: str
    agency: str


class Page:
    """The local page of one connection.

    `met` hears of a person's private place the first time a browser opens as them. `recall` gives the posts already
    sent (address, platform id, message, moment), by which the rooms are rebuilt after a restart. `jump` moves the
    demo's clock and answers with the new moment; without it there is no clock bar. These and `people`, `rooms` and
    `answer` may touch the database: all but `jump` are called on a worker thread.
    """

    def __init__(
        self,
        *,
        connection: int,
        answer: Callable[[Said, datetime], Message],
        clock: Callable[[], datetime],
        people: Callable[[], Iterable[tuple[str, str, str, str]]],
        rooms: Callable[[], Iterable[tuple[str, str, str]]],
        met: Callable[[Who, Where], None] | None = None,
        recall: Callable[[], Iterable[tuple[Address, str, Message, datetime]]] | None = None,
        jump: Callable[[str], Awaitable[datetime]] | None = None,
    ) -> None:
        self._connection, self._answer, self._clock = connection, answer, clock
        self._people, self._rooms = people, rooms
        self._met, self._recall, self._jump = met, recall, jump
        self._run = uuid4().hex
        self._already_met: set[str] = set()
        self._streams = Streams()
        self.transcript = Transcript(self._streams.tell)

    def routes(self) -> list[web.RouteDef]:
        """Everything the page serves, each route behind the guard."""
        return [
            web.get("/", guarded(self._index)),
            web.get("/static/{name}", guarded(self._static)),
            web.get("/api/now", guarded(self._now)),
            web.get("/api/rooms/{place}", guarded(self._room)),
            web.post("/api/say", guarded(self._say)),
            web.post("/api/unsay", guarded(self._unsay)),
            web.post("/api/clock", guarded(self._move_clock)),
            web.get("/api/events", guarded(self._events)),
        ]

    async def start(self) -> None:
        """Write again what was posted before the last stop."""
        recall = self._recall
        if recall:
            for to, platform_id, message, at in await asyncio.to_thread(lambda: list(recall())):
                self.transcript.write(to.place, platform_id, at, message=fit(to.place, message))

    async def stop(self) -> None:
        """Let go of every open browser, which will come back by itself."""
        self._streams.close()

    def chat(self, connection: int) -> Chat:
        """The page as the courier posts to it."""
        if connection != self._connection:
            raise Undeliverable(f"The local page is connection {self._connection}, not {connection}.")
        return PageChat(self.transcript, self._clock, self._places)

    # Who and where

    async def _staff(self) -> dict[str, Staff]:
        return {row[0]: Staff(*row) for row in await asyncio.to_thread(lambda: list(self._people()))}

    async def _room_list(self) -> Sequence[PageRoom]:
        return [PageRoom(*row) for row in await asyncio.to_thread(lambda: list(self._rooms()))]

    async def _places(self) -> set[str]:
        """Every place that can be posted to."""
        return {room.place for room in await self._room_list()} | {PRIVATE + email for email in await self._staff()}

    async def _person(self, email: str) -> Who:
        if email not in await self._staff():
            raise Wrong("Choose who you are first.")
        return Who(self._connection, account=email, email=email)

    async def _place(self, place: str, who: Who) -> Where:
        if place == PRIVATE + who.email:
            return Where(self._connection, place, private=True, name="Private chat")
        for room in await self._room_list():
            if room.place == place:
                return Where(self._connection, place, name=room.name)
        raise Wrong("There is no such room. Choose one from the list.")

    async def _meet(self, who: Who) -> None:
        if self._met and who.email not in self._already_met:
            self._already_met.add(who.email)
            where = Where(self._connection, PRIVATE + who.email, private=True, name="Private chat")
            await asyncio.to_thread(self._met, who, where)

    # What the browser asks

    async def _index(self, request: web.Request) -> web.Response:
        return _file("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return _file(request.match_info["name"])

    async def _now(self, request: web.Request) -> web.Response:
        people, rooms = await self._staff(), await self._room_list()
        return web.json_response(
            {
                "run": self._run,
                "now": stamp(self._clock()),
                "movable": self._jump is not None,
                "people": [person._asdict() for person in people.values()],
                "rooms": [room._asdict() for room in rooms],
            }
        )

    async def _room(self, request: web.Request) -> web.Response:
        who = await self._person(request.query.get("as", ""))
        where = await self._place(request.match_info["place"], who)
        posts = [as_json(post) for post in self.transcript.posts(where.place)]
        return web.json_response({"place": where.place, "version": self.transcript.version, "posts": posts})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        who = await self._person(request.query.get("as", ""))
        await self._meet(who)
        return await self._streams.serve(request, who.email, HEADERS, {"run": self._run})

    # What the browser does

    async def _say(self, request: web.Request) -> web.Response:
        said = spoken(await body_of(request))
        who = await self._person(said.email)
        where = await self._place(said.place, who)
        now = self._clock()
        if said.shown and not where.private:
            self.transcript.write(where.place, f"said:{said.delivery}", now, by=who.email, text=said.shown)
        message = await asyncio.to_thread(self._answer, _line(said, who, where), now)
        return web.json_response(self._reply(said, where, message, now))

    def _reply(self, said: Spoken, where: Where, message: Message, now: datetime) -> dict[str, Any]:
        """A room's answer is posted for all. A private one, a form or a file is the asker's alone and not kept."""
        id = f"answer:{said.delivery}"
        if where.private or message.private or message.form or message.attachment:
            return {"private": True, "post": as_json(self.transcript.unkept(where.place, id, now, message))}
        post = self.transcript.write(where.place, id, now, message=for_a_room(message))
        return {"private": False, "post": as_json(post)}

    async def _unsay(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        who = await self._person(text(body, "as", 320))
        where = await self._place(text(body, "place", 400), who)
        post = self.transcript.post(where.place, text(body, "id", 200))
        if post and post.by != who.email:
            raise Wrong("Only the person who typed a line can take it back.")
        if post:
            self.transcript.withdraw(where.place, post.id)
        return web.json_response({})

    async def _move_clock(self, request: web.Request) -> web.Response:
        to = text(await body_of(request), "to", 40)
        if self._jump is None:
            raise Wrong("The clock can be moved in the demo alone.")
        if to not in JUMPS:
            raise Wrong("The clock moves to the next nudge, a day on or a week on.")
        try:
            now = await self._jump(to)
        except Refusal as no:
            return sentence(str(no), status=409)
        self._streams.tell("", "clock", {"now": stamp(now)})
        return web.json_response({"now": stamp(now)})


def _line(said: Spoken, who: Who, where: Where) -> Said:
    return Said(said.line, who, where, values=said.values, delivery=said.delivery, nonce=said.nonce)


def _file(name: str) -> web.Response:
    """A file of the page by its bare name; anything else is not there."""
    path = STATIC / name
    if path.name != name or path.suffix not in KINDS or not path.is_file():
        return sentence("There is no such page.", status=404)
    return web.Response(body=path.read_bytes(), content_type=KINDS[path.suffix], charset="utf-8")
