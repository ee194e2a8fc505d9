"""referralbot rules diff: what another pack, or a council's overlay, changes, and which dates would move."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from bot.commandline import WELL
from bot.domain.calendar import london_date
from bot.domain.clocks import ClockRule
from bot.domain.dates import say_in_full
from bot.domain.errors import BeyondCalendar
from bot.domain.periods import last_day, safe_day
from bot.rules import HERE, Rules, tables_in
from bot.rules.pack import is_overlay
from bot.rules.succession import reads_alike
from bot.settings import Settings
from bot.upkeep.rulebook.folders import folder_of, rules_in
from bot.upkeep.rulebook.words import headline, rung_line, told

SAMPLE = [timedelta(days=number) for number in range(366)]
"""A year of starts."""
SHOWN = 3
"""Of these, so many are written out, a few months apart."""
MANY = 6
"""More new things than that in one table are told of together."""


def diff(arguments: Namespace, _settings: Settings, wall: Callable[[], datetime]) -> int:
    old_folder = folder_of(arguments.old)
    over = HERE if is_overlay(tables_in(old_folder)) else old_folder
    old, new = rules_in(arguments.old), rules_in(arguments.new, over=over)
    print(f"From {old.label} to {new.label}.")
    found = list(differences(old, new, london_date(wall())))
    print("\n".join(found or ["Nothing differs."]))
    return WELL


def differences(old: Rules, new: Rules, today: date) -> Iterator[str]:
    """Row by row and cell by cell, in words; the dates of a year of starts from today that would move."""
    yield from _cells(_settings_of(old), _settings_of(new), "")
    for rule_id in dict.fromkeys([*old.by_id, *new.by_id]):
        before = [rule for rule in old.clocks if rule.id == rule_id]
        after = [rule for rule in new.clocks if rule.id == rule_id]
        if found := [*_clock(before, after, old, new), *_moved(before, after, old, new, today)]:
            yield f"\n{rule_id}: {(after or before)[-1].title}"
            yield from found
    for name, what in TABLES.items():
        yield from _table(name, what(old), what(new))


def _settings_of(rules: Rules) -> dict[str, str]:
    return {
        "Day of the event": rules.settings.first_day.replace("_", " "),
        "A last day on which nobody works": rules.settings.closed_last_day.replace("_", " "),
        "Open cases": rules.settings.transition.replace("_", " "),
    }


def _clock(before: Sequence[ClockRule], after: Sequence[ClockRule], old: Rules, new: Rules) -> Iterator[str]:
    if not after:
        yield f"  It is gone. {headline(before[-1])}"
    for rule in after:
        base = _base(rule, before)
        if base is None:
            yield f"  It is new. {headline(rule)}"
        else:
            yield from _cells(_row(base, old), _row(rule, new), "  ")
            if base.version == rule.version and not reads_alike(base, rule):
                yield f"  It reads otherwise and is still version {rule.version}: raise it before this is adopted."


def _base(rule: ClockRule, before: Iterable[ClockRule]) -> ClockRule | None:
    """The row that it is compared with: that of its version, else the one in force when it begins."""
    rows = list(before)
    same = next((each for each in rows if each.version == rule.version), None)
    return same or next((each for each in rows if each.in_force(rule.valid_from)), None)


def _row(rule: ClockRule, rules: Rules) -> dict[str, str]:
    lines = {label: text for label, text in told(rule, rules) if label not in ("Example", "Asked")}
    return {"Version": str(rule.version), "Title": rule.title, "Act": rule.act, **lines, "Ladder": rule.ladder}


def _cells(before: Mapping[str, str], after: Mapping[str, str], indent: str) -> Iterator[str]:
    for label in dict.fromkeys([*before, *after]):
        old, new = before.get(label, ""), after.get(label, "")
        if old != new:
            yield f"{indent}{label}: {old or 'none'} -> {new or 'none'}"


def _moved(
    before: Sequence[ClockRule], after: Sequence[ClockRule], old: Rules, new: Rules, today: date
) -> Iterator[str]:
    """How many starts of the year from today have another date, and what it is for some of them."""
    found: dict[date, str] = {}
    for start in (today + step for step in SAMPLE):
        first, second = _dates(before, start, old), _dates(after, start, new)
        if first and second and first != second:
            found[start] = "; ".join(_cells(first, second, ""))
    if found:
        yield f"  Another date from {len(found)} of {len(SAMPLE)} starts from {say_in_full(today)} on, such as"
        for start in list(found)[:: max(1, len(found) // SHOWN)][:SHOWN]:
            yield f"    from {say_in_full(start)}: {found[start]}"


def _dates(rows: Sequence[ClockRule], start: date, rules: Rules) -> dict[str, str]:
    """The legal date, the safe date and the council's target; none where no row counts or the calendar ends."""
    rule = next((each for each in rows if each.in_force(start)), None)
    try:
        return _counted(rule, start, rules) if rule else {}
    except BeyondCalendar:
        return {}


def _counted(rule: ClockRule, start: date, rules: Rules) -> dict[str, str]:
    legal = last_day(rule.counting, start, rule.length, calendar=rules.calendar)
    safe = safe_day(legal, start, rule.counting, calendar=rules.calendar)
    found = {"legal": legal, "act by": safe}
    if rule.target is not None:
        found["our target"] = last_day(rule.counting, start, rule.target, calendar=rules.calendar)
    return {name: say_in_full(day) for name, day in found.items()}


def _table(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    found = [
        *_only(after, before, "new"),
        *_only(before, after, "gone"),
        *(line for key in before if key in after for line in _changed(key, before[key], after[key])),
    ]
    if found:
        yield f"\n{name}"
        yield from found


def _only(those: Mapping[str, object], others: Mapping[str, object], what: str) -> Iterator[str]:
    """What is in one of the two alone; many at once as their first and last."""
    keys = [key for key in those if key not in others]
    if len(keys) > MANY:
        yield f"  {len(keys)} are {what}, from {keys[0]} to {keys[-1]}"
        return
    for key in keys:
        thing = those[key]
        yield f"  {key} is {what}{f': {thing}' if isinstance(thing, str) else ''}"


def _changed(key: str, before: object, after: object) -> Iterator[str]:
    if isinstance(before, str) and before != after:
        yield f"  {key}: {before} -> {after}"
    elif before != after:
        yield f"  {key}: {'; '.join(_cells(_parts(before), _parts(after), ''))}"


def _parts(thing: Any) -> dict[str, str]:
    return {field.name.replace("_", " "): _plain(getattr(thing, field.name)) for field in fields(thing)}


def _plain(value: object) -> str:
    return ", ".join(map(_plain, value)) if isinstance(value, tuple) else str(value if value is not None else "")


def _rungs(rules: Rules) -> dict[str, str]:
    return {f"{ladder.name}, {rung.id}": rung_line(rung) for ladder in rules.ladders.values() for rung in ladder.rungs}


def _holidays(rules: Rules) -> dict[str, str]:
    return {say_in_full(day): name for day, name in sorted(rules.calendar.uk_holidays.items())}


TABLES: Mapping[str, Callable[[Rules], Mapping[str, object]]] = {
    "Ladders": _rungs,
    "Versions of ladders": lambda rules: {ladder.name: str(ladder.version) for ladder in rules.ladders.values()},
    "Services": lambda rules: {adviser.label: adviser for adviser in rules.services},
    "Bank holidays": _holidays,
    "Grounds": lambda rules: {ground.id: ground for ground in rules.grounds},
    "Steps on the way": lambda rules: {f"{step.id} ({', '.join(step.clocks)})": step for step in rules.milestones},
    "Panels": lambda rules: {f"{panel.name} on {say_in_full(panel.on)}": panel for panel in rules.panels},
    "School terms": lambda rules: {time.name: time for time in rules.terms},
    "Names of roles": lambda rules: dict(rules.names),
    "Retention": lambda rules: {whole.label: keep.basis for whole, keep in rules.retention.items()},
}
