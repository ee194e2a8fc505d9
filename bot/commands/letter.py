"""Letters that came without an MP, and what any letter holds besides."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated

from bot.blanks import CASES, ENQUIRY, LONGEST_NOTE, MATTERS, OWNER, MattersBlank, choice, day, offered, text
from bot.cards.dates import sentence, state, title, when
from bot.cards.letter import answers, name_of
from bot.cases import enquiries, history
from bot.cases.files import EnquiryFile
from bot.commands.roles import CASEWORK, COUNCIL
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.message import Action, Choice, Fact, Message, Style
from bot.domain.terms import AskedBy, ClockState, LetterKind, Matter
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person

SAFEGUARDING = (
    "Risk of harm: make the safeguarding referral now, by your council's own procedure. Not here, and not in this chat."
)
PASS_ON = {
    Matter.COMPLAINT: "the complaints team",
    Matter.FOI: "information governance",
    Matter.SUBJECT_ACCESS: "information governance",
}
"""Who answers what an MP's letter holds besides, by most councils' procedures."""


BESIDES = (Matter.FIRST_REQUEST, Matter.RISK_OF_HARM, Matter.OMBUDSMAN, Matter.PRE_ACTION)


def _besides(turn: Turn) -> Sequence[Choice]:
    """What a letter of any kind may hold; the rest is logged by itself."""
    return [each for each in offered(Matter)(turn) if Matter(each.value) in BESIDES]


def _without_an_mp(turn: Turn) -> Sequence[Choice]:
    return [each for each in offered(LetterKind)(turn) if each.value != LetterKind.MP_LETTER]


ALSO = {
    "freedom of information": LetterKind.FOI,
    "subject access": LetterKind.SUBJECT_ACCESS,
    "mp": LetterKind.MP_LETTER,
}


@command(
    "letter", "log letter", may=COUNCIL,
    examples=("letter complaint", "letter foi received=11/12/2026", "letter sar received=11/12/2026"),
    title="Log a letter",
)  # fmt: skip
def letter(
    turn: Turn,
    *,
    kind: Annotated[LetterKind, replace(choice(LetterKind, "What it is", ALSO), choices=_without_an_mp)],
    received: Annotated[date, day("Date the council received it", lead="received", hint="In any inbox")],
    sender: Annotated[str, text("Who wrote", private=True, hint="Sealed; never shown in a room")] = "",
    matters: Annotated[tuple[Matter, ...], replace(MATTERS, label="It also holds", choices=_besides)] = (),
    cases: Annotated[
        tuple[Case, ...], replace(CASES, label="Cases it is about", hint="Leave empty if it is about none")
    ] = (),
    owner: Annotated[Person | None, replace(OWNER, hint="You, if left empty")] = None,
    note: Annotated[str, text("Note", longest=LONGEST_NOTE, private=True, hint="Sealed; never shown in a room")] = "",
) -> Message:
    """Log a complaint, a freedom of information request or a subject access request that came without an MP.

    A complaint is acknowledged in 5 working days and answered in 10 more. A freedom of information request has 20
    working days, a subject access request a month. They run from the day the council received the letter.
    """
    if kind is LetterKind.MP_LETTER:
        raise CannotRead("An MP's letter has a form of its own. Say: mp", "kind")
    file = enquiries.log(
        turn,
        kind=kind,
        received=received,
        cases=cases,
        owner=owner or turn.person,
        matters=matters,
        sender=sender,
        note=note,
    )
    return logged(turn, file, matters, f"is logged: {name_of(file.enquiry)}")


@command(
    "matter", may=COUNCIL, examples=("matter MP-2026-0007 complaint", "matter MP-2026-0007 sar on 3 December"),
    title="What a letter also holds",
)  # fmt: skip
def matter(
    turn: Turn,
    *,
    case: Annotated[Enquiry, ENQUIRY],
    matters: MattersBlank,
    on: Annotated[date | None, day("Date received", hint="The day the letter came, if left empty")] = None,
) -> Message:
    """Say that a letter holds something else too.

    A complaint, a freedom of information request or a subject access request in an MP's letter has clocks of its own,
    on the same letter. They run from the day the council received it.
    """
    for one in matters:
        file = enquiries.add_matter(turn, case, one, on)
    named = " and ".join(one.label for one in matters)
    return logged(turn, file, matters, f"holds this too: {named}", on)


def logged(
    turn: Turn, file: EnquiryFile, matters: Sequence[Matter], done: str, received: date | None = None
) -> Message:
    """What follows from a letter, or from what it was found to hold: its dates, whom to tell, what to press next."""
    letter = file.enquiry
    owed = [d for d in file.deadlines if d.state is ClockState.RUNNING and not d.information]
    told = [Fact(sentence(title(turn, d)), when(turn, d), state=state(turn, d)) for d in owed]
    if Matter.FIRST_REQUEST in matters:
        told.append(Fact(sentence(Matter.FIRST_REQUEST.label), _first_request(turn, file)))
    came = say_day(received or history.began(file.entries), turn.today)
    text_ = f"{letter.reference} {done}, received {came}."
    return Message(
        f"{SAFEGUARDING}\n{text_}" if Matter.RISK_OF_HARM in matters else text_,
        facts=tuple(told),
        actions=(*_opening(turn, file, matters), *islice(answers(turn, file), 1)),
        aside=_pass_on(letter, matters),
        private=True,
    )


def _pass_on(letter: Enquiry, matters: Sequence[Matter]) -> str:
    """ "Tell the complaints team of the complaint. The dates are kept here, on this letter." """
    if letter.kind is LetterKind.COMPLAINT:
        return "About children's social care there is a statutory procedure of its own, which is not counted here."
    if letter.kind is not LetterKind.MP_LETTER:
        return ""
    teams = {team: [one.label for one in matters if PASS_ON.get(one) == team] for team in PASS_ON.values()}
    told = [f"{team} of the {' and the '.join(named)}" for team, named in teams.items() if named]
    return f"Tell {', and '.join(told)}. The dates are kept here, on this letter." if told else ""


def _first_request(turn: Turn, file: EnquiryFile) -> str:
    """What to do about a request that the letter may make."""
    child = "for a child with no open case, " if file.cases else ""
    runs = "the 6 and 20 weeks run from the day the council received the letter"
    if _opens_cases(turn):
        return f"If it is one, {child}{runs}: open a case."
    return f"If it is one, {child}{runs}. Ask an officer to say: {_opening_line(file)}"


def _opening(turn: Turn, file: EnquiryFile, matters: Sequence[Matter]) -> Iterator[Action]:
    if Matter.FIRST_REQUEST in matters and _opens_cases(turn):
        yield Action("Start the 6 and 20 weeks…", _opening_line(file), Style.PLAIN if file.cases else Style.PRIMARY)


def _opens_cases(turn: Turn) -> bool:
    return turn.person.role in CASEWORK


def _opening_line(file: EnquiryFile) -> str:
    """The line that opens a case from a letter."""
    by_mp = AskedBy.MP.value if file.enquiry.kind is LetterKind.MP_LETTER else ""
    received = history.began(file.entries).isoformat()
    return line("new", received=received, asked_by=by_mp, letter=file.enquiry.reference)
