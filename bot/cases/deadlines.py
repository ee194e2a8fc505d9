"""Deadlines: what the entries and the rules say now, kept where the sweep finds it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from bot.cases import history
from bot.cases.posts import first_look
from bot.domain.clocks import Claim, Clock, Happening, derive
from bot.domain.facts import FACTS, STEPS, Whole
from bot.domain.terms import CaseStatus, ClockState, EntryKind
from bot.turn import Turn
from storage.add import add_rows
from storage.tables import Case, Deadline, Enquiry, Entry, Request


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
    """
    facts = history.happenings(entries)
    for request in requests:
        _project_request(turn, request, facts, entries)
    clocks = clocks_of(turn, about, facts, requests, history.claims(entries))
    kept = {} if first else _kept(turn, about)
    rows = [_new(turn, about, clock, entries) for clock in clocks if _place(clock) not in kept]
    new = add_rows(turn.db, Deadline, rows)
    old = [_brought_in_line(turn, kept[_place(c)], c, entries) for c in clocks if _place(c) in kept]
    for gone in kept.keys() - {_place(clock) for clock in clocks}:
        _silence(kept[gone])
    if isinstance(about, Case):
        about.stage = stage_of(facts)
    return sorted([*new, *old], key=lambda deadline: (deadline.legal, deadline.rule))


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
    return derive(
        turn.rules.of(whole_of(about)),
        facts,
        calendar=turn.rules.calendar,
        requests={request.id or 0: turn.rules.service(request.service).clock for request in requests},
        claims=claims,
        closed_on=about.closed_on if about.status is CaseStatus.CLOSED else None,
    )


def _kept(turn: Turn, about: Case | Enquiry) -> dict[tuple[str, int], Deadline]:
    kept = turn.db.exec(select(Deadline).where(Deadline.stream == history.stream_of(about)))
    return {(deadline.rule, deadline.instance): deadline for deadline in kept}


def _place(clock: Clock) -> tuple[str, int]:
    return (clock.rule.id, clock.instance or 0)


def _columns(clock: Clock) -> dict[str, Any]:
    """What a deadline says of its clock."""
    rule = clock.rule
    return {
        "rule": rule.id,
        "rule_version": str(rule.version),
        "instance": clock.instance or 0,
        "request_id": clock.instance,
        "agency": rule.agency,
        "nature": rule.nature,
        "ladder": clock.ladder,
        "information": clock.information,
        "presumed": clock.presumed,
        "started_on": clock.runs_from,
        "legal": clock.legal,
        "safe": clock.safe,
        "target": clock.target,
        "state": clock.state,
        "stopped_on": clock.stopped.on if clock.stopped else None,
        "exception": "|".join(claim.ground for claim in clock.claims),
    }


def _new(turn: Turn, about: Case | Enquiry, clock: Clock, entries: Sequence[Entry]) -> dict[str, Any]:
    whose = {
        "stream": history.stream_of(about),
        "case_id": about.id if isinstance(about, Case) else None,
        "enquiry_id": about.id if isinstance(about, Enquiry) else None,
    }
    return {**whose, **_columns(clock), **_first_look(turn, clock, entries)}


def _brought_in_line(turn: Turn, deadline: Deadline, clock: Clock, entries: Sequence[Entry]) -> Deadline:
    moved = (deadline.legal, deadline.state, deadline.started_on) != (clock.legal, clock.state, clock.runs_from)
    for name, value in {**_columns(clock), **(_first_look(turn, clock, entries) if moved else {})}.items():
        if getattr(deadline, name) != value:
            setattr(deadline, name, value)
    return deadline


def _first_look(turn: Turn, clock: Clock, entries: Sequence[Entry]) -> dict[str, Any]:
    """When the start was recorded, and when the sweep should look at it first."""
    recorded_at = history.recorded_at(entries, clock.start.entry)
    dates: dict[str, Any] = {"legal": clock.legal, "safe": clock.safe, "recorded_at": recorded_at}
    return {"recorded_at": recorded_at, "next_at": first_look(turn.rules, clock.ladder, **dates, now=turn.now)}


def _silence(deadline: Deadline) -> None:
    """A clock whose start was struck from the record: it never ran."""
    deadline.state, deadline.next_at, deadline.stopped_on = ClockState.STOPPED, None, None


def _project_request(turn: Turn, request: Request, facts: Sequence[Happening], entries: Sequence[Entry]) -> None:
    own = [fact for fact in facts if fact.instance == request.id]
    days = {kind: min((fact.on for fact in own if fact.kind is kind), default=None) for kind in EntryKind}
    steps = STEPS[turn.rules.service(request.service).asks]
    request.asked_on = days[steps.asked] or request.asked_on
    request.receipt_on, request.sent_on, request.received_on = days[steps.had], days[steps.sent], days[steps.came]
    came = [e for e in history.standing(entries) if e.request_id == request.id and "response" in e.clear]
    request.response = came[-1].clear["response"] if came and request.received_on else None


def stage_of(facts: Sequence[Happening]) -> str:
    """Where a case stands: by the furthest fact on its path."""
    reached = {fact.kind for fact in facts}
    stages = [known.stage for kind, known in FACTS.items() if kind in reached and known.stage]
    return stages[-1] if stages else ""
