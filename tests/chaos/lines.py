"""What people said, held against what is on record: each line acts once, and nothing acts that nobody said."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from bot.cases import history
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry
from tests.chaos.people import FAULT, NOTHING, Act, Mark, Uttered
from tests.chaos.reading import Happened

AROUND = 4.0
"""Seconds around a line in which a database that was away may have kept it from the record."""
DATABASE = ("database away", "database locked")


@dataclass
class Lines:
    """What came of what people said."""

    said: int = 0
    """Deliveries: each has an id of its own, however often it came."""
    acknowledged: int = 0
    again: int = 0
    """How often one was delivered once more, or pressed twice."""
    acted: int = 0
    twice: list[Mark] = field(default_factory=list)
    lost: list[tuple[Mark, str]] = field(default_factory=list)
    """Acknowledged, and nothing is on record; with the answer that was given."""
    unsaid: list[Mark] = field(default_factory=list)
    """On record, and nobody said it."""
    faults: list[str] = field(default_factory=list)
    """Answers that tell of a fault of the bot's."""
    given_up: list[Act] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.twice or self.lost or self.unsaid or self.faults or self.given_up)


def weighed(
    uttered: Sequence[Uttered], acted: Mapping[Mark, int], happened: Sequence[Happened], given_up: Sequence[Act] = ()
) -> Lines:
    """What was said against `acted`: how often each mark is on record."""
    deliveries = [one.delivery for one in uttered]
    lines = Lines(
        said=len(uttered),
        acknowledged=sum(one.acknowledged for one in deliveries),
        again=sum(max(0, one.sent - 1) for one in deliveries),
        acted=sum(acted.values()),
        faults=[one.answer for one in deliveries if FAULT.search(one.answer)],
        given_up=list(given_up),
    )
    by_mark: dict[Mark, list[Uttered]] = defaultdict(list)
    for one in uttered:
        if one.mark:
            by_mark[one.mark].append(one)
    ids = {mark: {one.delivery.id for one in ways} for mark, ways in by_mark.items()}
    lines.twice = [mark for mark, often in acted.items() if mark in ids and often > len(ids[mark])]
    lines.unsaid = [mark for mark in acted if mark not in by_mark]
    for mark, ways in by_mark.items():
        if not acted.get(mark) and (sure := [one for one in ways if _should_have(one, happened)]):
            lines.lost.append((mark, sure[0].delivery.answer))
    return lines


def _should_have(one: Uttered, happened: Sequence[Happened]) -> bool:
    """Whether a delivery has to be on record: it was answered as done, or acknowledged and nothing excuses it."""
    delivery = one.delivery
    if delivery.answer:
        return not NOTHING.search(delivery.answer)
    away = any(
        each.what in DATABASE and each.began - AROUND <= delivery.ended and delivery.began <= each.ended + AROUND
        for each in happened
    )
    return delivery.acknowledged and not delivery.late and not away


def acted_on(turn: Turn) -> Counter[Mark]:
    """What people have put on record, by its mark."""
    found = turn.db.exec(select(Entry).where(col(Entry.recorded_by).is_not(None)).order_by(col(Entry.id)))
    return Counter(mark for entry in found if (mark := _mark(turn, entry)))


def _mark(turn: Turn, entry: Entry) -> Mark | None:
    """The mark of an entry; none of what the bot adds to a line by itself."""
    if entry.kind is EntryKind.LINKED:
        return None
    case = turn.db.get(Case, entry.case_id) if entry.case_id else None
    if case is None:
        return _of_letter(turn.db, entry)
    words = history.words_of(turn, case, entry) if entry.kind is EntryKind.NOTED else ""
    return Mark(
        entry.kind.value, case.reference, entry.request_id or 0, words or ("instead" if entry.supersedes else "")
    )


def _of_letter(db: Session, entry: Entry) -> Mark | None:
    if entry.kind is not EntryKind.MP_RECEIVED:
        return None
    return Mark(entry.kind.value, "", words=db.get_one(Enquiry, entry.enquiry_id).mp)
