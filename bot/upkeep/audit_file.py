"""The record as a file that can be checked anywhere: JSON, a line for each anchor and each entry, nothing opened."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.domain.chain import Anchored, Head
from bot.domain.errors import BadSettings

FORMAT = "referralbot record 1"
COLUMNS = frozenset(
    {
        *("id", "case_id", "enquiry_id", "request_id", "stream", "number", "supersedes", "recorded_by"),
        *("sealed", "previous", "digest", "kind", "happened_on", "clear", "recorded_at"),
    }
)


@dataclass(frozen=True)
class Filed:
    """A file of the record: its anchors, and how many entries follow them."""

    path: Path
    anchors: Sequence[Anchored]
    entries: int

    def all_entries(self) -> Iterator[Mapping[str, Any]]:
        """Each entry as it was stored. BadSettings where the file was cut short, or a line is none of its own."""
        found = 0
        for place, line in _lines(self.path):
            if "entry" in line:
                found += 1
                entry = line["entry"]
                if not isinstance(entry, dict) or entry.keys() != COLUMNS or not isinstance(entry["id"], int):
                    raise _no_such_line(self.path, place)
                yield entry
        if found != self.entries:
            raise BadSettings(f"{self.path} should hold {self.entries:,} entries and holds {found:,}: it is not whole.")


def write(path: Path, anchors: Sequence[Anchored], entries: Iterable[Mapping[str, Any]], how_many: int) -> None:
    """Write a new file. BadSettings where there is one already: what was kept once is kept."""
    try:
        with path.open("x", encoding="utf-8") as out:
            for line in _told(anchors, entries, how_many):
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except FileExistsError:
        raise BadSettings(f"There is a file {path} already: name another, so that what was kept stays.") from None
    except OSError as trouble:
        raise BadSettings(f"{path} cannot be written: {trouble.strerror}.") from trouble


def read(path: Path) -> Filed:
    """A file's anchors; its entries are read as they are asked for."""
    lines = _lines(path)
    _, first = next(lines, (0, {}))
    if first.get("format") != FORMAT or not isinstance(first.get("entries"), int):
        raise BadSettings(f"{path} is no record that `referralbot audit` wrote.")
    anchors = []
    for place, line in lines:
        if "anchor" not in line:
            break
        anchors.append(_read_anchor(path, place, line["anchor"]))
    if len(anchors) != first.get("anchors"):
        raise BadSettings(
            f"{path} should hold {first.get('anchors')} anchors and holds {len(anchors)}: it is not whole."
        )
    return Filed(path, anchors, first["entries"])


def _told(
    anchors: Sequence[Anchored], entries: Iterable[Mapping[str, Any]], how_many: int
) -> Iterator[Mapping[str, Any]]:
    yield {"format": FORMAT, "anchors": len(anchors), "entries": how_many}
    yield from ({"anchor": _write_anchor(anchor)} for anchor in anchors)
    yield from ({"entry": entry} for entry in entries)


def _write_anchor(anchor: Anchored) -> Mapping[str, Any]:
    return {
        "day": anchor.day.isoformat(),
        "made_at": anchor.made_at.isoformat(),
        "streams": anchor.streams,
        "previous": anchor.previous.hex(),
        "digest": anchor.digest.hex(),
        "signature": anchor.signature.hex(),
        "public_key": anchor.public_key.hex(),
        "heads": [[head.stream, head.number, head.digest.hex()] for head in anchor.heads],
    }


def _read_anchor(path: Path, place: int, told: Any) -> Anchored:
    try:
        return Anchored(
            day=date.fromisoformat(told["day"]),
            made_at=datetime.fromisoformat(told["made_at"]),
            streams=int(told["streams"]),
            heads=tuple(Head(str(of), int(number), bytes.fromhex(digest)) for of, number, digest in told["heads"]),
            **{name: bytes.fromhex(told[name]) for name in ("previous", "digest", "signature", "public_key")},
        )
    except (KeyError, TypeError, ValueError):
        raise _no_such_line(path, place) from None


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    place = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for place, text in enumerate(lines, start=1):
                yield place, _object(text)
    except OSError as trouble:
        raise BadSettings(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except ValueError:  # no JSON object, or no UTF-8
        raise _no_such_line(path, place) from None


def _object(text: str) -> dict[str, Any]:
    line = json.loads(text)
    if not isinstance(line, dict):
        raise ValueError("not an object")
    return line


def _no_such_line(path: Path, place: int) -> BadSettings:
    return BadSettings(f"{path}, line {place}: is no line that `referralbot audit` wrote.")
