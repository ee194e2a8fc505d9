"""What was understood, with its line, and with a question where something cannot be guessed."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.domain.dates import say_day
from bot.phrases import asking, following
from bot.phrases.auditing import over_own
from bot.phrases.lines import is_for_room, line_of, reminded
from bot.phrases.reading import Sentence
from bot.phrases.reminding import of_a_person, reminded_of
from bot.phrases.understood import ACTIONS, Option, Question, Understood
from bot.phrases.without_case import of_consultations, of_exceptions, of_panels, of_tribunal
from bot.phrases.wordlists import any_of


def finished(intent: str, slots: dict[str, Any], sentence: Sentence, today: date, *, brief: bool = False) -> Understood:
    """With its line, and with a question where something cannot be guessed."""
    if intent == "act_record" and slots.get("fact") == "undo" and not slots.get("refs"):
        return Understood(intent, slots, line="undo", confirm=True)
    if not slots.get("refs") and _needs_a_case(intent, slots, sentence):
        missing = "followup" if intent not in ACTIONS and following.points_back(sentence) else intent
        return Understood(missing, slots, question=asking.WHICH_CASE, confirm=intent in ACTIONS)
    told = of_a_person(intent, slots, sentence)
    line, unmet = line_of(intent, {**told, **_in_passing(intent, told, sentence)}, today)
    confirm = intent in ACTIONS
    refs = slots.get("refs") or [""]
    more = tuple(line.replace(refs[0], ref) for ref in refs[1:] if line and ref not in line)
    question = _doubt(intent, slots, line, sentence, today)
    says = _effect(intent, told, today) if confirm else ""
    return Understood(
        intent, slots, line=line, question=question, confirm=confirm, says=says, brief=brief, unmet=unmet, more=more
    )


LATE = any_of("late|overdue|behind|slow|red|green|on time|in time|on track")
GONE_OUT = any_of("sent|send|gone|go|went|out|issued|finalised|done|made|served")


def _in_passing(intent: str, slots: Mapping[str, Any], sentence: Sentence) -> dict[str, Any]:
    """ "Has the draft gone out": where a case stands is asked, and the line can say which step is meant.

    "Why is 0080 late" asks of no one date: what is late, each with its own why.
    "Remind me to ring the school about 0042" says what of, to a person alone.
    """
    if intent == "act_remind" and not is_for_room(slots) and (words := reminded_of(sentence)):
        return {"text": words}
    if intent in BESIDES and not slots.get("refs"):
        return BESIDES[intent](sentence)
    if intent == "explain_date" and "clock" not in slots and LATE.search(sentence.said):
        return {"lateness": True}
    clocks = sentence.values("clock") if intent == "case_status" and GONE_OUT.search(sentence.said) else []
    return {"clock": clocks[0]} if len(clocks) == 1 else {}


BESIDES: Mapping[str, Callable[[Sentence], dict[str, Any]]] = {
    "panel": of_panels,
    "exception": of_exceptions,
    "tribunal": of_tribunal,
    "consult_status": of_consultations,
}
"""What a question that names no case says besides its slots."""


def _needs_a_case(intent: str, slots: Mapping[str, Any], sentence: Sentence) -> bool:
    """Whether it is about one case, whatever it says: "who's the officer", but not "who's off"."""
    match intent:
        case "audit":
            return not over_own(sentence)
        case "clock_date":
            return "start" not in slots
        case "owner":
            return not {"person", "period"} & slots.keys() and not AWAY.search(sentence.said)
    return intent in asking.NEEDS_A_CASE


AWAY = any_of("off|away|leave|cover|covers|covering|in|out|around|back|duty|absent|holiday|sick|annual|rota")


def _doubt(intent: str, slots: Mapping[str, Any], line: str, sentence: Sentence, today: date) -> Question | None:
    for span in sentence.spans:
        if span.others and span.kind in ("ref", "letter"):
            return asking.which_case(span.others, line)
        if span.others and span.kind in ("person", "mp", "setting"):
            return asking.which_person(span.others, line)
    unknown = next((span.value.unknown for span in sentence.of("when") if span.value.unknown), "")
    if unknown:
        return Question(f"I have no dates for {unknown} on record. Until which day?", (asking.DUE, asking.LATE))
    if intent in ACTIONS:
        return _doubted_day(slots, line, sentence, today) or _missing(intent, slots)
    return None


def _doubted_day(slots: Mapping[str, Any], line: str, sentence: Sentence, today: date) -> Question | None:
    """ "Next Friday", said on a Wednesday, is two days; what is recorded or done goes by neither unasked."""
    for span in sentence.of("when"):
        unsure = (span.value.inner or span.value).unsure
        said = slots.get("date") or slots.get("received")
        if unsure and said:
            days = [(day.isoformat(), say_day(day, today)) for day in unsure()]
            return asking.which_day(line, str(said), days)
    return None


def _missing(intent: str, slots: Mapping[str, Any]) -> Question | None:
    case = (slots.get("refs") or [""])[0]
    if intent == "act_assign" and "person" not in slots:
        return Question(
            "To whom?",
            (Option("To me", f"assign {case} to me"), Option("Open the case", f"status {case}")),
        )
    if intent == "act_record" and "fact" not in slots:
        return Question(
            "What shall I record?",
            (Option("Advice that came", f"received {case}"), Option("Something we sent", f"sent {case}")),
        )
    return None


def _effect(intent: str, slots: Mapping[str, Any], today: date) -> str:
    """What pressing the button does, where the line does not say it."""
    if intent == "act_away":
        return "Whoever covers hears of what is due, and the manager where nobody does. No date moves."
    return reminded(slots, today) if intent == "act_remind" else ""
