"""What people wrote, for somebody outside: other children are taken out of it, and what is left to be read is told.

It finds what the record knows: whole names and record numbers of every other child, single names and dates of birth of
those who are spoken of in the same breath, references of other cases. Pet names, families and descriptions it cannot
find, nor whose a telephone number is: a person reads it all.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from bot.cases import children
from bot.domain import guard
from bot.domain.errors import BadSettings
from bot.domain.guard import REFERENCE, Trace, Word
from bot.domain.guard.traces import UNSEEN
from bot.domain.terms import Mark
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Child, Enquiry, EnquiryCase, Fingerprint

AT_ONCE = 10_000
"""Fingerprints in one question."""
NUMBER = re.compile(r"(?<![\w/.£-])(?!(?:19|20)\d\d(?!\d))\d{4,5}(?![\w/-])")
"""A case by its number alone, as people type it; not a year."""

ANOTHER_CHILD, THEIR_NUMBER = "[withheld: another child]", "[withheld: another child's record number]"
SOMEBODY = "[withheld: somebody from outside]"
LEAST_OF_A_NAME = 4
"""Letters of a name in a field by which it is found in other words."""
THEIR_BIRTH, ANOTHER_CASE = "[withheld: another child's date of birth]", "[withheld: another case]"

MARKS, CHILD, CASE, LETTER, LINK = (columns(each) for each in (Fingerprint, Child, Case, Enquiry, EnquiryCase))
WHOSE = select(MARKS.digest, MARKS.child_id).where(
    MARKS.kind.in_((Mark.NAME, Mark.RECORD_NUMBER)), MARKS.digest.in_(bindparam("digests", expanding=True))
)
NAMED: BindParameter[Any] = bindparam("references", expanding=True)
KIN = select(CHILD.sealed, CHILD.wrapped_key).where(
    CHILD.id.in_(
        select(CASE.child_id)
        .where(CASE.reference.in_(NAMED))
        .union(
            select(CASE.child_id).where(
                CASE.id == LINK.case_id, LINK.enquiry_id == LETTER.id, LETTER.reference.in_(NAMED)
            )
        )
    ),
    CHILD.id != bindparam("own"),
    CHILD.wrapped_key.is_not(None),
)


@dataclass(frozen=True, repr=False)
class Masked:
    """A text as it may be handed on, and what a person has to look at in it."""

    text: str
    withheld: bool = False
    look: tuple[Trace, ...] = ()
    """Numbers and addresses that somebody is known by: nobody but a reader knows whose."""


@dataclass(frozen=True, repr=False)
class Own:
    """The child whose pack it is: what is theirs is not withheld."""

    child_id: int
    names: Set[str]
    """The words of the name, and each way in which the whole is written."""
    references: Set[str]
    """Of their cases, and of letters about them."""
    others: Sequence[str]
    """Names in fields that are withheld: where somebody wrote one out, it is withheld there too."""
    staff: Mapping[tuple[str, ...], str]
    """What stands for the whole name of each member of staff: their role."""

    @property
    def numbers(self) -> set[int]:
        return {int(reference.rpartition("-")[2]) for reference in self.references}


@dataclass(frozen=True, repr=False)
class _Text:
    seen: str
    words: Sequence[Word]
    marks: Mapping[bytes, Sequence[tuple[int, int, str]]]


@dataclass(frozen=True, repr=False)
class _Kin:
    """Children who are spoken of besides: of a letter about both, or of a case that somebody named."""

    forms: Set[tuple[str, ...]]
    names: Set[str]
    births: Set[date]


def own(
    child_id: int, name: str, references: Collection[str], *, others: Collection[str], staff: Mapping[str, str]
) -> Own:
    """`others` are the names that are withheld in fields; a young person who wrote a letter is not one of them.

    `staff` are roles by whole names.
    """
    clean = guard.cleaned(name)
    names = _plain_words(name) | guard.forms(clean)
    outside = {
        each.strip() for each in others if len(each.strip()) >= LEAST_OF_A_NAME and not _plain_words(each) <= names
    }
    roles = {tuple(word.plain for word in guard.words_of(guard.cleaned(each))): staff[each] for each in staff}
    theirs = {each: roles[each] for each in roles if not set(each) <= names}
    return Own(child_id, frozenset(names), frozenset(references), sorted(outside, key=len, reverse=True), theirs)


def _plain_words(text: str) -> set[str]:
    return {word.plain for word in guard.words_of(guard.cleaned(text))}


def masked(turn: Turn, whose: Own, texts: Sequence[str]) -> list[Masked]:
    """The texts without what is known to be another child's, in their order."""
    ready = [_ready(turn, text) for text in texts]
    others = _others(turn, whose, [digest for text in ready for digest in text.marks])
    kin = _kin(turn, whose, texts)
    numbers = _others_numbers(turn, whose, [text.seen for text in ready])
    return [_masked(turn, whose, text, others, kin, numbers) for text in ready]


def _ready(turn: Turn, text: str) -> _Text:
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    plain = guard.cleaned(seen)  # of the same length: what is found there stands here
    words = guard.words_of(plain)
    marks = defaultdict[bytes, list[tuple[int, int, str]]](list)
    for name, start, end in guard.full_names(words):
        marks[turn.vault.fingerprint(Mark.NAME, name)].append((start, end, ANOTHER_CHILD))
    for number, start, end in guard.record_numbers(plain):
        marks[turn.vault.fingerprint(Mark.RECORD_NUMBER, number)].append((start, end, THEIR_NUMBER))
    return _Text(seen, words, marks)


def _others(turn: Turn, whose: Own, digests: Sequence[bytes]) -> set[bytes]:
    """The fingerprints that are another child's and not this one's as well."""
    found = defaultdict[bytes, set[int]](set)
    asked = list(dict.fromkeys(digests))
    for at in range(0, len(asked), AT_ONCE):
        for digest, child_id in turn.db.execute(WHOSE, {"digests": asked[at : at + AT_ONCE]}):
            found[digest].add(child_id)
    return {digest for digest, theirs in found.items() if whose.child_id not in theirs}


def _kin(turn: Turn, whose: Own, texts: Sequence[str]) -> _Kin:
    named = {found.upper() for text in texts for found in REFERENCE.findall(text)} | whose.references
    forms, names, births = set[tuple[str, ...]](), set[str](), set[date]()
    for sealed, wrapped in turn.db.execute(KIN, {"references": sorted(named), "own": whose.child_id}):
        with suppress(BadSettings):  # one that cannot be read keeps nobody from their own
            other = children.opened(turn, sealed, wrapped)
            clean = guard.cleaned(other.name)
            forms |= {tuple(form.split()) for form in guard.forms(clean) if " " in form}
            names |= {word.plain for word in guard.words_of(clean)}
            births.add(other.born)
    return _Kin(forms, names - whose.names, births)


def _others_numbers(turn: Turn, whose: Own, texts: Sequence[str]) -> set[int]:
    """The numbers in these texts that are another child's case."""
    written = {int(found) for text in texts for found in NUMBER.findall(text)} - whose.numbers
    theirs = select(CASE.number).where(CASE.number.in_(bindparam("numbers", expanding=True)))
    return {number for at in _lots(sorted(written)) for number in turn.db.scalars(theirs, {"numbers": at})}


def _lots(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))


def _masked(turn: Turn, whose: Own, text: _Text, others: Set[bytes], kin: _Kin, numbers: Set[int]) -> Masked:
    spans = sorted(_spans(turn, whose, text, others, kin, numbers), key=lambda span: (span[0], -span[1]))
    out, at = list[str](), 0
    for start, end, said in spans:
        if start >= at:
            out += [text.seen[at:start], said]
        at = max(at, end)
    left = "".join([*out, text.seen[at:]])
    kinds = {found.what for found in guard.numbers(guard.cleaned(left))}
    return Masked(left, bool(spans), tuple(kind for kind in Trace if kind in kinds))


def _spans(
    turn: Turn, whose: Own, text: _Text, others: Set[bytes], kin: _Kin, numbers: Set[int]
) -> Iterator[tuple[int, int, str]]:
    """What is withheld: from, to, and what stands in its place."""
    for digest in others & text.marks.keys():
        yield from text.marks[digest]
    for found in REFERENCE.finditer(text.seen):
        if found[0].upper() not in whose.references:
            yield *found.span(), ANOTHER_CASE
    for found in NUMBER.finditer(text.seen):
        if int(found[0]) in numbers:
            yield *found.span(), ANOTHER_CASE
    for name in whose.others:
        yield from ((*found.span(), SOMEBODY) for found in re.finditer(re.escape(name), text.seen, re.IGNORECASE))
    yield from ((start, end, ANOTHER_CHILD) for start, end in guard.spans_of(text.words, kin.forms))
    yield from ((each.start, each.end, ANOTHER_CHILD) for each in guard.single_names(text.words, kin.names))
    for start, end in guard.spans_of(text.words, whose.staff.keys()):
        at = tuple(word.plain for word in text.words if start <= word.start and word.end <= end)
        yield start, end, f"[{whose.staff[at]}]"
    for day, start, end in guard.days(guard.cleaned(text.seen), turn.today):
        if day in kin.births:
            yield start, end, THEIR_BIRTH
