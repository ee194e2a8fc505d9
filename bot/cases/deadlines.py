"""Deadlines: what the entries and the rules say now, kept where the sweep finds it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from bot.cases import history
from bot.cases.posts import first_look
from bot.domain.clocks import Clock, Happening, derive
from bot.domain.terms import CaseStatus, ClockState, EntryKind
from bot.rules import MP_LETTER
from bot.turn import Turn
from storage.add import add_rows
from storage.tables import Case, Deadline, Enquiry, Entry, Request

STAGES = {
    EntryKind.REQUEST_RECEIVED: "deciding whether to assess",
    EntryKind.DECISION_TO_ASSESS_SENT: "assessment under way",
    EntryKind.DRAFT_SERVED: "draft plan with the family",
    EntryKind.REFUSAL_TO_ASSESS_SENT: "assessment refused",
    EntryKind.REFUSAL_TO_ISSUE_SENT: "plan refused",
    EntryKind.FINAL_PLAN_SENT: "final plan sent",
}
"""Where a case is, by the last of these facts."""


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
        _project_request(request, facts, entries)
    clocks = clocks_of(turn, about, facts, requests)
    kept = {} if first else _kept(turn, about)
    rows = [_new(turn, about, clock, entries) for clock in clocks if _place(clock) not in kept]
    new = add_rows(turn.db, Deadline, rows)
    old = [_brought_in_line(turn, kept[_place(c)], c, entries) for c in clocks if _place(c) in kept]
    for gone in kept.keys() - {_place(clock) for clock in clocks}:
        _silence(kept[gone])
    if isinstance(about, Case):
        about.stage = _stage(facts)
    return sorted([*new, *old], key=lambda deadline: (deadline.legal, deadline.rule))


def clocks_of(
    turn: Turn, about: Case | Enquiry, facts: Sequence[Happening], requests: Sequence[Request]
) -> tuple[Clock, ...]:
    """The clocks that follow from these facts under the rules in force."""
    process = about.process.value if isinstance(about, Case) else MP_LETTER
    return derive(
        turn.rules.of(process),
        facts,
        calendar=turn.rules.calendar,
        requests={request.id or 0: turn.rules.service(request.service).clock for request in requests},
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
        "ladder": rule.ladder,
        "information": clock.information,
        "presumed": clock.presumed,
        "started_on": clock.start.on,
        "legal": clock.legal,
        "safe": clock.safe,
        "target": clock.target,
        "state": clock.state,
        "stopped_on": clock.stopped.on if clock.stopped else None,
    }


def _new(turn: Turn, about: Case | Enquiry, clock: Clock, entries: Sequence[Entry]) -> dict[str, Any]:
    whose = {
        "stream": history.stream_of(about),
        "case_id": about.id if isinstance(about, Case) else None,
        "enquiry_id": about.id if isinstance(about, Enquiry) else None,
    }
    return {**whose, **_columns(clock), **_first_look(turn, clock, entries)}


def _brought_in_line(turn: Turn, deadline: Deadline, clock: Clock, entries: Sequence[Entry]) -> Deadline:
    moved = (deadline.legal, deadline.state, deadline.started_on) != (clock.legal, clock.state, clock.start.on)
    for name, value in {**_columns(clock), **(_first_look(turn, clock, entries) if moved else {})}.items():
        if getattr(deadline, name) != value:
            setattr(deadline, name, value)
    return deadline


def _first_look(turn: Turn, clock: Clock, entries: Sequence[Entry]) -> dict[str, Any]:
    """When the start was recorded, and when the sweep should look at it first."""
    recorded_at = history.recorded_at(entries, clock.start.entry)
    nudged = clock.state is ClockState.RUNNING and not clock.information
    ladder = clock.rule.ladder if nudged else ""
    look = first_look(turn.rules, ladder, legal=clock.legal, safe=clock.safe, recorded_at=recorded_at, now=turn.now)
    return {"recorded_at": recorded_at, "next_at": look}


def _silence(deadline: Deadline) -> None:
    """A clock whose start was struck from the record: it never ran."""
    deadline.state, deadline.next_at, deadline.stopped_on = ClockState.STOPPED, None, None


def _project_request(request: Request, facts: Sequence[Happening], entries: Sequence[Entry]) -> None:
    own = [fact for fact in facts if fact.instance == request.id]
    days = {kind: min((fact.on for fact in own if fact.kind is kind), default=None) for kind in EntryKind}
    request.asked_on = days[EntryKind.ADVICE_ASKED] or request.asked_on
    request.receipt_on = days[EntryKind.BODY_RECEIVED_REQUEST]
    request.sent_on, request.received_on = days[EntryKind.ADVICE_SENT], days[EntryKind.ADVICE_RECEIVED]
    came = [e for e in history.standing(entries) if e.request_id == request.id and "response" in e.clear]
    request.response = came[-1].clear["response"] if came and request.received_on else None


def _stage(facts: Sequence[Happening]) -> str:
    path = list(STAGES)
    reached = [fact.kind for fact in facts if fact.kind in STAGES]
    return STAGES[max(reached, key=path.index)] if reached else ""
