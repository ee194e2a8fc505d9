"""What protects the bot from the web: time-outs, limits, headers, where it may call, and where secrets never stand."""

import asyncio
import csv
import io
import json
import logging
import os
import pkgutil
import re
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from sqlalchemy import update

import adapters
import bot
import storage
from adapters.page import Page
from adapters.page.guard import refusal
from adapters.slack import Slack
from adapters.slack.workspace import Workspace
from adapters.teams.passes import Pass
from bot.__main__ import main
from bot.cards.spreadsheet import csv_of
from bot.commandline import CANNOT, parser
from bot.courier import Credentials
from bot.domain.errors import Undeliverable
from bot.domain.message import Message, Said, Where, Who
from bot.domain.terms import EntryKind, Platform
from bot.scheduler import EVERY
from bot.serving.doorway import HEADERS, LONGEST_BODY, doorway, runner
from bot.serving.run import Inside, _run
from bot.serving.throttle import AT_ONCE, Throttle
from bot.serving.web import listen
from bot.settings import Settings, described
from bot.upkeep.connections import Defined
from bot.upkeep.installation import Installation
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.tables import Entry, Person
from tests.adapters.fake_slack import SECRET, TOKEN, payload, running
from tests.adapters.slack_bot import NINE
from tests.adapters.teams_town import town as teams_town
from tests.adapters.test_slack_edge import signed
from tests.town import RULES, Town

SOON = 0.2
"""Seconds that a request has here to come to its end."""


# Time and size


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def slow(request: web.Request) -> web.Response:
    await asyncio.sleep(2 * SOON)
    return web.Response(text="at last")


@asynccontextmanager
async def open_door(*routes: web.RouteDef) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection to a server that waits a moment only."""
    serving = runner(doorway(routes, body_within=SOON), shutdown_timeout=1, head_within=SOON)
    await serving.setup()
    await web.TCPSite(serving, "127.0.0.1", 0).start()
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(*serving.addresses[0][:2])
            yield reader, writer
            writer.close()
    finally:
        await serving.cleanup()


@pytest.mark.parametrize("begun", [b"", b"POST /", b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_head_that_never_ends_is_hung_up_on(begun: bytes) -> None:
    async with open_door(web.post("/", echo)) as (reader, writer):
        writer.write(begun)
        assert await reader.read() == b""


@pytest.mark.parametrize("size", [b"Content-Length: 20", b"Transfer-Encoding: chunked"])
async def test_a_body_that_never_ends_is_408(size: bytes) -> None:
    async with open_door(web.post("/", echo)) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + size + b"\r\n\r\n5\r\nhalf")
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        assert b"Traceback" not in await reader.read()


async def test_an_answer_may_take_longer_than_a_request() -> None:
    async with open_door(web.post("/", slow)) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


@asynccontextmanager
async def all_doors() -> AsyncIterator[TestClient[Any, Any]]:
    """Slack, Teams and the page behind one door, as `serve` has them."""

    def answer(said: Said, now: datetime) -> Message:
        return Message("Heard")

    slack = Slack(
        [Credentials(1, "T0COUNCIL", "", {"bot_token": TOKEN, "signing_secret": SECRET})],
        answer=answer,
        clock=lambda: NINE,
        met=lambda *_: None,
    )
    page = Page(connection=3, answer=answer, clock=lambda: NINE, people=list, rooms=list)
    async with teams_town() as teams:
        routes = [*slack.routes(), *teams.teams.routes(), *page.routes()]
        async with TestClient(TestServer(doorway(routes))) as client:
            yield client
        await slack.stop()


ASKED = [
    ("GET", "/", 200),
    ("GET", "/static/page.js", 200),
    ("GET", "/api/now", 200),
    ("POST", "/api/say", 403),
    ("GET", "/api/rooms/attic", 400),
    ("POST", "/slack/events", 401),
    ("GET", "/slack/events", 405),
    ("POST", "/api/messages", 401),
    ("PUT", "/api/messages", 405),
    ("GET", "/no/such/page", 404),
    ("TRACE", "/", 405),
]


async def test_every_answer_says_that_it_is_not_to_be_framed_sniffed_or_kept_and_sets_no_cookie() -> None:
    async with all_doors() as client:
        for method, path, status in ASKED:
            async with client.request(method, path, headers={"Cookie": "session=1"}) as answer:
                assert answer.status == status, path
                assert set(HEADERS) <= set(answer.headers), path
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
                assert "unsafe" not in answer.headers["Content-Security-Policy"], path
                assert answer.headers["Cache-Control"] == "no-store", path
                assert {"Set-Cookie", "Server", "Access-Control-Allow-Origin"}.isdisjoint(answer.headers), path


async def test_no_adapter_takes_more_than_it_needs() -> None:
    long = b'{"x":"' + b"x" * LONGEST_BODY + b'"}'

    async def chunks() -> AsyncIterator[bytes]:
        yield long

    async with all_doors() as client:
        origin = {"Origin": str(client.make_url("/")).rstrip("/"), "Content-Type": "application/json"}
        for body in (long, chunks):
            sent = body if isinstance(body, bytes) else body()
            async with client.post("/slack/events", data=sent, headers=signed(long)) as answer:
                assert answer.status == 413
            sent = body if isinstance(body, bytes) else body()
            async with client.post("/api/say", data=sent, headers=origin) as answer:
                assert (answer.status, (await answer.json())["error"]) == (400, "That is too long for one message.")


# The local page


@pytest.mark.parametrize(
    ("remote", "answered"), [("127.0.0.1", True), ("::1", True), ("192.168.1.20", False), ("", False)]
)
def test_the_page_answers_this_machine_alone_whatever_the_request_says_of_itself(remote: str, answered: bool) -> None:
    request = make_mocked_request("GET", "/", headers={"Host": "localhost"}).clone(remote=remote)
    assert (refusal(request) == "") is answered


def test_the_demo_is_not_opened_to_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"], {"REFERRALBOT_HOST": "0.0.0.0"}) == CANNOT
    assert "it needs REFERRALBOT_HOST=127.0.0.1" in capsys.readouterr().err


# Where the bot calls


ADDRESSES = [
    ("https://hooks.slack.com/commands/T0/1/x", True),
    ("https://files.slack.com/upload/v1/x", True),
    ("https://slack.com/api/x", True),
    ("http://hooks.slack.com/commands/T0", False),
    ("https://hooks.slack.com:8443/commands/T0", False),
    ("https://hooks.slack.com@evil.example/", False),
    ("https://hooks.slack.com.evil.example/", False),
    ("https://evil.example/hooks.slack.com", False),
    ("http://169.254.169.254/latest/meta-data/", False),
    ("http://127.0.0.1:8080/api/say", False),
    ("file:///etc/passwd", False),
    ("//hooks.slack.com/", False),
    ("", False),
]


@pytest.mark.parametrize(("address", "slack_s"), ADDRESSES)
async def test_an_answer_goes_to_slack_s_own_addresses_alone(address: str, slack_s: bool) -> None:
    """Through a proxy that is not there: what is let out fails on the way, what is not is refused before."""
    workspace = Workspace(
        Credentials(1, "T0", "", {"bot_token": TOKEN}), "https://slack.com/api/", "http://127.0.0.1:1"
    )
    try:
        with pytest.raises(Exception) as no:
            await workspace.answer_at(address, {"text": "Maisie"})
    finally:
        await workspace.close()
    assert isinstance(no.value, Undeliverable) is not slack_s


async def test_an_answer_does_not_follow_a_redirect() -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/stolen")

    app = web.Application()
    app.add_routes([web.post("/{path}", elsewhere)])
    async with TestServer(app) as server:
        workspace = Workspace(Credentials(1, "T0", "", {"bot_token": TOKEN}), str(server.make_url("/api/")))
        with pytest.raises(Undeliverable):
            await workspace.answer_at(str(server.make_url("/response")), {"text": "Maisie"})
        await workspace.close()
    assert asked == ["/response"]


async def test_a_command_that_names_another_address_to_answer_at_has_nothing_sent_there() -> None:
    async with running() as stranger, running() as slack:
        workspace = Workspace(Credentials(1, "T0", "", {"bot_token": TOKEN}), f"{slack.url}/api/")
        with pytest.raises(Undeliverable):
            await workspace.answer_at(f"{stranger.url}/response/1", {"text": "Maisie"})
        await workspace.close()
    assert not stranger.answers


# How much one account may say


def said(account: str, number: int, line: str = "help") -> Said:
    return Said(line, Who(1, account), Where(1, account, private=True), delivery=f"{account}-{number}")


def test_one_account_s_flood_is_told_to_wait_and_costs_the_others_nothing() -> None:
    heard: list[Said] = []

    def answer(one: Said, now: datetime) -> Message:
        heard.append(one)
        return Message("Heard")

    throttle = Throttle(answer, lambda _: None)
    flood = [throttle(said("flood", number), NINE) for number in range(AT_ONCE + 40)]
    assert [message.error for message in flood] == [""] * AT_ONCE + ["TooMany"] * 40
    assert flood[-1].private and "Nothing was done with this line: wait a few seconds" in flood[-1].text
    assert throttle(said("priya", 1), NINE).text == "Heard"
    later = [throttle(said("flood", number), NINE + timedelta(seconds=10)) for number in range(20)]
    assert [message.error for message in later] == [""] * 10 + ["TooMany"] * 10
    assert len(heard) == AT_ONCE + 11
    assert throttle(said("flood", 1), NINE - timedelta(days=1)).error == "TooMany", (
        "a clock that goes back gives nothing"
    )


def test_a_line_turned_away_is_not_kept_and_acts_when_it_is_said_again(database_url: str) -> None:
    """What was heard before is answered as it was: it is never told that nothing was done."""
    town = Town(Store(database_url))
    town.opens("Priya")
    throttle = Throttle(town.app.answer, town.app.heard_before, at_once=1)
    note, other = town.said("Priya", "note 0042 the family rang"), town.said("Priya", "note 0042 they rang again")
    first = throttle(note, town.now)
    assert throttle(note, town.now).text == first.text
    assert throttle(other, town.now).error == "TooMany"
    assert len(town.all(Entry, Entry.kind == EntryKind.NOTED)) == 1
    assert throttle(other, town.now + timedelta(seconds=1)).error == ""
    assert len(town.all(Entry, Entry.kind == EntryKind.NOTED)) == 2
    town.store.close()


@pytest.mark.databases("sqlite")
def test_all_that_serve_opens_stands_behind_this_door_and_this_measure(database_url: str) -> None:
    """The bot as it is wired, with an adapter of ours: what it says over HTTP, and what it is answered with."""
    here = Installation(Settings(), Store(database_url), Vault(new_key()), RULES, lambda: NINE)
    handed: list[Inside] = []
    seen: dict[str, str] = {}

    def doors(inside: Inside, found: Any) -> dict[Any, Any]:
        handed.append(inside)
        return {}

    def answers_at(address: str) -> None:
        threading.Thread(target=lambda: (seen.update(urlopen(f"{address}/healthz").headers), stop())).start()

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    asyncio.run(_run(here, listen("127.0.0.1", 0), doors, answers_at, lambda: None, EVERY))
    assert set(HEADERS) <= set(seen) and "Server" not in seen
    verdicts = [handed[0].answer(said("stranger", number), NINE).error for number in range(AT_ONCE + 1)]
    assert verdicts == ["Stranger"] * AT_ONCE + ["TooMany"]
    here.store.close()


# Secrets


HUSH = "hush-7-hush"


def test_nothing_secret_is_a_word_of_the_command_line() -> None:
    """Whoever may list processes reads the words of each: secrets are asked for, or come from the environment."""
    secret = re.compile("secret|password|token|(?<!public.)key|passphrase", re.IGNORECASE)
    assert [word for word in words_of(parser()) if secret.search(word)] == ["new-key", "rotate-key"], (
        "names of commands"
    )


def words_of(command: Any) -> list[str]:
    words: list[str] = []
    for action in command._actions:
        words += [*action.option_strings, action.dest]
        for name, below in (action.choices or {}).items() if isinstance(action.choices, dict) else ():
            words += [name, *words_of(below)]
    return list(dict.fromkeys(words))


def test_what_holds_a_secret_does_not_show_it() -> None:
    secret = {each.attribute: HUSH for each in described() if each.secret}
    key = new_key()
    for holder in (
        Settings(**secret),
        Credentials(1, "T0", "", {"bot_token": HUSH}),
        Defined(Platform.SLACK, "T0", "Council", secrets={"bot_token": HUSH}),
        Pass(HUSH, NINE),
        Vault(key),
    ):
        assert HUSH not in repr(holder) + str(holder) and key not in repr(holder)


def test_whatever_else_is_named_like_a_secret_is_hidden_too() -> None:
    """A field of a dataclass, anywhere, whose name says that it is one; a key is one that holds bytes."""
    secret = re.compile("secret|password|token|sealed", re.IGNORECASE)
    shown = [
        f"{kind.__module__}.{kind.__name__}.{each.name}"
        for package in (bot, adapters, storage)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if "migrations" not in module.name and not module.name.endswith("__main__")
        for kind in vars(import_module(module.name)).values()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name
        if kind.__dataclass_params__.repr
        for each in fields(kind)
        if (secret.search(each.name) and each.type is not bool) or (each.name == "key" and each.type is bytes)
        if each.repr
    ]
    assert shown == [], "give the field repr=False"


def test_a_database_s_password_is_in_no_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for url in (f"postgresql://bot:{HUSH}@127.0.0.1:1/x", f"mysql://bot:{HUSH}@x/y", f"postgresql://bot:{HUSH}@:x:y/z"):
        assert main(["migrate"], {"DATABASE_URL": url, "REFERRALBOT_KEY": new_key()}) == CANNOT
    said = capsys.readouterr()
    assert said.err.count("\n") == 3
    assert HUSH not in said.out + said.err


# Files for a spreadsheet


CELLS = [
    "=1+1",
    "+44 20 7946 0000",
    "-2",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    '"=1+1',
    "'=1+1",
    '=HYPERLINK("https://evil.example","Click")',
    "Oakhurst\n=1+1",
    "Oakhurst;=1+1",
    "＝1+1",
]


@pytest.mark.parametrize("typed", CELLS)
def test_what_somebody_typed_is_text_in_every_cell(typed: str) -> None:
    text = csv_of(("a", "b", "c"), [(typed, "plain", typed)])
    _, row = csv.reader(io.StringIO(text))
    assert row[1] == "plain"
    for cell in (row[0], row[2]):
        assert not {"\t", "\r", "\n"} & set(cell)
        assert not any(
            part.lstrip("\"' ")[:1] in tuple("=+-@＝") and part[:1] != "'" for part in cell.split(";") if part
        )


def test_a_number_and_a_name_stay_as_they_are() -> None:
    assert csv_of(("days left", "owner", "date"), [(-3, "Ann-Marie O'Neil", "2026-10-19")]).splitlines() == [
        "days left,owner,date",
        "-3,Ann-Marie O'Neil,2026-10-19",
    ]


@pytest.mark.databases("sqlite")
def test_a_name_that_is_a_formula_is_text_in_every_list(database_url: str) -> None:
    town = Town(Store(database_url))
    town.opens("Priya", received=date(2026, 6, 1))
    with town.store.transaction() as db:
        db.exec(update(Person).where(Person.name == "Priya Shah").values(name="=cmd|' /C calc'!A0"))
    for line in ("list mine as_csv=yes", "list overdue as_csv=yes"):
        file = town.say("Priya", line).attachment
        assert file is not None and "'=cmd" in file.text, line
        assert not re.search(r'(^|,)"?=', file.text, re.MULTILINE), line
    town.store.close()


# What is logged


async def test_a_refused_request_leaves_none_of_its_words_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    body = json.dumps(payload("message_im") | {"text": "Maisie"}).encode()
    async with all_doors() as client:
        for path in ("/slack/events", "/api/messages"):
            forged = {"Content-Type": "application/json", "Authorization": f"Bearer {HUSH}", **signed(body, HUSH)}
            async with client.post(path, data=body, headers=forged) as answer:
                assert answer.status == 401
    assert "Maisie" not in caplog.text and HUSH not in caplog.text


# The page that says all this


PAGE = (Path(__file__).parents[1] / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)`: `(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_page_names_is_there(file: str, name: str) -> None:
    text = (Path(__file__).parents[1] / file).read_text()
    assert re.search(rf"def {name}\(", text), f"docs/security.md names {name}"


def test_every_threat_on_the_page_names_its_test() -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("|") and row.count("|") == 4 and "`tests/" not in row]
    assert {row for row in rows if not row.startswith(("|---", "| threat", "| address", "| `/"))} == {
        "| a stolen session | there is none: no cookie is set or read | the same |"
    }
