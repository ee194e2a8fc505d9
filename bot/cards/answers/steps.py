"""A review, a panel, an appeal: how far a case has come on its path, by what is on record."""

from collections.abc import Collection, Iterator

from bot.cards.answers.saying import ABSENT, Asking
from bot.cards.case import others_of
from bot.cases import panels
from bot.cases.files import CaseFile
from bot.domain.dates import distance, say_day
from bot.domain.facts import DISPUTES, FACTS, REVIEWS, label
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import ClockState, EntryKind, Process
from bot.grammar import line
from storage.tables import Deadline, Entry

E = EntryKind


def _elsewhere(asking: Asking, file: CaseFile, processes: Collection[Process]) -> list[Action]:
    """The child's own cases of such a process, for those who may know that they are one child's."""
    found = (case for case in others_of(asking.turn, file, asking.viewer) if case.process in processes)
    return [Action(f"Open {one.reference}", line("open", case=one.reference), acts=False, alone=True) for one in found]


# A review

AMENDING = (E.AMENDMENT_NOTICE_SENT, E.AMENDED_PLAN_SENT)
DECIDED = (E.DECISION_TO_AMEND_SENT, E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_CEASE_SENT)


def review(asking: Asking, file: CaseFile) -> Message:
    """Whether the meeting was held, the report is in and the decision made; else by when each is due."""
    if file.case.process not in REVIEWS:
        offers = _elsewhere(asking, file, REVIEWS)
        return asking.answer(
            f"no review is part of it: it is another process ({file.case.process.label}).", offers=offers
        )
    decision = asking.clock_of(*DECIDED)
    lines = [
        _meeting(asking),
        asking.step("Report", E.REVIEW_REPORT_SENT),
        asking.step("Decision", *DECIDED, named=True),
        *_amended(asking),
    ]
    return asking.answer(f"{_review(asking, decision)}.", lines, why=[decision, asking.clock_of(E.REVIEW_REPORT_SENT)])


def _review(asking: Asking, due: Deadline | None) -> str:
    decided, held, fixed = (asking.latest(*kinds) for kinds in (DECIDED, (E.MEETING_HELD,), (E.MEETING_FIXED,)))
    if decided:
        return f"{label(decided.kind)} on {asking.day(decided)}{_left(asking)}"
    by = f"; the decision is {asking.how_far(due)}" if due and due.state is ClockState.RUNNING else ""
    if held:
        return f"the review meeting was held on {asking.day(held)}, and no decision has gone out yet{by}"
    if fixed and fixed.happened_on < asking.turn.today:
        return f"the review meeting was fixed for {asking.day(fixed)}; that it was held is not recorded{by}"
    if fixed:
        return f"the review meeting is fixed for {asking.day(fixed)}{by}"
    return f"no review meeting is on record{by}"


def _left(asking: Asking) -> str:
    """ "; amendment notice after the review due in 13 days": what comes first of what is left."""
    owed = [one for one in asking.duties if not {*AMENDING}.isdisjoint(asking.stops(one))]
    return f"; {asking.name_of(owed[0])} {asking.how_far(owed[0])}" if owed else ""


def _meeting(asking: Asking) -> Fact:
    fixed = asking.latest(E.MEETING_FIXED)
    if fixed is None or asking.latest(E.MEETING_HELD):
        return asking.step("Meeting held", E.MEETING_HELD)
    return Fact("Meeting fixed for", asking.day(fixed), asking.recorded(fixed))


def _amended(asking: Asking) -> Iterator[Fact]:
    """What follows where the plan is amended."""
    if asking.latest(E.DECISION_TO_AMEND_SENT, E.AMENDMENT_NOTICE_SENT):
        yield asking.step("Amendment notice", E.AMENDMENT_NOTICE_SENT)
        yield asking.step("Amended plan", E.AMENDED_PLAN_SENT, E.DECISION_NOT_TO_AMEND_SENT, named=True)


# A panel


def panel(asking: Asking, _file: CaseFile) -> Message:
    """When a panel is planned or sat, and what went out after it: what it said is in nobody's entry."""
    if not panels.may_know(asking.viewer):
        return asking.not_told("what goes to a panel, and when,", panels.may_know)
    planned, held = (_panel(asking, kind) for kind in (E.PLANNED, E.HELD))
    lines = [_sat("Planned for", asking, planned), _sat("Held", asking, held), *_after(asking, held), *_next(asking)]
    return asking.answer(f"{_at_panel(asking, planned, held)}.", lines)


def _panel(asking: Asking, kind: EntryKind) -> Entry | None:
    found = [one for one in asking.standing if one.kind is kind and one.clear.get("what") == panels.PANEL]
    return found[-1] if found else None


def _at_panel(asking: Asking, planned: Entry | None, held: Entry | None) -> str:
    today = asking.turn.today
    if planned and planned.happened_on >= today:
        return f"it goes to panel on {asking.day(planned)}, {distance(planned.happened_on, today)}"
    if held:
        return f"it went to panel on {asking.day(held)}"
    if planned:
        return f"a panel was planned for {asking.day(planned)}; that it sat is not recorded"
    return "no panel is on record"


def _sat(name: str, asking: Asking, entry: Entry | None) -> Fact:
    return Fact(name, asking.day(entry) if entry else ABSENT, asking.recorded(entry))


def _after(asking: Asking, held: Entry | None) -> Iterator[Fact]:
    """What the panel said nobody records; what the council sent on that day or later is what came of it."""
    if held is None:
        return
    sent = [one for one in asking.standing if one.kind in panels.DECISIONS and one.happened_on >= held.happened_on]
    first = min(sent, key=lambda one: (one.happened_on, one.number), default=None)
    said = f"{label(first.kind)}, {asking.day(first)}" if first else ABSENT
    yield Fact("Decided since", said, asking.recorded(first))


def _next(asking: Asking) -> Iterator[Fact]:
    today = asking.turn.today
    coming = min((one for one in asking.turn.rules.panels if one.on >= today), key=lambda one: one.on, default=None)
    if coming is not None:
        yield Fact(
            "Next to sit", f"{coming.name}, {say_day(coming.on, today)}", f"papers by {say_day(coming.papers, today)}"
        )


# An appeal

ORDERED = tuple(kind for kind, fact in FACTS.items() if {Process.TRIBUNAL_ORDER, Process.CONCESSION} & fact.begins)
OF_DISPUTES = DISPUTES | {Process.TRIBUNAL_ORDER, Process.CONCESSION}


def appeal(asking: Asking, file: CaseFile) -> Message:
    """Whether one is registered, when the response is due, what was ordered and what is left of that."""
    if file.case.process not in OF_DISPUTES:
        return _no_appeal(asking, file)
    order = asking.latest(*ORDERED)
    response = asking.clock_of(E.TRIBUNAL_RESPONSE_SENT)
    left = [*asking.duties, *_rights(asking)]
    if order is not None:
        so = f"; what is left: {asking.name_of(left[0])}, {asking.how_far(left[0])}" if left else "; no date of it runs"
        said = f"{FACTS[order.kind].happened} on {asking.day(order)}{so}."
        lines = [
            Fact("Order", f"{label(order.kind)}, {asking.day(order)}", asking.recorded(order)),
            *map(asking.due, left),
        ]
        return asking.answer(said, lines, why=left)
    lines = [
        asking.step("Appeal lodged", E.APPEAL_LODGED),
        asking.step("Tribunal's papers", E.TRIBUNAL_PAPERS_RECEIVED),
        asking.step("Response", E.TRIBUNAL_RESPONSE_SENT),
        Fact("Hearing", ABSENT),
        *(asking.due(one) for one in left if one not in (asking.clock_of(E.APPEAL_LODGED), response)),
    ]
    return asking.answer(f"{_appealed(asking)}.", lines, why=left)


def _appealed(asking: Asking) -> str:
    papers, lodged, sent = (
        asking.latest(kind) for kind in (E.TRIBUNAL_PAPERS_RECEIVED, E.APPEAL_LODGED, E.TRIBUNAL_RESPONSE_SENT)
    )
    due = asking.clock_of(E.TRIBUNAL_RESPONSE_SENT)
    if sent:
        return f"our response to the Tribunal was sent on {asking.day(sent)}"
    if papers:
        by = f"; our response is {asking.how_far(due)}" if due and due.state is ClockState.RUNNING else ""
        return f"an appeal is registered: the Tribunal's papers came on {asking.day(papers)}{by}"
    return f"an appeal was lodged on {asking.day(lodged)}" if lodged else "no appeal is on record here"


def _no_appeal(asking: Asking, file: CaseFile) -> Message:
    """Until when the family may still appeal, and where an appeal of theirs runs."""
    rights = _rights(asking)
    lodged = asking.latest(E.APPEAL_LODGED)
    said = f"an appeal was lodged on {asking.day(lodged)}" if lodged else "no appeal is on record here"
    return asking.answer(f"{said}.", map(asking.due, rights), why=rights, offers=_elsewhere(asking, file, OF_DISPUTES))


def _rights(asking: Asking) -> list[Deadline]:
    """Until when the family may appeal, while it has not."""
    return [one for one in asking.seen if E.APPEAL_LODGED in asking.stops(one) and one.state is ClockState.RUNNING]
