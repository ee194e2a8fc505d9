"""The columns of a caseload: what each is called, and on which processes its fact may be recorded."""

from collections.abc import Mapping

from bot.domain.facts import FACTS, STEPS, beginnings
from bot.domain.terms import EntryKind, Process

NEEDED = ("record_number", "name", "born", "owner")
BEGAN, RECEIVED, BEGAN_WITH = "began", "received", "began_with"
DETAILS = (RECEIVED, BEGAN, BEGAN_WITH, "asked_by", "school", "school_phase", "process", "restricted", "note")

CALLED = {EntryKind.DRAFT_SERVED: "draft_sent"}
"""Every other fact is called as the rule pack calls it."""

OF_REQUESTS = frozenset(kind for steps in STEPS.values() for kind in steps)
WORKED_OUT = frozenset({EntryKind.UNDER_FIVE, EntryKind.AWARE_IN_TIME})
"""What the date of birth, or the day of the move, tells."""

FACT_COLUMNS: Mapping[str, EntryKind] = {
    CALLED.get(kind, kind.value): kind
    for kind, fact in FACTS.items()
    if fact.of & frozenset(Process) and kind not in OF_REQUESTS | WORKED_OUT
}
STEPS_OF_ONE = ("asked", "had", "sent", "received")
"""Of each service, the columns `health_asked`, `health_had` and so on; `health_response` beside them."""
RESPONSE = "response"

ON_REQUEST = frozenset({Process.NEW_ASSESSMENT, Process.REASSESSMENT, Process.DETAINED_ASSESSMENT})
"""Processes that somebody asks for."""


def facts_of(process: Process) -> list[str]:
    """The columns of the facts that a case of this process may have besides the one it began with."""
    only = beginnings(process)[0] if len(beginnings(process)) == 1 else None
    return [column for column, kind in FACT_COLUMNS.items() if process in FACTS[kind].of and kind is not only]
