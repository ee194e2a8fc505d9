"""What in a text tells who a child is, by its looks and by what the record knows: one question, and no child read but
those of the cases that are spoken of.

Whole names and record numbers of any child are found by their fingerprints. Whether the asker may know who the child is
is told with the answer, so that the same is asked whether or not there is such a child.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, bindparam, cast, exists, false, literal, null, select, union_all
from sqlmodel import Session, col

from bot.cases import children, visible
from bot.cases.children import Private
from bot.cases.visible import SEES, Reader
from bot.domain import guard
from bot.domain.errors import BadSettings
from bot.domain.guard import REFERENCE, Found, Trace, Word
from bot.domain.sharing import Viewer
from bot.domain.terms import Kind, Mark, Relation
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Child, Enquiry, EnquiryCase, Fingerprint, Person, Request

MOST_ASKED = 20_000
"""Fingerprints in one question: no message that a platform takes has as many, and no database takes many more."""
APART = "\n¦\n"
"""Between two texts: no name and no number goes across."""

MARKS, CHILD, LETTER, LINKED = columns(Fingerprint), columns(Child), columns(Enquiry), columns(EnquiryCase)
SPOKEN_OF: Any = columns(Case).id.table.alias("spoken_of").c
DIGESTS: Any = bindparam("digests", expanding=True)
REFERENCES: Any = bindparam("references", expanding=True)
NOTHING = cast(null(), LargeBinary)

Kinds = tuple[Trace, ...]


@cache
def _question(reader: Reader, once_asked: bool | None) -> Any:
    """Whose fingerprints these are, and the children of the cases and letters that are spoken of.

    The last column says whether the reader may know who each is: `once_asked` of those whom their agency was asked
    about, None of nobody.
    """
    told = _may_know(MARKS.child_id, reader, once_asked)
    marked = select(MARKS.digest, MARKS.child_id, NOTHING.label("sealed"), NOTHING.label("wrapped_key"), told)
    about = select(literal(b"").label("digest"), CHILD.id, CHILD.sealed, CHILD.wrapped_key)
    about = about.add_columns(_may_know(CHILD.id, reader, once_asked)).where(SPOKEN_OF.child_id == CHILD.id)
    of_letters = about.where(LINKED.case_id == SPOKEN_OF.id, LINKED.enquiry_id == LETTER.id)
    return union_all(
        marked.where(MARKS.kind.in_((Mark.NAME, Mark.RECORD_NUMBER)), MARKS.digest.in_(DIGESTS)),
        about.where(SPOKEN_OF.reference.in_(REFERENCES)),
        of_letters.where(LETTER.reference.in_(REFERENCES)),
    )


def _may_know(child: ColumnElement[int], reader: Reader, once_asked: bool | None) -> ColumnElement[bool]:
    if once_asked is None:
        return false().label("may_know")
    fit = [col(Case.child_id) == child, SEES[reader]]
    if once_asked:
        fit.append(exists().where(col(Request.case_id) == Case.id, col(Request.agency) == bindparam("agency")))
    return exists(select(columns(Case).id).where(*fit).correlate(MARKS.id.table, CHILD.id.table)).label("may_know")


@dataclass(frozen=True, repr=False)
class _Text:
    """One text made ready: its words, and what in it may be a child's, by fingerprint."""

    text: str
    words: Sequence[Word]
    days: Sequence[tuple[date, int, int]]
    marks: Mapping[bytes, Found]


@dataclass(frozen=True, repr=False)
class _Child:
    """A child who is spoken of, made ready to be looked for."""

    born: date
    forms: Collection[tuple[str, ...]]
    names: Collection[str]


@dataclass(frozen=True, repr=False)
class _Known:
    """What the record says of the texts: whose the fingerprints are, who is spoken of, and whom the asker may know."""

    marked: Mapping[bytes, set[int]] = field(default_factory=dict)
    about: Mapping[int, _Child] = field(default_factory=dict)
    knows: Collection[int] = ()


def traces(turn: Turn, texts: Iterable[str]) -> tuple[Trace, ...]:
    """What kinds of thing in these texts tell who a child is, a child of the cases that they name among them."""
    return of_both(turn, (), texts)[1]


def of_both(turn: Turn, typed: Iterable[str], told: Iterable[str], *others: str) -> tuple[Kinds, Kinds]:
    """The same of what a person typed and of what they are told, with one question for both.

    Of what was typed only what the person may know: else they would learn that there is such a child. `others` are
    looked through for nothing but the cases that they name.
    """
    lots = [list(typed), list(told)]
    ready = [_ready(turn, APART.join(lot)) for lot in lots]
    known = _asked(turn, ready, references_in([*lots[0], *lots[1], *others]), every=bool(lots[1]))
    knows = {child: known.about[child] for child in known.about if child in known.knows}
    theirs = {digest: found for digest, of in known.marked.items() if (found := of & {*known.knows})}
    return _kinds(turn, ready[0], _Known(theirs, knows)), _kinds(turn, ready[1], known)


def references_in(texts: Iterable[str]) -> list[str]:
    """The cases and letters that are named in full, in the order in which they are."""
    return list(dict.fromkeys(found.upper() for text in texts for found in REFERENCE.findall(text)))


def _ready(turn: Turn, text: str) -> _Text:
    plain = guard.cleaned(text)
    words = guard.words_of(plain)
    marks = {
        turn.vault.fingerprint(Mark.NAME, name): Found(Trace.FULL_NAME, start, end)
        for name, start, end in guard.full_names(words)
    }
    for number, start, end in guard.record_numbers(plain):
        marks[turn.vault.fingerprint(Mark.RECORD_NUMBER, number)] = Found(Trace.RECORD_NUMBER, start, end)
    return _Text(plain, words, guard.days(plain, turn.today), marks)


def _asked(turn: Turn, texts: Sequence[_Text], references: Sequence[str], *, every: bool) -> _Known:
    """What the record knows of these texts; nothing is asked where nothing may be known.

    Of the children who are spoken of `every` one is read, or those alone whom the asker may know: a reference of a
    hidden case takes no longer than one of a case that is not there.
    """
    digests = [digest for text in texts for digest in text.marks][:MOST_ASKED]
    if not digests and not references:
        return _Known()
    reader, values = visible.reader(turn, turn.who)
    asked = {**values, **_agency(turn), "digests": digests, "references": references}
    marked, about, knows = defaultdict[bytes, set[int]](set), dict[int, _Child](), set[int]()
    question = _question(reader, _once_asked(turn))
    for digest, child_id, sealed, wrapped, may_know in turn.db.execute(question, asked):
        if may_know:
            knows.add(child_id)
        if digest:
            marked[digest].add(child_id)
        elif wrapped is not None and (every or may_know):
            with suppress(BadSettings):  # a child that cannot be read keeps no message back
                about[child_id] = _spoken_of(children.opened(turn, sealed, wrapped))
    return _Known(marked, about, knows)


def _once_asked(turn: Turn) -> bool | None:
    """Whether the asker may know who a child is only once their agency was asked; None: they never may."""
    if turn.who is None:
        return None
    viewer = Viewer(agency=turn.who.agency, role=turn.who.role, private=True)
    if viewer.may_know(Kind.IDENTITY):
        return False
    once = replace(viewer, relations=frozenset({Relation.ASKED}))
    return True if once.may_know(Kind.IDENTITY) else None


def _agency(turn: Turn) -> dict[str, Any]:
    return {"agency": turn.who.agency} if _once_asked(turn) and turn.who else {}


def _spoken_of(who: Private) -> _Child:
    name = guard.cleaned(who.name)
    whole = {tuple(form.split()) for form in guard.forms(name) if " " in form}
    return _Child(who.born, whole, {word.plain for word in guard.words_of(name)})


def _kinds(turn: Turn, text: _Text, known: _Known) -> Kinds:
    """Each kind once; whoever hears of a whole name need not hear of its parts."""
    kinds = {found.what for found in _no_grown_ups(turn.db, text, list(_found(turn.today, text, known)))}
    return tuple(kind for kind in Trace if kind in kinds and not (kind is Trace.NAME and Trace.FULL_NAME in kinds))


def _found(today: date, text: _Text, known: _Known) -> Iterator[Found]:
    yield from guard.numbers(text.text)
    yield from guard.births(text.text, today, text.days)
    yield from (found for digest, found in text.marks.items() if digest in known.marked)
    for child in known.about.values():
        yield from _of_child(text, child)


def _of_child(text: _Text, child: _Child) -> Iterator[Found]:
    """What is a known child's own: the day of birth however it is written, and a first or last name."""
    for day, start, end in text.days:
        if day == child.born:
            yield Found(Trace.BIRTH, start, end)
    for start, end in guard.spans_of(text.words, child.forms):
        if text.text[start].isupper():
            yield Found(Trace.FULL_NAME, start, end)
    yield from guard.single_names(text.words, child.names)


def _no_grown_ups(db: Session, text: _Text, found: Sequence[Found]) -> Iterator[Found]:
    """A whole name that a grown-up bears in this work is theirs: of staff, or of an MP who has written."""
    named = (Trace.FULL_NAME, Trace.NAME)
    theirs: list[tuple[int, int]] = []
    if any(each.what in named for each in found):
        names = db.execute(union_all(select(columns(Person).name), select(LETTER.mp).distinct())).scalars()
        theirs += guard.spans_of(text.words, {tuple(word.plain for word in guard.words_of(name)) for name in names})
    for each in found:
        if each.what not in named or not any(each.within(*span) for span in theirs):
            yield each
