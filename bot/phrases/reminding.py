"""What somebody wants to be reminded of, in their own words: "remind me to ring the school about 0042"."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.phrases.clean import ENDS, Word
from bot.phrases.reading import Sentence
from bot.phrases.wordlists import words

BEGINS = words("to about that of")
SAYS_NOTHING = words(
    "to about that of for on at in re regarding with by and the case it this again please then check look see , : -"
)
"""What is left over where a case and a day were taken out."""
NAMED = ("ref", "letter", "when")


def reminded_of(sentence: Sentence) -> str:
    """The words after "to" or "about", without the case and the day; empty where nothing else is said."""
    named = {at for span in sentence.of(*NAMED) for at in range(span.first, span.last)}
    begins = next((at for at, word in enumerate(sentence.words) if at and word.low in BEGINS and at not in named), None)
    if begins is None:
        return ""
    said = [word for at, word in enumerate(sentence.words) if at >= begins and at not in named and word.low not in ENDS]
    places = dict.fromkeys((word.start, word.end) for word in _trimmed(said))
    return " ".join(sentence.text[start:end] for start, end in places)


def of_a_person(intent: str, slots: Mapping[str, Any], sentence: Sentence) -> Mapping[str, Any]:
    """ "Remind Tom to ring the school": whoever is named first is told, and not the school."""
    if intent != "act_remind" or not sentence.bare.startswith("remind WHO"):
        return slots
    return {name: value for name, value in slots.items() if name not in ("agency", "service")}


def _trimmed(said: Sequence[Word]) -> Sequence[Word]:
    """Without what says nothing at either end."""
    there = [at for at, word in enumerate(said) if word.low not in SAYS_NOTHING]
    return said[there[0] : there[-1] + 1] if there else ()
