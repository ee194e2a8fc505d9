"""The card of an MP's letter: its references, its own clocks, its replies. The MP's words are never on it."""

from collections.abc import Iterator

from bot.cards.dates import sentence, state, title, when
from bot.cards.record import lines_of
from bot.cases.files import EnquiryFile
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message, Style
from bot.domain.sharing import Viewer
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Kind, Matter, Nature
from bot.grammar import line
from bot.turn import Turn

ENTRIES_SHOWN = 5

REPLIES = {
    EntryKind.MP_ACKNOWLEDGED: ("Acknowledged", "acknowledgement"),
    EntryKind.MP_HOLDING_REPLY_SENT: ("Holding reply sent", "holding reply"),
    EntryKind.MP_REPLY_SENT: ("Reply sent", "reply"),
}


def letter_card(turn: Turn, file: EnquiryFile, viewer: Viewer, *, whole: bool = False) -> Message:
    """The card of a letter as this viewer may see it. `whole` adds the latest entries."""
    facts = list(_facts(turn, file))
    if whole and viewer.may_know(Kind.NOTES):
        facts += lines_of(turn, file.enquiry, file.entries[-ENTRIES_SHOWN:])
    letter = file.enquiry
    parts = [letter.reference, f"{letter.mp} MP, {letter.constituency}"]
    if letter.status is CaseStatus.CLOSED:
        parts.append("closed")
    return Message(text=" · ".join(parts), facts=tuple(facts), actions=tuple(_actions(file)), private=viewer.private)


def _facts(turn: Turn, file: EnquiryFile) -> Iterator[Fact]:
    yield Fact("Holds", ", ".join(Matter(matter).label for matter in file.enquiry.matters) or "enquiry")
    yield Fact("About", ", ".join(case.reference for case in file.cases if not case.restricted) or "no case linked")
    for deadline in file.deadlines:
        shown = deadline.state in (ClockState.RUNNING, ClockState.MET, ClockState.MET_LATE)
        if shown and deadline.nature is Nature.DUTY:
            yield Fact(sentence(title(turn, deadline)), when(turn, deadline), state=state(turn, deadline))
    received = next(e.happened_on for e in file.entries if e.kind is EntryKind.MP_RECEIVED)
    yield Fact("Owner", file.owner.name if file.owner else "nobody yet", f"received {say_day(received, turn.today)}")


def _actions(file: EnquiryFile) -> Iterator[Action]:
    if file.enquiry.status is CaseStatus.CLOSED:
        return
    done = {entry.kind for entry in file.entries}
    if EntryKind.MP_REPLY_SENT in done:
        yield Action("Close…", line("close", case=file.enquiry.reference))
        return
    for kind, (label, what) in REPLIES.items():
        if kind not in done:
            style = Style.PRIMARY if kind is EntryKind.MP_REPLY_SENT else Style.PLAIN
            yield Action(label, line("sent", what=what, case=file.enquiry.reference), style)
