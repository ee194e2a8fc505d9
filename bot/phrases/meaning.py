"""What a sentence may mean: what it is most like, and what the tables of patterns say for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.phrases import limits
from bot.phrases.acting import act_of
from bot.phrases.cues import spoken_for
from bot.phrases.likeness import forms
from bot.phrases.reading import Sentence
from bot.phrases.understood import ACTIONS, REFUSALS

SPOKEN_FOR = 2.0
"""What a row of cues.csv adds: it knows the question by its words, and not by what else is said with them."""
ACT = 3.0
"""What a row of acts.csv or limits.csv adds: it has looked at the whole sentence."""
GOES_ON = 1.0
"""What it adds that the same was asked just before."""
STRANGE = 0.4
"""Of its words so many are new, and no row of a table speaks for it: it is none of our business."""
NEVER_LIKE = ("refuse_privacy",)
"""Whether a child is named goes by names, never by what a sentence is like."""
ONLY_ALIKE = 0.5
"""Taken from what is declined, or done without a case, for its likeness alone: neither goes by a tone of voice."""
CLEARLY = 0.1
"""So much likelier than the next, and nobody need be asked."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence may mean, the likelier the higher."""

    likely: Mapping[str, float]
    spoken: frozenset[str]
    """What a row of a table speaks for."""

    @property
    def best(self) -> str:
        return max(self.likely, key=lambda intent: self.likely[intent])

    @property
    def nearest(self) -> list[str]:
        """All of them, the likeliest first."""
        return sorted(self.likely, key=lambda intent: -self.likely[intent])

    @property
    def is_clear(self) -> bool:
        first, second = (self.likely[intent] for intent in self.nearest[:2])
        return first - second >= CLEARLY

    def after(self, intent: str) -> "Meaning":
        """The likelier to be about what was asked before: "has the report arrived?", after a review."""
        return replace(self, likely={**self.likely, intent: self.likely.get(intent, -99) + GOES_ON})


def meaning(sentence: Sentence, *, refs: bool = False, of_agency: bool = False) -> Meaning:
    """As it stands; or as though it named a case (`refs`), and an agency (`of_agency`), that was spoken of before."""
    named = f"{sentence.form} REF" if refs and not sentence.refs else sentence.form
    likely = forms().likeness(named)
    for intent in NEVER_LIKE:
        likely.pop(intent, None)
    spoken = spoken_for(sentence.bag, sentence.ways, Condition(sentence, refs or bool(sentence.refs), of_agency).holds)
    act = act_of(sentence)
    if act != "act_away" and (sentence.asked or sentence.begins_as_question or not sentence.has("when")):
        likely.pop("act_away", None)  # a question about leave, or leave without its days, reports none
    no = "" if act == "act_note" else limits.declined(sentence)  # a note may hold any words
    if not spoken and forms().new_words(named) >= STRANGE:
        likely["out_of_scope"] += 2 * ACT
    for intent, weight in (*((each, SPOKEN_FOR) for each in spoken), (act, ACT), (no, ACT)):
        if intent:
            likely[intent] = likely.get(intent, min(likely.values())) + weight
    found = frozenset({*spoken, act, no} - {""})
    doubtful = REFUSALS if sentence.refs else REFUSALS | ACTIONS
    for intent in doubtful & likely.keys() - found:
        likely[intent] -= ONLY_ALIKE
    return Meaning(likely, found)


@dataclass(frozen=True)
class Condition:
    """When a row of cues.csv counts."""

    sentence: Sentence
    refs: bool
    of_agency: bool

    def holds(self, condition: str) -> bool:
        if condition.startswith("!"):
            return not self.holds(condition[1:])
        sentence = self.sentence
        match condition:
            case "ref":
                return self.refs
            case "adv":
                return self.of_agency or bool(sentence.of("service", "agency"))
            case "clk":
                return bool(sentence.values("clock"))
            case "who":
                return sentence.has("person", "name")
            case "when":
                return sentence.has("when")
            case "cmp":
                return bool(sentence.values("comparator"))
            case "mpclk":
                return any(str(clock).startswith("mp_") for clock in sentence.values("clock"))
        name, _, value = condition.partition("=")
        if name == "cmp":
            return any(one.field == value for one in sentence.values("comparator"))
        return value in sentence.values("clock")
