"""Which of the days in a sentence are meant: a list's period, the day of an act, when a letter came and its date."""

import re
from datetime import date
from typing import Any

from bot.phrases.days import When
from bot.phrases.reading import Sentence
from bot.phrases.span import Span
from bot.phrases.wordlists import words

PAST = words("audit kpi act_record act_new_mp act_new_case agency_status review_status exception data_quality")
MAY_BE_PAST = words("mp_list panel filter_list overdue_list consult_status tribunal owner")
HAS_COME = re.compile(
    r"(?<!\S)(?:received|came|got|had|written|wrote|sent|recorded|since|logged|arrived|issued|opened|went|held|said|"
    r"agreed|asked|missed|was|were|did|last|refused|breached|happened|decided|met|added)(?!\S)"
)
HAVE_GOT = re.compile(
    r"(?<!\S)(?:have|has|had) (?:\S+ )?got(?!\S)(?! (?:through|from|back|in (?:yet|today|yesterday|from)))"
)
"""What somebody has got is there now."""
FOR_SEPTEMBER = words("september sept sep")
DUE = words("due needs needed deadline target hearing expected")
"""Before a day these say that it is one to come, and not the day of what happened."""
DATED = words("dated date")
COMPARED = words("than against versus vs compared compare compares")
LENGTHS = words("days weeks months")
ASIDE = words("about that re regarding of")
"""What a reminder says begins with these: days after them are its matter."""


def dated(sentence: Sentence, intent: str) -> dict[str, Any]:
    """The slots of days for this intent."""
    spans = sentence.of("when")
    if not spans:
        return {}
    match intent:
        case "act_new_mp" | "act_new_case":
            found = _of_letter(sentence, _happened(sentence, spans))
            return found if intent == "act_new_mp" or "received" in found else {"received": found.get("dated")}
        case "act_record":
            return {"date": _iso(_first_day(_happened(sentence, spans)[-1].value, past=True))}
        case "act_remind":
            return {"date": _iso(_first_day(_reminded(sentence, spans).value, past=False))}
        case "act_snooze":
            return {"date": _iso(_until(next((span for span in spans if span.bound in UNTIL), spans[-1])))}
        case "clock_date":
            return {"start": _iso(_first_day(spans[0].value, past=True))} if not sentence.refs else {}
        case _:
            return _period(sentence, intent, spans)


UNTIL = words("until till til for by after")


def _period(sentence: Sentence, intent: str, spans: list[Span]) -> dict[str, Any]:
    past = intent in PAST or (intent in MAY_BE_PAST and bool(HAS_COME.search(HAVE_GOT.sub(" ", sentence.said))))
    meant = [span for span in spans if not _is_no_period(sentence, intent, span)]
    if not meant:
        return {}
    first, last = _best(meant).value.resolve(past)
    return {"period": {"from": _iso(first), "to": _iso(last)}} if first or last else {}


def _is_no_period(sentence: Sentence, intent: str, span: Span) -> bool:
    """ "Issued within 20 weeks" is how long it may take, "than last month" what it is compared with; "reception
    starters for September" are who they are."""
    said = sentence.low[span.first : span.last]
    if intent == "kpi":
        compared = not COMPARED.isdisjoint([*sentence.low[max(0, span.first - 3) : span.first], *said[:1]])
        return compared or (
            said[:1] in (["within"], ["in"]) and {"last", "past"}.isdisjoint(said) and said[-1] in LENGTHS
        )
    return intent == "phase_list" and not FOR_SEPTEMBER.isdisjoint(said) and not any(each.isdigit() for each in said)


def _best(spans: list[Span]) -> Span:
    """The period that is meant where several days are named: one that leads, else the first."""
    return next((span for span in spans if not span.value.day), spans[0])


def _happened(sentence: Sentence, spans: list[Span]) -> list[Span]:
    """Those on which something came or went, not those by which something is due."""
    left = [span for span in spans if not _is_to_come(sentence, span)]
    return left or spans


def _is_to_come(sentence: Sentence, span: Span) -> bool:
    before = sentence.low[max(0, span.first - 2) : span.first]
    return span.bound in ("by", "before") or not DUE.isdisjoint(before)


def _reminded(sentence: Sentence, spans: list[Span]) -> Span:
    """When to remind, and not a day of the matter: "on Friday about the panel on 3 December"."""
    matter = next((at for at, word in enumerate(sentence.low) if at and word in ASIDE), len(sentence.low))
    before = [span for span in spans if span.first < matter]
    after = [span for span in spans if span.first >= matter and not _is_to_come(sentence, span)]
    return (before or after or spans)[-1]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _first_day(when: When, *, past: bool) -> date | None:
    first, last = (when.inner or when).resolve(past)
    return first or last


def _until(span: Span) -> date | None:
    """Until next week is until its first day; until Friday is until Friday; for a week is until a week from now."""
    when: When = span.value
    if span.bound == "after":
        return when.resolve(False)[0]
    inner = when.inner or when
    first, last = inner.resolve(False)
    if first and last and when.inner and first != last and not inner.lasts:
        return first
    return last or first


def _of_letter(sentence: Sentence, spans: list[Span]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    last = 0
    for span in spans:
        before = [*sentence.low[max(last, span.first - 3) : span.first], span.bound]
        if sentence.low[span.first - 1 : span.first] == ["stamped"]:
            before = []
        last = span.last
        on_it = not DATED.isdisjoint(before) or span.bound == "of" or before[-3:-1] == ["letter", "of"]
        found.setdefault("dated" if on_it else "received", _iso(_first_day(span.value, past=True)))
    return found
