"""What changed: the answer in its first line, then at most five entries with who recorded each. Always private."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.cards.record import lines_of, what_of
from bot.cards.why import recorded_by
from bot.cases import facts
from bot.cases.changes import MOST, USUAL, Asked, of_many, of_one
from bot.cases.files import File
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Message
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Enquiry, Entry

LINES = 5
RowOf = tuple[Entry, Case | Enquiry]


def changes_message(turn: Turn, file: File, asked: Asked, *, before: int | None = None) -> Message:
    """What came on record of one case or letter, of what is meant; `before` the entry with that number."""
    about = facts.about(file)
    found = of_one(turn, about, asked)
    if not found:
        last = f" The last entry of all: {_said(turn, file.entries[-1])}."
        return Message(f"{_nothing(turn, asked)} on {about.reference}{_days(turn, asked)}.{last}", private=True)
    shown = [entry for entry in found if before is None or entry.number < before]
    told = lines_of(turn, about, list(reversed(shown[:LINES])), file.entries)
    more = {"case": about.reference, "before": shown[LINES - 1].number} if len(shown) > LINES else {}
    whole = Action("Whole record", line("history", case=about.reference), acts=False)
    return Message(
        f"{_many(turn, asked, found)} on {about.reference}{_days(turn, asked)}; the last: {_said(turn, found[0])}.",
        facts=tuple(told),
        actions=(*_more(asked, more), whole),
        private=True,
    )


def own_changes_message(turn: Turn, asked: Asked, *, before: int | None = None) -> Message:
    """The same over the asker's own cases and letters; of what somebody did, over all that the asker may see."""
    asked = asked if asked.since else replace(asked, since=turn.today - USUAL)
    found, where = of_many(turn, asked), "what you may see" if asked.by else "your own cases and letters"
    if not found:
        return Message(f"{_nothing(turn, asked)} on {where}{_days(turn, asked)}.", private=True)
    shown = [row for row in found if before is None or (row[0].id or 0) < before]
    more = {"before": shown[LINES - 1][0].id} if len(shown) > LINES else {}
    first, about = found[0]
    last = f"{about.reference}, {_said(turn, first)}"
    return Message(
        f"{_many(turn, asked, [entry for entry, _ in found])} on {where}{_days(turn, asked)}; the last: {last}.",
        facts=tuple(_lines(turn, shown[:LINES])),
        actions=tuple(_more(asked, more)),
        private=True,
    )


def _lines(turn: Turn, rows: Sequence[RowOf]) -> Iterator[Fact]:
    for entry, about in rows:
        yield from (replace(fact, label=about.reference) for fact in lines_of(turn, about, [entry]))


def _more(asked: Asked, more: dict[str, Any]) -> Iterator[Action]:
    """The next five, by the same question."""
    if more:
        days = {"since": asked.since, "until": asked.until, "by": asked.by.email if asked.by else ""}
        about = {"about": "dates" if asked.dates else asked.of.id if asked.of else "", "latest": "yes"}
        yield Action("More", line("history", **more, **days, **about), acts=False)


def _many(turn: Turn, asked: Asked, found: Sequence[Entry]) -> str:
    """ "3 things changed", "Priya Shah recorded 3 things"."""
    count = f"{MOST} or more" if len(found) >= MOST else str(len(found))
    things = f"{count} thing{'' if len(found) == 1 else 's'}"
    if asked.dates:
        return f"{count} change{'' if len(found) == 1 else 's'} of dates{_by(turn, asked)}"
    return f"{asked.by.name} recorded {things}" if asked.by else f"{things} changed"


def _nothing(turn: Turn, asked: Asked) -> str:
    if asked.dates:
        return f"No date was changed{_by(turn, asked)}"
    return f"{asked.by.name} recorded nothing" if asked.by else "Nothing changed"


def _by(turn: Turn, asked: Asked) -> str:
    return f" by {asked.by.name}" if asked.by else ""


def _days(turn: Turn, asked: Asked) -> str:
    """ " since Mon 23 Nov", " on Tue 24 Nov", " from Mon 16 Nov to Sun 22 Nov"."""
    of = f", {asked.of.label}" if asked.of else ""
    first, last = (say_day(day, turn.today) if day else "" for day in (asked.since, asked.until))
    match bool(first), bool(last):
        case True, True:
            return f"{of} on {first}" if first == last else f"{of} from {first} to {last}"
        case True, False:
            return f"{of} since {first}"
        case False, True:
            return f"{of} up to {last}"
    return of


def _said(turn: Turn, entry: Entry) -> str:
    """ "draft plan sent, Wed 18 Nov, recorded by Priya Shah on Wed 18 Nov"."""
    by = recorded_by(turn, entry) or "the bot"
    on = say_day(london_date(entry.recorded_at), turn.today)
    return f"{what_of(turn, entry)}, {say_day(entry.happened_on, turn.today)}, recorded by {by.rstrip(',')} on {on}"
