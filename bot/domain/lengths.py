"""How long, compared with a length: "more than 10 working days", "at least 2 weeks", "past week 16", "16 to 20"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.calendar import ONE_DAY, Calendar
from bot.domain.errors import CannotRead
from bot.domain.periods import corresponding
from bot.domain.terms import Term

Days = tuple[date | None, date | None]
"""From the first to the last day, both included; open where there is none."""


class Op(StrEnum):
    MORE = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    EXACTLY = "="


class Unit(Term):
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


OPS = {
    Op.MORE: "more than|over|past|beyond|above|after|>",
    Op.AT_LEAST: "at least|from|>=",
    Op.LESS: "less than|under|before|below|<",
    Op.AT_MOST: "at most|up to|<=",
    Op.EXACTLY: "exactly|=",
}
PLAIN = frozenset({"more than", "at least", "less than", "at most", "exactly", *Op})
"""What compares by itself; "over 42" without a unit may be said of a case."""
SAID = {words: op for op, every in OPS.items() for words in every.split("|")}
LED = "|".join(re.escape(words) for words in sorted(SAID, key=len, reverse=True))
UNIT = r"(?P<unit>(?:working )?days?|weeks?|months?|years?)"
AND_MORE = {"or more": Op.AT_LEAST, "or later": Op.AT_LEAST, "+": Op.AT_LEAST, "or less": Op.AT_MOST}
AFTER = "(?P<after>" + "|".join(map(re.escape, AND_MORE)) + ")"
ONE = re.compile(
    rf"(?:in (?=week))?(?:(?P<led>{LED}) ?)?(?P<week>weeks? )?(?P<many>\d{{1,3}}) ?{UNIT}?(?: ?{AFTER})?(?: late)?"
)
RANGE = re.compile(
    rf"(?P<led>between |in )?(?P<week>weeks? )?(?P<first>\d{{1,3}}) ?(?:to|and|-) ?(?P<last>\d{{1,3}}) ?{UNIT}?"
)


@dataclass(frozen=True)
class Compared:
    """One side of a comparison."""

    op: Op
    many: int
    unit: Unit | None = None
    """None for the week that a case is in."""

    def __str__(self) -> str:
        """As it is read again: "more than 10 working days"."""
        words = {Op.MORE: "more than", Op.AT_LEAST: "at least", Op.LESS: "less than", Op.AT_MOST: "at most"}
        return f"{words.get(self.op, 'exactly')} {self.many}{f' {self._unit}' if self.unit else ''}"

    @property
    def _unit(self) -> str:
        label = self.unit.label if self.unit else ""
        return label.removesuffix("s") if self.many == 1 else label


Lengths = tuple[Compared, ...]
"""All of which must hold."""


def say_lengths(lengths: Lengths) -> str:
    return " and ".join(map(str, lengths))


def read_length(text: str) -> Lengths:
    """Of days, working days, weeks, months or years; days where no unit is said."""
    return tuple(_with_unit(each) for each in _read(text, needs="unit"))


def read_week(text: str) -> Lengths:
    """The weeks of a case: "past week 16", "16 to 20", "week 18 or more", "in 19"."""
    return tuple(Compared(op, many) for op, many, _ in _read(text, needs="week"))


def _with_unit(said: tuple[Op, int, str]) -> Compared:
    op, many, unit = said
    plural = unit.replace(" ", "_") if unit.endswith("s") or not unit else f"{unit.replace(' ', '_')}s"
    return Compared(op, many, Unit(plural or "days"))


def _read(text: str, *, needs: str) -> list[tuple[Op, int, str]]:
    plain = " ".join(text.casefold().split())
    if (found := RANGE.fullmatch(plain)) and bool(found["unit"]) is (needs == "unit"):
        unit = found["unit"] or ""
        return [(Op.AT_LEAST, int(found["first"]), unit), (Op.AT_MOST, int(found["last"]), unit)]
    each = [ONE.fullmatch(part) for part in plain.split(" and ")]
    good = [one for one in each if one and _says_how(one, needs)]
    if len(good) < len(each):
        raise CannotRead(f"I can't read “{text}” as a length. Try: {TRY[needs]}")
    return [(_op(one), int(one["many"]), one["unit"] or "") for one in good]


TRY = {"unit": "more than 10 days, at least 2 weeks, less than 5 working days", "week": "past week 16, week 16 to 20"}


def _says_how(one: re.Match[str], needs: str) -> bool:
    """A number alone is none: it may be a case's."""
    compared = bool(one["after"] or one["led"] in PLAIN or (one["led"] and one["unit"]))
    if needs == "week":
        return bool(one["week"] or compared) and one["unit"] in (None, "week", "weeks")
    return compared and not one["week"]


def _op(one: re.Match[str]) -> Op:
    led = SAID[one["led"]] if one["led"] else Op.EXACTLY
    return AND_MORE[one["after"]] if one["after"] else led


def days_ago(lengths: Lengths, today: date, calendar: Calendar) -> Days:
    """The days that lie so long before today."""
    return _within((one.op, *_bounds(one, today, calendar)) for one in lengths)


def weeks_ago(lengths: Lengths, today: date) -> Days:
    """The days from which today is in such a week: the first seven days are week 1."""
    week = timedelta(weeks=1)
    return _within((one.op, today - week * (one.many - 1), today - week * one.many) for one in lengths)


def _bounds(one: Compared, today: date, calendar: Calendar) -> tuple[date, date]:
    """The last day that is at least so long ago, and the last that is longer ago."""
    if one.unit is Unit.WORKING_DAYS:
        return _working_days_ago(one.many, today, calendar), _working_days_ago(one.many + 1, today, calendar)
    match one.unit:
        case Unit.WEEKS:
            day = today - timedelta(weeks=one.many)
        case Unit.MONTHS | Unit.YEARS:
            day = corresponding(today, -one.many * (12 if one.unit is Unit.YEARS else 1))
        case _:
            day = today - ONE_DAY * one.many
    return day, day - ONE_DAY


def _working_days_ago(many: int, today: date, calendar: Calendar) -> date:
    """The last day with so many working days after it, today among them."""
    day = today
    while many > 0:
        many -= calendar.is_working_day(day)
        day -= ONE_DAY
    return day


def _within(each: Iterable[tuple[Op, date, date]]) -> Days:
    first: date | None = None
    last: date | None = None
    for op, at_least, more in each:
        if op in (Op.MORE, Op.AT_LEAST, Op.EXACTLY):
            end = more if op is Op.MORE else at_least
            last = min(last or end, end)
        if op in (Op.LESS, Op.AT_MOST, Op.EXACTLY):
            begin = (at_least if op is Op.LESS else more) + ONE_DAY
            first = max(first or begin, begin)
    return first, last
