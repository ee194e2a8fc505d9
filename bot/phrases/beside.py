"""What the cases of a list have besides: "overdue with an MP letter", "just cases with a complaint"."""

import re
from typing import Any

from bot.phrases.reading import Sentence
from bot.phrases.wordlists import any_of

THINGS = {
    "mp_letter": (
        r"mp(?: letters?| enquir(?:y|ies)| involved| interest| involvement)?|mps|"
        r"letters? from (?:an|the|their|its) mps?"
    ),
    "complaint": r"complaints?",
    "exception": r"exceptions?",
}
ONE_OF_THEM = "|".join(f"(?P<{name}>{pattern})" for name, pattern in THINGS.items())
HAS = re.compile(
    r"(?<!\S)(?<!not )(?<!never )(?:with|having|involving|carrying|where there is|"
    r"(?:cases|case|ones|that|which|those|also|they|still|and) (?:also |still )?(?:have|has|had|got|carry|carries))"
    r" (?:(?:also|got|had|an|a|any|the|open|live|some|one|recorded) )*"
    rf"(?:{ONE_OF_THEM})(?!\S)(?! (?:replied|for)(?!\S))"
)
AND_HAS = re.compile(rf"^ (?:and|or|plus) (?:(?:with|also|an|a|any|the) )*(?:{ONE_OF_THEM})(?!\S)")
LATE = any_of("overdue|late|behind|missed|out of time|past (?:its|their|the) (?:date|deadline)|gone over")
AWAITED = any_of(
    "waiting on|waiting for|awaited|awaiting|outstanding from|owed by|owes|owe us|to come from|still to come"
)
DUE = any_of("due|falls due|fall due|falling due|coming up|deadlines|deadline")
OF_CASES = frozenset({"overdue_list", "due_list", "awaiting_list"})


def beside(sentence: Sentence) -> list[str]:
    """`mp_letter`, `complaint`, `exception`; where an MP is named it is that MP's letter that is meant."""
    found: list[str] = []
    match = HAS.search(sentence.said)
    while match:
        found += [name for name in THINGS if match[name]]
        match = AND_HAS.search(sentence.said[match.end() :]) if len(found) == 1 else None
    return [name for name in found if name != "mp_letter" or not sentence.has("mp", "constituency")]


def list_of(intent: str, sentence: Sentence, things: list[str]) -> str:
    """Which list is narrowed by it: "overdue cases with an MP" are what is late, and no letters."""
    if not THINGS.keys() & {*things} or intent not in ("mp_list", "filter_list", "exception"):
        return intent
    for meant, words in (("overdue_list", LATE), ("awaiting_list", AWAITED), ("due_list", DUE)):
        if words.search(sentence.plain):
            return meant
    return "filter_list" if intent == "mp_list" else intent


def narrowed(intent: str, has: list[str], without: list[str], kind: Any) -> dict[str, Any]:
    """The slots; a kind of letter that the cases have, or lack, is not what is listed."""
    lacks = [name for name in without if name in THINGS]
    if intent == "filter_list":  # "cases with a complaint" are listed by it
        return {"with": [name for name in has if name != kind], "kind": None if kind in lacks else kind}
    return {"with": has, "without": lacks, "kind": None if kind in (*has, *lacks) else kind}
