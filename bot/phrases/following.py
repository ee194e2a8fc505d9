"""Follow-ups: "and the OT one?", "same for 0047", "why?", "who's got it?", after something was asked."""

import re
from collections.abc import Mapping
from typing import Any

from bot.phrases.reading import Sentence
from bot.phrases.understood import ACTIONS, Understood
from bot.phrases.wordlists import words

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
FILLER = re.compile(
    r"(?<!\S)(?:and|also|but|or|so|then|ok|okay|what|how|about|is|are|the|a|an|one|ones|same|again|thing|question|for|on|in|"
    r"with|of|to|too|as|well|now|just|only|please|ditto|likewise|that|those|this|other|others|more|any|instead|"
    r"advice|report|reports|part|case|cases|number|from|by|do|it|not|yet|else|if|no|i|mean|meant|sorry|make|"
    r"try|show|give|me|look|at|check|let|us|see|were|was|did|team|has|have|actually|overdue|advice's)(?!\S)"
)
OPENS = re.compile(
    r"^(?:and|what about|how about|same|ditto|also|or|but|just|only|now|likewise|what if|instead|no|not|ok and)(?!\S)"
)
TAGS_ONLY = re.compile(r"^(?:(?:REF|LET|ADV|CLK|WHO|DAY|CMP|CON|SCH|NAME|mp|mps|my|mine|me|school|schools|health) ?)+$")
IT = re.compile(
    r"(?<!\S)(?:it|its|that|this|them|they|he|she|him|her|his|their|one|there|then|that one|this one|the case)(?!\S)"
)
BARE = (
    ("explain_date", re.compile(r"^(?:but |and )?(?:why|how come|why so|why that|why is that|says who|how so|how is that|why then|how was that worked out|how did you get that|where does that come from|why is it late|on what basis|explain|explain that|show your working)(?: (?:though|then|so late|late|is it|is that|that date))?$")),
    ("clock_date", re.compile(r"^(?:and |but )?(?:since when|how late|how long|how many days|by how much|by how many days|when|when is it|when is that|when is it due|when is that due|by when|until when|how long left|how long have we got|is it late|is that late|when exactly|what date|which date|and when|what is the deadline|how overdue|for how long)$")),
    ("owner", re.compile(r"^(?:and |so |but )?(?:who|whose|who is it|who has it|who has got it|who is got it|who owns it|who owns that|who is dealing with it|who is dealing with that|whose is it|whose case|who has that|who is on it|who is it with|who is that|who got it|whose is that)$")),
    ("next_step", re.compile(r"^(?:and |so |ok )?(?:then what|what next|now what|what then|next|what now|what happens next|what happens then|what do i do|what should i do|what do we do|what is next|so what|and next|and then|what do i need to do)$")),
    ("blockers", re.compile(r"^(?:and |so )?(?:who is holding it up|what is holding it up|who is late|what is it stuck on|why is it stuck|who are we waiting for|what are we waiting for|what is missing|who is that down to|who is to blame|what is outstanding)$")),
    ("audit", re.compile(r"^(?:and |so )?(?:who said so|who said that|who recorded it|who recorded that|says who|since then|what changed|what has changed|anything since|who did that|who put that)$")),
)  # fmt: skip
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
    """The intent of a question of one or two words that leaves out what it is about."""
    return next(
        (intent for intent, pattern in BARE if pattern.match(sentence.whole) or pattern.match(sentence.said)), ""
    )


def is_elliptical(sentence: Sentence, opened: bool) -> bool:
    """Nothing but a name or a number, perhaps after "and" or "what about"."""
    left = " ".join(FILLER.sub(" ", sentence.tagged).split())
    if not left:
        return opened and bool(re.search(r"(?<!\S)(?:same|ditto|again|mine)(?!\S)", sentence.said))
    return TAGS_ONLY.match(left) is not None and len(sentence.low) <= 12


def opens_as_one(said: str) -> bool:
    return OPENS.match(said) is not None


def points_back(sentence: Sentence) -> bool:
    return IT.search(sentence.said) is not None


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


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked before, with what is named now in its place."""
    kept = {
        name: value
        for name, value in before.items()
        if name in NAMES_IT or name in ("fact", "to", "by", "without", "not_agency", "not_service")
    }
    if "agency" in given or "service" in given:
        kept = {
            name: value
            for name, value in kept.items()
            if name not in ("agency", "service", "not_agency", "not_service")
        }
        kept = {name: value for name, value in kept.items() if name != "clock" or not str(value).startswith("advice_")}
    if "mp" in given or "constituency" in given:
        kept = {name: value for name, value in kept.items() if name not in ("mp", "constituency")}
    return kept | dict(given)
