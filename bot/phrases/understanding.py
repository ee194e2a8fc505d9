"""Plain English in, a line or a question out: the stages one after another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.domain.dates import say_day
from bot.phrases import asking, following, limits
from bot.phrases.clean import cleaned, words_of
from bot.phrases.cues import acts, scored
from bot.phrases.days import Almanac
from bot.phrases.lines import line_of
from bot.phrases.reading import Sentence, sentences
from bot.phrases.record import fact_of
from bot.phrases.slots import slots_of
from bot.phrases.smalltalk import GREETING, OUT_OF_SCOPE, is_smalltalk
from bot.phrases.spans import Span
from bot.phrases.spelling import mended
from bot.phrases.understood import ACTIONS, REFUSALS, Question, Understood
from bot.phrases.vocabulary import Vocabulary

SURE = 4.0
"""A cue of this weight stands for its question by itself."""
HINT = 2.0
WEAK = frozenset({"smalltalk", "out_of_scope", "clarify", "followup"})
DESCRIBED = re.compile(
    r"(?<!\S)(?:that|this|the|those|her|his|their) (?:\S+ ){0,3}(?:case|one|boy|girl|child|kid|lad|lass|twins?|sisters|brothers|siblings|family|pupil)(?!\S)"
)
NO_SUCH_TELLING = re.compile(r"^(?:do not|never|dont) ")


@dataclass(frozen=True)
class Asker:
    """Who speaks, as far as it matters: what they may name, the day, and whether others read it."""

    vocabulary: Vocabulary
    today: date
    room: bool = False

    @property
    def almanac(self) -> Almanac:
        return Almanac(self.today, self.vocabulary.terms, self.vocabulary.holidays)


NOTHING = Understood("smalltalk")


def understand(
    text: str, *, vocabulary: Vocabulary, today: date, room: bool = False, before: Understood | None = None,
    context: Sequence[str] = (),
) -> Understood:  # fmt: skip
    """What a message asks or wants done, in the light of what was understood before it.

    `context` holds earlier sentences of the same person in the same place, `before` what the last of them was
    understood as, where that is known already. It never raises; nothing is done by it.
    """
    asker = Asker(vocabulary, today, room)
    for earlier in context:
        before = _next(before, _message(earlier, asker, before))
    return _message(text, asker, before)


def _next(before: Understood | None, now: Understood) -> Understood | None:
    """What a follow-up goes by: the last thing that was understood, with the case that was spoken of before it."""
    if now.intent in ("smalltalk", "out_of_scope", "help") or now.refusal:
        return before
    last = now.also[-1] if now.also else now
    if before and "refs" not in last.slots and "refs" in before.slots and last.intent not in following.LISTS:
        return replace(last, slots={**last.slots, "refs": before.slots["refs"]})
    return last


def _message(text: str, asker: Asker, before: Understood | None) -> Understood:
    whole = cleaned(text)
    words = mended(words_of(whole), asker.vocabulary.own_words)
    if is_smalltalk([word.low for word in words]):
        return Understood("smalltalk", says=GREETING)
    found: list[Understood] = []
    for sentence in sentences(words, whole, asker.vocabulary, asker.almanac):
        earlier = _next(before, found[-1]) if found else before
        now = _sentence(sentence, asker, earlier)
        if now.refusal and now.intent in REFUSALS:
            return now
        found.append(now)
        if now.intent == "act_note":  # what follows is the note
            break
    return _together(found, asker, before)


def _together(found: list[Understood], asker: Asker, before: Understood | None) -> Understood:
    """The first thing asked, and the others beside it; what adds nothing is left out."""
    strong = [one for one in found if one.intent not in WEAK] or found[:1]
    if not strong:
        return _outside() if found == [] and before is None else _outside()
    kept: list[Understood] = []
    for one in strong:
        if not any(_adds_nothing(one, other) for other in kept):
            kept.append(one)
    first, *rest = kept
    return replace(first, also=tuple(rest))


SAME_THING = frozenset({("agency_status", "clock_date"), ("mp_status", "clock_date"), ("consult_status", "clock_date"),
    ("review_status", "clock_date"), ("case_status", "agency_status"), ("mp_list", "due_list"), ("clock_date", "explain_date"),
    ("exception", "explain_date"), ("tribunal", "blockers"), ("blockers", "owner"), ("case_status", "clock_date"), ("case_status", "blockers"), ("panel", "clock_date"),
    ("next_step", "clock_date"), ("next_clock", "clock_date"), ("blockers", "explain_date"), ("next_step", "owner")})  # fmt: skip


def _adds_nothing(one: Understood, other: Understood) -> bool:
    """The same again, or "and when is it due" after asking for one agency's part."""
    if one.intent == other.intent:
        return _about(one) == _about(other)
    back = one.slots.get("pointed") or set(one.slots) <= {"refs"}
    return (
        (other.intent, one.intent) in SAME_THING
        and bool(back)
        and one.slots.get("refs") == other.slots.get("refs")
        and _is_brief(one)
    )


def _is_brief(one: Understood) -> bool:
    return one.says == "brief"


def _about(one: Understood) -> dict[str, Any]:
    return {name: value for name, value in one.slots.items()}


# One sentence


def _sentence(sentence: Sentence, asker: Asker, before: Understood | None) -> Understood:
    if told := _declined(sentence, asker):
        return told
    if act := _act(sentence):
        return _acted(sentence, act, asker, before)
    if before and (carried := _followed(sentence, asker, before)):
        return carried
    return _asked(sentence, asker, before)


def _declined(sentence: Sentence, asker: Asker) -> Understood | None:
    if asker.room and limits.names_a_child(sentence, asker.vocabulary):
        return Understood("refuse_privacy", slots_of(sentence, "refuse_privacy"), refusal=limits.PRIVACY)
    if _is_note(sentence):
        return None
    if no := limits.declined(sentence):
        return Understood(no[0], slots_of(sentence, no[0]), refusal=no[1])
    restricted = any(asker.vocabulary.cases[ref].restricted for ref in sentence.refs if ref in asker.vocabulary.cases)
    if asker.room and restricted:
        return Understood("refuse_access", slots_of(sentence, "refuse_access"), refusal=limits.RESTRICTED)
    return None


def _is_note(sentence: Sentence) -> bool:
    act = _act(sentence)
    return act == "act_note"


def _act(sentence: Sentence) -> str:
    """What is to be done, where the sentence says so: in the imperative, or told as having happened."""
    text = sentence.tagged
    if sentence.begins_as_question or NO_SUCH_TELLING.match(text) and "act_snooze" != _first_act(sentence):
        return ""
    return _first_act(sentence)


def _first_act(sentence: Sentence) -> str:
    for cue in acts():
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
                    r"^(?:snooze|quieten|mute|silence|hush|stop|hold|pause|suspend|switch|turn|no more|quit|do not|park|shelve|put|leave|rest|sleep|postpone|delay|defer|keep|go|shut|unsubscribe|stand|enough|cease|no)",
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


def _acted(sentence: Sentence, intent: str, asker: Asker, before: Understood | None) -> Understood:
    slots = slots_of(sentence, intent)
    if intent in asking.NEEDS_A_CASE and "refs" not in slots and before and "refs" in before.slots:
        if following.points_back(sentence) or not sentence.has("name", "setting"):
            slots = {"refs": before.slots["refs"], **slots}
    if intent == "act_record":
        slots |= _of_record(sentence, before)
    if intent == "act_note":
        slots |= _of_note(sentence)
    if intent == "act_assign" and "person" not in slots:
        slots |= _written_name(sentence)
    return _finished(intent, slots, sentence, asker)


def _of_record(sentence: Sentence, before: Understood | None) -> dict[str, Any]:
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


def _of_note(sentence: Sentence) -> dict[str, Any]:
    """The words of the note, as they were typed."""
    words = NOTE_LEAD.sub("", sentence.text, count=1)
    words = NOTE_JOIN.sub("", NOTE_REF.sub("", words, count=1), count=1).strip()
    return {"text": words} if words else {}


def _written_name(sentence: Sentence) -> dict[str, Any]:
    """A colleague whom the vocabulary does not know: the name as it was written after "to"."""
    found = re.search(
        r"\b(?:to|onto|make|let|give|with)\s+((?:[A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?|[a-z]+$)", sentence.text
    )
    if found and found[1].lower() not in ("me", "the", "my", "a", "somebody", "someone", "it", "us"):
        return {"person": found[1]}
    return {}


# Follow-ups


def _followed(sentence: Sentence, asker: Asker, before: Understood) -> Understood | None:
    """What a sentence asks that leaves out what was said before; None where it stands alone."""
    opened = following.opens_as_one(sentence.said)
    if following.is_elliptical(sentence, opened) and not _stands_alone(sentence, opened):
        given = {name: value for name, value in slots_of(sentence, "followup").items()}
        given |= _own(sentence, before.intent)
        if given:
            intent = following.intent_after(before, given)
            if "refs" in given and before.intent in following.LISTS:
                return _finished("case_status", given, sentence, asker)
            slots = _fitting(intent, following.merged(before.slots, given))
            return _finished(intent, slots, sentence, asker)
    if (intent := following.bare(sentence)) and "refs" in before.slots:
        slots = {name: value for name, value in before.slots.items() if name in ("refs", "agency", "service", "clock")}
        return _finished(intent, _fitting(intent, slots), sentence, asker, brief=True)
    return None


def _stands_alone(sentence: Sentence, opened: bool) -> bool:
    """A whole question of its own though it is short: "0042 status", "overdue health"."""
    return not opened and bool(
        re.search(
            r"(?<!\S)(?:status|overdue|due|late|waiting|outstanding|why|list|show|has|have|is|are|did|do)(?!\S)",
            sentence.said,
        )
    )


def _own(sentence: Sentence, intent: str) -> dict[str, Any]:
    own = slots_of(sentence, intent)
    if re.search(r"(?<!\S)(?:mine|my|me)(?!\S)", sentence.plain) and intent in following.LISTS:
        own["person"] = "me"
    return own


def _fitting(intent: str, slots: Mapping[str, Any]) -> dict[str, Any]:
    from bot.phrases.slots import ALLOWED

    kept = (*ALLOWED.get(intent, ()), "to", "fact")
    return {name: value for name, value in slots.items() if name in kept}


# Questions


def _asked(sentence: Sentence, asker: Asker, before: Understood | None) -> Understood:
    refs = bool(sentence.refs)
    likely = _scores(sentence, refs)
    inherited = False
    if not refs and before and "refs" in before.slots and before.intent not in following.LISTS:
        with_case = _scores(sentence, True)
        best_with, best = _best(with_case), _best(likely)
        speaks_of_it = following.points_back(sentence) and not _is_plural(sentence)
        if (
            best_with
            and (speaks_of_it or not _is_plural(sentence))
            and (speaks_of_it or with_case[best_with] >= likely.get(best or "", 0) and best_with in following.OF_A_CASE)
        ):
            likely, inherited = with_case, best_with in following.OF_A_CASE
    intent = _best(likely)
    if intent is None or likely[intent] < HINT:
        return _unsaid(sentence, asker, before)
    if likely[intent] < SURE and not refs and not inherited:
        return _unsure(sentence, likely, asker)
    slots = slots_of(sentence, intent)
    if inherited and before:
        slots = {"refs": before.slots["refs"], **slots}
        if intent == "agency_status" and not (slots.get("agency") or slots.get("service")):
            slots |= {name: before.slots[name] for name in ("agency", "service") if name in before.slots}
    brief = following.points_back(sentence) or len(sentence.low) <= 4
    return _finished(intent, slots, sentence, asker, brief=brief)


PLURAL = re.compile(
    r"(?<!\S)(?:cases|which|list|any|all|everything|anything|my|how many|letters|what is (?:overdue|due|late|red|coming)|deadlines|who is (?:off|away|covering|on leave)|percentage|%|we doing|reports|mps|schools|transfers|panels)(?!\S)"
)


def _is_plural(sentence: Sentence) -> bool:
    return PLURAL.search(sentence.plain) is not None


def _scores(sentence: Sentence, refs: bool) -> dict[str, float]:
    compared = sentence.values("comparator")
    clocks = sentence.values("clock")

    def holds(condition: str) -> bool:
        match condition:
            case "ref":
                return refs
            case "!ref":
                return not refs
            case "adv":
                return bool(sentence.of("service", "agency"))
            case "!adv":
                return not sentence.of("service", "agency")
            case "clk":
                return bool(clocks)
            case "who":
                return sentence.has("person", "name")
            case "when":
                return sentence.has("when")
            case "cmp":
                return bool(compared)
        name, _, value = condition.partition("=")
        return (name == "cmp" and any(one.field == value for one in compared)) or (name == "clk" and value in clocks)

    return scored(sentence.bag, (sentence.tagged, sentence.plain), holds)


def _best(likely: Mapping[str, float]) -> str | None:
    return max(likely, key=lambda intent: likely[intent], default=None)


def _unsaid(sentence: Sentence, asker: Asker, before: Understood | None) -> Understood:
    """No question that is known: a case alone, a case described, a name alone, or something else altogether."""
    if sentence.refs:
        intent = "followup" if sentence.asked and len(sentence.low) <= 3 and before is None else "case_status"
        return _finished(intent, slots_of(sentence, intent), sentence, asker)
    opened = following.opens_as_one(sentence.said)
    if following.is_elliptical(sentence, opened) or following.bare(sentence):
        return Understood("followup", slots_of(sentence, "followup"), question=asking.WHICH_CASE)
    if DESCRIBED.search(sentence.said) or opened and len(sentence.low) < 5:
        return Understood("clarify", question=asking.WHICH_CASE)
    if not asker.room and limits.names_a_child(sentence, asker.vocabulary):
        return Understood("clarify", question=asking.WHICH_CASE)
    if sentence.has("service", "agency", "clock", "mp", "person") or "mp" in sentence.low:
        return Understood("clarify", slots_of(sentence, "clarify"), question=asking.NEAREST["agency"])
    return _outside()


def _outside() -> Understood:
    return Understood("out_of_scope", refusal=OUT_OF_SCOPE)


def _unsure(sentence: Sentence, likely: Mapping[str, float], asker: Asker) -> Understood:
    """Below certainty: the nearest things that can be answered, to choose from."""
    slots = {intent: slots_of(sentence, intent) for intent in likely}
    lines = {intent: line_of(intent, slots[intent], asker.today)[0] for intent in likely}
    best = _best(likely) or "clarify"
    return Understood("clarify", slots[best], question=asking.which_intent(likely, lines, slots[best]))


# The end


def _finished(
    intent: str, slots: dict[str, Any], sentence: Sentence, asker: Asker, *, brief: bool = False
) -> Understood:
    """With its line, and with a question where something cannot be guessed."""
    if not slots.get("refs") and intent in asking.NEEDS_A_CASE | NEEDS_ONE:
        missing = "followup" if brief and intent not in ACTIONS else intent
        return Understood(missing, slots, question=asking.WHICH_CASE, confirm=intent in ACTIONS)
    line, unmet = line_of(intent, slots, asker.today)
    confirm = intent in ACTIONS
    question = _doubt(intent, slots, line, sentence, asker)
    says = _effect(intent, slots) if confirm else "brief" if brief else ""
    return Understood(intent, slots, line=line, question=question, confirm=confirm, says=says, unmet=unmet)


NEEDS_ONE = frozenset({"case_status", "clock_date", "next_step"}) - {"clock_date"}


def _doubt(intent: str, slots: Mapping[str, Any], line: str, sentence: Sentence, asker: Asker) -> Question | None:
    for span in sentence.spans:
        if span.others and span.kind in ("ref", "letter"):
            return asking.which_case(span.others, line)
        if span.others and span.kind in ("person", "mp", "setting"):
            return asking.which_person(span.others, line)
    unknown = next((span.value.unknown for span in sentence.of("when") if span.value.unknown), "")
    if unknown:
        return Question(f"I have no dates for {unknown} on record. Until which day?", (asking.DUE, asking.LATE))
    if intent in ACTIONS:
        return _doubted_day(slots, line, sentence, asker) or _missing(intent, slots)
    return None


def _doubted_day(slots: Mapping[str, Any], line: str, sentence: Sentence, asker: Asker) -> Question | None:
    """ "Next Friday", said on a Wednesday, is two days; what is recorded or done goes by neither unasked."""
    for span in sentence.of("when"):
        unsure = (span.value.inner or span.value).unsure
        said = slots.get("date") or slots.get("received")
        if unsure and said:
            days = [(day.isoformat(), say_day(day, asker.today)) for day in unsure()]
            return asking.which_day(line, str(said), days)
    return None


def _missing(intent: str, slots: Mapping[str, Any]) -> Question | None:
    case = (slots.get("refs") or [""])[0]
    if intent == "act_assign" and "person" not in slots:
        return Question(
            "To whom?",
            (asking.Option("To me", f"assign {case} to me"), asking.Option("Open the case", f"status {case}")),
        )
    if intent == "act_record" and "fact" not in slots:
        return Question(
            "What shall I record?",
            (asking.Option("Advice that came", f"received {case}"), asking.Option("Something we sent", f"sent {case}")),
        )
    return None


def _effect(intent: str, slots: Mapping[str, Any]) -> str:
    """What pressing the button does, where the line does not say it."""
    if intent != "act_remind":
        return ""
    if slots.get("agency") or slots.get("service"):
        later = " I can't keep it for a later day." if slots.get("date") else ""
        return f"The agency's room is told of the most pressing date, in office hours, under your name.{later}"
    return "It is kept as a note. You are nudged before each date of the case in any case."


def spans_of(sentence: Sentence) -> Iterator[Span]:
    yield from sentence.spans
