"""Words to send, made from the record: each sentence with the entry that it rests on. Nothing is sent by it.

No child's name, no school and nothing that anybody typed stands in a draft. What is not on record is a gap to fill in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.cards.drafted import (
    GAP,
    Claim,
    Desk,
    Lines,
    asked_in,
    awaited,
    due,
    is_anything_owed,
    last_duty,
    next_duty,
    promised,
    stands,
    waited_for,
    whole_answer,
)
from bot.cards.record import what_of
from bot.cards.why import recorded_by
from bot.cases import advice, facts, history, visible
from bot.cases.files import CaseFile, EnquiryFile, File, open_enquiry_file
from bot.domain.calendar import london_date
from bot.domain.clocks import Adviser, Clock
from bot.domain.dates import say_day, say_in_full
from bot.domain.drafts import Whom
from bot.domain.errors import NotNow
from bot.domain.facts import Asks
from bot.domain.message import Action, Fact, Message
from bot.domain.sharing import Viewer
from bot.domain.terms import CaseStatus, ClockKind, LetterKind
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Enquiry, Entry, Request

CHECK = "Check it before you send it."
LEFT_OUT = "I send nothing. Who the child is, and the school, stay out of it."
TO_FILL = "What is not on record is left to fill in: […]."
BUTTONS = (
    (Whom.MANAGER, "For a manager or the panel"),
    (Whom.MP_TEAM, "For the MP team"),
    (Whom.MP, "Holding reply to the MP"),
    (Whom.FAMILY, "For the family"),
    (Whom.AGENCY, "Chase the advice"),
)
NOT_OF_RESTRICTED = frozenset({Whom.MP_TEAM, Whom.AGENCY, Whom.OTHERS})
"""Who learns nothing of a case that is for the named alone, nor of a letter about one, though the asker may."""
OF_A_LETTER = frozenset({Whom.MANAGER, Whom.MP_TEAM})
NOT_OF_MPS = frozenset({Whom.FAMILY, Whom.OTHERS})
WORKING = "We are looking into what you raise"


def draft_message(turn: Turn, file: File, whom: Whom, *, of: Adviser | None = None) -> Message:
    """A draft for its reader, with where each claim comes from. `turn` is private."""
    desk = Desk(turn, file, whom, _readers(turn, file, whom), of)
    if whom in NOT_OF_RESTRICTED and visible.is_restricted(turn, facts.about(file)):
        raise NotNow(f"{desk.reference} is for the named alone: I draft nothing about it for {whom.label}.")
    if isinstance(file, CaseFile) and whom is Whom.MP:
        file = _letter_of(desk, file) or file
        desk = replace(desk, file=file)
    lines = _of_letter(desk, file) if isinstance(file, EnquiryFile) else OF_CASES[whom](desk, file)
    words = "\n".join(" ".join(claim.text for claim in each) for each in lines if each)
    return Message(
        f"{desk.reference}: {_what(desk)}. {CHECK}",
        copy=words,
        facts=tuple(_sources(turn, file, lines)),
        actions=tuple(_others(desk)),
        aside=" ".join([LEFT_OUT, *([TO_FILL] if GAP in words else [])]),
        private=True,
    )


def _readers(turn: Turn, file: File, whom: Whom) -> tuple[Viewer, ...]:
    asker = visible.viewer(turn, file.case) if isinstance(file, CaseFile) else visible.viewer(turn)
    return (asker, whom.viewer) if whom.viewer else (asker,)


def _what(desk: Desk) -> str:
    if isinstance(desk.file, EnquiryFile) and desk.whom not in OF_A_LETTER and not _is_mps(desk.file):
        return "a holding reply"
    return f"a chaser for {desk.of.label}" if desk.of else f"a draft for {desk.whom.label}"


def _is_mps(file: EnquiryFile) -> bool:
    return file.enquiry.kind is LetterKind.MP_LETTER


def _others(desk: Desk) -> Iterator[Action]:
    """The same for the other readers there are."""
    others = isinstance(desk.file, EnquiryFile) and not _is_mps(desk.file)
    for whom, label in BUTTONS:
        if whom is not desk.whom and _fits(desk, whom):
            label = "Holding reply" if whom is Whom.MP and others else label
            yield Action(label, line("draft", case=desk.reference, to=whom.value), acts=False)


def _fits(desk: Desk, whom: Whom) -> bool:
    if whom in NOT_OF_RESTRICTED and visible.is_restricted(desk.turn, facts.about(desk.file)):
        return False
    if isinstance(desk.file, EnquiryFile):
        return whom in OF_A_LETTER or whom is Whom.MP
    return whom is not Whom.AGENCY or bool(waited_for(replace(desk, of=None, readers=desk.readers[:1]), desk.file))


def _sources(turn: Turn, file: File, lines: Lines) -> Iterator[Fact]:
    """ "Line 1: entry 1, request received, Mon 7 Sep · recorded by Priya Shah on Fri 16 Oct"."""
    for place, claims in enumerate(lines, start=1):
        entries = {entry.digest: entry for claim in claims for entry in claim.entries}
        for entry in entries.values():
            yield Fact(f"Line {place}", *_source(turn, file, entry))


def _source(turn: Turn, file: File, entry: Entry) -> tuple[str, str]:
    """An entry, with the letter's reference where it stands in another record than the draft is about."""
    other = turn.db.get(Enquiry, entry.enquiry_id) if entry.stream != file.entries[0].stream else None
    of = f"{other.reference}, " if other else ""
    what = f"{of}entry {entry.number}: {what_of(turn, entry)}, {say_day(entry.happened_on, turn.today)}"
    by = recorded_by(turn, entry) or "the bot"
    return what, f"recorded by {by} on {say_day(london_date(entry.recorded_at), turn.today)}"


# For whom


def _for_manager(desk: Desk, file: CaseFile) -> Lines:
    return [
        [stands(desk, file), *next_duty(desk)],
        [*(awaited(desk, file) or last_duty(desk)), *promised(desk, file)],
    ]


def _for_family(desk: Desk, file: CaseFile) -> Lines:
    where = stands(desk, file)
    again = [Claim(f"We will be in touch again by {GAP}.")] if file.case.status is CaseStatus.OPEN else []
    return [
        [replace(where, text=f"Our reference {where.text}"), *next_duty(desk)],
        [*(awaited(desk, file) or last_duty(desk)), *again],
    ]


def _for_agency(desk: Desk, file: CaseFile) -> Lines:
    owed = waited_for(desk, file)
    if not owed:
        of = f" from {desk.of.label}" if desk.of else ""
        raise NotNow(f"Nothing is awaited{of} on {desk.reference}, as far as you may know.")
    if len({request.agency for request, _ in owed}) > 1:  # what one owes is not told to another
        labels = {advice.title(desk.turn, request): request.service for request, _ in owed}
        instead = {label: line("draft", case=desk.reference, to=service) for label, service in labels.items()}
        raise NotNow(f"Several bodies still owe something on {desk.reference}. Which do you chase?", instead=instead)
    ask = f"Please send it, or tell us by when it will come: {GAP}."
    return [*([*_asked(desk, *each)] for each in owed), [Claim(ask)]]


def _asked(desk: Desk, request: Request, clock: Clock) -> Iterator[Claim]:
    consults = advice.asks(desk.turn, request) is Asks.CONSULTATION
    did = "consulted you" if consults else f"asked you for {advice.title(desk.turn, request)}"
    on = say_in_full(request.asked_on)
    yield Claim(f"{desk.reference}: we {did} on {on}.", asked_in(desk, request, clock))
    told = due(desk, clock, "Your reply" if consults else "It").removesuffix(".").removesuffix(f": {GAP}")
    yield Claim(f"{told}.")
    if request.sent_on:
        yield Claim(f"You told us that it went out on {say_in_full(request.sent_on)}; we do not have it on record yet.")


def _for_others(desk: Desk, file: CaseFile) -> Lines:
    return [
        [Claim("Thank you for asking.")],
        [Claim(f"We speak of a child's case with the family and those who work with them alone. {GAP}")],
    ]


def _without_letter(desk: Desk, file: CaseFile) -> Lines:
    """A holding reply where no letter is on record that the asker may know of."""
    return [
        [Claim(f"Thank you for your letter of {GAP} (our reference {GAP}).")],
        [Claim(f"{WORKING} and will reply by {GAP}.")],
    ]


OF_CASES: Mapping[Whom, Callable[[Desk, CaseFile], Lines]] = {
    Whom.MANAGER: _for_manager,
    Whom.MP_TEAM: _for_manager,
    Whom.MP: _without_letter,
    Whom.FAMILY: _for_family,
    Whom.AGENCY: _for_agency,
    Whom.OTHERS: _for_others,
}


# Letters


def _letter_of(desk: Desk, file: CaseFile) -> EnquiryFile | None:
    """The open letter about a case, among those that the asker may know of."""
    letters = visible.letters_among(desk.turn, desk.readers[0], file.enquiries)
    if len(letters) > 1:
        instead = {one.reference: line("draft", case=one.reference, to=Whom.MP.value) for one in letters}
        raise NotNow(f"Several letters about {desk.reference} are open. Which one?", instead=instead)
    return open_enquiry_file(desk.turn, letters[0]) if letters else None


def _of_letter(desk: Desk, file: EnquiryFile) -> Lines:
    if desk.whom is Whom.AGENCY:
        raise NotNow(f"{desk.reference} is a letter: no advice is asked for on it. Say: draft 0042 for SLT")
    if _is_mps(file) and desk.whom in NOT_OF_MPS:
        raise NotNow(f"{desk.reference} is an MP's letter, and answered to the MP. Say: draft {desk.reference}")
    return _about_letter(desk, file) if desk.whom in OF_A_LETTER else _holding(desk, file)


def _about_letter(desk: Desk, file: EnquiryFile) -> Lines:
    came = say_in_full(history.began(file.entries))
    what = f"{desk.reference} ({file.enquiry.kind.label}) came in on {came}."
    return [[Claim(what, (_first(file),))], [*next_duty(desk), *last_duty(desk)]]


def _first(file: EnquiryFile) -> Entry:
    return history.standing(file.entries)[0]


def _holding(desk: Desk, file: EnquiryFile) -> Lines:
    """It names no case and no child: what came when, and by when the answer is promised."""
    owed = whole_answer(desk)
    if not is_anything_owed(desk):
        raise NotNow(f"No answer is owed on {desk.reference} any more, so there is nothing to hold.")
    what = "letter" if _is_mps(file) else file.enquiry.kind.label
    came = say_in_full(history.began(file.entries))
    thanks = f"Thank you for your {what}, which we received on {came} (our reference {desk.reference})."
    since = (desk.entry(owed.start.entry),) if owed else ()
    return [[Claim(thanks, (_first(file),))], [Claim(_will_answer(desk, owed), since)]]


def _will_answer(desk: Desk, owed: Clock | None) -> str:
    """By its date; while a letter is only to be acknowledged, the answer to it has none yet."""
    if owed is None:
        return f"{WORKING} and will reply by {GAP}."
    by = say_in_full(owed.legal)
    if owed.legal < desk.turn.today:
        meant = "we meant to send" if owed.rule.kind is ClockKind.LOCAL else "was due"
        return f"We are sorry that our answer, which {meant} by {by}, is late. {WORKING} and will reply by {GAP}."
    will = "aim to reply" if owed.rule.kind is ClockKind.LOCAL else "will reply"
    return f"{WORKING} and {will} by {by}."
