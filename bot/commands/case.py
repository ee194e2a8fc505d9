"""One case: where it stands, what was sent, who owns it, how it ends."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import (
    LONGEST_NOTE,
    AboutBlank,
    AsKnownBlank,
    CaseOrLetterBlank,
    DayBlank,
    FactBlank,
    OutcomeBlank,
    OwnerBlank,
    ReasonBlank,
    day,
    number,
    text,
    yes_no,
)
from bot.cards.answers import answer_about
from bot.cards.as_known import as_known_message
from bot.cards.case import case_card
from bot.cards.dates import against, limit, rule_of, sentence, state, title, when
from bot.cards.exceptions import agreed_message
from bot.cards.letter import letter_card
from bot.cases import (
    advice,
    deadlines,
    ending,
    enquiries,
    exceptions,
    facts,
    following,
    history,
    referrals,
    snoozing,
    visible,
)
from bot.cases.as_known import known_on
from bot.cases.facts import File, Recorded
from bot.cases.files import CaseFile, open_file
from bot.cases.following import IN_TIME
from bot.commands.roles import CASEWORK, COUNCIL, MANAGERS, READERS
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotAllowed, NotNow, WhichOne
from bot.domain.facts import AGREED, FACTS, REVIEWS, label, recordable
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import ClockState, EntryKind, Nature, Role
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry

APPEAL = "appeal_from_decision"


def to_change(turn: Turn, about: Case | Enquiry) -> File:
    """The record, for somebody about to move its clocks or its owner: the MP team runs letters, and no case."""
    file = open_file(turn, about)
    if isinstance(file, CaseFile) and turn.person.role is Role.MP_TEAM:
        owner = f"its owner, {file.owner.name}" if file.owner else "an officer"
        raise NotAllowed(f"Officers run {about.reference}; the MP team runs its letters. Ask {owner}.")
    return file


def card(turn: Turn, file: File, *, whole: bool = False) -> Message:
    """The card of a case or a letter for whoever reads this answer. A restricted case is answered privately."""
    if isinstance(file, CaseFile):
        seen = replace(turn, private=True) if file.case.restricted else turn
        return case_card(turn, file, visible.viewer(seen, file.case), whole=whole)
    return letter_card(turn, file, visible.viewer(turn), whole=whole)


@command(
    "status", "case", "where is", "where are we with", may=READERS, acts=False,
    examples=(
        "status 0042", "case SEND-2026-0042", "status MP-2026-0007", "status 0042 as known on 3 March",
        "status 0042 SLT", "status 0042 waiting", "status 0042 late", "status MP-2026-0007 letter",
    ),
    title="Show a case or letter",
)  # fmt: skip
def status(turn: Turn, *, case: CaseOrLetterBlank, about: AboutBlank = None, as_known: AsKnownBlank = None) -> Message:
    """Show where a case or a letter stands.

    Every clock that runs, its date and kind, what is awaited from whom, and the buttons that make sense now. Or the
    answer to one thing: who gives advice (SLT, health), owner, waiting, next, late, letter, decision, draft, final
    plan, amended plan, review, panel, consultation, appeal, exceptions.
    As known on a day gone by: from what was on record by then, under the rules of then, with what had been said.
    """
    if as_known is not None and about is not None:
        raise CannotRead("What was known on a day is shown whole. Leave out what it is about, or the day.", "about")
    if as_known is not None:
        alone = replace(turn, private=True)
        return as_known_message(alone, known_on(alone, case, as_known))
    file = open_file(turn, case)
    return card(turn, file, whole=turn.private) if about is None else answer_about(turn, file, about)


@command("open", "open privately", may=READERS, acts=False, examples=("open 0042",), title="Open privately")
def open_(turn: Turn, *, case: CaseOrLetterBlank) -> Message:
    """Show a case to you alone, with who the child is where you may know that."""
    return card(replace(turn, private=True), open_file(turn, case), whole=True)


@command(
    "sent", "record", may=COUNCIL,
    examples=(
        "sent draft 0042", "sent decision to assess 0042 on 3 October", "record order to amend 0042",
        "sent holding reply MP-2026-0007",
    ),
    title="Record a fact",
)  # fmt: skip
def sent(
    turn: Turn,
    *,
    what: FactBlank,
    case: CaseOrLetterBlank,
    on: DayBlank = None,
    reason: ReasonBlank = "",
    again: Annotated[bool, replace(yes_no("It happened again"), asked=False)] = False,
    anyway: Annotated[bool, replace(yes_no("All the same"), asked=False)] = False,
) -> Message:
    """Record what was sent, or what happened, and stop or start its clocks.

    The date is the day it went out; today if you give none. A past date is ordinary. Where it turns a missed clock
    into a met one it needs a reason and a second person's yes.
    """
    file, day_sent = to_change(turn, case), on or turn.today
    kind = _meant(turn, file, what, day_sent)
    recorded = facts.record_fact(turn, file, kind, day_sent, reason=reason, again=again, anyway=anyway)
    answer = said_recorded(turn, file, recorded, label(kind), day_sent)
    return replace(answer, aside=answer.aside or _aside(turn, file, kind, day_sent))


def _meant(turn: Turn, file: File, what: tuple[EntryKind, ...], on: date) -> EntryKind:
    """The fact of that name which this case or letter knows, or a refusal that says what it does know."""
    about = facts.about(file)
    whole = deadlines.whole_of(about)
    kind = next((kind for kind in what if whole in FACTS[kind].of), None)
    if kind is None:
        there = recordable(whole, {entry.kind for entry in history.standing(file.entries)})
        named = ", ".join(FACTS[kind].said[0] for kind in there) or "nothing more"
        said = FACTS[what[0]].said[0]
        raise CannotRead(f"{about.reference} ({whole.label}) knows no {said}. You can record there: {named}.", "what")
    if kind is EntryKind.BECAME_AWARE and isinstance(file, CaseFile):
        return following.aware(turn, file, on)
    return kind


def _aside(turn: Turn, file: File, kind: EntryKind, on: date) -> str:
    """What the answer adds: a plan implies a decision to assess; in time or not decides what is due."""
    match kind:
        case EntryKind.DRAFT_SERVED | EntryKind.FINAL_PLAN_SENT if _no_decision(file):
            said = f"sent decision to assess {facts.about(file).reference} on its date"
            return f"No decision to assess is on record: its clock runs on. Say: {said}"
        case EntryKind.AMENDMENT_NOTICE_SENT if _no_decision_to_amend(file):
            said = f"sent decision to amend {facts.about(file).reference} on its date"
            return f"No decision to amend is on record: the clock of the decision runs on. Say: {said}"
        case EntryKind.PLAN_CEASED:
            return _still_in_force(turn, file, on)
        case EntryKind.MEDIATION_AGREEMENT:
            said = f"record appealable agreement {facts.about(file).reference}"
            return f"Two weeks are for what can't be appealed. Where it can be, undo this and say: {said}"
        case EntryKind.APPEALABLE_AGREEMENT:
            return _as_an_order(file)
        case EntryKind.TRIBUNAL_PAPERS_RECEIVED:
            said = f"exception {facts.about(file).reference} tribunal date to … because …"
            return f"The date in the Tribunal's registration letter counts in place of this one. Say: {said}"
        case EntryKind.AWARE_IN_TIME:
            return (
                f"That is {IN_TIME} working days before the move, or more: the plan is transferred on the day itself."
            )
        case EntryKind.BECAME_AWARE:
            return f"That is less than {IN_TIME} working days before the move: {IN_TIME} working days from that day."
    return ""


def _no_decision(file: File) -> bool:
    kinds = {entry.kind for entry in history.standing(file.entries)}
    whole, decided = deadlines.whole_of(facts.about(file)), EntryKind.DECISION_TO_ASSESS_SENT
    return whole in FACTS[decided].of and not kinds & {decided, EntryKind.REFUSAL_TO_ASSESS_SENT}


def _still_in_force(turn: Turn, file: File, on: date) -> str:
    """What speaks against ceasing a plan on that day: that the family may still appeal."""
    rights = [one for one in file.deadlines if one.rule == APPEAL and one.state is ClockState.RUNNING]
    last = max((limit(turn, right) or right.legal for right in rights), default=date.min)
    if on > last:
        return ""
    return (
        f"The family may appeal until {say_day(last, turn.today)}. Until then, and while an appeal runs, the plan "
        "stays in force (Children and Families Act 2014, section 45(4)): take this back if it was not ceased."
    )


def _no_decision_to_amend(file: File) -> bool:
    kinds = {entry.kind for entry in history.standing(file.entries)}
    return deadlines.whole_of(facts.about(file)) in REVIEWS and EntryKind.DECISION_TO_AMEND_SENT not in kinds


def _as_an_order(file: File) -> str:
    """Where the dates of an agreement count: it is carried out like an order, in a case of its own."""
    named = " or ".join(f"“{FACTS[kind].said[0]}”" for kind in AGREED)
    return (
        f"Its dates count as an order's do (regulation 42), in a case of their own. Say start, then {named}, then "
        f"{facts.about(file).reference} and the day."
    )


def said_recorded(turn: Turn, file: File, recorded: Recorded, what: str, on: date) -> Message:
    """The answer to a fact put on record: what, when, against which date, and the way back."""
    about, clock = facts.about(file), recorded.clock
    if recorded.waits:
        waiting = f"{about.reference}: {what}, dated {say_day(on, turn.today)}, waits for a second person's yes."
        return Message(waiting, aside="Until then the dates stay as they are.", private=True)
    counted = clock is not None and clock.stopped_on == on and clock.nature is not Nature.AT_ONCE
    how_far = f", {_against(turn, clock, on)}" if clock and counted else ""
    today = "today, " if on == turn.today else ""
    undo = line("undo", case=about.reference, entry=recorded.entry.number)
    other = line("correct", case=about.reference, entry=recorded.entry.number)
    return Message(
        text=f"{about.reference}: {what} {today}{say_day(on, turn.today)}{how_far}.",
        facts=tuple(Fact(sentence(title(turn, d)), when(turn, d), state=state(turn, d)) for d in recorded.started),
        actions=(Action("It was another day", other), Action("Undo", undo)),
        private=turn.private,
    )


def _against(turn: Turn, clock: Deadline, on: date) -> str:
    """How far from its date, of two the later; of a family's right only whether it came in time."""
    last = limit(turn, clock) or clock.legal
    if clock.nature is not Nature.RIGHT:
        return against(on, last)
    return "in time" if on <= last else "after the last day that is known"


@command("approve", may=MANAGERS | CASEWORK, examples=("approve 0042 7",), title="Agree to a date")
def approve(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    entry: Annotated[int | None, replace(number("Entry"), hint="The one that waits, if left empty")] = None,
) -> Message:
    """Agree to a date or an exception that somebody else asked for."""
    file = open_file(turn, case)
    recorded = exceptions.agree(turn, file, entry or _that_waits(file))
    if recorded.entry.kind is EntryKind.EXCEPTION_CLAIMED:
        return agreed_message(turn, file, recorded.entry)
    return said_recorded(turn, file, recorded, label(recorded.entry.kind), recorded.entry.happened_on)


def _that_waits(file: File) -> int:
    """The number of the only entry that a second person has still to agree to."""
    reference, asked = facts.about(file).reference, EntryKind.BACKDATE_ASKED
    waiting = [e.number for e in file.entries if e.kind is asked and not facts.is_agreed(file.entries, e.number)]
    if not waiting:
        raise NotNow(f"Nothing on {reference} waits for a second person's yes.")
    if len(waiting) > 1:
        choices = {f"Entry {entry}": str(entry) for entry in waiting}
        raise WhichOne(f"Several entries of {reference} wait for a second person's yes. Which one?", choices)
    return waiting[0]


@command(
    "note", "note on", "note for", "note to", "note against", may=COUNCIL,
    examples=("note 0042 Spoke to the school, papers follow on Friday",), title="Add a note",
)  # fmt: skip
def note(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    words: Annotated[str, text("Note", longest=LONGEST_NOTE, rest=True, hint="Sealed; never shown in a room")],
) -> Message:
    """Add a note to a case or letter. It is sealed: only those who may know read it, privately."""
    entry = referrals.note(turn, case, words)
    undo = line("undo", case=case.reference, entry=entry.number)
    return Message(f"Noted on {case.reference}.", actions=(Action("Undo", undo),), private=True)


@command(
    "assign",
    "hand over",
    may=COUNCIL,
    examples=("assign 0042 to Priya", "assign 0042 to me"),
    title="Give to a new owner",
)
def assign(turn: Turn, *, case: CaseOrLetterBlank, to: OwnerBlank) -> Message:
    """Give a case or letter a new owner, who is told and gets its nudges from now on."""
    file = to_change(turn, case)
    if isinstance(file, CaseFile):
        referrals.assign(turn, file.case, to)
    else:
        enquiries.assign(turn, file.enquiry, to)
    return Message(f"{case.reference} belongs to {to.name} now.", private=turn.private)


@command(
    "snooze", may=COUNCIL, examples=("snooze 0042 until Monday waiting for the panel",), title="Quieten your nudges"
)
def snooze(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    until: Annotated[date, day("Until", past=False, lead="until")],
    reason: Annotated[str, text("Reason", longest=LONGEST_NOTE, rest=True)],
) -> Message:
    """Quieten your nudges about a case until a day. No clock stops, and no date moves.

    Four weeks at most, and not past a statutory date. From its last day on they go on until what was done is on record.
    """
    found = snoozing.snooze(turn, open_file(turn, case), until, reason)
    cut = f" Not until {say_day(until, turn.today)}: {found.cut}." if found.cut else ""
    text_ = f"Your nudges about {case.reference} are quiet until {say_day(found.until, turn.today)}.{cut}"
    return Message(text_, aside="No clock stops; other people's nudges go on.", private=True)


@command(
    "close",
    may=COUNCIL,
    examples=("close 0042 withdrawn", "close MP-2026-0007 answered"),
    title="Close a case or letter",
)
def close(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    outcome: OutcomeBlank,
    on: DayBlank = None,
    reason: ReasonBlank = "",
) -> Message:
    """Close a case or letter with its outcome. Everything about it falls silent at once."""
    file, day_closed = to_change(turn, case), on or turn.today
    missed = ending.close(turn, file, outcome, day_closed, reason)
    back = Action("Reopen…", line("reopen", case=case.reference))
    return Message(
        f"{case.reference} is closed: {outcome.label}, {say_day(day_closed, turn.today)}.",
        facts=tuple(Fact("Stays missed", _missed(turn, file, deadline)) for deadline in missed),
        actions=(back,),
        private=turn.private,
    )


def _missed(turn: Turn, file: File, deadline: Deadline) -> str:
    """ "health advice, due Mon 19 Oct · statutory"."""
    request = next((one for one in facts.requests_of(file) if one.id == deadline.request_id), None)
    what = title(turn, deadline, advice.title(turn, request) if request else "")
    return f"{what}, due {say_day(deadline.legal, turn.today)} · {rule_of(turn, deadline).kind.label}"


@command("reopen", may=COUNCIL, examples=("reopen 0042 closed by mistake",), title="Open again")
def reopen(
    turn: Turn, *, case: CaseOrLetterBlank, reason: Annotated[str, text("Reason", longest=LONGEST_NOTE, rest=True)]
) -> Message:
    """Open a closed case or letter again. Its clocks go on from the dates they always had."""
    file = to_change(turn, case)
    ending.reopen(turn, file, reason)
    return Message(f"{case.reference} is open again.", private=turn.private)
