"""Children: sealed under a key of their own, found again by fingerprint, shown only on record."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from bot.domain.errors import BadSettings, NotNow
from bot.domain.guard import cleaned, forms
from bot.domain.sounds import parts_of, sound
from bot.domain.terms import Basis, Mark
from bot.turn import Turn
from storage.add import add_row, add_rows
from storage.columns import columns
from storage.crypto import open_with, seal_with
from storage.tables import Case, Child, Fingerprint, Viewed

RECORD_NUMBER, NAME_AND_BIRTH = Mark.RECORD_NUMBER, Mark.NAME_AND_BIRTH
OF_NAMES = (Mark.NAME, Mark.NAME_PART, Mark.NAME_SOUND)

MARKS = columns(Fingerprint)
EITHER = (and_(MARKS.kind == kind, MARKS.digest == bindparam(kind)) for kind in (RECORD_NUMBER, NAME_AND_BIRTH))
SAME = select(MARKS.child_id, MARKS.kind).where(or_(*EITHER)).order_by(MARKS.child_id)
"""Children by either of their marks; a mark that is not given matches none."""

CHILD = columns(Child)
NAMELESS = (
    select(CHILD.id, CHILD.sealed, CHILD.wrapped_key)
    .where(CHILD.id > bindparam("after"), CHILD.wrapped_key.is_not(None))
    .where(~exists().where(MARKS.child_id == CHILD.id, MARKS.kind == Mark.NAME_PART))
    .order_by(CHILD.id)
    .limit(bindparam("most"))
    .with_for_update()  # so that nobody is marked who is erased at that moment
)
"""Children that are not found by every word of their names yet: put in by a version that did not mark them so."""


@dataclass(frozen=True, repr=False)
class Private:
    """What is known of a child. It has no repr: it must not turn up in a log or a trace."""

    name: str
    born: date
    record_number: str = ""

    def fingerprints(self) -> dict[Mark, str]:
        """The plain texts by which a child counts as the same: kind -> text."""
        marks = {NAME_AND_BIRTH: f"{plain(self.name)} {self.born.isoformat()}"}
        return {**marks, RECORD_NUMBER: plain(self.record_number)} if self.record_number else marks


@dataclass(frozen=True, repr=False)
class Registered:
    """A child just put in, and the key that what is written about it is sealed under."""

    id: int
    key: bytes


def register(turn: Turn, private: Private) -> Registered:
    """A child not known yet."""
    key, wrapped = turn.vault.new_child_key()
    row = {"sealed": _sealed(key, private), "wrapped_key": wrapped, "wrapped_by": turn.vault.mark}
    child = Registered(add_row(turn.db, Child, row | {"added_at": turn.now}), key)
    add_rows(turn.db, Fingerprint, _marks(turn, child.id, private))
    return child


def put_right(turn: Turn, child: Child, private: Private) -> None:
    """Who a child is, in the place of what was on record: sealed under the same key, found by the new marks alone."""
    if child.wrapped_key is None:
        raise BadSettings("a child that is erased cannot be put right")
    sealed = _sealed(turn.vault.unwrap(child.wrapped_key), private)
    turn.db.execute(update(Child).where(CHILD.id == child.id).values(sealed=sealed))
    turn.db.execute(delete(Fingerprint).where(MARKS.child_id == child.id))
    add_rows(turn.db, Fingerprint, _marks(turn, child.id or 0, private))


def _sealed(key: bytes, private: Private) -> bytes:
    values = {"name": private.name, "born": private.born.isoformat(), "record_number": private.record_number}
    return seal_with(key, values, "child")


def _marks(turn: Turn, child_id: int, private: Private) -> list[dict[str, object]]:
    """Every mark by which a child is found again."""
    same = [{"child_id": child_id, "kind": kind, "digest": digest} for kind, digest in _digests(turn, private).items()]
    return [*same, *_name_marks(turn, child_id, private.name)]


def _name_marks(turn: Turn, child_id: int, name: str) -> list[dict[str, object]]:
    """By which a room is kept from hearing a child's whole name, and those who may know find the child."""
    parts = parts_of(name)
    texts = {
        Mark.NAME: forms(cleaned(name)),
        Mark.NAME_PART: parts,
        Mark.NAME_SOUND: {sound(part) for part in parts} - {""},
    }
    return [
        {"child_id": child_id, "kind": kind, "digest": turn.vault.fingerprint(kind, text)}
        for kind in texts
        for text in sorted(texts[kind])
    ]


def mark_names(turn: Turn, after: int, *, most: int = 200) -> int | None:
    """Mark the next children, by id, that are not found by their names yet; the last one's id, None where all are."""
    found = turn.db.execute(NAMELESS, {"after": after, "most": most}).all()
    for child_id, sealed, wrapped in found:
        with suppress(BadSettings):  # one that cannot be read keeps no other from being marked
            marks = _name_marks(turn, child_id, opened(turn, sealed, wrapped).name)
            turn.db.execute(delete(Fingerprint).where(MARKS.child_id == child_id, MARKS.kind.in_(OF_NAMES)))
            add_rows(turn.db, Fingerprint, marks)
    return found[-1].id if found else None


@dataclass(frozen=True)
class Known:
    """Children who look the same, by id."""

    surely: tuple[int, ...] = ()
    """By name and date of birth."""
    perhaps: tuple[int, ...] = ()
    """By record number alone: a slip of the pen may name another child's."""

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys([*self.surely, *self.perhaps]))


def known(turn: Turn, private: Private) -> Known:
    """The children that share the name and date of birth, or the record number."""
    marks: dict[str, bytes | None] = {NAME_AND_BIRTH.value: None, RECORD_NUMBER.value: None}
    marks |= {kind.value: digest for kind, digest in _digests(turn, private).items()}
    found = turn.db.execute(SAME, marks).all()
    surely = tuple(child for child, kind in found if kind == NAME_AND_BIRTH)
    return Known(surely, tuple(child for child, kind in found if child not in surely))


def _digests(turn: Turn, private: Private) -> dict[Mark, bytes]:
    return {kind: turn.vault.fingerprint(kind, text) for kind, text in private.fingerprints().items()}


def identity(turn: Turn, case: Case, child: Child, basis: Basis) -> Private | None:
    """Who a case is about, put on record as seen by the asker, on this ground; None once the child is erased.

    The caller has checked that the asker may know and that the answer goes to them alone.
    """
    seen = {"person_id": turn.person.id, "case_id": case.id, "kinds": "identity", "basis": basis, "at": turn.now}
    add_row(turn.db, Viewed, seen)
    return private_of(turn, child)


def private_of(turn: Turn, child: Child) -> Private | None:
    """A child's private fields, for matching and export; showing them to a person goes through `identity`."""
    return None if child.wrapped_key is None else opened(turn, child.sealed, child.wrapped_key)


def opened(turn: Turn, sealed: bytes, wrapped_key: bytes) -> Private:
    """The private fields of a child that is not erased, from its columns."""
    values = open_with(turn.vault.unwrap(wrapped_key), sealed, "child")
    return Private(values["name"], date.fromisoformat(values["born"]), values["record_number"])


def born(turn: Turn, child: Child) -> date | None:
    """A child's date of birth, for working out a school year; None where none is kept, or no longer."""
    if child.wrapped_key is None:
        return None
    told = open_with(turn.vault.unwrap(child.wrapped_key), child.sealed, "child").get("born")
    return date.fromisoformat(told) if told else None


def must_stay(turn: Turn, child_id: int) -> None:
    """Keep a child from being erased while something more is put on record about them. Refuses one that is erased."""
    there = select(CHILD.id).where(CHILD.id == child_id, CHILD.wrapped_key.is_not(None)).with_for_update(read=True)
    if turn.db.execute(there).first() is None:
        raise NotNow("That child has just been erased, so nothing was put on record. For a new request, say: new")


def forget(turn: Turn, child_id: int) -> None:
    """Erase a child for good: the key, what was sealed under it, and every mark by which they were found.

    The record keeps its entries: what people wrote in them is unreadable from now on, and their chain is whole.
    """
    erased = {"wrapped_key": None, "wrapped_by": "", "sealed": b"", "erased_at": turn.now}
    turn.db.execute(update(Child).where(CHILD.id == child_id).values(erased))
    turn.db.execute(delete(Fingerprint).where(MARKS.child_id == child_id))


def plain(text: str) -> str:
    """Lower case, no accents, one space: how two spellings of one name are compared."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", letters.casefold()).split())
