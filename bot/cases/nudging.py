"""Nudges: what a look at each ripe deadline finds, and how it is kept and put in the outbox."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, bindparam, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot.cases import in_hand, visible
from bot.cases.climbing import ladder_of
from bot.cases.from_outside import asked_after
from bot.cases.hours import SPEAKING, last_days
from bot.cases.posts import may_go, new_post, tell_administrators
from bot.cases.recipients import Hearers, Place, Recipients
from bot.cases.set_aside import AN_HOUR, tell_of_deadline
from bot.domain.calendar import ONE_DAY, moment
from bot.domain.dates import say_day
from bot.domain.ladder import SPEAKS, Rung, Speak, nudge_key, one_step_up, ripe
from bot.domain.terms import (
    THE_AGENCYS,
    CaseStatus,
    ClockKind,
    ClockState,
    EntryKind,
    Hears,
    Notice,
    PostSays,
    RuleId,
)
from bot.fault import log_fault
from bot.turn import Turn
from storage.queries import add_new
from storage.tables import Case, Deadline, Enquiry, Entry, Nudge, Post, Request

log = logging.getLogger(__name__)

NOBODY = Hearers(())

Snoozes = Mapping[str, Sequence[Entry]]
"""What keeps an owner's nudges quiet, snoozes and what they have in hand, by stream, the latest last."""


@dataclass(frozen=True)
class Reminder:
    """One rung of one deadline for one role: said at some places, or skipped and why."""

    key: str
    deadline_id: int
    due: date
    rung: str
    hears: Hears
    ripe_at: datetime | None = None
    """When its deadline was to be looked at: in office hours it is to be said then."""
    hearers: Hearers = NOBODY
    latest: datetime | None = None
    late_arrival: bool = False
    last_day: bool = False
    """There is no later day to act: it waits for no digest."""
    at_any_hour: bool = False
    """The council lets it break quiet hours."""
    skipped: str = ""

    @property
    def for_digest(self) -> bool:
        """Late before it was recorded, so no post of its own; a room has no digest, nor has anybody by e-mail."""
        return (
            self.late_arrival
            and not self.last_day
            and all(place.person_id and not place.by_mail for place in self.hearers.places)
        )


@dataclass(frozen=True)
class Look:
    """What was found at one deadline, and when to look again."""

    deadline_id: int
    seen: datetime | None
    """When it was to be looked at, as it was then."""
    reference: str
    owner_id: int | None
    rule: str
    due: date
    safe: date
    reminders: tuple[Reminder, ...] = ()
    next_at: datetime | None = None
    code: str = ""
    """Under which a fault was logged, where it is set aside."""


@dataclass(frozen=True)
class Swept:
    """What one sweep came to."""

    looked: int = 0
    said: int = 0
    skipped: int = 0
    posts: int = 0
    set_aside: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(*(mine + theirs for mine, theirs in zip(_counts(self), _counts(other), strict=True)))


def _counts(swept: Swept) -> tuple[int, ...]:
    return (swept.looked, swept.said, swept.skipped, swept.posts, swept.set_aside)


def look(turn: Turn, *, limit: int, these: Collection[int] | None = None, at_any_hour: bool = False) -> list[Look]:
    """Look at up to `limit` ripe deadlines, or at `these` whenever they are ripe, and change nothing.

    `at_any_hour`: only at those that may break quiet hours.
    """
    which = col(Deadline.next_at) <= turn.now if these is None else col(Deadline.id).in_(these)
    if at_any_hour:
        which = and_(which, *last_days(turn))
    query = (
        select(Deadline, Case, Enquiry)
        .outerjoin(Case, col(Deadline.case_id) == Case.id)
        .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
        .where(which)
        .order_by(col(Deadline.next_at), col(Deadline.id))
        .limit(limit)
    )
    found = [(deadline, case or enquiry) for deadline, case, enquiry in turn.db.exec(query)]
    said, snoozes, recipients = _said(turn, found), _snoozes(turn, found), Recipients(turn)
    cases = [deadline.case_id for deadline, _ in found if deadline.case_id]
    sent, outside = _sent(turn, found), asked_after(turn, cases)
    looks: list[Look] = []
    for deadline, about in found:
        try:
            found_here = _look_at(turn, deadline, about, said, snoozes, sent, outside, recipients)
            looks.append(_breaking_quiet(found_here) if at_any_hour else found_here)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001  the edge of one deadline: it is set aside so that the rest go on
            code = log_fault(log, f"deadline {deadline.id} is set aside for an hour", error)
            looks.append(_look(deadline, about, next_at=turn.now + AN_HOUR, code=code))
    return looks


def _breaking_quiet(one: Look) -> Look:
    return replace(one, reminders=tuple(replace(each, at_any_hour=True) for each in one.reminders))


def _look(deadline: Deadline, about: Case | Enquiry, **found: Any) -> Look:
    return Look(
        deadline_id=deadline.id or 0,
        seen=deadline.next_at,
        reference=about.reference,
        owner_id=about.owner_id,
        rule=deadline.rule,
        due=deadline.legal,
        safe=deadline.safe,
        **found,
    )


def _look_at(
    turn: Turn,
    deadline: Deadline,
    about: Case | Enquiry,
    said: set[str],
    snoozes: Snoozes,
    sent: set[int | None],
    outside: set[int],
    recipients: Recipients,
) -> Look:
    if deadline.state is not ClockState.RUNNING or not deadline.ladder or about.status is not CaseStatus.OPEN:
        return _look(deadline, about)
    until = snoozed_until(turn, deadline, snoozes.get(deadline.stream, ()))
    word = in_hand.last_word(deadline, snoozes.get(deadline.stream, ()))
    rungs = ladder_of(turn.rules, deadline).rungs
    rungs = one_step_up(rungs) if deadline.case_id in outside else rungs
    quiet = {Hears.OWNER} if until or (word and in_hand.is_quiet(deadline, word, turn.now)) else set()
    quiet |= THE_AGENCYS if deadline.request_id in sent else set()  # the council has to confirm, not the body
    found = ripe(
        without(rungs, quiet),
        legal=deadline.legal,
        safe=deadline.safe,
        started_on=deadline.started_on,
        recorded_at=deadline.recorded_at,
        now=turn.now,
        already_said=said_already(deadline, rungs, said),
        calendar=turn.rules.calendar,
    )
    reminders = [_said_to(deadline, about, speak, recipients) for speak in found.speak]
    if word and Hears.OWNER not in quiet | {speak.hears for speak in found.speak}:
        reminders += _again(turn, deadline, about, word, said, recipients)
    reminders += [replace(_reminder(deadline, skip.rung, skip.hears), skipped=skip.why) for skip in found.skip]
    again = in_hand.asked_again_at(deadline, word) if word else None
    ahead = [at for at in (found.next_at, until, again if again and again > turn.now else None) if at]
    return _look(deadline, about, reminders=tuple(reminders), next_at=min(ahead, default=None))


def _again(
    turn: Turn, deadline: Deadline, about: Case | Enquiry, word: Entry, said: set[str], recipients: Recipients
) -> list[Reminder]:
    """What an owner who has it in hand is asked again, once, where they have heard nothing of it since."""
    rung = Rung(f"again-{word.number}", 0, True, (Hears.OWNER,))
    due = in_hand.asked_again_at(deadline, word) <= turn.now and _key(deadline, rung, Hears.OWNER) not in said
    if not due or in_hand.heard_since(turn, deadline, word):
        return []
    asked = _said_to(deadline, about, Speak(rung, Hears.OWNER, None), recipients)
    since = f"it has been in hand since {say_day(word.happened_on, turn.today)}"
    why = "; ".join(filter(None, [since, asked.hearers.why]))
    return [replace(asked, hearers=replace(asked.hearers, why=why))]


def _key(deadline: Deadline, rung: Rung, hears: Hears) -> str:
    return nudge_key(deadline.id or 0, deadline.legal, rung.id, hears)


def said_already(deadline: Deadline, rungs: Sequence[Rung], said: set[str]) -> set[tuple[str, Hears]]:
    """What these keys say was said or skipped of a deadline: which rung, to whom."""
    return {(rung.id, hears) for rung in rungs for hears in rung.whom if _key(deadline, rung, hears) in said}


def _reminder(deadline: Deadline, rung: Rung, hears: Hears) -> Reminder:
    key = _key(deadline, rung, hears)
    return Reminder(key, deadline.id or 0, deadline.legal, rung.id, hears, deadline.next_at)


def _said_to(deadline: Deadline, about: Case | Enquiry, speak: Speak, recipients: Recipients) -> Reminder:
    restricted = visible.is_restricted(recipients.turn, about)
    owner_id, agency, by = about.owner_id, deadline.agency, deadline.safe
    hearers = recipients.of(speak.hears, owner_id=owner_id, agency=agency, restricted=restricted, by=by)
    return replace(
        _reminder(deadline, speak.rung, speak.hears),
        hearers=hearers,
        latest=speak.latest,
        late_arrival=speak.late_arrival,
        last_day=deadline.safe <= recipients.turn.today <= deadline.legal,
        skipped="" if hearers.places else f"nobody could be reached: {hearers.why}",
    )


def without(rungs: Sequence[Rung], quiet: set[Hears]) -> list[Rung]:
    if not quiet:
        return list(rungs)
    return [replace(rung, whom=tuple(hears for hears in rung.whom if hears not in quiet)) for rung in rungs]


def snoozed_until(turn: Turn, deadline: Deadline, snoozes: Sequence[Entry]) -> datetime | None:
    """When the owner hears again, if that is still to come. A statutory clock is never slept past its safe date."""
    meant = [one for one in snoozes if one.kind is EntryKind.SNOOZED]
    meant = [one for one in meant if one.clear.get("deadline_id") in ("all", deadline.id)]
    if not meant:
        return None
    day = turn.rules.calendar.next_working_day_on_or_after(date.fromisoformat(meant[-1].clear["until"]))
    if turn.rules.by_id[RuleId(deadline.rule)].kind is ClockKind.STATUTORY:
        day = min(day, deadline.safe)
    until = moment(day, SPEAKS)
    return until if until > turn.now else None


def _said(turn: Turn, found: Sequence[tuple[Deadline, Case | Enquiry]]) -> set[str]:
    """The keys of all that was said or skipped before about these deadlines."""
    these = col(Nudge.deadline_id).in_([deadline.id for deadline, _ in found])
    return set(turn.db.exec(select(Nudge.key).where(these)))


def _sent(turn: Turn, found: Sequence[tuple[Deadline, Case | Enquiry]]) -> set[int | None]:
    """The requests among these that their bodies say they have answered."""
    these = col(Request.id).in_([deadline.request_id for deadline, _ in found if deadline.request_id])
    return set(turn.db.exec(select(Request.id).where(these, col(Request.sent_on).is_not(None))))


def _snoozes(turn: Turn, found: Sequence[tuple[Deadline, Case | Enquiry]]) -> Snoozes:
    these = col(Entry.stream).in_({deadline.stream for deadline, _ in found})
    gone = select(Entry.supersedes).where(these, col(Entry.supersedes).is_not(None))
    quieten = col(Entry.kind).in_((EntryKind.SNOOZED, EntryKind.ACKNOWLEDGED, EntryKind.ASSIGNED))
    standing = select(Entry).where(these, quieten, col(Entry.id).not_in(gone))
    snoozes: dict[str, list[Entry]] = defaultdict(list)
    for entry in turn.db.exec(standing.order_by(col(Entry.number))):
        snoozes[entry.stream].append(entry)
    return {stream: in_hand.of_the_owner(entries) for stream, entries in snoozes.items()}


def write(turn: Turn, looks: Sequence[Look]) -> Swept:
    """Keep what was found. Only what no other sweep has kept before is put in the outbox, one post for each place."""
    reminders = {reminder.key: reminder for one in looks for reminder in one.reminders}
    new = add_new(turn.db, Nudge, [_row(turn, reminder) for reminder in reminders.values()])
    spoken = {new[key]: reminder for key, reminder in reminders.items() if key in new and not reminder.skipped}
    posts = _post(turn, {nudge: reminder for nudge, reminder in spoken.items() if not reminder.for_digest})
    _tell_of_unheard(turn, looks, new)
    for one in looks:
        if one.code:
            tell_of_deadline(turn, one.deadline_id, one.code)
    _look_again(turn, looks)
    return Swept(
        looked=len(looks),
        said=len(spoken),
        skipped=len(new) - len(spoken),
        posts=posts,
        set_aside=sum(bool(one.code) for one in looks),
    )


def _row(turn: Turn, reminder: Reminder) -> dict[str, Any]:
    place = reminder.hearers.places[0] if reminder.hearers.places else Place(0)
    return {
        "key": reminder.key,
        "deadline_id": reminder.deadline_id,
        "due": reminder.due,
        "rung": reminder.rung,
        "hears": reminder.hears,
        "person_id": place.person_id,
        "room_id": place.room_id,
        "late_arrival": reminder.late_arrival,
        "skipped": reminder.skipped,
        "at": turn.now,
    }


def _post(turn: Turn, spoken: Mapping[int, Reminder]) -> int:
    """One post for each place that hears anything; how many."""
    by_place: dict[Place, dict[int, Reminder]] = defaultdict(dict)
    for nudge_id, reminder in spoken.items():
        for place in reminder.hearers.places:
            by_place[place][nudge_id] = reminder
    posts = {place: _bundle(turn, place, bundle) for place, bundle in by_place.items()}
    ids = add_new(turn.db, Post, list(posts.values()))
    said_in = [
        {"id": nudge_id, "post_id": ids[posts[reminder.hearers.places[0]]["key"]]}
        for nudge_id, reminder in spoken.items()
    ]
    if said_in:
        turn.db.execute(update(Nudge), said_in)
    return len(ids)


def _bundle(turn: Turn, place: Place, bundle: Mapping[int, Reminder]) -> dict[str, Any]:
    about: dict[str, Any] = {
        "nudges": list(bundle),
        "latest": {str(nudge): one.latest.isoformat() for nudge, one in bundle.items() if one.latest},
        "instead": {str(nudge): one.hearers.why for nudge, one in bundle.items() if one.hearers.why},
    }
    if all(one.at_any_hour for one in bundle.values()):
        about["at_any_hour_until"] = moment(turn.today + ONE_DAY, time.min).isoformat()
    when = {"not_before": may_go(turn, about), "due_at": _due(turn, bundle)}
    where = {"room_id": place.room_id, "person_id": place.person_id}
    return new_post(turn, PostSays.NUDGES, place.connection_id, about=about, **when, **where)


def _due(turn: Turn, bundle: Mapping[int, Reminder]) -> datetime:
    """The minute at which the first of these should have been said: lateness is counted from it."""
    ripe_at = min((one.ripe_at for one in bundle.values() if one.ripe_at), default=turn.now)
    if all(one.at_any_hour for one in bundle.values()):
        return ripe_at
    return SPEAKING.next_open(ripe_at, calendar=turn.rules.calendar)


def say_now(turn: Turn, deadlines: Sequence[Deadline], rung: str, hears: Hears, hearers: Hearers) -> None:
    """Say something about these deadlines beside their ladders, in one post; nothing of what was said before."""
    keys = {nudge_key(one.id or 0, one.legal, rung, hears): one for one in deadlines}
    of = {key: Reminder(key, one.id or 0, one.legal, rung, hears, turn.now, hearers) for key, one in keys.items()}
    new = add_new(turn.db, Nudge, [_row(turn, reminder) for reminder in of.values()])
    _post(turn, {nudge: of[key] for key, nudge in new.items()})


def _tell_of_unheard(turn: Turn, looks: Sequence[Look], new: Mapping[str, int]) -> None:
    """Tell the administrators, once a day for each owner, that nobody could be reached; never about which case."""
    unheard = {
        one.owner_id
        for one in looks
        for reminder in one.reminders
        if reminder.key in new and reminder.skipped and reminder.hearers.why and not reminder.hearers.places
    }
    for owner_id in unheard:
        about = {"person_id": owner_id} if owner_id else {}
        tell_administrators(turn, Notice.UNDELIVERED, about=about, key=f"unheard/{owner_id}/{turn.today}")


def _look_again(turn: Turn, looks: Sequence[Look]) -> None:
    """Note when to look next, but not where a deadline was set anew since it was looked at."""
    rows = [{"this": one.deadline_id, "seen": one.seen, "then": one.next_at} for one in looks]
    as_seen = (col(Deadline.id) == bindparam("this"), col(Deadline.next_at) == bindparam("seen"))
    if rows:
        statement = update(Deadline).where(*as_seen).values(next_at=bindparam("then"))
        turn.db.connection().execute(statement, rows)
