"""What a sentence asks that leaves out what was said before it: "and the OT one?", "same for 0047", "since when?"."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.phrases import asking, following
from bot.phrases.acting import act_of
from bot.phrases.finishing import finished
from bot.phrases.reading import Sentence
from bot.phrases.slots import ALLOWED, advice_clock, slots_of
from bot.phrases.understood import ACTIONS, Understood

Asked = tuple[str, dict[str, Any]]
"""An intent, and its slots."""


def continued(sentence: Sentence, before: Understood, today: date) -> Understood | None:
    """What it asks, in the light of what was understood before it; None where it stands alone."""
    if act_of(sentence):
        return None
    found = next((asked for way in WAYS if (asked := way(sentence, before))), None)
    if found is None:
        asked = _bare(sentence, before)
        return asked and finished(*asked, sentence, today, brief=True)
    return finished(*found, sentence, today)


def _next_period(sentence: Sentence, before: Understood) -> Asked | None:
    """And the week after?"""
    moved = following.moved_on(sentence, before.slots) if before.intent not in ACTIONS else None
    return _with(before, before.intent, {"period": moved}) if moved else None


def _late_ones(sentence: Sentence, before: Understood) -> Asked | None:
    """Just the late ones."""
    narrows = _opens(sentence) and before.intent in following.LISTS and following.LATE_ONES.match(sentence.whole)
    return _with(before, "overdue_list", slots_of(sentence, "overdue_list")) if narrows else None


def _other_words(sentence: Sentence, before: Understood) -> Asked | None:
    """Of a draft: and for mum; make it shorter."""
    if before.intent != "draft_text":
        return None
    own = slots_of(sentence, "draft_text")
    otherwise = (_opens(sentence) and "to" in own) or following.OTHERWISE.search(sentence.said)
    return ("draft_text", following.merged(before.slots, own)) if otherwise else None


def _of_the_list(sentence: Sentence, before: Understood) -> Asked | None:
    """Which of those are mine?"""
    if before.intent not in following.LISTS or not following.OF_THEM.search(sentence.said):
        return None
    intent = "kpi" if "how many" in sentence.said else before.intent
    return _with(before, intent, slots_of(sentence, before.intent))


def _another_case(sentence: Sentence, before: Understood) -> Asked | None:
    """0151?"""
    named = sentence.tagged in ("REF", "LET") and before.intent in following.OF_A_CASE
    return _with(before, before.intent, {"refs": sentence.refs}) if named else None


def _completed(sentence: Sentence, before: Understood) -> Asked | None:
    """ "Chase CAMHS" lacked its case: "0093"."""
    lacked = before.intent in ACTIONS & asking.NEEDS_A_CASE and "refs" not in before.slots
    if not (lacked and sentence.refs and following.is_elliptical(sentence, opened=True)):
        return None
    return before.intent, {**before.slots, "refs": sentence.refs}


def _another_name(sentence: Sentence, before: Understood) -> Asked | None:
    """And the OT one? For health? Same for 0047."""
    if not following.is_elliptical(sentence, _opens(sentence)) or _stands_alone(sentence):
        return None
    given = slots_of(sentence, "followup") | slots_of(sentence, before.intent)
    if before.intent in following.LISTS:
        given |= {"person": "me"} if MINE.search(sentence.plain) else {}
    else:  # "not SLT, OT" puts one in the other's place
        given = {name: each for name, each in given.items() if name[:4] != "not_" or name[4:] not in given}
    intent = following.intent_after(before, given)
    if not _fitting(intent, given):
        return None
    if "refs" in given and before.intent in following.LISTS:
        return "case_status", given
    return _with(before, intent, given)


MINE = re.compile(r"(?<!\S)(?:mine|my|me)(?!\S)")
WAYS = (_next_period, _late_ones, _other_words, _of_the_list, _another_case, _completed, _another_name)


def _bare(sentence: Sentence, before: Understood) -> Asked | None:
    """Why? Who's got it? Since when?"""
    intent = following.bare(sentence)
    if not intent or "refs" not in before.slots:
        return None
    slots = {name: value for name, value in before.slots.items() if name in ("refs", "agency", "service", "clock")}
    if SINCE.search(sentence.said) and before.intent in SAY_SINCE_WHEN:
        intent = before.intent
    if intent == "clock_date" and "clock" not in slots:
        slots |= advice_clock(slots)
    return intent, _fitting(intent, slots)


SINCE = re.compile(r"(?<!\S)(?:since when|for how long)(?!\S)")
SAY_SINCE_WHEN = frozenset({"owner", "blockers", "agency_status", "exception", "panel", "mp_status"})
"""Their answers tell it."""


def _opens(sentence: Sentence) -> bool:
    return following.opens_as_one(sentence.whole)


def _stands_alone(sentence: Sentence) -> bool:
    """A whole question of its own though it is short: "0042 status", "overdue health"."""
    return not _opens(sentence) and WHOLE.search(sentence.said) is not None


WHOLE = re.compile(r"(?<!\S)(?:status|overdue|due|late|waiting|outstanding|why|list|show|has|have|is|are|did|do)(?!\S)")


def _with(before: Understood, intent: str, given: Mapping[str, Any]) -> Asked:
    """What was asked before, with what is named now in its place."""
    return intent, _fitting(intent, following.merged(before.slots, given))


def _fitting(intent: str, slots: Mapping[str, Any]) -> dict[str, Any]:
    kept = (*ALLOWED.get(intent, ()), "to", "fact")
    return {name: value for name, value in slots.items() if name in kept}
