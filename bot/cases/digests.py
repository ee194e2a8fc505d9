"""The digest: who has one this morning, and what it speaks of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, false, func, or_, update
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from bot.cases.posts import new_post, post_key, tell_administrators
from bot.cases.recipients import Hearers, Place, Recipients
from bot.domain.calendar import OfficeHours, london_date, london_time, moment
from bot.domain.terms import CaseStatus, ClockState, Hears, Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import add_new
from storage.tables import Case, Connection, Deadline, Enquiry, Nudge, Post

MORNING = OfficeHours(closes=time(12))
"""When digests are put in. Later than that a day has no digest any more: what is due is then said at its own hour."""
AHEAD = timedelta(days=7)
"""How far ahead a digest looks."""


@dataclass
class Reading:
    """What one person reads in the morning."""

    owners: list[int] = field(default_factory=list)
    """Whose cases and letters: their own, and those of whom they cover for."""
    restricted_of: list[int] = field(default_factory=list)
    """Whose restricted cases alone: the owner is away, and whoever covers may not see them."""
    soonest: date | None = None
    nudges: list[int] = field(default_factory=list)

    def add(self, owner_id: int, soonest: date | None, *, restricted: bool) -> None:
        mine = self.restricted_of if restricted else self.owners
        if owner_id not in mine:
            mine.append(owner_id)
        self.soonest = min((day for day in (soonest, self.soonest) if day), default=None)


def are_due(turn: Turn) -> bool:
    """Asked before `put_digests`, which on SQLite keeps every other writer waiting."""
    if not MORNING.is_open(turn.now, calendar=turn.rules.calendar):
        return False
    return turn.db.exec(select(Post.id).where(Post.key == _mark_key(turn))).first() is None


def is_stale(turn: Turn, post: Post) -> bool:
    """A digest of an earlier day: it would call that day today, and there is a new one."""
    return post.says is PostSays.DIGEST and london_date(post.made_at) < turn.today


def put_digests(turn: Turn) -> int:
    """Put in the digests of this working day, once, in the morning; how many.

    Who has nothing late or due within a week hears so on the first working day of the week, and else nothing.
    """
    if not are_due(turn) or not _mark(turn):
        return 0
    rows = []
    for place, reading in _by_reader(turn).items():
        nothing = not reading.nudges and (reading.soonest is None or reading.soonest > turn.today + AHEAD)
        if not nothing or _is_first_of_week(turn):
            rows.append(_row(turn, place, reading, nothing=nothing))
    new = add_new(turn.db, Post, rows)
    said_in = [
        {"id": nudge, "post_id": new[row["key"]]}
        for row in rows
        if row["key"] in new
        for nudge in row["about"]["nudges"]
    ]
    if said_in:
        turn.db.execute(update(Nudge), said_in)
    return len(new)


def _by_reader(turn: Turn) -> dict[Place, Reading]:
    """What there is to read this morning, by who reads it."""
    recipients = Recipients(turn, mail=False)
    readings: dict[Place, Reading] = defaultdict(Reading)
    for (owner_id, restricted), soonest in _owners(turn).items():
        for place in _reader(recipients, owner_id, restricted).places:
            readings[place].add(owner_id, soonest, restricted=restricted and place.person_id != owner_id)
    for kept in _kept(turn):
        if kept.restricted:
            places = recipients.of(kept.hears, owner_id=kept.owner_id, agency=None, restricted=True).places
        else:
            places = recipients.reader(kept.person_id).places
        for place in places:
            readings[place].nudges.append(kept.id)
        if not places:
            key = f"unheard/{kept.person_id}/{turn.today}"
            tell_administrators(turn, Notice.UNDELIVERED, about={"person_id": kept.person_id}, key=key)
    return readings


def _reader(recipients: Recipients, owner_id: int, restricted: bool) -> Hearers:
    """Who reads for an owner: of restricted cases, somebody who may see them."""
    if restricted:
        return recipients.of(Hears.OWNER, owner_id=owner_id, agency=None, restricted=True)
    return recipients.reader(owner_id)


def _owners(turn: Turn) -> dict[tuple[int, bool], date | None]:
    """Everybody who owns something open, restricted or not, with the soonest safe date of a duty that runs on it."""
    runs = (col(Deadline.state) == ClockState.RUNNING, ~col(Deadline.information))
    owners: dict[tuple[int, bool], date | None] = {}
    whose = ((Case, Deadline.case_id, col(Case.restricted)), (Enquiry, Deadline.enquiry_id, false()))
    for table, mine, restricted in whose:
        # Apart: joined row by row, SQLite reads every duty that runs once for each case.
        dated: Select[Any, date] = select_rows(col(mine).label("of"), func.min(Deadline.safe).label("safe"))
        each = dated.where(*runs, col(mine).is_not(None)).group_by(col(mine)).subquery()
        found = (
            select_rows(col(table.owner_id), restricted, func.min(each.c.safe))
            .select_from(table)
            .outerjoin(each, each.c.of == table.id)
            .where(col(table.status) == CaseStatus.OPEN, col(table.owner_id).is_not(None))
            .group_by(col(table.owner_id), *([restricted] if table is Case else []))
        )
        for owner_id, hidden, soonest in turn.db.execute(found):
            of = (owner_id, bool(hidden))
            owners[of] = min((day for day in (soonest, owners.get(of)) if day), default=None)
    return owners


def _kept(turn: Turn) -> Sequence[Any]:
    """Nudges of cases that arrived late, which wait for a digest, and whether only some may hear of the case.

    Among them those of a digest of an earlier day that was held back, and that nobody will read any more.
    """
    earlier = col(Post.made_at) < moment(turn.today, time())
    held = and_(col(Post.says) == PostSays.DIGEST, col(Post.state) == PostState.WAITING, earlier)
    waiting = (
        select_rows(col(Nudge.id), col(Nudge.person_id), col(Nudge.hears), col(Case.owner_id), col(Case.restricted))
        .join(Deadline, col(Deadline.id) == Nudge.deadline_id)
        .outerjoin(Case, col(Case.id) == Deadline.case_id)
        .outerjoin(Post, col(Post.id) == Nudge.post_id)
        .where(col(Nudge.late_arrival), or_(col(Nudge.post_id).is_(None), held), col(Nudge.skipped) == "")
        .where(col(Nudge.person_id).is_not(None))
        .order_by(col(Nudge.due), col(Nudge.id))
    )
    return turn.db.execute(waiting).all()


def _row(turn: Turn, place: Place, reading: Reading, *, nothing: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"owners": reading.owners, "nudges": reading.nudges, "nothing": nothing}
    if reading.restricted_of:
        about["restricted_of"] = reading.restricted_of
    key = post_key("digest", place.person_id, turn.today)
    return new_post(turn, PostSays.DIGEST, place.connection_id, key=key, person_id=place.person_id, about=about)


def _mark(turn: Turn) -> bool:
    """Note that this day's digests are seen to, those of a day with none as well; False where somebody did before.

    The mark is a post to nobody that is never sent: found by its key, and kept or lost together with the digests.
    """
    connection = turn.db.exec(select(Connection.id).order_by(col(Connection.id))).first()
    if connection is None:
        return False
    mark = new_post(turn, PostSays.DIGEST, connection, key=_mark_key(turn), state=PostState.DROPPED)
    return bool(add_new(turn.db, Post, [mark]))


def _mark_key(turn: Turn) -> str:
    return post_key("digests", turn.today)


def _is_first_of_week(turn: Turn) -> bool:
    monday = turn.today - timedelta(days=london_time(turn.now).weekday())
    return turn.rules.calendar.next_working_day_on_or_after(monday) == turn.today
