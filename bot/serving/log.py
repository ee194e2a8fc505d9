"""The log: one JSON object a line on stderr, and nothing private in it."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import BadSettings, TryLater, Undeliverable

OURS = ("bot", "adapters", "storage")
SAFE = (OSError, BadSettings, TryLater, Undeliverable)
"""Errors whose text holds nothing anyone typed. Of any other only the kind and the place are logged: a database's error
repeats the values of its statement, a reader's the text that it could not read."""


class JsonLines(logging.Formatter):
    """`{"at", "level", "from", "says"}`, with `trouble` where an error is logged."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage() if record.name.partition(".")[0] in OURS else _first_line(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            line["trouble"] = trouble(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _first_line(words: str) -> str:
    """Of a library's words: what follows may be an error as it writes itself, with the values that led to it."""
    return words.partition("\n")[0]


def trouble(error: BaseException) -> list[str]:
    """The error and those that led to it: kind, safe words, and where it was raised."""
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < 5:
        words = f": {current}" if isinstance(current, SAFE) else ""
        frames = traceback.extract_tb(current.__traceback__)[-8:]
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        told.append(f"{type(current).__name__}{words} at {places}")
        current = current.__cause__ or current.__context__
    return told


def log_to_stderr(level: str) -> None:
    """Our own modules at `level`; libraries, whose words we do not choose, only where something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
