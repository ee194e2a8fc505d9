"""Everything that is held of one child and was shown of them, gathered from every case, restricted ones included.

It is read for a subject access pack alone: the caller has a second person's yes. Nothing is put in words here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from bot.cases import children, exports
from bot.cases.children import Private
from bot.cases.files import CaseFile, EnquiryFile, open_case_file, open_enquiry_file
from bot.domain import guard
from bot.domain.guard import REFERENCE
from bot.domain.ladder import LATER_SPOKE
from bot.domain.terms import PostSays
from bot.turn import Turn
from storage.columns import columns
from storage.tables import (
    Admitted,
    Approval,
    Case,
    Child,
    Connection,
    Deadline,
    Enquiry,
    EnquiryCase,
    Export,
    Heard,
    Hold,
    Nudge,
    Person,
    Post,
    Room,
    Viewed,
)

HEARD_ABOUT = "heard"
BATCH = 1_000
KEPT = columns(Heard)


@dataclass(frozen=True)
class Told:
    """One thing that was said of the child: a reminder of a date, or a card or notice."""

    at: datetime | None
    """When it went out; None where it has not."""
    made_at: datetime
    to: Person | Room | None
    platform: str
    deadline: Deadline | None = None
    nudge: Nudge | None = None
    post: Post | None = None


@dataclass(frozen=True, repr=False)
class Asked:
    """A line that somebody said to the bot and that named the child or a case of theirs, opened."""

    at: datetime
    by: Person | None
    line: str
    answer: str
    verdict: str


@dataclass(frozen=True, repr=False)
class Gathered:
    """All of it, as it lies in the record."""

    child: Child
    who: Private | None
    cases: list[CaseFile]
    letters: list[EnquiryFile]
    told: Sequence[Told] = ()
    seen: Sequence[tuple[Viewed, Person, Case]] = ()
    asked: Sequence[Asked] = ()
    exports: Sequence[Export] = ()
    holds: Sequence[Hold] = ()
    admitted: Sequence[tuple[Admitted, Case]] = ()
    approvals: Sequence[Approval] = ()
    staff: Sequence[Person] = ()
    """Everybody who works here or has, by whose names others may speak of them."""

    @property
    def references(self) -> list[str]:
        return [file.case.reference for file in self.cases] + [file.enquiry.reference for file in self.letters]

    @property
    def files(self) -> list[CaseFile | EnquiryFile]:
        return [*self.cases, *self.letters]

    def is_shared(self, letter: EnquiryFile) -> bool:
        """Whether a letter is about another child too."""
        return any(case.child_id != self.child.id for case in letter.cases)


def gather(turn: Turn, child_id: int) -> Gathered:
    """Everything of this child, whoever asks: who may have it is decided before."""
    db, child = turn.db, turn.db.get_one(Child, child_id)
    cases = db.exec(select(Case).where(Case.child_id == child_id).order_by(col(Case.opened_at), col(Case.id))).all()
    ids = [case.id or 0 for case in cases]
    linked = select(EnquiryCase.enquiry_id).where(col(EnquiryCase.case_id).in_(ids))
    letters = db.exec(select(Enquiry).where(col(Enquiry.id).in_(linked)).order_by(col(Enquiry.id))).all()
    who = children.private_of(turn, child)
    about = [f"child:{child_id}", *(f"case:{one}" for one in ids)]
    seen = select(Viewed, Person, Case).join(Person, col(Viewed.person_id) == Person.id)
    seen = seen.join(Case, col(Viewed.case_id) == Case.id).where(col(Viewed.case_id).in_(ids))
    admitted = select(Admitted, Case).join(Case, col(Admitted.case_id) == Case.id).where(col(Case.id).in_(ids))
    return Gathered(
        child=child,
        who=who,
        cases=[open_case_file(turn, case) for case in cases],
        letters=[open_enquiry_file(turn, letter) for letter in letters],
        told=list(_told(turn, ids, [letter.id or 0 for letter in letters])),
        seen=[(one, person, case) for one, person, case in db.exec(seen.order_by(col(Viewed.at), col(Viewed.id)))],
        asked=list(_asked(turn, cases, who)),
        exports=exports.of_child(turn, child_id),
        holds=db.exec(select(Hold).where(Hold.child_id == child_id).order_by(col(Hold.id))).all(),
        admitted=[(one, case) for one, case in db.exec(admitted.order_by(col(Admitted.id)))],
        staff=db.exec(select(Person)).all(),
        approvals=db.exec(select(Approval).where(col(Approval.about).in_(about)).order_by(col(Approval.id))).all(),
    )


def of_case(turn: Turn, case: Case) -> Gathered:
    """One case and the letters about it, for whoever takes it over; nothing of who looked or what was said."""
    file = open_case_file(turn, case)
    linked = select(Enquiry).join(EnquiryCase, col(EnquiryCase.enquiry_id) == Enquiry.id)
    letters = turn.db.exec(linked.where(EnquiryCase.case_id == case.id).order_by(col(Enquiry.id))).all()
    child = turn.db.get_one(Child, case.child_id)
    return Gathered(
        child, children.private_of(turn, child), [file], [open_enquiry_file(turn, letter) for letter in letters]
    )


def _told(turn: Turn, cases: Sequence[int], letters: Sequence[int]) -> Iterator[Told]:
    """What the bot said of its own accord, oldest first: reminders, then cards and notices."""
    streams = [*(f"case:{one}" for one in cases), *(f"enquiry:{one}" for one in letters)]
    nudges = (
        select(Nudge, Deadline, Post)
        .join(Deadline, col(Nudge.deadline_id) == Deadline.id)
        .outerjoin(Post, col(Nudge.post_id) == Post.id)
        .where(col(Deadline.stream).in_(streams), col(Nudge.skipped) != LATER_SPOKE)
        .order_by(col(Nudge.at), col(Nudge.id))
    )
    platforms = {one.id: one.platform.value for one in turn.db.exec(select(Connection))}
    for nudge, deadline, post in turn.db.exec(nudges):
        whom = _whom(turn, nudge.person_id, nudge.room_id)
        platform = platforms.get(post.connection_id, "") if post else ""
        yield Told(post.sent_at if post else None, nudge.at, whom, platform, deadline=deadline, nudge=nudge)
    about = or_(col(Post.case_id).in_(cases), col(Post.enquiry_id).in_(letters))
    posts = select(Post).where(about, col(Post.says) != PostSays.NUDGES).order_by(col(Post.made_at), col(Post.id))
    for post in turn.db.exec(posts):
        whom = _whom(turn, post.person_id, post.room_id)
        yield Told(post.sent_at, post.made_at, whom, platforms.get(post.connection_id, ""), post=post)


def _whom(turn: Turn, person_id: int | None, room_id: int | None) -> Person | Room | None:
    if person_id:
        return turn.db.get(Person, person_id)
    return turn.db.get(Room, room_id) if room_id else None


def _asked(turn: Turn, cases: Sequence[Case], who: Private | None) -> Iterator[Asked]:
    """Of the lines that are still kept, those that name the child, or a case of theirs, or were answered with one."""
    names = _Names(cases, who)
    found = turn.db.execute(
        select(KEPT.sealed, KEPT.person_id, KEPT.verdict, KEPT.at)
        .order_by(KEPT.at, KEPT.id)
        .execution_options(yield_per=BATCH)
    )
    people: dict[int, Any] = {}
    for sealed, person_id, verdict, at in found:
        told = turn.vault.open_own(sealed, HEARD_ABOUT)
        if names.are_in(told["line"], told["text"]):
            if person_id and person_id not in people:
                people[person_id] = turn.db.get(Person, person_id)
            yield Asked(at, people.get(person_id or 0), told["line"], told["text"], verdict)


class _Names:
    """By what a line is known to be about the child."""

    def __init__(self, cases: Sequence[Case], who: Private | None) -> None:
        self._references = {case.reference for case in cases}
        numbers = "|".join(str(case.number) for case in cases)
        self._number = re.compile(rf"(?<![\w-])0*(?:{numbers})(?![\w-])")
        self._words = [word.plain for word in guard.words_of(guard.cleaned(who.name))] if who else []

    def are_in(self, line: str, answer: str) -> bool:
        named = {found.upper() for text in (line, answer) for found in REFERENCE.findall(text)}
        if named:
            return not named.isdisjoint(self._references) or self._is_named(line)
        return self._is_numbered(line) or self._is_named(line)

    def _is_numbered(self, line: str) -> bool:
        """A number as people type a case's: of four figures, whose answer named no other."""
        return any(len(found[0]) >= 4 for found in self._number.finditer(line))

    def _is_named(self, line: str) -> bool:
        if not self._words or (line.isascii() and self._words[-1] not in line.lower().replace("'", "")):
            return False  # most lines by far, and many are looked through
        words = {word.plain for word in guard.words_of(guard.cleaned(line))}
        return {self._words[0], self._words[-1]} <= words
