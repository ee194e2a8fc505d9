"""What somebody wants done, or says has been done: "remind SLT …", "EP advice came in …"."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.phrases.cues import acts
from bot.phrases.reading import OF_A_NAME, Sentence
from bot.phrases.record import fact_of
from bot.phrases.understood import Understood
from bot.phrases.wordlists import any_of, words

NO_SUCH_TELLING = re.compile(
    r"^(?:do not|never mind|never|dont|no need to|no need for|forget about|forget"
    r"|hold off(?= (?:chas|remind|escalat|clos)))"
    r"(?: (?:bother|worry about|be|to|even))* "
)
DOING = {
    "chasing": "chase", "reminding": "remind", "escalating": "escalate", "assigning": "assign", "nudging": "nudge",
    "recording": "record", "logging": "log", "closing": "close", "noting": "note", "marking": "mark",
    "prompting": "prompt", "raising": "raise", "flagging": "flag",
}  # fmt: skip


def act_of(sentence: Sentence) -> str:
    """What is to be done, where the sentence says so: in the imperative, or told as having happened."""
    if NO_SUCH_TELLING.match(sentence.tagged) and _first_act(sentence) != "act_snooze":
        return ""
    return _first_act(sentence, asking=sentence.begins_as_question)


def is_order(sentence: Sentence) -> bool:
    """It wants something done, and does not tell that it has been."""
    return any(
        cue.mood != "told" and cue.fits(sentence.bag, *_ways(sentence)) and _may_be(cue.intent, sentence)
        for cue in acts().likely(sentence.bag)
    )


def told_not_to(sentence: Sentence) -> str:
    """What is not to be done: "don't escalate 0042"."""
    if not NO_SUCH_TELLING.match(sentence.tagged) or sentence.asked or act_of(sentence):
        return ""
    first, _, others = NO_SUCH_TELLING.sub("", sentence.tagged).partition(" ")
    rest = f"{DOING.get(first, first)} {others}"
    return next((cue.intent for cue in acts().rows if cue.mood == "order" and cue.pattern.search(rest)), "")


IF_SO = frozenset({"act_record", "act_escalate", "act_assign"})
DENIED = re.compile(
    r"(?<!\S)(?:not(?! to (?:assess|issue|amend|re ?assess|reassess|maintain|cease)| known)|never|yet to|still to|"
    r"failed to|due to be|unable to|refuses to|(?:has|have) to be|to be (?:sent|issued)|no sign)(?!\S)"
)
"""What has not happened, or is still to, is no report: "SLT has not sent 0042"; a "decision not to assess sent" is."""


def _first_act(sentence: Sentence, *, asking: bool = False) -> str:
    for cue in acts().likely(sentence.bag):
        if asking and cue.mood != "may":
            continue
        if cue.mood == "told" and (sentence.asked or (cue.intent in IF_SO and DENIED.search(sentence.said))):
            continue
        if cue.fits(sentence.bag, *_ways(sentence)) and _may_be(cue.intent, sentence):
            return cue.intent
    return ""


def _ways(sentence: Sentence) -> tuple[str, ...]:
    """The sentence, and with the case that leads it at its end: "0042 - chase OT" is "chase OT 0042"."""
    led = LED_BY_CASE.match(sentence.tagged)
    turned = (OF_A_NAME.sub("", f"{sentence.tagged[led.end() :]} {led[1]}"),) if led else ()
    return (sentence.tagged, sentence.plain, *turned, *([sentence.bare] if sentence.bare != sentence.tagged else []))


def _may_be(intent: str, sentence: Sentence) -> bool:
    """Not where its words are a question's or a list's: "chase list", "show what was sent", "open cases"."""
    check = CHECKS.get(intent)
    return check is None or check(sentence)


WONDERS = any_of("when|what|which|how")
LED_BY_CASE = re.compile(r"^(?:(?:re|for|on|case|ref|about|regarding) )*(REF|LET) (?!and )")
LISTED = any_of("show|list|update", begins="^")
RECORDS_OF = any_of("records? (?:with|without|that|which|where|missing|lacking|for)", begins="^")
ASKS = any_of("yet|which|what|who|when|any|how|not|still|why")
IT_CAME = any_of("it|that|they|theirs", begins="^")
IN = any_of(
    "(?:it|that|that one|theirs|them|this) (?:(?:as|is|was|has|now|down|just) )*(?:received|in|back|arrived|here|come)"
)
HEARSAY = any_of("said|says|claims|claim|reckons|thinks|apparently|promised|promises|will|going to|should|might|may")
"""What somebody says has happened, or will, is nothing on record yet."""
RECORDS = frozenset({"mark", "record", "log", "tick", "register", "enter", "put", "note", "add", "set", "close"})
TO_COME = any_of("outstanding|overdue|awaited|status|due|missing|late")
TO_ANSWER = any_of("due|overdue|outstanding|awaiting|waiting|unanswered|open|late|to answer|to do|list|status")
A_LIST = re.compile(r"^(?:chase|chasing|push|press|check|reminder) (?:list|up list|ups)")
CASES = any_of("(?:new|open|start|create) (?:cases|requests|referrals)", begins="^")
LETTERS = any_of("(?:open|new) (?:mp )?(?:letters|enquiries)", begins="^")
QUIETEN = any_of(
    """
    snooze|quiet|quieten|mute|
    silence|hush|shush|stop|hold|pause|suspend|switch|turn|no more|quit|do not|park|shelve|put|
    leave|rest|sleep|postpone|delay|defer|keep|go|shut|unsubscribe|stand|enough|cease|no
    """,
    begins="^",
    ends="",
)


def _is_record(sentence: Sentence) -> bool:
    named = sentence.has("ref", "letter")
    if sentence.low[0] in ("set", "show", "put") and re.search(r"(?<!\S)(?:how|why|whether)(?!\S)", sentence.plain):
        return False
    if RECORDS_OF.search(sentence.plain) and not named:
        return False
    if HEARSAY.search(sentence.said) and sentence.low[0] not in RECORDS:
        return False
    if not named and (LISTED.search(sentence.tagged) or ASKS.search(sentence.said)):
        return False
    if re.match(r"^(?:show|update) (?:me|on)", sentence.tagged):
        return False
    fact = fact_of(sentence)
    return bool(fact or (named and not TO_COME.search(sentence.said)) or IT_CAME.search(sentence.said))


def _is_reminder(sentence: Sentence) -> bool:
    what = sentence.plain.split(" about ")[0]
    return not A_LIST.match(sentence.plain) and not re.search(r"(?<!\S)(?:which|who|what) ", what)


def _is_new_case(sentence: Sentence) -> bool:
    opens = sentence.refs and re.match(r"^open (?:REF|case|the)", sentence.tagged)
    other = "review" in sentence.plain or "appeal" in sentence.plain
    if (sentence.refs and sentence.has("agency", "service")) or WONDERS.search(sentence.plain):
        return False
    return not CASES.search(sentence.plain) and (not opens or other)


def _is_new_letter(sentence: Sentence) -> bool:
    answered = re.search(r"(?<!\S)(?:reply|replied|sent|holding)(?!\S)", sentence.plain.split(" about ")[0])
    ours = [
        clock for clock in sentence.values("clock") if not str(clock).startswith(("mp_", "complaint", "foi", "sar"))
    ]
    if ours and not sentence.has("mp", "constituency") and "mp" not in sentence.plain.split():
        return False
    asked_for = TO_ANSWER.search(sentence.said) and sentence.low[0] not in RECORDS
    return not LETTERS.search(sentence.plain) and not sentence.has("letter") and not answered and not asked_for


def _is_snooze(sentence: Sentence) -> bool:
    if re.match(r"^(?:do not|no|stop) (?:\S+ )?(?:chas|remind|nudg|prompt)\S* (?:the )?ADV(?!\S)", sentence.tagged):
        return False
    about = sentence.has("ref", "letter", "when") or "nudg" in sentence.plain or "remind" in sentence.plain
    return about and QUIETEN.search(sentence.tagged) is not None


def _is_handing_over(sentence: Sentence) -> bool:
    return sentence.has("ref", "letter") or re.search(r"(?<!\S)(?:it|this|that|case)(?!\S)", sentence.plain) is not None


CHECKS: Mapping[str, Callable[[Sentence], bool]] = {
    "act_record": _is_record,
    "act_remind": _is_reminder,
    "act_new_case": _is_new_case,
    "act_new_mp": _is_new_letter,
    "act_snooze": _is_snooze,
    "act_assign": _is_handing_over,
}


def of_record(sentence: Sentence, before: Understood | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    asked_before = before is not None and ("service" in before.slots or "agency" in before.slots)
    came = "received" if asked_before and (IT_CAME.search(sentence.said) or IN.search(sentence.said)) else ""
    if fact := fact_of(sentence) or came:
        found["fact"] = fact
        if fact in ("received", "ask", "advice sent") and not sentence.has("service", "agency") and before:
            found |= {name: before.slots[name] for name in ("service", "agency") if name in before.slots}
    return found


NOTE_LEAD = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|hi|hello|hey|just)[\s,]+)*"
    r"(?:add|make|put|leave|write|pop|stick|jot|record|log|create|enter|save|attach|drop)?\s*"
    r"(?:down\s+)?(?:(?:a|an|this|the|quick|short)\s+)*(?:file |case )?notes?(?:\s+down)?",
    re.IGNORECASE,
)
NOTE_JOIN = re.compile(
    r"^[\s:,;-]*(?:(?:that|saying|to say|which says|to the effect that|reading)\b[\s:,]*)?", re.IGNORECASE
)
NOTE_REF = re.compile(
    r"^\s*(?:(?:to|on|for|against|in|onto|about|re)\s+)?(?:the\s+)?(?:case\s+|file\s+)?"
    r"#?(?:(?:SEND|MP|COMP|FOI|SAR)[- ]?)?(?:20\d\d[-/ ])?\d{2,5}(?!\d)",
    re.IGNORECASE,
)


def of_note(sentence: Sentence) -> dict[str, Any]:
    """The words of the note, as they were typed."""
    words = NOTE_LEAD.sub("", sentence.text, count=1)
    words = NOTE_JOIN.sub("", NOTE_REF.sub("", words, count=1), count=1).strip()
    return {"text": words} if words else {}


NOBODY = words(
    "me the my a somebody someone it us please pls thanks them him her you today tomorrow ta cheers now asap"
)


def written_name(sentence: Sentence) -> dict[str, Any]:
    """A colleague whom the vocabulary does not know: the name as it was written after "to"."""
    found = re.search(
        r"\b(?:to|onto|make|let|give|with)\s+((?:[A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?|[a-z]+$)", sentence.text
    )
    if found and found[1].lower() not in NOBODY:
        return {"person": found[1]}
    return {}
