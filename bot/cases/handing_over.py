"""Everything that somebody owns, given to somebody else at once: when they leave, or for a long time."""

from dataclasses import dataclass

from sqlmodel import col, func, select

from bot.cases import history, new_owner, posts, referrals, visible, withdrawing
from bot.cases.enquiries import OWNERS
from bot.cases.history import New
from bot.cases.staff import OFFICERS
from bot.domain.errors import AlreadyDone, NotNow
from bot.domain.terms import CaseStatus, EntryKind, Notice
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person

THEIR_MANAGERS = "What is restricted, only their own manager hands over."
"""Said whether or not there is any: else it would tell that there is."""


@dataclass(frozen=True)
class Estate:
    """What somebody owns that is open and that the asker may see. Of what they may not see, not even how much."""

    cases: tuple[Case, ...]
    letters: tuple[Enquiry, ...]

    @property
    def count(self) -> int:
        return len(self.cases) + len(self.letters)


def estate(turn: Turn, of: Person) -> Estate:
    """What there is to hand over."""
    cases = select(Case).where(Case.owner_id == of.id, Case.status == CaseStatus.OPEN).order_by(col(Case.id))
    letters = select(Enquiry).where(Enquiry.owner_id == of.id, Enquiry.status == CaseStatus.OPEN)
    seen = turn.db.exec(cases.where(visible.cases(turn)))
    mine = tuple(case for case in seen if not case.restricted or referrals.is_theirs(turn, case))
    theirs = tuple(turn.db.exec(letters.where(visible.enquiries(turn)).order_by(col(Enquiry.id))))
    return Estate(mine, theirs)


def known_to_all(turn: Turn, of: Person) -> tuple[int, int]:
    """How many open cases and letters somebody owns of which everybody may know: no restricted case is counted."""
    fit = visible.SEES[visible.Reader.ROOM]
    cases = select(func.count()).select_from(Case).where(Case.owner_id == of.id, Case.status == CaseStatus.OPEN, fit)
    theirs = (Enquiry.owner_id == of.id, Enquiry.status == CaseStatus.OPEN, visible.letters_on(fit))
    letters = select(func.count()).select_from(Enquiry).where(*theirs)
    return turn.db.exec(cases).one(), turn.db.exec(letters).one()


def check(turn: Turn, owned: Estate, of: Person, to: Person) -> None:
    """Refuses a hand-over of nothing, to the same person, or to somebody whose work it is not."""
    if of.id == to.id:
        raise AlreadyDone(f"It all belongs to {to.name} already.")
    if not owned.count:
        raise NotNow(f"{of.name} owns nothing open that you could hand over. {THEIR_MANAGERS}")
    referrals.check_owner(turn, to, OFFICERS if owned.cases else OWNERS, blank="to")


def hand_over(turn: Turn, owned: Estate, of: Person, to: Person) -> None:
    """Give all of it a new owner. Nudges go there from now on; what the old one was told stays on record."""
    check(turn, owned, of, to)
    records: tuple[Case | Enquiry, ...] = (*owned.cases, *owned.letters)
    for record in records:
        record.owner_id = to.id
        turn.db.add(record)
        history.record(turn, record, New(EntryKind.ASSIGNED, turn.today, clear={"owner": to.id, "before": of.id}))
        new_owner.follow(turn, record)
    turn.db.flush()
    for case in owned.cases:
        if case.restricted:
            withdrawing.take_out(turn, case)
        posts.case_moved(turn, case)
    for letter in owned.letters:
        posts.enquiry_moved(turn, letter)
    if to.id != turn.person.id:
        about = {"person_id": of.id, "cases": len(owned.cases), "letters": len(owned.letters)}
        posts.tell(turn, to.id or 0, Notice.HANDED_OVER, about=about)
