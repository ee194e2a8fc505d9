"""A second reckoning of every period: day by day, from the words of the law, sharing nothing with what it checks.

It walks a table of days, one step a day, and takes the bank holidays from the library python-holidays. Where it would
walk off the end of the known days it answers None.
"""

from datetime import date, timedelta

import holidays

KNOWN = range(2014, 2033)
EDGE = date(2013, 12, 1)  # a little more than the known days, so that a month at either end is whole
DAYS = [EDGE + timedelta(days=n) for n in range((date(2033, 2, 28) - EDGE).days + 1)]
PLACE = {day: place for place, day in enumerate(DAYS)}
FIRST, LAST = PLACE[date(2014, 1, 1)], PLACE[date(2032, 12, 31)]

MONTH = [day.month for day in DAYS]
NUMBER = [day.day for day in DAYS]
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=KNOWN)
KINGDOM = [holidays.country_holidays("GB", subdiv=part, years=KNOWN) for part in ("ENG", "WLS", "SCT", "NIR")]

EVERY = [True] * len(DAYS)
WEEKDAY = [day.weekday() < 5 for day in DAYS]
WORK = [weekday and day not in ENGLAND for day, weekday in zip(DAYS, WEEKDAY, strict=True)]
UK_WORK = [weekday and not any(day in part for part in KINGDOM) for day, weekday in zip(DAYS, WEEKDAY, strict=True)]
TRIBUNAL_WORK = [
    work and day.month != 8 and not (day.month == 12 and day.day > 24) and not (day.month == 1 and day.day == 1)
    for day, work in zip(DAYS, WORK, strict=True)
]


def reckon(counting: str, start: date, length: int) -> tuple[date, date] | None:
    """The legal date and the safe date of a period; None where the known days do not reach."""
    event = PLACE.get(start)
    if event is None or not FIRST <= event <= LAST:
        return None
    try:
        legal = _legal(counting, event, length)
        safe = _safe(legal, event)
    except IndexError:
        return None
    return (DAYS[legal], DAYS[safe]) if safe >= FIRST and legal <= LAST else None


def _legal(counting: str, event: int, length: int) -> int:
    match counting:
        case "W":
            return _on(event, 7 * length, EVERY)
        case "D":
            return _on(event, length, EVERY)
        case "D_INC":
            return _beginning_with(event, length, EVERY)
        case "WD":
            return _on(event, length, WORK)
        case "WD_INC":
            return _beginning_with(event, length, WORK)
        case "WD_UK":
            return _on(event, length, UK_WORK)
        case "WD_TRIB":
            return _on(event, length, TRIBUNAL_WORK)
        case "M":
            return _months_on(event, length)
        case "Y_START":
            return _months_on(event, length) - 1
        case "M_TRIB":
            return _roll(_months_on(event, length), TRIBUNAL_WORK)
        case "M_NWD":
            return _roll(_months_on(event, length), WORK)
        case "BEFORE":
            return event - 1
        case "BACKW":
            return _back(event, 7 * length)
        case "BACKM":
            return _months_back(event, length)
        case "NOW":
            return event
    raise ValueError(counting)


def _on(place: int, count: int, counts: list[bool]) -> int:
    """The day after the event is the first that may count."""
    while count:
        place += 1
        count -= counts[place]
    return place


def _beginning_with(place: int, count: int, counts: list[bool]) -> int:
    """The day of the event is the first that may count."""
    count -= counts[place]
    while count:
        place += 1
        count -= counts[place]
    return place


def _back(place: int, count: int) -> int:
    while count:
        place, count = place - 1, count - 1
    return place


def _months_on(place: int, count: int) -> int:
    """Into the nth month after this one, then on to the day of the same number, or to that month's end."""
    number = NUMBER[place]
    while count:
        place += 1
        count -= NUMBER[place] == 1
    while NUMBER[place] != number and NUMBER[place + 1] != 1:
        place += 1
    return place


def _months_back(place: int, count: int) -> int:
    """Into the nth month before this one, then back to the day of the same number, where its end is not before that."""
    number = NUMBER[place]
    while count:
        count -= NUMBER[place] == 1
        place -= 1
    while NUMBER[place] > number:
        place -= 1
    return place


def _roll(place: int, counts: list[bool]) -> int:
    while not counts[place]:
        place += 1
    return place


def _safe(legal: int, event: int) -> int:
    """The last working day up to the legal date; of a period that runs forward none before the event will do."""
    place = legal
    while not WORK[place]:
        if place == event:
            return legal
        place -= 1
    return place
