"""The card of a case: one living card in each room, and a fuller one for those who open it privately."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import bindparam
from sqlmodel import col, select

from bot.cards.dates import is_to_check, rule_of, sentence, state, title, when
from bot.cards.exceptions import claims_of, may_know_ground, noted
from bot.cards.letter import open_letter, record_button
from bot.cards.record import lines_of
from bot.cases import advice, children, visible
from bot.cases.files import CaseFile
from bot.cases.restricting import named_to
from bot.domain.clocks import ClockRule, Per
from bot.domain.dates import say_day, week_of
from bot.domain.facts import FACTS, Asks, beginnings
from bot.domain.message import Action, Fact, Message, State, Style
from bot.domain.sentences import listed
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, ClockState, Counting, EntryKind, Kind, Nature, Role
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Request

ENTRIES_SHOWN = 5
BUTTONS = 5
OTHERS = 3
"""How many other cases of the child have a button."""

PLANS = frozenset({EntryKind.FINAL_PLAN_SENT, EntryKind.AMENDED_PLAN_SENT})
"""What ends the weeks by which a case is spoken of: "week 10 of 20"."""
OF_CHILD = select(Case).where(Case.child_id == bindparam("child"), Case.id != bindparam("this"))
OTHERS_FOR = {
    reader: OF_CHILD.where(fit).order_by(col(Case.status).desc(), col(Case.id)) for reader, fit in visible.SEES.items()
}


def case_card(turn: Turn, file: CaseFile, viewer: Viewer, *, whole: bool = False) -> Message:
    """The card of a case as this viewer may see it. `whole` adds who the child is and the latest entries."""
    others = others_of(turn, file, viewer) if whole else []
    facts = [*_restricted(turn, file, viewer), *_child(turn, file, viewer), *map(_other, others)] if whole else []
    facts += [*_advice(turn, file, viewer), *_council(turn, file, viewer), *_people(turn, file, viewer)]
    if whole and viewer.may_know(Kind.NOTES):
        facts += claims_of(turn, file)
    if whole:
        facts += lines_of(turn, file.case, visible.entries_among(turn, viewer, file.entries)[-ENTRIES_SHOWN:])
    return Message(
        text=_heading(turn, file) if viewer.may_know(Kind.STAGE) else file.case.reference,
        facts=tuple(facts),
        actions=(*_actions(turn, file, viewer, whole=whole), *map(_look, others[:OTHERS])),
        private=viewer.private,
    )


def _heading(turn: Turn, file: CaseFile) -> str:
    case = file.case
    parts = [case.reference, case.process.label]
    if case.status is CaseStatus.CLOSED:
        outcome = case.outcome.label if case.outcome else ""
        closed = say_day(case.closed_on, turn.today) if case.closed_on else ""
        return " · ".join([*parts, f"closed {closed} ({outcome})"])
    if whole := max(of_the_whole(turn, file), key=lambda clock: clock[1].length, default=None):
        deadline, rule = whole
        parts.append(f"week {week_of(deadline.started_on, turn.today)} of {rule.length}")
    return " · ".join([*parts, case.stage] if case.stage else parts)


def of_the_whole(turn: Turn, file: CaseFile) -> Iterator[tuple[Deadline, ClockRule]]:
    """The clocks in weeks that run until the plan: from the beginning of the case, or on the branch it has taken."""
    for deadline in file.deadlines:
        rule = rule_of(turn, deadline)
        runs = deadline.state is ClockState.RUNNING and rule.counting is Counting.WEEKS and rule.per is Per.CASE
        whole = not deadline.information or not {*rule.starts}.isdisjoint(beginnings(file.case.process))
        if runs and whole and not PLANS.isdisjoint(rule.stops):
            yield deadline, rule


def others_of(turn: Turn, file: CaseFile, viewer: Viewer) -> list[Case]:
    """The child's other cases, as far as the asker may know of each that it is this child's. No room ever hears."""
    if not (viewer.private and viewer.may_know(Kind.IDENTITY)):
        return []
    reader, values = visible.reader(turn, turn.person)
    found = turn.db.scalars(OTHERS_FOR[reader], {"child": file.case.child_id, "this": file.case.id, **values})
    alone = replace(turn, private=True)
    return [case for case in found if visible.viewer(alone, case).may_know(Kind.IDENTITY)]


def _other(case: Case) -> Fact:
    """ "SEND-2026-0101 · annual review · review meeting held"."""
    stands = f"closed ({case.outcome.label})" if case.outcome else case.stage
    value = " · ".join(filter(None, [case.reference, case.process.label, stands]))
    return Fact("Also for this child", value, private=True)


def _look(case: Case) -> Action:
    return Action(f"Open {case.reference}", line("open", case=case.reference), acts=False, alone=True)


def _restricted(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    """That the case is for the named alone, before anything else of it is read; who is named, where one may know."""
    if file.case.restricted and viewer.private:
        known = viewer.may_know(Kind.RESTRICTED)
        names = listed([person.name for person in named_to(turn, file.case)]) if known else ""
        also = f", their manager and {names}" if names else " and their manager"
        yield Fact("Restricted", f"for its owner{also} alone" if known else "speak of it with its owner alone")


def _child(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if viewer.private and not file.child.wrapped_key:
        yield Fact("Child", "erased from the record")
        return
    basis = viewer.on(Kind.IDENTITY)
    if basis is None:
        return
    who = children.identity(turn, file.case, file.child, basis)
    if who is None:
        return
    school = (file.setting or "no school recorded") if viewer.may_know(Kind.SETTING) else ""
    yield Fact("Child", f"{who.name}, born {who.born:%-d %B %Y}", school, private=True)
    if who.record_number:
        url = turn.record_url.replace("{record_number}", who.record_number) if turn.record_url else ""
        yield Fact("Record number", who.record_number, url, private=True)


def _advice(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    for request in file.requests:
        deadline = file.of_request(request)
        if deadline is not None and viewer.may_know(Kind.REQUESTS, request.agency):
            label = sentence(title(turn, deadline, advice.title(turn, request)))
            runs = deadline.state is ClockState.RUNNING
            how = State.WAITING if runs and request.sent_on else state(turn, deadline)
            body = f"{request.adviser} · " if request.adviser and viewer.private else ""
            claimed = noted(turn, deadline, ground=True)
            how_far = f"{body}{_how_far(turn, request, runs=runs)}{f' · {claimed}' if claimed else ''}"
            yield Fact(label, when(turn, deadline), how_far, how)


def _how_far(turn: Turn, request: Request, *, runs: bool) -> str:
    """The last thing that happened to a request, and what is waited for while its clock runs."""
    consults = advice.asks(turn, request) is Asks.CONSULTATION
    if request.received_on:
        response = f" ({request.response.label})" if request.response else ""
        return f"{'reply ' if consults else ''}received {say_day(request.received_on, turn.today)}{response}"
    if request.sent_on:
        waiting = " · waiting for the council to confirm" if runs else ""
        return f"{'reply' if consults else 'advice'} sent {say_day(request.sent_on, turn.today)}{waiting}"
    if request.receipt_on:
        return f"{'papers' if consults else 'request'} received {say_day(request.receipt_on, turn.today)}"
    unconfirmed = " · receipt not confirmed" if runs else ""
    return f"{'consulted' if consults else 'asked'} {say_day(request.asked_on, turn.today)}{unconfirmed}"


def _council(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if not viewer.may_know(Kind.DATES):
        return
    for deadline in file.deadlines:
        if deadline.request_id is None and _worth_showing(deadline, viewer) and not _of_the_older(turn, deadline):
            claimed = noted(turn, deadline, ground=may_know_ground(viewer, of_body=False))
            yield Fact(sentence(title(turn, deadline)), when(turn, deadline), claimed, state(turn, deadline))


def _of_the_older(turn: Turn, deadline: Deadline) -> bool:
    """The date for a child under five, where the child was not: that is known when the case begins."""
    return deadline.information and EntryKind.UNDER_FIVE in rule_of(turn, deadline).binds


def _worth_showing(deadline: Deadline, viewer: Viewer) -> bool:
    """What runs; in the council's own answers also what is done, and dates that are only information."""
    if deadline.state in (ClockState.NOT_NEEDED, ClockState.STOPPED):
        return False
    if viewer.private and viewer.agency is Agency.EDUCATION:
        return True
    return deadline.state is ClockState.RUNNING and not deadline.information and deadline.nature is Nature.DUTY


def _people(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Fact]:
    if viewer.may_know(Kind.STAGE):
        gone = "has left" if file.owner and not file.owner.active else ""
        yield Fact("Owner", file.owner.name if file.owner else "nobody yet", gone)
    for letter in visible.letters_among(turn, viewer, file.enquiries):
        yield open_letter(turn, letter)


def _actions(turn: Turn, file: CaseFile, viewer: Viewer, *, whole: bool) -> Iterator[Action]:
    reference = file.case.reference
    is_open = file.case.status is CaseStatus.OPEN
    officer = viewer.role in (Role.OFFICER, Role.MANAGER)
    partner = viewer.agency in (Agency.HEALTH, Agency.SOCIAL_CARE)
    if is_open and (partner or viewer.role is Role.CONTRIBUTOR):
        yield from _partner_actions(turn, file, viewer)
    if is_open and (officer or (viewer.role is None and viewer.agency is Agency.EDUCATION)):
        yield from _officer_actions(turn, file, reference)
    if is_open and officer and whole:
        yield Action("Assign…", line("assign", case=reference))
    if is_open and whole and (officer or any(is_to_check(turn, deadline) for deadline in file.deadlines)):
        yield Action("Why these dates", line("why", case=reference), acts=False)
    if not whole:
        yield Action("Open privately", line("open", case=reference), acts=False, alone=True)


def _partner_actions(turn: Turn, file: CaseFile, viewer: Viewer) -> Iterator[Action]:
    waiting = [r for r in file.requests if r.received_on is None and viewer.may_know(Kind.REQUESTS, r.agency)]
    several = len(waiting) > 1
    for request in waiting[: BUTTONS - 1]:
        of = f": {advice.label(turn, request)}" if several else ""
        if request.receipt_on is None and request.sent_on is None:
            yield Action(f"We have the request{of}", line("have", request=request.id))
        if request.sent_on is None:
            yield Action(f"{_answer(turn, request)} sent{of}", line("advice sent", request=request.id), Style.PRIMARY)
            if not several:
                yield Action("We can't by then…", line("help needed", request=request.id))


def _answer(turn: Turn, request: Request) -> str:
    return "Reply" if advice.asks(turn, request) is Asks.CONSULTATION else "Advice"


def _officer_actions(turn: Turn, file: CaseFile, reference: str) -> Iterator[Action]:
    waiting = [request for request in file.requests if request.received_on is None and _runs(file, request)]
    answers = "/".join(dict.fromkeys(_answer(turn, request) for request in waiting))
    if len(waiting) == 1:
        yield Action(f"{answers} received", line("received", request=waiting[0].id), Style.PRIMARY)
    elif waiting:
        answers = "Advice or reply" if "/" in answers else answers
        yield Action(f"{answers} received…", line("received", cases=reference), Style.PRIMARY)
    asked = any(advice.asks(turn, request) is Asks.ADVICE for request in file.requests)
    if not asked and advice.is_due_on(turn, file.case, {entry.kind for entry in file.entries}):
        yield Action("Ask for advice…", line("ask", case=reference))
    if step := _next_step(turn, file):
        yield record_button(step, reference)
    yield Action("Record…", line("sent", case=reference))


def _runs(file: CaseFile, request: Request) -> bool:
    deadline = file.of_request(request)
    return deadline is not None and deadline.state is ClockState.RUNNING


def _next_step(turn: Turn, file: CaseFile) -> EntryKind | None:
    """What stops the council's next duty, where that is one fact."""
    owed = (d for d in file.deadlines if d.state is ClockState.RUNNING and d.ladder and d.request_id is None)
    ours = [deadline for deadline in owed if deadline.agency is Agency.EDUCATION]
    first = min(ours, key=lambda deadline: deadline.nature is Nature.AT_ONCE, default=None)  # which has no last day
    stops = rule_of(turn, first).stops if first else ()
    return stops[0] if len(stops) == 1 and FACTS[stops[0]].said else None
