"""A client that costs little: keep-alive connections, requests made beforehand, every answer looked at."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
Make = Callable[[], bytes]
"""A whole HTTP request, each time another one."""


@dataclass(frozen=True)
class Round:
    """One subject measured once: answers a second, and how long each took, in seconds."""

    rate: float
    took: Sequence[float]


@dataclass(frozen=True)
class Subject:
    """One thing measured: where it listens, what it is asked, and what a right answer holds."""

    name: str
    port: int
    make: Make
    expected: bytes = b""


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    told = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode()


async def measured(subject: Subject, requests: int, concurrency: int) -> Round:
    """Send so many requests over so many connections. RuntimeError for an answer that is not right."""
    waiting = [subject.make() for _ in range(requests)]
    links = [await asyncio.open_connection("127.0.0.1", subject.port) for _ in range(concurrency)]
    took: list[float] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while waiting:
            request = waiting.pop()
            began = time.perf_counter()
            writer.write(request)
            head, body = await answer(reader)
            took.append(time.perf_counter() - began)
            check(subject, head, body)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client(*link) for link in links))
    return Round(requests / (time.perf_counter() - began), took)


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of one response."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


def check(subject: Subject, head: bytes, body: bytes) -> None:
    if not head.startswith(b"HTTP/1.1 20") or subject.expected not in body:
        raise RuntimeError(f"{subject.name} answered {head[:15]!r} {body[:300]!r}")
