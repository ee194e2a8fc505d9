"""What is asked of a panel, a consultation, an exception or an appeal where no case is named: a list of them all."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.phrases import listing
from bot.phrases.reading import Sentence
from bot.phrases.wordlists import any_of

Slots = Mapping[str, Any]
Made = tuple[str, frozenset[str]]

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
