"""What is on record of a case or a letter: every entry, what each changed, who saw who the child is, and who may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import ANYBODY, CASE_OR_LETTER, CaseBlank, day, number, plain, yes_no
from bot.cards.access import access_message
from bot.cards.changes import changes_message, own_changes_message
from bot.cards.history import history_message
from bot.cases.changes import Asked
from bot.cases.files import open_case_file, open_file
from bot.commands.roles import CASEWORK
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead
from bot.domain.message import BlankKind, Choice, Message
from bot.grammar import Ask, command
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person

DATES = "dates"
MAYBE = CASE_OR_LETTER.named("Case or letter", hint="All of your own, if left empty")


def _about(turn: Turn, words: str) -> Adviser | str:
    found = turn.rules.adviser(plain(words).removesuffix(" advice"))
    if found is None and plain(words) != DATES:
        raise CannotRead(f"“{words}” is nothing that the record can be narrowed by. Say: dates, or whose advice.")
    return found or DATES


def _abouts(turn: Turn) -> Sequence[Choice]:
    return [Choice(DATES, "Dates that were changed"), *(Choice(one.id, one.label) for one in turn.rules.services)]


ABOUT = Ask(
    "Only", _about, show=lambda one: one if isinstance(one, str) else one.id, kind=BlankKind.CHOICE, choices=_abouts,
    words=4, hint="Everything, if left empty",
)  # fmt: skip
BY = replace(ANYBODY, label="Recorded by", lead="by", hint="Anybody, if left empty")


@command(
    "history", may=CASEWORK, acts=False,
    examples=("history 0042", "history 0042 since Monday", "history 0047 by Priya", "history since Friday"),
    title="Show the whole record",
)  # fmt: skip
def history(
    turn: Turn,
    *,
    case: Annotated[Case | Enquiry | None, MAYBE] = None,
    since: Annotated[date | None, day("Since", lead="since", hint="From the beginning, if left empty")] = None,
    until: Annotated[date | None, day("Until", lead="until", hint="Today, if left empty")] = None,
    by: Annotated[Person | None, BY] = None,
    about: Annotated[Adviser | str | None, ABOUT] = None,
    latest: Annotated[bool, replace(yes_no("The latest only"), asked=False)] = False,
    before: Annotated[int | None, replace(number("Before entry"), asked=False, words=0)] = None,
) -> Message:
    """Show every entry of a case or letter, what it changed from what to what, and who saw who the child is.

    Or what changed since a day, or by whom. Without a case: on your own cases and letters, in the last seven days
    unless you name a day; of what a colleague recorded, on all that you may see.
    """
    alone = replace(turn, private=True)
    of = about if isinstance(about, Adviser) else None
    asked = Asked(since, until, by, of, dates=about == DATES)
    if case is None:
        return own_changes_message(alone, asked, before=before)
    if latest or asked != Asked():
        return changes_message(alone, open_file(alone, case), asked, before=before)
    return history_message(alone, open_file(alone, case), before=before)


@command("access", "who can see", may=CASEWORK, acts=False, examples=("access 0042",), title="Who may see a case")
def access(turn: Turn, *, case: CaseBlank) -> Message:
    """Show who may know what of a case, by role and room, and who has seen who the child is.

    Of a case for the named alone: who they are.
    """
    alone = replace(turn, private=True)
    return access_message(alone, open_case_file(alone, case))
