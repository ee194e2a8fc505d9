"""The line of a list: each slot as the blank that narrows it."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from bot.domain.periods import corresponding
from bot.phrases.vocabulary import LINE_OF

Slots = Mapping[str, Any]
Parts = list[str]
AGENCIES = {"HEALTH": "health", "SOCIAL_CARE": "social_care", "MP_TEAM": "mp_team"}
SERVICES = {"EP": ("educational_psychology",), "SCHOOL": ("education", "consultation")}
"""Agencies to whoever asks, and services of the council's to the bot."""
TITLES = {"final_plan": "final plan", "draft_plan_target": "draft plan", "ar_final": "amended plan"}
"""Steps that several processes have; any other clock is told by its id."""
ADVICE = frozenset({"advice_health", "advice_ep", "advice_social_care", "advice_education"})
WITHOUT = {"setting": "school", "upn": "record_number"}
LETTERS = frozenset({"complaint", "foi", "sar", "mp_letter"})
HELD = frozenset(
    {
        "anything",
        "owner",
        "record_number",
        "school",
        "advice",
        "decision",
        "plan",
        "mp_letter",
        "complaint",
        "exception",
    }
)
"""What may be missing besides a clock's step."""
OPS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly"}
BY = frozenset({"agency", "service", "owner", "school", "week", "month", "mp", "constituency"})


def values(slots: Slots, name: str) -> list[str]:
    found = slots.get(name) or []
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]


def blank(name: str, value: str) -> str:
    return f'{name}="{value}"' if " " in value or "," in value else f"{name}={value}"


def parts_of(slots: Slots, today: date, *, awaited: bool = False) -> tuple[Parts, set[str]]:
    """The blanks that say the slots, and the slots that are said wholly."""
    parts: Parts = []
    said: set[str] = set()
    if by_school(slots):
        slots, said = {name: value for name, value in slots.items() if name != "agency"}, {"agency"}
    for name, make in MAKES.items():
        if name not in slots:
            continue
        found = make(slots, today)
        parts += found or []
        said |= {name} if found is not None else set()
    return [*parts, *_compared(slots, awaited=awaited)], said | {"comparator"}


def by_school(slots: Slots) -> bool:
    """Whether schools are what is counted by, and nobody's advice."""
    return slots.get("by") == "school" and slots.get("agency") == "SCHOOL"


Make = Callable[[Slots, date], Parts | None]


def _bodies(name: str, as_: str = "") -> Make:
    """Agencies or services; None where one of them is none of the bot's."""

    def make(slots: Slots, _today: date) -> Parts | None:
        found: Parts = []
        for value in values(slots, name):
            agency = [blank(as_ or "agency", AGENCIES[value])] if value in AGENCIES else []
            services = SERVICES.get(value) or tuple(filter(None, (LINE_OF.get(("service", value), ""),)))
            found += agency or [blank(as_ or "service", one) for one in services]
            if not agency and not services:
                return None
        return found

    return make


def _plain(name: str, as_: str) -> Make:
    return lambda slots, _today: [blank(as_, value) for value in values(slots, name)]


def _period(slots: Slots, today: date) -> Parts:
    period = slots["period"]
    if named := named_period(period, today):
        return [f"period={named}"]
    ends = (("since", period["from"]), ("until", period["to"]))
    return [f"{name}={day}" for name, day in ends if day]


def _clocks(slots: Slots, _today: date) -> Parts:
    """Those that are not said to be missing; of one that is missing another has come."""
    clocks, without = values(slots, "clock"), values(slots, "without")
    left = [clock for clock in clocks if clock not in without]
    return [blank("has" if len(left) < len(clocks) else "date", TITLES.get(clock, clock)) for clock in left]


def _kind(slots: Slots, _today: date) -> Parts:
    return [f"{'letter' if slots['kind'] in LETTERS else 'process'}={slots['kind']}"]


def _without(slots: Slots, _today: date) -> Parts | None:
    clocks = values(slots, "clock")
    found = [WITHOUT.get(each, each) for each in values(slots, "without")]
    if any(each not in HELD and each not in clocks for each in found):
        return None
    return [blank("without", TITLES.get(each, each)) for each in found]


MAKES: Mapping[str, Make] = {
    "agency": _bodies("agency"),
    "service": _bodies("service"),
    "not_agency": _bodies("not_agency", "other_than"),
    "not_service": _bodies("not_service", "other_than"),
    "not_person": _plain("not_person", "other_than"),
    "clock": _clocks,
    "without": _without,
    "with": _plain("with", "has"),
    "kind": _kind,
    "status": lambda slots, _today: ["statutory=yes"] if slots["status"] == "statutory" else [],
    "period": _period,
    "mp": _plain("mp", "mp"),
    "constituency": _plain("constituency", "constituency"),
    "person": _plain("person", "owner"),
    "setting": _plain("setting", "school"),
    "by": lambda slots, _today: [f"by={slots['by']}"] if slots["by"] in BY else None,
}


def _compared(slots: Slots, *, awaited: bool) -> Parts:
    """How late, in which week, how old; of what is awaited, weeks say how long ago it was asked."""
    given = slots.get("comparator") or []
    each = given if isinstance(given, list) else [given]
    found: dict[str, list[str]] = {}
    for one in each:
        field = one["field"] if one["field"] != "week" or not awaited else "age"
        name = {"late": "late_by", "week": "week"}.get(field, "age")
        unit = "" if name == "week" else f" {_unit(one)}"
        found.setdefault(name, []).append(f"{OPS[one['op']]} {one['value']}{unit}")
    return [blank(name, " and ".join(said)) for name, said in found.items()]


def _unit(one: Mapping[str, Any]) -> str:
    unit = str(one["unit"]).replace("_", " ")
    return unit.removesuffix("s") if one["value"] == 1 else unit


def named_period(period: Mapping[str, str | None] | None, today: date) -> str:
    """The list command's own name for a period, where it has one."""
    if not period:
        return ""
    first, last = (date.fromisoformat(day) if day else None for day in (period["from"], period["to"]))
    return next((name for name, span in periods(today).items() if span == (first, last)), "")


def periods(today: date) -> Mapping[str, tuple[date, date]]:
    day, monday = timedelta(days=1), today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    following = corresponding(first, 1)
    return {
        "today": (today, today),
        "tomorrow": (today + day, today + day),
        "this_week": (monday, monday + 6 * day),
        "next_week": (monday + 7 * day, monday + 13 * day),
        "fortnight": (today, today + 14 * day),
        "month": (today, today + 31 * day),
        "this_month": (first, following - day),
        "next_month": (following, corresponding(first, 2) - day),
    }


# The lists

Made = tuple[str, frozenset[str]]


def _made(which: str, parts: Parts, said: set[str]) -> Made:
    return " ".join(filter(None, ["list", which, *parts])), frozenset(said)


def of_dates(which: str = "", **always: str) -> Callable[[Slots, date], Made]:
    """Dates: what is overdue, due, awaited, or of one kind."""

    def make(slots: Slots, today: date) -> Made:
        mine = slots.get("person") == "me" and which in MINE
        rest = {name: value for name, value in slots.items() if not (mine and name == "person")}
        parts, said = parts_of(rest, today, awaited=which == "awaited")
        fixed = [f"{name}={value}" for name, value in always.items()]
        word = MINE[which] if mine else which
        return _made(f"which={word}" if word else "", [*fixed, *parts], said | ({"person"} if mine else set()))

    return make


MINE = {"overdue": "mine_overdue", "due": "mine_due"}


NOW = frozenset({"today", "this_week", "this_month"})


def overdue(slots: Slots, today: date) -> Made:
    """What is late. "This week" and "today" say as of when, and not since: what is late by then is late."""
    now = named_period(slots.get("period"), today) in NOW
    left = {name: value for name, value in slots.items() if not (now and name == "period")}
    line, carried = of_dates("overdue")(left, today)
    return line, carried | {"period"}


def due(slots: Slots, today: date) -> Made:
    """What one has to do today is late too: that is the day's own page, and not the dates of that day alone."""
    last = (slots.get("period") or {}).get("to") or today.isoformat()
    line, carried = of_dates("due" if last >= today.isoformat() else "overdue")(slots, today)
    return ("today", carried) if line == "list which=mine_due period=today" else (line, carried)


def next_date(slots: Slots, today: date) -> Made:
    return of_dates("next_date")(slots, today)


def awaited(slots: Slots, today: date) -> Made:
    """What was asked and is not in; or what we ourselves owe, where it is asked so."""
    if slots.get("agency") == "LA":  # a partner asks what it owes: the list it has is just that
        line, carried = of_dates("awaited")({name: slots[name] for name in slots if name != "agency"}, today)
        return line, carried | {"owes", "agency"}
    which = "owed" if slots.get("owes") == "us" else "awaited"
    if named_period(slots.get("period"), today) in NOW:  # what is late is awaited still
        slots = {**slots, "period": {"from": None, "to": slots["period"]["to"]}}
    line, carried = of_dates(which)(slots, today)
    return line, carried | {"owes"}


def cases(slots: Slots, today: date) -> Made:
    """Cases; where a body is named whose advice is not said to be missing, what is awaited from it."""
    if set(slots) == {"text"}:
        return f"search notes {slots['text']}", frozenset({"text"})
    if set(slots) == {"person"} and slots["person"] == "me":
        return "list which=mine", frozenset({"person"})
    bodies = {"agency", "service", "not_agency", "not_service"} & set(slots) - (
        {"agency"} if by_school(slots) else set()
    )
    which = {"closed": "closed", "opened": "opened"}.get(str(slots.get("status")), "cases")
    if bodies and "without" not in slots and which == "cases":
        return awaited(slots, today)
    idle = "activity" in values(slots, "without")
    if slots.get("period") and which == "cases" and "clock" not in slots and not idle:
        which = "opened"
    restricted = ["restricted=yes"] if slots.get("status") == "restricted" else []
    parts, said = parts_of(slots, today)
    parts = [part.replace("date=", "has=", 1) if part.startswith("date=") else part for part in parts]
    return _made(f"which={which}", [*restricted, *parts], said | {"status"})


def gaps(slots: Slots, today: date) -> Made:
    """Cases without something that each should have; without anything of the kind, where none is named.

    None where it is something that no record holds, such as an NHS number.
    """
    found = slots if slots.get("without") else {**slots, "without": ["anything"]}
    return cases(found, today) if _without(found, today) is not None else ("", frozenset())


def letters(slots: Slots, today: date) -> Made:
    """MPs' letters: their dates; or, of a time gone by, those that came in then, answered or not."""
    period, clocks = slots.get("period") or {}, values(slots, "clock")
    missing = ["mp_reply" if each == "reply" else each for each in values(slots, "without")]
    left = {name: value for name, value in slots.items() if name not in ("clock", "without", "status")}
    both = list(dict.fromkeys([*clocks, *missing]))
    if both:
        left["clock"] = both
    came_in = not both and period.get("to") and period["to"] <= today.isoformat() and period["from"] != period["to"]
    which = "overdue" if "status" in slots else "received" if came_in else ""
    line, carried = of_dates(which, letter="mp_letter")(left, today)
    return line, carried | {"status"} | ({"without"} if all(each.startswith("mp_") for each in missing) else set())


PHASES = ("phase_school", "phase_post16", "phase_p16_to_p16")
"""The final plans of phase transfers: "a final plan by 15 February" is one of these, and none of a new assessment."""


def transfers(slots: Slots, today: date) -> Made:
    """Phase transfers that are left to do: the dates by which plans must name the next setting, or the open cases."""
    if "clock" in slots:
        named = [clock for clock in values(slots, "clock") if clock in PHASES]
        return of_dates()({**slots, "clock": named or list(PHASES)}, today)
    parts, said = parts_of(slots, today)
    return _made("which=cases", ["process=phase_transfer", *parts], said)
