"""The running bot, as a process of its own: what it says, what it answers over HTTP, and how it stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bot.serving.told import FIRST_LINES
from storage.crypto import new_key
from tests.conftest import sqlite_copy

KEY = new_key()
PATIENCE = 30


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "bot", *words]


def environment(**settings: str) -> dict[str, str]:
    """Nothing of this machine's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "REFERRALBOT_KEY": KEY, "REFERRALBOT_PORT": "0", **settings}


@contextmanager
def running(folder: Path, *words: str, until: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, the address it answers at, and what it told up to the line that holds `until`."""
    process = subprocess.Popen(
        command(*words),
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told = ""
        while until not in told:
            line = process.stdout.readline() if process.stdout else ""
            assert line, f"it ended early: {process.stderr.read() if process.stderr else ''}"
            told += line
        found = re.search(r"http://[\d.:]+", told)
        assert found, told
        yield process, found[0], told
    finally:
        process.kill()
        process.communicate()


def get(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=PATIENCE) as response:
            return response.status, response.read().decode()
    except HTTPError as no:
        return no.code, no.read().decode()


def post(address: str, path: str, **body: object) -> dict:
    headers = {"Content-Type": "application/json", "Origin": address}
    request = Request(address + path, json.dumps(body).encode(), headers)
    with urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


def refused(address: str, path: str) -> int:
    """What an unsigned request is answered with."""
    try:
        urlopen(Request(address + path, b"{}", {"Content-Type": "application/json"}), timeout=PATIENCE)
    except HTTPError as no:
        return no.code
    raise AssertionError("it was taken")


def ready(address: str) -> dict:
    """What /readyz says once the scheduler has ticked, which it does at once."""
    for _ in range(PATIENCE * 10):
        if get(f"{address}/readyz")[0] == 200:
            break
        time.sleep(0.1)
    return json.loads(get(f"{address}/readyz")[1])


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=folder, env=environment(**settings), capture_output=True, text=True, timeout=PATIENCE
    )


def test_serving(tmp_path: Path) -> None:
    """From its first line to its last; in between the database is taken back to an older version under it."""
    run(tmp_path, "migrate")
    with running(tmp_path, "serve", until="Local page") as (process, address, told):
        assert "Slack: not configured. Set SLACK_BOT_TOKEN" in told
        assert "Teams: not configured. Set TEAMS_APP_ID" in told
        assert "E-mail: not configured. Set REFERRALBOT_SMTP_URL" in told
        assert "Local page: off." in told
        assert get(f"{address}/healthz") == (200, '{"alive": true}')
        well = {"database": "ok", "migrations": "ok", "scheduler": "ok", "auditor": "ok"}
        assert ready(address) == {"ready": True, **well}
        status, measures = get(f"{address}/metrics")
        assert status == 200
        assert 'referralbot_posts{state="waiting"} 0.0' in measures
        assert get(f"{address}/")[0] == 404, "the local page is off"
        run(tmp_path, "migrate", "--to", "base")
        status, said = get(f"{address}/readyz")
        assert (status, json.loads(said)["migrations"]) == (503, "behind: run referralbot migrate")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 10


def test_slack_teams_the_page_and_mail_side_by_side(tmp_path: Path, sqlite_template: Path) -> None:
    """None of the platforms is there: the bot starts all the same, and nobody unsigned gets in."""
    (tmp_path / "var").mkdir()
    sqlite_copy(sqlite_template, tmp_path / "var")
    tenant = "00000000-0000-0000-0000-000000000001"
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-hush",
        "SLACK_SIGNING_SECRET": "hush",
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "TEAMS_APP_ID": tenant,
        "TEAMS_APP_PASSWORD": "hush",
        "TEAMS_APP_TENANT_ID": tenant,
        "TEAMS_METADATA_URL": "http://127.0.0.1:1/",
        "REFERRALBOT_LOCAL_PAGE": "on",
        "REFERRALBOT_SMTP_URL": "smtp://send:hush@127.0.0.1:1",
        "REFERRALBOT_SMTP_FROM": "send@council.example",
    }
    with running(tmp_path, "serve", until="Local page", **settings) as (process, address, told):
        assert "Slack: requests to /slack/events." in told
        assert "Teams: messages to /api/messages, from 1 tenant(s)." in told
        assert "E-mail: from send@council.example, where no chat takes a message." in told
        assert f"Local page: on at {address}: anyone on this machine can speak as anyone, so for trials alone." in told
        assert get(f"{address}/")[0] == 200
        rooms = [room["name"] for room in json.loads(get(f"{address}/api/now")[1])["rooms"]]
        assert rooms == ["Education", "Health", "Social care", "MP team", "Administrators"]
        assert refused(address, "/slack/events") == 401
        assert refused(address, "/api/messages") == 401
        listed = run(tmp_path, "connect", "list", **settings).stdout
        assert [line.split()[1:3] for line in listed.splitlines()] == [
            ["slack", "settings"],
            ["teams", tenant],
            ["page", "local"],
            ["mail", "smtp"],
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert "hush" not in told + (process.stderr.read() if process.stderr else "")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"REFERRALBOT_KEY": ""}, "REFERRALBOT_KEY is not set"),
        ({}, "There is no database at var/referralbot.sqlite yet. Make it with: referralbot migrate"),
    ],
)
def test_it_refuses_to_start(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    ended = run(tmp_path, "serve", **settings)
    assert ended.returncode == 2
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(tmp_path, "demo", REFERRALBOT_PORT=str(port))
    assert (ended.returncode, ended.stderr) == (
        2,
        f"Port {port} on 127.0.0.1 cannot be used: address already in use."
        f" Choose another: REFERRALBOT_PORT={port + 1}\n",
    )
    assert not (tmp_path / "var").exists(), "a demo that is running on that port was touched"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    ended = run(tmp_path, "demo")
    assert ended.returncode == 2
    assert re.fullmatch(r"The demo keeps its record in .*/var/demo, which cannot be written: .*\.\n", ended.stderr)


def test_the_demo_keeps_what_was_done_until_it_is_reset(tmp_path: Path) -> None:
    line = {"as": "priya.shah@anyshire.example", "place": "private:priya.shah@anyshire.example"}
    with running(tmp_path, "demo", until="demo-reset", REFERRALBOT_KEY="") as (process, address, told):
        assert all(first in told for first, _ in FIRST_LINES)
        begins_as = json.loads(get(f"{address}/api/now")[1])["people"][0]["name"]
        assert f"you begin as {begins_as}." in told
        answer = post(address, "/api/say", **line, line="note 42 the family rang", delivery="1", shown="note")
        assert "0042" in json.dumps(answer)
        before = json.loads(get(f"{address}/api/now")[1])["now"]
        after = post(address, "/api/clock", to="week")["now"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    with running(tmp_path, "demo", until="demo-reset", REFERRALBOT_KEY="") as (_, address, _told):
        assert json.loads(get(f"{address}/api/now")[1])["now"] >= after > before
        card = post(address, "/api/say", **line, line="status 42", delivery="2", shown="status")
        assert "note" in json.dumps(card)
    with running(tmp_path, "demo", "--reset", until="demo-reset", REFERRALBOT_KEY="") as (_, address, _told):
        assert json.loads(get(f"{address}/api/now")[1])["now"] < after
