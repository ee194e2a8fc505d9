"""An appeal that the council gives way in: from which request, order or notice the dates count then."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from bot.cases import history, visible
from bot.domain.terms import EntryKind, Process
from bot.turn import Turn
from storage.tables import Case, Deadline, Entry

REFUSALS = (EntryKind.REFUSAL_TO_ASSESS_SENT, EntryKind.REFUSAL_TO_ISSUE_SENT)
FINAL_PLAN, RESPONSE = "final_plan", "appeal_la_response"


@dataclass(frozen=True)
class Refused:
    """The case of a first request that was refused, to assess or to issue a plan."""

    case: Case
    refusal: EntryKind
    plan_due: date
    """The end of the 20 weeks from the first request: an informal concession leaves it where it is."""


@dataclass(frozen=True)
class Response:
    """The council's response to the Tribunal."""

    due: date
    sent: date | None


def refused(turn: Turn, case: Case) -> Refused | None:
    """The refusal that an appeal of this child is about, among the cases that the asker may see; the latest."""
    found = [
        (entry, one)
        for one in _of_child(turn, case, Process.NEW_ASSESSMENT)
        for entry in _standing(turn, one, *REFUSALS)
    ]
    if not found:
        return None
    entry, one = max(found, key=lambda pair: (pair[0].happened_on, pair[0].id or 0))
    plan = select(Deadline).where(Deadline.case_id == one.id, Deadline.rule == FINAL_PLAN)
    return Refused(one, entry.kind, turn.db.exec(plan).one().legal)


def response(turn: Turn, case: Case) -> Response | None:
    """When the response in the child's latest appeal is due, and when it went; None where no appeal has one."""
    of = [one.id for one in _of_child(turn, case, Process.APPEAL)]
    owed = select(Deadline).where(col(Deadline.case_id).in_(of), Deadline.rule == RESPONSE)
    found = turn.db.exec(owed.order_by(col(Deadline.started_on).desc())).first()
    return Response(found.legal, found.stopped_on) if found else None


def _of_child(turn: Turn, case: Case, process: Process) -> list[Case]:
    """The child's cases of one process that the asker may see, the newest first."""
    own = select(Case).where(Case.child_id == case.child_id, Case.process == process, visible.cases(turn))
    return sorted(turn.db.exec(own), key=lambda one: -(one.id or 0))


def _standing(turn: Turn, case: Case, *kinds: EntryKind) -> list[Entry]:
    return [entry for entry in history.standing(history.entries_of(turn.db, case)) if entry.kind in kinds]
