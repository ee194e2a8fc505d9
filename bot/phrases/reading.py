"""One sentence made ready: its words mended, what stands among them found, and the same with tags in their place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bot.phrases.clean import ENDS, Word
from bot.phrases.courtesy import POLITE, without_courtesy
from bot.phrases.days import Almanac
from bot.phrases.finding import found_in
from bot.phrases.span import TAG, Span
from bot.phrases.vocabulary import Vocabulary
from bot.phrases.wordlists import words

STARTS = words(
    """
    who what when where which how why has have is are did do does will can could whose show list status remind chase
    mark log snooze escalate assign note tell give record nudge open any was were update should would am had
    anything also plus whats
    """
)
QUESTION_WORDS = words(
    """
    who what when where which how why whose has have is are did do does will can could was were should would am had
    any anything anyone shall whom may might
    """
)


WH = words("who what when where which how why whose any")
WANTS_TO_KNOW = re.compile(
    r"(?<!\S)(?:tell me|tell us|let me know|whether|if|wondering|wonder|know|idea|find out|curious|ask|asking)(?!\S)"
)


OF_A_NAME = re.compile(r"(?<!\S)(?:the|a|an|our|their|that) (?=(?:ADV|WHO|SCH|CLK|CON|REF|LET)(?!\S))")


@dataclass(frozen=True, repr=False)
class Sentence:
    """One question or order, read."""

    words: tuple[Word, ...]
    spans: tuple[Span, ...]
    text: str
    """The whole cleaned message, in which words have their places."""
    whole: str = ""
    """Every word of it in small letters, with what joins it to what was said before: "and", "what about"."""
    typed: str = ""
    """Every word, its courtesies too."""
    asked: bool = False
    """It ends with a question mark."""

    @cached_property
    def low(self) -> list[str]:
        return [word.low for word in self.words]

    @cached_property
    def tagged(self) -> str:
        """Everything found is its tag: "has ADV come back for REF"."""
        return self._with(frozenset(TAG))

    @cached_property
    def plain(self) -> str:
        """References, days and people are tags, services of several words, too; the rest as it was said."""
        return self._with(frozenset({"ref", "letter", "when", "person", "name", "comparator"}))

    @cached_property
    def said(self) -> str:
        """Every word as it was said, no marks."""
        return " ".join(word for word in self.low if word not in ENDS)

    def _with(self, kinds: frozenset[str]) -> str:
        out: list[str] = []
        at = 0
        starts = {span.first: span for span in self.spans if span.kind in kinds or _is_title(span)}
        while at < len(self.words):
            if span := starts.get(at):
                out.append(TAG[span.kind])
                at = span.last
            else:
                if self.low[at] not in ENDS and self.low[at] not in POLITE and self.low[at] != "-":
                    out.append(self.low[at])
                at += 1
        return " ".join(out)

    @cached_property
    def bare(self) -> str:
        """Tagged, without the articles of what was found: "ask the ADV" is "ask ADV"."""
        return OF_A_NAME.sub("", self.tagged)

    @cached_property
    def form(self) -> str:
        """What it has in common with others that ask the same: tagged, each clock by its name, "?" where it asks."""
        clocks = iter([str(span.value) for span in self.spans if span.kind == "clock"])
        tags = [_named_clock(next(clocks, "")) if word == "CLK" else word for word in self.tagged.split()]
        return " ".join([*tags, "?" if self.asked or self.begins_as_question else "."])

    @property
    def ways(self) -> tuple[str, ...]:
        """The texts that a pattern is looked for in."""
        return (self.tagged, self.plain, *([self.bare] if self.bare != self.tagged else []))

    @cached_property
    def bag(self) -> frozenset[str]:
        return frozenset(self.tagged.split()) | frozenset(self.plain.split())

    def of(self, *kinds: str, negated: bool = False) -> list[Span]:
        return [span for span in self.spans if span.kind in kinds and span.negated is negated]

    def has(self, *kinds: str) -> bool:
        return any(span.kind in kinds for span in self.spans)

    @cached_property
    def refs(self) -> list[str]:
        return list(dict.fromkeys(span.value for span in self.spans if span.kind in ("ref", "letter")))

    def values(self, kind: str, *, negated: bool = False) -> list[Any]:
        return list(dict.fromkeys(span.value for span in self.of(kind, negated=negated)))

    @cached_property
    def begins_as_question(self) -> bool:
        if self.typed != self.whole and WANTS_TO_KNOW.search(self.typed.partition(self.said)[0]):
            return True
        if self.low[:1] == ["had"] and not self.asked:
            return False
        low = self.low
        if self.spans and self.spans[0].first == 0 and self.spans[0].kind == "ref":  # "0042 is late" asks nothing
            low = low[1:] if low[1:2] and (low[1] in WH or (low[2:3] and low[2] in SUBJECTS)) else low
        return bool(low) and low[0] in QUESTION_WORDS and low[:2] != ["do", "not"]

    def then(self, other: "Sentence") -> "Sentence":
        """Both as one: "0066 has stalled" and "why?"."""
        shift = len(self.words)
        spans = (replace(span, first=span.first + shift, last=span.last + shift) for span in other.spans)
        return Sentence(
            self.words + other.words, (*self.spans, *spans), self.text, f"{self.whole} {other.whole}",
            f"{self.typed} {other.typed}", self.asked or other.asked,
        )  # fmt: skip

    def after(self, words: int) -> str:
        """The message as it was typed, from a word on."""
        return self.text[self.words[words].start :] if words < len(self.words) else ""


KINDS_OF_CLOCK = {
    "mp": "MPC", "ar": "ARC", "review": "ARC", "phase": "PHC", "appeal": "APC", "med": "APC", "order": "APC",
    "tribunal": "APC",
}  # fmt: skip
"""By the first part of its id; every other is one of an assessment or a plan."""


def _named_clock(clock: str) -> str:
    return f"{KINDS_OF_CLOCK.get(clock.partition('_')[0], 'CLK')}:{clock}"


def sentences(words: Sequence[Word], text: str, vocabulary: Vocabulary, almanac: Almanac) -> Iterator[Sentence]:
    """The questions and orders of a message, one by one, each without its lead-in."""
    for part in _parts(words):
        asked = any(word.low == "?" for word in part)
        tidy = without_courtesy(part)
        whole = " ".join(word.low for word in without_courtesy(part, joins=False))
        typed = " ".join(word.low for word in part if word.low not in ENDS)
        yield Sentence(tuple(tidy), tuple(found_in(tidy, vocabulary, almanac, text)), text, whole, typed, asked)


def _parts(words: Sequence[Word]) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for at, word in enumerate(words):
        after = [each.low for each in words[at + 1 : at + 4]]
        if word.low in BREAKS:
            parts[-1].append(word)
            parts.append([])
        elif len(parts[-1]) > 1 and _begins_another(word.low, after) and not _leads(parts[-1], word.low):
            if parts[-1][0].low in QUESTION_WORDS:
                parts[-1].append(Word("?", word.start, word.end))
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if any(word.low not in ENDS for word in part)]


BREAKS = frozenset("?!.;")
JOINS = frozenset({",", "and", "-", "plus", ":", "then"})
GOES_ON = words(
    """
    any note have has is are list open had was were did would should record will tell
    """
)
"""After "and" these go on with what was said: "and has no draft"; before a name they begin another question."""
SUBJECTS = words(
    """
    the we they it anyone i mum dad slt ot ep camhs health social school parents my he she this that
    """
)


def _is_title(span: Span) -> bool:
    """A service's name of three words or more: its "hearing" is no court's."""
    return span.kind == "service" and span.last - span.first > 2


PREMISE = re.compile(
    r"^(?:(?:if|assuming|suppose|supposing|say|given that)|(?:a |the )?(?:new )?(?:request|referral|application)"
    r"(?: was| has been)? (?:received|came|made|dated|landed|arrived)"
    r"|received|(?:i am|we are) (?:off|away|out|on leave)|\S+(?: \S+)?(?: is)? (?:off|away|on leave))(?!\S)"
)


def _leads(part: Sequence[Word], join: str) -> bool:
    """It belongs to the question that follows."""
    return _is_premise(without_courtesy(part)) or (join in ("-", ":") and _is_topic(part))


MOST_OF_A_TOPIC = 4


def _is_topic(part: Sequence[Word]) -> bool:
    """What a question is headed with: "MPs - who is waiting", "SALT 0042 - anything?"."""
    low = [word.low for word in part if word.low not in ENDS]
    return len(low) <= MOST_OF_A_TOPIC and STARTS.isdisjoint(low)


def _is_premise(part: Sequence[Word]) -> bool:
    """What a question that follows goes by: "if it came in on 9 November, when …", "I'm off …, what's due then"."""
    return PREMISE.match(" ".join(word.low for word in part)) is not None


def _begins_another(join: str, after: Sequence[str]) -> bool:
    if join not in JOINS or not after:
        return False
    first, *more = after
    if first in ("and", "also") and more:
        first, *more = more
    if first not in STARTS:
        return False
    return join != "and" or first not in GOES_ON or bool(more and more[0] in SUBJECTS)
