"""The card of a letter: its reference, what it holds, its clocks, its answers. The letter's words are never on it."""

from collections.abc import Iterator, Sequence

from sqlmodel import col, select

from bot.cards.dates import rule_of, sentence, state, title, when
from bot.cards.exceptions import claims_of, noted
from bot.cards.record import lines_of
from bot.cases import enquiries, history, visible
from bot.cases.files import EnquiryFile
from bot.domain.dates import say_day
from bot.domain.facts import FACTS, label
from bot.domain.message import Action, Fact, Message, Style
from bot.domain.sharing import Viewer
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Kind, LetterKind, Nature, RuleId
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline, Enquiry, Entry

ENTRIES_SHOWN = 5
DONE = (ClockState.MET, ClockState.MET_LATE)
REPLY = RuleId("mp_reply")


def letter_card(turn: Turn, file: EnquiryFile, viewer: Viewer, *, whole: bool = False) -> Message:
    """The card of a letter as this viewer may see it. `whole` adds who wrote and the latest entries."""
    facts = list(_facts(turn, file))
    if whole:
        known = visible.entries_among(turn, viewer, file.entries)
        claims = claims_of(turn, file) if viewer.may_know(Kind.NOTES) else ()
        last = lines_of(turn, file.enquiry, known[-ENTRIES_SHOWN:])
        facts = [*_sender(turn, file, known), *facts, *claims, *last]
    letter = file.enquiry
    parts = [letter.reference, name_of(letter)]
    if letter.status is CaseStatus.CLOSED:
        parts.append(f"closed ({letter.outcome.label})" if letter.outcome else "closed")
    actions = tuple(_actions(turn, file))
    return Message(text=" · ".join(parts), facts=tuple(facts), actions=actions, private=viewer.private)


def name_of(letter: Enquiry) -> str:
    """ "Dana Okoro MP, Anyshire North", or the kind of letter."""
    return f"{letter.mp} MP, {letter.constituency}" if letter.kind is LetterKind.MP_LETTER else letter.kind.label


def _sender(turn: Turn, file: EnquiryFile, known: Sequence[Entry]) -> Iterator[Fact]:
    """Who wrote, other than an MP: sealed with the entry that opened it."""
    opened = (entry for entry in known if entry.kind is EntryKind.OPENED)
    for sender in filter(None, (history.words_of(turn, file.enquiry, entry) for entry in opened)):
        yield Fact("From", sender, private=True)


def _facts(turn: Turn, file: EnquiryFile) -> Iterator[Fact]:
    holds = ", ".join(matter.label for matter in enquiries.held(file))
    if holds or file.enquiry.kind is LetterKind.MP_LETTER:
        yield Fact("Holds", holds or "enquiry")
    yield Fact("About", ", ".join(case.reference for case in file.cases if not case.restricted) or "no case linked")
    for deadline in file.deadlines:
        if _shown(turn, deadline):
            claimed = noted(turn, deadline, ground=True)
            yield Fact(sentence(title(turn, deadline)), when(turn, deadline), claimed, state(turn, deadline))
    came = say_day(history.began(file.entries), turn.today)
    yield Fact("Owner", file.owner.name if file.owner else "nobody yet", f"received {came}")


def _shown(turn: Turn, deadline: Deadline) -> bool:
    """What is owed and what was answered; and how long it stays open for a further question, until that day."""
    if deadline.nature is Nature.DUTY:
        return deadline.state is ClockState.RUNNING or deadline.state in DONE
    return deadline.state is ClockState.RUNNING and deadline.legal >= turn.today


def _actions(turn: Turn, file: EnquiryFile) -> Iterator[Action]:
    if file.enquiry.status is CaseStatus.CLOSED:
        return
    yield from answers(turn, file)
    if not any(_owed(turn, file)):
        yield Action("Close…", line("close", case=file.enquiry.reference))


def answers(turn: Turn, file: EnquiryFile) -> Iterator[Action]:
    """A button for each answer that is owed, the one due next first; then for what may follow."""
    done = {entry.kind for entry in history.standing(file.entries)}
    owed = dict.fromkeys(_owed(turn, file))
    for kind in dict.fromkeys([*owed, *_may_follow(turn, file, done)]):
        style = Style.PRIMARY if kind is next(iter(owed), None) else Style.PLAIN
        yield record_button(kind, file.enquiry.reference, style)


def _owed(turn: Turn, file: EnquiryFile) -> Iterator[EntryKind]:
    """The fact that stops each duty that runs, the one due next first."""
    for deadline in file.deadlines:
        if deadline.state is ClockState.RUNNING and not deadline.information:
            yield rule_of(turn, deadline).stops[0]


def _may_follow(turn: Turn, file: EnquiryFile, done: set[EntryKind]) -> Iterator[EntryKind]:
    """What starts another clock once something is on record: stage 2, after an answer at stage 1."""
    for rule in turn.rules.of(file.enquiry.kind):
        follows = (kind for kind in rule.starts if kind not in done and done & {*FACTS[kind].after})
        if not done & {*rule.stops, *rule.ends}:
            yield from follows


def record_button(kind: EntryKind, reference: str, style: Style = Style.PLAIN) -> Action:
    """The button that puts a fact on record as of today."""
    return Action(sentence(label(kind)), line("sent", what=FACTS[kind].said[0], case=reference), style)


def open_letter(turn: Turn, letter: Enquiry) -> Fact:
    """A letter on the card of a case it is about: its number, and when it is to be answered."""
    runs = select(Deadline).where(Deadline.enquiry_id == letter.id, Deadline.state == ClockState.RUNNING)
    owed = turn.db.exec(runs.where(~col(Deadline.information)).order_by(col(Deadline.legal))).all()
    next_ = next((each for each in owed if each.rule == REPLY), None) or next(iter(owed), None)
    name = f"{sentence(letter.kind.label)} open"
    if next_ is None:
        return Fact(name, letter.reference)
    what = "reply" if next_.rule == REPLY else title(turn, next_)
    return Fact(name, letter.reference, f"{what} {when(turn, next_)}", state(turn, next_))
