"""Whether a decision, a draft or a plan has gone out: when, and against which date."""

from collections.abc import Iterator, Mapping

from bot.cards.answers.saying import Asking
from bot.cards.answers.schools import comments_of
from bot.cards.dates import against
from bot.domain.facts import label
from bot.domain.message import Fact, Message
from bot.domain.terms import ClockState, EntryKind
from bot.domain.topics import Topic
from storage.tables import Deadline, Entry

E = EntryKind
SENT: Mapping[Topic, tuple[EntryKind, ...]] = {
    Topic.DECISION: (
        *(E.DECISION_TO_ASSESS_SENT, E.REFUSAL_TO_ASSESS_SENT),
        *(E.DECISION_TO_REASSESS_SENT, E.REFUSAL_TO_REASSESS_SENT),
        *(E.DECISION_TO_AMEND_SENT, E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_CEASE_SENT),
    ),
    Topic.DRAFT: (E.DRAFT_SERVED,),
    Topic.FINAL_PLAN: (E.FINAL_PLAN_SENT, E.AMENDED_PLAN_SENT),
    Topic.AMENDED_PLAN: (E.AMENDED_PLAN_SENT, E.DECISION_NOT_TO_AMEND_SENT),
}
"""The facts that say that each has gone out; of a decision the one that was made."""
INSTEAD = (E.REFUSAL_TO_ASSESS_SENT, E.REFUSAL_TO_ISSUE_SENT, E.REFUSAL_TO_REASSESS_SENT, E.DECISION_NOT_TO_AMEND_SENT)
"""What is on record in place of a plan."""


def sent(asking: Asking, topic: Topic) -> Message:
    """Whether it has gone out, on which day, and when it is or was due."""
    kinds = SENT[topic]
    entry, clock = asking.latest(*kinds), asking.clock_of(*kinds)
    lines = [asking.step("Sent", *kinds), *_after(asking, topic)]
    if entry is not None:
        return asking.answer(f"{label(entry.kind)} on {asking.day(entry)}{_in_time(entry, clock)}.", lines, why=[clock])
    if clock is not None and clock.state is ClockState.RUNNING:
        said = f"the {asking.name_of(clock)} has not gone out yet: it is {asking.how_far(clock)}."
        return asking.answer(said, lines, why=[clock])
    refused = asking.latest(*INSTEAD)
    instead = f": {label(refused.kind)} on {asking.day(refused)}" if refused else ""
    return asking.answer(f"no {topic.label} is on record, and no date for one runs{instead}.", lines)


def _in_time(entry: Entry, clock: Deadline | None) -> str:
    counts = clock is not None and clock.stopped_on == entry.happened_on and not clock.information
    return f", {against(entry.happened_on, clock.legal)}" if clock and counts else ""


def _after(asking: Asking, topic: Topic) -> Iterator[Fact]:
    """Of a draft until when the family may comment on it, and the plan that comes of it."""
    if topic is Topic.DRAFT:
        yield from comments_of(asking)
        yield asking.step("Final plan", E.FINAL_PLAN_SENT)
