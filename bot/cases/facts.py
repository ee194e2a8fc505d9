"""Facts that start and stop clocks: recorded with their date, checked for sense, corrected by a later entry."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot.cases import deadlines, following, history, order, posts
from bot.cases.files import CaseFile
from bot.cases.files import File as File
from bot.cases.files import about as about
from bot.cases.files import requests_of as requests_of
from bot.cases.history import New
from bot.cases.kept_reminders import that_wait
from bot.cases.referrals import must_be_open
from bot.cases.staff import manager_of, managers
from bot.domain.clocks import Clock, ClockRule, is_late
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead, NeedsReason, NotAllowed, NotNow, OutOfOrder
from bot.domain.facts import ACTS, FACTS, STEPS, beginnings, label
from bot.domain.terms import ClockState, EntryKind, Notice, Role, RuleId
from bot.turn import Turn
from storage.queries import forget_presses
from storage.tables import Case, Deadline, Enquiry, Entry, Person, Request

TAKEN_BACK = {
    *(EntryKind.NOTED, EntryKind.PLANNED, EntryKind.HELD, EntryKind.REMINDER_SET),
    *(EntryKind.EXCEPTION_CLAIMED, EntryKind.FAMILY_TOLD),
}
"""The acts that can be struck from the record like a fact."""

UNDO_FOR = timedelta(minutes=10)
"""How long a slip of the hand can be undone without a reason of one's own."""


MET = (ClockState.MET, ClockState.MET_LATE)


@dataclass(frozen=True)
class Recorded:
    """A fact that is on record, or waits for a second person. `clock` is what it met or started, where one did."""

    entry: Entry
    clock: Deadline | None
    started: tuple[Deadline, ...] = ()
    """The duties that count from it."""
    waits: bool = False


def record_fact(
    turn: Turn,
    file: File,
    kind: EntryKind,
    on: date,
    *,
    request: Request | None = None,
    clear: Mapping[str, Any] = history.NOTHING,
    reason: str = "",
    again: bool = False,
    anyway: bool = False,
) -> Recorded:
    """Put a fact on record and bring the clocks in line.

    Refuses a date to come, a closed record, a fact that is there already, and one that the order of facts speaks
    against. `again` says that it did happen a second time, `anyway` that it is right for the reason given.
    A past date that turns a missed clock into a met one waits for a second person's yes, and needs a reason.
    """
    must_be_open(about(file))
    must_stand(file, request.id if request else None)
    new = New(kind, on, request_id=request.id if request else None, clear=clear, words=reason)
    check_not_ahead(turn, kind, on)
    _check_new(turn, file, new, again=again)
    try:
        order.check_order(turn, file, new)
    except OutOfOrder as speaks_against:
        new = _all_the_same(turn, file, new, speaks_against, anyway=anyway)
    return _put_or_ask(turn, file, new)


def _all_the_same(turn: Turn, file: File, new: New, speaks_against: OutOfOrder, *, anyway: bool) -> New:
    """The odd true case: recorded out of its order, with that and the reason on record."""
    if not anyway:
        if FACTS[new.kind].said:
            speaks_against.instead = {"Record it all the same…": _line(file, new, "anyway")}
        raise speaks_against
    if not new.words:
        raise CannotRead("Say why it is right all the same; the reason is kept with it.", "reason")
    return replace(new, clear={**new.clear, "out_of_order": True})


def _line(file: File, new: New, sure: str) -> str:
    """The line that says a fact once more, and that one is sure."""
    what = FACTS[new.kind].said[0]
    return f'record {sure}=yes what="{what}" case={about(file).reference} on={new.on.isoformat()}'


def must_stand(file: File, request_id: int | None) -> None:
    """Refuses a request whose asking was struck out: an old button may still carry it."""
    if request_id is not None and request_id not in {request.id for request in requests_of(file)}:
        reference = about(file).reference
        raise NotNow(f"{reference}: that request was struck from the record. To ask again, say: ask {reference}")


def _put_or_ask(turn: Turn, file: File, new: New) -> Recorded:
    if mended := _missed_clock_it_would_mend(turn, file, new):
        missed = say_day(mended.legal, turn.today)
        return ask_second_person(turn, file, new, f"turn a missed date ({missed}) into one that was met")
    if _gives_more_time(turn, file, new):
        return ask_second_person(turn, file, new, "move every date that counts from it to a later day")
    return _put(turn, file, new)


def _gives_more_time(turn: Turn, file: File, new: New) -> bool:
    """A correction that has the case begin later, or what a letter holds come later.

    Not of a slip that was made a moment ago by the same person.
    """
    wrong = next((entry for entry in file.entries if entry.id == new.supersedes), None)
    begin = {file.entries[0].kind, *following.RECEIVED}
    if wrong is None or wrong.kind not in begin or new.on <= wrong.happened_on:
        return False
    return wrong.recorded_by != turn.person.id or turn.now - wrong.recorded_at > UNDO_FOR


def _put(turn: Turn, file: File, new: New) -> Recorded:
    record = about(file)
    together = [new, *following.of(turn, file, new)]
    added = history.record_after(turn, record, together, last=history.end_of(file.entries))
    after = deadlines.rebuild(turn, record, [*file.entries, *added], requests_of(file))
    moved(turn, file)
    return Recorded(added[0], _touched(turn, after, new), tuple(_started(turn, file, after, together)))


def moved(turn: Turn, file: File) -> None:
    """Have the cards written anew: a case's, or a letter's and those of the cases it is about, which name its reply."""
    if isinstance(file, CaseFile):
        posts.case_moved(turn, file.case)
        return
    posts.enquiry_moved(turn, file.enquiry)
    for case in file.cases:
        posts.case_moved(turn, case)


def _touched(turn: Turn, after: list[Deadline], new: New) -> Deadline | None:
    """The duty that the fact stopped, its own before one that it stopped besides; else the clock of its request."""
    stopped = [d for d in after if new.kind in _stops(turn, d) and d.request_id == new.request_id and d.state in MET]
    stopped.sort(key=lambda deadline: _stops(turn, deadline)[0] is not new.kind)
    return next(iter(stopped), None) or next(
        (d for d in after if new.request_id and d.request_id == new.request_id), None
    )


def _started(turn: Turn, file: File, after: list[Deadline], together: list[New]) -> Iterator[Deadline]:
    """The duties of the whole that count from the fact, or from what followed it, or go on because of it."""
    for deadline in after:
        rule = turn.rules.by_id.get(RuleId(deadline.rule))
        runs = deadline.state is ClockState.RUNNING and not deadline.information and deadline.request_id is None
        days = {new.on for new in together if rule and new.kind in rule.starts}
        starts = bool(days) and deadline.started_on in days | {turn.today}
        if runs and (starts or (rule is not None and _goes_on(file, rule, together[0]))):
            yield deadline


def _goes_on(file: File, rule: ClockRule, new: New) -> bool:
    """Whether the fact brings a clock back that another had ended: the first dates count again."""
    ended = any(entry.kind in rule.ends for entry in history.standing(file.entries))
    return ended and new.kind in rule.resumes and new.kind not in rule.stops


def _stops(turn: Turn, deadline: Deadline) -> tuple[EntryKind, ...]:
    rule = turn.rules.by_id.get(RuleId(deadline.rule))
    return rule.stops if rule else ()


def check_not_ahead(turn: Turn, kind: EntryKind, on: date) -> None:
    """Refuses a day to come for what has to have happened."""
    if on > turn.today and not (kind in FACTS and FACTS[kind].ahead):
        raise CannotRead("That would be dated after today. If it is planned, say: plan", "on")


def _check_new(turn: Turn, file: File, new: New, *, again: bool) -> None:
    """Refuses what is on record already, or is ruled out by what is; what may happen twice is asked about."""
    reference, fact = about(file).reference, FACTS[new.kind]
    for entry in reversed([e for e in history.standing(file.entries) if e.request_id == new.request_id]):
        on_record = f"{reference}: {label(entry.kind)} is on record already, dated "
        on_record += f"{say_day(entry.happened_on, turn.today)} (entry {entry.number})."
        if _is_same(entry.kind, new.kind) and not (again and fact.again):
            raise _twice(turn, file, new, entry, on_record)
        if entry.kind in fact.ruled_out_by:
            raise NotNow(f"{on_record} Strike that out first if it is wrong: correct {reference} {entry.number}")


def _is_same(there: EntryKind, kind: EntryKind) -> bool:
    """Whether both say one thing: that the old authority came to know of a move is one fact, in time or not."""
    return there is kind or {there, kind} <= following.AWARE


def _twice(turn: Turn, file: File, new: New, there: Entry, on_record: str) -> AlreadyDone:
    """What to do about a fact that is there: give it this day, or say that it happened a second time."""
    reference, instead = about(file).reference, {}
    whole, again = deadlines.whole_of(about(file)), FACTS[new.kind].again and FACTS[new.kind].said
    begins = isinstance(file, CaseFile) and new.kind in beginnings(whole)
    change = f"To change it, say: correct {reference} {there.number}"
    if there.happened_on != new.on:
        corrected = f"correct case={reference} entry={there.number} on={new.on.isoformat()}"
        instead[f"Correct it to {say_day(new.on, turn.today)}…"] = corrected
    if again and begins:  # an order is made one day and sent another; a second order is a case of its own
        instead["It has two dates: the earlier counts"] = _line(file, new, "again")
        change = "Is that day wrong, has it two dates, or is it another?"
    elif again:
        instead["It happened again"] = _line(file, new, "again")
        change = "Did it happen again, or is that day wrong?"
    if begins:
        another = f"start process={whole} began={new.kind} case={reference} on={new.on.isoformat()}"
        instead["It is another: start a case"] = another
    return AlreadyDone(f"{on_record} {change}", instead=instead)


def _missed_clock_it_would_mend(turn: Turn, file: File, new: New) -> Clock | None:
    """A clock that is late now and would not be, once this fact is on record.

    What happened today can only do that where it starts a clock anew: the body had the request today.
    """
    starts_anew = new.supersedes is not None or new.kind in {steps.had for steps in STEPS.values()}
    if new.on == turn.today and not starts_anew:
        return None
    supposed = list(file.entries)
    for one in (new, *following.of(turn, file, new)):
        supposed.append(history.supposed(turn, about(file), one, after=supposed[-1]))
    before, after = _late(turn, file, file.entries), _late(turn, file, supposed)
    mended = (clock for place, clock in before.items() if place not in after)
    return next((clock for clock in mended if not _ended_too_late(clock, new)), None)


def _ended_too_late(clock: Clock, new: New) -> bool:
    """Whether the fact only ends a clock that was missed by then: no reply is awaited after a final plan."""
    return new.supersedes is None and new.kind in clock.rule.ends and new.on > clock.legal


def _late(turn: Turn, file: File, entries: list[Entry]) -> dict[tuple[RuleId, int | None], Clock]:
    claims = history.claims(entries)
    found = deadlines.clocks_of(turn, about(file), history.happenings(entries), requests_of(file), claims)
    return {
        (clock.rule.id, clock.instance): clock
        for clock in found
        if clock.state is ClockState.MET_LATE or is_late(clock, turn.today)
    }


def ask_second_person(
    turn: Turn, file: File, new: New, what: str, *, agreed_by: Collection[Role] = tuple(Role)
) -> Recorded:
    """Put on record what is asked for, and ask somebody else of these roles to agree. Needs a reason."""
    record = about(file)
    if not new.words:
        raise NeedsReason(
            f"That would {what}. Say it again with “because …” and the reason; a second person is then asked to agree."
        )
    clear = {"kind": new.kind.value, "on": new.on.isoformat(), "clear": dict(new.clear), "supersedes": new.supersedes}
    asked = New(EntryKind.BACKDATE_ASKED, turn.today, request_id=new.request_id, clear=clear, words=new.words)
    (entry,) = history.record_after(turn, record, [asked], last=history.end_of(file.entries))
    others = (person for person in _may_agree(turn, file) if person.id != turn.person.id)
    agree = next((person for person in others if person.role in agreed_by), None)
    told: dict[str, Any] = {
        "case_id": record.id if isinstance(record, Case) else None,
        "enquiry_id": record.id if isinstance(record, Enquiry) else None,
        "about": {"entry": entry.number},
    }
    if agree is not None:
        posts.tell(turn, agree.id or 0, Notice.APPROVAL_ASKED, **told)
    elif isinstance(record, Case) and record.restricted:  # which no room hears of, the administrators' included
        posts.tell_administrators(turn, Notice.UNDELIVERED, about={"person_id": record.owner_id})
    else:
        posts.tell_administrators(turn, Notice.APPROVAL_ASKED, **told)
    return Recorded(entry, None, waits=True)


def _may_agree(turn: Turn, file: File) -> Iterator[Person]:
    """Whom to ask for a second yes: the owner's manager, the owner, then any manager; all of them see the case."""
    found = [manager_of(turn.db, file.owner), file.owner, *managers(turn.db)]
    restricted = isinstance(file, CaseFile) and file.case.restricted
    yield from (person for person in (found[:2] if restricted else found) if person is not None and person.active)


def plan(turn: Turn, file: CaseFile, kind: EntryKind, what: str, on: date) -> None:
    """Put a meeting or panel on record, planned or held. `what` is one of a closed list, never a person's words."""
    must_be_open(file.case)
    if kind is EntryKind.HELD:
        check_not_ahead(turn, kind, on)
        order.check_order(turn, file, New(kind, on))
    history.record(turn, file.case, New(kind, on, clear={"what": what}))
    posts.case_moved(turn, file.case)


def approve(turn: Turn, file: File, number: int) -> Recorded:
    """A second person's yes to an earlier date: the fact goes on record under both names."""
    asked = entry_numbered(file, number)
    if asked.kind is not EntryKind.BACKDATE_ASKED:
        raise NotNow(f"Entry {number} of {about(file).reference} does not wait for anybody's yes.")
    if asked.recorded_by == turn.person.id:
        raise NotAllowed("You asked for this date yourself: a second person has to agree. Ask your manager.")
    kind, on = EntryKind(asked.clear["kind"]), date.fromisoformat(asked.clear["on"])
    must_be_open(about(file))
    must_stand(file, asked.request_id)
    supersedes = asked.clear["supersedes"]
    words = history.words_of(turn, about(file), asked) if kind is EntryKind.EXCEPTION_CLAIMED else ""
    if supersedes is None and kind in FACTS:
        _check_new(turn, file, New(kind, on, request_id=asked.request_id), again=True)
    elif supersedes is not None and supersedes not in {entry.id for entry in history.standing(file.entries)}:
        raise AlreadyDone(f"{about(file).reference}: that entry has been corrected since. Open the case to see it.")
    if is_agreed(file.entries, number):  # what may happen more than once was asked for once
        raise AlreadyDone(f"{about(file).reference}: somebody has agreed to entry {number} already.")
    clear = {**asked.clear["clear"], "asked_by": asked.recorded_by, "asked_entry": number}
    agreed = New(kind, on, request_id=asked.request_id, clear=clear, words=words, supersedes=supersedes)
    return _put(turn, file, agreed)


def is_agreed(entries: Sequence[Entry], number: int) -> bool:
    """Whether a second person has said yes to what this entry asked for."""
    return any(entry.clear.get("asked_entry") == number for entry in entries)


def entry_numbered(file: File, number: int) -> Entry:
    found = next((entry for entry in file.entries if entry.number == number), None)
    if found is None:
        raise NotNow(f"{about(file).reference} has no entry {number}: its last is {file.entries[-1].number}.")
    return found


def correct(turn: Turn, file: File, number: int, reason: str, on: date | None = None) -> Recorded:
    """Supersede an entry: by the same fact on another date, or by nothing. The old one stays on record."""
    wrong = _to_be_corrected(turn, file, number)
    if on is None:
        return _put_or_ask(turn, file, _struck(turn, file, wrong, reason))
    if wrong.kind is EntryKind.EXCEPTION_CLAIMED:
        raise NotNow("Leave the date out to strike the exception out, and claim it again as it should be.")
    if wrong.kind is EntryKind.REMINDER_SET:
        raise NotNow("A reminder is set anew for another day. Take this one back first: unremind")
    if wrong.kind is EntryKind.NOTED:
        raise NotNow("A note keeps the day it was written. Leave the date out to strike it out, and note it again.")
    if wrong.kind is not EntryKind.PLANNED:  # which is for a day to come
        check_not_ahead(turn, wrong.kind, on)
        order.check_order(turn, file, New(wrong.kind, on, request_id=wrong.request_id, supersedes=wrong.id))
    kind = following.kind_on(turn, file, wrong.kind, on)
    right = New(kind, on, request_id=wrong.request_id, clear=wrong.clear, words=reason, supersedes=wrong.id)
    return _put_or_ask(turn, file, right)


def _to_be_corrected(turn: Turn, file: File, number: int) -> Entry:
    record = about(file)
    must_be_open(record)
    wrong = entry_numbered(file, number)
    helps = turn.person.role is Role.CONTRIBUTOR or (turn.person.role is Role.MP_TEAM and isinstance(record, Case))
    if helps and wrong.recorded_by != turn.person.id:
        raise NotAllowed("You can correct what you recorded yourself. Ask the case's owner to correct the rest.")
    if wrong not in history.standing(file.entries):
        raise AlreadyDone(f"Entry {number} of {record.reference} was corrected before.")
    if wrong.kind is EntryKind.REMINDER_SET and wrong not in that_wait(file.entries):
        raise NotNow(f"The reminder of entry {number} was told already.")
    if wrong.kind in ACTS.keys() - TAKEN_BACK:
        raise NotNow(f"Entry {number} ({label(wrong.kind)}) is an act, not a fact: do the opposite instead.")
    return wrong


def _struck(turn: Turn, file: File, wrong: Entry, reason: str) -> New:
    """The entry that strikes out another."""
    if wrong.kind is file.entries[0].kind:
        raise NotNow("A case cannot be without the day it began. Give the right date instead, or close the case.")
    order.check_nothing_came_of(turn, file, wrong)
    return New(EntryKind.CORRECTED, turn.today, words=reason, supersedes=wrong.id)


def undo(turn: Turn, file: File, number: int) -> Recorded:
    """Take back a slip of the hand within ten minutes, by the one who made it.

    Nobody else has to agree: the clocks are again what they were before it. Its button may be pressed again.
    """
    entry = entry_numbered(file, number)
    if entry.recorded_by != turn.person.id or turn.now - entry.recorded_at > UNDO_FOR:
        raise NotNow(f"That can no longer be undone. To change it, say: correct {about(file).reference} {number}")
    forget_presses(turn.db, turn.person.id or 0)
    return _put(turn, file, _struck(turn, file, _to_be_corrected(turn, file, number), "recorded in error"))
