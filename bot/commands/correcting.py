"""Putting an entry right: another date, or taken back."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import CASE_OR_LETTER, LONGEST_NOTE, CaseOrLetterBlank, day, number, text
from bot.cards.record import what_of
from bot.cases import facts, history, visible
from bot.cases.facts import File
from bot.cases.files import open_file
from bot.commands.case import said_recorded
from bot.commands.roles import ADVISERS, COUNCIL
from bot.domain.errors import NotNow
from bot.domain.facts import ACTS, label
from bot.domain.message import Message
from bot.domain.terms import EntryKind
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry

FOR_GOOD = ACTS.keys() - facts.TAKEN_BACK
"""The acts that cannot be taken back, only answered by another."""


@command(
    "correct",
    may=COUNCIL | ADVISERS,
    examples=("correct 0042 7 on 3 October wrong day typed",),
    title="Put an entry right",
)
def correct(
    turn: Turn,
    *,
    case: CaseOrLetterBlank,
    entry: Annotated[int, number("Entry", words=1)],
    on: Annotated[date | None, day("The right date", hint="Leave empty to strike the entry out")] = None,
    reason: Annotated[str, text("Reason", longest=LONGEST_NOTE, rest=True)],
) -> Message:
    """Put an entry right: with another date, or struck out. The old entry stays on record; nothing is deleted."""
    file = open_file(turn, case)
    recorded = facts.correct(turn, file, entry, reason, on)
    if on is None and not recorded.waits:
        return Message(f"Entry {entry} of {case.reference} is struck out.", private=turn.private)
    kind = EntryKind(recorded.entry.clear["kind"]) if recorded.waits else recorded.entry.kind
    return said_recorded(turn, file, recorded, label(kind), on or turn.today)


@command("undo", may=COUNCIL | ADVISERS, examples=("undo", "undo 0042 7"), title="Take an entry back")
def undo(
    turn: Turn,
    *,
    case: Annotated[
        Case | Enquiry | None, replace(CASE_OR_LETTER, hint="What you recorded on last, if left empty")
    ] = None,
    entry: Annotated[int | None, replace(number("Entry"), hint="Your last, if left empty")] = None,
) -> Message:
    """Take back what you recorded in the last ten minutes."""
    if case is None:
        turn = replace(turn, private=True)  # which case that is, this room may not know
    file = open_file(turn, case or _recorded_on_last(turn))
    taken = facts.entry_numbered(file, entry) if entry else _last_of_mine(turn, file)
    facts.undo(turn, file, taken.number)
    what = "" if entry else f" ({what_of(turn, taken)})"
    return Message(
        f"Undone: entry {taken.number}{what} of {facts.about(file).reference} is struck out.", private=turn.private
    )


def _recorded_on_last(turn: Turn) -> Case | Enquiry:
    """The case or letter on which this person recorded something last, a moment ago."""
    kinds, since = set(EntryKind) - FOR_GOOD, turn.now - facts.UNDO_FOR
    of, _, number_ = history.last_by(turn.db, turn.person, kinds, since=since).partition(":")
    if not number_:
        raise NotNow("You have recorded nothing in the last ten minutes. To put an older entry right, say: correct")
    if of == "enquiry":
        return visible.find_enquiry(turn, turn.db.get_one(Enquiry, int(number_)).reference)
    return visible.find_case(turn, turn.db.get_one(Case, int(number_)).reference)


def _last_of_mine(turn: Turn, file: File) -> Entry:
    """What this person recorded last, of all that can be taken back."""
    standing = [entry for entry in history.standing(file.entries) if entry.kind not in FOR_GOOD]
    mine = [entry for entry in standing if entry.recorded_by == turn.person.id]
    if not mine:
        raise NotNow(f"You have recorded nothing on {facts.about(file).reference} that could be taken back.")
    return mine[-1]
