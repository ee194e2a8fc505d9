"""How many bots may serve one record: of SQLite one, until it ends however it ends; of PostgreSQL any number."""

from pathlib import Path

import pytest

from bot.commandline import CANNOT, WELL
from bot.domain.errors import BadSettings
from bot.upkeep.installation import hold_record
from tests.test_serving import get, run, running


@pytest.mark.databases("sqlite")
def test_a_second_bot_on_the_same_file_is_refused_in_a_sentence(database_url: str, tmp_path: Path) -> None:
    here = {"DATABASE_URL": database_url}
    with running(tmp_path, "serve", until="Local page", **here) as (first, address, _):
        second = run(tmp_path, "serve", **here)
        assert second.returncode == CANNOT
        assert second.stderr == (
            f"Another bot serves {database_url.removeprefix('sqlite:///')} already: stop that one first."
            " An SQLite file has room for one; several share a record in PostgreSQL (set DATABASE_URL).\n"
        )
        beside = run(tmp_path, "posts", "list", **here)
        assert (beside.returncode, beside.stdout, beside.stderr) == (WELL, "No posts.\n", "")
        assert get(f"{address}/healthz")[0] == 200
        first.kill()
        first.wait()
        assert hold_record(database_url), "the system has let go of it"


def test_of_sqlite_one_whatever_it_is_called_and_of_postgresql_any_number(
    database_url: str, database_kind: str, tmp_path: Path
) -> None:
    held = hold_record(database_url)
    if database_kind == "postgresql":
        assert held is None and hold_record(database_url) is None
        return
    (tmp_path / "alias").symlink_to(database_url.removeprefix("sqlite:///"))
    for url in (database_url, f"sqlite:///{tmp_path / 'alias'}"):
        with pytest.raises(BadSettings, match="Another bot serves"):
            hold_record(url)
