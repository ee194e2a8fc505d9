"""Reminders for a day to come, in words: what was set, what is told on the day, what needs no telling any more."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import select

from bot.cases import history, kept_reminders, staff
from bot.cases.reminding import may_hear, may_read
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message, Row, Table
from bot.domain.terms import EntryKind
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry, Person, Post

Words = tuple[str, tuple[Action, ...]]
SHOWN = 15
"""The most reminders of one list."""


def whom_of(turn: Turn, entry: Entry, reader: Person | None = None) -> str:
    """Who is to be told: "you", "Tom Reid", "the speech and language room"."""
    if not entry.clear.get("person"):
        return f"{entry.clear.get('what', 'the agency')}'s room"
    if reader and entry.clear["person"] == reader.id:
        return "you"
    person = staff.person(turn, entry.clear["person"])
    return person.name if person else "somebody"


def cancel_button(reference: str, entry: Entry) -> Action:
    return Action("Don't remind", line("unremind", case=reference, entry=entry.number))


def reminder_notice(turn: Turn, post: Post) -> Words | None:
    """What one person is told on the day; None where it is not theirs to know any more, or the case is closed."""
    entry, reader = _entry(turn, post), turn.db.get(Person, post.person_id) if post.person_id else None
    record = kept_reminders.about(turn, entry)
    if reader and not may_hear(turn, reader, record):
        return None
    told = f"{record.reference}: {_asked(turn, entry, reader)} {_day(turn, post, entry)}"
    look = Action("Open", line("open", case=record.reference), acts=False, alone=True)
    says = Action("What it says", line("reminders", case=record.reference, entry=entry.number), acts=False, alone=True)
    there_is = bool(entry.sealed and reader and may_read(turn, reader, record, entry))
    return told, ((says, look) if there_is else (look,))


def _asked(turn: Turn, entry: Entry, reader: Person | None) -> str:
    by, whom = staff.person(turn, entry.recorded_by), staff.person(turn, entry.clear.get("person"))
    name, other = (one.name if one else "somebody" for one in (by, whom))
    if reader and reader.id == entry.recorded_by == entry.clear.get("person"):
        return "you asked to be reminded"
    if reader and reader.id == entry.clear.get("person"):
        return f"{name} asked that you be reminded"
    covers = ", for whom you cover," if reader else ""
    return f"{name} asked that {other}{covers} be reminded" if name != other else f"{name}{covers} asked to be reminded"


def _day(turn: Turn, post: Post, entry: Entry) -> str:
    if entry.happened_on < london_date(post.made_at):
        return f"on {say_day(entry.happened_on, turn.today)}. This comes late."
    return "today." if entry.happened_on == turn.today else f"on {say_day(entry.happened_on, turn.today)}."


def not_reminded_notice(turn: Turn, post: Post) -> Words | None:
    """ "SEND-2026-0042: social care's room was not reminded as you asked: nothing is awaited there any more."."""
    entry, reader = _entry(turn, post), turn.db.get(Person, post.person_id) if post.person_id else None
    record = kept_reminders.about(turn, entry)
    if reader and not may_hear(turn, reader, record):
        return None
    let_go = [one for one in history.entries_of(turn.db, record) if one.kind is EntryKind.NOT_REMINDED]
    why = next((one.clear["what"] for one in let_go if one.clear["entry"] == entry.number), "it is needed no more")
    whom, by = whom_of(turn, entry, reader), staff.person(turn, entry.recorded_by)
    asked = "you" if reader and entry.recorded_by == reader.id else by.name if by else "somebody"
    was = "you were not reminded" if whom == "you" else f"{whom} was not reminded"
    on = say_day(entry.happened_on, turn.today)
    look = Action("Open", line("open", case=record.reference), acts=False, alone=True)
    return f"{record.reference}: {was} on {on} as {asked} asked: {why}.", (look,)


def _entry(turn: Turn, post: Post) -> Entry:
    stream = Entry.case_id == post.case_id if post.case_id else Entry.enquiry_id == post.enquiry_id
    return turn.db.exec(select(Entry).where(stream, Entry.number == post.about["entry"])).one()


def reminders_message(turn: Turn, found: Sequence[tuple[Entry, Case | Enquiry]]) -> Message:
    """What waits, each with the day and a button that takes it back. Private."""
    if not found:
        return Message("No reminder of yours waits. To set one, say such as: remind 0042 me on Friday", private=True)
    many = "1 reminder of yours waits" if len(found) == 1 else f"{len(found)} reminders of yours wait"
    rows = tuple(_row(turn, *one) for one in found[:SHOWN])
    left = f"{len(found) - SHOWN} later ones are not shown." if len(found) > SHOWN else ""
    return Message(f"{many}.", table=Table(("Reference", "Whom", "When"), rows), aside=left, private=True)


def _row(turn: Turn, entry: Entry, record: Case | Enquiry) -> Row:
    reference, by = record.reference, staff.person(turn, entry.recorded_by)
    others = f", as {by.name} asked" if by and by.id != turn.person.id else ""
    shown = line("reminders", case=reference, entry=entry.number)
    says = (Action("What it says", shown, acts=False, alone=True),) if entry.sealed else ()
    whom = whom_of(turn, entry, turn.person)
    when = f"{at_nine(turn, entry.happened_on)}{others}"
    return Row((reference, whom, when), actions=(*says, cancel_button(reference, entry)))


def at_nine(turn: Turn, day: date) -> str:
    return f"{say_day(day, turn.today)}, at nine"


def one_message(turn: Turn, record: Case | Enquiry, entry: Entry, *, waits: bool) -> Message:
    """One reminder whole, with what was written for it where the asker may read that. Private."""
    by = staff.person(turn, entry.recorded_by)
    whom = whom_of(turn, entry, turn.person)
    words = history.words_of(turn, record, entry) if may_read(turn, turn.person, record, entry) else ""
    set_on = say_day(london_date(entry.recorded_at), turn.today)
    return Message(
        f"{record.reference}: a reminder for {whom}, {at_nine(turn, entry.happened_on)}.",
        facts=(Fact("It says", words, private=True),) if words else (),
        actions=(cancel_button(record.reference, entry),) if waits else (),
        aside=f"Set by {by.name if by else 'somebody'} on {set_on} (entry {entry.number}).",
        private=True,
    )
