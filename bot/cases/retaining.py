"""What is due to be erased by a day, by the council's schedule: told before anything happens, and never done by itself.

Children are read for it one by one, because their dates of birth are sealed. A child who has a case that the asker may
not see is not counted, nor is a letter about one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true

from bot.cases import children, holds, visible
from bot.cases.belongings import Belongings
from bot.domain.retention import Keep, Kept, due, due_of_all
from bot.domain.terms import CaseStatus, HoldKind, LetterKind
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Child, Enquiry, EnquiryCase

CASES, CHILDREN, LETTERS, LINKED = columns(Case), columns(Child), columns(Enquiry), columns(EnquiryCase)
AT_ONCE = 5_000
"""Rows fetched in one go."""


@dataclass(frozen=True)
class Due:
    """One child, or one letter, that the schedule keeps no longer."""

    references: tuple[str, ...]
    on: date
    """From this day on it need not be kept."""
    held: tuple[HoldKind, ...] = ()
    """Why nothing may be erased, where somebody placed a hold or a letter of such a kind is open."""
    waits: tuple[str, ...] = ()
    """The letters that are open: they are answered and closed first."""
    of_letter: bool = False

    @property
    def may_go(self) -> bool:
        return not self.held and not self.waits


@dataclass
class _Found:
    """What is read of one child."""

    records: list[Kept] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)


def keep_of(turn: Turn, record: Case | Enquiry) -> Keep:
    """The row of the schedule that a case or a letter is kept by."""
    return turn.rules.retention[record.process if isinstance(record, Case) else record.kind]


def due_on(turn: Turn, belongs: Belongings) -> date | None:
    """The first day on which all of this need not be kept; None while any of it is open."""
    born = children.born(turn, belongs.child) if belongs.child else None
    kept = [Kept(_whole(record), closed_on(record)) for record in belongs.records]
    return due_of_all(turn.rules.retention, kept, born)


def due_by(turn: Turn, day: date) -> list[Due]:
    """Everything that need not be kept on that day, the longest due first; letters by themselves too."""
    found = [*_children(turn, day), *_letters(turn, day)]
    return sorted(found, key=lambda one: (one.on, one.references))


def closed_on(record: Case | Enquiry) -> date | None:
    return record.closed_on if record.status is CaseStatus.CLOSED else None


def _whole(record: Case | Enquiry) -> Any:
    return record.process if isinstance(record, Case) else record.kind


def _children(turn: Turn, day: date) -> Iterator[Due]:
    """Children with no open case. An open letter keeps none from being due: it is told of beside it."""
    found, held = _of_cases(turn), holds.of_all(turn)
    waits_unseen = _with_letters(turn, found)
    sealed = select(CHILDREN.id, CHILDREN.sealed, CHILDREN.wrapped_key).where(*_done_with(turn))
    for child_id, text, key in turn.db.execute(sealed.execution_options(yield_per=AT_ONCE)):
        of = found[child_id]
        if child_id in waits_unseen:
            continue
        if max(one.closed_on or day for one in of.records) > day:
            continue  # what was closed later is not due: the child need not be read
        on = due_of_all(turn.rules.retention, of.records, children.opened(turn, text, key).born)
        if on is not None and on <= day:
            yield Due(tuple(of.references), on, tuple(held.get(child_id, ())), tuple(of.waits))


def _done_with(turn: Turn) -> tuple[ColumnElement[bool], ...]:
    """The condition on Child: all its cases are closed, and none is hidden from whoever asks."""
    theirs = select(CASES.child_id).correlate(None)
    return (
        CHILDREN.wrapped_key.is_not(None),
        CHILDREN.id.in_(theirs),
        CHILDREN.id.not_in(theirs.where(CASES.status == CaseStatus.OPEN)),
        CHILDREN.id.not_in(theirs.where(~_seen(turn))),
    )


def _seen(turn: Turn) -> ColumnElement[bool]:
    return true() if turn.who is None else visible.cases(turn)


def _of_cases(turn: Turn) -> Mapping[int, _Found]:
    found: dict[int, _Found] = defaultdict(_Found)
    closed = select(CASES.child_id, CASES.reference, CASES.process, CASES.closed_on)
    closed = closed.join(CHILDREN.id.table, CASES.child_id == CHILDREN.id).where(*_done_with(turn)).order_by(CASES.id)
    for child_id, reference, process, on in turn.db.execute(closed.execution_options(yield_per=AT_ONCE)):
        found[child_id].records.append(Kept(process, on))
        found[child_id].references.append(reference)
    return found


def _with_letters(turn: Turn, found: Mapping[int, _Found]) -> set[int]:
    """Add the letters about each child; the children about whom one is open that the asker may not know of."""
    unseen, seen = set[int](), _letters_seen(turn)
    told = (LETTERS.id, LETTERS.kind, LETTERS.reference, LETTERS.status, LETTERS.closed_on)
    linked = select(CASES.child_id, *told).where(LINKED.case_id == CASES.id, LINKED.enquiry_id == LETTERS.id)
    pairs = set[tuple[int, str]]()  # a letter may be about two cases of one child
    for child_id, letter_id, kind, reference, status, on in turn.db.execute(linked):
        if child_id not in found or (child_id, reference) in pairs:
            continue
        pairs.add((child_id, reference))
        if status is CaseStatus.CLOSED:
            found[child_id].records.append(Kept(kind, on))
        else:
            found[child_id].waits.append(reference)
            unseen |= set() if seen is None or letter_id in seen else {child_id}
    return unseen


def _letters_seen(turn: Turn) -> set[int] | None:
    """The open letters that the asker may know to be there; None for all."""
    if turn.who is None:
        return None
    there = select(LETTERS.id).select_from(Enquiry).where(LETTERS.status == CaseStatus.OPEN)
    return {*turn.db.execute(there.where(visible.letters_on(visible.cases(turn)))).scalars()}


def _letters(turn: Turn, day: date) -> Iterator[Due]:
    """Letters by themselves: most are kept for less long than the children they are about."""
    of_child, held = holds.of_all(turn), defaultdict[int, list[HoldKind]](list)
    about = select(LINKED.enquiry_id, CASES.child_id).where(LINKED.case_id == CASES.id)
    for letter_id, child_id in turn.db.execute(about):
        held[letter_id] += of_child.get(child_id, ())
    fit = true() if turn.who is None else visible.letters_on(visible.cases(turn))
    closed = select(LETTERS.id, LETTERS.kind, LETTERS.reference, LETTERS.closed_on).select_from(Enquiry)
    closed = closed.where(LETTERS.wrapped_key.is_not(None), LETTERS.status == CaseStatus.CLOSED, fit)
    for letter_id, kind, reference, on in turn.db.execute(closed):
        due_from = due(turn.rules.retention[LetterKind(kind)], on, None)
        if due_from is not None and due_from <= day:
            yield Due((reference,), due_from, tuple(dict.fromkeys(held[letter_id])), of_letter=True)


def counted(found: Sequence[Due]) -> str:
    """ "12 children and 3 letters are due, 2 of them held"."""
    letters = sum(one.of_letter for one in found)
    names = [_many(len(found) - letters, "child", "children"), _many(letters, "letter", "letters")]
    what = " and ".join(name for name in names if name) or "Nothing"
    held = sum(not one.may_go for one in found)
    verb = "is" if len(found) < 2 else "are"
    return f"{what} {verb} due{f', {held} of them held' if held else ''}"


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""
