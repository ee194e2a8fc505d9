"""Private values that are found again wherever they stand: each is a word that nothing else says."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from random import Random
from urllib.parse import quote

BEGINNINGS = ("qua", "zor", "vyx", "thu", "mzi", "plo", "wre", "xan", "jhu", "kwi")
MIDDLES = ("bre", "dra", "lni", "mpho", "rtha", "skel", "vun", "ggo")
ENDS = ("xet", "zul", "quin", "wob", "jask", "vorn", "pliz", "theg")
FIRST_BIRTH = date(2007, 2, 3)


class Of(StrEnum):
    """What a marker tells, and so who may hear it."""

    IDENTITY = "who a child is"
    SETTING = "a child's school"
    NOTES = "what people wrote"
    MP_MATTER = "that an MP wrote, and who"
    SECRET = "a token, password or key"


@dataclass(frozen=True)
class Marker:
    """One private value. `about` is whose: the number of a child or of a letter; -1 for the installation's own."""

    of: Of
    value: str
    about: int = -1


@dataclass(frozen=True)
class Marked:
    """A child none of whose details anybody else has."""

    number: int
    first: str
    last: str
    born: date
    record_number: str
    school: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def markers(self) -> Iterator[Marker]:
        for value in (self.first, self.last, self.record_number, *written(self.born)):
            yield Marker(Of.IDENTITY, value, self.number)
        yield Marker(Of.SETTING, self.school, self.number)


class Words:
    """Words that nothing else says, each once."""

    def __init__(self, seed: str) -> None:
        self._dice, self._used = Random(f"words/{seed}"), set[str]()

    def next(self) -> str:
        while True:
            word = "".join(self._dice.choice(part) for part in (BEGINNINGS, MIDDLES, MIDDLES, ENDS))
            if word not in self._used:
                self._used.add(word)
                return word

    def child(self, number: int) -> Marked:
        first, last, school = (self.next().capitalize() for _ in range(3))
        born = FIRST_BIRTH + timedelta(days=97 * number + self._dice.randint(0, 60))
        return Marked(number, first, last, born, f"QX{self._dice.randint(10**7, 10**8 - 1)}", f"{school} Primary")


def written(day: date) -> Iterator[str]:
    """The ways in which a day is written in Britain, and by programs."""
    in_words = (f"{day.day} {day:%B} {day.year}", f"{day.day} {day:%b} {day.year}", f"{day:%B} {day.day}, {day.year}")
    in_figures = (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}")
    yield from dict.fromkeys((*in_figures, *in_words))  # in May, or on the 10th of October, two ways are one


@dataclass(frozen=True)
class Search:
    """Looks for markers in bytes: as they are, in any case, and as programs encode them."""

    markers: tuple[Marker, ...]

    def found(self, blob: bytes) -> set[Marker]:
        return {*_looked_for(blob.lower(), self._forms), *_looked_for(blob, self._encoded)}

    @cached_property
    def _forms(self) -> "Heads":
        return _by_head({form: marker for marker in self.markers for form in _plainly(marker.value)})

    @cached_property
    def _encoded(self) -> "Heads":
        return _by_head({form: marker for marker in self.markers for form in _in_base64(marker.value)})


Heads = Mapping[bytes, Sequence[tuple[bytes, Marker]]]
HEAD = 6
"""Bytes by which a form is looked up: no form is shorter."""


def _by_head(forms: Mapping[bytes, Marker]) -> Heads:
    heads: dict[bytes, list[tuple[bytes, Marker]]] = defaultdict(list)
    for form, marker in forms.items():
        assert len(form) >= HEAD, f"too short to be looked for: {form!r}"
        heads[form[:HEAD]].append((form, marker))
    return dict(heads)


def _looked_for(blob: bytes, heads: Heads) -> Iterator[Marker]:
    """Each byte is looked at once, however many markers there are."""
    for at in range(len(blob) - HEAD + 1 if heads else 0):
        for form, marker in heads.get(blob[at : at + HEAD], ()):
            if blob.startswith(form, at):
                yield marker


def _plainly(value: str) -> set[bytes]:
    """In lower case: UTF-8 and UTF-16, within JSON, within an address, in hexadecimal."""
    whole = {value.lower(), json.dumps(value.lower())[1:-1].lower(), quote(value.lower()).lower()}
    forms = {each.encode() for each in whole} | {value.lower().encode("utf-16-le")}
    return forms | {value.encode().hex().encode(), value.lower().encode().hex().encode()}


def _in_base64(value: str) -> set[bytes]:
    """However it lies in what was encoded: its own characters alone, which are the same each time."""
    kept = set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + value.encode())
        start = -(-before * 8 // 6)
        kept.add(whole[start : (before + len(value.encode())) * 8 // 6])
    return kept
