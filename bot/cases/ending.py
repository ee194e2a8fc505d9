"""How a case or a letter ends, and how it goes on."""

from collections.abc import Mapping
from datetime import date

from bot.cases import deadlines, history
from bot.cases.facts import moved
from bot.cases.files import CaseFile, EnquiryFile, File, about, is_late, requests_of
from bot.cases.history import New
from bot.cases.referrals import must_be_open
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NeedsReason, NotNow
from bot.domain.facts import FACTS
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Outcome, RuleId
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry

NAMED = 3
"""How many late dates a question names."""

E = EntryKind
NEEDED: Mapping[Outcome, tuple[EntryKind, ...]] = {
    Outcome.PLAN_ISSUED: (E.FINAL_PLAN_SENT,),
    Outcome.NO_ASSESSMENT: (E.REFUSAL_TO_ASSESS_SENT, E.REFUSAL_TO_REASSESS_SENT),
    Outcome.NO_PLAN: (E.REFUSAL_TO_ISSUE_SENT,),
    Outcome.PLAN_UNCHANGED: (E.DECISION_TO_MAINTAIN_SENT, E.DECISION_NOT_TO_AMEND_SENT),
    Outcome.PLAN_AMENDED: (E.AMENDED_PLAN_SENT,),
    Outcome.PLAN_CEASED: (E.PLAN_CEASED,),
    Outcome.TRANSFERRED: (E.PLAN_TRANSFERRED,),
    Outcome.AGREED: (E.MEDIATION_AGREEMENT, E.APPEALABLE_AGREEMENT),
    Outcome.COMPLETED: (
        *(E.RECONSIDERATION_SENT, E.ICB_CHANGE_NOTIFIED, E.MEDIATION_CONCLUDED, E.MEDIATION_CERTIFICATE),
        *(E.APPEAL_LODGED, E.TRIBUNAL_RESPONSE_SENT),
    ),
}
"""What must be on record, one of it, for a case to end so: it may end so where its process knows any of that."""

OF_LETTERS = (Outcome.ANSWERED, Outcome.WITHDRAWN, Outcome.OPENED_IN_ERROR)
"""How a letter may end."""


def outcomes_of(record: Case | Enquiry) -> tuple[Outcome, ...]:
    """How a case of this process, or a letter, may end."""
    if isinstance(record, Enquiry):
        return OF_LETTERS
    ends = (end for end in Outcome if end is not Outcome.ANSWERED)
    return tuple(end for end in ends if end not in NEEDED or _needed(record, end))


def close(turn: Turn, file: File, outcome: Outcome, on: date, words: str = "") -> list[Deadline]:
    """Close it: every clock that runs is silent from now on. What was missed by then, and stays so."""
    record = about(file)
    must_be_open(record)
    _check_day(turn, file, on)
    _check_outcome(file, outcome)
    late = [deadline for deadline in file.deadlines if is_late(deadline, turn)]
    if late and not words and outcome is not Outcome.DIED:
        dates = "1 date is late" if len(late) == 1 else f"{len(late)} dates are late"
        raise NeedsReason(
            f"{record.reference}: {dates} and would stay missed ({_named(turn, late)}). "
            "To close it all the same, say it again with “because …” and the reason."
        )
    missed = [deadline for deadline in late if deadline.legal < on]
    record.status, record.outcome, record.closed_on = CaseStatus.CLOSED, outcome, on
    clear = {"outcome": outcome.value, "missed": [deadline.rule for deadline in missed]}
    _put(turn, file, New(EntryKind.CLOSED, on, clear=clear, words=words))
    return missed


def reopen(turn: Turn, file: File, words: str) -> None:
    """Open it again: its clocks go on from the dates they always had."""
    record = about(file)
    if record.status is CaseStatus.OPEN:
        raise NotNow(f"{record.reference} is open already.")
    record.status, record.outcome, record.closed_on = CaseStatus.OPEN, None, None
    _put(turn, file, New(EntryKind.REOPENED, turn.today, words=words))


def end_as_erased(turn: Turn, file: File) -> None:
    """Close what a restored backup opened again and what is to be erased again: nobody could put a word to it."""
    record = about(file)
    record.status, record.outcome, record.closed_on = CaseStatus.CLOSED, Outcome.COMPLETED, turn.today
    clear = {"outcome": Outcome.COMPLETED.value, "missed": []}
    _put(turn, file, New(EntryKind.CLOSED, turn.today, clear=clear))


def _named(turn: Turn, late: list[Deadline]) -> str:
    titles = [turn.rules.by_id[RuleId(deadline.rule)].title for deadline in late]
    return ", ".join([*dict.fromkeys(titles[:NAMED]), *(["…"] if len(titles) > NAMED else [])])


def _check_day(turn: Turn, file: File, on: date) -> None:
    what, began_how = ("case", "began") if isinstance(file, CaseFile) else ("letter", "came")
    if on > turn.today:
        raise CannotRead(f"A {what} can't be closed on a day that is still to come.", "on")
    if on < (began := history.began(file.entries)):
        first = say_day(began, turn.today)
        raise CannotRead(f"The {what} {began_how} on {first}: it can't be closed before that.", "on")


def _check_outcome(file: File, outcome: Outcome) -> None:
    """Refuses an end that is not on record: to close as refused what was never refused would hide a missed date."""
    if not isinstance(file, CaseFile):
        if outcome not in OF_LETTERS:
            known = ", ".join(end.label for end in OF_LETTERS)
            raise CannotRead(f"A letter ends as one of these: {known}.", "outcome")
        if outcome is Outcome.ANSWERED:
            _check_answered(file)
        return
    if outcome is Outcome.ANSWERED:
        raise CannotRead("A letter is answered, a case is not. Choose how the case ended.", "outcome")
    if outcome not in NEEDED:
        return
    case, needed = file.case, _needed(file.case, outcome)
    if not needed:
        known = ", ".join(end.label for end in outcomes_of(case))
        raise CannotRead(f"{case.reference} is {_a(case.process.label)}. It ends as one of these: {known}.", "outcome")
    if not {*needed} & {entry.kind for entry in history.standing(file.entries)}:
        missing = " or ".join(FACTS[kind].said[0] for kind in needed)
        first = f"sent {FACTS[needed[0]].said[0]} {case.reference}"
        raise NotNow(f"{case.reference}: no {missing} is on record. Say first: {first}")


def _needed(case: Case, outcome: Outcome) -> tuple[EntryKind, ...]:
    """What this process knows of what an outcome needs."""
    return tuple(kind for kind in NEEDED[outcome] if case.process in FACTS[kind].of)


def _a(label: str) -> str:
    return f"an {label}" if label[0] in "aeio" else f"a {label}"


def _check_answered(file: EnquiryFile) -> None:
    """Refuses to close as answered what is owed an answer still: all it holds would fall silent."""
    owed = [d for d in file.deadlines if d.state is ClockState.RUNNING and not d.information]
    if owed:
        reference, many = file.enquiry.reference, len(owed)
        still = "something is still owed" if many == 1 else f"{many} things are still owed"
        raise NotNow(f"{reference}: {still}. Record what was sent first: status {reference}")


def _put(turn: Turn, file: File, new: New) -> None:
    record = about(file)
    added = history.record_after(turn, record, [new], last=history.end_of(file.entries))
    deadlines.rebuild(turn, record, [*file.entries, *added], requests_of(file))
    moved(turn, file)
