"""The whole record of a case or a letter, a page at a time, newest first. For one reader alone."""

from collections.abc import Iterator

from bot.cards.record import lines_of
from bot.cases import facts
from bot.cases.files import CaseFile, File
from bot.cases.viewings import viewings
from bot.domain.calendar import london_date, london_time
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message
from bot.grammar import line
from bot.turn import Turn

PAGE = 20
"""Entries of one message."""


def history_message(turn: Turn, file: File, *, before: int | None = None) -> Message:
    """The newest entries, or those before one of them; with the first page who saw who the child is."""
    about, whole = facts.about(file), file.entries
    some = [entry for entry in whole if before is None or entry.number < before]
    shown = some[-PAGE:]
    told = lines_of(turn, about, shown, whole)
    if before is None and isinstance(file, CaseFile):
        told += seen_by(turn, file)
    many = "1 entry" if len(whole) == 1 else f"{len(whole)} entries"
    earlier = line("history", case=about.reference, before=shown[0].number) if len(some) > PAGE else ""
    return Message(
        text=f"{about.reference} · {many} on record",
        facts=tuple(told),
        actions=(Action("Earlier entries", earlier, acts=False),) if earlier else (),
        private=True,
    )


def seen_by(turn: Turn, file: CaseFile) -> Iterator[Fact]:
    """Each person who was shown who the child is: how often, and when last."""
    for one in viewings(turn, file.case):
        last = f"{say_day(london_date(one.last), turn.today)} at {london_time(one.last):%H:%M}"
        often = f"{one.times} times, last on {last}" if one.times > 1 else f"on {last}"
        yield Fact("Seen by", one.name, often, private=True)
