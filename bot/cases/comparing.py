"""What of a case or letter is kept otherwise than it follows from its entries and the rules.

What follows is what `deadlines` derives. Nothing here is read or written but the keys of nudges that were said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from bot.cases import in_hand
from bot.cases.climbing import ladder_of
from bot.cases.deadlines import MOVES, NEVER_RAN, Columns, Derived, Place, changes, derived, differing, is_unsent
from bot.cases.history import standing
from bot.cases.nudging import said_already, snoozed_until, without
from bot.cases.set_aside import AN_HOUR
from bot.domain.calendar import london_date
from bot.domain.errors import BadSettings, BeyondCalendar
from bot.domain.facts import Whole
from bot.domain.ladder import Rung, ripe, rung_moments
from bot.domain.terms import THE_AGENCYS, CaseStatus, ClockState, Hears
from bot.turn import Turn
from storage.tables import Case, Enquiry, Nudge

NEVER = datetime.max.replace(tzinfo=UTC)
AT_ONCE = 500
"""Deadlines of which it is asked in one statement what was said."""


@dataclass(frozen=True)
class Kept:
    """One case or letter as it is kept: plain rows that read as records do."""

    of: type[Case | Enquiry]
    about: Any
    whole: Whole
    entries: Sequence[Any]
    requests: Sequence[Any]
    deadlines: Mapping[Place, Any]


@dataclass(frozen=True)
class Difference:
    """One column that is kept otherwise than it follows from the entries and the rules."""

    reference: str
    clock: str
    """The rule, with the request's number; `request 12` or `the case` where no clock is meant."""
    column: str
    kept: object
    derived: object

    def __str__(self) -> str:
        return f"{self.reference}  {self.clock}  {self.column}: {_shown(self.kept)} -> {_shown(self.derived)}"


@dataclass
class Found:
    """What of one case or letter is kept otherwise than it follows: what has to change, column by column."""

    kept: Kept
    derived: Derived
    own: Columns = field(default_factory=dict)
    requests: dict[int, Columns] = field(default_factory=dict)
    deadlines: dict[Place, dict[str, Any]] = field(default_factory=dict)
    missing: list[Place] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.own or self.requests or self.deadlines or self.missing)

    @property
    def differences(self) -> Iterator[Difference]:
        about, kept = self.kept.about, self.kept
        for name, value in self.own.items():
            yield Difference(about.reference, "the case", name, getattr(about, name), value)
        for request in kept.requests:
            for name, value in self.requests.get(request.id, {}).items():
                yield Difference(about.reference, f"request {request.id}", name, getattr(request, name), value)
        for place, changed in self.deadlines.items():
            for name, value in changed.items():
                yield Difference(about.reference, say_place(place), name, getattr(kept.deadlines[place], name), value)
        for place in self.missing:
            yield Difference(about.reference, say_place(place), "legal", None, self.derived.deadlines[place]["legal"])


def say_place(place: Place) -> str:
    """A clock of a record: its rule, and the request it runs on."""
    rule, request = place
    return f"{rule} (request {request})" if request else rule


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return f"{value:%a %-d %b %Y}"
        case _:
            return str(value) or "empty"


def compare(turn: Turn, kept: Sequence[Kept]) -> list[Found]:
    """What of each is kept otherwise than it follows. BadSettings where a date lies outside the calendar."""
    found = [_compare(turn, each) for each in kept]
    _compare_looks(turn, found)
    return found


def _compare(turn: Turn, kept: Kept) -> Found:
    try:
        what = derived(turn.rules, kept.about, kept.whole, kept.entries, kept.requests)
    except BeyondCalendar as beyond:
        raise BadSettings(f"{kept.about.reference}: {beyond}") from beyond
    found = Found(kept, what, own=differing(kept.about, what.own))
    for request in kept.requests:
        if changed := differing(request, what.requests[request.id]):
            found.requests[request.id] = changed
    for place, deadline in kept.deadlines.items():
        anew = is_unsent(found.requests.get(deadline.request_id, {}))
        wanted = what.deadlines.get(place, NEVER_RAN)
        changed = changes(turn, deadline, wanted, anew=anew)
        if not deadline.ladder_version and not _took_over(turn, wanted):
            changed.pop("ladder_version", None)
        if changed:
            found.deadlines[place] = changed
    found.missing = [place for place in what.deadlines if place not in kept.deadlines]
    return found


def _took_over(turn: Turn, wanted: Columns) -> bool:
    """Whether another version took the place of the one that the deadline began under.

    Where none is noted, by a bot from before versions were, that it is the one of its beginning is no difference.
    """
    if not wanted.get("ladder"):
        return False
    recorded_on = london_date(wanted["recorded_at"])
    return turn.rules.ladder(wanted["ladder"], rule=wanted["rule"], recorded_on=recorded_on).took_over


def _compare_looks(turn: Turn, found: Sequence[Found]) -> None:
    """Find what the sweep would look at too late: a rung that is still to be said, and has not been, lies before.

    When exactly the sweep looks is its own affair: it moves on as rungs are said, and sets aside for an hour what it
    cannot do.
    """
    soon, firsts = turn.now + AN_HOUR, dict[tuple[Any, ...], datetime]()
    doubtful: list[tuple[Found, Place, Any]] = []
    for each in found:
        for place, deadline in each.kept.deadlines.items():
            if not _is_watched(each, place):
                continue
            began = london_date(deadline.recorded_at)
            next_at, what = deadline.next_at, (deadline.ladder, deadline.rule, began, deadline.legal, deadline.safe)
            if what not in firsts:
                firsts[what] = _first_moment(turn, deadline)
            if next_at is None or next_at > max(firsts[what], soon):
                doubtful.append((each, place, deadline))
    said = _said(turn.db, [deadline.id for _, _, deadline in doubtful])
    for each, place, deadline in doubtful:
        due = _next_to_say(turn, each, deadline, said)
        if due and (deadline.next_at is None or deadline.next_at > max(due, soon)):
            each.deadlines.setdefault(place, {})["next_at"] = max(due, turn.now)


def _is_watched(found: Found, place: Place) -> bool:
    """Whether it is a clock that nudges as it stands, and does not get a new look anyhow."""
    wanted = found.derived.deadlines.get(place, NEVER_RAN)
    runs = wanted["state"] is ClockState.RUNNING and found.kept.about.status is CaseStatus.OPEN
    return runs and bool(wanted["ladder"]) and MOVES.isdisjoint(found.deadlines.get(place, ()))


def _first_moment(turn: Turn, deadline: Any) -> datetime:
    """When anything is said of it at all."""
    rungs, calendar = ladder_of(turn.rules, deadline).rungs, turn.rules.calendar
    every = rung_moments(rungs, legal=deadline.legal, safe=deadline.safe, calendar=calendar)
    return every[0].at if every else NEVER


def _said(db: Session, deadlines: Sequence[int]) -> set[str]:
    """The keys of all that was said or skipped before about these deadlines."""
    found: set[str] = set()
    for start in range(0, len(deadlines), AT_ONCE):
        these = col(Nudge.deadline_id).in_(deadlines[start : start + AT_ONCE])
        found.update(db.execute(select(col(Nudge.key)).where(these)).scalars())
    return found


def _next_to_say(turn: Turn, found: Found, deadline: Any, said: set[str]) -> datetime | None:
    """When something is said of a deadline next, as the sweep would have it; now where it is ripe already."""
    until = _owner_rests_until(turn, found, deadline)
    answered = bool(deadline.request_id) and found.derived.requests[deadline.request_id]["sent_on"]
    rungs = without(ladder_of(turn.rules, deadline).rungs, set(THE_AGENCYS) if answered else set())
    others = without(rungs, {Hears.OWNER} if until else set())
    times = [_next(turn, deadline, others, said, turn.now)]
    if until:
        owners = without(rungs, set(Hears) - {Hears.OWNER})
        times.append(_next(turn, deadline, owners, said, until))
    return min((at for at in times if at), default=None)


def _owner_rests_until(turn: Turn, found: Found, deadline: Any) -> datetime | None:
    """When the owner hears of it again who snoozed it or has it in hand; None where they hear of it now."""
    entries = in_hand.of_the_owner(standing(found.kept.entries))
    word = in_hand.last_word(deadline, entries)
    ends = (snoozed_until(turn, deadline, entries), in_hand.quiet_until(deadline, word) if word else None)
    return max((end for end in ends if end and end > turn.now), default=None)


def _next(turn: Turn, deadline: Any, rungs: Sequence[Rung], said: set[str], now: datetime) -> datetime | None:
    found = ripe(
        rungs,
        legal=deadline.legal,
        safe=deadline.safe,
        started_on=deadline.started_on,
        recorded_at=deadline.recorded_at,
        now=now,
        already_said=said_already(deadline, rungs, said),
        calendar=turn.rules.calendar,
    )
    return now if found.speak or found.skip else found.next_at
