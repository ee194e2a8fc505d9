"""How a case or a letter ends, and how it goes on."""

from datetime import date

from bot.cases import deadlines, history
from bot.cases.facts import File, about, moved, requests_of
from bot.cases.files import CaseFile
from bot.cases.history import New
from bot.cases.referrals import must_be_open
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.terms import CaseStatus, EntryKind, Outcome
from bot.turn import Turn

NEEDED = {
    Outcome.PLAN_ISSUED: (EntryKind.FINAL_PLAN_SENT, "final plan"),
    Outcome.NO_ASSESSMENT: (EntryKind.REFUSAL_TO_ASSESS_SENT, "refusal to assess"),
    Outcome.NO_PLAN: (EntryKind.REFUSAL_TO_ISSUE_SENT, "refusal to issue"),
}
"""What must have been sent for a case to end so, and what `sent` calls it."""

OF_LETTERS = (Outcome.ANSWERED, Outcome.WITHDRAWN, Outcome.OPENED_IN_ERROR)
"""How a letter may end."""


def close(turn: Turn, file: File, outcome: Outcome, on: date, words: str = "") -> None:
    """Close it: every clock that runs is silent from now on."""
    record = about(file)
    must_be_open(record)
    _check_day(turn, file, on)
    _check_outcome(file, outcome)
    record.status, record.outcome, record.closed_on = CaseStatus.CLOSED, outcome, on
    _put(turn, file, New(EntryKind.CLOSED, on, clear={"outcome": outcome.value}, words=words))


def reopen(turn: Turn, file: File, words: str) -> None:
    """Open it again: its clocks go on from the dates they always had."""
    record = about(file)
    if record.status is CaseStatus.OPEN:
        raise NotNow(f"{record.reference} is open already.")
    record.status, record.outcome, record.closed_on = CaseStatus.OPEN, None, None
    _put(turn, file, New(EntryKind.REOPENED, turn.today, words=words))


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
        return
    if outcome is Outcome.ANSWERED:
        raise CannotRead("A letter is answered, a case is not. Choose how the case ended.", "outcome")
    needed, what = NEEDED.get(outcome, (None, ""))
    if needed and needed not in {entry.kind for entry in history.standing(file.entries)}:
        reference = file.case.reference
        raise NotNow(f"{reference}: no {what} is on record as sent. Say first: sent {what} {reference}")


def _put(turn: Turn, file: File, new: New) -> None:
    record = about(file)
    added = history.record_after(turn, record, [new], last=history.end_of(file.entries))
    deadlines.rebuild(turn, record, [*file.entries, *added], requests_of(file))
    moved(turn, file)
