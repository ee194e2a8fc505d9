"""Follow-ups: "and the OT one?", "same for 0047", "why?", "who's got it?", after something was asked."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from bot.domain.calendar import ONE_DAY
from bot.phrases.cues import rows
from bot.phrases.days import month_of
from bot.phrases.reading import Sentence
from bot.phrases.understood import ACTIONS, Understood
from bot.phrases.wordlists import any_of, words

OF_A_CASE = words(
    """
    agency_status blockers case_status clock_date next_clock next_step consult_status review_status forecast panel
    owner audit exception explain_date tribunal mp_status draft_text
    """
)
LISTS = words(
    """
    overdue_list due_list filter_list awaiting_list mp_list data_quality phase_list kpi
    """
)
LATE_ONES = re.compile(r"^(?:just|only|and|now) (?:the |those |ones )?(?:late|overdue|red)(?: ones)?$")
MOST_WORDS, FEW_WORDS = 12, 4
"""Of what leaves out something, with "and" or "what about" before it, and without."""
FILLER = re.compile(
    r"(?<!\S)(?:and|also|but|or|so|then|ok|okay|what|how|about|is|are|the|a|an|one|ones|same|again|thing|question|for|on|in|"
    r"with|of|to|too|as|well|now|just|only|please|ditto|likewise|that|those|this|other|others|more|any|instead|"
    r"advice|report|reports|part|case|cases|number|from|by|do|it|not|yet|else|if|no|i|mean|meant|sorry|make|"
    r"try|q|query|show|give|me|look|at|check|let|us|see|were|was|did|team|has|have|actually|overdue|advice's)(?!\S)"
)
OPENS = re.compile(
    r"^(?:and|what about|how about|(?:the )?same|its|it is|that is|"
    r"ditto|also|or|but|just|only|now|likewise|what if|instead|no|not|ok and)(?!\S)"
)
TAGS_ONLY = re.compile(r"^(?:(?:REF|LET|ADV|CLK|WHO|DAY|CMP|CON|SCH|NAME|mp|mps|my|mine|me|school|schools|health) ?)+$")
IT = re.compile(
    r"(?<!\S)(?:it|its|that|this|them|they|he|she|him|her|his|their|one|there|then|that one|this one|the case)(?!\S)"
)
JOINED = any_of("and|but|so|ok|or", begins="^", ends=" ")
TRAILS = any_of("though|then|so late|late|is it|is that|that date", begins=" ", ends="$")


@cache
def bare_questions() -> Mapping[str, str]:
    """bare.csv: questions of a few words that leave out what they are about, and their intents."""
    return {said: row["intent"] for row in rows("bare.csv") for said in row["said"].split("|")}


NAMES_IT = (
    "refs",
    "agency",
    "service",
    "clock",
    "period",
    "person",
    "mp",
    "constituency",
    "comparator",
    "date",
    "setting",
)


def bare(sentence: Sentence) -> str:
    """The intent of a question of a few words that leaves out what it is about."""
    for said in (sentence.whole, sentence.said):
        joined = JOINED.sub("", said)
        for each in (said, joined, TRAILS.sub("", joined)):
            if intent := bare_questions().get(each):
                return intent
    return ""


def is_elliptical(sentence: Sentence, opened: bool) -> bool:
    """Nothing but a name or a number, perhaps after "and" or "what about"."""
    if not opened and (sentence.tagged in ("REF", "LET") or "cases" in sentence.low):
        return False
    left = " ".join(FILLER.sub(" ", sentence.tagged).split())
    if not left:
        return opened and bool(re.search(r"(?<!\S)(?:same|ditto|again|mine)(?!\S)", sentence.said))
    return TAGS_ONLY.match(left) is not None and len(sentence.low) <= (
        MOST_WORDS if opened or points_back(sentence) else FEW_WORDS
    )


def opens_as_one(said: str) -> bool:
    return OPENS.match(said) is not None


def points_back(sentence: Sentence) -> bool:
    return IT.search(sentence.said) is not None


OF_THEM = re.compile(
    r"(?<!\S)(?:which|any|what|how many|just|only|show)(?: me)?(?: the)?(?: ones?)?(?: of)?"
    r" (?:them|those|these|ones)(?!\S)"
)
"""It goes on about the list that was shown: "which of those are mine", "just the ones due tomorrow"."""
OTHERWISE = any_of(
    """
    make it|rewrite|reword|rephrase|shorter|longer|warmer|softer|firmer|more formal|less formal|plainer|simpler|in plain
    """,
    begins=r"(?:^|(?<= ))",
)
"""It wants the words that were drafted said otherwise."""
NEXT_ONE = re.compile(
    r"(?<!\S)(?:the )?(week|fortnight|month) (after|before|following)(?: (?:that|this|then)(?: one)?)?$"
)


def moved_on(sentence: Sentence, before: Mapping[str, Any]) -> dict[str, str] | None:
    """ "And the week after?": the period that follows the one asked about before."""
    said, period = NEXT_ONE.search(sentence.said), before.get("period") or {}
    if not said or len(sentence.low) > FEW_WORDS + 2 or not (period.get("from") and period.get("to")):
        return None
    first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    if said[1] == "month":
        first, last = month_of(last + ONE_DAY if said[2] != "before" else first - ONE_DAY)
    else:
        days = (7 if said[1] == "week" else 14) * (-1 if said[2] == "before" else 1)
        first, last = first + days * ONE_DAY, last + days * ONE_DAY
    return {"from": first.isoformat(), "to": last.isoformat()}


def intent_after(before: Understood, given: Mapping[str, Any]) -> str:
    """What a name alone asks, after what was asked before it."""
    intent = before.intent
    if intent in ACTIONS or intent in LISTS:
        return intent
    if (
        ("agency" in given or "service" in given)
        and intent in OF_A_CASE
        and intent not in ("explain_date", "exception")
    ):
        return "agency_status"
    if "clock" in given and intent in ("case_status", "agency_status", "next_clock", "owner", "next_step"):
        return "clock_date"
    if "refs" in given and intent in ("followup", "clarify", "refuse_privacy", "smalltalk", "help", "out_of_scope"):
        return "case_status"
    return intent


OF_A_FIGURE = ("measure", "what", "process", "kind", "exceptions", "team", "against")


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked before, with what is named now in its place."""
    kept = {
        name: value
        for name, value in before.items()
        if name in NAMES_IT or name in ("fact", "to", "by", "without", "not_agency", "not_service", *OF_A_FIGURE)
    }
    if "agency" in given or "service" in given:
        kept = {
            name: value
            for name, value in kept.items()
            if name not in ("agency", "service", "not_agency", "not_service")
        }
        kept = {name: value for name, value in kept.items() if name != "clock" or not str(value).startswith("advice_")}
    if "person" in given:
        kept.pop("team", None)
    if "mp" in given or "constituency" in given:
        kept = {name: value for name, value in kept.items() if name not in ("mp", "constituency")}
    return kept | dict(given)
