"""Which fact somebody says has happened, as the commands that record facts call it."""

import re
from functools import cache

from bot.phrases.cues import compiled, rows
from bot.phrases.reading import Sentence
from bot.phrases.wordlists import any_of


@cache
def facts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """facts.csv: what the commands call each fact, and how it is said, the most particular first."""
    return tuple((row["fact"], compiled(f"({row['pattern']})")) for row in rows("facts.csv"))


CAME = any_of(
    """
    received|came|arrived|in|landed|back|got|had|returned|come|submitted|here|replied|responded|provided|given|tick|turned|
    has sent|have sent|sent us|sent in|sent it|sent their|sent her|sent his|gave
    """
)
ASKED = re.compile(r"(?<!\S)(?:ask|request|seek|asked|requested|requests?|contacted|approached)(?!\S)")
WE_SENT = re.compile(r"(?:^|\s)(?:we|i) (?:have |just |have just )*(?:sent|submitted|returned|provided|emailed)(?!\S)")
PANEL = any_of("panel")
MEETING = any_of(
    """
    meeting|review held|review was held|held the review|held the annual review|ar held|ar was held|annual review held|
    annual review was held|annual review took place
    """
)
HELD = re.compile(r"(?<!\S)(?:held|met|took place|sat|happened|went ahead|was today|been to)(?!\S)")
ENDS = re.compile(r"^(close|reopen|re open|undo|shut)(?!\S)")
NIL = re.compile(r"(?<!\S)nil(?: return)?(?!\S)")
THEIRS = any_of(
    """
    comments|comment|views|feedback|representations|reps|signed|returned|accepted|approved|agreed|
    (?:mum|dad|parents?|family|head|school|tribunal) (?:has|have|had|acknowledged|replied|said|says)
    """
)
"""What somebody else did with a draft, or said to it, is no draft that went out."""
OF_SCHOOLS = any_of(
    r"consult|consults|consulted|consultation|consultations|(?<!took )(?<!taken )place|places|lgsco|lgo|ombudsman"
)
"""A school that was asked for a place answers it, and no MP is answered."""
OURS = frozenset({"draft", "final plan", "acknowledgement", "reply"})
MP_KINDS = {"reply", "holding reply", "acknowledgement"}


def fact_of(sentence: Sentence) -> str:
    """The fact, "received" for advice that came, "ask" for advice that was asked for; empty where none is plain."""
    said = sentence.said
    if ends := ENDS.match(said):
        return {"re open": "reopen", "shut": "close"}.get(ends[1], ends[1])
    if OF_SCHOOLS.search(said):
        return ""
    adviser = sentence.has("service", "agency")
    if adviser and ASKED.search(said) and " about " not in said:
        return "ask"
    if HELD.search(said) and (PANEL.search(said) or MEETING.search(said)):
        return "held panel" if PANEL.search(said) else "held meeting"
    named = next((name for name, pattern in facts() if pattern.search(said)), "")
    if adviser and (not named or named in MP_KINDS or NIL.search(said) or "advice" in sentence.low):
        return "advice sent" if WE_SENT.search(said) and not CAME.search(said) else "received"
    return "" if named in OURS and THEIRS.search(said) else named
