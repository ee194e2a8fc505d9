"""What was known of a case or a letter on a day gone by: its entries until then, under the rules of then.

Everything that has a date is derived anew, as the bot did at the time, and nothing is written. What no entry says is as
it is today: whether a case is restricted, who the child is, the names that stand for people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from sqlmodel import col, select

from bot.cases import deadlines, history, packs, staff
from bot.cases.enquiries import STARTS
from bot.cases.files import CaseFile, EnquiryFile, File, open_file
from bot.domain.calendar import ONE_DAY, london_date, moment
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.ladder import LATER_SPOKE
from bot.domain.terms import CaseStatus, EntryKind, Matter, Outcome, ResponseType
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Entry, Nudge, Post, Request

LAST_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Said:
    """A reminder that was said, or left out, by then."""

    nudge: Nudge
    deadline: Deadline
    sent: bool
    """Whether its message had gone out by then."""


@dataclass(frozen=True)
class Known:
    """A case or a letter as it stood at the end of a day."""

    turn: Turn
    """That moment, with the rules of then."""
    file: File
    said: list[Said]


def known_on(turn: Turn, about: Case | Enquiry, day: date) -> Known:
    """What was known at the end of that day. Refuses a day to come, and one on which nothing was on record yet."""
    if day > turn.today:
        raise CannotRead(f"{say_day(day, turn.today)} is still to come. Give today or a day gone by.", "as_known")
    file = open_file(turn, about)
    ends = min(moment(day + ONE_DAY, time()) - LAST_MOMENT, turn.now)
    entries = [entry for entry in file.entries if entry.recorded_at <= ends]
    if not entries:
        began = say_day(london_date(file.entries[0].recorded_at), turn.today)
        raise NotNow(f"{about.reference} was not on record on {say_day(day, turn.today)}: it was put there on {began}.")
    then = replace(turn, now=ends, rules=packs.known_at(turn.db, ends) or turn.rules)
    file = _case(then, file, entries) if isinstance(file, CaseFile) else _letter(then, file, entries)
    return Known(replace(then, stood=tuple(file.deadlines)), file, _said(then, about))


def _case(then: Turn, file: CaseFile, entries: list[Entry]) -> CaseFile:
    case = _as_it_was(file.case, entries)
    asked = {fact.instance for fact in history.happenings(entries)}
    found = then.db.scalars(select(Request).where(Request.case_id == case.id).order_by(col(Request.id)))
    requests = [_copy(request) for request in found if request.id in asked]
    derived = deadlines.derived(then.rules, case, case.process, entries, requests)
    for request in requests:
        own = derived.requests[request.id or 0]
        _set(request, {**own, "response": ResponseType(own["response"]) if own["response"] else None})
    _set(case, derived.own)
    return replace(
        file,
        case=case,
        owner=staff.person(then, case.owner_id),
        requests=requests,
        deadlines=_deadlines(case, derived),
        enquiries=[],
        entries=entries,
    )


def _letter(then: Turn, file: EnquiryFile, entries: list[Entry]) -> EnquiryFile:
    letter = _as_it_was(file.enquiry, entries)
    _set(letter, {"matters": [matter.value for matter in map(Matter, letter.matters) if _is_held(matter, entries)]})
    derived = deadlines.derived(then.rules, letter, letter.kind, entries, ())
    return replace(
        file,
        enquiry=letter,
        owner=staff.person(then, letter.owner_id),
        deadlines=_deadlines(letter, derived),
        cases=[case for case in file.cases if _is_linked(then, case, letter)],
        entries=entries,
    )


def _as_it_was(about: Any, entries: Sequence[Entry]) -> Any:
    """A copy with what its entries tell: whether it was open, how it had ended, whose it was."""
    was = _copy(about)
    ends = [entry for entry in entries if entry.kind in (EntryKind.CLOSED, EntryKind.REOPENED)]
    owners = [entry.clear["owner"] for entry in entries if "owner" in entry.clear]
    if ends and ends[-1].kind is EntryKind.CLOSED:
        outcome = Outcome(ends[-1].clear["outcome"])
        closed = {"status": CaseStatus.CLOSED, "closed_on": ends[-1].happened_on, "outcome": outcome}
    else:
        closed = {"status": CaseStatus.OPEN, "closed_on": None, "outcome": None}
    _set(was, {**closed, "owner_id": owners[-1] if owners else about.owner_id})
    return was


def _is_held(matter: Matter, entries: Sequence[Entry]) -> bool:
    """Whether a letter was known to hold this: said at first, put on record since, or begun as a clock of its own."""
    first = (entry.clear.get("matters", ()) for entry in entries if entry.kind is EntryKind.OPENED)
    added = (entry.clear.get("what") for entry in entries if entry.kind is EntryKind.MATTER_ADDED)
    begun = {entry.kind for entry in entries}
    return STARTS.get(matter) in begun or matter.label in added or any(matter.value in held for held in first)


def _is_linked(then: Turn, case: Case, letter: Enquiry) -> bool:
    return any(
        entry.kind is EntryKind.LINKED and entry.clear["enquiry"] == letter.id and entry.recorded_at <= then.now
        for entry in history.entries_of(then.db, case)
    )


def _deadlines(about: Case | Enquiry, derived: deadlines.Derived) -> list[Deadline]:
    stream = history.stream_of(about)
    found = [Deadline(stream=stream, **columns) for columns in derived.deadlines.values()]
    return sorted(found, key=lambda deadline: (deadline.legal, deadline.rule))


def _said(then: Turn, about: Case | Enquiry) -> list[Said]:
    """The reminders of its dates by then, oldest first; none that another took the place of."""
    mine = (Deadline.stream == history.stream_of(about), col(Nudge.at) <= then.now, col(Nudge.skipped) != LATER_SPOKE)
    found = (
        select(Nudge, Deadline, Post.sent_at)
        .join(Deadline, col(Nudge.deadline_id) == Deadline.id)
        .outerjoin(Post, col(Nudge.post_id) == Post.id)
        .where(*mine)
        .order_by(col(Nudge.at), col(Nudge.id))
    )
    return [
        Said(nudge, deadline, sent is not None and sent <= then.now) for nudge, deadline, sent in then.db.exec(found)
    ]


def _copy(record: Any) -> Any:
    """A row that no session knows: what is set in it is never kept."""
    return type(record)(**record.model_dump())


def _set(record: Any, values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
