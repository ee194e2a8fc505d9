"""The slots of a sentence, for the intent that it has: what it names, from when to when, compared with what."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.phrases.absent import leave
from bot.phrases.addressing import addressed
from bot.phrases.auditing import record_topic
from bot.phrases.beside import beside, narrowed
from bot.phrases.clocks import advice_clock as advice_clock
from bot.phrases.clocks import clocks
from bot.phrases.counting import figure_of
from bot.phrases.dated import dated
from bot.phrases.reading import Sentence
from bot.phrases.span import Span
from bot.phrases.whose import whose
from bot.phrases.wordlists import any_of, words

REFS, WHAT = ("refs",), ("agency", "service", "not_agency", "not_service")
WHOSE = ("person", "not_person", "setting")
MPS = ("mp", "constituency")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "agency_status": (*REFS, *WHAT, "period"),
    "overdue_list": (*WHAT, *WHOSE, *MPS, "clock", "period", "comparator", "by", "kind", "status", "with", "without"),
    "due_list": (*WHAT, *WHOSE, *MPS, "clock", "period", "by", "kind", "status", "with", "without"),
    "blockers": (*REFS, "person"),
    "case_status": REFS,
    "clock_date": (*REFS, *WHAT, "clock", "start"),
    "filter_list": (
        *WHAT,
        *WHOSE,
        *MPS,
        "clock",
        "period",
        "comparator",
        "without",
        "by",
        "status",
        "kind",
        "text",
        "with",
    ),
    "awaiting_list": (*WHAT, *WHOSE, *MPS, "period", "comparator", "clock", "by", "owes", "with", "without"),
    "mp_list": (*MPS, "agency", "service", *WHOSE, "clock", "period", "comparator", "without", "by", "status"),
    "mp_status": (*REFS, *MPS, "clock"),
    "next_clock": (*REFS, "person"),
    "next_step": REFS,
    "consult_status": (*REFS, "setting", "person", "period"),
    "review_status": (*REFS, "period"),
    "phase_list": (*WHOSE, "clock", "period", "by"),
    "forecast": (*REFS, "clock", "period"),
    "panel": (*REFS, "person", "period"),
    "owner": (*REFS, "person", "period"),
    "audit": (*REFS, "agency", "service", "person", "period", "topic"),
    "exception": (*REFS, *WHAT, "person", "clock", "period", "by"),
    "explain_date": (*REFS, *WHAT, "clock"),
    "tribunal": (*REFS, "agency", "service", "person", "clock", "period"),
    "data_quality": (*WHOSE, "without", "period"),
    "kpi": (
        *(*WHAT, *WHOSE, *MPS, "clock", "period", "comparator", "by", "exceptions"),
        *("measure", "what", "process", "kind", "team", "against"),
    ),
    "draft_text": (*REFS, "agency", "service", *MPS, "to"),
    "act_remind": (*REFS, *WHAT, "person", "mp", "setting", "date"),
    "act_record": (*REFS, "agency", "service", "clock", "date", "fact", "setting"),
    "act_new_mp": (*REFS, *MPS, "received", "dated", "kind"),
    "act_snooze": (*REFS, "date"),
    "act_escalate": (*REFS, "agency", "service", "to", "person"),
    "act_assign": (*REFS, "person"),
    "act_note": (*REFS, "text"),
    "act_away": ("person", "period", "cover"),
    "act_new_case": (*REFS, "received", "kind", "setting"),
    "followup": (*REFS, *WHAT, "clock", "period", "person"),
    "refuse_access": (*REFS, *WHAT),
    "refuse_advice": REFS,
    "refuse_privacy": (*REFS, *WHAT),
    "clarify": (*REFS, *WHAT, "person", "clock"),
    "help": ("topic",),
}
GROUPED = re.compile(
    r"(?<!\S)(?:by|per|for each|grouped by|split by|broken down by) "
    r"(agency|agencies|service|services|owner|officer|person|team|school|setting|week|month|mp|ADV|constituency|year)"
    r"(?!\S)(?! \d)"
)
EXCEPTIONS = re.compile(
    r"(?<!\S)(with and without|with or without|without|excluding|with|including|not counting|before) "
    r"(?:the )?(?:any )?exceptions"
)
OUT = any_of("stripped out|taken out|left out|removed|excluded|out|discounted")
WITH = {"with": "with", "including": "with", "with and without": "both", "with or without": "both"}
SINGULAR = {"agencies": "agency", "services": "service", "officer": "owner", "person": "owner", "setting": "school"}
WITHOUT = any_of(
    """
    no|without|missing|lacking|lack|have not had|has not had|not had|have not got|has not got|no sign of|not got|
    awaiting|do not have|with no|have no|has no|have not|still no
    """,
    ends="(?: (?:a|an|any|the|their|sent|its|had|got|received|our))* ",
)
THINGS = {
    "owner": "owner", "case officer": "owner", "officer": "owner", "record number": "record_number", "upn": "upn",
    "upns": "upn", "urn": "urn", "date of birth": "date_of_birth", "dob": "date_of_birth", "school": "setting",
    "setting": "setting", "received date": "received", "receipt date": "received", "manager": "manager", "room": "room",
    "nhs number": "nhs_number", "advice": "advice", "report": "advice", "reports": "advice", "reply": "reply",
    "replies": "reply", "answer": "reply", "exception": "exception", "decision": "decision",
    "plan": "plan", "ehcp": "plan", "ehc plan": "plan",
    "complaint": "complaint", "complaints": "complaint", "exceptions": "exception",
    "mp letter": "mp_letter", "mp letters": "mp_letter", "mp enquiry": "mp_letter", "mp": "mp_letter",
}  # fmt: skip
STATUS = {
    "closed": any_of("closed|close|shut|ended|finished"),
    "opened": any_of("opened|new|started"),
    "restricted": any_of("restricted"),
}
"""Cases that are not just open ones."""
LEGAL = any_of("statutory|legal|statutorily")
LATE = any_of("overdue|late|behind|missed|out of time")
WE_OWE = any_of(
    "do i owe|do i still owe|do we owe|do we still owe|i owe|we owe|am i late with|we still owe|i still owe"
)
NOT_DONE = any_of("not|neither|nor|never|yet to|still to|between|outstanding|to come|to go|needs|need|left|waiting")
"""Of a step that is not named after "no" or "without": it has not been taken."""
OF_MP = any_of("mp letter|mp letters|mp enquiry|mp enquiries|letter from an mp|mp|mps")
UNOWNED = re.compile(
    r"(?<!\S)(?:unallocated|unassigned|unowned|ownerless|orphaned|orphan|"
    r"(?:nobody|no one) (?:is |has )?(?:owns|assigned|allocated|picked up|looking after)|"
    r"(?:not|has not|have not) (?:been )?(?:allocated|assigned))(?!\S)"
)
ABOVE = re.compile(
    r"(?<!\S)(manager|head|room|lead|director|boss|management|senior|seniors|dcs|supervisor|leader)(?!\S)"
)
TO_WHOM = {"director": "head", "boss": "manager", "management": "manager", "senior": "manager", "seniors": "manager",
           "dcs": "head", "supervisor": "manager", "leader": "manager"}  # fmt: skip
LETTERS = {
    "complaint": "complaint",
    "foi": "foi",
    "freedom of information": "foi",
    "sar": "sar",
    "subject access": "sar",
}
PROCESSES = {"annual review": "annual_review", "phase transfer": "phase_transfer", "reassessment": "reassessment",
             "re assessment": "reassessment", "mediation": "mediation", "appeal": "appeal"}  # fmt: skip


def slots_of(sentence: Sentence, intent: str) -> dict[str, Any]:
    """The slots that this intent has, as this sentence fills them."""
    filled: dict[str, Any] = {"refs": sentence.refs, **_named(sentence, intent), **whose(sentence, intent)}
    filled |= dated(sentence, intent)
    if compared := sentence.values("comparator"):
        each = [one.as_json for one in compared]
        if intent == "mp_list":  # a letter has no week, it is so old
            each = [{**one, "field": "age" if one["field"] == "week" else one["field"]} for one in each]
        filled["comparator"] = each[0] if len(each) == 1 else each
    if grouped := GROUPED.search(sentence.plain):
        filled["by"] = SINGULAR.get(grouped[1], grouped[1])
    filled |= _besides(sentence, intent)
    return {name: filled[name] for name in ALLOWED.get(intent, ()) if filled.get(name) not in (None, [], "")}


NO_AGENCY = frozenset({"act_new_case", "act_note", "exception", "refuse_privacy"})
OF_AN_AGENCY = frozenset({"agency_status", "act_record", "act_remind", "act_escalate"})
"""Where a school by its name is one that is asked for advice."""
"""Where "the school" is no agency that is asked for advice."""


ASKED_TO = words("let say tell confirm kindly note advise check please look help remind")


def _is_spoken_to(span: Span, low: Sequence[str]) -> bool:
    """ "Could the trust let me know": who is asked for it, and not whose part is asked about."""
    if span.kind != "agency" or low[span.last : span.last + 1] == [] or low[span.last] not in ASKED_TO:
        return False
    before = [
        word for word in low[: span.first] if word not in ("the", "someone", "anyone", "in", "at", "from", "please")
    ]
    return before[-1:] in (["could"], ["can"], ["would"], ["will"])


CONSULTED = any_of("consult|consults|consulted|consultation|consultations|place|offer|offered")


def _is_asked_for_advice(sentence: Sentence, intent: str) -> bool:
    return intent in OF_AN_AGENCY and not CONSULTED.search(sentence.plain)


def _named(sentence: Sentence, intent: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in ("service", "agency", "mp", "constituency", "setting"):
        values = list(dict.fromkeys(span.value for span in sentence.of(kind) if not _is_spoken_to(span, sentence.low)))
        if values:
            found[kind] = values[0] if len(values) == 1 else values
        if left := sentence.values(kind, negated=True):
            found[f"not_{kind}"] = left[0] if len(left) == 1 else left
    if found.get("setting") and _is_asked_for_advice(sentence, intent) and not {"agency", "service"} & set(found):
        found["agency"] = "SCHOOL"
    elif (
        found.get("agency") == "SCHOOL" and intent not in OF_AN_AGENCY and (found.get("setting") or intent in NO_AGENCY)
    ):
        del found["agency"]
    if found.get("agency") == "MP_TEAM" and (intent.startswith(("act_", "mp_")) or intent == "draft_text"):
        del found["agency"]
    if intent == "clarify" and isinstance(found.get("agency"), list):  # "the nursery one" is the case
        found["agency"] = next(each for each in found["agency"] if each != "SCHOOL")
    found = _of_others(found, sentence, intent)
    if intent == "agency_status" and ("service" in found or "agency" in found):
        found = {name: value for name, value in found.items() if not name.startswith("not_")}
    if intent == "mp_list":
        found.pop("setting", None)
    return found | clocks(sentence, intent, found)


OUR_OWN = frozenset({"council", "local authority", "la", "the authority"})
ASKS_US = frozenset({"agency_status", "awaiting_list", "overdue_list", "due_list", "filter_list", "kpi"})


def _of_others(found: dict[str, Any], sentence: Sentence, intent: str) -> dict[str, Any]:
    """Without the council itself, where it only asks: "what does OT owe the council", "must the council decide"."""
    agencies = found.get("agency")
    if "LA" not in (agencies if isinstance(agencies, list) else [agencies]):
        return found
    ours = all(
        " ".join(sentence.low[span.first : span.last]) in OUR_OWN
        for span in sentence.of("agency")
        if span.value == "LA"
    )
    others = [each for each in sentence.values("agency") if each != "LA"]
    if not ours or not (others or "service" in found or intent not in ASKS_US):
        return found
    kept = {name: value for name, value in found.items() if name != "agency"}
    return kept | ({"agency": others[0] if len(others) == 1 else others} if others else {})


# The rest


def _besides(sentence: Sentence, intent: str) -> dict[str, Any]:
    match intent:
        case "filter_list" | "mp_list" | "data_quality":
            known = {"overdue": LATE} if intent == "mp_list" else STATUS
            status = next((name for name, said in known.items() if said.search(sentence.plain)), None)
            without = _without(sentence)
            of_cases = intent == "filter_list"
            has = narrowed(intent, beside(sentence), without, _kind(sentence)) if of_cases else {}
            return {"without": without, "status": status, **has, **_searched(sentence)}
        case "due_list" | "overdue_list":
            status = "statutory" if LEGAL.search(sentence.plain) else None
            return {"status": status, **narrowed(intent, beside(sentence), _without(sentence), _kind(sentence))}
        case "awaiting_list":
            owes = "us" if WE_OWE.search(sentence.plain) else None
            return {"owes": owes, **narrowed(intent, beside(sentence), _without(sentence), None)}
        case "kpi":
            said = EXCEPTIONS.search(sentence.said)
            stripped = said and OUT.search(sentence.said[said.end() :])
            how = "without" if stripped else WITH.get(said[1], "without") if said else None
            return {"exceptions": how, **figure_of(sentence)}
        case "act_escalate":
            found = ABOVE.search(sentence.plain) or ABOVE.search(sentence.said)
            to = TO_WHOM.get(found[1], found[1]) if found else None
            of_agency = sentence.has("agency", "service") and to in ("manager", "head")
            return {"to": "lead" if of_agency else to} if to else {}
        case "act_away":
            return leave(sentence)
        case "audit":
            return {"topic": record_topic(sentence)}
        case "draft_text":
            return {"to": addressed(sentence)}
        case "act_new_mp":
            return {
                "kind": next((kind for name, kind in LETTERS.items() if name in sentence.said), None)
                if "mp" not in sentence.tagged.split()
                else None
            }
        case "act_new_case":
            return {"kind": next((kind for name, kind in PROCESSES.items() if name in sentence.said), None)}
        case "help":
            topic = re.search(r"how (?:do|can|should|would|to) ?(?:i|we|you)? (.+)", sentence.said)
            return {"topic": topic[1]} if topic else {}
    return {}


def _kind(sentence: Sentence) -> str | None:
    """Which letters or which process a list is of: complaints, annual reviews, cases with an MP's letter."""
    if sentence.has("clock"):
        return None
    named = LETTERS | PROCESSES | {"amendment": "amendment", "review": "annual_review"}
    found = next((kind for name, kind in named.items() if re.search(rf"(?<!\S){name}s?(?!\S)", sentence.said)), None)
    return found or ("mp_letter" if OF_MP.search(sentence.said) and not sentence.has("mp", "constituency") else None)


UNTOUCHED = any_of(
    """
    not touched|not been touched|untouched|nothing happen|nothing happened|nothing has happened|no activity|not moved|
    not been updated|not updated|gone quiet|gone cold|no movement|dormant
    """
)
"""No list goes by it: said back as what it was not narrowed by."""


def _without(sentence: Sentence) -> list[str]:
    found: list[str] = []
    said = sentence.said
    for match in WITHOUT.finditer(said):
        rest = said[match.end() :]
        things = [
            name for name in sorted(THINGS, key=len, reverse=True) if re.match(rf"(?:\S+ ){{0,2}}{name}(?!\S)", rest)
        ]
        clocks = [
            str(span.value)
            for span in sentence.of("clock")
            if rest.startswith(" ".join(sentence.low[span.first : span.last]))
        ]
        found += clocks or [THINGS[name] for name in things[:1]]
    if UNOWNED.search(said):
        found.append("owner")
    if UNTOUCHED.search(said):
        found.append("activity")
    if not found and NOT_DONE.search(said):
        found = [str(span.value) for span in sentence.of("clock")]
    return list(dict.fromkeys(found))


def _searched(sentence: Sentence) -> dict[str, Any]:
    said = re.search(r"(?:mention(?:s|ing|ed)?|search (?:notes )?for|notes (?:about|on)|look for) (.+)", sentence.said)
    return {"text": said[1]} if said else {}
