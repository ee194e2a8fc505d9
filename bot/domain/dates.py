"""Dates as people say and write them: British order, the weekday always, the distance when near."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.calendar import ONE_DAY
from bot.domain.errors import CannotRead, NoSuchThing

NEAR = 14
"""Days ahead within which a date is said with its distance."""
HALF_A_YEAR = 183
A_MONTH, A_YEAR = timedelta(days=31), timedelta(days=365)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FRIDAY = 4


def say_day(day: date, today: date) -> str:
    """As in "Mon 19 Oct"; with its year when that is another one or the day is more than half a year off."""
    year = f" {day.year}" if day.year != today.year or abs((day - today).days) > HALF_A_YEAR else ""
    return f"{DAYS[day.weekday()][:3]} {_short(day)}{year}"


def say_in_full(day: date) -> str:
    """As in "Mon 28 December 2026"."""
    return f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def distance(day: date, today: date) -> str:
    """How far off a due date is: "in 3 days", "tomorrow", "today", "1 day late"."""
    match (day - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case ahead if ahead > 0:
            return f"in {ahead} days"
        case behind:
            return f"{-behind} day{'s' if behind < -1 else ''} late"


def say_date(day: date, today: date) -> str:
    """A due date: "Mon 19 Oct (in 3 days)", "Thu 24 Dec (4 days late)"; the distance only when near or late."""
    return say_day(day, today) + (f" ({distance(day, today)})" if (day - today).days <= NEAR else "")


def week_of(start: date, today: date) -> int:
    """Which week of a clock it is: the first seven days are week 1."""
    return (today - start).days // 7 + 1


def read_date(text: str, today: date, *, past: bool = True) -> date:
    """The date somebody wrote: 2026-10-19, 19/10, 19/10/26, Mon 19 Oct, 19th October 2026, today, friday, last Friday.

    Without a year it is the one of the year up to a month ahead (`past`, for what has happened) or of the year from a
    month ago (for what is planned); "friday" likewise looks back or ahead, today included. What could be two days is
    asked back. CannotRead says what to write instead.
    """
    plain = _plain(text)
    if found := _spoken(plain, today, past) or _written(plain, today, past):
        return found
    raise CannotRead(f"I can't read that as a date. Try {_short(today)}, {today:%d/%m/%Y} or {_anyway(today)}.")


def _plain(text: str) -> str:
    """Lower case, with one space between words; no quotation marks, commas, or characters that cannot be seen."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    words = re.sub(r"[\s,]+", " ", re.sub(r"[\"'‘’“”`]", "", seen)).strip(" .").casefold()
    return re.sub(r"^(on )?(the )?", "", words)


_WEEKDAY = "(?P<weekday>" + "|".join(f"{day[:3]}(?:{day[3:]})?" for day in DAYS).casefold() + "|tues|weds|thur|thurs)"
_MONTH = "(?P<month>" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS).casefold() + "|sept)"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>(?:19|20|21)?\d\d)"
_SPOKEN = re.compile(rf"(?:(?P<which>last|next|this) )?{_WEEKDAY}", re.ASCII)
_WRITTEN = tuple(
    re.compile(rf"(?:{_WEEKDAY}\.? ?)?(?:the )?{form}", re.ASCII)
    for form in (
        r"(?P<year>(?:19|20|21)\d\d)(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        rf"{_DAY} ?[-/.] ?(?P<number>\d{{1,2}})(?: ?[-/.] ?{_YEAR})?",
        rf"{_DAY}(?:st|nd|rd|th)? ?(?:of )?-?{_MONTH}\.?(?:[ -]?{_YEAR})?",
        rf"{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?(?: (?P<year>(?:19|20|21)\d\d))?",
    )
)


def _spoken(plain: str, today: date, past: bool) -> date | None:
    """Today, yesterday, tomorrow, and weekdays by name."""
    near = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if plain in near:
        return today + ONE_DAY * near[plain]
    if not (match := _SPOKEN.fullmatch(plain)):
        return None
    ahead = (_weekday(match["weekday"]) - today.weekday()) % 7
    match match["which"]:
        case "last":
            return _one_of_two("last", today + ONE_DAY * (ahead - 7), -7, today)
        case "next":
            return _one_of_two("next", today + ONE_DAY * (ahead or 7), 7, today)
        case "this":
            return today + ONE_DAY * (_weekday(match["weekday"]) - today.weekday())
        case _:
            return today + ONE_DAY * (ahead - 7 if past and ahead else ahead)


def _one_of_two(which: str, near: date, further: int, today: date) -> date:
    """The nearer day, unless it is in this very week: on a Wednesday people mean two days by "next Friday"."""
    if near - ONE_DAY * near.weekday() != today - ONE_DAY * today.weekday():
        return near
    first, second = sorted((near, near + ONE_DAY * further))
    said = f"'{which.capitalize()} {DAYS[near.weekday()]}'"
    raise NoSuchThing(
        f"{said} could be {say_day(first, today)} or {say_day(second, today)}. Say which day of the month."
    )


@dataclass(frozen=True)
class _Parts:
    """A date as written, perhaps without its weekday (0 is Monday) or its year."""

    weekday: int | None
    day: int
    month: int
    year: int | None

    def on(self, year: int) -> date | None:
        exists = 1 <= self.day <= monthrange(year, self.month)[1]
        return date(year, self.month, self.day) if exists else None


def _written(plain: str, today: date, past: bool) -> date | None:
    """Dates in numbers, or with the month's name."""
    found = next((match for form in _WRITTEN if (match := form.fullmatch(plain))), None)
    if found is None:
        return None
    words = found.groupdict()
    month = int(words["number"]) if words.get("number") else _month(words["month"])
    if not 1 <= month <= 12:
        raise NoSuchThing(f"There is no month {month}. The day comes first, then the month: {today:%d/%m}.")
    parts = _Parts(
        weekday=_weekday(words["weekday"]) if words["weekday"] else None,
        day=int(words["day"]),
        month=month,
        year=_year(words["year"]) if words["year"] else None,
    )
    return _checked(parts, _which_year(parts, today, past), today)


def _which_year(parts: _Parts, today: date, past: bool) -> date | None:
    """The day as a date; without a year, the only one within a year of the right end. None: there is none."""
    if parts.year is not None:
        return parts.on(parts.year)
    end = today + A_MONTH if past else today - A_MONTH + A_YEAR
    years = (parts.on(year) for year in range(today.year - 1, today.year + 2))
    return max((day for day in years if day and end - A_YEAR < day <= end), default=None)


def _checked(parts: _Parts, day: date | None, today: date) -> date:
    """The date, if it exists and falls on the weekday that was written with it."""
    if day is None:
        raise NoSuchThing(_no_such_date(parts, today))
    if parts.weekday is None or parts.weekday == day.weekday():
        return day
    meant = day + ONE_DAY * ((parts.weekday - day.weekday() + 3) % 7 - 3)
    year = f" {day.year}" if parts.year else ""
    raise NoSuchThing(
        f"{day.day} {MONTHS[day.month - 1]} {day.year} is a {DAYS[day.weekday()]}, not a {DAYS[parts.weekday]}. "
        f"Try {_short(day)}{year} or {DAYS[parts.weekday][:3]} {_short(meant)}{year}."
    )


def _no_such_date(parts: _Parts, today: date) -> str:
    """As in "Friday 31 February isn't a date. Try 27 Feb or 'last Friday'."."""
    year = parts.year or today.year
    near = date(year, parts.month, monthrange(year, parts.month)[1])
    if parts.weekday is not None:
        near -= ONE_DAY * ((near.weekday() - parts.weekday) % 7)
    weekday = "" if parts.weekday is None else f"{DAYS[parts.weekday]} "
    of_year = f" {year}" if parts.year or (parts.day, parts.month) == (29, 2) else ""
    try_year = f" {year}" if parts.year else ""
    return (
        f"{weekday}{parts.day} {MONTHS[parts.month - 1]}{of_year} isn't a date. "
        f"Try {_short(near)}{try_year} or {_anyway(today)}."
    )


def _anyway(today: date) -> str:
    """Something that can always be said; 'last Friday' at the weekend could be two days."""
    return "'last Friday'" if today.weekday() <= FRIDAY else "'yesterday'"


def _short(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def _weekday(word: str) -> int:
    return [day[:3].casefold() for day in DAYS].index(word[:3])


def _month(word: str) -> int:
    return [month[:3].casefold() for month in MONTHS].index(word[:3]) + 1


def _year(word: str) -> int:
    """Two figures are of this century: nobody on record was born before it."""
    return int(word) if len(word) == 4 else 2000 + int(word)
