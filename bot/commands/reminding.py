"""Reminders for a day to come: set, listed, taken back."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import AGENCY, CASE_OR_LETTER, LONGEST_NOTE, CaseOrLetterBlank, day, number, text
from bot.cards.reminding import at_nine, cancel_button, one_message, reminders_message, whom_of
from bot.cases import escalating, facts, in_hand, kept_reminders, reminding, staff, telling
from bot.cases.files import File, about, open_file
from bot.cases.recipients import Hearers
from bot.cases.reminding import Planned, Whom
from bot.commands.nudge import at_opening, told_now, who_hears
from bot.commands.roles import ADVISERS, COUNCIL
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.message import Choice, Message
from bot.domain.sentences import listed
from bot.domain.terms import Agency, EntryKind, Hears
from bot.grammar import Ask, command
from bot.turn import Turn
from storage.tables import Case, Enquiry

REMINDERS = COUNCIL | ADVISERS
"""Those who may have somebody reminded, if it be themselves alone."""


def _whom(turn: Turn, words: str) -> Whom:
    """Oneself, an agency, a service or a colleague, in this order: "health" is all that health owes."""
    if words.strip().lower() in ("me", "myself"):
        return Whom(person=turn.person)
    with suppress(CannotRead):
        return Whom(agency=AGENCY.read(turn, words))
    if service := turn.rules.adviser(words.removesuffix("'s")):
        return Whom(agency=service.agency, service=service)
    try:
        return Whom(person=staff.find(turn, words))
    except CannotRead:
        raise CannotRead(
            f"I don't know “{words}”. Say me, a colleague's name, an agency, or a service such as SLT."
        ) from None


def _shown(whom: Whom) -> str:
    if whom.person:
        return whom.person.email
    return whom.service.id if whom.service else whom.agency.value if whom.agency else ""


def _offered(turn: Turn) -> list[Choice]:
    services = [Choice(one.id, one.label) for one in turn.rules.services if one.id not in {*Agency}]
    return [Choice("me", "Me"), *(Choice(one.value, one.label) for one in Agency), *services]


WHOM = Ask("Whom", _whom, show=_shown, words=4, hint="me, Tom, SLT, social care")
WORDS = replace(
    text("About", longest=LONGEST_NOTE, rest=True, hint="For one person alone; sealed, and never shown in a room"),
    lead="about",
)
ENTRY = replace(number("Entry"), hint="The only one, if left empty")


@command(
    "remind", may=REMINDERS,
    examples=("remind 0042 SLT on Thursday", "remind 0042 me on 7 December about the papers"),
    title="Remind on a day",
)  # fmt: skip
def remind(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    whom: Annotated[Whom, WHOM],
    on: Annotated[date, day("On", past=False)],
    words: Annotated[str, WORDS] = "",
) -> Message:
    """Have an agency's room, a colleague or yourself reminded of a case on a day to come, at nine.

    A room hears the number and what is awaited from it, and no words. A day that is no working day becomes the next
    one; today is told now. It falls away when nothing is awaited any more or the case is closed, and you are told so.
    """
    file, told_on = open_file(turn, case), reminding.day_told(turn, on)
    if told_on > turn.today:
        planned = reminding.set_for(turn, file, whom, told_on, words)
        return _said(turn, file, whom, planned, on, words)
    if whom.person is None:
        return _room_now(turn, file, whom, words)
    planned = reminding.set_for(turn, file, whom, told_on, words)
    telling.tell(turn, planned.entry)
    name = whom_of(turn, planned.entry, turn.person)
    return Message(f"{case.reference}: {_is(name)} reminded {at_opening(turn)}.", private=True)


def _room_now(turn: Turn, file: File, whom: Whom, words: str) -> Message:
    """What is for today is told as an escalation to the room is: in office hours, once a day for each date."""
    reminding.check_may(turn, about(file), whom)
    owed = reminding.must_be_awaited(turn, file, whom)
    told = escalating.escalate(turn, file, Hears.ROOM, owed[0].id)
    answer = told_now(turn, file, told, Hears.ROOM.label)
    return replace(answer, aside=" ".join(filter(None, [answer.aside, _left_out(whom, words)])))


def _said(turn: Turn, file: File, whom: Whom, planned: Planned, on: date, words: str) -> Message:
    """ "SEND-2026-0042: the health room is reminded of the speech and language advice on Thu 26 Nov, at nine."."""
    reference, entry = about(file).reference, planned.entry
    of = _of_what(turn, file, planned)
    name = who_hears(turn, planned.hearers) if planned.hearers else whom_of(turn, entry, turn.person)
    asides = (
        _moved(turn, on, entry.happened_on),
        _instead(planned.hearers),
        _left_out(whom, words),
        _unread(turn, file, planned, whom, words),
    )
    return Message(
        f"{reference}: {_is(name)} reminded{of} on {at_nine(turn, entry.happened_on)}.",
        actions=(cancel_button(reference, entry),),
        aside=" ".join(filter(None, asides)),
        private=True,
    )


def _of_what(turn: Turn, file: File, planned: Planned) -> str:
    named = [in_hand.called(turn, file, one) for one in planned.of]
    return f" of {listed([f'the {one}' for one in named])}" if named else ""


def _is(name: str) -> str:
    return f"{name} {'are' if name == 'you' or ' and ' in name else 'is'}"


def _moved(turn: Turn, on: date, told_on: date) -> str:
    closed = turn.rules.calendar.why_closed(on)
    return (
        f"{say_day(on, turn.today)} is no working day ({closed}), so it is {say_day(told_on, turn.today)}."
        if closed
        else ""
    )


def _instead(hearers: Hearers | None) -> str:
    return f"Not the agency's room: {hearers.why}." if hearers and hearers.why else ""


def _left_out(whom: Whom, words: str) -> str:
    return "Your words are left out: a room hears what is awaited, and no more." if words and not whom.person else ""


def _unread(turn: Turn, file: File, planned: Planned, whom: Whom, words: str) -> str:
    if not (words and whom.person) or reminding.may_read(turn, whom.person, about(file), planned.entry):
        return ""
    return f"{whom.person.name} may not read notes: your words stay with the case."


@command(
    "reminders",
    "my reminders",
    may=REMINDERS,
    acts=False,
    examples=("reminders", "reminders 0042"),
    title="My reminders",
)
def reminders(
    turn: Turn,
    *,
    case: Annotated[Case | Enquiry | None, replace(CASE_OR_LETTER, hint="All of yours, if left empty")] = None,
    entry: Annotated[int | None, ENTRY] = None,
) -> Message:
    """List the reminders that you set or are to be told, with a button that takes each back."""
    if case and entry:
        file = open_file(turn, case)
        found = facts.entry_numbered(file, entry)
        may_ask = reminding.is_of(found, turn.person) or reminding.may_read(turn, turn.person, case, found)
        if found.kind is not EntryKind.REMINDER_SET or not may_ask:
            raise NotNow(f"Entry {entry} of {case.reference} is no reminder of yours. To see those, say: reminders")
        return one_message(turn, case, found, waits=found in kept_reminders.that_wait(file.entries))
    every = [(one, kept_reminders.about(turn, one)) for one in kept_reminders.of_person(turn, turn.person.id or 0)]
    theirs = [(one, of) for one, of in every if reminding.may_hear(turn, turn.person, of)]
    return reminders_message(turn, [(one, of) for one, of in theirs if case is None or of.reference == case.reference])


@command(
    "unremind",
    "cancel reminder",
    may=REMINDERS,
    examples=("unremind 0042", "unremind 0042 7"),
    title="Take a reminder back",
)
def unremind(turn: Turn, *, case: CaseOrLetterBlank, entry: Annotated[int | None, ENTRY] = None) -> Message:
    """Take back a reminder that you set, or were to be told, before its day."""
    taken = reminding.take_back(turn, open_file(turn, case), entry)
    whom = whom_of(turn, taken, turn.person)
    return Message(
        f"{case.reference}: {_is(whom)} not reminded on {say_day(taken.happened_on, turn.today)}.", private=True
    )
