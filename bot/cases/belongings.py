"""Everything that is one child's: the cases and the letters about them, also those that the asker may not see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, exists, func, select
from sqlmodel import col
from sqlmodel import select as records

from bot.cases import references, visible
from bot.domain.errors import NotFound, WhichOne
from bot.domain.terms import CaseStatus
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Child, Enquiry, EnquiryCase

LINKED, CASES, LETTERS = columns(EnquiryCase), columns(Case), columns(Enquiry)
THE_CHILD = records(Child).where(col(Child.id) == bindparam("child"))
OF_CHILD = records(Case).where(col(Case.child_id) == bindparam("child")).order_by(col(Case.id))
ABOUT = exists().where(
    LINKED.enquiry_id == LETTERS.id, LINKED.case_id == CASES.id, CASES.child_id == bindparam("child")
)
ABOUT_OTHERS = exists().where(
    LINKED.enquiry_id == LETTERS.id, LINKED.case_id == CASES.id, CASES.child_id != bindparam("child")
)
ABOUT_CHILD = records(Enquiry).where(ABOUT).order_by(col(Enquiry.id))
ALONE = select(LETTERS.id).where(ABOUT, ~ABOUT_OTHERS)
ANEW = {"populate_existing": True}


@dataclass(frozen=True)
class Belongings:
    """One child's cases and letters, or one letter by itself."""

    child: Child | None
    """None where it is a letter that is spoken of, and not the children it is about."""
    cases: Sequence[Case]
    letters: Sequence[Enquiry]
    alone: Sequence[Enquiry]
    """The letters that are about this child and no other: their words go with the child's."""

    @property
    def what(self) -> str:
        """`child:12` or `enquiry:7`."""
        return f"child:{self.child.id}" if self.child else f"enquiry:{self.letters[0].id}"

    @property
    def records(self) -> list[Case | Enquiry]:
        return [*self.cases, *self.letters]

    @property
    def going(self) -> list[Case | Enquiry]:
        """Those whose words go."""
        return [*self.cases, *self.alone]

    @property
    def erased(self) -> bool:
        if self.child is not None:
            return self.child.wrapped_key is None
        return self.letters[0].wrapped_key is None

    @property
    def still_open(self) -> list[Case | Enquiry]:
        return [record for record in self.records if record.status is CaseStatus.OPEN]


def find(turn: Turn, text: str) -> Case | Enquiry:
    """A case or a letter by its reference, for whoever answers for what is kept.

    Of letters those that are about no case hidden from them: it is for how long they are kept, not what they hold.
    """
    if not references.is_letters(text):
        return visible.find_case(turn, text)
    written = references.read(text, *references.LETTERS)
    there = records(Enquiry).where(Enquiry.number == written.number, visible.letters_on(visible.cases(turn)))
    if written.prefix:
        there = there.where(Enquiry.kind == references.LETTERS[written.prefix])
    if written.year:
        there = there.where(Enquiry.year == written.year)
    found = turn.db.exec(there).all()
    if len(found) > 1:
        named = {letter.reference: letter.reference for letter in found}
        raise WhichOne(f"Which one do you mean by {text.strip()}: {' or '.join(named)}?", named, wrote=text)
    if not found:
        raise NotFound(f"I can't find {text.strip()} among the letters you can see. Check the number.")
    return found[0]


def of(turn: Turn, about: Case | Enquiry) -> Belongings:
    """What belongs to the child of a case; of a letter that letter, with its cases looked at by nobody."""
    return of_child(turn, about.child_id) if isinstance(about, Case) else Belongings(None, (), [about], [about])


def in_hand(turn: Turn, about: Case | Enquiry) -> Belongings:
    """What `of` finds, as it stands now; until this transaction is over nobody adds to it, reopens or holds it."""
    for child_id in [about.child_id] if isinstance(about, Case) else children_of(turn, about):
        for whole in (THE_CHILD, OF_CHILD, ABOUT_CHILD):
            turn.db.scalars(whole.with_for_update(), {"child": child_id}, execution_options=ANEW).all()
    if isinstance(about, Enquiry):
        turn.db.refresh(about, with_for_update=True)
    return of(turn, about)


def of_child(turn: Turn, child_id: int) -> Belongings:
    values = {"child": child_id}
    letters = list(turn.db.scalars(ABOUT_CHILD, values))
    alone = set(turn.db.execute(ALONE, values).scalars())
    return Belongings(
        child=turn.db.get_one(Child, child_id, populate_existing=True),
        cases=list(turn.db.scalars(OF_CHILD, values)),
        letters=letters,
        alone=[letter for letter in letters if letter.id in alone],
    )


def children_of(turn: Turn, letter: Enquiry) -> list[int]:
    """The children that a letter is about, by id."""
    found: Select[tuple[int]] = select(CASES.child_id).where(LINKED.case_id == CASES.id, LINKED.enquiry_id == letter.id)
    return sorted(set(turn.db.execute(found).scalars()))


def hidden(turn: Turn, cases: Sequence[Case]) -> int:
    """How many of these the asker may not know of; none where nobody asks."""
    if turn.who is None or not cases:
        return 0
    seen = select(func.count()).select_from(CASES.id.table).where(CASES.id.in_([case.id for case in cases]))
    return len(cases) - turn.db.execute(seen.where(visible.cases(turn))).scalar_one()
