"""Processes that the bench starts: servers that tell their port, and the bot as an operator starts it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

START_WITHIN = 30.0


@dataclass(frozen=True)
class Running:
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """Resident memory, in MB."""
        return resident(self.process.pid)


def resident(pid: int) -> float:
    """Resident memory of a process, in MB, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def server(name: str, **options: Any) -> Iterator[Running]:
    """One measured server; it ends when its input is closed."""
    words = [sys.executable, "-m", "bench.servers", name, json.dumps(options)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        told = process.stdout.readline()
        if not told:
            raise RuntimeError(f"the server {name} did not start")
        try:
            yield Running(int(told), process)
        finally:
            process.stdin.close()
            process.wait(timeout=10)


@contextmanager
def served(
    environment: Mapping[str, str], folder: Path, module: Sequence[str] = ("bot", "serve")
) -> Iterator[tuple[float, Running]]:
    """`referralbot serve`, and the seconds from the start of its process to the first 200 of /readyz."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **environment, "REFERRALBOT_PORT": str(port)}
    began = time.perf_counter()
    words, quiet = [sys.executable, "-m", *module], subprocess.DEVNULL
    with subprocess.Popen(words, env=environ, cwd=folder, stdout=quiet, text=True) as process:
        try:
            _wait_until_ready(port, process, began)
            yield time.perf_counter() - began, Running(port, process)
        finally:
            process.terminate()
            process.wait(timeout=15)


def _wait_until_ready(port: int, process: subprocess.Popen[str], began: float) -> None:
    while time.perf_counter() - began < START_WITHIN and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError):
            time.sleep(0.01)
    raise RuntimeError("referralbot serve did not become ready")
