"""Facts that follow from others: whether a move was known in time, whether a child was under five at a review."""

from collections.abc import Collection
from datetime import date

from bot.cases import children, history
from bot.cases.files import CaseFile, EnquiryFile, File
from bot.cases.history import New
from bot.cases.referrals import young
from bot.domain.facts import beginnings
from bot.domain.periods import last_day
from bot.domain.terms import Counting, EntryKind, LetterKind, Process
from bot.turn import Turn
from storage.tables import Entry

IN_TIME = 15
"""Working days before a move by which the old authority must have known of it (regulation 15(2))."""

RECEIVED = frozenset(kind for letter in LetterKind for kind in beginnings(letter))
"""The receipt of a letter of each kind: an MP's letter that holds a complaint has two."""

AWARE = frozenset({EntryKind.AWARE_IN_TIME, EntryKind.BECAME_AWARE})
"""That the old authority came to know of a move: which of the two it is, the day of the move decides."""


def of(turn: Turn, file: File, new: New) -> list[New]:
    """What has to be put on record, or struck out, together with a fact that is recorded or corrected."""
    gone = next((entry for entry in file.entries if entry.id == new.supersedes), None)
    if not isinstance(file, CaseFile):
        return _came_with(file, gone, new) if gone else []
    told = {new.kind, gone.kind if gone else new.kind}
    if EntryKind.DAY_OF_MOVE in told and file.case.process is Process.MOVE:
        return _awareness(turn, file, new.on)
    if EntryKind.LAST_REVIEW_CONCLUDED in told and file.case.process is Process.ANNUAL_REVIEW:
        return _age(turn, file, new)
    return []


def kind_on(turn: Turn, file: File, kind: EntryKind, on: date) -> EntryKind:
    """Which fact it is with another day: knowing of a move may come to be in time, or no longer."""
    return aware(turn, file, on) if kind in AWARE and isinstance(file, CaseFile) else kind


def aware(turn: Turn, file: CaseFile, on: date) -> EntryKind:
    """Which fact it is that the old authority knew of the move on that day: in time, or not."""
    move = _standing(file, (EntryKind.DAY_OF_MOVE,))
    return aware_of(turn, on, move.happened_on) if move else EntryKind.BECAME_AWARE


def aware_of(turn: Turn, on: date, move: date) -> EntryKind:
    """Whether the old authority, which knew on that day of a move on another, knew in time."""
    latest = last_day(Counting.WORKING_DAYS, on, IN_TIME, calendar=turn.rules.calendar)
    return EntryKind.AWARE_IN_TIME if latest <= move else EntryKind.BECAME_AWARE


def _came_with(file: EnquiryFile, gone: Entry, new: New) -> list[New]:
    """What a letter held came with it: where its day of receipt is put right, so is the day of what it held."""
    if new.kind is not gone.kind or new.kind is not file.entries[0].kind:
        return []
    rest = [entry for entry in history.standing(file.entries) if entry.kind in RECEIVED and entry.kind is not new.kind]
    came = [entry for entry in rest if entry.happened_on == gone.happened_on]
    return [New(entry.kind, new.on, clear=entry.clear, supersedes=entry.id) for entry in came]


def _awareness(turn: Turn, file: CaseFile, move: date) -> list[New]:
    known = _standing(file, AWARE)
    right = aware_of(turn, known.happened_on, move) if known else None
    if known is None or right is None or right is known.kind:
        return []
    return [New(right, known.happened_on, clear=known.clear, supersedes=known.id)]


def _age(turn: Turn, file: CaseFile, new: New) -> list[New]:
    known, before = children.private_of(turn, file.child), _standing(file, (EntryKind.UNDER_FIVE,))
    right = young(file.case.process, new, known.born) if known else []
    if before is None:
        return right
    if [one.on for one in right] == [before.happened_on]:
        return []
    superseding = right or [New(EntryKind.CORRECTED, turn.today)]
    return [New(one.kind, one.on, supersedes=before.id) for one in superseding]


def _standing(file: CaseFile, kinds: Collection[EntryKind]) -> Entry | None:
    return next((entry for entry in history.standing(file.entries) if entry.kind in kinds), None)
