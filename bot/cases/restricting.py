"""A case for the named alone: making it one, opening it to all again, and naming who else may see it."""

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.cases import facts, history, posts, visible, withdrawing
from bot.cases.history import New
from bot.cases.referrals import check_theirs, owner_of
from bot.cases.staff import manager_of
from bot.cases.withdrawing import Out
from bot.domain.errors import AlreadyDone, NotAllowed, NotNow
from bot.domain.terms import Basis, EntryKind, Notice, PostSays, PostState, Restriction, Role
from bot.turn import Turn
from storage.tables import Admitted, Case, EnquiryCase, Person, Post, Room


def restrict(turn: Turn, case: Case, kind: Restriction, why: str) -> Out:
    """Hide a case at once from all but its owner, the owner's manager and who is named to it.

    Kind and reason are sealed. Refuses a case without an owner who works here: nobody would see it.
    """
    owner = owner_of(turn, case)
    if turn.person.id != owner.id and turn.person.role is not Role.MANAGER:
        raise NotAllowed(f"Only its owner, {owner.name}, or a manager can restrict {case.reference}.")
    if case.restricted:
        raise AlreadyDone(f"{case.reference} is restricted already.")
    case.restricted = True
    turn.db.add(case)
    turn.db.flush()
    history.record(turn, case, New(EntryKind.RESTRICTED, turn.today, words=f"{kind.label}: {why}"))
    out = withdrawing.take_out(turn, case)
    _ask_again(turn, case, owner)
    return out


def _ask_again(turn: Turn, case: Case, owner: Person) -> None:
    """Dates that wait for a second person's yes now wait for the owner's manager: the one who was asked sees it not."""
    manager, entries = manager_of(turn.db, owner), history.entries_of(turn.db, case)
    told = select(Post).where(Post.case_id == case.id, Post.says == PostSays.NOTICE)
    heard = {(post.person_id, post.about.get("entry")) for post in turn.db.exec(told)}
    for entry in entries:
        waits = entry.kind is EntryKind.BACKDATE_ASKED and not facts.is_agreed(entries, entry.number)
        if waits and manager and manager.id != entry.recorded_by and (manager.id, entry.number) not in heard:
            about = {"entry": entry.number}
            posts.tell(turn, manager.id or 0, Notice.APPROVAL_ASKED, case_id=case.id, about=about)


def open_to_all(turn: Turn, case: Case, why: str, *, yes: dict[str, int | None]) -> None:
    """Let everybody see a case again who sees cases. `yes` says who agreed; the named need no naming any more."""
    case.restricted = False
    turn.db.add(case)
    turn.db.flush()
    turn.db.execute(delete(Admitted).where(col(Admitted.case_id) == case.id, col(Admitted.basis) == Basis.NAMED))
    history.record(turn, case, New(EntryKind.OPENED_TO_ALL, turn.today, clear=yes, words=why))
    posts.case_moved(turn, case)
    letters = select(EnquiryCase.enquiry_id).where(EnquiryCase.case_id == case.id)
    rooms = select(Room.id).where(col(Room.bound))
    cards = (
        col(Post.enquiry_id).in_(letters),
        col(Post.says) == PostSays.ENQUIRY_CARD,
        col(Post.room_id).in_(rooms),
    )
    anew = {"withdraw": False, "wanted": Post.wanted + 1, "state": PostState.WAITING, "due_at": turn.now}
    turn.db.execute(update(Post).where(*cards).values(**anew))


def must_be_restricted(case: Case) -> None:
    """Refuses a case that everybody sees."""
    if not case.restricted:
        raise NotNow(f"{case.reference} is not restricted: everybody who sees cases can see it.")


def name(turn: Turn, case: Case, person: Person) -> None:
    """Let somebody see a restricted case, as far as their role may know anything of a case."""
    check_theirs(turn, case)
    must_be_restricted(case)
    if visible.sees(turn, person, case) and _named(turn, case, person) is None:
        raise AlreadyDone(f"{person.name} sees {case.reference} as it is.")
    if _named(turn, case, person):
        raise AlreadyDone(f"{person.name} is named to {case.reference} already.")
    turn.db.add(Admitted(case_id=case.id or 0, person_id=person.id or 0, basis=Basis.NAMED, since=turn.now))
    turn.db.flush()
    history.record(turn, case, New(EntryKind.NAMED, turn.today, clear={"person": person.id}))


def unname(turn: Turn, case: Case, person: Person) -> Out:
    """Take somebody off again. What was said to them privately about it is taken back where it can be."""
    check_theirs(turn, case)
    must_be_restricted(case)
    row = _named(turn, case, person)
    if row is None:
        raise NotNow(f"{person.name} is not named to {case.reference}.")
    turn.db.delete(row)
    turn.db.flush()
    history.record(turn, case, New(EntryKind.UNNAMED, turn.today, clear={"person": person.id}))
    return withdrawing.take_out(turn, case)


def named_to(turn: Turn, case: Case) -> Sequence[Person]:
    """Who is named to a case, by name."""
    mine = select(Person).join(Admitted, col(Admitted.person_id) == Person.id)
    return turn.db.exec(
        mine.where(Admitted.case_id == case.id, Admitted.basis == Basis.NAMED).order_by(Person.name)
    ).all()


def _named(turn: Turn, case: Case, person: Person) -> Admitted | None:
    mine = (Admitted.case_id == case.id, Admitted.person_id == person.id, Admitted.basis == Basis.NAMED)
    return turn.db.exec(select(Admitted).where(*mine)).first()
