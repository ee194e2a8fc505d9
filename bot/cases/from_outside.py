"""Who asks after a case from outside, so that its late dates are heard of one step higher."""

from collections.abc import Collection

from sqlmodel import col, select

from bot.cases.history import standing
from bot.domain.terms import CaseStatus, EntryKind, LetterKind, Matter, Process
from bot.turn import Turn
from storage.tables import Case, Enquiry, EnquiryCase, Entry

HIGHER = {Matter.OMBUDSMAN.value, Matter.PRE_ACTION.value}
"""What any letter may hold that counts as much as an MP's."""
APPEALS = (Process.APPEAL, Process.MEDIATION)
LODGED = (EntryKind.APPEAL_LODGED, EntryKind.TRIBUNAL_PAPERS_RECEIVED)


def asked_after(turn: Turn, cases: Collection[int]) -> set[int]:
    """The cases among these that an MP, the Ombudsman or a lawyer writes about, or whose child has an appeal open."""
    return _written_about(turn, cases) | _appealed(turn, cases) if cases else set()


def _written_about(turn: Turn, cases: Collection[int]) -> set[int]:
    these = (col(EnquiryCase.case_id).in_(set(cases)), Enquiry.status == CaseStatus.OPEN)
    letters = turn.db.exec(select(EnquiryCase.case_id, Enquiry.kind, Enquiry.matters).join(Enquiry).where(*these))
    return {case for case, kind, held in letters if kind is LetterKind.MP_LETTER or HIGHER.intersection(held)}


def _appealed(turn: Turn, cases: Collection[int]) -> set[int]:
    theirs = select(Case.child_id).where(col(Case.id).in_(set(cases)))
    may = (col(Case.child_id).in_(theirs), col(Case.process).in_(APPEALS), Case.status == CaseStatus.OPEN)
    appeals = dict(turn.db.exec(select(Case.id, Case.child_id).where(*may)).all())
    if not appeals:
        return set()
    entries = turn.db.exec(select(Entry).where(col(Entry.case_id).in_(appeals))).all()
    lodged = {entry.case_id for entry in standing(entries) if entry.kind in LODGED}
    children = {child for case, child in appeals.items() if case in lodged}
    found = select(Case.id).where(col(Case.id).in_(set(cases)), col(Case.child_id).in_(children))
    return {case or 0 for case in turn.db.exec(found)}
