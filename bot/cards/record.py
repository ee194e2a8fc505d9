"""Entries in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.cards.exceptions import named
from bot.cases import history, staff, visible
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.facts import label
from bot.domain.message import Fact
from bot.domain.terms import EntryKind, Outcome
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry, Request

RESTRICTING = (EntryKind.RESTRICTED, EntryKind.BROKE_GLASS, EntryKind.GLASS_REVIEWED)
"""Acts whose reasons may say what a case is restricted for."""


def lines_of(turn: Turn, about: Case | Enquiry, entries: Sequence[Entry], whole: Sequence[Entry] = ()) -> list[Fact]:
    """One fact an entry, newest first: what, when, by whom. Private: it opens what people wrote.

    With the `whole` record each also says what it changed from what to what, and whether it still counts.
    """
    people = {entry.recorded_by for entry in entries if entry.recorded_by}
    names = {number: person.name for number in people if (person := staff.person(turn, number))}
    return [
        Fact(
            f"Entry {entry.number}",
            f"{what_of(turn, entry)}, {say_day(entry.happened_on, turn.today)}{_said(turn, about, entry)}",
            " · ".join([*_changes(turn, entry, whole), _recorded(turn, entry, names)]),
            private=True,
        )
        for entry in reversed(entries)
    ]


def _recorded(turn: Turn, entry: Entry, names: Mapping[int, str]) -> str:
    by = names.get(entry.recorded_by or 0, "the bot")
    return f"recorded by {by} on {say_day(london_date(entry.recorded_at), turn.today)}"


def _changes(turn: Turn, entry: Entry, whole: Sequence[Entry]) -> Iterator[str]:
    """ "in place of entry 3 (Mon 12 Oct)", "from Priya Shah to Tom Reid", "entry 5 took its place"."""
    before = next((one for one in whole if entry.supersedes and one.id == entry.supersedes), None)
    after = next((one for one in whole if one.supersedes and one.supersedes == entry.id), None)
    if before and entry.kind is EntryKind.CORRECTED:
        was = f"{what_of(turn, before)}, {say_day(before.happened_on, turn.today)}"
        yield f"entry {before.number} ({was}) is struck out"
    elif before:
        yield f"in place of entry {before.number} ({say_day(before.happened_on, turn.today)})"
    if whole and entry.kind is EntryKind.ASSIGNED:
        yield f"from {_name(turn, entry.clear.get('before'))} to {_name(turn, entry.clear['owner'])}"
    if after:
        yield f"entry {after.number} {'struck it out' if after.kind is EntryKind.CORRECTED else 'took its place'}"


def _name(turn: Turn, person: int | None) -> str:
    found = staff.person(turn, person)
    return found.name if found else "nobody"


def what_of(turn: Turn, entry: Entry) -> str:
    """ "advice sent (CAMHS)", "closed: withdrawn"."""
    what = what_is_asked(turn, entry) if entry.kind is EntryKind.BACKDATE_ASKED else _labelled(turn, entry)
    if entry.request_id is None:
        more = _more(turn, entry)
        return f"{what}: {more}" if more else what
    request = turn.db.get(Request, entry.request_id)
    service = turn.rules.service(request.service).label if request else ""
    return f"{what} ({service})"


def _labelled(turn: Turn, entry: Entry) -> str:
    """ "draft plan sent", "exception (school closed) recorded"."""
    if entry.kind is EntryKind.EXCEPTION_CLAIMED:
        return f"{named(turn.rules.ground(entry.clear['ground']))} recorded"
    out = ", out of its order" if entry.clear.get("out_of_order") else ""
    return f"{label(entry.kind)}{out}"


def _more(turn: Turn, entry: Entry) -> str:
    """What was planned or held, how it ended, which letter it is about."""
    match entry.kind:
        case EntryKind.CLOSED:
            return Outcome(entry.clear["outcome"]).label
        case EntryKind.REMINDER_SET | EntryKind.REMINDED if "person" in entry.clear:
            return _name(turn, entry.clear["person"])
        case EntryKind.NAMED | EntryKind.UNNAMED | EntryKind.BROKE_GLASS:
            return _name(turn, entry.clear.get("person"))
        case EntryKind.LINKED:
            letter = turn.db.get(Enquiry, entry.clear["enquiry"])
            return letter.reference if letter and not visible.is_about_hidden(turn, letter) else ""
        case _:
            return str(entry.clear.get("what", ""))


def what_is_asked(turn: Turn, entry: Entry) -> str:
    """What a second person is asked to agree to: the fact and its date, or that an entry is struck out."""
    kind, on = EntryKind(entry.clear["kind"]), date.fromisoformat(entry.clear["on"])
    if kind is EntryKind.EXCEPTION_CLAIMED:
        return f"{named(turn.rules.ground(entry.clear['clear']['ground']))} waits for a second person's yes"
    dated = "" if kind is EntryKind.CORRECTED else f", dated {say_day(on, turn.today)},"
    return f"{label(kind)}{dated} waits for a second person's yes"


def _said(turn: Turn, about: Case | Enquiry, entry: Entry) -> str:
    """Why a case was for the named alone is read while it is, and not by all who see it afterwards."""
    if entry.kind in RESTRICTING and isinstance(about, Case) and not about.restricted:
        return ""
    words = history.words_of(turn, about, entry)
    return f": {words}" if words else ""
