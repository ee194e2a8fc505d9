"""One date of the law counted by itself, from a rule and a start: what a solicitor checks within a minute."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.calendar import Calendar
from bot.domain.clocks import ClockRule
from bot.domain.dates import say_in_full
from bot.domain.errors import NotFound, NotNow
from bot.domain.periods import WAYS, last_day, safe_day
from bot.domain.terms import EntryKind, Nature
from bot.domain.working import act_by, working
from bot.rules import Rules


@dataclass(frozen=True)
class Reckoned:
    """What a clock comes to that starts on a day; of a clock that counts back, `start` is the event."""

    rule: ClockRule
    start: date
    legal: date
    safe: date
    count: str
    act_by: str

    @property
    def lines(self) -> Mapping[str, str]:
        """The working taken apart, each part under what it is."""
        found = {
            "Count": self.count,
            "Act by": self.act_by,
            "Binds": f"only {self.rule.branch}" if self.rule.branch else "",
            "Means": meaning(self.rule),
            "To check": self.rule.unverified,
        }
        return {label: text for label, text in found.items() if text}

    @property
    def working(self) -> str:
        """The same in one line."""
        return ". ".join(text if label == "Count" else f"{label}: {text}" for label, text in self.lines.items())

    @property
    def in_json(self) -> dict[str, str | bool]:
        return {
            "rule": self.rule.id,
            "start": self.start.isoformat(),
            "legal": self.legal.isoformat(),
            "safe": self.safe.isoformat(),
            "kind": self.rule.kind.value,
            "source": self.rule.source,
            "unverified": bool(self.rule.unverified),
            "working": self.working,
        }


def reckon(rule: ClockRule, start: date, *, calendar: Calendar) -> Reckoned:
    """BeyondCalendar where a day is needed that the calendar's data lacks."""
    legal = last_day(rule.counting, start, rule.length, calendar=calendar)
    safe = safe_day(legal, start, rule.counting, calendar=calendar)
    count = working(rule.counting, start, rule.length, legal, calendar=calendar, event=event_of(rule))
    acting = act_by(legal, safe, calendar=calendar) if rule.nature is Nature.DUTY else ""
    return Reckoned(rule, start, legal, safe, count, acting)


def event_of(rule: ClockRule) -> str:
    """What a period that counts back counts from."""
    return "the meeting" if EntryKind.MEETING_FIXED in rule.starts else "that day"


def meaning(rule: ClockRule) -> str:
    """What the date is, where it is no duty of its own."""
    other = f"one of two limbs, and the later counts; the other is {rule.composite}" if rule.composite else ""
    match rule.nature:
        case Nature.EARLIEST:
            return "the earliest that the period may end; nobody is late"
        case Nature.RIGHT:
            return "; ".join(filter(None, ("a right of the family, which lapses after that day", other)))
        case Nature.AT_ONCE:
            return "owed at once, and until it is done"
        case _:
            return other


def rows_of(rules: Rules, rule_id: str) -> list[ClockRule]:
    """Every row of that name, the oldest first. NotFound names those that might have been meant."""
    rows = [rule for rule in rules.clocks if rule.id == rule_id and rule.recorded_until is None]
    if not rows:
        near = difflib.get_close_matches(rule_id.casefold(), [str(known) for known in rules.by_id], n=3, cutoff=0.5)
        instead = f"Do you mean {' or '.join(near)}?" if near else "docs/clocks.md lists them all."
        raise NotFound(f"There is no rule {rule_id}. {instead}")
    return sorted(rows, key=lambda rule: rule.valid_from)


def row_on(rows: Sequence[ClockRule], start: date) -> ClockRule:
    """That of a clock's rows which counts from that day. NotNow says which days there is one for."""
    for rule in rows:
        if rule.in_force(start):
            return rule
    none = f"No row of {rows[0].id} counts from {say_in_full(start)}"
    if start < rows[0].valid_from:
        raise NotNow(f"{none}: the first begins on {say_in_full(rows[0].valid_from)}.")
    last = rows[-1].valid_to
    raise NotNow(f"{none}{f': the last ended on {say_in_full(last)}' if last else ''}.")


def counted_how(rule: ClockRule) -> str:
    """As in "20 weeks; the day of receipt is day 0; weekends and holidays count"."""
    way = WAYS[rule.counting]
    period = f"{rule.period}{' back' if way.back else ''}; " if rule.length else ""
    return f"{period}{way.first_day}"
