"""Deadlines: what the entries and the rules say now, kept where the sweep finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import select

from bot.cases import history, packs
from bot.cases.climbing import first_look
from bot.domain.calendar import london_date
from bot.domain.claims import Claim
from bot.domain.clocks import Clock, Happening, derive
from bot.domain.facts import FACTS, FROM_BEFORE, PLACES, STEPS, Whole
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Process
from bot.rules import Rules
from bot.turn import Turn
from storage.add import add_rows
from storage.tables import Case, Deadline, Enquiry, Entry, Request

Place = tuple[str, int]
"""Which clock of a record: its rule, and the request's id or 0."""
Columns = Mapping[str, Any]

KEPT = select(Deadline).where(Deadline.stream == bindparam("stream")).execution_options(populate_existing=True)
"""As they stand now: whoever brings many cases in line may have written them since a turn read them."""
NEVER_RAN: Columns = {"state": ClockState.STOPPED, "stopped_on": None}
"""What stays of a clock whose start was struck from the record."""
MOVES = frozenset({"legal", "safe", "started_on", "recorded_at", "state", "ladder", "ladder_version"})
"""Where one of these changes, the sweep has to look anew."""


@dataclass(frozen=True)
class Derived:
    """What follows from a whole record: its clocks, and the columns of its deadlines, its requests and itself."""

    clocks: Mapping[Place, Clock]
    deadlines: Mapping[Place, Columns]
    requests: Mapping[int, Columns]
    own: Columns


def rebuild(
    turn: Turn,
    about: Case | Enquiry,
    entries: Sequence[Entry],
    requests: Sequence[Request] = (),
    *,
    first: bool = False,
) -> list[Deadline]:
    """Bring the deadlines of a case or enquiry in line with its whole record; those that still matter, by date.

    `first` says that nothing was kept of it before. A deadline that is new or has moved gets its first look anew.
    OldRules where other rules were adopted since these were read.
    """
    packs.must_be_newest(turn)
    found = derived(turn.rules, about, whole_of(about), entries, requests)
    unsent = {request.id for request in requests if is_unsent(_set(request, found.requests[request.id or 0]))}
    kept = {} if first else _kept(turn, about)
    fresh = [fresh_row(turn, about, columns) for place, columns in found.deadlines.items() if place not in kept]
    for place, deadline in kept.items():
        wanted = found.deadlines.get(place, NEVER_RAN)
        _set(deadline, changes(turn, deadline, wanted, anew=deadline.request_id in unsent))
    _set(about, found.own)
    standing = [deadline for place, deadline in kept.items() if place in found.deadlines]
    new = add_rows(turn.db, Deadline, fresh)
    return sorted([*new, *standing], key=lambda deadline: (deadline.legal, deadline.rule))


def whole_of(about: Case | Enquiry) -> Whole:
    """What a case or a letter is one run of."""
    return about.process if isinstance(about, Case) else about.kind


def clocks_of(
    turn: Turn,
    about: Case | Enquiry,
    facts: Sequence[Happening],
    requests: Sequence[Request],
    claims: Sequence[Claim] = (),
) -> tuple[Clock, ...]:
    """The clocks that follow from these facts under the rules in force."""
    return _clocks(turn.rules, whole_of(about), facts, requests, claims, closed_on(about))


def closed_on(about: Case | Enquiry) -> date | None:
    return about.closed_on if about.status is CaseStatus.CLOSED else None


def derived(
    rules: Rules, about: Case | Enquiry, whole: Whole, entries: Sequence[Entry], requests: Sequence[Request]
) -> Derived:
    """What follows from a whole record under these rules. Rows that read as records do will do."""
    facts = history.happenings(entries)
    clocks = _clocks(rules, whole, facts, requests, history.claims(entries), closed_on(about))
    recorded = {entry.number: entry.recorded_at for entry in entries}
    standing = history.standing(entries) if requests else []
    return Derived(
        clocks={_place(clock): clock for clock in clocks},
        deadlines={_place(clock): _columns(rules, clock, recorded[clock.start.entry]) for clock in clocks},
        requests={request.id or 0: _of_request(rules, request, facts, standing) for request in requests},
        own={"stage": stage_of(facts)} if whole in Process else {},
    )


def _clocks(
    rules: Rules,
    whole: Whole,
    facts: Sequence[Happening],
    requests: Sequence[Request],
    claims: Sequence[Claim],
    closed: date | None,
) -> tuple[Clock, ...]:
    """The clocks under these rules, save that what had ended before they came stays as it was counted then.

    A date that was met, or a case that was closed, is not judged by a law or a calendar that came later.
    """
    found = derive(
        rules.of(whole),
        facts,
        calendar=rules.calendar,
        requests={request.id or 0: rules.service(request.service).clock for request in requests},
        claims=claims,
        closed_on=closed,
    )
    if rules.before is None or all(fact.on >= rules.counts_from for fact in facts):
        return found
    earlier = _clocks(rules.before, whole, *_known(rules.before, facts, requests), claims, closed)
    ended = {_place(clock): clock for clock in earlier if _ended(clock, closed) < rules.counts_from}
    return (*(ended.pop(_place(clock), clock) for clock in found), *ended.values())


def _known(
    rules: Rules, facts: Sequence[Happening], requests: Sequence[Request]
) -> tuple[Sequence[Happening], Sequence[Request]]:
    """Without requests for what these rules do not know yet."""
    known = [request for request in requests if rules.knows(request.service)]
    those = {None, *(request.id for request in known)}
    return [fact for fact in facts if fact.instance in those], known


def _ended(clock: Clock, closed: date | None) -> date:
    """The day on which a clock was met, made needless or closed with its case; the end of time while it runs."""
    if clock.state is ClockState.RUNNING:
        return date.max
    return clock.stopped.on if clock.stopped else closed or date.max


def _kept(turn: Turn, about: Case | Enquiry) -> dict[Place, Deadline]:
    kept = turn.db.scalars(KEPT, {"stream": history.stream_of(about)})
    return {(deadline.rule, deadline.instance): deadline for deadline in kept}


def _place(clock: Clock) -> Place:
    return (clock.rule.id, clock.instance or 0)


def _columns(rules: Rules, clock: Clock, recorded_at: datetime) -> Columns:
    """What a deadline says of its clock."""
    rule = clock.rule
    recorded_on = clock.start.recorded_on
    climbs = rules.ladder(clock.ladder, rule=rule.id, recorded_on=recorded_on) if clock.ladder else None
    return {
        "rule": rule.id,
        "rule_version": str(rule.version),
        "instance": clock.instance or 0,
        "request_id": clock.instance,
        "agency": rule.agency,
        "nature": rule.nature,
        "ladder": clock.ladder,
        "ladder_version": climbs.version if climbs else 0,
        "information": clock.information,
        "presumed": clock.presumed,
        "started_on": clock.runs_from,
        "recorded_at": recorded_at,
        "legal": clock.legal,
        "safe": clock.safe,
        "target": clock.target,
        "state": clock.state,
        "stopped_on": clock.stopped.on if clock.stopped else None,
        "exception": "|".join(claim.ground for claim in clock.claims),
    }


def fresh_row(turn: Turn, about: Case | Enquiry, columns: Columns, *, of: str = "") -> dict[str, Any]:
    """The whole row of a deadline that was not kept before. `of` says whether a plain row is a case or an enquiry."""
    of = of or ("case" if isinstance(about, Case) else "enquiry")
    whose = {
        "stream": f"{of}:{about.id}",
        "case_id": about.id if of == "case" else None,
        "enquiry_id": about.id if of == "enquiry" else None,
    }
    return {**whose, **columns, "next_at": _look(turn, columns)}


def changes(turn: Turn, kept: Deadline, wanted: Columns, *, anew: bool = False) -> dict[str, Any]:
    """What has to change in a deadline that is kept; where it moved, or `anew`, also when it is looked at next."""
    found = differing(kept, wanted)
    if anew or _is_moved(kept, found):
        found |= differing(kept, {"next_at": _look(turn, wanted)})
    return found


def _is_moved(kept: Deadline, found: Columns) -> bool:
    """Not where all that is new is the version of its ladder, which had not been noted yet."""
    moved = MOVES.intersection(found)
    return bool(moved) and (moved != {"ladder_version"} or bool(kept.ladder_version))


def differing(kept: Any, wanted: Columns) -> dict[str, Any]:
    """What of these columns is kept otherwise."""
    return {name: value for name, value in wanted.items() if getattr(kept, name) != value}


def is_unsent(changed: Columns) -> bool:
    """Whether a body's word that it has answered was struck from the record: its room is to hear again."""
    return "sent_on" in changed and changed["sent_on"] is None


def _look(turn: Turn, columns: Columns) -> datetime | None:
    """When the sweep should look first at a deadline that reads so."""
    if not columns.get("ladder"):
        return None
    climbs = turn.rules.ladder(columns["ladder"], rule=columns["rule"], recorded_on=london_date(columns["recorded_at"]))
    dates = {name: columns[name] for name in ("legal", "safe", "recorded_at")}
    return first_look(turn.rules, climbs, **dates, now=turn.now)


def _set(record: Case | Enquiry | Request | Deadline, wanted: Columns) -> Columns:
    """Set what differs; what that was."""
    found = differing(record, wanted)
    for name, value in found.items():
        setattr(record, name, value)
    return found


def _of_request(rules: Rules, request: Request, facts: Sequence[Happening], standing: Sequence[Entry]) -> Columns:
    """What a request says of its own facts."""
    steps = STEPS[rules.service(request.service).asks]
    days: dict[EntryKind, date] = {}
    for fact in facts:
        if fact.instance == request.id:
            days[fact.kind] = min(fact.on, days.get(fact.kind, fact.on))
    came = [entry for entry in standing if entry.request_id == request.id and "response" in entry.clear]
    return {
        "asked_on": days.get(steps.asked, request.asked_on),
        "receipt_on": days.get(steps.had),
        "sent_on": days.get(steps.sent),
        "received_on": days.get(steps.came),
        "response": came[-1].clear["response"] if came and steps.came in days else None,
    }


def stage_of(facts: Sequence[Happening]) -> str:
    """Where a case stands: by the latest fact on its path. A meeting that is fixed counts from when that was known."""
    latest = max((fact for fact in facts if FACTS[fact.kind].stage), key=_order, default=None)
    return FACTS[latest.kind].stage if latest else ""


def _order(fact: Happening) -> tuple[date, int]:
    known = date.min if fact.kind in FROM_BEFORE else min(fact.on, fact.recorded_on)
    return (known, PLACES[fact.kind])
