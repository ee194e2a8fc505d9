"""What was erased, in a file outside the database: a restored backup has it again, and by this it is taken away again.

A line of JSON each, with no name in it. It is on the disk before the erasure is: whatever happens in between, nothing
that was to go stays because nobody knew of it.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.errors import BadSettings


@dataclass(frozen=True)
class Gone:
    """A child or a letter that was erased."""

    what: str
    """`child:12` or `enquiry:7`."""
    at: datetime
    mark: str
    """A keyed digest of what stays of it: another record's child of the same number has another."""


@dataclass(frozen=True)
class Erasures:
    """The list. A file that is not there is an empty one."""

    path: Path

    def add(self, gone: Iterable[Gone]) -> None:
        """Put these on the list, and wait until the disk has them. OSError where it cannot be written."""
        lines = "".join(f"{json.dumps({**asdict(one), 'at': one.at.isoformat()})}\n" for one in gone)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write((b"" if self._ends_whole() else b"\n") + lines.encode())
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)  # a file that is new is not in its folder yet
        os.close(folder)

    def all(self) -> dict[str, Gone]:
        """Everything on the list, by what it is. BadSettings names a line that cannot be read."""
        text = self.path.read_text() if self.path.exists() else ""
        found = (self._read(number, line) for number, line in enumerate(text.splitlines(keepends=True), start=1))
        return {gone.what: gone for gone in found if gone}

    def _read(self, number: int, line: str) -> Gone | None:
        """None for a line that was cut off while it was written: what it was about was not erased then."""
        try:
            told = json.loads(line)
            return Gone(told["what"], datetime.fromisoformat(told["at"]), told["mark"])
        except (ValueError, KeyError, TypeError):
            if not line.strip() or (line.startswith("{") and not line.rstrip().endswith("}")):
                return None
            raise BadSettings(f"{self.path}, line {number}, cannot be read. Put the list back from its copy.") from None

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
