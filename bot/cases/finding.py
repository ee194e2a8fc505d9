"""Finding a child by name or record number, privately: by their marks, among those whom the asker may know.

One question is asked, whoever is there: a child whom the asker may not know is as one who is not on record.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, distinct, exists, false, func, or_, select
from sqlmodel import col

from bot.cases import visible
from bot.cases.children import plain
from bot.domain.guard import cleaned, record_numbers, words_of
from bot.domain.guard.names import LONGEST
from bot.domain.sharing import Viewer
from bot.domain.sounds import asked_for, sound
from bot.domain.terms import Basis, CaseStatus, Kind, Mark, Relation
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Admitted, Case, Child, Fingerprint, Person, Request

MOST = 10
"""The most cases that are shown at once."""
NEVER = -1
"""As many of no words as no child has."""
MARKS = columns(Fingerprint)


class Fit(IntEnum):
    """How well a child fits what was asked for; the best first."""

    EXACT = 1
    """The record number, or the whole name in one of the ways in which it is written."""
    WORDS = 2
    """Every word is one of the name's."""
    SOUND = 3
    """Every word sounds like one of the name's."""


class Match(NamedTuple):
    case: Case
    child: Child
    fit: Fit


def find(turn: Turn, text: str, *, most: int = MOST) -> list[Match]:
    """The cases of the children who fit, the best first, then those still open, then the newest: one over `most`.

    The caller shows them to the asker alone, and each by `children.identity`, which puts on record that it was shown.
    """
    fits = _fits(turn, text)
    is_open = case((col(Case.status) == CaseStatus.OPEN, 0), else_=1)
    found = (
        select(Case, Child, fits.c.fit)
        .join(Child, col(Child.id) == Case.child_id)
        .join(fits, fits.c.child_id == Case.child_id)
        .where(col(Child.wrapped_key).is_not(None), knows(turn, Kind.IDENTITY))
        .order_by(fits.c.fit, is_open, col(Case.id).desc())
        .limit(most + 1)
    )
    return [Match(found_case, child, Fit(fit)) for found_case, child, fit in turn.db.execute(found)]


def _fits(turn: Turn, text: str) -> Any:
    """How each child fits who does, by id."""
    words = asked_for(text)
    whole = " ".join([word.plain for word in words_of(cleaned(text))][:LONGEST])
    numbers = {number for number, *_ in record_numbers(f"record {cleaned(text)}")} | {plain(text)}
    sounds = {sound(word) for word in words}
    wanted = {
        Mark.RECORD_NUMBER: numbers - {""},
        Mark.NAME: {whole} if " " in whole else set(),
        Mark.NAME_PART: set(words),
        Mark.NAME_SOUND: set() if "" in sounds else sounds,
    }
    counted = {kind: _how_many(turn, kind, texts) for kind, texts in wanted.items()}
    fit = case(
        (or_(counted[Mark.RECORD_NUMBER] > 0, counted[Mark.NAME] > 0), int(Fit.EXACT)),
        (counted[Mark.NAME_PART] == (len(words) or NEVER), int(Fit.WORDS)),
        (counted[Mark.NAME_SOUND] == (len(sounds) or NEVER), int(Fit.SOUND)),
    )
    either = or_(*(_is_one_of(turn, kind, texts) for kind, texts in wanted.items()))
    children = select(MARKS.child_id, fit.label("fit")).where(either).group_by(MARKS.child_id).having(fit.is_not(None))
    return children.subquery()


def _how_many(turn: Turn, kind: Mark, texts: set[str]) -> ColumnElement[int]:
    """How many of these a child has."""
    return func.count(distinct(case((_is_one_of(turn, kind, texts), MARKS.digest))))


def _is_one_of(turn: Turn, kind: Mark, texts: set[str]) -> ColumnElement[bool]:
    return and_(MARKS.kind == kind, MARKS.digest.in_([turn.vault.fingerprint(kind, text) for text in sorted(texts)]))


def knows(turn: Turn, kind: Kind, *, own: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """The condition on Case: it is there for the asker, who may be told this kind privately, as `sharing` has it.

    `own` says of which this is their own agency's, where their own is all that they may be told.
    """
    person = turn.person
    told = list[ColumnElement[bool]]()
    for relation, is_so in _relations(turn):
        reader = Viewer(person.agency, person.role, private=True, relations=frozenset({relation}))
        if reader.may_know(kind):
            told.append(is_so)
        elif own is not None and reader.may_know(kind, person.agency):
            told.append(and_(is_so, own))
    return and_(visible.cases(turn), or_(false(), *told))


def _relations(turn: Turn) -> Iterator[tuple[Relation, ColumnElement[bool]]]:
    """What the asker is to a case, each as a condition on it: what `visible.relations_to` says of one."""
    person, restricted = turn.person, col(Case.restricted)
    team = select(col(Person.id)).where(col(Person.manager_id) == person.id)
    asked = exists().where(col(Request.case_id) == Case.id, col(Request.agency) == person.agency)
    yield Relation.ANY, restricted.is_(False)
    yield Relation.ASKED, and_(restricted.is_(False), asked.correlate(Case))
    yield Relation.OWNER, and_(restricted, col(Case.owner_id) == person.id)
    yield Relation.MANAGER, and_(restricted, col(Case.owner_id).in_(team))
    for relation, basis in ((Relation.NAMED, Basis.NAMED), (Relation.BROKE_GLASS, Basis.BROKE_GLASS)):
        yield relation, and_(restricted, col(Case.id).in_(_admitted(turn, basis)))


def _admitted(turn: Turn, basis: Basis) -> Select[int]:
    lasts = or_(col(Admitted.until).is_(None), col(Admitted.until) > turn.now)
    theirs = (col(Admitted.person_id) == turn.person.id, col(Admitted.basis) == basis)
    return select(col(Admitted.case_id)).where(*theirs, lasts)
