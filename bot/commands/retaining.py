"""How long a child is kept: what is due, what holds it, and erasing it for good."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import CASE, LONGEST_NOTE, CaseBlank, ReasonBlank, choice, day, number, text, yes_no
from bot.cards import retained
from bot.cases import approvals, belongings, erasing, holds, retaining, tracing
from bot.commands.roles import RIGHTS
from bot.domain.errors import CannotRead
from bot.domain.message import Action, Message, Style
from bot.domain.sentences import listed
from bot.domain.terms import HoldKind, Role, Sensitive
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Enquiry

KIND = choice(
    HoldKind,
    "Why it is held",
    {"lgsco": HoldKind.OMBUDSMAN, "appeal": HoldKind.TRIBUNAL, "subject access": HoldKind.SUBJECT_ACCESS},
)
REASON = replace(text("Reason", longest=LONGEST_NOTE, rest=True), lead="because")
KEPT = CASE.named("Case or letter", read=belongings.find)
NO_NAME = "Leave who the child is out of the reason: it stays on record when they are erased."


@command(
    "retention", may=RIGHTS, acts=False,
    examples=("retention", "retention 0042", "retention by 31/12/2027"), title="How long it is kept",
)  # fmt: skip
def retention(
    turn: Turn,
    *,
    case: Annotated[Case | Enquiry | None, replace(KEPT, hint="Everything that is due, if left empty")] = None,
    by: Annotated[date | None, day("Due by", past=False, lead="by", hint="Today, if left empty")] = None,
    page: Annotated[int, replace(number("Page", asked=False), words=0)] = 1,
) -> Message:
    """Show what is due to be erased by a day, or how long one case is kept and what holds it.

    It counts by the council's schedule. Nothing is ever erased by itself.
    """
    alone = replace(turn, private=True)
    if case is not None:
        return retained.kept_message(alone, case, belongings.of(alone, case))
    due = by or turn.today
    return retained.due_message(alone, retaining.due_by(alone, due), due, page)


@command(
    "hold", may=RIGHTS,
    examples=("hold 0042 ombudsman because they asked for the file", "hold 0042 inquiry because of their letter"),
    title="Hold a child's record",
)  # fmt: skip
def hold(turn: Turn, *, case: CaseBlank, kind: Annotated[HoldKind, KIND], reason: Annotated[str, REASON]) -> Message:
    """Keep everything of a child, whatever the schedule says, until the hold is lifted. The reason is sealed."""
    holds.place(turn, case, kind, reason)
    lifted = f"lift hold {case.reference}"
    return Message(
        f"{case.reference} is held ({kind.label}). Until somebody says {lifted}, nothing is erased.", private=True
    )


@command(
    "lift hold", may=RIGHTS,
    examples=("lift hold 0042 because the investigation is over", "lift hold 0042 ombudsman because it is over"),
    title="Lift a hold",
)  # fmt: skip
def lift_hold(
    turn: Turn,
    *,
    case: CaseBlank,
    kind: Annotated[HoldKind | None, replace(KIND, hint="The only one, if left empty")] = None,
    reason: Annotated[str, REASON],
) -> Message:
    """Lift a hold that somebody placed. What holds by itself goes with the case or letter that it is about."""
    lifted = holds.lift(turn, case, kind, reason)
    left = holds.on(turn, belongings.of(turn, case))
    still = f" It is still held: {listed([one.kind.label for one in left])}." if left else ""
    return Message(f"The hold on {case.reference} is lifted ({lifted.kind.label}).{still}", private=True)


@command(
    "erase", may=(Role.DATA_PROTECTION,),
    examples=("erase 0042", "erase 0042 because the schedule keeps it no longer"), title="Erase a child",
)  # fmt: skip
def erase(
    turn: Turn,
    *,
    case: Annotated[Case | Enquiry, KEPT],
    reason: ReasonBlank = "",
    ask: Annotated[bool, replace(yes_no("Ask for a second person's yes"), asked=False)] = False,
) -> Message:
    """Erase a child, or a letter, for good: it first shows what goes and what stays, and a second person has to agree.

    Refused while a case or a letter is open, and under a hold.
    """
    belongs = belongings.in_hand(turn, case)
    erasing.check(turn, belongs, case.reference)
    about = belongs.what
    if yes := approvals.given(turn, Sensitive.ERASE, about):
        return _erased(case.reference, erasing.erase(turn, belongs, yes))
    preview = retained.going_message(turn, case, belongs, erasing.going(turn, belongs))
    again = line("erase", case=case.reference)
    if not reason and not ask:
        button = Action("Ask for a yes…", f"{again} ask=yes", Style.DANGER)
        return replace(preview, actions=(button,))
    _check_reason(turn, case, reason)
    asked = approvals.ask(turn, Sensitive.ERASE, about=about, why=reason, line=again)
    return retained.asked(preview, approvals.asked_words(turn, asked))


def _check_reason(turn: Turn, case: Case | Enquiry, reason: str) -> None:
    """The reason outlives the child's key, so it says nothing of who they are."""
    if not reason:
        raise CannotRead(f"Say why. {NO_NAME}", "reason")
    if tracing.traces(turn, [f"{reason} {case.reference}"]):
        raise CannotRead(NO_NAME, "reason")


def _erased(reference: str, heard: int) -> Message:
    lines = f" {heard} lines said to the bot went with it." if heard else ""
    return Message(f"{reference} is erased, for good.{lines} To see what stays, say: status {reference}", private=True)
