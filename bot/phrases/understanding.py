"""Plain English in, a line or a question out: the stages one after another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.phrases import asking, following, leading, limits
from bot.phrases.acting import act_of, of_note, of_record, told_not_to, written_name
from bot.phrases.auditing import asks_who_may_see
from bot.phrases.beside import beside, list_of
from bot.phrases.clean import cleaned, words_of
from bot.phrases.continuing import continued
from bot.phrases.days import Almanac
from bot.phrases.families import usual
from bot.phrases.finishing import finished
from bot.phrases.lines import line_of
from bot.phrases.meaning import Meaning, meaning
from bot.phrases.reading import Sentence, sentences
from bot.phrases.slots import slots_of
from bot.phrases.smalltalk import OUT_OF_SCOPE, friendly, is_smalltalk
from bot.phrases.spelling import mended
from bot.phrases.understood import ACTIONS, INTENTS, REFUSALS, Option, Question, Understood
from bot.phrases.vocabulary import Vocabulary
from bot.phrases.without_case import is_of_all
from bot.phrases.wordlists import any_of, words

WEAK = frozenset({"smalltalk", "out_of_scope", "clarify", "followup"})
MOST_NEAR = 3


@dataclass(frozen=True)
class Asker:
    """Who speaks, as far as it matters: what they may name, the day, and whether others read it."""

    vocabulary: Vocabulary
    today: date
    room: bool = False

    @property
    def almanac(self) -> Almanac:
        return Almanac(self.today, self.vocabulary.terms, self.vocabulary.holidays)


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
    if last.intent == "followup" and "refs" in last.slots:  # "0042??" shows the case
        last = replace(last, intent="case_status")
    if before and "refs" not in last.slots and "refs" in before.slots and last.intent not in following.LISTS:
        return replace(last, slots={**last.slots, "refs": before.slots["refs"]})
    return last


def _message(text: str, asker: Asker, before: Understood | None) -> Understood:
    whole = cleaned(text)
    words = usual(mended(words_of(whole), asker.vocabulary.own_words))
    if is_smalltalk([word.low for word in words]):
        return Understood("smalltalk", says=friendly([word.low for word in words]))
    parts = list(sentences(words, whole, asker.vocabulary, asker.almanac))
    for sentence in parts:
        if told := _withheld(sentence, asker):
            return told
    found: list[Understood] = []
    for sentence in leading.asked(parts):
        now = _sentence(sentence, asker, before)
        if now.intent in REFUSALS:
            return now
        found.append(now)
        before = _next(before, now)
        if now.intent == "act_note":  # what follows is the note
            break
    return _together(found)


def _together(found: list[Understood]) -> Understood:
    """The first thing asked, and the others beside it; what adds nothing is left out."""
    strong = [one for one in found if one.intent not in WEAK]
    strong = strong or sorted(found, key=lambda one: one.intent in ("smalltalk", "out_of_scope"))[:1]
    if not strong:
        return _outside()
    kept: list[Understood] = []
    for one in strong:
        if not any(_adds_nothing(one, other) for other in kept):
            kept.append(one)
    first, *rest = kept
    return replace(first, also=tuple(rest))


SAME_THING = {
    "agency_status": words("clock_date case_status"),
    "mp_status": words("clock_date case_status"),
    "consult_status": words("clock_date case_status"),
    "review_status": words("clock_date case_status"),
    "case_status": words("agency_status clock_date blockers"),
    "clock_date": words("explain_date"),
    "tribunal": words("blockers"),
    "blockers": words("owner explain_date case_status"),
    "panel": words("clock_date"),
    "next_step": words("clock_date owner"),
    "audit": words("clock_date"),
    "next_clock": words("clock_date"),
    "mp_list": words("due_list kpi"),
    **dict.fromkeys(
        ("phase_list", "awaiting_list", "overdue_list", "due_list", "data_quality", "filter_list"), words("kpi")
    ),
}
"""What a few more words after a question only go on about: "… and when is it due"."""


def _adds_nothing(one: Understood, other: Understood) -> bool:
    """The same again, or "and when is it due" after asking for one agency's part."""
    told = all(other.slots.get(name) == value for name, value in one.slots.items() if name != "clock")
    return told and (one.intent == other.intent or (one.intent in SAME_THING.get(other.intent, ()) and one.brief))


# One sentence


def _sentence(sentence: Sentence, asker: Asker, before: Understood | None) -> Understood:
    if is_smalltalk(sentence.low):
        return Understood("smalltalk", says=friendly(sentence.low))
    if told_not := told_not_to(sentence):
        return _left_alone(told_not, sentence)
    if asker.room and limits.may_name(sentence, asker.vocabulary):
        before = None  # whoever is named has a case of their own
    if before and (found := continued(sentence, before, asker.today)):
        return found
    return _meant(sentence, asker, before)


def _withheld(sentence: Sentence, asker: Asker) -> Understood | None:
    """What others would read that may not, and what is no question but an order to the bot itself."""
    if asker.room and limits.names_a_child(sentence, asker.vocabulary):
        return Understood("refuse_privacy", slots_of(sentence, "refuse_privacy"), refusal=limits.PRIVACY)
    if act_of(sentence) == "act_note":
        return None
    if limits.orders_the_bot(sentence):
        return Understood("refuse_access", slots_of(sentence, "refuse_access"), refusal=limits.HIDDEN)
    restricted = any(asker.vocabulary.cases[ref].restricted for ref in sentence.refs if ref in asker.vocabulary.cases)
    if asker.room and restricted:
        return Understood("refuse_access", slots_of(sentence, "refuse_access"), refusal=limits.RESTRICTED)
    return None


def _acted(sentence: Sentence, intent: str, asker: Asker, before: Understood | None) -> Understood:
    slots = slots_of(sentence, intent)
    if intent in asking.NEEDS_A_CASE and "refs" not in slots and before and "refs" in before.slots:
        if following.points_back(sentence) or not sentence.has("name", "setting"):
            slots = {"refs": before.slots["refs"], **slots}
        if (
            intent in ("act_remind", "act_escalate")
            and "person" not in slots
            and not (slots.get("agency") or slots.get("service"))
        ):
            slots |= {name: before.slots[name] for name in ("agency", "service") if name in before.slots}
    if intent == "act_record":
        slots |= of_record(sentence, before)
    if intent == "act_note":
        slots |= of_note(sentence)
    if intent == "act_assign" and "person" not in slots:
        slots |= written_name(sentence)
    return finished(intent, slots, sentence, asker.today)


def _left_alone(intent: str, sentence: Sentence) -> Understood:
    """ "Don't escalate 0042" does nothing, and is not taken for a question either."""
    slots = slots_of(sentence, "clarify")
    case = (slots.get("refs") or [""])[0]
    show = Option("Show the case", f"status {case}") if case else asking.MY_CASES
    return Understood(
        "clarify", slots, question=Question(f"I do nothing then: {INTENTS[intent]}.", (show, asking.HELP))
    )


# What a sentence means by itself


def _meant(sentence: Sentence, asker: Asker, before: Understood | None) -> Understood:
    opened = following.opens_as_one(sentence.whole)
    lost = not before or "refs" not in before.slots
    unnamed = (opened and following.is_elliptical(sentence, opened)) or following.bare(sentence)
    if unnamed and lost and not sentence.refs:
        return Understood("followup", slots_of(sentence, "followup"), question=asking.WHICH_CASE)
    found, inherited = meaning(sentence), False
    if not sentence.refs and before and "refs" in before.slots and before.intent not in following.LISTS:
        theirs = "they" in sentence.low and not {"agency", "service"}.isdisjoint(before.slots)
        with_case = meaning(sentence, refs=True, of_agency=theirs)
        if inherited := _is_about_it(sentence, found.best, with_case.best):
            found = with_case.after(before.intent)
    intent = found.best
    if intent in REFUSALS:
        return Understood(intent, slots_of(sentence, intent), refusal=limits.SAYS[intent])
    if intent in ACTIONS:
        return _acted(sentence, intent, asker, before)
    if intent == "smalltalk":
        return Understood("smalltalk", says=friendly(sentence.low))
    if intent == "out_of_scope":
        return _outside()
    if intent == "followup" and sentence.refs:
        return finished(intent, slots_of(sentence, intent), sentence, asker.today)
    if intent in ("clarify", "followup"):
        return Understood(intent, slots_of(sentence, intent), question=asking.WHICH_CASE)
    if not found.is_clear and intent not in found.spoken:
        return _unsure(sentence, found, asker)
    return _answered(sentence, intent, asker, before if inherited else None)


def _answered(sentence: Sentence, intent: str, asker: Asker, before: Understood | None) -> Understood:
    """A question, with the case of the one before it where it goes on about that."""
    if intent == "case_status" and sentence.of("service", "agency") and sentence.values("agency") != ["LA"]:
        intent = "agency_status"
    if asks_who_may_see(sentence) and (sentence.refs or before):
        intent = "audit"
    intent = list_of(intent, sentence, [*beside(sentence), *slots_of(sentence, intent).get("without", ())])
    slots = slots_of(sentence, intent)
    if before:
        slots = {"refs": before.slots["refs"], **slots}
        if intent in ("explain_date", "forecast") and "clock" in before.slots:
            slots = {"clock": before.slots["clock"], **slots}
        if intent == "agency_status" and not (slots.get("agency") or slots.get("service")):
            slots |= {name: before.slots[name] for name in ("agency", "service") if name in before.slots}
    brief = following.points_back(sentence) or len(sentence.low) <= 4
    return finished(intent, slots, sentence, asker.today, brief=brief)


OF_THE_PAST = re.compile(r"^(?:has|have|did|was|were|what did|what has|when was|when did)(?!\S)")
ABOUT_ONE = re.compile(r"^(?:when|has|have|did|do|does|is|was|who|why|how|where|will|can|are|what)(?!\S)")


def _is_about_it(sentence: Sentence, alone: str | None, with_case: str | None) -> bool:
    """Whether a sentence without a case goes on about the one before it: "when is the SLT advice due?"."""
    if with_case not in following.OF_A_CASE or _is_plural(sentence):
        return False
    if is_of_all(with_case, sentence):
        return False
    if ANY.search(sentence.plain):
        return alone not in following.LISTS
    if following.points_back(sentence):
        return True
    if with_case in asking.NEEDS_A_CASE:
        return True
    goes_on = alone != with_case or alone == "clock_date" or OF_THE_PAST.match(sentence.said) or not sentence.spans
    return bool(goes_on) and ABOUT_ONE.match(sentence.said) is not None


ANY = any_of("any|anything")
PLURAL = re.compile(
    r"(?<!\S)(?:cases|which|list|all|everything|my|how many|letters|deadlines|reports|mps|schools|"
    r"transfers|panels|percentage|%|we doing|what is (?:overdue|due|late|red|coming)|"
    r"who is (?:off|away|covering|on leave)|have i (?:got|to)|do i (?:have|need to do)|what else)(?!\S)"
)


def _is_plural(sentence: Sentence) -> bool:
    return PLURAL.search(sentence.plain) is not None


def _outside() -> Understood:
    return Understood("out_of_scope", refusal=OUT_OF_SCOPE)


def _unsure(sentence: Sentence, found: Meaning, asker: Asker) -> Understood:
    """Below certainty: the nearest things that can be answered, to choose from."""
    near = [intent for intent in found.nearest if intent not in WEAK | REFUSALS][:MOST_NEAR]
    slots = {intent: slots_of(sentence, intent) for intent in near}
    lines = {intent: line_of(intent, slots[intent], asker.today)[0] for intent in near}
    return Understood("clarify", slots[near[0]], question=asking.which_intent(near, lines))
