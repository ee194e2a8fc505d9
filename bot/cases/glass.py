"""Breaking the glass: a restricted case, opened for a day and a reason to somebody who is not named to it.

Whoever asks hears one sentence and the database one set of statements, whether there is such a case or not: what is
asked is put down, and those who decide are told a few seconds later, by the bot itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.cases import approvals, history, posts, references, visible
from bot.cases.history import New
from bot.domain.calendar import london_time
from bot.domain.errors import AlreadyDone, NotAllowed, NotFound, NotNow
from bot.domain.terms import Basis, EntryKind, Notice, Role, Sensitive
from bot.turn import Turn
from storage.queries import alone
from storage.tables import Admitted, Approval, Case, Person, Post, Viewed

RECORDED = "Your request was recorded. If somebody may open it to you, they are asked now, and you hear from them."
OPEN_FOR = timedelta(hours=24)
DAY, OFTEN = timedelta(days=1), 5
"""More cases than so many that one person asks for in a day are shown to the data protection leads."""
NO_SUCH = "nothing:"
"""What a question is about where there is no such case, with the number that was given."""
WAITING = (Approval.act == Sensitive.BREAK_GLASS, col(Approval.answered_at).is_(None))


@dataclass(frozen=True)
class Opening:
    """A case that somebody opened by breaking the glass, and how often they looked at who the child is."""

    row: Admitted
    case: Case
    by: Person
    looks: int


def ask(turn: Turn, reference: str, why: str) -> None:
    """Put down that somebody asks to see a case they are not shown, whether it is there or not.

    Refuses what they see as it is, and what is no reference.
    """
    written = references.read(reference)
    who, values = visible.reader(turn, turn.person)
    there = visible.narrowed(
        turn, written, turn.db.scalars(visible.NUMBERED_FOR[who], {"number": written.number, **values})
    )
    if there:
        raise NotNow(f"You see {there[0].reference} as it is. Say: open {there[0].reference}")
    every = turn.db.exec(select(Case).where(Case.number == written.number).order_by(col(Case.id).desc()))
    hidden = visible.narrowed(turn, written, every)
    asked = references.say(references.CASE, written.year or turn.today.year, written.number)
    about = f"case:{hidden[0].id}" if hidden else f"{NO_SUCH}{asked}"
    approvals.put_down(turn, Sensitive.BREAK_GLASS, about=about, why=why, line=reference.strip())


def tell_of_asked(turn: Turn) -> int:
    """Tell those who decide what was asked since, and of whoever asks for many cases; how many questions were new."""
    new = list(_untold(turn))
    for approval in new:
        about = {"approval": approval.id}
        for person in _to_tell(turn, approval):
            key = _key(approval, person)
            posts.tell(turn, person.id or 0, Notice.YES_ASKED, about=about, key=key, not_before=turn.now)
        _tell_of_many(turn, approval.asked_by)
    return len(new)


def anything_untold(turn: Turn) -> bool:
    """Asked before `tell_of_asked`, which on SQLite keeps every other writer waiting."""
    return next(_untold(turn), None) is not None


def _untold(turn: Turn) -> Iterator[Approval]:
    """Questions that wait, and that somebody who may answer has not been told of."""
    waits = select(Approval).where(*WAITING, col(Approval.expires_at) > turn.now).order_by(col(Approval.id))
    for approval in turn.db.exec(waits).all():
        keys = [posts.post_key(_key(approval, person)) for person in _to_tell(turn, approval)]
        told = turn.db.exec(select(func.count()).select_from(Post).where(col(Post.key).in_(keys))).one()
        if told < len(keys):
            yield approval


def _to_tell(turn: Turn, approval: Approval) -> list[Person]:
    """The data protection leads and the owner's manager; where there is none of them, whoever else may say yes."""
    may, found = approvals.who_may_answer(turn, approval), approvals.what_about(turn, approval.about)
    owner = turn.db.get(Person, found[0].owner_id) if found and found[0].owner_id else None
    above = owner.manager_id if owner else None
    return [one for one in may if one.role is Role.DATA_PROTECTION or one.id == above] or may


def _key(approval: Approval, person: Person) -> str:
    return f"glass/{approval.id}/{person.id}"


def _tell_of_many(turn: Turn, asked_by: int) -> None:
    mine = (Approval.act == Sensitive.BREAK_GLASS, Approval.asked_by == asked_by)
    asked = select(func.count()).select_from(Approval).where(*mine, col(Approval.asked_at) > turn.now - DAY)
    if (many := turn.db.exec(asked).one()) > OFTEN:
        for lead in leads(turn):
            about = {"often": asked_by, "count": many}
            posts.tell(
                turn, lead.id or 0, Notice.GLASS_BROKEN, about=about, key=f"often/{asked_by}/{turn.today}/{lead.id}"
            )


def leads(turn: Turn) -> Sequence[Person]:
    """The data protection leads, by name."""
    mine = select(Person).where(Person.role == Role.DATA_PROTECTION, col(Person.active))
    return turn.db.exec(mine.order_by(Person.name)).all()


def open_up(turn: Turn, approval: Approval) -> Case:
    """Open a case for a day to whoever asked and was given a yes. The owner, their manager and the leads are told.

    Refuses where there is no such case.
    """
    found = approvals.what_about(turn, approval.about)
    case = found[0] if found else None
    if not isinstance(case, Case):
        raise NotNow("There is no such case, so nobody can open it. Decline it, and ask why it was asked for.")
    until = turn.now + OPEN_FOR
    row = Admitted(
        case_id=case.id or 0, person_id=approval.asked_by, basis=Basis.BROKE_GLASS, since=turn.now, until=until
    )
    turn.db.add(row)
    approval.used_at, approval.expires_at = turn.now, until
    turn.db.flush()
    clear = {"person": approval.asked_by, "until": until.isoformat(), **approvals.on_record(approval)}
    why = approvals.opened(turn, approval).why
    history.record(turn, case, New(EntryKind.BROKE_GLASS, turn.today, clear=clear, words=why))
    owner = turn.db.get(Person, case.owner_id) if case.owner_id else None
    told = {
        one for one in (case.owner_id, owner.manager_id if owner else None, *(lead.id for lead in leads(turn))) if one
    }
    for person_id in sorted(told - {approval.asked_by}):
        posts.tell(turn, person_id, Notice.GLASS_BROKEN, about={"admitted": row.id}, not_before=turn.now)
    return case


def openings(turn: Turn, case: Case | None = None) -> list[Opening]:
    """What was opened so and nobody has reviewed, the oldest first: of one case, or of all."""
    found = (
        select(Admitted, Case, Person)
        .join(Case, col(Case.id) == Admitted.case_id)
        .join(Person, col(Person.id) == Admitted.person_id)
        .where(Admitted.basis == Basis.BROKE_GLASS, col(Admitted.reviewed_at).is_(None))
        .order_by(col(Admitted.id))
    )
    found = found.where(Admitted.case_id == case.id) if case else found
    return [Opening(row, case, by, _looks(turn, row)) for row, case, by in turn.db.exec(found)]


def _looks(turn: Turn, row: Admitted) -> int:
    mine = (Viewed.person_id == row.person_id, Viewed.case_id == row.case_id, Viewed.basis == Basis.BROKE_GLASS)
    seen = select(func.count()).select_from(Viewed).where(*mine, col(Viewed.at) >= row.since)
    return turn.db.exec(seen).one()


def find_opened(turn: Turn, text: str) -> Case:
    """A case that waits for its review, by its reference: the lead who reviews it may not see the case itself."""
    written = references.read(text)
    rows = [one.case for one in openings(turn) if one.case.number == written.number]
    found = visible.narrowed(turn, written, {case.id: case for case in rows}.values())
    if len(found) != 1:
        raise NotFound(f"Nothing about {text.strip()} waits for a review. To see what does, say: glass")
    return found[0]


def review(turn: Turn, case: Case, words: str) -> int:
    """Put on record that a case's openings were looked into, and what was found; how many. Not by who opened it."""
    opened = openings(turn, case)
    if not opened:
        raise AlreadyDone(f"{case.reference}: every opening has been reviewed.")
    if any(one.by.id == turn.person.id for one in opened):
        raise NotAllowed("You opened it yourself: somebody else has to review that.")
    ids = [one.row.id for one in opened]
    done = {"reviewed_by": turn.person.id, "reviewed_at": turn.now}
    turn.db.execute(update(Admitted).where(col(Admitted.id).in_(ids)).values(**done))
    history.record(turn, case, New(EntryKind.GLASS_REVIEWED, turn.today, clear={"openings": ids}, words=words))
    return len(opened)


def remind(turn: Turn) -> None:
    """Once a week, on its first working day, tell the leads how many openings nobody has reviewed."""
    monday = turn.today - timedelta(days=london_time(turn.now).weekday())
    if turn.rules.calendar.next_working_day_on_or_after(monday) != turn.today:
        return
    if many := len(openings(turn)):
        alone(turn.db, "reminding of reviews")
        for lead in leads(turn):
            key = f"unreviewed/{monday}/{lead.id}"
            posts.tell(turn, lead.id or 0, Notice.GLASS_BROKEN, about={"unreviewed": many}, key=key)
