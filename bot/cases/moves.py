"""What other rules would move: which dates of which cases, from what to what, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cases.climbing import ladder_of
from bot.cases.comparing import Found, say_place
from bot.cases.deadlines import Derived, Place, derived
from bot.domain.dates import say_in_full
from bot.domain.terms import ClockKind, ClockState, RuleId, Term
from bot.rules import Rules
from bot.rules.succession import reads_alike

DATES = ("legal", "safe", "target")


class Why(Term):
    """Why a date moves."""

    ROW = "row changed"
    CALENDAR = "calendar changed"
    OUT_OF_LINE = "was not in line before"
    """It does not follow from the rules in force either: `rebuild` would move it."""


@dataclass(frozen=True)
class Dates:
    """The dates of one clock."""

    legal: date
    safe: date
    target: date | None

    def __str__(self) -> str:
        safe = f", act by {say_in_full(self.safe)}" if self.safe != self.legal else ""
        target = f", our target {say_in_full(self.target)}" if self.target else ""
        return f"{say_in_full(self.legal)}{safe}{target}"

    @property
    def in_json(self) -> dict[str, str | None]:
        days = {"legal": self.legal, "safe": self.safe, "target": self.target}
        return {name: day.isoformat() if day else None for name, day in days.items()}


@dataclass(frozen=True)
class Move:
    """One clock of one case or letter that would have other dates: none before where it begins, none after where it
    falls away."""

    reference: str
    place: Place
    kind: ClockKind
    before: Dates | None
    after: Dates | None
    why: Why

    def __str__(self) -> str:
        before, after = self.before or "begins", self.after or "falls away"
        return f"{self.reference}  {say_place(self.place)}  {self.kind.label}  {before} -> {after}  ({self.why})"

    @property
    def in_json(self) -> dict[str, Any]:
        rule, request = self.place
        return {
            "reference": self.reference,
            "rule": rule,
            "request": request or None,
            "kind": self.kind.value,
            "from": self.before.in_json if self.before else None,
            "to": self.after.in_json if self.after else None,
            "why": self.why.value,
        }


@dataclass(frozen=True)
class Climbs:
    """Which version of which ladder a date climbs now, and which it would: "council version 2"."""

    before: str
    after: str


def climbs_of(found: Found, now: Rules) -> Iterator[Climbs]:
    """One for each date of a case or letter that would climb another ladder; `now` are the rules in force."""
    for place, changed in found.deadlines.items():
        kept, wanted = found.kept.deadlines[place], found.derived.deadlines.get(place, {})
        if kept.ladder and wanted.get("ladder") and not {"ladder", "ladder_version"}.isdisjoint(changed):
            version = kept.ladder_version or ladder_of(now, kept).version
            after = f"{wanted['ladder']} version {wanted['ladder_version']}"
            yield Climbs(f"{kept.ladder} version {version}", after)


def moves_of(found: Found, now: Rules) -> Iterator[Move]:
    """The dates of one case or letter that are kept otherwise than they were derived; `now` are the rules in force."""
    places = [place for place in found.deadlines if _is_moved(found, place)] + found.missing
    if not places:
        return
    kept = found.kept
    today = derived(now, kept.about, kept.whole, kept.entries, kept.requests)
    for place in places:
        before, after = kept.deadlines.get(place), found.derived.deadlines.get(place)
        yield Move(
            reference=kept.about.reference,
            place=place,
            kind=_kind(now, today, found, place),
            before=Dates(before.legal, before.safe, before.target) if before else None,
            after=Dates(*(after[name] for name in DATES)) if after else None,
            why=_why(today, found, place),
        )


def _is_moved(found: Found, place: Place) -> bool:
    changed = found.deadlines[place]
    falls_away = place not in found.derived.deadlines and found.kept.deadlines[place].state is not ClockState.STOPPED
    return falls_away or any(name in changed for name in DATES)


def _kind(now: Rules, today: Derived, found: Found, place: Place) -> ClockKind:
    clock = found.derived.clocks.get(place) or today.clocks.get(place)
    rule = clock.rule if clock else now.by_id.get(RuleId(place[0]))
    return rule.kind if rule else ClockKind.LOCAL


def _why(today: Derived, found: Found, place: Place) -> Why:
    kept, columns = found.kept.deadlines.get(place), today.deadlines.get(place)
    if columns is None:
        astray = kept is not None and kept.state is not ClockState.STOPPED
    else:
        astray = kept is None or any(getattr(kept, name) != columns[name] for name in DATES)
    if astray:
        return Why.OUT_OF_LINE
    before, after = today.clocks.get(place), found.derived.clocks.get(place)
    alike = before and after and reads_alike(before.rule, after.rule)
    return Why.CALENDAR if alike else Why.ROW
