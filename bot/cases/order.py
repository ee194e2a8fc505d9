"""The order of facts: what must come before what, asked in both directions and of what is struck out."""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.cases import deadlines, following, history
from bot.cases.files import File, about
from bot.cases.history import New
from bot.domain.dates import say_day
from bot.domain.errors import NotNow, OutOfOrder
from bot.domain.facts import ACTS, FACTS, beginnings, label
from bot.domain.terms import EntryKind
from bot.turn import Turn
from storage.tables import Entry

Kinds = frozenset[EntryKind]


def check_order(turn: Turn, file: File, new: New) -> None:
    """Refuses a fact that would come before what it comes of, after what came of it, or of nothing on record."""
    gone = {new.supersedes, *(each.supersedes for each in following.of(turn, file, new))}
    others = [entry for entry in history.standing(file.entries) if entry.id not in gone]
    _check_earlier(turn, file, new, others)
    _check_later(turn, file, new, others)
    if new.supersedes is None and new.kind in FACTS and new.request_id is None:
        _check_missing(file, new.kind, others)


def check_nothing_came_of(turn: Turn, file: File, wrong: Entry) -> None:
    """Refuses to strike out what something else on record came of."""
    if wrong.request_id is not None:  # a request whose asking is struck out was never made, answers and all
        return
    left = [entry for entry in history.standing(file.entries) if entry.id != wrong.id]
    for later in left:
        needed = _came_of(file, later.kind)
        if wrong.kind in needed and not any(entry.kind in needed for entry in left):
            raise NotNow(
                f"{_sentence(label(later.kind))} (entry {later.number}) came of it. "
                f"Strike that out first if it is wrong: correct {about(file).reference} {later.number}"
            )


def _check_earlier(turn: Turn, file: File, new: New, others: Sequence[Entry]) -> None:
    for kinds in _comes_of(file, new.kind):
        first = _first(others, kinds, new.request_id)
        if first and new.on < first.happened_on:
            dated = f"{label(first.kind)} is dated {say_day(first.happened_on, turn.today)}"
            raise OutOfOrder(f"{_cannot_be(turn, new.kind, new.on)}: {dated}. Check the two dates.")


def _check_later(turn: Turn, file: File, new: New, others: Sequence[Entry]) -> None:
    """What came of it must not be dated before it, unless another such fact came before that."""
    for later in sorted((one for one in others if one.kind not in ACTS), key=lambda entry: entry.happened_on):
        if later.happened_on >= new.on or new.request_id not in (None, later.request_id):
            continue
        for kinds in _comes_of(file, later.kind):
            first = _first(others, kinds, later.request_id)
            if new.kind in kinds and (first is None or first.happened_on > later.happened_on):
                raise OutOfOrder(
                    f"{_cannot_be(turn, new.kind, new.on)}: {label(later.kind)} is dated "
                    f"{say_day(later.happened_on, turn.today)} (entry {later.number}). "
                    f"Correct that first if it is wrong: correct {about(file).reference} {later.number}"
                )


def _check_missing(file: File, kind: EntryKind, others: Sequence[Entry]) -> None:
    needed = _came_of(file, kind)
    if needed and _first(others, needed, None) is None:
        named = [_called(one) for one in FACTS[kind].after if one in needed]
        reference = about(file).reference
        raise OutOfOrder(
            f"{reference}: {_called(kind)} comes after {' or '.join(named)}, and none is on record. "
            f"Say first: record {named[0]} {reference}"
        )


def _called(kind: EntryKind) -> str:
    return FACTS[kind].said[0] if FACTS[kind].said else label(kind)


def _comes_of(file: File, kind: EntryKind) -> Iterator[Kinds]:
    """What a fact may not be dated before, group by group: what the case began with, and what the fact comes of."""
    began = beginnings(deadlines.whole_of(about(file)))
    if kind not in began:
        yield frozenset(one for one in began if not FACTS[one].ahead)
    yield _came_of(file, kind)


def _came_of(file: File, kind: EntryKind) -> Kinds:
    whole = deadlines.whole_of(about(file))
    after = FACTS[kind].after if kind in FACTS else ()
    return frozenset(one for one in after if whole in FACTS[one].of)


def _first(entries: Sequence[Entry], kinds: Kinds, request_id: int | None) -> Entry | None:
    found = [entry for entry in entries if entry.kind in kinds and entry.request_id in (None, request_id)]
    return min(found, key=lambda entry: entry.happened_on, default=None)


def _cannot_be(turn: Turn, kind: EntryKind, on: date) -> str:
    return f"{_sentence(label(kind))} can't be dated {say_day(on, turn.today)}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
