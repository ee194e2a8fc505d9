"""What `figures` is asked, of the slots that a question for a count has."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.phrases import listing
from bot.phrases.vocabulary import LINE_OF

Slots = Mapping[str, Any]
CLOCKS = {
    "final_plan": "plans", "draft_plan_target": "drafts", "ehcna_decide": "decisions to assess",
    "ar_decision": "review decisions", "ar_final": "amended plans", "mp_reply": "MP replies",
    "mp_holding": "holding replies", "mp_ack": "acknowledgements",
    **dict.fromkeys(("phase_school", "phase_post16", "phase_p16_to_p16"), "phase transfers"),
}  # fmt: skip
"""What `figures` calls a clock; any other goes by its id."""
WHAT = {
    "open": "open cases", "caseload": "caseload", "with_mp": "cases with an MP", "replies": "MP replies",
    "letters": "MP letters", "waiting": "open MP letters", "lodged": "appeals lodged", "appeals": "open appeals",
    "no_plan": "plans refused", "refused": "assessments refused", "agreed": "assessments agreed",
    "ceased": "plans ceased", "closed": "closed cases", "unowned": "cases without an owner",
    "exceptions": "exceptions", "overdue": "overdue", "advice": "advice", "requests": "new requests", "plans": "plans",
    "gaps": "gaps", "late_plans": "past 20 weeks",
}  # fmt: skip
TODAY = ("open cases", "caseload", "cases with an MP", "open MP letters", "open appeals", "cases without an owner",
         "overdue", "gaps", "open letters")  # fmt: skip
"""What stands today and is of no other days."""
BY = {"owner": "officer", "month": "month", "service": "service", "agency": "agency", "team": "team", "mp": "MP",
      "constituency": "MP", "ground": "ground"}  # fmt: skip
TIMED = ("plans", "drafts", "decisions to assess", "review decisions", "amended plans", "MP replies",
         "holding replies", "acknowledgements", "advice")  # fmt: skip
NO_SHARE = ("open cases", "caseload", "closed cases", "open appeals", "appeals lodged", "plans ceased", "MP letters",
            "open MP letters", "cases with an MP", "exceptions")  # fmt: skip
"""What is neither in time nor late."""
MEASURES = {"count": "how many", "average": "average"}
WAITS = (20, 52)


def figure(slots: Slots, today: date) -> tuple[str, frozenset[str]]:
    """The line, and the slots that it carries; no line where there is no figure for what was said."""
    if _is_of_dates(slots):
        left = {name: value for name, value in slots.items() if name not in ("measure", "what")}
        late = slots.get("what") == "overdue" or _compared(slots) == "late"
        line, listed = (listing.of_dates("overdue") if late else listing.cases)(left, today)
        return line, listed | {"what", "measure"}
    if slots.get("what") == "due":
        return _due(slots, today)
    about, carried = _about(slots)
    if (not about and slots.get("what") == "other") or (_one(slots, "measure") == "percent" and about in NO_SHARE):
        return "", frozenset()
    whose, of = _body(slots, about)
    carried |= of
    if whose and about in ("advice", ""):
        about = ""
    measure = _measure(slots, about or ("advice" if whose else ""))
    parts = ["figures", measure, about, *(["for", whose] if whose and about else [whose])]
    for more, names in (
        _kind(slots, about),
        _exceptions(slots, about or "advice"),
        _by(slots, about, whose),
        _person(slots),
        _mp(slots),
    ):
        parts, carried = [*parts, more], carried | names
    if about not in TODAY and not about.startswith("past"):
        parts, carried = [*parts, _days(slots, today, about), _against(slots)], carried | {"period", "against"}
    return " ".join(part for part in parts if part), frozenset(carried | {"measure"})


def _is_of_dates(slots: Slots) -> bool:
    """Whether a list counts it: the dates of one clock that are late, or what is so old, so late, in such a week."""
    if slots.get("what") == "overdue" and slots.get("clock") not in (None, "final_plan"):
        return True
    return _compared(slots) != "" and not _is_past(slots) and slots.get("what") in (None, "open", "overdue", "other")


def _compared(slots: Slots) -> str:
    """What is compared, where it is one thing or two ends of one: how late, the week, the age."""
    found = slots.get("comparator") or []
    each = found if isinstance(found, list) else [found]
    return str(each[0]["field"]) if each else ""


def _is_past(slots: Slots) -> bool:
    weeks = slots.get("comparator")
    return isinstance(weeks, Mapping) and (weeks["field"], weeks["op"], weeks["unit"]) == ("week", ">", "weeks")


def _due(slots: Slots, today: date) -> tuple[str, frozenset[str]]:
    """What falls due is counted by its list."""
    process = {"process": _one(slots, "process")} if slots.get("process") else {}
    line, carried = listing.of_dates("due", **process)(slots, today)
    return line, carried | {"what", "measure", *process}


def gaps(slots: Slots, today: date) -> tuple[str, frozenset[str]]:
    """What is missing, a line each; `slots` may name which."""
    person, carried = _person(slots)
    told = {"without"} if set(slots.get("without", ())) <= HELD else set()
    return f"figures gaps {person}".strip(), frozenset(carried | told)


def is_listed(slots: Slots) -> bool:
    """Whether it is asked which cases lack one thing, and a list can say."""
    return bool(slots.get("without")) and set(slots["without"]) <= LISTED


LISTED = {"owner", "record_number", "upn", "setting"}
HELD = {"owner", "record_number", "date_of_birth", "setting"}
"""Gaps that have a line."""


def _one(slots: Slots, name: str) -> str:
    found = slots.get(name) or ""
    return str(found[0]) if isinstance(found, list) and found else str(found)


def _about(slots: Slots) -> tuple[str, set[str]]:
    """What is counted: by the weeks that a plan waits, by a clock, or by what was said."""
    if _is_past(slots):
        return f"past {slots['comparator']['value']} weeks", {"comparator", "clock", "what"}
    what, clock = _one(slots, "what"), _one(slots, "clock")
    if clock == "final_plan" and what == "overdue":
        return "past 20 weeks", {"clock", "what"}
    if what in ("agreed", "refused", "no_plan"):
        return WHAT[what], {"clock", "what"}
    single = {"clock"} if not isinstance(slots.get("clock"), list) else set()
    if clock and what not in ("requests", "caseload"):
        return CLOCKS.get(clock, clock.replace("_", " ")), {"what", *single}
    process = _one(slots, "process")
    if what == "letters_of":
        return ("new letters" if slots.get("period") else "open letters"), {"what"}
    if process == "annual_review" and (what in ("", "other") or _one(slots, "measure") == "percent"):
        return ("review decisions" if slots.get("measure") != "count" or "period" in slots else "open cases"), {"what"}
    if process and what in ("", "other"):
        return "open cases", {"what"}
    if slots.get("by") == "owner" and what in ("open", "") and _one(slots, "measure") != "percent":
        return "caseload", {"what"}
    return WHAT.get(what, ""), {"what"}


def _body(slots: Slots, about: str) -> tuple[str, set[str]]:
    """Whose advice, as a line names it; of things that no body is asked for, nobody's."""
    if about not in ("", "advice", "overdue", "plans"):
        return "", set()
    for kind in ("service", "agency"):
        if named := LINE_OF.get((kind, _one(slots, kind))):
            whole = {kind} if isinstance(slots[kind], str) else set()
            return named.replace("_", " "), whole
    return "", set()


def _measure(slots: Slots, about: str) -> str:
    return MEASURES.get(_one(slots, "measure"), "") if about in TIMED else ""


def _exceptions(slots: Slots, about: str) -> tuple[str, set[str]]:
    """Whether what has one is counted: of clocks alone."""
    if about not in TIMED:
        return "", set()
    said = _one(slots, "exceptions")
    return f"{said} exceptions" if said in ("with", "without") else "", {"exceptions"}


def _kind(slots: Slots, about: str) -> tuple[str, set[str]]:
    """Cases of one process, or letters of one kind."""
    if about in ("open letters", "new letters"):
        return f"letter={_one(slots, 'kind')}", {"kind", "process"}
    if about in OF_ONE_PROCESS and (process := _one(slots, "process")):
        return f"process={process}", {"process", "kind"}
    needless = about in ("review decisions", "phase transfers", "open appeals", "assessments agreed", "MP letters")
    return "", {"process", "kind"} if needless else set()


OF_ONE_PROCESS = ("open cases", "caseload", "closed cases", "overdue", "cases without an owner", "exceptions")


def exceptions(slots: Slots, today: date) -> tuple[str, frozenset[str]]:
    """Those on record, by their grounds, where no case is named."""
    return figure({**slots, "what": "exceptions"}, today)


def _by(slots: Slots, about: str, whose: str) -> tuple[str, set[str]]:
    by = BY.get(_one(slots, "by"), "")
    fits = {
        "service": about in ("", "advice", "overdue"),
        "agency": about in ("", "advice", "overdue"),
        "MP": about in ("MP replies", "holding replies", "acknowledgements", "MP letters", "open MP letters"),
        "ground": about == "exceptions",
        "month": about not in TODAY,
    }
    if about == "caseload" and by == "officer":
        return "", {"by"}
    if not by or about == "caseload" or not fits.get(by, True):
        return "", set()
    return f"by {by}" if about or whose or by not in ("service", "agency") else f"advice by {by}", {"by"}


def _person(slots: Slots) -> tuple[str, set[str]]:
    if team := _one(slots, "team"):
        named = f'"{team}"' if " " in team else team
        return f"team {named}", {"team", "person"}
    person = _one(slots, "person")
    return f"for {person}" if person else "", {"person"} if isinstance(slots.get("person"), str) else set()


def _mp(slots: Slots) -> tuple[str, set[str]]:
    for name in ("mp", "constituency"):
        if said := _one(slots, name):
            return f'mp="{said}"' if " " in said else f"mp={said}", {"mp", "constituency"}
    return "", set()


def _days(slots: Slots, today: date, about: str) -> str:
    """Since when, and until when where that is over: a figure ends today. What is due may lie ahead."""
    period = slots.get("period") or {}
    first, last = period.get("from"), period.get("to")
    ends = last and (about == "phase transfers" or last < today.isoformat())
    return " ".join([*([f"since {first}"] if first else []), *([f"until {last}"] if ends else [])])


def _against(slots: Slots) -> str:
    against = _one(slots, "against")
    return f"against last {against}" if against else ""
