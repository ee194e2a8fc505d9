"""What somebody wants done, or says has been done: "remind SLT …", "EP advice came in …"."""

import re
from typing import Any

from bot.phrases.cues import acts
from bot.phrases.reading import Sentence
from bot.phrases.record import fact_of
from bot.phrases.understood import Understood

NO_SUCH_TELLING = re.compile(r"^(?:do not|never|dont) ")


def act_of(sentence: Sentence) -> str:
    """What is to be done, where the sentence says so: in the imperative, or told as having happened."""
    if NO_SUCH_TELLING.match(sentence.tagged) and _first_act(sentence) != "act_snooze":
        return ""
    return _first_act(sentence, asking=sentence.begins_as_question)


def _first_act(sentence: Sentence, *, asking: bool = False) -> str:
    for cue in acts().likely(sentence.bag):
        if asking and cue.mood != "may":
            continue
        if cue.mood == "told" and sentence.asked:
            continue
        if cue.fits(sentence.bag, sentence.tagged, sentence.plain) and _may_be(cue.intent, sentence):
            return cue.intent
    return ""


def _may_be(intent: str, sentence: Sentence) -> bool:
    """Words that are also a question's, or a list's: "chase list", "show what was sent", "open cases"."""
    text, plain = sentence.tagged, sentence.plain
    match intent:
        case "act_record":
            listed = re.match(r"^(?:show|list|update)(?!\S)", text) and not sentence.has("ref", "letter")
            asks = re.search(
                r"(?<!\S)(?:yet|which|what|who|when|any|how|not|still|why)(?!\S)", sentence.said
            ) and not sentence.has("ref", "letter")
            return (
                not listed
                and not asks
                and not re.match(r"^(?:show|update) (?:me|on)", text)
                and bool(fact_of(sentence) or sentence.has("ref", "letter"))
                and not _only_status(sentence)
            )
        case "act_remind":
            return not re.match(
                r"^(?:chase|chasing|push|press|check|reminder) (?:list|up list|ups)", plain
            ) and not re.search(r"(?<!\S)(?:which|who|what) ", plain.split(" about ")[0])
        case "act_new_case":
            return not re.match(r"^(?:new|open|start|create) (?:cases|requests|referrals)(?!\S)", plain) and not (
                sentence.refs
                and re.match(r"^open (?:REF|case|the)", text)
                and "review" not in plain
                and "appeal" not in plain
            )
        case "act_new_mp":
            return (
                not re.match(r"^(?:open|new) (?:mp )?(?:letters|enquiries)(?!\S)", plain)
                and not sentence.has("letter")
                and not re.search(r"(?<!\S)(?:reply|replied|sent|holding)(?!\S)", plain.split(" about ")[0])
            )
        case "act_snooze":
            return bool(
                re.match(
                    r"^(?:snooze|quieten|mute|silence|hush|shush|stop|hold|pause|suspend|switch|turn|no more|quit|do not|park|shelve|put|leave|rest|sleep|postpone|delay|defer|keep|go|shut|unsubscribe|stand|enough|cease|no)",
                    text,
                )
            ) and (sentence.has("ref", "letter", "when") or "nudg" in plain or "remind" in plain)
        case "act_escalate":
            return True
        case "act_assign":
            return sentence.has("ref", "letter") or bool(re.search(r"(?<!\S)(?:it|this|that|case)(?!\S)", plain))
    return True


def _only_status(sentence: Sentence) -> bool:
    """ "SLT advice 0042 outstanding" tells nothing that has happened."""
    return bool(
        re.search(r"(?<!\S)(?:outstanding|overdue|awaited|status|due|missing|late)(?!\S)", sentence.said)
    ) and not fact_of(sentence)


def of_record(sentence: Sentence, before: Understood | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if fact := fact_of(sentence):
        found["fact"] = fact
        if fact in ("received", "ask", "advice sent") and not sentence.has("service", "agency") and before:
            found |= {name: before.slots[name] for name in ("service", "agency") if name in before.slots}
    return found


NOTE_LEAD = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|hi|hello|hey|just)[\s,]+)*(?:add|make|put|leave|write|pop|stick|jot|record|log|create|enter|save|attach|drop)?\s*"
    r"(?:down\s+)?(?:(?:a|an|this|the|quick|short)\s+)*(?:file |case )?notes?(?:\s+down)?",
    re.IGNORECASE,
)
NOTE_JOIN = re.compile(
    r"^[\s:,;-]*(?:(?:that|saying|to say|which says|to the effect that|reading)\b[\s:,]*)?", re.IGNORECASE
)
NOTE_REF = re.compile(
    r"^\s*(?:(?:to|on|for|against|in|onto|about|re)\s+)?(?:the\s+)?(?:case\s+|file\s+)?#?(?:(?:SEND|MP|COMP|FOI|SAR)[- ]?)?(?:20\d\d[-/ ])?\d{2,5}(?!\d)",
    re.IGNORECASE,
)


def of_note(sentence: Sentence) -> dict[str, Any]:
    """The words of the note, as they were typed."""
    words = NOTE_LEAD.sub("", sentence.text, count=1)
    words = NOTE_JOIN.sub("", NOTE_REF.sub("", words, count=1), count=1).strip()
    return {"text": words} if words else {}


def written_name(sentence: Sentence) -> dict[str, Any]:
    """A colleague whom the vocabulary does not know: the name as it was written after "to"."""
    found = re.search(
        r"\b(?:to|onto|make|let|give|with)\s+((?:[A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?|[a-z]+$)", sentence.text
    )
    if found and found[1].lower() not in ("me", "the", "my", "a", "somebody", "someone", "it", "us"):
        return {"person": found[1]}
    return {}
