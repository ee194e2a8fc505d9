"""Legal holds: why nothing of a child is erased, placed and lifted by a person, or there by themselves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from bot.cases import belongings, history
from bot.cases.belongings import Belongings
from bot.cases.history import New
from bot.domain.errors import AlreadyDone, NotNow, WhichOne
from bot.domain.terms import CaseStatus, EntryKind, HoldKind, LetterKind, Matter, Process
from bot.turn import Turn
from storage.tables import Case, Enquiry, EnquiryCase, Hold

DISPUTES = frozenset({Process.MEDIATION, Process.APPEAL, Process.TRIBUNAL_ORDER, Process.CONCESSION})
"""What holds while it is open."""
OF_LETTERS: Mapping[LetterKind, HoldKind] = {
    LetterKind.SUBJECT_ACCESS: HoldKind.SUBJECT_ACCESS,
    LetterKind.FOI: HoldKind.FOI,
}
OF_MATTERS: Mapping[Matter, HoldKind] = {
    Matter.SUBJECT_ACCESS: HoldKind.SUBJECT_ACCESS,
    Matter.FOI: HoldKind.FOI,
    Matter.OMBUDSMAN: HoldKind.OMBUDSMAN,
    Matter.PRE_ACTION: HoldKind.OTHER,
}
"""What a letter holds back while it is open: to erase what was asked for is an offence (DPA 2018, section 173)."""


@dataclass(frozen=True)
class Held:
    """One reason for which nothing is erased."""

    kind: HoldKind
    hold: Hold | None = None
    """The one that a person placed; None for one that is there by itself."""
    by: Case | Enquiry | None = None
    """The case or letter that holds, and stops to when it is closed."""


def on(turn: Turn, belongs: Belongings) -> list[Held]:
    """Everything that holds a child, or a letter and so the children it is about."""
    if belongs.child is None:
        children = [belongings.of_child(turn, one) for one in belongings.children_of(turn, belongs.letters[0])]
        return [held for each in children for held in on(turn, each)]
    found = (Held(hold.kind, hold=hold) for hold in _standing(turn, [belongs.child.id or 0]))
    return [*found, *_by_themselves(belongs.records)]


def _by_themselves(records: Sequence[Case | Enquiry]) -> Iterator[Held]:
    """What holds because a dispute or a letter is open."""
    for record in records:
        if record.status is CaseStatus.OPEN and (kind := _kind_of(record)):
            yield Held(kind, by=record)


def _kind_of(record: Case | Enquiry) -> HoldKind | None:
    if isinstance(record, Case):
        return HoldKind.TRIBUNAL if record.process in DISPUTES else None
    return _of_letter(record.kind, record.matters)


def _of_letter(letter: LetterKind, matters: Sequence[str]) -> HoldKind | None:
    of_matters = (OF_MATTERS.get(Matter(matter)) for matter in matters)
    return OF_LETTERS.get(letter) or next((kind for kind in of_matters if kind), None)


def _standing(turn: Turn, children: Sequence[int]) -> Sequence[Hold]:
    mine = select(Hold).where(col(Hold.child_id).in_(children), col(Hold.lifted_at).is_(None))
    return turn.db.exec(mine.order_by(col(Hold.id))).all()


def of_all(turn: Turn) -> dict[int, dict[HoldKind, None]]:
    """Everything that holds, by child: what `on` says, of all of them at once."""
    found = defaultdict[int, dict[HoldKind, None]](dict)
    placed = select(Hold.child_id, col(Hold.kind)).where(col(Hold.lifted_at).is_(None)).order_by(col(Hold.id))
    for child_id, kind in turn.db.exec(placed):
        found[child_id][kind] = None
    disputes = select(Case.child_id).where(Case.status == CaseStatus.OPEN, col(Case.process).in_(DISPUTES))
    for child_id in turn.db.exec(disputes):
        found[child_id][HoldKind.TRIBUNAL] = None
    linked = select(Case.child_id, col(Enquiry.kind), Enquiry.matters).where(Enquiry.status == CaseStatus.OPEN)
    linked = linked.where(EnquiryCase.case_id == Case.id, EnquiryCase.enquiry_id == Enquiry.id)
    for child_id, letter, matters in turn.db.exec(linked):
        if kind_of_letter := _of_letter(letter, matters):
            found[child_id][kind_of_letter] = None
    return found


def place(turn: Turn, case: Case, kind: HoldKind, words: str) -> Hold:
    """Hold everything of a case's child. The reason is sealed with the entry."""
    if any(hold.kind is kind for hold in _standing(turn, [case.child_id])):
        raise AlreadyDone(f"{case.reference} is held for that already ({kind.label}).")
    hold = Hold(child_id=case.child_id, kind=kind, placed_by=turn.person.id or 0, placed_at=turn.now)
    turn.db.add(hold)
    turn.db.flush()
    clear = {"what": kind.label, "kind": kind.value}
    history.record(turn, case, New(EntryKind.HOLD_PLACED, turn.today, clear=clear, words=words))
    return hold


def lift(turn: Turn, case: Case, kind: HoldKind | None, words: str) -> Hold:
    """Take a hold away again. One that is there by itself goes when what holds is closed."""
    there = [hold for hold in _standing(turn, [case.child_id]) if kind in (None, hold.kind)]
    if not there:
        called = f" for that ({kind.label})" if kind else ""
        raise NotNow(
            f"{case.reference} is not held{called} by anybody. To see what holds it, say: retention {case.reference}"
        )
    if len(there) > 1:
        choices = {hold.kind.label.capitalize(): f"kind={hold.kind.value}" for hold in there}
        raise WhichOne(f"{case.reference} has {len(there)} holds. Which one is lifted?", choices)
    (hold,) = there
    hold.lifted_by, hold.lifted_at = turn.person.id, turn.now
    turn.db.flush()
    clear = {"what": hold.kind.label, "kind": hold.kind.value}
    history.record(turn, case, New(EntryKind.HOLD_LIFTED, turn.today, clear=clear, words=words))
    return hold
