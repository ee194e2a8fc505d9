"""What of the record is asked after: which dates were changed, or who looked at it."""

import re

from bot.phrases.reading import Sentence

DATES = re.compile(
    r"(?<!\S)(?:changed|change|changing|moved|move|altered|amended|edited|updated|corrected|put back|pushed back) "
    r"(?:\S+ ){0,3}?(?:date|dates|deadline|deadlines|day)(?!\S)"
)
ACCESS = re.compile(
    r"(?<!\S)(?:who|anyone|anybody|somebody|someone|people|which (?:roles|rooms|people|staff)) "
    r"(?:(?:else )?(?:can|could|may|might|is allowed to|is able to|are able to) (?:\S+ )?"
    r"(?:see|view|read|look|open|access)|(?:else )?(?:has|have|had|gets|got) (?:\S+ )?access|(?:else )?knows? "
    r"(?:about|of))(?!\S)"
)
OWN = re.compile(r"(?<!\S)my (?:\S+ )?(?:cases|caseload|letters|list|patch|kids|children)(?!\S)")
VIEWED = re.compile(
    r"(?<!\S)(?:who|anyone|anybody|somebody|someone|person) (?:\S+ ){0,3}?"
    r"(?:looked|look|looking|viewed|view|viewing|saw|seen|see|accessed|access|peeked)(?!\S)"
)


def record_topic(sentence: Sentence) -> str:
    """`dates`, `viewed`, or empty for all that changed."""
    said = f"{sentence.plain} {sentence.said}"
    if asks_who_may_see(sentence) or VIEWED.search(said):
        return "viewed"
    return "dates" if DATES.search(said) else ""


def asks_who_may_see(sentence: Sentence) -> bool:
    """ "Who can see 0042", "who has access to it"."""
    return ACCESS.search(f"{sentence.plain} {sentence.said}") is not None


def over_own(sentence: Sentence) -> bool:
    """ "What's changed on my cases": a question of the record that needs no case."""
    return OWN.search(sentence.said) is not None
