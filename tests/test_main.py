"""The command line: what an operator is told, and what each command ends with."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commandline import CANNOT, WELL, WRONG
from storage.crypto import new_key
from storage.migrate import newest

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


def test_importing_people(told: Told, folder: Path) -> None:
    told("migrate")
    staff = folder / "people.csv"
    staff.write_text("name,email,agency,role,manager\nAnn,ann@a.example,health,viewer,\nBo,,health,boss,\n")
    ended, report = told("import people people.csv")
    assert (ended, report.splitlines()) == (
        WRONG,
        [
            "row 3, email: is empty",
            "row 3, role: must be one of: officer, manager, contributor, mp_team, viewer, administrator",
            "2 to mend; nothing was imported.",
        ],
    )
    staff.write_text("name,email,agency,role,manager\nAnn,ann@a.example,health,viewer,\n")
    assert told("import people people.csv --dry-run") == (WELL, "1 added, 0 changed, 0 as they were.\n")
    assert told("import people people.csv") == (WELL, "1 added, 0 changed, 0 as they were.\n")
    assert told("import people people.csv") == (WELL, "0 added, 0 changed, 1 as they were.\n")
