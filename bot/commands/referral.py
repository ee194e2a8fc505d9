"""Opening a case: the first of a child, or a further process of one who has a case."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from bot.blanks import (
    BEGINNING,
    CASE,
    ENQUIRY,
    LONGEST_NOTE,
    OWNER,
    PROCESS,
    BeginningBlank,
    ProcessBlank,
    SettingBlank,
    choice,
    day,
    day_or_year,
    offered,
    one_of,
    plain,
    text,
    yes_no,
)
from bot.cards import backplan
from bot.cards.dates import rule_of, sentence, state, title, when
from bot.cases import advice, children, enquiries, history, posts, referrals
from bot.cases.children import Known, Private
from bot.cases.files import CaseFile, open_case_file
from bot.cases.referrals import Match, Opened
from bot.commands.roles import CASEWORK
from bot.domain.dates import read_date, say_day
from bot.domain.errors import CannotRead, WhichOne
from bot.domain.facts import FACTS, REVIEWS, beginnings, recordable
from bot.domain.message import Action, BlankKind, Choice, Fact, Message, Style
from bot.domain.terms import AskedBy, CaseStatus, EntryKind, Nature, Notice, Process, Restriction
from bot.grammar import Ask, command, line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Person


def _fitting(label: str, usual: Ask) -> Ask:
    """A blank of `new` that is called otherwise where no request is what the case counts from."""

    def fit(_turn: Turn, values: Mapping[str, Any]) -> Ask:
        usual_process = values.get("process", Process.NEW_ASSESSMENT) is Process.NEW_ASSESSMENT
        return usual if usual_process else replace(usual, label=label, hint="")

    return replace(usual, fitting=fit)


def _unless_usual(turn: Turn, values: Mapping[str, Any]) -> Ask:
    """A new assessment counts from its request; of another process it is asked what it counts from."""
    asked = BEGINNING.fitting(turn, values) if BEGINNING.fitting else BEGINNING
    process = values.get("process", Process.NEW_ASSESSMENT)
    return replace(asked, asked=len(beginnings(process)) > 1)


WHOLE_DAY = day_or_year("Date it counts from", "For a move to the next phase: 15 February, or 31 March, of its year")


def _with_its_hint(_turn: Turn, values: Mapping[str, Any]) -> Ask:
    """A year does for a phase transfer alone."""
    other = values.get("process", Process.PHASE_TRANSFER) is not Process.PHASE_TRANSFER
    return replace(WHOLE_DAY, hint="") if other else WHOLE_DAY


ALOUD = "Start it privately next time: said aloud in a room, this tells that the two cases are of one child."
RECEIVED = day("Date the council received the request", lead="received", hint="In any inbox, not the day it was logged")
ASKED_BY = replace(choice(AskedBy, "Who asked for the assessment"), words=0)


def _restriction(turn: Turn, words: str) -> Restriction | None:
    """Why it is for the named alone; yes and no will do."""
    if plain(words) in ("no", "n", "false", "off"):
        return None
    return Restriction.OTHER if plain(words) in ("yes", "y", "true", "on") else one_of(Restriction)(turn, words)


RESTRICTED = Ask(
    "Restricted", _restriction, show=lambda kind: kind.value if kind else "no", kind=BlankKind.CHOICE, words=0,
    choices=lambda turn: [Choice("no", "No"), *offered(Restriction)(turn)],
    hint="Then its owner, their manager and who is named to it see it, and nobody else",
)  # fmt: skip


@command("new", "new referral", "new case", "open a referral", may=CASEWORK, examples=("new", "new received=7/9/2026"))
def new(
    turn: Turn,
    *,
    name: Annotated[str, text("Child's name", private=True)],
    born: Annotated[date, day("Date of birth", private=True, lead="born")],
    setting: SettingBlank = "",
    record_number: Annotated[str, text("Record number in the council's system", private=True, longest=40)] = "",
    process: ProcessBlank = Process.NEW_ASSESSMENT,
    began: Annotated[EntryKind | None, replace(BEGINNING, asked=False, words=0, fitting=_unless_usual)] = None,
    received: Annotated[date, _fitting("Date it counts from", RECEIVED)],
    asked_by: Annotated[AskedBy, _fitting("Who asked for it", ASKED_BY)],
    owner: Annotated[Person | None, replace(OWNER, hint="You, if left empty")] = None,
    restricted: Annotated[Restriction | None, RESTRICTED] = None,
    note: Annotated[str, text("Note", longest=LONGEST_NOTE, private=True, hint="Sealed; never shown in a room")] = "",
    known: Annotated[bool, replace(yes_no("Open another case for this child"), asked=False)] = False,
    letter: Annotated[Enquiry | None, replace(ENQUIRY, asked=False, words=0)] = None,
) -> Message:
    """Open a case.

    Its clocks run from the day the council received the request; another process counts from another day, and says
    from which. The child's details are sealed; chat shows the reference alone.
    """
    try:
        began = _beginning(process, began, received)
    except WhichOne as several:
        raise CannotRead(str(several), "began") from several
    private = Private(name.strip(), born, record_number.strip())
    same = _same_child(turn, private, known)
    opened = referrals.open_case(
        turn,
        private,
        process=process,
        beginning=began,
        received=received,
        asked_by=asked_by,
        owner=owner or turn.person,
        setting=setting,
        restriction=restricted,
        note=note,
        same=same,
    )
    if letter is not None:
        enquiries.link(turn, letter, [opened.case])
    return _opened(turn, opened, began, received)


@command(
    "start",
    may=CASEWORK,
    examples=(
        "start annual review 0042 last review on 10 March 2026",
        "start phase transfer 0042 next school on 2027",
        "start order to amend 0042 on 23 November",
    ),
    title="Start another process",
)  # fmt: skip
def start(
    turn: Turn,
    *,
    process: Annotated[Process | None, PROCESS] = None,
    case: Annotated[Case, CASE.named("A case of the child")],
    began: BeginningBlank = None,
    on: Annotated[str, replace(WHOLE_DAY, fitting=_with_its_hint)],
    owner: Annotated[Person | None, replace(OWNER, hint="The case's owner, if left empty")] = None,
    known: Annotated[bool, replace(yes_no("Open another case from the same day"), asked=False)] = False,
) -> Message:
    """Open a case for another process of a child who has one.

    A child may have several cases at once, each with clocks of its own. The new one has the same school and, unless
    you say otherwise, the same owner.
    """
    process = process or _process_of(began)
    file = open_case_file(turn, case)
    began = _beginning(process, began, on)
    counted = _day(turn, began, on)
    _check_not_there(turn, file, process, began, counted, known=known)
    opened = referrals.start(
        turn, file, process=process, beginning=began, on=counted, owner=owner or file.owner or turn.person
    )
    for match in referrals.matches(turn, [case.child_id]):
        _tell_owner(turn, match)
    answer = _opened(turn, opened, began, counted)
    return answer if turn.private else replace(answer, aside=f"{ALOUD} {answer.aside}".rstrip())


def _process_of(beginning: EntryKind | None) -> Process:
    """What a case that counts from this is, where only one process does: an order to amend is a Tribunal order."""
    of = [process for process in Process if beginning and process in FACTS[beginning].begins]
    if len(of) != 1:
        raise CannotRead("Choose what is to be started.", "process")
    return of[0]


def _beginning(process: Process, said: EntryKind | None, on: date | str) -> EntryKind:
    """What a case counts from: what was said, or the only thing it can be, or what the day itself tells."""
    known = beginnings(process)
    if said is not None and said not in known:
        named = "; ".join(FACTS[kind].label for kind in known)
        raise CannotRead(f"A case of {process.label} does not count from that, but from: {named}.", "began")
    day_ = on if isinstance(on, date) else date.fromisoformat(on) if on.count("-") == 2 else None
    told = [kind for kind in known if day_ and FACTS[kind].yearly == (day_.month, day_.day)]
    fits = [said] if said else told if len(told) == 1 else list(known)
    if len(fits) > 1:
        sentence_ = f"What does the {process.label} count from?"
        raise WhichOne(sentence_, {sentence(FACTS[kind].label): f"began={kind.value}" for kind in fits})
    return fits[0]


def _day(turn: Turn, beginning: EntryKind, written: str) -> date:
    """The day that was written. Without a year it lies behind, or ahead where the beginning may; a year may do."""
    fact = FACTS[beginning]
    if len(written) == len("2027"):
        if fact.yearly is None:
            raise CannotRead(f"Give the whole date ({fact.label}), not the year alone.", "on")
        return date(int(written), *fact.yearly)
    return read_date(written, turn.today, past=not fact.ahead)


def _check_not_there(
    turn: Turn, file: CaseFile, process: Process, beginning: EntryKind, on: date, *, known: bool
) -> None:
    """Asks before a second open case of one process from one day. A case that the asker may not see is not named."""
    others = (match.case for match in referrals.matches(turn, [file.case.child_id]) if not match.hidden)
    for other in others:
        if known or other.process is not process or other.status is not CaseStatus.OPEN:
            continue
        standing = history.standing(history.entries_of(turn.db, other))
        if any(entry.kind is beginning and entry.happened_on == on for entry in standing):
            counts = f"{FACTS[beginning].label}, {say_day(on, turn.today)}"
            there = f"{other.reference} is open already: {process.label}, counted from {counts}."
            raise WhichOne(there, {"Open another all the same": "known=yes"})


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


def _opened(turn: Turn, opened: Opened, beginning: EntryKind, on: date) -> Message:
    case = opened.case
    shown = [deadline for deadline in opened.deadlines if _says_something(deadline)]
    settled = [one for one in shown if one.nature is not Nature.AT_ONCE or not rule_of(turn, one).ends]
    return Message(
        text="\n".join(
            [
                f"{case.reference} is open: {case.process.label}, {_counted(beginning)} {say_day(on, turn.today)}.",
                *_too_late(turn, case),
            ]
        ),
        facts=tuple(
            Fact(sentence(title(turn, deadline)), when(turn, deadline), state=state(turn, deadline))
            for deadline in shown
        ),
        actions=(
            *_next(turn, case, beginning),
            Action("Open privately", line("open", case=case.reference), acts=False, alone=True),
        ),
        aside="" if settled else _what_to_record(case, beginning),
        private=True,
    )


def _too_late(turn: Turn, case: Case) -> list[str]:
    """What can no longer be kept on the day a review is opened, such as a meeting twelve weeks before 15 February."""
    if case.process not in REVIEWS:
        return []
    return [f"{case.reference}: {words}" for words in backplan.too_late(turn, open_case_file(turn, case))]


def _says_something(deadline: Deadline) -> bool:
    """What binds the council, what is owed at once, and until when the family may do something."""
    match deadline.nature:
        case Nature.DUTY:
            return not deadline.information
        case Nature.AT_ONCE:
            return bool(deadline.ladder)
        case Nature.RIGHT:
            return True
    return False


def _what_to_record(case: Case, beginning: EntryKind) -> str:
    named = ", ".join(FACTS[kind].said[0] for kind in recordable(case.process, {beginning}))
    return f"No last day runs yet. Record what is known of: {named}."


def _counted(beginning: EntryKind) -> str:
    """ "received" for a request; else what happened: "counted from: last review concluded,"."""
    return "received" if beginning is EntryKind.REQUEST_RECEIVED else f"counted from: {FACTS[beginning].label},"


def _next(turn: Turn, case: Case, beginning: EntryKind) -> Iterator[Action]:
    if advice.is_due_on(turn, case, {beginning}):
        yield Action("Ask the usual advisers", line("ask", case=case.reference, services="all"), Style.PRIMARY)
    else:
        yield Action("Record…", line("sent", case=case.reference), Style.PRIMARY)
