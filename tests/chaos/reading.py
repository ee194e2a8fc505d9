"""What stands in the rooms at the end, read as a person reads it, and held against what should stand there."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from tests.chaos.oracle import Expected
from tests.chaos.weather import Landed

REFERENCE = re.compile(r"(?:SEND|MP)-\d{4}-\d+")
SET = "set a reminder for"
MORE = re.compile(r"(\d+) more, due later")
NO_NUDGE = re.compile(r"^(Today, |referralbot |Nudges |Nothing can be |A message |You cover )")
"""How a digest begins, which tells the same dates again, and what administrators hear, and whoever covers."""
WORD = re.compile(r"^(?:SEND|MP)-\d{4}-\d+: (?!.*(?:owed at once|\b(?:is|was) due\b))")
"""How a short word to one person begins, after what somebody else did: it is no reminder."""
CARD = re.compile(r"^(?:SEND|MP)-\d{4}-\d+ · ")
"""How the living card of a case or a letter begins."""
ANYWHERE = ("suspended", "clock moved")
"""What makes a claim run out while its message is on the way: then no platform can be asked in time."""
WINDOWS = ("killed", "database away", "database locked", *ANYWHERE)
"""What may come between sending and noting it, beside a lost answer."""
NOTHING: set[Expected] = set()
SAYS_SO = "You may have had this already."
WITHIN = 12.0
"""Seconds after a message landed in which such a thing may have kept it from being noted."""


@dataclass(frozen=True)
class Said:
    """One line of one message: the thing that it speaks of."""

    thing: Expected
    by: Landed


@dataclass(frozen=True)
class Happened:
    """Something done to the bot, by the stopwatch."""

    what: str
    began: float
    ended: float


@dataclass(frozen=True)
class Twice:
    """Two messages that say one thing, and nothing that explains it. `around`: what was done to the bot near either."""

    thing: Expected
    first: Landed
    again: Landed
    around: tuple[str, ...]


@dataclass
class Verdict:
    """What came of the storm."""

    expected: int = 0
    arrived: int = 0
    missing: list[tuple[int, Expected]] = field(default_factory=list)
    wrong: list[tuple[int, Expected]] = field(default_factory=list)
    """Said where or when nothing of the kind was due."""
    strays: list[Said] = field(default_factory=list)
    """The same, with their messages."""
    doubled: Counter[str] = field(default_factory=Counter)
    """By the window that each repeat fell into."""
    unexplained: list[Twice] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Messages that hold more than they show, where it does not add up."""
    says_so: int = 0
    """Of the repeats, those that say that they may be one."""
    cards: Counter[str] = field(default_factory=Counter)
    """Cards posted a second time, by the window that each fell into."""

    @property
    def good(self) -> bool:
        return not (self.missing or self.wrong or self.unexplained or self.unread)

    @property
    def amiss(self) -> Iterator[Landed]:
        """The messages that should not be."""
        yield from (said.by for said in self.strays)
        yield from (landed for twice in self.unexplained for landed in (twice.first, twice.again))


def judged(
    landed: Sequence[Landed],
    ends: Sequence[float],
    expected: Sequence[set[Expected]],
    happened: Sequence[Happened],
    may: Sequence[set[Expected]] = (),
) -> Verdict:
    """Hold what landed, by the stop at which it did, against what was expected there. `ends`: each stop's end.

    What `may` be said at a stop is no fault, and is looked for nowhere.
    """
    verdict, names = Verdict(expected=sum(map(len, expected))), _names((*expected, *may))
    by_stop: dict[int, list[Landed]] = defaultdict(list)
    for one in landed:
        by_stop[bisect_left(ends, one.at)].append(one)
    earlier: dict[Expected, Said] = {}
    for stop, (due, besides) in enumerate(zip_longest(expected, may, fillvalue=NOTHING)):
        seen: dict[Expected, Said] = {}
        apart = _set_by_people(by_stop[stop], names)
        for message in by_stop[stop]:
            for said in _lines(message, due - apart, besides, names, verdict):
                known = said.thing in due or said.thing in besides
                if before := seen.get(said.thing) or (None if known else earlier.get(said.thing)):
                    _count_double(verdict.doubled, verdict, before, message, happened)
                    verdict.says_so += SAYS_SO in message.words
                elif not known:
                    verdict.wrong.append((stop, said.thing))
                    verdict.strays.append(said)
                seen[said.thing] = said
        verdict.arrived += len(due & seen.keys())
        verdict.missing += [(stop, thing) for thing in due - seen.keys()]
        earlier |= seen
    _count_cards(landed, happened, verdict)
    return verdict


def _count_cards(landed: Sequence[Landed], happened: Sequence[Happened], verdict: Verdict) -> None:
    """One message for each card: it is edited in place, and posted again in the windows alone."""
    standing: dict[tuple[str, str], Said] = {}
    for message in landed:
        if CARD.match(message.words):
            reference = message.words.split(" ", 1)[0]
            said = Said(Expected(message.place, reference, "card"), message)
            if before := standing.get((message.place, reference)):
                _count_double(verdict.cards, verdict, before, message, happened)
            standing[message.place, reference] = said


def _names(expected: Iterable[set[Expected]]) -> Mapping[str, set[str]]:
    """What may be spoken of, by reference."""
    names: dict[str, set[str]] = defaultdict(set)
    for due in expected:
        for thing in due:
            names[thing.reference].add(thing.what)
    return names


def things(place: str, words: str, names: Mapping[str, set[str]]) -> list[Expected]:
    """Everything that a reminder shows; nothing of a digest or of what administrators hear. `names` by reference."""
    words = words.replace("\u00a0", " ")
    other = any(kind.match(words) for kind in (NO_NUDGE, WORD, CARD))
    return [] if other else list(_shown(place, words, names))


def _set_by_people(landed: Iterable[Landed], names: Mapping[str, set[str]]) -> set[Expected]:
    """What rooms were told because somebody had set a reminder: in a message of its own, which no other one counts."""
    return {thing for one in landed if SET in one.words for thing in things(one.place, one.words, names)}


def _lines(
    message: Landed, due: set[Expected], besides: set[Expected], names: Mapping[str, set[str]], verdict: Verdict
) -> Iterator[Said]:
    """Everything that a message speaks of. What a long one only counts is the rest of what is due."""
    shown, more = things(message.place, message.words, names), MORE.search(message.words)
    if shown and more:
        rest, perhaps = (
            {thing for thing in found if thing.place == message.place} - set(shown) for found in (due, besides)
        )
        if not len(rest) <= int(more[1]) <= len(rest | perhaps):
            verdict.unread.append(f"{message.place}: {more[0]}, and {len(rest)} are due")
        shown += rest
    for thing in shown:
        yield Said(thing, message)


def _shown(place: str, words: str, names: Mapping[str, set[str]]) -> Iterator[Expected]:
    found = list(REFERENCE.finditer(words))
    ends = [*(each.start() for each in found[1:]), len(words)][: len(found)]
    for each, end in zip(found, ends, strict=True):
        told = words[each.end() : end].lower()
        called = ((name.lower(), name) for name in names.get(each[0], ()))
        known = [(told.find(low), -len(low), name) for low, name in called if low in told]
        if known:
            yield Expected(place, each[0], min(known)[2])


def _count_double(
    counted: Counter[str], verdict: Verdict, first: Said, again: Landed, happened: Sequence[Happened]
) -> None:
    """Why it was said again. A platform that can be asked is never an excuse for a lost answer or a kill."""
    by = first.by
    around = [one.what for one in happened if _is_near(one, by)]
    excuses = [what for what in WINDOWS if what in around and (not by.askable or what in ANYWHERE)]
    if not by.askable and not by.told:
        counted["the answer was lost, and Teams cannot be asked"] += 1
    elif excuses:
        counted[f"{excuses[0]} between sending and noting"] += 1
    else:
        near = (one for one in happened if _is_near(one, by) or _is_near(one, again))
        told = tuple(f"{one.what} {one.began - by.at:+.1f} s after the first" for one in near)
        verdict.unexplained.append(Twice(first.thing, by, again, told))


def _is_near(one: Happened, to: Landed) -> bool:
    return one.began - WITHIN <= to.at <= one.ended + WITHIN
