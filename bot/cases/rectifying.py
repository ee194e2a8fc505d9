"""Putting right who a child is, or where a case says that they go to school: the family's right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.cases import belongings, children, deadlines, following, history, referrals
from bot.cases.children import Private
from bot.cases.facts import moved
from bot.cases.files import CaseFile, open_case_file
from bot.cases.history import New
from bot.domain.errors import AlreadyDone, CannotRead, NotNow
from bot.domain.terms import CaseStatus, EntryKind, Process
from bot.turn import Turn
from storage.tables import Case, Child

CALLED = {"name": "name", "born": "date of birth", "record_number": "record number", "setting": "school"}


def put_right(turn: Turn, file: CaseFile, given: Mapping[str, str | date], reason: str) -> list[str]:
    """Put these in the place of what is on record; what has changed, by its kinds: "name", "date of birth".

    `given` holds name, born, record_number and setting, as far as they are to be changed. The entry says what kind of
    thing was changed, and neither what it was nor what it is. The other cases of the child read the same from now on.
    """
    known = children.private_of(turn, file.child)
    if known is None:
        raise NotNow(f"The child of {file.case.reference} has been erased from the record.")
    right = _with(known, given)
    changed = [name for name in ("name", "born", "record_number") if getattr(right, name) != getattr(known, name)]
    if (school := given.get("setting")) and str(school).casefold() != file.setting.casefold():
        changed.append("setting")
    if not changed:
        if given:
            raise AlreadyDone("That is what is on record already.")
        raise CannotRead("Enter what is to be put right, and leave the rest empty.", "name")
    _check_born(turn, file, right.born)
    if changed != ["setting"]:
        children.put_right(turn, turn.db.get_one(Child, file.case.child_id), right)
    if "setting" in changed:
        turn.db.get_one(Case, file.case.id).setting_id = referrals.setting_named(turn, str(school))
    named = [CALLED[name] for name in changed]
    history.record(
        turn, file.case, New(EntryKind.PUT_RIGHT, turn.today, clear={"what": ", ".join(named)}, words=reason)
    )
    turn.db.flush()
    if "born" in changed:
        _follow_age(turn, file.case.child_id)
    return named


def _with(known: Private, given: Mapping[str, str | date]) -> Private:
    changes = {name: given[name] for name in ("name", "born", "record_number") if given.get(name)}
    return replace(known, **changes)  # type: ignore[arg-type]


def _check_born(turn: Turn, file: CaseFile, born: date) -> None:
    if born > min(history.began(file.entries), turn.today):
        raise CannotRead("The date of birth is after the day the case counts from. Check both.", "born")


def _follow_age(turn: Turn, child_id: int) -> None:
    """Whether a child was under five at a review decides when the next is due: of every review that is open."""
    for case in belongings.of_child(turn, child_id).cases:
        if case.process is Process.ANNUAL_REVIEW and case.status is CaseStatus.OPEN:
            file = open_case_file(turn, case)
            for entry in history.standing(file.entries):
                if entry.kind is EntryKind.LAST_REVIEW_CONCLUDED:
                    _add(turn, file, following.of(turn, file, New(entry.kind, entry.happened_on)))


def _add(turn: Turn, file: CaseFile, follows: list[New]) -> None:
    if follows:
        added = history.record_after(turn, file.case, follows, last=history.end_of(file.entries))
        deadlines.rebuild(turn, file.case, [*file.entries, *added], file.requests)
        moved(turn, file)
