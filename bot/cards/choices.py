"""What the council has still to choose: until it has, neither date of the choice binds, and nobody is nudged."""

from collections.abc import Iterator

from bot.cards.dates import SOON, rule_of
from bot.cases.files import CaseFile
from bot.domain.dates import say_day
from bot.domain.message import Fact, State
from bot.domain.terms import ClockState, Nature
from bot.turn import Turn
from storage.tables import Deadline


def to_choose(turn: Turn, file: CaseFile, *, dates_too: bool) -> Iterator[Fact]:
    """A plan or a refusal, after an order to assess or a concession to: each of the two branches has a date."""
    ways = [deadline for deadline in file.deadlines if _is_a_way(turn, deadline)]
    if len({rule_of(turn, way).branch for way in ways}) < 2:
        return
    dates = [f"{rule_of(turn, way).title} by {say_day(way.legal, turn.today)}" for way in ways if dates_too]
    soon = (min(way.safe for way in ways) - turn.today).days <= SOON
    yield Fact("To choose", "a plan, or a refusal", ", ".join(dates), State.SOON if soon else State.PLAIN)


def _is_a_way(turn: Turn, deadline: Deadline) -> bool:
    """Whether it is a duty on a branch that has not been taken."""
    if deadline.state is not ClockState.RUNNING or deadline.nature is not Nature.DUTY:
        return False
    rule = rule_of(turn, deadline)
    chosen = not rule.binds or not {*rule.binds}.isdisjoint(rule.stops)  # how old a child is, nobody chooses
    return deadline.information and bool(rule.branch) and chosen
