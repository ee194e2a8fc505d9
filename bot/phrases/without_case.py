"""What is asked of a panel, a consultation, an exception or an appeal where no case is named: a list of them all."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.phrases import figuring, listing
from bot.phrases.reading import Sentence
from bot.phrases.wordlists import any_of

Slots = Mapping[str, Any]
Made = tuple[str, frozenset[str]]

OF_ALL = {
    "panel": any_of(
        """
        next panel|next panel's|last panel|last panel's|latest panel|previous panel|anything|any cases|cut off|cutoff|
        papers|agenda|panels|a panel|assessment panel|placement panel|plan panel
        """
    ),
    "tribunal": any_of("appeals|hearings|orders|tribunals"),
    "consult_status": any_of("consultations|any schools|any school"),
    "exception": re.compile(
        r"(?<!\S)(?:(?:live|open|current|pending|all) exceptions|exceptions (?:about to|running|waiting|under|pending|"
        r"ending|recorded|claimed|are|this|since|last|in))(?!\S)"
    ),
}
"""What is asked of every case, though one was spoken of before."""


def is_of_all(intent: str | None, sentence: Sentence) -> bool:
    found = OF_ALL[intent].search(sentence.said) if intent in OF_ALL else None
    return found is not None and not OF_IT.search(sentence.said)


OF_IT = any_of("it|its|that|this one|that one|they|them|their|him|her|his|the case")


STUCK = any_of(
    """
    stuck|waiting|awaiting|wait|waits|held up|delayed|pending|backlog|undecided|still to decide|yet to decide|
    no decision|not decided|no outcome|has not decided|have not decided|not said|outstanding|not come back|hung up
    """
)
TO_GO = re.compile(
    r"(?<!\S)(?:waiting|wait|waits|pending|awaiting|due) (?:to go|to be heard|for (?:a|the|its|their))(?!\S)"
)
A_DECISION = any_of("decision|decisions|outcome|outcomes|answer|answers|response|verdict|word")
LAST = any_of("last panel|last panel's|last panels|latest panel|previous panel|most recent panel|panel before|the last")
DECIDED = any_of(
    """
    decide|decided|decides|decision|decisions|outcome|outcomes|say|said|agree|agreed|approve|approved|turned down|
    refuse|refused|came out of|come out of|result|results|conclude|concluded|verdict
    """
)
PANELS = (
    ("assessment", re.compile(r"(?<!\S)(?:assessment|assess|decision to assess|initial) panels?(?!\S)")),
    ("placement", re.compile(r"(?<!\S)(?:placement|placements|plan and placement) panels?(?!\S)")),
    ("plan", re.compile(r"(?<!\S)(?:plan|plans|issue) panels?(?!\S)")),
)


def of_panels(sentence: Sentence) -> dict[str, Any]:
    """What waits after a panel, or what the last decided; and which of the panels."""
    said = sentence.said
    stuck = STUCK.search(said) and (not TO_GO.search(said) or A_DECISION.search(said))
    past = LAST.search(said) or DECIDED.search(said)
    which = "waiting" if stuck else "last" if past else ""
    kind = next((name for name, pattern in PANELS if pattern.search(said)), "")
    return {name: value for name, value in (("which", which), ("panel", kind)) if value}


def panels(slots: Slots, today: date) -> Made:
    """`panels`, with the days, whose and which of them."""
    carried = {"which", "panel", "period", "person"}
    period = slots.get("period") or {}
    day = period.get("from") if period.get("from") == period.get("to") else None
    parts, _ = listing.parts_of({name: slots[name] for name in ("period", "person") if name in slots}, today)
    if day:
        parts = [f"on={day}", *(part for part in parts if part.startswith("owner="))]
    told = [f"{name}={slots[name]}" for name in ("which", "panel") if slots.get(name)]
    return " ".join(["panels", *told, *parts]), frozenset(carried)


# Exceptions

RUNNING = any_of("running|live|current|currently|in force|open|active|still on|still running")
TO_AGREE = any_of(
    """
    approved|approval|approve|agreed|agree|sign off|signed off|sign-off|pending|waiting|waits|awaiting|second person|
    to be agreed|outstanding
    """
)
ENDING = any_of("end|ending|ends|expire|expires|expiring|run out|running out|runs out|lapse|lapsing|lapses|finish")
LETTER = re.compile(r"(?<![\w(])(?:reg(?:ulation)? ?)?(?:\d{1,2}\(\d\))?\([a-d]\)(?!\w)", re.IGNORECASE)
GROUNDS = {
    "nursery closed": any_of("nursery closed|nursery closure|nursery shut"),
    "school closed": any_of("school closed|school closure|school closures|schools closed|school holidays|school shut|"
                            "summer holidays|school holiday"),
    "circumstances": any_of("circumstances|exceptional circumstances|personal circumstances"),
    "away": any_of("family away|away|abroad|absent|out of area|absence"),
    "missed appointment": any_of("missed appointment|missed appointments|did not attend|dna|appointment missed"),
}  # fmt: skip

BY_GROUND = any_of("by ground|per ground|for each ground|grounds breakdown|by the ground|by reason")


def of_exceptions(sentence: Sentence) -> dict[str, Any]:
    """Which are meant: for dates that run, not agreed to yet, about to end; and on what ground."""
    said = sentence.said
    which = "waiting" if TO_AGREE.search(said) else "running" if RUNNING.search(said) or ENDING.search(said) else ""
    letter = LETTER.search(sentence.text)
    ground = letter[0].lower().removeprefix("regulation").removeprefix("reg").strip() if letter else ""
    ground = ground or next((name for name, pattern in GROUNDS.items() if pattern.search(said)), "")
    found = {"which": which, "ground": ground, "ending": bool(ENDING.search(said)) and which == "running"}
    found["by_ground"] = bool(BY_GROUND.search(said))
    return {name: value for name, value in found.items() if value}


def exceptions(slots: Slots, today: date) -> Made:
    """`exceptions`; a count by something is a figure's."""
    if "by" in slots or slots.get("by_ground"):
        line, carried = figuring.exceptions({**slots, "by": slots.get("by", "ground")}, today)
        return line, carried | {"by_ground"}
    names = ("agency", "service", "clock", "period", "person")
    parts, said = listing.parts_of({name: slots[name] for name in names if name in slots}, today)
    told = [listing.blank(name, str(slots[name])) for name in ("which", "ground") if slots.get(name)]
    return " ".join(["exceptions", *told, *parts]), frozenset(said | {"which", "ground"})


# Appeals, orders, reviews and consultations

APPEALS = any_of("appeal|appeals|appealed|appealing|tribunal appeal|lodged|sendist")
ORDERS = any_of("order|orders|ordered|judgment|judgments")
HEARING = any_of("hearing|hearings|heard|bundle|bundles|final hearing")


def of_tribunal(sentence: Sentence) -> dict[str, Any]:
    said = sentence.said
    kinds = [name for name, pattern in (("appeal", APPEALS), ("tribunal_order", ORDERS)) if pattern.search(said)]
    found = {"processes": kinds, "hearing": bool(HEARING.search(said))}
    return {name: value for name, value in found.items() if value}


def tribunal(slots: Slots, today: date) -> Made:
    """Open appeals and orders, each with its next date; the dates themselves of days that are said.

    The day of a hearing is on no record here.
    """
    processes = slots.get("processes") or ["appeal", "tribunal_order"]
    dated = "period" in slots or "clock" in slots
    rest = {name: value for name, value in slots.items() if name not in ("processes", "hearing")}
    parts, said = listing.parts_of(rest, today)
    kinds = listing.blank("process", ",".join(processes))
    line = " ".join(filter(None, ["list", "" if dated else "which=cases", kinds, *parts]))
    return line, frozenset(said | {"processes"})


def reviews(slots: Slots, today: date) -> Made:
    """Open annual reviews, each with its next date; the dates themselves of days that are said."""
    parts, said = listing.parts_of(slots, today)
    dated = "period" in slots
    return " ".join(filter(None, ["list", "" if dated else "which=cases", "process=annual_review", *parts])), frozenset(
        said
    )


CONSULTATION = "consultation"


LATE = any_of("past|late|overdue|over|15 days|fifteen days|out of time|deadline")
FAMILIES = any_of("parent|parents|family|families|mum|dad|mums|comment|comments|commented|reps|representations")
SCHOOLS = any_of("school|schools|setting|settings|nursery|nurseries|college|colleges|place|places|consult|consulted|"
                 "consultation|consultations")  # fmt: skip


def of_consultations(sentence: Sentence) -> dict[str, Any]:
    said = sentence.said
    families = bool(FAMILIES.search(said)) and not SCHOOLS.search(said)
    found = {"late": bool(LATE.search(said)), "comments": families}
    return {name: value for name, value in found.items() if value}


def consultations(slots: Slots, today: date) -> Made:
    """What schools were asked and have not answered; of families' comments there is no list.

    A school that is named would be the case's own: which was asked is told of one case alone.
    """
    rest = {name: value for name, value in slots.items() if name in ("person", "period")}
    parts, said = listing.parts_of(rest, today)
    which = "overdue" if slots.get("late") else "awaited"
    return " ".join([f"list which={which}", f"service={CONSULTATION}", *parts]), frozenset(said | {"late"})
