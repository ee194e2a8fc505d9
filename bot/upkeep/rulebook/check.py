"""referralbot rules check: whether the tables hold together, and what nobody has compared with the law yet."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import datetime

from bot.commandline import WELL, WRONG
from bot.domain.errors import BadSettings
from bot.rules import Rules
from bot.rules.ladders import check_versions
from bot.settings import Settings
from bot.upkeep.rulebook.folders import folder_of, law_and, rules_in


def check(arguments: Namespace, settings: Settings, _wall: Callable[[], datetime]) -> int:
    """1 where a table is wrong; rows that nobody has verified yet are listed, and are no fault."""
    if arguments.folder:
        folder_of(arguments.folder)  # a folder that is not there is no table that is wrong
    try:
        rules = rules_in(arguments.folder) if arguments.folder else law_and(settings.rules)
        if arguments.folder and rules.council is None:
            check_versions(law_and(None).ladders.values(), rules.ladders.values())
    except BadSettings as faults:
        print(faults)
        return WRONG
    print("\n".join(_told(rules)))
    return WELL


def _told(rules: Rules) -> Iterator[str]:
    examples = sum(len(rule.examples) for rule in rules.clocks)
    yield (
        f"{rules.label}: {len(rules.by_id)} clocks in {len(rules.clocks)} rows, whose {examples} worked examples all "
        f"compute; {len(rules.grounds)} grounds, {len(rules.services)} services, {len(rules.ladders)} ladders."
    )
    yield "No gap and no overlap in validity."
    first, last = rules.calendar.first, rules.calendar.last
    yield f"Bank holidays from {first.year} to {last.year}, announced to {rules.calendar.announced.year}."
    open_questions = {str(rule.id): rule.unverified for rule in rules.clocks if rule.unverified}
    grounds = {ground.id: ground.unverified for ground in rules.grounds if ground.unverified}
    yield from _unverified("clock", open_questions)
    yield from _unverified("ground", grounds)
    kept = {", ".join(each.label for each in keep.of): keep.unverified for keep in {*rules.retention.values()}}
    yield from _kept({names: words for names, words in sorted(kept.items()) if words})


def _kept(questions: dict[str, str]) -> Iterator[str]:
    """How long what is sealed is kept is no law's: each council has a schedule of its own."""
    if questions:
        yield ""
        yield "How long these are kept, nobody has compared with the council's own schedule (retention.csv):"
        yield from (f"  {names}. {words}" for names, words in questions.items())


def _unverified(what: str, questions: dict[str, str]) -> Iterator[str]:
    """Each with what somebody has to read in the law before it is relied on."""
    if not questions:
        yield f"Every {what} has been compared with the text of the law."
        return
    many = f"{len(questions)} {what}s are" if len(questions) > 1 else f"1 {what} is"
    yield ""
    yield f"{many} unverified: somebody must read the law before relying on it."
    width = max(map(len, questions))
    for name, question in questions.items():
        yield f"  {name:<{width}}  {question}"
