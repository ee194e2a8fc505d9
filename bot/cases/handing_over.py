"""Everything that somebody owns, given to somebody else at once: when they leave, or for a long time."""

from dataclasses import dataclass

from sqlmodel import col, select

from bot.cases import history, new_owner, posts, referrals, visible
from bot.cases.enquiries import OWNERS
from bot.cases.history import New
from bot.cases.staff import OFFICERS
from bot.domain.errors import AlreadyDone, NotNow
from bot.domain.terms import CaseStatus, EntryKind, Notice
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person


@dataclass(frozen=True)
class Estate:
    """What somebody owns that is open and that the asker may see, and how much more there is."""

    cases: tuple[Case, ...]
    letters: tuple[Enquiry, ...]
    hidden: int = 0
    """Restricted cases, and letters about them, that only their own manager may hand over."""

    @property
    def count(self) -> int:
        return len(self.cases) + len(self.letters)


def estate(turn: Turn, of: Person) -> Estate:
    """What there is to hand over."""
    cases = select(Case).where(Case.owner_id == of.id, Case.status == CaseStatus.OPEN).order_by(col(Case.id))
    letters = select(Enquiry).where(Enquiry.owner_id == of.id, Enquiry.status == CaseStatus.OPEN)
    mine = tuple(turn.db.exec(cases.where(visible.cases(turn))))
    theirs = tuple(turn.db.exec(letters.where(visible.enquiries(turn)).order_by(col(Enquiry.id))))
    every = len(turn.db.exec(cases).all()) + len(turn.db.exec(letters).all())
    return Estate(mine, theirs, every - len(mine) - len(theirs))


def check(turn: Turn, owned: Estate, of: Person, to: Person) -> None:
    """Refuses a hand-over of nothing, to the same person, or to somebody whose work it is not."""
    if of.id == to.id:
        raise AlreadyDone(f"It all belongs to {to.name} already.")
    if not owned.count:
        left = f" {owned.hidden} restricted: only their own manager can hand those over." if owned.hidden else ""
        raise NotNow(f"{of.name} owns nothing open that you could hand over.{left}")
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
        posts.case_moved(turn, case)
    for letter in owned.letters:
        posts.enquiry_moved(turn, letter)
    if to.id != turn.person.id:
        about = {"person_id": of.id, "cases": len(owned.cases), "letters": len(owned.letters)}
        posts.tell(turn, to.id or 0, Notice.HANDED_OVER, about=about)
