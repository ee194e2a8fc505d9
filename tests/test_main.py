"""The command line: what an operator is told, and what each command ends with."""

import asyncio
import io
import json
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.__main__ import main, serve, wall
from bot.commandline import CANNOT, WELL, WRONG
from bot.domain.errors import BadSettings
from bot.settings import Settings, read_settings
from bot.upkeep.clock import MovedClock
from bot.upkeep.demo import load_demo
from bot.upkeep.installation import make_demo, open_demo
from storage.crypto import new_key
from storage.migrate import newest
from tests.adapters.fake_slack import TOKEN, running

KEY = new_key()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """Each test starts the command in an empty folder of its own."""
    with chdir(tmp_path):
        yield tmp_path


class Told:
    """What a command printed and ended with."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, words: str, **environ: str) -> tuple[int, str]:
        ended = main(words.split(), {"REFERRALBOT_KEY": KEY, **environ})
        out, err = self.capsys.readouterr()
        return ended, out + err


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(capsys)


@contextmanager
def typed(*lines: str) -> Iterator[None]:
    """These lines on standard input, with nobody at a keyboard."""
    before, sys.stdin = sys.stdin, io.StringIO("".join(f"{line}\n" for line in lines))
    try:
        yield
    finally:
        sys.stdin = before


def test_a_wrong_setting_is_one_sentence(told: Told) -> None:
    assert told("doctor", REFERRALBOT_PORT="http") == (CANNOT, "REFERRALBOT_PORT must be a number from 1 to 65535.\n")


def test_the_file_of_settings_is_read(told: Told, folder: Path) -> None:
    (folder / ".env").write_text("REFERRALBOT_PORT=http")
    assert told("doctor")[1].startswith("REFERRALBOT_PORT must be")


def test_without_a_key_nothing_private_is_opened(told: Told) -> None:
    told("migrate")
    assert told("doctor", REFERRALBOT_KEY="") == (
        CANNOT,
        "REFERRALBOT_KEY is not set: make one with `referralbot new-key`, and keep a copy of it.\n",
    )


def test_a_key_that_is_none(told: Told) -> None:
    told("migrate")
    assert "must be 32 bytes in base64" in told("doctor", REFERRALBOT_KEY="secret")[1]


def test_a_new_key_is_a_key(told: Told) -> None:
    told("migrate")
    fresh = told("new-key")[1].strip()
    assert "The key is well formed" in told("doctor", REFERRALBOT_KEY=fresh)[1]


def test_a_new_key_for_anchors_comes_with_its_public_key_and_signs(told: Told) -> None:
    told("migrate")
    lines = told("new-key --anchor")[1].splitlines()
    key, public = lines[0].removeprefix("REFERRALBOT_ANCHOR_KEY="), lines[1].split(": ")[1]
    assert "not signed" not in told("doctor", REFERRALBOT_ANCHOR_KEY=key)[1]
    assert told("audit verify --public-key hush")[0] == CANNOT
    ended, sentence = told(f"audit verify --public-key {public}", REFERRALBOT_KEY="")
    assert (ended, sentence.splitlines()[0]) == (WELL, "The record holds: 0 entries follow from each other.")
    assert told("audit verify", REFERRALBOT_ANCHOR_KEY="hush")[0] == CANNOT


def test_a_database_that_is_not_there(told: Told) -> None:
    ended, sentence = told("doctor")
    assert ended == CANNOT
    assert sentence == "There is no database at var/referralbot.sqlite yet. Make it with: referralbot migrate\n"


def test_a_database_that_was_left_behind(told: Told) -> None:
    told("migrate")
    told("migrate --to base")
    assert told("doctor") == (
        CANNOT,
        "The database is not at the revision of this version. Bring it there with: referralbot migrate\n",
    )


def test_a_database_that_does_not_answer(told: Told) -> None:
    ended, sentence = told("doctor", DATABASE_URL="postgresql://user:hush@127.0.0.1:1/none")
    assert (ended, sentence[:29]) == (CANNOT, "The database does not answer:")
    assert "hush" not in sentence


def test_migrating_makes_the_folder_and_says_where_it_is(told: Told, folder: Path) -> None:
    assert told("migrate") == (WELL, f"The database is at revision {newest()}, the newest.\n")
    assert (folder / "var" / "referralbot.sqlite").stat().st_mode & 0o077 == 0, "others could read it"
    assert told("migrate --to base") == (WELL, "The database is empty.\n")


def test_a_folder_that_cannot_be_made(told: Told, folder: Path) -> None:
    (folder / "var").write_text("a file where the folder should be")
    assert told("migrate") == (CANNOT, "The folder of var/referralbot.sqlite cannot be made: File exists.\n")


def test_the_doctor_says_what_is_missing(told: Told) -> None:
    told("migrate")
    ended, findings = told("doctor")
    assert ended == WRONG
    assert "MEND  The staff list is empty.\n      Take it in with: referralbot import people FILE" in findings


async def test_the_doctor_asks_slack_and_microsoft_themselves(told: Told) -> None:
    told("migrate")
    guid = "00000000-0000-0000-0000-000000000001"
    async with running() as slack:
        slack.scopes.discard("commands")
        platforms = {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": "hush",
            "SLACK_API_URL": f"{slack.url}/api/",
            "TEAMS_APP_ID": guid,
            "TEAMS_APP_PASSWORD": "hush",
            "TEAMS_APP_TENANT_ID": guid,
            "TEAMS_LOGIN_URL": "http://127.0.0.1:1",
            "TEAMS_METADATA_URL": "http://127.0.0.1:1",
            "REFERRALBOT_COUNCIL": "Anyshire",
        }
        ended, findings = await asyncio.to_thread(told, "doctor", **platforms)
    assert ended == WRONG
    assert "MEND  Slack, Anyshire\n      The app lacks the permissions commands." in findings
    assert "MEND  Teams, Anyshire\n      Microsoft's sign-in cannot be reached." in findings
    assert "hush" not in findings
    assert told("connect list") == (WELL, ""), "the doctor only looks"


def test_importing_people(told: Told, folder: Path) -> None:
    told("migrate")
    staff = folder / "people.csv"
    staff.write_text("name,email,agency,role,manager\nAnn,ann@a.example,health,viewer,\nBo,,health,boss,\n")
    ended, report = told("import people people.csv")
    assert (ended, report.splitlines()) == (
        WRONG,
        [
            "row 3, email: is empty",
            "row 3, role: must be one of: officer, manager, contributor, mp_team, viewer, administrator,"
            " data_protection",
            "2 to mend; nothing was imported.",
        ],
    )
    two = "Ann,ann@a.example,health,viewer,\nCy,cy@a.example,education,Data protection lead,\n"
    staff.write_text(f"name,email,agency,role,manager\n{two}")
    assert told("import people people.csv --dry-run") == (WELL, "2 added, 0 changed, 0 as they were.\n")
    assert told("import people people.csv") == (WELL, "2 added, 0 changed, 0 as they were.\n")
    assert told("import people people.csv") == (WELL, "0 added, 0 changed, 2 as they were.\n")


def test_further_workspaces_are_added_with_their_secrets_from_standard_input(told: Told, tmp_path: Path) -> None:
    told("migrate")
    with typed("xoxb-2", "hush", ""):
        ended, answer = told("connect add slack T222 --name NHS --domains nhs.example")
    assert (ended, answer) == (WELL, "Added NHS (T222). Restart `referralbot serve` to use it.\n")
    assert told("connect list") == (WELL, "1  slack  T222  NHS  (from the record)\n")
    assert b"hush" not in (tmp_path / "var" / "referralbot.sqlite").read_bytes()


def test_a_secret_that_was_not_given(told: Told) -> None:
    told("migrate")
    with typed("xoxb-2"):
        assert told("connect add slack T222 --name NHS") == (CANNOT, "Signing secret is missing.\n")
    with typed("xoxb-2", "hush", ""):
        ended, sentence = told("connect add slack T222 --name NHS --domains @nhs")
    assert (ended, sentence[:28]) == (CANNOT, "--domains must be domains su")


def test_the_manifests(told: Told, folder: Path) -> None:
    assert told("manifest slack --url https://bot.example") == (WELL, "Written to slack.yaml.\n")
    assert "https://bot.example/slack/events" in (folder / "slack.yaml").read_text()
    guid = "00000000-0000-0000-0000-000000000001"
    teams = {"TEAMS_APP_ID": guid, "TEAMS_APP_PASSWORD": "p", "TEAMS_APP_TENANT_ID": guid}
    assert told("manifest teams --url https://bot.example --out t.zip", **teams) == (WELL, "Written to t.zip.\n")
    with ZipFile(folder / "t.zip") as package:
        assert guid in package.read("manifest.json").decode()
    assert told("manifest slack --url http://bot.example")[0] == CANNOT


@pytest.fixture(scope="module")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's record, to be copied."""
    with chdir(folder := tmp_path_factory.mktemp("demo")):
        make_demo(reset=False)
        here = open_demo(Settings(), wall)
        load_demo(here.store, here.vault, here.rules, datetime(2026, 11, 23, 9, tzinfo=UTC))
        here.store.close()
    return folder


@pytest.fixture
def demo(told: Told, demo_template: Path) -> Told:
    """The demo's record in the folder, and no key in the settings: commands work on it."""
    shutil.copytree(demo_template / "var", "var")
    return told


NO_KEY = {"REFERRALBOT_KEY": ""}
PRIYA = "say --as priya.shah@anyshire.example --at 2026-11-23T09:00"


def test_one_line_said(demo: Told) -> None:
    ended, answer = demo(f"{PRIYA} status 0042", **NO_KEY)
    assert (ended, answer.splitlines()[0][:14]) == (WELL, "SEND-2026-0042")
    assert "Maisie Palmer" in answer


def test_one_line_said_in_a_room_names_no_child(demo: Told) -> None:
    ended, answer = demo(f"{PRIYA} --room health --json status 0042", **NO_KEY)
    said = json.loads(answer)
    assert ended == WELL
    assert list(said) == ["line", "text", "copy", "facts", "actions", "form", "table", "private", "error"]
    assert (said["line"], said["private"], said["error"]) == ("status 0042", False, "")
    assert "Maisie" not in answer


@pytest.mark.parametrize(
    ("words", "ended", "sentence"),
    [
        (f"{PRIYA} status 9999", WRONG, "I can't find 9999"),
        ("say --as nobody@anyshire.example help", CANNOT, "Nobody on the staff list has the address nobody@"),
        (
            "say --as priya.shah@anyshire.gov.uk help",
            CANNOT,
            "Nobody on the staff list has the address priya.shah@anyshire.gov.uk. Did you mean priya.shah@a",
        ),
        (f"{PRIYA} --room kitchen help", CANNOT, "No bound room is called kitchen. There are: Education, Health,"),
        (f"{PRIYA.replace('2026', '2o26')} help", CANNOT, "'2o26-11-23T09:00' is not a moment."),
    ],
)
def test_what_cannot_be_said(demo: Told, words: str, ended: int, sentence: str) -> None:
    code, answer = demo(words, **NO_KEY)
    assert (code, answer[: len(sentence)]) == (ended, sentence)


def test_a_sweep_tried_and_then_done(demo: Told) -> None:
    moment = "--at 2026-11-23T09:00"
    ended, would = demo(f"sweep {moment} --dry-run", **NO_KEY)
    assert ended == WELL
    assert "SEND-2026-0042  health advice, due Fri 13 Nov 2026: to the room Health (page)" in would
    assert demo(f"sweep {moment} --dry-run", **NO_KEY) == (WELL, would), "the first try changed something"
    ended, did = demo(f"sweep {moment}", **NO_KEY)
    assert re.match(r"\d+ nudges in \d+ posts, ", did)
    assert demo(f"sweep {moment} --dry-run", **NO_KEY) == (WELL, "Nothing would be said.\n")


def test_a_conversation_in_the_terminal(demo: Told) -> None:
    with typed("as priya", "status 42", "wait until next nudge", "leave"):
        ended, talk = demo("terminal", **NO_KEY)
    assert ended == WELL
    assert "Maisie Palmer" in talk
    assert "It is now " in talk


def test_a_clock_that_is_moved_serves_nobody(tmp_path: Path) -> None:
    moved = MovedClock(tmp_path / "clock", lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
    with pytest.raises(BadSettings, match=r"^serve goes by the machine's own clock\."):
        serve(Namespace(), read_settings({"REFERRALBOT_KEY": new_key()}), moved)
