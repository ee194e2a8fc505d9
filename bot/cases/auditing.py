"""What should have been said or sent by now and was not: found without changing anything, and made to go again.

Nothing is said twice by it: a nudge keeps its one key, a post its own, and what may have been sent is asked for first.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update
from sqlmodel import col

from bot.cases import visible
from bot.cases.climbing import ladder_of
from bot.cases.digests import MORNING
from bot.cases.hours import SPEAKING
from bot.cases.kept_reminders import due
from bot.cases.outbox import IN_OFFICE_HOURS
from bot.cases.posts import NOBODY, OFFICE, in_office_hours, new_post
from bot.cases.recipients import ByMail, Place, Recipients
from bot.cases.set_aside import AN_HOUR, tell_of_deadline
from bot.domain.calendar import ONE_DAY, OfficeHours, moment
from bot.domain.ladder import LATER_SPOKE, TOO_LATE, rung_moments
from bot.domain.terms import CaseStatus, ClockState, PostSays, PostState
from bot.turn import Turn
from storage.columns import columns
from storage.queries import add_new, alone
from storage.tables import Case, Deadline, Enquiry, Entry, Nudge, Post

GRACE = timedelta(minutes=10)
"""How late something may be before it is found."""
LONGEST_HOLD = timedelta(hours=4)
"""No platform holds a room back for longer: a post held beyond it was noted by a clock that was wrong."""
LOOKS_BACK = timedelta(days=14)
"""How old a nudge may be that is still said: the longest time between two rungs is shorter."""
AT_MOST = 500
"""How many of a kind are found, and done again, in one pass."""

UNHEARD = (NOBODY, "nobody could be reached")
"""How the reasons of nudges begin that were skipped because there was nobody to hear them."""


class Found(StrEnum):
    """What can be amiss."""

    UNSENT = "unsent"
    """A post is due and has not gone out."""
    UNSWEPT = "unswept"
    """A deadline should have been looked at, and was not."""
    UNSAID = "unsaid"
    """A nudge counts as said, and is in no post."""
    UNHEARD = "unheard"
    """A nudge was heard by nobody."""
    UNTOLD = "untold"
    """The day of a reminder that somebody set has come, and it was not told."""
    ASTRAY = "astray"
    """A case or letter is kept otherwise than it follows from its entries."""
    NO_CANARY = "no_canary"
    """The hourly proof that nudges arrive has not arrived."""


@dataclass(frozen=True)
class Finding:
    """Everything of one kind that was found: rows by id, and the cases and letters that they are about."""

    found: Found
    ids: tuple[int, ...]
    cases: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


def look_for(turn: Turn) -> list[Finding]:
    """Everything that is amiss and can be found cheaply; changes nothing."""
    every = (
        _of_posts(turn, unsent(turn)),
        _of_deadlines(turn, Found.UNSWEPT, unswept(turn)),
        _of_nudges(turn, Found.UNSAID, unsaid(turn)),
        _of_nudges(turn, Found.UNHEARD, unheard(turn)),
        _of_entries(turn, Found.UNTOLD, untold(turn)),
    )
    return [finding for finding in every if finding.ids]


def unsent(turn: Turn) -> list[int]:
    """Posts due for ten minutes and not sent, save those that a platform has asked to wait.

    One that nobody took in hand, one whose last attempt ended without a word, and one held by a clock that was wrong.
    """
    of, late = columns(Post), turn.now - GRACE
    free = or_(of.claimed_until.is_(None), of.claimed_until <= turn.now)
    stuck = or_(
        and_(of.claimed_until.is_(None), of.not_before <= late),
        of.claimed_until <= turn.now,
        of.claimed_until > turn.now + GRACE,
        and_(free, of.not_before > turn.now + LONGEST_HOLD),
    )
    which = [of.state == PostState.WAITING, ~of.refresh, func.coalesce(of.due_at, of.not_before) <= late, stuck]
    if not _open_for(turn, OFFICE, GRACE):
        # What was made since the office closed was made to go out at once.
        which.append(or_(of.says.not_in(IN_OFFICE_HOURS), of.made_at >= _closed_at(turn)))
    return _ids(turn, select(of.id).where(*which).order_by(of.not_before, of.id))


def unswept(turn: Turn) -> list[int]:
    """Deadlines that should have been looked at ten minutes ago, within the hours of speaking."""
    of = columns(Deadline)
    if not _open_for(turn, SPEAKING, GRACE):
        return []
    return _ids(turn, select(of.id).where(of.next_at <= turn.now - GRACE).order_by(of.next_at, of.id))


def unsaid(turn: Turn) -> list[int]:
    """Nudges that count as said and are in no post. What arrived late waits for the next digest, and no longer."""
    of = columns(Nudge)
    waits = and_(of.late_arrival, of.person_id.is_not(None), of.at >= _last_digests(turn))
    return _ids(turn, _standing(turn).where(of.post_id.is_(None), of.skipped == "", ~waits))


def unheard(turn: Turn) -> list[int]:
    """Nudges that reached nobody."""
    of, post = columns(Nudge), columns(Post)
    failed = and_(of.skipped == "", post.state == PostState.FAILED)
    nobody = or_(*(of.skipped.startswith(reason) for reason in UNHEARD))
    return _ids(turn, _standing(turn).outerjoin(post.id.table, post.id == of.post_id).where(or_(failed, nobody)))


def untold(turn: Turn) -> list[int]:
    """Reminders for a day that should have been told ten minutes ago, within the hours of speaking: their entries."""
    return due(turn, however_old=True) if _open_for(turn, SPEAKING, GRACE) else []


def bring_forward(turn: Turn, posts: Sequence[int]) -> int:
    """Have posts tried again at once that were held by a wrong clock; how many. The others are due as it is.

    A claim that is ended is left run out, so that the platform is asked first.
    """
    of = columns(Post)
    wrong = or_(of.claimed_until > turn.now + GRACE, of.not_before > turn.now + LONGEST_HOLD)
    ended = case((of.claimed_until > turn.now, turn.now - GRACE), else_=of.claimed_until)
    which = (of.id.in_(posts), of.state == PostState.WAITING, wrong)
    moved = update(of.id.table).where(*which).values(not_before=turn.now, claimed_until=ended).returning(of.id)
    return len(turn.db.execute(moved).all())


def set_aside(turn: Turn, deadline: int, code: str) -> None:
    """Look at a deadline that cannot be swept in an hour again, so that the others go on, and show it to a person."""
    of = columns(Deadline)
    turn.db.execute(update(of.id.table).where(of.id == deadline).values(next_at=turn.now + AN_HOUR))
    tell_of_deadline(turn, deadline, code)


def say_again(turn: Turn, these: Collection[int]) -> int:
    """Say those of these nudges anew that are in no post, or reached nobody; how many.

    Nobody else does so at the same time.
    """
    alone(turn.db, "saying again")
    return say_anew(turn, [nudge for nudge in (*unsaid(turn), *unheard(turn)) if nudge in these])


def say_anew(turn: Turn, nudges: Sequence[int]) -> int:
    """Put nudges that are in no post in one for whoever hears them now; how many.

    What it is too late for is noted as such, and never said.
    """
    recipients, bundles = Recipients(turn), defaultdict[Place, list[_Unsaid]](list)
    for one in _whole(turn, nudges):
        if one.latest and turn.now >= one.latest:
            _note(turn, [one], skipped=TOO_LATE)
        elif place := _place(turn, recipients, one):
            bundles[place].append(one)
    for place, those in bundles.items():
        _put(turn, place, those)
    return sum(map(len, bundles.values()))


@dataclass(frozen=True)
class _Unsaid:
    """A nudge to say again, with what it is about, where it was tried in vain, and until when it may be said."""

    nudge: Nudge
    deadline: Deadline
    about: Case | Enquiry
    tried: Sequence[Sequence[int]]
    latest: datetime | None


def _whole(turn: Turn, nudges: Sequence[int]) -> list[_Unsaid]:
    found = (
        select(Nudge, Deadline, Case, Enquiry, Post)
        .join(Deadline, col(Deadline.id) == Nudge.deadline_id)
        .outerjoin(Case, col(Case.id) == Deadline.case_id)
        .outerjoin(Enquiry, col(Enquiry.id) == Deadline.enquiry_id)
        .outerjoin(Post, col(Post.id) == Nudge.post_id)
        .where(col(Nudge.id).in_(nudges))
        .order_by(col(Nudge.id))
    )
    return [
        _Unsaid(nudge, deadline, case or enquiry, _tried(post), _latest(turn, nudge, deadline))
        for nudge, deadline, case, enquiry, post in turn.db.execute(found)
    ]


def _latest(turn: Turn, nudge: Nudge, deadline: Deadline) -> datetime | None:
    """The moment from which a nudge may no longer be said, by the ladder of its date; None where there is none."""
    rungs = [rung for rung in ladder_of(turn.rules, deadline).rungs if rung.id == nudge.rung]
    moments = rung_moments(rungs, legal=deadline.legal, safe=deadline.safe, calendar=turn.rules.calendar)
    return moments[0].latest if moments else None


def _tried(post: Post | None) -> list[list[int]]:
    """The addresses at which this was tried in vain."""
    if post is None:
        return []
    return [*post.about.get("tried", []), [post.connection_id, post.room_id or 0, post.person_id or 0]]


def _place(turn: Turn, recipients: Recipients, one: _Unsaid) -> Place | None:
    """Where it is said today, at an address at which it was not tried yet."""
    restricted = visible.is_restricted(turn, one.about)
    whose: dict[str, Any] = {"owner_id": one.about.owner_id, "agency": one.deadline.agency, "restricted": restricted}
    places = recipients.of(one.nudge.hears, **whose).places
    new = [p for p in places if [p.connection_id, p.room_id or 0, p.person_id or 0] not in one.tried]
    return next(iter(new or ByMail(turn, one.tried).of(one.nudge.hears, **whose).places), None)


def _put(turn: Turn, place: Place, those: Sequence[_Unsaid]) -> None:
    about: dict[str, Any] = {
        "nudges": [one.nudge.id for one in those],
        "latest": {str(one.nudge.id): one.latest.isoformat() for one in those if one.latest},
        "tried": [place for one in those for place in one.tried],
    }
    where = {"room_id": place.room_id, "person_id": place.person_id}
    when = {"not_before": in_office_hours(turn), "due_at": min(one.nudge.at for one in those)}
    row = new_post(turn, PostSays.NUDGES, place.connection_id, about=about, **when, **where)
    post_id = add_new(turn.db, Post, [row])[row["key"]]
    _note(turn, those, post_id=post_id, skipped="", **where)


def _note(turn: Turn, those: Sequence[_Unsaid], **values: Any) -> None:
    ids = [one.nudge.id for one in those]
    turn.db.execute(update(Nudge).where(col(Nudge.id).in_(ids)).values(**values))


def _standing(turn: Turn) -> Any:
    """The ids of nudges of the last days whose deadline still runs to that date, in something that is open.

    None after which something newer was said to that role, or is about to be: that takes its place.
    """
    nudge, of, case_, letter = columns(Nudge), columns(Deadline), columns(Case), columns(Enquiry)
    some_days = (nudge.at > turn.now - LOOKS_BACK, nudge.at <= turn.now - GRACE)
    runs = (of.state == ClockState.RUNNING, of.ladder != "", of.legal == nudge.due)
    swept = or_(of.next_at.is_(None), of.next_at > turn.now)
    newer = nudge.id.table.alias().c
    same = (newer.deadline_id == nudge.deadline_id, newer.due == nudge.due, newer.hears == nudge.hears)
    later = (*same, newer.id > nudge.id, newer.skipped != LATER_SPOKE)  # which is put in after what took its place
    return (
        select(nudge.id)
        .join(of.id.table, of.id == nudge.deadline_id)
        .outerjoin(case_.id.table, case_.id == of.case_id)
        .outerjoin(letter.id.table, letter.id == of.enquiry_id)
        .where(*some_days, *runs, swept, func.coalesce(case_.status, letter.status) == CaseStatus.OPEN)
        .where(~select(newer.id).where(*later).exists())
        .order_by(nudge.id)
    )


def _last_digests(turn: Turn) -> datetime:
    """When the digests were put in last: on a morning that is over."""
    day, calendar = turn.today, turn.rules.calendar
    if turn.now < moment(day, MORNING.closes):
        day -= ONE_DAY
    return moment(calendar.working_day_on_or_before(day), MORNING.opens)


def _closed_at(turn: Turn) -> datetime:
    """When the office closed last."""
    day = turn.today if turn.now >= moment(turn.today, OFFICE.closes) else turn.today - ONE_DAY
    return moment(turn.rules.calendar.working_day_on_or_before(day), OFFICE.closes)


def _open_for(turn: Turn, hours: OfficeHours, how_long: timedelta) -> bool:
    """Whether it has been open for as long as that."""
    return all(hours.is_open(at, calendar=turn.rules.calendar) for at in (turn.now, turn.now - how_long))


def _ids(turn: Turn, query: Any) -> list[int]:
    return list(turn.db.execute(query.limit(AT_MOST)).scalars())


def _of_posts(turn: Turn, posts: Sequence[int]) -> Finding:
    of, nudge = columns(Post), columns(Nudge)
    own = select(of.case_id, of.enquiry_id).where(of.id.in_(posts))
    return _finding(turn, Found.UNSENT, posts, own.union(_said_of(nudge.post_id.in_(posts))))


def _of_deadlines(turn: Turn, found: Found, deadlines: Sequence[int]) -> Finding:
    of = columns(Deadline)
    return _finding(turn, found, deadlines, select(of.case_id, of.enquiry_id).where(of.id.in_(deadlines)))


def _of_entries(turn: Turn, found: Found, entries: Sequence[int]) -> Finding:
    of = columns(Entry)
    return _finding(turn, found, entries, select(of.case_id, of.enquiry_id).where(of.id.in_(entries)))


def _of_nudges(turn: Turn, found: Found, nudges: Sequence[int]) -> Finding:
    return _finding(turn, found, nudges, _said_of(columns(Nudge).id.in_(nudges)))


def _said_of(which: Any) -> Any:
    """The cases and letters of these nudges."""
    of, nudge = columns(Deadline), columns(Nudge)
    return select(of.case_id, of.enquiry_id).join(nudge.id.table, nudge.deadline_id == of.id).where(which)


def _finding(turn: Turn, found: Found, ids: Sequence[int], whose: Any) -> Finding:
    """`whose` selects the case and the letter of each."""
    pairs = turn.db.execute(whose).all() if ids else []
    cases, letters = ({pair[place] for pair in pairs if pair[place]} for place in (0, 1))
    return Finding(found, tuple(ids), tuple(sorted(cases)), tuple(sorted(letters)))
