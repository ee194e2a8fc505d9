"""Opening a case."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import ENQUIRY, LONGEST_NOTE, OWNER, AskedByBlank, ProcessBlank, SettingBlank, day, text, yes_no
from bot.cards.dates import sentence, state, title, when
from bot.cases import children, enquiries, posts, referrals
from bot.cases.children import Known, Private
from bot.cases.referrals import Match, Opened
from bot.commands.roles import CASEWORK
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.message import Action, Fact, Message, Style
from bot.domain.terms import CaseStatus, Nature, Notice, Process
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Enquiry, Person


@command("new", "new referral", "new case", "open a referral", may=CASEWORK, examples=("new", "new received=7/9/2026"))
def new(
    turn: Turn,
    *,
    name: Annotated[str, text("Child's name", private=True)],
    born: Annotated[date, day("Date of birth", private=True, lead="born")],
    setting: SettingBlank = "",
    record_number: Annotated[str, text("Record number in the council's system", private=True, longest=40)] = "",
    process: ProcessBlank = Process.NEW_ASSESSMENT,
    received: Annotated[
        date,
        day("Date the council received the request", lead="received", hint="In any inbox, not the day it was logged"),
    ],
    asked_by: AskedByBlank,
    owner: Annotated[Person | None, replace(OWNER, hint="You, if left empty")] = None,
    restricted: Annotated[bool, yes_no("Restricted", hint="Only the owner and their manager see it")] = False,
    note: Annotated[str, text("Note", longest=LONGEST_NOTE, private=True, hint="Sealed; never shown in a room")] = "",
    known: Annotated[bool, replace(yes_no("Open another case for this child"), asked=False)] = False,
    letter: Annotated[Enquiry | None, replace(ENQUIRY, asked=False, words=0)] = None,
) -> Message:
    """Open a case.

    Its clocks run from the day the council received the request. The child's details are sealed; chat shows the
    reference alone.
    """
    private = Private(name.strip(), born, record_number.strip())
    same = _same_child(turn, private, known)
    opened = referrals.open_case(
        turn,
        private,
        process=process,
        received=received,
        asked_by=asked_by,
        owner=owner or turn.person,
        setting=setting,
        restricted=restricted,
        note=note,
        same=same,
    )
    if letter is not None:
        enquiries.link(turn, letter, [opened.case])
    return _opened(turn, opened, received)


def _same_child(turn: Turn, private: Private, known: bool) -> Known:
    """Who the child is already: by name and date of birth, or by a record number that the asker stood by.

    A case of the same child is shown before a second is opened; one that is hidden tells its owner alone.
    """
    same = children.known(turn, private)
    found = referrals.matches(turn, same.all)
    seen = [match.case for match in found if not match.hidden]
    if seen and not known:
        named = ", ".join(f"{case.reference} ({case.process.label}, {case.status})" for case in seen)
        raise CannotRead(
            f"This looks like a child with a case: {named}. Choose yes to open another all the same.", "known"
        )
    for match in found:
        _tell_owner(turn, match)
    return Known(surely=(*same.surely, *(case.child_id for case in seen)))


def _tell_owner(turn: Turn, match: Match) -> None:
    if match.hidden and match.case.owner_id and match.case.status is CaseStatus.OPEN:
        by = {"by": turn.person.id}
        posts.tell(turn, match.case.owner_id, Notice.MATCH_HIDDEN, case_id=match.case.id, about=by)


def _opened(turn: Turn, opened: Opened, received: date) -> Message:
    case = opened.case
    duties = [deadline for deadline in opened.deadlines if deadline.nature is Nature.DUTY and not deadline.information]
    return Message(
        text=f"{case.reference} is open: {case.process.label}, received {say_day(received, turn.today)}.",
        facts=tuple(
            Fact(sentence(title(turn, deadline)), when(turn, deadline), state=state(turn, deadline))
            for deadline in duties
        ),
        actions=(
            Action("Ask the usual advisers", line("ask", case=case.reference, services="all"), Style.PRIMARY),
            Action("Open privately", line("open", case=case.reference), acts=False),
        ),
        private=True,
    )
