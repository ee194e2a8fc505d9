"""The demo in a real browser, as anyone tries it: one command, then a case from its form to its received advice."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browsing import play
from tests.e2e.council import environ, wait_until_ready
from tests.e2e.programs import free_port, running


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """`referralbot demo` in an empty folder; its address."""
    port = free_port()
    words = [sys.executable, "-m", "bot", "demo"]
    with running("demo", words, folder=tmp_path, environ=environ(REFERRALBOT_PORT=str(port))) as bot:
        wait_until_ready(f"http://127.0.0.1:{port}", bot)
        yield f"http://127.0.0.1:{port}"


def test_a_case_from_its_form_to_its_received_advice(demo: str, node: str, chromium: str) -> None:
    seen = play("page", node=node, chromium=chromium, within=180, url=demo)
    assert seen["at first"] == ["Priya Shah, officer", "Private chat"], "as the demo's welcome says"
    assert "Maisie Palmer" in seen["first answer"], "the first line of the welcome is answered privately"
    assert "31 February 2019 isn't a date" in seen["errors"][0]
    assert seen["focus"] == "problem"
    assert seen["kept"] == "Wilhelmina Thistlewood"
    assert set(seen["cards"]) == {"education", "health", "social-care"}
    assert "receipt not confirmed" in seen["cards"]["health"]
    assert "Health advice" not in seen["cards"]["social-care"], "a request to one agency is not another's to know"
    first = {who: seen["heard"][who][0]["at"] for who in ("room", "owner", "manager")}
    assert first["room"] < first["owner"] < first["manager"], "the nudges climb: the room, the owner, the manager"
    assert "advice sent" in seen["sent"]
    assert all("(full)" in seen["changed"][room] for room in ("education", "health"))
    assert set(seen["changed"]) == set(seen["cards"]), "the card was written anew in every room"
    assert seen["named in a room"] is False
    assert seen["wide"] <= 0, "nothing sticks out of a phone's screen"
    assert seen["script errors"] == []
