"""What a question for a figure counts, how, and for which team: its own slots, by small tables of words."""

import re
from collections.abc import Iterable
from typing import Any

from bot.phrases.reading import Sentence

MEASURES = {
    "average": r"average|averages|mean|median|typical|typically|how long|how fast|how quick|how quickly|how slow|"
    r"turnaround|time taken|days taken",
    "percent": r"%|percent|percentage|per cent|proportion|share|rate|fraction|ratio|on time|in time|within|timely|"
    r"timeliness|compliance|performance|late|on target|kept",
    "count": r"how many|number|count|total|tally|volume|volumes|how much",
}
"""How: the first of these that is said."""
WHAT = {
    "gaps": r"gaps",
    "exceptions": r"exceptions?|exemptions?",
    "caseload": r"caseloads?|case loads?|workloads?",
    "with_mp": r"cases (?:with|have|involving|that have|which have|where there is) (?:an? )?mp|"
    r"mp (?:cases|involvement|interest)",
    "waiting": r"(?:open|unanswered|outstanding|waiting|live) (?:mp )?(?:letters|enquiries)|"
    r"(?:mp )?(?:letters|enquiries) (?:are |that are )?(?:open|unanswered|outstanding|waiting|still)",
    "letters_of": r"complaints?|fois?|foi requests?|freedom of information requests?|sars?|subject access requests?",
    "replies": r"(?:repl(?:y|ies|ied)|answer(?:s|ed|ing)?|respon(?:se|ses|ded)) .*mps?|"
    r"mps? .*(?:repl(?:y|ies|ied)|answer(?:s|ed|ing)?|responded|in time|on time|late|within)",
    "letters": r"mps? (?:letters?|enquir(?:y|ies))|(?:letters?|enquir(?:y|ies)) .*mps?|mps? (?:written|wrote)",
    "lodged": r"appeals? (?:were |was |have been |been |has been )?(?:lodged|made|registered|received|come|came)|"
    r"(?:new|lodged|registered) appeals?|appealed",
    "appeals": r"appeals?|tribunals?",
    "no_plan": r"refus\w+ to issue|(?:plans?|ehcps?) refused|refused (?:plans?|ehcps?)",
    "refused": r"refus(?:ed|al|als|e|ing)|turned down|rejected|rejections?|declined",
    "agreed": r"agreed?|assessments? (?:started|begun|begin|taken on)",
    "ceased": r"ceas(?:ed|ing|e)",
    "closed": r"clos(?:ed|ures?|e|ing)|finished cases",
    "unowned": r"unallocated|unassigned|unowned|no owner|without (?:an )?(?:owner|officer)|ownerless",
    "due": r"due|falling due|coming up",
    "overdue": r"overdue|breach(?:es|ed|ing)?|past (?:its|their) (?:date|deadline)s?|behind",
    "advice": r"advice|advices|reports",
    "requests": r"requests?|referrals?|applications?|new (?:cases|ones)|come in|came in|coming in|incoming",
    "plans": r"plans?|ehcps?|finals?|issued?|issuing|finalised|timeliness|compliance",
    "open": r"open|cases|children|kids|pupils|young people|have we got|do we have|does \S+ have|holds?|got on|owns?",
}
"""Of what: likewise, of those that are said with no clock, service or MP by name."""
GENERAL = (
    r"stats|statistics|figures?|numbers|headlines?|kpis?|metrics|dashboard|doing|performing|performance|scorecard|sen2"
)
SENT_LETTERS = r"letters?(?: \S+){0,4} (?:sent|written|wrote|send|write|had|received|got|have)"
LATE_NOW = r"late|behind"
PROCESSES = {
    "annual_review": r"annual reviews?|reviews?|ars?",
    "phase_transfer": r"(?:phase )?transfers?",
    "reassessment": r"re ?assessments?",
    "mediation": r"mediations?",
    "tribunal_order": r"tribunal orders?",
    "new_assessment": r"(?:new|needs|ehc) assessments?|ehcnas?",
}
"""Cases of one kind."""
LETTERS = {"complaint": r"complaints?", "foi": r"fois?|foi requests?|freedom of information requests?",
           "sar": r"sars?|subject access requests?"}  # fmt: skip
EACH = {
    "month": r"monthly|each month|every month|month on month",
    "owner": r"(?:each|every) (?:officer|owner|caseworker|person)|everyone|everybody|between (?:us|(?:the )?officers)",
    "service": r"(?:each|every|all) (?:service|therapy)",
    "agency": r"(?:each|every) (?:agency|partner)",
    "team": r"(?:each|every) team",
    "mp": r"(?:each|every) mp",
}
AGAINST = (
    r"(?:than|against|versus|vs|compared (?:with|to)|compares? (?:with|to)|up on|down on) (?:the )?"
    r"(?:same time )?(?:last|previous) (week|month|quarter|term|year)"
)
BEFORE = r"the (week|month|quarter|term|year) before"
YEAR_ON_YEAR = r"(year|month) on (?:year|month)"


def figure_of(sentence: Sentence) -> dict[str, Any]:
    """`measure`, `what`, `process`, `kind`, `team`, `against` and, where it is said in other words than "by", `by`."""
    said = sentence.said
    found: dict[str, Any] = {"measure": _first(said, MEASURES.items()), "what": _what(sentence)}
    found["by"] = _first(said, EACH.items())
    found["team"] = _team(sentence)
    if not sentence.has("clock"):
        found["process"] = _first(said, PROCESSES.items())
        found["kind"] = _first(said, LETTERS.items())
    against = next((match for one in (AGAINST, BEFORE, YEAR_ON_YEAR) if (match := _search(one, said))), None)
    found["against"] = against[1] if against else None
    return {name: value for name, value in found.items() if value}


def _what(sentence: Sentence) -> str | None:
    said = re.sub(
        r"(?:with|without|excluding|including|not counting|before)(?: and without)?(?: \S+)? exceptions",
        " ",
        sentence.said,
    )
    named = sentence.has("service", "agency", "clock", "comparator")
    found = _first(said, WHAT.items())
    if found == "overdue" and _search(WHAT["plans"], said) and not named and not sentence.has("when"):
        return "late_plans"
    if found == "letters_of" and named:
        return None
    if found is None and sentence.has("mp", "constituency") and _search(SENT_LETTERS, said):
        return "letters"
    if found in ("plans", "advice", "open", "requests") and sentence.has("clock"):
        return None if found != "requests" else found
    if found is None and sentence.has("service", "agency") and _search(r"how many .*(?:late|overdue|behind)", said):
        return "overdue"
    if found in ("plans", "open", None) and _search(LATE_NOW, said) and not named and not sentence.has("when"):
        return "overdue" if found != "plans" else found
    if found or named or sentence.has("mp", "constituency"):
        return found
    return (
        "other" if _first(said, MEASURES.items()) and not _search(GENERAL, said) and not sentence.has("when") else None
    )


def _team(sentence: Sentence) -> str | None:
    """Whose team: the asker's own, or a manager's by name."""
    if _search(r"my team", sentence.said):
        return "me"
    people = sentence.values("person") + sentence.values("name")
    return str(people[0]) if people and re.search(r"(?<!\S)team(?!\S)", sentence.said) else None


def _first(said: str, tables: Iterable[tuple[str, str]]) -> str | None:
    return next((name for name, words in tables if _search(words, said)), None)


def _search(words: str, said: str) -> re.Match[str] | None:
    return re.search(rf"(?<!\S)(?:{words})(?!\S)", said)
