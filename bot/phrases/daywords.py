"""Days as people say them, word by word: "friday", "the 20th", "3 weeks ago", "the end of term"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.domain.periods import corresponding
from bot.phrases.days import (
    MONTH_NAMES,
    OF_MONTH,
    UNITS,
    WEEK,
    WEEKDAYS,
    WHICH,
    Almanac,
    Span,
    When,
    easter,
    fixed,
    in_year,
    monday,
    number,
    on,
    shifted,
    whole,
)

ISO = re.compile(r"(20\d\d)-(\d\d?)-(\d\d?)")
FIGURES = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?")


def _near(words: Sequence[str], almanac: Almanac) -> When | None:
    today = almanac.today
    match list(words[:4]):
        case ["a", "week" | "fortnight" as unit, "today" | "tomorrow" as day, *_]:
            return fixed(3, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["week" | "fortnight" as unit, "today" | "tomorrow" as day, *_]:
            return fixed(2, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["today" | "tomorrow" as day, "week" | "fortnight" as unit, *_]:
            return fixed(2, today + timedelta(days=UNITS[unit] + (day == "tomorrow")))
        case ["day", "after", "tomorrow", *_]:
            return fixed(3, today + 2 * ONE_DAY)
        case ["day", "before", "yesterday", *_]:
            return fixed(3, today - 2 * ONE_DAY)
        case ["close", "of", "play" | "business", *rest]:
            rest = [*words[3:]]
            later = _weekday(rest[1:] if rest[:1] == ["on"] else rest, almanac)
            return When(3 + (rest[:1] == ["on"]) + later.length, later.resolve) if later else fixed(3, today)
        case ["cop" | "cob" | "eod", *rest] if later := _weekday(
            words[1:] if rest[:1] != ["on"] else words[2:], almanac
        ):
            return When(1 + (rest[:1] == ["on"]) + later.length, later.resolve)
        case ["this", "morning" | "afternoon" | "evening", *_]:
            return fixed(2, today)
        case ["today" | "tonight" | "cop" | "eod", *_]:
            return fixed(1, today)
        case ["last", "night", *_]:
            return fixed(2, today - ONE_DAY)
        case ["yesterday", *_]:
            return fixed(1, today - ONE_DAY)
        case ["tomorrow", *_]:
            return fixed(1, today + ONE_DAY)
    return None


def _weekday(words: Sequence[str], almanac: Almanac) -> When | None:
    """friday, this friday, next friday, last friday, friday week, a week on friday, friday 27 november."""
    which, skip = "", 0
    for unit in ("week", "fortnight"):
        if words[:2] in (["a", unit], [unit, "on"], [unit, "from"]) and words[1:2] != ["ago"]:
            lead = 2 + (words[0] == "a")
            inner = _weekday(words[lead:], almanac) if words[lead - 1 : lead] in (["on"], ["from"]) else None
            return inner and _later(inner, lead, UNITS[unit] // 7)
    while skip < len(words) and words[skip] in WHICH and skip < 2:
        which, skip = WHICH[words[skip]], skip + 1
    if skip >= len(words) or words[skip] not in WEEKDAYS:
        return None
    length, wanted = skip + 1, WEEKDAYS[words[skip]]
    dated = not which and (_of_month(words[length:], almanac) or _figures(words[length:], almanac))
    if dated:
        return When(length + dated.length, dated.resolve)
    rest = list(words[length : length + 2])
    if rest[:1] == ["week"]:
        return _later(When(length, lambda past: _named_day(wanted, "", almanac.today, False)), 1)
    if rest[:1] == ["gone"] or rest == ["just", "gone"]:
        return When(
            length + (1 if rest[0] == "gone" else 2), lambda past: _named_day(wanted, "last", almanac.today, True)
        )
    return When(
        length,
        lambda past: _named_day(wanted, which, almanac.today, past),
        unsure=(lambda: _two(wanted, almanac.today)) if which == "next" and _is_near(wanted, almanac.today) else None,
    )


def _later(when: When, more: int, weeks: int = 1) -> When:
    def resolve(past: bool) -> Span:
        first, last = when.resolve(past)
        return first and first + weeks * WEEK, last and last + weeks * WEEK

    return When(when.length + more, resolve)


def _named_day(wanted: int, which: str, today: date, past: bool) -> Span:
    ahead = (wanted - today.weekday()) % 7
    if which == "last":
        day = today + timedelta(days=ahead - 7)
    elif which == "next":
        day = monday(today) + WEEK + timedelta(days=wanted)
    elif which == "this":
        day = monday(today) + timedelta(days=wanted)
    else:
        day = today + timedelta(days=ahead - 7 if past and ahead else ahead)
    return day, day


def _is_near(wanted: int, today: date) -> bool:
    """The day by that name is still to come in this very week: then "next" means one or the other."""
    return wanted > today.weekday()


def _two(wanted: int, today: date) -> tuple[date, date]:
    day = monday(today) + timedelta(days=wanted)
    return day, day + WEEK


def _figures(words: Sequence[str], almanac: Almanac) -> When | None:
    if not words:
        return None
    if iso := ISO.fullmatch(words[0]):
        day = on(int(iso[1]), int(iso[2]), int(iso[3]))
        return fixed(1, day) if day else None
    if not (found := FIGURES.fullmatch(words[0])) or on(2024, int(found[2]), int(found[1])) is None:
        return None
    return _dated(1, int(found[1]), int(found[2]), found[3], almanac)


def _of_month(words: Sequence[str], almanac: Almanac) -> When | None:
    """27 november, 27th of nov 2026, november 27, the 27th, the 3rd of next month."""
    skip = 1 if words[:1] == ["the"] else 0
    rest = _in_figures(words[skip:])
    if not rest:
        return None
    if rest[0] in MONTH_NAMES and len(rest) > 1 and (found := OF_MONTH.fullmatch(rest[1])) and _is_day(found[1]):
        year = rest[2] if len(rest) > 2 and re.fullmatch(r"20\d\d", rest[2]) else None
        return _dated(skip + 2 + bool(year), int(found[1]), MONTH_NAMES[rest[0]], year, almanac)
    found = OF_MONTH.fullmatch(rest[0])
    if not found or not _is_day(found[1]):
        return None
    of = 1 if rest[1:2] == ["of"] else 0
    after = rest[1 + of : 4 + of]
    if after and after[0] in MONTH_NAMES:
        year = after[1] if len(after) > 1 and re.fullmatch(r"20\d\d", after[1]) else None
        return _dated(skip + 2 + of + bool(year), int(found[1]), MONTH_NAMES[after[0]], year, almanac)
    if of and len(after) > 1 and after[1] == "month" and after[0] in WHICH:
        shift = {"this": 0, "next": 1, "last": -1}[WHICH[after[0]]]
        first = corresponding(almanac.today.replace(day=1), shift)
        day = on(first.year, first.month, int(found[1]))
        return fixed(skip + 3 + of, day) if day else None
    if found[2] and (skip or len(rest) == 1 or rest[1] not in ("time", "letter")):
        return When(skip + 1, lambda past: _nth(int(found[1]), almanac.today, past))
    return None


ORDINALS = {
    name: at
    for at, name in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}


def _in_figures(words: Sequence[str]) -> list[str]:
    """ "The twentieth of November", "november the twenty first", as "20th of november": beside a month alone."""
    rest = list(words)
    at = 1 if rest[:1] and rest[0] in MONTH_NAMES else 0
    start = at + (rest[at : at + 1] == ["the"])
    tens = {"twenty": 20, "thirty": 30}.get(rest[start], 0) if start < len(rest) else 0
    last = start + bool(tens)
    day = tens + ORDINALS.get(rest[last], 99) if last < len(rest) else 99
    after = [word for word in rest[last + 1 : last + 3] if word != "of"][:1]
    if day > 31 or not (at or (after and after[0] in MONTH_NAMES)):
        return rest
    return [*rest[:at], f"{day}th", *rest[last + 1 :]]


def _is_day(digits: str) -> bool:
    return 1 <= int(digits) <= 31


def _dated(length: int, day: int, month: int, year: str | None, almanac: Almanac) -> When | None:
    if year:
        exact = on(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        return fixed(length, exact) if exact else None
    if in_year(month, day, almanac.today, True) is None and in_year(month, day, almanac.today, False) is None:
        return None

    def resolve(past: bool) -> Span:
        found = in_year(month, day, almanac.today, past)
        return found, found

    return When(length, resolve)


def _nth(day: int, today: date, past: bool) -> Span:
    """The last such day of a month, or the next."""
    months = (corresponding(today.replace(day=1), shift) for shift in (range(0, -4, -1) if past else range(4)))
    days = (on(first.year, first.month, day) for first in months)
    found = next((each for each in days if each and (each <= today if past else each >= today)), today)
    return found, found


def _counted(words: Sequence[str], almanac: Almanac) -> When | None:
    """3 days ago, a week ago, in 2 weeks, 10 working days from now, in a fortnight's time."""
    skip = 1 if words[:1] == ["in"] else 0
    rest = list(words[skip : skip + 7])
    if rest[:1] == ["within"] or not rest:
        return None
    count = number(rest[0])
    if count is None or len(rest) < 2:
        return None
    at = 2 if rest[1] == "of" and rest[0] in ("couple",) else 1
    if rest[0] == "a" and rest[1:3] == ["couple", "of"]:
        count, at = 2, 3
    working = rest[at : at + 1] == ["working"]
    at += working
    if at >= len(rest) or rest[at] not in UNITS:
        return None
    unit, after = rest[at], rest[at + 1 : at + 3]
    length = skip + at + 1
    if after[:1] == ["ago"] or after[:1] == ["back"]:
        return fixed(length + 1, shifted(almanac, -count, unit, working))
    if after == ["from", "now"]:
        return fixed(length + 2, shifted(almanac, count, unit, working))
    if skip:
        more = 1 if after[:1] == ["time"] else 0
        return fixed(length + more, shifted(almanac, count, unit, working))
    return None


def _edges(words: Sequence[str], almanac: Almanac) -> When | None:
    """The end of term, the end of next month, the beginning of next week; Christmas, Easter."""
    rest = list(words)
    skip = 1 if rest[:1] == ["the"] else 0
    rest = rest[skip:]
    if rest[:1] == ["christmas"]:
        more = {"day": (1, 25), "eve": (1, 24)}.get(rest[1] if len(rest) > 1 else "", (0, 25))
        if rest[1:2] in (["holiday"], ["holidays"], ["break"]):
            return None
        return _dated(skip + 1 + more[0], more[1], 12, None, almanac)
    if rest[:2] == ["new", "year"] and not "".join(rest[2:3]).isdigit():
        eve = rest[2:3] == ["eve"]
        length = skip + 2 + (eve or rest[2:3] == ["day"])
        return _dated(length, 31 if eve else 1, 12 if eve else 1, None, almanac)
    if rest[:1] == ["easter"] and rest[1:2] not in (["holiday"], ["holidays"], ["break"]):
        days = [easter(almanac.today.year - 1 + n) for n in range(3)]
        ahead = next(day for day in days if day >= almanac.today)
        return fixed(skip + 1, ahead)
    if rest[:2] not in (["end", "of"], ["start", "of"], ["beginning", "of"]) or len(rest) < 3:
        return None
    end, at = rest[0] == "end", 2
    at += rest[at] == "the"
    which = WHICH.get(rest[at], "") if at < len(rest) else ""
    at += bool(which)
    if at >= len(rest):
        return None
    span = whole(rest[at], which or "this", almanac)
    if rest[at] in ("term", "half") and span is None:
        return When(skip + at + 1, lambda _past: (None, None), unknown="the end of term")
    if span is None:
        return None
    return fixed(skip + at + 1, span[1] if end else span[0])


READERS = (_near, _weekday, _of_month, _figures, _counted, _edges)


def read_day(words: Sequence[str], at: int, almanac: Almanac) -> When | None:
    """The day that begins at a word, the longest reading first."""
    return next((found for reader in READERS if (found := reader(words[at : at + 9], almanac))), None)
