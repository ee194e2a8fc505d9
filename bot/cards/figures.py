"""Figures in words: the figure first, of how many and of which days; then how it counts, and a way to the list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.cards.dates import sentence
from bot.cases import figures
from bot.cases.figures import Ended, Scope
from bot.domain.clocks import ClockRule
from bot.domain.dates import MONTHS, say_day
from bot.domain.figures import (
    TIMED,
    About,
    By,
    Days,
    Exceptions,
    Kept,
    Measure,
    Timed,
    Took,
    kept,
    months,
)
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import Agency, ClockKind, Counting, RuleId
from bot.grammar import line
from bot.turn import Turn

MOST_LINES = 24
NONE = {By.OFFICER: "Nobody yet", By.TEAM: "Nobody yet", By.SERVICE: "No advice: the council's own"}
"""What has no such name."""
SEEN = "Of cases that you may see here."
PLANS = TIMED[About.PLANS]


@dataclass(frozen=True)
class Asked:
    """A figure as it was asked for."""

    scope: Scope
    measure: Measure = Measure.SHARE
    exceptions: Exceptions | None = None
    against: Days | None = None
    whose: str = ""
    """ "for Priya Shah", "for health"."""
    again: Mapping[str, object] = field(default_factory=dict)
    """The blanks that were filled: what a button that asks it otherwise carries."""
    now: bool = False
    """It stands today: no days are said."""

    @property
    def mine(self) -> Mapping[str, object]:
        """Whose, as `list` is asked for it."""
        return {"owner": self.again.get("owner")}

    @property
    def is_listed(self) -> bool:
        """Whether a list can be of the same: it takes no team, and no MP by part of a constituency."""
        return not self.again.get("team") and not self.again.get("mp")


# How it is said


def days_said(turn: Turn, days: Days) -> str:
    first, last = (say_day(day, turn.today) for day in days)
    return first if first == last else f"{first} to {last}"


def heading(turn: Turn, asked: Asked, what: str) -> str:
    """ "New plans within 20 weeks, for Priya Shah, Sun 1 Nov to Wed 25 Nov"."""
    days = "" if asked.now else days_said(turn, asked.scope.days)
    return ", ".join(filter(None, [sentence(what), asked.whose, days]))


def _within(turn: Turn, what: Timed) -> str:
    """ "within 20 weeks"; "in time" where several lengths or none are meant."""
    rules = _rules(turn, what)
    lengths = {rule.period for rule in rules if rule.length}
    ours = " (our target)" if {rule.kind for rule in rules} == {ClockKind.LOCAL} else ""
    return f"within {lengths.pop()}{ours}" if len(lengths) == 1 else f"in time{ours}"


def _rules(turn: Turn, what: Timed) -> list[ClockRule]:
    return [rule for one in what.rules if (rule := turn.rules.by_id.get(RuleId(one)))]


def _named(turn: Turn, by: By, key: str | None) -> str:
    """What one line of several is about."""
    if not key:
        return NONE.get(by, "Other")
    match by:
        case By.MONTH:
            year, month = key.split("-")
            return f"{MONTHS[int(month) - 1]} {year}"
        case By.SERVICE:
            return sentence(turn.rules.service(key).label) if turn.rules.knows(key) else sentence(key)
        case By.AGENCY:
            return sentence(Agency(key).label)
        case By.GROUND:
            return sentence(turn.rules.ground(key).title)
    return key


def lines_of(turn: Turn, by: By, found: Mapping[str | None, tuple[str, str]]) -> Iterator[Fact]:
    for key, (value, detail) in list(found.items())[:MOST_LINES]:
        yield Fact(_named(turn, by, key), value, detail)
    if len(found) > MOST_LINES:
        yield Fact("More", f"{len(found) - MOST_LINES} more lines", "narrow it by a name or by days")


def _by_key(rows: Iterable[Ended], scope: Scope) -> dict[str | None, list[Ended]]:
    """Each line's own, in the order of names; of months every one, though nothing ended in it."""
    found: dict[str | None, list[Ended]] = {}
    if scope.by is By.MONTH:
        found = {first.isoformat()[:7]: [] for first, _ in months(scope.days)}
        for row in rows:
            found[row.on.isoformat()[:7] if row.on else None].append(row)
        return found
    for row in sorted(rows, key=lambda row: row.key or ""):
        found.setdefault(row.key, []).append(row)
    return found


# Clocks: kept, how many, how long


def share_of(rows: Iterable[Ended]) -> Kept:
    return kept((row.in_time, row.many) for row in rows)


def without(rows: Iterable[Ended]) -> list[Ended]:
    return [row for row in rows if not row.excepted]


def kept_of(turn: Turn, asked: Asked, what: Timed) -> Message:
    """How many were kept, or how many there were."""
    every = figures.ended(turn, what.rules, asked.scope)
    rows = without(every) if asked.exceptions is Exceptions.WITHOUT else every
    text = f"{_said(turn, asked, what, rows)}{_against(turn, asked, what)}."
    tell = _how_many if asked.measure is Measure.COUNT else _kept_line
    found = {key: tell(share_of(each)) for key, each in _by_key(rows, asked.scope).items()}
    groups = list(lines_of(turn, asked.scope.by, found)) if asked.scope.by else []
    facts = (*groups, *_excepted(asked, what, every), *_not_yet(turn, asked, what))
    return Message(text, facts=facts, actions=_ways(asked, what), aside=f"{_how(turn, what)} {SEEN}")


def _said(turn: Turn, asked: Asked, what: Timed, rows: Sequence[Ended]) -> str:
    share = share_of(rows)
    excepted = f" {asked.exceptions} exceptions" if asked.exceptions else ""
    if asked.measure is Measure.COUNT:
        late = f", {share.late or 'none'} of them late" if share.of else ""
        return f"{heading(turn, asked, f'{what.label}{excepted}')}: {share.of or 'none'}{late}"
    late = f", {share.late} late" if share.late else ""
    return f"{heading(turn, asked, f'{what.label} {_within(turn, what)}{excepted}')}: {share}{late}"


def _how_many(share: Kept) -> tuple[str, str]:
    return str(share.of or "none"), f"{share.late} late" if share.late else ""


def _kept_line(share: Kept) -> tuple[str, str]:
    return str(share), f"{share.late} late" if share.late else ""


def _against(turn: Turn, asked: Asked, what: Timed) -> str:
    """ ", against 2 of 3 (67%), Thu 1 Oct to Sat 31 Oct"."""
    if asked.against is None:
        return ""
    rows = figures.ended(turn, what.rules, replace(asked.scope, days=asked.against, by=None))
    share = share_of(without(rows) if asked.exceptions is Exceptions.WITHOUT else rows)
    said = str(share.of or "none") if asked.measure is Measure.COUNT else str(share)
    return f", against {said}, {days_said(turn, asked.against)}"


def _excepted(asked: Asked, what: Timed, every: Sequence[Ended]) -> Iterator[Fact]:
    """The same the other way, where any has an exception on record; always of new plans."""
    plain, whole = share_of(without(every)), share_of(every)
    out = whole.of - plain.of
    left_out = f"{out} with an exception on record left out" if out else ""
    if asked.measure is Measure.COUNT or not (out or what == PLANS):
        return
    if asked.exceptions is Exceptions.WITHOUT:
        yield Fact("With exceptions", str(whole), f"{out} with an exception on record counted too" if out else "")
    else:
        yield Fact("Without exceptions", str(plain), left_out)


def _not_yet(turn: Turn, asked: Asked, what: Timed) -> Iterator[Fact]:
    """What the figure does not hold: it has not ended."""
    if asked.scope.by is None:
        runs = figures.running(turn, what.rules, asked.scope)
        past = f"{runs.late or 'none'} of them past the date, today; not counted"
        yield from [Fact("Not done yet", str(runs.all), past)] if runs.all else []


def average_of(turn: Turn, asked: Asked, what: Timed) -> Message:
    every = figures.ended(turn, what.rules, asked.scope, timed=True)
    rows = without(every) if asked.exceptions is Exceptions.WITHOUT else every
    took = _took(rows)
    excepted = f" {asked.exceptions} exceptions" if asked.exceptions else ""
    text = f"{heading(turn, asked, f'{what.label}{excepted}, days taken')}: {took.said(weeks=_in_weeks(turn, what))}"
    if asked.against:
        earlier = figures.ended(turn, what.rules, replace(asked.scope, days=asked.against, by=None), timed=True)
        text += f"; against {_took(earlier)}, {days_said(turn, asked.against)}"
    found = {key: (str(each), _late_by(each)) for key, each in _each_took(rows, asked.scope).items()}
    groups = tuple(lines_of(turn, asked.scope.by, found)) if asked.scope.by else ()
    late = (Fact("Late ones", took.late, "after the legal date"),) if took.late_by else ()
    how = "Calendar days from the start of each clock to the day it was met; the median is the middle one."
    facts = (*groups, *late, *_not_yet(turn, asked, what))
    return Message(f"{text}.", facts=facts, actions=_ways(asked, what), aside=f"{how} {SEEN}")


def _took(rows: Iterable[Ended]) -> Took:
    each = [row for row in rows for _ in range(row.many)]
    return Took(
        tuple(row.took for row in each if row.took is not None),
        tuple(row.late_by for row in each if row.late_by is not None and row.late_by > 0),
    )


def _each_took(rows: Sequence[Ended], scope: Scope) -> dict[str | None, Took]:
    return {key: _took(each) for key, each in _by_key(rows, scope).items()}


def _late_by(took: Took) -> str:
    return f"late ones by {took.late}" if took.late_by else ""


def _in_weeks(turn: Turn, what: Timed) -> bool:
    """Whether the limit is one of weeks."""
    return {rule.counting for rule in _rules(turn, what)} == {Counting.WEEKS}


def _how(turn: Turn, what: Timed) -> str:
    """What is in time, by the rule that it goes by."""
    sources = {rule.source for rule in _rules(turn, what)}
    source = f" ({sources.pop()})" if len(sources) == 1 else ""
    return f"In time is by its date{source}; each counts on the day it was met."


def _ways(asked: Asked, what: Timed) -> tuple[Action, ...]:
    """Which are not done yet and past their date (of all advice, what is awaited), and the same month by month."""
    late = Action("Which are late", line("list", **_which(asked, what), **asked.mine), acts=False)
    found = [late] if asked.is_listed else []
    if asked.scope.by is None and len(months(asked.scope.days)) > 1:
        found.append(Action("Month by month", line("figures", **{**asked.again, "by": By.MONTH}), acts=False))
    return tuple(found)


def _which(asked: Asked, what: Timed) -> dict[str, object]:
    """The same clocks, as `list` is asked for them."""
    if asked.scope.service or asked.scope.agency:
        return {"which": "overdue", "service": asked.scope.service, "agency": asked.scope.agency}
    return {"which": "awaited"} if len(what.rules) > 1 else {"which": "overdue", "date": what.rules[0]}
