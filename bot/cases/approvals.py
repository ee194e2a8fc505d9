"""A second person's yes: what nobody does alone is asked for, agreed to by somebody else, and then done once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import col, select

from bot.cases import posts, staff, visible
from bot.cases.recipients import AWAY
from bot.domain.calendar import moment
from bot.domain.errors import AlreadyDone, NotAllowed, NotFound, NotNow
from bot.domain.sentences import listed
from bot.domain.terms import Notice, Role, Sensitive
from bot.turn import Turn
from storage.queries import accounts_of, alone
from storage.tables import Approval, Case, Enquiry, Person

MAY_AGREE = (Role.DATA_PROTECTION, Role.MANAGER)
"""Whose yes counts, in the order in which they are asked."""
WAITS = 2
"""How many working days a question waits for its answer."""
LASTS = timedelta(hours=24)
"""How long a yes can be used."""


@dataclass(frozen=True, repr=False)
class Asked:
    """What was asked in full, opened: for the asker and for those who may say yes."""

    why: str
    line: str
    """What the asker says again once somebody agreed; empty where the yes itself does it."""
    told: tuple[int, ...]
    """Who was asked to say yes."""
    readers: tuple[int, ...]
    """The only ones who may know of it; empty where every data protection lead and manager may."""


def given(turn: Turn, act: Sensitive, about: str) -> Approval | None:
    """The yes that the asker was given for this and has not used yet: it is used up now. None where there is none."""
    theirs = (*_of_mine(turn, act, about), col(Approval.agreed), col(Approval.used_at).is_(None))
    found = select(Approval.id).where(*theirs, col(Approval.expires_at) > turn.now).order_by(col(Approval.id))
    number = turn.db.exec(found).first()
    return _changed(turn, number or 0, col(Approval.used_at).is_(None), used_at=turn.now) if number else None


def ask(turn: Turn, act: Sensitive, *, about: str, why: str, line: str, readers: Collection[int] = ()) -> Approval:
    """Ask a second person; the same again, while it waits, asks nobody twice. `line` is what the asker says again.

    `about` is such as `case:7`; with `readers` nobody else may know of it or agree. Refuses where nobody could.
    """
    alone(turn.db, "asking for a yes")
    waits = select(Approval).where(*_of_mine(turn, act, about), *_waiting(turn.now))
    if there := turn.db.exec(waits).first():
        return there
    told = _nearest(turn, _who_may(turn, turn.person, about, readers))
    if not told:
        raise NotNow(
            "Nobody else could say yes to that: it takes a data protection lead, or a manager who may know of it. "
            "Ask an administrator to put one on the staff list."
        )
    approval = _put(turn, act, about, {"why": why, "line": line, "told": told, "readers": sorted(readers)})
    for person_id in told:
        posts.tell(turn, person_id, Notice.YES_ASKED, about={"approval": approval.id})
    return approval


def put_down(turn: Turn, act: Sensitive, *, about: str, why: str, line: str) -> None:
    """Keep a question, unless the asker's own waits already, and tell nobody: those who may answer are told apart."""
    alone(turn.db, "asking for a yes")
    if turn.db.exec(select(Approval.id).where(*_of_mine(turn, act, about), *_waiting(turn.now))).first() is None:
        _put(turn, act, about, {"why": why, "line": line, "told": [], "readers": []})


def _put(turn: Turn, act: Sensitive, about: str, words: dict[str, Any]) -> Approval:
    approval = Approval(
        act=act,
        about=about,
        sealed=turn.vault.seal_own(words, _bound_to(act, about, turn.person.id)),
        asked_by=turn.person.id or 0,
        asked_at=turn.now,
        expires_at=moment(turn.rules.calendar.add_working_days(turn.today, WAITS), posts.OFFICE.closes),
    )
    turn.db.add(approval)
    turn.db.flush()
    return approval


def asked_words(turn: Turn, approval: Approval) -> str:
    """ "I have asked Nora Quill and Helen Ward. Once one of them agrees you get a button." """
    found = (turn.db.get(Person, person_id) for person_id in opened(turn, approval).told)
    names = [person.name for person in found if person]
    them = "one of them agrees" if len(names) > 1 else "they agree"
    return f"I have asked {listed(names)}. Once {them} you get a button."


def opened(turn: Turn, approval: Approval) -> Asked:
    """What was asked and why. The caller has checked that the reader may know."""
    words = turn.vault.open_own(approval.sealed, _bound_to(approval.act, approval.about, approval.asked_by))
    return Asked(words["why"], words["line"], tuple(words["told"]), tuple(words["readers"]))


def waiting_for_me(turn: Turn) -> list[Approval]:
    """What waits for the asker's yes, the oldest first."""
    waits = select(Approval).where(*_waiting(turn.now)).order_by(col(Approval.id))
    return [one for one in turn.db.exec(waits) if may_answer(turn, one, turn.person)]


def may_answer(turn: Turn, approval: Approval, person: Person) -> bool:
    """Whether somebody may say yes or no to this as the staff list stands now."""
    return person.id in {one.id for one in who_may_answer(turn, approval)}


def who_may_answer(turn: Turn, approval: Approval) -> list[Person]:
    """The data protection leads, then the managers who may know of it; of what is not there, the leads alone."""
    asker = turn.db.get_one(Person, approval.asked_by)
    fit = _who_may(turn, asker, approval.about, opened(turn, approval).readers)
    no_such = approval.act is Sensitive.BREAK_GLASS and not what_about(turn, approval.about)
    return [one for one in fit if one.role is Role.DATA_PROTECTION or not no_such]


def answer(turn: Turn, number: int, *, agreed: bool) -> Approval:
    """Say yes or no to what somebody else asked. The asker is told at once; a yes can be used for 24 hours."""
    approval = _asked_of_me(turn, number)
    values = {"answered_by": turn.person.id, "answered_at": turn.now, "agreed": agreed}
    values["expires_at"] = turn.now + LASTS if agreed else turn.now
    open_still = and_(col(Approval.answered_at).is_(None), col(Approval.used_at).is_(None))  # nor closed by `expire`
    done = _changed(turn, number, open_still, **values)
    if done is None:
        raise AlreadyDone(f"Number {number} has been answered already, or its time was over at this moment.")
    posts.tell(turn, approval.asked_by, Notice.YES_GIVEN, about={"approval": number}, not_before=turn.now)
    return done


def _asked_of_me(turn: Turn, number: int) -> Approval:
    """The question of this number, where it waits for this person. What they may not know of is not there."""
    approval = turn.db.get(Approval, number)
    if approval and approval.asked_by == turn.person.id:
        raise NotAllowed("You asked for this yourself: a second person has to agree.")
    if approval is None or not may_answer(turn, approval, turn.person):
        raise NotFound(f"Nothing numbered {number} waits for your yes. To see what does, say: approvals")
    if approval.answered_at:
        by = staff.person(turn, approval.answered_by)
        did = "agreed to" if approval.agreed else "declined"
        raise AlreadyDone(f"{by.name if by else 'Somebody'} has {did} number {number} already.")
    if approval.expires_at <= turn.now:
        raise NotNow(f"Number {number} waited too long and is no longer asked for. It can be asked for again.")
    return approval


def anything_expired(turn: Turn) -> bool:
    """Asked before `expire`, which on SQLite keeps every other writer waiting."""
    return turn.db.exec(select(Approval.id).where(*_late(turn.now)).limit(1)).first() is not None


def _late(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(Approval.answered_at).is_(None), col(Approval.used_at).is_(None), col(Approval.expires_at) <= now)


def expire(turn: Turn) -> int:
    """Close the questions that nobody answered in time, with a word to each asker; how many."""
    found = turn.db.execute(
        update(Approval)
        .where(*_late(turn.now))
        .values(used_at=turn.now)
        .returning(col(Approval.id), col(Approval.asked_by))
    )
    rows = found.all()
    for number, asked_by in rows:
        posts.tell(turn, asked_by, Notice.YES_GIVEN, about={"approval": number})
    return len(rows)


def forget(turn: Turn, about: Collection[str]) -> None:
    """Take the words out of every question about these, such as `child:12`: what they were about is erased."""
    fit = select(Approval).where(col(Approval.about).in_(about), col(Approval.act) != Sensitive.ERASE)
    for one in turn.db.exec(fit):
        asked = opened(turn, one)
        words = {"why": "", "line": asked.line, "told": asked.told, "readers": asked.readers}
        one.sealed = turn.vault.seal_own(words, _bound_to(one.act, one.about, one.asked_by))


def on_record(approval: Approval) -> dict[str, Any]:
    """What the entry of the act says of the yes: typed values for its clear part."""
    return {"approval": approval.id, "agreed_by": approval.answered_by}


def what_about(turn: Turn, about: str) -> list[Case | Enquiry]:
    """The case or letter of `case:7` or `enquiry:7`, or the cases of `child:12`."""
    kind, _, number = about.partition(":")
    if not number.isdecimal():
        return []
    match kind:
        case "enquiry":
            fit: Any = select(Enquiry).where(Enquiry.id == int(number))
        case "case":
            fit = select(Case).where(Case.id == int(number))
        case "child":
            fit = select(Case).where(Case.child_id == int(number)).order_by(col(Case.id))
        case _:
            return []
    return list(turn.db.exec(fit))


def _who_may(turn: Turn, asker: Person, about: str, readers: Collection[int]) -> list[Person]:
    """The data protection leads, then the managers who may know of it: never the asker, never one who has left."""
    fit = select(Person).where(col(Person.role).in_(MAY_AGREE), col(Person.active), Person.id != asker.id)
    people = sorted(turn.db.exec(fit), key=lambda one: (MAY_AGREE.index(one.role), one.name))
    if readers:
        return [one for one in people if one.id in readers]
    records = what_about(turn, about)
    return [one for one in people if one.role is Role.DATA_PROTECTION or all(_knows(turn, one, it) for it in records)]


def _knows(turn: Turn, person: Person, record: Case | Enquiry) -> bool:
    if isinstance(record, Case):
        return visible.sees(turn, person, record)
    return not visible.is_restricted(turn, record) or person.id in visible.restricted_to(turn, record.owner_id)


def _nearest(turn: Turn, may: Sequence[Person]) -> list[int]:
    """Whom to ask of those who may: the data protection leads and the asker's own manager, else the others.

    Those who are there and can be reached; where nobody can, a word to the first falls over as any notice does.
    """
    near = [one for one in may if one.role is Role.DATA_PROTECTION or one.id == turn.person.manager_id]
    for some in (near, may):
        if there := [one.id or 0 for one in some if _is_there(turn, one)]:
            return there
    return [one.id or 0 for one in near or may]


def _is_there(turn: Turn, person: Person) -> bool:
    away = turn.db.scalars(AWAY, {"person": person.id, "today": turn.today}).first()
    return away is None and bool(accounts_of(turn.db, person.id or 0))


def _of_mine(turn: Turn, act: Sensitive, about: str) -> tuple[ColumnElement[bool], ...]:
    return (col(Approval.act) == act, col(Approval.about) == about, col(Approval.asked_by) == turn.person.id)


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(Approval.answered_at).is_(None), col(Approval.expires_at) > now)


def _changed(turn: Turn, number: int, still: ColumnElement[bool], **values: Any) -> Approval | None:
    """The row with these values, where nobody was quicker: of two who answer or use at once only one does."""
    mine = update(Approval).where(col(Approval.id) == number, still).values(values).returning(col(Approval.id))
    if turn.db.execute(mine).scalar() is None:
        return None
    return turn.db.get_one(Approval, number, populate_existing=True)


def _bound_to(act: Sensitive, about: str, asked_by: int | None) -> str:
    """What the sealed words are bound to, so that they cannot be moved to another question."""
    return f"approval/{act}/{about}/{asked_by}"
