"""What a sentence may name: the trade's own words, and a council's people, MPs, schools, cases and terms."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any, NamedTuple

from bot.domain.errors import CannotRead
from bot.domain.school_year import SchoolTime, Spell
from bot.phrases.wordlists import EVERYDAY

SHORTEST_SETTING = 4
"""Letters of a setting's first word that stands for it: "Oakfield", and not "The" or "St"."""


class Named(NamedTuple):
    """What a run of words stands for."""

    kind: str
    """service, agency, clock, person, mp, constituency, setting."""
    id: str
    line: str = ""
    """How a line says it."""


def read_trade() -> Mapping[str, Named]:
    """names.csv: each name in small letters, and what it stands for."""
    table = csv.DictReader(files(__package__).joinpath("names.csv").read_text(encoding="utf-8").splitlines())
    return {name: Named(row["kind"], row["id"], row["line"]) for row in table for name in row["names"].split("|")}


TRADE = read_trade()
LINE_OF = {(named.kind, named.id): named.line for named in TRADE.values()}


@dataclass(frozen=True)
class Person:
    """A member of staff, as people speak of them."""

    name: str
    aliases: tuple[str, ...] = ()
    left: bool = False


@dataclass(frozen=True, repr=False)
class OnRecord:
    """A case as far as it decides what may be said where. Only `referralbot understand` is given a child's name."""

    child: str = ""
    restricted: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The council's own names. Without any, people and MPs are taken as they are written."""

    people: tuple[Person, ...] = ()
    mps: Mapping[str, str] = field(default_factory=dict)
    """Each MP's name and constituency."""
    settings: tuple[str, ...] = ()
    cases: Mapping[str, OnRecord] = field(default_factory=dict)
    terms: tuple[SchoolTime, ...] = ()
    holidays: frozenset[date] = frozenset()
    is_private: Callable[[str], bool] | None = None
    """Whether words are a child's name, asked of the record's own index; no list of names is ever handed over."""

    @cached_property
    def names(self) -> Mapping[str, tuple[Named, ...]]:
        """Each name in small letters, and those it may be: two people may be called Tom."""
        known: dict[str, list[Named]] = {name: [named] for name, named in TRADE.items()}

        def add(name: str, named: Named) -> None:
            plain = plain_name(name)
            if plain and named not in known.setdefault(plain, []) and known[plain][:1] != [TRADE.get(plain)]:
                known[plain].append(named)

        for person in self.people:
            for name in (person.name, *person.aliases):
                add(name, Named("person", person.name))
        for person in self.people:
            if len(person.name.split()) > 1:
                add(f"{person.name[0]} {person.name.split()[-1]}", Named("person", person.name))
            for part in (person.name.split()[0], person.name.split()[-1], *person.aliases):
                add(part, Named("person", person.name))
                add(several(part), Named("person", person.name))  # "toms cases"
        for mp, constituency in self.mps.items():
            for name in (mp, f"{mp} mp", mp.split()[-1], several(mp.split()[-1])):
                add(name, Named("mp", mp))
            for place in said_of(constituency, self.mps.values()):
                add(place, Named("constituency", constituency))
        for setting in self.settings:
            add(setting, Named("setting", setting))
            first = setting.split()[0]
            if len(setting.split()) > 1 and len(first) >= SHORTEST_SETTING:
                add(first, Named("setting", setting))
                add(several(first), Named("setting", setting))
            for saint in ("St ", "St. "):
                if setting.startswith(saint) and len(setting.split()) > 2:
                    add(" ".join(setting.split()[:2]), Named("setting", setting))
        return {name: tuple(named) for name, named in known.items()}

    @cached_property
    def lengths(self) -> Mapping[str, tuple[int, ...]]:
        """Of each word with which a name begins, how many words such names have, the most first."""
        found: dict[str, set[int]] = {}
        for name in self.names:
            words = name.split()
            found.setdefault(words[0], set()).add(len(words))
        return {first: tuple(sorted(each, reverse=True)) for first, each in found.items()}

    @cached_property
    def own_words(self) -> frozenset[str]:
        """Single words of the council's own names, which spelling leaves alone and mends towards."""
        return frozenset(word for name, named in self.names.items() if named[0].kind in OWN for word in name.split())

    @cached_property
    def children(self) -> frozenset[str]:
        """Children's names and single words of them, where a file gave them."""
        whole = {plain_name(case.child) for case in self.cases.values() if case.child}
        return frozenset(whole | {part for name in whole for part in name.split() if len(part) > 2})

    def names_a_child(self, words: str) -> bool:
        plain = plain_name(words)
        return plain in self.children or bool(self.is_private and plain and self.is_private(words))

    def references(self, number: int, prefix: str) -> tuple[str, ...]:
        """The cases on record with this number, of any year, newest first."""
        return tuple(sorted((ref for ref in self.cases if _is_numbered(ref, number, prefix)), reverse=True))


OWN = frozenset({"person", "mp", "constituency", "setting"})


def _is_numbered(reference: str, number: int, prefix: str) -> bool:
    begins, _, digits = reference.rpartition("-")
    return begins.startswith(f"{prefix}-") and digits.isdigit() and int(digits) == number


def plain_name(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("'s", "").replace("’s", "").replace(".", " ").split())


def several(name: str) -> str:
    """A name with the s of what is its own, typed without its mark; none of an everyday word: "the greens"."""
    return "" if plain_name(name) in EVERYDAY else f"{name}s"


COMPASS = {"north": ("nth", "n"), "south": ("sth", "s"), "east": ("e",), "west": ("wst",), "central": ("cent",)}


def said_of(constituency: str, every: Collection[str]) -> Iterator[str]:
    """A constituency's name and how it is said short: "Nth Anyshire", "South Anyborough", its place alone."""
    yield constituency
    words = plain_name(constituency).split()
    if len(words) != 2 or COMPASS.keys().isdisjoint(words):
        return
    point, place = words if words[0] in COMPASS else words[::-1]
    for said in (point, *COMPASS.get(point, ())):
        yield from (f"{said} {place}", f"{place} {said}")
    if len(place) > SHORTEST_SETTING and sum(place in plain_name(each).split() for each in every) == 1:
        yield place


# From a file


def vocabulary_from(values: Any, holidays: frozenset[date] = frozenset()) -> Vocabulary:
    """The vocabulary that a JSON file holds. CannotRead names the part that is not as docs/conversation.md says."""
    if not isinstance(values, dict):
        raise CannotRead("The vocabulary is a JSON object with people, mps, settings, cases and terms.")
    return Vocabulary(
        people=tuple(_person(each) for each in _list(values, "people")),
        mps=_mps(values.get("mps") or {}),
        settings=tuple(_name(each, "settings") for each in _list(values, "settings")),
        cases={str(ref).upper(): _case(case) for ref, case in _dict(values, "cases").items()},
        terms=_terms(values.get("terms") or []),
        holidays=holidays,
    )


def _list(values: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = values.get(key) or []
    if isinstance(found, dict):
        found = [{"name": name, **(each if isinstance(each, dict) else {})} for name, each in found.items()]
    if not isinstance(found, list):
        raise CannotRead(f"In the vocabulary, “{key}” is a list.")
    return found


def _dict(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key) or {}
    if isinstance(found, list):
        found = {each.get("reference", ""): each for each in found if isinstance(each, dict)}
    if not isinstance(found, dict):
        raise CannotRead(f"In the vocabulary, “{key}” is an object.")
    return found


def _name(each: Any, key: str) -> str:
    name = each.get("name") if isinstance(each, dict) else each
    if not isinstance(name, str) or not name.strip():
        raise CannotRead(f"In the vocabulary, each of “{key}” has a name.")
    return name.strip()


def _person(each: Any) -> Person:
    more = each if isinstance(each, dict) else {}
    aliases = more.get("aliases") or []
    if not isinstance(aliases, list):
        raise CannotRead("In the vocabulary, a person's “aliases” is a list.")
    return Person(_name(each, "people"), tuple(str(alias) for alias in aliases), bool(more.get("left")))


def _mps(found: Any) -> Mapping[str, str]:
    if isinstance(found, list):
        found = {_name(each, "mps"): each.get("constituency", "") if isinstance(each, dict) else None for each in found}
    if not isinstance(found, dict) or not all(name.strip() and isinstance(at, str) for name, at in found.items()):
        raise CannotRead("In the vocabulary, “mps” gives each MP's name a constituency.")
    return dict(found)


def _case(case: Any) -> OnRecord:
    if isinstance(case, str):
        return OnRecord(case)
    if not isinstance(case, dict):
        raise CannotRead("In the vocabulary, each of “cases” is a reference with a child's name or an object.")
    flags = case.get("flags") or []
    marked = "restricted" in flags if isinstance(flags, list | dict | str) else False
    marked = bool(flags["restricted"]) if isinstance(flags, dict) and marked else marked
    return OnRecord(str(case.get("child") or case.get("name") or ""), marked or bool(case.get("restricted")))


def _terms(found: Any) -> tuple[SchoolTime, ...]:
    if isinstance(found, dict):
        found = [{"name": name, **_span(each)} for name, each in found.items()]
    if not isinstance(found, list):
        raise CannotRead("In the vocabulary, “terms” is a list.")
    return tuple(sorted((_time(each) for each in found), key=lambda time: time.first))


def _span(each: Any) -> Mapping[str, Any]:
    if isinstance(each, list) and len(each) == 2:
        return {"from": each[0], "to": each[1]}
    return each if isinstance(each, dict) else {}


def _time(each: Any) -> SchoolTime:
    row = each if isinstance(each, dict) else {}
    name = str(row.get("name") or row.get("term") or "")
    said = str(row.get("spell") or row.get("kind") or row.get("type") or name).casefold()
    first, last = (
        _day(row, *keys) for keys in (("first", "first_day", "from", "start"), ("last", "last_day", "to", "end"))
    )
    return SchoolTime(Spell.HALF_TERM if "half" in said else Spell.TERM, name, first, last)


def _day(row: Mapping[str, Any], *keys: str) -> date:
    written = next((row[key] for key in keys if row.get(key)), None)
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise CannotRead("In the vocabulary, each of “terms” has a first and a last day, such as 2026-12-18.") from None
