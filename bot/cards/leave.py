"""Who is away in some days, and who covers: the answer first, then who else. Always private."""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.cases.absence import NAMES, Leave, of_days, pattern_of
from bot.cases.recipients import WEEKDAYS
from bot.domain.dates import say_day
from bot.domain.message import Fact, Message
from bot.turn import Turn
from storage.tables import Person

LINES = 5
AS_FAR = "As far as it is on record here: leave that nobody told me of I don't know."


def leave_message(turn: Turn, person: Person | None, since: date | None, until: date | None) -> Message:
    """Of one person, or of everybody; without days, of today and what lies ahead for one, and of today for all."""
    first = since or turn.today
    last = until or (since if since else None if person else turn.today)
    found = of_days(turn, first, last, person)
    if person is not None:
        text, rest = _of_one(turn, person, found, first, last), found[1:]
    else:
        text, rest = _of_all(turn, found, first, last), found
    facts = tuple(Fact(one.name, _span(turn, one), _cover(one)) for one in rest[:LINES])
    more = f"{len(rest) - LINES} more: people shows all. " if len(rest) > LINES else ""
    return Message(text, facts=facts, aside=f"{more}{AS_FAR}", private=True)


def _of_one(turn: Turn, person: Person, found: Sequence[Leave], first: date, last: date | None) -> str:
    if found:
        return f"{person.name} is away {_span(turn, found[0])}; {_cover(found[0])}."
    days = f" {_days(turn, first, last)}" if last else ""
    return " ".join([f"{person.name} has no leave on record{days}.", *_pattern(turn, person, first, last)])


def _pattern(turn: Turn, person: Person, first: date, last: date | None) -> Iterator[str]:
    """ "Priya Shah does not work on Fridays; Tom Reid covers." of one day; of more, the weekdays."""
    weekdays, cover = pattern_of(turn, person)
    who = f"{cover} covers on the others" if cover else "nobody covers on the others"
    if weekdays and first == last and first.weekday() < len(WEEKDAYS):
        day = WEEKDAYS[first.weekday()]
        works = "works" if day in weekdays else f"does not work ({cover or 'nobody'} covers)"
        yield f"On {NAMES[day]}s {person.name} {works}."
    elif weekdays:
        yield f"Works {', '.join(NAMES[day] for day in weekdays)}; {who}."


def _of_all(turn: Turn, found: Sequence[Leave], first: date, last: date | None) -> str:
    days = _days(turn, first, last or first)
    many = len({one.name for one in found})
    if not many:
        return f"Nobody is away {days}."
    return f"{'1 person is' if many == 1 else f'{many} people are'} away {days}:"


def _days(turn: Turn, first: date, last: date | None) -> str:
    if first == last == turn.today:
        return "today"
    said = [say_day(day, turn.today) for day in (first, last) if day]
    return f"on {said[0]}" if first == last else f"from {' to '.join(said)}"


def _span(turn: Turn, one: Leave) -> str:
    starts = f"from {say_day(one.first, turn.today)} " if one.first > turn.today else ""
    return f"{starts}until {say_day(one.last, turn.today)}"


def _cover(one: Leave) -> str:
    return f"{one.cover} covers" if one.cover else "nobody covers"
