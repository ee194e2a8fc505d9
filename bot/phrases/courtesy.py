"""Courtesies around a question: "hi, could you please tell me …", "… when you get a chance, thanks"."""

import re
from collections.abc import Sequence

from bot.phrases.clean import ENDS, Word
from bot.phrases.cues import rows
from bot.phrases.wordlists import words

POLITE = words("please pls plz kindly thanks ta cheers sorry thankyou referralbot actually basically btw fyi yet")
"""Words that say nothing wherever they stand."""
MOST = 14
"""Words that are looked at for one courtesy."""


def _of(where: str) -> str:
    patterns = [row["pattern"] for row in rows("courtesies.csv") if row["where"] == where]
    return "|".join(re.sub(r"\((?!\?)", "(?:", pattern) for pattern in patterns)


BEFORE = re.compile(f"(?:{_of('before')}) ")
BEFORE_OR_JOINED = re.compile(f"(?:{_of('before')}|{_of('join')}) ")
AFTER = re.compile(f" (?:{_of('after')})$")

LEAD_IN = re.compile(
    r"^(?:\S+ ){2,50}?(?:(?:can|could|would|will|may|might) "
    r"(?:you|we|i|someone|anyone|somebody|anybody) (?:\S+ ){0,3}?"
    r"(?:tell|let|confirm|advise|say|check|find|give|send|show|look|remind|have|know|ask|update)"
    r"(?: (?:me|us|know|up|out|for me|for us))*"
    r"|(?:wondering|wondered|wonder|checking|(?:to )(?:know|check|ask|find out|see|understand|confirm)|asking)"
    r"(?: (?:if|whether))?) (?=(?:who|what|when|where|which|whether|if|how|why|has|have|is|are|did|do|any)(?!\S))"
)
"""What leads a long message to its question: "I'm preparing for a meeting and wondered if you could say …"."""
NOT_A_LEAD = re.compile(
    r"\d{2}|(?<!\S)(?:note|draft|write|reply|remind|chase|log|record|add|mum|dad|parents?|mp|if)(?!\S)"
)


def without_courtesy(part: Sequence[Word], *, joins: bool = True) -> list[Word]:
    """The words that ask something; `joins` takes away what joins them to an earlier question, too."""
    left = [word for word in part if (word.low not in (",", ":") and word.low != "-") or _in_figures(word, part)]
    left = _without_after([word for word in left if word.low not in ENDS])
    lead = LEAD_IN.match(" ".join(word.low for word in left))
    if lead and not NOT_A_LEAD.search(lead[0]):
        left = left[lead[0].count(" ") :]
    pattern = BEFORE_OR_JOINED if joins else BEFORE
    while len(left) > 1:
        found = pattern.match(" ".join(word.low for word in left[:MOST]) + " ")
        count = found[0].count(" ") if found else 0
        if not count or count >= len(left):
            break
        left = left[count:]
    return left


def _without_after(left: list[Word]) -> list[Word]:
    while len(left) > 1:
        found = AFTER.search(" ".join(word.low for word in left[-MOST:]))
        count = found[0].count(" ") if found else 0
        if not count or count >= len(left):
            break
        left = left[:-count]
    return left


def _in_figures(word: Word, part: Sequence[Word]) -> bool:
    """A dash between two days: 21 dec - 4 jan."""
    at = next(at for at, each in enumerate(part) if each is word)
    after = part[at + 1].low if at + 1 < len(part) else ""
    return word.low == "-" and at > 0 and after[:1].isdigit()
