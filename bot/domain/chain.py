"""The chain of the record: what an entry's digest vouches for, what an anchor's does, and where either does not hold.

It works on plain values, as an export holds them: text, numbers, bytes as hexadecimal, moments in UTC as ISO 8601. So
nothing is needed to check a record but the record: no key opens what is sealed, and no database has to be there.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

FIRST = b"\0" * 32
"""What the first entry of a stream, and the first anchor, is chained to."""

DIGESTED = (
    *("stream", "number", "request_id", "kind", "happened_on", "clear", "sealed"),
    *("supersedes", "recorded_by", "recorded_at"),
)
"""The columns of an entry that its digest vouches for, beside the entry before."""

NEWEST = b"\2"
"""What a digest begins with that also vouches for the number of the entry that is superseded: `supersedes` is a row's
id, which nothing else holds fast. One of 32 bytes is of the first kind, which began with nothing."""
FIRST_KIND = 32

ANCHOR = b"referralbot anchor 1\n"
"""What an anchor's digest and signature are over begins with, so that neither can stand for anything else."""

Values = Mapping[str, Any]
"""The columns of an entry, plain or as they are in the database."""


def digest(entry: Values, previous: bytes, struck: int | None) -> bytes:
    """The digest of a new entry. `struck` is the number, in its own stream, of the entry that it supersedes."""
    return NEWEST + _sha256(previous, [*(entry[name] for name in DIGESTED), struck])


def _first_digest(entry: Values, previous: bytes) -> bytes:
    return _sha256(previous, [entry[name] for name in DIGESTED])


def _sha256(previous: bytes, parts: Sequence[Any]) -> bytes:
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=as_text)
    return hashlib.sha256(previous + told.encode()).digest()


def as_text(value: bytes | date) -> str:
    """A value of a row as an export holds it."""
    return value.hex() if isinstance(value, bytes) else value.isoformat()


class Head(NamedTuple):
    """The newest entry of a stream at some time."""

    stream: str
    number: int
    digest: bytes


@dataclass(frozen=True)
class Anchored:
    """One anchor, with the heads that had not been anchored before."""

    day: date
    made_at: datetime
    streams: int
    """How many streams there were on that day."""
    heads: tuple[Head, ...]
    previous: bytes
    digest: bytes
    signature: bytes = b""
    public_key: bytes = b""


def root(heads: Iterable[Head]) -> bytes:
    """The digest over heads, whatever order they come in."""
    whole = hashlib.sha256()
    for head in sorted(heads):
        whole.update(f"{head.stream} {head.number} {head.digest.hex()}\n".encode())
    return whole.digest()


def anchor_digest(previous: bytes, day: date, made_at: datetime, streams: int, over: bytes) -> bytes:
    told = f"{day.isoformat()} {made_at.isoformat()} {streams} {over.hex()}"
    return hashlib.sha256(ANCHOR + previous + told.encode()).digest()


def short(digest: bytes) -> str:
    """As much of a digest as people compare: "3f9a 01c2 77de 4b10"."""
    text = digest.hex()[:16]
    return " ".join(text[place : place + 4] for place in range(0, 16, 4))


@dataclass(frozen=True)
class Fault:
    """Where the record does not hold. `number` is 0 where the stream as a whole is meant."""

    stream: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.stream} entry {self.number}: {self.what}" if self.number else f"{self.stream}: {self.what}"


CHANGED = "it was changed, or was never written by the bot: its digest is another"
UNCHAINED = "it does not follow from the entry before"
MISSING = "it is missing: the next one is entry {0}"
AGAIN = "its number has been there already"
ELSEWHERE = "it is filed under another case or letter than its stream"
POINTS_NOWHERE = "it supersedes what is no earlier entry of its stream"


@dataclass
class Stream:
    """One stream, read entry by entry in the order of their numbers; it stops at the first that does not hold."""

    name: str
    number: int = 0
    digest: bytes = FIRST
    numbers: dict[int, int] = field(default_factory=dict)
    """The number of each entry by its id."""

    def follow(self, entry: Values) -> Fault | None:
        """What is wrong with the next entry; None where it follows."""
        number, due = entry["number"], self.number + 1
        if number != due:
            return Fault(self.name, due, MISSING.format(number)) if _is_above(number, due) else self._no(number, AGAIN)
        if _bytes(entry["previous"]) != self.digest:
            return self._no(number, UNCHAINED)
        supersedes, written = entry["supersedes"], _bytes(entry["digest"])
        struck = None if supersedes is None else self.numbers.get(supersedes)
        if written != self._expected(entry, written, struck):
            return self._no(number, CHANGED)
        if supersedes is not None and struck is None:
            return self._no(number, POINTS_NOWHERE)
        if self.name != _filed(entry):
            return self._no(number, ELSEWHERE)
        self.number, self.digest = number, written
        self.numbers[entry["id"]] = number
        return None

    def _expected(self, entry: Values, written: bytes, struck: int | None) -> bytes:
        if len(written) == FIRST_KIND:
            return _first_digest(entry, self.digest)
        return digest(entry, self.digest, struck)

    def _no(self, number: Any, what: str) -> Fault:
        return Fault(self.name, number, what)


def _is_above(number: Any, due: int) -> bool:
    return isinstance(number, int) and number > due


def _filed(entry: Values) -> str:
    """The stream that an entry's own case or letter has."""
    owners = {"case": entry["case_id"], "enquiry": entry["enquiry_id"]}
    return " ".join(f"{of}:{number}" for of, number in owners.items() if number is not None)


def _bytes(value: bytes | str) -> bytes:
    try:
        return value if isinstance(value, bytes) else bytes.fromhex(value)
    except (TypeError, ValueError):
        return b""


GONE = "it was anchored on {0:%a %-d %b %Y} and is gone"
OTHER = "what was anchored on {0:%a %-d %b %Y} is another entry: entries {1} to {2} were written anew"


class Promises:
    """Every head that was ever anchored: what the record has to hold."""

    def __init__(self, anchors: Iterable[Anchored]) -> None:
        self.newer = 0
        """Entries that came after the newest anchored one of their stream: taken away, they would not be missed yet."""
        self.dated_back: list[Fault] = []
        """Entries that say they were recorded before an anchor that does not know them."""
        self._anchors = sorted(anchors, key=lambda anchor: anchor.made_at)
        self._of: dict[str, list[tuple[int, bytes, int]]] = {}
        for place, anchor in enumerate(self._anchors):
            for head in anchor.heads:
                self._of.setdefault(head.stream, []).append((head.number, head.digest, place))
        for heads in self._of.values():
            heads.sort()

    def broken(self, stream: str, held: Sequence["Held"]) -> Fault | None:
        """The first anchored entry of a stream that is gone or another. `held` are those that follow, in order.

        The anchors hold the newest entry of each day: which of those since the one before was the first to be written
        anew, they cannot tell.
        """
        upto = 0
        for number, promised, place in self._of.pop(stream, ()):
            day = self._anchors[place].day
            if not 0 < number <= len(held):
                return Fault(stream, len(held) + 1, GONE.format(day))
            if held[number - 1].digest != promised:
                return Fault(stream, upto + 1, OTHER.format(day, upto + 1, number))
            self._look_back(stream, held[upto:number], place - 1)
            upto = number
        self._look_back(stream, held[upto:], len(self._anchors) - 1)
        self.newer += len(held) - upto
        return None

    def left(self) -> Iterator[Fault]:
        """The streams that were anchored and of which nothing was found; to be asked once all were read."""
        for stream, heads in sorted(self._of.items()):
            yield Fault(stream, 1, GONE.format(self._anchors[heads[0][2]].day))

    def _look_back(self, stream: str, held: Sequence["Held"], before: int) -> None:
        """Entries that the anchor at this place does not know came after it was made."""
        if before >= 0:
            anchor = self._anchors[before]
            made = (anchor.made_at - LONGEST_TASK).isoformat()[:SECONDS]
            back = (one for one in held if one.recorded_at[:SECONDS] < made)
            self.dated_back += [Fault(stream, one.number, DATED_BACK.format(anchor.day)) for one in back]


class Held(NamedTuple):
    """An entry that follows from the one before."""

    number: int
    digest: bytes
    recorded_at: str


DATED_BACK = "it says that it was recorded before the anchor of {0:%a %-d %b %Y}, which does not know it"
LONGEST_TASK = timedelta(hours=6)
"""How long an import or a round may take: what it records bears the moment at which it began."""
SECONDS = len("2026-10-16T09:00:00")


def faults(entries: Iterable[Values], promises: Promises) -> Iterator[Fault]:
    """The first fault of each stream. Entries come stream by stream, each in the order of their numbers."""
    stream, held, broken, seen = Stream(""), list[Held](), False, set[str]()
    for entry in entries:
        if entry["stream"] != stream.name:
            yield from _ended(stream, held, promises, broken=broken)
            name = str(entry["stream"])
            stream, held, broken = Stream(name), [], name in seen
            if broken:
                yield Fault(name, entry["number"], AGAIN)
            seen.add(name)
        if not broken and (fault := stream.follow(entry)):
            broken = True
            yield fault
        elif not broken:
            held.append(Held(stream.number, stream.digest, str(entry["recorded_at"])))
    yield from _ended(stream, held, promises, broken=broken)
    yield from promises.left()


def _ended(stream: Stream, held: Sequence[Held], promises: Promises, *, broken: bool) -> Iterator[Fault]:
    found = promises.broken(stream.name, held) if stream.name else None
    if found and not broken:
        yield found


def anchor_faults(anchors: Sequence[Anchored]) -> Iterator[str]:
    """Where the anchors, in order, do not follow from each other."""
    previous, streams = FIRST, set[str]()
    for anchor in anchors:
        streams.update(head.stream for head in anchor.heads)
        told = anchor_digest(anchor.previous, anchor.day, anchor.made_at, anchor.streams, root(anchor.heads))
        if told != anchor.digest or anchor.streams != len(streams):
            yield f"The anchor of {anchor.day:%a %-d %b %Y} was changed: its digest is another."
        if anchor.previous != previous:
            yield f"The anchor of {anchor.day:%a %-d %b %Y} does not follow from the one before: one is missing."
        previous = anchor.digest
