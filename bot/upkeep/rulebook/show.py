"""referralbot rules show: one clock, every version of it, as a legal lead would sign it."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import datetime

from bot.commandline import WELL
from bot.domain.clocks import ClockRule
from bot.rules import Rules
from bot.settings import Settings
from bot.upkeep.rulebook.folders import law_and
from bot.upkeep.rulebook.reckoning import rows_of
from bot.upkeep.rulebook.words import headline, rung_line, told


def show(arguments: Namespace, settings: Settings, _wall: Callable[[], datetime]) -> int:
    rules = law_and(arguments.overlay or settings.rules)
    rows = rows_of(rules, arguments.rule)
    print(f"{arguments.rule}: {rows[-1].title}; rule pack {rules.label}")
    for rule in rows:
        print("\n" + "\n".join(_row(rule, rules)))
    return WELL


def _row(rule: ClockRule, rules: Rules) -> Iterator[str]:
    yield f"Version {rule.version}. {headline(rule)}"
    for label, text in told(rule, rules):
        yield f"  {label:<10}  {text}"
    if not rule.ladder:
        yield f"  {'Ladder':<10}  none: nobody is nudged"
        return
    ladder = rules.ladders[rule.ladder]
    yield f"  {'Ladder':<10}  {ladder.name} version {ladder.version}"
    for rung in ladder.rungs:
        yield f"  {'':<10}  {rung_line(rung)}"
