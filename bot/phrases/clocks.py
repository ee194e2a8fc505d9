"""Which clock a sentence asks about, of those that it names: not the one that has stopped, the closer of two."""

import re
from collections.abc import Mapping
from typing import Any

from bot.phrases.reading import Sentence
from bot.phrases.span import Span

OF_ONE_DATE = frozenset({"clock_date", "forecast", "explain_date"})
WEEKS = {6: "ehcna_decide", 16: "draft_plan_target", 20: "final_plan"}
"""Weeks of a request at which something falls due: "will 0042 go past week 20"."""
CLOSER = {
    "final_plan": (
        "ar_final",
        "ar_final_longstop",
        "reassess_final",
        "order_make_final",
        "order_assess_final",
        "phase_school",
        "phase_post16",
    ),
    "draft_plan_target": ("order_make_draft",),
    "mp_reply": ("mp_holding", "mp_ack"),
}
"""The final plan of "8 weeks" is the amended one: a general name beside a closer one adds nothing."""
WENT_BEFORE = re.compile(
    r"(?<!\S)(?:when|though|although|if|since|given|considering|as|because|seeing as|now that|after|but)(?: that)?"
    r" (?:\S+ ){0,2}$"
)
HAS_GONE = re.compile(
    r"^(?: \S+){0,2}? (?:went|gone|came|is in|is out|was|has been|have been|has gone|is done|sent|issued)(?!\S)"
)
REVIEW = r"(?:annual reviews?|reviews?|ar)"
SAID = {
    "ehcna_decide": re.compile(r"(?:^|(?<!\S)or )no decision(?!\S)"),  # of "yes or no", the yes is taken for a courtesy
    "ar_report": re.compile(rf"(?<!\S){REVIEW}(?!\S).* (?:report|paperwork)(?!\S)|(?<!\S)report .*{REVIEW}(?!\S)"),
    "ar_decision": re.compile(rf"(?<!\S){REVIEW}(?!\S).* (?:decide|decision)(?!\S)|(?<!\S)decision .*{REVIEW}(?!\S)"),
    "review_next": re.compile(rf"(?<!\S){REVIEW}(?!\S)"),
    "final_plan": re.compile(
        r"(?<!\S)(?:(?:the|a|her|his|their|this) (?:plan|ehcp|ehc plan)|finalis(?:e|ed|ing)|statutory end)(?!\S)"
    ),
    "mp_reply": re.compile(
        r"(?<!\S)(?:answer|reply|respond|response|write back|get back) (?:\S+ ){0,4}(?:mp|mps)(?!\S)"
    ),
}
"""What names a clock only together: the report of a review, an answer to an MP."""
OF_EVERY_TRANSFER = frozenset({"phase transfer", "phase transfers", "key stage transfers"})
IN_TIME = re.compile(r"mp .*(repl|time|answer)")
ADVICE = {
    "HEALTH": "advice_health",
    "EP": "advice_ep",
    "SOCIAL_CARE": "advice_social_care",
    "SCHOOL": "advice_education",
}
OF_HEALTH = frozenset({"SLT", "OT", "PHYSIO", "CAMHS", "PAEDIATRICS", "NURSING"})


def clocks(sentence: Sentence, intent: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The clock, or several, for this intent, beside the bodies that the sentence names."""
    named = [span for span in sentence.of("clock") if not _is_over(span, sentence, intent)]
    if intent == "filter_list":
        named = [span for span in named if not _is_a_stage(span, sentence)]
    if intent == "phase_list":
        named = _of_transfers(named, sentence)
    each = closer(list(dict.fromkeys(span.value for span in named)))
    if not each and intent in OF_ONE_DATE:
        each = _of_week(sentence)
    if each:
        bodies = intent == "kpi" and ("service" in found or "agency" in found)
        return {} if bodies else {"clock": each[0] if len(each) == 1 else each}
    if intent == "clock_date":
        said = next((clock for clock, pattern in SAID.items() if pattern.search(sentence.plain)), "")
        return {"clock": said} if said else advice_clock(found)
    if intent == "kpi" and "agency" not in found and "service" not in found and IN_TIME.search(sentence.plain):
        return {"clock": "mp_reply"}
    return {}


def closer(each: list[str]) -> list[str]:
    return [clock for clock in each if not set(CLOSER.get(clock, ())) & set(each)]


def advice_clock(found: Mapping[str, Any]) -> dict[str, Any]:
    """The clock of the body whose advice is meant."""
    if isinstance(found.get("service"), str) and found["service"] in OF_HEALTH:
        return {"clock": "advice_health"}
    agency = found.get("agency")
    return {"clock": ADVICE[agency]} if isinstance(agency, str) and agency in ADVICE else {}


def _is_over(span: Span, sentence: Sentence, intent: str) -> bool:
    """ "Why is it red when the draft went out": what has happened is no date to be explained."""
    before, after = (
        "".join(f"{word} " for word in sentence.low[: span.first]),
        "".join(f" {word}" for word in sentence.low[span.last :]),
    )
    return intent == "explain_date" and bool(WENT_BEFORE.search(before) and HAS_GONE.search(after))


def _is_a_stage(span: Span, sentence: Sentence) -> bool:
    """ "Cases at draft stage", "at mediation": where a case is, and no date of it."""
    low = sentence.low
    said = low[span.last - 1] == "stage" or low[span.last : span.last + 1] in (["stage"], ["phase"])
    return said or low[max(0, span.first - 1) : span.first] in (["at"], ["in"])


def _of_transfers(named: list[Span], sentence: Sentence) -> list[Span]:
    """Of phase transfers, the one clock where a phase is named: the words for all of them name none."""
    phases = [span for span in named if str(span.value).startswith("phase")]
    exact = [span for span in phases if " ".join(sentence.low[span.first : span.last]) not in OF_EVERY_TRANSFER]
    return exact or [span for span in named if span not in phases and not phases]


def _of_week(sentence: Sentence) -> list[str]:
    compared = [one for one in sentence.values("comparator") if one.unit == "weeks" and one.field != "late"]
    return [WEEKS[one.value] for one in compared if one.value in WEEKS]
