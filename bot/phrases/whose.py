"""Whose work is meant: "mine", "what have I got", "Tom's", "all but Priya's"; and where an "I" only asks."""

import re
from collections.abc import Sequence
from typing import Any

from bot.phrases.reading import Sentence
from bot.phrases.span import Span
from bot.phrases.wordlists import any_of, words

LISTS = frozenset({"due_list", "overdue_list", "awaiting_list", "filter_list", "data_quality", "phase_list", "mp_list"})
ASKED_OF_MINE = LISTS | {"owner", "kpi"}
MY_WORK = LISTS - {"data_quality"} | {"kpi"}
"""Where what "I" have or have to do is mine."""
OF_ALL = frozenset({"next_clock", "panel", "tribunal", "exception", "consult_status", "review_status"})
"""Asked of one case, or of everybody's: whose cases counts where no case is named."""
NOT_OF_CASES = (
    "manager|team|head|director|boss|lead|colleague|colleagues|line manager|meeting|supervision|report|notes|opinion|"
    "view|understanding|knowledge|screen|briefing|slides|question|mistake|fault|bad|apologies|boss's|service|line|"
    "reading|maths|phone|memory|one to one|update|mp|question"
)
MINE = any_of("my|mine|myself", ends=rf"(?!\S)(?! (?:{NOT_OF_CASES})(?!\S))")
DONE_FOR_ME = words(
    "show give tell get send remind let find pull fetch bring do list run ping email forward hand pass up out off help"
)
ME = re.compile("".join(f"(?<!{verb} )" for verb in sorted(DONE_FOR_ME)) + r"(?<!for the )(?<!\S)me(?!\S)")
NOT_MINE = any_of(
    """
    not mine|not my own|other than mine|other than my own|except mine|except my own|apart from mine|apart from my own|
    but mine|but my own|not counting mine|bar mine|are not mine|is not mine|excluding mine|excluding my own|aside from
    mine|outside my|outside of my|besides mine|besides my own|someone else's
    """
)
TO_LEARN = (
    "know|see|check|find|understand|look|plan|ask|tell|brief|report|work out|get an?|get the|be able|share|send you"
)
AT_WORK = (
    "waiting|working|carrying|holding|chasing|covering|dealing|handling|managing|awaiting|expecting|missing|looking|"
    "running|sitting|owing|doing"
)
"""What one is doing with cases of one's own."""
JUST = "(?:(?:just|also|really|only|do|please) )?"
I_ASK = re.compile(
    r"(?<!\S)(?:"
    + "|".join(
        (
            rf"(?:can|could|may|might|shall) i {JUST}(?:have|see|get|ask|check|know|look|grab|take|view)",
            rf"i {JUST}(?:want|need|would like|wish|have|hope|wanted|needed) (?:you )?to (?:{TO_LEARN})",
            rf"i {JUST}(?:want|need|would like|wanted|needed)(?! (?:to|it by|them by|in by)(?!\S))",
            r"i (?:know|see|get|think|thought|wonder|believe|mean|meant|guess|hope|assume|said|say|heard|hear|suppose)",
            r"i (?:understand|gather|take it|reckon|ask|asked|saw|forget|forgot|can not|do not (?:know|see|think))",
            rf"i am {JUST}(?!{AT_WORK})\w+ing",
            r"i am (?:the|an?|after|about to|off to|told|curious|not sure|sure|at|with|sat|doing)",
            r"i (?:should|would|will) (?:be (?:glad|grateful|obliged)|like|appreciate|welcome)|if i may",
            "so i|so that i|i will be|as i",
        )
    )
    + r")(?!\S)"
)
I_DO = any_of("i")
WITH_ME = any_of("(?:me|mine|my own|myself) (?:and|or) WHO|WHO (?:and|or) (?:me|mine|myself|i)")
REMIND_ME = re.compile(r"(?<!\S)(?:remind|ping|nudge|prompt|prod|alert|poke|buzz|reminder (?:for|to)|let) me(?!\S)")
FOR_ME = any_of("i|me|my|myself")


def whose(sentence: Sentence, intent: str) -> dict[str, Any]:
    """The person whose work is meant, and who is left out."""
    people = _people(sentence, intent)
    found: dict[str, Any] = {}
    if people:
        people = ["me", *people] if WITH_ME.search(sentence.plain) and intent in ASKED_OF_MINE else people
        found["person"] = people[0] if len(people) == 1 else people[-1] if intent == "act_assign" else people
    elif is_mine(sentence, intent):
        found["person"] = "me"
    if left := sentence.values("person", negated=True) + sentence.values("name", negated=True):
        found["not_person"] = left[0] if len(left) == 1 else left
    elif found.get("person", "me") == "me" and intent in ASKED_OF_MINE and NOT_MINE.search(sentence.plain):
        found = {"not_person": "me"}
    if intent in OF_ALL and sentence.refs:
        found = {}
    return found


def _people(sentence: Sentence, intent: str) -> list[str]:
    """Those who are named; of a case that changes hands, not the one from whom it goes."""
    spans = [*sentence.of("person"), *sentence.of("name")]
    if intent == "act_assign":
        spans = [] if TO_ME.search(sentence.plain) else [span for span in spans if not _is_left(span, sentence.low)]
    return list(dict.fromkeys(span.value for span in spans))


TO_ME = any_of("to me|to myself|onto me|to my name|to my caseload|i will take it")


def _is_left(span: Span, low: Sequence[str]) -> bool:
    return low[max(0, span.first - 1) : span.first] in (["from"], ["off"], ["of"])


def is_mine(sentence: Sentence, intent: str) -> bool:
    said = sentence.plain
    if intent == "act_remind":
        return REMIND_ME.search(said) is not None or bool(FOR_ME.search(said) and not sentence.has("service", "agency"))
    if intent == "act_assign":
        return bool(re.search(r"(?<!\S)(?:me|myself|i|mine|my (?:name|list|caseload|desk|pile))(?!\S)", said))
    if intent == "audit":
        return not sentence.refs and bool(MINE.search(said))
    if intent in ASKED_OF_MINE | OF_ALL:
        mine = bool(MINE.search(said) or ME.search(said))
        return mine or (intent in MY_WORK | OF_ALL and bool(I_DO.search(I_ASK.sub(" ", said))))
    return False
