"""The card of a case: one living card in each room, and a fuller one for those who open it privately."""

from collections.abc import Iterator

from bot.cards.dates import sentence, state, title, when
from bot.cards.exceptions import claims_of, may_know_ground, noted
from bot.cards.letter import open_letter
from bot.cards.record import lines_of
from bot.cases import advice, children
from bot.cases.files import CaseFile
from bot.domain.dates import say_day, week_of
from bot.domain.message import Action, Fact, Message, State, Style
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind, Kind, Nature, Role, RuleId
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline, Request

ENTRIES_SHOWN = 5
BUTTONS = 5

WHOLE = RuleId("final_plan")
"""The clock by whose weeks a case is spoken of: "week 10 of 20"."""


def case_card(turn: Turn, file: CaseFile, viewer: Viewer, *, whole: bool = False) -> Message:
    """The card of a case as this viewer may see it. `whole` adds who the child is and the latest entries."""
    facts = [*_child(turn, file, viewer)] if whole else []
    facts += [*_advice(turn, file, viewer), *_council(turn, file, viewer), *_people(turn, file, viewer)]
    if whole and viewer.may_know(Kind.NOTES):
        facts += [*claims_of(turn, file), *lines_of(turn, file.case, file.entries[-ENTRIES_SHOWN:])]
    return Message(
        text=_heading(turn, file) if viewer.may_know(Kind.DATES) else file.case.reference,
        facts=tuple(facts),
        actions=tuple(_actions(turn, file, viewer, whole=whole)),
        private=viewer.private,
    )


def _heading(turn: Turn, file: CaseFile) -> str:
    case = file.case
    parts = [case.reference, case.process.label]
    if case.status is CaseStatus.CLOSED:
        outcome = case.outcome.label if case.outcome else ""
        closed = say_day(case.closed_on, turn.today) if case.closed_on else ""
        return " · ".join([*parts, f"closed {closed} ({outcome})"])
    whole = next((deadline for deadline in file.deadlines if deadline.rule == WHOLE), None)
    if whole and whole.state is ClockState.RUNNING:
        weeks = (whole.legal - whole.started_on).days // 7
        parts.append(f"week {week_of(whole.started_on, turn.today)} of {weeks}")
    return " · ".join([*parts, case.stage] if case.stage else parts)


def _child(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if not viewer.may_know(Kind.IDENTITY):
        return
    who = children.identity(turn, file.case, file.child)
    if who is None:
        yield Fact("Child", "erased from the record", private=True)
        return
    yield Fact("Child", f"{who.name}, born {who.born:%-d %B %Y}", file.setting or "no school recorded", private=True)
    if who.record_number:
        url = turn.record_url.replace("{record_number}", who.record_number) if turn.record_url else ""
        yield Fact("Record number", who.record_number, url, private=True)


def _advice(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    for request in file.requests:
        deadline = file.of_request(request)
        if deadline is not None and viewer.may_know_request(request.agency):
            label = sentence(title(turn, deadline, advice.title(turn, request)))
            runs = deadline.state is ClockState.RUNNING
            how = State.WAITING if runs and request.sent_on else state(turn, deadline)
            body = f"{request.adviser} · " if request.adviser and viewer.private else ""
            claimed = noted(turn, deadline, ground=True)
            how_far = f"{body}{_how_far(turn, request, runs=runs)}{f' · {claimed}' if claimed else ''}"
            yield Fact(label, when(turn, deadline), how_far, how)


def _how_far(turn: Turn, request: Request, *, runs: bool) -> str:
    """The last thing that happened to a request, and what is waited for while its clock runs."""
    if request.received_on:
        response = request.response.label if request.response else ""
        return f"received {say_day(request.received_on, turn.today)} ({response})"
    if request.sent_on:
        waiting = " · waiting for the council to confirm" if runs else ""
        return f"advice sent {say_day(request.sent_on, turn.today)}{waiting}"
    if request.receipt_on:
        return f"request received {say_day(request.receipt_on, turn.today)}"
    return f"asked {say_day(request.asked_on, turn.today)}{' · receipt not confirmed' if runs else ''}"


def _council(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if not viewer.may_know(Kind.DATES):
        return
    for deadline in file.deadlines:
        if deadline.request_id is None and _worth_showing(deadline, viewer):
            claimed = noted(turn, deadline, ground=may_know_ground(viewer, deadline))
            yield Fact(sentence(title(turn, deadline)), when(turn, deadline), claimed, state(turn, deadline))


def _worth_showing(deadline: Deadline, viewer: Viewer) -> bool:
    """What runs; in the council's own answers also what is done, and dates that are only information."""
    if deadline.state in (ClockState.NOT_NEEDED, ClockState.STOPPED):
        return False
    if viewer.private and viewer.agency is Agency.EDUCATION:
        return True
    return deadline.state is ClockState.RUNNING and not deadline.information and deadline.nature is Nature.DUTY


def _people(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if viewer.may_know(Kind.EXISTENCE):
        yield Fact("Owner", file.owner.name if file.owner else "nobody yet")
    if file.enquiries and viewer.may_know(Kind.MP_MATTER):
        for letter in file.enquiries:
            yield open_letter(turn, letter)


def _actions(turn: Turn, file: CaseFile, viewer: Viewer, *, whole: bool) -> Iterator[Action]:
    reference = file.case.reference
    is_open = file.case.status is CaseStatus.OPEN
    officer = viewer.role in (Role.OFFICER, Role.MANAGER)
    partner = viewer.agency in (Agency.HEALTH, Agency.SOCIAL_CARE)
    if is_open and (partner or viewer.role is Role.CONTRIBUTOR):
        yield from _partner_actions(turn, file, viewer)
    if is_open and (officer or (viewer.role is None and viewer.agency is Agency.EDUCATION)):
        yield from _officer_actions(file, reference)
    if is_open and officer and whole:
        yield Action("Assign…", line("assign", case=reference))
        yield Action("Why these dates", line("why", case=reference), acts=False)
    if not whole:
        yield Action("Open privately", line("open", case=reference), acts=False)


def _partner_actions(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Action]:
    waiting = [r for r in file.requests if r.received_on is None and viewer.may_know_request(r.agency)]
    several = len(waiting) > 1
    for request in waiting[: BUTTONS - 1]:
        of = f": {advice.label(turn, request)}" if several else ""
        if request.receipt_on is None and request.sent_on is None:
            yield Action(f"We have the request{of}", line("have", request=request.id))
        if request.sent_on is None:
            yield Action(f"Advice sent{of}", line("advice sent", request=request.id), Style.PRIMARY)
            if not several:
                yield Action("We can't by then…", line("help needed", request=request.id))


def _officer_actions(file: CaseFile, reference: str) -> Iterator[Action]:
    waiting = [request for request in file.requests if request.received_on is None]
    if len(waiting) == 1:
        yield Action("Advice received", line("received", request=waiting[0].id), Style.PRIMARY)
    elif waiting:
        yield Action("Advice received…", line("received", cases=reference), Style.PRIMARY)
    if not any(e.kind is EntryKind.ADVICE_ASKED for e in file.entries):
        yield Action("Ask for advice…", line("ask", case=reference))
    yield Action("Record…", line("sent", case=reference))
