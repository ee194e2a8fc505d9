"""The local page over real HTTP: who may ask, what a room keeps, and what only the asker's browser gets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, HttpVersion10
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
from yarl import URL

from adapters.page import Page
from adapters.page.server import STATIC
from bot.domain.errors import NotNow, Undeliverable
from bot.domain.message import (
    Address,
    Attachment,
    Blank,
    Fact,
    Form,
    Message,
    Said,
    Where,
    Who,
)

PRIYA, SAM = "priya@council.example", "sam@council.example"
PEOPLE = [(PRIYA, "Priya Shah", "officer", "Education"), (SAM, "Sam Okafor", "manager", "Education")]
ROOMS = [("health", "Health", "Health"), ("education", "Education", "Education")]
START = datetime(2026, 10, 16, 8, 12, tzinfo=UTC)
HEALTH, PRIYAS, NOWHERE = Address(7, "health", False), Address(7, f"private:{PRIYA}", True), Address(7, "attic", False)
CHILD = Fact("Child", "Maisie P.", private=True)


class Bot:
    """A bot of one page: it notes what it was told and answers by the line's first word."""

    def __init__(self) -> None:
        self.now = START
        self.heard: list[Said] = []
        self.met: list[tuple[Who, Where]] = []

    def answer(self, said: Said, now: datetime) -> Message:
        self.heard.append(said)
        return {
            "new": Message("", form=self.form(said), nonce="form-1"),
            "open": Message("Opened privately", facts=(CHILD,), private=True),
            "csv": Message("1 case", attachment=Attachment("cases.csv", "reference\nSEND-2026-0042\n")),
        }.get(said.line.split()[0], Message(f"Heard: {said.line}", facts=(CHILD, Fact("Due", "Mon 19 Oct"))))

    def form(self, said: Said) -> Form:
        typed = (said.values or {}).get("due", "")
        error = "Friday 31 February isn't a date." if typed else ""
        return Form("New case", "new", (Blank("due", "Due", value=typed, error=error),))

    async def jump(self, to: str) -> datetime:
        if to == "week":
            raise NotNow("There is no nudge to come.")
        self.now += timedelta(days=1)
        return self.now


class Browser:
    """One tab, speaking as one person."""

    def __init__(self, client: TestClient[Any, Any], email: str) -> None:
        self.client, self.email = client, email
        self.origin = str(client.make_url("/")).rstrip("/")

    async def post(self, path: str, body: Any, **headers: str) -> ClientResponse:
        return await self.client.post(path, json=body, headers={"Origin": self.origin, **headers})

    async def say(self, line: str, place: str = "health", **more: Any) -> dict[str, Any]:
        body = {"as": self.email, "place": place, "line": line, "shown": line, "delivery": f"d-{line}", **more}
        response = await self.post("/api/say", body)
        assert response.status == 200, await response.text()
        return dict(await response.json())

    async def posts(self, place: str = "health") -> list[dict[str, Any]]:
        response = await self.client.get(f"/api/rooms/{place}", params={"as": self.email})
        assert response.status == 200, await response.text()
        return list((await response.json())["posts"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Events"]:
        async with self.client.get("/api/events", params={"as": self.email}) as response:
            assert response.content_type == "text/event-stream"
            events = Events(response)
            assert (await events.next())[0] == "hello"
            yield events


class Events:
    """Server-sent events as they come; `next` fails rather than wait for one that does not."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, dict[str, Any]]:
        async with asyncio.timeout(5):
            name = (await self.response.content.readline()).decode().removeprefix("event: ").strip()
            body = json.loads((await self.response.content.readline()).decode().removeprefix("data: "))
            await self.response.content.readline()
            return name, body


@pytest.fixture
def bot() -> Bot:
    return Bot()


def page_of(bot: Bot, **more: Any) -> Page:
    return Page(
        connection=7,
        answer=bot.answer,
        clock=lambda: bot.now,
        people=lambda: PEOPLE,
        rooms=lambda: ROOMS,
        met=lambda who, where: bot.met.append((who, where)),
        **more,
    )


@asynccontextmanager
async def served(page: Page) -> AsyncIterator[TestClient[Any, Any]]:
    async def start(_: Application) -> None:
        await page.start()

    async def stop(_: Application) -> None:
        await page.stop()

    app = Application()
    app.add_routes(page.routes())
    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def page(bot: Bot) -> AsyncIterator[tuple[Page, Browser]]:
    page = page_of(bot, jump=bot.jump)
    async with served(page) as client:
        yield page, Browser(client, PRIYA)


# Talking


async def test_a_line_in_a_room_reaches_the_bot_and_is_read_by_all(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    answer = await priya.say("status 42")

    [said] = bot.heard
    assert said == Said(
        "status 42",
        Who(7, account=PRIYA, email=PRIYA),
        Where(7, "health", name="Health"),
        delivery="d-status 42",
    )
    assert answer["private"] is False
    line, posted = await Browser(priya.client, SAM).posts()
    assert (line["by"], line["text"], line["message"]) == (PRIYA, "status 42", None)
    assert (posted["by"], posted["message"]["text"]) == ("", "Heard: status 42")
    assert line["order"] < posted["order"]


async def test_a_room_never_reads_a_fact_that_names_a_child(page: tuple[Page, Browser]) -> None:
    pages, priya = page
    await priya.say("status 42")
    await pages.chat(7).send(HEALTH, Message("A card", facts=(CHILD,)), "key-1")
    assert "Maisie" not in json.dumps(await priya.posts())


@pytest.mark.parametrize("line", ["open 42", "new", "csv mine"])
async def test_what_is_for_the_asker_alone_is_not_kept(line: str, page: tuple[Page, Browser]) -> None:
    _, priya = page
    answer = await priya.say(line)
    assert answer["private"] is True
    assert [post["text"] for post in await priya.posts()] == [line]


async def test_a_private_chat_is_private_and_leaves_nothing_behind(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    answer = await priya.say("status 42", place=f"private:{PRIYA}")
    assert bot.heard[0].where == Where(7, f"private:{PRIYA}", private=True, name="Private chat")
    assert answer["private"] is True
    assert answer["post"]["message"]["facts"][0]["value"] == "Maisie P."
    assert answer["post"]["fades"] is True  # a browser takes it away after ten minutes
    assert await priya.posts(f"private:{PRIYA}") == []


async def test_a_form_goes_back_with_its_values_and_its_nonce(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    await priya.say("new")
    answer = await priya.say("new", shown="", delivery="d-2", values={"due": "31 February"}, nonce="form-1")
    assert bot.heard[0].values is None
    assert (bot.heard[1].values, bot.heard[1].nonce) == ({"due": "31 February"}, "form-1")
    [blank] = answer["post"]["message"]["form"]["blanks"]
    assert (blank["value"], blank["error"]) == ("31 February", "Friday 31 February isn't a date.")


async def test_a_retry_is_the_same_delivery_and_stands_once_in_the_room(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    first, second = await priya.say("status 42"), await priya.say("status 42")
    assert [said.delivery for said in bot.heard] == ["d-status 42"] * 2
    assert first["post"]["id"] == second["post"]["id"]
    assert len(await priya.posts()) == 2


async def test_a_line_can_be_taken_back_by_who_typed_it_alone(page: tuple[Page, Browser]) -> None:
    _, priya = page
    await priya.say("hello")
    [line, _] = await priya.posts()
    refused = await priya.post("/api/unsay", {"as": SAM, "place": "health", "id": line["id"]})
    assert (refused.status, (await refused.json())["error"]) == (
        400,
        "Only the person who typed a line can take it back.",
    )
    assert (await priya.post("/api/unsay", {"as": PRIYA, "place": "health", "id": line["id"]})).status == 200
    assert line["id"] not in [post["id"] for post in await priya.posts()]


BAD = [
    ({"as": "nobody@council.example"}, "Choose who you are first."),
    ({"place": "attic"}, "There is no such room. Choose one from the list."),
    ({"place": f"private:{SAM}"}, "There is no such room. Choose one from the list."),
    ({"line": "  "}, "Type something first."),
    ({"line": "x" * 4001}, "That is too long: at most 4000 characters, please."),
    ({"line": 7}, "The page sent a 'line' that is not text."),
    ({"delivery": ""}, "The page sent no delivery id."),
    ({"values": {"due": 3}}, "The page sent a form that cannot be read."),
]


@pytest.mark.parametrize(("wrong", "sentence"), BAD)
async def test_bad_input_gets_a_sentence_and_reaches_nobody(
    wrong: dict[str, Any], sentence: str, bot: Bot, page: tuple[Page, Browser]
) -> None:
    _, priya = page
    good = {"as": PRIYA, "place": "health", "line": "status 42", "delivery": "d", "shown": "status 42"}
    response = await priya.post("/api/say", {**good, **wrong})
    assert (response.status, await response.json()) == (400, {"error": sentence})
    assert bot.heard == []
    assert await priya.posts() == []


async def test_a_body_that_is_not_an_object_gets_a_sentence(page: tuple[Page, Browser]) -> None:
    _, priya = page
    response = await priya.post("/api/say", ["status 42"])
    assert (response.status, (await response.json())["error"]) == (
        400,
        "The page sent something that is not a JSON object.",
    )


# Hearing


async def test_open_browsers_hear_a_post_its_edit_and_its_withdrawal(page: tuple[Page, Browser]) -> None:
    pages, priya = page
    chat = pages.chat(7)
    async with Browser(priya.client, SAM).listening() as events:
        posted = await chat.send(HEALTH, Message("week 10 of 20"), "key-1")
        name, post = await events.next()
        assert (name, post["place"], post["message"]["text"]) == ("post", "health", "week 10 of 20")

        await chat.edit(HEALTH, posted, Message("week 11 of 20"))
        name, edited = await events.next()
        assert (name, edited["id"], edited["message"]["text"]) == ("edit", post["id"], "week 11 of 20")
        assert edited["version"] > post["version"]
        assert edited["order"] == post["order"]
        assert edited["edited"] == "2026-10-16T08:12:00.000+00:00"

        await chat.withdraw(HEALTH, posted)
        name, gone = await events.next()
        assert (name, gone["id"]) == ("withdraw", post["id"])
        assert gone["version"] > edited["version"]
    assert await priya.posts() == []


async def test_a_private_post_is_heard_by_its_person_and_the_others_learn_only_that_it_came(
    page: tuple[Page, Browser],
) -> None:
    pages, priya = page
    async with priya.listening() as hers, Browser(priya.client, SAM).listening() as his:
        await pages.chat(7).send(PRIYAS, Message("You own 212 cases", facts=(CHILD,)), "digest-1")
        name, post = await hers.next()
        assert (name, post["message"]["facts"][0]["value"]) == ("post", "Maisie P.")
        assert await his.next() == ("elsewhere", {"email": PRIYA})


async def test_the_courier_finds_a_post_by_its_key_and_a_second_send_is_the_same_post(
    page: tuple[Page, Browser],
) -> None:
    pages, priya = page
    chat = pages.chat(7)
    assert await chat.find(HEALTH, "key-1") is None
    posted = await chat.send(HEALTH, Message("A card"), "key-1")
    assert await chat.find(HEALTH, "key-1") == posted
    assert await chat.send(HEALTH, Message("A card"), "key-1") == posted
    assert len(await priya.posts()) == 1


async def test_an_edit_of_what_the_page_forgot_posts_it_again(page: tuple[Page, Browser]) -> None:
    pages, priya = page
    await pages.chat(7).edit(HEALTH, "key-of-last-week", Message("A card"))
    [post] = await priya.posts()
    assert (post["id"], post["message"]["text"]) == ("key-of-last-week", "A card")


async def test_a_place_that_is_not_there_is_undeliverable(page: tuple[Page, Browser]) -> None:
    pages, _ = page
    with pytest.raises(Undeliverable, match="attic"):
        await pages.chat(7).send(NOWHERE, Message("A card"), "key-1")
    with pytest.raises(Undeliverable, match="attic"):
        await pages.chat(7).edit(NOWHERE, "key-1", Message("A card"))
    with pytest.raises(Undeliverable, match="connection 7"):
        pages.chat(8)


async def test_rooms_are_rebuilt_after_a_restart(bot: Bot) -> None:
    yesterday = START - timedelta(days=1)
    sent = [(HEALTH, "key-1", Message("A card"), yesterday), (PRIYAS, "key-2", Message("A digest"), yesterday)]
    page = page_of(bot, recall=lambda: sent)
    async with served(page) as client:
        priya = Browser(client, PRIYA)
        [card], [digest] = await priya.posts(), await priya.posts(f"private:{PRIYA}")
        assert (card["message"]["text"], card["at"]) == ("A card", "2026-10-15T08:12:00.000+00:00")
        assert digest["message"]["text"] == "A digest"
        assert await page.chat(7).find(HEALTH, "key-1") == "key-1"


async def test_a_person_is_met_once_when_a_browser_opens_as_them(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    for _ in range(2):
        async with priya.listening():
            pass
    who = Who(7, account=PRIYA, email=PRIYA)
    assert bot.met == [(who, Where(7, f"private:{PRIYA}", private=True, name="Private chat"))]


async def test_stopping_lets_go_of_open_browsers(page: tuple[Page, Browser]) -> None:
    pages, priya = page
    async with priya.listening() as events:
        await pages.stop()
        async with asyncio.timeout(5):
            assert await events.response.content.read() == b""


# The clock


async def test_the_demo_moves_the_clock_and_every_browser_hears_it(page: tuple[Page, Browser]) -> None:
    _, priya = page
    moved = {"now": "2026-10-17T08:12:00.000+00:00"}
    async with Browser(priya.client, SAM).listening() as events:
        assert await (await priya.post("/api/clock", {"to": "day"})).json() == moved
        assert await events.next() == ("clock", moved)


async def test_a_clock_that_cannot_move_says_why(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    no_nudge = await priya.post("/api/clock", {"to": "week"})
    assert (no_nudge.status, await no_nudge.json()) == (409, {"error": "There is no nudge to come."})
    assert (await priya.post("/api/clock", {"to": "year"})).status == 400
    async with served(page_of(bot)) as client:
        assert (await (await client.get("/api/now")).json())["movable"] is False
        refused = await Browser(client, PRIYA).post("/api/clock", {"to": "day"})
        assert (await refused.json())["error"] == "The clock can be moved in the demo alone."


# Who may ask


async def test_the_page_comes_with_a_policy_that_names_nobody_else(page: tuple[Page, Browser]) -> None:
    _, priya = page
    for path in ("/", "/static/page.js", "/api/now"):
        response = await priya.client.get(path)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';"), path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path


async def test_every_file_of_the_page_is_served_and_asks_for_nothing_from_elsewhere(
    page: tuple[Page, Browser],
) -> None:
    _, priya = page
    for file in STATIC.iterdir():
        text = await (await priya.client.get(f"/static/{file.name}")).text()
        assert text == file.read_text()
        for name in re.findall(r"/static/([\w.]+)|from .\./([\w.]+)", text):
            assert (STATIC / "".join(name)).is_file(), f"{file.name} asks for {name}"
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), f"{file.name} reaches outside"


async def test_what_was_said_is_never_read_as_markup() -> None:
    for file in STATIC.glob("*.js"):
        found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", file.read_text())
        assert not found, f"{file.name} uses {found}"


@pytest.mark.parametrize("name", ["..%2Fserver.py", "server.py", "nothing.js", ".."])
async def test_nothing_but_the_page_is_served(name: str, page: tuple[Page, Browser]) -> None:
    _, priya = page
    async with ClientSession() as session:
        response = await session.get(URL(f"{priya.origin}/static/{name}", encoded=True))
        assert response.status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.", ""])
@pytest.mark.parametrize("path", ["/", "/api/now", "/static/page.js"])
async def test_a_name_that_is_not_this_machine_is_refused(host: str, path: str, page: tuple[Page, Browser]) -> None:
    _, priya = page
    async with ClientSession() as session:
        response = await session.get(priya.origin + path, headers={"Host": host})
        assert response.status == 403
        assert (await response.json())["error"] == "This page is answered on this machine only, at localhost."


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
async def test_this_machine_by_any_of_its_names_is_answered(host: str, page: tuple[Page, Browser]) -> None:
    _, priya = page
    async with ClientSession() as session:
        assert (await session.get(f"{priya.origin}/api/now", headers={"Host": host})).status == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "forwarded", "Via", "X-Real-IP"])
@pytest.mark.parametrize("path", ["/", "/api/now", "/static/page.js"])
async def test_what_a_proxy_has_passed_on_is_refused(name: str, path: str, page: tuple[Page, Browser]) -> None:
    """The page has no login: behind a proxy everyone would be on this machine."""
    _, priya = page
    response = await priya.client.get(path, headers={name: "203.0.113.7"})
    sentence = "This page has no login, so it is not answered through a proxy."
    assert (response.status, await response.json()) == (403, {"error": sentence})


async def test_a_proxy_that_says_nothing_is_known_by_its_old_http(page: tuple[Page, Browser]) -> None:
    """Module ngx_http_proxy_module: version 1.0 unless proxy_http_version says otherwise."""
    _, priya = page
    async with ClientSession(version=HttpVersion10) as session:
        assert (await session.get(f"{priya.origin}/api/now")).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", ""])
async def test_another_site_cannot_speak_here(origin: str, bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    body = {"as": PRIYA, "place": "health", "line": "status 42", "delivery": "d"}
    response = await priya.post("/api/say", body, Origin=origin)
    assert (response.status, bot.heard) == (403, [])
    assert (await priya.client.post("/api/say", json=body)).status == 403


async def test_a_form_of_another_site_is_refused_by_its_content_type(bot: Bot, page: tuple[Page, Browser]) -> None:
    _, priya = page
    response = await priya.client.post("/api/say", data=b"{}", headers={"Origin": priya.origin})
    assert (response.status, bot.heard) == (403, [])


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_cannot_listen_here(header: dict[str, str], page: tuple[Page, Browser]) -> None:
    _, priya = page
    for path in ("/api/now", "/api/rooms/health", "/api/events"):
        response = await priya.client.get(path, params={"as": PRIYA}, headers=header)
        assert response.status == 403, path


async def test_a_private_place_is_read_as_its_own_person_alone(page: tuple[Page, Browser]) -> None:
    _, priya = page
    response = await priya.client.get(f"/api/rooms/private:{SAM}", params={"as": PRIYA})
    assert response.status == 400
