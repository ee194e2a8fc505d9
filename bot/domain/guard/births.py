"""Dates of birth: a date beside a word for birth, or one too long ago to be of anybody's casework."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.domain.dates import MONTHS
from bot.domain.guard.traces import Found, Trace

TOO_LONG_AGO = timedelta(days=730)
"""Casework is of this year and the last. What is older and no word says of what is taken for a birth."""
NEAR_BEFORE, NEAR_AFTER = 30, 24
"""Characters within which a word for birth makes any date one."""

Day = tuple[date, int, int]
DIGIT = re.compile(r"\d")
STARTS = re.compile(r"\d+|\b(?:" + "|".join(month[:3] for month in MONTHS) + r")", re.IGNORECASE)
_MONTH = "(?P<month>" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + "|sept)"
_MARK = r"[ ]?[-/.‐-―][ ]?"
_TH = r"(?:[ ]?(?:st|nd|rd|th))?"
_YEAR = (
    r"(?P<year>(?:19|20)\d\d|['’]?\d\d(?!\d|:\d|[ ]?(?:am|pm|days?|weeks?|months?|cases?|working|"
    + "|".join(month[:3] for month in MONTHS)
    + r")))"
)
"""Two figures after a month may be a time, a number of days or the day of another month."""
_WHOLE = tuple(
    re.compile(rf"(?:(?<![^\W_])|(?<=dob))(?<!\d[-/.]){form}(?![^\W_])(?![-/.]\d)", re.IGNORECASE)
    for form in (
        r"(?P<year>(?:19|20)\d\d)[-/. ](?P<number>\d{1,2})[-/. ](?P<day>\d{1,2})(?:[T ]\d\d:\d\d\S*)?",
        rf"(?P<day>\d{{1,2}}){_MARK}(?P<number>\d{{1,2}}){_MARK}{_YEAR}",
        r"(?P<day>\d{1,2}) (?P<number>\d{1,2}) (?P<year>(?:19|20)\d\d)",
        rf"(?P<day>\d{{1,2}}){_TH}[ ]?(?:of )?[-/. ]?{_MONTH}\.?[-/., ]{{0,2}}{_YEAR}",
        rf"{_MONTH}\.? (?P<day>\d{{1,2}}){_TH},? {_YEAR}",
        r"(?P<day>\d\d)(?P<number>\d\d)(?P<year>(?:19|20)\d\d)",
        r"(?P<year>(?:19|20)\d\d)(?P<number>\d\d)(?P<day>\d\d)",
    )
)
"""With a year: 14/03/2019, 14.3.19, 14 03 2019, 2019-03-14, 14th of March 2019, 14-Mar-19, March 14, 2019, 14032019."""
_PARTS = tuple(
    re.compile(rf"(?:(?<![^\W_])|(?<=dob)){form}(?![^\W_])", re.IGNORECASE)
    for form in (
        r"(?P<day>\d\d)(?P<number>\d\d)(?P<year>\d\d)",
        rf"(?P<day>\d{{1,2}}){_TH}[ ]?(?:of )?{_MONTH}",
        rf"{_MONTH}\.? (?P<day>\d{{1,2}}){_TH}",
        r"(?P<day>\d{1,2})[/.](?P<number>\d{1,2})",
    )
)
"""Beside a word for birth only: 140319, and a day and a month without the year."""

_AGES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|eighteen"
BIRTH = (
    r"(?:born|birth\w*|b['’ ]?day|date of b\w*|d\.? ?o\.? ?b\b\.?|brith\w*|bith\w*"
    rf"|turn(?:s|ed|ing)? (?:\d+|{_AGES})\b)"
)
CALLED = re.compile(BIRTH, re.IGNORECASE)
BEFORE = re.compile(rf"\b{BIRTH}[^¦\n]{{0,{NEAR_BEFORE}}}$|\bb\.? ?$", re.IGNORECASE)
AFTER = re.compile(
    rf"[ ]?[(\-–]?[ ]?(?:(?:is|was) )?(?:(?:his|her|their|the|child['’]?s) )?{BIRTH}(?!\w)", re.IGNORECASE
)

_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:r(?:s)?)?|fri|sat(?:ur)?|sun)(?:day)?)"
OF_CASEWORK = re.compile(
    rf"(?:\b{_DAY}\.?,?(?: the)?"
    r"|\b(?:on|dated?|since|from|until|till|before|after|by|of|in|beginning|w/[ce]|due|to|than|and|or|as at)(?: the)?"
    r"|\b(?:asked|sent|made|held|issued|finali[sz]ed|received|agreed|signed|opened|closed|ceased|amended|moved|due"
    r"|registered|lodged|submitted|completed|returned|answered|decided|published|uploaded|withdrawn|adjourned)"
    r"|\b(?:AR|appeal|review|meeting|letter|decision|order|hearing|panel|draft|final|request)"
    r"|\b(?:reviewed|logged|given|ended|started)"
    r"|\b(?:para(?:graph)?s?|sections?|s\.|v(?:ersion)?|clause|item|reg(?:ulation)?s?|rule|page)"
    r"|\w(?==)"
    rf")[ :=\"“(]*(?:{_DAY}\.?,? )?$",
    re.IGNORECASE,
)
"""What stands right before a date that says it is of the casework; a weekday, what a button's line calls it, or the
number of a paragraph."""


def births(text: str, today: date, whole: Sequence[Day]) -> Iterator[Found]:
    """The dates in a cleaned text that are births, for all that can be seen. `whole` are those that `days` finds."""
    for day, start, end in whole:
        if _is_called_birth(text, start, end) or _is_too_old(text, start, day, today):
            yield Found(Trace.BIRTH, start, end)
    for _, start, end in _dates(text, _PARTS, today) if CALLED.search(text) else ():
        apart = not any(begins < end and start < ends for _, begins, ends in whole)
        if apart and _is_called_birth(text, start, end):
            yield Found(Trace.BIRTH, start, end)


def days(text: str, today: date) -> list[Day]:
    """Every date with a year in a cleaned text: (day, start, end)."""
    return list(_dates(text, _WHOLE, today)) if DIGIT.search(text) else []


def _dates(text: str, forms: Sequence[re.Pattern[str]], today: date) -> Iterator[Day]:
    """What is written in one of these forms; a date begins with a number or with a month, and none overlaps."""
    end = 0
    for start in STARTS.finditer(text):
        if start.start() < end:
            continue
        for form in forms:
            found = form.match(text, start.start())
            if found and (day := _day(found.groupdict(), today)):
                yield day, *found.span()
                end = found.end()
                break


def _day(words: dict[str, str | None], today: date) -> date | None:
    """The day that was written; 14 and 3 may have changed places. None where there is no such day."""
    day = int(words["day"] or 0)
    month = int(words.get("number") or 0) if words.get("month") is None else _month(words["month"] or "")
    year = _year(words.get("year"), today)
    for of_month, of_day in ((month, day), (day, month)):
        try:
            return date(year, of_month, of_day)
        except ValueError:
            continue
    return None


def _month(name: str) -> int:
    return [month[:3].casefold() for month in MONTHS].index(name[:3].casefold()) + 1


def _year(written: str | None, today: date) -> int:
    """Two figures are of this century, unless that is still to come."""
    if not written:
        return 2020  # a leap year: 29 February is a day without a year
    year = int(written.strip("'’"))
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= today.year + 2 else 1900 + year


def _is_called_birth(text: str, start: int, end: int) -> bool:
    before = BEFORE.search(text, max(0, start - 2 * NEAR_BEFORE), start)
    return before is not None or AFTER.match(text, end, end + NEAR_AFTER) is not None


def _is_too_old(text: str, start: int, day: date, today: date) -> bool:
    old = day < today - TOO_LONG_AGO
    return old and not OF_CASEWORK.search(text, max(0, start - 24), start)
