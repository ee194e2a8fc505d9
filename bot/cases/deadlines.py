"""Deadlines: what the entries and the rules say now, kept where the sweep finds it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import select

from bot.cases import history
from bot.cases.posts import first_look
from bot.domain.clocks import Clock, Happening, derive
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Service
from bot.rules import MP_LETTER
from bot.turn import Turn
from storage.add import add_all
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
    new = [_filled(turn, _new(turn, about, clock), clock, entries) for clock in clocks if _place(clock) not in kept]
    moved = [_filled(turn, kept[_place(clock)], clock, entries) for clock in clocks if _place(clock) in kept]
    add_all(turn.db, new)
    for gone in kept.keys() - {_place(clock) for clock in clocks}:
        _silence(kept[gone])
    if isinstance(about, Case):
        about.stage = _stage(facts)
    return sorted([*new, *moved], key=lambda deadline: (deadline.legal, deadline.rule))


def clocks_of(
    turn: Turn, about: Case | Enquiry, facts: Sequence[Happening], requests: Sequence[Request]
) -> tuple[Clock, ...]:
    """The clocks that follow from these facts under the rules in force."""
    process = about.process.value if isinstance(about, Case) else MP_LETTER
    advisers = {adviser.id: adviser.clock for adviser in turn.rules.services}
    return derive(
        turn.rules.of(process),
        facts,
        calendar=turn.rules.calendar,
        requests={request.id or 0: advisers[Service(request.service)] for request in requests},
        closed_on=about.closed_on if about.status is CaseStatus.CLOSED else None,
    )


def _kept(turn: Turn, about: Case | Enquiry) -> dict[tuple[str, int], Deadline]:
    kept = turn.db.exec(select(Deadline).where(Deadline.stream == history.stream_of(about)))
    return {(deadline.rule, deadline.instance): deadline for deadline in kept}


def _place(clock: Clock) -> tuple[str, int]:
    return (clock.rule.id, clock.instance or 0)


def _new(turn: Turn, about: Case | Enquiry, clock: Clock) -> Deadline:
    return Deadline(
        stream=history.stream_of(about),
        case_id=about.id if isinstance(about, Case) else None,
        enquiry_id=about.id if isinstance(about, Enquiry) else None,
        rule=clock.rule.id,
        rule_version=str(clock.rule.version),
        nature=clock.rule.nature,
        started_on=clock.start.on,
        legal=clock.legal,
        safe=clock.safe,
        state=clock.state,
        recorded_at=turn.now,
    )


def _filled(turn: Turn, deadline: Deadline, clock: Clock, entries: Sequence[Entry]) -> Deadline:
    nudged = clock.state is ClockState.RUNNING and not clock.information
    as_before = (deadline.legal, deadline.state, deadline.started_on) if deadline.id else ()
    deadline.rule, deadline.instance, deadline.request_id = clock.rule.id, clock.instance or 0, clock.instance
    deadline.rule_version = str(clock.rule.version)
    deadline.agency, deadline.nature, deadline.ladder = clock.rule.agency, clock.rule.nature, clock.rule.ladder
    deadline.information, deadline.presumed = clock.information, clock.presumed
    deadline.started_on, deadline.legal, deadline.safe, deadline.target = (
        clock.start.on,
        clock.legal,
        clock.safe,
        clock.target,
    )
    deadline.state, deadline.stopped_on = clock.state, clock.stopped.on if clock.stopped else None
    if as_before != (deadline.legal, deadline.state, deadline.started_on):
        deadline.recorded_at = history.recorded_at(entries, clock.start.entry)
        deadline.next_at = _first_look(turn, deadline) if nudged else None
    return deadline


def _first_look(turn: Turn, deadline: Deadline) -> datetime | None:
    return first_look(
        turn.rules,
        deadline.ladder,
        legal=deadline.legal,
        safe=deadline.safe,
        recorded_at=deadline.recorded_at,
        now=turn.now,
    )


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
