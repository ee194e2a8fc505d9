"""What a draft is made of: sentences from the record, each with the entries that it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.cards.case import of_the_whole
from bot.cards.letter import REPLY
from bot.cases import advice, deadlines, facts, history, visible
from bot.cases.files import CaseFile, File, open_enquiry_file
from bot.domain.clocks import Adviser, Clock
from bot.domain.dates import say_in_full, week_of
from bot.domain.drafts import Whom
from bot.domain.facts import FACTS
from bot.domain.sentences import listed
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind, Kind, Nature
from bot.turn import Turn
from storage.tables import Entry, Request

GAP = "[…]"
"""What is not on record, for whoever sends it to fill in."""
ACKNOWLEDGED = frozenset({
    EntryKind.MP_ACKNOWLEDGED, EntryKind.COMPLAINT_ACKNOWLEDGED, EntryKind.STAGE_2_ACKNOWLEDGED
})  # fmt: skip


@dataclass(frozen=True, repr=False)
class Claim:
    """A sentence of a draft, and the entries that it rests on."""

    text: str
    entries: tuple[Entry, ...] = ()


Lines = Sequence[Sequence[Claim]]


@dataclass(frozen=True)
class Desk:
    """What is on the table while a draft is made: the record, its clocks, and who is told by it."""

    turn: Turn
    file: File
    whom: Whom
    readers: tuple[Viewer, ...]
    of: Adviser | None = None

    @property
    def reference(self) -> str:
        return facts.about(self.file).reference

    def entry(self, number: int) -> Entry:
        return next(entry for entry in self.file.entries if entry.number == number)

    @cached_property
    def clocks(self) -> Sequence[Clock]:
        happened, claims = history.happenings(self.file.entries), history.claims(self.file.entries)
        return deadlines.clocks_of(self.turn, facts.about(self.file), happened, facts.requests_of(self.file), claims)

    def may(self, kind: Kind, of: Agency | None = None) -> bool:
        """Whether both the asker and whoever reads it may be told."""
        return all(each.may_know(kind, of) for each in self.readers)


def stands(desk: Desk, file: CaseFile) -> Claim:
    """ "SEND-2026-0042 (new assessment) is in week 6 of 20: deciding whether to assess." """
    case, named = file.case, f"{file.case.reference} ({file.case.process.label})"
    if case.status is CaseStatus.CLOSED:
        closed = [entry for entry in history.standing(file.entries) if entry.kind is EntryKind.CLOSED][-1:]
        how = f": {case.outcome.label}" if case.outcome else ""
        on = say_in_full(case.closed_on) if case.closed_on else GAP
        return Claim(f"{named} was closed on {on}{how}.", tuple(closed))
    whole = max(of_the_whole(desk.turn, file), key=lambda clock: clock[1].length, default=None)
    week = f" is in week {week_of(whole[0].started_on, desk.turn.today)} of {whole[1].length}" if whole else ""
    return Claim(f"{named}{week}: {case.stage or GAP}.", tuple(_of_stage(file)))


def _of_stage(file: CaseFile) -> list[Entry]:
    """The entry that a case counts from, and the newest one that says where it stands."""
    standing = history.standing(file.entries)
    says = [entry for entry in standing if entry.kind in FACTS and FACTS[entry.kind].stage == file.case.stage]
    return [standing[0], *says[-1:]]


def due(desk: Desk, clock: Clock, what: str) -> str:
    """ "due by Mon 19 October 2026 (statutory)", or how late it is."""
    kind, late = _kind(clock), (desk.turn.today - clock.legal).days
    if late <= 0:
        return f"{what} is due by {say_in_full(clock.legal)} ({kind})."
    days = "1 day" if late == 1 else f"{late} days"
    return f"{what} was due by {say_in_full(clock.legal)} ({kind}) and is {days} late: {GAP}."


def _ours(desk: Desk) -> list[Clock]:
    """The council's own duties that run, the next one first, as far as both may know of dates."""
    if not desk.may(Kind.DATES):
        return []
    owed = [clock for clock in desk.clocks if clock.instance is None and _is_owed(clock)]
    return sorted(owed, key=lambda clock: clock.legal)


def _is_owed(clock: Clock) -> bool:
    return clock.state is ClockState.RUNNING and not clock.information and clock.rule.nature is Nature.DUTY


def is_anything_owed(desk: Desk) -> bool:
    return any(map(_is_owed, desk.clocks))


def next_duty(desk: Desk) -> list[Claim]:
    return [_duty(desk, each) for each in _ours(desk)[:1]]


def last_duty(desk: Desk) -> list[Claim]:
    """The last of the council's duties, where that is not the next one: mostly the final plan."""
    return [_duty(desk, each) for each in _ours(desk)[1:][-1:]]


def _duty(desk: Desk, clock: Clock) -> Claim:
    return Claim(due(desk, clock, f"The {clock.rule.title}"), (desk.entry(clock.start.entry),))


def waited_for(desk: Desk, file: CaseFile) -> list[tuple[Request, Clock]]:
    """What bodies still owe, as far as both may know of it; of one adviser where one is meant."""
    clocks = {clock.instance: clock for clock in desk.clocks if clock.instance and clock.state is ClockState.RUNNING}
    return [
        (request, clocks[request.id])
        for request in file.requests
        if request.id in clocks
        and desk.may(Kind.REQUESTS, request.agency)
        and (desk.of is None or request.service == desk.of.id)
    ]


def awaited(desk: Desk, file: CaseFile) -> list[Claim]:
    """ "We are waiting for speech and language advice (due Tue 20 October 2026, statutory)." """
    owed = waited_for(desk, file)
    if not owed:
        return []
    named = [f"{advice.answer(desk.turn, request)} ({_by(desk, clock)})" for request, clock in owed]
    entries = tuple(entry for each in owed for entry in asked_in(desk, *each))
    return [Claim(f"We are waiting for {listed(named)}.", entries)]


def asked_in(desk: Desk, request: Request, clock: Clock) -> tuple[Entry, Entry]:
    """The entry of its asking, and the one that its date counts from."""
    asked = next(entry for entry in history.standing(desk.file.entries) if entry.request_id == request.id)
    return asked, desk.entry(clock.start.entry)


def _by(desk: Desk, clock: Clock) -> str:
    late = (desk.turn.today - clock.legal).days
    how = f", {late} day{'' if late == 1 else 's'} late" if late > 0 else ""
    return f"due {say_in_full(clock.legal)}, {_kind(clock)}{how}"


def _kind(clock: Clock) -> str:
    """ "statutory"; "statutory, to check" where nobody has compared its rule with the law yet."""
    return f"{clock.rule.kind.label}{', to check' if clock.rule.unverified and not clock.counted else ''}"


def promised(desk: Desk, file: CaseFile) -> list[Claim]:
    """ "MP-2026-0007: a reply is promised by Thu 29 October 2026 (our target)." To those who may know of letters."""
    letters = visible.letters_among(desk.turn, desk.readers[0], file.enquiries) if desk.may(Kind.MP_MATTER) else []
    told = (letter for letter in letters if not visible.is_restricted(desk.turn, letter))
    files = (open_enquiry_file(desk.turn, letter) for letter in told)
    return [claim for each in files for claim in _promise(replace(desk, file=each))]


def _promise(desk: Desk) -> Iterator[Claim]:
    if owed := whole_answer(desk):
        said = due(desk, owed, f"{desk.reference}: our answer")
        yield Claim(said, (desk.entry(owed.start.entry),))


def whole_answer(desk: Desk) -> Clock | None:
    """The clock of the whole answer, where it runs: the reply to an MP, or what is due last. No acknowledgement is."""
    owed = [clock for clock in desk.clocks if _is_owed(clock) and clock.rule.stops[0] not in ACKNOWLEDGED]
    reply = next((clock for clock in owed if clock.rule.id == REPLY), None)
    return reply or max(owed, key=lambda clock: clock.legal, default=None)
