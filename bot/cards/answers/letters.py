"""Whether a letter was answered: came, acknowledged, held off, replied to when; and what was promised."""

from collections.abc import Iterator
from dataclasses import replace

from bot.cards.answers.clocks import ended
from bot.cards.answers.saying import ABSENT, DONE, Asking
from bot.cards.exceptions import noted
from bot.cards.letter import name_of
from bot.cases import enquiries, visible
from bot.cases.files import CaseFile, EnquiryFile, open_enquiry_file
from bot.domain.dates import say_day
from bot.domain.message import Fact, Message
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Kind, LetterKind

E = EntryKind


def letter(asking: Asking) -> Message:
    """The letter that is asked after, or of a case the newest that is open, else the newest."""
    if isinstance(asking.file, EnquiryFile):
        return _of_letter(asking, asking.file)
    return _of_case(asking, asking.file)


def _of_case(asking: Asking, file: CaseFile) -> Message:
    if not asking.viewer.may_know(Kind.MP_MATTER):
        what = "whether an MP or anybody else wrote about it"
        return asking.not_told(what, lambda alone: alone.may_know(Kind.MP_MATTER))
    found = visible.letters_among(asking.turn, asking.viewer, enquiries.of_case(asking.turn, file.case))
    found.sort(key=lambda one: (one.status is CaseStatus.OPEN, one.kind is LetterKind.MP_LETTER), reverse=True)
    if not found:
        return asking.answer("no letter about it is on record.")
    of_it = open_enquiry_file(asking.turn, found[0])
    answer = _of_letter(replace(asking, file=of_it), of_it)
    others = ", ".join(f"{one.reference} ({one.status.value})" for one in found[1:])
    aside = " ".join(filter(None, [answer.aside, f"About it too: {others}." if others else ""]))
    return replace(answer, text=f"{file.case.reference}: the letter {answer.text}", aside=aside)


def _of_letter(asking: Asking, file: EnquiryFile) -> Message:
    is_mps = file.enquiry.kind is LetterKind.MP_LETTER
    lines = [*_received(asking), *(_mps(asking) if is_mps else _answers(asking))]
    stands = _mp_stands(asking) if is_mps else _stands(asking)
    whose = f" of {name_of(file.enquiry)}," if is_mps else f", a {name_of(file.enquiry)},"
    said = f"{asking.reference}{whose} {stands}."
    return replace(asking.answer("", lines, why=asking.duties), text=said)


def _received(asking: Asking) -> Iterator[Fact]:
    first = next((entry for entry in asking.standing if entry.kind is asking.file.entries[0].kind), None)
    yield Fact("Received", asking.day(first) if first else ABSENT, asking.recorded(first))


# An MP's


def _mps(asking: Asking) -> Iterator[Fact]:
    yield asking.step("Acknowledged", E.MP_ACKNOWLEDGED)
    yield asking.step("Holding reply", E.MP_HOLDING_REPLY_SENT)
    yield asking.step("Reply", E.MP_REPLY_SENT)
    clock = asking.clock_of(E.MP_REPLY_SENT)
    promised = clock is not None and clock.exception
    by = f"a reply by {say_day(clock.legal, asking.turn.today)}" if clock and promised else ABSENT
    yield Fact("Promised", by, noted(asking.turn, clock, ground=True) if clock and promised else "")


def _mp_stands(asking: Asking) -> str:
    """ "was answered on Fri 9 Oct", "has had a holding reply (Tue 6 Oct), and no answer yet: that is due in 4 days"."""
    reply, holding, acknowledged = (
        asking.latest(kind) for kind in (E.MP_REPLY_SENT, E.MP_HOLDING_REPLY_SENT, E.MP_ACKNOWLEDGED)
    )
    if reply:
        return f"was answered on {asking.day(reply)}"
    if over := ended(asking):
        return f"is {over}, and no answer is on record"
    clock = asking.clock_of(E.MP_REPLY_SENT)
    due = f": that is {asking.how_far(clock)}" if clock else ""
    if holding:
        return f"has had a holding reply on {asking.day(holding)}, and no answer yet{due}"
    if acknowledged:
        return f"was acknowledged on {asking.day(acknowledged)}, and is not answered yet{due}"
    return f"is neither acknowledged nor answered yet{due}"


# Any other


def _answers(asking: Asking) -> Iterator[Fact]:
    shown = (ClockState.RUNNING, *DONE)
    yield from (asking.due(one) for one in asking.seen if one.state in shown and not one.information)


def _stands(asking: Asking) -> str:
    owed = asking.duties
    if owed:
        return f"is not answered yet: {asking.name_of(owed[0])} {asking.how_far(owed[0])}"
    answered = any(one.state in DONE for one in asking.seen)
    return "is answered, and no date runs" if answered else ended(asking) or "has no date that runs"
