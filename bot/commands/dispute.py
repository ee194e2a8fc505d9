"""Appeals that the council gives way in: how it gave way decides from when the dates count."""

from collections.abc import Iterator

from bot.blanks import CaseBlank
from bot.cases import disputes
from bot.cases.disputes import Refused, Response
from bot.commands.roles import CASEWORK
from bot.domain.dates import say_date, say_day
from bot.domain.facts import FACTS
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import CaseStatus, EntryKind, Process
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case

ORDERED = {EntryKind.REFUSAL_TO_ASSESS_SENT: EntryKind.ORDER_TO_ASSESS}
CONCEDED = {
    EntryKind.REFUSAL_TO_ASSESS_SENT: EntryKind.CONCEDED_ASSESSMENT,
    EntryKind.REFUSAL_TO_ISSUE_SENT: EntryKind.CONCEDED_PLAN,
}
"""What is ordered or conceded where that was refused, as far as it goes without saying."""


@command(
    "conceded", "we conceded", "appeal conceded", may=CASEWORK, acts=False, examples=("conceded 0042",),
    title="An appeal conceded",
)  # fmt: skip
def conceded(turn: Turn, *, case: CaseBlank) -> Message:
    """Say that the council has given way in an appeal, and choose how: the dates depend on it.

    By an order of the Tribunal, by notice to the Tribunal before the response is due, or without either. Say it of
    the appeal, or of the case in which the child was refused.
    """
    refused, response = disputes.refused(turn, case), disputes.response(turn, case)
    return Message(
        f"{case.reference}: by order, by notice to the Tribunal before its response, or informally?",
        facts=(
            Fact("By order", "the Tribunal made one, by consent too: regulation 44 counts from the day it was made"),
            Fact("By notice", _by_notice(turn, response)),
            Fact("Informally", _informally(turn, refused)),
        ),
        actions=tuple(_buttons(case, refused, response)),
        private=True,
    )


def _by_notice(turn: Turn, response: Response | None) -> str:
    if response and response.sent:
        return f"no longer: the response went on {say_day(response.sent, turn.today)}, and a notice must come before it"
    due = f", {say_day(response.due, turn.today)}" if response else ""
    return f"the Tribunal was told before the response was due{due}: regulation 45 counts from the day of the notice"


def _informally(turn: Turn, refused: Refused | None) -> str:
    if refused is None:
        return "no refusal of a first request that you may see is on record: nothing would count from it"
    plan = say_date(refused.plan_due, turn.today)
    runs = f"the 20 weeks of {refused.case.reference} run on from the first request: the plan is due {plan}"
    closed = f". {refused.case.reference} is closed: reopen it first" if _is_closed(refused) else ""
    return f"{runs}, by W v Hertfordshire [2023] EWHC 3138{closed}"


def _is_closed(refused: Refused) -> bool:
    return refused.case.status is CaseStatus.CLOSED


def _buttons(case: Case, refused: Refused | None, response: Response | None) -> Iterator[Action]:
    ordered = ORDERED.get(refused.refusal) if refused else None
    yield Action("By order…", line("start", process=Process.TRIBUNAL_ORDER, case=case.reference, began=ordered))
    if response is None or response.sent is None:
        given = CONCEDED.get(refused.refusal) if refused else None
        yield Action("By notice…", line("start", process=Process.CONCESSION, case=case.reference, began=given))
    if refused and _is_closed(refused):
        yield Action("Reopen…", line("reopen", case=refused.case.reference))
    elif refused:
        informal = FACTS[EntryKind.CONCEDED_INFORMALLY].said[0]
        yield Action("Informally…", line("record", what=informal, case=refused.case.reference))
