"""The check of what is pinned against known faults, with a database of our own in the place of the real one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.audit import CANNOT, FAULTY, LOCK, WELL, audit, pinned

BAD = "2.4.1"
"""The release of jinja2 that has a known fault here."""


class Osv(BaseHTTPRequestHandler):
    """OSV's API: POST /v1/querybatch tells ids, GET /v1/vulns/ID one fault (google.github.io/osv.dev)."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.asked += queries
        found = {"vulns": [{"id": "GHSA-1", "modified": "2026-01-01T00:00:00Z"}]}
        self._tell(
            {
                "results": [
                    found if (each["package"]["name"], each["version"]) == ("jinja2", BAD) else {} for each in queries
                ]
            }
        )

    def do_GET(self) -> None:
        self._tell({"id": "GHSA-1", "modified": "2026-01-01T00:00:00Z", "summary": "Runs what it is sent"})

    def _tell(self, body: dict[str, Any]) -> None:
        told = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def osv() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Osv,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def test_every_pinned_release_is_asked_about_and_no_more_than_its_name_and_version() -> None:
    pins = pinned(LOCK.read_text())
    assert len(pins) == sum(line[:1].isalnum() for line in LOCK.read_text().splitlines()) > 50
    with osv() as (url, asked):
        assert audit(pins, service_url=url)[0] == WELL
    told = sorted((each["package"]["name"], each["version"]) for each in asked)
    assert told == sorted(pins.items())
    assert {key for each in asked for key in each} == {"package", "version"}


def test_a_release_with_a_known_fault_is_named() -> None:
    with osv() as (url, _):
        ended, said = audit({"jinja2": BAD, "aiohttp": "3.14.5"}, service_url=url)
    assert ended == FAULTY
    assert "jinja2 2.4.1" in said and "Runs what it is sent" in said


def test_where_nobody_can_be_asked_it_does_not_say_that_all_is_well() -> None:
    assert audit({"jinja2": BAD}, service_url="http://127.0.0.1:1/")[0] == CANNOT
