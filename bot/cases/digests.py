"""The digest: who has one this morning, and what it speaks of."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.cases.posts import OFFICE, new_post, post_key, tell_administrators
from bot.cases.recipients import Place, Recipients
from bot.domain.calendar import london_time, moment
from bot.domain.terms import CaseStatus, ClockState, Notice, PostSays, PostState
from bot.turn import Turn
from storage.queries import add_new
from storage.tables import Case, Deadline, Enquiry, Nudge, Post

AHEAD = timedelta(days=7)
"""How far ahead a digest looks."""


def are_due(turn: Turn) -> bool:
    """Asked before `put_digests`, which on SQLite keeps every other writer waiting."""
    return OFFICE.is_open(turn.now, calendar=turn.rules.calendar) and not _done_today(turn)


def put_digests(turn: Turn) -> int:
    """Put in the digests of this working day, once, from opening time on; how many.

    Who has nothing late or due within a week hears so on the first working day of the week, and else nothing.
    """
    if not are_due(turn):
        return 0
    recipients = Recipients(turn)
    owners, nudges, places = _by_reader(turn, recipients)
    rows = []
    for place in places:
        soonest = min((day for day in owners[place].values() if day), default=None)
        nothing = not nudges[place] and (soonest is None or soonest > turn.today + AHEAD)
        if not nothing or _is_first_of_week(turn):
            rows.append(_row(turn, place, list(owners[place]), nudges[place], nothing=nothing))
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


def _by_reader(
    turn: Turn, recipients: Recipients
) -> tuple[dict[Place, dict[int, date | None]], dict[Place, list[int]], list[Place]]:
    """By who reads: the owners they read for, each with the soonest safe date, and the nudges kept for a digest."""
    owners: dict[Place, dict[int, date | None]] = defaultdict(dict)
    nudges: dict[Place, list[int]] = defaultdict(list)
    for owner_id, soonest in _owners(turn).items():
        for place in recipients.reader(owner_id).places:
            owners[place][owner_id] = soonest
    for person_id, kept in _kept(turn).items():
        places = recipients.reader(person_id).places
        for place in places:
            nudges[place] += kept
        if not places:
            key = f"unheard/{person_id}/{turn.today}"
            tell_administrators(turn, Notice.UNDELIVERED, about={"person_id": person_id}, key=key)
    return owners, nudges, list(dict.fromkeys([*owners, *nudges]))


def _owners(turn: Turn) -> dict[int, date | None]:
    """Everybody who owns something open, with the soonest safe date of a duty that runs on it."""
    runs = (col(Deadline.state) == ClockState.RUNNING) & ~col(Deadline.information)
    owners: dict[int, date | None] = {}
    for table, mine in ((Case, Deadline.case_id), (Enquiry, Deadline.enquiry_id)):
        found = (
            select(table.owner_id, func.min(Deadline.safe))
            .outerjoin(Deadline, (col(mine) == table.id) & runs)
            .where(table.status == CaseStatus.OPEN, col(table.owner_id).is_not(None))
            .group_by(col(table.owner_id))
        )
        for owner_id, soonest in turn.db.exec(found):
            days = [day for day in (soonest, owners.get(owner_id or 0)) if day]
            owners[owner_id or 0] = min(days, default=None)
    return owners


def _kept(turn: Turn) -> dict[int, list[int]]:
    """Nudges of cases that arrived late, by person: they wait for a digest."""
    waiting = (
        select(Nudge.person_id, Nudge.id)
        .where(col(Nudge.late_arrival), col(Nudge.post_id).is_(None), Nudge.skipped == "")
        .where(col(Nudge.person_id).is_not(None))
        .order_by(col(Nudge.due), col(Nudge.id))
    )
    kept: dict[int, list[int]] = defaultdict(list)
    for person_id, nudge_id in turn.db.exec(waiting):
        kept[person_id or 0].append(nudge_id or 0)
    return kept


def _row(turn: Turn, place: Place, owners: Sequence[int], nudges: Sequence[int], *, nothing: bool) -> dict[str, Any]:
    about = {"owners": list(owners), "nudges": list(nudges), "nothing": nothing}
    key = post_key("digest", place.person_id, turn.today)
    return new_post(turn, PostSays.DIGEST, place.connection_id, key=key, person_id=place.person_id, about=about)


def _done_today(turn: Turn) -> bool:
    opened = moment(turn.today, OFFICE.opens)
    today = (col(Post.state).in_(list(PostState)), col(Post.not_before) >= opened)
    return turn.db.exec(select(Post.id).where(*today, Post.says == PostSays.DIGEST).limit(1)).first() is not None


def _is_first_of_week(turn: Turn) -> bool:
    monday = turn.today - timedelta(days=london_time(turn.now).weekday())
    return turn.rules.calendar.next_working_day_on_or_after(monday) == turn.today
