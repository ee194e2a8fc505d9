"""Letters from Members of Parliament."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import CASES, LONGEST_NOTE, OWNER, MattersBlank, day, text
from bot.cards.dates import sentence, state, title, when
from bot.cases import enquiries
from bot.cases.files import EnquiryFile
from bot.commands.roles import CASEWORK, COUNCIL
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message, Style
from bot.domain.terms import AskedBy, EntryKind, Matter, Nature
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Person

SAFEGUARDING = (
    "Risk of harm: make the safeguarding referral now, by your council's own procedure. Not here, and not in this chat."
)
OTHER_TRACKS = {
    Matter.COMPLAINT: "It runs on the complaints procedure too: pass it to the complaints team.",
    Matter.FOI: "It has its own 20 working days: pass it to information governance.",
    Matter.SUBJECT_ACCESS: "It has its own month: pass it to information governance.",
}


@command("mp", "mp letter", "log mp", may=COUNCIL, examples=("mp", "mp received=11/12/2026"))
def mp(
    turn: Turn,
    *,
    member: Annotated[str, text("MP's name")],
    constituency: Annotated[str, text("Constituency")],
    received: Annotated[date, day("Date the council received the letter")],
    dated: Annotated[date | None, day("Date on the letter", lead="dated")] = None,
    matters: MattersBlank,
    cases: Annotated[
        tuple[Case, ...], replace(CASES, label="Cases it is about", hint="Leave empty if none is open")
    ] = (),
    owner: Annotated[Person | None, replace(OWNER, hint="You, if left empty")] = None,
    note: Annotated[str, text("Note", longest=LONGEST_NOTE, private=True, hint="Sealed; never shown in a room")] = "",
) -> Message:
    """Log a letter from an MP.

    It gets a reference and the council's own clocks for the acknowledgement, a holding reply and the reply. They
    never touch a statutory date.
    """
    file = enquiries.log(
        turn,
        mp=re.sub(r"[\s,]+M\.?P\.?$", "", member.strip()),
        constituency=constituency,
        received=received,
        dated=dated,
        cases=cases,
        owner=owner or turn.person,
        matters=matters,
        note=note,
    )
    return _logged(turn, file, matters, received)


def _logged(turn: Turn, file: EnquiryFile, matters: tuple[Matter, ...], received: date) -> Message:
    letter = file.enquiry
    clocks = [d for d in file.deadlines if d.nature is Nature.DUTY]
    told = [Fact(sentence(title(turn, d)), when(turn, d), state=state(turn, d)) for d in clocks]
    told += [Fact(sentence(matter.label), OTHER_TRACKS[matter]) for matter in matters if matter in OTHER_TRACKS]
    if first := _first_request(turn, file, matters):
        told.append(Fact(sentence(Matter.FIRST_REQUEST.label), first))
    logged = f"{letter.reference} is logged: {letter.mp} MP, received {say_day(received, turn.today)}."
    text_ = f"{SAFEGUARDING}\n{logged}" if Matter.RISK_OF_HARM in matters else logged
    return Message(text_, facts=tuple(told), actions=tuple(_next(turn, file, matters)), private=True)


def _first_request(turn: Turn, file: EnquiryFile, matters: tuple[Matter, ...]) -> str:
    """What to do about a request that the letter may make, where no button does it."""
    if Matter.FIRST_REQUEST not in matters or (not file.cases and _opens_cases(turn)):
        return ""
    runs = "the 6 and 20 weeks run from the day the council received the letter."
    if file.cases:
        return f"For a child with no open case {runs} An officer opens one: new"
    return f"If it is one, {runs} Ask an officer to say: {_opening(file)}"


def _opens_cases(turn: Turn) -> bool:
    return turn.person.role in CASEWORK


def _opening(file: EnquiryFile) -> str:
    """The line that opens a case from a letter."""
    received = next(entry.happened_on for entry in file.entries if entry.kind is EntryKind.MP_RECEIVED)
    reference = file.enquiry.reference
    return line("new", received=received.isoformat(), asked_by=AskedBy.MP.value, letter=reference)


def _next(turn: Turn, file: EnquiryFile, matters: tuple[Matter, ...]) -> list[Action]:
    reference = file.enquiry.reference
    actions = [Action("Acknowledged", line("sent", what="acknowledgement", case=reference))]
    if Matter.FIRST_REQUEST in matters and not file.cases and _opens_cases(turn):
        actions.insert(0, Action("Start the 6 and 20 weeks…", _opening(file), Style.PRIMARY))
    return actions
