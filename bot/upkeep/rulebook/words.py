"""A row of the rules in a caseworker's words: what it counts, from what, until what, and who hears."""

from collections.abc import Iterable, Iterator

from bot.domain.clocks import ClockRule, Per
from bot.domain.dates import say_in_full
from bot.domain.facts import label
from bot.domain.ladder import Rung
from bot.domain.periods import WAYS
from bot.domain.terms import EntryKind, Nature
from bot.rules import Rules
from bot.upkeep.rulebook.reckoning import counted_how, meaning

FEW = 2


def headline(rule: ClockRule) -> str:
    """As in "Send the final plan: 20 weeks from request received. Statutory."."""
    act = f"{rule.act[0].upper()}{rule.act[1:]}"
    start = facts(rule.starts) if len(rule.starts) <= FEW else "one of the facts below"
    back = WAYS[rule.counting].back
    match rule.nature:
        case Nature.AT_ONCE:
            when = f"at once from {start}"
        case _ if back and not rule.length:
            when = f"before the day of: {start}"
        case _:
            when = f"{rule.period} {'back from the day of:' if back else 'from'} {start}"
    return f"{act}: {when}. {rule.kind.label.capitalize()}."


def facts(kinds: Iterable[EntryKind]) -> str:
    """As in "final plan sent; amended plan sent": any of them."""
    return "; ".join(dict.fromkeys(label(kind) for kind in kinds))


def told(rule: ClockRule, rules: Rules) -> Iterator[tuple[str, str]]:
    """Everything that a row says, as (label, text); what it does not say is left out."""
    lines = {
        "Source": rule.source,
        "Processes": ", ".join(process.label for process in rule.processes),
        "Runs": "for each request to a body" if rule.per is Per.REQUEST else "once on the case or letter",
        "Starts": facts(rule.starts),
        "Until then": f"counts from {facts(rule.starts_presumed)}" if rule.starts_presumed else "",
        "Counts": counted_how(rule),
        "Met by": facts(rule.stops),
        "Ended by": facts(rule.ends),
        "Resumed by": facts(rule.resumes),
        "Binds": _binds(rule),
        "Means": meaning(rule),
        "Our target": target(rule),
        "Owner": owner(rule),
        "In force": in_force(rule),
        "Exceptions": ", ".join(_ground(rules, ground) for ground in rule.exceptions) or "none",
        "Asked": ", ".join(adviser.label for adviser in rules.services if adviser.clock == rule.id),
        "To check": rule.unverified,
    }
    yield from ((name, text) for name, text in lines.items() if text)
    for example in rule.examples:
        yield "Example", f"{say_in_full(example.start)} -> {say_in_full(example.end)}"


def target(rule: ClockRule) -> str:
    return WAYS[rule.counting].period(rule.target) if rule.target is not None else ""


def owner(rule: ClockRule) -> str:
    room = f"; the {rule.agency.label} rooms hear" if rule.agency else "; no room hears"
    return f"{rule.owner.value.replace('_', ' ').replace('mp team', 'MP team')}{room}"


def in_force(rule: ClockRule) -> str:
    until = f" to {say_in_full(rule.valid_to)}" if rule.valid_to else " on"
    said = f"for what starts from {say_in_full(rule.valid_from)}{until}"
    if rule.recorded_from:
        said += f", recorded from {say_in_full(rule.recorded_from)} on"
    if rule.recorded_until:
        said += f", recorded up to {say_in_full(rule.recorded_until)}"
    return said


def _binds(rule: ClockRule) -> str:
    if not rule.branch:
        return ""
    settled = facts(rule.binds or rule.stops)
    return f"only {rule.branch}; information until {settled}"


def _ground(rules: Rules, ground: str) -> str:
    found = next((each for each in rules.grounds if each.id == ground), None)
    return f"{ground} ({found.title})" if found else ground


def rung_line(rung: Rung) -> str:
    """As in "14 days before the last day to act: the owner"."""
    days = f"{rung.offset} {'working ' if rung.after else ''}day{'s' if rung.offset != 1 else ''}"
    when = f"{days} after the date" if rung.after else f"{days} before the last day to act"
    if not rung.offset:
        when = "on the last day to act"
    return f"{when}: {', '.join(each.label for each in rung.whom)}"
